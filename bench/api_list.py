"""GET /api/invoices?limit=50 with key, tenant and JSON, beside pgbench running the same SQL in a transaction.

The gate is processor time per request: the server's and the database's for the product, pgbench's and the database's
for the limit. Requests per second are in the arms; there the client has its share of the same cores.
"""

import json
import re
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from psycopg import ClientCursor

from bench.analytics import AS_OF, fill
from bench.harness import Cost, measure, postmaster_pid, ratios, result
from bench.scratch import scratch_storage, vacuum
from bench.served import serving
from hub.http.paging import DEFAULT_LIMIT
from hub.identity import service as identity
from hub.ledger import listing
from hub.storage.embedded_postgres import BINARIES
from hub.storage.session import ENTER, Storage, driver, schema_name
from hub.tenants import service as tenants

PATH = f"/api/invoices?limit={DEFAULT_LIMIT}"
ARGUMENTS = {"sort": "due_on", "limit": DEFAULT_LIMIT}
REQUESTS = {"product": 3000, "orm": 800, "bare": 8000}


def run(rows: int = 20_000, connections: tuple[int, ...] = (16, 64), rounds: int = 5) -> list[dict[str, Any]]:
    """Measure on a ledger of `rows` invoices, with as many requests at once as each of `connections` says."""
    with scratch_storage() as storage:
        made = identity.create_tenant(storage, "Bench API list")
        key = made.tenant.key
        try:
            with storage.tenant(key, statement_timeout_ms=0) as session:
                fill(session, rows)
                database = postmaster_pid(session)
            vacuum(storage, key)
            if database is None:
                raise RuntimeError("api-list measures the database's processor time: run it where the database runs")
            served = serving(storage.settings, "bench.api_server:app", {"BENCH_TENANT": key})
            with served as (server, port), _pgbench_script(storage, key) as script:
                bench = _Bench(storage, made.api_key, database, server, port, script)
                return [row for count in connections for row in bench.measure(count, rounds)]
        finally:
            tenants.drop(storage, key)


class _Bench:
    def __init__(self, storage: Storage, api_key: str, database: int, server: int, port: int, script: Path) -> None:
        self._storage, self._database, self._server = storage, database, server
        self._port, self._script = port, script
        self._header = f"Authorization: Bearer {api_key}"
        self._loads: dict[str, list[dict[str, Any]]] = {}

    def measure(self, connections: int, rounds: int) -> list[dict[str, Any]]:
        """The product, its limit and the references, in turns."""
        costs: dict[str, list[Cost]] = {"limit": [], "product": [], "orm": [], "bare": []}
        self._loads = {name: [] for name in costs}
        for number in range(rounds + 1):
            found = {
                "limit": self._limit(connections),
                **{name: self._load(name, connections) for name in ("product", "orm", "bare")},
            }
            if number:
                for name, cost in found.items():
                    costs[name].append(cost)
        arms = {name: self._shown(name, costs[name]) for name in costs}
        of_limit = [1 / each for each in ratios(costs["limit"], costs["product"])]
        shown = {"connections": connections, "arms": arms}
        return [
            result(
                f"api-list {connections}",
                of_limit,
                goal=0.15,
                better="higher",
                unit="x pgbench in a transaction",
                requests_per_second_ratio=arms["product"]["per_second"] / arms["limit"]["per_second"],
                **shown,
            ),
            result(
                f"api-list {connections} tail",
                [load["p99_ms"] / load["p50_ms"] for load in self._loads["product"][1:]],
                goal=5,
                better="lower",
                unit="p99 / p50",
            ),
            result(
                f"api-list {connections} orm",
                ratios(costs["product"], costs["orm"]),
                goal=2.5,
                better="higher",
                unit="x cpu of the ORM and marshmallow",
            ),
        ]

    def _limit(self, connections: int) -> Cost:
        transactions = max(1, 6000 // connections)
        command = [
            *(BINARIES / "pgbench", "-n", "-M", "prepared", "-f", self._script),
            *("-c", str(connections), "-j", "2", "-t", str(transactions)),
            self._storage.settings.database_url,
        ]
        before = _children_cpu()

        def transact() -> float:
            done = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            self._loads["limit"].append({"per_second": float(re.search(r"tps = ([\d.]+)", done)[1])})  # type: ignore[index]
            return float(transactions * connections)

        cost = measure(transact, servers=[self._database], client=False)
        return Cost(cost.cpu + _children_cpu() - before, cost.wall, cost.units)

    def _load(self, name: str, connections: int) -> Cost:
        path = {"product": PATH, "orm": "/bench/orm", "bare": "/bench/bare"}[name]
        numbers = [str(self._port), path, str(connections), str(REQUESTS[name])]
        command = [sys.executable, "-m", "bench.http_load", "127.0.0.1", *numbers, self._header]

        def send() -> float:
            load = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            self._check(name, json.loads(load.pop("body")))
            self._loads[name].append(load | {"per_second": load["requests"] / load["seconds"]})
            return float(load["requests"])

        return measure(send, servers=[self._database, self._server], client=False)

    @staticmethod
    def _check(name: str, body: dict[str, Any]) -> None:
        if name != "bare" and len(body["items"]) != DEFAULT_LIMIT:
            raise AssertionError(f"{name} did not answer a full page")

    def _shown(self, name: str, costs: list[Cost]) -> dict[str, float]:
        loads = self._loads[name][1:]
        figures = {"cpu_ms": median(cost.cpu_per_unit for cost in costs) * 1000}
        return figures | {
            figure: median(load[figure] for load in loads)
            for figure in loads[0]
            if figure not in ("requests", "seconds")
        }


@contextmanager
def _pgbench_script(storage: Storage, key: str) -> Iterator[Path]:
    """The product's own transaction with its parameters written out."""
    query, parameters = listing.invoices_statement({**ARGUMENTS, "today": AS_OF})
    role = schema_name(key)
    with storage.hub() as session:
        cursor = ClientCursor(driver(session))
        enter = cursor.mogrify(ENTER, (role, role, str(storage.settings.db_statement_timeout_ms)))
        select = cursor.mogrify(query, parameters)
    lines = ["begin", enter, select, "commit"]
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write("".join(f"{' '.join(line.split())};\n" for line in lines))
        file.flush()
        yield Path(file.name)


def _children_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
