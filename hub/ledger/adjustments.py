"""Adjustments: what somebody decided to take off an invoice, until the provider's books say it too.

A pending adjustment changes no balance, for the provider's books are the truth. It stands beside the balance until a
sync brings the document that makes it real, and is `confirmed` then; whoever entered that document.

    pending -> sending -> written_back -> confirmed;  pending | failed -> cancelled;  failed -> sending

`sending` is committed before the provider is asked. What is left there by a crash or a lost answer is asked for again
with the same key, and the provider makes no second document.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.ledger.models import adjustments
from hub.ledger.receivables import minor_units
from hub.redaction import sentence
from hub.storage import audit

Kind = Literal["credit", "discount", "write_off", "reissue", "correction"]
KINDS: tuple[Kind, ...] = ("credit", "discount", "write_off", "reissue", "correction")
STATUSES = ("pending", "sending", "written_back", "confirmed", "failed", "cancelled")
LIVE = ("pending", "sending", "written_back", "failed")
"""Of these it is not known yet whether they will be true."""
COMING_OFF = "status in ('pending', 'sending', 'written_back') and kind <> 'reissue'"
"""SQL: adjustments that are agreed and not in the books yet; what is asked of an invoice is less by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What is to be taken off an invoice, in its currency.

    `idempotency_key` and `written_on`, the day that the provider's document bears, are the same in every attempt.
    `external_id` and `number` name that document, `applied` is how much of it settles the invoice.
    """

    id: UUID
    invoice_id: UUID
    dispute_id: UUID | None
    kind: Kind
    amount: Decimal
    currency: str
    reason: str
    status: str
    idempotency_key: str
    connection_id: UUID | None
    written_on: date | None
    external_id: str | None
    number: str | None
    applied: Decimal | None
    error: str | None
    created_at: datetime
    created_by: str
    updated_at: datetime
    version: int


def record(
    session: Session,
    *,
    invoice_id: UUID,
    dispute_id: UUID | None,
    kind: Kind,
    amount: Decimal,
    currency: str,
    reason: str,
    now: datetime,
) -> Adjustment:
    """Note what is to be taken off an invoice; nothing is told to the provider.

    Raises InvalidError for what the currency has no coins for, and ConflictError where, with what is pending already,
    more would be taken off than is open.
    """
    amount = amount.normalize() + 0
    if amount != round(amount, minor_units(currency)):
        raise InvalidError(f"{amount:f} is no amount of {currency}.", fields={"amount": "Use the currency's units."})
    # Of two that note at once the second sees what the first has noted.
    session.execute(text("select from invoices where id = :id for update"), {"id": invoice_id})
    row = session.execute(_OPEN, {"id": invoice_id}).one_or_none()
    if row is None:
        raise NotFoundError("There is no such invoice.")
    if amount > row.balance - row.pending:
        raise ConflictError(
            f"Of invoice {row.number} {row.balance:f} {row.currency} are open, and {row.pending:f} of them are to be"
            f" taken off already: {amount:f} are too much."
        )
    adjustment_id = uuid4()
    values = {
        "id": adjustment_id,
        "invoice_id": invoice_id,
        "dispute_id": dispute_id,
        "kind": kind,
        "amount": amount,
        "currency": currency,
        "reason": sentence(reason, 1000),
        "idempotency_key": f"pp-{adjustment_id.hex}",
        "created_at": now,
        "created_by": audit.actor().id,
        "updated_at": now,
    }
    session.execute(insert(adjustments).values(**values))
    after = {name: values[name] for name in ("invoice_id", "dispute_id", "kind", "amount", "currency")}
    audit.record(session, "adjustment.recorded", "adjustment", adjustment_id, after=after)
    return get(session, adjustment_id)


def get(session: Session, adjustment_id: UUID, *, for_update: bool = False) -> Adjustment:
    """An adjustment, held until the transaction ends if `for_update`. Raises NotFoundError."""
    query = select(adjustments).where(adjustments.c.id == adjustment_id)
    row = session.execute(query.with_for_update() if for_update else query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such adjustment.")
    return Adjustment(**row)


def list_adjustments(
    session: Session,
    *,
    invoice_id: UUID | None = None,
    dispute_id: UUID | None = None,
    status: Collection[str] = (),
    limit: int = 200,
) -> list[Adjustment]:
    """Adjustments, newest first."""
    query = select(adjustments).order_by(adjustments.c.created_at.desc(), adjustments.c.id).limit(limit)
    for column, wanted in (("invoice_id", invoice_id), ("dispute_id", dispute_id)):
        if wanted is not None:
            query = query.where(adjustments.c[column] == wanted)
    if status:
        query = query.where(adjustments.c.status.in_(status))
    return [Adjustment(**row) for row in session.execute(query).mappings()]


def send(session: Session, adjustment: Adjustment, connection_id: UUID, today: date, now: datetime) -> Adjustment:
    """Note that the provider is going to be asked; from here on nobody can say that it was not."""
    first = {"written_on": adjustment.written_on or today, "connection_id": connection_id}
    return change(session, adjustment, now, status="sending", error=None, **first)


def change(session: Session, adjustment: Adjustment, now: datetime, **values: Any) -> Adjustment:
    """Change an adjustment that the caller holds; a change of its status is in the audit."""
    if "error" in values and values["error"] is not None:
        values["error"] = sentence(values["error"], 1000)
    changed = (
        update(adjustments)
        .where(adjustments.c.id == adjustment.id)
        .values(**values, updated_at=now, version=adjustments.c.version + 1)
        .returning(adjustments)
    )
    after = Adjustment(**session.execute(changed).mappings().one())
    if after.status != adjustment.status:
        audit.record(
            session,
            f"adjustment.{after.status}",
            "adjustment",
            adjustment.id,
            before={"status": adjustment.status},
            after={"status": after.status, "external_id": after.external_id, "error": after.error},
        )
    return after


def cancel(session: Session, adjustment_id: UUID, now: datetime) -> Adjustment:
    """Have it not be: nothing is taken off. Raises NotFoundError, and ConflictError where the provider may have it."""
    adjustment = get(session, adjustment_id, for_update=True)
    if adjustment.status == "cancelled":
        return adjustment
    if adjustment.status not in ("pending", "failed"):
        what = {
            "sending": "The provider was asked, and it is not known yet what came of it; write it back again to know.",
            "written_back": "The provider has the document; void it there.",
            "confirmed": "The books have it already; correct it there.",
        }
        raise ConflictError(what[adjustment.status])
    return change(session, adjustment, now, status="cancelled")


def confirm(session: Session, now: datetime) -> list[Adjustment]:
    """Confirm what the books say by now, of all that is not known yet to be true; what was confirmed.

    By the document that was written back; else by what settles the invoice in the same amount since, with each
    document explaining one adjustment; for what is entered anew or corrected, by the invoice being void or gone.
    """
    confirmed = []
    for row in session.execute(_CONFIRMED).mappings():
        adjustment = get(session, row["id"], for_update=True)
        if adjustment.status not in LIVE:
            continue
        found = {name: row[name] for name in ("external_id", "connection_id", "number") if row[name] is not None}
        taken = (
            session.execute(_TAKEN, {**found, "id": adjustment.id}).scalar_one() if "external_id" in found else False
        )
        if not taken:
            confirmed.append(change(session, adjustment, now, status="confirmed", error=None, **found))
    return confirmed


_OPEN = text("""
    select i.number, i.currency, i.balance, coalesce((
        select sum(a.amount) from adjustments a
        where a.invoice_id = i.id and a.status in ('pending', 'sending', 'written_back', 'failed')
    ), 0) as pending
    from invoices i where i.id = :id
