"""Customers as they were known at the end of a day: the one code path for training, backtest and scoring.

The frame is cut at the day before anything is looked at, so nothing that was set against an invoice later can enter.
Amounts are compared within one currency only; of a customer with several the worst one counts.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import NEVER, Days
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.sdk.risk import HORIZON_DAYS, Snapshots

Floats = NDArray[np.float64]

ACTIVE_DAYS = 180
"""A customer is looked at while it owes anything, and for so long after its last invoice."""
MOST_DAYS_OVERDUE = 365
INDUSTRY_SHRINK = 20.0

OF_PAYMENTS = (
    "familiarity",
    "delay_median",
    "delay_p90",
    "delay_mean",
    "delay_spread",
    "delay_last3",
    "delay_last10",
    "delay_trend",
    "late_share",
    "late_share_recent",
    "payment_gap",
    "payment_gap_mean",
    "invoices_per_run",
    "open_overdue_share",
    "open_overdue_long_share",
)
"""Features of the customer's payments, taken as hub/forecasting/features.py builds them for invoices."""
OF_BALANCES = (
    "overdue_amount_share",
    "late30_amount_share",
    "overdue_weighted_days",
    "oldest_overdue",
    "due_soon_share",
    "open_count_log",
    "largest_share",
    "partial_share",
    "open_vs_usual",
    "billing_gap",
    "own_late30_share",
    "own_late60_share",
    "worst_delay_180",
    "terms_days",
)
OF_MASTER_DATA = ("credit_score", "credit_limit_use", "industry_late_share")
NAMES = (*OF_PAYMENTS, *OF_BALANCES, *OF_MASTER_DATA)


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterData:
    """What the source says of the credit of the frame's customers, a row each; NaN where it says nothing.

    It counts from `known_from` on only: a score that was lowered after a customer failed must not explain the failure.
    """

    credit_score: Floats
    credit_limit: Floats
    known_from: Days


def take_snapshots(frame: LedgerFrame, day: int, master: MasterData | None = None) -> Snapshots:
    """Every customer that owes something at the end of `day`, or was billed in the ACTIVE_DAYS before, by position."""
    known = frame.as_of(day)
    count = len(known.customer_id)
    newest = np.full(count, -NEVER, dtype=np.int64)
    np.maximum.at(newest, known.customer, known.issued)
    owes = np.bincount(known.customer[known.is_open], minlength=count) > 0
    customers = np.flatnonzero(owes | (newest > day - ACTIVE_DAYS)).astype(np.int32)
    if len(customers) == 0:
        nobody = np.zeros(0, dtype=np.int32)
        return Snapshots(names=NAMES, values=np.zeros((0, len(NAMES)), np.float32), customer=nobody, day=nobody)
    columns = {
        **_of_payments(known, day, customers),
        **{name: values[customers] for name, values in _of_balances(known, day, newest).items()},
        **{name: values[customers] for name, values in _of_master_data(known, day, master).items()},
    }
    return Snapshots(
        names=NAMES,
        values=np.stack([columns[name] for name in NAMES], axis=1).astype(np.float32),
        customer=customers,
        day=np.full(len(customers), day, dtype=np.int32),
    )


def join(parts: list[Snapshots]) -> Snapshots:
    """Snapshots of several days as one."""
    names = ("values", "customer", "day")
    return Snapshots(
        names=parts[0].names, **{name: np.concatenate([getattr(p, name) for p in parts]) for name in names}
    )


def _of_payments(known: LedgerFrame, day: int, customers: NDArray[np.int32]) -> dict[str, NDArray[np.generic]]:
    any_row = np.zeros(len(known.customer_id), dtype=np.int64)
    any_row[known.customer] = np.arange(len(known))
    rows = any_row[customers]
    cases = build_cases(History(known), rows, np.full(len(rows), day + 1, dtype=np.int32))
    return {name: cases.column(name) for name in OF_PAYMENTS}


