"""How long what signing in left behind is kept: ended sessions, used links, sign-ins that nobody finished."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from hub.identity.models import memberships, sessions, sign_in_failures, sign_in_links, sign_in_states


def people_of(session: Session, tenant: str) -> set[UUID]:
    """Who belongs to a tenant, or did lately: its members, and those with a session there. A hub session."""
    members = select(memberships.c.user_id).where(memberships.c.tenant_key == tenant)
    there = select(sessions.c.user_id).where(
        or_(sessions.c.tenant_key == tenant, sessions.c.claimed_tenant_key == tenant)
    )
    return set(session.scalars(members.union(there)))


def forget_sign_ins(session: Session, before: datetime) -> int:
    """Delete what ended before an instant, of all people; how many rows. A hub session."""
    ended = (
        delete(sessions).where(or_(sessions.c.expires_at < before, sessions.c.ended_at < before)),
        delete(sign_in_links).where(or_(sign_in_links.c.expires_at < before, sign_in_links.c.used_at < before)),
        delete(sign_in_states).where(sign_in_states.c.expires_at < before),
        delete(sign_in_failures).where(sign_in_failures.c.failed_at < before),
    )
    return sum(session.execute(statement).rowcount for statement in ended)  # type: ignore[attr-defined]
