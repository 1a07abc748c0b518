"""One debtor contact across the whole hub: where an e-mail address is held, a copy of it all, and its erasure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.channels import mentions as channels
from hub.connections import mentions as connections
from hub.disputes import mentions as disputes
from hub.disputes.service import of_customers as disputes_of
from hub.forecasting import mentions as forecasting
from hub.http import mentions as answers
from hub.jobs import mentions as jobs
from hub.ledger import contacts as ledger
from hub.personal import mentions as personal
from hub.privacy.exports import discard_exports
from hub.privacy.uploads import ARRIVING, discard_unused
from hub.reminders import contact_mentions as contact_notes
from hub.reminders import debtor_mentions as debtor
from hub.reminders import mentions as reminders
from hub.reminders.marks import of_customers as notes_of
from hub.reminders.service import of_customers as reminders_to
from hub.storage import audit
from hub.storage.mentions import Mention, Person, erase, find
from hub.storage.session import Storage
from hub.sync import mentions as sync
from hub.webhooks import mentions as webhooks

PLACES = (
    *(*sync.PLACES, *forecasting.PLACES, *connections.PLACES, *answers.PLACES, *personal.PLACES),
    *disputes.PLACES,
    *channels.PLACES,
    *webhooks.PLACES,
    *contact_notes.PLACES,
    *debtor.PLACES,
    *reminders.PLACES,
)
"""Of the tenant's schema, beside the ledger, which has more to do than to search."""
TIMEOUT = text("set local statement_timeout = '120s'")
"""A large ledger takes some seconds to search, since there is no index over everything that was ever said."""
SHOWN = 1000

_EXCERPT = 500


@dataclass(frozen=True, slots=True)
class Found:
    """Where a person was found: rows by place, the customers that have the address, and what they are called."""

    places: dict[str, int]
    customers: int
    names: list[str]


def preview(session: Session, storage: Storage, address: str) -> Found:
    """Where the hub holds an address, without changing anything; up to SHOWN rows of each place are counted."""
    session.execute(TIMEOUT)
    contact = ledger.identify(session, address)
    counts: dict[str, int] = {}
    for mention in _mentions(session, storage, contact):
        counts[mention.table] = counts.get(mention.table, 0) + 1
    return Found(counts, len(contact.customers), list(contact.names))


def export(session: Session, storage: Storage, address: str, now: datetime) -> dict[str, Any]:
    """All that the hub holds of an address: the customers that have it, their documents, and every other mention."""
    session.execute(TIMEOUT)
    contact = ledger.identify(session, address)
    mentions = [
        {"place": each.table, "row": each.key, "field": each.column, "text": each.text[:_EXCERPT]}
        for each in _mentions(session, storage, contact)
    ]
    customers = ledger.describe(session, contact)
    ids = [each["id"] for each in customers]
    disputes, sent, notes = disputes_of(session, ids), reminders_to(session, ids), notes_of(session, ids)
    for customer in customers:
        customer["notes"] = [each for each in notes if each["customer_id"] == customer["id"]]
        customer["disputes"] = [each for each in disputes if each["customer_id"] == customer["id"]]
        customer["reminders"] = [each for each in sent if each["customer_id"] == customer["id"]]
    return {"email": address, "made_at": now, "customers": customers, "mentions": mentions}


def erase_contact(
    session: Session, storage: Storage, address: str, *, include_name: bool, reason: str, now: datetime
) -> dict[str, Any]:
    """Erase a person from everything a tenant has, and keep them from coming back; returns the certificate.

    The certificate names nobody: the pseudonym is all that is left. Safe to repeat. What the hub itself keeps (jobs)
    and files are cleaned beside the session's transaction: were that to fail, a repetition finds nothing left there.
    """
    session.execute(TIMEOUT)
    tenant = session.info["tenant"]
    ledger.keep_out(session)
    contact = ledger.identify(session, address)
    person = contact.by_all if include_name else contact.by_address
    places = ledger.erase_contact(session, contact, include_name=include_name, now=now)
    forgotten = answers.forget_keys(session, person)
    greeted = reminders.erase_recipient(session, contact.pseudonym, contact.address)
    for place in PLACES:
        places[place.what] = erase(session, place, person)
    places[answers.PLACES[0].what] += forgotten
    places[reminders.REMINDERS.what] += greeted
    with storage.hub(statement_timeout_ms=120_000) as hub:
        for place in jobs.places(tenant):
            places[place.what] = erase(hub, place, person)
        uploads = discard_unused(hub, storage.settings, tenant, now - ARRIVING)
    places["files handed in and left over"] = uploads
    places["exports of everything"] = discard_exports(storage.settings, tenant)
    certificate = {
        "pseudonym": contact.pseudonym,
        "include_name": include_name,
        "reason": person.taken_out(reason),
        "customers": len(contact.customers),
        "places": places,
        "erased_at": now,
    }
    audit.record(session, "contact.erased", "contact", contact.pseudonym, after=certificate)
    return certificate


def _mentions(session: Session, storage: Storage, contact: ledger.Contact) -> Iterable[Mention]:
    yield from ledger.find_mentions(session, contact, limit=SHOWN)
    person: Person = contact.by_address
    for place in PLACES:
        yield from find(session, place, person, limit=SHOWN)
    with storage.hub(statement_timeout_ms=120_000) as hub:
        for place in jobs.places(session.info["tenant"]):
            yield from find(hub, place, person, limit=SHOWN)
