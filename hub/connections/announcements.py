"""What providers announced, turned into targeted reads.

An announcement is a hint and nothing more: what it is about is read from the provider. So one that comes twice, out of
order or late does no harm, and one that is lost costs nothing but time.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.connections import directory, service, webhooks
from hub.connections.models import parked_webhooks, webhook_deliveries
from hub.connections.service import Connection
from hub.errors import NotFoundError
from hub.jobs import service as jobs
from hub.redaction import sentence
from hub.sdk.connector import Change
from hub.storage.session import Storage

log = logging.getLogger(__name__)

AT_ONCE = 100
"""Records in one targeted read, and deliveries handled in one transaction."""
_LONGEST = 500
MOST_CHANGES = 5_000
"""Of one stream in one go; beyond, the whole stream's changes are read instead."""


class Context(Protocol):
    """What this work needs of the job it runs in; see hub.jobs.context.JobContext."""

    storage: Storage
    registry: Any
    tenant: str

    def transaction(self) -> Any:
        """A transaction as the tenant."""

    def progress(self, share: float, sentence: str) -> None:
        """Show how far the work is."""


def handle(context: Context, connection_id: UUID) -> dict[str, Any]:
    """Turn what was announced to a connection into targeted reads; returns how much it was.

    What is announced to one that cannot be read now is kept until it can.
    """
    totals = {"deliveries": 0, "changes": 0}
    while True:
        with context.transaction() as session:
            connection = service.get(session, connection_id)
            if connection.status == "disconnected":
                _close(session, webhooks.waiting(connection_id), "The connection was disconnected.")
                return totals
            if not _can_be_read(connection):
                return totals
            rows = session.execute(webhooks.waiting(connection_id).limit(AT_ONCE)).all()
            changes = _handle(context, session, connection, rows)
        totals["deliveries"] += len(rows)
        totals["changes"] += changes
        context.progress(0.5, f"{totals['changes']} changes announced")
        if len(rows) < AT_ONCE:
            return totals


def _can_be_read(connection: Connection) -> bool:
    """Whether reads may come to something: it is well, or was, and the next run may find it mended."""
    was_ready = connection.account_id is not None or connection.last_run_at is not None
    return connection.status == "ready" or (connection.status == "needs_attention" and was_ready)


def _handle(context: Context, session: Session, connection: Connection, rows: Iterable[Any]) -> int:
    others = {
        each.account_id: each.id
        for each in service.list_connections(session)
        if each.plugin == connection.plugin and each.account_id and each.status != "disconnected"
    }
    plugin = context.registry.load(connection.plugin)
    by_connection: dict[UUID, dict[str, Change]] = {}
    for row in rows:
        changes, problem = read(plugin, row)
        foreign = 0
        for change in changes:
            owner = connection.id if change.account is None else others.get(change.account)
            if owner is None:
                foreign += 1
                continue
            # The same event told twice is one.
            by_connection.setdefault(owner, {})[change.event_id] = change
        _note(session, row.id, problem or _outcome(len(changes), foreign))
    streams = known_streams(plugin)
    return sum(_ask_to_read(session, owner, found.values(), streams) for owner, found in by_connection.items())


def read(plugin: Any, row: Any) -> tuple[list[Change], str | None]:
    """What a delivery announces, or why nobody can tell: one that is garbage costs itself and nothing else."""
    if row.changes is not None:
        return [Change(**each) for each in row.changes], None
    try:
        told = list(plugin.changes(row.headers, bytes(row.body)))
    except Exception as error:
        log.warning("a webhook could not be read", exc_info=error)
        return [], sentence(f"Could not be read: {error}", 500)
    changes = [each for each in told if isinstance(each, Change) and _is_usable(each)]
    if len(changes) == len(told):
        return changes, None
    log.warning("a webhook announces what is no change", extra={"fields": {"changes": len(told) - len(changes)}})
    return changes, f"{_outcome(len(changes), 0)}; {len(told) - len(changes)} could not be understood"


def _is_usable(change: Change) -> bool:
    """Whether a change is made of what can be kept and asked for: what it is made of, somebody else has sent."""
    needed, may_lack = (change.event_id, change.stream), (change.account, change.external_id)
    given = [*needed, *(each for each in may_lack if each is not None)]
    return all(isinstance(each, str) and 0 < len(each) <= _LONGEST and each.isprintable() for each in given)


def known_streams(plugin: Any) -> frozenset[str]:
    """The streams that a plugin may announce changes of."""
    return frozenset(stream.name for stream in plugin.streams)


def _ask_to_read(session: Session, connection_id: UUID, changes: Iterable[Change], streams: frozenset[str]) -> int:
    """Have the records read that changes are about, in batches; changes of a whole stream are a run's."""
    by_stream: dict[str, set[str]] = {}
    count, is_whole = 0, False
    for change in changes:
        if change.stream not in streams:
            continue
        count += 1
        if change.external_id is None:
            is_whole = True
        else:
            by_stream.setdefault(change.stream, set()).add(change.external_id)
    for stream, ids in sorted(by_stream.items()):
        if len(ids) > MOST_CHANGES:
            is_whole = True
            continue
        for batch in _batches(sorted(ids)):
            payload = {"connection_id": str(connection_id), "stream": stream, "external_ids": batch}
            jobs.submit(session, "sync.some", payload)
    if is_whole:
        jobs.submit(session, "sync.run", {"connection_id": str(connection_id)})
    return count


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]


