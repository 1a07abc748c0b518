"""Local sign-in: by email and password, or by a link; with a lock that backs off, and says nothing of who exists.

An attempt is counted before the password is looked at, so that many at once are not more than many in a row, and no
transaction is open while a password is hashed.
"""

import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.errors import ForbiddenError, InvalidError, RateLimitedError, UnauthorizedError
from hub.identity import links, passwords, sessions, users
from hub.identity.models import sign_in_failures
from hub.identity.models import users as user_table
from hub.identity.users import User
from hub.settings import Settings
from hub.storage import audit
from hub.storage.session import Storage

FREE_FAILURES = 4
"""So many failures in a row cost nothing; the next one locks for a minute, each after it for twice as long."""
LONGEST_LOCK = timedelta(hours=1)
FORGIVEN_AFTER = timedelta(days=1)
"""Failures count no more after so long without another."""
LINK_COUNTS_AS_PASSWORD = timedelta(hours=1)
"""For so long after coming by a link a person may set a password without telling the old one."""


class LocalSignInOffError(ForbiddenError):
    """People come through the provider only."""

    code, title = "local_sign_in_off", "Local sign-in is off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whose browser it is, as far as anybody knows before they have signed in. `address` is that of the network."""

    address: str | None = None
    user_agent: str | None = None


def is_on(settings: Settings) -> bool:
    """Whether people may sign in by password or link."""
    if settings.local_sign_in == "auto":
        return not settings.oidc_issuer
    return settings.local_sign_in == "on"


def check_is_on(settings: Settings) -> None:
    """Raises LocalSignInOffError where people come through the provider only."""
    if not is_on(settings):
        raise LocalSignInOffError("This hub has no sign-in of its own: continue with single sign-on.")


def lock_after(failures: int) -> timedelta | None:
    """How long an address is locked after so many failures in a row; None while it is not."""
    if failures <= FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES - 1, 10)
    return min(timedelta(minutes=2**doublings), LONGEST_LOCK)


def by_password(
    storage: Storage, settings: Settings, email: str, password: str, now: datetime, visitor: Visitor
) -> str:
    """A new session of whoever has this email and password; answers the cookie's value.

    Raises LocalSignInOffError, RateLimitedError while the address is locked, and UnauthorizedError, in the same words
    and after the same time, for a wrong password, an unknown address and a disabled person.
    """
    check_is_on(settings)
    email = email.strip().lower()
    with passwords.in_line():
        with storage.hub() as session:
            _count_attempt(session, email, now)
            user = users.find(session, email)
            stored = _stored(session, user)
        is_right = passwords.verify(stored, password)
        renewed = passwords.hash_of(password) if is_right and stored and passwords.is_outdated(stored) else None
    with storage.hub() as session:
        if user and is_right and not user.disabled_at:
            _forgive(session, email)
            if renewed:
                _store(session, user.id, renewed)
            with _acting_as(user):
                return _begin(session, user, "password", now, settings, visitor)
        audit.record(
            session, "session.failed", "user", user.id if user else "", after={"email": email}, outcome="denied"
        )
    raise UnauthorizedError("Email or password is wrong.")


def by_link(
    storage: Storage, settings: Settings, token: str, password: str | None, now: datetime, visitor: Visitor
) -> str:
    """A new session of the person whose link this is; answers the cookie's value. The link is used up.

    `password`, if given, is theirs from now on, and their other sessions end. Raises LocalSignInOffError,
    UnauthorizedError for a link that is not good, InvalidError for a password that is not: then the link stays good.
    """
    check_is_on(settings)
    hashed = None
    if password is not None:
        with storage.hub() as session:
            user = users.get(session, links.owner(session, token, now))
        passwords.check(password, user.email)
        with passwords.in_line():
            hashed = passwords.hash_of(password)
    with storage.hub() as session:
        user = users.get(session, links.owner(session, token, now))
        with _acting_as(user):
            links.redeem(session, token, now)
            _forgive(session, user.email)
            if hashed:
                _store(session, user.id, hashed)
                sessions.end_others(session, user.id, None, now)
                audit.record(session, "password.changed", "user", user.id)
            return _begin(session, user, "link", now, settings, visitor)