def _of_balances(known: LedgerFrame, day: int, newest: NDArray[np.int64]) -> dict[str, Floats]:
    """Per customer of the frame: what it owes, for how long, and how late it has been."""
    count, currencies = len(known.customer_id), max(len(known.currencies), 1)
    purse = known.customer.astype(np.int64) * currencies + known.currency  # what one customer owes in one currency

    def total(rows: NDArray[np.bool_], weight: Floats) -> Floats:
        return np.bincount(purse[rows], weights=weight[rows], minlength=count * currencies).astype(np.float64)

    def worst(values: Floats) -> Floats:
        most: Floats = values.reshape(count, currencies).max(axis=1)
        return most

    def number(rows: NDArray[np.bool_], weight: Floats | None = None) -> Floats:
        weights = None if weight is None else weight[rows]
        return np.bincount(known.customer[rows], weights=weights, minlength=count).astype(np.float64)

    is_open, amount = known.is_open, known.open_amount
    overdue = (day - known.due).astype(np.float64)
    owed, late, late30 = (total(is_open & (overdue > least), amount) for least in (-NEVER, 0, 30))
    soon = total(is_open & (overdue >= -HORIZON_DAYS), amount)
    largest = np.zeros(count * currencies)
    np.maximum.at(largest, purse[is_open], amount[is_open])
    oldest = np.zeros(count)
    np.maximum.at(oldest, known.customer[is_open], np.clip(overdue[is_open], 0, MOST_DAYS_OVERDUE))
    weighted = total(is_open, amount * np.clip(overdue, 0, MOST_DAYS_OVERDUE))
    billed = total(known.issued > day - ACTIVE_DAYS, known.amount)

    # How late each invoice was, or is by now; those not yet so old that it could be told are left out.
    lateness = (np.minimum(known.closed, day + 1) - known.due).astype(np.float64)
    counted = known.amount > 0
    shares = {}
    for term in (30, 60):
        old_enough = counted & (known.due + term <= day)
        n, so_late = number(old_enough), number(old_enough & (lateness > term))
        shares[term] = (so_late + 2.0 * so_late.sum() / max(n.sum(), 1.0)) / (n + 2.0)
    recent = counted & (np.minimum(known.closed, day) > day - ACTIVE_DAYS) & (known.due <= day)
    worst_delay = np.zeros(count)
    np.maximum.at(worst_delay, known.customer[recent], np.clip(lateness[recent], 0, ACTIVE_DAYS))
    n_all = number(counted)
    return {
        "overdue_amount_share": worst(_ratio(late, owed)),
        "late30_amount_share": worst(_ratio(late30, soon)),
        "overdue_weighted_days": worst(_ratio(weighted, owed)),
        "oldest_overdue": oldest,
        "due_soon_share": worst(_ratio(soon, owed)),
        "open_count_log": np.log1p(number(is_open)),
        "largest_share": worst(_ratio(largest, owed)),
        "partial_share": _ratio(number(is_open & (amount < 0.99 * known.amount)), number(is_open)),
        "open_vs_usual": worst(np.log1p(owed) - np.log1p(billed * 30.0 / ACTIVE_DAYS)),
        "billing_gap": np.minimum(day - newest, MOST_DAYS_OVERDUE).astype(np.float64),
        "own_late30_share": shares[30],
        "own_late60_share": shares[60],
        "worst_delay_180": worst_delay,
        "terms_days": np.where(
            n_all > 0, _ratio(number(counted, (known.due - known.issued).astype(np.float64)), n_all), np.nan
        ),
    }


def _of_master_data(known: LedgerFrame, day: int, master: MasterData | None) -> dict[str, Floats]:
    count = len(known.customer_id)
    industry_late_share = _of_industry(known, day)
    if master is None:
        unknown = np.full(count, np.nan)
        return {"credit_score": unknown, "credit_limit_use": unknown, "industry_late_share": industry_late_share}
    told = master.known_from <= day
    # In whatever currency the source states it: the first one the customer owes in is the best guess there is.
    owed = np.bincount(known.customer, weights=known.open_amount, minlength=count)
    limit = np.where(told & (master.credit_limit > 0), master.credit_limit, np.nan)
    return {
        "credit_score": np.where(told, master.credit_score, np.nan),
        "credit_limit_use": np.minimum(owed / limit, 5.0),
        "industry_late_share": industry_late_share,
    }


def _of_industry(known: LedgerFrame, day: int) -> Floats:
    """The share of old enough invoices of the *other* customers of an industry that went 30 days late, shrunk."""
    names, of = np.unique(known.industry.astype(str), return_inverse=True)
    count = len(known.customer_id)
    old = (known.amount > 0) & (known.due + 30 <= day)
    late = old & (np.minimum(known.closed, day + 1) - known.due > 30)
    own_n, own_late = (np.bincount(known.customer[rows], minlength=count) for rows in (old, late))
    n, so_late = (np.bincount(of, weights=own, minlength=len(names))[of] - own for own in (own_n, own_late))
    base = own_late.sum() / max(own_n.sum(), 1)
    return np.where(names[of] == "", np.nan, (so_late + INDUSTRY_SHRINK * base) / (n + INDUSTRY_SHRINK))


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
