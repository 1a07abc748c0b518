"""What a sync run checks of the ledger: what should never be, and what would go."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from hub.ledger.batch import Batch
from hub.ledger.merge import take_back
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


def list_missing(
    session: Session, connection_id: UUID, entity: Entity, seen: Select[Any], *, known_before: datetime | None = None
) -> tuple[dict[str, UUID], int]:
    """A connection's living records that are not among the ids that `seen` selects, by the provider's id.

    With `known_before` only those that are as they were before that instant. Beside them, how many are living in all.
    """
    table, ids = TABLES[entity], seen.subquery("seen")
    living = (table.c.connection_id == connection_id, table.c.deleted_on.is_(None))
    query = (
        select(table.c.external_id, table.c.id)
        .outerjoin_from(table, ids, ids.c.id == table.c.id)
        .where(*living, ids.c.id.is_(None))
    )
    if known_before is not None:
        query = query.where(table.c.recorded_at < known_before)
    held = session.scalar(select(func.count()).select_from(table).where(*living)) or 0
    return {external_id: row for external_id, row in session.execute(query)}, held
