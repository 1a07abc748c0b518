"""People who leave with their tenant: those who are members of no other one."""

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hub.identity.models import api_keys, memberships, organizations, users
from hub.identity.models import sessions as session_table


def count_of(session: Session, tenant: str) -> dict[str, int]:
    """How much of signing in belongs to a tenant, by table. A hub session."""
    tables = (memberships, organizations, api_keys, session_table)
    return {
        table.name: session.scalar(select(func.count()).select_from(table).where(table.c.tenant_key == tenant)) or 0
        for table in tables
    }


def remove_people(session: Session, tenant: str) -> int:
    """Delete the people who are members of this tenant alone, with all their sessions; how many. A hub session.

    Operators stay: they are the installation's.
    """
    here = select(memberships.c.user_id).where(memberships.c.tenant_key == tenant)
    elsewhere = select(memberships.c.user_id).where(memberships.c.tenant_key != tenant)
    leaving = users.c.id.in_(here) & users.c.id.not_in(elsewhere) & users.c.is_operator.is_(False)
    return int(session.execute(delete(users).where(leaving)).rowcount)  # type: ignore[attr-defined]
