"""One person in the ledger, by e-mail address: what is held of them, and its erasure.

Amounts, days and document numbers stay, exactly, for accounting law asks for them; so does the name of the customer,
unless it is the person's own and its erasure is asked for. What is erased stays erased: see suppression.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, or_, select, text, update
from sqlalchemy.orm import Session

from hub.ledger import suppression
from hub.ledger.batch import money
from hub.ledger.mentions import CUSTOMERS, DOCUMENTS, PLACES, VERSIONS
from hub.ledger.models import (
    adjustments,
    allocations,
    credit_memos,
    customers,
    invoices,
    ledger_versions,
    payments,
    promises,
)
from hub.ledger.suppression import keep_out
from hub.sdk.records import Customer
from hub.storage.mentions import Mention, Person, Place, erase, find

__all__ = ["Contact", "describe", "erase_contact", "find_mentions", "identify", "keep_out"]

_ZERO_HASH = text("""
    update ledger_versions set row = row || '{"row_hash": 0}' where entity = 'customer' and id = any(:ids)
        and row ->> 'row_hash' <> '0'
""")


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of the ledger. `customers` have the person's address as theirs; `names` are what these are called."""

    address: str
    pseudonym: str
    customers: tuple[UUID, ...]
    names: tuple[str, ...]

    @property
    def by_address(self) -> Person:
        """The person to look for by address alone."""
        return Person(self.pseudonym, self.address)

    @property
    def by_all(self) -> Person:
        """The person to look for by address and by name."""
        return Person(self.pseudonym, self.address, self.names)


def identify(session: Session, address: str) -> Contact:
    """Who has this address. Also after an erasure, when only the pseudonym leads to the customers."""
    pseudonym = suppression.pseudonym_of(suppression.key_of(session), address)
    email, person = customers.c.email, Person(pseudonym, address)
    held = or_(email.icontains(address, autoescape=True), email.contains(pseudonym))
    query = select(customers.c.id, customers.c.name, email).where(held).order_by(customers.c.id)
    found = [row for row in session.execute(query) if pseudonym in row.email or person.is_in(row.email)]
    names = {row.name for row in found if row.name != pseudonym}
    # A customer may be known by an earlier name too, which is as much the person's.
    earlier = select(ledger_versions.c.row["name"].astext).where(
        ledger_versions.c.entity == "customer", ledger_versions.c.id.in_([row.id for row in found])
    )
    names |= {name for name in session.scalars(earlier.distinct()) if name and name != pseudonym}
    return Contact(address, pseudonym, tuple(row.id for row in found), tuple(sorted(names)))


def find_mentions(session: Session, contact: Contact, *, limit: int) -> list[Mention]:
    """Where the ledger mentions the person, by address; up to `limit` rows of each table."""
    return [each for place in PLACES for each in find(session, place, contact.by_address, limit=limit)]


def erase_contact(session: Session, contact: Contact, *, include_name: bool, now: datetime) -> dict[str, int]:
    """Erase the person from the ledger, for good; returns by place how many rows named them. Safe to repeat.

    With `include_name` the customers that have the address are nameless from then on, in their documents too. Call
    `keep_out` before the contact is identified, so that nothing of theirs is stored in between.
    """
    contacts = _erase_profile_contacts(session, contact)
    named = [(name, customer.hex) for name in contact.names for customer in contact.customers] if include_name else []
    suppression.remember(session, suppression.key_of(session), contact.pseudonym, contact.address, named, now)
    counts = {place.what: 0 for place in PLACES}
    if include_name:
        for place, condition in _own_places(contact):
            counts[place.what] += erase(session, place.narrowed(condition), contact.by_all)
        _erase_short_names(session, contact)
    for place in PLACES:
        counts[place.what] += erase(session, place, contact.by_address)
    _hash_anew(session, contact)
    return {"customers: people to talk to": contacts, **counts}


