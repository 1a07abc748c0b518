"""Expected cash per week, with a range: customers pay in batches, so their invoices are drawn together."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import monday_of, to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.results import SUMMED_WEEKS, CashFlow, Forecasts

SHARED = 0.5
"""How much the invoices of one customer move together: the correlation of their draws."""
_NORMAL_STEPS = 2049


def weekly_cash(frame: LedgerFrame, forecasts: Forecasts, *, weeks: int, draws: int, seed: int = 0) -> CashFlow:
    """Cash of what is open, for `weeks` calendar weeks from that of the first day forecast, per currency."""
    if len(forecasts) == 0:
        return CashFlow(weeks=())
    known = frame.as_of(int(forecasts.as_of.max()), include_upcoming=True)
    monday = int(monday_of(forecasts.as_of.min() + 1))
    paid_by = np.stack([forecasts.p_paid_by(monday + 7 * k - 1) for k in range(weeks + 1)], axis=1)
    amount, currency = known.open_amount[forecasts.row], frame.currency[forecasts.row]
    simulated = _simulate(paid_by, amount, currency, frame.customer[forecasts.row], draws, seed)
    codes = np.unique(currency)
    expected = {
        frame.currencies[code]: (np.diff(paid_by[currency == code], axis=1) * amount[currency == code, None]).sum(
            axis=0
        )
        for code in codes
    }
    low, high = np.quantile(simulated, (0.1, 0.9), axis=0)
    low_sum, high_sum = np.quantile(simulated[:, :, :SUMMED_WEEKS].sum(axis=2), (0.1, 0.9), axis=0)
    return CashFlow(
        weeks=tuple(to_date(monday) + timedelta(weeks=k) for k in range(weeks)),
        expected=expected,
        p10={frame.currencies[code]: low[code] for code in codes},
        p90={frame.currencies[code]: high[code] for code in codes},
        total={
            frame.currencies[code]: (
                float(expected[frame.currencies[code]][:SUMMED_WEEKS].sum()),
                float(low_sum[code]),
                float(high_sum[code]),
            )
            for code in codes
        },
    )


def _simulate(
    paid_by: NDArray[np.float64],
    amount: NDArray[np.float64],
    currency: NDArray[np.int16],
    customer: NDArray[np.int32],
    draws: int,
    seed: int,
) -> NDArray[np.float64]:
    """Cash per draw, currency and week, when each invoice's luck is shared in part with its customer's others."""
    rng = np.random.default_rng(seed)
    currencies, weeks = int(currency.max()) + 1, paid_by.shape[1] - 1
    _, owner = np.unique(customer, return_inverse=True)
    # The share of normal luck below each step, by which a sum of normal draws becomes an even one.
    steps = np.linspace(-4.5, 4.5, _NORMAL_STEPS)
    even = np.cumsum(np.exp(-(steps**2) / 2))
    even /= even[-1]
    cash = np.empty((draws, currencies, weeks))
    for draw in range(draws):
        luck = np.sqrt(SHARED) * rng.standard_normal(owner.max() + 1)[owner]
        luck += np.sqrt(1 - SHARED) * rng.standard_normal(len(owner))
        at = even[np.clip(np.rint((luck + 4.5) / 9 * (_NORMAL_STEPS - 1)), 0, _NORMAL_STEPS - 1).astype(int)]
        week = (paid_by < at[:, None]).sum(axis=1) - 1
        inside = (week >= 0) & (week < weeks)
        cell = currency[inside] * weeks + week[inside]
        cash[draw] = np.bincount(cell, weights=amount[inside], minlength=currencies * weeks).reshape(currencies, weeks)
    return cash
