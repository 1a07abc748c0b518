"""Open disputes: one, or many at once, whoever brings them. All of them wait to be read by `disputes.classify`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from hub import live
from hub.disputes import effects, history, policies
from hub.disputes.card_numbers import strike_out
from hub.disputes.models import dispute_labels, disputes
from hub.disputes.workflow import UNENDED
from hub.errors import ConflictError, InvalidError
from hub.events import DisputeOpened
from hub.jobs import service as jobs
from hub.jobs.announcing import announce
from hub.ledger import holds
from hub.ledger.owed import Owed, owed
from hub.storage import audit

Source = Literal["api", "batch", "csv", "email", "portal", "provider"]
SOURCES: tuple[Source, ...] = ("api", "batch", "csv", "email", "portal", "provider")
MOST_AT_ONCE = 1_000
LONGEST_TEXT = 20_000

_ALONE = text("select pg_advisory_xact_lock(hashtextextended('paypredict.disputes.' || current_user, 0))")


class DisputeExistsError(ConflictError):
    """What is objected to is in dispute already, by `dispute_id`."""

    def __init__(self, detail: str, dispute_id: UUID, *, fields: dict[str, Any] | None = None) -> None:
        super().__init__(detail, fields=fields)
        self.dispute_id = dispute_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a customer objects to, as it came in.

    `amount` is what is objected to in the invoice's currency, None for all that is open. `external_id` is what the
    source calls it: the same is never taken in twice. `code` is the reason where a person says it. `context` is what
    the text answers to; `sender` the address it came from.
    """

    text: str
    source: Source
    invoice_id: UUID | None = None
    customer_id: UUID | None = None
    external_id: str | None = None
    sender: str | None = None
    context: str | None = None
    product: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    attachments: Sequence[Mapping[str, str]] = field(default_factory=tuple)
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A dispute by its id and number; `is_new` is False where its source had brought it before."""

    id: UUID
    number: int
    is_new: bool


def open_dispute(session: Session, opening: Opening, now: datetime, *, today: date) -> Opened:
    """Open one dispute; see `open_disputes`."""
    return open_disputes(session, [opening], now, today=today)[0]


def open_disputes(
    session: Session, openings: Sequence[Opening], now: datetime, *, today: date, fields: str = ""
) -> list[Opened]:
    """Open disputes, all or none, in their order: place their holds, and have what they say read.

    Those whose external id is known already are given back as they are. Raises InvalidError for an invoice that the
    ledger has not or that nobody owes, and DisputeExistsError where the disputes of an invoice came to more than is
    open of it. Mail, files and providers tell what they tell: of them, amounts are not held against the balance.
    They are due when the policy says, from `today`, the day it is for the tenant. `fields` is what stands before
    "0.invoice_id" in the errors of several.
    """
    # Of two that open at once the second sees what the first has opened.
    session.execute(_ALONE)
    known = _known(session, openings)
    new = [(place, each) for place, each in enumerate(openings) if each.external_id not in known]
    _refuse_repeated(new, fields)
    invoices = _invoices(session, (each.invoice_id for _, each in new))
    _check(session, new, invoices, fields)
    due_on = due_after(today, policies.current(session).clock["resolve"])
    rows = [_row(each, invoices, now, due_on) for _, each in new]
    numbers = _insert(session, rows)
    _follow(session, rows, numbers, now)
    opened = {place: Opened(row["id"], numbers[row["id"]], True) for (place, _), row in zip(new, rows, strict=True)}
    return [opened.get(place) or known[each.external_id or ""] for place, each in enumerate(openings)]


def unended_of(session: Session, invoice_id: UUID) -> list[Opened]:
    """The disputes of an invoice that have not ended, oldest first."""
    query = (
        select(disputes.c.id, disputes.c.number)
        .where(disputes.c.invoice_id == invoice_id, disputes.c.status.in_(UNENDED))
        .order_by(disputes.c.opened_at, disputes.c.number)
    )
    return [Opened(row.id, row.number, False) for row in session.execute(query)]


def find_by_external_id(session: Session, external_id: str) -> Opened | None:
    """The dispute that a source has brought under this id."""
    query = select(disputes.c.id, disputes.c.number).where(disputes.c.external_id == external_id)
    row = session.execute(query).one_or_none()
    return None if row is None else Opened(row.id, row.number, False)


def due_after(opened_on: date, business_days: int) -> date:
    """The day so many business days later; weekends are none."""
    day, left = opened_on, business_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def _known(session: Session, openings: Iterable[Opening]) -> dict[str | None, Opened]:
    ids = [each.external_id for each in openings if each.external_id is not None]
    if not ids:
        return {}
    query = select(disputes.c.external_id, disputes.c.id, disputes.c.number).where(disputes.c.external_id.in_(ids))
    return {row.external_id: Opened(row.id, row.number, False) for row in session.execute(query)}


def _refuse_repeated(new: Iterable[tuple[int, Opening]], fields: str) -> None:
    seen: set[str] = set()
    for place, each in new:
        if each.external_id is None:
            continue
        if each.external_id in seen:
            name = f"{fields}{place}.external_id" if fields else "external_id"
            raise InvalidError("Two disputes have one external id.", fields={name: "It stands further up already."})
        seen.add(each.external_id)


def _invoices(session: Session, ids: Iterable[UUID | None]) -> dict[UUID, Owed]:
    return {each.id: each for each in owed(session, {each for each in ids if each is not None})}


def _check(session: Session, new: Iterable[tuple[int, Opening]], invoices: Mapping[UUID, Owed], fields: str) -> None:
    disputed = _disputed(session, invoices)
    for place, each in new:
        if each.invoice_id is None:
            continue
        prefix = f"{fields}{place}." if fields else ""
        invoice = invoices.get(each.invoice_id)
        if invoice is None:
            message = "The id of an invoice that is owed or was; not of a draft, void or deleted one."
            raise InvalidError("There is no such invoice.", fields={f"{prefix}invoice_id": message})
        if each.source not in ("api", "batch", "portal"):
            continue
        if invoice.balance <= 0:
            message = f"{invoice.number} has nothing open: it is {invoice.status}."
            raise InvalidError(message, fields={f"{prefix}invoice_id": "An invoice of which something is open."})
        before = disputed[invoice.id]
        wanted = invoice.balance if each.amount is None else each.amount
        if wanted > invoice.balance:
            message = f"At most {invoice.balance:f} {invoice.currency}, which is what is open of {invoice.number}."
            raise InvalidError("More is disputed than is open.", fields={f"{prefix}amount": message})
        sum_before = sum((invoice.balance if amount is None else amount for _, _, amount in before), Decimal(0))
        if before and sum_before + wanted > invoice.balance:
            dispute_id, number, _ = before[0]
            raise DisputeExistsError(
                f"{invoice.number} is in dispute already: {f'D-{number}' if number else 'by another of these'} leaves"
                f" {max(invoice.balance - sum_before, Decimal(0)):f} {invoice.currency} undisputed.",
                dispute_id,
                fields={f"{prefix}amount": f"At most {max(invoice.balance - sum_before, Decimal(0)):f}."},
            )
        before.append((UUID(int=0), 0, each.amount))


def _disputed(session: Session, ids: Collection[UUID]) -> dict[UUID, list[tuple[UUID, int, Decimal | None]]]:
    """What is in dispute already, by invoice: (dispute, number, amount)."""
    found: dict[UUID, list[tuple[UUID, int, Decimal | None]]] = defaultdict(list)
    query = (
        select(disputes.c.invoice_id, disputes.c.id, disputes.c.number, disputes.c.amount)
        .where(disputes.c.invoice_id.in_(ids), disputes.c.status.in_(UNENDED))
        .order_by(disputes.c.number)
    )
    for row in session.execute(query) if ids else ():
        found[row.invoice_id].append((row.id, row.number, row.amount))
    return found


def _row(opening: Opening, invoices: Mapping[UUID, Owed], now: datetime, due_on: date) -> dict[str, Any]:
    invoice = None if opening.invoice_id is None else invoices[opening.invoice_id]
    is_said = opening.code is not None
    return {
        "id": uuid4(),
        "invoice_id": opening.invoice_id,
        "customer_id": opening.customer_id if invoice is None else invoice.customer_id,
        "source": opening.source,
        "external_id": opening.external_id,
        "sender": opening.sender,
        "text": strike_out(opening.text),
        "context": None if opening.context is None else strike_out(opening.context),
        "product": opening.product,
        "code": opening.code,
        "code_by": "person" if is_said else None,
        "is_sure": True if is_said else None,
        "read_at": now if is_said else None,
        # As the database gives it back, so that the history says the same.
        "amount": None if opening.amount is None else opening.amount.quantize(Decimal("0.0001")),
        "currency": opening.currency if invoice is None else invoice.currency,
        "attachments": [dict(each) for each in opening.attachments],
        "due_on": due_on,
        "opened_at": now,
    }


def _insert(session: Session, rows: list[dict[str, Any]]) -> dict[UUID, int]:
    if not rows:
        return {}
    added = session.execute(insert(disputes).returning(disputes.c.id, disputes.c.number), rows)
    return {row.id: row.number for row in added}


def _opened(session: Session, row: Mapping[str, Any]) -> DisputeOpened:
    ids = {name: str(row[name]) if row[name] else None for name in ("invoice_id", "customer_id")}
    return DisputeOpened(tenant=session.info["tenant"], dispute_id=str(row["id"]), **ids)


_EVENT = ("invoice_id", "customer_id", "source", "code", "code_by", "is_sure", "amount", "currency", "due_on")


def _follow(session: Session, rows: list[dict[str, Any]], numbers: Mapping[UUID, int], now: datetime) -> None:
    """What opening brings with it: history, holds, labels, the reading, and the word to open pages."""
    if not rows:
        return
    after = [
        {"status": "open", "codes": [], "number": numbers[row["id"]]} | {name: row[name] for name in _EVENT}
        for row in rows
    ]
    events = [(row["id"], None, each) for row, each in zip(rows, after, strict=True)]
    history.record_all(session, "opened", now, events)
    held = [row for row in rows if row["invoice_id"] is not None]
    holds.place_all(session, "dispute", [effects.hold_of(row | {"number": numbers[row["id"]]}) for row in held], now)
    who = audit.actor()
    labels = [
        {
            "dispute_id": row["id"],
            "text": row["text"],
            "code": row["code"],
            "labelled_by": who.id,
            "labelled_at": now,
        }
        for row in rows
        if row["code"] is not None and who.kind == "person"
    ]
    if labels:
        session.execute(insert(dispute_labels), labels)
    jobs.submit(session, "disputes.classify", {})
    if held:
        effects.forecast_later(session, now)
    for row in rows:
        announce(session, _opened(session, row), tells_pages=False)
    if len(rows) == 1:
        live.tell_after_commit(session, "dispute-opened", dispute_id=str(rows[0]["id"]))
        audit.record(session, "dispute.opened", "dispute", rows[0]["id"], after=after[0])
    else:
        live.tell_after_commit(session, "dispute-opened")
        audit.record(session, "disputes.opened", "dispute", after={"count": len(rows), "first": min(numbers.values())})
