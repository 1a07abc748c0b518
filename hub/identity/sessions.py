"""Sessions: a person who signed in, and the cookie that says so. The hub keeps the cookie's SHA-256."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from hub.errors import NotFoundError, UnauthorizedError
from hub.http.access import Role
from hub.http.auth import Identify, cookie_name
from hub.http.context import Identity
from hub.identity import users
from hub.identity.models import sessions
from hub.identity.models import users as user_table
from hub.identity.public_address import is_secure
from hub.settings import Settings
from hub.storage import audit
from hub.storage.session import Storage, driver

MAX_USER_AGENT = 300
KEPT = timedelta(days=30)
"""For how long a session that is over can still be looked at: it holds an address."""

# One round trip. `asked` is the tenant that the request names, else the one that the session works in.
_IDENTIFY = """
    select session.id, person.id, person.email, person.is_operator, tenant.key, tenant.time_zone,
           coalesce(membership.role, case when tenant.key = session.claimed_tenant_key then session.claimed_role end),
           session.last_seen_at <= %(now)s - interval '1 minute'
    from hub.sessions session
    join hub.users person on person.id = session.user_id
    left join hub.tenants tenant on tenant.key = coalesce(%(asked)s::text, session.tenant_key)
    left join hub.memberships membership on membership.user_id = person.id and membership.tenant_key = tenant.key
    where session.token_hash = %(token_hash)s and session.ended_at is null and session.expires_at > %(now)s
      and session.last_seen_at > %(idle_since)s and person.disabled_at is null
"""
_STILL = """
    select person.is_operator,
           coalesce(membership.role,
                    case when session.claimed_tenant_key = %(tenant)s then session.claimed_role end)
    from hub.sessions session
    join hub.users person on person.id = session.user_id
    left join hub.memberships membership on membership.user_id = person.id and membership.tenant_key = %(tenant)s
    where session.id = %(session_id)s and session.ended_at is null and session.expires_at > %(now)s
      and session.last_seen_at > %(idle_since)s and person.disabled_at is null
"""
# Where the person worked last, if they still may; else the first of their tenants by name.
_USUAL_TENANT = text("""
    select membership.tenant_key
    from hub.memberships membership
    join hub.tenants tenant on tenant.key = membership.tenant_key
    left join lateral (
        select max(session.last_seen_at) as at from hub.sessions session
        where session.user_id = membership.user_id and session.tenant_key = membership.tenant_key
    ) last on true
    where membership.user_id = :user_id
    order by last.at desc nulls last, tenant.name, tenant.key limit 1
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRecord:
    """What may be shown of a session: never its token."""

    id: UUID
    user_id: UUID
    tenant_key: str | None
    claimed_tenant_key: str | None
    claimed_role: str | None
    method: str
    address: str | None
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime


_COLUMNS = [sessions.c[name] for name in SessionRecord.__slots__]


def identifier(storage: Storage, settings: Settings) -> Identify:
    """What `Hub.identify_session` is. Raises NotFoundError for a tenant that is none of the person's, if it exists."""
    idle = timedelta(minutes=settings.session_idle_minutes)

    def identify(presented: str, tenant: str | None) -> Identity | None:
        now = datetime.now(UTC)
        asked = {"now": now, "idle_since": now - idle, "token_hash": _hash(presented), "asked": tenant}
        with storage.hub() as session:
            connection = driver(session)
            row = connection.execute(_IDENTIFY, asked).fetchone()
            if row is None:
                return None
            session_id, user_id, email, is_operator, tenant_key, time_zone, role, is_due = row
            if is_due:
                connection.execute("update hub.sessions set last_seen_at = %s where id = %s", [now, session_id])
        if role is None:
            if tenant is not None:
                raise NotFoundError("You are a member of no tenant of that name.")
            # What was the session's tenant is the person's no longer.
            tenant_key = None
        roles = {Role(role)} if role else set()
        return Identity(
            kind="person",
            id=str(user_id),
            name=email,
            tenant_key=tenant_key,
            roles=frozenset(roles | {Role.OPERATOR} if is_operator else roles),
            time_zone=ZoneInfo(time_zone if tenant_key else "UTC"),
            session_id=str(session_id),
        )

    return identify


def checker(storage: Storage, settings: Settings) -> Callable[[Identity], bool]:
    """What `Hub.is_still_session` is."""
    idle = timedelta(minutes=settings.session_idle_minutes)

    def is_still(identity: Identity) -> bool:
        now = datetime.now(UTC)
        asked = {"now": now, "idle_since": now - idle, "session_id": identity.session_id, "tenant": identity.tenant_key}
        with storage.hub() as session:
            row = driver(session).execute(_STILL, asked).fetchone()
        if row is None:
            return False
        is_operator, role = row
        roles = {Role(role)} if role else set()
        return identity.roles == (roles | {Role.OPERATOR} if is_operator else roles)

    return is_still


