"""What regressions of the payment day share: the day on which a case would usually be paid, and what may move it."""

import numpy as np
from numpy.typing import NDArray

from hub.sdk.forecaster import Cases, Days, Floats, Observed

RELATIONS = (
    "usual_after_due",
    "start_after_due",
    "usual_weekday",
    "monthday",
    "mean_after_usual",
    "last10_after_usual",
)
MATURE_DAYS = 45
"""Of invoices younger than this only the fast payers are known."""


def usual_day(cases: Cases) -> Days:
    """Due plus the median delay of who owes it, as far as known; no earlier than the case can be paid."""
    return np.maximum(cases.due + np.rint(cases.column("delay_median")), cases.start).astype(np.int32)


def regressors(cases: Cases) -> tuple[tuple[str, ...], Floats]:
    """The features of the cases with how the usual day lies to other days: all that is to move a payment from it."""
    usual = usual_day(cases)
    date = usual.astype("datetime64[D]")
    monthday = (date - date.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
    median = cases.column("delay_median")
    relations = (
        np.clip(usual - cases.due, -60, 120),
        np.clip(cases.start - cases.due, -120, 120),
        (usual + 3) % 7,
        monthday,
        cases.column("delay_mean") - median,
        cases.column("delay_last10") - median,
    )
    columns = [np.asarray(column, dtype=np.float32)[:, None] for column in relations]
    return (*RELATIONS, *cases.names), np.concatenate([*columns, cases.values], axis=1)


def mature(cases: Cases, observed: Observed) -> NDArray[np.bool_]:
    """Cases issued long enough before the last day observed that slow payers among them are known, too."""
    if len(cases) == 0:
        return np.zeros(0, dtype=bool)
    old: NDArray[np.bool_] = np.maximum(cases.issued, cases.start) <= observed.last.max() - MATURE_DAYS
    return old
