"""What a policy says of an invoice, and every reason against asking for it now. Pure; nothing is read or stored.

A policy is data (config/reminder_policy.schema.json). `reasons_against` is the one list of exceptions: planning,
simulation and the last look before sending all go by it, so that none of them knows an exception the others do not.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from hub.errors import InvalidError
from hub.ledger.receivables import minor_units
from hub.reminders.calendar import Calendar
from hub.settings import CONFIG

SOFT = ("service", "friendly", "neutral")
"""Tones that may be the first that a debtor hears; a firmer step follows the step before it."""
TONES = (*SOFT, "firm", "formal", "final")
APPROVALS = ("automatic", "member", "admin")
"""Who approves, from nobody to an admin."""
PERSON = "person"
"""The writer of a step whose text a person writes."""
NEW_BELOW = 3
"""A customer who has paid fewer invoices than this is new."""
_ZERO = Decimal(0)


class Item(NamedTuple):
    """An invoice with all that a policy asks of it, as the ledger has it. Amounts are in its currency.

    `disputed` and `in_flight` are what holds of these kinds hold, Infinity for all of it; `credited` is what was agreed
    to come off and the books do not say yet. `promised_until` is the last day on which a payment still keeps the
    promise. `stopped` is legal or manual. `unapplied` is the customer's money and credit that no invoice has yet.
    `cycle` counts the days on which it was paid in part, `paid_on` is the last. The forecast is None without one.
    """

    invoice_id: UUID
    customer_id: UUID
    connection_id: UUID
    number: str
    issued_on: date
    due_on: date
    currency: str
    total: Decimal
    open: Decimal
    status: str
    home_rate: Decimal | None
    disputed: Decimal | None
    in_flight: Decimal | None
    credited: Decimal
    promised_until: date | None
    stopped: str | None
    unapplied: Decimal
    cycle: int
    paid_on: date | None
    p_paid_by_due: float | None
    p_late30: float | None
    expected_on: date | None
    p10_on: date | None
    p50_on: date | None
    p90_on: date | None

    @property
    def asked(self) -> Decimal:
        """What may be asked for: what is open, less what is disputed, on its way or agreed to come off."""
        held = (self.disputed or _ZERO) + (self.in_flight or _ZERO) + self.credited
        return self.open if not held else max(self.open - held, _ZERO)

    @property
    def anchor(self) -> date:
        """The day from which steps count: the due date, or a later payment of a part, which begins them anew."""
        return self.due_on if self.paid_on is None else max(self.due_on, self.paid_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How the connection that an invoice is from stands. `read_at`: the end of its newest good run."""

    read_at: datetime | None
    is_file: bool = False
    ties_out: bool | None = None
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer with what a policy asks of them. `suppressed`: by address, the kind of why it is not written to.

    `answered_at`: when they last answered a reminder, None where they did not or somebody has looked at it since.
    """

    id: UUID
    name: str
    calendar: Calendar
    country: str = ""
    tags: frozenset[str] = frozenset()
    risk: str = "unknown"
    segment: str = "new"
    paid_invoices: int = 0
    is_excluded: bool = False
    recipients: tuple[Mapping[str, str], ...] = ()
    suppressed: Mapping[str, str] = field(default_factory=dict)
    answered_at: datetime | None = None

    @property
    def reachable(self) -> list[Mapping[str, str]]:
        """Those of the recipients who may be written to."""
        return [each for each in self.recipients if each["email"] not in self.suppressed]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing is asked for: a code that programs know, and the sentence that people read."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a sequence, as config/reminder_policy.schema.json has it."""

    stage: int
    day: int
    tone: str
    writer: str
    approve: str
    channel: UUID | None = None
    attachments: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    when: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A policy that was checked."""

    document: Mapping[str, Any]
    id: UUID
    name: str = ""
    version: int = 1
    steps: tuple[Step, ...] = ()

    @property
    def earliest(self) -> int:
        """The first day on which any of its steps may be due, counted from the due date."""
        return min(self._days_to(step, bool(self.document.get("late"))) for step in self.steps)

    def takes(self, item: Item, customer: Customer, day: date) -> bool:
        """Whether the sequence is for this invoice."""
        conditions = self.document["takes"]
        return not conditions or fits(conditions, item, customer, day)

    def is_sure(self, item: Item, day: date) -> bool:
        """Whether payment is so likely and near that no reminder is wanted."""
        sure = self.document.get("sure")
        if not sure:
            return False
        p_soon = p_paid_within(item, day, sure["within_days"])
        return p_soon is not None and p_soon >= sure["p_paid"]

    def is_late(self, item: Item) -> bool:
        """Whether payment is so likely to be late that steps come earlier and firmer."""
        late = self.document.get("late")
        return late is not None and item.p_late30 is not None and item.p_late30 >= late["p_late30"]

    def day_of(self, step: Step, item: Item) -> date:
        """The day on which a step falls due. One after the due date never moves to before the day after it."""
        return item.anchor + timedelta(days=self._days_to(step, self.is_late(item)))

    def _days_to(self, step: Step, is_late: bool) -> int:
        return max(step.day - self.document["late"]["days_earlier"], 1) if is_late and step.day > 1 else step.day

    def tone_of(self, step: Step, item: Item) -> str:
        """The tone of a step: a soft one is firmer where payment is likely late and the policy says so."""
        late = self.document.get("late")
        if step.tone in SOFT and step.day > 0 and late and late["firmer"] and self.is_late(item):
            return TONES[TONES.index(step.tone) + 1]
        return step.tone

    def approve_of(self, step: Step, tone: str) -> str:
        """Who approves a step that is said in a tone: a firmer one than its own asks for who approves such a step."""
        firm = TONES.index(tone)
        said_so = next((each.approve for each in self.steps if TONES.index(each.tone) >= firm), step.approve)
        return max(step.approve, said_so, key=APPROVALS.index)

    def due_step(self, item: Item, customer: Customer, day: date, reached: int) -> Step | None:
        """The step that is to be taken on a day, `reached` being the stage that was taken last; -1: none.

        The newest that is due: those before it are never made up for. What is firmer than neutral waits for the step
        before it all the same, so that nobody hears a firm word first.
        """
        found = before = None
        passed, is_late = (day - item.anchor).days, self.is_late(item)
        for step in self.steps:
            if self._days_to(step, is_late) > passed:
                break
            if step.day < 0 and step.stage > reached and day >= item.due_on:
                continue  # too late for what is said before the due date
            if step.when and not any(fits(each, item, customer, day) for each in step.when):
                continue
            if step.stage > reached and (step.tone in SOFT or before is None or before.stage <= reached):
                found = step
            before = step
        return found

    def next_day(self, item: Item, customer: Customer, day: date, reached: int) -> date | None:
        """The first day after `day` on which a step falls due."""
        days = [
            due
            for step in self.steps
            if step.stage > reached and (due := self.day_of(step, item)) > day
            if not step.when or any(fits(each, item, customer, due) for each in step.when)
        ]
        return min(days, default=None)


def reasons_against(
    item: Item,
    customer: Customer,
    settings: Mapping[str, Any],
    now: datetime,
    source: Source | None = None,
    *,
    planned_cycle: int | None = None,
) -> list[Reason]:
    """Every reason against asking for an invoice at an instant, the weightiest first; empty: it may be asked for.

    `source` None: how the connection stands is not asked. `planned_cycle` is the cycle in which a reminder was planned:
    a payment since then is a reason of its own.
    """
    found = reasons_against_item(item, settings, customer.calendar.day_of(now), planned_cycle)
    found += reasons_against_customer(customer, settings)
    found += reasons_of_answer(customer, settings, now)
    if source is not None:
        found += reasons_against_source(source, settings, now)
    return found


def reasons_against_item(
    item: Item, settings: Mapping[str, Any], day: date, planned_cycle: int | None = None
) -> list[Reason]:
    """Every reason in the invoice itself against asking for it on a day."""
    found: list[Reason] = []
    _of_document(found, item, settings, day, planned_cycle)
    if item.disputed and item.disputed >= item.open:
        found.append(Reason("disputed", "All that is open is disputed."))
    if item.promised_until is not None and item.promised_until >= day:
        found.append(Reason("promised", f"Payment is promised; the promise runs until {item.promised_until}."))
    if item.in_flight and item.asked <= 0:
        found.append(Reason("payment_in_flight", "The debtor says that it is paid; the payment is on its way."))
    if item.credited and item.asked <= 0:
        found.append(Reason("credit_pending", "A credit was agreed that the books do not show yet."))
    if item.stopped == "legal":
        found.append(Reason("legal", "It is on hold: a legal matter, or the debtor is insolvent."))
    elif item.stopped:
        found.append(Reason("on_hold", "Somebody put it on hold."))
    if item.unapplied >= item.open > 0:
        spare = f"{rounded(item.unapplied, item.currency):,} {item.currency}"
        sentence = f"{spare} received or credited is not applied yet and covers it."
        found.append(Reason("credit_pending", sentence))
    least = settings["minimum_amount"].get(item.currency)
    if least is not None and item.asked < Decimal(least) and item.open > 0:
        asked = f"{rounded(item.asked, item.currency):,} {item.currency}"
        found.append(Reason("below_minimum", f"{asked} is less than the least that is asked for."))
    return found


def reasons_against_source(source: Source, settings: Mapping[str, Any], now: datetime) -> list[Reason]:
    """Every reason not to trust what a connection's ledger says is open."""
    found = []
    if source.is_file:
        words, most = f"{settings['files_stale_after_days']} days", timedelta(days=settings["files_stale_after_days"])
    else:
        words, most = f"{settings['stale_after_hours']} hours", timedelta(hours=settings["stale_after_hours"])
    if source.read_at is None or now - source.read_at > most:
        found.append(Reason("stale", f"{source.name or 'The ledger'} was not read in the last {words}."))
    if source.ties_out is False:
        sentence = f"{source.name or 'The ledger'} does not tie out: what is open may be wrong."
        found.append(Reason("does_not_tie_out", sentence))
    return found


