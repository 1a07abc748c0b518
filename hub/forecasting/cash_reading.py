"""The cash flow as people and programs read it: what came, what is expected, and what had been expected of what came.

Reads what the runs have worked out; imports nothing of the models.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

By = Literal["day", "week", "month"]
MOST: Mapping[By, int] = {"day": 182, "week": 26, "month": 6}
AHEAD: Mapping[By, int] = {"day": 30, "week": 13, "month": 3}
BACK: Mapping[By, int] = {"day": 14, "week": 8, "month": 3}
WEEKS_BEFORE = (1, 4)
"""How long before a past period its forecasts are shown that were current then."""
_FIGURES = ("expected", "p10", "p50", "p90")

_CURRENT = text("""
    select r.id, r.as_of, r.made_at, r.cash_flow, m.backend, m.number, m.backend_version
    from forecast_runs r left join forecast_models m on m.id = r.model_id
    where r.id = (select max(id) from forecast_runs)
""")
_PAID = text("""
    select currency, date_trunc(:by, day)::date as starts_on, sum(paid) as actual from agg_day
    where day >= :first and day <= :as_of group by 1, 2 order by 1, 2
""")
# Of the runs of one day the last one stands.
_EARLIER = text("""
    select distinct on (as_of) as_of, cash_flow from forecast_runs
    where as_of between :first and :last and id < :current order by as_of, id desc
""")
# One pass for all periods: allocations are not indexed by their day.
_CAME = text("""
    select span.starts_on, i.currency, sum(a.amount) as came
    from jsonb_to_recordset(cast(:spans as jsonb)) span (starts_on date, ends_on date, as_of date)
    join allocations a on a.applied_on between span.starts_on and span.ends_on
    join invoices i on i.id = a.invoice_id and i.issued_on <= span.as_of
    where a.applied_on between :first and :last and a.deleted_on is null and a.reversed_on is null
        and a.kind in ('payment', 'prepayment', 'overpayment', 'discount', 'withholding')
    group by 1, 2
