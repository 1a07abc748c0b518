"""The simulated company's books as QuickBooks keeps them: rows of each entity, and which of them changed."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.sdk.testing.company import Company
from hub.sdk.testing.entries import Application, Document, Party, Receipt

ENTITIES = ("Customer", "Invoice", "Payment", "CreditMemo", "JournalEntry", "Account", "Term")
CREDIT_PAYMENTS = 5_000_000
"""A credit is applied by a Payment over nothing; its id is that of the application, up here."""
EXPENSES = 8_000_000
"""Money that was paid back went out by an expense; its id is that of the application, up here."""
RECEIVABLES, BANK, SALES = 84, 35, 79

Entry = Party | Document | Receipt | Application | dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One record of an entity, and when it was made and saved last."""

    id: int
    entry: Entry
    created_at: datetime
    updated_at: datetime
    is_deleted: bool = False


class Tables:
    """The rows of each entity, deleted ones too, kept until the company changes."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._seen = 0
        self._held: dict[str, tuple[int, list[Row]]] = {}
        self._recent: dict[str, tuple[int, list[Row]]] = {}
        self._saved: dict[tuple[str, int], int] = {}
        self._began = company.now

    def rows(self, entity: str) -> list[Row]:
        """The rows of an entity, in no particular order."""
        held = self._held.get(entity)
        version = len(self.company.changes)
        if held is None or held[0] != version:
            held = self._held[entity] = (version, list(self._made(entity)))
        return held[1]

    def newest_first(self, entity: str, latest: datetime | None = None) -> list[Row]:
        """The rows of an entity by the time of their last change, the last first; none that changed after `latest`."""
        held = self._recent.get(entity)
        version = len(self.company.changes)
        if held is None or held[0] != version:
            found = sorted(self.rows(entity), key=lambda row: (row.updated_at, row.id), reverse=True)
            held = self._recent[entity] = (version, found)
        if latest is None:
            return held[1]
        return held[1][bisect_left(held[1], -latest.timestamp(), key=lambda row: -row.updated_at.timestamp()) :]

    def sync_token(self, row: Row) -> str:
        """How often a record was saved after it was made."""
        for change in self.company.changes_since(self._seen):
            if change.op != "created":
                key = change.entity, change.id
                self._saved[key] = self._saved.get(key, 0) + 1
        self._seen = len(self.company.changes)
        kinds = {Party: "customer", Receipt: "payment"}
        kind = row.entry.kind if isinstance(row.entry, Document) else kinds.get(type(row.entry), "")
        return str(self._saved.get((kind, row.id), 0))

    def _made(self, entity: str) -> list[Row]:
        company = self.company
        match entity:
            case "Customer":
                return [Row(each.id, each, each.created_at, each.updated_at) for each in company.parties.values()]
            case "Invoice":
                return [_row(each) for each in company.invoices.values()]
            case "CreditMemo":
                return [_row(each) for each in company.credit_memos.values()]
            case "JournalEntry":
                return [_row(each) for each in company.receipts.values() if each.kind == "journal"]
            case "Payment":
                money = [_row(each) for each in company.receipts.values() if each.kind == "payment"]
                return money + [
                    Row(CREDIT_PAYMENTS + each.id, each, each.created_at, each.updated_at, each.is_deleted)
                    for each in company.applications.values()
                    if is_credit(company, each)
                ]
            case "Account":
                return [self._fixed(id, fields) for id, fields in _ACCOUNTS.items()]
        return [self._fixed(id, fields) for id, fields in _TERMS.items()]

    def _fixed(self, id: int, fields: dict[str, Any]) -> Row:
        return Row(id, fields, self._began, self._began)


def _row(entry: Document | Receipt) -> Row:
    return Row(entry.id, entry, entry.created_at, entry.updated_at, entry.status == "deleted")


def is_credit(company: Company, application: Application) -> bool:
    """Whether QuickBooks applies it by a Payment over nothing: credit memos and journal entries."""
    return application.source_kind == "credit_memo" or company.receipts[application.source].kind == "journal"


def settled_by(company: Company, application: Application) -> int:
    """The id of the Payment that settles an invoice by this application."""
    return CREDIT_PAYMENTS + application.id if is_credit(company, application) else application.source


_ACCOUNTS: dict[int, dict[str, Any]] = {
    RECEIVABLES: {
        "Name": "Accounts Receivable (A/R)",
        "AccountType": "Accounts Receivable",
        "AccountSubType": "AccountsReceivable",
        "Classification": "Asset",
    },
    BANK: {"Name": "Checking", "AccountType": "Bank", "AccountSubType": "Checking", "Classification": "Asset"},
    SALES: {
        "Name": "Services",
        "AccountType": "Income",
        "AccountSubType": "ServiceFeeIncome",
        "Classification": "Revenue",
    },
}
_TERMS: dict[int, dict[str, Any]] = {
    id: {"Name": f"Net {days}" if days else "Due on receipt", "Type": "STANDARD", "DueDays": days, "DiscountDays": 0}
    for id, days in enumerate((0, 7, 10, 14, 30, 45, 60), start=1)
}


def term(days: int) -> dict[str, str] | None:
    """The reference to the term of so many days, where there is one."""
    for id, fields in _TERMS.items():
        if fields["DueDays"] == days:
            return {"value": str(id), "name": fields["Name"]}
    return None
