"""The same sync again, with nothing or one row in a hundred changed, beside a first sync by the same pipeline."""

from typing import Any

from bench.books import Books, Company, make_items
from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage
from hub.storage.session import driver

GOALS = {0.0: 8.0, 0.01: 4.0}
WAL_BYTES_PER_ROW = 10


def run(rows: int = 100_000, rounds: int = 5, change: float | None = None) -> list[dict[str, Any]]:
    """Measure on `rows` invoices, with each share in GOALS or with the share `change` of them changed."""
    shares = GOALS if change is None else {change: GOALS.get(change, 1.0)}
    with scratch_storage() as storage:
        company = Company(storage, Books(make_items(rows)))
        try:
            return [_measure(company, share, goal, rounds) for share, goal in shares.items()]
        finally:
            company.drop()


def _measure(company: Company, share: float, goal: float, rounds: int) -> dict[str, Any]:
    items = company.registry.items
    changed = range(0, len(items), round(1 / share)) if share else range(0)
    wal: list[int] = []
    with company.storage.hub() as session:
        server = postmaster_pid(session)

    def again() -> float:
        before = _wal(company)
        read = company.sync(changed=len(changed))
        wal.append(_wal(company) - before)
        return read

    def alter() -> None:
        for position in changed:
            items[position] = items[position] | {"Terms": f"Net {31 + len(wal)}"}

    costs = alternate(
        {"fresh": lambda: company.sync(changed=len(items)), "again": again},
        rounds=rounds,
        servers=[server] if server else [],
        prepare={"fresh": company.empty, "again": alter},
    )
    bytes_per_row = sorted(wal)[len(wal) // 2] / len(items)
    row = result(
        f"resync-{share:g}",
        ratios(costs["again"], costs["fresh"], None if server else lambda cost: cost.wall_per_unit),
        goal=goal,
        better="higher",
        unit=f"rows per cpu-second of a first sync, {share:.0%} changed",
        rows=len(items),
        wal_bytes_per_row=round(bytes_per_row, 2),
        arms=summarise(costs),
    )
    if not share:
        row["met"] = row["met"] and bytes_per_row < WAL_BYTES_PER_ROW
    return row


def _wal(company: Company) -> int:
    with company.storage.hub() as session:
        (position,) = driver(session).execute("select pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone() or (0,)
    return int(position)
