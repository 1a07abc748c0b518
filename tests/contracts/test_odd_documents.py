"""Documents that only one provider has, among those of a ledger: they end up in it, or leave it as it is."""

from copy import deepcopy
from decimal import Decimal

import pytest

from tests.contracts.test_odd_ledgers import check, credit, invoice, ledger, payment
from tests.contracts.views import netsuite, quickbooks, sap, xero
from tests.contracts.views.quickbooks import line
from tests.contracts.views.telling import evened, run

TEN = Decimal(10)


def _told(folder, slug, answers):
    told = run(folder, slug, answers)
    assert told.code == 0, told.document["rejects"]
    return evened(slug, told.document["ledger"])


def test_quickbooks_payment_that_brings_money_and_applies_a_credit(tmp_path):
    found = ledger(
        *(invoice(1001, "100"), invoice(1002, "40")),
        *(payment(2001, "90", (1001, "70"), (1002, "15")), credit(3001, "30", (1001, "30"))),
    )
    answers = quickbooks.answers(found)
    money, applied = answers["query_payment.json"]["QueryResponse"]["Payment"]
    # The lines say only how much of each document: equal amounts are paired, then credits before money.
    money["Line"] = [
        line(Decimal(100), "Invoice", 1001),
        line(Decimal(30), "CreditMemo", 3001),
        line(Decimal(15), "Invoice", 1002),
    ]
    answers["query_payment.json"]["QueryResponse"]["Payment"] = [money]
    told = _told(tmp_path, "quickbooks", answers)
    assert told["invoices"][1001]["open"] == 0
    assert told["credits"][3001]["to"] == [("1001", 30, "2026-09-14")]
    assert told["payments"][2001]["to"] == [("1001", 70, "2026-09-14"), ("1002", 15, "2026-09-14")]
    assert told["payments"][2001]["left"] == 5
    assert applied["Id"] == "30019"


@pytest.mark.parametrize(
    "changes",
    [
        {"PrivateNote": "Voided - bounced"},
        {"PrivateNote": "VOID"},
        {"PrivateNote": "CHK 17 returned\nVoided"},
        {"PrivateNote": None},
        {"PrivateNote": "Voided", "Line": None},
        {"PrivateNote": "", "Line": [line(Decimal(0), "Invoice", 1001)]},
        {"PrivateNote": "Voided", "Line": [line(TEN, "Invoice", 1001)]},
    ],
)
def test_quickbooks_payment_that_is_void(tmp_path, changes):
    found = ledger(invoice(1001, "10"), payment(2001, "10", void=True))
    answers = quickbooks.answers(found)
    answers["query_payment.json"]["QueryResponse"]["Payment"][0].update(changes)
    check(tmp_path, "quickbooks", found, answers)


def test_quickbooks_credits_applied_document_by_document(tmp_path):
    found = ledger(invoice(1001, "30"), invoice(1002, "50"), credit(3001, "60", (1001, "30"), (1002, "20")))
    answers = quickbooks.answers(found)
    (applied,) = answers["query_payment.json"]["QueryResponse"]["Payment"]
    parts = [(Decimal(30), 1001), (Decimal(20), 1002)]
    applied["Line"] = [each for n, id in parts for each in (line(n, "Invoice", id), line(n, "CreditMemo", 3001))]
    check(tmp_path, "quickbooks", found, answers)


def test_quickbooks_note_that_only_sounds_void(tmp_path):
    found = ledger(invoice(1001, "10"), invoice(1002, "0"))
    answers = quickbooks.answers(found)
    for each in answers["query_invoice.json"]["QueryResponse"]["Invoice"]:
        each["PrivateNote"] = "Avoid late fees"
    check(tmp_path, "quickbooks", found, answers)


