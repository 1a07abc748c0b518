"""What a tenant keeps for how long, and the daily work that lets go of what is older."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from hub.channels import retention as channels
from hub.connections import notices, webhooks
from hub.disputes import inbound
from hub.disputes import retention as disputes
from hub.errors import PreconditionError
from hub.forecasting import retention as forecasting
from hub.http import idempotency
from hub.identity import retention as identity
from hub.jobs import service as jobs
from hub.ledger import retention as ledger
from hub.personal import service as personal
from hub.privacy import exports, periods, uploads
from hub.privacy.models import retention_periods
from hub.reminders import debtor_retention as debtor
from hub.reminders import marks
from hub.reminders import retention as reminders
from hub.settings import Settings
from hub.storage import audit
from hub.storage.session import Storage
from hub.sync import retention as sync
from hub.webhooks import service as outgoing

AT_ONCE = 20_000
"""Rows in one transaction, so that nothing else waits for long."""

_ALONE = text("select pg_advisory_xact_lock(hashtextextended('paypredict.retention.' || current_user, 0))")
_Step = Callable[[Session, datetime, int], int]

# In this order: rejects follow the runs they belong to.
_STEPS: tuple[tuple[str, _Step], ...] = (
    ("raw", ledger.forget_raw),
    ("runs", sync.forget_runs),
    ("rejects", sync.forget_rejects),
    ("webhooks", webhooks.forget),
    ("webhook_log", outgoing.forget),
    ("mails", inbound.forget),
    ("webhooks", channels.forget_callbacks),
    ("receipts", channels.forget_receipts),
    ("notices", notices.forget),
    ("predictions", forecasting.forget_superseded),
    ("disputes", disputes.forget_texts),
    ("promises", debtor.forget),
    ("reminders", reminders.forget_texts),
    ("notes", marks.forget_notes),
)


class Context(Protocol):
    """What this work needs of the job it runs in; see hub.jobs.context.JobContext."""

    storage: Storage
    settings: Settings
    tenant: str

    def transaction(self) -> Any:
        """A transaction as the tenant."""

    def progress(self, share: float, sentence: str) -> None:
        """Show how far the work is."""


def chosen(session: Session) -> dict[str, int]:
    """The periods, in days, that the session's tenant has chosen itself."""
    rows = session.execute(select(retention_periods.c.kind, retention_periods.c.days))
    return {kind: days for kind, days in rows if kind in periods.KINDS}


def choose(session: Session, wanted: Mapping[str, int], expected_version: int) -> dict[str, int]:
    """Keep these periods from now on, and the defaults for all other kinds. Raises InvalidError, PreconditionError."""
    periods.check(wanted)
    session.execute(_ALONE)
    before = chosen(session)
    if periods.version(before) != expected_version:
        raise PreconditionError("The periods were changed meanwhile; read them again.")
    after = {kind: days for kind, days in wanted.items() if days != periods.KINDS[kind].days}
    session.execute(delete(retention_periods))
    if after:
        rows = [{"kind": kind, "days": days} for kind, days in after.items()]
        session.execute(insert(retention_periods).values(rows))
    audit.record(session, "retention.changed", "retention", before=before, after=after)
    return after


def retain(context: Context, now: datetime) -> dict[str, int]:
    """Let go of what the tenant has kept for long enough; returns by kind how much that was.

    In many small transactions; interrupted, the next run goes on. What signing in left behind, and the
    installation's audit, belong to no tenant: whichever tenant's work comes first on a day clears it away for all.
    """
    with context.transaction() as session:
        days = periods.effective(chosen(session))
    since = {kind: now - timedelta(days=count) for kind, count in days.items()}
    removed: dict[str, int] = {}
    for done, (kind, step) in enumerate(_STEPS):
        context.progress(done / len(_STEPS), f"Letting go of {kind}")
        removed[kind] = removed.get(kind, 0) + _in_batches(context, step, since[kind])
    with context.transaction() as session:
        removed["answers"] = idempotency.forget_expired(session, now)
    with context.storage.hub(statement_timeout_ms=0) as hub:
        removed["jobs"] = jobs.forget_finished(hub, context.tenant, since["jobs"])
        removed["uploads"] = uploads.discard_unused(hub, context.settings, context.tenant, since["uploads"])
        people = identity.people_of(hub, context.tenant)
        removed["sign_ins"] = identity.forget_sign_ins(hub, now - timedelta(days=periods.SIGN_IN_DAYS))
        webhooks.forget_parked(hub, now - timedelta(days=periods.PARKED_DAYS))
    with context.transaction() as session:
        removed["personal"] = personal.forget_all_but(session, people)
    # Each chain in a transaction of its own: whoever held two could wait for one who holds them the other way round.
    with context.storage.hub(statement_timeout_ms=0) as hub:
        removed["audit"] = audit.prune(hub, context.tenant, since["audit"])
    with context.storage.hub(statement_timeout_ms=0) as hub:
        audit.prune(hub, None, now - timedelta(days=periods.KINDS["audit"].days))
    removed["exports"] = exports.discard_exports(context.settings, context.tenant, since["exports"])
    with context.transaction() as session:
        audit.record(session, "retention.applied", "retention", after=removed)
    return removed


def _in_batches(context: Context, step: _Step, before: datetime) -> int:
    total = 0
    while True:
        with context.transaction() as session:
            count = step(session, before, AT_ONCE)
        total += count
        if count < AT_ONCE:
            return total
