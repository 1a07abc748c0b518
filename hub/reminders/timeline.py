"""What happened with a customer, newest first: reminders, promises, disputes, payments and notes in one list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.ledger import service as ledger

KINDS = ("reminder", "promise", "dispute", "payment", "note")
EVENTS = (
    *("sent", "bounced", "complained", "replied"),
    *("made", "claimed", "kept", "partly_kept", "broken", "cancelled"),
    *("opened", "resolved"),
    "received",
    *("call", "email", "meeting", "note"),
)
"""What an item of each kind tells of."""


def read_timeline(
    session: Session,
    customer_id: UUID,
    limit: int,
    *,
    kinds: tuple[str, ...] = KINDS,
    after: tuple[datetime, str] | None,
) -> list[dict[str, Any]]:
    """The next `limit` things that happened with a customer, behind the pair `after`. Raises NotFoundError.

    A payment has a day and no time: it stands at the day's end in UTC, after what else was on that day.
    """
    if ledger.get_customer(session, customer_id) is None:
        raise NotFoundError("There is no such customer.")
    parts = " union all ".join(f"({_PARTS[kind].format(page=_PAGE)})" for kind in kinds)
    values: dict[str, Any] = {"customer": customer_id, "limit": limit}
    values |= {"after_at": after[0] if after else None, "after_key": after[1] if after else None}
    rows = session.execute(text(f"select * from ({parts}) happened order by at desc, key desc limit :limit"), values)
    return [dict(row._mapping) for row in rows]


# Each part stops at the page's end by itself, so that a customer with many payments costs no more than others.
_PAGE = """
    where cast(:after_at as timestamptz) is null
       or (at, key) < (cast(:after_at as timestamptz), cast(:after_key as text))
    order by at desc, key desc limit :limit
"""
_COLUMNS = "at, key, kind, event, subject_id, number, amount, currency, day, outcome, said, by_name"


def _part(select: str) -> str:
    return f"select {_COLUMNS} from ({select}) part ({_COLUMNS}) {{page}}"


_PARTS = {
    "reminder": _part("""
        select happened.at, 'reminder ' || r.id || ' ' || happened.event, 'reminder', happened.event, r.id,
               'R-' || r.number, null::numeric, null::text, null::date, null::text, r.subject,
               case when r.kind = 'manual' then r.created_by ->> 'name' end
        from reminders r cross join lateral (
            select r.sent_at, 'sent' where r.sent_at is not null
            union all select r.replied_at, 'replied' where r.replied_at is not null
            union all select max(e.at), e.kind from reminder_events e
                      where e.reminder_id = r.id and e.kind in ('bounced', 'complained') group by e.kind
        ) happened (at, event)
        where r.customer_id = :customer and r.sent_at is not null
    """),
    "promise": _part("""
        select happened.at, 'promise ' || p.id || ' ' || happened.event, 'promise', happened.event, p.id,
               i.number, p.amount, p.currency::text,
               case happened.event when 'claimed' then p.paid_on else p.promised_on end,
               p.channel::text, p.note, p.made_by
        from promises p left join invoices i on i.id = p.invoice_id cross join lateral (
            select p.made_at, case when p.paid_on is null then 'made' else 'claimed' end
            union all select p.settled_at, p.status where p.status in ('kept', 'partly_kept', 'broken', 'cancelled')
        ) happened (at, event)
        where p.customer_id = :customer
    """),
    "dispute": _part("""
        select happened.at, 'dispute ' || d.id || ' ' || happened.event, 'dispute', happened.event, d.id,
               'D-' || d.number, d.amount, d.currency::text, null::date,
               case happened.event when 'resolved' then d.outcome::text else d.code end, null::text, null::text
        from disputes d cross join lateral (
            select d.opened_at, 'opened'
            union all select d.resolved_at, 'resolved' where d.resolved_at is not null
        ) happened (at, event)
        where d.customer_id = :customer
    """),
    "payment": _part("""
        select (p.paid_on + 1)::timestamp at time zone 'UTC' - interval '1 second', 'payment ' || p.id, 'payment',
               'received', p.id, null::text, p.amount, p.currency::text, p.paid_on, null::text, null::text, null::text
        from payments p
        where p.customer_id = :customer and p.status = 'open' and p.deleted_on is null
    """),
    "note": _part("""
        select n.at, 'note ' || n.id, 'note', n.kind::text, n.id, null::text, null::numeric, null::text, null::date,
               n.outcome::text, n.text, n.by_name
        from contact_notes n
        where n.customer_id = :customer
    """),
}
