"""Simulation: what would go out in a period, to whom, when and why each other invoice gets nothing. Stores nothing.

It asks the very question that planning asks (`sequence.next_message`), once for the next message of each customer and
again after it; what is planned already is decided anew with the rest. Days to come suppose that nothing is paid,
disputed or promised meanwhile and that connections are read; of days that are past the ledger is what its books say of
them, and the reminders of the time are not counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.reminders import settings
from hub.reminders.answers import with_answers
from hub.reminders.planning import active_policies, world_of
from hub.reminders.policy import Customer, Item, Policy, Reason, read_policy
from hub.reminders.reading_items import read_customers, read_history, read_items
from hub.reminders.sequence import History, Message, World, next_message, reasons_for_nothing
from hub.reminders.suppressed import without_suppressed

MOST_DAYS = 92
MOST_MESSAGES = MOST_NOTHING = 1_000
"""So many are shown; all are counted."""
MOST_PAST = 400_000
"""Open invoices times past days that one simulation reads at most."""


@dataclass(kw_only=True)
class Simulated:
    """What a simulation found: messages by instant, and of every other open invoice the reasons, by customer and due
    date. `count_...` count all; `messages` and `nothing` are cut.
    """

    messages: list[Message] = field(default_factory=list)
    nothing: list[tuple[Item, Customer, list[Reason]]] = field(default_factory=list)
    count_messages: int = 0
    count_invoices: int = 0
    count_nothing: int = 0
    by_reason: dict[str, int] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    gains: dict[str, Decimal] = field(default_factory=dict)
    is_measured: bool = False

    def add(self, message: Message) -> None:
        """Count a message."""
        self.count_messages += 1
        self.count_invoices += len(message.lines)
        for currency, amount in message.totals.items():
            self.totals[currency] = self.totals.get(currency, Decimal(0)) + amount
        for gain in message.gains:
            self.gains[gain.currency] = self.gains.get(gain.currency, Decimal(0)) + gain.amount
            self.is_measured = gain.basis == "measured"
        self.messages.append(message)

    def leave_out(self, item: Item, customer: Customer, reasons: list[Reason]) -> None:
        """Count an invoice that gets nothing, by its weightiest reason."""
        self.count_nothing += 1
        self.by_reason[reasons[0].code] = self.by_reason.get(reasons[0].code, 0) + 1
        if len(self.nothing) < MOST_NOTHING:
            self.nothing.append((item, customer, reasons))


def simulate(
    session: Session,
    first: date,
    last: date,
    now: datetime,
    zone: ZoneInfo,
    home_currency: str,
    *,
    tried: Sequence[Mapping[str, Any]] | None = None,
    customer_id: UUID | None = None,
) -> Simulated:
    """What goes out from the day `first` to the day `last`, in the tenant's zone, by the active policies or by
    those that are `tried`, {name, document, id} each.

    Raises InvalidError for policies that cannot be used, and for a period that is too long.
    """
    today = now.astimezone(zone).date()
    _check_period(session, first, last, today, customer_id)
    policies = active_policies(session) if tried is None else _read_all(tried)
    ruled = settings.read(session)
    found = Simulated()
    history = History()
    if first < today:
        past = min(last, today - timedelta(days=1))
        _walk_past(session, found, history, policies, ruled, first, past, zone, home_currency, customer_id)
    if last >= today:
        # Reminders that were only supposed to have gone out on past days did not.
        history = read_history(session, now, customer_id=customer_id, counts_planned=False)
        world = world_of(session, policies, ruled, now)
        begin = now if first <= today else _midnight(first, zone)
        if first > today:
            world = _with_open_doors(world)
        items = read_items(session, None, now, today, home_currency=home_currency, customer_id=customer_id)
        customers = with_answers(session, _customers(session, items, ruled, zone, now), now)
        end = _midnight(last + timedelta(days=1), zone)
        sent = _walk(found, world, history, customers, items, begin, end)
        _explain(found, world, history, customers, items, sent, max(begin, end - timedelta(hours=1)))
    found.messages.sort(key=lambda message: (message.at, str(message.customer.id)))
    del found.messages[MOST_MESSAGES:]
    return found


def _walk(
    found: Simulated,
    world: World,
    history: History,
    customers: Mapping[UUID, Customer],
    items: Sequence[Item],
    begin: datetime,
    end: datetime,
) -> set[UUID]:
    """Let each customer get message after message until `end`; the invoices that are in any."""
    sent: set[UUID] = set()
    for customer_id, group in groupby(items, key=lambda item: item.customer_id):
        customer, theirs, at = customers[customer_id], list(group), begin
        while message := next_message(world, history, customer, theirs, at, end):
            history.note(message)
            found.add(message)
            sent.update(line.item.invoice_id for line in message.lines)
            at = message.at
    return sent


def _walk_past(
    session: Session,
    found: Simulated,
    history: History,
    policies: Sequence[Policy],
    ruled: Mapping[str, Any],
    first: date,
    last: date,
    zone: ZoneInfo,
    home_currency: str,
    customer_id: UUID | None,
) -> None:
    """Day by day, each with the ledger as it stood when the day began."""
    seen: dict[UUID, tuple[Item, Customer, list[Reason]]] = {}
    sent: set[UUID] = set()
    for day in _days(first, last):
        begin, end = _midnight(day, zone), _midnight(day + timedelta(days=1), zone)
        items = read_items(
            session,
            None,
            begin,
            day - timedelta(days=1),
            home_currency=home_currency,
            customer_id=customer_id,
            is_past=True,
        )
        world = _with_open_doors(world_of(session, list(policies), ruled, begin))
        customers = _customers(session, items, ruled, zone, begin)
        sent |= _walk(found, world, history, customers, items, begin, end)
        for item in items:
            customer = customers[item.customer_id]
            at = end - timedelta(hours=1)
            if item.invoice_id not in sent:
                seen[item.invoice_id] = (item, customer, reasons_for_nothing(world, history, customer, item, at))
    for invoice_id, (item, customer, reasons) in seen.items():
        if invoice_id not in sent:
            found.leave_out(item, customer, reasons)


def _explain(
    found: Simulated,
    world: World,
    history: History,
    customers: Mapping[UUID, Customer],
    items: Sequence[Item],
    sent: set[UUID],
    at: datetime,
) -> None:
    told = {item.invoice_id for item, _, _ in found.nothing}
    for item in items:
        if item.invoice_id not in sent and item.invoice_id not in told:
            customer = customers[item.customer_id]
            found.leave_out(item, customer, reasons_for_nothing(world, history, customer, item, at))


def _customers(
    session: Session, items: Sequence[Item], ruled: Mapping[str, Any], zone: ZoneInfo, at: datetime
) -> dict[UUID, Customer]:
    customers = read_customers(session, {item.customer_id for item in items}, ruled, zone)
    return without_suppressed(session, customers, at)


def _with_open_doors(world: World) -> World:
    """The same, no connection being kept out: it has been read, or will be."""
    return replace(world, blocked={})


def _read_all(tried: Sequence[Mapping[str, Any]]) -> list[Policy]:
    """Policies to try, {name, document, id} each. A policy that has no id yet draws its lots by its name."""
    policies: list[Policy] = []
    problems: dict[str, str] = {}
    for index, each in enumerate(tried):
        policy_id = each.get("id") or uuid5(NAMESPACE_OID, each["name"])
        try:
            policies.append(read_policy(each["document"], policy_id=policy_id, name=each["name"]))
        except InvalidError as error:
            problems |= {f"policies.{index}.document.{name}": words for name, words in error.fields.items()}
    if problems:
        raise InvalidError("The policies cannot be used as they are.", fields=problems)
    return policies


_OPEN = text("select count(*) from invoices where issued_on <= :last and (balance > 0 or paid_on >= :first)")


def _check_period(session: Session, first: date, last: date, today: date, customer_id: UUID | None) -> None:
    if last < first:
        raise InvalidError("The period ends before it begins.", fields={"to": f"{first} or later."})
    if (last - first).days >= MOST_DAYS:
        raise InvalidError("The period is too long.", fields={"to": f"At most {MOST_DAYS} days."})
    past = (min(last, today - timedelta(days=1)) - first).days + 1
    if past > 0 and customer_id is None:
        rows = (session.scalar(_OPEN, {"first": first, "last": last}) or 0) * past
        if rows > MOST_PAST:
            words = f"At most {max(MOST_PAST * past // rows, 1)} past days of so large a ledger, or one customer."
            raise InvalidError("That is too much to go through at once.", fields={"from": words})


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
