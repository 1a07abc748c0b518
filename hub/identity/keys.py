"""API keys: what lets a machine in as a tenant. A key is shown once; the hub keeps its SHA-256.

A key has 256 random bits, so a fast hash is as good as a slow one: there is nothing to guess.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Text, and_, cast, func, insert, or_, select, text, update
from sqlalchemy.orm import Session

from hub.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from hub.http.access import SCOPES, grants
from hub.identity.models import api_keys
from hub.storage import audit
from hub.storage.session import Storage, driver
from hub.tenants import service as tenants

MAX_LIVE = 100
"""How many keys of one tenant may work at a time."""
MAX_NAME = 100

_SHAPE = re.compile(r"(pp_live_[0-9a-f]{8})_[0-9a-f]{64}")
# One indexed read; the use is noted at most once a minute, or every request would write.
_FIND = """
    select id, tenant_key, name, scopes, key_hash,
           last_used_at is null or last_used_at <= %(now)s - interval '1 minute' as is_use_due
    from hub.api_keys
    where prefix = %(prefix)s and revoked_at is null and (expires_at is null or expires_at > %(now)s)
"""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who presented a valid key, and what for."""

    tenant_key: str
    key_id: UUID
    name: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What may be shown of a key: never its secret. It works until `expires_at` or `revoked_at`, whichever is first.

    `replaced_by` is the key that takes its place; `created_by` is None for keys that the command line made.
    """

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: str | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    replaced_by: UUID | None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key with its `secret`, which is what callers present; it cannot be shown again."""

    key: ApiKey
    secret: str


_COLUMNS = [api_keys.c[name] for name in ApiKey.__slots__]


def create(
    session: Session,
    tenant_key: str,
    name: str,
    scopes: Collection[str] = ("*",),
    expires_at: datetime | None = None,
) -> str:
    """A new key's secret, to be shown once and never again. Arguments and errors are those of `issue`."""
    return issue(session, tenant_key, name, scopes, expires_at).secret


