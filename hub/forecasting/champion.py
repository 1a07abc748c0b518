"""Forecasting a tenant's whole open book: from its ledger to the predictions in its tables."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from hub.forecasting import engine
from hub.forecasting.book import make_book
from hub.forecasting.book_store import save_book
from hub.forecasting.days import to_date, to_day
from hub.forecasting.exchange import comparable
from hub.forecasting.explainer import pack_explained
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.holds import Holds, on_hold
from hub.forecasting.known_cases import with_promises
from hub.forecasting.models import forecast_runs
from hub.forecasting.new_business import new_business
from hub.forecasting.promises import Promises
from hub.forecasting.results import CashFlow, Forecasts, Reason, Receipts
from hub.ledger.columns import read_columns
from hub.storage.session import driver

EXPLAINED = 500
"""Invoices of a run whose reasons are kept: they cost some 7 ms each, and a person looks at the worst first."""
CASH_WEEKS = 26

Progress = Callable[[float, str], None]


def load_frame(session: Session, as_of: date) -> LedgerFrame:
    """The tenant's ledger as arrays, as the books state it at the end of `as_of`."""
    ledger = read_columns(session)
    return LedgerFrame.from_columns(
        day=to_day(as_of),
        holds=Holds.of_columns(**ledger.holds),
        promises=Promises.of_columns(**ledger.promises),
        **ledger.customers,
        **ledger.invoices,
        **ledger.allocations,
    )


def compute(
    model: engine.TrainedModel, frame: LedgerFrame, as_of: date, progress: Progress
) -> tuple[Forecasts, CashFlow, dict[int, list[Reason]]]:
    """Forecasts of the open book, the cash they bring, and by position the reasons of those most worth a look."""
    forecasts = engine.forecast(model, frame, as_of, progress=lambda share, words: progress(share * 0.6, words))
    progress(0.6, "Adding up the expected cash")
    cash = engine.cash_flow(frame, forecasts, weeks=CASH_WEEKS)
    progress(0.8, "Finding the reasons")
    worst = np.argsort(-forecasts.p_late30 * comparable(frame, forecasts.row), kind="stable")[:EXPLAINED]
    reasons = engine.explain(model, frame, as_of, forecasts.row[worst]) if len(worst) else []
    return forecasts, cash, dict(zip(worst.tolist(), reasons, strict=True))


def save_run(
    session: Session,
    model_id: UUID,
    frame: LedgerFrame,
    as_of: date,
    made_at: datetime,
    found: tuple[Forecasts, CashFlow, dict[int, list[Reason]]],
) -> int:
    """Append the predictions of one run, which is current from the commit on; returns how many there are."""
    forecasts, cash, reasons = found
    run_id = session.execute(
        insert(forecast_runs)
        .values(
            model_id=model_id,
            as_of=as_of,
            made_at=made_at,
            predictions=len(forecasts),
            cash_flow=_cash_flow_json(cash) | {"new_business": _new_business_json(frame, cash)},
        )
        .returning(forecast_runs.c.id)
    ).scalar_one()
    write_predictions(session, run_id, frame, forecasts, reasons)
    history = History(frame.as_of(to_day(as_of), include_upcoming=True))

    def cases_of(rows: NDArray[np.int64], ids: bytes) -> bytes:
        cases = build_cases(history, forecasts.row[rows], forecasts.as_of[rows] + 1)
        held = on_hold(cases, forecasts.start[rows] - 1)
        return pack_explained(ids, with_promises(history.frame, forecasts.row[rows], held))

    save_book(session, run_id, make_book(frame, forecasts), cases_of)
    return len(forecasts)


def write_predictions(
    session: Session, run_id: int, frame: LedgerFrame, forecasts: Forecasts, reasons: dict[int, list[Reason]]
) -> None:
    """COPY the predictions of a run into the tenant's table."""
    days = np.unique(np.concatenate([forecasts.expected, forecasts.p10, forecasts.p50, forecasts.p90]))
    on = dict(zip(days.tolist(), map(to_date, days.tolist()), strict=True))
    why = {row: [asdict(reason) for reason in found] for row, found in reasons.items()}
    columns = zip(
        frame.invoice_id[forecasts.row].tolist(),
        forecasts.p_paid_by_due.tolist(),
        forecasts.p_late30.tolist(),
        forecasts.expected.tolist(),
        forecasts.p10.tolist(),
        forecasts.p50.tolist(),
        forecasts.p90.tolist(),
        forecasts.risk_level,
        strict=True,
    )
    statement = (
        "copy predictions (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on, p90_on,"
        " risk_level, reasons) from stdin (format binary)"
    )
    with driver(session).cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(["int8", "uuid", "float8", "float8", "date", "date", "date", "date", "varchar", "jsonb"])
        for row, (invoice, p_due, p_late, expected, low, middle, high, level) in enumerate(columns):
            copy.write_row(
                (run_id, invoice, p_due, p_late, on[expected], on[low], on[middle], on[high], level, why.get(row))
            )


def _cash_flow_json(cash: CashFlow) -> dict[str, Any]:
    return {
        "weeks": [week.isoformat() for week in cash.weeks],
        "total": {currency: [round(value, 2) for value in values] for currency, values in cash.total.items()},
        **{
            name: {currency: np.round(values, 2).tolist() for currency, values in getattr(cash, name).items()}
            for name in ("expected", "p10", "p50", "p90")
        },
        "days": _receipts_json(cash.days),
        "months": _receipts_json(cash.months),
        "dependence": asdict(cash.dependence),
    }


def _new_business_json(frame: LedgerFrame, cash: CashFlow) -> dict[str, Any]:
    spans = {"weeks": (cash.weeks, tuple(week + timedelta(days=6) for week in cash.weeks))}
    spans |= {
        name: (each.starts, each.ends)
        for name, each in (("days", cash.days), ("months", cash.months))
        if each is not None
    }
    found = {name: new_business(frame, starts, ends) for name, (starts, ends) in spans.items()}
    return {
        name: {
            figure: {
                currency: [None if np.isnan(value) else round(value, 2) for value in values.tolist()]
                for currency, values in getattr(each, figure).items()
            }
            for figure in ("expected", "p10", "p90")
        }
        for name, each in found.items()
    }


def _receipts_json(receipts: Receipts | None) -> dict[str, Any] | None:
    if receipts is None:
        return None
    return {
        "starts": [day.isoformat() for day in receipts.starts],
        "ends": [day.isoformat() for day in receipts.ends],
        **{
            name: {currency: np.round(values, 2).tolist() for currency, values in getattr(receipts, name).items()}
            for name in ("expected", "p10", "p50", "p90")
        },
    }
