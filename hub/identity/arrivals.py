"""People who come through the provider: who they are here, at first sight and ever after.

A person is known by the provider's subject. Only at first sight does the email address count, and only one that the
provider has verified: else whoever enters somebody's address there would become them here.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.identity import local_ways_in, users
from hub.identity.claims import RefusedPersonError
from hub.identity.models import users as table
from hub.identity.tokens import Claims
from hub.identity.users import User
from hub.storage import audit


def known(session: Session, claims: Claims) -> User | None:
    """The person with this subject at this issuer, if they have been here before."""
    where = (table.c.issuer == claims.issuer, table.c.subject == claims.subject)
    user_id: UUID | None = session.scalar(select(table.c.id).where(*where))
    return users.get(session, user_id) if user_id else None


def welcome(session: Session, claims: Claims, profile: Mapping[str, Any], now: datetime) -> User:
    """The person with this subject; at first sight the one with the verified address in `profile`, or a new one.

    From then on the provider vouches for them: a password, link or session that whoever made the account may hold is
    forgotten, but for an operator's own.

    Raises RefusedPersonError without such an address, and when it belongs to another account of the same provider.
    """
    if found := known(session, claims):
        return found
    email = profile.get("email")
    if not isinstance(email, str) or not email:
        raise RefusedPersonError(
            "no_email", "The provider does not tell your email address. Sign in with a browser first."
        )
    # Microsoft's name for it is xms_edov.
    if profile.get("email_verified") is not True and profile.get("xms_edov") not in (True, 1, "1", "true"):
        raise RefusedPersonError("email_unverified", "The provider has not verified your email address.")
    with audit.acting(replace(audit.actor(), kind="person", id=claims.subject, name=email)):
        return _link(session, claims, email, _name(profile), now)


def _link(session: Session, claims: Claims, email: str, name: str, now: datetime) -> User:
    try:
        user = users.ensure(session, email, name)
    except InvalidError as error:
        raise RefusedPersonError("no_email", "The provider's email address for you cannot be used.") from error
    unclaimed = or_(table.c.issuer.is_(None), table.c.issuer != claims.issuer)
    linked = update(table).where(table.c.id == user.id, unclaimed)
    done = session.execute(linked.values(issuer=claims.issuer, subject=claims.subject).returning(table.c.id))
    if done.one_or_none() is None:
        # Another request of the same person may have been quicker.
        if (found := known(session, claims)) is not None and found.id == user.id:
            return found
        raise RefusedPersonError("other_account", "Your email address belongs to another account of the provider here.")
    if not user.is_operator:
        local_ways_in.forget(session, user.id, now)
    audit.record(session, "user.linked", "user", user.id, after={"issuer": claims.issuer, "subject": claims.subject})
    return user


def follow_operator_claim(session: Session, user: User, is_claimed: bool, now: datetime) -> None:
    """Make an operator of whom the provider calls one, and take it back from whom it no longer does.

    Who was made one here stays one: the provider takes back only what it gave.
    """
    if user.is_operator == is_claimed:
        return
    given = session.scalar(select(table.c.is_operator_claimed).where(table.c.id == user.id))
    if is_claimed or given:
        session.execute(update(table).where(table.c.id == user.id).values(is_operator_claimed=is_claimed))
        if is_claimed:
            local_ways_in.forget(session, user.id, now)
        users.set_operator(session, user.id, is_claimed)


def is_operator(session: Session, user: User, is_claimed: bool) -> bool:
    """Whether somebody who shows a token is an operator: by the token, or made one here, not by an earlier token."""
    if is_claimed or not user.is_operator:
        return is_claimed
    return not session.scalar(select(table.c.is_operator_claimed).where(table.c.id == user.id))


def _name(profile: Mapping[str, Any]) -> str:
    name = profile.get("name")
    return name.strip()[: users.MAX_NAME] if isinstance(name, str) and name.isprintable() else ""
