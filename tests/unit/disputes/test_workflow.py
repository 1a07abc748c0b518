"""The table of moves, told anew: what may follow what, and by whom."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.disputes.groups import GROUP_OF, GROUPS
from hub.disputes.workflow import (
    OUTCOMES,
    RULES,
    STATUSES,
    UNDECIDED,
    UNENDED,
    check_outcome,
    move,
    outcomes,
    verbs,
)
from hub.errors import ConflictError, ForbiddenError, InvalidError
from hub.sdk.classifier import REASONS

MOVERS = ("person", "machine", "policy", "system")
# (from, verb, to): whom it is for. What is not here is no move.
LEGAL = {
    ("open", "investigate", "investigating"): {"person", "machine"},
    ("open", "propose", "proposed"): {"person", "policy"},
    ("investigating", "propose", "proposed"): {"person", "machine", "policy"},
    ("proposed", "propose", "proposed"): {"person", "machine", "policy"},
    ("open", "accept", "accepted"): {"person", "policy"},
    ("investigating", "accept", "accepted"): {"person", "policy"},
    ("proposed", "accept", "accepted"): {"person", "machine", "policy"},
    ("open", "reject", "rejected"): {"person"},
    ("investigating", "reject", "rejected"): {"person"},
    ("proposed", "reject", "rejected"): {"person", "machine"},
    ("open", "resolve", "resolved"): {"person"},
    ("investigating", "resolve", "resolved"): {"person"},
    ("proposed", "resolve", "resolved"): {"person"},
    ("accepted", "resolve", "resolved"): {"person", "machine", "system"},
    ("rejected", "resolve", "resolved"): {"person", "machine", "system"},
    ("resolved", "reopen", "open"): {"person", "machine"},
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("verb", RULES)
@pytest.mark.parametrize("mover", MOVERS)
def test_every_move_is_legal_or_refused(status, verb, mover):
    found = [(to, who) for (before, name, to), who in LEGAL.items() if (before, name) == (status, verb)]
    if not found:
        with pytest.raises(ConflictError, match=f"A dispute that is {status} cannot {verb}"):
            move(status, verb, mover)
    elif mover in found[0][1]:
        assert move(status, verb, mover) == found[0][0]
    else:
        with pytest.raises(ForbiddenError):
            move(status, verb, mover)


@given(st.lists(st.tuples(st.sampled_from(sorted(RULES)), st.sampled_from(MOVERS)), max_size=30))
def test_no_walk_leaves_the_table(attempts):
    status = "open"
    for verb, mover in attempts:
        possible = verbs(status, mover)
        try:
            after = move(status, verb, mover)
        except (ConflictError, ForbiddenError):
            assert verb not in possible
            continue
        assert verb in possible
        assert mover in LEGAL[(status, verb, after)]
        status = after


def test_the_hub_itself_decides_nothing():
    for status in UNDECIDED:
        assert verbs(status, "system") == ()


def test_a_rule_accepts_and_does_nothing_else_that_ends_a_dispute():
    assert {verb for status in STATUSES for verb in verbs(status, "policy")} == {"propose", "accept"}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_dispute_ends_as_what_was_decided(status, outcome):
    credited, upheld = {"valid_credited", "partly_valid"}, {"invalid_upheld"}
    allowed = {
        "accepted": credited | {"goodwill", "withdrawn"},
        "rejected": upheld | {"goodwill", "withdrawn"},
        "resolved": set(),
    }.get(status, {"withdrawn", "expired"})
    assert (outcome in outcomes(status)) == (outcome in allowed)
    if outcome in allowed:
        check_outcome(status, outcome)
    else:
        with pytest.raises(InvalidError) as caught:
            check_outcome(status, outcome)
        assert "outcome" in caught.value.fields


def test_what_is_not_resolved_has_not_ended():
    assert set(UNENDED) == set(STATUSES) - {"resolved"}


def test_every_code_is_in_one_group():
    assert sorted(code for codes in GROUPS.values() for code in codes) == sorted(REASONS)
    assert set(GROUP_OF) == set(REASONS)
    assert len(GROUPS) == 8
