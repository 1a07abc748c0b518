"""What the people of a tenant see of each other: ids and names. Sessions are the hub's."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hub.http.access import Role
from hub.identity.models import memberships, users

_NAME = func.coalesce(func.nullif(func.trim(users.c.name), ""), users.c.email)


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of the tenant's people; the name is their address where they have given none."""

    id: UUID
    name: str


def who_works(session: Session, tenant_key: str) -> list[Colleague]:
    """The tenant's admins and members who can sign in, by name."""
    query = (
        select(users.c.id, _NAME)
        .join(memberships, memberships.c.user_id == users.c.id)
        .where(
            memberships.c.tenant_key == tenant_key,
            memberships.c.role.in_((Role.ADMIN, Role.MEMBER)),
            users.c.disabled_at.is_(None),
        )
        .order_by(func.lower(_NAME), users.c.id)
    )
    return [Colleague(*row) for row in session.execute(query)]


def names_of(session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """What people are called whose ids a tenant has kept, of former members too."""
    if not ids:
        return {}
    return {row[0]: row[1] for row in session.execute(select(users.c.id, _NAME).where(users.c.id.in_(ids)))}
