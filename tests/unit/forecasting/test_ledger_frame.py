from datetime import date
from decimal import Decimal

import pytest

from hub.forecasting.days import NEVER, to_date, to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.settlement import Outcome
from hub.sdk.records import Allocation, AllocationKind, Customer, Gone, Invoice, Record


def invoice(name: str = "i", total: str = "100", **more) -> Invoice:
    known = {"issued_on": date(2026, 1, 1), "due_on": date(2026, 1, 31), "currency": "EUR"}
    return Invoice(external_id=name, customer_id="c", number=name, total=Decimal(total), **(known | more))


def part(name: str, amount: str, day: int, kind: AllocationKind = "payment", **more) -> Allocation:
    return Allocation(
        external_id=name, invoice_id="i", kind=kind, amount=Decimal(amount), applied_on=date(2026, 2, day), **more
    )


CASES = [
    pytest.param([invoice(), part("a", "100", 3)], Outcome.PAID, 3, id="paid"),
    pytest.param([invoice()], Outcome.OPEN, None, id="open"),
    pytest.param(
        [invoice(issued_on=date(2026, 2, 10)), part("a", "100", 3)], Outcome.PAID, 10, id="by a deposit from before"
    ),
    pytest.param([invoice(), part("a", "40", 3), part("b", "60", 9)], Outcome.PAID, 9, id="paid in parts"),
    pytest.param([invoice(), part("a", "40", 3)], Outcome.OPEN, None, id="paid in part"),
    pytest.param([invoice(), part("a", "99.10", 3)], Outcome.PAID, 3, id="short by less than one"),
    pytest.param([invoice(total="1000"), part("a", "990", 3)], Outcome.PAID, 3, id="short by one per cent"),
    pytest.param([invoice(disputed=True), part("a", "99.10", 3)], Outcome.OPEN, None, id="short and disputed"),
    pytest.param([invoice(total="0.80")], Outcome.OPEN, None, id="less than the tolerance, unpaid"),
    pytest.param([invoice(), part("a", "100", 3, "credit_memo")], Outcome.CREDITED, 3, id="credited"),
    pytest.param([invoice(), part("a", "100", 3, "opening")], Outcome.CREDITED, 3, id="settled, unknown when"),
    pytest.param([invoice(), part("a", "100", 3, "write_off")], Outcome.WRITTEN_OFF, 3, id="written off"),
    pytest.param(
        [invoice(), part("a", "90", 3), part("b", "10", 5, "credit_memo")], Outcome.PAID, 5, id="mostly paid"
    ),
    pytest.param(
        [invoice(), part("a", "100", 3, reversed_on=date(2026, 2, 8))], Outcome.OPEN, None, id="bounced"
    ),
    pytest.param(
        [invoice(), part("a", "100", 3, reversed_on=date(2026, 2, 8)), part("b", "100", 12)],
        Outcome.PAID,
        12,
        id="bounced and paid again",
    ),
    pytest.param(
        [invoice(), part("a", "100", 3, reversed_on=date(2026, 2, 8)), part("b", "100", 8)],
        Outcome.PAID,
        3,
        id="reversed and applied again on one day",
    ),
    pytest.param([invoice(), part("a", "100", 3), Gone(entity="allocation", external_id="a", gone_on=date(2026, 3, 1))],
                 Outcome.OPEN, None, id="payment deleted"),
]  # fmt: skip


@pytest.mark.parametrize(("records", "outcome", "day"), CASES)
def test_settlement(records: list[Record], outcome: Outcome, day: int | None):
    frame = LedgerFrame.from_records(records)
    assert Outcome(frame.outcome[0]) == outcome
    assert (None if frame.closed[0] == NEVER else to_date(frame.closed[0])) == (day and date(2026, 2, day))


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        (invoice(status="void"), Outcome.VOID),
        (invoice(total="0"), Outcome.VOID),  # how QuickBooks shows a void
        (invoice(total="-20"), Outcome.VOID),
        (invoice(status="written_off"), Outcome.WRITTEN_OFF),
    ],
)
def test_what_was_never_to_be_paid_is_neither_open_nor_paid(record: Invoice, outcome: Outcome):
    frame = LedgerFrame.from_records([record])
    assert Outcome(frame.outcome[0]) == outcome
    assert not frame.is_open[0]
    assert frame.open_amount[0] == 0
    assert frame.paid[0] == NEVER


def test_as_of_hides_what_came_later():
    later = invoice("later", issued_on=date(2026, 2, 20), due_on=date(2026, 3, 20))
    draft = invoice("draft", status="draft")
    frame = LedgerFrame.from_records([invoice(), part("a", "40", 3), part("b", "60", 9), later, draft])
    on_fifth = frame.as_of(to_day(date(2026, 2, 5)))
    assert list(on_fifth.invoice_id) == ["i"]
    assert on_fifth.open_amount[0] == 60
    assert on_fifth.closed[0] == NEVER
    with_upcoming = frame.as_of(to_day(date(2026, 2, 5)), include_upcoming=True)
    assert list(with_upcoming.invoice_id) == ["i", "later", "draft"]
    assert list(with_upcoming.open_amount) == [60, 100, 100]


def test_rows_taken_keep_their_own_payments():
    frame = LedgerFrame.from_records([invoice("x"), invoice(), part("a", "100", 3)])
    assert list(frame.take(frame.invoice_id == "i").outcome) == [Outcome.PAID]
    assert list(frame.take(frame.invoice_id == "x").outcome) == [Outcome.OPEN]


def test_a_customer_without_a_record_goes_by_its_id():
    frame = LedgerFrame.from_records([invoice()])
    assert list(frame.customer_name[frame.customer]) == ["c"]
    named = LedgerFrame.from_records([Customer(external_id="c", name="Acme"), invoice()])
    assert list(named.customer_name[named.customer]) == ["Acme"]


def test_an_empty_ledger_is_a_frame_too():
    frame = LedgerFrame.from_records([])
    assert len(frame.as_of(0)) == 0