def _of_document(
    found: list[Reason], item: Item, settings: Mapping[str, Any], day: date, planned_cycle: int | None
) -> None:
    if item.status in ("void", "deleted", "draft", "written_off"):
        found.append(Reason("not_owed", f"The invoice is {item.status.replace('_', ' ')}."))
    elif item.open <= _tolerance(settings, item.currency):
        found.append(Reason("paid", "It is paid."))
    elif planned_cycle is not None and item.cycle != planned_cycle:
        found.append(Reason("partly_paid", "A part was paid since the reminder was planned."))
    if (day - item.issued_on).days < settings["minimum_age_days"]:
        sentence = f"It was issued on {item.issued_on}: less than {settings['minimum_age_days']} days ago."
        found.append(Reason("too_new", sentence))


def reasons_against_customer(customer: Customer, settings: Mapping[str, Any]) -> list[Reason]:
    """Every reason in the customer against writing to them by itself."""
    found = []
    if customer.is_excluded:
        found.append(Reason("excluded", "The customer is excluded from reminders."))
    wanted = {each.casefold() for each in settings["key_account_tags"]}
    if kept := next((tag for tag in sorted(customer.tags) if tag.casefold() in wanted), None):
        found.append(Reason("key_account", f"The customer has the tag {kept!r}: people speak to them."))
    if not customer.recipients:
        found.append(Reason("no_contact", "No e-mail address is known."))
    elif not customer.reachable:
        kinds = ", ".join(sorted({_SUPPRESSED.get(each, each) for each in customer.suppressed.values()}))
        found.append(Reason("suppressed", f"Nobody there may be written to: {kinds}."))
    return found


