"""What became of customers after a snapshot: which of them went 30, 60 and 90 days late (hub/sdk/risk.py says how)."""

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.frame import LedgerFrame
from hub.forecasting.settlement import Outcome
from hub.sdk.risk import HORIZON_DAYS, LATE_DAYS, MATERIAL, Fates


def find_fates(frame: LedgerFrame, day: int, customer: NDArray[np.int32]) -> Fates:
    """The fates of these customers after the end of `day`, as far as they are known at the end of the frame's day."""
    count, currencies = len(frame.customer_id), max(len(frame.currencies), 1)
    weight = _watched(frame, day)
    rows = np.flatnonzero(weight > 0)
    purse = frame.customer[rows].astype(np.int64) * currencies + frame.currency[rows]
    watched = np.bincount(purse, weights=weight[rows], minlength=count * currencies)
    late = np.full((len(customer), len(LATE_DAYS)), -1, dtype=np.int8)
    share = np.full(late.shape, np.nan)
    for column, term in enumerate(LATE_DAYS):
        if day + HORIZON_DAYS + term > frame.day:
            continue
        unsettled = (frame.closed[rows] > frame.due[rows] + term) | (frame.outcome[rows] == Outcome.WRITTEN_OFF)
        so_late = np.bincount(purse, weights=weight[rows] * unsettled, minlength=count * currencies)
        part = np.divide(so_late, watched, out=np.full(len(watched), np.nan), where=watched > 0)
        worst = np.fmax.reduce(part.reshape(count, currencies), axis=1)[customer]
        share[:, column] = worst
        late[:, column] = np.where(np.isnan(worst), -1, worst >= MATERIAL)
    return Fates(late=late, share=share)


def join(parts: list[Fates]) -> Fates:
    """Fates after several days as one."""
    return Fates(late=np.concatenate([p.late for p in parts]), share=np.concatenate([p.share for p in parts]))


def _watched(frame: LedgerFrame, day: int) -> NDArray[np.float64]:
    """Per invoice of the frame what of it is watched, in its currency; 0 for what is not."""
    ends = day + HORIZON_DAYS
    standing = np.flatnonzero((frame.issued <= day) & ~frame.draft)
    then = frame.as_of(day)
    weight = np.zeros(len(frame))
    weight[standing] = np.where(then.is_open, then.open_amount, 0.0)
    coming = (frame.issued > day) & (frame.issued <= ends) & ~frame.draft
    weight[coming] = frame.amount[coming]
    weight[(frame.due > ends) | (frame.outcome == Outcome.VOID)] = 0.0
    return weight
