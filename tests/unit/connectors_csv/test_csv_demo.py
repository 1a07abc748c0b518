"""The demo ledger: the same each time, of what a real book has, and tied out to the cent."""

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest

from hub.sdk.records import Allocation, CreditMemo, Customer, Invoice, Payment
from plugins.connectors.csv.demo import HEADER, write_demo
from plugins.connectors.csv.fields import FIELDS
from plugins.connectors.csv.plugin import CsvConnector, problems

TODAY = date(2026, 3, 31)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The full demo ledger as records by type and id, with its connector."""
    path = tmp_path_factory.mktemp("demo") / "demo.csv"
    write_demo(path, today=TODAY)
    connector = CsvConnector({"path": str(path)})
    found = defaultdict(dict)
    for page in connector.read("rows", None):
        for item in page.items:
            for record in connector.map("rows", item):
                same = found[type(record)].setdefault(record.external_id, record)
                assert same == record
    return connector, found


def test_is_written_in_our_own_format_and_clean(demo):
    connector, _ = demo
    assert set(HEADER) <= FIELDS
    assert all("own format" in each.how for each in connector.plan.columns)
    assert not list(problems(connector.plan.source.path, connector.plan))
    assert connector.plan.repeats.copies == 0


def test_ties_out_to_the_cent(demo):
    connector, found = demo
    settled, used = defaultdict(Decimal), defaultdict(Decimal)
    for allocation in found[Allocation].values():
        settled[allocation.invoice_id] += allocation.amount
        used[allocation.source_id] += allocation.amount
    open_amounts = defaultdict(Decimal)
    for invoice in found[Invoice].values():
        left = invoice.total - settled[invoice.external_id]
        assert left >= 0
        if invoice.status == "open":
            assert invoice.balance == left
            open_amounts[invoice.currency] += left
        if invoice.status == "written_off":
            assert left == 0
    for payment in found[Payment].values():
        assert payment.amount == used[payment.external_id]
    for memo in found[CreditMemo].values():
        open_amounts[memo.currency] -= memo.total - used[memo.external_id]
    assert connector.tie_out().receivable == open_amounts
    assert set(open_amounts) == {"USD", "EUR"}
    assert all(amount > 0 for amount in open_amounts.values())


def test_has_what_a_real_book_has(demo):
    _, found = demo
    invoices = list(found[Invoice].values())
    assert len(invoices) == 20_000
    assert Counter(each.status for each in invoices).keys() == {"open", "void", "written_off", "draft"}
    assert {each.kind for each in found[Allocation].values()} == {"payment", "credit_memo", "discount", "write_off"}
    assert any(each.disputed for each in invoices)
    assert {each.terms for each in invoices} >= {"Net 7", "Net 14", "Net 30", "Net 45", "Net 60", "EOM"}
    per_invoice = Counter(each.invoice_id for each in found[Allocation].values() if each.kind == "payment")
    per_payment = Counter(each.source_id for each in found[Allocation].values() if each.kind == "payment")
    assert max(per_invoice.values()) >= 3  # instalments
    assert max(per_payment.values()) >= 5  # payment runs settle many invoices at once
    assert max(each.issued_on for each in invoices) <= TODAY
    assert max(each.paid_on for each in found[Payment].values()) <= TODAY
    assert (TODAY - min(each.issued_on for each in invoices)).days > 800
    by_customer = Counter(each.customer_id for each in invoices)
    assert by_customer.most_common(1)[0][1] > 4 * len(invoices) / len(found[Customer])
    overdue = [each for each in invoices if each.status == "open" and each.balance and each.due_on < TODAY]
    assert 100 < len(overdue) < 2_000


def test_is_the_same_for_the_same_seed_and_day(tmp_path):
    def written(**changes):
        path = tmp_path / "demo.csv"
        write_demo(path, **{"invoices": 400, "seed": 1, "today": TODAY, **changes})
        return path.read_bytes()

    assert written() == written()
    assert written() != written(seed=2)
    assert written() != written(today=date(2026, 4, 1))
