"""Whom the tenant may not write to, among the customers' recipients."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hub.channels import suppressions
from hub.reminders.policy import Customer


def without_suppressed(session: Session, customers: Mapping[UUID, Customer], at: datetime) -> dict[UUID, Customer]:
    """The customers, each knowing which of its recipients may not be written to at an instant, and why."""
    addresses = {each["email"] for customer in customers.values() for each in customer.recipients}
    stopped = {address: found.kind for address, found in suppressions.of(session, addresses, at).items()}
    if not stopped:
        return dict(customers)
    return {
        customer_id: replace(
            customer,
            suppressed={
                each["email"]: stopped[each["email"]] for each in customer.recipients if each["email"] in stopped
            },
        )
        for customer_id, customer in customers.items()
    }
