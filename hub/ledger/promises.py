"""Promises to pay: who will have paid what by when, and what became of it.

An invoice has one open promise at most. A new one takes its place and counts how often it was put off; one that was put
off for the third time counts as broken where promises are counted (`counted`). While it is open the invoice, or the
amount, is held (hub.ledger.holds): nobody is reminded of it.

    open -> kept | partly_kept | broken | cancelled | superseded

That an invoice has been paid already, as debtors say, is a promise as well: its money will be seen in the books within
days. Of such a one `paid_on` is the day they name, and it holds the invoice as a payment in flight.

What was promised is never changed, and what became of it is written once: so any past day can be told as it was known.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import UUID, uuid4

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from hub import live
from hub.errors import ConflictError, InvalidError, NotFoundError, PreconditionError
from hub.events import PromiseBroken, PromiseKept, PromiseMade
from hub.jobs import service as jobs
from hub.jobs.announcing import announce
from hub.ledger import holds
from hub.ledger.business_days import business_day_after
from hub.ledger.ids import MANUAL
from hub.ledger.models import promises
from hub.ledger.owed import Owed, owed
from hub.ledger.receivables import minor_units
from hub.storage import audit

Channel = Literal["portal", "phone", "email", "letter", "api"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)
STATUSES = ("open", "kept", "partly_kept", "broken", "cancelled", "superseded")

GRACE_DAYS = 2
"""Business days after the promised day on which a payment still keeps the promise: banks take their time."""
IN_FLIGHT_DAYS = 2
"""Business days from a payment to the day by which it is in the books."""
MOST_DAYS_AHEAD = 365
MOST_DAYS_BACK = 60
"""How far back a payment may lie that the books do not know yet."""
MOST_TIMES = 3
"""Put off so often, a promise counts as broken."""
_FORECAST_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What was said, by whom and when; amounts are in the invoice's currency.

    `promised_on` is the day by which it is paid, `until` the last day on which a payment keeps it. `paid_on` is set
    where it is said to be paid already. `times` counts how often it was put off before; `paid` is what was paid since,
    as far as it is known. `made_by` is whoever said so at the customer, `recorded_by` the id of who noted it.
    """

    id: UUID
    invoice_id: UUID
    customer_id: UUID
    amount: Decimal
    currency: str
    promised_on: date
    until: date
    paid_on: date | None
    made_at: datetime
    channel: Channel
    note: str | None
    made_by: str | None
    recorded_by: str
    reminder_id: UUID | None
    status: str
    settled_at: datetime | None
    paid_before: Decimal
    credited_before: Decimal
    paid: Decimal
    times: int
    version: int


def promise(
    session: Session,
    invoice_id: UUID,
    *,
    channel: Channel,
    now: datetime,
    today: date,
    promised_on: date | None = None,
    paid_on: date | None = None,
    amount: Decimal | None = None,
    note: str | None = None,
    made_by: str | None = None,
    reminder_id: UUID | None = None,
) -> Promise:
    """Note that `amount` of an invoice (None: all that is open) will have been paid by `promised_on`, and hold it.

    With `paid_on` in place of `promised_on` it was paid on that day. `today` is the tenant's. The open promise of the
    invoice, if there is one, is superseded. Raises NotFoundError where there is no such invoice, ConflictError where
    nothing of it is open, InvalidError for a day or an amount that cannot be.
    """
    # Of two that are made at once the second supersedes the first.
    session.execute(text("select from invoices where id = :id for update"), {"id": invoice_id})
    invoice = next(iter(owed(session, [invoice_id])), None)
    if invoice is None:
        raise NotFoundError("There is no such invoice.")
    if invoice.balance <= 0:
        raise ConflictError(f"Nothing of {invoice.number} is open: it is {invoice.status.replace('_', ' ')}.")
    amount = _amount(invoice, amount)
    country = session.scalar(text("select country from customers where id = :id"), {"id": invoice.customer_id})
    if paid_on is None:
        promised_on = _promised_on(promised_on, today)
    else:
        _check_paid_on(paid_on, today)
        promised_on = max(today, business_day_after(paid_on, IN_FLIGHT_DAYS, country))
    before = _open_of(session, invoice_id)
    if before is not None:
        _end(session, before, "superseded", now)
    set_against = session.execute(_SET_AGAINST, {"id": invoice_id}).one()
    row = {
        "id": uuid4(),
        "invoice_id": invoice.id,
        "customer_id": invoice.customer_id,
        "amount": amount,
        "currency": invoice.currency,
        "promised_on": promised_on,
        "until": business_day_after(promised_on, GRACE_DAYS, country),
        "paid_on": paid_on,
        "made_at": now,
        "channel": channel,
        "note": note,
        "made_by": made_by,
        "recorded_by": audit.actor().id,
        "reminder_id": reminder_id,
        "paid_before": set_against.paid,
        "credited_before": set_against.credited,
        "times": 0 if before is None else before.times + 1,
    }
    made = Promise(**session.execute(insert(promises).values(**row).returning(promises)).mappings().one())
    holds.place(
        session,
        invoice.id,
        _hold_kind(made),
        source_id=made.id,
        reason=f"Said to be paid on {paid_on}" if paid_on else f"Promised for {promised_on}",
        at=now,
        amount=None if amount >= invoice.balance else amount,
        until=made.until,
    )
    after = {name: row[name] for name in ("invoice_id", "amount", "currency", "promised_on", "paid_on", "channel")}
    audit.record(session, "promise.made", "promise", made.id, after=after | {"times": made.times})
    _follow(session, made, now)
    announce(session, PromiseMade(**_ids(session, made)))
    return made


