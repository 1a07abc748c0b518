"""How the simulated company lives: what happens on a day, and what of the odd things has its turn."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial

from hub.sdk.testing import odd_changes, odd_credits, odd_customers, odd_payments
from hub.sdk.testing.bookkeeping import Bookkeeping
from hub.sdk.testing.market import Market
from hub.sdk.testing.payers import Payers

_LEAST_PER_DAY = 1 / 13  # of each odd event on business days, so that none is missing after thirty days


class Life:
    """What the company does by itself. Draws on its own chance, so that steps taken by hand do not alter its course."""

    def __init__(self, books: Bookkeeping, *, seed: int, currencies: Sequence[str], invoices_per_day: float) -> None:
        self.books = books
        self.invoices_per_day = invoices_per_day
        self.market = Market(books, seed, currencies)
        self.payers = Payers(self.market)
        self.chance = self.market.chance
        self.done: Counter[str] = Counter()  # odd events by name, as in ODD_EVENTS
        self.invoices_gone = 0
        self._owed: dict[str, float] = {}

    def found(self, customers: int) -> None:
        """The customers of the first day; each currency has one."""
        foreign = [currency for currency in self.market.currencies if currency != self.books.home_currency]
        for i in range(customers):
            self.market.new_customer(foreign[i] if i < len(foreign) else None)

    def live(self, *, issue: int | None = None, may_pay: int | None = None) -> None:
        """One day. `issue`: exactly so many invoices; `may_pay`: at most so many payments (None: as it comes)."""
        self.payers.may_pay = may_pay
        today = self.books.today
        is_business_day = today.weekday() < 5
        if issue is None:
            wanted = self.invoices_per_day * (0.5 + self.chance.random()) if is_business_day else 0.2
            issue = int(wanted + self.chance.random())
        deeds: list[Callable[[], None]] = [self.issue] * issue
        deeds += [partial(self.payers.run, party, due) for party, due in self.payers.due(today).items()]
        if is_business_day:
            deeds += [partial(self._odd, name) for name in self._turns(max(issue, 1))]
        self.chance.shuffle(deeds)
        for deed in deeds:
            deed()

    def grow(self, invoices: int, payments: int, days: int) -> None:
        """Live so many days and end with exactly so many invoices and bank payments that were not deleted."""
        self.payers.bundle = max(1.05, 0.9 * invoices / max(payments, 1))
        for day in range(1, days + 1):
            self.books.clock.next_day()
            self.live(
                issue=max(0, invoices * day // days - self._invoices()),
                may_pay=max(0, payments * day // days - self.payers.made),
            )
        self.payers.may_pay = None
        self._round_off(invoices, payments)

    def issue(self) -> None:
        """An invoice; now and then its number is missing or was used before."""
        party = self.market.any_customer()
        chance = self.chance.random()
        number = None
        if chance < 0.012:
            number = ""
        elif chance < 0.024 and self.books.invoices:
            number = self.books.invoices[next(reversed(self.books.invoices))].number
        self.payers.plan(self.books.issue(party.id, self.market.total(party), number=number))

    def _turns(self, issued: int) -> list[str]:
        """The odd events whose turn has come; what could not be done stays owed."""
        turns: list[str] = []
        for name, (_, share) in ODD_EVENTS.items():
            owed = self._owed.get(name)
            if owed is None:
                owed = self.chance.random() * 0.5
            self._owed[name] = owed = min(owed + max(share * issued, _LEAST_PER_DAY), max(3.0, share * issued * 2))
            turns += [name] * int(owed)
        return turns

    def _odd(self, name: str) -> None:
        event, _ = ODD_EVENTS[name]
        if event(self):
            self._owed[name] -= 1
            self.done[name] += 1

    def _invoices(self) -> int:
        return len(self.books.invoices) - self.invoices_gone

    def _round_off(self, invoices: int, payments: int) -> None:
        """Issue and pay on the last day what is still missing from the exact counts."""
        while self._invoices() < invoices:
            self.issue()
        waiting = iter([id for id, each in self.books.invoices.items() if each.status == "open"])
        while self.payers.made < payments:
            id = next(waiting, None)
            if id is None:
                odd_payments.deposit(self)
            elif self.books.open_of(id):
                self.payers.receive(self.books.invoices[id].party, [id])


ODD_EVENTS: dict[str, tuple[Callable[[Life], bool], float]] = {
    event.__name__: (event, share)
    for event, share in (
        (odd_payments.short_payment, 0.028),
        (odd_payments.instalment, 0.02),
        (odd_payments.joint_payment, 0.03),
        (odd_payments.overpayment, 0.012),
        (odd_payments.deposit, 0.015),
        (odd_payments.placing, 0.02),
        (odd_payments.journal, 0.012),
        (odd_credits.whole_credit, 0.01),
        (odd_credits.part_credit, 0.014),
        (odd_credits.split_credit, 0.006),
        (odd_credits.excess_credit, 0.004),
        (odd_credits.loose_credit, 0.008),
        (odd_payments.refund, 0.006),
        (odd_credits.write_off, 0.008),
        (odd_changes.void_invoice, 0.01),
        (odd_changes.delete_invoice, 0.006),
        (odd_changes.void_payment, 0.003),
        (odd_changes.delete_payment, 0.006),
        (odd_credits.delete_credit, 0.001),
        (odd_changes.moved_application, 0.006),
        (odd_changes.unapplication, 0.003),
        (odd_changes.due_date, 0.015),
        (odd_changes.total_changed, 0.01),
        (odd_changes.dispute, 0.02),
        (odd_changes.settlement, 0.016),
        (odd_customers.customer, 0.004),
        (odd_customers.renamed, 0.002),
        (odd_customers.address, 0.004),
        (odd_customers.twin, 0.002),
        (odd_customers.merger, 0.002),
        (odd_customers.farewell, 0.001),
    )
}
"""What happens besides, and how often: as a share of the invoices issued."""
