"""A simulation as the API shows it."""

from decimal import Decimal
from typing import Any

from hub.reminders.planning import gains_of, totals_of
from hub.reminders.policy import Customer
from hub.reminders.sequence import Message
from hub.reminders.simulation import Simulated

ASSUMPTION = (
    "Days to come suppose that nothing is paid, disputed or promised meanwhile and that connections are read. Of past"
    " days the ledger is what its books say of them; risk, profiles and settings are today's, and reminders that were"
    " sent then are not counted."
)


def show(found: Simulated) -> dict[str, Any]:
    """All of a simulation as JSON data."""
    return {
        "messages": [_message(message) for message in found.messages],
        "nothing": [
            {
                "invoice": {
                    "id": item.invoice_id,
                    "number": item.number,
                    "customer": _customer(customer),
                    "due_on": item.due_on,
                    "amount": item.open,
                    "currency": item.currency,
                },
                "reasons": [{"code": each.code, "sentence": each.sentence} for each in reasons],
            }
            for item, customer, reasons in found.nothing
        ],
        "message_count": found.count_messages,
        "invoice_count": found.count_invoices,
        "nothing_count": found.count_nothing,
        "by_reason": [
            {"code": code, "count": count}
            for code, count in sorted(found.by_reason.items(), key=lambda each: (-each[1], each[0]))
        ],
        "totals": _amounts(found.totals),
        "expected_gain": [
            {**each, "days": None, "basis": "measured" if found.is_measured else "assumed", "sentence": None}
            for each in _amounts(found.gains)
        ],
        "assumption": ASSUMPTION,
    }


def _message(message: Message) -> dict[str, Any]:
    leading = message.leading
    return {
        "day": message.day,
        "at": message.at,
        "customer": _customer(message.customer),
        "recipients": [dict(each) for each in message.customer.reachable],
        "channel": leading.step.channel,
        "tone": message.tone,
        "stage": leading.step.stage,
        "policy": leading.policy.name,
        "writer": leading.step.writer,
        "approve": message.approve,
        "attachments": message.attachments,
        "invoices": [
            {
                "id": line.item.invoice_id,
                "number": line.item.number,
                "due_on": line.item.due_on,
                "days_overdue": (message.day - line.item.due_on).days,
                "stage": line.step.stage,
                "policy": line.policy.name,
                "amount": line.item.asked,
                "currency": line.item.currency,
            }
            for line in message.lines
        ],
        "totals": totals_of(message),
        "expected_gain": gains_of(message),
    }


def _customer(customer: Customer) -> dict[str, Any]:
    return {"id": customer.id, "name": customer.name}


def _amounts(sums: dict[str, Decimal]) -> list[dict[str, Any]]:
    return [{"currency": currency, "amount": f"{amount:f}"} for currency, amount in sorted(sums.items())]
