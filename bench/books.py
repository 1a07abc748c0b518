"""An accounting system in memory, and a tenant that syncs with it: what ingest and resync measure the pipeline on."""

import random
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from hub.connections import service as connections
from hub.sdk.connector import Page, Stream, Totals
from hub.sdk.manifest import Manifest
from hub.sdk.records import Invoice, Record
from hub.storage.session import Storage, driver, schema_name
from hub.sync import service
from hub.tenants import service as tenants

PAGE = 10_000


def make_items(rows: int) -> list[dict[str, str]]:
    """Open invoices as a provider's API would answer them, two years of them, 40 to a customer."""
    draw = random.Random(20260301)
    first = date(2024, 3, 1)
    items = []
    for number in range(rows):
        issued_on = first + timedelta(days=number * 730 // rows)
        items.append(
            {
                "Id": f"{number:08d}",
                "DocNumber": f"INV-{number:07d}",
                "CustomerRef": f"C{draw.randrange(max(1, rows // 40)):05d}",
                "TxnDate": issued_on.isoformat(),
                "DueDate": (issued_on + timedelta(days=30)).isoformat(),
                "CurrencyRef": "USD",
                "TotalAmt": f"{draw.randrange(10_000, 5_000_000) / 100:.2f}",
                "Terms": "Net 30",
            }
        )
    return items


@dataclass
class Books:
    """The provider's only stream, and the connector and registry that lead to it."""

    items: list[dict[str, str]]
    streams: tuple[Stream, ...] = (Stream(name="invoices", entity="invoice"),)

    def __post_init__(self) -> None:
        self.total = sum((Decimal(item["TotalAmt"]) for item in self.items), Decimal(0))

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """All invoices, every time."""
        for start in range(0, len(self.items), PAGE):
            yield Page(items=self.items[start : start + PAGE], done=start / len(self.items))

    def map(self, stream: str, item: Mapping[str, Any]) -> list[Record]:
        """One invoice."""
        return [
            Invoice(
                external_id=item["Id"],
                customer_id=item["CustomerRef"],
                number=item["DocNumber"],
                issued_on=date.fromisoformat(item["TxnDate"]),
                due_on=date.fromisoformat(item["DueDate"]),
                currency=item["CurrencyRef"],
                total=Decimal(item["TotalAmt"]),
                terms=item["Terms"],
            )
        ]

    def tie_out(self) -> Totals:
        """The sum of all."""
        return Totals(as_of=date(2026, 6, 1), receivable={"USD": self.total})

    def make(self, slug: str, config: Mapping[str, Any]) -> "Books":
        """As a registry: the connector."""
        return self

    def get(self, slug: str) -> Manifest:
        """As a registry: its manifest."""
        return Manifest(slug=slug, name=slug, version="1", kind="connector", api=1, entry="bench.books:Books")


@dataclass
class Company:
    """A tenant with a connection to the books; `sync` runs it as a worker does."""

    storage: Storage
    registry: Books
    tenant: str = ""
    work_id: UUID = field(default_factory=uuid4)
    connection_id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        self.tenant = tenants.create(self.storage, "Bench books").key
        with self.transaction() as session:
            self.connection_id = connections.create(session, "books", "Books", {})

    def transaction(self) -> AbstractContextManager[Session]:
        """As a job has it."""
        return self.storage.tenant(self.tenant, statement_timeout_ms=0)

    def progress(self, share: float, sentence: str) -> None:
        """Nobody watches."""

    def publish(self, event: object) -> None:
        """Nothing follows."""

    def announce(self, session: Session, event: object) -> None:
        """Nor from what it says on the way."""

    def sync(self, *, changed: int | None = None) -> float:
        """One run; checks that it ties out and wrote as many records as it should. Returns the rows read."""
        self.work_id = uuid4()
        result = service.run(self, self.connection_id, now=datetime.now(UTC))
        if changed is not None and result["changed"] != changed:
            raise AssertionError(f"{result['changed']} records were written, not {changed}")
        if any(Decimal(each) for each in result["tie_out_difference"].values()):
            raise AssertionError(f"does not tie out: {result['tie_out_difference']}")
        return float(result["items"]["invoices"])

    def empty(self) -> None:
        """Forget all that was synced."""
        tables = ("customers", "invoices", "payments", "credit_memos", "allocations", "agg_day", "agg_customer")
        tables += ("ledger_versions", "sync_pages", "sync_runs", "sync_rejects", "sync_cursors", "sync_seen")
        schema = schema_name(self.tenant)
        with self.storage.hub() as session:
            driver(session).execute(f"truncate {', '.join(f'{schema}.{table}' for table in tables)}")
            driver(session).execute(f"update {schema}.connections set last_full_run_at = null")

    def drop(self) -> None:
        """Take the tenant away."""
        tenants.drop(self.storage, self.tenant)
