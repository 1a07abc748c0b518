"""The shapes of QuickBooks in a box: what each entity looks like in JSON, after Intuit's entity reference.

Whole numbers come without decimals; times in the company's own offset, which changes with daylight saving; a void has
no status but amounts of 0 and "Voided" in its note; foreign documents alone have a rate and home amounts.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.sdk.testing.books import ZERO
from hub.sdk.testing.currencies import rounded
from hub.sdk.testing.entries import Application, Document, Party, Receipt
from plugins.connectors.quickbooks.box_books import (
    BANK,
    EXPENSES,
    RECEIVABLES,
    Row,
    Tables,
    settled_by,
    term,
)

Item = dict[str, Any]


class Shapes:
    """The items of one company's entities."""

    def __init__(self, tables: Tables) -> None:
        self.tables, self.company = tables, tables.company

    def item(self, entity: str, row: Row) -> Item:
        """A record in full."""
        entry = row.entry
        if isinstance(entry, Party):
            shape = self._customer(entry)
        elif isinstance(entry, Document):
            shape = self._document(entry)
        elif isinstance(entry, Application):
            shape = self._credit_payment(entry)
        elif isinstance(entry, Receipt):
            shape = self._journal(entry) if entity == "JournalEntry" else self._payment(entry)
        else:
            shape = dict(entry) | {"FullyQualifiedName": entry["Name"], "Active": True}
            if entity == "Account":
                shape |= {"SubAccount": False, "CurrencyRef": _ref(self.company.home_currency)}
            else:
                del shape["FullyQualifiedName"]
        return shape | {
            "domain": "QBO",
            "sparse": False,
            "Id": str(row.id),
            "SyncToken": self.tables.sync_token(row),
            "MetaData": {"CreateTime": self.stamp(row.created_at), "LastUpdatedTime": self.stamp(row.updated_at)},
        }

    def deleted(self, row: Row) -> Item:
        """What change data capture says of a record that is gone."""
        return {
            "domain": "QBO",
            "status": "Deleted",
            "Id": str(row.id),
            "MetaData": {"LastUpdatedTime": self.stamp(row.updated_at)},
        }

    def stamp(self, at: datetime) -> str:
        """A time in the company's offset of that day."""
        return at.astimezone(self.company.zone).isoformat(timespec="seconds")

    def value(self, entity: str, row: Row, name: str) -> Any:
        """A field as queries compare it; None where the record has none. Raises KeyError for one that is not known."""
        word = name.casefold()
        if word == "id":
            return row.id
        if word == "metadata.lastupdatedtime":
            return row.updated_at
        if word == "metadata.createtime":
            return row.created_at
        known = FILTERABLE[entity][word]
        if known == "CustomerRef" and not isinstance(row.entry, Application | dict | Party):
            return str(row.entry.party)
        value = self.item(entity, row).get(known)
        if isinstance(value, dict):
            return value["value"]
        return date.fromisoformat(value) if known in ("TxnDate", "DueDate") and value else value

    def _customer(self, party: Party) -> Item:
        # A merger leaves the one that lost inactive and its name free for the other.
        name = f"{party.name} (deleted)" if party.merged_into else party.name
        owes = self._balance(party)
        shape: Item = {
            "Taxable": False,
            "Job": False,
            "BillWithParent": False,
            "Balance": number(owes),
            "BalanceWithJobs": number(owes),
            "CurrencyRef": _ref(party.currency),
            "PreferredDeliveryMethod": "Print",
            "FullyQualifiedName": name,
            "DisplayName": name,
            "PrintOnCheckName": party.name,
            "Active": party.is_active,
            "BillAddr": {"Country": party.country},
        }
        if party.email:
            shape["PrimaryEmailAddr"] = {"Address": party.email}
        return shape

    def _balance(self, party: Party) -> Decimal:
        """What a customer owes, in its own currency."""
        total = ZERO
        for entity, id in self.company.held_by(party.id):
            if entity == "invoice":
                total += self.company.open_of(id)
            else:
                total -= self.company.unapplied_of("payment" if entity == "payment" else "credit_memo", id)
        return total

    def _document(self, document: Document) -> Item:
        is_invoice, is_void = document.kind == "invoice", document.status == "void"
        total = ZERO if is_void else document.total
        balance = (
            self.company.open_of(document.id) if is_invoice else self.company.unapplied_of("credit_memo", document.id)
        )
        shape: Item = {
            **self._head(document.party, document.currency, document.issued_on, document.rate),
            "CustomField": [],
            "Line": _sales_lines(total),
            "TxnTaxDetail": {"TotalTax": 0},
            "TotalAmt": number(total),
            "Balance": number(balance),
            "ApplyTaxAfterDiscount": False,
            "PrintStatus": "NeedToPrint",
            "EmailStatus": "NotSet",
        }
        if document.currency != self.company.home_currency:
            shape["HomeTotalAmt"] = number(rounded(total * document.rate, self.company.home_currency))
            shape["HomeBalance"] = number(rounded(balance * document.rate, self.company.home_currency))
        if document.number:
            shape["DocNumber"] = document.number
        if note := _note(document.memo, is_void):
            shape["PrivateNote"] = note
        if not is_invoice:
            return shape | {"RemainingCredit": number(balance)}
        settled = (settled_by(self.company, each) for each in self.company.applications_to(document.id))
        shape |= {
            "AllowIPNPayment": False,
            "AllowOnlinePayment": False,
            "LinkedTxn": [{"TxnId": str(id), "TxnType": "Payment"} for id in dict.fromkeys(settled)],
            "DueDate": document.due_on.isoformat(),
        }
        if known := term(document.terms_days):
            shape["SalesTermRef"] = known
        return shape

    def _payment(self, receipt: Receipt) -> Item:
        is_void = receipt.status == "void"
        lines = [_link(each.amount, *_target(each)) for each in self.company.applications_from("payment", receipt.id)]
        shape: Item = {
            **self._head(receipt.party, receipt.currency, receipt.paid_on, receipt.rate),
            "DepositToAccountRef": _ref(BANK),
            "TotalAmt": number(ZERO if is_void else receipt.amount),
            "UnappliedAmt": number(self.company.unapplied_of("payment", receipt.id)),
            "ProcessPayment": False,
            "Line": lines,
            "PaymentRefNum": receipt.reference,
        }
        if note := _note("", is_void):
            shape["PrivateNote"] = note
        return shape

    def _credit_payment(self, application: Application) -> Item:
        """What links a credit to what it settles: a Payment over nothing."""
        company = self.company
        is_memo = application.source_kind == "credit_memo"
        source = company.credit_memos[application.source] if is_memo else company.receipts[application.source]
        line = {} if is_memo else {"TxnLineId": "1"}
        return {
            **self._head(source.party, source.currency, application.on, company.rates[source.currency, application.on]),
            "TotalAmt": 0,
            "UnappliedAmt": 0,
            "ProcessPayment": False,
            "PrivateNote": "Created by QB Online to link credits to charges.",
            "Line": [
                _link(application.amount, *_target(application)),
                _link(application.amount, source.id, "CreditMemo" if is_memo else "JournalEntry", **line),
            ],
        }

    def _journal(self, receipt: Receipt) -> Item:
        """Money in the bank against the receivables account, by hand."""
        is_void = receipt.status == "void"
        amount = ZERO if is_void else receipt.amount
        shape = self._head(receipt.party, receipt.currency, receipt.paid_on, receipt.rate)
        party = shape.pop("CustomerRef")
        shape |= {
            "Adjustment": False,
            "DocNumber": receipt.reference,
            "TotalAmt": number(amount),
            "Line": [
                _journal_line("0", amount, "Debit", BANK, "Checking", None),
                _journal_line("1", amount, "Credit", RECEIVABLES, "Accounts Receivable (A/R)", party),
            ],
        }
        if note := _note("", is_void):
            shape["PrivateNote"] = note
        return shape

    def _head(self, party: int, currency: str, on: date, rate: Decimal) -> Item:
        head: Item = {
            "TxnDate": on.isoformat(),
            "CurrencyRef": _ref(currency),
            "CustomerRef": {"value": str(party), "name": self.company.parties[party].name},
        }
        if currency != self.company.home_currency:
            head["ExchangeRate"] = number(rate)
        return head


