"""The demo's promises to pay, made as any are: one to come, one put off, one broken, and money on its way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from hub.identity import colleagues
from hub.jobs import service as jobs
from hub.ledger import listing as invoices
from hub.ledger import promises
from hub.ledger.promises_listing import list_promises
from hub.storage.audit import Actor, acting
from hub.storage.session import Storage

_LEAST = Decimal(100)
_OVERDUE_DAYS = 25
"""So long the invoices are overdue: nobody had promised them before."""


class Said(NamedTuple):
    """What somebody said so many days ago: by which day it is paid, or on which it was, counted from today."""

    days_ago: int
    on: int
    channel: promises.Channel
    made_by: str
    note: str
    is_paid: bool = False


WANTED: tuple[tuple[Said, ...], ...] = (
    (Said(2, 5, "phone", "Ms Keller", "With their payment run next week."),),
    (
        Said(12, -2, "phone", "Mr Osei", "The director signs on Monday."),
        Said(1, 6, "email", "Mr Osei", "The director is away until Thursday."),
    ),
    (Said(20, -9, "email", "Accounts payable", "Will be paid by the end of the week."),),
    (Said(0, -1, "phone", "Ms Laurent", "Their reference is 20114.", True),),
)


def make_all(storage: Storage, tenant: str, now: datetime) -> int:
    """Note the demo's promises; of how many invoices. Does nothing where there are any, or nobody to note them."""
    with storage.hub() as session:
        working = colleagues.who_works(session, tenant)
    asked = {"sort": "made_at", "limit": 1, "today": now.date()}
    if not working or not list_promises(storage, tenant, asked).startswith(b'{"items":[]'):
        return 0
    pairs = list(zip(WANTED, _overdue(storage, tenant, now), strict=False))
    with (
        acting(Actor(kind="person", id=str(working[0].id), name=working[0].name)),
        storage.tenant(tenant) as session,
    ):
        for wanted, invoice in pairs:
            for said in wanted:
                at = now - timedelta(days=said.days_ago)
                day = now.date() + timedelta(days=said.on)
                promises.promise(
                    session,
                    UUID(invoice["id"]),
                    channel=said.channel,
                    now=at,
                    today=at.date(),
                    promised_on=None if said.is_paid else day,
                    paid_on=day if said.is_paid else None,
                    made_by=said.made_by,
                    note=said.note,
                )
        if pairs:
            jobs.submit(session, "promises.settle", {})
    return len(pairs)


def _overdue(storage: Storage, tenant: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Overdue invoices of different customers of which nothing is disputed, the newest first."""
    asked = {
        "sort": "-due_on",
        "open": True,
        "disputed": False,
        "today": now.date(),
        "due_to": now.date() - timedelta(days=_OVERDUE_DAYS),
        "min_balance": _LEAST,
    }
    customers = set()
    for invoice in invoices.walk_invoices(storage, tenant, asked, batch=200):
        if invoice["customer_id"] not in customers:
            customers.add(invoice["customer_id"])
            yield invoice
