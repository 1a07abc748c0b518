"""A provider in memory and the context of a job, so that whole runs can be walked through."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub.connections import service as connections
from hub.sdk.connector import Page, Stream, Totals
from hub.sdk.errors import RecordError
from hub.sdk.manifest import Manifest
from hub.sdk.records import Allocation, Customer, Gone, Invoice, Payment, Record
from hub.sync import service


class Killed(BaseException):
    """The worker died here."""


@dataclass
class FakeProvider:
    """A small accounting system: rows by stream, pages of `size`. It dies before page `die_at`, counted over a run."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    size: int = 3
    die_at: int | None = None
    has_cursor: bool = False
    totals: Totals | None = None
    mapped: int = 0
    error: Exception | None = None

    def connect(self, config: Mapping[str, Any]) -> "FakeConnector":
        return FakeConnector(self)


@dataclass
class FakeConnector:
    """The provider's rows are records' fields, and the entity they are of."""

    provider: FakeProvider
    pages: int = 0

    @property
    def streams(self) -> tuple[Stream, ...]:
        entities = {"customers": "customer", "invoices": "invoice", "payments": "payment"}
        return tuple(Stream(name=name, entity=entities[name]) for name in self.provider.rows)

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        rows = self.provider.rows[stream]
        start = int(cursor) if cursor else 0
        for first in range(start, len(rows), self.provider.size):
            if self.pages == self.provider.die_at:
                raise Killed
            if self.provider.error:
                raise self.provider.error
            self.pages += 1
            after = min(first + self.provider.size, len(rows))
            yield Page(
                items=rows[first:after],
                cursor=str(after) if self.provider.has_cursor else None,
                done=after / len(rows),
            )

    def map(self, stream: str, item: Mapping[str, Any]) -> list[Record]:
        self.provider.mapped += 1
        if item.get("bad"):
            raise RecordError("total is no amount", field="total", value="x", expected="12.50", line=7)
        records: list[Record] = []
        for name, kind in (("customer", Customer), ("invoice", Invoice), ("payment", Payment), ("gone", Gone)):
            if name in item:
                records.append(kind(**item[name]))
        return records + [Allocation(**each) for each in item.get("allocations", ())]

    def tie_out(self) -> Totals | None:
        return self.provider.totals

    def check(self) -> None:
        """Always well."""


@dataclass
class FakeRegistry:
    """Makes connectors of one provider."""

    provider: FakeProvider

    def make(self, slug: str, config: Mapping[str, Any]) -> FakeConnector:
        return self.provider.connect(config)

    def get(self, slug: str) -> Manifest:
        return Manifest(slug=slug, name=slug, version="1", kind="connector", api=1, entry="none:None")


@dataclass
class Hub:
    """A tenant with one connection to the provider; `sync` runs it as a job would, an hour after the last time."""

    storage: Any
    tenant: str
    provider: FakeProvider = field(default_factory=FakeProvider)
    now: datetime = datetime(2026, 3, 1, tzinfo=UTC)
    work_id: UUID = field(default_factory=uuid4)
    events: list[Any] = field(default_factory=list)
    connection_id: UUID | None = None

    @property
    def registry(self) -> FakeRegistry:
        return FakeRegistry(self.provider)

    @contextmanager
    def transaction(self):
        with self.storage.tenant(self.tenant) as session:
            yield session

    def progress(self, share: float, sentence: str) -> None:
        assert 0 <= share <= 1
        assert sentence

    def publish(self, event: Any) -> None:
        self.events.append(event)

    def announce(self, session: Any, event: Any) -> None:
        self.events.append(event)

    def sync(self, *, again: bool = False) -> dict[str, Any]:
        """Run the connection; `again` is another attempt at the same work."""
        self.now += timedelta(hours=1)
        if not again:
            self.work_id = uuid4()
        return service.run(self, self.connection_id, now=self.now)

    def query(self, sql: str) -> list[tuple]:
        with self.transaction() as session:
            return [tuple(row) for row in session.execute(text(sql))]

    def ledger(self) -> dict[str, list[tuple]]:
        """All that the ledger says, whenever it learnt it."""
        columns = {
            "customers": "external_id, name, deleted_on",
            "invoices": "external_id, customer_id, number, total, balance, status, paid_on, deleted_on, raw::text",
            "payments": "external_id, customer_id, amount, unapplied, deleted_on, raw::text",
            "allocations": "external_id, invoice_id, source_id, amount, applied_on, deleted_on",
            "agg_day": "day, currency, billed, invoices, credited, written_off, paid, on_account",
            "agg_customer": "customer_id, currency, open_balance, unapplied, open_invoices, paid_invoices, paid_late,"
            " days_late, oldest_due_on, last_paid_on",
        }
        return {table: self.query(f"select {names} from {table} order by {names}") for table, names in columns.items()}

    def empty(self) -> None:
        """Forget everything, so that another course of events can be tried."""
        tables = "customers, invoices, payments, credit_memos, allocations, ledger_versions, agg_day, agg_customer"
        names = f"{tables}, sync_runs, sync_cursors, sync_pages, sync_rejects, sync_seen".split(", ")
        with self.transaction() as session:
            for name in names:
                session.execute(text(f"delete from {name}"))
            session.execute(text("update connections set status = 'ready', last_full_run_at = null"))


@pytest.fixture
def hub(storage, tenant) -> Hub:
    hub = Hub(storage, tenant)
    hub.empty()
    with hub.transaction() as session:
        hub.connection_id = connections.ensure(session, "fake", "Fake Books", {})
    return hub


def company(customers: int = 3, invoices: int = 10) -> dict[str, list[dict[str, Any]]]:
    """A small ledger as the provider lists it; every second invoice is paid, half of these in two parts."""
    rows: dict[str, list[dict[str, Any]]] = {"customers": [], "invoices": [], "payments": []}
    for number in range(customers):
        rows["customers"].append({"customer": {"external_id": f"c{number}", "name": f"Customer {number}"}})
    for number in range(invoices):
        issued_on = date(2026, 1, 1) + timedelta(days=number)
        invoice = {
            "external_id": f"i{number}",
            "customer_id": f"c{number % customers}",
            "number": f"INV-{number}",
            "issued_on": issued_on,
            "due_on": issued_on + timedelta(days=14),
            "currency": "EUR",
            "total": Decimal("100.10"),
        }
        rows["invoices"].append({"invoice": invoice})
        if number % 2 == 0:
            rows["payments"].append(payment(number, invoice, halves=number % 4 == 0))
    return rows


def payment(number: int, invoice: Mapping[str, Any], *, halves: bool) -> dict[str, Any]:
    """A payment of an invoice in the provider's listing."""
    paid_on = invoice["due_on"] + timedelta(days=3)
    whole = Allocation(
        external_id=f"a{number}",
        invoice_id=invoice["external_id"],
        source_id=f"p{number}",
        kind="payment",
        amount=Decimal("50.05"),
        applied_on=paid_on,
    )
    parts = [whole, replace(whole, external_id=f"a{number}b")] if halves else [replace(whole, amount=Decimal("100.10"))]
    fields = Allocation.__dataclass_fields__
    return {
        "payment": {
            **{"external_id": f"p{number}", "customer_id": invoice["customer_id"], "paid_on": paid_on},
            **{"currency": "EUR", "amount": Decimal("100.10")},
        },
        "allocations": [{name: getattr(part, name) for name in fields} for part in parts],
    }
