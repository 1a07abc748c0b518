"""What a text would say to a real customer: for trying templates and writers. Nothing is stored and nobody is told."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.ledger import service as ledger
from hub.reminders import settings
from hub.reminders.fact_sheet import Links, fact_sheet, payment_link
from hub.reminders.house import House
from hub.reminders.recipients import contact_of, recipients_of
from hub.sdk.facts import FactSheet

MOST_INVOICES = 5
_PAGE = "statement/#example"


def facts_of(session: Session, house: House, customer_id: UUID | None, today: date) -> tuple[FactSheet, Links]:
    """The facts of a customer's oldest invoices, overdue ones if any; of who is most overdue where none is named.

    Raises InvalidError for a customer that is not there, and where nothing is open.
    """
    if customer_id is None:
        customer_id = session.execute(_MOST_OVERDUE, {"today": today}).scalar_one_or_none()
    customer = ledger.get_customer(session, customer_id) if customer_id else None
    if customer_id is not None and customer is None:
        raise InvalidError("There is no such customer.", fields={"customer_id": "A customer of yours."})
    rows = list(session.execute(_OPEN, {"customer": customer_id, "most": MOST_INVOICES}).mappings())
    if customer is None or not rows:
        message = "Nothing is open, so there is nothing to write about."
        raise InvalidError(message, fields={"customer_id": "A customer with an open invoice."})
    rows = [row for row in rows if row["due_on"] < today] or rows
    rules = settings.read(session)
    items: list[dict[str, Any]] = [{"invoice_id": row["id"], "asked": Decimal(row["balance"])} for row in rows]
    links = Links(page=f"{house.base}/{_PAGE}", payment=payment_link(rules, [row["number"] for row in rows]))
    contact = contact_of(recipients_of(customer))
    facts = fact_sheet(session, rules, customer, items, links=links, today=today, contact=contact, company=house.name)
    return facts, links


_MOST_OVERDUE = text("""
    select customer_id from invoices where balance > 0 and deleted_on is null
    group by customer_id order by sum(balance) filter (where due_on < :today) desc nulls last, customer_id limit 1
""")
_OPEN = text("""
    select id, number, balance, due_on from invoices
    where customer_id = :customer and balance > 0 and deleted_on is null
    order by due_on, number limit :most
""")