def _outcome(changes: int, foreign: int) -> str:
    ours = changes - foreign
    said = f"{ours} {'change' if ours == 1 else 'changes'}"
    return f"{said}; {foreign} about a company that is not connected here" if foreign else said


def _note(session: Session, delivery_id: int, outcome: str) -> None:
    # What it said is not needed any more; its digest is, should it come again.
    done: dict[str, Any] = {"processed_at": func.now(), "outcome": outcome, "headers": {}, "body": None}
    session.execute(update(webhook_deliveries).where(webhook_deliveries.c.id == delivery_id).values(**done))


def _close(session: Session, waiting: Any, outcome: str) -> None:
    for row in session.execute(waiting).all():
        _note(session, row.id, outcome)


def distribute(context: Context, connector: str) -> dict[str, Any]:
    """Hand what came to the operator's app to those whose companies it is about; what is nobody's, yet, stays parked.

    Done in the name of a tenant, and told to none how much it was.
    """
    plugin = context.registry.load(connector)
    unread = select(parked_webhooks).where(
        parked_webhooks.c.plugin == connector,
        parked_webhooks.c.account_id.is_(None),
        parked_webhooks.c.body.is_not(None),
    )
    while True:
        with context.storage.hub() as hub:
            rows = hub.execute(
                unread.order_by(parked_webhooks.c.id).limit(AT_ONCE).with_for_update(skip_locked=True)
            ).all()
            parted = [(row, _by_account(read(plugin, row)[0])) for row in rows]
            accounts = {account for _, found in parted for account in found}
            owners = directory.connected_to(hub, connector, accounts)
            for row, found in parted:
                for account, changes in found.items():
                    if not any(owner[0] == account for owner in owners):
                        _park(hub, connector, account, bytes(row.digest), changes)
        # Before they are forgotten here: a crash in between has them handed over again, and that is the same row.
        for account, tenant, connection_id in owners:
            theirs = [(_part_digest(row.digest, account), found[account]) for row, found in parted if account in found]
            _hand_over(context.storage, tenant, connection_id, theirs)
        with context.storage.hub() as hub:
            hub.execute(delete(parked_webhooks).where(parked_webhooks.c.id.in_([row.id for row, _ in parted])))
        context.progress(0.5, "Handing over what was announced")
        if len(rows) < AT_ONCE:
            return {}


def pick_up(context: Context, connection: Connection) -> int:
    """Hand a company that was connected just now what was parked for it; how many announcements it was."""
    if connection.account_id is None:
        return 0
    mine = (parked_webhooks.c.plugin == connection.plugin) & (parked_webhooks.c.account_id == connection.account_id)
    with context.storage.hub() as hub:
        rows = hub.execute(select(parked_webhooks).where(mine).order_by(parked_webhooks.c.id)).all()
    parked = [(bytes(row.digest), [Change(**each) for each in row.changes or ()]) for row in rows]
    if parked:
        _hand_over(context.storage, context.tenant, connection.id, parked)
        with context.storage.hub() as hub:
            hub.execute(delete(parked_webhooks).where(parked_webhooks.c.id.in_([row.id for row in rows])))
    return len(parked)


def _by_account(changes: Iterable[Change]) -> dict[str, list[Change]]:
    found: dict[str, list[Change]] = {}
    for change in changes:
        if change.account is not None:
            found.setdefault(change.account, []).append(change)
    return found


def _part_digest(digest: bytes, account: str) -> bytes:
    return hashlib.sha256(bytes(digest) + account.encode()).digest()


def _park(hub: Session, connector: str, account: str, digest: bytes, changes: Iterable[Change]) -> None:
    parked = insert(parked_webhooks).values(
        plugin=connector,
        account_id=account,
        digest=_part_digest(digest, account),
        changes=[asdict(change) for change in changes],
    )
    hub.execute(parked.on_conflict_do_nothing())


def _hand_over(storage: Storage, tenant: str, connection_id: UUID, parts: Iterable[tuple[bytes, list[Change]]]) -> None:
    """Give a tenant its part of what was about several companies, and nothing of the others'."""
    try:
        with storage.tenant(tenant) as session:
            for digest, changes in parts:
                new = insert(webhook_deliveries).values(
                    connection_id=connection_id,
                    digest=digest,
                    changes=[asdict(change) for change in changes],
                )
                session.execute(new.on_conflict_do_nothing())
            webhooks.ask_if_waiting(session, connection_id)
    except NotFoundError:
        log.info("a tenant that was announced to is gone")
    except SQLAlchemyError as error:
        # The others' parts must not wait for it, and its own next increment brings what this was about.
        log.warning("an announcement could not be handed over", exc_info=error)
