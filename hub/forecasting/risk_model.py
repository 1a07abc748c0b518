"""A tenant's risk model: which backend knows best who goes late, calibrated on what came later, and its levels.

Levels by the probability of going 30 days late. `medium` begins where those below it went late at most a quarter as
often as all customers did, and at most one time in ten; `high` where it is as likely as not, or three times the
ledger's rate if that is less. Both are chosen on answers that the model had not seen.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forecasting import artifact, risk_fates, risk_snapshots
from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.risk_calibration import RiskCalibration, calibrate
from hub.forecasting.risk_snapshots import MasterData, take_snapshots
from hub.forecasting.scoring import auc, calibration
from hub.sdk.risk import HORIZON_DAYS, LATE_DAYS, LEVELS, Fates, Probabilities, RiskBackend, RiskLevel, Snapshots

Progress = Callable[[float, str], None]

MOST_DAYS = 16
"""Days at the end of which snapshots are taken to learn from."""
LEAST_APART = 14
MOST_SNAPSHOTS = 20_000
"""To learn from; of more, those of some of the customers are taken. A forest on a hundred thousand takes minutes."""
LEAST_HISTORY = 45
FOLDS = 4
LEAST_EVENTS = 10
"""Of a part to learn from, for a backtest of more than counting."""
MEDIUM_AT_MOST, MEDIUM_OF_RATE = 0.10, 0.25
HIGH_AT_LEAST, HIGH_OF_RATE = 0.5, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskScores:
    """How good probabilities of going 30 days late were: `events` of `n` snapshots did. None: it cannot be said."""

    n: int
    events: int
    auc: float | None
    brier: float | None
    log_loss: float | None
    ece: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskModel:
    """A fitted backend with what makes its word a forecast.

    `calibrations` and `severity` have one entry per LATE_DAYS; `severity` is the part of what was watched that went so
    late where a material part did. `scores` are of answers not seen, by backend. `note` says which is used, and why.
    """

    backend: str
    fitted: RiskBackend
    as_of: date
    events: int
    calibrations: tuple[RiskCalibration, ...]
    severity: tuple[float, ...]
    medium: float
    high: float
    scores: Mapping[str, RiskScores]
    note: str

    def predict(self, snapshots: Snapshots) -> Probabilities:
        """Calibrated probabilities, a column per LATE_DAYS, never rising along a row."""
        if len(snapshots) == 0:
            return np.zeros((0, len(LATE_DAYS)))
        raw = self.fitted.predict(snapshots)
        return _calibrated(raw, self.calibrations)

    def level(self, p: Probabilities) -> list[RiskLevel]:
        """The level of each row of probabilities."""
        return [LEVELS[at] for at in np.searchsorted((self.medium, self.high), p[:, 0], side="right").tolist()]


def train_risk(
    frame: LedgerFrame,
    as_of: date,
    backends: Sequence[type[RiskBackend]],
    fallback: type[RiskBackend],
    *,
    master: MasterData | None = None,
    threads: int = 1,
    insist: bool = False,
    progress: Progress = lambda _share, _words: None,
) -> RiskModel:
    """The best of `backends` on later answers, fitted on the ledger as known at the end of `as_of`; else `fallback`.

    A backend is used where its log loss beats the fallback's by more than its standard error over customers, or, to
    `insist`, wherever it can be fitted.
    """
    found = train_risks(
        frame, as_of, backends, fallback, master=master, threads=threads, insist=insist, progress=progress
    )
    return next(found)


def train_risks(
    frame: LedgerFrame,
    as_of: date,
    backends: Sequence[type[RiskBackend]],
    fallback: type[RiskBackend],
    *,
    master: MasterData | None = None,
    threads: int = 1,
    insist: bool = False,
    progress: Progress = lambda _share, _words: None,
) -> Iterator[RiskModel]:
    """What `train_risk` returns, and then the others that were compared with it, each fitted when it is asked for."""
    known = frame.as_of(to_day(as_of))
    snapshots, fates = learnable(known, master)
    events = int((fates.late[:, 0] == 1).sum())
    parts, how = _parts(snapshots, fates)
    candidates = [fallback, *(each for each in backends if events >= each.min_events)]
    heard: dict[str, _Heard] = {}
    for number, backend in enumerate(candidates):
        progress(0.7 * number / len(candidates), f"Backtest of {backend.slug}")
        found = _listen(backend, snapshots, fates, parts, threads)
        if found is not None:
            heard[backend.slug] = found
    slug = _best(heard, fallback.slug)
    if insist and len(candidates) > 1:
        slug = candidates[1].slug
    scores = {name: each.scores for name, each in heard.items()}
    others = [each for each in candidates if each.slug != slug and each.slug in heard]
    for chosen in [next(each for each in candidates if each.slug == slug), *others]:
        fitted = _make(chosen, threads)
        fitted.fit(snapshots, fates, lambda share, words: progress(0.7 + 0.3 * share, words))
        unseen = heard.get(chosen.slug)
        medium, high = _thresholds(unseen, fates)
        yield RiskModel(
            backend=chosen.slug,
            fitted=fitted,
            as_of=as_of,
            events=events,
            calibrations=tuple(RiskCalibration() for _ in LATE_DAYS) if unseen is None else unseen.calibrations,
            severity=_severity(fates),
            medium=medium,
            high=high,
            scores=scores,
            note=_note(slug, fallback.slug, heard, events, len(snapshots), how)
            if chosen.slug == slug
            else _note_of_other(chosen.slug, slug, scores, how),
        )


def learnable(known: LedgerFrame, master: MasterData | None = None) -> tuple[Snapshots, Fates]:
    """Snapshots of past days with what became of them, as far as the frame's day shows it."""
    snapshots, fates = [], []
    for day in past_days(known):
        taken = take_snapshots(known, day, master)
        became = risk_fates.find_fates(known, day, taken.customer)
        answered: NDArray[np.bool_] = np.any(became.late >= 0, axis=1)
        snapshots.append(taken.take(answered))
        fates.append(became.take(answered))
    if not snapshots:
        nothing = take_snapshots(known, known.day, master)
        nobody = np.zeros(len(nothing), dtype=bool)
        empty = Fates(late=np.zeros((0, len(LATE_DAYS)), np.int8), share=np.zeros((0, len(LATE_DAYS))))
        return nothing.take(nobody), empty
    taken, became = risk_snapshots.join(snapshots), risk_fates.join(fates)
    if len(taken) > MOST_SNAPSHOTS:
        some = _draw(taken.customer, 1_000_003) < 1_000_003 * MOST_SNAPSHOTS // len(taken)
        taken, became = taken.take(some), became.take(some)
    return taken, became


