"""Whose mail it is: customers by an address that they have."""

import re
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hub.ledger.models import customers

_SEPARATORS = re.compile(r"[\s,;<>\"]+")


def customers_with_address(session: Session, address: str) -> list[UUID]:
    """The customers that have exactly this address: as their own, or among the people to talk to there."""
    listed = customers.c.profile["contacts"]
    held = or_(customers.c.email.icontains(address, autoescape=True), listed.astext.icontains(address, autoescape=True))
    query = select(customers.c.id, customers.c.email, listed.label("contacts")).where(held).order_by(customers.c.id)
    wanted = address.lower()
    return [
        row.id
        for row in session.execute(query)
        if wanted in _SEPARATORS.split((row.email or "").lower())
        or any((each.get("email") or "").lower() == wanted for each in row.contacts or ())
    ]
