"""Sign-in links: a token that lets one person in once, within minutes. The hub keeps its SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from hub.errors import UnauthorizedError
from hub.identity.models import sign_in_links, users
from hub.identity.public_address import base_url
from hub.settings import Settings
from hub.storage import audit

LIFETIME = timedelta(minutes=15)
_KEPT = timedelta(days=1)


def create(session: Session, user_id: UUID, now: datetime, lifetime: timedelta = LIFETIME) -> str:
    """A new link's token, to be shown once. It takes the place of the person's earlier links, which end."""
    session.execute(
        delete(sign_in_links).where((sign_in_links.c.user_id == user_id) | (sign_in_links.c.expires_at < now - _KEPT))
    )
    token = secrets.token_urlsafe(32)
    expires_at = now + lifetime
    session.execute(
        insert(sign_in_links).values(token_hash=_hash(token), user_id=user_id, created_at=now, expires_at=expires_at)
    )
    audit.record(session, "sign_in_link.created", "user", user_id, after={"expires_at": expires_at})
    return token


def address(settings: Settings, token: str) -> str:
    """Where to open it. The token is in the fragment, which browsers send to nobody and proxies do not log."""
    return f"{base_url(settings)}/sign-in/#link={token}"


def owner(session: Session, token: str, now: datetime) -> UUID:
    """Whom this link would let in. Raises UnauthorizedError when it is unknown, used or expired."""
    statement = select(sign_in_links.c.user_id).join(users, users.c.id == sign_in_links.c.user_id)
    found: UUID | None = session.scalar(statement.where(_is_good(token, now), users.c.disabled_at.is_(None)))
    if found is None:
        raise _refusal()
    return found


def redeem(session: Session, token: str, now: datetime) -> UUID:
    """Use the link up; answers whom it lets in. Raises UnauthorizedError when it is unknown, used or expired."""
    user_id = owner(session, token, now)
    used = update(sign_in_links).where(_is_good(token, now)).values(used_at=now)
    # Two at once: the second waits for the first, and then finds it used.
    if session.execute(used.returning(sign_in_links.c.user_id)).one_or_none() is None:
        raise _refusal()
    audit.record(session, "sign_in_link.used", "user", user_id)
    return user_id


def _is_good(token: str, now: datetime) -> ColumnElement[bool]:
    columns = sign_in_links.c
    return and_(columns.token_hash == _hash(token), columns.used_at.is_(None), columns.expires_at > now)


def _refusal() -> UnauthorizedError:
    return UnauthorizedError("This sign-in link is unknown, used or expired. Ask for a new one.")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
