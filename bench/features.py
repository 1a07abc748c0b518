"""`bench features`: the feature builder from plain columns on, against the bare numpy kernel that is in it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.harness import alternate, ratios, result, summarise
from bench.receivables import TODAY, make_columns
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.prediction import CHUNK

GOAL = 0.6


def run(rows: int = 300_000, rounds: int = 5) -> dict[str, Any]:
    """Measure on a ledger of `rows` invoices, each seen on its own day of issue."""
    columns = make_columns(rows)
    frame = LedgerFrame.from_columns(day=TODAY, **columns)
    wanted = _checksum(frame)

    def check(found: float) -> int:
        if found != wanted:
            raise AssertionError(f"the features add up to {found}, not to {wanted}")
        return rows

    costs = alternate(
        {
            "kernel": lambda: check(_checksum(frame)),
            "builder": lambda: check(_checksum(LedgerFrame.from_columns(day=TODAY, **columns))),
        },
        rounds=rounds,
    )
    # Rates, not costs: the kernel's cost over the builder's is the builder's rate over the kernel's.
    return result(
        "features",
        ratios(costs["builder"], costs["kernel"]),
        goal=GOAL,
        better="higher",
        unit="rows per cpu-second of the kernel alone",
        rows=rows,
        arms=summarise(costs),
    )


def _checksum(frame: LedgerFrame) -> float:
    """Build the features of all invoices, a chunk at a time, and add them up."""
    history, total = History(frame), 0.0
    rows: NDArray[np.int64] = np.arange(len(frame))
    for begin in range(0, len(rows), CHUNK):
        chunk = rows[begin : begin + CHUNK]
        total += float(np.nansum(build_cases(history, chunk, frame.issued[chunk]).values, dtype=np.float64))
    return total
