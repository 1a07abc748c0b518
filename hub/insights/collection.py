"""DSO in its variants, and the figures that say how well receivables are turned into money. Read from the daily
aggregates, so that none of them scans the ledger; best possible DSO and CEI also need what is not yet due."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy.orm import Session

from hub.insights.figures import (
    COUNTBACK_MONTHS,
    Figure,
    MonthSales,
    collection_effectiveness,
    countback,
    days_of_sales,
    divide,
    figure,
)
from hub.insights.flows import ROLLING_DAYS, Flows, Month, read_flows, read_months

DsoMethod = Literal["simple", "rolling", "countback"]

_NO_SALES = "undefined: no net credit sales in the period"


def read_dso(session: Session, as_of: date, method: DsoMethod, days: int | None) -> list[Figure]:
    """DSO per currency. `days` is the length of the period that ends on `as_of`; countback finds its own."""
    if method == "countback":
        return [countback_dso(months) for months in read_months(session, as_of, COUNTBACK_MONTHS).values()]
    return [period_dso(flows, method) for flows in read_flows(session, _start(as_of, method, days), as_of)]


def quarter_start(as_of: date) -> date:
    """The first day of three calendar months of which the month of `as_of` is the last."""
    month = as_of.year * 12 + as_of.month - 1 - 2
    return date(month // 12, month % 12 + 1, 1)


def period_dso(flows: Flows, method: DsoMethod) -> Figure:
    """The closing receivable in days of the period's sales."""
    value = days_of_sales(flows.closing, flows.sales, flows.days)
    inputs = {"receivable": flows.closing, **_sales_inputs(flows)}
    return figure("dso", method, flows.currency, value, "days", inputs, undefined=_NO_SALES)


def rolling_dso(month: Month) -> Figure:
    """The receivable in days of the trailing sales, at the end of the month."""
    inputs = {
        "receivable": month.receivable,
        "sales": month.trailing_sales,
        "days": month.trailing_days,
        "from_on": month.to_on - timedelta(days=month.trailing_days - 1),
        "to_on": month.to_on,
    }
    return figure("dso", "rolling", month.currency, month.rolling_dso, "days", inputs, undefined=_NO_SALES)


def countback_dso(months: Sequence[Month]) -> Figure:
    """DSO by exhaustion of the receivable through the months before, newest first."""
    newest = months[0]
    found = countback(newest.receivable, [MonthSales(month.sales, month.days) for month in months])
    inputs = {
        "receivable": newest.receivable,
        "to_on": newest.to_on,
        "months": [{"from_on": month.from_on, "sales": month.sales, "days": month.days} for month in months],
    }
    return figure(
        "dso",
        "countback",
        newest.currency,
        found.days,
        "days",
        inputs,
        undefined="undefined: customers are in credit",
        note=f"capped: the sales of {len(months)} months do not use up the receivable" if found.capped else None,
    )


def best_possible_dso(flows: Flows, not_due: Decimal) -> Figure:
    """What DSO would be if nobody paid late: the receivable not yet due in days of the period's sales."""
    value = days_of_sales(not_due, flows.sales, flows.days)
    inputs = {"not_due": not_due, **_sales_inputs(flows)}
    return figure("best_possible_dso", "simple", flows.currency, value, "days", inputs, undefined=_NO_SALES)


def average_days_delinquent(flows: Flows, not_due: Decimal) -> Figure:
    """The part of DSO that lateness causes: DSO less best possible DSO, of the same method and period."""
    value = days_of_sales(flows.closing - not_due, flows.sales, flows.days)
    inputs = {"receivable": flows.closing, "not_due": not_due, **_sales_inputs(flows)}
    return figure("average_days_delinquent", "simple", flows.currency, value, "days", inputs, undefined=_NO_SALES)


def collection_effectiveness_index(flows: Flows, not_due: Decimal) -> list[Figure]:
    """CEI twice: as usually stated, and with write-offs not counted as collected."""
    inputs = {
        "opening_receivable": flows.opening,
        "receivable": flows.closing,
        "not_due": not_due,
        "written_off": flows.written_off,
        **_sales_inputs(flows),
    }
    return [
        figure(
            "collection_effectiveness_index",
            method,
            flows.currency,
            collection_effectiveness(flows.opening, flows.sales, flows.closing, not_due, written_off),
            "percent",
            inputs,
            undefined="undefined: nothing was due for collection in the period",
        )
        for method, written_off in (("gross", Decimal(0)), ("net_of_write_offs", flows.written_off))
    ]


def turnover(flows: Flows) -> list[Figure]:
    """How many times the period's sales turn the receivable over: by its daily average, and by its two ends."""
    ends = (flows.opening + flows.closing) / 2
    return [_turnover(flows, "daily", flows.mean_receivable), _turnover(flows, "ends", ends)]


def _turnover(flows: Flows, method: str, average: Decimal) -> Figure:
    in_period = divide(flows.sales, average)
    inputs = {
        "average_receivable": average,
        "per_year": None if in_period is None else (in_period * 365 / flows.days).quantize(Decimal("0.01")),
        **_sales_inputs(flows),
    }
    return figure(
        "receivables_turnover",
        method,
        flows.currency,
        in_period,
        "times",
        inputs,
        undefined="undefined: no average receivable in the period",
    )


def _sales_inputs(flows: Flows) -> dict[str, Any]:
    return {"sales": flows.sales, "days": flows.days, "from_on": flows.from_on, "to_on": flows.to_on}


def _start(as_of: date, method: DsoMethod, days: int | None) -> date:
    if days is None and method == "simple":
        return quarter_start(as_of)
    return as_of - timedelta(days=(days or ROLLING_DAYS) - 1)
