"""The periods for which things are kept: defaults, bounds, and what is said of a period that cannot be."""

import pytest

from hub.errors import InvalidError
from hub.privacy.periods import KINDS, check, effective, version


def test_every_default_is_within_its_bounds():
    assert all(kind.least <= kind.days <= kind.most for kind in KINDS.values())


def test_what_is_not_chosen_is_kept_for_its_default():
    periods = effective({"rejects": 30})
    assert periods["rejects"] == 30
    assert {name: days for name, days in periods.items() if name != "rejects"} == {
        name: kind.days for name, kind in KINDS.items() if name != "rejects"
    }


def test_the_audit_is_kept_for_a_year_at_least():
    check({"audit": 365})
    with pytest.raises(InvalidError) as refused:
        check({"audit": 364})
    assert refused.value.fields == {"periods.audit": "From 365 to 3653 days."}


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(InvalidError, match="nothing was changed") as refused:
        check({"rejects": 0, "ledger": 30, "raw": 90})
    assert set(refused.value.fields) == {"periods.rejects", "periods.ledger"}
    assert "rejects" in refused.value.fields["periods.ledger"]


def test_the_version_stands_for_the_choice_and_not_for_its_order():
    assert version({"raw": 30, "rejects": 5}) == version({"rejects": 5, "raw": 30})
    assert len({version({}), version({"raw": 30}), version({"raw": 31})}) == 3
