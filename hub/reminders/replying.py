"""Replies to disputes: what is said to the customer once it is known what is to be done. A draft, and nothing more."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.disputes import service as disputes
from hub.errors import ConflictError
from hub.ledger import service as ledger
from hub.ledger.owed import named
from hub.reminders import settings
from hub.reminders.fact_sheet import Links, fact_sheet
from hub.reminders.house import House
from hub.reminders.known import history_of
from hub.reminders.languages import language_of
from hub.reminders.recipients import contact_of, recipients_of
from hub.sdk.writer import Reply, Tone, WritingTask

# What the step that the policy suggests comes to, as far as it may be said before anybody decided.
_BY_ACTION: Mapping[str, Reply] = {"ask": "asking", "send_document": "documents"}
_BY_OUTCOME: Mapping[str, Reply] = {"valid_credited": "accepted", "invalid_upheld": "upheld"}


def reply_to(dispute: Mapping[str, Any], balance: Decimal) -> Reply:
    """What a reply may say as the dispute stands: nothing is granted before a person has accepted it."""
    if balance <= 0:
        return "settled"
    if dispute["status"] == "accepted":
        return "accepted"
    if dispute["status"] == "rejected":
        return "upheld"
    if dispute["status"] == "resolved":
        return _BY_OUTCOME.get(dispute["outcome"] or "", "received")
    return _BY_ACTION.get((dispute["suggestion"] or {}).get("action", ""), "received")


def task_of(
    session: Session, house: House, dispute_id: UUID, today: date, *, tone: Tone, language: str | None
) -> tuple[WritingTask, list[str]]:
    """What to write for a dispute, and the customer's addresses.

    Raises NotFoundError, and ConflictError where its invoice is not known.
    """
    dispute = disputes.get(session, dispute_id)
    invoice = next(iter(named(session, [dispute["invoice_id"]])), None) if dispute["invoice_id"] else None
    customer = ledger.get_customer(session, invoice.customer_id) if invoice else None
    if invoice is None or customer is None:
        raise ConflictError("Say first which invoice the dispute is about.")
    rules = settings.read(session)
    facts = fact_sheet(
        session,
        rules,
        customer,
        [{"invoice_id": invoice.id, "asked": max(invoice.balance, Decimal(0))}],
        links=Links(),
        today=today,
        contact=contact_of(recipients_of(customer)),
        company=house.name,
    )
    recipients = recipients_of(customer)
    task = WritingTask(
        facts=facts,
        purpose="dispute_reply",
        tone=tone,
        language=language or language_of(customer.get("country"), rules["language"]),
        history=history_of(session, invoice.customer_id, today),
        reply=reply_to(dispute, invoice.balance),
    )
    return task, [each["email"] for each in recipients]
