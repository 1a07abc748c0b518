"""What records state, put together as a ledger would hold it, without one: for looking at a connector's work.

The rules are those of `hub.ledger.statements`; amounts are exact, the home currency's to its minor units at the end.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hub.ledger.batch import is_older
from hub.ledger.receivables import minor_units
from hub.sdk.records import (
    Allocation,
    AllocationsComplete,
    CreditMemo,
    Customer,
    Gone,
    Invoice,
    Payment,
    Record,
)

_ZERO = Decimal(0)
_NEXT_TO_NOTHING = Decimal("1E-10")
_Key = tuple[str, str]


@dataclass(slots=True)
class Books:
    """The records of one connection by the provider's ids; `gone` names those that were deleted, as entity and id."""

    customers: dict[str, Customer] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    credit_memos: dict[str, CreditMemo] = field(default_factory=dict)
    allocations: dict[str, Allocation] = field(default_factory=dict)
    gone: set[_Key] = field(default_factory=set)
    _ends: dict[_Key, dict[str, Allocation]] = field(default_factory=dict)
    _stated_at: dict[_Key, datetime | None] = field(default_factory=dict)
    _completed_at: dict[_Key, datetime | None] = field(default_factory=dict)

    def add(self, records: Iterable[Record]) -> None:
        """Take in what one item states, in the place of what was known before, unless that is newer."""
        records = list(records)
        stated_at = _stated_at(records)
        complete = [record for record in records if isinstance(record, AllocationsComplete)]
        if any(is_older(stated_at, self._completed_at.get(_key(each))) for each in complete):
            # A newer item said where all of the document went.
            records = [each for each in records if not isinstance(each, Allocation | AllocationsComplete)]
        stated = {record.external_id for record in records if isinstance(record, Allocation)}
        for record in records:
            if isinstance(record, AllocationsComplete):
                self._completed_at[_key(record)] = stated_at
                for allocation in [*self._ends.get(_key(record), {}).values()]:
                    if allocation.external_id not in stated and not is_older(stated_at, allocation.updated_at):
                        self._remove("allocation", allocation.external_id)
            elif isinstance(record, Gone):
                self._remove(record.entity, record.external_id)
                self.gone.add((record.entity, record.external_id))
            else:
                self._put((_ENTITIES[type(record)], record.external_id), record)

    def _put(self, key: _Key, record: Any) -> None:
        if is_older(record.updated_at, self._stated_at.get(key)):
            return
        self._stated_at[key] = record.updated_at
        self._remove(*key)
        self._table(key[0])[key[1]] = record
        self.gone.discard(key)
        if isinstance(record, Allocation):
            for end in _ends(record):
                self._ends.setdefault(end, {})[record.external_id] = record

    def _remove(self, entity: str, external_id: str) -> None:
        record = self._table(entity).pop(external_id, None)
        if isinstance(record, Allocation):
            for end in _ends(record):
                del self._ends[end][external_id]

    def _table(self, entity: str) -> dict[str, Any]:
        table: dict[str, Any] = getattr(self, f"{entity}s")
        return table

    def settling(self, invoice_id: str) -> list[Allocation]:
        """The allocations that settle an invoice: those whose source counts."""
        return [each for each in self._ends.get(("invoice", invoice_id), {}).values() if self._counts(each)]

    def used(self, entity: str, external_id: str) -> list[Allocation]:
        """The allocations that use up a payment or credit memo."""
        found = self._ends.get((entity, external_id), {}).values()
        return [each for each in found if each.reversed_on is None and not self._is_uncounted(each.invoice_id)]

    def credits(self) -> list[Payment | CreditMemo]:
        """The payments and credit memos."""
        return [*self.payments.values(), *self.credit_memos.values()]

    def balance(self, invoice: Invoice) -> Decimal:
        """What is open of an invoice."""
        if invoice.status != "open":
            return _ZERO
        return invoice.total - sum((each.amount for each in self.settling(invoice.external_id)), _ZERO)

    def unapplied(self, document: Payment | CreditMemo) -> Decimal:
        """What is left of a payment or credit memo."""
        if document.status != "open":
            return _ZERO
        entity, total = (
            ("payment", document.amount) if isinstance(document, Payment) else ("credit_memo", document.total)
        )
        used = self.used(entity, document.external_id)
        return total - sum((each.amount if each.source_amount is None else each.source_amount for each in used), _ZERO)

    def receivable(self) -> dict[str, Decimal]:
        """Open invoices less what is unapplied, per currency."""
        totals: dict[str, Decimal] = {}
        for invoice in self.invoices.values():
            totals[invoice.currency] = totals.get(invoice.currency, _ZERO) + self.balance(invoice)
        for document in self.credits():
            totals[document.currency] = totals.get(document.currency, _ZERO) - self.unapplied(document)
        return totals

    def home_receivable(self) -> Decimal:
        """The same in the home currency, unrounded: each document at its rate, allocations as they were booked.

        Without a rate a document in another currency goes by the one in that currency that is nearest to it in time.
        """
        total, rates = _ZERO, _Rates(self)
        for invoice in self.invoices.values():
            rate = rates.of(invoice)
            if invoice.status == "open":
                total += invoice.total * rate
                for each in self.settling(invoice.external_id):
                    total -= each.amount * rate if each.home_amount is None else each.home_amount
        for document in self.credits():
            total -= self.unapplied(document) * rates.of(document)
        return total

    def status(self, invoice: Invoice) -> str:
        """paid, partly_paid, open, void, draft or written_off: by how much of it is open, whatever settled it."""
        if invoice.status != "open":
            return invoice.status
        balance = self.balance(invoice)
        if balance <= 0:
            return "paid"
        return "partly_paid" if balance < invoice.total else "open"

    def _counts(self, allocation: Allocation) -> bool:
        if allocation.reversed_on is not None:
            return False
        if allocation.source_id is None:
            return True
        entity = source_entity(allocation)
        source = self._table(entity).get(allocation.source_id)
        return (entity, allocation.source_id) not in self.gone and (source is None or source.status == "open")

    def _is_uncounted(self, invoice_id: str | None) -> bool:
        if invoice_id is None:
            return False
        invoice = self.invoices.get(invoice_id)
        return ("invoice", invoice_id) in self.gone or (invoice is not None and invoice.status in ("void", "draft"))


