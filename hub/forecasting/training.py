"""Training a ledger's model: the candidates compete on its past, the best is fitted on all of it. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np

from hub.forecasting import drift, engine
from hub.forecasting.backtest import judge, look, newest_part
from hub.forecasting.calibration import Calibration
from hub.forecasting.contest import ORIGINS, Contest, Entrant, Tally, decide, origins
from hub.forecasting.days import to_date, to_day
from hub.forecasting.engine import Progress, TooLittleHistoryError, TrainedModel, silent
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.prediction import plan, predict
from hub.forecasting.prior import leaning
from hub.forecasting.record import FEATURE_VERSION, TrainingData, canonical, describe, frame_of, taken
from hub.forecasting.results import Backtest, Dependence, Forecasts
from hub.forecasting.settlement import Outcome
from hub.sdk.forecaster import ForecastBackend

FIRST_CHOICE, FALLBACK = "xgboost_hazard", "naive"
CONTEST_INVOICES = 10_000
"""Of a bigger ledger so many compete for it: five models on a million invoices would keep a worker for hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A backend that may forecast, with the version that its manifest states."""

    slug: str
    version: str
    backend: type[ForecastBackend]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model with its record: what it was trained from, by which version of what, and the seed of it all.

    `status` is what it was found good for: champion, challenger or rejected; `reason` says why, in a sentence.
    """

    model: TrainedModel
    version: str
    data: TrainingData
    parameters: dict[str, Any]
    seed: int
    status: str
    reason: str
    profile: dict[str, Any] | None = None
    feature_version: int = FEATURE_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What came of a training: the model that forecasts from now on, the others tried, and who failed with what."""

    champion: Trained
    others: tuple[Trained, ...] = ()
    failures: dict[str, str] = field(default_factory=dict)
    contest: Contest | None = None


def train_best(
    frame: LedgerFrame,
    as_of: date,
    candidates: Sequence[Candidate],
    *,
    incumbent: str | None = None,
    contest_invoices: int = CONTEST_INVOICES,
    most_origins: int = ORIGINS,
    seed: int = 0,
    threads: int = 1,
    progress: Progress = silent,
) -> Training:
    """The best model of a ledger as it stood at the end of `as_of`, among the candidates; `incumbent` has the benefit
    of the doubt (FIRST_CHOICE where there is none).

    Whatever wins is not used unless it beats the customer median on the newest part of the whole ledger: then naive
    forecasts. A candidate that raises is out, and does not hold back the others. Raises TooLittleHistoryError where
    nothing was ever paid.
    """
    known = canonical(frame.as_of(to_day(as_of)))
    payments = int((known.outcome == Outcome.PAID).sum())
    by_slug = {each.slug: each for each in candidates}
    fallback = by_slug[FALLBACK]
    if payments < fallback.backend.min_payments:
        raise TooLittleHistoryError(
            f"No invoice of this ledger was paid by {as_of}, so there is nothing to learn when invoices get paid. "
            "Add paid invoices with their payment dates, or choose a later date."
        )
    able = [each for each in candidates if payments >= each.backend.min_payments]
    first = next((slug for slug in (incumbent, FIRST_CHOICE) if slug in {each.slug for each in able}), FALLBACK)
    tried = _compete(
        known, as_of, able, first, contest_invoices, most_origins, seed, threads, _part(progress, 0.0, 0.5)
    )
    chosen = by_slug[first if tried is None else tried.contest.chosen]
    fitter = _Fitter(known, as_of, seed, threads)
    reason = _why_so_few(payments, by_slug, first) if tried is None else tried.contest.why
    models: list[Trained] = []
    failures = {} if tried is None else dict(tried.failures)
    champion = fitter.vouched(chosen, tried, reason, _part(progress, 0.5, 1.0))
    if champion.status == "rejected":
        models.append(champion)
        champion = fitter.vouched(fallback, None, champion.reason, silent, backtest=champion.model)
    models += [] if tried is None else [each for each in tried.challengers if each.model.backend != chosen.slug]
    return Training(
        champion=replace(champion, status="champion"),
        others=tuple(each for each in models if each.model.backend != champion.model.backend),
        failures=failures,
        contest=None if tried is None else tried.contest,
    )


def retrain(
    frame: LedgerFrame, backend: type[ForecastBackend], data: TrainingData, seed: int, threads: int
) -> ForecastBackend:
    """The backend of a model fitted anew from its record: the same predictions, to the byte.

    Raises OtherDataError where the ledger no longer holds what the model was trained from.
    """
    return engine.fit(frame_of(data, frame), backend, seed=seed, threads=threads, progress=silent)


def rolling(model: TrainedModel, frame: LedgerFrame, trained_until: date, progress: Progress = silent) -> Forecasts:
    """Every invoice issued after a model's day, as on its own day of issue.

    Each is forecast from the payments known strictly before that day.
    """
    later = (frame.issued > to_day(trained_until)) & ~frame.draft & (frame.outcome != Outcome.VOID)
    rows = np.flatnonzero(later)
    found = predict(model.fitted, model.calibration, History(frame), rows, frame.issued[rows], progress)
    return plan(found, frame)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Competition:
    contest: Contest
    challengers: tuple[Trained, ...]
    failures: dict[str, str]
    is_whole: bool
    """Whether the whole ledger competed, so that the backtest of its newest part is known already."""


def _compete(
    known: LedgerFrame,
    as_of: date,
    able: Sequence[Candidate],
    incumbent: str,
    most: int,
    most_origins: int,
    seed: int,
    threads: int,
    progress: Progress,
) -> _Competition | None:
    """The candidates on the ledger's past; None where there is too little of it, or nobody to compete with."""
    part_of_it, customers = taken(known, most, seed)
    days = origins(part_of_it, most_origins)
    if not days or len(able) < 2:
        return None
    tally, failures, challengers = Tally(), {}, []
    steps = len(able) * len(days)
    for place, candidate in enumerate(able):
        try:
            for back, origin in enumerate(days):
                done = (place * len(days) + back) / steps
                progress(done, f"Trying {candidate.slug} on {to_date(origin.part.trained_until)}")
                then = origin.known.as_of(origin.part.trained_until)
                fitted = engine.fit(then, candidate.backend, seed=seed, threads=threads, progress=silent)
                seen = look(fitted, origin.known, origin.part)
                tally.add(candidate.slug, seen)
                if back == 0:
                    verdict, calibration = judge(seen)
                    day = to_date(origin.part.trained_until)
                    challengers.append(
                        Trained(
                            model=TrainedModel(
                                backend=candidate.slug,
                                fitted=fitted,
                                as_of=day,
                                n_payments=int((then.outcome == Outcome.PAID).sum()),
                                calibration=calibration,
                                backtest=verdict,
                                note=verdict.why,
                            ),
                            version=candidate.version,
                            data=describe(then, day, as_of, customers=customers, seed=seed),
                            parameters={"threads": threads},
                            seed=seed,
                            status="challenger" if verdict.promoted else "rejected",
                            reason=verdict.why,
                        )
                    )
        except Exception as error:  # noqa: BLE001 - a backend may be anybody's, and the others can do without it
            tally.drop(candidate.slug)
            challengers = [each for each in challengers if each.model.backend != candidate.slug]
            failures[candidate.slug] = f"{candidate.slug} could not be trained: {error}"
    if not tally.losses:
        return None
    contest = decide(tally, incumbent, [each.part.trained_until for each in days], failures)
    return _Competition(
        contest=contest,
        challengers=tuple(_with_standing(each, contest) for each in challengers),
        failures=failures,
        is_whole=customers is None,
    )


