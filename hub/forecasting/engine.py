"""The verbs of forecasting, pure: a ledger as arrays in, forecasts out. Time and backends come in as arguments."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date

import numpy as np

from hub.errors import InvalidError
from hub.forecasting import artifact, reasons
from hub.forecasting.backtest import Part, judge, look, newest_part
from hub.forecasting.calibration import Calibration
from hub.forecasting.cash import weekly_cash
from hub.forecasting.cash_calibration import calibrate_cash
from hub.forecasting.days import Days, to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.prediction import plan, predict
from hub.forecasting.prior import leaning
from hub.forecasting.results import (
    Backtest,
    CashFlow,
    Dependence,
    Forecasts,
    Reason,
    backtest_from_json,
    backtest_to_json,
)
from hub.forecasting.samples import training_sample
from hub.forecasting.settlement import Outcome
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import ForecastBackend

Progress = Callable[[float, str], None]


class TooLittleHistoryError(InvalidError):
    """Nothing was ever paid in this ledger, so there is nothing to learn from."""

    code, title = "too_little_history", "Too little history"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """A fitted backend with what vouches for it. `note` says in a sentence which backend is used, and why."""

    backend: str
    fitted: ForecastBackend
    as_of: date
    n_payments: int
    calibration: Calibration
    dependence: Dependence = field(default_factory=Dependence)
    backtest: Backtest | None
    note: str


def silent(_share: float, _sentence: str) -> None:
    """Progress that nobody watches."""


def train(
    frame: LedgerFrame,
    as_of: date,
    backend: type[ForecastBackend],
    fallback: type[ForecastBackend],
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> TrainedModel:
    """Fit `backend` on the ledger as it stood at the end of `as_of`, after a backtest on the newest part of it.

    Where the ledger is too small for it, or the backtest does not beat the customer median, `fallback` is fitted
    instead. Raises TooLittleHistoryError where nothing was ever paid.
    """
    known = frame.as_of(to_day(as_of))
    payments = int((known.outcome == Outcome.PAID).sum())
    if payments < fallback.min_payments:
        raise TooLittleHistoryError(
            f"No invoice of this ledger was paid by {as_of}, so there is nothing to learn when invoices get paid. "
            "Add paid invoices with their payment dates, or choose a later date."
        )
    if payments < backend.min_payments:
        note = (
            f"{payments} payments are too few for {backend.slug}, which needs {backend.min_payments}; "
            f"{fallback.slug} forecasts from each customer's own history instead." + leaning(payments)
        )
        return _fit(fallback, known, as_of, threads, None, Calibration(), Dependence(), note, progress)
    verdict, calibration, dependence = _backtest(
        known, backend, threads, lambda share, words: progress(0.5 * share, words)
    )
    chosen = backend if verdict is None or verdict.promoted else fallback
    note = f"{backend.slug}, which had too short a history for a backtest." if verdict is None else verdict.why
    return _fit(
        chosen,
        known,
        as_of,
        threads,
        verdict,
        calibration if chosen is backend else Calibration(),
        dependence,
        note,
        lambda share, words: progress(0.5 + 0.5 * share, words),
    )


def forecast(
    model: TrainedModel,
    frame: LedgerFrame,
    as_of: date,
    *,
    include_upcoming: bool = False,
    progress: Progress = silent,
) -> Forecasts:
    """Forecasts of the invoices open at the end of `as_of`; with `include_upcoming` also of those issued later.

    `row` of the result indexes `frame`. What was paid later is not looked at.
    """
    day = to_day(as_of)
    known = frame.as_of(day, include_upcoming=True)
    wanted = known.is_open & (include_upcoming | ((known.issued <= day) & ~known.draft))
    rows = np.flatnonzero(wanted)
    seen = np.full(len(rows), day + 1, dtype=np.int32)
    found = plan(predict(model.fitted, model.calibration, History(known), rows, seen, progress), known)
    return replace(found, dependence=model.dependence)


def backtest_from(
    frame: LedgerFrame,
    train_until: date,
    backend: type[ForecastBackend],
    fallback: type[ForecastBackend],
    *,
    threads: int = 1,
    progress: Progress = silent,
) -> tuple[TrainedModel, Forecasts]:
    """A model fitted once on `train_until`, and by it every invoice issued later, as on its own day of issue.

    Each is forecast from the payments known strictly before that day.
    """
    model = train(frame, train_until, backend, fallback, threads=threads, progress=lambda s, w: progress(0.8 * s, w))
    later = (frame.issued > to_day(train_until)) & ~frame.draft & (frame.outcome != Outcome.VOID)
    rows = np.flatnonzero(later)
    history = History(frame)
    forecasts = predict(
        model.fitted, model.calibration, history, rows, frame.issued[rows], lambda s, w: progress(0.8 + 0.2 * s, w)
    )
    return model, plan(forecasts, frame)


def explain(model: TrainedModel, frame: LedgerFrame, as_of: date, rows: Rows, *, most: int = 3) -> list[list[Reason]]:
    """Up to `most` reasons, the weightiest first, for each of the invoices `rows` of the frame.

    Some milliseconds an invoice: ask only for those that are shown.
    """
    if len(rows) == 0:
        return []
    seen: Days = np.full(len(rows), to_day(as_of) + 1, dtype=np.int32)
    history = History(frame.as_of(to_day(as_of), include_upcoming=True))
    return reasons.explain(model.fitted, history, rows, seen, most)


def cash_flow(frame: LedgerFrame, forecasts: Forecasts, *, weeks: int = 13, draws: int = 400) -> CashFlow:
    """Expected cash per day, calendar week and month, per currency, with the range that holds it in 80 % of cases."""
    return weekly_cash(frame, forecasts, weeks=weeks, draws=draws)


def dump(model: TrainedModel) -> bytes:
    """The model as data with a checksum; see artifact.py."""
    head = {
        "backend": model.backend,
        "as_of": model.as_of.isoformat(),
        "n_payments": model.n_payments,
        "calibration": asdict(model.calibration),
        "dependence": asdict(model.dependence),
        "backtest": None if model.backtest is None else backtest_to_json(model.backtest),
        "note": model.note,
    }
    return artifact.pack(head, model.fitted.dump())


def load(data: bytes, backends: Mapping[str, type[ForecastBackend]]) -> TrainedModel:
    """The model that `dump` returned. Raises CorruptModelError where it is damaged or its backend is not at hand."""
    head, body = artifact.unpack(data)
    if (backend := backends.get(head["backend"])) is None:
        raise artifact.CorruptModelError(
            f"The stored model is one of {head['backend']!r}, which is not installed; install it or train a new model."
        )
    try:
        fitted = backend.load(body)
        return TrainedModel(
            backend=head["backend"],
            fitted=fitted,
            as_of=date.fromisoformat(head["as_of"]),
            n_payments=head["n_payments"],
            calibration=Calibration(**head["calibration"]),
            dependence=Dependence(**head.get("dependence", {})),
            backtest=None if head["backtest"] is None else backtest_from_json(head["backtest"]),
            note=head["note"],
        )
    except (ValueError, TypeError, KeyError) as error:  # also of a card that an older hub wrote
        raise artifact.CorruptModelError(f"{backend.slug} cannot read its stored model: {error}") from error


def vouch(
    known: LedgerFrame, part: Part, backend: type[ForecastBackend], *, seed: int = 0, threads: int, progress: Progress
) -> tuple[ForecastBackend, Backtest, Calibration, Dependence]:
    """A backend fitted on a part's cut, its backtest on the part, and what that teaches of intervals and of cash."""
    fitted = fit(known.as_of(part.trained_until), backend, seed=seed, threads=threads, progress=progress)
    verdict, calibration = judge(look(fitted, known, part))
    return fitted, verdict, calibration, calibrate_cash(fitted, known, part.trained_until)


