"""What the ledger makes of the records it is given: balances, statuses, versions and aggregates."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from sqlalchemy import select, text

from hub.errors import InvalidError, PreconditionError
from hub.ledger import service
from hub.sdk.errors import RecordError
from hub.sdk.records import Allocation, AllocationsComplete, CreditMemo, Customer, Gone, Invoice, Payment

CUSTOMER = Customer(external_id="c1", name="Acme", currency="EUR")
INVOICE = Invoice(
    external_id="i1",
    customer_id="c1",
    number="INV-1",
    issued_on=date(2026, 1, 5),
    due_on=date(2026, 2, 4),
    currency="EUR",
    total=Decimal("100.00"),
)
PAYMENT = Payment(
    external_id="p1", customer_id="c1", paid_on=date(2026, 2, 10), currency="EUR", amount=Decimal("100.00")
)
MEMO = CreditMemo(
    external_id="m1", customer_id="c1", number="CN-1", issued_on=date(2026, 2, 1), currency="EUR", total=Decimal(100)
)


def allocation(amount: str, day: int = 10, kind: str = "payment", source: str | None = "p1", **more) -> Allocation:
    return Allocation(
        external_id=more.pop("id", f"{kind}-{day}"),
        invoice_id=more.pop("invoice", "i1"),
        source_id=source,
        kind=kind,
        amount=Decimal(amount),
        applied_on=date(2026, 2, day),
        **more,
    )


@pytest.mark.parametrize(
    ("status", "allocations", "expected"),
    [
        ("open", [], ("open", "100", None)),
        ("open", [allocation("40")], ("partially_paid", "60", None)),
        ("open", [allocation("100")], ("paid", "0", 10)),
        ("open", [allocation("40", 10), allocation("60", 12)], ("paid", "0", 12)),
        # The order in which they are recorded does not matter, the dates do.
        ("open", [allocation("60", 12), allocation("40", 10)], ("paid", "0", 12)),
        # A later payment was not needed to settle it.
        ("open", [allocation("100", 10), allocation("5", 20)], ("paid", "-5", 10)),
        # Paid what was left after a credit; and credited what was left after a payment.
        ("open", [allocation("10", 9, "credit_memo", None), allocation("90", 15)], ("paid", "0", 15)),
        ("open", [allocation("90", 9), allocation("10", 15, "credit_memo", None)], ("paid", "0", 9)),
        ("open", [allocation("100", 9, "credit_memo", None)], ("credited", "0", None)),
        ("open", [allocation("100", 9, "write_off", None)], ("written_off", "0", None)),
        # The customer gave up at a tenth; against a few cents short, which are no loss.
        ("open", [allocation("10", 9), allocation("90", 20, "write_off", None)], ("written_off", "0", None)),
        ("open", [allocation("99.50", 9), allocation("0.50", 20, "write_off", None)], ("paid", "0", 9)),
        ("open", [allocation("98", 9), allocation("2", 9, "discount", None)], ("paid", "0", 9)),
        # Settled, but the source does not say when: no day to learn from.
        ("open", [allocation("100", 9, "opening", None)], ("paid", "0", None)),
        ("open", [allocation("100", 9, reversed_on=date(2026, 2, 12))], ("open", "100", None)),
        # A cheque that bounced, as some ledgers show it, and the money that came in the end.
        ("open", [allocation("100", 9), allocation("-100", 11), allocation("100", 20)], ("paid", "0", 20)),
        ("void", [], ("void", "0", None)),
        ("draft", [], ("draft", "0", None)),
        ("written_off", [allocation("40")], ("written_off", "0", None)),
    ],
)
def test_status_follows_from_the_allocations(books, assert_aggregates, status, allocations, expected):
    books.store(CUSTOMER, replace(INVOICE, status=status), PAYMENT, *allocations)
    invoice = books.invoice()
    day = invoice["paid_on"] and invoice["paid_on"].day
    assert (invoice["status"], invoice["balance"], day) == (expected[0], Decimal(expected[1]), expected[2])
    assert_aggregates(books.session)


def test_a_void_of_total_zero_is_never_paid(books):
    books.store(replace(INVOICE, total=Decimal(0), balance=Decimal(0), status="void"))
    assert (books.invoice()["status"], books.invoice()["paid_on"]) == ("void", None)


def test_allocations_that_come_first_wait_for_their_invoice(books, assert_aggregates):
    books.store(allocation("30"))
    books.store(PAYMENT)
    assert_aggregates(books.session)
    books.store(INVOICE)
    assert (books.invoice()["status"], books.invoice()["balance"]) == ("partially_paid", Decimal(70))
    assert books.all("payments", "unapplied") == [(Decimal(70),)]
    assert_aggregates(books.session)


def test_an_invoice_that_turns_out_void_gives_the_payment_back(books, assert_aggregates):
    books.store(PAYMENT, allocation("30"))
    books.store(replace(INVOICE, status="void"))
    assert books.all("payments", "unapplied") == [(Decimal(100),)]
    assert_aggregates(books.session)
    books.store(INVOICE)
    assert books.all("payments", "unapplied") == [(Decimal(70),)]
    assert_aggregates(books.session)


def test_a_reversal_opens_the_invoice_again(books, assert_aggregates):
    books.store(CUSTOMER, INVOICE, PAYMENT, allocation("100"))
    assert books.invoice()["status"] == "paid"
    books.store(replace(allocation("100"), reversed_on=date(2026, 2, 14)))
    assert (books.invoice()["status"], books.invoice()["paid_on"]) == ("open", None)
    assert books.all("payments", "unapplied") == [(Decimal(100),)]
    assert_aggregates(books.session)


def test_an_allocation_moved_to_another_invoice_leaves_the_first_open(books, assert_aggregates):
    books.store(CUSTOMER, INVOICE, replace(INVOICE, external_id="i2"), PAYMENT, allocation("100"))
    books.store(replace(allocation("100"), invoice_id="i2"))
    assert [books.invoice(each)["status"] for each in ("i1", "i2")] == ["open", "paid"]
    assert_aggregates(books.session)


@pytest.mark.parametrize("gone", ["payment", "allocation", "invoice", "credit_memo"])
def test_what_is_deleted_no_longer_counts_and_may_return(books, assert_aggregates, gone):
    given = [
        *(CUSTOMER, INVOICE, PAYMENT, MEMO, allocation("60")),
        allocation("40", kind="credit_memo", source="m1"),
    ]
    books.store(*given)
    before = _state(books)
    external_id = {"payment": "p1", "allocation": "payment-10", "invoice": "i1", "credit_memo": "m1"}[gone]
    deletion = Gone(entity=gone, external_id=external_id, gone_on=date(2026, 3, 1))
    counts = books.store(deletion)
    assert counts[gone].deleted == 1
    assert_aggregates(books.session)
    assert books.invoice()["status"] == {"invoice": "deleted"}.get(gone, "partially_paid")
    again = books.store(deletion)
    assert sum(each.written for each in again.values()) == 0

    books.store(*given)
    assert _state(books) == before
    assert_aggregates(books.session)


def test_deleting_an_invoice_frees_the_payment(books, assert_aggregates):
    books.store(CUSTOMER, INVOICE, PAYMENT, allocation("100"))
    books.store(Gone(entity="invoice", external_id="i1", gone_on=date(2026, 3, 1)))
    assert books.all("payments", "unapplied") == [(Decimal(100),)]
    assert books.invoice()["deleted_on"] == date(2026, 3, 1)
    assert_aggregates(books.session)


def test_a_deletion_of_what_never_was_is_nothing(books):
    counts = books.store(Gone(entity="invoice", external_id="i9", gone_on=date(2026, 3, 1)))
    assert sum(each.written for each in counts.values()) == 0


def test_an_older_version_never_replaces_a_newer_one(books):
    new = replace(INVOICE, number="new", updated_at=datetime(2026, 2, 2, tzinfo=UTC))
    old = replace(INVOICE, number="old", updated_at=datetime(2026, 2, 1, tzinfo=UTC))
    books.store(new)
    counts = books.store(old)
    assert (counts["invoice"].stale, books.invoice()["number"]) == (1, "new")
    # Neither within a page, in either order.
    books.store(replace(old, external_id="i2"), replace(new, external_id="i2"))
    books.store(replace(new, external_id="i3"), replace(old, external_id="i3"))
    assert {books.invoice(each)["number"] for each in ("i2", "i3")} == {"new"}


def test_the_same_again_writes_nothing(books):
    given = [CUSTOMER, INVOICE, PAYMENT, MEMO, allocation("60")]
    books.store(*given, raw={"Id": "1"}, main="invoice")
    before = _places(books)
    counts = books.store(*given, raw={"Id": "1", "fetched": "later"}, main="invoice")
    assert {entity: each.unchanged for entity, each in counts.items()} == {
        "customer": 1, "invoice": 1, "payment": 1, "credit_memo": 1, "allocation": 1,
    }  # fmt: skip
    # 100 and 100.00 are the same money.
    books.store(replace(INVOICE, total=Decimal("100")))
    assert _places(books) == before


def test_a_customer_change_moves_the_balance(books, assert_aggregates):
    books.store(CUSTOMER, replace(CUSTOMER, external_id="c2", name="Beta"), INVOICE, PAYMENT, allocation("30"))
    books.store(replace(INVOICE, customer_id="c2", currency="USD", due_on=date(2026, 5, 1)))
    assert_aggregates(books.session)


def test_a_large_page_is_merged_as_a_small_one(books, assert_aggregates):
    invoices = [replace(INVOICE, external_id=f"i{n}", customer_id=f"c{n % 7}") for n in range(1200)]
    payments = [replace(PAYMENT, external_id=f"p{n}", customer_id=f"c{n % 7}") for n in range(600)]
    applied = [allocation("100", source=f"p{n}", invoice=f"i{n}", id=f"a{n}") for n in range(600)]
    raw = {"text": "tab\t back\\slash \u0000 \\u0000 \ud800 new\nline"}
    books.store(CUSTOMER, *invoices, *payments, *applied, raw=raw, main="invoice")
    assert_aggregates(books.session)
    statuses = dict(books.session.execute(text("select status, count(*) from invoices group by 1")).all())
    assert statuses == {"paid": 600, "open": 600}
    counts = books.store(*(replace(each, terms="NET 30") for each in invoices[:700]), *payments, *applied)
    assert (counts["invoice"].changed, counts["payment"].unchanged) == (700, 600)
    assert_aggregates(books.session)


def test_raw_is_kept_beside_the_main_record_only(books):
    books.store(CUSTOMER, INVOICE, raw={"Id": "1", "Total": Decimal("100.00"), "note": "a\0b"}, main="invoice")
    (raw,) = books.all("invoices", "raw")[0]
    assert raw == {"Id": "1", "Total": "100.00", "note": "a\ufffdb"}
    assert books.all("customers", "raw") == [(None,)]


def test_replaced_rows_are_kept_with_the_time_they_held(books):
    books.store(CUSTOMER, INVOICE)
    first = books.now
    books.store(PAYMENT, allocation("100"))
    second = books.now
    history = service.invoice_history(books.session, books.invoice()["id"])
    assert [(each["recorded_at"], each["superseded_at"], each["row"]["status"]) for each in history] == [
        (first, second, "open"),
        (second, None, "paid"),
    ]
    known = service.as_known("invoice", first)
    row = books.session.execute(select(known)).mappings().one()
    assert (row["status"], row["balance"], row["due_on"]) == ("open", Decimal(100), date(2026, 2, 4))
    assert books.session.execute(select(service.as_known("payment", first))).all() == []
    assert books.session.execute(select(service.as_known("invoice", second))).mappings().one()["status"] == "paid"


def test_a_row_replaced_in_the_run_that_brought_it_leaves_no_version(books):
    for record in (INVOICE, allocation("100")):
        service.store(books.session, books.connection, [(None, [record])], None, books.now)
    assert books.invoice()["status"] == "paid"
    assert len(service.invoice_history(books.session, books.invoice()["id"])) == 1


def test_open_as_of_a_day_goes_by_the_dates_of_the_books(books):
    books.store(CUSTOMER, INVOICE, PAYMENT, allocation("60", 10), allocation("40", 20, reversed_on=date(2026, 2, 25)))

    def balances(day: date, **known) -> list[Decimal]:
        return [row.balance for row in books.session.execute(service.open_as_of(day, **known))]

    assert balances(date(2026, 1, 4)) == []
    assert balances(date(2026, 1, 5)) == balances(date(2026, 2, 9)) == [Decimal(100)]
    assert balances(date(2026, 2, 10)) == [Decimal(40)]
    assert balances(date(2026, 2, 20)) == balances(date(2026, 2, 24)) == []
    assert balances(date(2026, 2, 25)) == [Decimal(40)]
    # The same day, as it was known before any of it was.
    assert balances(date(2026, 2, 10), known_at=datetime(2026, 2, 10, tzinfo=UTC)) == []
    assert balances(date(2026, 2, 10), known_at=books.now) == [Decimal(40)]


def test_receivables_are_open_invoices_less_what_is_unapplied(books):
    books.store(CUSTOMER, INVOICE, PAYMENT, MEMO, allocation("30"))
    day = date(2026, 2, 28)
    assert service.receivable(books.session, books.connection, day) == {"EUR": Decimal(-100)}
    assert service.receivable(books.session, books.connection, date(2026, 2, 9)) == {"EUR": Decimal(0)}


def test_findings_name_what_does_not_add_up(books):
    books.store(
        replace(INVOICE, balance=Decimal(5)),
        allocation("130"),
        allocation("1", invoice="i9", id="a9"),
        replace(PAYMENT, external_id="p2", amount=Decimal(10)),
        allocation("20", source="p2", id="a2"),
    )
    assert service.findings(books.session, books.connection) == {
        "invoices_without_customer": 1,
        "allocations_without_invoice": 1,
        "allocations_without_source": 2,
        "overpaid_invoices": 1,
        "balances_unlike_stated": 1,
        "overallocated_sources": 1,
    }


def test_foreign_currency_payments_are_used_up_in_their_own(books, assert_aggregates):
    books.store(
        CUSTOMER,
        INVOICE,
        replace(PAYMENT, currency="USD", amount=Decimal(110)),
        allocation("100", source_amount=Decimal("108.5")),
    )
    assert books.all("payments", "unapplied") == [(Decimal("1.5"),)]
    assert_aggregates(books.session)


def test_a_record_that_cannot_be_stored_is_named_and_nothing_is(books):
    items = [({}, [CUSTOMER]), ({}, [replace(INVOICE, total=Decimal("NaN"))])]
    with pytest.raises(RecordError, match="total"):
        service.store(books.session, books.connection, items, "invoice", books.now)
    assert books.all("customers", "name") == []


class TestByHand:
    """Invoices entered through the API."""

    FIELDS: ClassVar = {
        **{"number": "H-1", "issued_on": date(2026, 1, 1), "due_on": date(2026, 1, 31)},
        **{"currency": "EUR", "total": Decimal("12.50")},
    }

    def test_for_a_customer_of_the_ledger(self, books, assert_aggregates):
        books.store(CUSTOMER)
        customer = service.ledger_id(books.connection, "customer", "c1")
        invoice = service.enter_invoice(books.session, **self.FIELDS, customer_id=customer, now=books.now)
        assert service.get_invoice(books.session, invoice)["customer_name"] == "Acme"
        assert service.enter_invoice(books.session, **self.FIELDS, customer_name="Acme", now=books.now) == invoice
        assert service.get_invoice(books.session, invoice)["version"] == 1
        assert service.get_customer(books.session, customer)["balances"][0]["open_balance"] == Decimal("12.5")
        assert_aggregates(books.session)

    def test_for_a_new_customer(self, books):
        invoice = service.enter_invoice(books.session, **self.FIELDS, customer_name="New Ltd", now=books.now)
        assert service.get_invoice(books.session, invoice)["customer_name"] == "New Ltd"

    def test_refuses_what_cannot_be(self, books):
        unknown = service.ledger_id(books.connection, "customer", "c9")
        with pytest.raises(InvalidError, match="no such customer"):
            service.enter_invoice(books.session, **self.FIELDS, customer_id=unknown, now=books.now)
        with pytest.raises(InvalidError) as refusal:
            service.enter_invoice(
                books.session, **self.FIELDS | {"total": Decimal("-1")}, customer_name="A", now=books.now
            )
        assert refusal.value.fields == {"total": "a credit memo with a positive total"}


def test_what_people_say_of_a_customer_survives_a_sync(books):
    books.store(CUSTOMER)
    customer = service.ledger_id(books.connection, "customer", "c1")
    assert service.update_customer(books.session, customer, {"notes": "kind"}, 1)["version"] == 2
    with pytest.raises(PreconditionError, match="version 2"):
        service.update_customer(books.session, customer, {}, 1)
    books.store(replace(CUSTOMER, name="Acme AG"))
    shown = service.get_customer(books.session, customer)
    assert (shown["name"], shown["profile"], shown["version"]) == ("Acme AG", {"notes": "kind"}, 3)


def _state(books) -> dict[str, list]:
    return {
        "invoices": books.all("invoices", "external_id, balance, status, paid_on, deleted_on"),
        "payments": books.all("payments", "external_id, unapplied, deleted_on"),
        "credit_memos": books.all("credit_memos", "external_id, unapplied, status, deleted_on"),
        "allocations": books.all("allocations", "external_id, amount, deleted_on"),
    }


def _places(books) -> list:
    """Where each row lies: an update, even to the same values, moves it."""
    tables = ("customers", "invoices", "payments", "credit_memos", "allocations", "agg_day", "agg_customer")
    versions = books.session.execute(text("select count(*) from ledger_versions")).scalar_one()
    return [
        versions,
        *([tuple(row) for row in books.session.execute(text(f"select ctid::text, xmax from {t}"))] for t in tables),
    ]


def complete(entity: str = "payment", external_id: str = "p1") -> AllocationsComplete:
    return AllocationsComplete(entity=entity, external_id=external_id, gone_on=date(2026, 3, 1))


def test_what_is_void_counts_nowhere_and_may_count_again(books, assert_aggregates):
    books.store(CUSTOMER, INVOICE, PAYMENT, MEMO, allocation("60"), allocation("40", kind="credit_memo", source="m1"))
    before = _state(books)
    books.store(replace(PAYMENT, status="void"))
    assert (books.invoice()["status"], books.invoice()["balance"]) == ("partially_paid", Decimal(60))
    assert books.all("payments", "unapplied, status") == [(Decimal(0), "void")]
    assert_aggregates(books.session)
    books.store(replace(MEMO, status="void"))
    assert (books.invoice()["status"], books.invoice()["balance"]) == ("open", Decimal(100))
    assert service.receivable(books.session, books.connection, date(2026, 3, 1)) == {"EUR": Decimal(100)}
    assert_aggregates(books.session)
    books.store(PAYMENT, MEMO)
    assert _state(books) == before
    assert_aggregates(books.session)


def test_a_payment_that_turns_out_void_had_settled_nothing(books, assert_aggregates):
    books.store(INVOICE, allocation("60"))
    assert books.invoice()["balance"] == Decimal(40)
    books.store(replace(PAYMENT, status="void"))
    assert books.invoice()["balance"] == Decimal(100)
    assert_aggregates(books.session)


def test_a_refund_uses_up_what_it_pays_back(books, assert_aggregates):
    refund = allocation("30", kind="refund", invoice=None, source_kind="payment")
    books.store(CUSTOMER, INVOICE, PAYMENT, MEMO, allocation("60"), refund)
    credited = replace(refund, external_id="r2", source_id="m1", source_kind="credit_memo", amount=Decimal(25))
    books.store(credited)
    assert books.all("payments", "unapplied") == [(Decimal(10),)]
    assert books.all("credit_memos", "unapplied") == [(Decimal(75),)]
    assert service.receivable(books.session, books.connection, date(2026, 3, 1)) == {"EUR": Decimal(40 - 10 - 75)}
    on_account = books.session.execute(text("select sum(billed - credited - paid - on_account) from agg_day"))
    assert on_account.scalar_one() == Decimal(40 - 10 - 75)
    assert service.findings(books.session, books.connection) == {}
    assert_aggregates(books.session)
    books.store(Gone(entity="allocation", external_id="r2", gone_on=date(2026, 3, 1)))
    assert books.all("credit_memos", "unapplied") == [(Decimal(100),)]
    assert_aggregates(books.session)


def test_rates_and_home_amounts_are_kept(books):
    books.store(
        replace(INVOICE, exchange_rate=Decimal("1.0834")),
        replace(PAYMENT, exchange_rate=Decimal("1.1")),
        replace(MEMO, exchange_rate=Decimal("0.0000123456789")),
        allocation("60", home_amount=Decimal("66.55")),
    )
    assert books.all("invoices", "exchange_rate") == [(Decimal("1.0834"),)]
    assert books.all("payments", "exchange_rate") == [(Decimal("1.1"),)]
    assert books.all("credit_memos", "exchange_rate") == [(Decimal("0.0000123456789"),)]
    assert books.all("allocations", "home_amount") == [(Decimal("66.55"),)]
    books.store(replace(INVOICE, exchange_rate=Decimal("1.09")))
    assert books.all("invoices", "exchange_rate") == [(Decimal("1.09"),)]


class TestStatedWhole:
    """Documents of which an item says what all their allocations are."""

    @pytest.fixture(autouse=True)
    def _stored(self, books):
        second = replace(INVOICE, external_id="i2", number="INV-2")
        books.store(CUSTOMER, INVOICE, second, PAYMENT, allocation("60"), allocation("40", 11, invoice="i2", id="a2"))

    def test_an_allocation_that_is_no_longer_stated_is_taken_back(self, books, assert_aggregates):
        counts = books.store(PAYMENT, allocation("60"), complete())
        assert (counts["allocation"].deleted, counts["allocation"].unchanged) == (1, 1)
        assert books.all("allocations", "external_id, deleted_on") == [("a2", date(2026, 3, 1)), ("payment-10", None)]
        assert [books.invoice(each)["balance"] for each in ("i1", "i2")] == [Decimal(40), Decimal(100)]
        assert books.all("payments", "unapplied") == [(Decimal(40),)]
        history = service.invoice_history(books.session, books.invoice("i2")["id"])
        assert [each["row"]["status"] for each in history] == ["partially_paid", "open"]
        assert_aggregates(books.session)
        # The same again says nothing new.
        places = _places(books)
        again = books.store(PAYMENT, allocation("60"), complete())
        assert sum(each.written for each in again.values()) == 0
        assert _places(books) == places
        # Applied again it is back.
        books.store(PAYMENT, allocation("60"), allocation("40", 11, invoice="i2", id="a2"), complete())
        assert (books.invoice("i2")["balance"], books.all("payments", "unapplied")) == (Decimal(60), [(Decimal(0),)])
        assert_aggregates(books.session)

    def test_an_invoice_that_says_all_that_settled_it(self, books, assert_aggregates):
        discount = allocation("5", 12, "discount", None)
        books.store(INVOICE, discount, complete("invoice", "i1"))
        assert (books.invoice()["balance"], books.invoice("i2")["balance"]) == (Decimal(95), Decimal(60))
        assert books.all("payments", "unapplied") == [(Decimal(60),)]
        assert_aggregates(books.session)

    def test_one_allocation_moved_by_both_of_its_documents(self, books, assert_aggregates):
        moved = allocation("60", 13, invoice="i2", id="a3")
        books.store(PAYMENT, moved, complete())
        books.store(replace(INVOICE, external_id="i2"), moved, complete("invoice", "i2"))
        assert [books.invoice(each)["balance"] for each in ("i1", "i2")] == [Decimal(100), Decimal(40)]
        assert_aggregates(books.session)

    @pytest.mark.parametrize(
        "document",
        [replace(PAYMENT, status="void"), Gone(entity="payment", external_id="p1", gone_on=date(2026, 3, 1))],
    )
    def test_a_payment_that_is_no_more(self, books, assert_aggregates, document):
        counts = books.store(document, complete())
        assert counts["allocation"].deleted == 2
        assert [books.invoice(each)["status"] for each in ("i1", "i2")] == ["open", "open"]
        assert_aggregates(books.session)

    def test_other_connections_and_other_documents_keep_theirs(self, books, assert_aggregates):
        other = type(books)(books.session, now=books.now)
        other.store(CUSTOMER, INVOICE, PAYMENT, MEMO, allocation("60"), allocation("5", 9, "credit_memo", "m1"))
        other.store(MEMO, complete("credit_memo", "m1"))
        assert other.invoice()["balance"] == Decimal(40)
        assert books.invoice()["balance"] == Decimal(40)
        assert_aggregates(books.session)

    def test_an_older_statement_takes_nothing_back_and_brings_nothing_back(self, books, assert_aggregates):
        old, new = datetime(2026, 2, 20, tzinfo=UTC), datetime(2026, 2, 25, tzinfo=UTC)
        kept = replace(allocation("60"), updated_at=new)
        books.store(replace(PAYMENT, updated_at=new), replace(kept, amount=Decimal("59")), complete())
        gone = allocation("40", 11, invoice="i2", id="a2", updated_at=old)
        counts = books.store(replace(PAYMENT, updated_at=old), gone, complete())
        assert (counts["allocation"].stale, counts["allocation"].deleted) == (1, 0)
        assert books.all("allocations", "external_id, deleted_on") == [("a2", date(2026, 3, 1)), ("payment-10", None)]
        assert_aggregates(books.session)

    def test_two_statements_of_one_page(self, books, assert_aggregates):
        books.now += timedelta(hours=1)
        batch = service.Batch.of(books.connection)
        batch.add([PAYMENT, allocation("60"), allocation("1", 14, invoice="i2", id="a3"), complete()])
        batch.add([PAYMENT, allocation("1", 14, invoice="i2", id="a3"), complete()])
        service.store_batch(books.session, batch, books.now)
        assert [books.invoice(each)["balance"] for each in ("i1", "i2")] == [Decimal(100), Decimal(99)]
        assert_aggregates(books.session)

    def test_what_it_takes_back_is_counted_among_the_deletions(self, books):
        batch = service.Batch.of(books.connection)
        batch.add([PAYMENT, complete()])
        assert service.count_deletions(books.session, batch) == {"allocation": (2, 2)}
