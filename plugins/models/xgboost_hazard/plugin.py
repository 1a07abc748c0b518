"""A discrete-time hazard learnt by XGBoost: the chance of payment on each day, given that the invoice is still open.

One curve answers every question. Open invoices count as unpaid so far, and an invoice that has been open for a while
is asked only about the days that are left.
"""

import json
import os
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

# Threads that wait for a busy core would otherwise spin: seconds of training became minutes on a loaded machine.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
import xgboost as xgb

from hub.sdk.forecaster import DELAYS, Cases, Contributions, Curves, Floats, Observed, Progress
from hub.sdk.habit import delay_shares, habit_paid_by
from plugins.models.xgboost_hazard.grid import Calendar, Grid, count_open, lay_grid, next_open
from plugins.models.xgboost_hazard.residual import ResidualQuantiles
from plugins.models.xgboost_hazard.rows import DAY_FEATURES, Habits, LedgerHabits, hazard_rows

DEEP, DEEP_ROUNDS = {"max_depth": 7, "min_child_weight": 40}, 250
SHALLOW, SHALLOW_ROUNDS = {"max_depth": 3, "min_child_weight": 60}, 80
LEAST_DEEP_ROWS = 75_000
"""With fewer rows to learn from, deeper trees learn the noise."""
RESIDUAL_SHARE = 0.5
"""What the quantiles around the usual day count beside the hazard in a ledger of so few rows."""
HABIT_SHARE, NEW_HABIT_SHARE = 0.05, 0.45
"""What the curve of a customer that pays as before counts beside the trees: with a long history of payments, and with
none. Trees say little of customers that they know little of."""
SMALL_HABIT_SHARE = 0.2
"""The same in a ledger of so few rows that all that trees say is uncertain."""
TYPICAL_CASES = 200
MOST_ROWS = 350_000
"""Rows to learn from, so that a training takes well under a minute whatever the terms and the size of the ledger."""
PARAMETERS = {
    "objective": "binary:logistic",
    "tree_method": "hist",
    "max_bin": 128,
    "eta": 0.06,
    "lambda": 5,
    "subsample": 0.8,
    "colsample_bytree": 0.6,
    "base_score": 0.5,  # the level is in the base margin, beside the length of the piece
    "seed": 0,
}


