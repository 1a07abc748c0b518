"""How the simulated company lives: what happens on a day, who pays when, and what goes wrong in between."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from hub.sdk.testing.books import ZERO, Books
from hub.sdk.testing.currencies import minor_units, rounded
from hub.sdk.testing.entries import Document, Party, Receipt, SourceKind
from hub.sdk.testing.names import names

_TERMS = (7, 10, 14, 30, 30, 30, 45, 60)
_LEAST_PER_DAY = 1 / 13  # of each odd event on business days, so that none is missing after thirty days
_DISPUTES = ("Goods damaged", "Price differs from the order", "Quantity short", "Not ordered", "No proof of delivery")
_NEVER_PAID = 0.012
_TRIES = 14  # customers looked at before an event that needs a certain kind of customer waits for tomorrow


@dataclass(frozen=True, slots=True)
class Habit:
    """How a customer buys and pays: by how many days late, and on which weekday (None: on any business day)."""

    size: float
    late_days: float
    spread: float
    runs_on: int | None


class Life:
    """What the company does by itself. Draws on its own chance, so that steps taken by hand do not alter its course."""

    def __init__(self, books: Books, *, seed: int, currencies: Sequence[str], invoices_per_day: float) -> None:
        self.books = books
        self.currencies = tuple(currencies)
        self.invoices_per_day = invoices_per_day
        self.chance = random.Random(f"{seed} life")  # noqa: S311 - a simulation, reproducible on purpose
        self._seed = seed
        self._names = names(seed)
        self._habits: dict[int, Habit] = {}
        self._plans: dict[date, list[int]] = defaultdict(list)
        self.done: Counter[str] = Counter()  # odd events by name, as in ODD_EVENTS
        self._owed: dict[str, float] = {}
        self._twins: list[tuple[int, int, date]] = []
        self._stuck: set[int] = set()  # invoices the customer does not mean to pay, or not the rest of
        self._disputed: list[int] = []
        self._loose: list[tuple[SourceKind, int]] = []
        self._customers: list[int] = []
        self._bundle = 1.35  # invoices settled by one payment, on average
        self._may_pay: int | None = None
        self._invoices_gone = 0
        self._payments_made = 0

    def found(self, customers: int) -> None:
        """The customers of the first day: each currency has one, most have the home currency."""
        foreign = [currency for currency in self.currencies if currency != self.books.home_currency]
        for i in range(customers):
            if i < len(foreign):
                self._new_customer(foreign[i])
            else:
                self._new_customer()

    def live(self, *, issue: int | None = None, may_pay: int | None = None) -> None:
        """One day. `issue`: exactly so many invoices; `may_pay`: at most so many payments (None: as it comes)."""
        self._may_pay = may_pay
        today = self.books.today
        is_business_day = today.weekday() < 5
        if issue is None:
            wanted = self.invoices_per_day * (0.5 + self.chance.random()) if is_business_day else 0.2
            issue = int(wanted + self.chance.random())
        deeds: list[Callable[[], object]] = [self._issue] * issue
        payers = self._payers(today)
        deeds += [lambda party=party, due=due: self._pay_run(party, due) for party, due in payers.items()]  # type: ignore[misc]
        if is_business_day:
            deeds += [lambda name=name: self._odd(name) for name in self._odd_events(max(issue, 1))]  # type: ignore[misc]
        self.chance.shuffle(deeds)
        for deed in deeds:
            deed()

    def grow(self, invoices: int, payments: int, days: int) -> None:
        """Live so many days and end with exactly so many invoices and bank payments that were not deleted."""
        self._bundle = max(1.05, 0.9 * invoices / max(payments, 1))
        for day in range(1, days + 1):
            last = day == days
            self.books.clock.next_day()
            self.live(
                issue=max(0, invoices * day // days - self._count_invoices()),
                may_pay=max(0, payments * day // days - self._count_payments()),
            )
            if last:
                self._may_pay = None
                self._round_off(invoices, payments)

    # Every day

    def _issue(self) -> None:
        party = self._any_customer()
        chance = self.chance.random()
        number = None
        if chance < 0.012:
            number = ""
        elif chance < 0.024 and self.books.invoices:
            number = self.books.invoices[next(reversed(self.books.invoices))].number
        self._plan(self.books.issue(party.id, self._total(party), number=number))

    def _plan(self, invoice: Document) -> None:
        """Decide when the invoice will be paid."""
        if self.chance.random() < _NEVER_PAID:
            self._stuck.add(invoice.id)
            return
        habit = self._habit(invoice.party)
        late = round(self.chance.gauss(habit.late_days, habit.spread))
        day = max(invoice.due_on + timedelta(days=late), self.books.today + timedelta(days=1))
        self._plans[_payment_day(day, habit.runs_on)].append(invoice.id)

    def _payers(self, today: date) -> dict[int, list[int]]:
        """Whose payments come in today, and for which invoices."""
        payers: dict[int, list[int]] = defaultdict(list)
        for id in self._plans.pop(today, ()):
            if self.books.open_of(id):
                payers[self.books.invoices[id].party].append(id)
        return payers

    def _pay_run(self, party: int, due: list[int]) -> None:
        """A customer pays what it meant to pay today, often some more of its open invoices with it."""
        party = self.books.parties[party].merged_into or party
        chosen = dict.fromkeys(id for id in due if not self.books.invoices[id].dispute)
        for id in due:
            if id not in chosen:
                self._plans[_payment_day(self.books.today + timedelta(days=7), None)].append(id)
        wish = int(self._bundle * (0.4 + 1.2 * self.chance.random()) + self.chance.random())
        if len(chosen) < wish:
            soon = self.books.today + timedelta(days=12)
            for invoice in self.books.open_invoices(party):
                if len(chosen) >= wish:
                    break
                if invoice.due_on <= soon and invoice.id not in self._stuck and not invoice.dispute:
                    chosen[invoice.id] = None
        self._receive(party, list(chosen))

    def _receive(self, party: int, invoices: list[int], *, share: float = 1.0, more: Decimal = ZERO) -> Receipt | None:
        """A payment for these invoices; of the last one only a `share`, and `more` than what is owed."""
        parts = [(id, self.books.open_of(id)) for id in invoices]
        parts = [(id, amount) for id, amount in parts if amount]
        if not parts or not self._allowed():
            return None
        if share < 1:
            id, amount = parts[-1]
            parts[-1] = (id, self._share(amount, share, self.books.invoices[id].currency))
        parts = [(id, amount) for id, amount in parts if amount]
        paid_on = max([self._money_came_on(), *(self.books.invoices[id].issued_on for id, _ in parts)])
        total = sum((amount for _, amount in parts), more)
        return (
            self._booked(self.books.pay(party, total, parts, on=paid_on, reference=self._reference()))
            if parts
            else None
        )

    def _money_came_on(self) -> date:
        """Today, or the day before where it is entered a day late."""
        today = self.books.today
        return today - timedelta(days=1) if self.chance.random() < 0.15 and today.weekday() in (1, 2, 3, 4) else today

    def _booked(self, receipt: Receipt) -> Receipt:
        self._payments_made += 1
        if self._may_pay is not None:
            self._may_pay -= 1
        return receipt

    def _allowed(self) -> bool:
        return self._may_pay is None or self._may_pay > 0

    # Now and then: each returns whether it could be done today

    def _odd_events(self, issued: int) -> list[str]:
        """The odd events whose turn has come; what could not be done stays owed."""
        turn: list[str] = []
        for name, share in ODD_EVENTS.items():
            owed = self._owed.get(name)
            if owed is None:
                owed = self.chance.random() * 0.5
            self._owed[name] = owed = min(owed + max(share * issued, _LEAST_PER_DAY), max(3.0, share * issued * 2))
            turn += [name] * int(owed)
        return turn

    def _odd(self, name: str) -> None:
        if getattr(self, f"_{name}")():
            self._owed[name] -= 1
            self.done[name] += 1

    def _short_payment(self) -> bool:
        """A few percent are missing; the customer is of another opinion, or kept a discount."""
        invoice = self._some_open()
        if not invoice or not self._receive(invoice.party, [invoice.id], share=0.9 + 0.08 * self.chance.random()):
            return False
        if self.chance.random() < 0.5:
            self._stuck.add(invoice.id)
        return True

    def _instalment(self) -> bool:
        """A part now, the rest later."""
        invoice = self._some_open()
        if not invoice or not self._receive(invoice.party, [invoice.id], share=0.25 + 0.5 * self.chance.random()):
            return False
        self._plans[_payment_day(self.books.today + timedelta(days=14), None)].append(invoice.id)
        return True

    def _joint_payment(self) -> bool:
        """One payment for several invoices."""
        party = self._some_party(2)
        if party is None:
            return False
        invoices = self.books.open_invoices(party)[-2 - int(self.chance.random() * 3) :]
        return self._receive(party, [each.id for each in invoices]) is not None

    def _overpayment(self) -> bool:
        """More than what was asked for."""
        invoice = self._some_open()
        if not invoice:
            return False
        more = self._share(invoice.total, 0.05 + 0.2 * self.chance.random(), invoice.currency)
        receipt = self._receive(invoice.party, [invoice.id], more=more)
        return receipt is not None and self._is_loose("payment", receipt.id)

    def _deposit(self) -> bool:
        """Money without a word what for."""
        if not self._allowed():
            return False
        party = self._any_customer()
        receipt = self.books.pay(party.id, self._total(party), reference=self._reference())
        return self._is_loose("payment", self._booked(receipt).id)

    def _placing(self) -> bool:
        """What lay unapplied finds its invoice."""
        for i, (kind, id) in enumerate(self._loose):
            left = self.books.unapplied_of(kind, id)
            party = (self.books.receipts[id] if kind == "payment" else self.books.credit_memos[id]).party
            if left and (invoices := self.books.open_invoices(party)):
                self.books.apply(kind, id, invoices[0].id, min(left, self.books.open_of(invoices[0].id)))
                if not self.books.unapplied_of(kind, id):
                    del self._loose[i]
                return True
            if not left:
                del self._loose[i]
                return False
        return False

    def _journal(self) -> bool:
        """A receipt that was booked by hand against the receivables account."""
        invoice = self._some_open()
        if not invoice:
            return False
        amount = self.books.open_of(invoice.id)
        self.books.pay(invoice.party, amount, [(invoice.id, amount)], kind="journal", reference=self._reference("JE"))
        return True

    def _whole_credit(self) -> bool:
        """A credit memo for the whole of an invoice."""
        return self._credited(1, 1.0)

    def _part_credit(self) -> bool:
        """A credit memo for a part of an invoice."""
        return self._credited(1, 0.1 + 0.4 * self.chance.random())

    def _split_credit(self) -> bool:
        """One credit memo, applied to two invoices."""
        return self._credited(2, 0.3 + 0.4 * self.chance.random())

    def _excess_credit(self) -> bool:
        """A credit memo of which a part stays unapplied."""
        return self._credited(1, 1.0, excess=0.3)

    def _loose_credit(self) -> bool:
        """A credit memo that waits for the next invoice."""
        party = self._any_customer()
        memo = self.books.credit(party.id, self._share(self._total(party), 0.4, party.currency), memo="Goodwill")
        return self._is_loose("credit_memo", memo.id)

    def _refund(self) -> bool:
        """Unapplied money or credit is paid back."""
        for i, (kind, id) in enumerate(self._loose):
            if left := self.books.unapplied_of(kind, id):
                self.books.refund(kind, id, left)
                del self._loose[i]
                return True
        return False

    def _write_off(self) -> bool:
        """What nobody will pay goes as a credit memo "Bad debt"."""
        invoice = self._some_open()
        if not invoice:
            return False
        amount = self.books.open_of(invoice.id)
        memo = self.books.credit(invoice.party, amount, memo="Bad debt")
        self.books.apply("credit_memo", memo.id, invoice.id, amount)
        return True

    def _void_invoice(self) -> bool:
        invoice = self._some_open(untouched=True)
        return bool(invoice and self.books.void_invoice(invoice.id))

    def _delete_invoice(self) -> bool:
        """A draft that should never have been booked: one of the last."""
        for id in list(reversed(self.books.invoices))[:30] if self.books.invoices else ():
            if self.books.invoices[id].status == "open" and not self.books.settled_of(id):
                self.books.delete_invoice(id)
                self._invoices_gone += 1
                return True
        return False

    def _void_payment(self) -> bool:
        """A payment that bounced; the customer pays again later."""
        return self._undo(self.books.void_payment)

    def _delete_payment(self) -> bool:
        """A payment booked by mistake; the right one follows."""
        if self._undo(self.books.delete_payment):
            self._payments_made -= 1
            return True
        return False

    def _delete_credit(self) -> bool:
        """A credit memo that was a mistake."""
        for id in list(reversed(self.books.credit_memos))[:40]:
            memo = self.books.credit_memos[id]
            if memo.status == "open" and memo.memo != "Bad debt" and self._is_unrefunded("credit_memo", id):
                self.books.delete_credit_memo(id)
                return True
        return False

    def _moved_application(self) -> bool:
        """A payment that was set against the wrong invoice goes to another one of the customer."""
        for id in self._recent_payments():
            for application in self.books.applications_from("payment", id):
                if application.invoice is None:
                    continue
                others = [
                    each
                    for each in self.books.open_invoices(self.books.receipts[id].party)
                    if each.id != application.invoice
                ]
                if others:
                    self.books.unapply(application.id)
                    self._again(application.invoice)
                    left = min(application.amount, self.books.open_of(others[0].id))
                    self.books.apply("payment", id, others[0].id, left)
                    return self._is_loose("payment", id)
        return False

    def _unapplication(self) -> bool:
        """A payment is taken off its invoice and waits."""
        for id in self._recent_payments():
            if applied := [each for each in self.books.applications_from("payment", id) if each.invoice is not None]:
                self.books.unapply(applied[-1].id)
                self._again(applied[-1].invoice)
                return self._is_loose("payment", id)
        return False

    def _due_date(self) -> bool:
        """An invoice's due date is changed afterwards."""
        invoice = self._some_open()
        if not invoice:
            return False
        days = 5 + int(self.chance.random() * 40) if self.chance.random() < 0.7 else -5
        self.books.edit_invoice(invoice.id, due_on=max(invoice.issued_on, invoice.due_on + timedelta(days=days)))
        return True

    def _total_changed(self) -> bool:
        """An invoice nobody has paid yet is put right."""
        invoice = self._some_open(untouched=True)
        if not invoice:
            return False
        total = self._share(invoice.total, 0.8 + 0.5 * self.chance.random(), invoice.currency)
        self.books.edit_invoice(invoice.id, total=max(total, _least(invoice.currency)))
        return True

    def _dispute(self) -> bool:
        """The customer does not accept an invoice, and keeps its money for now."""
        invoice = self._some_open()
        if not invoice or invoice.dispute:
            return False
        self.books.edit_invoice(invoice.id, dispute=self.chance.choice(_DISPUTES))
        self._disputed.append(invoice.id)
        return True

    def _settlement(self) -> bool:
        """A dispute is settled."""
        if not self._disputed:
            return False
        self.books.edit_invoice(self._disputed.pop(0), dispute="")
        return True

    def _customer(self) -> bool:
        return self._new_customer() is not None

    def _renamed(self) -> bool:
        party = self._any_customer()
        self.books.rename(party.id, f"{party.name.split(' (')[0][:45]} ({next(self._names)})")
        return True

    def _address(self) -> bool:
        party = self._any_customer()
        self.books.edit_customer(party.id, email=f"ar{len(self.books.changes)}@customer{party.id}.example")
        return True

    def _twin(self) -> bool:
        """A customer is entered a second time, and gets an invoice."""
        party = self._any_customer()
        if any(party.id in pair for pair in self._twins):
            return False
        twin = self.books.add_customer(
            f"{party.name[:85]} - {len(self.books.parties) + 1}", party.currency, email=party.email
        )
        self._plan(self.books.issue(twin.id, self._total(twin)))
        self._twins.append((twin.id, party.id, self.books.today))
        return True

    def _merger(self) -> bool:
        """The second entry of a customer is found and merged into the first."""
        for i, (loser, winner, since) in enumerate(self._twins):
            if self.books.today - since >= timedelta(days=3):
                del self._twins[i]
                if self.books.parties[loser].merged_into or self.books.parties[winner].merged_into:
                    return False  # somebody was quicker
                self.books.merge(loser, winner)
                return True
        return False

    def _farewell(self) -> bool:
        """A customer that owes nothing is made inactive."""
        if len(self._customers) < 10:
            return False
        for _ in range(_TRIES):
            party = self._any_customer()
            if not self.books.open_invoices(party.id) and not any(party.id in pair for pair in self._twins):
                self.books.edit_customer(party.id, is_active=False)
                return True
        return False

    # Choosing

    def _any_customer(self) -> Party:
        """One that is active; the first ones buy more."""
        while True:
            at = self.chance.random()
            party = self.books.parties[self._customers[int(at * at * len(self._customers))]]
            if party.is_active or len(self._customers) == 1:
                return party
            self._customers.remove(party.id)

    def _some_party(self, least: int) -> int | None:
        """A customer with at least so many open invoices."""
        for _ in range(_TRIES):
            party = self._any_customer().id
            if len(self.books.open_invoices(party)) >= least:
                return party
        return None

    def _some_open(self, *, untouched: bool = False) -> Document | None:
        """An open invoice; `untouched`: to which nothing was applied."""
        for _ in range(_TRIES):
            invoices = self.books.open_invoices(self._any_customer().id)
            if untouched:
                invoices = [each for each in invoices if not self.books.applications_to(each.id)]
            if invoices:
                return self.chance.choice(invoices)
        return None

    def _recent_payments(self) -> list[int]:
        """Some of the last bank payments that are in force and not refunded, in an order of chance."""
        recent: list[int] = []
        for id in reversed(self.books.receipts):
            receipt = self.books.receipts[id]
            if receipt.status == "open" and receipt.kind == "payment" and self._is_unrefunded("payment", id):
                recent.append(id)
                if len(recent) == 25:
                    break
        self.chance.shuffle(recent)
        return recent

    def _is_unrefunded(self, kind: SourceKind, id: int) -> bool:
        return all(each.invoice is not None for each in self.books.applications_from(kind, id))

    def _is_loose(self, kind: SourceKind, id: int) -> bool:
        """Remember that something of it is unapplied; always true."""
        if self.books.unapplied_of(kind, id) and (kind, id) not in self._loose[-50:]:
            self._loose.append((kind, id))
        return True

    # Parts of deeds

    def _new_customer(self, currency: str | None = None) -> Party:
        home = self.books.home_currency
        if currency is None:
            currency = home if self.chance.random() < 0.78 else self.chance.choice(self.currencies)
        party = self.books.add_customer(next(self._names), currency, terms_days=self.chance.choice(_TERMS), email=None)
        if self.chance.random() < 0.85:
            party.email = f"ar@customer{party.id}.example"
        self._customers.append(party.id)
        return party

    def _habit(self, party: int) -> Habit:
        if party not in self._habits:
            own = random.Random(f"{self._seed} habit {party}")  # noqa: S311 - a simulation, reproducible on purpose
            self._habits[party] = Habit(
                size=own.lognormvariate(6.8, 0.8),
                late_days=own.gauss(4, 8),
                spread=1 + own.random() * 8,
                runs_on=own.randrange(5) if own.random() < 0.5 else None,
            )
        return self._habits[party]

    def _total(self, party: Party) -> Decimal:
        """What an invoice to this customer may come to."""
        worth = self._habit(party.id).size * self.chance.lognormvariate(0, 0.6)
        amount = Decimal(int(worth * 100)) / 100 / self.books.rates[party.currency, self.books.today]
        return max(rounded(amount, party.currency), _least(party.currency) * 10)

    def _share(self, amount: Decimal, share: float, currency: str) -> Decimal:
        return max(rounded(amount * int(share * 10_000) / 10_000, currency), _least(currency))

    def _credited(self, invoices: int, share: float, *, excess: float = 0.0) -> bool:
        """A credit memo for a share of each of so many open invoices of one customer, and some excess."""
        party = self._some_party(invoices)
        if party is None:
            return False
        chosen = self.books.open_invoices(party)[-invoices:]
        currency = chosen[0].currency
        parts = [
            (each.id, min(self._share(self.books.open_of(each.id), share, currency), self.books.open_of(each.id)))
            for each in chosen
        ]
        total = sum((amount for _, amount in parts), ZERO)
        memo = self.books.credit(
            party, total + (self._share(total, excess, currency) if excess else ZERO), memo="Returned goods"
        )
        for id, amount in parts:
            self.books.apply("credit_memo", memo.id, id, amount)
        return self._is_loose("credit_memo", memo.id)

    def _undo(self, end: Callable[[int], Receipt]) -> bool:
        for id in self._recent_payments():
            applied = self.books.applications_from("payment", id)
            if applied:
                end(id)
                for each in applied:
                    self._again(each.invoice)
                return True
        return False

    def _again(self, invoice: int | None) -> None:
        """It is open again, so it will be paid again."""
        if invoice is not None:
            self._plans[
                _payment_day(self.books.today + timedelta(days=3 + int(self.chance.random() * 10)), None)
            ].append(invoice)

    def _reference(self, kind: str | None = None) -> str:
        return f"{kind or self.chance.choice(('ACH', 'CHK', 'WIRE'))} {int(self.chance.random() * 90_000) + 10_000}"

    # Growing

    def _count_invoices(self) -> int:
        return len(self.books.invoices) - self._invoices_gone

    def _count_payments(self) -> int:
        return self._payments_made

    def _round_off(self, invoices: int, payments: int) -> None:
        """Issue and pay on the last day what is still missing from the exact counts."""
        while self._count_invoices() < invoices:
            self._issue()
        waiting = iter([id for id, each in self.books.invoices.items() if each.status == "open"])
        while self._count_payments() < payments:
            id = next(waiting, None)
            if id is None:
                self._deposit()
            elif self.books.open_of(id):
                self._receive(self.books.invoices[id].party, [id])


