"""All customers assessed: how likely they go late, what that may cost, and what contact is worth. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub.forecasting.days import NEVER, to_date
from hub.forecasting.exchange import home_rates
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.results import Forecasts, Reason
from hub.forecasting.risk_contact import NextStep, Segment, Standing, next_step, segment, value
from hub.forecasting.risk_loss import LossGivenDefault, expected_loss
from hub.forecasting.risk_model import RiskModel
from hub.forecasting.risk_reasons import explain_risk
from hub.forecasting.risk_snapshots import MasterData, take_snapshots
from hub.sdk.risk import RiskLevel, Snapshots

Floats = NDArray[np.float64]

EXPLAINED = 1000
"""Customers of an assessment whose reasons are kept: those with the most at risk, whom people look at first."""
MONTH = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What covers open invoices: `cash` and `credit` that were received and are not yet set against one, by customer id
    and currency.
    """

    cash: Mapping[tuple[Any, str], float]
    credit: Mapping[tuple[Any, str], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """One customer's money in one currency. `promised` is for a day to come.

    `free` is what is open and neither disputed, promised nor covered by cash or credit; `overdue` the part of it past
    due. `delayed` is the expected delayed cash: money times thirty-day months still to wait beyond due; `late30` is
    expected to go over 30 days late, `loss` never to be paid.
    """

    currency: str
    open: float
    disputed: float
    cash: float
    credit: float
    free: float
    overdue: float
    delayed: float
    late30: float
    loss: float
    promised: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One customer. `p` are the probabilities by LATE_DAYS; `loss` and `contact_value` are in home currency."""

    customer_id: Any
    level: RiskLevel
    p: tuple[float, float, float]
    amounts: tuple[Amounts, ...]
    reasons: list[Reason] | None
    loss: float
    contact_value: float
    oldest_due_on: date | None
    segment: Segment
    next_step: NextStep
    why: str
    is_listed: bool


def assess(
    model: RiskModel,
    lgd: LossGivenDefault,
    frame: LedgerFrame,
    forecasts: Forecasts,
    holdings: Holdings,
    master: MasterData | None = None,
) -> list[Assessment]:
    """Every customer that owes something on the frame's day or was billed of late, by the frame's customers.

    `forecasts` are those of the open invoices of the frame, made on its day.
    """
    snapshots = take_snapshots(frame, frame.day, master)
    p = model.predict(snapshots)
    book = _Book(frame, forecasts, holdings)
    levels = model.level(p)
    exposure = book.at_home["open"]
    worst = np.argsort(-(p[:, 0] * exposure[snapshots.customer] + p[:, 0] * 1e-6), kind="stable")[:EXPLAINED]
    chosen = np.zeros(len(snapshots), dtype=bool)
    chosen[worst] = True
    reasons = dict(
        zip(np.flatnonzero(chosen).tolist(), explain_risk(model.fitted, snapshots.take(chosen)), strict=True)
    )
    payments = _payments(snapshots)
    found = []
    for row, customer in enumerate(snapshots.customer.tolist()):
        p_row = (float(p[row, 0]), float(p[row, 1]), float(p[row, 2]))
        amounts = book.amounts(customer, p_row, model.severity, lgd.share)
        standing = book.standing(customer, p_row, levels[row], int(payments[row]))
        step, why = next_step(standing)
        worth = value(standing)
        held = standing.disputed > 0 or standing.promised > 0 or standing.covered > 0
        found.append(
            Assessment(
                customer_id=frame.customer_id[customer],
                level=levels[row],
                p=p_row,
                amounts=amounts,
                reasons=reasons.get(row),
                loss=expected_loss(float(exposure[customer]), p_row[2], model.severity[2], lgd.share),
                contact_value=worth,
                oldest_due_on=book.oldest_due_on(customer),
                segment=segment(standing),
                next_step=step,
                why=why,
                is_listed=worth >= 0.005 or (held and book.is_overdue[customer]) or step == "escalate",
            )
        )
    return found


def _payments(snapshots: Snapshots) -> NDArray[np.int64]:
    share = np.minimum(snapshots.column("familiarity").astype(np.float64), 0.99999)  # payments / (payments + 10)
    payments: NDArray[np.int64] = np.rint(10 * share / (1 - share)).astype(np.int64)
    return payments


class _Book:
    """Sums of the open invoices by customer, and by customer and currency."""

    def __init__(self, frame: LedgerFrame, forecasts: Forecasts, holdings: Holdings) -> None:
        rows = forecasts.row
        self.count, self.currencies = len(frame.customer_id), max(len(frame.currencies), 1)
        self.names = frame.currencies
        customer = frame.customer[rows].astype(np.int64)
        purse = customer * self.currencies + frame.currency[rows]
        amount, due = frame.open_amount[rows], frame.due[rows]
        # What the source calls disputed is so as a whole; a hold may be on a part.
        tomorrow = np.full(len(rows), frame.day + 1, dtype=np.int32)
        _, held = frame.holds.known(rows, tomorrow, amount)
        disputed = amount * np.where(frame.disputed[rows], 1.0, held)
        promised = np.minimum(amount * frame.promises.open_share(rows, tomorrow, amount), amount - disputed)
        rate = home_rates(frame)[rows]
        self.cash, self.credit = (self._per_purse(frame, each) for each in (holdings.cash, holdings.credit))
        free = _uncovered(purse, due, amount - disputed - promised, self.cash + self.credit)
        late_by = np.maximum(forecasts.expected - np.maximum(due, frame.day), 0)
        overdue = due < frame.day
        of_invoice = {
            "open": amount,
            "disputed": disputed,
            "promised": promised,
            "free": free,
            "overdue": np.where(overdue, free, 0.0),
            "delayed": free * late_by / MONTH,
        }
        self.by_purse = {name: self._sum(purse, each, self.currencies) for name, each in of_invoice.items()}
        self.at_home = {name: self._sum(customer, each * rate) for name, each in of_invoice.items()}
        is_free = free > 0
        self.broken = frame.promises.broken_lately(frame.customer, frame.is_open, frame.day)
        self.late_invoices = self._sum(customer, (is_free & overdue).astype(np.float64))
        self.is_overdue = self._sum(customer, overdue.astype(np.float64)) > 0
        self.oldest, self.late_by = np.zeros(self.count, dtype=np.int64), np.zeros(self.count, dtype=np.int64)
        np.maximum.at(self.oldest, customer[is_free], np.maximum(frame.day - due[is_free], 0))
        np.maximum.at(self.late_by, customer[is_free], late_by[is_free])
        self.first_due = np.full(self.count, NEVER, dtype=np.int64)
        np.minimum.at(self.first_due, customer, due)

    def amounts(
        self, customer: int, p: tuple[float, float, float], severity: tuple[float, ...], lgd: float
    ) -> tuple[Amounts, ...]:
        """A currency to an entry, as far as anything is open or held in it."""
        found = []
        for code, currency in enumerate(self.names):
            at = customer * self.currencies + code
            sums = {name: float(each[at]) for name, each in self.by_purse.items()}
            cash, credit = float(self.cash[at]), float(self.credit[at])
            if sums["open"] > 0 or cash > 0 or credit > 0:
                late30 = sums["open"] * p[0] * severity[0]
                loss = expected_loss(sums["open"], p[2], severity[2], lgd)
                found.append(Amounts(currency=currency, cash=cash, credit=credit, late30=late30, loss=loss, **sums))
        return tuple(found)

    def standing(self, customer: int, p: tuple[float, float, float], level: RiskLevel, payments: int) -> Standing:
        """What the choice of the next step depends on."""
        purses = slice(customer * self.currencies, (customer + 1) * self.currencies)
        home = {name: float(each[customer]) for name, each in self.at_home.items()}
        return Standing(
            p_late30=p[0],
            p_late60=p[1],
            p_late90=p[2],
            level=level,
            payments=payments,
            overdue_invoices=int(self.late_invoices[customer]),
            broken=int(self.broken[customer]) if customer < len(self.broken) else 0,
            oldest=int(self.oldest[customer]),
            late_by=int(self.late_by[customer]),
            covered=float((self.cash + self.credit)[purses].sum()) if home["open"] > 0 else 0.0,
            **home,
        )

    def oldest_due_on(self, customer: int) -> date | None:
        """The due date of its oldest open invoice."""
        day = int(self.first_due[customer])
        return None if day == NEVER else to_date(day)

    def _sum(self, of: NDArray[np.int64], weight: Floats, width: int = 1) -> Floats:
        return np.bincount(of, weights=weight, minlength=self.count * width).astype(np.float64)

    def _per_purse(self, frame: LedgerFrame, held: Mapping[tuple[Any, str], float]) -> Floats:
        found = np.zeros(self.count * self.currencies)
        if held:
            row_of = {each: row for row, each in enumerate(frame.customer_id.tolist())}
            code_of = {currency: code for code, currency in enumerate(frame.currencies)}
            for (customer, currency), amount in held.items():
                if customer in row_of and currency in code_of:
                    found[row_of[customer] * self.currencies + code_of[currency]] += amount
        return found


def _uncovered(purse: NDArray[np.int64], due: NDArray[np.int32], amount: Floats, covered: Floats) -> Floats:
    """What of each amount is left when what is `covered` per purse pays the oldest first."""
    order = np.lexsort((due, purse))
    sums = np.cumsum(amount[order])
    first = np.searchsorted(purse[order], purse[order])
    before = np.concatenate([[0.0], sums])[first]
    left = np.empty_like(amount)
    left[order] = np.clip(sums - before - covered[purse[order]], 0.0, amount[order])
    left[left < 0.005] = 0.0
    return left