def create(
    session: Session,
    user_id: UUID,
    method: str,
    now: datetime,
    *,
    settings: Settings,
    tenant_key: str | None = None,
    claimed_role: str | None = None,
    address: str | None = None,
    user_agent: str | None = None,
) -> str:
    """A new session of a person; answers the cookie's value, which is kept nowhere else.

    `method` is "password", "link" or "oidc". It works in `tenant_key`, else in the tenant the person worked in last.
    `claimed_role` counts in that tenant where the person has no membership. Raises UnauthorizedError for a disabled
    person, NotFoundError for nobody.
    """
    user = users.get(session, user_id)
    if user.disabled_at:
        raise UnauthorizedError("This account is disabled. Ask an operator of the hub.")
    claimed_tenant_key = tenant_key if claimed_role else None
    if tenant_key is None:
        tenant_key = session.scalar(_USUAL_TENANT, {"user_id": user_id})
    session.execute(delete(sessions).where((sessions.c.expires_at < now - KEPT) | (sessions.c.ended_at < now - KEPT)))
    token = secrets.token_urlsafe(32)
    made = insert(sessions).values(
        token_hash=_hash(token),
        user_id=user_id,
        tenant_key=tenant_key,
        claimed_tenant_key=claimed_tenant_key,
        claimed_role=claimed_role if claimed_tenant_key else None,
        method=method,
        address=address,
        user_agent=user_agent[:MAX_USER_AGENT] if user_agent else None,
        created_at=now,
        last_seen_at=now,
        expires_at=now + timedelta(days=settings.session_days),
    )
    session_id = session.scalar(made.returning(sessions.c.id))
    session.execute(update(user_table).where(user_table.c.id == user_id).values(signed_in_at=now))
    audit.record(session, "session.created", "session", session_id, tenant=tenant_key, after={"method": method})
    return token


def get(session: Session, session_id: UUID) -> SessionRecord:
    """One session, over or not. Raises NotFoundError."""
    row = session.execute(select(*_COLUMNS).where(sessions.c.id == session_id)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such session.")
    return SessionRecord(**row._mapping)


def list_live(session: Session, user_id: UUID, now: datetime, settings: Settings) -> list[SessionRecord]:
    """A person's sessions that still let them in, the last used first; at most 200."""
    idle_since = now - timedelta(minutes=settings.session_idle_minutes)
    columns = sessions.c
    is_live = (columns.ended_at.is_(None), columns.expires_at > now, columns.last_seen_at > idle_since)
    statement = select(*_COLUMNS).where(columns.user_id == user_id, *is_live)
    rows = session.execute(statement.order_by(columns.last_seen_at.desc(), columns.id).limit(200))
    return [SessionRecord(**row._mapping) for row in rows]


def end(session: Session, session_id: UUID, now: datetime) -> None:
    """End a session; its cookie stops working within seconds. Harmless when it is over already."""
    _end(session, now, sessions.c.id == session_id)


def end_others(session: Session, user_id: UUID, keep: UUID | None, now: datetime) -> int:
    """End all sessions of a person but `keep`; answers how many there were."""
    return _end(session, now, sessions.c.user_id == user_id, sessions.c.id.is_distinct_from(keep))


def switch(session: Session, session_id: UUID, tenant_key: str) -> str:
    """Have a session work in another of its person's tenants; answers its new cookie value.

    The old value ends, so that neither another process that remembers it nor another window goes on in the former
    tenant unawares. Raises NotFoundError for a tenant the person is no member of.
    """
    record = get(session, session_id)
    if tenant_key != record.claimed_tenant_key and users.membership(session, record.user_id, tenant_key) is None:
        raise NotFoundError("You are a member of no tenant of that name.")
    token = secrets.token_urlsafe(32)
    changed = update(sessions).where(sessions.c.id == session_id)
    session.execute(changed.values(token_hash=_hash(token), tenant_key=tenant_key))
    audit.record(
        session,
        "session.switched",
        "session",
        session_id,
        tenant=tenant_key,
        before={"tenant": record.tenant_key},
        after={"tenant": tenant_key},
    )
    return token


def set_cookie(response: Response, value: str, settings: Settings) -> None:
    """Have the browser keep the session: out of scripts' reach, and not sent along by other sites' forms."""
    response.set_cookie(
        cookie_name(),
        value,
        max_age=settings.session_days * 86400,
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(response: Response, settings: Settings) -> None:
    """Have the browser forget the session."""
    response.delete_cookie(cookie_name(), path="/", secure=is_secure(settings), httponly=True, samesite="Lax")


def _end(session: Session, now: datetime, *which: object) -> int:
    ended = update(sessions).where(*which, sessions.c.ended_at.is_(None)).values(ended_at=now)  # type: ignore[arg-type]
    rows = session.execute(ended.returning(sessions.c.id, sessions.c.tenant_key)).all()
    for session_id, tenant_key in rows:
        audit.record(session, "session.ended", "session", session_id, tenant=tenant_key)
    return len(rows)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
