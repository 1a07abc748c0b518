"""Create, find, migrate and drop tenants. Each has a schema and a role of the same name, and a row in hub.tenants."""

import logging
import re
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.errors import ConflictError, InvalidError, NotFoundError, PreconditionError
from hub.jobs import service as jobs
from hub.redaction import redact
from hub.storage import audit, migrations, vault
from hub.storage.objects import Objects
from hub.storage.session import TENANT_KEY, Storage, driver, schema_name
from hub.tenants.models import tenants
from hub.tenants.naming import candidate_keys

log = logging.getLogger(__name__)

MAX_NAME = 200
LEAST_LOSS = Decimal("0.01")

_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A company on the hub. `status` is "active", or "migration_failed" while its schema lags behind.

    `loss_given_default` is the part of what is 90 days late that is never paid, where its people say so. `version`
    counts the changes of its details (`update_details`).
    """

    id: UUID
    key: str
    name: str
    schema_name: str
    dsn_key: str
    schema_version: str
    status: str
    home_currency: str
    time_zone: str
    loss_given_default: Decimal | None
    version: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Migration:
    """How far a tenant's schema came; `error` says why it is not at the newest version."""

    key: str
    from_version: str
    to_version: str
    error: str | None


_COLUMNS = [tenants.c[name] for name in Tenant.__slots__]


def create(
    storage: Storage,
    name: str,
    *,
    key: str | None = None,
    home_currency: str = "USD",
    time_zone: str = "UTC",
    also: Callable[[Session, Tenant], None] = lambda session, tenant: None,
) -> Tenant:
    """A new tenant with role, schema, registry row and what `also` adds: all of them or none.

    `key` names schema and role for good; derived from the name unless given. Raises InvalidError, and ConflictError
    when a given key is taken.
    """
    _check(name, key, home_currency, time_zone)
    with storage.hub(statement_timeout_ms=0) as session:
        tenant = _register(session, name.strip(), key, home_currency, time_zone)
        try:
            migrations.create_schema(session, tenant.schema_name)
        except (psycopg.errors.DuplicateObject, psycopg.errors.DuplicateSchema) as error:
            raise ConflictError(
                f"the database has a role or schema {tenant.schema_name} of no tenant of this hub; choose another key",
                fields={"key": "is taken"},
            ) from error
        audit.open_chain(session, tenant.key)
        made = {"name": tenant.name, "home_currency": home_currency, "time_zone": time_zone}
        for chain in (tenant.key, None):  # its own audit begins with it, and the installation's has it too
            audit.record(session, "tenant.created", "tenant", tenant.key, tenant=chain, after=made)
        also(session, tenant)
        return tenant


def list_tenants(session: Session, *, after: str = "", limit: int | None = None) -> list[Tenant]:
    """Tenants in the order of their keys: all, or no more than `limit` of those after the key `after`."""
    query = select(*_COLUMNS).where(tenants.c.key > after).order_by(tenants.c.key).limit(limit)
    return [_tenant(row) for row in session.execute(query)]


def get(session: Session, key: str) -> Tenant:
    """One tenant. Raises NotFoundError."""
    row = session.execute(select(*_COLUMNS).where(tenants.c.key == key)).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no tenant {key}")
    return _tenant(row)


def update_details(
    session: Session,
    key: str,
    *,
    name: str,
    time_zone: str,
    home_currency: str,
    loss_given_default: Decimal | None,
    expected_version: int,
) -> Tenant:
    """Change what a tenant is called, when its days begin, what its figures are kept in, and what it expects to lose of
    what is 90 days late; its key stays for good. A changed loss has the expected losses worked out anew.

    Raises NotFoundError, InvalidError, and PreconditionError when it is no longer at `expected_version`. Whether the
    currency may still change is for the caller to know.
    """
    _check(name, None, home_currency, time_zone)
    if loss_given_default is not None and not LEAST_LOSS <= loss_given_default <= 1:
        raise InvalidError(
            "this is no loss given default", fields={"loss_given_default": f"use a share from {LEAST_LOSS} to 1"}
        )
    new = {
        "name": name.strip(),
        "time_zone": time_zone,
        "home_currency": home_currency,
        "loss_given_default": loss_given_default,
    }
    row = session.execute(select(*_COLUMNS).where(tenants.c.key == key).with_for_update()).one_or_none()
    if row is None:
        raise NotFoundError(f"there is no tenant {key}")
    old = _tenant(row)
    if old.version != expected_version:
        raise PreconditionError("The tenant was changed meanwhile: read it again.")
    before = {field: getattr(old, field) for field, value in new.items() if getattr(old, field) != value}
    if not before:
        return old
    changed = update(tenants).where(tenants.c.key == key).values(**new, version=old.version + 1)
    after = {field: new[field] for field in before}
    audit.record(session, "tenant.updated", "tenant", key, tenant=key, before=before, after=after)
    if "loss_given_default" in after:
        jobs.submit(session, "forecasting.score", {}, tenant=key)
    return _tenant(session.execute(changed.returning(*_COLUMNS)).one())


