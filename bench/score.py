"""`bench score`: from the ledger in the database to stored predictions, against predict alone on those rows."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.receivables import TODAY, make_columns
from bench.scratch import scratch_storage, vacuum
from hub import registry
from hub.forecasting import champion, engine
from hub.forecasting.days import to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.results import CashFlow
from hub.storage.session import Storage
from hub.tenants import service as tenants

GOAL = 0.6
SIZES = ((50_000, 5), (1_000_000, 1))
"""Open invoices, and rounds to measure: a million take minutes."""
TRAINING_ROWS = 5_000
LIMIT_ROWS = 20_000
AS_OF = to_date(TODAY)


def run(rows: int | None = None, rounds: int | None = None) -> list[dict[str, Any]]:
    """Measure on `rows` open invoices (both SIZES without), on one thread, the database's processor time included.

    The limit is fed the rows of LIMIT_ROWS invoices over and over. Two figures each: from read to stored predictions,
    the book for scenarios among them; and all that a run does, with expected cash and the reasons that matter most.
    """
    model = _train()
    sizes = SIZES if rows is None else ((rows, rounds or SIZES[0][1]),)
    with scratch_storage() as storage:
        return [row for size, times in sizes for row in _measure(storage, model, size, rounds or times)]


def _measure(storage: Storage, model: engine.TrainedModel, rows: int, rounds: int) -> list[dict[str, Any]]:
    key = tenants.create(storage, f"Bench score {rows}").key
    try:
        with storage.tenant(key, statement_timeout_ms=0) as session:
            for statement in _FILL:
                session.execute(text(statement), {"rows": rows, "customers": max(1, rows // 40), "as_of": AS_OF})
        vacuum(storage, key)
        with storage.tenant(key, statement_timeout_ms=0) as session:
            server = postmaster_pid(session)
            matrix = _Recorder.watch(model, champion.load_frame(session, AS_OF))
        if server is None:
            raise RuntimeError("score counts the database's processor time: run it where the database runs")

        def score(whole: bool) -> int:
            with storage.tenant(key, statement_timeout_ms=0) as session:
                return _score(session, model, rows, whole)

        costs = alternate(
            {
                "predict": matrix.predict_again,
                "score": lambda: score(whole=False),
                "whole_run": lambda: score(whole=True),
            },
            rounds=rounds,
            warm_up=1 if rounds > 1 else 0,
            servers=[server],
        )
    finally:
        tenants.drop(storage, key)
    more = {
        "unit": "invoices per cpu-second of inplace_predict alone",
        "rows": rows,
        "rows_per_invoice": matrix.rows_per_invoice,
        "reasons": min(rows, champion.EXPLAINED),
        "arms": summarise(costs),
    }
    named = {"score": f"score {rows:,}", "whole_run": f"score {rows:,}, cash and {more['reasons']} reasons"}
    return [
        result(name, ratios(costs[arm], costs["predict"]), goal=GOAL, better="higher", **more)
        for arm, name in named.items()
    ]


def _score(session: Session, model: engine.TrainedModel, rows: int, whole: bool) -> int:
    """One run, as a worker does it; what it stored is rolled back."""
    frame = champion.load_frame(session, AS_OF)
    if whole:
        found = champion.compute(model, frame, AS_OF, engine.silent)
    else:
        found = engine.forecast(model, frame, AS_OF), CashFlow(weeks=()), {}
    stored = champion.save_run(session, uuid4(), frame, AS_OF, datetime.now(UTC), found)
    if stored != rows:
        raise AssertionError(f"{stored} of {rows} invoices were forecast")
    session.rollback()
    return rows


def _train() -> engine.TrainedModel:
    training = LedgerFrame.from_columns(day=TODAY, **make_columns(TRAINING_ROWS))
    backend = registry.load().load("xgboost_hazard")  # its own fallback: here it is to be timed, not judged
    return engine.train(training, AS_OF, backend, backend)


class _Recorder:
    """Stands in for the booster during one forecast and keeps what it was asked, for the limit's arm."""

    def __init__(self, booster: Any, invoices: int) -> None:
        self.booster, self.invoices = booster, invoices
        self.asked: list[tuple[Any, Any]] = []

    @classmethod
    def watch(cls, model: engine.TrainedModel, frame: LedgerFrame) -> "_Recorder":
        """What a forecast of LIMIT_ROWS invoices, drawn from the whole ledger, asks of the model."""
        drawn = np.random.default_rng(0).permutation(len(frame)) < LIMIT_ROWS  # the older have fewer days to ask for
        few = frame.take(drawn)
        fitted: Any = model.fitted
        recorder = cls(fitted.booster, len(few))
        fitted.booster = recorder
        engine.forecast(model, few, AS_OF)
        fitted.booster = recorder.booster
        return recorder

    def inplace_predict(self, rows: Any, base_margin: Any) -> Any:
        self.asked.append((rows, base_margin))
        return self.booster.inplace_predict(rows, base_margin=base_margin)

    def predict_again(self) -> int:
        """The limit's arm: the model alone; returns the invoices it was for."""
        for rows, margin in self.asked:
            self.booster.inplace_predict(rows, base_margin=margin)
        return self.invoices

    @property
    def rows_per_invoice(self) -> float:
        """Days and longer pieces of time asked for, per invoice."""
        return sum(len(rows) for rows, _ in self.asked) / self.invoices


# All of it open, issued over two months; a customer's payments would be read as well, but forecast nothing more.
_FILL = (
    """
    insert into customers (id, name, connection_id, external_id, row_hash)
    select md5('c' || n)::uuid, 'Customer ' || n, md5('connection')::uuid, 'c' || n, 0
    from generate_series(0, :customers - 1) n
    """,
    """
    insert into invoices (id, customer_id, number, issued_on, due_on, currency, total, balance, status, terms,
                          connection_id, external_id, row_hash)
    select md5('i' || n)::uuid, md5('c' || (n * 31) % :customers)::uuid, 'INV-' || n, issued_on, issued_on + 30,
           'USD', total, total, 'open', 'Net 30', md5('connection')::uuid, 'i' || n, 0
    from generate_series(1, :rows) n
    cross join lateral (
        select cast(:as_of as date) - (n % 60) as issued_on, 10 + (n * 31 % 99900) / 10.0 as total
    ) facts
    """,
)
