"""Which backend forecasts a ledger best: each is tried on several days of its past, and compared invoice by invoice.

A challenger takes over only when it is better beyond noise. Invoices of one customer come and go together, so how sure
the difference is follows from drawing customers anew, not invoices.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.backtest import Look, Part, by_late_share, customer_median, newest_part
from hub.forecasting.frame import LedgerFrame

Floats = NDArray[np.float64]

ORIGINS = 3
APART = 30
"""Days between the days on which the past is forecast."""
MARGIN = 0.01
"""A challenger has to be better by so much: a change of model is a nuisance by itself."""
SURE = 0.95
DRAWS = 400
REFERENCE = "customer median"
"""Every backend has to beat it to be used at all."""


@dataclass(frozen=True, slots=True)
class Origin:
    """One day of the past: the ledger as it was known some time after it, and the part of it that is forecast."""

    known: LedgerFrame
    part: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """How one backend did: its loss by origin (errors of days and of probabilities over the customer median's; below 1
    is better) and over all; how much better it was than the incumbent, and how sure that is; why it did not take part.
    """

    backend: str
    losses: tuple[float, ...] = ()
    loss: float | None = None
    better_by: float | None = None
    sure: float | None = None
    mae: float | None = None
    failure: str | None = None

    @property
    def is_better_beyond_noise(self) -> bool:
        """Better than the incumbent by a margin, and too often so to be chance."""
        return self.better_by is not None and self.sure is not None and self.better_by >= MARGIN and self.sure >= SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """The outcome: who was the incumbent, who is chosen, all entrants, best first, and a sentence that says why."""

    incumbent: str
    chosen: str
    origins: tuple[int, ...] = ()
    invoices: int = 0
    entrants: tuple[Entrant, ...] = field(default=())
    why: str = ""


def origins(known: LedgerFrame, most: int = ORIGINS) -> list[Origin]:
    """Days to forecast the past from, the newest first; as many as the history allows."""
    found: list[Origin] = []
    for back in range(most):
        then = known if back == 0 else known.as_of(min(known.day, _last_payment(known)) - back * APART)
        part = newest_part(then)
        if part is None:
            break
        if all(part.trained_until != each.part.trained_until for each in found):
            found.append(Origin(then, part))
    return found


@dataclass(slots=True)
class Tally:
    """What each backend's forecasts cost, invoice by invoice, origin by origin."""

    losses: dict[str, list[Floats]] = field(default_factory=dict)
    errors: dict[str, list[Floats]] = field(default_factory=dict)
    customers: dict[str, list[NDArray[np.int32]]] = field(default_factory=dict)

    def add(self, backend: str, seen: Look) -> None:
        """Count one backend's forecasts on one more origin."""
        loss, error = losses(seen)
        self.losses.setdefault(backend, []).append(loss)
        self.errors.setdefault(backend, []).append(error)
        self.customers.setdefault(backend, []).append(seen.cases.customer)

    def drop(self, backend: str) -> None:
        """Leave out a backend that failed on some origin."""
        for kept in (self.losses, self.errors, self.customers):
            kept.pop(backend, None)


def losses(seen: Look) -> tuple[Floats, Floats]:
    """Per invoice, half its error of days and half that of its probability, each over the customer median's mean.

    And the errors of days by themselves.
    """
    cases, paid, undecided = seen.cases, seen.paid, seen.undecided
    error = np.abs(paid - seen.forecasts.expected).astype(np.float64)
    by_median = np.abs(paid - customer_median(cases)).mean()
    loss = error / max(by_median, 1e-9)
    if undecided.any():
        happened = paid <= cases.due
        brier = (seen.forecasts.p_paid_by_due - happened) ** 2
        reference = max(((by_late_share(cases) - happened) ** 2)[undecided].mean(), 1e-9)
        # Those past due count nothing here, the others for them too.
        weight = np.where(undecided, len(paid) / undecided.sum(), 0.0)
        loss = 0.5 * loss + 0.5 * weight * brier / reference
    return loss, error


