"""What records state, put together as a ledger would hold it, without one: for looking at a connector's work.

The rules are those of `hub.ledger.statements`; amounts are exact, the home currency's to its minor units at the end.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

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
_CENT = Decimal("0.01")


@dataclass(slots=True)
class Books:
    """The records of one connection by the provider's ids; `gone` names those that were deleted, as entity and id."""

    customers: dict[str, Customer] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    credit_memos: dict[str, CreditMemo] = field(default_factory=dict)
    allocations: dict[str, Allocation] = field(default_factory=dict)
    gone: set[tuple[str, str]] = field(default_factory=set)
    _grouped: dict[str, dict[str | None, list[Allocation]]] = field(default_factory=dict)

    def add(self, records: Iterable[Record]) -> None:
        """Take in what one item states, in the place of what was known before."""
        records = list(records)
        self._grouped.clear()
        stated = {record.external_id for record in records if isinstance(record, Allocation)}
        for record in records:
            if isinstance(record, AllocationsComplete):
                for allocation in [*self.allocations.values()]:
                    if allocation.external_id not in stated and _is_of(allocation, record):
                        del self.allocations[allocation.external_id]
            elif isinstance(record, Gone):
                self._table(record.entity).pop(record.external_id, None)
                self.gone.add((record.entity, record.external_id))
            else:
                entity = _ENTITIES[type(record)]
                self._table(entity)[record.external_id] = record
                self.gone.discard((entity, record.external_id))

    def _table(self, entity: str) -> dict[str, Any]:
        table: dict[str, Any] = getattr(self, f"{entity}s")
        return table

    def settling(self, invoice_id: str) -> list[Allocation]:
        """The allocations that settle an invoice: those whose source counts."""
        return [each for each in self._by("invoice_id", invoice_id) if self._counts(each)]

    def used(self, entity: str, external_id: str) -> list[Allocation]:
        """The allocations that use up a payment or credit memo."""
        found = (each for each in self._by("source_id", external_id) if source_entity(each) == entity)
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
        """The same in the home currency, unrounded: each document at its rate, allocations as they were booked."""
        total = _ZERO
        for invoice in self.invoices.values():
            rate = invoice.exchange_rate or Decimal(1)
            if invoice.status == "open":
                total += invoice.total * rate
                for each in self.settling(invoice.external_id):
                    total -= each.amount * rate if each.home_amount is None else each.home_amount
        for document in self.credits():
            total -= self.unapplied(document) * (document.exchange_rate or Decimal(1))
        return total

    def status(self, invoice: Invoice) -> str:
        """paid, partly_paid, open, credited, written_off, void or draft."""
        if invoice.status != "open":
            return invoice.status
        settling = self.settling(invoice.external_id)
        if self.balance(invoice) > 0:
            return "partly_paid" if settling else "open"
        if any(each.kind in ("payment", "prepayment", "overpayment", "opening") for each in settling):
            return "paid"
        return "written_off" if any(each.kind == "write_off" for each in settling) else "credited"

    def _by(self, name: str, value: str) -> list[Allocation]:
        if name not in self._grouped:
            groups: dict[str | None, list[Allocation]] = {}
            for each in self.allocations.values():
                groups.setdefault(getattr(each, name), []).append(each)
            self._grouped[name] = groups
        return self._grouped[name].get(value, [])

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


def _is_of(allocation: Allocation, complete: AllocationsComplete) -> bool:
    if complete.entity == "invoice":
        return allocation.invoice_id == complete.external_id
    return allocation.source_id == complete.external_id and source_entity(allocation) == complete.entity


def summary(books: Books) -> dict[str, Any]:
    """The books as JSON data: what is open, unapplied and settled by what, and the receivable in the home currency.

    The home currency is taken to be the one whose documents have no rate, or the rate 1.
    """
    home = books.home_receivable()
    return {
        "home_currency": _home_currency(books),
        "invoices": [_invoice(books, books.invoices[key]) for key in sorted(books.invoices)],
        "payments": [_payment(books, books.payments[key]) for key in sorted(books.payments)],
        "credits": [_credit(books, books.credit_memos[key]) for key in sorted(books.credit_memos)],
        "deleted": [{"entity": entity, "external_id": key} for entity, key in sorted(books.gone)],
        "receivable": {currency: _money(amount) for currency, amount in sorted(books.receivable().items())},
        "open_balance_home_unrounded": f"{home:.4f}",
        "open_balance_home": _money(home.quantize(_CENT)),
    }


def _home_currency(books: Books) -> str | None:
    found = {each.currency for each in (*books.invoices.values(), *books.credits()) if each.exchange_rate in (None, 1)}
    return next(iter(found)) if len(found) == 1 else None


def _invoice(books: Books, invoice: Invoice) -> dict[str, Any]:
    return {
        "external_id": invoice.external_id,
        "number": invoice.number,
        "customer": invoice.customer_id,
        "issued": invoice.issued_on.isoformat(),
        "due": invoice.due_on.isoformat(),
        "currency": invoice.currency,
        "total": _money(invoice.total),
        "open": _money(books.balance(invoice)),
        "status": books.status(invoice),
    }


def _payment(books: Books, payment: Payment) -> dict[str, Any]:
    return {
        "external_id": payment.external_id,
        "customer": payment.customer_id,
        "date": payment.paid_on.isoformat(),
        "amount": _money(payment.amount),
        "currency": payment.currency,
        "unapplied": _money(books.unapplied(payment)),
        "allocations": [_allocation(each) for each in books.used("payment", payment.external_id)],
        "void": payment.status == "void",
    }


def _credit(books: Books, credit: CreditMemo) -> dict[str, Any]:
    return {
        "external_id": credit.external_id,
        "number": credit.number,
        "customer": credit.customer_id,
        "date": credit.issued_on.isoformat(),
        "total": _money(credit.total),
        "currency": credit.currency,
        "remaining": _money(books.unapplied(credit)),
        "allocations": [_allocation(each) for each in books.used("credit_memo", credit.external_id)],
    }


def _allocation(allocation: Allocation) -> dict[str, Any]:
    return {
        "invoice": allocation.invoice_id,
        "kind": allocation.kind,
        "amount": _money(allocation.amount),
        "date": allocation.applied_on.isoformat(),
    }


def _money(amount: Decimal) -> str:
    """With two places, or as many as it needs."""
    rounded = amount.quantize(_CENT)
    return str(rounded if rounded == amount else amount.normalize())
