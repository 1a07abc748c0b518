"""A ledger as Xero lists it, as in the example answers."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from tests.contracts.views.ledgers import Credit, Customer, Invoice, Ledger
from tests.contracts.views.quickbooks import number


def answers(ledger: Ledger) -> dict[str, Any]:
    """The answers by file name."""
    over = [each for each in ledger.payments if each.left]
    return {
        "contacts.json": listed("Contacts", [contact(each) for each in ledger.customers]),
        "invoices.json": listed("Invoices", [invoice(ledger, each) for each in ledger.invoices]),
        "payments.json": listed("Payments", [part for each in ledger.payments for part in payments(ledger, each)]),
        "credit_notes.json": listed("CreditNotes", [credit_note(ledger, each) for each in ledger.credits]),
        "overpayments.json": listed("Overpayments", [overpayment(ledger, each) for each in over]),
    }


def listed(name: str, items: list[Any]) -> dict[str, Any]:
    """One page that holds all."""
    return {
        "Id": "5d1e3b1c-0000-4000-8000-00000000abcd",
        "Status": "OK",
        "pagination": {"page": 1, "pageSize": 100, "pageCount": 1, "itemCount": len(items)},
        name: items,
    }


def guid(id: int, kind: str) -> str:
    """A GUID that ends in the number."""
    return f"{id:08d}-{kind}-4000-8000-{id:012d}"


def ticks(day: date, at: str = "00:00:00") -> str:
    """A time as Xero writes it."""
    moment = datetime.combine(day, time.fromisoformat(at), UTC)
    return f"/Date({int(moment.timestamp() * 1000)}+0000)/"


def contact(customer: Customer) -> dict[str, Any]:
    """A Contact; merged ones are archived."""
    return {
        "ContactID": guid(customer.id, "c0c0"),
        "ContactStatus": "ACTIVE" if customer.active else "ARCHIVED",
        "Name": customer.name,
        "EmailAddress": customer.email or "",
        "Addresses": [],
        "UpdatedDateUTC": ticks(date(2026, 1, 15)),
        "IsCustomer": True,
        "DefaultCurrency": customer.currency,
    }


def invoice(ledger: Ledger, invoice: Invoice) -> dict[str, Any]:
    """An Invoice."""
    left = ledger.open(invoice)
    settling = [] if invoice.void else ledger.settling(invoice)
    paid = sum((amount for each, amount in settling if not each.number), Decimal(0))
    due = {"DueDateString": f"{invoice.due}T00:00:00", "DueDate": ticks(invoice.due)} if invoice.due else {}
    return {
        "Type": "ACCREC",
        "InvoiceID": guid(invoice.id, "1111"),
        "InvoiceNumber": invoice.number or "",
        "Payments": [_shown_payment(each, amount) for each, amount in settling if not each.number],
        "CreditNotes": [_shown_credit(each, amount) for each, amount in settling if each.number],
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": number(left),
        "AmountPaid": number(paid),
        "AmountCredited": number(Decimal(0) if invoice.void else invoice.total - left - paid),
        "Status": "VOIDED" if invoice.void else "AUTHORISED" if left else "PAID",
        **_document(ledger, invoice),
        "Total": number(invoice.total),
        **due,
    }


def payments(ledger: Ledger, payment: Credit) -> list[dict[str, Any]]:
    """One Payment for each invoice; one that was taken back was for one invoice."""
    parts = payment.to
    if payment.void:
        parts = [(next(each.id for each in ledger.invoices if each.customer == payment.customer), payment.total)]
    return [
        _payment(ledger, payment, payment.id if len(parts) == 1 else payment.id * 10 + index, *part)
        for index, part in enumerate(parts)
    ]


def _payment(ledger: Ledger, payment: Credit, id: int, invoice_id: int, amount: Decimal) -> dict[str, Any]:
    return {
        "PaymentID": guid(id, "2222"),
        "Date": ticks(payment.made),
        "BankAmount": number(amount),
        "Amount": number(amount),
        "CurrencyRate": number(payment.rate),
        "PaymentType": "ACCRECPAYMENT",
        "Status": "DELETED" if payment.void else "AUTHORISED",
        "UpdatedDateUTC": ticks(payment.made, "01:02:03"),
        "Invoice": {
            "Type": "ACCREC",
            "InvoiceID": guid(invoice_id, "1111"),
            "Payments": [],
            "Contact": _contact(ledger, payment.customer),
            "CurrencyCode": payment.currency,
        },
    }


def credit_note(ledger: Ledger, credit: Credit) -> dict[str, Any]:
    """A CreditNote with its allocations."""
    return {
        "CreditNoteID": guid(credit.id, "3333"),
        "CreditNoteNumber": credit.number,
        "Type": "ACCRECCREDIT",
        "Payments": [],
        "RemainingCredit": number(credit.left),
        "Allocations": [
            {
                "AllocationID": guid(credit.id * 10 + index, "4444"),
                "Amount": number(amount),
                "Date": ticks(credit.made),
                "Invoice": {"InvoiceID": guid(id, "1111"), "Payments": [], "LineItems": []},
                "IsDeleted": False,
            }
            for index, (id, amount) in enumerate(credit.to)
        ],
        **_document(ledger, credit),
        "Status": "AUTHORISED" if credit.left else "PAID",
        "Total": number(credit.total),
    }


def overpayment(ledger: Ledger, payment: Credit) -> dict[str, Any]:
    """The part of a payment that is not applied."""
    return {
        "OverpaymentID": guid(payment.id, "4444"),
        "Type": "RECEIVE-OVERPAYMENT",
        "RemainingCredit": number(payment.left),
        "Allocations": [],
        "Payments": [],
        **_document(ledger, payment),
        "Status": "AUTHORISED",
        "Total": number(payment.left),
    }


def _shown_payment(payment: Credit, amount: Decimal) -> dict[str, Any]:
    return {"PaymentID": guid(payment.id, "2222"), "Date": ticks(payment.made), "Amount": number(amount)}


def _shown_credit(credit: Credit, amount: Decimal) -> dict[str, Any]:
    return {"CreditNoteID": guid(credit.id, "3333"), "AppliedAmount": number(amount), "Total": number(credit.total)}


def _document(ledger: Ledger, document: Invoice | Credit) -> dict[str, Any]:
    day = document.issued if isinstance(document, Invoice) else document.made
    return {
        "CurrencyRate": number(document.rate),
        "Contact": _contact(ledger, document.customer),
        "DateString": f"{day}T00:00:00",
        "Date": ticks(day),
        "UpdatedDateUTC": ticks(day, "10:00:00"),
        "CurrencyCode": document.currency,
    }


def _contact(ledger: Ledger, id: int) -> dict[str, Any]:
    return {"ContactID": guid(id, "c0c0"), "Name": ledger.customer(id).name, "Addresses": []}
