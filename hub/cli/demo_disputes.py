"""The demo's disputes: opened and moved through the same verbs as any, on invoices of the demo's books."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.disputes import listing as disputes
from hub.disputes import moves, service
from hub.identity import colleagues, keys
from hub.ledger import listing as invoices
from hub.storage.audit import Actor, acting
from hub.storage.session import Storage

FILE = Path(__file__).with_suffix(".toml")
_STRIDE = 3
"""Of the open invoices in the order of their due days, every so many'th is in dispute."""
_LEAST = Decimal(150)
"""Of an invoice in dispute at least so much is open."""


def open_all(storage: Storage, tenant: str, now: datetime) -> int:
    """Open the demo's disputes and let happen what has happened since; how many. Does nothing where there are any."""
    people = _people(storage, tenant)
    if people is None or _has_disputes(storage, tenant, now):
        return 0
    person, key = people
    wanted = tomllib.loads(FILE.read_text(encoding="utf-8"))["dispute"]
    pairs = list(zip(wanted, _invoices(storage, tenant, now), strict=False))
    with storage.tenant(tenant) as session:
        for dispute, invoice in pairs:
            _open(session, dispute, invoice, now, person, key)
    return len(pairs)


def _open(
    session: Session, wanted: Mapping[str, Any], invoice: Mapping[str, Any], now: datetime, person: Actor, key: Actor
) -> None:
    opened_at = now - timedelta(days=wanted["age"])
    balance = Decimal(invoice["balance"])
    opening = service.Opening(
        text=wanted["text"].strip(),
        source="api",
        invoice_id=UUID(invoice["id"]),
        product=wanted.get("product"),
        amount=_part(balance, wanted["share"]) if "share" in wanted else None,
    )
    with acting(key):
        dispute_id = service.open_dispute(session, opening, opened_at, today=opened_at.date()).id
    for step in wanted.get("steps", ()):
        at = opened_at + timedelta(days=step["day"], hours=2)
        with acting(key if step["do"] == "propose" else person):
            _take(session, dispute_id, step, balance, min(at, now))
    if wanted.get("is_owned"):
        version = service.get(session, dispute_id)["version"]
        with acting(person):
            service.change(session, dispute_id, {"owner_id": UUID(person.id)}, now, expected_version=version)


def _take(session: Session, dispute_id: UUID, step: Mapping[str, Any], balance: Decimal, at: datetime) -> None:
    note = step.get("note")
    match step["do"]:
        case "investigate":
            moves.investigate(session, dispute_id, at)
        case "comment":
            service.comment(session, dispute_id, step["text"], at)
        case "evidence":
            service.set_evidence(session, dispute_id, at, kind=step["kind"], status=step["status"], note=note)
        case "propose":
            amount = _part(balance, step["share"])
            moves.propose(session, dispute_id, at, action=step["action"], amount=amount, note=note)
        case "accept":
            moves.accept(session, dispute_id, at, note=note, is_admin=True)
        case "reject":
            moves.reject(session, dispute_id, at, note=step["note"])
        case "resolve":
            moves.resolve(session, dispute_id, at, outcome=step["outcome"], note=note)
        case unknown:
            raise ValueError(f"{FILE.name}: there is no step {unknown}")


def _part(balance: Decimal, share: float) -> Decimal:
    return (balance * Decimal(str(share))).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _invoices(storage: Storage, tenant: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Open invoices of different customers, which were there when their disputes begin."""
    asked = {
        "sort": "due_on",
        "open": True,
        "today": now.date(),
        "issued_to": now.date() - timedelta(days=35),
        "min_balance": _LEAST,
    }
    customers = set()
    for place, invoice in enumerate(invoices.walk_invoices(storage, tenant, asked, batch=500)):
        if place % _STRIDE == 0 and invoice["customer_id"] not in customers:
            customers.add(invoice["customer_id"])
            yield invoice


def _people(storage: Storage, tenant: str) -> tuple[Actor, Actor] | None:
    """Somebody of the tenant, and its first key; None where there is neither."""
    with storage.hub() as session:
        working = colleagues.who_works(session, tenant)
        known = keys.list_keys(session, tenant)
    if not working or not known:
        return None
    person = Actor(kind="person", id=str(working[0].id), name=working[0].name)
    return person, Actor(kind="key", id=str(known[0].id), name=known[0].name)


def _has_disputes(storage: Storage, tenant: str, now: datetime) -> bool:
    page = disputes.list_disputes(storage, tenant, {"sort": "due_on", "limit": 1, "today": now.date()})
    return not page.startswith(b'{"items":[]')
