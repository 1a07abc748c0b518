"""A first sync of a whole ledger from a provider that answers at once, beside a bare COPY and merge of the same rows.

The limit does what no engine can do without: page by page, in a transaction each, its rows go by COPY to a temporary
table and from there into tables like the ledger's, where what is there already is replaced. Invoices that a page of
payments settles are among its rows, for their balance and status change with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson

from bench.books import Books, Company, make_items
from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage
from hub.sdk.connector import Page, Stream, Totals
from hub.sdk.records import Allocation, AllocationsComplete, Customer, Payment, Record
from hub.storage.session import driver, schema_name

PAGE = 1000
TABLES = ("customers", "invoices", "payments", "allocations")
GOAL = 0.5


def run(rows: int = 40_000, rounds: int = 5) -> dict[str, Any]:
    """Measure on `rows` invoices, two in five of them paid, with their customers, payments and allocations."""
    with scratch_storage() as storage:
        with storage.hub() as session:
            server = postmaster_pid(session)
        provider = Provider(make_items(rows))
        company = Company(storage, provider)
        try:
            count = provider.records
            company.sync()
            bare = _Bare(company, [item["Invoice"] for item in provider.listings["payments"]])
            if bare.count != count:
                raise AssertionError(f"{bare.count} rows are stored, not {count}")
            costs = alternate(
                {"copy and merge": bare.merge, "sync": lambda: count if company.sync() else 0},
                rounds=rounds,
                servers=[server] if server else [],
                prepare={"copy and merge": bare.empty, "sync": company.empty},
            )
        finally:
            company.drop()
    return result(
        "sync",
        ratios(costs["sync"], costs["copy and merge"], None if server else lambda cost: cost.wall_per_unit),
        goal=GOAL,
        better="higher",
        unit="rows per cpu-second of a bare COPY and merge of the same rows",
        rows=count,
        arms=summarise(costs),
    )


@dataclass
class Provider(Books):
    """Customers, invoices and payments in pages of an API's size; each payment states whole what it settled."""

    streams: tuple[Stream, ...] = (
        Stream(name="customers", entity="customer", lists_all=True),
        Stream(name="invoices", entity="invoice", lists_all=True),
        Stream(name="payments", entity="payment", lists_all=True),
    )
    listings: dict[str, list[Mapping[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        names = sorted({item["CustomerRef"] for item in self.items})
        paid = [item for number, item in enumerate(self.items) if number % 5 < 2]
        self.listings = {
            "customers": [{"Id": name, "DisplayName": f"Customer {name}", "CurrencyRef": "USD"} for name in names],
            "invoices": list(self.items),
            "payments": [
                {
                    "Id": f"P{item['Id']}",
                    "CustomerRef": item["CustomerRef"],
                    "TxnDate": (date.fromisoformat(item["DueDate"]) + timedelta(days=3)).isoformat(),
                    "CurrencyRef": "USD",
                    "TotalAmt": item["TotalAmt"],
                    "Invoice": item["Id"],
                }
                for item in paid
            ],
        }
        self.total -= sum((Decimal(item["TotalAmt"]) for item in paid), Decimal(0))

    @property
    def records(self) -> int:
        """How many rows the ledger has of it: a payment brings an allocation."""
        return sum(map(len, self.listings.values())) + len(self.listings["payments"])

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """From the place that the cursor names on."""
        items = self.listings[stream]
        for start in range(int(cursor or 0), len(items), PAGE):
            after = min(start + PAGE, len(items))
            yield Page(items=items[start:after], cursor=str(after), done=after / len(items))

    def map(self, stream: str, item: Mapping[str, Any]) -> list[Record]:
        """One item's records."""
        if stream == "invoices":
            return super().map(stream, item)
        if stream == "customers":
            return [Customer(external_id=item["Id"], name=item["DisplayName"], currency=item["CurrencyRef"])]
        paid_on, amount = date.fromisoformat(item["TxnDate"]), Decimal(item["TotalAmt"])
        return [
            Payment(
                external_id=item["Id"],
                customer_id=item["CustomerRef"],
                paid_on=paid_on,
                currency=item["CurrencyRef"],
                amount=amount,
            ),
            Allocation(
                external_id=f"{item['Id']}>{item['Invoice']}",
                invoice_id=item["Invoice"],
                source_id=item["Id"],
                kind="payment",
                amount=amount,
                applied_on=paid_on,
            ),
            AllocationsComplete(entity="payment", external_id=item["Id"], gone_on=paid_on),
        ]

    def tie_out(self) -> Totals:
        """What is not paid."""
        return Totals(as_of=date(2026, 6, 1), receivable={"USD": self.total})


class _Bare:
    """COPY and merge of the rows that a sync has stored, into tables like theirs."""

    def __init__(self, company: Company, paid: list[str]) -> None:
        self.storage, self.schema = company.storage, schema_name(company.tenant)
        self.rows: dict[str, list[tuple[Any, ...]]] = {}
        self.statements: dict[str, tuple[str, str, str]] = {}
        with self.storage.hub(statement_timeout_ms=0) as session:
            connection = driver(session)
            for table in TABLES:
                connection.execute(
                    f"create table {self.schema}.bare_{table} (like {self.schema}.{table} including all)"
                )
                cursor = connection.execute(f"select * from {self.schema}.{table} order by external_id")
                columns = [column.name for column in cursor.description or ()]
                self.rows[table] = [
                    tuple(orjson.dumps(value).decode() if isinstance(value, dict) else value for value in row)
                    for row in cursor.fetchall()
                ]
                self.statements[table] = _statements(self.schema, table, columns)
                if table == "invoices":
                    external_id = columns.index("external_id")
        wanted = set(paid)
        settled = [row for row in self.rows["invoices"] if row[external_id] in wanted]
        self.pages = [[(table, page)] for table in ("customers", "invoices") for page in _pages(self.rows[table])]
        together = (self.rows["allocations"], settled, self.rows["payments"])
        for page in zip(*map(_pages, together), strict=True):
            self.pages.append(list(zip(("allocations", "invoices", "payments"), page, strict=True)))
        self.count = sum(map(len, self.rows.values()))

    def empty(self) -> None:
        names = ", ".join(f"{self.schema}.bare_{table}" for table in TABLES)
        with self.storage.hub() as session:
            driver(session).execute(f"truncate {names}")

    def merge(self) -> float:
        for page in self.pages:
            with self.storage.hub(statement_timeout_ms=0) as session, driver(session).cursor() as cursor:
                for table, rows in page:
                    stage, copy_in, merge = self.statements[table]
                    cursor.execute(stage)
                    with cursor.copy(copy_in) as copy:
                        for row in rows:
                            copy.write_row(row)
                    cursor.execute(merge)
                    cursor.execute("drop table staged")
        return self.count


def _pages(rows: list[tuple[Any, ...]]) -> list[list[tuple[Any, ...]]]:
    return [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]


def _statements(schema: str, table: str, columns: list[str]) -> tuple[str, str, str]:
    names = ", ".join(columns)
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
    return (
        f"create temp table staged (like {schema}.{table})",
        f"copy staged ({names}) from stdin",
        f"insert into {schema}.bare_{table} ({names}) select {names} from staged"
        f" on conflict (id) do update set {changes}",
    )