def test_xero_bills_drafts_and_deleted_documents(tmp_path):
    found = ledger(invoice(1001, "10"), payment(2001, "4", (1001, "4")))
    answers = xero.answers(found)
    (base,), (paid,) = answers["invoices.json"]["Invoices"], answers["payments.json"]["Payments"]
    answers["invoices.json"]["Invoices"] += [
        base | {"InvoiceID": xero.guid(1002, "1111"), "Type": "ACCPAY"},
        base | {"InvoiceID": xero.guid(1003, "1111"), "Status": "DELETED"},
    ]
    answers["payments.json"]["Payments"] += [
        paid | {"PaymentID": xero.guid(2002, "2222"), "PaymentType": "ACCPAYPAYMENT"},
        paid | {"PaymentID": xero.guid(2003, "2222"), "PaymentType": "APCREDITPAYMENT"},
    ]
    check(tmp_path, "xero", found, answers)
    answers["invoices.json"]["Invoices"] += [base | {"InvoiceID": xero.guid(1004, "1111"), "Status": "SUBMITTED"}]
    told = _told(tmp_path, "xero", answers)
    assert (told["invoices"][1004]["status"], told["invoices"][1004]["open"]) == ("draft", 0)
    assert told["home"] == 6


def test_xero_credit_that_was_paid_back_in_part(tmp_path):
    answers = xero.answers(ledger(invoice(1001, "10"), credit(3001, "30", (1001, "10"))))
    (note,) = answers["credit_notes.json"]["CreditNotes"]
    note |= {"RemainingCredit": 5, "Payments": [{"PaymentID": "r1", "Date": note["Date"], "Amount": 15}]}
    answers["payments.json"]["Payments"] = [
        {
            "PaymentID": "r1",
            "Date": note["Date"],
            "Amount": 15,
            "PaymentType": "ARCREDITPAYMENT",
            "Status": "AUTHORISED",
        }
        | {
            "Invoice": {"Type": "ACCRECCREDIT", "InvoiceID": note["CreditNoteID"]},
            "UpdatedDateUTC": note["UpdatedDateUTC"],
        }
    ]
    told = run(tmp_path, "xero", answers).document["ledger"]
    assert (told["credits"][0]["remaining"], told["open_balance_home"]) == ("5.00", "-5.00")


def test_xero_prepayment_and_overpayment_that_were_applied(tmp_path):
    answers = xero.answers(ledger(invoice(1001, "10"), invoice(1002, "8"), payment(2001, "30")))
    (over,) = answers["overpayments.json"]["Overpayments"]
    applied = {"Amount": 10, "Date": over["Date"], "Invoice": {"InvoiceID": xero.guid(1001, "1111")}}
    before = {key: value for key, value in over.items() if key != "OverpaymentID"}
    before |= {"PrepaymentID": xero.guid(2002, "5555"), "Type": "RECEIVE-PREPAYMENT", "Total": 8, "RemainingCredit": 0}
    over |= {"RemainingCredit": 20, "Allocations": [applied]}
    invoice_2 = {"InvoiceID": xero.guid(1002, "1111")}
    answers["prepayments.json"] = xero.listed(
        "Prepayments", [before | {"Allocations": [applied | {"Amount": 8, "Invoice": invoice_2}]}]
    )
    told = _told(tmp_path, "xero", answers)
    assert (told["payments"][2001]["left"], told["payments"][2002]["left"]) == (20, 0)
    assert {each["status"] for each in told["invoices"].values()} == {"paid"}


def test_xero_payment_that_is_shown_once_for_each_invoice(tmp_path):
    found = ledger(invoice(1001, "10"), invoice(1002, "8"), payment(2001, "17", (1001, "10"), (1002, "7")))
    answers = xero.answers(found)
    for each in answers["payments.json"]["Payments"]:
        each["PaymentID"] = xero.guid(2001, "2222")
    answers["again.json"] = deepcopy(answers["payments.json"])
    check(tmp_path, "xero", found, answers)


