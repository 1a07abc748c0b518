"""What a reminder is expected to bring: money that comes sooner, in money times the thirty-day months gained. Pure.

Measured where enough invoices were held back by lot (uplift.py); until then assumed, and said so: the assumption is
that of the worklist, the part of the delay still expected that contact saves (hub/forecasting/risk_contact.py).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hub.forecasting.risk_contact import CONTACT_SAVES
from hub.reminders.policy import Customer, Item, p_paid_within, rounded

SOON_DAYS = 5
"""What is likely paid within so many days gains nothing by a reminder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What reminders change. `days_sooner` None: not measured, and then it is assumed."""

    days_sooner: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What a message gains in one currency: `amount` one thirty-day month sooner, or as much as that.

    `days` is by how many days the money comes sooner, weighted by amount; `basis` is measured or assumed.
    """

    currency: str
    amount: Decimal
    days: float
    basis: str

    @property
    def sentence(self) -> str:
        """The gain in words."""
        how = (
            "measured against invoices held back by lot"
            if self.basis == "measured"
            else "an assumption, until enough invoices were held back by lot to measure it"
        )
        worth = f"worth as much as {self.amount:,} {self.currency} a month sooner"
        return f"Expected {self.days:.1f} days sooner, {worth}: {how}."


def gain_of(asked: Iterable[tuple[Item, Decimal]], customer: Customer, day: date, effect: Effect) -> tuple[Gain, ...]:
    """What asking for these amounts on a day is expected to gain, by currency; nothing of what nobody has forecast."""
    money: dict[str, float] = {}
    sums: dict[str, float] = {}
    for item, amount in asked:
        days = _days_sooner(item, customer, day, effect)
        if not days:
            continue
        sums[item.currency] = sums.get(item.currency, 0.0) + float(amount)
        money[item.currency] = money.get(item.currency, 0.0) + float(amount) * days
    basis = "assumed" if effect.days_sooner is None else "measured"
    return tuple(
        Gain(
            currency=currency,
            amount=rounded(Decimal(str(money[currency] / 30)), currency),
            days=money[currency] / sums[currency],
            basis=basis,
        )
        for currency in sorted(sums)
    )


def _days_sooner(item: Item, customer: Customer, day: date, effect: Effect) -> float:
    if effect.days_sooner is not None:
        return effect.days_sooner * (1.0 - (p_paid_within(item, day, SOON_DAYS) or 0.0))
    if item.expected_on is None:
        return 0.0
    saved = CONTACT_SAVES.get(customer.segment, 0.0)  # type: ignore[call-overload]
    return float(saved * max((item.expected_on - day).days, 0))