def change_password(
    storage: Storage, settings: Settings, session_id: UUID, current: str | None, password: str, now: datetime
) -> int:
    """Give the person of this session a new password, and end their other sessions; answers how many those were.

    `current` is the old one; not needed for an hour after they came by a link. Raises LocalSignInOffError,
    RateLimitedError while the address is locked, InvalidError.
    """
    check_is_on(settings)
    with passwords.in_line():
        with storage.hub() as session:
            record = sessions.get(session, session_id)
            user = users.get(session, record.user_id)
            passwords.check(password, user.email)
            stored = None
            if asks_password(record, now):
                stored = _stored_for_change(session, user, current)
                _count_attempt(session, user.email, now)
        if stored is not None and not passwords.verify(stored, current or ""):
            with storage.hub() as session:
                audit.record(session, "password.changed", "user", user.id, outcome="denied")
            message = "is not the password you have now"
            raise InvalidError("Your current password is wrong.", fields={"current_password": message})
        hashed = passwords.hash_of(password)
    with storage.hub() as session:
        _forgive(session, user.email)
        _store(session, user.id, hashed)
        audit.record(session, "password.changed", "user", user.id)
        return sessions.end_others(session, user.id, session_id, now)


def asks_password(record: sessions.SessionRecord, now: datetime) -> bool:
    """Whether the person of this session has to tell their password to change it."""
    return record.method != "link" or now - record.created_at > LINK_COUNTS_AS_PASSWORD


def _stored_for_change(session: Session, user: User, current: str | None) -> str:
    stored = _stored(session, user)
    if stored is None:
        message = "you have none yet; ask for a sign-in link, and set one when you have come by it"
        raise InvalidError("You cannot set a password in this session.", fields={"current_password": message})
    if not current:
        message = "tell the password you have now"
        raise InvalidError("Your current password is needed.", fields={"current_password": message})
    return stored


def _begin(session: Session, user: User, method: str, now: datetime, settings: Settings, visitor: Visitor) -> str:
    return sessions.create(
        session,
        user.id,
        method,
        now,
        settings=settings,
        address=visitor.address,
        user_agent=visitor.user_agent,
    )


def _acting_as(user: User) -> AbstractContextManager[None]:
    """From here on it is no stranger who acts: the audit names the person."""
    return audit.acting(replace(audit.actor(), kind="person", id=str(user.id), name=user.email))


def _count_attempt(session: Session, email: str, now: datetime) -> None:
    """Count an attempt as failed until it has turned out well. Raises RateLimitedError while the address is locked."""
    audit.record_later(session)
    columns = sign_in_failures.c
    session.execute(delete(sign_in_failures).where(columns.failed_at < now - FORGIVEN_AFTER))
    one = insert(sign_in_failures).values(email_hash=_email_hash(email), failures=1, failed_at=now)
    # The row stays locked until the transaction ends: of many at once, each sees the ones before.
    counted = one.on_conflict_do_update(
        index_elements=["email_hash"],
        set_={"failures": columns.failures + 1, "failed_at": now},
        where=columns.locked_until.is_(None) | (columns.locked_until <= now),
    )
    failures = session.scalar(counted.returning(columns.failures))
    mine = columns.email_hash == _email_hash(email)
    if failures is None:
        until = session.scalar(select(columns.locked_until).where(mine)) or now
        wait = max(1, int((until - now).total_seconds()) + 1)
        raise RateLimitedError(
            f"Too many attempts for this address. Try again in {_in_words(wait)}, or use a sign-in link.", wait
        )
    if lock := lock_after(failures):
        session.execute(update(sign_in_failures).where(mine).values(locked_until=now + lock))


def _forgive(session: Session, email: str) -> None:
    session.execute(delete(sign_in_failures).where(sign_in_failures.c.email_hash == _email_hash(email)))


def _stored(session: Session, user: User | None) -> str | None:
    if user is None:
        return None
    return session.scalar(select(user_table.c.password_hash).where(user_table.c.id == user.id))


def _store(session: Session, user_id: UUID, hashed: str) -> None:
    session.execute(update(user_table).where(user_table.c.id == user_id).values(password_hash=hashed))


def _email_hash(email: str) -> bytes:
    return hashlib.sha256(email.encode()).digest()


def _in_words(seconds: int) -> str:
    return f"{seconds} s" if seconds < 90 else f"{-(-seconds // 60)} minutes"