def number(amount: Decimal) -> int | Decimal:
    """An amount as QuickBooks writes it: 100, and not 100.00; 980.4, and not 980.40."""
    return int(amount) if amount == amount.to_integral_value() else amount.normalize()


def _ref(value: object) -> dict[str, str]:
    return {"value": str(value)}


def _note(memo: str, is_void: bool) -> str:
    return ("Voided - " + memo if memo else "Voided") if is_void else memo


def _target(application: Application) -> tuple[int, str]:
    if application.invoice is None:
        return EXPENSES + application.id, "Expense"
    return application.invoice, "Invoice"


def _link(amount: Decimal, txn_id: int, txn_type: str, **more: str) -> Item:
    return {"Amount": number(amount), "LinkedTxn": [{"TxnId": str(txn_id), "TxnType": txn_type, **more}]}


def _sales_lines(total: Decimal) -> list[Item]:
    detail = {"ItemRef": {"value": "1", "name": "Services"}, "TaxCodeRef": _ref("NON")}
    return [
        {
            "Id": "1",
            "LineNum": 1,
            "Description": "Services",
            "Amount": number(total),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": detail,
        },
        {"Amount": number(total), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}},
    ]


def _journal_line(id: str, amount: Decimal, side: str, account: int, name: str, party: Item | None) -> Item:
    detail: Item = {"PostingType": side, "AccountRef": {"value": str(account), "name": name}}
    if party:
        detail["Entity"] = {"Type": "Customer", "EntityRef": party}
    return {
        "Id": id,
        "Amount": number(amount),
        "DetailType": "JournalEntryLineDetail",
        "JournalEntryLineDetail": detail,
    }


_ANY = ("Id", "MetaData.CreateTime", "MetaData.LastUpdatedTime")
_FIELDS: dict[str, tuple[str, ...]] = {
    "Customer": ("Active", "DisplayName", "FullyQualifiedName", "PrintOnCheckName", "Balance", "Job"),
    "Invoice": ("TxnDate", "DueDate", "DocNumber", "CustomerRef", "TotalAmt", "Balance"),
    "Payment": ("TxnDate", "CustomerRef", "TotalAmt", "PaymentRefNum"),
    "CreditMemo": ("TxnDate", "DocNumber", "CustomerRef", "TotalAmt", "Balance"),
    "JournalEntry": ("TxnDate", "DocNumber", "TotalAmt"),
    "Account": ("Active", "Name", "AccountType", "AccountSubType", "Classification"),
    "Term": ("Active", "Name", "Type"),
}
FILTERABLE = {entity: {name.casefold(): name for name in (*_ANY, *names)} for entity, names in _FIELDS.items()}
"""The fields by which each entity can be filtered and ordered, by their name in lower case."""
