"""The fact sheet of a message: what it may state of a customer's invoices, read from the ledger and the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.ledger.owed import named
from hub.sdk.facts import FactSheet, read_facts

NUMBER = "{number}"
"""Stands for the invoice's number in the tenant's payment link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The addresses in a message: the customer's own page, where to pay, where to stop such mail. Empty: none."""

    page: str = ""
    payment: str = ""
    unsubscribe: str = ""

    @property
    def stated(self) -> tuple[str, ...]:
        """Those that the text of a message may state; the one to unsubscribe stands below it."""
        return tuple(filter(None, (self.page, self.payment)))


def fact_sheet(
    session: Session,
    settings: Mapping[str, Any],
    customer: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    *,
    links: Links,
    today: date,
    contact: str = "",
    company: str = "",
) -> FactSheet:
    """What a message to `customer` about `items` (invoice_id, asked) may state on `today`, the tenant's day.

    `open` of an invoice is what is asked for, which leaves out what is disputed. `contact` is the person to greet,
    `company` the tenant's name, for settings that do not say which company sends it. Raises InvalidError where nothing
    says so, or an invoice is not there.
    """
    sender = settings.get("sender") or {}
    company = sender.get("company") or company
    if not company:
        message = "The reminder settings do not say which company sends reminders."
        raise InvalidError(message, fields={"sender.company": "Is needed."})
    found = {each.id: each for each in named(session, [item["invoice_id"] for item in items])}
    invoices, totals = [], dict[str, Decimal]()
    for item in items:
        invoice = found.get(item["invoice_id"])
        if invoice is None:
            message = "An invoice is no longer there."
            raise InvalidError(message, fields={"invoice_ids": f"There is no invoice {item['invoice_id']}."})
        asked = Decimal(item["asked"])
        totals[invoice.currency] = totals.get(invoice.currency, Decimal(0)) + asked
        invoices.append(
            {
                "number": invoice.number,
                "issued_on": invoice.issued_on,
                "due_on": invoice.due_on,
                "total": invoice.total,
                "open": asked,
                "currency": invoice.currency,
                "days_overdue": (today - invoice.due_on).days,
            }
        )
    invoices.sort(key=lambda each: (each["due_on"], each["number"]))
    document = {
        "today": today,
        "sender": {"company": company, "name": sender.get("name"), "phone": sender.get("phone")},
        "customer": {"name": customer["name"], "contact": contact or None},
        "invoices": invoices,
        "total_open": [{"amount": amount, "currency": currency} for currency, amount in totals.items()],
        "links": list(links.stated),
        "bank": {"iban": iban} if (iban := (settings.get("bank") or {}).get("iban")) else None,
        "allowed": settings.get("allowed") or {},
    }
    try:
        return read_facts(document)
    except ValueError as error:
        raise InvalidError(f"The facts of this message cannot be stated: {error}.") from error


def payment_link(settings: Mapping[str, Any], numbers: Sequence[str]) -> str:
    """Where to pay these invoices by the tenant's settings; empty where the link names one invoice and there are more.

    Only https addresses are used.
    """
    template = str(settings.get("payment_link") or "")
    if urlsplit(template).scheme != "https" or (NUMBER in template and len(numbers) != 1):
        return ""
    return template.replace(NUMBER, quote(numbers[0], safe="")) if numbers else ""
