"""Customers' snapshots and fates: golden cases by hand, and nothing of the future in any of them."""

from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting.days import NEVER
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.risk_fates import find_fates
from hub.forecasting.risk_snapshots import MasterData, take_snapshots
from hub.forecasting.settlement import Settlements
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

DAY = 18_000


def ledger(invoices, settled=(), customers=2):
    """`invoices`: (customer, issued, due, amount, currency); `settled`: (row, kind, amount, day). Days from DAY."""
    count = len(invoices)
    return LedgerFrame.from_columns(
        day=NEVER,
        invoice_id=[f"I{row}" for row in range(count)],
        number=[f"{row}" for row in range(count)],
        customer=[one[0] for one in invoices],
        customer_id=[f"C{row}" for row in range(customers)],
        customer_name=[f"Customer {row}" for row in range(customers)],
        currency=[one[4] for one in invoices],
        issued=[DAY + one[1] for one in invoices],
        due=[DAY + one[2] for one in invoices],
        amount=[one[3] for one in invoices],
        status=["open"] * count,
        terms=[""] * count,
        disputed=[False] * count,
        settled_row=[one[0] for one in settled],
        settled_kind=[one[1] for one in settled],
        settled_amount=[one[2] for one in settled],
        applied=[DAY + one[3] for one in settled],
        reversed_=[NEVER] * len(settled),
    )


def test_balances_by_hand():
    frame = ledger(
        [
            (0, -70, -40, 300.0, "EUR"),  # 40 days overdue, 100 of it paid
            (0, -30, -10, 200.0, "EUR"),  # 10 days overdue
            (0, -5, 25, 400.0, "EUR"),  # due soon
            (0, -5, 45, 200.0, "EUR"),  # due later
            (1, -200, -190, 50.0, "USD"),  # paid long ago: nothing open, nothing recent
        ],
        [(0, "payment", 100.0, -20), (4, "payment", 50.0, -189)],
    )
    snapshots = take_snapshots(frame, DAY)
    assert snapshots.customer.tolist() == [0]
    found = {name: float(snapshots.column(name)[0]) for name in snapshots.names}
    assert found["overdue_amount_share"] == pytest.approx(400 / 1000)
    assert found["late30_amount_share"] == pytest.approx(200 / 800)
    assert found["overdue_weighted_days"] == pytest.approx((200 * 40 + 200 * 10) / 1000)
    assert found["oldest_overdue"] == 40
    assert found["due_soon_share"] == pytest.approx(0.8)
    assert found["largest_share"] == pytest.approx(0.4)
    assert found["partial_share"] == pytest.approx(0.25)
    assert found["billing_gap"] == 5
    assert found["terms_days"] == pytest.approx((30 + 20 + 30 + 50) / 4)
    # Old enough to tell: its own one late invoice, and the other customer's that was not; mixed with two at one half.
    assert found["own_late30_share"] == pytest.approx((1 + 2 * 0.5) / (1 + 2))
    assert np.isnan(found["credit_score"]) and np.isnan(found["credit_limit_use"])


def test_currencies_are_not_added_up():
    frame = ledger([(0, -40, -10, 1.0, "EUR"), (0, -5, 20, 1_000_000.0, "JPY")], customers=1)
    snapshots = take_snapshots(frame, DAY)
    assert snapshots.column("overdue_amount_share")[0] == 1.0


@pytest.mark.parametrize(
    ("paid", "late"),
    [
        ([(0, "payment", 1000.0, 25)], (0, 0, 0)),  # in time
        ([(0, "payment", 1000.0, 50)], (0, 0, 0)),  # on the 30th day
        ([(0, "payment", 1000.0, 51)], (1, 0, 0)),
        ([(0, "payment", 1000.0, 81)], (1, 1, 0)),
        ([], (1, 1, 1)),
        ([(0, "credit_memo", 1000.0, 40)], (0, 0, 0)),  # credited in time: nothing was late
        ([(0, "write_off", 1000.0, 40)], (1, 1, 1)),  # given up in time all the same: lost
    ],
)
def test_fates_by_hand(paid, late):
    frame = ledger([(0, -10, 20, 1000.0, "EUR"), (1, -10, 20, 5.0, "EUR")], [*paid, (1, "payment", 5.0, 3)])
    fates = find_fates(frame.as_of(DAY + 120), DAY, np.array([0, 1], dtype=np.int32))
    assert tuple(fates.late[0]) == late and tuple(fates.late[1]) == (0, 0, 0)


