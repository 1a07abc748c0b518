"""The audit: who did what to which object, when, from where. Append-only, and chained by hash, by the database itself.

`record` is called by whoever knows what a write means, in the transaction of that write; the edges (requests, jobs, the
command line) say who is acting, and note what nobody else has noted. What is recorded is written as the last thing
before the commit, so that the chain is held for as short as can be. migrations/audit.sql makes the tables, their
hashes and who may do what to them; docs/security.md has the details.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.storage.audit_details import details, line
from hub.storage.session import Storage, before_commit, driver

INSTALLATION = "@installation"
"""The chain of what concerns no tenant; no tenant's key looks so."""

Outcome = Literal["done", "denied", "failed"]
Kind = Literal["person", "key", "client", "plugin", "system", "anonymous"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: `name` is what people call them (an email address, a key's name, a plugin's slug, a command)."""

    kind: Kind
    id: str
    name: str
    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


SYSTEM = Actor(kind="system", id="hub", name="hub")
_actor: ContextVar[Actor | Callable[[], Actor]] = ContextVar("paypredict_actor", default=SYSTEM)
_RECORDED = "audit"
_IS_RECORDED = "is_audited"


def actor() -> Actor:
    """Who acts, in this thread or task."""
    who = _actor.get()
    return who if isinstance(who, Actor) else who()


def act_as(who: Actor | Callable[[], Actor]) -> None:
    """Name who acts from now on, in this thread or task: for edges whose beginning and end are apart.

    A function is asked when something is recorded, which most requests never do.
    """
    _actor.set(who)


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """Name who acts inside the block, in this thread or task."""
    token = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(token)


def record(
    session: Session,
    action: str,
    object_type: str,
    object_id: object = "",
    *,
    tenant: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: Outcome = "done",
) -> None:
    """Note an action in the session's transaction: it is kept if, and only if, the transaction commits.

    `action` is noun and past participle ("api_key.created", "member.removed"), `object_type` the noun. The tenant is
    the session's, or, in a hub session, the one named; None there is the installation itself. `before` and `after` hold
    only what changed; secrets and contact details in them are struck out or fingerprinted.
    """
    chain = session.info.get("tenant", tenant)
    event = event_of(
        action, object_type, object_id, tenant=chain, before=before, after=after, outcome=outcome, who=actor()
    )
    queued = session.info.setdefault(_RECORDED, [])
    queued.append(event)
    if len(queued) == 1:
        before_commit(session, lambda: _write_recorded(session))


def is_recorded(session: Session) -> bool:
    """Whether something was recorded in this session, written already or not."""
    return bool(session.info.get(_RECORDED)) or _IS_RECORDED in session.info


def record_later(session: Session) -> None:
    """Say that what this session writes needs no event of its own: what comes of it is recorded in a later one."""
    session.info[_IS_RECORDED] = True


def event_of(
    action: str,
    object_type: str,
    object_id: object = "",
    *,
    tenant: str | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: Outcome = "done",
    who: Actor,
) -> dict[str, Any]:
    """An event as `append` and `note` take it; the arguments are those of `record`."""
    chain = tenant or INSTALLATION
    return {
        "chain": chain,
        "actor_kind": who.kind,
        "actor_id": line(who.id),
        "actor_name": line(who.name),
        "action": action,
        "object_type": object_type,
        "object_id": line(str(object_id)),
        "outcome": outcome,
        "before": details(before, chain),
        "after": details(after, chain),
        "address": None if who.address is None else line(who.address),
        "user_agent": None if who.user_agent is None else line(who.user_agent),
        "request_id": None if who.request_id is None else line(who.request_id),
    }


def append(connection: Connection[Any], events: Sequence[Mapping[str, Any]]) -> None:
    """Add events in the connection's transaction, as its last statement: their chains are held until it ends.

    Chain after chain in one order, so that no two transactions wait for each other.
    """
    if events:
        connection.execute(_APPEND, {"events": _json(events)}, prepare=True)


def beside(statement: str) -> str:
    """`statement`, which writes one row at most and returns something, with an event where it has written.

    Both in one statement, for hot paths; it needs the parameter `events` of `as_parameter`.
    """
    return f"with written as ({statement}), noted as ({_APPEND} cross join written) select * from written"


def as_parameter(event: Mapping[str, Any]) -> str:
    """One event as the parameter `events` of a statement made by `beside`."""
    return _json([event])


def note(storage: Storage, event: Mapping[str, Any], *, waits_for_disk: bool = True) -> None:
    """Add one event in a transaction of its own, in one round trip.

    Without `waits_for_disk` a crash of the database's machine may lose the newest events; fit for reads.
    """
    chain = event["chain"]
    key = None if chain == INSTALLATION else chain
    storage.write(key, f"{_APPEND} returning 1", {"events": _json([event])}, waits_for_disk=waits_for_disk)


def open_chain(session: Session, tenant: str) -> None:
    """Begin the audit of a new tenant, which does not see what a dropped one of the same key left. A hub session."""
    session.execute(text("select audit.open(:tenant)"), {"tenant": tenant})


def prune(session: Session, tenant: str | None, older_than: datetime) -> int:
    """Remove events before an instant from a chain, which goes on to verify; how many. A hub session.

    `tenant` None is the installation. It is an event itself. The database refuses what is younger than 365 days.
    """
    values = {"chain": tenant or INSTALLATION, "older_than": older_than}
    removed: int = session.execute(text("select audit.prune(:chain, :older_than)"), values).scalar_one()
    return removed


_COLUMNS = (
    "chain, actor_kind, actor_id, actor_name, action, object_type, object_id, outcome, before, after, address,"
    " user_agent, request_id"
)
_APPEND = f"""
    insert into audit.events ({_COLUMNS})
    select {_COLUMNS} from jsonb_to_recordset(%(events)s::jsonb) as event (
        chain text, actor_kind text, actor_id text, actor_name text, action text, object_type text, object_id text,
        outcome text, before jsonb, after jsonb, address text, user_agent text, request_id text
    )
"""


def _json(events: Sequence[Mapping[str, Any]]) -> str:
    # Sorting keeps the order within a chain.
    return orjson.dumps(sorted(events, key=lambda event: event["chain"])).decode()


def _write_recorded(session: Session) -> None:
    events = session.info.pop(_RECORDED, ())
    session.info[_IS_RECORDED] = True
    append(driver(session), events)
