"""Journals: every line on receivables is a record of its own."""

from decimal import Decimal

from hub.sdk.records import Allocation, Gone, Invoice, Payment
from tests.unit.connectors_netsuite.rows import answer, books, document, link, mapped, only


def journal(key=900, **columns):
    return document(key, "Journal", None, entity=None, **columns)


def line(number, amount, key=900, entity="7", **columns):
    return {"transaction": str(key), "line": str(number), "entity": entity, "foreignamount": amount, **columns}


def test_a_line_that_lowers_the_receivables_is_a_payment_that_settles_by_journal():
    records = mapped(
        answer(document(101), journal()),
        answer(line(1, "-80.00")),
        answer(link(101, "CustInvc", 900, "Journal", "80.00", nextline="1")),
    )
    (payment,), (allocation,) = only(records, Payment), only(records, Allocation)
    assert (payment.external_id, payment.amount, payment.customer_id) == ("900-1", Decimal("80.00"), "7")
    assert (allocation.kind, allocation.source_id, allocation.invoice_id) == ("journal", "900-1", "101")


def test_a_line_that_raises_them_is_an_invoice_that_a_payment_may_settle():
    found = books(
        answer(journal(), document(201, "CustPymt", "30.00")),
        answer(line(0, "80.00", foreignamountunpaid="50.00")),
        answer(link(900, "Journal", 201, "CustPymt", "30.00", previousline="0")),
    )
    assert found.balance(found.invoices["900-0"]) == 50
    assert found.invoices["900-0"].balance == 50
    assert found.receivable() == {"USD": 50}


def test_the_lines_of_one_journal_are_of_several_customers():
    found = books(
        answer(document(101), document(102, entity="8"), journal()),
        answer(line(1, "-60.00"), line(2, "-40.00", entity="8"), line(3, "25.00", entity="9")),
        answer(
            link(101, "CustInvc", 900, "Journal", "60.00", nextline="1"),
            link(102, "CustInvc", 900, "Journal", "40.00", nextline="2"),
        ),
    )
    assert {key: each.customer_id for key, each in found.payments.items()} == {"900-1": "7", "900-2": "8"}
    assert all(found.unapplied(each) == 0 for each in found.payments.values())
    assert found.invoices["900-3"].customer_id == "9"


def test_a_journal_without_lines_is_taken_by_its_header():
    found = books(
        answer(document(101), document(900, "Journal", "-80.00")),
        answer(link(101, "CustInvc", 900, "Journal", "80.00")),
    )
    assert found.receivable() == {"USD": 20}
    assert [*found.payments] == ["900"]
    raising = books(answer(document(901, "Journal", "80.00", foreignamountunpaid="80.00")))
    assert [*raising.invoices] == ["901"]


def test_a_line_that_moved_to_another_place_leaves_nothing_behind():
    gone = {(each.entity, each.external_id) for each in only(mapped(answer(journal()), answer(line(2, "-5.00"))), Gone)}
    assert gone == {
        ("invoice", "900"),
        ("payment", "900"),
        ("invoice", "900-0"),
        ("payment", "900-0"),
        ("invoice", "900-1"),
        ("payment", "900-1"),
        ("invoice", "900-2"),
    }


def test_a_journal_that_takes_a_void_payment_back_counts_as_little_as_that():
    found = books(
        answer(document(101), document(201, "CustPymt", voided="T"), journal()),
        answer(line(0, "100.00", foreignamountunpaid="0")),
        answer(link(900, "Journal", 201, "CustPymt", "100.00", previousline="0")),
    )
    assert found.invoices["900-0"].status == "void"
    assert found.payments["201"].status == "void"
    assert found.receivable() == {"USD": 100}


def test_a_void_journal_is_void_in_all_its_lines():
    records = mapped(answer(journal(voided="T", posting="F")), answer(line(0, "100.00"), line(1, "-30.00")))
    assert [each.status for each in [*only(records, Invoice), *only(records, Payment)]] == ["void", "void"]


def test_what_was_paid_back_of_a_journal():
    found = books(
        answer(journal()),
        answer(line(1, "-80.00")),
        answer(link(900, "Journal", 601, "CustRfnd", "80.00", previousline="1")),
    )
    assert found.unapplied(found.payments["900-1"]) == 0
