"""`bench scenarios`: what-ifs on a large open book, from the request's arguments to the answer, one at a time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from bench.analytics import fill
from bench.harness import alternate, result, summarise
from bench.receivables import DAYS, TODAY, make_columns
from bench.scratch import scratch_storage
from hub import registry
from hub.forecasting import champion, engine
from hub.forecasting.days import to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.what_if import scenarios
from hub.tenants import service as tenants

GOAL_SECONDS = 1.0
TRAINING_ROWS = 5_000
PAST_INVOICES = 50_000


def run(invoices: int = 50_000, rounds: int = 5) -> list[dict[str, Any]]:
    """Measure each kind of scenario on so many open invoices, 40 to a customer, in three currencies, by week."""
    with scratch_storage() as storage:
        key = tenants.create(storage, "Bench scenarios").key
        try:
            with storage.tenant(key, statement_timeout_ms=0) as session:
                fill(session, PAST_INVOICES)
                customer, invoice = _forecast(session, invoices)
            with storage.tenant(key, statement_timeout_ms=0) as session:
                costs = alternate(_arms(session, customer, invoice), rounds=rounds)
        finally:
            tenants.drop(storage, key)
    return [
        result(
            f"scenarios {name}",
            [cost.cpu_per_unit for cost in each],
            goal=GOAL_SECONDS,
            better="lower",
            unit=f"cpu-seconds an answer at {invoices:,} open invoices",
            arms=summarise({name: each}),
        )
        for name, each in costs.items()
    ]


def _arms(session: Session, customer: UUID, invoice: UUID) -> dict[str, Callable[[], float | None]]:
    due_on = to_date(TODAY + 30)
    kinds: dict[str, dict[str, Any]] = {
        "stops paying": {"kind": "stops_paying", "customer_id": customer},
        "terms for all": {"kind": "terms", "days": 10},
        "collection push": {"kind": "collection_push", "days": 7, "share": 0.5, "currency": "EUR"},
        "paid on a day": {"kind": "paid_on", "invoice_id": invoice, "paid_on": due_on + timedelta(days=60)},
        "new invoice": {
            "kind": "new_invoice",
            "customer_id": customer,
            "currency": "EUR",
            "amount": 1_000_000,
            "issued_on": to_date(TODAY),
            "due_on": due_on,
        },
    }

    def answer(change: dict[str, Any]) -> Callable[[], float]:
        def once() -> float:
            found = scenarios(session, [{"changes": [change]}], "week", 13)
            if found is None or not found["scenarios"][0]["currencies"]:
                raise AssertionError("a scenario was not answered")
            return 1

        return once

    return {name: answer(change) for name, change in kinds.items()}


def _forecast(session: Session, invoices: int) -> tuple[UUID, UUID]:
    """Have a run of an open book in the tenant; a customer and an invoice of it."""
    backend = registry.load().load("xgboost_hazard")
    training = LedgerFrame.from_columns(day=TODAY, **make_columns(TRAINING_ROWS))
    model = engine.train(training, to_date(TODAY), backend, backend)
    columns = make_columns(invoices)
    # All of it open: issued over two months, with the payments of nobody known.
    columns["issued"] = TODAY - (TODAY - columns["issued"]) * 60 // DAYS
    columns["due"] = columns["issued"] + 30
    columns |= {name: [] for name in ("settled_row", "settled_kind", "settled_amount", "applied", "reversed_")}
    columns["invoice_id"] = [UUID(int=row + 1) for row in range(invoices)]
    columns["customer_id"] = [UUID(int=row + 1) for row in range(len(columns["customer_id"]))]
    columns["currency"] = np.array(["EUR", "GBP", "USD"])[np.arange(invoices) % 3]
    frame = LedgerFrame.from_columns(day=TODAY, **columns)
    forecasts = engine.forecast(model, frame, to_date(TODAY))
    cash = engine.cash_flow(frame, forecasts, weeks=champion.CASH_WEEKS)
    model_id = session.scalar(
        text("""
            insert into forecast_models (backend, status, reason, as_of, trained_at, artifact)
            values ('xgboost_hazard', 'retired', 'of a benchmark', :as_of, now(), '\\x00') returning id
        """),
        {"as_of": to_date(TODAY)},
    )
    now = datetime.now(UTC)
    champion.save_run(session, model_id, frame, to_date(TODAY), now, (forecasts, cash, {}))
    return columns["customer_id"][0], columns["invoice_id"][0]