""")


def cash_flow(
    session: Session,
    *,
    by: By = "week",
    horizon: int | None = None,
    back: int | None = None,
    beside: bool = True,
    with_new: bool = False,
) -> dict[str, Any] | None:
    """Receipts by period and currency: what came in lately, and what the newest forecast expects of what is open.

    Amounts are estimates except `actual`, in each currency's own unit; [p10, p90] holds a period's receipts in about
    80 % of cases. `four_weeks` is the first four weeks together. `beside`: with what had been forecast of the past
    periods, which takes a pass over the allocations. Invoices not issued yet bring nothing here; `with_new` adds to
    each period ahead, as `new_business`, what they may bring, None where the ledger is too young to tell. None before
    the first forecast.
    """
    run = session.execute(_CURRENT).one_or_none()
    if run is None:
        return None
    horizon, back = (AHEAD[by] if horizon is None else horizon), (BACK[by] if back is None else back)
    forecast = list(_periods(run.cash_flow, by))[:horizon]
    past = list(_past(run.as_of, by, back))
    actual = _actual(session, run.as_of, by, past)
    before = (
        {weeks: _forecast_before(session, run, by, past, weeks) for weeks in WEEKS_BEFORE} if past and beside else {}
    )
    totals = run.cash_flow["total"]
    currencies = {
        currency: {
            "forecast": [
                _span(by, starts_on, ends_on)
                | {name: _amount(each[currency][name]) for name in _FIGURES if name in each[currency]}
                | ({"new_business": _new_business(run.cash_flow, by, currency, place)} if with_new else {})
                for place, (starts_on, ends_on, each) in enumerate(forecast)
            ],
            "four_weeks": dict(zip(("expected", "p10", "p90"), map(_amount, totals[currency]), strict=True)),
            "actual": [
                _span(by, starts_on, ends_on)
                | {"amount": str(actual.get((currency, starts_on), 0))}
                | {
                    f"forecast_{weeks}_week{'s' if weeks > 1 else ''}_before": found.get((currency, starts_on))
                    for weeks, found in before.items()
                }
                for starts_on, ends_on in past
                if (currency, starts_on) in actual or any((currency, starts_on) in found for found in before.values())
            ],
        }
        for currency in sorted(run.cash_flow["expected"])
    }
    return {
        "as_of": run.as_of,
        "made_at": run.made_at,
        "model": run.backend,
        "model_number": run.number,
        "model_version": run.backend_version,
        "by": by,
        "currencies": currencies,
    }


def _new_business(flow: Mapping[str, Any], by: By, currency: str, place: int) -> dict[str, str] | None:
    # Runs of earlier versions say nothing of it.
    figures = flow.get("new_business", {}).get(f"{by}s", {})
    found = {name: figures[name][currency][place] for name in ("expected", "p10", "p90") if name in figures}
    return None if not found or None in found.values() else {name: _amount(value) for name, value in found.items()}


def _periods(flow: Mapping[str, Any], by: By) -> Iterator[tuple[date, date, dict[str, dict[str, float]]]]:
    """The periods of a run, from first to last day, each with its figures by currency."""
    if by == "week":
        starts = [date.fromisoformat(day) for day in flow["weeks"]]
        ends = [day + timedelta(days=6) for day in starts]
        figures = flow
    else:
        figures = flow.get(f"{by}s") or {"starts": [], "ends": [], "expected": {}}
        starts, ends = ([date.fromisoformat(day) for day in figures[name]] for name in ("starts", "ends"))
    # Runs of earlier versions have no medians, and weeks alone.
    known = [name for name in _FIGURES if name in figures]
    for place, (first, last) in enumerate(zip(starts, ends, strict=True)):
        yield (
            first,
            last,
            {currency: {name: figures[name][currency][place] for name in known} for currency in flow["expected"]},
        )


def _past(as_of: date, by: By, count: int) -> Iterator[tuple[date, date]]:
    """The last `count` whole periods and what has passed of the running one, the oldest first."""
    if by == "month":
        months = [as_of.year * 12 + as_of.month - 1 - k for k in range(count, -2, -1)]
        firsts = [date(month // 12, month % 12 + 1, 1) for month in months]
        yield from ((first, after - timedelta(days=1)) for first, after in pairwise(firsts))
        return
    length = 7 if by == "week" else 1
    running = as_of - timedelta(days=as_of.weekday() if by == "week" else 0)
    for k in range(count, -1, -1):
        first = running - timedelta(days=length * k)
        yield first, first + timedelta(days=length - 1)


def _actual(session: Session, as_of: date, by: By, past: list[tuple[date, date]]) -> dict[tuple[str, date], Any]:
    values = {"by": by, "first": past[0][0], "as_of": as_of}
    return {(currency, starts_on): paid for currency, starts_on, paid in session.execute(_PAID, values)}


def _forecast_before(
    session: Session, run: Any, by: By, past: list[tuple[date, date]], weeks: int
) -> dict[tuple[str, date], dict[str, Any]]:
    """What the newest run at least `weeks` before each past period, and no more than a week older, said of it.

    `came` is what came in on the invoices that had been issued by then: the forecast was of these alone.
    """
    margin = timedelta(weeks=weeks)
    values = {"first": past[0][0] - margin - timedelta(days=6), "last": past[-1][0] - margin, "current": run.id}
    runs = {each.as_of: each.cash_flow for each in session.execute(_EARLIER, values)}
    made: dict[date, date] = {}
    said: dict[tuple[str, date], dict[str, Any]] = {}
    for starts_on, ends_on in past:
        latest = starts_on - margin
        day = max((day for day in runs if latest - timedelta(days=6) <= day <= latest), default=None)
        if day is not None and ends_on <= run.as_of:
            made[starts_on] = day
            for first, _, figures in _periods(runs[day], by):
                if first == starts_on:
                    said |= {(currency, starts_on): each for currency, each in figures.items()}
    if not said:
        return {}
    spans = [{"starts_on": first, "ends_on": last, "as_of": made[first]} for first, last in past if first in made]
    values = {
        "spans": json.dumps(spans, default=date.isoformat),
        "first": min(span["starts_on"] for span in spans),
        "last": max(span["ends_on"] for span in spans),
    }
    came = {(currency, starts_on): amount for starts_on, currency, amount in session.execute(_CAME, values)}
    return {
        (currency, starts_on): {
            "as_of": made[starts_on],
            "came": str(came.get((currency, starts_on), 0)),
            **{name: _amount(each[name]) for name in _FIGURES if name in each},
        }
        for (currency, starts_on), each in said.items()
    }


def _span(by: By, starts_on: date, ends_on: date) -> dict[str, Any]:
    span = {"starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()}
    return span | ({"week": span["starts_on"]} if by == "week" else {})


def _amount(value: float) -> str:
    return f"{value:.2f}"
