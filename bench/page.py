"""A page deep in the list of invoices, beside the first one: what a cursor costs that an offset would not."""

from collections.abc import Callable
from typing import Any

import orjson
from sqlalchemy import text

from bench.analytics import AS_OF, fill
from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage, vacuum
from hub.ledger.listing import INVOICE_SORTS, list_invoices
from hub.storage.session import Storage
from hub.tenants import service as tenants

PAGES = 200
SORT = "due_on"


def run(rows: int = 1_000_000, depth: int | None = None, rounds: int = 7) -> dict[str, Any]:
    """Measure on `rows` invoices by due date, the deep page after `depth` of them (half of them unless given)."""
    with scratch_storage() as storage:
        key = tenants.create(storage, "Bench page").key
        try:
            with storage.tenant(key, statement_timeout_ms=0) as session:
                fill(session, rows)
                server = postmaster_pid(session)
            vacuum(storage, key)
            return _measure(storage, key, depth or rows // 2, rounds, [server] if server else [])
        finally:
            tenants.drop(storage, key)


def _measure(storage: Storage, key: str, depth: int, rounds: int, servers: list[int]) -> dict[str, Any]:
    with storage.tenant(key, statement_timeout_ms=0) as session:
        seen, expected = session.execute(_AROUND, {"depth": depth}).mappings().all()
    first = {"sort": SORT, "limit": 50, "today": AS_OF}
    deep = {**first, "cursor": INVOICE_SORTS[SORT].cursor(dict(seen))}
    items = orjson.loads(list_invoices(storage, key, deep))["items"]
    if items[0]["id"] != str(expected["id"]):
        raise AssertionError("the deep page does not start where it should")

    def read(arguments: dict[str, Any]) -> Callable[[], float]:
        def pages() -> float:
            for _ in range(PAGES):
                list_invoices(storage, key, arguments)
            return PAGES

        return pages

    costs = alternate({"first_page": read(first), "deep_page": read(deep)}, rounds=rounds, servers=servers)
    return result(
        "page",
        ratios(costs["first_page"], costs["deep_page"]),
        goal=1.5,
        better="lower",
        unit=f"cpu of the first page, {depth} rows deep",
        arms=summarise(costs),
    )


_AROUND = text("select due_on, id from invoices order by due_on, id offset :depth - 1 limit 2")
