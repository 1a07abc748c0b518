"""What each kind of item states, case by case."""

from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from hub.sdk.errors import RecordError
from hub.sdk.records import Allocation, AllocationsComplete, CreditMemo, Customer, Gone, Invoice, Payment
from plugins.connectors.xero.mapping import records
from plugins.connectors.xero.rates import NOTE

CHANGED = "/Date(1785618845123+0000)/"
CHANGED_ON = date(2026, 8, 1)
CONTACT = {"ContactID": "c1", "Name": "Ångström & Söhne 株式会社"}
INVOICE: dict[str, Any] = {
    "Type": "ACCREC",
    "InvoiceID": "i1",
    "InvoiceNumber": "INV-1",
    "Contact": CONTACT,
    "DateString": "2026-08-01T00:00:00",
    "DueDateString": "2026-08-31T00:00:00",
    "Status": "AUTHORISED",
    "Total": Decimal("100.0001"),
    "AmountDue": 60,
    "AmountPaid": 40,
    "AmountCredited": 0,
    "CurrencyCode": "USD",
    "CurrencyRate": Decimal("1.0"),
    "UpdatedDateUTC": CHANGED,
}
PAYMENT: dict[str, Any] = {
    "PaymentID": "p1",
    "Date": "/Date(1788566400000+0000)/",
    "Amount": 40,
    "PaymentType": "ACCRECPAYMENT",
    "Status": "AUTHORISED",
    "UpdatedDateUTC": CHANGED,
    "Invoice": {"Type": "ACCREC", "InvoiceID": "i1", "Contact": CONTACT, "CurrencyCode": "USD"},
}
CREDIT: dict[str, Any] = {
    "CreditNoteID": "n1",
    "CreditNoteNumber": "CN-1",
    "Type": "ACCRECCREDIT",
    "Status": "AUTHORISED",
    "Contact": CONTACT,
    "DateString": "2026-08-02T00:00:00",
    "Total": 50,
    "RemainingCredit": 20,
    "CurrencyCode": "USD",
    "UpdatedDateUTC": CHANGED,
    "Allocations": [
        {"AllocationID": "a1", "Amount": 25, "Date": "/Date(1788566400000+0000)/", "Invoice": {"InvoiceID": "i1"}},
        {
            "AllocationID": "a2",
            "Amount": 9,
            "Date": "/Date(1788566400000+0000)/",
            "Invoice": {"InvoiceID": "i1"},
            "IsDeleted": True,
        },
    ],
    "Payments": [{"PaymentID": "r1", "Amount": 5, "Date": "/Date(1788652800000+0000)/"}],
}


def made(stream: str, item: dict[str, Any], **changes: Any) -> list[Any]:
    """The records of an item with some of its fields changed."""
    return list(records(stream, deepcopy(item) | changes))


def money(kind: str, **changes: Any) -> list[Any]:
    """The records of an overpayment or prepayment."""
    item = {key: value for key, value in CREDIT.items() if not key.startswith("CreditNote")}
    item |= {f"{kind}ID": "o1", "Type": f"RECEIVE-{kind.upper()}"}
    return made(f"{kind.lower()}s", item, **changes)


