"""What the team is told in the morning: what waits for somebody, in a few lines with links. Once a day at the most."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.numbers import format_currency
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from hub.channels import sending
from hub.channels import service as channels
from hub.identity.public_address import base_url
from hub.jobs.context import JobContext
from hub.reminders.models import team_digests
from hub.sdk.channel import Notice
from hub.sdk.errors import PluginError, TransientError
from hub.tenants import service as tenants

FROM_HOUR, TO_HOUR = 8, 11
"""In the tenant's time zone: at the first of these hours, at a later one where the hub was down."""
_DAYS_OF_WEEKENDS = (5, 6)


def run(context: JobContext) -> dict[str, Any]:
    """Work of the kind `reminders.digest`: tell the team channel what waits, once in the morning of a working day.

    The day is noted before the digest is sent: a worker that is lost meanwhile costs the digest, and sends none twice.
    """
    with context.storage.hub() as session:
        tenant = tenants.get(session, context.tenant)
    now = datetime.now(UTC)
    if not is_time(now, ZoneInfo(tenant.time_zone)):
        return {"sent": 0}
    today = now.astimezone(ZoneInfo(tenant.time_zone)).date()
    with context.transaction() as session:
        channel = channels.default_channel(session, "team")
        if channel is None or channel.status == "disabled":
            return {"sent": 0}
        found = read(session, now, today)
        if not any(each["count"] for each in found) or not _take(session, today, channel.id):
            return {"sent": 0}
    try:
        with sending.opened(context, channel) as plugin:
            sending.notify(context, channel, plugin, notice(found, tenant.name, base_url(context.settings)))
    except TransientError:
        with context.transaction() as session:
            session.execute(delete(team_digests).where(team_digests.c.on_date == today))
        raise
    except PluginError as error:
        _note(context, today, reason=str(error)[:500])
        return {"sent": 0, "failed": 1}
    _note(context, today, sent_at=datetime.now(UTC))
    return {"sent": 1}


def is_time(now: datetime, zone: ZoneInfo) -> bool:
    """Whether it is the morning of a working day there."""
    local = now.astimezone(zone)
    return local.weekday() not in _DAYS_OF_WEEKENDS and FROM_HOUR <= local.hour <= TO_HOUR


def read(session: Session, now: datetime, today: date) -> list[dict[str, Any]]:
    """What waits: {name, count, amounts: [{currency, amount}]} of each kind, in the order in which it is told."""
    values = {"now": now, "today": today, "since": _last_digest(session, now, today), "until": now + timedelta(days=1)}
    rows = {row.name: row for row in session.execute(_WAITING, values)}
    return [
        {"name": name, "count": rows[name].number, "amounts": rows[name].amounts} for name in _LINES if name in rows
    ]


def notice(found: list[dict[str, Any]], company: str, base: str) -> Notice:
    """The digest. Its first line says what is most; what there is none of is left out."""
    waiting = [each for each in found if each["count"]]
    to_approve = next((each["count"] for each in waiting if each["name"] == "to_approve"), 0)
    words = f"{to_approve:,} reminder{'s' * (to_approve != 1)} to approve" if to_approve else "what waits today"
    return Notice(
        title=f"{company}: {words}",
        link=f"{base}/worklist/",
        facts=tuple((_LINES[each["name"]][0], _figures(each)) for each in waiting),
        actions=tuple((_LINES[each["name"]][1], f"{base}{_LINES[each['name']][2]}") for each in waiting),
    )


_LINES: Mapping[str, tuple[str, str, str]] = {
    "to_approve": ("Reminders to approve", "Approve reminders", "/reminders/"),
    "failed": ("Reminders that failed, or may have", "See what failed", "/reminders/?tab=failed"),
    "broken": ("Promises broken since the last digest", "See the worklist", "/worklist/"),
    "disputes": ("Disputes past their day", "See disputes", "/disputes/"),
    "scheduled": ("Reminders that go out today", "See what is scheduled", "/reminders/?tab=scheduled"),
}
"""By kind: what it is called, what its link says, and where that leads."""

_WAITING = text("""
    with waiting as (
        select 'to_approve' as name, totals from reminders where status = 'to_approve'
        union all select 'failed', totals from reminders where status in ('failed', 'uncertain')
        union all select 'scheduled', totals from reminders where status = 'approved' and scheduled_at <= :until
    ),
    summed as (
        select name, count(*) as number, null::text as currency, null::numeric as amount from waiting group by name
        union all
        select name, 0, each ->> 'currency', sum((each ->> 'amount')::numeric)
        from waiting cross join lateral jsonb_array_elements(totals) each group by name, each ->> 'currency'
        union all
        select 'broken', count(*), null, null from promises
        where status in ('broken', 'partly_kept') and settled_at > :since
        union all
        select 'broken', 0, currency, sum(amount - paid) from promises
        where status in ('broken', 'partly_kept') and settled_at > :since group by currency
        union all
        select 'disputes', count(*), null, null from disputes
        where status in ('open', 'investigating', 'proposed', 'accepted', 'rejected') and due_on < :today
    )
    select name, sum(number)::integer as number,
           coalesce(jsonb_agg(jsonb_build_object('currency', currency, 'amount', amount::text) order by currency)
                    filter (where currency is not null), '[]') as amounts
    from summed group by name
""")


def _last_digest(session: Session, now: datetime, today: date) -> datetime:
    """Since when what happened is news: the digest before, and no more than a week."""
    query = select(team_digests.c.sent_at).where(team_digests.c.sent_at.is_not(None), team_digests.c.on_date < today)
    last = session.scalar(query.order_by(team_digests.c.on_date.desc()).limit(1))
    return max(last or now - timedelta(days=1), now - timedelta(days=7))


def _take(session: Session, today: date, channel_id: UUID) -> bool:
    """Whether the day's digest is this work's to send."""
    new = postgresql.insert(team_digests).values(on_date=today, channel_id=channel_id)
    taken = session.execute(new.on_conflict_do_nothing().returning(team_digests.c.on_date))
    return taken.first() is not None


def _note(context: JobContext, today: date, **values: Any) -> None:
    with context.transaction() as session:
        session.execute(update(team_digests).where(team_digests.c.on_date == today).values(**values))


def _figures(each: Mapping[str, Any]) -> str:
    sums = " + ".join(format_currency(sum["amount"], sum["currency"], locale="en") for sum in each["amounts"])
    return f"{each['count']:,} ({sums})" if sums else f"{each['count']:,}"
