"""What a reminder changes: claimed only where it was left to chance who got one, and the two groups differ clearly."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, variance

EVIDENCE_NEEDED = 100
"""Paid invoices of each group that are needed at least: with fewer a few late payers decide."""
_SURE = 1.96


@dataclass(frozen=True, slots=True)
class ReminderEffect:
    """By how many days a reminder has payments come sooner; None where the data does not support a figure."""

    days_sooner: float | None
    why: str
    reminded: int
    not_reminded: int


def reminder_effect(reminded: Sequence[float], not_reminded: Sequence[float]) -> ReminderEffect:
    """The effect from the delays of invoices that were assigned a reminder, or none, by lot.

    Delays in days from due. Anything but a random assignment would show whom one chooses to remind, not what it does.
    """
    n, m = len(reminded), len(not_reminded)
    if min(n, m) < EVIDENCE_NEEDED:
        why = (
            f"Not enough evidence: {n} invoices with and {m} without a reminder; {EVIDENCE_NEEDED} of each are needed."
        )
        return ReminderEffect(None, why, n, m)
    sooner = fmean(not_reminded) - fmean(reminded)
    error = sqrt(variance(reminded) / n + variance(not_reminded) / m)
    if sooner < _SURE * error:
        why = f"No clear effect: {sooner:.1f} days, give or take {_SURE * error:.1f}."
        return ReminderEffect(None, why, n, m)
    why = f"Paid {sooner:.1f} days sooner if reminded, give or take {_SURE * error:.1f}."
    return ReminderEffect(round(sooner, 1), why, n, m)
