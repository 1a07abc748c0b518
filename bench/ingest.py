"""A first sync of open invoices through the whole pipeline, beside plain COPY of the same rows into the same table."""

from typing import Any

import orjson

from bench.books import Books, Company, make_items
from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage
from hub.storage.session import driver, schema_name


def run(rows: int = 100_000, rounds: int = 5) -> dict[str, Any]:
    """Measure on `rows` invoices; the limit's rows are typed Python values, ready to send."""
    with scratch_storage() as storage:
        with storage.hub() as session:
            server = postmaster_pid(session)
        company = Company(storage, Books(make_items(rows)))
        try:
            company.sync(changed=rows)
            plain = _Plain(company)
            costs = alternate(
                {"copy": plain.copy, "sync": lambda: company.sync(changed=rows)},
                rounds=rounds,
                servers=[server] if server else [],
                prepare={"copy": plain.empty, "sync": company.empty},
            )
        finally:
            company.drop()
    return result(
        "ingest",
        ratios(costs["sync"], costs["copy"], None if server else lambda cost: cost.wall_per_unit),
        goal=0.45,
        better="higher",
        unit="rows per cpu-second of plain COPY into the same table",
        rows=rows,
        arms=summarise(costs),
    )


class _Plain:
    """COPY of the invoices that a sync has stored into a table like theirs."""

    def __init__(self, company: Company) -> None:
        self.storage, schema = company.storage, schema_name(company.tenant)
        self.table = f"{schema}.copied"
        with self.storage.hub(statement_timeout_ms=0) as session:
            connection = driver(session)
            connection.execute(f"create table {self.table} (like {schema}.invoices including all)")
            cursor = connection.execute(f"select * from {schema}.invoices")
            self.columns = [column.name for column in cursor.description or ()]
            self.rows = [
                tuple(orjson.dumps(value).decode() if isinstance(value, dict) else value for value in row)
                for row in cursor.fetchall()
            ]

    def empty(self) -> None:
        with self.storage.hub() as session:
            driver(session).execute(f"truncate {self.table}")

    def copy(self) -> float:
        with self.storage.hub(statement_timeout_ms=0) as session, driver(session).cursor() as cursor:
            with cursor.copy(f"copy {self.table} ({', '.join(self.columns)}) from stdin") as copy:
                for row in self.rows:
                    copy.write_row(row)
            if cursor.rowcount != len(self.rows):
                raise AssertionError(f"{cursor.rowcount} rows were copied")
        return len(self.rows)