def drop(storage: Storage, key: str, also: Callable[[Session, Tenant], None] = lambda session, tenant: None) -> None:
    """Drop a tenant with all it has: schema, role, keys, those of its vault too, work, uploads, and what `also` takes.

    `also` is called first, while everything is still there. Raises NotFoundError, and ConflictError while it is in use.
    """
    with storage.hub(statement_timeout_ms=0) as session:
        tenant = get(session, key)
        also(session, tenant)
        try:
            migrations.drop_schema(session, tenant.schema_name)
        except psycopg.errors.LockNotAvailable as error:
            raise ConflictError(f"tenant {key} is in use; stop its jobs and requests, then drop it") from error
        jobs.forget_tenant(session, key)
        vault.shred(session, key)
        session.execute(delete(tenants).where(tenants.c.key == key))
        for chain in (key, None):
            audit.record(session, "tenant.dropped", "tenant", key, tenant=chain, before={"name": tenant.name})
    Objects(storage.settings).drop(key)


def migrate(
    storage: Storage,
    *,
    only: Collection[str] | None = None,
    workers: int = 4,
    progress: Callable[[Migration], None] = lambda _: None,
) -> list[Migration]:
    """Bring the schemas of all tenants, or of those whose key is in `only`, to the newest version, several at a time.

    Returns one result for each tenant that lagged behind, and tells `progress` each as it comes. Every step is a
    transaction of its own with its version, so a run that was cut short is resumed by the next; a tenant that fails is
    marked, returned with its error, and tried again next time. When there is nothing to do it costs one query.
    Raises NotFoundError for a key that is no tenant's.
    """
    with storage.hub() as session:
        behind = _behind(session, only)
    if not behind:
        return []
    migrations.steps("tenant")  # rendered once, before the threads want it
    results = []
    with ThreadPoolExecutor(min(workers, storage.pool_size)) as pool:
        for result in pool.map(lambda tenant: _migrate(storage, *tenant), behind):
            results.append(result)
            progress(result)
    return results


def _behind(session: Session, only: Collection[str] | None) -> list[tuple[str, str, str]]:
    if only is not None:
        for key in only:
            get(session, key)
    newest = migrations.head("tenant")
    lagging = select(tenants.c.key, tenants.c.schema_name, tenants.c.schema_version).where(
        tenants.c.schema_version < newest
    )
    rows = session.execute(lagging.order_by(tenants.c.key))
    return [(key, schema, version) for key, schema, version in rows if only is None or key in only]


def _migrate(storage: Storage, key: str, schema: str, version: str) -> Migration:
    reached = version
    try:
        for step in migrations.pending("tenant", version):
            with storage.hub(statement_timeout_ms=0) as session:
                claim = partial(_claim, driver(session), key, reached, step.version)
                migrations.apply(session, schema, step, claim)
                audit.record(
                    session,
                    "tenant.migrated",
                    "tenant",
                    key,
                    tenant=key,
                    before={"schema_version": reached},
                    after={"schema_version": step.version},
                )
            reached = step.version
    except (psycopg.Error, SQLAlchemyError) as error:
        log.exception("migrating tenant %s from version %s failed", key, reached)
        reason = redact(str(error).strip())
        with storage.hub() as session:
            failed = update(tenants).where(tenants.c.key == key, tenants.c.schema_version == reached)
            session.execute(failed.values(status="migration_failed", migration_error=reason))
            left_at = {"schema_version": reached}
            audit.record(session, "tenant.migrated", "tenant", key, tenant=key, after=left_at, outcome="failed")
        return Migration(key, version, reached, reason)
    return Migration(key, version, reached, None)


def _claim(connection: psycopg.Connection[Any], key: str, version: str, next_version: str) -> bool:
    # False when another run has been here since the list was read.
    claimed = connection.execute(
        "update hub.tenants set schema_version = %s, status = 'active', migration_error = null"
        " where key = %s and schema_version = %s",
        [next_version, key, version],
    )
    return claimed.rowcount == 1


def _check(name: str, key: str | None, home_currency: str, time_zone: str) -> None:
    if not name.strip():
        raise InvalidError("a tenant needs a name", fields={"name": "must not be empty"})
    if len(name) > MAX_NAME or not name.isprintable():
        raise InvalidError("this name cannot be used", fields={"name": f"use at most {MAX_NAME} printable characters"})
    if key is not None and not TENANT_KEY.fullmatch(key):
        raise InvalidError(
            f"{key!r} cannot be a tenant's key",
            fields={"key": "use lower-case letters, digits and _, a letter first, at most 40 characters"},
        )
    if not _CURRENCY.fullmatch(home_currency):
        raise InvalidError(
            f"{home_currency!r} is no currency", fields={"home_currency": "use an ISO 4217 code, such as USD"}
        )
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidError(
            f"{time_zone!r} is no time zone", fields={"time_zone": "use an IANA name, such as Europe/Berlin"}
        ) from error


def _register(session: Session, name: str, key: str | None, home_currency: str, time_zone: str) -> Tenant:
    values = {"name": name, "home_currency": home_currency, "time_zone": time_zone}
    if key:
        if tenant := _insert(session, key, values):
            return tenant
        raise ConflictError(f"there is a tenant {key} already", fields={"key": "is taken"})
    choices = candidate_keys(name)
    taken: set[str] = set()
    while True:
        candidate = next(choice for choice in choices if choice not in taken)
        # Someone who takes the same key at the same moment makes this wait for them, and then try the next one.
        if tenant := _insert(session, candidate, values):
            return tenant
        taken = taken or set(session.scalars(select(tenants.c.key)))


def _insert(session: Session, key: str, values: dict[str, str]) -> Tenant | None:
    own = {"key": key, "schema_name": schema_name(key), "schema_version": migrations.head("tenant")}
    statement = insert(tenants).values(own | values).on_conflict_do_nothing(index_elements=["key"])
    row = session.execute(statement.returning(*_COLUMNS)).one_or_none()
    return _tenant(row) if row else None


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(**row._mapping)
