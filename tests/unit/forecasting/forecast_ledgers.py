"""Made-up ledgers with known habits, for the tests of this room."""

import numpy as np

from hub.forecasting.days import NEVER
from hub.forecasting.frame import LedgerFrame

FIRST_DAY = 17_897  # a Monday, 2019-01-01 less a day


def made_up_ledger(*, customers: int = 30, days: int = 300, per_day: float = 6.0, seed: int = 0) -> LedgerFrame:
    """Each customer has its own usual delay and pays on weekdays only; what was due lately is still open."""
    rng = np.random.default_rng(seed)
    count = int(days * per_day)
    customer = rng.integers(0, customers, count)
    issued = FIRST_DAY + np.sort(rng.integers(0, days, count))
    due = issued + np.where(customer % 2 == 0, 14, 30)
    habit = rng.normal(3, 8, customers)
    paid = np.maximum(due + np.rint(rng.normal(habit[customer], 2.0)).astype(int), issued + 1)
    paid += np.where((paid + 3) % 7 == 5, 2, np.where((paid + 3) % 7 == 6, 1, 0))
    today = FIRST_DAY + days
    settled = np.flatnonzero(paid <= today)
    amount = np.round(rng.lognormal(7, 1, count), 2)
    # Every seventh invoice had a third paid a week ahead of the rest.
    early = settled[settled % 7 == 0]
    share = np.where(np.isin(settled, early), 2 / 3, 1.0)
    return LedgerFrame.from_columns(
        day=NEVER,
        invoice_id=[f"I{row}" for row in range(count)],
        number=[f"{row:05}" for row in range(count)],
        customer=customer,
        customer_id=[f"C{row}" for row in range(customers)],
        customer_name=[f"Customer {row}" for row in range(customers)],
        country=["DE" if row % 3 == 0 else "" for row in range(customers)],
        currency=np.where(customer % 5 == 0, "EUR", "USD"),
        issued=issued,
        due=due,
        amount=amount,
        status=["open"] * count,
        terms=[""] * count,
        disputed=[False] * count,
        electronic=np.where(customer % 4 == 0, np.nan, (issued + customer) % 2),
        settled_row=np.concatenate([settled, early]),
        settled_kind=["payment"] * (len(settled) + len(early)),
        settled_amount=np.concatenate([share * amount[settled], amount[early] / 3]),
        applied=np.concatenate([paid[settled], np.maximum(paid[early] - 7, issued[early])]),
        reversed_=[NEVER] * (len(settled) + len(early)),
    )