def reasons_of_answer(customer: Customer, settings: Mapping[str, Any], now: datetime) -> list[Reason]:
    """The reason in what the customer answered, as long as that rests for somebody to look at."""
    until = rests_until(customer, settings)
    if customer.answered_at is None or until is None or now >= until:
        return []
    answered_on, day = customer.calendar.day_of(customer.answered_at), customer.calendar.day_of(until)
    sentence = f"They answered on {answered_on}: nothing goes out before {day}, unless somebody has looked at it."
    return [Reason("answered", sentence)]


def rests_until(customer: Customer, settings: Mapping[str, Any]) -> datetime | None:
    """When reminders go on after an answer that nobody has looked at; None without such an answer."""
    if customer.answered_at is None:
        return None
    answered_on = customer.calendar.day_of(customer.answered_at)
    days = settings["rest_after_answer_days"]
    return customer.calendar.start_of(customer.calendar.after_business_days(answered_on, days))


def _tolerance(settings: Mapping[str, Any], currency: str) -> Decimal:
    tolerance = settings["tolerance"].get(currency)
    return _ZERO if tolerance is None else Decimal(tolerance)


_SUPPRESSED = {
    "bounced": "mail bounced",
    "complained": "they complained",
    "unsubscribed": "they unsubscribed",
    "absent": "they are away",
    "manual": "stopped by hand",
}


