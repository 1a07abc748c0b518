"""Probabilities that mean what they say: a rising curve from a backend's word to how often it came true."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.sdk.risk import Probabilities

ISOTONIC_EVENTS = 300
"""With so many late ones the curve may have any rising shape; with fewer it is a line in log odds."""
LEAST_EVENTS = 15
"""Fewer do not outweigh the backend's own word."""
PRIOR = 8.0
"""How strongly the line is held to leaving everything as it is, in events."""
_GRID = np.linspace(-9.0, 9.0, 73)


@dataclass(frozen=True, slots=True)
class RiskCalibration:
    """A curve through points: `said` rises strictly, `meant` never falls; straight in between, level beyond."""

    said: tuple[float, ...] = (0.0, 1.0)
    meant: tuple[float, ...] = (0.0, 1.0)

    def __call__(self, p: Probabilities) -> Probabilities:
        """What probabilities of a backend mean."""
        return np.interp(p, self.said, self.meant)


def calibrate(p: Probabilities, late: NDArray[np.int8]) -> RiskCalibration:
    """The curve that out-of-time answers (1 late, 0 not) teach; the identity where they are too few."""
    events = int((late == 1).sum())
    if min(events, len(late) - events) < LEAST_EVENTS:
        return RiskCalibration()
    return _isotonic(p, late) if events >= ISOTONIC_EVENTS else _line(p, late)


def _line(p: Probabilities, late: NDArray[np.int8]) -> RiskCalibration:
    """Platt's: slope and intercept in log odds by Newton's steps, held towards slope 1 and intercept 0."""
    x = _log_odds(p)
    matrix = np.stack([x, np.ones_like(x)], axis=1)
    held = np.diag([PRIOR, PRIOR * 0.25])
    start = np.array([1.0, 0.0])
    theta = start.copy()
    for _ in range(30):
        guess = 1.0 / (1.0 + np.exp(-matrix @ theta))
        slope = matrix.T @ (guess - late) + held @ (theta - start)
        curve = (matrix * (guess * (1 - guess))[:, None]).T @ matrix + held
        step = np.linalg.solve(curve, slope)
        theta -= step
        if np.abs(step).max() < 1e-9:
            break
    theta[0] = max(theta[0], 0.05)  # never turned round
    said = 1.0 / (1.0 + np.exp(-_GRID))
    meant = 1.0 / (1.0 + np.exp(-(theta[0] * _GRID + theta[1])))
    return RiskCalibration(tuple(said.tolist()), tuple(meant.tolist()))


def _isotonic(p: Probabilities, late: NDArray[np.int8]) -> RiskCalibration:
    """Pools neighbours that fall, until none does; through the pools' means, so that it rises all along."""
    order = np.argsort(p, kind="stable")
    pools: list[list[float]] = []  # sum of p, late ones, how many
    for said, happened in zip(p[order].tolist(), late[order].tolist(), strict=True):
        pools.append([said, float(happened), 1.0])
        while len(pools) > 1 and pools[-2][1] * pools[-1][2] >= pools[-1][1] * pools[-2][2]:
            last = pools.pop()
            pools[-1] = [a + b for a, b in zip(pools[-1], last, strict=True)]
    said = np.array([total / n for total, _, n in pools])
    # One late one more and one fewer than seen: no pool says never or always.
    meant = np.maximum.accumulate([(events + 0.5) / (n + 1.0) for _, events, n in pools])
    said, first = np.unique(said, return_index=True)
    return RiskCalibration(tuple(said.tolist()), tuple(meant[first].tolist()))


def _log_odds(p: Probabilities) -> Probabilities:
    bounded = np.clip(p, 1e-4, 1 - 1e-4)
    odds: Probabilities = np.log(bounded / (1 - bounded))
    return odds
