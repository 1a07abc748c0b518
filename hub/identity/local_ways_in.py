"""The ways into an account that are the hub's own: its password, its sign-in links, and the sessions that came by them.

Whoever made the account may hold any of these. They are forgotten when it comes to reach further than its maker does.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hub.identity import sessions
from hub.identity.models import sessions as session_table
from hub.identity.models import sign_in_links, users


def forget(session: Session, user_id: UUID, now: datetime) -> None:
    """Leave a person only what the provider vouches for; without one, a new sign-in link is the way back in."""
    session.execute(update(users).where(users.c.id == user_id).values(password_hash=None))
    session.execute(delete(sign_in_links).where(sign_in_links.c.user_id == user_id))
    local = select(session_table.c.id).where(
        session_table.c.user_id == user_id, session_table.c.method != "oidc", session_table.c.ended_at.is_(None)
    )
    for session_id in session.scalars(local).all():
        sessions.end(session, session_id, now)