def test_an_invoice():
    (invoice,) = made("invoices", INVOICE)

    assert invoice == Invoice(
        external_id="i1",
        customer_id="c1",
        number="INV-1",
        issued_on=date(2026, 8, 1),
        due_on=date(2026, 8, 31),
        currency="USD",
        total=Decimal("100.0001"),
        balance=Decimal(60),
        status="open",
        updated_at=datetime(2026, 8, 1, 21, 14, 5, 123000, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("status", "expected", "balance"),
    [
        ("DRAFT", "draft", None),
        ("SUBMITTED", "draft", None),
        ("AUTHORISED", "open", Decimal(60)),
        ("PAID", "open", Decimal(60)),  # that it was paid follows from the allocations
        ("VOIDED", "void", Decimal(0)),
    ],
)
def test_the_statuses_of_an_invoice(status, expected, balance):
    (invoice,) = made("invoices", INVOICE, Status=status)
    assert (invoice.status, invoice.total, invoice.balance) == (expected, Decimal("100.0001"), balance)


@pytest.mark.parametrize(
    ("stream", "item", "entity"),
    [("invoices", INVOICE, "invoice"), ("credit_notes", CREDIT, "credit_memo")],
)
def test_what_was_deleted_is_gone(stream, item, entity):
    external_id = next(value for key, value in item.items() if key.endswith("ID"))
    assert made(stream, item, Status="DELETED") == [Gone(entity=entity, external_id=external_id, gone_on=CHANGED_ON)]


def test_a_payment_that_was_taken_back_is_void():
    payment, complete = made("payments", PAYMENT, Status="DELETED")
    assert (payment.status, payment.amount) == ("void", Decimal(40))
    assert complete == AllocationsComplete(entity="payment", external_id="p1", gone_on=CHANGED_ON)


def test_a_payment_that_was_taken_back_and_names_nobody_is_gone():
    gone = Gone(entity="payment", external_id="p1", gone_on=CHANGED_ON)
    assert made("payments", PAYMENT, Status="DELETED", Invoice={"InvoiceID": "i1"}) == [gone]


def test_numbers_may_be_no_text_and_names_may_be_missing():
    (invoice,) = made("invoices", INVOICE, InvoiceNumber=1001)
    assert invoice.number == "1001"
    (contact,) = made("contacts", CONTACT, Name=None)
    assert contact.name == "c1"


@pytest.mark.parametrize("missing", [None, "", " "])
def test_an_invoice_without_a_number_goes_by_its_id(missing):
    (invoice,) = made("invoices", INVOICE, InvoiceNumber=missing)
    assert invoice.number == "i1"


def test_an_invoice_without_a_due_date_is_due_when_issued():
    (invoice,) = made("invoices", INVOICE, DueDateString=None)
    assert invoice.due_on == invoice.issued_on


def test_tax_that_a_contractors_customer_keeps_back_settles_its_part():
    _, withheld = made("invoices", INVOICE, Total=100, AmountDue=40, CISDeduction=20)
    assert (withheld.kind, withheld.amount, withheld.source_id) == ("withholding", Decimal(20), None)
    assert len(made("invoices", INVOICE, Total=100, AmountDue=60, CISDeduction=20)) == 1


def test_a_payment_is_for_one_invoice():
    payment, allocation = made("payments", PAYMENT)

    assert (payment.external_id, payment.customer_id, payment.amount) == ("p1", "c1", Decimal(40))
    assert (payment.paid_on, payment.status) == (date(2026, 9, 5), "open")
    assert (allocation.invoice_id, allocation.source_id, allocation.kind) == ("i1", "p1", "payment")
    assert (allocation.amount, allocation.applied_on) == (Decimal(40), date(2026, 9, 5))


@pytest.mark.parametrize(
    ("kind", "shown", "source_kind"),
    [
        ("ARCREDITPAYMENT", {"Invoice": {"Type": "ACCRECCREDIT", "InvoiceID": "n1"}}, "credit_memo"),
        ("ARCREDITPAYMENT", {"Invoice": None, "CreditNote": {"CreditNoteID": "n1"}}, "credit_memo"),
        ("AROVERPAYMENTPAYMENT", {"Invoice": {"Type": "AROVERPAYMENT", "InvoiceID": "n1"}}, "payment"),
        ("AROVERPAYMENTPAYMENT", {"Overpayment": {"OverpaymentID": "n1"}}, "payment"),
        ("ARPREPAYMENTPAYMENT", {"Prepayment": {"PrepaymentID": "n1"}}, "payment"),
    ],
)
def test_money_paid_back_is_a_refund_of_its_document(kind, shown, source_kind):
    (refund,) = made("payments", PAYMENT, PaymentType=kind, **shown)

    assert (refund.kind, refund.invoice_id, refund.source_id) == ("refund", None, "n1")
    assert (refund.source_kind, refund.amount) == (source_kind, Decimal(40))
    assert made("payments", PAYMENT, PaymentType=kind, Status="DELETED", **shown) == [
        Gone(entity="allocation", external_id="p1", gone_on=CHANGED_ON)
    ]


def test_a_refund_is_the_same_record_wherever_it_is_shown():
    payment = PAYMENT | {"PaymentID": "r1", "PaymentType": "ARCREDITPAYMENT", "Invoice": {"InvoiceID": "n1"}}
    (listed,) = made("payments", payment, Amount=5, Date="/Date(1788652800000+0000)/")
    nested = next(each for each in made("credit_notes", CREDIT) if getattr(each, "kind", "") == "refund")

    assert nested == Allocation(**{**_fields(listed), "updated_at": None})


def test_a_credit_note_says_where_it_went():
    memo, applied, refund, complete = made("credit_notes", CREDIT)

    assert isinstance(memo, CreditMemo)
    assert (memo.total, memo.status, memo.number) == (Decimal(50), "open", "CN-1")
    assert (applied.external_id, applied.kind, applied.amount) == ("a1", "credit_memo", Decimal(25))
    assert (refund.external_id, refund.source_kind) == ("r1", "credit_memo")
    assert complete == AllocationsComplete(entity="credit_memo", external_id="n1", gone_on=CHANGED_ON)


def test_what_does_not_add_up_is_not_called_complete():
    assert not any(isinstance(each, AllocationsComplete) for each in made("credit_notes", CREDIT, Allocations=[]))


@pytest.mark.parametrize("kind", ["Overpayment", "Prepayment"])
def test_unapplied_money_is_a_payment(kind):
    payment, applied, refund, complete = money(kind)

    assert isinstance(payment, Payment)
    assert (payment.external_id, payment.amount, payment.paid_on) == ("o1", Decimal(50), date(2026, 8, 2))
    assert (applied.kind, applied.source_id) == (kind.lower(), "o1")
    assert (refund.kind, refund.source_kind) == ("refund", "payment")
    assert complete.entity == "payment"


def test_a_voided_overpayment_counts_nowhere():
    payment, complete = money("Overpayment", Status="VOIDED", Allocations=[], Payments=[], RemainingCredit=0)
    assert (payment.status, payment.amount) == ("void", Decimal(50))
    assert isinstance(complete, AllocationsComplete)


def test_allocations_without_ids_are_told_apart():
    bare = {"Amount": 10, "Date": "/Date(1788566400000+0000)/", "Invoice": {"InvoiceID": "i1"}}
    found = [
        each.external_id
        for each in made("credit_notes", CREDIT, Allocations=[bare, bare], Payments=[], RemainingCredit=30)
        if isinstance(each, Allocation)
    ]
    assert found == ["n1:i1:2026-09-05:1", "n1:i1:2026-09-05:2"]


@pytest.mark.parametrize(
    ("stream", "item"),
    [
        ("invoices", INVOICE | {"Type": "ACCPAY"}),
        ("credit_notes", CREDIT | {"Type": "ACCPAYCREDIT"}),
        ("payments", PAYMENT | {"PaymentType": "ACCPAYPAYMENT"}),
        ("payments", PAYMENT | {"PaymentType": "APCREDITPAYMENT"}),
        ("payments", PAYMENT | {"PaymentType": None, "Invoice": {"Type": "ACCPAY"}}),
        ("overpayments", CREDIT | {"Type": "SPEND-OVERPAYMENT"}),
        ("prepayments", CREDIT | {"Type": "APPREPAYMENT"}),
    ],
)
def test_what_is_owed_to_suppliers_states_nothing(stream, item):
    assert made(stream, item) == []


@pytest.mark.parametrize("status", ["ACTIVE", "ARCHIVED", "GDPRREQUEST"])
def test_a_contact_stays_a_customer_whatever_its_status(status):
    (customer,) = made(
        "contacts",
        CONTACT | {"ContactStatus": status, "EmailAddress": "", "DefaultCurrency": "EUR", "MergedToContactID": "c2"},
        Addresses=[{"AddressType": "STREET", "Country": "Norway"}, {"AddressType": "POBOX", "Country": ""}],
    )
    assert customer == Customer(
        external_id="c1", name="Ångström & Söhne 株式会社", email=None, currency="EUR", country="Norway"
    )


@pytest.mark.parametrize(
    ("note", "expected"),
    [("home_per_unit", Decimal("1.25")), ("units_per_home", Decimal("0.8")), (None, Decimal("0.8"))],
)
def test_a_rate_is_turned_as_the_item_says(note, expected):
    (invoice,) = made("invoices", INVOICE, CurrencyCode="EUR", CurrencyRate=Decimal("1.25"), **{NOTE: note})
    assert invoice.exchange_rate == expected


@pytest.mark.parametrize(
    ("stream", "item", "changes", "words"),
    [
        ("invoices", INVOICE, {"Status": "BRANDNEW"}, "Status 'BRANDNEW' is none"),
        ("invoices", INVOICE, {"Status": None}, "Status None"),
        ("invoices", INVOICE, {"Type": "ACCNEW"}, "Type 'ACCNEW' is none"),
        ("invoices", INVOICE, {"Type": None}, "Type is missing"),
        ("invoices", INVOICE, {"InvoiceID": None}, "InvoiceID is missing"),
        ("invoices", INVOICE, {"Contact": None}, "ContactID is missing"),
        ("invoices", INVOICE, {"Total": None}, "Total is missing"),
        ("invoices", INVOICE, {"Total": "much"}, "Total 'much' is no amount"),
        ("invoices", INVOICE, {"Total": True}, "Total True is no amount"),
        ("invoices", INVOICE, {"Total": "NaN"}, "Total 'NaN' is no amount"),
        ("invoices", INVOICE, {"DateString": None}, "Date is missing"),
        ("invoices", INVOICE, {"DateString": "yesterday"}, "'yesterday' is no date"),
        ("invoices", INVOICE, {"InvoiceNumber": True}, "InvoiceNumber True is no text"),
        ("invoices", INVOICE, {"CurrencyCode": None}, "CurrencyCode is missing"),
        ("payments", PAYMENT, {"Status": "PENDING"}, "Status 'PENDING' is none"),
        ("payments", PAYMENT, {"PaymentType": "BARTER"}, "PaymentType 'BARTER' is none"),
        ("payments", PAYMENT, {"PaymentType": None, "Invoice": None}, "PaymentType is missing"),
        ("payments", PAYMENT, {"Invoice": {"InvoiceID": "i1", "Contact": CONTACT}}, "CurrencyCode is missing"),
        ("credit_notes", CREDIT, {"Allocations": "none"}, "Allocations is no list"),
        ("contacts", CONTACT, {"ContactID": ""}, "ContactID is missing"),
        ("contacts", {"unreadable": 3}, {}, "ContactID is missing"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(stream, item, changes, words):
    with pytest.raises(RecordError, match=words):
        made(stream, item, **changes)


def test_an_item_that_is_no_object_is_refused():
    with pytest.raises(RecordError, match="no invoices item"):
        list(records("invoices", "text"))


def _fields(record: Allocation) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Allocation.__dataclass_fields__}