def test_what_is_immaterial_or_not_watched_is_not_late():
    frame = ledger(
        [
            (0, -10, 20, 1000.0, "EUR"),
            (0, 5, 25, 99.0, "EUR"),  # issued later, never paid: 9 % of what is watched
            (0, -10, 31, 9999.0, "EUR"),  # due after the horizon
            (0, 31, 32, 9999.0, "EUR"),  # issued after it
        ],
        [(0, "payment", 1000.0, 20)],
        customers=2,
    )
    fates = find_fates(frame.as_of(DAY + 120), DAY, np.array([0, 1], dtype=np.int32))
    assert fates.late[0].tolist() == [0, 0, 0]
    assert fates.share[0, 0] == pytest.approx(99 / 1099)
    assert fates.late[1].tolist() == [-1, -1, -1]  # nothing watched: no answer


def test_answers_come_when_they_are_due():
    frame = ledger([(0, -10, 20, 1000.0, "EUR")], customers=1)
    only = np.array([0], dtype=np.int32)
    assert find_fates(frame.as_of(DAY + 59), DAY, only).late[0].tolist() == [-1, -1, -1]
    assert find_fates(frame.as_of(DAY + 60), DAY, only).late[0].tolist() == [1, -1, -1]
    assert find_fates(frame.as_of(DAY + 90), DAY, only).late[0].tolist() == [1, 1, -1]


def test_nothing_after_the_day_can_enter():
    frame = made_up_ledger()
    day = FIRST_DAY + 200
    rng = np.random.default_rng(3)
    parts = frame.settlements
    after = parts.day > day
    moved = np.where(after, day + 1 + rng.integers(0, 500, len(parts)), parts.day).astype(np.int32)
    amounts = np.where(after, parts.amount * rng.random(len(parts)), parts.amount)
    reversed_later = Settlements(
        np.concatenate([parts.row, parts.row]),
        np.concatenate([parts.day, np.maximum(parts.day, day) + 9]).astype(np.int32),
        np.concatenate([parts.amount, -parts.amount]),
        np.concatenate([parts.means, parts.means]),
    )
    as_known = take_snapshots(frame, day)
    futures = (
        replace(frame, settlements=Settlements(parts.row, moved, amounts, parts.means)),
        replace(frame, settlements=parts.take(~after)),
        replace(frame, settlements=reversed_later),
        replace(frame, amount=np.where(frame.issued > day, frame.amount * 7, frame.amount)),
        frame.as_of(day),
    )
    for other in futures:
        found = take_snapshots(other, day)
        np.testing.assert_array_equal(found.customer, as_known.customer)
        np.testing.assert_array_equal(found.values, as_known.values)


def test_what_the_source_says_counts_from_when_it_was_known():
    frame = ledger([(0, -40, -10, 500.0, "EUR"), (1, -5, 20, 100.0, "EUR")])
    master = MasterData(
        credit_score=np.array([310.0, 720.0]),
        credit_limit=np.array([1000.0, np.nan]),
        known_from=np.array([DAY - 1, DAY + 1], dtype=np.int32),
    )
    snapshots = take_snapshots(frame, DAY, master)
    assert snapshots.column("credit_score")[0] == 310 and np.isnan(snapshots.column("credit_score")[1])
    assert snapshots.column("credit_limit_use")[0] == pytest.approx(0.5)
    assert np.isnan(snapshots.column("industry_late_share")).all()


def test_an_industry_is_judged_by_its_other_customers():
    invoices = [(customer, -100, -70, 100.0, "EUR") for customer in (0, 1, 1, 2)]
    settled = [(0, "payment", 100.0, -70), (3, "payment", 100.0, -70)]
    frame = ledger(invoices, settled, customers=3)
    frame = replace(frame, industry=np.array(["Retail", "Retail", "Farms"], dtype=object))
    found = take_snapshots(frame, DAY).column("industry_late_share")
    base = 2 / 4  # two of four invoices went 30 days late, both of customer 1
    assert found[0] == pytest.approx((2 + 20 * base) / 22)
    assert found[1] == pytest.approx((0 + 20 * base) / 21)
    assert found[2] == pytest.approx(base)


def test_an_empty_ledger_has_no_snapshots():
    frame = made_up_ledger(days=40)
    assert len(take_snapshots(frame, FIRST_DAY - 5)) == 0
