"""What a sync run checks the ledger against: the provider's own totals, and what should never be."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from hub.ledger.batch import Batch
from hub.ledger.history import open_as_of, unapplied_as_of
from hub.ledger.merge import take_back
from hub.ledger.models import invoices
from hub.ledger.statements import TABLES
from hub.sdk.records import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A currency's receivables: what the provider states, what the ledger holds."""

    provider: Decimal
    ledger: Decimal

    @property
    def amount(self) -> Decimal:
        """What the ledger holds beyond the provider's total."""
        return self.ledger - self.provider


def receivable(session: Session, connection_id: UUID, as_of: date) -> Mapping[str, Decimal]:
    """A connection's open invoices less its unapplied payments and credits at the end of a day, per currency."""
    still_open = open_as_of(as_of).where(invoices.c.connection_id == connection_id).subquery()
    unapplied = unapplied_as_of(as_of).subquery()
    totals: dict[str, Decimal] = {}
    for query, sign in (
        (select(still_open.c.currency, func.sum(still_open.c.balance)).group_by(still_open.c.currency), 1),
        (
            select(unapplied.c.currency, func.sum(unapplied.c.unapplied))
            .where(unapplied.c.connection_id == connection_id)
            .group_by(unapplied.c.currency),
            -1,
        ),
    ):
        for currency, amount in session.execute(query):
            totals[currency] = totals.get(currency, Decimal(0)) + sign * amount
    return totals


_FINDINGS = text("""
select
    (select count(*) from invoices i where connection_id = :connection and deleted_on is null
        and not exists (select from customers c where c.id = i.customer_id)) as invoices_without_customer,
    (select count(*) from allocations a where connection_id = :connection and deleted_on is null
        and invoice_id is not null
        and not exists (select from invoices i where i.id = a.invoice_id)) as allocations_without_invoice,
    (select count(*) from allocations a where connection_id = :connection and deleted_on is null
        and source_id is not null and not exists (select from payments p where p.id = a.source_id)
        and not exists (select from credit_memos c where c.id = a.source_id)) as allocations_without_source,
    (select count(*) from invoices where connection_id = :connection and balance < 0) as overpaid_invoices,
    (select count(*) from invoices where connection_id = :connection and status not in ('draft', 'void', 'deleted')
        and stated_balance <> balance) as balances_unlike_stated,
    (select count(*) from payments where connection_id = :connection and amount >= 0 and unapplied < 0)
        + (select count(*) from credit_memos where connection_id = :connection and unapplied < 0)
        as overallocated_sources
""")


def findings(session: Session, connection_id: UUID) -> dict[str, int]:
    """What does not add up among a connection's records: how many of each kind, those that there are."""
    row = session.execute(_FINDINGS, {"connection": connection_id}).mappings().one()
    return {name: count for name, count in row.items() if count}


def count_deletions(session: Session, batch: Batch) -> dict[Entity, tuple[int, int]]:
    """Per entity, how many living records a batch deletes, and how many there are; entities without any left out.

    Allocations that documents stated whole no longer have are among them.
    """
    take_back(session, batch)
    counts: dict[Entity, tuple[int, int]] = {}
    for entity, gone in batch.gone.items():
        if gone:
            table = TABLES[entity]
            living = (table.c.connection_id == batch.connection_id, table.c.deleted_on.is_(None))
            doomed = table.c.id.in_([UUID(key) for key in gone])
            deleted = session.execute(select(func.count()).select_from(table).where(*living, doomed)).scalar_one()
            if deleted:
                held = session.execute(select(func.count()).select_from(table).where(*living)).scalar_one()
                counts[entity] = (deleted, held)
    return counts