def _with_standing(trained: Trained, contest: Contest) -> Trained:
    standing = next(each for each in contest.entrants if each.backend == trained.model.backend)
    if trained.status != "challenger" or standing.better_by is None:
        return trained
    by = 100 * standing.better_by
    than = f"{by:.1f} % smaller" if by >= 0 else f"{-by:.1f} % larger"
    return replace(
        trained,
        reason=f"{trained.model.backend}: errors {than} than those of {contest.incumbent}, "
        f"borne out by {100 * (standing.sure or 0):.0f} of 100 draws of the customers.",
    )


@dataclass(frozen=True, slots=True)
class _Fitter:
    known: LedgerFrame
    as_of: date
    seed: int
    threads: int

    def vouched(
        self,
        candidate: Candidate,
        tried: _Competition | None,
        reason: str,
        progress: Progress,
        backtest: TrainedModel | None = None,
    ) -> Trained:
        """A candidate fitted on the whole ledger, after a backtest on its newest part; `backtest` lends another's."""
        verdict, calibration, dependence, on_cut = None, Calibration(), Dependence(), None
        part = newest_part(self.known)
        if backtest is not None:
            verdict, dependence = backtest.backtest, backtest.dependence
        elif part is not None:
            on_cut, verdict, calibration, dependence = engine.vouch(
                self.known,
                part,
                candidate.backend,
                seed=self.seed,
                threads=self.threads,
                progress=lambda share, words: progress(0.5 * share, f"Backtest: {words}"),
            )
        if verdict is not None and backtest is None and candidate.slug != FALLBACK:
            if not verdict.promoted and part is not None and on_cut is not None:
                cut = self.known.as_of(part.trained_until)
                return self._card(candidate, on_cut, cut, verdict, calibration, dependence, verdict.why, "rejected")
            reason = f"{verdict.why} {reason}"
        fitted = engine.fit(
            self.known,
            candidate.backend,
            seed=self.seed,
            threads=self.threads,
            progress=lambda share, words: progress(0.5 + 0.5 * share, words),
        )
        return self._card(candidate, fitted, self.known, verdict, calibration, dependence, reason, "champion")

    def _card(
        self,
        candidate: Candidate,
        fitted: ForecastBackend,
        known: LedgerFrame,
        verdict: Backtest | None,
        calibration: Calibration,
        dependence: Dependence,
        reason: str,
        status: str,
    ) -> Trained:
        day = min(self.as_of, to_date(known.day))
        return Trained(
            model=TrainedModel(
                backend=candidate.slug,
                fitted=fitted,
                as_of=day,
                n_payments=int((known.outcome == Outcome.PAID).sum()),
                calibration=calibration,
                dependence=dependence,
                backtest=verdict,
                note=reason,
            ),
            version=candidate.version,
            data=describe(known, day, self.as_of, seed=self.seed),
            parameters={"threads": self.threads},
            seed=self.seed,
            status=status,
            reason=reason,
            profile=drift.profile(known) if status == "champion" else None,
        )


def contest_to_json(contest: Contest) -> dict[str, Any]:
    """The outcome as plain JSON values."""
    entrants = [asdict(each) | {"losses": list(each.losses)} for each in contest.entrants]
    return asdict(contest) | {
        "origins": [to_date(day).isoformat() for day in contest.origins],
        "entrants": entrants,
    }


def standing_of(contest: Contest | None, backend: str) -> Entrant | None:
    """How a backend did in a contest, where it took part."""
    return None if contest is None else next((each for each in contest.entrants if each.backend == backend), None)


def _why_so_few(payments: int, candidates: dict[str, Candidate], chosen: str) -> str:
    first = candidates.get(FIRST_CHOICE)
    if first is not None and payments < first.backend.min_payments:
        return (
            f"{payments} payments are too few for {first.slug}, which needs {first.backend.min_payments}; "
            f"{FALLBACK} forecasts from each customer's own history instead." + leaning(payments)
        )
    return f"{chosen}, which had too short a history to be tried on it."


def _part(progress: Progress, begin: float, end: float) -> Progress:
    return lambda share, words: progress(begin + (end - begin) * share, words)
