"""The ledger's receivables against the provider's own: per currency first, then at home, and customer by customer.

Where a customer's balance differs, what the ledger and the run know is searched for what may have caused it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.ledger import service as ledger
from hub.sdk.connector import Totals
from hub.sync import causes
from hub.sync.causes import CustomerGap
from hub.sync.runs import Run
from hub.sync.verdict import Gap

KEPT_CUSTOMERS = 500
"""So many customers that differ are kept with a run, those with the largest differences; all are counted."""
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TieOut:
    """What was compared. `customers` are those that differ, the largest first; `differing` counts all by currency."""

    as_of: date
    currencies: Mapping[str, ledger.Difference]
    home_currency: str | None = None
    home: ledger.Difference | None = None
    customers: list[CustomerGap] = field(default_factory=list)
    differing: Mapping[tuple[str, bool], int] = field(default_factory=dict)

    @property
    def is_equal(self) -> bool:
        """Whether everything that was compared is equal to the cent."""
        return not any(gap.amount or gap.customers for gap in self.gaps())

    def gaps(self) -> list[Gap]:
        """The differences per currency, and at home, with how many customers differ."""
        found = [
            Gap(currency=currency, amount=each.amount, customers=self.differing.get((currency, False), 0))
            for currency, each in self.currencies.items()
        ]
        stated = {gap.currency for gap in found}
        found += [
            Gap(currency=currency, amount=_ZERO, customers=count)
            for (currency, is_home), count in sorted(self.differing.items())
            if not is_home and currency not in stated
        ]
        at_home = self.differing.get((self.home_currency or "", True), 0)
        if self.home is not None or at_home:
            amount = self.home.amount if self.home is not None else _ZERO
            found.append(Gap(currency=self.home_currency or "", amount=amount, customers=at_home, is_home=True))
        return found

    def by_currency(self) -> dict[str, str]:
        """What the ledger holds beyond the provider's total, per currency; at home where that is all it states."""
        if not self.currencies and self.home is not None and self.home_currency:
            return {self.home_currency: f"{self.home.amount:.4f}"}
        return {currency: f"{each.amount:.4f}" for currency, each in self.currencies.items()}

    def sentence(self) -> str:
        """What came of it, for the run's log."""
        if self.is_equal:
            sums = [f"{each.ledger:,.2f} {currency}" for currency, each in self.currencies.items()]
            if self.home is not None:
                sums.append(f"{self.home.ledger:,.2f} {self.home_currency} in the home currency")
            return f"It ties out with the provider as of {self.as_of}: {', '.join(sums) or 'nothing is owed'}."
        return "It does not tie out: " + "; ".join(str(gap) for gap in self.gaps() if gap.amount or gap.customers) + "."

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the run: by currency, and under `home` and `customers`."""
        shown: dict[str, Any] = {currency: self._shown(each) for currency, each in self.currencies.items()}
        if self.home is not None:
            shown["home"] = {"currency": self.home_currency, **self._shown(self.home)}
        if self.customers:
            count = sum(self.differing.values())
            shown["customers"] = {"count": count, "items": [each.as_json() for each in self.customers]}
        return shown

    def _shown(self, each: ledger.Difference) -> dict[str, str]:
        return {
            "as_of": self.as_of.isoformat(),
            "provider": f"{each.provider:.4f}",
            "ledger": f"{each.ledger:.4f}",
            "difference": f"{each.amount:.4f}",
        }


def compare(session: Session, run: Run, totals: Totals) -> TieOut:
    """Compare a connection's ledger with its provider's totals, at the end of their day."""
    standings = ledger.standings(session, run.connection_id, totals.as_of, totals.home_currency)
    currencies = _per_currency(standings, totals)
    at_home = sum((each.home for each in standings), _ZERO)
    home = None if totals.home is None else ledger.Difference(provider=totals.home, ledger=at_home)
    # Of a customer whose balances in their own currencies are equal, a difference at home is one of rates.
    ties = totals.customers is not None or (bool(currencies) and not any(each.amount for each in currencies.values()))
    gaps = _by_customer(run.connection_id, standings, totals, ties_in_currency=ties)
    differing: dict[tuple[str, bool], int] = {}
    for gap in gaps:
        key = (gap.currency, gap.is_home)
        differing[key] = differing.get(key, 0) + 1
    gaps = sorted(gaps, key=lambda gap: (-abs(gap.amount), str(gap.customer_id)))[:KEPT_CUSTOMERS]
    return TieOut(
        as_of=totals.as_of,
        currencies=currencies,
        home_currency=totals.home_currency,
        home=home,
        customers=causes.explain(session, run, gaps, totals.home_currency) if gaps else [],
        differing=differing,
    )


def _per_currency(standings: Iterable[ledger.Standing], totals: Totals) -> dict[str, ledger.Difference]:
    if not totals.receivable and totals.home is not None:
        return {}  # the provider has its figures in the home currency alone
    ours: dict[str, Decimal] = {}
    for each in standings:
        ours[each.currency] = ours.get(each.currency, _ZERO) + each.amount
    return {
        currency: ledger.Difference(provider=totals.receivable.get(currency, _ZERO), ledger=ours.get(currency, _ZERO))
        for currency in sorted({*totals.receivable, *ours})
    }


def _by_customer(
    connection_id: UUID, standings: Iterable[ledger.Standing], totals: Totals, *, ties_in_currency: bool
) -> list[CustomerGap]:
    """Customers whose balances differ: in a currency, or, where they do in none, at home."""
    theirs: dict[tuple[UUID, str], Decimal] = {}
    theirs_home: dict[UUID, Decimal] = {}
    external: dict[UUID, str] = {}
    for external_id, amounts in (totals.customers or {}).items():
        customer = ledger.ledger_id(connection_id, "customer", external_id)
        external[customer] = external_id
        theirs |= {(customer, currency): amount for currency, amount in amounts.items()}
    for external_id, amount in (totals.home_customers or {}).items():
        customer = ledger.ledger_id(connection_id, "customer", external_id)
        external[customer] = external_id
        theirs_home[customer] = amount
    ours: dict[tuple[UUID, str], Decimal] = {}
    ours_home: dict[UUID, Decimal] = {}
    documents: dict[UUID, int] = {}
    for each in standings:
        ours[each.customer_id, each.currency] = each.amount
        ours_home[each.customer_id] = ours_home.get(each.customer_id, _ZERO) + each.home
        documents[each.customer_id] = documents.get(each.customer_id, 0) + each.documents
    gaps = []
    if totals.customers is not None:
        for customer, currency in {*theirs, *ours}:
            difference = ledger.Difference(
                provider=theirs.get((customer, currency), _ZERO), ledger=ours.get((customer, currency), _ZERO)
            )
            if difference.amount:
                gaps.append(_gap(customer, external, currency, difference, documents))
    if totals.home_customers is not None and totals.home_currency:
        explained = {gap.customer_id for gap in gaps}
        for customer in {*theirs_home, *ours_home} - explained:
            difference = ledger.Difference(
                provider=theirs_home.get(customer, _ZERO), ledger=ours_home.get(customer, _ZERO)
            )
            if difference.amount:
                gap = _gap(customer, external, totals.home_currency, difference, documents)
                gaps.append(replace(gap, is_home=True, ties_in_currency=ties_in_currency))
    return gaps


def _gap(
    customer: UUID,
    external: Mapping[UUID, str],
    currency: str,
    difference: ledger.Difference,
    documents: Mapping[UUID, int],
) -> CustomerGap:
    return CustomerGap(
        customer_id=customer,
        external_id=external.get(customer),
        currency=currency,
        provider=difference.provider,
        ledger=difference.ledger,
        documents=documents.get(customer, 0),
    )
