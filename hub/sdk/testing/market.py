"""Whom the simulated company sells to: its customers, their habits, what they buy, and who is picked by chance."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hub.sdk.testing.bookkeeping import Bookkeeping
from hub.sdk.testing.currencies import minor_units, rounded
from hub.sdk.testing.entries import Document, Party
from hub.sdk.testing.names import names

TRIES = 14  # customers looked at before an event that needs a certain kind of customer waits for tomorrow

_TERMS = (7, 10, 14, 30, 30, 30, 45, 60)


@dataclass(frozen=True, slots=True)
class Habit:
    """How a customer buys and pays: by how many days late, and on which weekday (None: on any business day)."""

    size: float
    late_days: float
    spread: float
    runs_on: int | None


class Market:
    """The customers that are dealt with, and the one source of chance for all that the company does by itself."""

    def __init__(self, books: Bookkeeping, seed: int, currencies: Sequence[str]) -> None:
        self.books = books
        self.currencies = tuple(currencies)
        self.chance = random.Random(f"{seed} life")  # noqa: S311 - a simulation, reproducible on purpose
        self.names = names(seed)
        self.customers: list[int] = []
        self.twins: list[tuple[int, int, date]] = []  # a customer entered twice: the second entry, the first, since
        self._seed = seed
        self._habits: dict[int, Habit] = {}

    def new_customer(self, currency: str | None = None) -> Party:
        """Somebody comes; most have the home currency."""
        home = self.books.home_currency
        if currency is None:
            currency = home if self.chance.random() < 0.78 else self.chance.choice(self.currencies)
        party = self.books.add_customer(next(self.names), currency, terms_days=self.chance.choice(_TERMS), email=None)
        if self.chance.random() < 0.85:
            party.email = f"ar@customer{party.id}.example"
        self.customers.append(party.id)
        return party

    def habit(self, party: int) -> Habit:
        """A customer's habits, which stay the same."""
        if party not in self._habits:
            own = random.Random(f"{self._seed} habit {party}")  # noqa: S311 - a simulation, reproducible on purpose
            self._habits[party] = Habit(
                size=own.lognormvariate(6.8, 0.8),
                late_days=own.gauss(4, 8),
                spread=1 + own.random() * 8,
                runs_on=own.randrange(5) if own.random() < 0.5 else None,
            )
        return self._habits[party]

    def total(self, party: Party) -> Decimal:
        """What an invoice to this customer may come to."""
        worth = self.habit(party.id).size * self.chance.lognormvariate(0, 0.6)
        amount = Decimal(int(worth * 100)) / 100 / self.books.rates[party.currency, self.books.today]
        return max(rounded(amount, party.currency), least(party.currency) * 10)

    def any_customer(self) -> Party:
        """One that is active; the first ones buy more."""
        while True:
            at = self.chance.random()
            party = self.books.parties[self.customers[int(at * at * len(self.customers))]]
            if party.is_active or len(self.customers) == 1:
                return party
            self.customers.remove(party.id)

    def some_party(self, least: int) -> int | None:
        """A customer with at least so many open invoices."""
        for _ in range(TRIES):
            party = self.any_customer().id
            if len(self.books.open_invoices(party)) >= least:
                return party
        return None

    def some_open(self, *, untouched: bool = False) -> Document | None:
        """An open invoice; `untouched`: to which nothing was applied."""
        for _ in range(TRIES):
            invoices = self.books.open_invoices(self.any_customer().id)
            if untouched:
                invoices = [each for each in invoices if not self.books.applications_to(each.id)]
            if invoices:
                return self.chance.choice(invoices)
        return None

    def reference(self, kind: str | None = None) -> str:
        """What a bank statement says of a payment."""
        return f"{kind or self.chance.choice(('ACH', 'CHK', 'WIRE'))} {int(self.chance.random() * 90_000) + 10_000}"


def least(currency: str) -> Decimal:
    """The smallest amount of a currency."""
    return Decimal(1).scaleb(-minor_units(currency))


def part_of(amount: Decimal, share: float, currency: str) -> Decimal:
    """A share of an amount, but something."""
    return max(rounded(amount * int(share * 10_000) / 10_000, currency), least(currency))
