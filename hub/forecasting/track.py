"""The track record: what was forecast of invoices that have been paid since, scored, in sums by month and kind.

Of an invoice its first forecast counts, and those that stood 30, 14 and 7 days ahead of its due date. The months in
which payments may still come in or be corrected are counted anew each time; older ones stay as they were counted.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from hub.forecasting import drift
from hub.forecasting.backtest import by_late_share, customer_median
from hub.forecasting.days import to_date, to_day
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.models import forecast_models, forecast_scores
from hub.forecasting.registry import Transaction
from hub.forecasting.scoring import BINS
from hub.forecasting.settlement import Outcome
from hub.forecasting.succession import is_champion
from hub.storage.session import driver

HORIZONS = ("first", "d30", "d14", "d7")
MONTHS_OPEN = 2
"""Calendar months, the running one among them, that are counted anew each time."""
CHUNK = 20_000
RECENT_DAYS = 60
"""Payments of so many days say how the champion does of late."""
REST_DAYS = 3
"""Drift has no model trained anew that is younger than this: what a new one cannot mend, a newer one cannot either."""

# What was known at the end of the day of payment would have told: only earlier forecasts count.
FORECASTS = """
    with paid as (
        select * from unnest(%s::uuid[], %s::date[], %s::date[]) as p(invoice_id, paid_on, due_on)
    ), made as (
        select f.*, r.as_of, r.model_id, f.due_on - r.as_of as ahead from (
            select paid.due_on, paid.paid_on, p.run_id, p.invoice_id, p.p_paid_by_due, p.expected_on, p.p10_on, p.p90_on
            from paid join predictions p on p.invoice_id = paid.invoice_id
        ) f join forecast_runs r on r.id = f.run_id where r.as_of < f.paid_on
    ), chosen as (
        (select distinct on (invoice_id) 'first' as horizon, made.* from made order by invoice_id, run_id)
        union all (select distinct on (invoice_id) 'd30', made.* from made where ahead between 30 and 36
            order by invoice_id, ahead, run_id desc)
        union all (select distinct on (invoice_id) 'd14', made.* from made where ahead between 14 and 20
            order by invoice_id, ahead, run_id desc)
        union all (select distinct on (invoice_id) 'd7', made.* from made where ahead between 7 and 13
            order by invoice_id, ahead, run_id desc)
    )
    select horizon, invoice_id, model_id, as_of, p_paid_by_due, expected_on, p10_on, p90_on
    from chosen order by invoice_id, horizon
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """Forecasts whose truth is known, one row each; days since 1970-01-01."""

    horizon: NDArray[np.object_]
    model: NDArray[np.object_]
    row: NDArray[np.int64]
    as_of: NDArray[np.int32]
    p_due: NDArray[np.float64]
    expected: NDArray[np.int32]
    p10: NDArray[np.int32]
    p90: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was counted: how many forecasts, of which months; `recent` are the latest payments' first forecasts."""

    count: int
    months: int
    recent: dict[UUID, drift.Verdicts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What was found of the champion."""

    alarms: tuple[str, ...] = ()
    is_pinned: bool = False
    is_worse_than_naive: bool = False
    wants_training: bool = False


def keep(transaction: Transaction, frame: LedgerFrame, today: date) -> Kept:
    """Count the forecasts of what was paid in the open months; of all months, where none was counted before.

    Forecasts are never changed, so they are read bit by bit, and no transaction lasts while they are counted.
    """
    since = today.replace(day=1)
    for _ in range(MONTHS_OPEN - 1):
        since = (since - timedelta(days=1)).replace(day=1)
    with transaction() as session:
        if session.scalar(select(forecast_scores.c.month).limit(1)) is None:
            since = date(1970, 1, 1)
    rows = np.flatnonzero((frame.outcome == Outcome.PAID) & (frame.closed >= to_day(since)))
    terciles = _terciles(frame)
    history = History(frame)
    sums: dict[tuple[Any, ...], list[Any]] = {}
    recent: dict[UUID, list[tuple[NDArray[Any], ...]]] = {}
    count = 0
    for begin in range(0, len(rows), CHUNK):
        with transaction() as session:
            found = _read(session, frame, rows[begin : begin + CHUNK])
        if found is None:
            continue
        count += len(found.row)
        _add(sums, recent, frame, history, found, terciles, to_day(today) - RECENT_DAYS)
    with transaction() as session:
        session.execute(delete(forecast_scores).where(forecast_scores.c.month >= since))
        if sums:
            session.execute(insert(forecast_scores), [_as_row(key, values) for key, values in sums.items()])
    verdicts = {
        model: drift.Verdicts(
            **dict(
                zip(("error", "naive_error", "customer"), map(np.concatenate, zip(*parts, strict=True)), strict=True)
            )
        )
        for model, parts in recent.items()
    }
    return Kept(count=count, months=len({key[0] for key in sums}), recent=verdicts)


def measure_drift(
    transaction: Transaction, frame: LedgerFrame, today: date, now: datetime, recent: dict[UUID, drift.Verdicts]
) -> Drift:
    """Whether the champion still does as its backtest promised, on input as it learnt from; kept beside it.

    Its live errors are those of all models of its backend: with a new one each week, no single one has a record.
    """
    table = forecast_models
    with transaction() as session:
        row = session.execute(select(table).where(is_champion("forecast"))).one_or_none()
        if row is None:
            return Drift()
        family = set(session.scalars(select(table.c.id).where(table.c.backend == row.backend)))
    parts = [verdicts for model, verdicts in recent.items() if model in family]
    error = None if not parts else drift.error_shift(_together(parts), _backtest_ratio(row.backtest))
    shift = drift.input_shift(row.profile, frame, to_day(row.as_of))
    alarms = tuple(drift.alarms(shift, error))
    measured = {"measured_at": now.isoformat(), "input": shift, "error": error, "alarms": list(alarms)}
    with transaction() as session:
        session.execute(update(table).where(table.c.id == row.id).values(drift=measured))
    is_pinned = row.pinned_at is not None
    worse = bool(error and error["worse_than_naive"]) and row.backend != "naive"
    return Drift(
        alarms=alarms,
        is_pinned=is_pinned,
        is_worse_than_naive=worse,
        wants_training=bool(alarms) and not worse and not is_pinned and (today - row.as_of).days >= REST_DAYS,
    )


def _read(session: Session, frame: LedgerFrame, rows: NDArray[np.int64]) -> Scored | None:
    ids, paid, due = asked_of(frame, rows)
    with driver(session).cursor() as cursor:
        found = cursor.execute(FORECASTS, (ids, paid, due)).fetchall()
    if not found:
        return None
    row_of = dict(zip(ids, rows.tolist(), strict=True))
    horizon, invoice, model, as_of, p_due, expected, p10, p90 = zip(*found, strict=True)
    return Scored(
        horizon=np.array(horizon, dtype=object),
        model=np.array(model, dtype=object),
        row=np.array([row_of[each] for each in invoice], dtype=np.int64),
        as_of=_days(as_of),
        p_due=np.array(p_due, dtype=np.float64),
        expected=_days(expected),
        p10=_days(p10),
        p90=_days(p90),
    )


def asked_of(frame: LedgerFrame, rows: NDArray[np.int64]) -> tuple[list[UUID], list[date], list[date]]:
    """What FORECASTS takes: invoices, and the days on which each was paid and due."""
    paid, due = ([to_date(day) for day in days[rows].tolist()] for days in (frame.closed, frame.due))
    return frame.invoice_id[rows].tolist(), paid, due


def _add(
    sums: dict[tuple[Any, ...], list[Any]],
    recent: dict[UUID, list[tuple[NDArray[Any], ...]]],
    frame: LedgerFrame,
    history: History,
    found: Scored,
    terciles: NDArray[np.float64],
    recent_from: int,
) -> None:
    cases = build_cases(history, found.row, (found.as_of + 1).astype(np.int32))
    paid, amount, currency = frame.closed[found.row], frame.amount[found.row], frame.currency[found.row]
    bias = (found.expected - paid).astype(np.float64)
    naive = np.abs(customer_median(cases) - paid).astype(np.float64)
    undecided = cases.due >= cases.start
    happened = paid <= cases.due
    brier = np.where(undecided, (found.p_due - happened) ** 2, 0.0)
    brier_naive = np.where(undecided, (by_late_share(cases) - happened) ** 2, 0.0)
    covered = (paid >= found.p10) & (paid <= found.p90)
    bins = np.minimum((found.p_due * BINS).astype(int), BINS - 1)
    known = cases.profiles["delay"].sum(axis=1)
    depth = np.array(["none", "few", "some", "many"])[np.searchsorted([0.5, 5.5, 20.5], known)]
    size = np.array(["small", "usual", "large"])[
        (amount > terciles[currency, 0]).astype(int) + (amount > terciles[currency, 1])
    ]
    for at in range(len(found.row)):
        month = to_date(int(paid[at])).replace(day=1)
        code = frame.currencies[currency[at]]
        key = (month, found.model[at], found.horizon[at], str(depth[at]), str(size[at]), code)
        entry = sums.setdefault(key, [0, 0.0, 0.0, 0, 0.0, 0, 0.0, 0.0, [0] * BINS, [0.0] * BINS, [0] * BINS])
        entry[0] += 1
        entry[1] += abs(float(bias[at]))
        entry[2] += float(bias[at])
        entry[3] += int(covered[at])
        entry[4] += float(naive[at])
        if undecided[at]:
            entry[5] += 1
            entry[6] += float(brier[at])
            entry[7] += float(brier_naive[at])
            entry[8][bins[at]] += 1
            entry[9][bins[at]] += float(found.p_due[at])
            entry[10][bins[at]] += int(happened[at])
    late = (found.horizon == "first") & (paid > recent_from)
    for model in set(found.model[late].tolist()):
        mine = late & (found.model == model)
        recent.setdefault(model, []).append((np.abs(bias[mine]), naive[mine], cases.customer[mine]))


def _as_row(key: tuple[Any, ...], values: list[Any]) -> dict[str, Any]:
    return dict(zip((*_KEY, *_SUMS), (*key, *values), strict=True))


_KEY = ("month", "model_id", "horizon", "history", "amount", "currency")
_SUMS = (
    "n",
    "sum_error",
    "sum_bias",
    "covered",
    "sum_error_naive",
    "n_due",
    "sum_brier",
    "sum_brier_naive",
    "bin_n",
    "bin_p",
    "bin_paid",
)


def _terciles(frame: LedgerFrame) -> NDArray[np.float64]:
    """Per currency, the amounts that a third and two thirds of the invoices stay below."""
    found = np.zeros((max(len(frame.currencies), 1), 2))
    for code in range(len(frame.currencies)):
        amounts = frame.amount[frame.currency == code]
        if len(amounts):
            found[code] = np.quantile(amounts, [1 / 3, 2 / 3])
    return found


def _backtest_ratio(backtest: dict[str, Any] | None) -> float | None:
    if not backtest or not backtest["customer_median"]["mae"]:
        return None
    return float(backtest["model"]["mae"] / backtest["customer_median"]["mae"])


def _together(parts: list[drift.Verdicts]) -> drift.Verdicts:
    names = ("error", "naive_error", "customer")
    return drift.Verdicts(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _days(days: Any) -> NDArray[np.int32]:
    return np.array([to_day(day) for day in days], dtype=np.int32)
