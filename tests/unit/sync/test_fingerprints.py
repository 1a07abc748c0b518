"""Fingerprints of raw items: equal for equal items under equal circumstances, and for nothing else."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from hub.sync.fingerprints import KnownPages, fingerprints, salt

SALT = salt("csv", "1.0", {"date_order": "dmy"})
ITEMS = [{"id": "1", "total": Decimal("1.50")}, {"id": "2", "on": date(2026, 1, 1)}]


def test_they_depend_on_the_item_and_on_how_it_is_read():
    prints = fingerprints(ITEMS, SALT)
    assert prints == fingerprints([dict(each) for each in ITEMS], SALT)
    assert len(set(prints)) == 2
    assert prints != fingerprints(ITEMS, salt("csv", "1.1", {"date_order": "dmy"}))
    # Pinned: a change would have every customer's next sync compare all rows again.
    assert fingerprints([{"id": "1"}], bytes(8)).tolist() == [-2925129046481355503]


def test_what_cannot_be_encoded_is_never_known():
    prints = fingerprints([{"id": "\ud800"}, {"id": "2"}], SALT)
    assert prints[0] == 0
    assert KnownPages(uuid4(), "rows", {0: prints.tobytes()}).unknown(prints) == [0]


def test_only_the_same_page_counts():
    prints = fingerprints(ITEMS, SALT)
    known = KnownPages(uuid4(), "rows", {0: prints.tobytes()})
    assert known.unknown(prints) == []
    changed = fingerprints([ITEMS[1], {"id": "3"}], SALT)
    assert known.unknown(changed) == [1]
    known.read = 1
    assert known.unknown(prints) == [0, 1]
