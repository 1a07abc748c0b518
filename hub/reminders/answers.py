"""Customers who answered a reminder, and whom nobody has answered yet: what they said comes before the next reminder.

An answer counts as looked at once somebody noted a contact with the customer, did something with a dispute of theirs,
or wrote to them in person since.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.reminders.policy import Customer


def with_answers(session: Session, customers: Mapping[UUID, Customer], at: datetime) -> dict[UUID, Customer]:
    """The customers, each knowing when it last answered, as far as nobody had looked at that by an instant."""
    rows = session.execute(_WAITING, {"customers": list(customers), "at": at})
    answered = {row.customer_id: row.answered_at for row in rows}
    if not answered:
        return dict(customers)
    return {
        customer_id: replace(customer, answered_at=answered.get(customer_id))
        for customer_id, customer in customers.items()
    }


# The answers first: there are few of them, and the longest rest is some weeks.
_WAITING = text("""
    with answered as (
        select customer_id, max(replied_at) as answered_at from reminders
        where replied_at > cast(:at as timestamptz) - interval '60 days' and replied_at <= :at
            and customer_id = any(:customers)
        group by customer_id
    )
    select a.customer_id, a.answered_at from answered a
    where not exists (
        select from contact_notes n
        where n.customer_id = a.customer_id and n.created_at between a.answered_at and :at
    ) and not exists (
        select from reminders r
        where r.customer_id = a.customer_id and r.kind <> 'policy' and r.sent_at between a.answered_at and :at
    ) and not exists (
        select from disputes d join dispute_events e on e.dispute_id = d.id
        where d.customer_id = a.customer_id and e.by_kind = 'person' and e.at between a.answered_at and :at
    )
""")
