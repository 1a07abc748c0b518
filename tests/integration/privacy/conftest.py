"""A tenant with a client of the API, its work done in this process, and a look at everything that is stored."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient
from psycopg.sql import SQL, Identifier
from redis import Redis
from sqlalchemy import text
from werkzeug.test import TestResponse

from hub import worker
from hub.app import create_app
from hub.identity import keys
from hub.jobs.execution import Runner
from hub.storage.session import Storage, schema_name

MONEY = {
    "invoices": ("total", "balance"),
    "payments": ("amount", "unapplied"),
    "credit_memos": ("total", "unapplied"),
    "allocations": ("amount",),
    "agg_day": ("billed", "paid"),
    "agg_customer": ("open_balance",),
}


@dataclass
class Company:
    """A tenant as its admin's program meets it, with a worker at hand."""

    tenant: str
    storage: Storage
    runner: Runner
    flask: FlaskClient
    key: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **options: Any) -> TestResponse:
        """A request with the tenant's key."""
        headers = {"Authorization": f"Bearer {self.key}", **options.pop("headers", {})}
        return self.flask.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.call("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.call("POST", path, json={} if json is None and "data" not in options else json, **options)

    def work(self, job_id: str) -> dict[str, Any]:
        """Do a piece of work; the job as it ended."""
        self.runner.run(UUID(job_id))
        return self.get(f"/api/jobs/{job_id}").json

    def import_csv(self, content: str, name: str = "ledger.csv", **options: Any) -> dict[str, Any]:
        """Import a file; the job as it ended."""
        data = {"file": (BytesIO(content.encode()), name), **options}
        response = self.post("/api/invoices/import", data=data, content_type="multipart/form-data")
        assert response.status_code == 202, response.json
        return self.work(response.json["id"])

    def query(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """Rows of a statement as the tenant."""
        with self.storage.tenant(self.tenant) as session:
            return [tuple(row) for row in session.execute(text(sql), values)]

    def money(self) -> dict[str, list[Any]]:
        """The sum of every column of money, and what the ledger's history says of amounts."""
        sums = {
            table: list(self.query(f"select {', '.join(f'sum({name})::text' for name in names)} from {table}")[0])
            for table, names in MONEY.items()
        }
        history = "select row ->> 'total', row ->> 'balance', row ->> 'number' from ledger_versions order by 1, 2, 3"
        return sums | {"history": self.query(history)}

    def everything(self) -> Iterator[tuple[str, str]]:
        """Where and what: each table of the tenant, of the hub and of the audit, as text, and each file."""
        url = self.storage.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        schemas = [schema_name(self.tenant), "hub", "audit"]
        with psycopg.connect(url) as connection:
            tables = connection.execute(
                "select schemaname, tablename from pg_tables where schemaname = any(%s)", [schemas]
            ).fetchall()
            assert len(tables) > 30
            for schema, table in tables:
                rows = connection.execute(SQL("select held::text from {} held").format(Identifier(schema, table)))
                yield f"{schema}.{table}", "\n".join(row[0] for row in rows)
                # Bytes are written in hexadecimal above; what is text in them is looked at as text.
                columns = connection.execute(
                    "select column_name from information_schema.columns where table_schema = %s and table_name = %s"
                    " and data_type = 'bytea'",
                    [schema, table],
                ).fetchall()
                for (column,) in columns:
                    held = SQL("select {} from {}").format(Identifier(column), Identifier(schema, table))
                    content = b"\n".join(bytes(row[0] or b"") for row in connection.execute(held))
                    yield f"{schema}.{table}.{column}", content.decode("utf-8", "replace")
        with Redis.from_url(self.storage.settings.redis_url) as redis:
            readers = {
                b"string": redis.get,
                b"hash": redis.hgetall,
                b"list": lambda name: redis.lrange(name, 0, -1),
                b"set": redis.smembers,
                b"zset": lambda name: redis.zrange(name, 0, -1),
                b"stream": redis.xrange,
                b"none": lambda name: None,  # gone since it was listed
            }
            for name in redis.scan_iter():
                yield f"valkey {name!r}", repr((name, readers[redis.type(name)](name)))
        for path in (self.storage.settings.data_dir / "objects").rglob("*"):
            if path.is_file():
                yield str(path), path.read_bytes().decode("utf-8", "replace")

    def places_of(self, *markers: str, spared: str) -> list[str]:
        """Where any of the markers stands, in upper or lower case, but inside `spared`."""
        wanted = [marker.casefold() for marker in markers]
        found = []
        for place, content in self.everything():
            plain = content.casefold().replace(spared, "")
            if any(marker in plain for marker in wanted):
                found.append(place)
        return sorted(found)


@pytest.fixture(scope="session")
def app(settings, storage):
    return create_app(settings, storage)


@pytest.fixture(scope="session")
def runner(settings, storage) -> Iterator[Runner]:
    runner = worker.make_runner(settings, storage)
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def company(app, storage, runner, tenant) -> Company:
    with storage.hub() as session:
        key = keys.create(session, tenant, "test")
    return Company(tenant, storage, runner, app.test_client(), key)
