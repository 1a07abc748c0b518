"""Each step does to the books what a person would expect, and refuses what no books allow."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.sdk.testing.company import Company
from tests.unit.sdk_testing.books_check import check_books, dump, snapshot

DAY = date(2026, 3, 2)


@pytest.fixture
def company():
    company = Company(started_on=DAY, customers=0, time_zone="Europe/Berlin", home_currency="EUR")
    company.add_customer("Home", "EUR")
    company.add_customer("Abroad", "USD", terms_days=14, email="ap@abroad.example", country="US")
    company.add_customer("Home too", "EUR")
    return company


def test_ids_grow_over_all_documents(company):
    invoice, memo = company.issue(1, 100), company.credit(1, 10)
    receipt = company.pay(1, 5)
    assert [invoice.id, memo.id, receipt.id] == [101, 102, 103]
    assert [invoice.number, memo.number] == ["INV-1001", "CM-101"]


def test_an_invoice_has_the_terms_and_the_rate_of_its_customer_and_day(company):
    invoice = company.issue(2, "12.50", on=date(2026, 2, 1))
    assert invoice.due_on == date(2026, 2, 15)
    assert invoice.rate == company.rates["USD", date(2026, 2, 1)] != company.rates["USD", DAY]
    assert company.issue(1, 1).rate == 1
    assert company.issue(1, 1, number="").number == ""


def test_a_payment_settles_and_the_rest_stays_unapplied(company):
    first, second = company.issue(1, 100), company.issue(1, 50)
    receipt = company.pay(1, 170, [(first.id, 100), (second.id, "20.00")], on=DAY)
    assert company.open_of(first.id) == 0
    assert company.open_of(second.id) == 30
    assert company.unapplied_of("payment", receipt.id) == 50
    assert company.receivable() == {"EUR": Decimal(-20)}
    assert [each.id for each in company.open_invoices(1)] == [second.id]
    assert [each.amount for each in company.applications_from("payment", receipt.id)] == [100, 20]


def test_a_payment_at_another_rate_leaves_the_home_figure_to_each_document(company):
    invoice = company.issue(2, 100, rate=Decimal("0.9"))
    company.pay(2, 150, [(invoice.id, 60)], rate=Decimal("0.8"))
    assert company.receivable_home() == Decimal("36.00") - Decimal("72.00")
    assert company.home_by_customer() == {2: Decimal("-36.00")}


def test_credit_is_applied_refunded_and_taken_back(company):
    invoice, memo = company.issue(1, 100), company.credit(1, 80)
    application = company.apply("credit_memo", memo.id, invoice.id, 30)
    refund = company.refund("credit_memo", memo.id, 50)
    assert company.unapplied_of("credit_memo", memo.id) == 0
    assert refund.invoice is None
    assert company.open_of(invoice.id) == 70
    company.unapply(application.id)
    assert company.open_of(invoice.id) == 100
    assert company.unapplied_of("credit_memo", memo.id) == 30
    assert company.applications_from("credit_memo", memo.id) == [refund]


@pytest.mark.parametrize(
    ("end", "entity", "op"),
    [
        ("void_payment", "payment", "voided"),
        ("delete_payment", "payment", "deleted"),
        ("void_invoice", "invoice", "voided"),
        ("delete_invoice", "invoice", "deleted"),
    ],
)
def test_what_ends_lets_go_of_what_it_was_applied_to(company, end, entity, op):
    invoice = company.issue(1, 100)
    receipt = company.pay(1, 100, [(invoice.id, 100)])
    before = len(company.changes)
    ended, other = (receipt, invoice) if entity == "payment" else (invoice, receipt)
    getattr(company, end)(ended.id)
    assert company.receivable() == {"EUR": Decimal(100 if entity == "payment" else -100)}
    assert {(each.entity, each.id, each.op) for each in company.changes_since(before)} == {
        (entity, ended.id, op),
        ("invoice" if entity == "payment" else "payment", other.id, "updated"),
    }
    assert ended.updated_at == other.updated_at
    with pytest.raises(ValueError, match="already"):
        getattr(company, end)(ended.id)


def test_a_credit_memo_that_ends_opens_its_invoices(company):
    first, second = company.issue(1, 100), company.issue(1, 100)
    memo = company.credit(1, 120)
    company.apply("credit_memo", memo.id, first.id, 60)
    company.apply("credit_memo", memo.id, second.id, 60)
    company.delete_credit_memo(memo.id)
    assert company.receivable() == {"EUR": Decimal(200)}
    other = company.credit(1, 5)
    assert company.void_credit_memo(other.id).status == "void"


def test_merging_moves_documents_with_a_change_of_their_own(company):
    invoice, gone = company.issue(3, 100), company.issue(3, 5)
    company.delete_invoice(gone.id)
    receipt = company.pay(3, 10)
    before = len(company.changes)
    company.merge(3, 1)
    assert [(each.entity, each.id, each.op) for each in company.changes_since(before)] == [
        ("customer", 3, "merged"),
        ("customer", 1, "updated"),
        ("invoice", invoice.id, "updated"),
        ("payment", receipt.id, "updated"),
    ]
    assert company.parties[3].merged_into == 1 and not company.parties[3].is_active
    assert company.receivable_by_customer() == {1: {"EUR": Decimal(90)}}
    company.apply("payment", receipt.id, invoice.id, 10)
    check_books(company)


def test_merging_quietly_stamps_the_customers_only(company):
    invoice = company.issue(3, 100)
    stamp, before = invoice.updated_at, len(company.changes)
    company.merge(3, 1, quietly=True)
    assert invoice.party == 1 and invoice.updated_at == stamp
    assert {each.entity for each in company.changes_since(before)} == {"customer"}


def test_edits(company):
    invoice = company.issue(1, 100)
    company.pay(1, 40, [(invoice.id, 40)])
    company.edit_invoice(invoice.id, total="40.00", due_on=DAY)
    assert company.open_of(invoice.id) == 0 and not company.open_invoices(1)
    company.edit_invoice(invoice.id, total=60, number="X")
    assert company.open_invoices(1) == [invoice]
    company.rename(1, "Haus")
    assert company.edit_customer(1, is_active=False).name == "Haus"


def test_late_changes_carry_an_earlier_stamp(company):
    company.wait(3600)
    with company.late_by(600):
        late = company.issue(1, 5)
    assert company.now - late.created_at == timedelta(seconds=600)
    assert company.issue(1, 5).created_at >= company.now - timedelta(seconds=1)


def test_waiting_over_midnight_begins_the_next_day(company):
    company.wait(86_400 * 2)
    assert company.today == DAY + timedelta(days=2)
    invoice = company.issue(1, 5)
    assert invoice.issued_on == company.today == invoice.created_at.astimezone(company.zone).date()
    with pytest.raises(ValueError, match="does not go back"):
        company.wait(-1)


REFUSED = {
    "more than is open": lambda c: c.pay(1, 200, [(101, 101)]),
    "more than the payment": lambda c: c.pay(1, 50, [(101, 60)]),
    "more than is unapplied": lambda c: c.apply("credit_memo", 102, 101, 11),
    "refund of more than is unapplied": lambda c: c.refund("credit_memo", 102, "10.01"),
    "an invoice of another customer": lambda c: c.pay(3, 5, [(101, 5)]),
    "half a cent": lambda c: c.issue(1, "0.005"),
    "nothing": lambda c: c.pay(1, 0),
    "less than nothing": lambda c: c.credit(1, -5),
    "another currency": lambda c: c.issue(1, 5, currency="USD"),
    "a total below what is settled": lambda c: c.edit_invoice(103, total="3.99"),
    "a status by edit": lambda c: c.edit_invoice(101, status="void"),
    "a currency by edit": lambda c: c.edit_customer(1, currency="USD"),
    "two currencies in one": lambda c: c.merge(1, 2),
    "itself": lambda c: c.merge(1, 1),
}


@pytest.mark.parametrize("what", REFUSED)
def test_refuses_and_changes_nothing(company, what):
    company.issue(1, 100)
    company.credit(1, 10)
    third = company.issue(1, 10)
    company.pay(1, 4, [(third.id, 4)])
    before = dump(company)
    with pytest.raises(ValueError):
        REFUSED[what](company)
    assert dump(company) == before


def test_a_second_unapply_or_merge_is_refused(company):
    invoice = company.issue(3, 10)
    company.pay(3, 10, [(invoice.id, 10)])
    company.unapply(1)
    with pytest.raises(ValueError, match="taken back already"):
        company.unapply(1)
    company.merge(3, 1)
    with pytest.raises(ValueError, match="cannot be merged"):
        company.merge(3, 1)
    for step in (company.issue, company.credit, company.pay):
        with pytest.raises(ValueError, match="was merged into 1"):
            step(3, 10)


AMOUNTS = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
NAMES = (
    "issue credit pay apply unapply refund void_invoice delete_invoice void_payment delete_payment delete_credit_memo "
    "edit_invoice merge rename wait"
)
STEPS = st.lists(
    st.tuples(st.sampled_from(NAMES.split()), st.integers(0, 50), st.integers(0, 50), AMOUNTS), max_size=50
)


def _take(company, step, a, b, amount):
    """One step with whatever entries the numbers point at."""

    def pick(entries, n):
        return list(entries)[n % len(entries)] if entries else 0

    party = pick(company.parties, a)
    kind = "payment" if b % 2 else "credit_memo"
    source = pick(company.receipts if b % 2 else company.credit_memos, a)
    invoice = pick(company.invoices, b)
    match step:
        case "issue" | "credit":
            getattr(company, step)(party, amount)
        case "pay":
            wanted = [(each.id, min(amount, company.open_of(each.id))) for each in company.open_invoices(party)[:1]]
            company.pay(party, amount, wanted)
        case "apply":
            company.apply(kind, source, invoice, amount)
        case "unapply":
            company.unapply(pick(company.applications, a))
        case "refund":
            company.refund(kind, source, amount)
        case "edit_invoice":
            company.edit_invoice(invoice, total=amount)
        case "merge":
            company.merge(party, pick(company.parties, b))
        case "rename":
            company.rename(party, f"Name {amount}")
        case "wait":
            company.wait(a * 1000)
        case "void_invoice" | "delete_invoice":
            getattr(company, step)(invoice)
        case _:
            getattr(company, step)(pick(company.receipts if "payment" in step else company.credit_memos, a))


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_is_done_the_books_balance_and_the_log_is_complete(steps):
    company = Company(started_on=DAY, customers=4, currencies=("USD", "EUR"))
    for step in steps:
        before, logged = snapshot(company), len(company.changes)
        try:
            _take(company, *step)
        except (ValueError, KeyError):
            assert snapshot(company) == before and len(company.changes) == logged
            continue
        told = {(each.entity, each.id) for each in company.changes_since(logged)}
        after = snapshot(company)
        assert {key for key in after if before.get(key) != after[key]} <= told
    check_books(company)