class _Rates:
    """What the documents are worth in the home currency."""

    def __init__(self, books: Books) -> None:
        self._known: dict[str, list[tuple[date, Decimal]]] = {}
        for each in (*books.invoices.values(), *books.credits()):
            if each.exchange_rate is not None:
                self._known.setdefault(each.currency, []).append((_day_of(each), each.exchange_rate))

    def of(self, document: Invoice | Payment | CreditMemo) -> Decimal:
        """Home units for one unit of the document's currency."""
        if document.exchange_rate is not None or document.currency not in self._known:
            return document.exchange_rate or Decimal(1)
        day = _day_of(document)
        return min(self._known[document.currency], key=lambda known: (abs(known[0] - day), known))[1]


def _day_of(document: Invoice | Payment | CreditMemo) -> date:
    return document.paid_on if isinstance(document, Payment) else document.issued_on


_ENTITIES: dict[type, str] = {
    Customer: "customer",
    Invoice: "invoice",
    Payment: "payment",
    CreditMemo: "credit_memo",
    Allocation: "allocation",
}


def source_entity(allocation: Allocation) -> str:
    """What an allocation takes from."""
    return allocation.source_kind or ("credit_memo" if allocation.kind == "credit_memo" else "payment")


def _ends(allocation: Allocation) -> list[_Key]:
    """The documents that an allocation lies between."""
    ends = (("invoice", allocation.invoice_id), (source_entity(allocation), allocation.source_id))
    return [(entity, external_id) for entity, external_id in ends if external_id is not None]


def _key(complete: AllocationsComplete) -> _Key:
    return complete.entity, complete.external_id


def _stated_at(records: Iterable[Record]) -> datetime | None:
    """The time of an item by its documents and allocations."""
    times = (each.updated_at for each in records if isinstance(each, Invoice | Payment | CreditMemo | Allocation))
    return max((each for each in times if each is not None), default=None)


