"""A reminder as the API shows it: the row with its invoices, its customer, its names and what the caller may do."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.ledger.owed import named
from hub.reminders import history, schemas, service
from hub.reminders.approving import refusals_of
from hub.reminders.mail import html_of
from hub.reminders.message import links_of
from hub.reminders.statuses import steps_from
from hub.reminders.truth import as_facts
from hub.storage.session import driver

_NAMES = """
    select (select name from customers where id = %(customer_id)s),
           (select name from reminder_policies where id = %(policy_id)s),
           (select name from channels where id = %(channel_id)s)
"""


def show_reminder(
    session: Session, reminder: Mapping[str, Any], *, base: str, may_write: bool, is_admin: bool
) -> dict[str, Any]:
    """The whole document; `base` is where debtors' pages are."""
    items = _items(session, reminder["id"])
    customer, policy, channel = driver(session).execute(_NAMES, dict(reminder)).fetchone() or (None,) * 3
    refused = refusals_of(reminder)
    total = next(iter(reminder["totals"]), None)
    shown = {name: reminder[name] for name in schemas.ReminderSchema._declared_fields if name in reminder}
    return shown | {
        "customer_name": customer,
        "policy_name": policy,
        "channel_name": channel,
        "amount": total["amount"] if total else "0.0000",
        "currency": total["currency"] if total else None,
        "invoices": sum(1 for each in items if each["dropped"] is None),
        "items": items,
        "html": _html(reminder, base),
        "verdict": {"passes": not refused, "refusals": refused},
        "approved_by": reminder["approved_by"] and reminder["approved_by"]["name"],
        "created_by": reminder["created_by"]["name"],
        "steps": _steps(reminder, is_admin=is_admin) if may_write else [],
    }


def show_events(session: Session, reminder_id: UUID) -> list[dict[str, Any]]:
    """The events of a reminder as the API shows them."""
    return [
        {
            name: event["by_name"] if name == "by" else event[name]
            for name in schemas.ReminderEventSchema._declared_fields
        }
        for event in history.read(session, reminder_id)
    ]


def _steps(reminder: Mapping[str, Any], *, is_admin: bool) -> list[str]:
    needs_admin = reminder["approve"] == "admin" and not is_admin
    return [verb for verb in steps_from(reminder["status"]) if not (needs_admin and verb in ("approve", "retry"))]


def _items(session: Session, reminder_id: UUID) -> list[dict[str, Any]]:
    rows = service.items_of(session, reminder_id)
    invoices = {each.id: each for each in named(session, [row["invoice_id"] for row in rows])}
    shown = []
    for row in rows:
        invoice = invoices.get(row["invoice_id"])
        shown.append(
            {
                "invoice_id": row["invoice_id"],
                "number": invoice and invoice.number,
                "due_on": invoice and invoice.due_on,
                "asked": f"{row['asked']:.4f}",
                "balance": None if invoice is None else f"{invoice.balance:.4f}",
                "currency": row["currency"],
                "dropped": row["dropped"],
            }
        )
    return shown


def _html(reminder: Mapping[str, Any], base: str) -> str | None:
    """The message as HTML; None until it is written."""
    if not reminder["text"] or not reminder["facts"]:
        return None
    facts = as_facts(reminder["facts"])
    return html_of(reminder["text"], facts, reminder["language"], links_of(facts, base))
