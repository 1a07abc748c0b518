"""`bench track`: the nightly count of forecasts whose truth is known, against reading them by its statement alone."""

from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text

from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.receivables import TODAY, make_columns
from bench.scratch import scratch_storage, vacuum
from hub.forecasting import track
from hub.forecasting.days import to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.settlement import Outcome
from hub.storage.session import Storage, driver
from hub.tenants import service as tenants

GOAL = 0.25
PER_INVOICE = 10
"""Kept predictions of each invoice: one a week from its issue on, as retention leaves them of weeks long past."""


def run(rows: int = 100_000, rounds: int = 3) -> list[dict[str, Any]]:
    """Measure on `rows` kept predictions, all of whose invoices are paid: the first count, which takes every month."""
    columns = make_columns(rows // PER_INVOICE)
    columns["invoice_id"] = [UUID(int=row + 1) for row in range(rows // PER_INVOICE)]
    frame = LedgerFrame.from_columns(day=TODAY, **columns)
    with scratch_storage() as storage:
        key = tenants.create(storage, "Bench track").key
        try:
            kept = _fill(storage, key, frame)
            vacuum(storage, key)
            with storage.tenant(key) as session:
                server = postmaster_pid(session)
            if server is None:
                raise RuntimeError("track counts the database's processor time: run it where the database runs")
            costs = alternate(
                {"read": partial(_read, storage, key, frame), "count": partial(_count, storage, key, frame)},
                rounds=rounds if rows < 1_000_000 else 1,
                warm_up=1 if rows < 1_000_000 else 0,
                prepare={"count": partial(_forget, storage, key)},
                servers=[server],
            )
        finally:
            tenants.drop(storage, key)
    return [
        result(
            f"track {kept:,}",
            ratios(costs["count"], costs["read"]),
            goal=GOAL,
            better="higher",
            unit="forecasts per cpu-second of reading them alone",
            kept=kept,
            arms=summarise(costs),
        )
    ]


def _fill(storage: Storage, key: str, frame: LedgerFrame) -> int:
    """A model, a run a week, and the predictions of every invoice that was open then or a little later."""
    first = int(frame.issued.min())
    with storage.tenant(key, statement_timeout_ms=0) as session:
        model = session.scalar(
            text("""
                insert into forecast_models (backend, status, reason, as_of, trained_at, artifact)
                values ('naive', 'retired', 'of a benchmark', '2024-01-01', now(), '\\x00') returning id
            """)
        )
        runs = dict(
            session.execute(
                text("""
                    insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                    select :model, day, day, 0, '{}'
                    from generate_series(cast(:first as date), cast(:last as date), interval '7 days') day
                    returning as_of - date '1970-01-01', id
                """),
                {"model": model, "first": to_date(first), "last": to_date(TODAY)},
            )
            .tuples()
            .all()
        )
        days = np.array(sorted(runs))
        kept = 0
        statement = (
            "copy predictions (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on, p90_on,"
            " risk_level) from stdin"
        )
        with driver(session).cursor() as cursor, cursor.copy(statement) as copy:
            at = np.searchsorted(days, frame.issued)
            for row, begin in enumerate(at.tolist()):
                due = to_date(int(frame.due[row]))
                for day in days[begin : begin + PER_INVOICE].tolist():
                    copy.write_row((runs[day], frame.invoice_id[row], 0.5, 0.1, due, due, due, due, "low"))
                    kept += 1
    return kept


def _count(storage: Storage, key: str, frame: LedgerFrame) -> int:
    found = track.keep(partial(storage.tenant, key, statement_timeout_ms=0), frame, to_date(TODAY))
    return _checked(found.count, frame)


def _read(storage: Storage, key: str, frame: LedgerFrame) -> int:
    """The limit's arm: the same statement, chunk by chunk, and nothing done with what it returns."""
    rows = np.flatnonzero(frame.outcome == Outcome.PAID)
    count = 0
    for begin in range(0, len(rows), track.CHUNK):
        ids, paid, due = track.asked_of(frame, rows[begin : begin + track.CHUNK])
        with storage.tenant(key, statement_timeout_ms=0) as session, driver(session).cursor() as cursor:
            count += len(cursor.execute(track.FORECASTS, (ids, paid, due)).fetchall())
    return _checked(count, frame)


def _forget(storage: Storage, key: str) -> None:
    with storage.tenant(key) as session:
        session.execute(text("delete from forecast_scores"))


def _checked(count: int, frame: LedgerFrame) -> int:
    if count < len(frame) // 2:
        raise AssertionError(f"{count} forecasts of {len(frame)} invoices were counted")
    return count
