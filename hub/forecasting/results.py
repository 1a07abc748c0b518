"""What forecasting hands up: forecasts, the backtest that vouches for them, expected cash, and reasons."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.curves import paid_by
from hub.forecasting.days import Days
from hub.sdk.forecaster import Curves
from hub.sdk.risk import LEVELS, RiskLevel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """How invoices are paid together: the shares of an invoice's luck that are not its own.

    `common` is everybody's (a slow month), `week` that of all that is due in the same week (a holiday), `customer` its
    customer's, `run` its payment run's. `widen` stretches the
    range of the cash around its middle by what the tenant's own past showed; `weeks` of it were looked at.
    """

    common: float = 0.2
    week: float = 0.1
    customer: float = 0.1
    run: float = 0.2
    widen: float = 1.0
    weeks: int = 0


@dataclass(frozen=True, slots=True)
class Undisputed:
    """Of invoices that are partly on hold, the other part: the `share` of what is owed, and when it will be paid.

    `at` says which forecasts those are.
    """

    at: NDArray[np.int64]
    share: Floats
    curves: Curves
    start: Days


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """One forecast per row, all of it read off one curve of when the invoice will be paid.

    `row` indexes the frame that was forecast. Days are days since 1970-01-01, none earlier than the first day on which
    the invoice can be paid, and p10 <= p50 <= p90; [p10, p90] holds the payment day in about 80 % of cases. `expected`
    is the day to plan with. `p_late30` is the probability of payment more than 30 days after due. `risk` indexes
    hub.sdk.risk.LEVELS. `as_of` is the last day whose events were known: one day for all rows, except in a rolling
    backtest, where each row was forecast on its own day. `dependence` says how invoices are paid together. Of what is
    partly on hold the forecast is when all of it is paid; cash counts the other part by `undisputed`.
    """

    model: str
    as_of: Days
    row: NDArray[np.int64]
    p_paid_by_due: Floats
    p_late30: Floats
    expected: Days
    p10: Days
    p50: Days
    p90: Days
    risk: NDArray[np.int8]
    start: Days
    curves: Curves
    dependence: Dependence = Dependence()
    undisputed: Undisputed | None = None

    def __len__(self) -> int:
        return len(self.row)

    @property
    def risk_level(self) -> list[RiskLevel]:
        """The risk level of each row in words."""
        return [LEVELS[level] for level in self.risk]

    def p_paid_by(self, day: int) -> Floats:
        """The probability that each invoice is paid by the end of `day`; 0 before it can be."""
        return paid_by(self.curves, self.start, np.full(len(self), day, dtype=np.int32))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How forecasts compared with what happened; None where it cannot be said.

    Errors and widths are in days. `weekly_cash_error` is the sum of |actual - forecast| per calendar week over the
    sum of actual. `ece` is the expected calibration error in ten bins of `p_paid_by_due`.
    """

    n: int
    mae: float
    within3: float
    auc: float | None
    brier: float | None
    ece: float | None
    coverage: float | None
    width: float | None
    weekly_cash_error: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Forecasts of about the same probability of payment by due, and the share that was so paid."""

    n: int
    p_mean: float
    share_paid: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorGroup:
    """The mean absolute error, in days, of one group of invoices beside that of the customer median."""

    label: str
    n: int
    mae: float
    mae_customer_median: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The newest part of the history, forecast from what was known before it.

    Trained on what was known at the end of `trained_until`; scored on the `model.n` later payments and open invoices
    whose answer was known by `scored_until`. `promoted` says whether `backend` beat the customer median; `why` is a
    sentence for people.
    """

    backend: str
    trained_until: date
    scored_until: date
    model: Scores
    due_date: Scores
    customer_median: Scores
    calibration: tuple[CalibrationBin, ...]
    errors: tuple[ErrorGroup, ...]
    promoted: bool
    why: str


SUMMED_WEEKS = 4
"""The calendar weeks, from that of the first day forecast, whose cash is also stated as one sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """Expected cash in each currency per period, from the first day of each to its last, both included.

    [p10, p90] holds a period's cash in 80 % of cases, p50 is exceeded in half of them. Estimates, as floats, in the
    currency's own unit; never summed across currencies.
    """

    starts: tuple[date, ...]
    ends: tuple[date, ...]
    expected: Mapping[str, Floats]
    p10: Mapping[str, Floats]
    p50: Mapping[str, Floats]
    p90: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class CashFlow:
    """Expected cash per calendar week (by its Monday) in each currency, with a range that holds it in 80 % of cases.

    `total` is (expected, p10, p90) of the first SUMMED_WEEKS together: ranges of weeks do not add up. Estimates, as
    floats, in the currency's own unit; never summed across currencies. `days` and `months` are the same cash by day
    and by calendar month: what is expected of a month is the sum of its days, its range is not.
    """

    weeks: tuple[date, ...]
    expected: Mapping[str, Floats] = field(default_factory=dict)
    p10: Mapping[str, Floats] = field(default_factory=dict)
    p90: Mapping[str, Floats] = field(default_factory=dict)
    p50: Mapping[str, Floats] = field(default_factory=dict)
    days: Receipts | None = None
    months: Receipts | None = None
    total: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    dependence: Dependence = Dependence()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that moved a forecast: `contribution` is positive towards later payment; `sentence` is for people."""

    feature: str
    contribution: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReason(Reason):
    """A reason of a day of payment: `days` is by how much it has that later than in a typical case."""

    days: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a day of payment is `days` later than a typical case's: what counts most first, `other_days` of the rest.

    The days of the reasons and `other_days` add up to `days`.
    """

    days: float
    other_days: float
    reasons: tuple[PaymentReason, ...]


def backtest_to_json(backtest: Backtest) -> dict[str, Any]:
    """The backtest as plain JSON values."""
    return asdict(backtest) | {
        "trained_until": backtest.trained_until.isoformat(),
        "scored_until": backtest.scored_until.isoformat(),
    }


def backtest_from_json(data: Mapping[str, Any]) -> Backtest:
    """What `backtest_to_json` returned."""
    scores = {name: Scores(**data[name]) for name in ("model", "due_date", "customer_median")}
    return Backtest(
        **{
            **data,
            **scores,
            "trained_until": date.fromisoformat(data["trained_until"]),
            "scored_until": date.fromisoformat(data["scored_until"]),
            "calibration": tuple(CalibrationBin(**item) for item in data["calibration"]),
            "errors": tuple(ErrorGroup(**item) for item in data["errors"]),
        }
    )
