"""Which tenant a connection belongs to, and who has connected a company: what has to be found before the tenant is.

In the hub's own schema, which no tenant's role can read; sessions are the hub's.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.connections.models import connect_states, connected_accounts
from hub.jobs import service as jobs


def enter(session: Session, tenant: str, connection_id: UUID, plugin: str, account_id: str | None = None) -> None:
    """Note whose a connection is, and the company it is to; without one, what is known of it already stays."""
    new = insert(connected_accounts).values(
        connection_id=connection_id, tenant_key=tenant, plugin=plugin, account_id=account_id
    )
    columns = connected_accounts.c
    changes = {"account_id": func.coalesce(new.excluded.account_id, columns.account_id)}
    session.execute(new.on_conflict_do_update(index_elements=["connection_id"], set_=changes))


def leave(session: Session, connection_id: UUID) -> None:
    """Forget a connection that was disconnected: what is announced of it finds nobody."""
    session.execute(delete(connected_accounts).where(connected_accounts.c.connection_id == connection_id))


def tenant_of(session: Session, plugin: str, connection_id: UUID) -> str | None:
    """Whose connection this is; None where the plugin has no such one."""
    columns = connected_accounts.c
    query = select(columns.tenant_key).where(columns.connection_id == connection_id, columns.plugin == plugin)
    return session.scalar(query)


def connected_to(session: Session, plugin: str, account_ids: set[str]) -> list[tuple[str, str, UUID]]:
    """Account, tenant and connection of all who have connected these companies."""
    columns = connected_accounts.c
    query = select(columns.account_id, columns.tenant_key, columns.connection_id)
    rows = session.execute(query.where(columns.plugin == plugin, columns.account_id.in_(account_ids)))
    return [(row[0], row[1], row[2]) for row in rows]


def count(session: Session, tenant: str) -> int:
    """How many connections are noted as a tenant's. They go with the tenant."""
    query = select(func.count()).select_from(connected_accounts)
    return session.scalar(query.where(connected_accounts.c.tenant_key == tenant)) or 0


def forget_consents(session: Session, now: datetime) -> int:
    """Delete what consents were begun with that nobody came back from; how many, of all tenants."""
    over = delete(connect_states).where(connect_states.c.expires_at <= now)
    return int(session.execute(over).rowcount)  # type: ignore[attr-defined]


def some_tenant(session: Session, plugin: str) -> str | None:
    """A tenant that has connected anything of the plugin's, in whose name work for all of them may be done.

    One whose own work does not keep it waiting, if there is such a one: of each tenant only so much runs at once.
    """
    columns = connected_accounts.c
    query = select(columns.tenant_key).where(columns.plugin == plugin, columns.account_id.is_not(None))
    is_busy = columns.tenant_key.in_(jobs.busy_tenants(session))
    return session.scalar(query.order_by(is_busy.asc(), columns.connection_id).limit(1))
