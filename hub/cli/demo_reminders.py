"""The demo's reminders: a sequence that asks for each approval, and some that people composed and decided on.

The demo has no mail server, so that nothing goes out: what is approved waits for a channel, and says so.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from hub.errors import HubError
from hub.identity import colleagues
from hub.jobs import service as jobs
from hub.ledger import listing as invoices
from hub.registry import load
from hub.reminders import approving, composing, policies, policy
from hub.reminders import settings as reminder_settings
from hub.reminders.house import house_of
from hub.settings import Settings
from hub.storage.audit import Actor, acting
from hub.storage.session import Storage
from hub.storage.vault import Vault

COMPANY = "Demo Company"
_LEAST = Decimal(100)
_AT_MOST = 3
"""Invoices in one reminder."""


class Wanted(NamedTuple):
    """A reminder of the demo: its tone, and what becomes of it."""

    tone: str
    then: str
    decided: str = ""
    reason: str = ""


WANTED = (
    Wanted("friendly", "approval"),
    Wanted("neutral", "approval"),
    Wanted("firm", "approval"),
    Wanted("friendly", "draft"),
    Wanted("neutral", "approval", "reject", "They called this morning; the payment is on its way."),
    Wanted("friendly", "approval", "skip", "A new contact there: speak to them first."),
    Wanted("neutral", "approval", "cancel"),
    Wanted("friendly", "schedule"),
    Wanted("firm", "send"),
    Wanted("friendly", "approval"),
)


def open_all(storage: Storage, settings: Settings, tenant: str, now: datetime) -> int:
    """Set up the demo's sequence and compose its reminders; how many. Does nothing where there is a policy."""
    with storage.hub() as session:
        working = colleagues.who_works(session, tenant)
    if not working:
        return 0
    person = Actor(kind="person", id=str(working[0].id), name=working[0].name)
    with storage.tenant(tenant) as session, acting(person):
        if policies.list_policies(session):
            return 0
        _set_up(session, now)
    house = house_of(storage, settings, Vault(settings, storage), load(), tenant)
    owing = _owing(storage, tenant, now)
    count = 0
    for wanted in WANTED:
        for customer_id, ids in owing:
            try:
                with acting(person):
                    _compose(storage, house, wanted, customer_id, ids, now)
            except HubError:
                # Nobody to write to, or nothing to ask for: the next one may do.
                continue
            count += 1
            break
    return count


def _set_up(session: Any, now: datetime) -> None:
    document = dict(reminder_settings.defaults())
    document["sender"] = {**document["sender"], "company": COMPANY}
    stored = reminder_settings.show(session)
    if stored["version"] == 0:
        reminder_settings.store(session, document, now, expected_version=0)
    sequence = dict(policy.suggested())
    # Whoever tries it out sees each message before it goes.
    sequence["steps"] = [
        {**step, "approve": "member" if step["approve"] == "automatic" else step["approve"]}
        for step in sequence["steps"]
    ]
    values = {"name": policies.SUGGESTED_NAME, "document": sequence, "is_active": True}
    policies.create(session, values, now)
    jobs.submit(session, "reminders.plan", {})


def _compose(storage: Storage, house: Any, wanted: Wanted, customer_id: UUID, ids: list[UUID], now: datetime) -> None:
    body: Mapping[str, Any] = {
        "customer_id": customer_id,
        "invoice_ids": ids,
        "channel_id": None,
        "cc": [],
        "tone": wanted.tone,
        "attachments": ["statement"],
        "scheduled_at": now + timedelta(days=3) if wanted.then == "schedule" else None,
    }
    composed = composing.compose(storage, house, body, now)
    with storage.tenant(house.tenant) as session:
        made = composing.store(session, composed, wanted.then, now, is_admin=True)
        if wanted.decided == "cancel":
            approving.cancel(session, made["id"], now)
        elif wanted.decided:
            approving.BULK[wanted.decided](session, made["id"], now, reason=wanted.reason)


def _owing(storage: Storage, tenant: str, now: datetime) -> Iterator[tuple[UUID, list[UUID]]]:
    """Customers with what they owe and nobody disputes, those first who are late for the longest."""
    asked = {"sort": "due_on", "open": True, "today": now.date(), "min_balance": _LEAST}
    overdue: dict[str, list[UUID]] = {}
    for invoice in invoices.walk_invoices(storage, tenant, asked, batch=500):
        if invoice["due_on"] < now.date().isoformat():
            overdue.setdefault(invoice["customer_id"], []).append(UUID(invoice["id"]))
    for customer_id, ids in overdue.items():
        yield UUID(customer_id), ids[:_AT_MOST]