CODES = (
    *("not_owed", "paid", "partly_paid", "too_new", "disputed", "promised", "payment_in_flight", "legal", "on_hold"),
    *("credit_pending", "excluded", "key_account", "no_contact", "suppressed", "answered", "below_minimum", "stale"),
    *("does_not_tie_out", "no_policy", "not_due", "likely_to_pay", "held_back", "cap", "under_way", "no_step"),
)
"""The codes of reasons: those of `reasons_against`, then those for which a sequence asks for nothing yet."""


# Conditions


def fits(conditions: Mapping[str, Any], item: Item, customer: Customer, day: date) -> bool:
    """Whether all conditions hold; what is not known fits none."""
    return all(_CONDITIONS[name](wanted, item, customer, day) for name, wanted in conditions.items())


def _is_open_between(wanted: Mapping[str, str], item: Item, customer: Customer, day: date) -> bool:
    if item.home_rate is None:
        return False
    amount = item.asked * item.home_rate
    return Decimal(wanted.get("at_least", 0)) <= amount and (
        "at_most" not in wanted or amount <= Decimal(wanted["at_most"])
    )


def _is_between(value: float | None, wanted: Mapping[str, float]) -> bool:
    if value is None:
        return False
    return wanted.get("at_least", -math.inf) <= value <= wanted.get("at_most", math.inf)


_CONDITIONS: dict[str, Any] = {
    "risk": lambda wanted, item, customer, day: customer.risk in wanted,
    "open": _is_open_between,
    "currencies": lambda wanted, item, customer, day: item.currency in wanted,
    "countries": lambda wanted, item, customer, day: customer.country in wanted,
    "tags": lambda wanted, item, customer, day: not customer.tags.isdisjoint(wanted),
    "no_tags": lambda wanted, item, customer, day: customer.tags.isdisjoint(wanted),
    "segments": lambda wanted, item, customer, day: customer.segment in wanted,
    "is_new": lambda wanted, item, customer, day: (customer.paid_invoices < NEW_BELOW) is wanted,
    "days": lambda wanted, item, customer, day: _is_between((day - item.due_on).days, wanted),
    "p_late30": lambda wanted, item, customer, day: _is_between(item.p_late30, wanted),
    "p_paid_by_due": lambda wanted, item, customer, day: _is_between(item.p_paid_by_due, wanted),
}


# The forecast


def p_paid_within(item: Item, day: date, days: int) -> float | None:
    """How likely an invoice that is still open on a day is paid within so many days of it; None without a forecast.

    Read from the days by which payment is 10, 50 and 90 % likely: between them, and beyond the last, the chance of
    payment in a day stays the same.
    """
    if item.p10_on is None or item.p50_on is None or item.p90_on is None:
        return None
    passed = (day - item.p10_on).days
    open_then, open_now = _p_open(item, passed + days), _p_open(item, passed - 1)
    return 1.0 if open_now <= 0.0 else 1.0 - open_then / open_now


def _p_open(item: Item, since: int) -> float:
    """How likely it is open at the end of the day `since` days after its p10_on."""
    if since < 0:
        return 1.0
    middle = (item.p50_on - item.p10_on).days  # type: ignore[operator]
    last = (item.p90_on - item.p50_on).days  # type: ignore[operator]
    if since < middle:
        return float(0.9 * (0.5 / 0.9) ** (since / middle))
    if last <= 0:
        # Nine in ten by one and the same day: what is left is paid as fast as it can be.
        return 0.1 if since == middle else 0.1 * 0.5 ** (since - middle)
    return float(0.5 * 0.2 ** ((since - middle) / last))


