"""Create, find, migrate and drop tenants. Each has a schema and a role of the same name, and a row in hub.tenants."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.storage import migrations
from hub.storage.session import TENANT_KEY, Storage, driver, schema_name
from hub.tenants import keys
from hub.tenants.models import tenants
from hub.tenants.naming import candidate_keys

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A company on the hub. `status` is "active", or "migration_failed" while its schema lags behind."""

    id: UUID
    key: str
    name: str
    schema_name: str
    dsn_key: str
    schema_version: str
    status: str
    home_currency: str
    time_zone: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CreatedTenant:
    """A new tenant and its first API key, which cannot be shown again."""

    tenant: Tenant
    api_key: str


_COLUMNS = [tenants.c[name] for name in Tenant.__slots__]


def create(
    storage: Storage, name: str, *, key: str | None = None, home_currency: str = "USD", time_zone: str = "UTC"
) -> CreatedTenant:
    """A new tenant with role, schema, registry row and first API key: all of them or none.

    `key` names schema and role for good; derived from the name unless given. Raises InvalidError, and ConflictError
    when a given key is taken.
    """
    _check(name, key, home_currency, time_zone)
    with storage.hub(statement_timeout_ms=0) as session:
        tenant = _register(session, name.strip(), key, home_currency, time_zone)
        try:
            migrations.create_schema(driver(session), tenant.schema_name)
        except (psycopg.errors.DuplicateObject, psycopg.errors.DuplicateSchema) as error:
            raise ConflictError(
                f"the database has a role or schema {tenant.schema_name} of no tenant of this hub; choose another key",
                fields={"key": "is taken"},
            ) from error
        return CreatedTenant(tenant, keys.create(session, tenant.key, "first key"))


def list_tenants(session: Session) -> list[Tenant]:
    """All tenants in the order of their keys."""
    return [_tenant(row) for row in session.execute(select(*_COLUMNS).order_by(tenants.c.key))]


def get(session: Session, key: str) -> Tenant:
    """One tenant. Raises NotFoundError."""
    row = session.execute(select(*_COLUMNS).where(tenants.c.key == key)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no tenant {key}")
    return _tenant(row)


def drop(storage: Storage, key: str) -> None:
    """Drop a tenant with all it has: schema, role, keys and work. Raises NotFoundError, ConflictError while in use."""
    with storage.hub(statement_timeout_ms=0) as session:
        schema = get(session, key).schema_name
        try:
            migrations.drop_schema(driver(session), schema)
        except psycopg.errors.LockNotAvailable as error:
            raise ConflictError(f"tenant {key} is in use; stop its jobs and requests, then drop it") from error
        session.execute(delete(tenants).where(tenants.c.key == key))


def _check(name: str, key: str | None, home_currency: str, time_zone: str) -> None:
    if not name.strip():
        raise InvalidError("a tenant needs a name", fields={"name": "must not be empty"})
    if key is not None and not TENANT_KEY.fullmatch(key):
        raise InvalidError(
            f"{key!r} cannot be a tenant's key",
            fields={"key": "use lower-case letters, digits and _, a letter first, at most 40 characters"},
        )
    if not _CURRENCY.fullmatch(home_currency):
        raise InvalidError(
            f"{home_currency!r} is no currency", fields={"home_currency": "use an ISO 4217 code, such as USD"}
        )
    if time_zone not in zoneinfo.available_timezones():
        raise InvalidError(
            f"{time_zone!r} is no time zone", fields={"time_zone": "use an IANA name, such as Europe/Berlin"}
        )


def _register(session: Session, name: str, key: str | None, home_currency: str, time_zone: str) -> Tenant:
    for candidate in [key] if key else candidate_keys(name):
        # Someone who takes the same key at the same moment makes this wait, and then try the next one.
        row = session.execute(
            insert(tenants)
            .values(
                key=candidate,
                name=name,
                schema_name=schema_name(candidate),
                schema_version=migrations.head("tenant"),
                home_currency=home_currency,
                time_zone=time_zone,
            )
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(*_COLUMNS)
        ).one_or_none()
        if row:
            return _tenant(row)
    raise ConflictError(f"there is a tenant {key} already", fields={"key": "is taken"})


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(**row._mapping)