def get(session: Session, promise_id: UUID) -> Promise:
    """A promise. Raises NotFoundError."""
    return _get(session, promise_id, is_locked=False)


def cancel(session: Session, promise_id: UUID, now: datetime, *, expected_version: int | None = None) -> Promise:
    """Have it count for nothing, and hold nothing. Cancelled already, it stays so.

    Raises NotFoundError, ConflictError where it has ended otherwise, PreconditionError where it was changed.
    """
    before = _get(session, promise_id, is_locked=True)
    if expected_version is not None and before.version != expected_version:
        raise PreconditionError(f"The promise was changed: it is at version {before.version}; read it again.")
    if before.status == "cancelled":
        return before
    if before.status != "open":
        raise ConflictError(f"The promise is {before.status.replace('_', ' ')}: only an open one can be cancelled.")
    after = _end(session, before, "cancelled", now)
    _follow(session, after, now)
    return after


def open_promises(session: Session, invoice_ids: Collection[UUID]) -> dict[UUID, Promise]:
    """The open promises of these invoices, by invoice."""
    query = select(promises).where(promises.c.invoice_id.in_(invoice_ids), promises.c.status == "open")
    return {row["invoice_id"]: Promise(**row) for row in session.execute(query).mappings()} if invoice_ids else {}


def of_invoice(session: Session, invoice_id: UUID) -> list[Promise]:
    """All promises of an invoice, newest first."""
    query = select(promises).where(promises.c.invoice_id == invoice_id).order_by(promises.c.made_at.desc())
    return [Promise(**row) for row in session.execute(query).mappings()]


