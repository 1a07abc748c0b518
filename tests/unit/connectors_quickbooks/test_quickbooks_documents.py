"""Customers, invoices, credit memos and journal entries as records."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hub.sdk.errors import RecordError
from hub.sdk.records import CreditMemo, Customer, Gone, Invoice, Payment
from plugins.connectors.quickbooks.journals import FORGET
from plugins.connectors.quickbooks.mapping import records
from tests.unit.connectors_quickbooks.entities import META, entry, invoice, listed, map_all, memo

AR = "Accounts Receivable (A/R)"


def one(entity, item):
    (record,) = records(entity, item)
    return record


def without(item, *names):
    return {name: value for name, value in item.items() if name not in names}


def test_an_invoice_says_all_that_the_ledger_keeps():
    item = invoice(
        total=4000,
        CurrencyRef={"value": "EUR"},
        ExchangeRate=Decimal("1.08"),
        SalesTermRef={"value": "3", "name": "Net 30"},
    )
    assert one("Invoice", item) == Invoice(
        external_id="101",
        customer_id="1",
        number="INV-101",
        issued_on=date(2026, 9, 1),
        due_on=date(2026, 10, 1),
        currency="EUR",
        total=Decimal(4000),
        balance=Decimal(4000),
        terms="Net 30",
        exchange_rate=Decimal("1.08"),
        updated_at=datetime(2026, 9, 1, 16, 15, 30, tzinfo=UTC),
    )


@pytest.mark.parametrize("note", ["Voided", "VOIDED", "Void: entered twice", "voided - duplicate", "Thanks!\nVoided"])
def test_a_void_is_void_and_never_paid(note):
    found = one("Invoice", invoice(total=0, PrivateNote=note))
    assert (found.status, found.total, found.balance) == ("void", 0, None)


@pytest.mark.parametrize("note", [None, "", "Free sample", "avoid late fees", "Not voided"])
def test_an_invoice_over_nothing_is_not_void(note):
    assert one("Invoice", invoice(total=0, PrivateNote=note)).status == "open"


def test_a_note_does_not_void_what_is_owed():
    assert one("Invoice", invoice(total=10, PrivateNote="Voided the other one")).status == "open"


@pytest.mark.parametrize("number", [None, "", "   "])
def test_an_invoice_without_a_number_is_called_by_its_id(number):
    assert one("Invoice", invoice(DocNumber=number)).number == "101"
    assert one("CreditMemo", memo(DocNumber=number)).number == "301"


@pytest.mark.parametrize(
    ("terms", "due"),
    [("Net 30", "2026-10-01"), ("2% 10 Net 45", "2026-10-16"), ("Due on receipt", "2026-09-01"), (None, "2026-09-01")],
)
def test_a_due_date_that_is_not_stated_follows_from_the_terms(terms, due):
    item = without(invoice(SalesTermRef={"value": "3", "name": terms}), "DueDate")
    assert one("Invoice", item).due_on.isoformat() == due


@pytest.mark.parametrize(
    ("code", "amount"), [("JPY", 120000), ("KWD", Decimal("12.345")), ("USD", "1,250.00"), ("USD", Decimal("0.1"))]
)
def test_amounts_stay_exact_in_every_currency(code, amount):
    found = one("Invoice", invoice(total=amount, CurrencyRef={"value": code}))
    assert found.total == Decimal(str(amount).replace(",", ""))
    assert found.currency == code


@pytest.mark.parametrize("amount", [True, "n/a", [], float("nan"), float("inf")])
def test_what_is_no_amount_is_refused_with_its_field(amount):
    with pytest.raises(RecordError) as caught:
        records("Invoice", invoice() | {"TotalAmt": amount})
    assert caught.value.field == "TotalAmt"
    assert caught.value.expected == "an amount"


@pytest.mark.parametrize("missing", ["Id", "CustomerRef", "TxnDate", "TotalAmt", "CurrencyRef"])
def test_what_a_record_cannot_be_without_is_named(missing):
    with pytest.raises(RecordError) as caught:
        records("Invoice", without(invoice(), missing))
    assert caught.value.field == missing


def test_a_rate_is_taken_from_the_home_amount_where_it_is_not_stated():
    item = invoice(total=200, CurrencyRef={"value": "EUR"}, HomeTotalAmt=Decimal("216.00"))
    assert one("Invoice", item).exchange_rate == Decimal("1.08")
    assert one("Invoice", invoice(ExchangeRate=1)).exchange_rate is None


def test_links_and_fields_that_nobody_knows_are_passed_over():
    item = invoice(
        LinkedTxn=[{"TxnId": "1", "TxnType": "Sorcery"}, None], Unheard={"of": [1]}, Line=None, CustomField=None
    )
    assert one("Invoice", item) == one("Invoice", invoice())


def test_a_stamp_without_an_offset_is_at_no_known_time():
    assert one("Invoice", invoice(MetaData={"LastUpdatedTime": "2026-09-01T09:15:30"})).updated_at is None
    assert one("Invoice", invoice(MetaData=None)).updated_at is None


@pytest.mark.parametrize(
    ("entity", "kind"), [("Customer", "customer"), ("Invoice", "invoice"), ("CreditMemo", "credit_memo")]
)
def test_what_was_deleted_is_gone_on_the_companys_day(entity, kind):
    item = {"Id": "7", "status": "Deleted", "MetaData": {"LastUpdatedTime": "2026-11-14T23:30:00-08:00"}}
    assert one(entity, item) == Gone(entity=kind, external_id="7", gone_on=date(2026, 11, 14))


def test_a_customer_and_its_job():
    customer = {
        "Id": "12",
        "DisplayName": "Kitchen",
        "FullyQualifiedName": "株式会社さくら:Kitchen",
        "Job": True,
        "ParentRef": {"value": "11"},
        "BillWithParent": True,
        "PrimaryEmailAddr": {"Address": " ap@sakura.example "},
        "CurrencyRef": {"value": "JPY"},
        "BillAddr": {"Country": "Japan"},
        "MetaData": META,
    }
    assert one("Customer", customer) == Customer(
        external_id="12",
        name="株式会社さくら:Kitchen",
        email="ap@sakura.example",
        currency="JPY",
        country="Japan",
        updated_at=datetime(2026, 9, 1, 16, 15, 30, tzinfo=UTC),
    )


def test_a_customer_that_was_merged_away_stays_with_the_name_it_was_left():
    found = one("Customer", {"Id": "3", "DisplayName": "Old Mill (deleted)", "Active": False, "MetaData": META})
    assert found.name == "Old Mill (deleted)"
    assert one("Customer", {"Id": "4"}).name == "4"


def test_a_credit_memo_is_positive_and_may_be_void():
    assert isinstance(one("CreditMemo", memo(total=50)), CreditMemo)
    assert one("CreditMemo", memo(total=0, PrivateNote="Voided")).status == "void"


def test_lines_of_an_entry_on_receivables_are_payments_and_invoices():
    lines = [("Credit", 30, AR), ("Debit", 30, "Bad Debts"), ("Debit", 75, AR), ("Credit", 75, "Sales")]
    paid, billed = records("JournalEntry", entry(lines=lines, DocNumber="JE-9"))
    assert (paid.external_id, paid.amount, type(paid)) == ("journal-501-1", 30, Payment)
    assert (billed.external_id, billed.total, billed.number, billed.due_on) == (
        "journal-501-2",
        75,
        "JE-9",
        date(2026, 9, 7),
    )


def test_accounts_decide_where_they_are_known_and_names_otherwise():
    lines = [("Credit", 30, "Debtors Control"), ("Credit", 20, "Sales")]
    accounts = {"Account": [{"Id": "12", "AccountType": "Accounts Receivable"}]}
    by_name = map_all(listed(JournalEntry=[entry(lines=lines)]))
    assert [each.amount for each in by_name] == [30]
    by_account = map_all(listed(JournalEntry=[entry(lines=lines)]), listed(**accounts))
    assert [each.amount for each in by_account] == [30, 20]


def test_a_void_entry_counts_nowhere():
    (found,) = records("JournalEntry", entry(lines=[("Credit", 0, AR)], PrivateNote="Voided"))
    assert found.status == "void"


def test_an_entry_that_changed_sides_or_was_deleted_leaves_nothing_behind():
    edited = records("JournalEntry", entry(lines=[("Credit", 30, AR)], SyncToken="1") | {FORGET: True})
    gone = {(each.entity, each.external_id) for each in edited if isinstance(each, Gone)}
    assert ("invoice", "journal-501-1") in gone
    assert ("payment", "journal-501-1") not in gone
    assert {("payment", "journal-501-2"), ("invoice", "journal-501-2")} < gone
    deleted = records("JournalEntry", {"Id": "501", "status": "Deleted", "MetaData": META})
    assert {(each.entity, each.external_id) for each in deleted} == {
        ("payment", "journal-501-1"),
        ("invoice", "journal-501-1"),
    }


def test_a_company_with_one_currency_names_it_in_its_preferences():
    item = without(invoice(), "CurrencyRef")
    preferences = {"Preferences": {"CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "CAD"}}}}
    assert [each.currency for each in map_all(listed(Invoice=[item]), preferences)] == ["CAD"]
    report = {"Header": {"ReportName": "AgedReceivables", "Currency": "GBP"}, "Rows": {}}
    assert [each.currency for each in map_all(report, listed(Invoice=[item]))] == ["GBP"]
    beside = map_all(listed(Invoice=[item, invoice("102", CurrencyRef={"value": "NZD"})]))
    assert {each.currency for each in beside} == {"NZD"}
