"""Migrate many tenants the product's way, beside a loop that runs the same SQL in each schema; and when all is done."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage
from hub.storage import migrations
from hub.storage.session import Storage, driver, schema_name
from hub.tenants import service

# A revision of middling size: a table with an index, and columns for a table that is there.
_UP = """
create table bench_notes (id bigint generated always as identity primary key, invoice_id uuid not null, body text);
create index ix_bench_notes_invoice_id on bench_notes (invoice_id);
alter table invoices add column bench_note text, add column bench_noted_on date
"""
_DOWN = """
drop table if exists bench_notes;
alter table invoices drop column if exists bench_note, drop column if exists bench_noted_on
"""


def run(tenants: int = 200, rounds: int = 5) -> list[dict[str, Any]]:
    """Measure one revision on `tenants` tenants, and a run that finds nothing to do."""
    with scratch_storage() as storage:
        keys = [f"bench_{number}" for number in range(tenants)]
        _in_parallel(lambda key: service.create(storage, key, key=key), keys)
        try:
            before = migrations.head("tenant")
            idle = [_idle_seconds(storage) for _ in range(rounds)]
            with _next_revision(_UP):
                return _measure(storage, keys, before, rounds, idle)
        finally:
            _in_parallel(lambda key: service.drop(storage, key), keys)


def _measure(storage: Storage, keys: list[str], before: str, rounds: int, idle: list[float]) -> list[dict[str, Any]]:
    with storage.hub() as session:
        server = postmaster_pid(session)
    migrations.steps("tenant")

    def limit() -> float:
        for key in keys:
            with storage.engine.begin() as connection:
                raw = connection.connection.driver_connection
                raw.execute(f"set local search_path to {schema_name(key)};{_UP}".encode())  # type: ignore[union-attr]
        return len(keys)

    def product() -> float:
        results = service.migrate(storage)
        if len(results) != len(keys) or any(result.error for result in results):
            raise AssertionError("not every tenant was migrated")
        return len(keys)

    def undo() -> None:
        with storage.hub(statement_timeout_ms=0) as session:
            for key in keys:
                driver(session).execute(f"set local search_path to {schema_name(key)};{_DOWN}".encode())
            driver(session).execute("update hub.tenants set schema_version = %s", [before])

    costs = alternate(
        {"limit": limit, "product": product},
        rounds=rounds,
        servers=[server] if server else [],
        prepare={"limit": undo, "product": undo},
    )
    undo()
    allowed = 1 + 0.0002 * len(keys)
    return [
        result(
            "migrate",
            ratios(costs["limit"], costs["product"], None if server else lambda cost: cost.wall_per_unit),
            goal=1.5,
            better="lower",
            unit="time of a loop over the same SQL",
            tenants=len(keys),
            arms=summarise(costs),
        ),
        result(
            "migrate, nothing to do",
            idle,
            goal=allowed,
            better="lower",
            unit="seconds",
            tenants=len(keys),
            arms={"product": {"wall_ms": median(idle) * 1000}},
        ),
    ]


def _in_parallel(do: Callable[[str], object], keys: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(do, keys))


def _idle_seconds(storage: Storage) -> float:
    start = time.perf_counter()
    if service.migrate(storage):
        raise AssertionError("there was something to do")
    return time.perf_counter() - start


@contextmanager
def _next_revision(statements: str) -> Iterator[None]:
    """The tenant tree with one more revision, in a copy that is gone afterwards."""
    released, version = migrations.MIGRATIONS, int(migrations.head("tenant"))
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copytree(released, Path(folder) / "migrations"))
        (copy / "tenant" / "versions" / f"{version + 1:04}_bench.py").write_text(
            f"from alembic import op\n\nrevision, down_revision = '{version + 1:04}', '{version:04}'\n\n\n"
            f"def upgrade():\n    op.execute({statements!r})\n"
        )
        migrations.MIGRATIONS = copy
        try:
            yield
        finally:
            migrations.MIGRATIONS = released
