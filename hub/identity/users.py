"""People: one row each, found by their email address, with a role in each tenant they are members of."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.errors import InvalidError, NotFoundError
from hub.http.access import Role
from hub.identity.models import memberships as membership_table
from hub.identity.models import sessions, users
from hub.storage import audit
from hub.tenants import service as tenants

MAX_EMAIL, MAX_NAME = 254, 200
TENANT_ROLES = (Role.ADMIN, Role.MEMBER, Role.VIEWER)
"""What a person may be in a tenant, strongest first."""

# What browsers take for an address in <input type=email>.
_EMAIL = re.compile(
    r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person. `email` is lower case; `disabled_at` is set while they may not sign in."""

    id: UUID
    email: str
    name: str
    is_operator: bool
    has_password: bool
    disabled_at: datetime | None
    signed_in_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Membership:
    """What a person is in one tenant."""

    tenant_key: str
    tenant_name: str
    role: str


_COLUMNS = [
    *(users.c[name] for name in User.__slots__ if name != "has_password"),
    users.c.password_hash.is_not(None).label("has_password"),
]
_MEMBERSHIPS = text("""
    select membership.tenant_key, tenant.name, membership.role
    from hub.memberships membership join hub.tenants tenant on tenant.key = membership.tenant_key
    where membership.user_id = :user_id order by tenant.name, tenant.key
""")


def clean_email(email: str) -> str:
    """The address as it is kept and compared: trimmed and in lower case. Raises InvalidError."""
    cleaned = email.strip().lower()
    if len(cleaned) > MAX_EMAIL or not _EMAIL.fullmatch(cleaned):
        raise InvalidError(
            "This is no email address.",
            fields={"email": f"use an address such as ada@example.com, at most {MAX_EMAIL} characters"},
        )
    return cleaned


def ensure(session: Session, email: str, name: str = "") -> User:
    """The person with this address; made, as `name`, if there is none. Raises InvalidError."""
    email, name = clean_email(email), _clean_name(name)
    made = insert(users).values(email=email, name=name).on_conflict_do_nothing(index_elements=["email"])
    row = session.execute(made.returning(*_COLUMNS)).one_or_none()
    if row:
        user = _user(row)
        audit.record(session, "user.created", "user", user.id, after={"email": email, "name": name})
        return user
    # Not seen by our snapshot only if it was made this moment; each statement has a snapshot of its own.
    return _user(session.execute(select(*_COLUMNS).where(users.c.email == email)).one())


def rename(session: Session, user_id: UUID, name: str) -> User:
    """Call a person `name`, in all their tenants. Raises InvalidError, NotFoundError."""
    before, name = get(session, user_id), _clean_name(name)
    if name != before.name:
        session.execute(update(users).where(users.c.id == user_id).values(name=name))
        audit.record(session, "user.updated", "user", user_id, before={"name": before.name}, after={"name": name})
    return replace(before, name=name)


def get(session: Session, user_id: UUID) -> User:
    """One person. Raises NotFoundError."""
    row = session.execute(select(*_COLUMNS).where(users.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such person.")
    return _user(row)


def find(session: Session, email: str) -> User | None:
    """The person with this address, in whatever case it is written."""
    try:
        cleaned = clean_email(email)
    except InvalidError:
        return None
    row = session.execute(select(*_COLUMNS).where(users.c.email == cleaned)).one_or_none()
    return _user(row) if row else None


def named(session: Session, email: str) -> User:
    """The person with this address. Raises NotFoundError."""
    user = find(session, email)
    if user is None:
        raise NotFoundError(f"there is nobody with the address {email.strip().lower()}")
    return user


def list_users(session: Session) -> list[User]:
    """Everybody, in the order of their addresses."""
    return [_user(row) for row in session.execute(select(*_COLUMNS).order_by(users.c.email))]


def membership(session: Session, user_id: UUID, tenant_key: str) -> str | None:
    """A person's role in a tenant; None if they are no member of it."""
    where = (membership_table.c.user_id == user_id, membership_table.c.tenant_key == tenant_key)
    return session.scalar(select(membership_table.c.role).where(*where))


def memberships(session: Session, user_id: UUID) -> list[Membership]:
    """All that a person is a member of, in the order of the tenants' names."""
    return [Membership(*row) for row in session.execute(_MEMBERSHIPS, {"user_id": user_id})]


def join(session: Session, user_id: UUID, tenant_key: str, role: str) -> None:
    """Make a person a member of a tenant, in this role from now on. Raises InvalidError, NotFoundError."""
    if role not in TENANT_ROLES:
        raise InvalidError(f"there is no role {role}", fields={"role": f"use one of {', '.join(TENANT_ROLES)}"})
    tenants.get(session, tenant_key)
    before = membership(session, user_id, tenant_key)
    if before == role:
        return
    made = insert(membership_table).values(user_id=user_id, tenant_key=tenant_key, role=role)
    session.execute(made.on_conflict_do_update(index_elements=["user_id", "tenant_key"], set_={"role": role}))
    audit.record(
        session,
        "member.updated" if before else "member.added",
        "member",
        user_id,
        tenant=tenant_key,
        before={"role": before} if before else None,
        after={"role": role},
    )


def set_operator(session: Session, user_id: UUID, is_operator: bool) -> None:
    """Make a person an operator of the installation, or no longer. Raises NotFoundError."""
    if get(session, user_id).is_operator == is_operator:
        return
    session.execute(update(users).where(users.c.id == user_id).values(is_operator=is_operator))
    audit.record(
        session,
        "user.updated",
        "user",
        user_id,
        before={"is_operator": not is_operator},
        after={"is_operator": is_operator},
    )


def disable(session: Session, user_id: UUID, now: datetime) -> None:
    """Let a person in no longer, and end their sessions. Harmless when disabled already. Raises NotFoundError."""
    if get(session, user_id).disabled_at:
        return
    session.execute(update(users).where(users.c.id == user_id).values(disabled_at=now))
    session.execute(
        update(sessions).where(sessions.c.user_id == user_id, sessions.c.ended_at.is_(None)).values(ended_at=now)
    )
    audit.record(session, "user.disabled", "user", user_id, after={"disabled_at": now})


def enable(session: Session, user_id: UUID) -> None:
    """Let a disabled person in again; they have to sign in anew. Raises NotFoundError."""
    if get(session, user_id).disabled_at is None:
        return
    session.execute(update(users).where(users.c.id == user_id).values(disabled_at=None))
    audit.record(session, "user.enabled", "user", user_id)


def remove(session: Session, user_id: UUID) -> None:
    """Delete a person with memberships, sessions and links; the audit keeps what they did. Raises NotFoundError."""
    user = get(session, user_id)
    session.execute(delete(users).where(users.c.id == user_id))
    audit.record(session, "user.removed", "user", user_id, before={"email": user.email, "name": user.name})


def _clean_name(name: str) -> str:
    name = name.strip()
    if len(name) > MAX_NAME or not name.isprintable():
        raise InvalidError("This name cannot be used.", fields={"name": f"use at most {MAX_NAME} printable characters"})
    return name


def _user(row: Row[Any]) -> User:
    return User(**row._mapping)