def test_netsuite_deposit_journal_and_what_else_is_deleted(tmp_path):
    answers = netsuite.answers(ledger(invoice(1001, "10"), payment(2001, "30"), payment(2002, "1")))
    _, deposit, journal = answers["suiteql_transactions_page1.json"]["items"]
    deposit["type"] = "CustDep"
    journal |= {"type": "Journal", "foreigntotal": "-1.00"}
    links = [
        {
            "previousdoc": "2001",
            "previoustype": "CustDep",
            "nextdoc": "9",
            "nexttype": "DepAppl",
            "linktype": "DepAppl",
        },
        {
            "previousdoc": "1001",
            "previoustype": "CustInvc",
            "nextdoc": "9",
            "nexttype": "DepAppl",
            "foreignamount": "6.00",
        },
        {
            "previousdoc": "1001",
            "previoustype": "CustInvc",
            "nextdoc": "2002",
            "nexttype": "Journal",
            "foreignamount": "1.00",
        },
    ]
    answers["suiteql_links.json"] = netsuite.answer(links)
    gone = [("CustInvc", "7"), ("salesorder", "8"), ("customerpayment", "2009")]
    answers["suiteql_deletedrecord.json"] = netsuite.answer(
        [{"recordtypeid": kind, "recordid": id, "deleteddate": "11/10/2026"} for kind, id in gone]
    )
    told = run(tmp_path, "netsuite", answers)
    assert told.code == 0, told.document["rejects"]
    (bill,) = told.document["ledger"]["invoices"]
    assert (bill["open"], bill["status"]) == ("3.00", "partly_paid")
    assert [each["unapplied"] for each in told.document["ledger"]["payments"]] == ["24.00", "0.00"]
    assert [each["external_id"] for each in told.document["ledger"]["deleted"]] == ["7", "2009"]


def test_sap_reversals_of_which_only_one_side_is_there(tmp_path):
    found = ledger(invoice(1001, "10"), invoice(1002, "7", void=True), payment(2001, "3", void=True))
    answers = sap.answers(found)
    rows = answers["items_page1.json"]["d"]["results"]
    answers["items_page1.json"]["d"]["results"] = [row for row in rows if not row["IsReversal"]]
    check(tmp_path, "sap", found, answers)


def test_sap_lines_that_are_no_ordinary_receivables(tmp_path):
    found = ledger(invoice(1001, "10"))
    answers = sap.answers(found)
    (row,) = answers["items_page1.json"]["d"]["results"]
    more = ({"FinancialAccountType": "K"}, {"SpecialGLCode": "A"})
    answers["items_page1.json"]["d"]["results"] += [
        row | {"AccountingDocument": f"190000{n}", **each} for n, each in enumerate(more)
    ]
    check(tmp_path, "sap", found, answers)


@pytest.mark.parametrize(
    ("slug", "file", "change", "field"),
    [
        ("quickbooks", "query_invoice.json", {"CurrencyRef": {"value": "Dollars"}}, "CurrencyRef"),
        ("xero", "invoices.json", {"Status": "BRANDNEW"}, "Status"),
        ("netsuite", "suiteql_transactions_page1.json", {"currency": "99"}, "currency"),
        ("sap", "items_page1.json", {"TransactionCurrency": "$"}, "TransactionCurrency"),
    ],
)
def test_what_nobody_knows_is_refused_and_currencies_need_only_the_form(tmp_path, slug, file, change, field):
    views = {"quickbooks": quickbooks, "xero": xero, "netsuite": netsuite, "sap": sap}
    answers = views[slug].answers(ledger(invoice(1001, "10")))
    (item,) = next(each for each in _lists(answers[file]) if each)
    item |= change
    (reject,) = run(tmp_path, slug, answers).document["rejects"]
    assert reject["field"] == field


def _lists(answer):
    for each in answer.values() if isinstance(answer, dict) else ():
        yield from [each] if isinstance(each, list) else _lists(each)