def describe(session: Session, contact: Contact) -> list[dict[str, Any]]:
    """The customers that have the address, with their documents: what a person who asks is told of."""
    shown = []
    for customer in session.execute(select(customers).where(customers.c.id.in_(contact.customers))).mappings():
        own = {
            table.name: [
                {column.name: row[column.name] for column in table.c if column.name not in _INTERNAL}
                for row in session.execute(select(table).where(table.c.customer_id == customer["id"])).mappings()
            ]
            for table in (invoices, payments, credit_memos, promises)
        }
        shown.append({name: value for name, value in customer.items() if name not in _INTERNAL} | own)
    return shown


_INTERNAL = ("row_hash", "effective_at", "version")


def _own_places(contact: Contact) -> list[tuple[Place, ColumnElement[bool]]]:
    """The places of the contact's own customers and documents, in which their name is theirs."""
    documents = [
        select(table.c.id).where(table.c.customer_id.in_(contact.customers))
        for table in (invoices, payments, credit_memos)
    ]
    conditions: Mapping[str, ColumnElement[bool]] = {
        invoices.name: invoices.c.customer_id.in_(contact.customers),
        payments.name: payments.c.customer_id.in_(contact.customers),
        credit_memos.name: credit_memos.c.customer_id.in_(contact.customers),
        allocations.name: or_(
            allocations.c.invoice_id.in_(documents[0]), *(allocations.c.source_id.in_(each) for each in documents[1:])
        ),
        adjustments.name: adjustments.c.invoice_id.in_(documents[0]),
        promises.name: promises.c.customer_id.in_(contact.customers),
    }
    versions = or_(
        ledger_versions.c.id.in_(contact.customers),
        ledger_versions.c.row["customer_id"].astext.in_([str(each) for each in contact.customers]),
    )
    return [
        (CUSTOMERS, customers.c.id.in_(contact.customers)),
        *((place, conditions[place.table.name]) for place in DOCUMENTS),
        (VERSIONS, versions),
    ]


def _erase_profile_contacts(session: Session, contact: Contact) -> int:
    """Take the people with this address off all customers' lists of people to talk to, names and numbers and all."""
    is_listed = customers.c.profile["contacts"].astext.icontains(contact.address, autoescape=True)
    count = 0
    for customer_id, profile in session.execute(select(customers.c.id, customers.c.profile).where(is_listed)).all():
        gone = [each for each in profile["contacts"] if _is_of(each, contact.address)]
        if not gone:
            continue
        count += len(gone)
        kept = profile | {"contacts": [each for each in profile["contacts"] if each not in gone]}
        # In the notes beside the list they are named as in the list.
        person = Person(contact.pseudonym, contact.address, tuple(each["name"] for each in gone if each.get("name")))
        cleaned = orjson.loads(person.taken_out_of_json(orjson.dumps(kept).decode()))
        statement = update(customers).where(customers.c.id == customer_id)
        session.execute(statement.values(profile=cleaned, version=customers.c.version + 1))
    return count


def _is_of(person: Mapping[str, Any], address: str) -> bool:
    return str(person.get("email") or "").strip().casefold() == address.casefold()


def _erase_short_names(session: Session, contact: Contact) -> None:
    """Names too short to be searched for stand at least in their own column."""
    own = update(customers).where(customers.c.id.in_(contact.customers), customers.c.name.in_(contact.names))
    session.execute(own.values(name=contact.pseudonym))


def _hash_anew(session: Session, contact: Contact) -> None:
    """Let the customers be hashed as what they are now, so that a sync finds them unchanged.

    The hashes of what they were go too: with a guess at hand, they would confirm it.
    """
    query = select(customers).where(customers.c.id.in_(contact.customers), customers.c.row_hash != 0)
    for row in session.execute(query).mappings().all():
        record = Customer(external_id=row["external_id"], name=row["name"], credit_limit=row["credit_limit"])
        limit = row["credit_limit"]
        facts = (
            *(row[name] for name in ("name", "email", "currency", "country", "industry", "credit_score")),
            None if limit is None else money(record, "credit_limit"),
        )
        statement = update(customers).where(customers.c.id == row["id"])
        session.execute(statement.values(row_hash=suppression.customer_hash(facts)))
    session.execute(_ZERO_HASH, {"ids": list(contact.customers)})
