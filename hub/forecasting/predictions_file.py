"""The predictions file: one row per forecast invoice, for spreadsheets and scripts."""

import csv
from collections.abc import Sequence
from pathlib import Path

from hub.forecasting.days import to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.results import Forecasts, Reason
from hub.http.spreadsheets import safe_cell

COLUMNS = (
    "invoice_id",
    "customer_id",
    "customer_name",
    "amount",
    "open_amount",
    "currency",
    "issue_date",
    "due_date",
    "p_paid_by_due",
    "p_late30",
    "expected_date",
    "p10_date",
    "p50_date",
    "p90_date",
    "risk_level",
    "model",
    "top_reasons",
)


def write_predictions(
    path: Path, frame: LedgerFrame, forecasts: Forecasts, model: str, reasons: Sequence[Sequence[Reason]] | None
) -> None:
    """Write the file, whole or not at all. Amounts in each invoice's currency; `reasons` may be left out."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    levels = forecasts.risk_level
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for place, row in enumerate(forecasts.row.tolist()):
            customer = frame.customer[row]
            writer.writerow(
                (
                    safe_cell(frame.invoice_id[row]),
                    safe_cell(frame.customer_id[customer]),
                    safe_cell(frame.customer_name[customer]),
                    _plain(frame.amount[row]),
                    _plain(frame.open_amount[row]),
                    frame.currencies[frame.currency[row]],
                    to_date(frame.issued[row]),
                    to_date(frame.due[row]),
                    f"{forecasts.p_paid_by_due[place]:.4f}",
                    f"{forecasts.p_late30[place]:.4f}",
                    to_date(forecasts.expected[place]),
                    to_date(forecasts.p10[place]),
                    to_date(forecasts.p50[place]),
                    to_date(forecasts.p90[place]),
                    levels[place],
                    model,
                    "" if reasons is None else safe_cell("; ".join(reason.sentence for reason in reasons[place])),
                )
            )
    unfinished.replace(path)


def _plain(amount: float) -> str:
    """Two decimals, or as many as four where the amount has them."""
    cents = f"{amount:.2f}"
    return cents if float(cents) == round(float(amount), 4) else f"{amount:.4f}"