def decide(tally: Tally, incumbent: str, days: Sequence[int], failures: Mapping[str, str]) -> Contest:
    """Who forecasts from now on: the incumbent, unless a challenger is better beyond noise. Deterministic."""
    if incumbent not in tally.losses:
        rest = sorted(tally.losses, key=lambda slug: float(_joined(tally.losses[slug]).mean()))
        if not rest:
            raise ValueError("no backend could be tried")
        incumbent = rest[0]
    base, customer = _joined(tally.losses[incumbent]), _joined(tally.customers[incumbent])
    entrants = [_entrant(slug, tally, base, customer, is_incumbent=slug == incumbent) for slug in sorted(tally.losses)]
    entrants.sort(key=lambda each: (each.loss or 0.0, each.backend))
    held = [float(each.mean()) for each in tally.losses[incumbent]]
    winner = next((each for each in entrants if each.is_better_beyond_noise and _won_days(each, held)), None)
    failed = [Entrant(backend=slug, failure=why) for slug, why in sorted(failures.items())]
    chosen = incumbent if winner is None else winner.backend
    return Contest(
        incumbent=incumbent,
        chosen=chosen,
        origins=tuple(days),
        invoices=len(base),
        entrants=(*entrants, *failed),
        why=_words(incumbent, winner, entrants, len(days), len(base)),
    )


def compare(base: Floats, other: Floats, customer: NDArray[np.int32], seed: int = 0) -> tuple[float, float]:
    """By what share `other` loses less than `base`, and in what share of draws of the customers it does so."""
    _, of = np.unique(customer, return_inverse=True)
    gain = np.bincount(of, weights=base - other)
    total = np.bincount(of, weights=base)
    better_by = float(gain.sum() / max(total.sum(), 1e-9))
    if not np.any(gain):
        return better_by, 0.0
    rng = np.random.default_rng(seed)
    wins = sum(float(rng.poisson(1.0, len(gain)) @ gain) > 0 for _ in range(DRAWS))
    return better_by, wins / DRAWS


def _entrant(slug: str, tally: Tally, base: Floats, customer: NDArray[np.int32], *, is_incumbent: bool) -> Entrant:
    own = _joined(tally.losses[slug])
    better_by, sure = (None, None) if is_incumbent else compare(base, own, customer)
    return Entrant(
        backend=slug,
        losses=tuple(round(float(each.mean()), 4) for each in tally.losses[slug]),
        loss=round(float(own.mean()), 4),
        better_by=None if better_by is None else round(better_by, 4),
        sure=sure,
        mae=round(float(_joined(tally.errors[slug]).mean()), 3),
    )


def _won_days(entrant: Entrant, held: Sequence[float]) -> bool:
    return 2 * sum(own < other for own, other in zip(entrant.losses, held, strict=True)) > len(held)


def _words(incumbent: str, winner: Entrant | None, entrants: Sequence[Entrant], days: int, count: int) -> str:
    where = f"on {count:,} forecasts of {days} {'day' if days == 1 else 'days'} of this ledger's past"
    if winner is not None:
        return (
            f"{winner.backend} takes over from {incumbent}: its errors were {100 * (winner.better_by or 0):.1f} % "
            f"smaller {where}, which {100 * (winner.sure or 0):.0f} of 100 draws of the customers bear out."
        )
    rivals = [each for each in entrants if each.backend != incumbent]
    if not rivals:
        return f"{incumbent} was the only one to be tried, {where}."
    best = rivals[0]
    by, sure = 100 * (best.better_by or 0.0), 100 * (best.sure or 0.0)
    than = f"{by:.1f} % smaller" if by >= 0 else f"{-by:.1f} % larger"
    return (
        f"{incumbent} stays: the errors of the next best, {best.backend}, were {than} {where}, "
        f"borne out by {sure:.0f} of 100 draws of the customers; it takes {100 * MARGIN:.0f} % in {100 * SURE:.0f}."
    )


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(list(parts))


def _last_payment(known: LedgerFrame) -> int:
    paid = known.paid
    return int(paid[paid <= known.day].max(initial=0))
