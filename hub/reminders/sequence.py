"""Whom to write to next, when, and what for: the one decision that planning makes and simulation repeats. Pure.

A debtor is contacted, not an invoice: what is due of all of a debtor's invoices goes into one message, and the caps are
the debtor's. Nothing is decided for a moment but by the debtor's own calendar.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from hub.reminders.expected_gain import Effect, Gain, gain_of
from hub.reminders.policy import (
    APPROVALS,
    TONES,
    Customer,
    Item,
    Policy,
    Reason,
    Step,
    reasons_against_customer,
    reasons_against_item,
    reasons_of_answer,
    rests_until,
)

MOST_LINES = 100
"""Invoices to a message; further ones wait for the next."""
SPREAD_SECONDS = 1_800
"""Messages go out over so long from the first minute of a day's hours on, each debtor's at a time of its own."""
_WEEK = timedelta(days=7)


class Contact(NamedTuple):
    """A message that a customer got, or is about to get; `is_open` as long as that is not settled."""

    at: datetime
    is_automated: bool
    is_open: bool = False


class Lot(NamedTuple):
    """What the lot said of an invoice under a policy, since when, and which share it was drawn with."""

    arm: str
    at: datetime
    share: float


@dataclass(kw_only=True)
class History:
    """What has been done so far. `reached` has, by invoice and cycle, the stage that was taken last."""

    reached: dict[tuple[UUID, int], int] = field(default_factory=dict)
    contacts: dict[UUID, list[Contact]] = field(default_factory=lambda: defaultdict(list))
    lots: dict[tuple[UUID, UUID], Lot] = field(default_factory=dict)

    def note(self, message: "Message", *, is_open: bool = False) -> None:
        """Count a message as one that the customer gets."""
        self.contacts[message.customer.id].append(Contact(message.at, True, is_open))
        for line in message.lines:
            key = (line.item.invoice_id, line.item.cycle)
            self.reached[key] = max(self.reached.get(key, -1), line.step.stage)


class Line(NamedTuple):
    """An invoice in a message: the policy that took it, the step that it is at, and the stage before; -1: none."""

    item: Item
    policy: Policy
    step: Step
    reached: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to a customer. The firmest of its lines leads: it says tone, writer and channel."""

    customer: Customer
    at: datetime
    day: date
    lines: tuple[Line, ...]
    tone: str
    gains: tuple[Gain, ...] = ()

    @property
    def leading(self) -> Line:
        """The line that the message follows."""
        return self.lines[0]

    @property
    def approve(self) -> str:
        """Who approves it: whoever the strictest of its steps and its tone ask for."""
        own = (line.step.approve for line in self.lines)
        return max(self.leading.policy.approve_of(self.leading.step, self.tone), *own, key=APPROVALS.index)

    @property
    def cc(self) -> list[str]:
        """Colleagues who get a copy, each once."""
        return list(dict.fromkeys(address for line in self.lines for address in line.step.cc))

    @property
    def attachments(self) -> list[str]:
        """What goes with it."""
        return sorted({name for line in self.lines for name in line.step.attachments})

    @property
    def totals(self) -> dict[str, Decimal]:
        """What it asks for, by currency."""
        sums: dict[str, Decimal] = {}
        for line in self.lines:
            sums[line.item.currency] = sums.get(line.item.currency, Decimal(0)) + line.item.asked
        return dict(sorted(sums.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What decides beside the invoices: active policies in their order, settings, and what keeps connections out.

    `blocked` are reasons by connection, which count for what goes out before `blocked_until`.
    """

    policies: Sequence[Policy]
    settings: Mapping[str, Any]
    blocked: Mapping[UUID, Sequence[Reason]]
    blocked_until: datetime
    effect: Effect
    earliest: int = field(init=False)
    """The first day on which any step of any policy may be due, counted from the due date."""

    def __post_init__(self) -> None:
        earliest = min((each.earliest for each in self.policies), default=0)
        object.__setattr__(self, "earliest", earliest)

    def policy_for(self, item: Item, customer: Customer, day: date) -> Policy | None:
        """The first active policy that takes an invoice."""
        return next((each for each in self.policies if each.takes(item, customer, day)), None)

    def against(self, item: Item, customer: Customer, at: datetime) -> list[Reason]:
        """Every exception that keeps an invoice out of a message at an instant."""
        found = self.against_item(item, customer.calendar.day_of(at), at)
        found += reasons_against_customer(customer, self.settings)
        return found + reasons_of_answer(customer, self.settings, at)

    def against_item(self, item: Item, day: date, at: datetime) -> list[Reason]:
        """Those of the exceptions that lie in the invoice or its connection; `day` is the debtor's."""
        found = reasons_against_item(item, self.settings, day)
        if at < self.blocked_until:
            found += self.blocked.get(item.connection_id, ())
        return found


def next_message(
    world: World, history: History, customer: Customer, items: Iterable[Item], now: datetime, horizon: datetime
) -> Message | None:
    """The next message to a customer that goes out before `horizon`, or None. Lots it draws are noted in `history`."""
    if reasons_against_customer(customer, world.settings):
        return None
    items = list(items)
    opening = customer.calendar.next_opening
    spread = customer.id.int % SPREAD_SECONDS
    free = free_from(world.settings, customer, history.contacts.get(customer.id, ()), now)
    at = opening(max(free, rests_until(customer, world.settings) or now), spread)
    while at is not None and at < horizon:
        day = customer.calendar.day_of(at)
        if lines := list(_lines(world, history, customer, items, at, day)):
            return _message(world, customer, lines, at, day)
        at = opening(customer.calendar.start_of(day + timedelta(days=1)), spread)
    return None


def free_from(settings: Mapping[str, Any], customer: Customer, contacts: Iterable[Contact], now: datetime) -> datetime:
    """From when on the caps let an automated message to a customer through; not before `now`."""
    caps, calendar, free = settings["caps"], customer.calendar, now
    times = []
    for contact in contacts:
        at = max(contact.at, now) if contact.is_open else contact.at
        times.append(at)
        if contact.is_automated:
            next_day = calendar.after_business_days(calendar.day_of(at), caps["per_days"])
            free = max(free, calendar.start_of(next_day))
    most = caps["max_per_week"]
    if len(times) >= most:
        free = max(free, sorted(times)[-most] + _WEEK)
    return free


def reasons_for_nothing(world: World, history: History, customer: Customer, item: Item, at: datetime) -> list[Reason]:
    """Why an invoice that is in no message would not be asked for at an instant, weightiest first; never empty."""
    day = customer.calendar.day_of(at)
    found = world.against(item, customer, at)
    policy = world.policy_for(item, customer, day)
    if policy is None:
        return [*found, Reason("no_policy", "No active policy takes it.")]
    reached = history.reached.get((item.invoice_id, item.cycle), -1)
    step = policy.due_step(item, customer, day, reached)
    if step is None:
        following = policy.next_day(item, customer, day, reached)
        if following is None:
            found.append(Reason("no_step", "The sequence has no further step for it."))
        else:
            found.append(Reason("not_due", f"The next step of {policy.name} falls due on {following}."))
        return found
    if policy.is_sure(item, day):
        sure = policy.document["sure"]
        words = f"Payment within {sure['within_days']} days is at least {sure['p_paid']:.0%} likely."
        found.append(Reason("likely_to_pay", words))
    lot = history.lots.get((policy.id, item.invoice_id))
    if lot is not None and _is_held_back(policy, lot, at):
        found.append(Reason("held_back", "It is held back by lot, so that the others can be compared with it."))
    contacts = history.contacts.get(customer.id, ())
    if any(contact.is_open for contact in contacts):
        found.append(Reason("under_way", "Another reminder to this customer is not settled yet."))
    elif free_from(world.settings, customer, contacts, at) > at:
        found.append(Reason("cap", "The customer was written to a short while ago."))
    return found or [Reason("cap", f"It waits for the next of at most {MOST_LINES} invoices to a message.")]


def draw(policy: Policy, item: Item, at: datetime) -> Lot:
    """The lot of an invoice under a policy: the same whenever it is drawn, and for all of a customer's of one month.

    By customer, because a message about one invoice is a reminder of the others too.
    """
    share = policy.document["hold_back"]["share"]
    key = f"{policy.id}:{item.customer_id}:{item.due_on:%Y-%m}".encode()
    number = int.from_bytes(blake2b(key, digest_size=8).digest(), "big") / 2**64
    return Lot("held_back" if number < share else "reminded", at, share)


def _lines(
    world: World, history: History, customer: Customer, items: Iterable[Item], at: datetime, day: date
) -> Iterator[Line]:
    for item in items:
        if (day - item.due_on).days < world.earliest:
            continue
        policy = world.policy_for(item, customer, day)
        if policy is None:
            continue
        reached = history.reached.get((item.invoice_id, item.cycle), -1)
        step = policy.due_step(item, customer, day, reached)
        if step is None or policy.is_sure(item, day) or world.against_item(item, day, at):
            continue
        if policy.document.get("hold_back"):
            key = (policy.id, item.invoice_id)
            lot = history.lots.get(key) or history.lots.setdefault(key, draw(policy, item, at))
            if _is_held_back(policy, lot, at):
                continue
        yield Line(item, policy, step, reached)


def _is_held_back(policy: Policy, lot: Lot, at: datetime) -> bool:
    held = policy.document.get("hold_back")
    return held is not None and lot.arm == "held_back" and at < lot.at + timedelta(days=held["days"])


def _message(world: World, customer: Customer, lines: list[Line], at: datetime, day: date) -> Message:
    tones = {line.item.invoice_id: line.policy.tone_of(line.step, line.item) for line in lines}

    def firmness(line: Line) -> tuple[int, int]:
        return TONES.index(tones[line.item.invoice_id]), line.step.stage

    # Where there are too many, those that are the least advanced come first, so that none waits for ever.
    kept = sorted(lines, key=lambda line: line.reached)[:MOST_LINES]
    kept.sort(key=lambda line: (line.item.due_on, line.item.number))
    leading = max(kept, key=firmness)
    kept.remove(leading)
    return Message(
        customer=customer,
        at=at,
        day=day,
        lines=(leading, *kept),
        tone=tones[leading.item.invoice_id],
        gains=gain_of(((line.item, line.item.asked) for line in (leading, *kept)), customer, day, world.effect),
    )
