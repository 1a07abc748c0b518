"""Create tenants the product's way, beside running the same script of tables in a fresh schema and nothing else."""

import itertools
from typing import Any

from bench.harness import Cost, alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage
from hub.storage.migrations import MIGRATIONS
from hub.storage.session import Storage, driver
from hub.tenants import service


def run(tenants: int = 50, rounds: int = 5) -> list[dict[str, Any]]:
    """Measure on `tenants` tenants per arm; the product's also have a role, grants, a registry row and a key."""
    each = max(1, tenants // rounds)
    with scratch_storage() as storage:
        with storage.hub() as session:
            server = postmaster_pid(session)
        numbers = itertools.count()
        script = (MIGRATIONS / "tenant" / "schema.sql").read_bytes()
        made: list[str] = []

        def limit() -> float:
            for _ in range(each):
                _create_schema(storage, f"bench_limit_{next(numbers)}", script)
            return each

        def product() -> float:
            made.extend(service.create(storage, f"Bench {next(numbers)}").key for _ in range(each))
            return each

        try:
            costs = alternate({"limit": limit, "product": product}, rounds=rounds, servers=[server] if server else [])
            _check(storage, made[-1])
        finally:
            _drop(storage, made, next(numbers))
    of = _cpu if server else _wall
    return [
        result(
            "tenant-create",
            ratios(costs["limit"], costs["product"], of),
            goal=1.3,
            better="lower",
            unit="time of the same tables made by one script",
            tenants=each * rounds,
            arms=summarise(costs),
        )
    ]


def _cpu(cost: Cost) -> float:
    return cost.cpu_per_unit


def _wall(cost: Cost) -> float:
    return cost.wall_per_unit


def _create_schema(storage: Storage, schema: str, script: bytes) -> None:
    with storage.hub(statement_timeout_ms=0) as session:
        driver(session).execute(f"create schema {schema}; set local search_path to {schema};".encode() + script)


def _check(storage: Storage, key: str) -> None:
    count = "select count(*) from pg_tables where schemaname = %s"
    with storage.hub() as session:
        limit, product = (
            driver(session).execute(count, [schema]).fetchone() for schema in ("bench_limit_0", f"tenant_{key}")
        )
    if limit != product:
        raise AssertionError(f"the arms made {limit} and {product} tables")


def _drop(storage: Storage, made: list[str], schemas: int) -> None:
    for key in made:
        service.drop(storage, key)
    for number in range(schemas):
        with storage.hub() as session:
            driver(session).execute(f"drop schema if exists bench_limit_{number} cascade")
