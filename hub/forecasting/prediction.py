"""From a fitted backend to forecasts: curves for a chunk of cases at a time, and all that is read off them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from hub.forecasting.calibration import Calibration
from hub.forecasting.curves import day_of, paid_by
from hub.forecasting.days import Days
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.known_cases import known_cases, with_promises
from hub.forecasting.planning import plan_days
from hub.forecasting.promises import mixed, without_promises
from hub.forecasting.results import Forecasts, Undisputed
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import Cases, Curves, ForecastBackend

CHUNK = 2_000
"""Cases at a time: bounds the memory, whatever the ledger's size, and the rows made of them stay in the cache."""
MEDIUM_LATE30, HIGH_LATE30 = 0.05, 0.20
MEDIUM_LATE = 0.5

Progress = Callable[[float, str], None]


def predict(
    fitted: ForecastBackend, calibration: Calibration, history: History, rows: Rows, seen: Days, progress: Progress
) -> Forecasts:
    """Forecast the invoices `rows` of the history's frame, each from what was known before its day `seen`.

    What is on hold is paid after the hold's expected end; what is not of the same invoice comes as `undisputed`. What
    is promised is the likelier about its day.
    """
    frame, parts = history.frame, []
    for begin in range(0, max(len(rows), 1), CHUNK):
        chunk = slice(begin, begin + CHUNK)
        cases = known_cases(history, rows[chunk], seen[chunk])
        parts.append(read_curves(fitted.slug, calibration, cases, predict_cases(fitted, cases), rows[chunk]))
        progress(min(1.0, (begin + CHUNK) / max(len(rows), 1)), f"Forecasting {len(rows):,} invoices")
    found = _join(parts)
    _, share = frame.holds.known(rows, seen, frame.open_amount[rows])
    partly = np.flatnonzero((share > 0.0) & (share < 1.0))
    if len(partly) == 0:
        return found
    cases = with_promises(frame, rows[partly], build_cases(history, rows[partly], seen[partly]))
    curves = predict_cases(fitted, cases)
    return replace(found, undisputed=Undisputed(partly, 1.0 - share[partly], curves, np.asarray(cases.start)))


def predict_cases(fitted: ForecastBackend, cases: Cases) -> Curves:
    """When each case will be paid: what the backend says, and what is promised beside it."""
    return mixed(fitted.predict(without_promises(cases)), cases)


def read_curves(slug: str, calibration: Calibration, cases: Cases, curves: Curves, rows: Rows) -> Forecasts:
    """All that a forecast says, read off the curves of these cases."""
    start = cases.start
    median = day_of(curves, start, 0.5)
    p_paid_by_due = calibration.corrected(paid_by(curves, start, cases.due))
    p_late30 = np.minimum(1.0 - paid_by(curves, start, cases.due + 30), 1.0 - p_paid_by_due)
    low, high = calibration.tails(cases)
    return Forecasts(
        model=slug,
        as_of=cases.seen - 1,
        row=rows,
        p_paid_by_due=p_paid_by_due,
        p_late30=p_late30,
        expected=median,
        p10=np.minimum(day_of(curves, start, low), median),
        p50=median,
        p90=np.maximum(day_of(curves, start, high), median),
        risk=_risk(p_paid_by_due, p_late30),
        start=start,
        curves=curves,
    )


def plan(forecasts: Forecasts, frame: LedgerFrame) -> Forecasts:
    """Forecasts with the days to plan with chosen together, so that the weeks add up to the expected cash."""
    rows = forecasts.row
    amount, currency = frame.amount[rows], frame.currency[rows]
    days = plan_days(forecasts.curves, forecasts.start, forecasts.as_of, amount, currency)
    return replace(forecasts, expected=days)


def _risk(p_paid_by_due: np.ndarray, p_late30: np.ndarray) -> np.ndarray:
    medium = (p_late30 >= MEDIUM_LATE30) | (1.0 - p_paid_by_due >= MEDIUM_LATE)
    return (medium.astype(np.int8) + (p_late30 >= HIGH_LATE30)).clip(0, 2).astype(np.int8)


def _join(parts: list[Forecasts]) -> Forecasts:
    if len(parts) == 1:
        return parts[0]
    names = ("as_of", "row", "p_paid_by_due", "p_late30", "expected", "p10", "p50", "p90", "risk", "start")
    merged: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Forecasts(
        model=parts[0].model,
        curves=Curves(
            ends=np.concatenate([part.curves.ends for part in parts]),
            paid_by=np.concatenate([part.curves.paid_by for part in parts]),
        ),
        **merged,
    )