def summary(books: Books) -> dict[str, Any]:
    """The books as JSON data: what is open, unapplied and settled by what, and the receivable in the home currency.

    Amounts have the minor units of their currency, or as many decimals as they need. The home currency is taken to be
    the one of most documents without a rate, or with the rate 1, of those that never have another.
    """
    home, currency = books.home_receivable(), _home_currency(books)
    return {
        "home_currency": currency,
        "invoices": [_invoice(books, books.invoices[key]) for key in sorted(books.invoices)],
        "payments": [_payment(books, books.payments[key]) for key in sorted(books.payments)],
        "credits": [_credit(books, books.credit_memos[key]) for key in sorted(books.credit_memos)],
        "deleted": [{"entity": entity, "external_id": key} for entity, key in sorted(books.gone)],
        "unlike_stated": [
            each for key in sorted(books.invoices) for each in _unlike_stated(books, books.invoices[key])
        ],
        "receivable": {unit: _money(amount, unit) for unit, amount in sorted(books.receivable().items())},
        "open_balance_home_unrounded": _written(home.quantize(_NEXT_TO_NOTHING), 4),
        "open_balance_home": str(home.quantize(_unit(minor_units(currency)), ROUND_HALF_UP)),
    }


def _home_currency(books: Books) -> str | None:
    documents = [*books.invoices.values(), *books.credits()]
    foreign = {each.currency for each in documents if each.exchange_rate not in (None, 1)}
    at_par = Counter(each.currency for each in documents if each.currency not in foreign)
    (most, count), (_, second) = [*at_par.most_common(2), (None, 0), (None, 0)][:2]
    return most if count > second else None


def _invoice(books: Books, invoice: Invoice) -> dict[str, Any]:
    return {
        "external_id": invoice.external_id,
        "number": invoice.number,
        "customer": invoice.customer_id,
        "issued": invoice.issued_on.isoformat(),
        "due": invoice.due_on.isoformat(),
        "currency": invoice.currency,
        "total": _money(invoice.total, invoice.currency),
        "open": _money(books.balance(invoice), invoice.currency),
        "status": books.status(invoice),
    }


def _unlike_stated(books: Books, invoice: Invoice) -> Iterator[dict[str, Any]]:
    """Where the source states another open amount: something is missing that settled the invoice, or was read wrong."""
    balance = books.balance(invoice)
    if invoice.balance is not None and invoice.balance != balance:
        yield {
            "invoice": invoice.external_id,
            "open": _money(balance, invoice.currency),
            "stated": _money(invoice.balance, invoice.currency),
        }


def _payment(books: Books, payment: Payment) -> dict[str, Any]:
    used = books.used("payment", payment.external_id)
    return {
        "external_id": payment.external_id,
        "customer": payment.customer_id,
        "date": payment.paid_on.isoformat(),
        "amount": _money(payment.amount, payment.currency),
        "currency": payment.currency,
        "unapplied": _money(books.unapplied(payment), payment.currency),
        "allocations": [_allocation(each, payment.currency) for each in used],
        "void": payment.status == "void",
    }


def _credit(books: Books, credit: CreditMemo) -> dict[str, Any]:
    used = books.used("credit_memo", credit.external_id)
    return {
        "external_id": credit.external_id,
        "number": credit.number,
        "customer": credit.customer_id,
        "date": credit.issued_on.isoformat(),
        "total": _money(credit.total, credit.currency),
        "currency": credit.currency,
        "remaining": _money(books.unapplied(credit), credit.currency),
        "allocations": [_allocation(each, credit.currency) for each in used],
    }


def _allocation(allocation: Allocation, currency: str) -> dict[str, Any]:
    return {
        "invoice": allocation.invoice_id,
        "kind": allocation.kind,
        "amount": _money(allocation.amount, currency),
        "date": allocation.applied_on.isoformat(),
    }


def _money(amount: Decimal, currency: str) -> str:
    return _written(amount, minor_units(currency))


def _written(amount: Decimal, digits: int) -> str:
    """With so many decimals, or as many as it needs."""
    rounded = amount.quantize(_unit(digits))
    return f"{rounded if rounded == amount else amount.normalize():f}"


def _unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)
