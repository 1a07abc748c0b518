"""Whom the tenant may not write to, among the customers' recipients."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hub.reminders.policy import Customer
from hub.storage.session import driver

_ACTIVE = """
    select lower(address), min(kind) from suppressions
    where released_at is null and (until is null or until > %(at)s) and address is not null group by 1
"""


def without_suppressed(session: Session, customers: Mapping[UUID, Customer], at: datetime) -> dict[UUID, Customer]:
    """The customers, each knowing which of its recipients may not be written to at an instant, and why."""
    stopped = dict(driver(session).execute(_ACTIVE, {"at": at}).fetchall())
    if not stopped:
        return dict(customers)
    return {
        customer_id: replace(
            customer,
            suppressed={
                each["email"]: stopped[each["email"].lower()]
                for each in customer.recipients
                if each["email"].lower() in stopped
            },
        )
        for customer_id, customer in customers.items()
    }
