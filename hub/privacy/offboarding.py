"""The end of a tenant: everything it has is erased, and a certificate says what that was and what stays.

`tenants.service.drop` alone takes the tenant's data; this also takes the people who were here for it only and what is
left of it in Valkey, and says so in writing. Its data keys go, so that its secrets in backups open no more.
"""

import re
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Identifier
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.connections import directory
from hub.errors import InvalidError
from hub.identity import departures
from hub.jobs import service as jobs
from hub.settings import Settings
from hub.storage import audit
from hub.storage.objects import Objects
from hub.storage.session import Storage, driver
from hub.tenants import service as tenants
from hub.tenants.service import Tenant

STAYS = (
    "The audit's events of this tenant stay as long as the audit is kept (7 years unless set otherwise): who of its"
    " members did what, with fingerprints instead of other people's contact details. They prove this erasure, too.",
    "Backups of the database made before keep the data until they expire. The tenant's secrets in them open no more,"
    " unless the backup also has its data keys and somebody has the master key.",
)


def erase_tenant(storage: Storage, key: str, confirm: str, now: datetime) -> dict[str, Any]:
    """Erase a tenant for good; returns the certificate. `confirm` is its name, so that the right one is meant.

    All in one transaction, but for files and Valkey, which follow. Raises NotFoundError, InvalidError for another
    name, and ConflictError while it is in use.
    """
    settings = storage.settings
    with storage.hub() as session:
        tenant = tenants.get(session, key)
        work_ids = jobs.work_ids(session, key)
    if confirm != tenant.name:
        raise InvalidError(
            f"{key} is not called {confirm!r}; nothing was erased.", fields={"confirm": "The tenant's name, exactly."}
        )
    counts: dict[str, int] = {}

    def also(session: Session, tenant: Tenant) -> None:
        counts.update(_count_rows(session, tenant.schema_name))
        counts.update({f"hub.{name}": count for name, count in departures.count_of(session, key).items()})
        counts["hub.connected_accounts"] = directory.count(session, key)
        counts["hub.work"] = len(work_ids)
        counts["hub.users"] = departures.remove_people(session, key)
        counts["hub.data_keys"] = _count_data_keys(session, key)
        audit.record(session, "tenant.erased", "tenant", key, after={"rows": sum(counts.values()), "at": now})

    files = len(Objects(settings).files(key))
    tenants.drop(storage, key, also)
    return {
        "tenant": {"key": key, "name": tenant.name, "created_at": tenant.created_at},
        "erased_at": now,
        "rows": dict(sorted(counts.items())),
        "files": files,
        "valkey_keys": _forget_in_valkey(settings, key, [str(each) for each in work_ids]),
        "audit_heads": _audit_heads(storage, key),
        "stays": list(STAYS),
    }


def _count_rows(session: Session, schema: str) -> dict[str, int]:
    connection = driver(session)
    tables = connection.execute("select tablename from pg_tables where schemaname = %s order by 1", [schema]).fetchall()
    counts = {}
    for (table,) in tables:
        row = connection.execute(SQL("select count(*) from {}").format(Identifier(schema, table))).fetchone()
        counts[f"tenant.{table}"] = row[0] if row else 0
    return counts


def _count_data_keys(session: Session, key: str) -> int:
    query = text("select count(*) from hub.data_keys where tenant_key = :key")
    return int(session.execute(query, {"key": key}).scalar_one())


def _audit_heads(storage: Storage, key: str) -> dict[str, str]:
    """The newest number and hash of the tenant's and the installation's audit: what is cut off later misses them."""
    with storage.hub() as session:
        rows = session.execute(
            text("select chain, number, encode(hash, 'hex') from audit.chains where chain in (:key, :installation)"),
            {"key": key, "installation": audit.INSTALLATION},
        )
        return {chain: f"{number}:{head}" for chain, number, head in rows}


def _forget_in_valkey(settings: Settings, key: str, work_ids: list[str]) -> int | None:
    """Delete what Valkey holds of the tenant and its work: counters, places in the queue; None where it is silent.

    What cannot be reached there goes by itself: all of it expires.
    """
    of_tenant = re.compile(rf"(?<![a-z0-9_]){re.escape(key)}(?![a-z0-9_])")
    ids = set(work_ids)
    count = 0
    try:
        with Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=10) as redis:
            for name in redis.scan_iter(count=1000):
                plain = name.decode("utf-8", "replace")
                is_work = any(part in ids for part in re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", plain))
                if is_work or of_tenant.search(plain):
                    count += int(redis.delete(name))
    except RedisError:
        return None
    return count