ODD_EVENTS: dict[str, float] = {
    "short_payment": 0.028,
    "instalment": 0.02,
    "joint_payment": 0.03,
    "overpayment": 0.012,
    "deposit": 0.015,
    "placing": 0.02,
    "journal": 0.012,
    "whole_credit": 0.01,
    "part_credit": 0.014,
    "split_credit": 0.006,
    "excess_credit": 0.004,
    "loose_credit": 0.008,
    "refund": 0.006,
    "write_off": 0.008,
    "void_invoice": 0.01,
    "delete_invoice": 0.006,
    "void_payment": 0.003,
    "delete_payment": 0.006,
    "delete_credit": 0.001,
    "moved_application": 0.006,
    "unapplication": 0.003,
    "due_date": 0.015,
    "total_changed": 0.01,
    "dispute": 0.02,
    "settlement": 0.016,
    "customer": 0.004,
    "renamed": 0.002,
    "address": 0.004,
    "twin": 0.002,
    "merger": 0.002,
    "farewell": 0.001,
}
"""What happens besides, as a share of the invoices issued."""


def _least(currency: str) -> Decimal:
    return Decimal(1).scaleb(-minor_units(currency))


def _payment_day(day: date, runs_on: int | None) -> date:
    """The first day from `day` on that is a business day, and the weekday of the customer's payment run."""
    while day.weekday() > 4 or (runs_on is not None and day.weekday() != runs_on):
        day += timedelta(days=1)
    return day
