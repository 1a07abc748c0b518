"""Columns of a made-up ledger of any size: customers with habits of their own, two years, the newest part open."""

from typing import Any

import numpy as np

from hub.forecasting.days import NEVER

TODAY = 20_000
"""2024-10-04, the day on which the ledger is looked at."""
DAYS = 730


def make_columns(rows: int, *, seed: int = 0) -> dict[str, Any]:
    """What `LedgerFrame.from_columns` takes, 40 invoices to a customer."""
    rng = np.random.default_rng(seed)
    customers = max(1, rows // 40)
    customer = rng.integers(0, customers, rows)
    issued = TODAY - DAYS + np.sort(rng.integers(0, DAYS, rows))
    due = issued + 30
    habit = rng.normal(2, 8, customers)
    paid = np.maximum(due + np.rint(rng.normal(habit[customer], 4)).astype(int), issued + 1)
    amount = np.round(rng.lognormal(7, 1, rows), 2)
    settled = np.flatnonzero(paid <= TODAY)
    return {
        "invoice_id": [f"{row:08}" for row in range(rows)],
        "number": [f"INV-{row:08}" for row in range(rows)],
        "customer": customer,
        "customer_id": [f"C{row:06}" for row in range(customers)],
        "customer_name": [f"Customer {row}" for row in range(customers)],
        "currency": ["USD"] * rows,
        "issued": issued,
        "due": due,
        "amount": amount,
        "status": ["open"] * rows,
        "terms": ["Net 30"] * rows,
        "disputed": np.zeros(rows, dtype=bool),
        "settled_row": settled,
        "settled_kind": ["payment"] * len(settled),
        "settled_amount": amount[settled],
        "applied": paid[settled],
        "reversed_": np.full(len(settled), NEVER),
    }
