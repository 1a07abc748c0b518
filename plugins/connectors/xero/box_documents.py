"""The documents of Xero's books as its JSON, after the schemas of the published specification (16.1.0).

Besides those schemas answers have, as in the specification's examples, each date as text too (`DateString`).
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from hub.sdk.testing.currencies import rounded
from hub.sdk.testing.entries import Application, Document, Receipt
from plugins.connectors.xero.box_books import ZERO, Ledger, Money, Row, contact_id, guid, is_at_once, stated_rate

Json = dict[str, Any]
_BANK, _FOREIGN_BANK, _CLEARING = (f"000000{number}-9999-4000-8000-0000000000{number}" for number in ("90", "91", "92"))
_COSTLY = ("LineItems", "Payments", "CreditNotes", "Prepayments", "Overpayments", "Balances", "ContactPersons")


class Documents:
    """Shows the documents of one organisation."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.company = ledger, ledger.company

    def show(self, row: Row, *, detailed: bool = True, summary: bool = False) -> Json:
        """A document as the list shows it; `detailed` with line items, `summary` without what is costly to make."""
        shown: Json = {
            "Contacts": self._contact,
            "Invoices": self._invoice,
            "CreditNotes": self._credit_note,
            "Overpayments": self._money,
            "Prepayments": self._money,
            "Payments": self._payment,
        }[row.list](row)
        if not detailed and "LineItems" in shown:
            shown["LineItems"] = []
        for name in _COSTLY if summary else ():
            shown.pop(name, None)
        return shown

    def _contact(self, row: Row) -> Json:
        party = row.entry
        shown: Json = {
            "ContactID": row.id,
            "ContactStatus": row.status,
            "Name": row.number,
            "EmailAddress": (party.email if party else None) or "",
            "BankAccountDetails": "",
            "Addresses": [
                {"AddressType": "STREET", "City": "", "Region": "", "PostalCode": "", "Country": ""},
                {
                    "AddressType": "POBOX",
                    "City": "",
                    "Region": "",
                    "PostalCode": "",
                    "Country": party.country if party else "",
                },
            ],
            "Phones": [],
            "UpdatedDateUTC": ticks(row.updated_at),
            "ContactGroups": [],
            "IsSupplier": party is None,
            "IsCustomer": party is not None,
            "ContactPersons": [],
            "HasAttachments": False,
            "HasValidationErrors": False,
        }
        if party is not None:
            shown["DefaultCurrency"] = party.currency
            if party.merged_into:
                shown["MergedToContactID"] = contact_id(party.merged_into)
            invoices = self.company.open_invoices(party.id)
            late = [each for each in invoices if each.due_on < self.company.today]
            shown["Balances"] = {
                "AccountsReceivable": {
                    "Outstanding": self._open(invoices) + self.ledger.misstated.get(party.id, ZERO),
                    "Overdue": self._open(late),
                },
                "AccountsPayable": {"Outstanding": ZERO, "Overdue": ZERO},
            }
        return shown

    def _open(self, invoices: list[Document]) -> Decimal:
        return sum((self.company.open_of(each.id) for each in invoices), ZERO)

    def _invoice(self, row: Row) -> Json:
        each, settling = row.entry, []
        if row.type == "ACCREC" and row.status != "DRAFT":
            settling = self.company.applications_to(each.id)
        payments = [use for use in settling if use.source_kind == "payment" and self._is_payment(use)]
        credited = [use for use in settling if use not in payments]
        shown: Json = {
            "Type": row.type,
            "InvoiceID": row.id,
            "InvoiceNumber": row.number,
            "Reference": each.memo,
            "Payments": [self._nested_payment(use, guid(0x2222, use.id)) for use in payments],
            "CreditNotes": [self._nested_credit(use) for use in credited if use.source_kind == "credit_memo"],
            "Prepayments": [],
            "Overpayments": [],
            "AmountDue": ZERO if row.status in ("VOIDED", "DELETED") else row.due,
            "AmountPaid": sum((use.amount for use in payments), ZERO),
            "AmountCredited": sum((use.amount for use in credited), ZERO),
            "CurrencyRate": stated_rate(each.rate),
            "HasErrors": False,
            "IsDiscounted": False,
            "HasAttachments": False,
            "SentToContact": row.status != "DRAFT",
            "Contact": self._nested_contact(row.contact),
            **dated("Date", each.issued_on),
            "Status": row.status,
            "LineAmountTypes": "NoTax",
            "LineItems": [self._line(each)],
            "SubTotal": each.total,
            "TotalTax": ZERO,
            "Total": each.total,
            "UpdatedDateUTC": ticks(row.updated_at),
            "CurrencyCode": each.currency,
            **dated("DueDate", each.due_on),
        }
        for use in (use for use in credited if use.source_kind == "payment"):
            money = self.ledger.moneys(self.company.receipts[use.source])[-1]
            shown[f"{money.kind}s"].append(self._nested_money(money, use))
        if row.status == "PAID" and settling:
            shown["FullyPaidOnDate"] = day_ticks(max(use.on for use in settling))
        return shown

    def _is_payment(self, use: Application) -> bool:
        return is_at_once(use, self.company.receipts[use.source])

    def _credit_note(self, row: Row) -> Json:
        each = row.entry
        uses = self.ledger.uses("credit_memo", each.id) if row.type == "ACCRECCREDIT" else []
        return {
            "CreditNoteID": row.id,
            "CreditNoteNumber": row.number,
            "ID": row.id,
            "Type": row.type,
            "Reference": each.memo,
            "Payments": [
                self._nested_payment(use, guid(0x2000, use.id)) for use in uses if not (use.invoice or use.is_deleted)
            ],
            "RemainingCredit": row.due,
            "Allocations": [self._allocation(use, 0) for use in uses if use.invoice],
            "HasAttachments": False,
            "HasErrors": False,
            "CurrencyRate": stated_rate(each.rate),
            "Contact": self._nested_contact(row.contact),
            **dated("Date", each.issued_on),
            "Status": row.status,
            "LineAmountTypes": "NoTax",
            "LineItems": [self._line(each)],
            "SubTotal": each.total,
            "TotalTax": ZERO,
            "Total": each.total,
            "UpdatedDateUTC": ticks(row.updated_at),
            "CurrencyCode": each.currency,
        }

    def _money(self, row: Row) -> Json:
        money: Money = row.entry
        receipt = money.receipt
        return {
            f"{money.kind}ID": money.id,
            "ID": money.id,
            "Type": row.type,
            "RemainingCredit": money.remaining,
            "Allocations": [self._allocation(use, money.version) for use in money.uses if use.invoice],
            "Payments": [
                self._nested_payment(use, guid(0x2000 + money.version, use.id))
                for use in money.uses
                if not (use.invoice or use.is_deleted)
            ],
            "HasAttachments": False,
            "Contact": self._nested_contact(row.contact),
            **dated("Date", receipt.paid_on),
            "Status": row.status,
            "LineAmountTypes": "NoTax",
            "LineItems": [],
            "SubTotal": money.total,
            "TotalTax": ZERO,
            "Total": money.total,
            "UpdatedDateUTC": ticks(row.updated_at),
            "CurrencyCode": receipt.currency,
            "CurrencyRate": stated_rate(receipt.rate),
        }

    def _payment(self, row: Row) -> Json:
        use, source = row.application, row.entry
        amount = row.due if use is None else use.amount
        is_foreign = source.currency != self.company.home_currency
        into_home = is_foreign and source.id % 2 == 0
        account = _FOREIGN_BANK if is_foreign and not into_home else _BANK
        if isinstance(source, Receipt) and source.kind == "journal":
            account = _CLEARING
        return {
            "PaymentID": row.id,
            "Date": day_ticks(row.date),
            "BankAmount": rounded(amount * source.rate, self.company.home_currency) if into_home else amount,
            "Amount": amount,
            "Reference": source.reference if isinstance(source, Receipt) else source.memo,
            "CurrencyRate": stated_rate(source.rate),
            "PaymentType": row.type,
            "Status": row.status,
            "UpdatedDateUTC": ticks(row.updated_at),
            "HasAccount": True,
            "IsReconciled": row.status != "DELETED" and source.id % 4 == 0,
            "Account": {"AccountID": account, "Code": account[6:8].zfill(3)},
            "Invoice": self._paid_document(row, source),
            "HasValidationErrors": False,
        }

    def _paid_document(self, row: Row, source: Any) -> Json:
        """What a payment is for: the list shows it in the place of an invoice, whatever it is."""
        use = row.application
        if use is None:
            kind, id, number = "ACCPAY", guid(0x1AAA, source.id), row.number
        elif use.invoice is not None:
            kind, id, number = "ACCREC", guid(0x1111, use.invoice), self.company.invoices[use.invoice].number
        elif row.type == "ARCREDITPAYMENT":
            kind, id, number = "ACCRECCREDIT", guid(0x3333, source.id), source.number
        else:
            kind, id, number = row.type.removesuffix("PAYMENT"), guid(0x5000 + row.version, source.id), ""
        return {
            "Type": kind,
            "InvoiceID": id,
            "InvoiceNumber": number,
            "Payments": [],
            "CreditNotes": [],
            "Prepayments": [],
            "Overpayments": [],
            "IsDiscounted": False,
            "HasErrors": False,
            "Contact": self._nested_contact(row.contact),
            "LineItems": [],
            "CurrencyCode": source.currency,
        }

    def _nested_contact(self, id: str) -> Json:
        party = self.company.parties.get(int(id[:8]))
        return {
            "ContactID": id,
            "Name": party.name if party else "Paper Mill",
            "Addresses": [],
            "Phones": [],
            "ContactGroups": [],
            "ContactPersons": [],
            "HasValidationErrors": False,
        }

    def _nested_payment(self, use: Application, id: str) -> Json:
        source: Any = (
            self.company.receipts[use.source] if use.source_kind == "payment" else self.company.credit_memos[use.source]
        )
        return {
            "PaymentID": id,
            "Date": day_ticks(use.on),
            "Amount": use.amount,
            "CurrencyRate": stated_rate(source.rate),
            "HasAccount": False,
            "HasValidationErrors": False,
        }

    def _nested_credit(self, use: Application) -> Json:
        memo = self.company.credit_memos[use.source]
        id = guid(0x3333, memo.id)
        return {
            "CreditNoteID": id,
            "CreditNoteNumber": memo.number,
            "ID": id,
            "HasErrors": False,
            "AppliedAmount": use.amount,
            **dated("Date", memo.issued_on),
            "LineItems": [],
            "Total": memo.total,
        }

    @staticmethod
    def _nested_money(money: Money, use: Application) -> Json:
        return {
            f"{money.kind}ID": money.id,
            "ID": money.id,
            "AppliedAmount": use.amount,
            **dated("Date", money.receipt.paid_on),
            "LineItems": [],
            "Total": money.total,
        }

    def _allocation(self, use: Application, version: int) -> Json:
        assert use.invoice is not None
        return {
            "AllocationID": guid(0x6000 + version, use.id),
            "Amount": use.amount,
            "Date": day_ticks(use.on),
            "Invoice": {
                "InvoiceID": guid(0x1111, use.invoice),
                "InvoiceNumber": self.company.invoices[use.invoice].number,
                "Payments": [],
                "CreditNotes": [],
                "HasErrors": False,
                "LineItems": [],
            },
            "IsDeleted": use.is_deleted,
            "StatusAttributeString": "",
        }

    @staticmethod
    def _line(each: Document) -> Json:
        return {
            "Description": each.memo or "Services",
            "UnitAmount": each.total,
            "TaxType": "NONE",
            "TaxAmount": ZERO,
            "LineAmount": each.total,
            "AccountCode": "200",
            "Tracking": [],
            "Quantity": 1,
            "LineItemID": guid(0x4444, each.id),
        }


def ticks(moment: datetime) -> str:
    """An instant in the notation of Microsoft's old JSON, which Xero kept."""
    return f"/Date({int(moment.timestamp() * 1000)}+0000)/"


def day_ticks(day: date) -> str:
    """A date in the same notation: midnight UTC."""
    return ticks(datetime.combine(day, time(), UTC))


def dated(name: str, day: date) -> Json:
    """A date in both ways in which documents have it."""
    return {f"{name}String": f"{day.isoformat()}T00:00:00", name: day_ticks(day)}
