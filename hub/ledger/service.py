"""The ledger's verbs. It is the only room that writes the ledger; all of it comes in through `store_batch`."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hub.errors import InvalidError, NotFoundError, PreconditionError
from hub.ledger.batch import Batch
from hub.ledger.control import Difference, count_deletions, findings, list_missing
from hub.ledger.history import as_known, invoice_history, open_as_of
from hub.ledger.ids import MANUAL, ledger_id
from hub.ledger.merge import Counts, StoreCounts, merge
from hub.ledger.models import agg_customer, allocations, customers, invoices
from hub.ledger.receivables import Document, Standing, documents_of, minor_units, names_of, receivable, standings
from hub.sdk.errors import RecordError
from hub.sdk.records import Customer, Entity, Invoice, Record
from hub.storage import audit

__all__ = [
    "MANUAL",
    "Batch",
    "Counts",
    "Difference",
    "Document",
    "Standing",
    "StoreCounts",
    "as_known",
    "count_deletions",
    "documents_of",
    "enter_invoice",
    "findings",
    "get_customer",
    "get_invoice",
    "invoice_history",
    "ledger_id",
    "list_missing",
    "minor_units",
    "names_of",
    "open_as_of",
    "receivable",
    "record_invoice",
    "standings",
    "store",
    "store_batch",
    "update_customer",
]

Item = tuple[Mapping[str, Any] | None, list[Record]]


def store(
    session: Session, connection_id: UUID, items: Iterable[Item], entity_of_raw: Entity | None, now: datetime
) -> StoreCounts:
    """Merge a page of raw items with their records. Raises RecordError, with nothing stored, for one that cannot be."""
    batch = Batch.of(connection_id)
    for raw, records in items:
        batch.add(records, raw, entity_of_raw)
    return merge(session, batch, now)


def store_batch(session: Session, batch: Batch, now: datetime) -> StoreCounts:
    """Merge records that were checked already. Unchanged rows are not written, nor older over newer ones.

    All in the caller's transaction: rows, their replaced versions, what follows from allocations, and aggregates.
    `now` is when the hub learnt of them; a sync run gives all its pages the same.
    """
    return merge(session, batch, now)


def record_invoice(session: Session, invoice: Invoice, now: datetime, *, customer: Customer | None = None) -> UUID:
    """Store an invoice entered by hand, or change the one entered under the same external id; returns its id.

    Its `customer_id` is the id of a customer of the ledger, or of `customer`, which is stored with it.
    """
    named = [UUID(invoice.customer_id)] if customer is None else []
    batch = Batch.of(MANUAL, customers=named)
    try:
        batch.add([invoice] if customer is None else [customer, invoice])
    except RecordError as error:
        raise InvalidError(str(error), fields={error.field or "invoice": error.expected or str(error)}) from error
    invoice_id = ledger_id(MANUAL, "invoice", invoice.external_id)
    before = _entered(session, invoice_id)
    merge(session, batch, now)
    action = "invoice.created" if before is None else "invoice.updated"
    audit.record(session, action, "invoice", invoice_id, before=before, after=_entered(session, invoice_id))
    return invoice_id


def _entered(session: Session, invoice_id: UUID) -> dict[str, Any] | None:
    columns = ("number", "customer_id", "issued_on", "due_on", "currency", "total", "terms", "status", "version")
    query = select(*(invoices.c[name] for name in columns)).where(invoices.c.id == invoice_id)
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else dict(row)


def enter_invoice(
    session: Session,
    *,
    number: str,
    issued_on: date,
    due_on: date,
    currency: str,
    total: Decimal,
    now: datetime,
    customer_id: UUID | None = None,
    customer_name: str | None = None,
    terms: str | None = None,
    disputed: bool | None = None,
) -> UUID:
    """Enter an open invoice, known by its number from then on; returns its id.

    A `customer_name` that one customer of the ledger has is that customer, otherwise a new one. Raises InvalidError.
    """
    customer = None
    if customer_id is None:
        if not customer_name:
            raise InvalidError("Name the customer.", fields={"customer_name": "Give customer_id or customer_name."})
        customer_id = _find_customer(session, customer_name)
        if customer_id is None:
            customer = Customer(external_id=customer_name, name=customer_name)
    elif get_customer(session, customer_id) is None:
        raise InvalidError("There is no such customer.", fields={"customer_id": "The id of a customer you can read."})
    invoice = Invoice(
        external_id=number,
        customer_id=customer.external_id if customer else str(customer_id),
        number=number,
        issued_on=issued_on,
        due_on=due_on,
        currency=currency,
        total=total,
        terms=terms,
        disputed=disputed,
    )
    return record_invoice(session, invoice, now, customer=customer)


def _find_customer(session: Session, name: str) -> UUID | None:
    query = select(customers.c.id).where(customers.c.name == name, customers.c.deleted_on.is_(None)).limit(2)
    found = session.scalars(query).all()
    return found[0] if len(found) == 1 else None


def get_invoice(session: Session, invoice_id: UUID) -> dict[str, Any] | None:
    """An invoice with its customer's name and its allocations, those reversed among them; None where there is none."""
    query = (
        select(invoices, customers.c.name.label("customer_name"))
        .outerjoin(customers, customers.c.id == invoices.c.customer_id)
        .where(invoices.c.id == invoice_id)
    )
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        return None
    applied = (
        select(allocations)
        .where(allocations.c.invoice_id == invoice_id, allocations.c.deleted_on.is_(None))
        .order_by(allocations.c.applied_on, allocations.c.id)
    )
    return {**row, "allocations": [dict(each) for each in session.execute(applied).mappings()]}


def get_customer(session: Session, customer_id: UUID) -> dict[str, Any] | None:
    """A customer with what they owe, per currency; None where there is none."""
    row = session.execute(select(customers).where(customers.c.id == customer_id)).mappings().one_or_none()
    if row is None:
        return None
    owed = select(agg_customer).where(agg_customer.c.customer_id == customer_id).order_by(agg_customer.c.currency)
    return {**row, "balances": [dict(each) for each in session.execute(owed).mappings()]}


def update_customer(
    session: Session, customer_id: UUID, profile: Mapping[str, Any], expected_version: int
) -> dict[str, Any]:
    """Replace what the tenant's people say of a customer. Raises NotFoundError, and PreconditionError if changed."""
    old = session.scalar(select(customers.c.profile).where(customers.c.id == customer_id).with_for_update())
    statement = (
        update(customers)
        .where(customers.c.id == customer_id, customers.c.version == expected_version)
        .values(profile=dict(profile), version=customers.c.version + 1)
    )
    is_written = session.execute(statement).rowcount  # type: ignore[attr-defined]
    customer = get_customer(session, customer_id)
    if customer is None:
        raise NotFoundError("There is no such customer.")
    if not is_written:
        raise PreconditionError(f"The customer was changed: it is at version {customer['version']}; read it again.")
    before, after = _difference(old or {}, profile)
    audit.record(session, "customer.updated", "customer", customer_id, before=before, after=after)
    return customer


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    changed = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return {name: old.get(name) for name in changed}, {name: new.get(name) for name in changed}