def fit(
    known: LedgerFrame, backend: type[ForecastBackend], *, seed: int = 0, threads: int, progress: Progress
) -> ForecastBackend:
    """A backend fitted on a frame; the same for the same frame, seed and backend."""
    sample = training_sample(History(known), seed=seed)
    make: Callable[..., ForecastBackend] = backend
    fitted = make(threads=threads)
    fitted.fit(sample.cases, sample.observed, progress)
    return fitted


def _backtest(
    known: LedgerFrame, backend: type[ForecastBackend], threads: int, progress: Progress
) -> tuple[Backtest | None, Calibration, Dependence]:
    part = newest_part(known)
    if part is None:
        return None, Calibration(), Dependence()
    _, verdict, calibration, dependence = vouch(
        known,
        part,
        backend,
        threads=threads,
        progress=lambda share, words: progress(0.9 * share, f"Backtest: {words}"),
    )
    progress(1.0, "Backtest done")
    return verdict, calibration, dependence


def _fit(
    backend: type[ForecastBackend],
    known: LedgerFrame,
    as_of: date,
    threads: int,
    verdict: Backtest | None,
    calibration: Calibration,
    dependence: Dependence,
    note: str,
    progress: Progress,
) -> TrainedModel:
    fitted = fit(known, backend, threads=threads, progress=progress)
    return TrainedModel(
        backend=backend.slug,
        fitted=fitted,
        as_of=as_of,
        n_payments=int((known.outcome == Outcome.PAID).sum()),
        calibration=calibration,
        dependence=dependence,
        backtest=verdict,
        note=note,
    )
