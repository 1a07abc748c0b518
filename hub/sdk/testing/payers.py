"""When and how the simulated company is paid: what its customers mean to pay on which day, and what they do pay."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from hub.sdk.testing.books import ZERO
from hub.sdk.testing.entries import Document, Receipt, SourceKind
from hub.sdk.testing.market import Market, part_of

_NEVER_PAID = 0.012


class Payers:
    """The customers' intentions. `made` counts bank payments that were not deleted, `may_pay` how many yet may come."""

    def __init__(self, market: Market) -> None:
        self.market, self.books, self.chance = market, market.books, market.chance
        self.bundle = 1.35  # invoices settled by one payment, on average
        self.may_pay: int | None = None
        self.made = 0
        self.stuck: set[int] = set()  # invoices the customer does not mean to pay, or not the rest of
        self.disputed: list[int] = []
        self.loose: list[tuple[SourceKind, int]] = []  # payments and credit memos of which something is unapplied
        self._plans: dict[date, list[int]] = defaultdict(list)

    def plan(self, invoice: Document) -> None:
        """Decide when the invoice will be paid."""
        if self.chance.random() < _NEVER_PAID:
            self.stuck.add(invoice.id)
            return
        habit = self.market.habit(invoice.party)
        late = round(self.chance.gauss(habit.late_days, habit.spread))
        day = max(invoice.due_on + timedelta(days=late), self.books.today + timedelta(days=1))
        self._plans[_payment_day(day, habit.runs_on)].append(invoice.id)

    def plan_in(self, days: int, invoice: int) -> None:
        """It will be paid in so many days."""
        self._plans[_payment_day(self.books.today + timedelta(days=days), None)].append(invoice)

    def plan_again(self, invoice: int | None) -> None:
        """It is open again, so it will be paid again."""
        if invoice is not None:
            self.plan_in(3 + int(self.chance.random() * 10), invoice)

    def due(self, today: date) -> dict[int, list[int]]:
        """Whose payments come in today, and for which invoices."""
        payers: dict[int, list[int]] = defaultdict(list)
        for id in self._plans.pop(today, ()):
            if self.books.open_of(id):
                payers[self.books.invoices[id].party].append(id)
        return payers

    def run(self, party: int, due: list[int]) -> None:
        """A customer pays what it meant to pay today, often some more of its open invoices with it."""
        party = self.books.parties[party].merged_into or party
        chosen = dict.fromkeys(id for id in due if not self.books.invoices[id].dispute)
        for id in due:
            if id not in chosen:
                self.plan_in(7, id)
        wish = int(self.bundle * (0.4 + 1.2 * self.chance.random()) + self.chance.random())
        if len(chosen) < wish:
            soon = self.books.today + timedelta(days=12)
            for invoice in self.books.open_invoices(party):
                if len(chosen) >= wish:
                    break
                if invoice.due_on <= soon and invoice.id not in self.stuck and not invoice.dispute:
                    chosen[invoice.id] = None
        self.receive(party, list(chosen))

    def receive(self, party: int, invoices: list[int], *, share: float = 1.0, more: Decimal = ZERO) -> Receipt | None:
        """A payment for these invoices; of the last one only a `share`, and `more` than what is owed.

        None where nothing of them is open, or no more payments may come today.
        """
        parts = [(id, amount) for id in invoices if (amount := self.books.open_of(id))]
        if not parts or self.may_pay == 0:
            return None
        if share < 1:
            id, amount = parts[-1]
            parts[-1] = (id, part_of(amount, share, self.books.invoices[id].currency))
        came_on = max([self._came_on(), *(self.books.invoices[id].issued_on for id, _ in parts)])
        total = sum((amount for _, amount in parts), more)
        return self.booked(self.books.pay(party, total, parts, on=came_on, reference=self.market.reference()))

    def booked(self, receipt: Receipt) -> Receipt:
        """Count a bank payment."""
        self.made += 1
        if self.may_pay is not None:
            self.may_pay -= 1
        return receipt

    def set_aside(self, kind: SourceKind, id: int) -> bool:
        """Remember what of it is unapplied, if anything; always true."""
        if self.books.unapplied_of(kind, id) and (kind, id) not in self.loose[-50:]:
            self.loose.append((kind, id))
        return True

    def recent(self) -> list[int]:
        """Some of the last bank payments that are in force and not refunded, in an order of chance."""
        recent: list[int] = []
        for id in reversed(self.books.receipts):
            receipt = self.books.receipts[id]
            if receipt.status == "open" and receipt.kind == "payment" and self.is_unrefunded("payment", id):
                recent.append(id)
                if len(recent) == 25:
                    break
        self.chance.shuffle(recent)
        return recent

    def is_unrefunded(self, kind: SourceKind, id: int) -> bool:
        """Whether nothing of it was paid back."""
        return all(each.invoice is not None for each in self.books.applications_from(kind, id))

    def _came_on(self) -> date:
        """Today, or the day before where it is entered a day late."""
        today = self.books.today
        return today - timedelta(days=1) if self.chance.random() < 0.15 and today.weekday() in (1, 2, 3, 4) else today


def _payment_day(day: date, runs_on: int | None) -> date:
    """The first day from `day` on that is a business day, and the weekday of the customer's payment run."""
    while day.weekday() > 4 or (runs_on is not None and day.weekday() != runs_on):
        day += timedelta(days=1)
    return day
