"""Promises: made in place of one another, held meanwhile, and settled by what the books say once they were read."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from hub.errors import ConflictError, InvalidError, NotFoundError, PreconditionError
from hub.ledger import holds, promises
from hub.ledger.ids import MANUAL, ledger_id
from hub.sdk.records import Allocation, Customer, Invoice

TODAY = date(2026, 3, 12)  # a Thursday
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
PROMISED = date(2026, 3, 20)  # a Friday: grace ends on Tuesday, the 24th
LATER = datetime(2026, 3, 26, 9, tzinfo=UTC)


@pytest.fixture
def invoice_id(books) -> UUID:
    """An invoice of 100 EUR of a customer in Germany."""
    return invoice(books)


def invoice(books, external_id="i1", total="100", **facts) -> UUID:
    who = Customer(external_id="c1", name="Acme", currency="EUR", country="DE")
    stated = {"number": f"INV-{external_id}", "issued_on": date(2026, 2, 1), "due_on": date(2026, 3, 1)} | facts
    record = Invoice(external_id=external_id, customer_id="c1", currency="EUR", total=Decimal(total), **stated)
    books.store(who, record)
    return ledger_id(books.connection, "invoice", external_id)


def pay(books, amount, on, *, kind="payment", external_id="a1", to="i1", **facts):
    books.store(
        Allocation(
            external_id=external_id,
            invoice_id=to,
            kind=kind,
            amount=Decimal(amount),
            applied_on=on,
            **facts,
        )
    )


def make(books, invoice_id, **arguments):
    wanted = {"channel": "phone", "now": NOW, "today": TODAY, "promised_on": PROMISED} | arguments
    return promises.promise(books.session, invoice_id, **wanted)


def settle(books, *, now=LATER, read_on=date(2026, 3, 26), today=None):
    read_until = {} if read_on is None else {books.connection: read_on}
    return promises.settle_due(books.session, now, today=today or now.date(), read_until=read_until)


def held(books, invoice_id):
    return [(each.kind, each.amount, each.until) for each in holds.active(books.session, [invoice_id])]


def test_a_promise_holds_the_invoice_until_two_business_days_later(books, invoice_id):
    made = make(books, invoice_id, note="They call back", made_by="Jo Doe")
    assert (made.status, made.amount, made.currency, made.times) == ("open", Decimal(100), "EUR", 0)
    assert (made.until, made.note, made.made_by) == (date(2026, 3, 24), "They call back", "Jo Doe")
    assert held(books, invoice_id) == [("promise", None, date(2026, 3, 24))]
    assert promises.open_promises(books.session, [invoice_id]) == {invoice_id: made}
    assert promises.get(books.session, made.id) == made


def test_days_of_grace_pass_over_holidays_of_the_customer_s_country(books, invoice_id):
    # Good Friday and Easter Monday of 2026 are 3 and 6 April.
    made = make(books, invoice_id, promised_on=date(2026, 4, 2))
    assert made.until == date(2026, 4, 8)


def test_a_part_holds_that_part(books, invoice_id):
    make(books, invoice_id, amount=Decimal("40.5"))
    assert held(books, invoice_id) == [("promise", Decimal("40.5"), date(2026, 3, 24))]


def test_a_new_promise_supersedes_the_open_one_and_counts(books, invoice_id):
    first = make(books, invoice_id)
    second = make(books, invoice_id, promised_on=date(2026, 3, 27), now=NOW + timedelta(days=1))
    third = make(books, invoice_id, promised_on=date(2026, 3, 30), now=NOW + timedelta(days=2))
    assert [each.times for each in (first, second, third)] == [0, 1, 2]
    assert [each.status for each in promises.of_invoice(books.session, invoice_id)] == [
        "open",
        "superseded",
        "superseded",
    ]
    assert held(books, invoice_id) == [("promise", None, date(2026, 4, 1))]
    before = holds.active(books.session, [invoice_id], as_of=NOW + timedelta(hours=1))
    assert [each.source_id for each in before] == [first.id]


def test_put_off_for_the_third_time_it_counts_as_broken(books, invoice_id):
    customer = make(books, invoice_id).customer_id
    for days in (1, 2):
        make(books, invoice_id, now=NOW + timedelta(days=days))
    assert promises.counted(books.session, customer) == promises.Counted()
    make(books, invoice_id, now=NOW + timedelta(days=3))
    assert promises.counted(books.session, customer) == promises.Counted(broken=1)
    assert promises.counted(books.session, uuid4()).p_kept is None


def test_what_is_said_to_be_paid_holds_as_a_payment_in_flight(books, invoice_id):
    made = make(books, invoice_id, promised_on=None, paid_on=date(2026, 3, 11))
    assert (made.paid_on, made.promised_on, made.until) == (date(2026, 3, 11), date(2026, 3, 13), date(2026, 3, 17))
    assert held(books, invoice_id) == [("payment_in_flight", None, date(2026, 3, 17))]
    pay(books, "100", date(2026, 3, 11))
    (ended,) = settle(books, now=NOW, read_on=None)
    assert ended.status == "kept" and held(books, invoice_id) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"promised_on": TODAY - timedelta(days=1)}, "promised_on"),
        ({"promised_on": TODAY + timedelta(days=366)}, "promised_on"),
        ({"promised_on": None}, "promised_on"),
        ({"promised_on": None, "paid_on": TODAY + timedelta(days=1)}, "paid_on"),
        ({"promised_on": None, "paid_on": TODAY - timedelta(days=61)}, "paid_on"),
        ({"amount": Decimal("100.01")}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal("9.995")}, "amount"),
    ],
)
def test_what_cannot_be_promised(books, invoice_id, wrong, field):
    before = make(books, invoice_id)
    with pytest.raises(InvalidError) as error:
        make(books, invoice_id, **wrong)
    assert list(error.value.fields) == [field]
    assert promises.open_promises(books.session, [invoice_id]) == {invoice_id: before}


def test_nothing_is_promised_of_what_is_not_owed(books, invoice_id):
    with pytest.raises(NotFoundError):
        make(books, uuid4())
    pay(books, "100", TODAY)
    with pytest.raises(ConflictError, match="Nothing of INV-i1 is open: it is paid"):
        make(books, invoice_id)


def test_kept_as_soon_as_the_books_say_so(books, invoice_id):
    made = make(books, invoice_id)
    pay(books, "100", date(2026, 3, 16))
    (ended,) = settle(books, now=NOW + timedelta(days=5), read_on=None)
    assert (ended.id, ended.status, ended.paid) == (made.id, "kept", Decimal(100))
    assert ended.settled_at == NOW + timedelta(days=5)
    assert held(books, invoice_id) == []
    assert promises.counted(books.session).kept == 1


@pytest.mark.parametrize("on", [PROMISED, date(2026, 3, 24)])
def test_a_payment_within_the_days_of_grace_keeps_it(books, invoice_id, on):
    make(books, invoice_id)
    pay(books, "100", on)
    assert [each.status for each in settle(books)] == ["kept"]


def test_a_payment_after_them_does_not(books, invoice_id):
    make(books, invoice_id)
    pay(books, "100", date(2026, 3, 25))
    assert [(each.status, each.paid) for each in settle(books)] == [("broken", Decimal(0))]


def test_a_part_paid_keeps_a_part(books, invoice_id):
    make(books, invoice_id)
    pay(books, "60", date(2026, 3, 20))
    assert settle(books, now=NOW + timedelta(days=9), read_on=date(2026, 3, 21)) == []
    assert promises.of_invoice(books.session, invoice_id)[0].paid == Decimal(60)
    assert [(each.status, each.paid) for each in settle(books)] == [("partly_kept", Decimal(60))]
    assert promises.counted(books.session).p_kept == 0.5


def test_what_was_paid_before_the_promise_does_not_count(books, invoice_id):
    pay(books, "60", date(2026, 3, 10))
    make(books, invoice_id)
    assert [(each.status, each.paid) for each in settle(books)] == [("broken", Decimal(0))]


def test_only_what_ended_since_is_counted(books, invoice_id):
    make(books, invoice_id)
    settle(books)
    counted = [promises.counted(books.session, since=LATER + timedelta(hours=hours)).broken for hours in (-1, 0, 1)]
    assert counted == [1, 1, 0]


def test_a_payment_that_was_taken_back_does_not_count(books, invoice_id):
    make(books, invoice_id)
    pay(books, "100", date(2026, 3, 20), reversed_on=date(2026, 3, 25))
    assert [each.status for each in settle(books)] == ["broken"]


def test_what_is_credited_need_not_be_paid(books, invoice_id):
    make(books, invoice_id)
    pay(books, "30", date(2026, 3, 19), kind="credit_memo", external_id="a1")
    pay(books, "70", date(2026, 3, 20), external_id="a2")
    assert [(each.status, each.paid) for each in settle(books)] == [("kept", Decimal(70))]


@pytest.mark.parametrize(("paid", "status"), [(None, "broken"), ("10", "kept"), ("9", "partly_kept")])
def test_a_credit_first_takes_off_what_was_not_promised(books, invoice_id, paid, status):
    make(books, invoice_id, amount=Decimal(10))
    pay(books, "90", date(2026, 3, 19), kind="credit_memo", external_id="a1")
    if paid:
        pay(books, paid, date(2026, 3, 20), external_id="a2")
    assert [each.status for each in settle(books)] == [status]


@pytest.mark.parametrize("how", ["credited", "void"])
def test_a_promise_of_what_is_no_longer_owed_counts_for_nothing(books, invoice_id, how):
    make(books, invoice_id)
    if how == "credited":
        pay(books, "100", date(2026, 3, 19), kind="credit_memo")
    else:
        invoice(books, status="void")
    assert [each.status for each in settle(books, now=NOW, read_on=None)] == ["cancelled"]
    assert held(books, invoice_id) == [] and promises.counted(books.session).p_kept is None


@pytest.mark.parametrize("read_on", [None, date(2026, 3, 24)])
def test_nothing_is_broken_before_the_books_were_read_after_its_time(books, invoice_id, read_on):
    make(books, invoice_id)
    assert settle(books, read_on=read_on) == []
    assert held(books, invoice_id) == [("promise", None, date(2026, 3, 24))]
    assert [each.status for each in settle(books)] == ["broken"]


def test_nothing_is_broken_before_its_time_is_up(books, invoice_id):
    make(books, invoice_id)
    assert settle(books, now=datetime(2026, 3, 24, 9, tzinfo=UTC), read_on=date(2026, 3, 25)) == []


def test_invoices_entered_by_hand_need_no_reading(books):
    books.connection = MANUAL
    invoice_id = invoice(books, "by-hand")
    make(books, invoice_id)
    assert [each.status for each in settle(books, read_on=None)] == ["broken"]


def test_cancelled_it_holds_nothing(books, invoice_id):
    made = make(books, invoice_id)
    with pytest.raises(PreconditionError):
        promises.cancel(books.session, made.id, NOW, expected_version=7)
    ended = promises.cancel(books.session, made.id, NOW, expected_version=1)
    assert ended.status == "cancelled" and held(books, invoice_id) == []
    assert promises.cancel(books.session, made.id, LATER) == ended
    assert settle(books) == []


def test_only_an_open_one_is_cancelled(books, invoice_id):
    made = make(books, invoice_id)
    settle(books)
    with pytest.raises(ConflictError, match="The promise is broken"):
        promises.cancel(books.session, made.id, LATER)
    with pytest.raises(NotFoundError):
        promises.cancel(books.session, uuid4(), LATER)
