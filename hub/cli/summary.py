"""A tenant's receivables on one screen: open, overdue, the cash to expect, and the invoices to look at first."""

import sys
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

from hub.cli.terminal import shown
from hub.forecasting import service as forecasting
from hub.insights import service as insights
from hub.storage.session import Storage

RISKIEST = 10
WIDE = 150


def print_summary(storage: Storage, tenant: str, console: Console | None = None) -> None:
    """Print what the newest forecast says of a tenant's open invoices; nothing where there is none yet."""
    with storage.tenant(tenant) as session:
        run = forecasting.current_run(session)
        if run is None:
            return
        books = insights.summary(session, run["as_of"])
        cash = forecasting.cash_flow(session, weeks=4)
        riskiest = forecasting.riskiest(session, RISKIEST)
    # Not on a terminal nobody wraps lines for us, and a table as wide as a page says more than one of 80 columns.
    console = console or Console(width=None if sys.stdout.isatty() else WIDE)
    console.print(f"Receivables as of {run['as_of']}, {run['predictions']:,} open invoices forecast by {run['model']}")
    for one in books.currencies:
        console.print(f"  {one.currency}  open {one.open:,.2f}, overdue {one.overdue:,.2f}")
    if cash:
        _print_cash(console, cash)
    console.print(_riskiest_table(riskiest))


def _print_cash(console: Console, cash: dict[str, Any]) -> None:
    for currency, found in cash["currencies"].items():
        weeks = found["forecast"]
        until = date.fromisoformat(weeks[-1]["week"]) + timedelta(days=6)
        low, expected, high = (Decimal(found["four_weeks"][name]) for name in ("p10", "expected", "p90"))
        console.print(
            f"  {currency}  expected by {until} {expected:,.0f}; four times in five between {low:,.0f} and {high:,.0f}",
        )
        for week in weeks:
            low, expected, high = (Decimal(week[name]) for name in ("p10", "expected", "p90"))
            console.print(f"       week of {week['week']} {expected:>12,.0f}  ({low:,.0f} to {high:,.0f})")


def _riskiest_table(rows: list[dict[str, Any]]) -> Table:
    table = Table("invoice", "customer", "open", "due", "expected", "30+ days late", "why", title_justify="left")
    table.title = f"The {len(rows)} riskiest invoices"
    for row in rows:
        table.add_row(
            shown(row["number"]),
            shown(row["customer_name"] or ""),
            f"{row['balance']:,.2f} {row['currency']}",
            str(row["due_on"]),
            str(row["expected_on"]),
            f"{row['p_late30']:.0%}",
            shown(row["reasons"][0]["sentence"]) if row["reasons"] else "",
        )
    return table
