"""What the books call disputed is opened as a dispute, once; the invoice is held from then on."""

from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from hub.connections import service as connections
from hub.disputes import signals
from hub.disputes.service import change, get
from hub.ledger import holds
from hub.ledger import service as ledger
from hub.sdk.records import Customer, Invoice

DAY = date(2026, 3, 31)


@pytest.fixture
def books(storage, tenant):
    """A connection whose file notes four disputes: with words, with an amount, without either, and of nothing open."""
    with storage.tenant(tenant) as session:
        connection = connections.ensure(session, "csv", f"Books {datetime.now(UTC).timestamp()}", {})

    def store(**changed):
        def invoice(name, **more):
            stated = {"disputed": True, "number": name, "currency": "EUR", "total": Decimal(100), "customer_id": "c"}
            stated |= {"issued_on": date(2026, 2, 1), "due_on": date(2026, 3, 1), **more, **changed.get(name, {})}
            return Invoice(external_id=name, **stated)

        records = [
            Customer(external_id="c", name="Acme"),
            invoice("words", dispute_text="Two pallets short, see delivery note"),
            invoice("amount", dispute_text="Price per order is 4.10", disputed_amount=Decimal(30)),
            invoice("mark"),
            invoice("void", status="void"),
            invoice("fine", disputed=None),
        ]
        with storage.tenant(tenant) as session:
            ledger.store(session, connection, [(None, records)], None, datetime.now(UTC))

    store()
    return SimpleNamespace(connection=connection, store=store, tenant=tenant)


def opened(storage, books):
    with storage.tenant(books.tenant) as session:
        count = signals.open_signalled(session, books.connection, datetime.now(UTC), today=DAY)
        rows = session.execute(
            text("""
                select d.id, d.text, d.amount, d.currency, d.source, d.invoice_id, i.number from disputes d
                join invoices i on i.id = d.invoice_id where i.connection_id = :connection order by d.number
            """),
            {"connection": books.connection},
        ).all()
        held = holds.active(session, [row.invoice_id for row in rows]) if rows else []
    return count, {row.number: row for row in rows}, held


def test_each_is_opened_once_and_held(storage, books):
    count, found, held = opened(storage, books)
    assert count == 3 and set(found) == {"words", "amount", "mark"}
    assert found["words"].text == "Two pallets short, see delivery note"
    assert (found["amount"].amount, found["amount"].currency, found["amount"].source) == (30, "EUR", "csv")
    assert found["mark"].text == signals.FLAGGED
    assert {(hold.invoice_id, hold.amount) for hold in held} == {(row.invoice_id, row.amount) for row in found.values()}
    assert opened(storage, books)[0] == 0
    books.store()
    assert opened(storage, books)[0] == 0


def test_other_words_are_another_objection_and_a_mark_beside_an_open_one_is_none(storage, books):
    opened(storage, books)
    books.store(words={"dispute_text": "And the rest is damaged"}, amount={"dispute_text": None})
    count, _, _ = opened(storage, books)
    assert count == 1
    with storage.tenant(books.tenant) as session:
        texts = session.scalars(text("select text from disputes order by number desc limit 1")).all()
    assert texts == ["And the rest is damaged"]


def test_no_more_is_disputed_than_is_open(storage, books):
    books.store(amount={"disputed_amount": Decimal(500)})
    _, found, _ = opened(storage, books)
    assert found["amount"].amount == 100


def test_a_person_may_say_otherwise(storage, books):
    _, found, _ = opened(storage, books)
    with storage.tenant(books.tenant) as session:
        dispute = get(session, found["mark"].id)
        change(session, dispute["id"], {"amount": Decimal(5)}, datetime.now(UTC), expected_version=dispute["version"])
    assert opened(storage, books)[0] == 0