def past_days(known: LedgerFrame) -> list[int]:
    """The days to look back from: evenly apart, up to the last one with an answer, from some history on."""
    if len(known) == 0:
        return []
    last = known.day - HORIZON_DAYS - LATE_DAYS[0]
    first = int(known.issued.min()) + LEAST_HISTORY
    apart = max(LEAST_APART, -(-(last - first) // MOST_DAYS))
    return list(range(last, first - 1, -apart))[:MOST_DAYS][::-1]


def dump(model: RiskModel) -> bytes:
    """The model as data with a checksum; see artifact.py."""
    head = {
        "kind": "risk",
        "backend": model.backend,
        "as_of": model.as_of.isoformat(),
        "events": model.events,
        "calibrations": [asdict(each) for each in model.calibrations],
        "severity": model.severity,
        "medium": model.medium,
        "high": model.high,
        "scores": {name: asdict(each) for name, each in model.scores.items()},
        "note": model.note,
    }
    return artifact.pack(head, model.fitted.dump())


def load(data: bytes, backends: Mapping[str, type[RiskBackend]]) -> RiskModel:
    """The model that `dump` returned. Raises CorruptModelError where it is damaged or its backend is not at hand."""
    head, body = artifact.unpack(data)
    if head.get("kind") != "risk":
        raise artifact.CorruptModelError("The stored model is none of customers' risk; train a new one.")
    if (backend := backends.get(head["backend"])) is None:
        raise artifact.CorruptModelError(f"The stored model is one of {head['backend']!r}, which is not installed.")
    try:
        fitted = backend.load(body)
    except ValueError as error:
        raise artifact.CorruptModelError(f"{backend.slug} cannot read its stored model: {error}") from error
    return RiskModel(
        backend=head["backend"],
        fitted=fitted,
        as_of=date.fromisoformat(head["as_of"]),
        events=head["events"],
        calibrations=tuple(RiskCalibration(tuple(each["said"]), tuple(each["meant"])) for each in head["calibrations"]),
        severity=tuple(head["severity"]),
        medium=head["medium"],
        high=head["high"],
        scores={name: RiskScores(**each) for name, each in head["scores"].items()},
        note=head["note"],
    )


def score_risk(p: Probabilities, late: NDArray[np.int8]) -> RiskScores:
    """Scores of probabilities of going late against what happened (1 or 0)."""
    happened = late == 1
    if len(p) == 0:
        return RiskScores(n=0, events=0, auc=None, brier=None, log_loss=None, ece=None)
    bins = calibration(happened, p)
    return RiskScores(
        n=len(p),
        events=int(happened.sum()),
        auc=auc(happened, p),
        brier=float(np.mean((p - happened) ** 2)),
        log_loss=float(_log_losses(p, late).mean()),
        ece=float(sum(abs(each.p_mean - each.share_paid) * each.n for each in bins) / len(p)),
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a backend said of snapshots it had not seen: calibrated on others' customers, with the answers."""

    customer: NDArray[np.int32]
    p: Probabilities
    late: NDArray[np.int8]
    calibrations: tuple[RiskCalibration, ...]

    @property
    def scores(self) -> RiskScores:
        known = self.late[:, 0] >= 0
        return score_risk(self.p[known, 0], self.late[known, 0])


Part = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""Snapshots to learn from, and snapshots to be asked about."""


def _parts(snapshots: Snapshots, fates: Fates) -> tuple[list[Part], str]:
    """The newest third of the days, asked of what was known before them; customers in turn where that is too little."""
    days = np.unique(snapshots.day)
    if len(days) >= 3:
        cut = days[len(days) - max(1, len(days) // 3)]
        before = snapshots.day + HORIZON_DAYS + LATE_DAYS[0] <= cut
        if (fates.late[before, 0] == 1).sum() >= LEAST_EVENTS:
            return [(before, snapshots.day >= cut)], "on later days"
    fold = _draw(snapshots.customer, FOLDS)
    return [(fold != mine, fold == mine) for mine in range(FOLDS)], "on other customers"


def _draw(customer: NDArray[np.int32], modulus: int) -> NDArray[np.int64]:
    """A number below `modulus` per customer: the same one for the same customer, and without order."""
    drawn: NDArray[np.int64] = (customer.astype(np.int64) * 2_654_435_761 >> 7) % modulus
    return drawn


def _listen(
    backend: type[RiskBackend], snapshots: Snapshots, fates: Fates, parts: list[Part], threads: int
) -> _Heard | None:
    said, answers, customers = [], [], []
    for learn, ask in parts:
        late = fates.late[learn, 0]
        if not ask.any() or min((late == 1).sum(), (late == 0).sum()) < (LEAST_EVENTS if backend.min_events else 0):
            return None
        fitted = _make(backend, threads)
        fitted.fit(snapshots.take(learn), _known_then(snapshots, fates, learn, ask, len(parts) == 1), _silent)
        said.append(fitted.predict(snapshots.take(ask)))
        answers.append(fates.late[ask])
        customers.append(snapshots.customer[ask])
    raw, late, customer = np.concatenate(said), np.concatenate(answers), np.concatenate(customers)
    p = np.empty_like(raw)
    half = customer % 2 == 0
    for mine in (half, ~half):
        p[mine] = _calibrated(raw[mine], _curves(raw[~mine], late[~mine]))
    return _Heard(customer, p, late, _curves(raw, late))


def _known_then(
    snapshots: Snapshots, fates: Fates, learn: NDArray[np.bool_], ask: NDArray[np.bool_], later: bool
) -> Fates:
    """The answers of the part to learn from, without those that came only after the first day asked about."""
    mine = fates.take(learn)
    if not later:
        return mine
    cut = snapshots.day[ask].min()
    late = mine.late.copy()
    for column, term in enumerate(LATE_DAYS):
        late[snapshots.day[learn] + HORIZON_DAYS + term > cut, column] = -1
    return Fates(late=late, share=np.where(late >= 0, mine.share, np.nan))


def _curves(raw: Probabilities, late: NDArray[np.int8]) -> tuple[RiskCalibration, ...]:
    curves = []
    for column in range(len(LATE_DAYS)):
        known = late[:, column] >= 0
        curves.append(calibrate(raw[known, column], late[known, column]))
    return tuple(curves)


def _calibrated(raw: Probabilities, curves: Sequence[RiskCalibration]) -> Probabilities:
    p = np.stack([curve(raw[:, column]) for column, curve in enumerate(curves)], axis=1)
    return np.minimum.accumulate(p, axis=1)


def _best(heard: Mapping[str, _Heard], fallback: str) -> str:
    if fallback not in heard:
        return fallback
    base = heard[fallback]
    known = base.late[:, 0] >= 0
    best, least = fallback, 0.0
    for slug, each in heard.items():
        gain = _log_losses(base.p[known, 0], base.late[known, 0]) - _log_losses(each.p[known, 0], each.late[known, 0])
        mean, error = _by_customer(gain, base.customer[known])
        if slug != fallback and mean > error and mean > least:
            best, least = slug, mean
    return best


def _by_customer(values: Probabilities, customer: NDArray[np.int32]) -> tuple[float, float]:
    """The mean, and its standard error where the rows of one customer count as one draw."""
    if len(values) == 0:
        return 0.0, 0.0
    mean = float(values.mean())
    _, of = np.unique(customer, return_inverse=True)
    spread = np.bincount(of, weights=values - mean)
    return mean, float(np.sqrt((spread**2).sum()) / len(values))


def _log_losses(p: Probabilities, late: NDArray[np.int8]) -> Probabilities:
    bounded = np.clip(p, 1e-6, 1 - 1e-6)
    losses: Probabilities = -np.log(np.where(late == 1, bounded, 1 - bounded))
    return losses


def _thresholds(unseen: _Heard | None, fates: Fates) -> tuple[float, float]:
    known = fates.late[:, 0] >= 0
    rate = float((fates.late[known, 0] == 1).mean()) if known.any() else MEDIUM_AT_MOST
    wanted = min(MEDIUM_AT_MOST, MEDIUM_OF_RATE * rate)
    high = min(HIGH_AT_LEAST, max(HIGH_OF_RATE * rate, 2 * wanted))
    medium = wanted
    if unseen is not None:
        answered = unseen.late[:, 0] >= 0
        order = np.argsort(unseen.p[answered, 0], kind="stable")
        p, late = unseen.p[answered, 0][order], unseen.late[answered, 0][order]
        below = np.cumsum(late) / np.arange(1, len(late) + 1)
        fine = np.flatnonzero(below <= wanted)
        if len(fine):
            medium = float(p[fine[-1]]) + 1e-9
    return float(min(medium, high / 2)), float(high)


def _severity(fates: Fates) -> tuple[float, ...]:
    """The mean part that went so late where a material part did; mixed with one half, counted five times."""
    found = []
    for column in range(len(LATE_DAYS)):
        shares = fates.share[fates.late[:, column] == 1, column]
        found.append(float((shares.sum() + 5 * 0.5) / (len(shares) + 5)))
    return tuple(found)


def _note(slug: str, fallback: str, heard: Mapping[str, _Heard], events: int, snapshots: int, how: str) -> str:
    if slug != fallback:
        ours, theirs = heard[slug].scores, heard[fallback].scores
        return (
            f"{slug} says who goes late: {how} its log loss was {ours.log_loss:.3f}, that of counting customers alike "
            f"{theirs.log_loss:.3f}, over {ours.n:,} snapshots of which {ours.events:,} went 30 days late."
        )
    if not snapshots:
        return (
            "No past day of this ledger shows yet who goes late, so the probabilities are assumptions, "
            "not measurements; they become measurements as due dates pass."
        )
    if len(heard) <= 1:
        return (
            f"Only {events:,} of {snapshots:,} past snapshots of customers went 30 days late, too few to learn more "
            "from than how often customers alike did."
        )
    return f"How often customers alike went late is used: {how} no learnt model beat it beyond chance."


def _note_of_other(slug: str, chosen: str, scores: Mapping[str, RiskScores], how: str) -> str:
    return (
        f"{chosen} says who goes late: {how} its log loss was {scores[chosen].log_loss:.3f}, that of {slug} "
        f"{scores[slug].log_loss:.3f}. The better figure has to be better beyond chance."
    )


def _make(backend: type[RiskBackend], threads: int) -> RiskBackend:
    make: Callable[..., RiskBackend] = backend
    return make(threads=threads)


def _silent(_share: float, _words: str) -> None:
    """Progress of a backtest's part, which nobody watches."""


def to_json(scores: Mapping[str, RiskScores]) -> dict[str, Any]:
    """Scores by backend as plain JSON values."""
    return {name: asdict(each) for name, each in scores.items()}