# Reading a document


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of a policy."""
    found: Mapping[str, Any] = json.loads((CONFIG / "reminder_policy.schema.json").read_bytes())
    return found


@cache
def suggested() -> Mapping[str, Any]:
    """The sequence that the hub suggests to a tenant which has none."""
    found: Mapping[str, Any] = json.loads((CONFIG / "reminder_policy.json").read_bytes())
    return found


def read_policy(document: Any, *, policy_id: UUID, name: str = "", version: int = 1) -> Policy:
    """A policy from its document. Raises InvalidError that names each place and what would do."""
    if problems := dict(_problems(document)):
        raise InvalidError("The policy cannot be used as it is; nothing was stored.", fields=problems)
    steps = tuple(
        Step(
            stage=each["stage"],
            day=each["day"],
            tone=each["tone"],
            writer=each["writer"],
            approve=each["approve"],
            channel=UUID(each["channel"]) if each.get("channel") else None,
            attachments=tuple(each.get("attachments", ())),
            cc=tuple(each.get("cc", ())),
            when=tuple(each.get("when", ())),
        )
        for each in document["steps"]
    )
    return Policy(document=document, id=policy_id, name=name, version=version, steps=steps)


def problems_with(document: Any, declared: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a JSON Schema has against a document: where, and in a sentence what would do."""
    from jsonschema import Draft202012Validator  # late: few requests need it
    from jsonschema.exceptions import best_match

    if not _is_finite(document):
        yield "document", "Numbers must be finite."
        return
    for error in sorted(Draft202012Validator(declared).iter_errors(document), key=lambda each: list(each.path)):
        # Of a value that may also be null, what it lacks as a value.
        found = best_match([error]) or error
        yield ".".join(map(str, found.absolute_path)) or "document", _told(found)


def _told(error: Any) -> str:
    if error.validator == "pattern":  # which says nothing to people
        return str(error.schema.get("description", "This is not written as it has to be."))
    return f"{error.message[:300]}."


def _problems(document: Any) -> Iterator[tuple[str, str]]:
    is_sound = True
    for problem in problems_with(document, schema()):
        is_sound = False
        yield problem
    if not is_sound:
        return
    steps = document["steps"]
    for index, (before, after) in enumerate(pairwise(steps), 1):
        if after["stage"] <= before["stage"]:
            yield f"steps.{index}.stage", "Stages go up from step to step."
        if after["day"] <= before["day"]:
            yield f"steps.{index}.day", "Each step comes on a later day than the one before."
        if TONES.index(after["tone"]) < TONES.index(before["tone"]):
            yield f"steps.{index}.tone", "Tones do not become milder."
    for index, step in enumerate(steps):
        if step["day"] < 0 and step["tone"] != "service":
            yield f"steps.{index}.tone", "Before the due date the tone is service: nothing is overdue yet."
        if step["day"] == 0:
            yield f"steps.{index}.day", "On the due date nothing is late and nothing is early; choose another day."
        if step["tone"] in ("formal", "final") and step["approve"] == "automatic":
            yield f"steps.{index}.approve", f"A person approves what is {step['tone']}."
        if step["tone"] == "final" and step["writer"] != PERSON:
            yield f"steps.{index}.writer", "A final notice is written by a person."
        if step["writer"] == PERSON and step["approve"] == "automatic":
            yield f"steps.{index}.approve", "A person approves what a person writes."
        for place, when in enumerate(step.get("when", ())):
            yield from _disordered(f"steps.{index}.when.{place}", when)
    yield from _disordered("takes", document["takes"])


def _disordered(place: str, conditions: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, wanted in conditions.items():
        is_between = isinstance(wanted, Mapping) and {"at_least", "at_most"} <= wanted.keys()
        if is_between and Decimal(str(wanted["at_least"])) > Decimal(str(wanted["at_most"])):
            yield f"{place}.{name}", "at_least is above at_most: this fits nothing."


def _is_finite(part: Any) -> bool:
    if isinstance(part, Mapping):
        return all(map(_is_finite, part.values()))
    if isinstance(part, list):
        return all(map(_is_finite, part))
    return not isinstance(part, float) or math.isfinite(part)


def rounded(amount: Decimal, currency: str) -> Decimal:
    """An amount to what its currency has coins for."""
    return amount.quantize(Decimal(1).scaleb(-minor_units(currency)))
