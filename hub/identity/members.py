"""A tenant's people: who works in it, as what, and how they are let in.

The people of one tenant are managed by its admins, who may be malicious: nothing here lets an admin get at an account
that reaches further than the tenant. A person who is known elsewhere is added by an operator alone, because that
account's password may be in anybody's hands; an account that is added keeps nothing that lets anybody in but what the
provider vouches for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, select
from sqlalchemy.orm import Session

from hub.errors import ConflictError, ForbiddenError, NotFoundError
from hub.http.access import Role, scopes_of
from hub.http.context import Identity
from hub.identity import keys, links, local_ways_in, sessions, users
from hub.identity.models import memberships
from hub.identity.models import sessions as session_table
from hub.identity.models import users as user_table
from hub.storage import audit

INVITATION_LIFETIME = timedelta(hours=24)
"""For how long the sign-in link of somebody new works: it has to reach them first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One person in one tenant. `is_disabled` is the operator's doing, and holds in all tenants.

    `is_pending`: they have never signed in. `last_seen_at` is of this tenant's sessions, as long as these are kept.
    """

    user_id: UUID
    email: str
    name: str
    role: str
    is_disabled: bool
    is_pending: bool
    added_at: datetime
    last_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody who was added, with the token of a sign-in link, shown once; None where they have a way in already."""

    member: Member
    link_token: str | None


@dataclass(frozen=True, slots=True)
class _Account:
    """What stands behind a person's address: how they get in, and the tenants they are members of."""

    is_operator: bool
    has_provider: bool
    has_password: bool
    tenants: frozenset[str]

    @property
    def is_trusted(self) -> bool:
        """Whether no tenant's admin can have had a hand in how this person gets in."""
        return self.is_operator or (self.has_provider and not self.has_password)


_COLUMNS = [
    user_table.c.id.label("user_id"),
    user_table.c.email,
    user_table.c.name,
    memberships.c.role,
    user_table.c.disabled_at.is_not(None).label("is_disabled"),
    user_table.c.signed_in_at.is_(None).label("is_pending"),
    memberships.c.created_at.label("added_at"),
    select(func.max(session_table.c.last_seen_at))
    .where(
        session_table.c.user_id == memberships.c.user_id,
        session_table.c.tenant_key == memberships.c.tenant_key,
    )
    .correlate(memberships)
    .scalar_subquery()
    .label("last_seen_at"),
]


def list_members(session: Session, tenant_key: str, *, after: str = "", limit: int | None = None) -> list[Member]:
    """Members in the order of their addresses: all, or no more than `limit` of those after the address `after`."""
    query = _members(tenant_key).where(user_table.c.email > after).order_by(user_table.c.email).limit(limit)
    return [_member(row) for row in session.execute(query)]


def get(session: Session, tenant_key: str, user_id: UUID) -> Member:
    """One member. Raises NotFoundError, for people of other tenants too."""
    row = session.execute(_members(tenant_key).where(user_table.c.id == user_id)).one_or_none()
    if row is None:
        raise NotFoundError("There is no such member.")
    return _member(row)


def check_role_grant(caller: Identity, role: str) -> None:
    """Raise ForbiddenError if a machine would give a person more than it may do itself; people here are admins."""
    if caller.kind != "person":
        keys.check_grant(scopes_of(Role(role)), caller.scopes)


def add(
    session: Session,
    tenant_key: str,
    email: str,
    name: str,
    role: str,
    now: datetime,
    *,
    with_link: bool,
    by_operator: bool = False,
) -> Added:
    """Make a person a member; `with_link` where links let people in. An operator may also promote a member.

    Raises InvalidError, NotFoundError, ConflictError for a member already, and ForbiddenError for a person whose
    account is of another tenant's making, unless an operator vouches for them.
    """
    user = users.ensure(session, email, name)
    account = _lock_account(session, user.id)
    is_new_here = tenant_key not in account.tenants
    if not is_new_here and not by_operator:
        raise ConflictError("This person is a member already.", fields={"email": "is a member already"})
    if account.tenants - {tenant_key} and not account.is_trusted and not by_operator:
        raise ForbiddenError("This person works with another tenant of the hub. Ask an operator to add them here.")
    if is_new_here and not account.is_operator:
        # Whoever knows the password, or holds a link or a session that came by one, may have it from another tenant's
        # admin, or a former one's. What the provider vouched for stays.
        local_ways_in.forget(session, user.id, now)
    users.join(session, user.id, tenant_key, role)
    token = None
    if with_link and is_new_here and not (account.is_operator or account.has_provider or user.disabled_at):
        token = _make_link(session, tenant_key, user.id, now, INVITATION_LIFETIME)
    return Added(get(session, tenant_key, user.id), token)