def of_customers(session: Session, customer_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """All promises of these customers, oldest first: for a person who asks."""
    query = select(promises).where(promises.c.customer_id.in_(customer_ids)).order_by(promises.c.made_at)
    return [dict(row) for row in session.execute(query).mappings()]


def settle_due(session: Session, now: datetime, *, today: date, read_until: Mapping[UUID, date]) -> list[Promise]:
    """Write down what became of promises: kept as soon as the books say so, else by what was paid once time is up.

    Time is up on the day after `until`, once the books have been read since: `read_until` has, by connection, the day
    of the last good reading in the tenant's time zone. Invoices that are entered by hand need none; of a connection
    that is not in it no promise is ever broken. Returns the promises that ended.
    """
    ended = []
    for row in session.execute(_STANDING).mappings().all():
        made = Promise(**{name: row[name] for name in Promise.__dataclass_fields__})
        paid = max(row["paid_by_then"] - made.paid_before, Decimal(0))
        is_read = row["connection_id"] == MANUAL or read_until.get(row["connection_id"], date.min) > made.until
        status = _became(made, dict(row), paid, is_over=today > made.until and is_read)
        if status is not None:
            ended.append(_end(session, made, status, now, paid=paid))
        elif paid != made.paid:
            session.execute(update(promises).where(promises.c.id == made.id).values(paid=paid))
    for each in ended:
        if each.status != "cancelled":
            event = PromiseKept if each.status == "kept" else PromiseBroken
            announce(session, event(**_ids(session, each)))
    if ended:
        _forecast_later(session, now)
    return ended


@dataclass(frozen=True, slots=True)
class Counted:
    """How many promises ended in each way, of those that say how far somebody's word goes.

    `broken` also counts those that were put off for the third time.
    """

    kept: int = 0
    partly_kept: int = 0
    broken: int = 0

    @property
    def p_kept(self) -> float | None:
        """The share that was kept; one kept in part counts as half. None where none has ended."""
        total = self.kept + self.partly_kept + self.broken
        return (self.kept + self.partly_kept / 2) / total if total else None


def counted(session: Session, customer_id: UUID | None = None, *, since: datetime | None = None) -> Counted:
    """What became of the promises of a customer, or of all; with `since` of those that ended then or later."""
    row = session.execute(_COUNTED, {"customer": customer_id, "most": MOST_TIMES, "since": since}).one()
    return Counted(*row)


def _became(made: Promise, row: Mapping[str, Any], paid: Decimal, *, is_over: bool) -> str | None:
    # What was credited need not be paid any more; it first takes off what was not promised.
    needed = min(made.amount, row["total"] - made.paid_before - row["credited"])
    is_settled = row["balance"] <= 0 and row["status_now"] == "paid" and row["paid_off_on"] <= made.until
    if paid > 0 and (paid >= needed or is_settled):
        return "kept"
    if row["status_now"] in ("void", "deleted", "written_off", "credited") or (needed <= 0 and paid == 0):
        return "cancelled"
    if not is_over:
        return None
    return "partly_kept" if paid > 0 else "broken"


def _end(session: Session, before: Promise, status: str, now: datetime, *, paid: Decimal | None = None) -> Promise:
    values = {"status": status, "settled_at": now} | ({} if paid is None else {"paid": paid})
    ended = (
        update(promises)
        .where(promises.c.id == before.id)
        .values(**values, version=promises.c.version + 1)
        .returning(promises)
    )
    after = Promise(**session.execute(ended).mappings().one())
    holds.release(session, _hold_kind(before), before.id, now)
    audit.record(
        session,
        f"promise.{status}",
        "promise",
        before.id,
        before={"status": before.status},
        after={"status": status, "paid": after.paid},
    )
    live.tell_after_commit(session, "promise-changed", promise_id=str(before.id), invoice_id=str(before.invoice_id))
    return after


def _follow(session: Session, made: Promise, now: datetime) -> None:
    live.tell_after_commit(session, "promise-changed", promise_id=str(made.id), invoice_id=str(made.invoice_id))
    _forecast_later(session, now)


def _forecast_later(session: Session, now: datetime) -> None:
    # One forecast for all that changes within minutes, disputes' holds among it.
    jobs.submit(session, "forecasting.refresh", {}, dedupe_key="holds", run_at=now + _FORECAST_AFTER)


def _ids(session: Session, made: Promise) -> dict[str, str]:
    ids = {"promise_id": made.id, "invoice_id": made.invoice_id, "customer_id": made.customer_id}
    return {"tenant": session.info["tenant"]} | {name: str(each) for name, each in ids.items()}


def _hold_kind(made: Promise) -> holds.Kind:
    return "promise" if made.paid_on is None else "payment_in_flight"


def _get(session: Session, promise_id: UUID, *, is_locked: bool) -> Promise:
    query = select(promises).where(promises.c.id == promise_id)
    row = session.execute(query.with_for_update() if is_locked else query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such promise.")
    return Promise(**row)


def _open_of(session: Session, invoice_id: UUID) -> Promise | None:
    query = select(promises).where(promises.c.invoice_id == invoice_id, promises.c.status == "open")
    row = session.execute(query.with_for_update()).mappings().one_or_none()
    return None if row is None else Promise(**row)


def _amount(invoice: Owed, amount: Decimal | None) -> Decimal:
    if amount is None:
        return invoice.balance
    amount = amount.normalize() + 0
    if amount <= 0 or amount > invoice.balance:
        message = f"More than 0 and at most {invoice.balance:f} {invoice.currency}, which is what is open."
        raise InvalidError("So much cannot be promised.", fields={"amount": message})
    if amount != round(amount, minor_units(invoice.currency)):
        raise InvalidError(
            f"{amount:f} is no amount of {invoice.currency}.", fields={"amount": "Use the currency's units."}
        )
    return amount


def _promised_on(promised_on: date | None, today: date) -> date:
    last = today + timedelta(days=MOST_DAYS_AHEAD)
    if promised_on is None or not today <= promised_on <= last:
        raise InvalidError("This day cannot be promised.", fields={"promised_on": f"A day from {today} to {last}."})
    return promised_on


def _check_paid_on(paid_on: date, today: date) -> None:
    first = today - timedelta(days=MOST_DAYS_BACK)
    if not first <= paid_on <= today:
        message = f"A day from {first} to {today}."
        raise InvalidError("This cannot be the day of a payment that is on its way.", fields={"paid_on": message})


# What counts of what was set against an invoice, by kind: as hub.forecasting.settlement has it.
_PAYS = "a.kind in ('payment', 'prepayment', 'overpayment', 'discount', 'withholding')"
_COUNTS = """a.deleted_on is null and a.reversed_on is null and (a.source_id in (
    select id from payments where deleted_on is not null or status <> 'open'
    union all select id from credit_memos where deleted_on is not null or status <> 'open'
)) is not true"""

_SET_AGAINST = text(f"""
    select coalesce(sum(a.amount) filter (where {_PAYS}), 0) as paid,
           coalesce(sum(a.amount) filter (where not {_PAYS}), 0) as credited
    from allocations a where a.invoice_id = :id and {_COUNTS}
""")
_STANDING = text(f"""
    select p.*, i.connection_id, i.total, i.balance, i.status as status_now, i.paid_on as paid_off_on,
           coalesce(s.paid, 0) as paid_by_then, coalesce(s.credited, 0) as credited
    from promises p join invoices i on i.id = p.invoice_id
    left join lateral (
        select sum(a.amount) filter (where {_PAYS} and a.applied_on <= p.until) as paid,
               sum(a.amount) filter (where not {_PAYS}) as credited
        from allocations a where a.invoice_id = p.invoice_id and {_COUNTS}
    ) s on true
    where p.status = 'open'
    order by p.id for update of p
""")
_COUNTED = text("""
    select count(*) filter (where status = 'kept'), count(*) filter (where status = 'partly_kept'),
           count(*) filter (where status = 'broken' or (status = 'superseded' and times + 1 >= :most))
    from promises where (cast(:customer as uuid) is null or customer_id = :customer)
        and (cast(:since as timestamptz) is null or settled_at >= :since)
""")