class XGBoostHazardBackend:
    """XGBoost on rows of invoice and day. `threads` is all there is to set; the rest was chosen on real ledgers."""

    slug = "xgboost_hazard"
    min_payments = 300

    def __init__(self, *, threads: int = 1) -> None:
        self.threads = threads
        self.calendar = Calendar(np.ones(7, dtype=bool), on_holidays=True)
        self.level = 0.0
        self.ledger: LedgerHabits
        self.delays = np.full(len(DELAYS), 1 / len(DELAYS))
        self.typical: Floats
        self.booster: xgb.Booster
        self.residual: ResidualQuantiles | None = None

    def fit(self, cases: Cases, observed: Observed, progress: Progress) -> None:
        """Learn from what became of these cases; a censored case was not paid in the pieces it was watched for."""
        paid = observed.paid
        self.calendar = Calendar.learn(observed.last[paid], cases.take(paid))
        self.ledger = LedgerHabits.learn(observed.last[paid], cases.due[paid])
        self.delays = delay_shares(cases, observed)
        grid = lay_grid(cases, self.calendar)
        # A payment on a closed day counts for the next open one.
        counted = np.maximum(self.calendar.next_open(observed.last, cases), cases.start)
        ended = np.where(paid, counted, observed.last)[:, None]
        watched_until = np.where(paid[:, None], grid.last, np.minimum(grid.last, ended))
        watched = count_open(grid.first, watched_until, self.calendar.weekdays)
        exposure = np.minimum(watched, grid.open_days)
        was_paid = paid[:, None] & (grid.first <= ended) & (ended <= grid.last)
        case, piece = np.nonzero((exposure > 0) & (grid.first <= ended))
        self.level = float(np.log(was_paid.sum() / exposure[case, piece].sum()))
        kept, weight = _thin_out(was_paid[case, piece])
        case, piece = case[kept], piece[kept]
        label = was_paid[case, piece].astype(np.float32)
        margin = np.log(exposure[case, piece])
        matrix = xgb.QuantileDMatrix(
            self._rows(cases, grid, case, piece),
            label,
            weight=weight,
            base_margin=(margin + self.level).astype(np.float32),
            nthread=self.threads,
            max_bin=PARAMETERS["max_bin"],
        )
        is_deep = len(label) >= LEAST_DEEP_ROWS
        trees, rounds = (DEEP, DEEP_ROUNDS) if is_deep else (SHALLOW, SHALLOW_ROUNDS)
        self.booster = xgb.train(
            PARAMETERS | trees | {"nthread": self.threads},
            matrix,
            rounds,
            callbacks=[_Reporter(progress, len(label), rounds)],
        )
        self.residual = None if is_deep else ResidualQuantiles.learn(cases, observed, self.threads)
        some = np.zeros(len(cases), dtype=bool)
        some[:: max(1, len(cases) // TYPICAL_CASES)] = True
        self.typical = self._contributions(cases.take(some)).mean(axis=0)
        progress(1.0, f"Learnt from {len(label):,} invoice days")

    def predict(self, cases: Cases) -> Curves:
        """When each case will be paid, given that it is unpaid until its `start`."""
        grid = lay_grid(cases, self.calendar)
        hazard = np.zeros(grid.first.shape, dtype=np.float32)
        case, piece = np.nonzero(grid.open_days > 0)
        margin = np.log(grid.open_days[case, piece]) + self.level
        hazard[case, piece] = self.booster.inplace_predict(
            self._rows(cases, grid, case, piece), base_margin=margin.astype(np.float32)
        )
        paid_by = 1.0 - np.cumprod(1.0 - hazard, axis=1)
        if self.residual is not None:
            paid_by += RESIDUAL_SHARE * (self.residual.paid_by(cases, grid.last) - paid_by)
        familiar = cases.column("familiarity")[:, None]
        share = NEW_HABIT_SHARE + (HABIT_SHARE - NEW_HABIT_SHARE) * familiar
        if self.residual is not None:
            share = np.full_like(share, SMALL_HABIT_SHARE)
        paid_by += share * (habit_paid_by(cases, self.delays, grid.last) - paid_by)
        return Curves(ends=grid.last, paid_by=np.maximum.accumulate(paid_by, axis=1).astype(np.float32))

    def explain(self, cases: Cases) -> Contributions:
        """SHAP contributions to the hazard on the due day (or the first day after it that is left), turned round.

        In log odds, positive towards later payment, and less those of a typical case: all are likely to pay when due.
        """
        return Contributions(names=(*DAY_FEATURES, *cases.names), values=self.typical - self._contributions(cases))

    def _contributions(self, cases: Cases) -> Floats:
        grid = lay_grid(cases, self.calendar)
        piece = ((grid.last < cases.due[:, None]) | (grid.open_days == 0)).argmin(axis=1)
        rows = self._rows(cases, grid, np.arange(len(cases)), piece)
        found = self.booster.predict(xgb.DMatrix(rows, nthread=self.threads), pred_contribs=True)
        return found[:, :-1]

    def dump(self) -> bytes:
        """One line of JSON, then the trees in XGBoost's UBJ format: the hazard's, and the quantiles' if there are."""
        trees = bytes(self.booster.save_raw("ubj"))
        head = {
            "hazard_bytes": len(trees),
            "is_open": self.calendar.weekdays.tolist(),
            "on_holidays": self.calendar.on_holidays,
            "level": self.level,
            "hazard": self.ledger.hazard.tolist(),
            "weekday_share": self.ledger.weekday_share.tolist(),
            "delays": self.delays.tolist(),
            "typical": self.typical.tolist(),
        }
        beside = b"" if self.residual is None else bytes(self.residual.booster.save_raw("ubj"))
        return json.dumps(head).encode() + b"\n" + trees + beside

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model that `dump` returned. Raises ValueError where the data is not one."""
        head, _, trees = data.partition(b"\n")
        try:
            known = json.loads(head)
            backend = cls()
            backend.calendar = Calendar(np.array(known["is_open"], dtype=bool), bool(known["on_holidays"]))
            backend.level = float(known["level"])
            backend.ledger = LedgerHabits(
                np.array(known["hazard"], dtype=np.float32), np.array(known["weekday_share"], dtype=np.float32)
            )
            backend.delays = np.array(known["delays"], dtype=np.float64)
            backend.typical = np.array(known["typical"], dtype=np.float32)
            length = int(known["hazard_bytes"])
            backend.booster = xgb.Booster({"nthread": backend.threads}, model_file=bytearray(trees[:length]))
            if beside := trees[length:]:
                booster = xgb.Booster({"nthread": backend.threads}, model_file=bytearray(beside))
                backend.residual = ResidualQuantiles(booster)
        except (KeyError, TypeError, xgb.core.XGBoostError) as error:
            raise ValueError(f"not a model of this backend: {error}") from error
        return backend

    def _rows(self, cases: Cases, grid: Grid, case: NDArray[np.int64], piece: NDArray[np.int64]) -> Floats:
        first_open = next_open(grid.first, self.calendar.weekdays)
        return hazard_rows(cases, Habits.of(cases.profiles, self.ledger), grid, first_open, case, piece)


def _thin_out(was_paid: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Floats]:
    """The rows to learn from, and their weights: of too many, all with a payment and a weighted draw of the others."""
    without = int((~was_paid).sum())
    share = min(1.0, max(MOST_ROWS - int(was_paid.sum()), MOST_ROWS // 2) / max(without, 1))
    kept = np.flatnonzero(was_paid | (np.random.default_rng(0).random(len(was_paid)) < share))
    return kept, np.where(was_paid[kept], 1.0, 1.0 / share).astype(np.float32)


class _Reporter(xgb.callback.TrainingCallback):
    def __init__(self, progress: Progress, rows: int, rounds: int) -> None:
        self.progress, self.rows, self.rounds = progress, rows, rounds

    def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:
        if epoch % 25 == 24:
            self.progress((epoch + 1) / self.rounds, f"Learning from {self.rows:,} invoice days")
        return False