def change_role(session: Session, tenant_key: str, user_id: UUID, role: str) -> Member:
    """Have a member be something else. Raises NotFoundError, and ConflictError for the last admin."""
    if role != Role.ADMIN:
        _check_an_admin_remains(session, tenant_key, user_id)
    get(session, tenant_key, user_id)
    users.join(session, user_id, tenant_key, role)
    return get(session, tenant_key, user_id)


def remove(session: Session, tenant_key: str, user_id: UUID, now: datetime) -> None:
    """End a membership and the person's sessions in this tenant, and nothing else of theirs.

    Raises NotFoundError, and ConflictError for the last admin.
    """
    _check_an_admin_remains(session, tenant_key, user_id)
    member = get(session, tenant_key, user_id)
    session.execute(delete(memberships).where(memberships.c.tenant_key == tenant_key, memberships.c.user_id == user_id))
    here = (session_table.c.user_id == user_id, session_table.c.tenant_key == tenant_key)
    live = select(session_table.c.id).where(*here, session_table.c.ended_at.is_(None))
    for session_id in session.scalars(live).all():
        sessions.end(session, session_id, now)
    before = {"role": member.role}
    audit.record(session, "member.removed", "member", user_id, tenant=tenant_key, before=before)


def create_link(session: Session, tenant_key: str, user_id: UUID, now: datetime) -> str:
    """The token of a sign-in link for a member who cannot get in, shown once; it works for `links.LIFETIME`.

    Raises NotFoundError, ConflictError for a disabled person, and ForbiddenError for an account that reaches further
    than this tenant.
    """
    member = get(session, tenant_key, user_id)
    account = _lock_account(session, user_id)
    if account.is_operator:
        raise ForbiddenError("This person is an operator of the hub. Only an operator can make a link for them.")
    if account.tenants - {tenant_key}:
        raise ForbiddenError("This person works with another tenant too. Only an operator can make a link for them.")
    if account.has_provider:
        raise ForbiddenError("This person signs in through the provider, which may let them into other tenants too.")
    if member.is_disabled:
        raise ConflictError("This account is disabled. Ask an operator of the hub to enable it first.")
    return _make_link(session, tenant_key, user_id, now, links.LIFETIME)


def _members(tenant_key: str) -> Any:
    joined = memberships.join(user_table, user_table.c.id == memberships.c.user_id)
    return select(*_COLUMNS).select_from(joined).where(memberships.c.tenant_key == tenant_key)


def _check_an_admin_remains(session: Session, tenant_key: str, leaving: UUID) -> None:
    # All admins are locked: of two who leave at once, the second waits, and then counts without the first.
    admins = (
        select(memberships.c.user_id)
        .join(user_table, user_table.c.id == memberships.c.user_id)
        .where(memberships.c.tenant_key == tenant_key, memberships.c.role == Role.ADMIN)
        .where(user_table.c.disabled_at.is_(None))
        .order_by(memberships.c.user_id)
        .with_for_update(of=memberships)
    )
    if session.scalars(admins).all() == [leaving]:
        raise ConflictError("This is the tenant's last admin. Make somebody else an admin first.")


def _lock_account(session: Session, user_id: UUID) -> _Account:
    # Two tenants that add one person at once: the second waits here, and then sees the first's membership.
    columns = (
        user_table.c.is_operator,
        user_table.c.issuer.is_not(None),
        user_table.c.password_hash.is_not(None),
    )
    row = session.execute(select(*columns).where(user_table.c.id == user_id).with_for_update()).one()
    joined = session.scalars(select(memberships.c.tenant_key).where(memberships.c.user_id == user_id))
    is_operator, has_provider, has_password = row
    return _Account(is_operator, has_provider, has_password, frozenset(joined))


def _make_link(session: Session, tenant_key: str, user_id: UUID, now: datetime, lifetime: timedelta) -> str:
    token = links.create(session, user_id, now, lifetime)
    after = {"expires_at": now + lifetime}
    audit.record(session, "sign_in_link.created", "member", user_id, tenant=tenant_key, after=after)
    return token


def _member(row: Row[Any]) -> Member:
    return Member(**row._mapping)
