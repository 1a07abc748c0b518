"""Read-only figures of a tenant's ledger. Every one is per currency and as of a day in the tenant's time zone; none is
summed across currencies. A figure without a value says why."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.insights import collection
from hub.insights.aging import Aging, Basis, no_aging, read_aging, read_aging_by_customer
from hub.insights.collection import DsoMethod
from hub.insights.figures import COUNTBACK_MONTHS, Figure
from hub.insights.flows import Flows, Month, read_flows, read_months
from hub.insights.payments import read_payment_behaviour
from hub.insights.worklist import WorklistRow, current_assessment, read_contacts, read_worklist

MOST_DAYS = 3660
MOST_MONTHS = 60
MOST_ROWS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencySummary:
    """All of one currency: what is open by age, the key figures of the last three calendar months, and the trend by
    month, oldest first."""

    currency: str
    open: Decimal
    overdue: Decimal
    unapplied: Decimal
    open_invoices: int
    overdue_invoices: int
    aging: Aging
    figures: tuple[Figure, ...]
    trend: tuple[Month, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The ledger on `as_of`, a currency to an entry, by currency code."""

    as_of: date
    currencies: tuple[CurrencySummary, ...]


def aging(session: Session, as_of: date, *, basis: Basis = "due_on", customer_id: UUID | None = None) -> list[Aging]:
    """Receivables by age on `as_of`, of all customers or one. Raises InvalidError for an unknown basis."""
    _check_choice("basis", basis, get_args(Basis))
    return read_aging(session, as_of, basis, customer_id)


def aging_by_customer(session: Session, as_of: date, *, basis: Basis = "due_on", limit: int = 50) -> list[Aging]:
    """Aging of the `limit` customers who owe most in each currency. Raises InvalidError naming a wrong argument."""
    _check_choice("basis", basis, get_args(Basis))
    _check_range("limit", limit, MOST_ROWS)
    return read_aging_by_customer(session, as_of, basis, limit)


def dso(session: Session, as_of: date, method: DsoMethod = "countback", days: int | None = None) -> list[Figure]:
    """Days sales outstanding. `days` is the period that ends on `as_of`: by default 90 for rolling, and for simple the
    last three calendar months; countback takes none. Raises InvalidError naming a wrong argument."""
    _check_choice("method", method, get_args(DsoMethod))
    if days is not None:
        if method == "countback":
            raise InvalidError("countback finds its own period", fields={"days": "leave it out with countback"})
        _check_range("days", days, MOST_DAYS)
    return collection.read_dso(session, as_of, method, days)


def trend(session: Session, as_of: date, months: int = 12) -> dict[str, list[Month]]:
    """The last `months` calendar months per currency, oldest first. Raises InvalidError when there are too many."""
    _check_range("months", months, MOST_MONTHS)
    found = read_months(session, as_of, months)
    return {currency: each[::-1] for currency, each in found.items()}


def summary(session: Session, as_of: date, months: int = 12) -> Summary:
    """Everything a dashboard opens with; `months` is the length of the trend, at most 24."""
    _check_range("months", months, COUNTBACK_MONTHS)
    agings = {each.currency: each for each in read_aging(session, as_of, "due_on")}
    flows = {each.currency: each for each in read_flows(session, collection.quarter_start(as_of), as_of)}
    history = read_months(session, as_of, COUNTBACK_MONTHS)
    paid = read_payment_behaviour(session, collection.quarter_start(as_of), as_of)
    return Summary(
        as_of=as_of,
        currencies=tuple(
            _summarise(agings.get(currency) or no_aging(as_of, currency), each, history[currency], paid, months)
            for currency, each in flows.items()
        ),
    )


def worklist(session: Session, as_of: date, limit: int = 20) -> list[WorklistRow]:
    """The customers to turn to first, `limit` of each currency, by expected delayed cash.

    Raises InvalidError for a limit out of range.
    """
    _check_range("limit", limit, MOST_ROWS)
    return read_worklist(session, as_of, limit)


ASSUMPTION = (
    "What contact saves is an assumption by segment, not a measurement: nobody has yet compared customers that were "
    "contacted with such that were not."
)


def contacts(
    session: Session,
    *,
    limit: int,
    today: date,
    after: tuple[Decimal, UUID] | None = None,
    filters: dict[str, Any] | None = None,
    is_snoozed: bool = False,
    with_standing: bool = False,
) -> dict[str, Any]:
    """Whom to contact, the most worthwhile first, by the newest assessment: `items`, and what their value rests on."""
    current = current_assessment(session)
    if current is None:
        return {"items": [], "as_of": None, "home_currency": None, "assumption": ASSUMPTION, "contact_saves": {}}
    return {
        "items": read_contacts(
            session,
            current["run_id"],
            limit,
            after=after,
            filters=filters,
            is_snoozed=is_snoozed,
            with_standing=with_standing,
            today=today,
        ),
        "as_of": current["as_of"],
        "home_currency": current["home_currency"],
        "assumption": ASSUMPTION,
        "contact_saves": current["assumptions"]["contact_saves"],
    }


def _summarise(aged: Aging, flows: Flows, history: list[Month], paid: list[Figure], months: int) -> CurrencySummary:
    current = aged.bucket("current")
    return CurrencySummary(
        currency=flows.currency,
        open=aged.open,
        overdue=aged.open - current.amount,
        unapplied=aged.unapplied,
        open_invoices=aged.invoices,
        overdue_invoices=aged.invoices - current.invoices,
        aging=aged,
        figures=(
            collection.period_dso(flows, "simple"),
            collection.rolling_dso(history[0]),
            collection.countback_dso(history),
            collection.best_possible_dso(flows, current.amount),
            collection.average_days_delinquent(flows, current.amount),
            *collection.collection_effectiveness_index(flows, current.amount),
            *collection.turnover(flows),
            *(each for each in paid if each.currency == flows.currency),
        ),
        trend=tuple(history[:months][::-1]),
    )


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise InvalidError(f"no such {name}: {value!r}", fields={name: f"one of {', '.join(choices)}"})


def _check_range(name: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise InvalidError(f"{name} out of range: {value}", fields={name: f"from 1 to {most}"})
