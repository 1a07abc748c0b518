"""The hot read path: one statement as the tenant, the whole transaction in one round trip, no session, no ORM."""

from collections.abc import Mapping
from typing import Any

import psycopg

from hub.storage.session import TENANT_KEY, Storage, schema_name

ENTER = """
    select set_config('role', %s, true), set_config('search_path', %s, true), set_config('statement_timeout', %s, true),
           set_config('timezone', 'UTC', true)
"""


def fetch(storage: Storage, tenant: str, query: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows of one reading statement, run as the tenant's own role and seeing the tenant's schema alone.

    Role, path and statement go out at once, prepared, as one transaction, and nothing is kept on the connection. A
    connection that died in the pool is replaced once.
    """
    if not TENANT_KEY.fullmatch(tenant):
        raise ValueError(f"not a tenant key: {tenant!r}")
    try:
        return _fetch(storage, schema_name(tenant), query, parameters)
    except psycopg.OperationalError as error:
        if error.sqlstate is not None and not error.sqlstate.startswith("57P"):
            raise
        storage.engine.dispose()
        return _fetch(storage, schema_name(tenant), query, parameters)


def _fetch(storage: Storage, role: str, query: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    timeout = str(storage.settings.db_statement_timeout_ms)
    pooled = storage.engine.raw_connection()
    connection: psycopg.Connection[Any] = pooled.driver_connection  # type: ignore[assignment]
    try:
        # Statements sent together are one transaction without saying so; were they ever taken apart, the second would
        # find neither role nor tables and fail.
        connection.autocommit = True
        with connection.pipeline():
            connection.execute(ENTER, (role, role, timeout), prepare=True)
            cursor = connection.execute(query, parameters, prepare=True)
        # As in storage.session: a connection is retired after it has seen a number of tenants.
        pooled.record_info.setdefault("tenants", set()).add(role)  # type: ignore[union-attr]
        return cursor.fetchall()
    finally:
        if connection.broken or connection.closed:
            pooled.invalidate()
        else:
            connection.autocommit = False
        pooled.close()
