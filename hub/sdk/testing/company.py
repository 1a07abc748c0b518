"""A simulated company: seeded books that live on day by day, and the figures that follow from them.

The same seed and the same calls make the same books, to the last byte.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from hub.sdk.testing.bookkeeping import Bookkeeping
from hub.sdk.testing.books import ZERO
from hub.sdk.testing.currencies import rounded
from hub.sdk.testing.lives import Life

_CHANGES_PER_INVOICE = 4.0


class Company(Bookkeeping):
    """The books of a company with customers. `started_on` is the day before its first; `advance` lives on from it."""

    def __init__(
        self,
        *,
        started_on: date,
        seed: int = 7,
        customers: int = 60,
        home_currency: str = "USD",
        time_zone: str = "America/Los_Angeles",
        currencies: Sequence[str] = ("USD", "EUR", "GBP", "JPY"),
        invoices_per_day: float = 8.0,
    ) -> None:
        super().__init__(
            seed=seed,
            started_on=started_on,
            home_currency=home_currency,
            time_zone=time_zone,
            changes_per_day=invoices_per_day * _CHANGES_PER_INVOICE + customers / 30,
        )
        self.options: dict[str, Any] = {
            "started_on": started_on.isoformat(),
            "seed": seed,
            "customers": customers,
            "home_currency": home_currency,
            "time_zone": time_zone,
            "currencies": list(currencies),
            "invoices_per_day": invoices_per_day,
        }
        self.life = Life(self, seed=seed, currencies=currencies, invoices_per_day=invoices_per_day)
        self.life.found(customers)

    def advance(self, days: int = 1) -> None:
        """Live on: issue, get paid, make mistakes and mend them, in natural proportions; weekends are quiet."""
        with self.lock:
            for _ in range(days):
                self.clock.next_day()
                self.life.live()

    @classmethod
    def grown(cls, *, invoices: int, payments: int, days: int | None = None, **options: Any) -> "Company":
        """A company with exactly so many invoices and bank payments that were not deleted, and all else besides."""
        days = days or min(520, max(30, invoices // 8))
        sized: dict[str, Any] = {
            "started_on": date(2025, 1, 3),
            "customers": max(60, min(1500, invoices // 40)),
            "invoices_per_day": max(1.0, invoices / days * 1.4),
        }
        company = cls(**sized | options)
        company.life.grow(invoices, payments, days)
        company.options["grown"] = {"invoices": invoices, "payments": payments, "days": days}
        return company

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Company":
        """The company with these `options` as it was at the beginning."""
        known = {**options, "started_on": date.fromisoformat(options["started_on"])}
        grown = known.pop("grown", None)
        return cls.grown(**grown, **known) if grown else cls(**known)

    # Figures

    def receivable(self) -> dict[str, Decimal]:
        """Open invoices less unapplied payments and credit, per currency; where that is nothing, it is left out."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for _, currency, amount, _ in self._balances():
            totals[currency] += amount
        return {currency: total for currency, total in sorted(totals.items()) if total}

    def receivable_by_customer(self) -> dict[int, dict[str, Decimal]]:
        """`receivable` of each customer; who owes and is owed nothing is left out."""
        totals: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for party, currency, amount, _ in self._balances():
            totals[party][currency] += amount
        return {
            party: kept
            for party, each in sorted(totals.items())
            if (kept := {currency: total for currency, total in sorted(each.items()) if total})
        }

    def receivable_home(self) -> Decimal:
        """`receivable` in the home currency: each document's balance at its own rate, rounded by document."""
        return sum(self.home_by_customer().values(), ZERO)

    def home_by_customer(self) -> dict[int, Decimal]:
        """`receivable_home` of each customer; zeros are left out."""
        totals: dict[int, Decimal] = defaultdict(Decimal)
        for party, _, amount, rate in self._balances():
            totals[party] += rounded(amount * rate, self.home_currency)
        return {party: total for party, total in sorted(totals.items()) if total}

    def _balances(self) -> Iterator[tuple[int, str, Decimal, Decimal]]:
        """Customer, currency, balance and rate of all that has a balance; what the company owes is negative."""
        for invoice in self.invoices.values():
            if balance := self.open_of(invoice.id):
                yield invoice.party, invoice.currency, balance, invoice.rate
        for memo in self.credit_memos.values():
            if balance := self.unapplied_of("credit_memo", memo.id):
                yield memo.party, memo.currency, -balance, memo.rate
        for receipt in self.receipts.values():
            if balance := self.unapplied_of("payment", receipt.id):
                yield receipt.party, receipt.currency, -balance, receipt.rate
