"""The simulated company's books as Xero has them: which documents there are, and what they come to.

After Xero's accounting API, version 16.1.0 of its published specification, and the documentation of its types:

- money that pays an invoice at once is a Payment of that invoice; what is left is an Overpayment, or a Prepayment where
  no invoice was named; later it is set against invoices by Allocations;
- a Payment cannot be taken off an invoice: it is DELETED, and what is left is put down anew, as a new Overpayment;
- a document that was voided keeps its total, with nothing due; nothing leaves a list;
- money paid back is a Payment of the credit note, overpayment or prepayment;
- `CurrencyRate` is units of the foreign currency for one of the home currency, with six decimals.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from hub.sdk.testing.company import Company
from hub.sdk.testing.currencies import rounded
from hub.sdk.testing.entries import Application, Document, Receipt

Json = dict[str, Any]
ZERO = Decimal(0)
SUPPLIER = "99999999-c0c0-4000-8000-000099999999"


@dataclass(slots=True)
class Row:
    """A document in a list: what the list is filtered and sorted by, and what it is made of."""

    list: str
    id: str
    type: str
    status: str
    updated_at: datetime
    date: date
    contact: str
    entry: Any
    number: str = ""
    due: Decimal = ZERO
    version: int = 0
    application: Application | None = None


@dataclass(slots=True)
class Money:
    """Unapplied money of a receipt as one document; the last `version` is the one that counts."""

    receipt: Receipt
    version: int
    total: Decimal
    status: str
    updated_at: datetime
    uses: list[Application] = field(default_factory=list)

    @property
    def is_prepayment(self) -> bool:
        return self.version == 0 and self.total == self.receipt.amount and self.receipt.id % 3 == 0

    @property
    def kind(self) -> Literal["Overpayment", "Prepayment"]:
        return "Prepayment" if self.is_prepayment else "Overpayment"

    @property
    def id(self) -> str:
        return guid(0x5000 + self.version, self.receipt.id)

    @property
    def remaining(self) -> Decimal:
        if self.status == "VOIDED":
            return ZERO
        return self.total - sum((each.amount for each in self.uses if not each.is_deleted), ZERO)


class Ledger:
    """One organisation's documents. `payables`: bills, drafts and the like are mixed in, as in a real organisation.

    `misstated` is added to what contacts are said to owe, by customer.
    """

    def __init__(self, company: Company, *, payables: bool = True) -> None:
        self.company, self.payables = company, payables
        self.misstated: dict[int, Decimal] = {}
        self._known: dict[str, list[Row]] = {}
        self._from: dict[tuple[str, int], list[Application]] = {}
        self._at = -1

    def rows(self, name: str) -> list[Row]:
        """Every document of a list."""
        changes = len(self.company.changes)
        if changes != self._at:
            self._at, self._known = changes, {}
            self._from = defaultdict(list)
            for each in self.company.applications.values():
                self._from[each.source_kind, each.source].append(each)
        if name not in self._known:
            self._known[name] = [*getattr(self, f"_{name.lower()}")()]
        return self._known[name]

    def home_balance(self, until: date) -> Decimal:
        """The receivables account: what each document dated until then has left, at the rate that Xero states."""
        total, home = ZERO, self.company.home_currency
        for sign, entries in (
            (1, [(each, self.company.open_of(each.id), each.issued_on) for each in self.company.invoices.values()]),
            (-1, [(each, self._left(each), _dated(each)) for each in self._sources()]),
        ):
            for entry, balance, on in entries:
                if balance and on <= until:
                    total += sign * rounded(balance / stated_rate(entry.rate), home)
        return total

    def revaluation(self, until: date) -> Decimal:
        """What the open documents would be worth more at that day's rates: a gain that nobody has made yet."""
        company, total = self.company, ZERO
        for each in company.invoices.values():
            if each.currency != company.home_currency and (balance := company.open_of(each.id)):
                now = company.rates[each.currency, until]
                total += rounded(balance * now, company.home_currency)
                total -= rounded(balance / stated_rate(each.rate), company.home_currency)
        return total

    def _left(self, entry: Document | Receipt) -> Decimal:
        return self.company.unapplied_of("payment" if isinstance(entry, Receipt) else "credit_memo", entry.id)

    def _sources(self) -> Iterable[Document | Receipt]:
        return (*self.company.credit_memos.values(), *self.company.receipts.values())

    # Which documents there are

    def _contacts(self) -> Iterable[Row]:
        for each in self.company.parties.values():
            status = "ACTIVE" if each.is_active else "ARCHIVED"
            yield Row(
                "Contacts",
                contact_id(each.id),
                "",
                status,
                each.updated_at,
                each.created_at.date(),
                "",
                each,
                each.name,
            )
        if self.payables and self.company.parties:
            first = self.company.parties[1]
            yield Row(
                "Contacts", SUPPLIER, "", "ACTIVE", first.created_at, first.created_at.date(), "", None, "Paper Mill"
            )

    def _invoices(self) -> Iterable[Row]:
        for each in self.company.invoices.values():
            due = self.company.open_of(each.id)
            status = {"void": "VOIDED", "deleted": "DELETED"}.get(each.status, "AUTHORISED" if due else "PAID")
            row = ("Invoices", guid(0x1111, each.id), "ACCREC", status, each.updated_at, each.issued_on)
            yield Row(*row, contact_id(each.party), each, each.number, due)
            if self.payables and each.id % 9 == 0:
                yield self._extra("Invoices", 0x1AAA, "ACCPAY", "AUTHORISED", each)
            if self.payables and each.id % 31 == 0:
                draft = self._extra("Invoices", 0x1BBB, "ACCREC", "DRAFT", each)
                draft.contact = contact_id(each.party)
                yield draft

    def _creditnotes(self) -> Iterable[Row]:
        for each in self.company.credit_memos.values():
            left = self.company.unapplied_of("credit_memo", each.id)
            status = {"void": "VOIDED", "deleted": "DELETED"}.get(each.status, "AUTHORISED" if left else "PAID")
            row = ("CreditNotes", guid(0x3333, each.id), "ACCRECCREDIT", status, each.updated_at, each.issued_on)
            yield Row(*row, contact_id(each.party), each, each.number, left)
            if self.payables and each.id % 5 == 0:
                yield self._extra("CreditNotes", 0x3AAA, "ACCPAYCREDIT", "AUTHORISED", each)

    def _overpayments(self) -> Iterable[Row]:
        yield from (row for row in self._unapplied() if row.list == "Overpayments")

    def _prepayments(self) -> Iterable[Row]:
        yield from (row for row in self._unapplied() if row.list == "Prepayments")

    def _unapplied(self) -> Iterable[Row]:
        for each in self.company.receipts.values():
            for money in self.moneys(each):
                row = (f"{money.kind}s", money.id, f"RECEIVE-{money.kind.upper()}", money.status, money.updated_at)
                yield Row(*row, each.paid_on, contact_id(each.party), money, due=money.remaining)

    def _payments(self) -> Iterable[Row]:
        for each in self.company.applications.values():
            if each.source_kind == "payment":
                receipt = self.company.receipts[each.source]
                if is_at_once(each, receipt):
                    yield self._payment_row(each, receipt, "ACCRECPAYMENT", guid(0x2222, each.id))
                elif each.invoice is None:
                    yield from self._refunds(each, receipt)
            elif each.invoice is None:
                memo = self.company.credit_memos[each.source]
                yield self._payment_row(each, memo, "ARCREDITPAYMENT", guid(0x2000, each.id))
        if self.payables:
            for bill in (each for each in self.company.invoices.values() if each.id % 18 == 0):
                yield self._extra("Payments", 0x2AAA, "ACCPAYPAYMENT", "AUTHORISED", bill)

    def _payment_row(self, application: Application, source: Document | Receipt, kind: str, id: str) -> Row:
        at = application.updated_at if application.is_deleted else application.created_at
        status = "DELETED" if application.is_deleted else "AUTHORISED"
        return Row(
            "Payments", id, kind, status, at, application.on, contact_id(source.party), source, application=application
        )

    def _refunds(self, application: Application, receipt: Receipt) -> Iterable[Row]:
        """The payment back, and those that fell with the overpayment they were of when that was put down anew."""
        taken = self._taken_back(receipt)
        begun = sum(1 for each in taken if each.updated_at <= application.created_at)
        for version in range(begun, len(taken) + 1):
            money = next((each for each in self.moneys(receipt) if each.version == version), None)
            if money is None:
                continue
            row = self._payment_row(
                application, receipt, f"AR{money.kind.upper()}PAYMENT", guid(0x2000 + version, application.id)
            )
            row.version = version
            if version < len(taken):
                row.status, row.updated_at = "DELETED", taken[version].updated_at
            elif version > begun and not application.is_deleted:
                row.updated_at = taken[version - 1].updated_at
            yield row

    def uses(self, kind: str, source: int) -> list[Application]:
        """Everything that a receipt or credit memo was ever used for."""
        return self._from[kind, source]

    def _taken_back(self, receipt: Receipt) -> list[Application]:
        """What was paid at once and then taken off its invoice, but not because the whole receipt ended."""
        return sorted(
            (
                each
                for each in self._from["payment", receipt.id]
                if is_at_once(each, receipt)
                and each.is_deleted
                and (receipt.status == "open" or each.updated_at != receipt.updated_at)
            ),
            key=lambda each: (each.updated_at, each.id),
        )

    def moneys(self, receipt: Receipt) -> list[Money]:
        """The receipt's unapplied money: as it is now, and as it was put down before."""
        uses = self._from["payment", receipt.id]
        taken = self._taken_back(receipt)
        total = receipt.amount - sum((each.amount for each in uses if is_at_once(each, receipt)), ZERO)
        found = []
        for version in range(len(taken) + 1):
            if version:
                total += taken[version - 1].amount
            if total <= 0:
                continue
            if version < len(taken):
                found.append(Money(receipt, version, total, "VOIDED", taken[version].updated_at))
            elif receipt.status != "open":
                found.append(Money(receipt, version, total, "VOIDED", receipt.updated_at))
            else:
                rest = [each for each in uses if not is_at_once(each, receipt)]
                now = Money(receipt, version, total, "AUTHORISED", receipt.updated_at, rest)
                now.status = "AUTHORISED" if now.remaining else "PAID"
                found.append(now)
        return found

    def _extra(self, name: str, part: int, kind: str, status: str, each: Document) -> Row:
        row = (name, guid(part, each.id), kind, status, each.created_at, each.issued_on, SUPPLIER, each)
        return Row(*row, f"{kind}-{each.id}", each.total)


def guid(part: int, number: int) -> str:
    """An id that ends in the number, different for each kind of document."""
    return f"{number:08d}-{part:04x}-4000-8000-{number:012d}"


def contact_id(party: int) -> str:
    """A customer's id."""
    return guid(0xC0C0, party)


def stated_rate(rate: Decimal) -> Decimal:
    """Home units for one unit, the way round and as exact as Xero states it."""
    return Decimal(1) if rate == 1 else (1 / rate).quantize(Decimal("0.000001"))


def _dated(entry: Document | Receipt) -> date:
    return entry.paid_on if isinstance(entry, Receipt) else entry.issued_on


def is_at_once(application: Application, receipt: Receipt) -> bool:
    """Whether it was part of the payment as that came in."""
    return application.invoice is not None and application.created_at == receipt.created_at