""")

_CONFIRMED = text("""
    select a.id, m.external_id, m.connection_id, m.number, 0 as rank
    from adjustments a
    join credit_memos m on m.connection_id = a.connection_id and m.external_id = a.external_id
        and m.deleted_on is null and m.status = 'open'
    where a.status = 'written_back'
    union all
    -- One that the provider was asked for before one that it was not.
    select a.id, coalesce(m.external_id, l.external_id), l.connection_id, m.number,
        case a.status when 'sending' then 1 else 2 end
    from adjustments a
    join allocations l on l.invoice_id = a.invoice_id and l.amount = a.amount and l.deleted_on is null
        and l.reversed_on is null and l.recorded_at > a.created_at
        and l.kind in ('credit_memo', 'discount', 'write_off', 'journal')
    left join credit_memos m on l.kind = 'credit_memo' and m.id = l.source_id
    where a.status in ('pending', 'sending', 'failed') and a.kind in ('credit', 'discount', 'write_off')
        -- What was known before explains nothing, though it was written anew since.
        and not exists (
            select from ledger_versions v
            where v.entity = 'allocation' and v.id = l.id and v.recorded_at <= a.created_at
        )
    union all
    select a.id, null, null, null, 3
    from adjustments a join invoices i on i.id = a.invoice_id
    where a.status in ('pending', 'failed') and a.kind in ('reissue', 'correction')
        and i.status in ('void', 'deleted', 'credited')
    order by rank, id
""")

_TAKEN = text("""
    select exists (
        select from adjustments
        where external_id = :external_id and connection_id = :connection_id and id <> :id
            and status in ('written_back', 'confirmed')
    )
""")