def issue(
    session: Session,
    tenant_key: str,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None = None,
    *,
    created_by: str | None = None,
) -> IssuedKey:
    """A new key of the tenant. `expires_at` is the first instant at which it no longer works; None is never.

    Raises NotFoundError, InvalidError, and ConflictError when the tenant has as many as it may have.
    """
    _check(name, scopes, expires_at)
    tenants.get(session, tenant_key)
    _bound(session, tenant_key)
    prefix = f"pp_live_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_hex(32)}"
    made = insert(api_keys).values(
        tenant_key=tenant_key,
        name=name.strip(),
        prefix=prefix,
        key_hash=_hash(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        created_by=created_by,
    )
    key = _key(session.execute(made.returning(*_COLUMNS)).one())
    audit.record(session, "api_key.created", "api_key", key.id, tenant=tenant_key, after=_noted(key))
    return IssuedKey(key, secret)


def check_grant(scopes: Collection[str], held: Collection[str]) -> None:
    """Raise ForbiddenError unless who holds the scopes `held` may give all of `scopes` to a key."""
    if lacking := sorted(scope for scope in scopes if not grants(held, scope)):
        raise ForbiddenError(f"A key may do no more than who makes it, and you lack {', '.join(lacking)}.")


def authenticate(storage: Storage, presented: str, now: datetime) -> Caller | None:
    """Whose key this is; None if it is nobody's, revoked or expired. Notes the use, to the minute."""
    shape = _SHAPE.fullmatch(presented)
    if not shape:
        return None
    with storage.hub() as session:
        connection = driver(session)
        row = connection.execute(_FIND, {"prefix": shape[1], "now": now}).fetchone()
        # Compared in constant time and even if there is no such key, so that timing tells nothing.
        if not hmac.compare_digest(_hash(presented), row[4] if row else bytes(32)) or row is None:
            return None
        key_id, tenant_key, name, scopes, _, is_use_due = row
        if is_use_due:
            connection.execute("update hub.api_keys set last_used_at = %s where id = %s", [now, key_id])
    return Caller(tenant_key, key_id, name, tuple(scopes))


def list_keys(session: Session, tenant_key: str, limit: int | None = None) -> list[ApiKey]:
    """The tenant's keys: those that work first, each lot newest first; `limit` cuts the end."""
    is_over = or_(api_keys.c.revoked_at.is_not(None), func.coalesce(api_keys.c.expires_at <= func.now(), False))
    found = select(*_COLUMNS).where(api_keys.c.tenant_key == tenant_key)
    rows = session.execute(found.order_by(is_over, api_keys.c.created_at.desc(), api_keys.c.id).limit(limit))
    return [_key(row) for row in rows]


def rotate(
    session: Session,
    tenant_key: str,
    key: str,
    overlap: timedelta,
    now: datetime,
    *,
    held: Collection[str] = ("*",),
    created_by: str | None = None,
) -> IssuedKey:
    """A new key that takes the place of `key` (an id or prefix): the same name, scopes and length of life.

    The old one works until `overlap` is over, or its own expiry if that is sooner. `held` are the scopes of who asks.
    Raises NotFoundError, ForbiddenError as `check_grant` does, and ConflictError for a key that has ended or has been
    replaced already.
    """
    old = _find(session, tenant_key, key)
    check_grant(old.scopes, held)
    if old.revoked_at is not None or (old.expires_at is not None and old.expires_at <= now):
        raise ConflictError(f"The key {old.prefix} has ended; make a new one.")
    if old.replaced_by is not None:
        raise ConflictError(f"The key {old.prefix} has been replaced already; rotate the key that took its place.")
    expires_at = None if old.expires_at is None else now + (old.expires_at - old.created_at)
    issued = issue(session, tenant_key, old.name, old.scopes, expires_at, created_by=created_by)
    ends_at = now + overlap if old.expires_at is None else min(now + overlap, old.expires_at)
    ended = update(api_keys).where(api_keys.c.id == old.id)
    session.execute(ended.values(replaced_by=issued.key.id, expires_at=ends_at))
    after = {"expires_at": ends_at, "replaced_by": str(issued.key.id)}
    before = {"expires_at": old.expires_at, "replaced_by": None}
    audit.record(session, "api_key.rotated", "api_key", old.id, tenant=tenant_key, before=before, after=after)
    return issued


def revoke(session: Session, tenant_key: str, key: str, now: datetime) -> ApiKey:
    """End a key at once; `key` is its id or prefix. Harmless when revoked already. Raises NotFoundError."""
    found = _find(session, tenant_key, key)
    if found.revoked_at is None:
        session.execute(update(api_keys).where(api_keys.c.id == found.id).values(revoked_at=now))
        audit.record(session, "api_key.revoked", "api_key", found.id, tenant=tenant_key, after={"prefix": found.prefix})
    return found


def _find(session: Session, tenant_key: str, key: str) -> ApiKey:
    # Locked, so that of two who rotate it at once the second sees what the first has done.
    named = and_(api_keys.c.tenant_key == tenant_key, or_(api_keys.c.prefix == key, cast(api_keys.c.id, Text) == key))
    row = session.execute(select(*_COLUMNS).where(named).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError(f"tenant {tenant_key} has no key {key}; name it by its id or its prefix pp_live_...")
    return _key(row)


def _check(name: str, scopes: Collection[str], expires_at: datetime | None) -> None:
    if not name.strip():
        raise InvalidError("give the key a name that tells what it is for", fields={"name": "must not be empty"})
    if len(name) > MAX_NAME or not name.isprintable():
        raise InvalidError("this name cannot be used", fields={"name": f"use at most {MAX_NAME} printable characters"})
    if not scopes:
        raise InvalidError("a key without a scope opens nothing", fields={"scopes": "use *, read or write"})
    if unknown := sorted(set(scopes) - SCOPES):
        known = ", ".join(sorted(SCOPES))
        raise InvalidError(f"there is no scope {', '.join(unknown)}", fields={"scopes": f"use some of {known}"})
    if expires_at is not None and expires_at.tzinfo is None:
        raise InvalidError("expires_at needs a time zone", fields={"expires_at": "add an offset, such as Z"})


def _bound(session: Session, tenant_key: str) -> None:
    # One at a time per tenant, or two at once would both find room for the last one.
    session.execute(text("select pg_advisory_xact_lock(hashtext('api_keys ' || :tenant))"), {"tenant": tenant_key})
    is_live = and_(
        api_keys.c.tenant_key == tenant_key,
        api_keys.c.revoked_at.is_(None),
        or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > func.now()),
    )
    if session.scalar(select(func.count()).where(is_live)) >= MAX_LIVE:  # type: ignore[operator]
        raise ConflictError(f"A tenant may have {MAX_LIVE} keys at a time. Revoke those that are no longer needed.")


def _noted(key: ApiKey) -> Mapping[str, Any]:
    return {"name": key.name, "prefix": key.prefix, "scopes": list(key.scopes), "expires_at": key.expires_at}


def _key(row: Row[Any]) -> ApiKey:
    return ApiKey(**(dict(row._mapping) | {"scopes": tuple(row.scopes)}))


def _hash(presented: str) -> bytes:
    return hashlib.sha256(presented.encode()).digest()
