"""Records as rows: what is refused, and hashes that depend on what a record says and on nothing else."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from hub.ledger.batch import Batch
from hub.ledger.ids import Naming, ledger_id
from hub.sdk.errors import RecordError
from hub.sdk.records import Allocation, AllocationsComplete, CreditMemo, Customer, Gone, Invoice, Payment

CONNECTION = UUID(int=7)
CUSTOMER = Customer(external_id="c1", name="Acme")
INVOICE = Invoice(
    external_id="i1",
    customer_id="c1",
    number="INV-1",
    issued_on=date(2026, 1, 5),
    due_on=date(2026, 2, 4),
    currency="EUR",
    total=Decimal("100.00"),
)
PAYMENT = Payment(external_id="p1", customer_id="c1", paid_on=date(2026, 2, 1), currency="EUR", amount=Decimal(100))
MEMO = CreditMemo(
    external_id="m1", customer_id="c1", number="CN-1", issued_on=date(2026, 2, 1), currency="EUR", total=Decimal(1)
)
ALLOCATION = Allocation(
    external_id="a1", invoice_id="i1", kind="payment", amount=Decimal(1), applied_on=date(2026, 2, 1)
)


def row(record, **changes):
    batch = Batch.of(CONNECTION)
    batch.add([replace(record, **changes)])
    (found,) = (each for rows in batch.rows.values() for each in rows.values())
    return found


def test_hashes_and_ids_are_pinned():
    # Were they to change, every row of every ledger would be taken for changed, or for new.
    assert [row(each).hash for each in (CUSTOMER, INVOICE, PAYMENT, MEMO, ALLOCATION)] == [
        -5557846583093640320,
        3806020500286811028,
        -5203296955121672900,
        -2447576860648942651,
        -4690832045935287110,
    ]
    assert ledger_id(CONNECTION, "invoice", "i1") == UUID("dc116011-893e-8440-aaca-d6fc0c249226")
    assert ledger_id(CONNECTION, "invoice", "i1").version == 8


@pytest.mark.parametrize(
    "changes",
    [
        {"total": Decimal("100")},
        {"total": Decimal("1E+2")},
        {"updated_at": datetime(2026, 1, 1, tzinfo=UTC)},
    ],
)
def test_what_says_the_same_has_the_same_hash(changes):
    assert row(INVOICE, **changes).hash == row(INVOICE).hash


@pytest.mark.parametrize(
    "changes",
    [
        {"total": Decimal("100.01")},
        {"total": Decimal("0"), "balance": Decimal("100")},
        {"number": "INV-2"},
        {"customer_id": "c2"},
        {"due_on": date(2026, 2, 5)},
        {"currency": "USD"},
        {"status": "void"},
        {"terms": "NET 30"},
        {"disputed": False},
    ],
)
def test_what_says_something_else_has_another(changes):
    assert row(INVOICE, **changes).hash != row(INVOICE).hash


def test_ids_differ_by_connection_and_entity():
    ids = {
        Naming(connection).key(entity, "1")
        for connection in (CONNECTION, UUID(int=8))
        for entity in ("invoice", "payment")
    }
    assert len(ids) == 4
    assert all(UUID(each).hex == each for each in ids)


@pytest.mark.parametrize(
    ("record", "changes", "message"),
    [
        (INVOICE, {"total": 100.0}, "total 100.0 cannot be stored"),
        (INVOICE, {"total": Decimal("NaN")}, "total"),
        (INVOICE, {"total": Decimal("Infinity")}, "total"),
        (INVOICE, {"total": Decimal("0.00001")}, "total"),
        (INVOICE, {"total": Decimal(10) ** 15}, "total"),
        (INVOICE, {"total": Decimal("-0.01")}, "negative total"),
        (INVOICE, {"balance": "1"}, "balance '1' cannot be stored"),
        (INVOICE, {"issued_on": datetime(2026, 1, 1, tzinfo=UTC)}, "issued_on"),
        (INVOICE, {"due_on": "2026-01-01"}, "due_on '2026-01-01' is no date"),
        (INVOICE, {"currency": "eur"}, "currency 'eur' is no ISO 4217 code"),
        (INVOICE, {"status": "paid"}, "status 'paid' is not known"),
        (INVOICE, {"number": ""}, "number is empty"),
        (INVOICE, {"customer_id": None}, "customer_id is empty"),
        (INVOICE, {"external_id": ""}, "invoice without an id"),
        (INVOICE, {"number": "a\0b"}, "NUL character"),
        (INVOICE, {"external_id": "a\0b"}, "NUL character"),
        (INVOICE, {"number": "\ud800"}, "invoice 'i1'"),
        (INVOICE, {"terms": 30}, "terms 30 is no str"),
        (INVOICE, {"disputed": "no"}, "disputed 'no' is no bool"),
        (INVOICE, {"updated_at": datetime(2026, 1, 1)}, "has no time zone"),
        (CUSTOMER, {"credit_score": 2**31}, "credit_score is too large"),
        (CUSTOMER, {"credit_limit": Decimal("sNaN")}, "credit_limit"),
        (PAYMENT, {"paid_on": None}, "paid_on None is no date"),
        (MEMO, {"status": "gone"}, "status 'gone' is not known"),
        (ALLOCATION, {"kind": "gift"}, "kind 'gift' is not known"),
        (ALLOCATION, {"source_id": 5}, "source_id 5 is no str"),
        (ALLOCATION, {"source_kind": "invoice"}, "source_kind 'invoice' is not known"),
        (ALLOCATION, {"home_amount": 1.5}, "home_amount 1.5 cannot be stored"),
        (ALLOCATION, {"invoice_id": None}, "invoice_id is empty"),
        (ALLOCATION, {"kind": "refund", "source_id": "p1", "source_kind": "payment"}, "settles no invoice"),
        (ALLOCATION, {"kind": "refund", "invoice_id": None, "source_kind": "payment"}, "source_id is empty"),
        (ALLOCATION, {"kind": "refund", "invoice_id": None, "source_id": "p1"}, "source_kind None is not known"),
        (PAYMENT, {"status": "draft"}, "status 'draft' is not known"),
        (INVOICE, {"exchange_rate": Decimal(0)}, "exchange_rate Decimal('0') cannot be stored"),
        (INVOICE, {"exchange_rate": Decimal("-1.1")}, "exchange_rate"),
        (INVOICE, {"exchange_rate": Decimal("NaN")}, "exchange_rate"),
        (INVOICE, {"exchange_rate": Decimal("Infinity")}, "exchange_rate"),
        (INVOICE, {"exchange_rate": Decimal("1E-30")}, "exchange_rate"),
        (PAYMENT, {"exchange_rate": 1.1}, "exchange_rate 1.1 cannot be stored"),
        (MEMO, {"exchange_rate": "1.1"}, "exchange_rate '1.1' cannot be stored"),
    ],
)
def test_what_cannot_be_stored_is_refused(record, changes, message):
    with pytest.raises(RecordError, match=re.escape(message)):
        row(record, **changes)


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        (INVOICE, {"exchange_rate": Decimal("1.1")}),
        (PAYMENT, {"exchange_rate": Decimal("1.1")}),
        (PAYMENT, {"status": "void"}),
        (MEMO, {"exchange_rate": Decimal("1.1")}),
        (ALLOCATION, {"home_amount": Decimal("1.1")}),
        (ALLOCATION, {"source_kind": "payment"}),
    ],
)
def test_what_is_rarely_said_changes_the_hash_where_it_is(record, changes):
    assert row(record, **changes).hash != row(record).hash


def test_a_rate_has_one_form():
    rates = ["1.10", "1.1", "0.1", "11E-1", "150", "1.5E+2", f"{Decimal(1) / Decimal(3)}"]
    assert [row(INVOICE, exchange_rate=Decimal(each)).facts[10] for each in rates] == [
        "1.1", "1.1", "0.1", "1.1", "150", "150", "0.33333333333333333333",
    ]  # fmt: skip


def complete(entity="payment", external_id="p1"):
    return AllocationsComplete(entity=entity, external_id=external_id, gone_on=date(2026, 3, 1))


def test_what_an_item_states_whole_is_noted_with_its_allocations():
    batch = Batch.of(CONNECTION)
    at = datetime(2026, 2, 1, tzinfo=UTC)
    batch.add([replace(CUSTOMER, updated_at=at.replace(year=2027)), replace(PAYMENT, updated_at=at), complete()])
    batch.add([INVOICE, ALLOCATION, complete("invoice", "i1")])
    payment, invoice = batch.complete.values()
    assert (payment.side, payment.allocations, payment.updated_at) == ("source", frozenset(), at)
    assert (invoice.side, invoice.allocations, invoice.updated_at) == ("invoice", set(batch.rows["allocation"]), None)


def test_the_newer_of_two_whole_statements_of_a_document_stands():
    old, new = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 2, tzinfo=UTC)
    first = [replace(PAYMENT, updated_at=old), ALLOCATION, complete()]
    second = [replace(PAYMENT, updated_at=new), replace(ALLOCATION, external_id="a2"), complete()]
    for items in ((first, second), (second, first)):
        batch = Batch.of(CONNECTION)
        for item in items:
            batch.add(item)
        assert [each.external_id for each in batch.rows["allocation"].values()] == ["a2"]


@pytest.mark.parametrize(
    "record",
    [complete("customer", "c1"), complete(external_id=""), complete(external_id="\ud800"), complete("payment", 5)],
)
def test_a_whole_statement_that_names_no_document_is_refused(record):
    batch = Batch.of(CONNECTION)
    with pytest.raises(RecordError):
        batch.add([PAYMENT, record])
    assert not batch.complete
    assert not any(batch.rows.values())


def test_a_deletion_of_an_id_that_is_no_text_is_refused():
    with pytest.raises(RecordError):
        Batch.of(CONNECTION).add([Gone(entity="invoice", external_id="\ud800", gone_on=date(2026, 3, 1))])


def test_an_item_is_taken_in_whole_or_not_at_all():
    batch = Batch.of(CONNECTION)
    with pytest.raises(RecordError):
        batch.add([CUSTOMER, replace(INVOICE, currency="")])
    with pytest.raises(RecordError, match="is no ledger record"):
        batch.add([CUSTOMER, object()])
    assert not any(batch.rows.values())


def test_the_last_word_on_a_record_stands():
    batch = Batch.of(CONNECTION)
    gone = Gone(entity="invoice", external_id="i1", gone_on=date(2026, 3, 1))
    batch.add([INVOICE, gone])
    assert (len(batch.rows["invoice"]), len(batch.gone["invoice"])) == (0, 1)
    batch.add([INVOICE], {"Id": 1}, "invoice")
    assert (len(batch.rows["invoice"]), len(batch.gone["invoice"])) == (1, 0)
