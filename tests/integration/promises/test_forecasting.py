"""Promises on their way from the ledger into forecasts: what was known of them on each day, and no hold of theirs."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from sqlalchemy import text

from hub.forecasting.champion import load_frame
from hub.forecasting.days import NEVER, to_day
from hub.ledger import holds, promises

MADE = datetime(2026, 3, 11, 13, tzinfo=UTC)  # the same day everywhere west of Greenwich, too
DAY = date(2026, 3, 11)


@pytest.fixture
def session(storage, tenant, new_invoice):
    stated = {"issued_on": date(2026, 2, 1), "due_on": date(2026, 3, 1)}
    ids = [new_invoice(customer="c9", **stated) for _ in range(3)]
    with storage.tenant(tenant) as session:
        session.info["ids"] = ids
        yield session
        session.rollback()


def make(session, at, days=0, **said):
    now = MADE + timedelta(days=days)
    wanted = {"channel": "phone", "now": now, "today": now.date(), "promised_on": date(2026, 3, 20)} | said
    return promises.promise(session, session.info["ids"][at], **wanted)


def known(session, as_of):
    frame = load_frame(session, as_of)
    of = {str(each): at for at, each in enumerate(frame.invoice_id)}
    rows = np.array([of[str(each)] for each in session.info["ids"]])
    return frame, rows


def test_what_became_of_a_promise_is_read_with_its_days(session):
    kept, put_off = make(session, 0), make(session, 1)
    for days in (1, 2, 3):
        make(session, 1, days)
    make(session, 2, promised_on=None, paid_on=date(2026, 3, 10), amount=Decimal(40))
    values = {"id": kept.id, "at": MADE + timedelta(days=5)}
    session.execute(text("update promises set status = 'kept', settled_at = :at where id = :id"), values)
    frame, rows = known(session, date(2026, 3, 31))
    found = frame.promises
    mine = np.isin(found.row, rows)
    assert sorted((found.made[mine] - to_day(DAY)).tolist()) == [0, 0, 0, 1, 2, 3]
    of_first = found.row == rows[0]
    assert (found.kept[of_first].tolist(), found.settled[of_first].tolist()) == ([1.0], [to_day(date(2026, 3, 16))])
    of_second = found.row == rows[1]
    # The one that the third postponement took the place of was not kept; the ones before it say nothing.
    assert [None if np.isnan(each) else each for each in found.kept[of_second]] == [None, None, 0.0, None]
    assert found.settled[of_second].tolist()[-1] == NEVER
    of_third = found.row == rows[2]
    assert found.amount[of_third].tolist() == [40.0]
    assert put_off.status == "open"


def test_promises_keep_no_payment_off(session):
    make(session, 0)
    make(session, 1, promised_on=None, paid_on=date(2026, 3, 10))
    holds.place(session, session.info["ids"][2], "dispute", source_id=session.info["ids"][2], reason="D-1", at=MADE)
    assert {each.kind for each in holds.active(session, session.info["ids"])} == {
        "promise",
        "payment_in_flight",
        "dispute",
    }
    frame, rows = known(session, date(2026, 3, 14))
    seen = np.full(3, to_day(date(2026, 3, 15)), dtype=np.int32)
    last, share = frame.holds.known(rows, seen, frame.open_amount[rows])
    assert share.tolist() == [0.0, 0.0, 1.0] and last[0] < 0 < last[2]


def test_a_past_day_knows_only_what_was_said_by_then(session):
    make(session, 0)
    for as_of, chances in ((date(2026, 3, 10), 0), (DAY, 1)):
        frame, rows = known(session, as_of)
        seen = np.full(3, to_day(as_of) + 1, dtype=np.int32)
        owed = frame.open_amount[rows]
        profile = frame.promises.profile(rows, seen, seen, owed, frame.customer)
        assert int((profile[:, 0] > 0).sum()) == chances
