"""API keys: what lets a caller in as a tenant. A key is shown once; the hub keeps its SHA-256.

A key has 256 random bits, so a fast hash is as good as a slow one: there is nothing to guess.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from hub.errors import InvalidError, NotFoundError
from hub.http.access import SCOPES
from hub.identity.models import api_keys
from hub.storage.session import Storage, driver
from hub.tenants import service as tenants

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
    """What may be shown of a key: never its secret."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def create(
    session: Session,
    tenant_key: str,
    name: str,
    scopes: Sequence[str] = ("*",),
    expires_at: datetime | None = None,
) -> str:
    """A new key of the tenant, to be shown once and never again. Raises NotFoundError, InvalidError.

    `expires_at` is the first instant at which it no longer works; never by default.
    """
    if not name.strip():
        raise InvalidError("give the key a name that tells what it is for", fields={"name": "must not be empty"})
    if not scopes:
        raise InvalidError("a key without a scope opens nothing", fields={"scopes": "use *, read or write"})
    if unknown := sorted(set(scopes) - SCOPES):
        known = ", ".join(sorted(SCOPES))
        raise InvalidError(f"there is no scope {', '.join(unknown)}", fields={"scopes": f"use some of {known}"})
    if expires_at is not None and expires_at.tzinfo is None:
        raise InvalidError("expires_at needs a time zone", fields={"expires_at": "add an offset, such as Z"})
    tenants.get(session, tenant_key)
    prefix = f"pp_live_{secrets.token_hex(4)}"
    presented = f"{prefix}_{secrets.token_hex(32)}"
    session.execute(
        insert(api_keys).values(
            tenant_key=tenant_key,
            name=name.strip(),
            prefix=prefix,
            key_hash=_hash(presented),
            scopes=list(scopes),
            expires_at=expires_at,
        )
    )
    return presented


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


def list_keys(session: Session, tenant_key: str) -> list[ApiKey]:
    """The tenant's keys, oldest first, revoked ones too."""
    columns = [api_keys.c[name] for name in ApiKey.__slots__]
    rows = session.execute(
        select(*columns).where(api_keys.c.tenant_key == tenant_key).order_by(api_keys.c.created_at, api_keys.c.id)
    ).mappings()
    return [ApiKey(**(dict(row) | {"scopes": tuple(row["scopes"])})) for row in rows]


def revoke(session: Session, tenant_key: str, key: str, now: datetime) -> ApiKey:
    """End a key at once; `key` is its id or prefix. Harmless when revoked already. Raises NotFoundError."""
    found = next((one for one in list_keys(session, tenant_key) if key in (str(one.id), one.prefix)), None)
    if found is None:
        raise NotFoundError(f"tenant {tenant_key} has no key {key}; name it by its id or its prefix pp_live_...")
    revoked_at = update(api_keys).where(api_keys.c.id == found.id, api_keys.c.revoked_at.is_(None))
    session.execute(revoked_at.values(revoked_at=now))
    return found


def _hash(presented: str) -> bytes:
    return hashlib.sha256(presented.encode()).digest()
