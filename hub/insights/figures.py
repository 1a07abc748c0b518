"""What the key figures are, and the arithmetic behind them: pure, exact, and undefined (None) where a divisor is not
positive. Amounts are Decimals of one currency; days are calendar days."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

Unit = Literal["days", "percent", "times"]

COUNTBACK_MONTHS = 24
"""How far countback walks before it gives up and says so."""

_PLACES: dict[Unit, Decimal] = {"days": Decimal("0.01"), "percent": Decimal("0.01"), "times": Decimal("0.001")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One key figure of one currency, with what it takes to check it by hand.

    `value` is rounded for showing and None where the figure is undefined; `note` then says why, and elsewhere what to
    know when reading it. `inputs` are the sums, dates and counts that `method` was applied to.
    """

    name: str
    method: str
    currency: str
    value: Decimal | None
    unit: Unit
    inputs: dict[str, Any]
    note: str | None = None


def figure(
    name: str,
    method: str,
    currency: str,
    value: Decimal | None,
    unit: Unit,
    inputs: dict[str, Any],
    *,
    undefined: str,
    note: str | None = None,
) -> Figure:
    """A Figure rounded for its unit; `undefined` is the note of one without a value."""
    return Figure(
        name=name,
        method=method,
        currency=currency,
        value=None if value is None else value.quantize(_PLACES[unit]),
        unit=unit,
        inputs=inputs,
        note=undefined if value is None else note,
    )


@dataclass(frozen=True, slots=True)
class MonthSales:
    """A month's net credit sales, and its days (of the running month only those that have passed)."""

    sales: Decimal
    days: int


@dataclass(frozen=True, slots=True)
class Countback:
    """`capped`: the walk used up all its months and receivables were still left."""

    days: Decimal | None
    capped: bool


def divide(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """The quotient, None where the divisor is zero or negative."""
    return dividend / divisor if divisor > 0 else None


def days_of_sales(receivable: Decimal, sales: Decimal, days: int) -> Decimal | None:
    """How many days of the period's credit sales the receivable amounts to."""
    return divide(receivable * days, sales)


def countback(receivable: Decimal, months: Sequence[MonthSales]) -> Countback:
    """Walk back from the newest month, taking its sales off the receivable, until a month's sales exceed the rest.

    A month without sales adds its days and takes nothing off; one of net credits adds its days and its credits.
    Undefined for customers in credit.
    """
    if receivable < 0:
        return Countback(None, capped=False)
    days, rest = Decimal(0), receivable
    for month in months[:COUNTBACK_MONTHS]:
        if rest == 0:
            break
        if rest < month.sales:
            return Countback(days + rest / month.sales * month.days, capped=False)
        days += month.days
        rest -= month.sales
    return Countback(days, capped=rest > 0)


def collection_effectiveness(
    opening: Decimal, sales: Decimal, closing: Decimal, closing_not_due: Decimal, written_off: Decimal = Decimal(0)
) -> Decimal | None:
    """Percent of what could have been collected in the period that was; `written_off` is not counted as collected."""
    ratio = divide(opening + sales - closing - written_off, opening + sales - closing_not_due)
    return None if ratio is None else ratio * 100
