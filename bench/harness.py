"""Two arms in turns, in one process: what a benchmark's ratio is made of.

The gate is processor time, of this process and of the database's, because it holds on a busy machine; wall time is
kept as information. Arms run A B A B, so that a machine that slows down slows both.
"""

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

import psutil
from sqlalchemy import text
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run of an arm took, in seconds, and the units of work (rows, requests, ...) it did for that."""

    cpu: float
    wall: float
    units: float

    @property
    def cpu_per_unit(self) -> float:
        return self.cpu / self.units

    @property
    def wall_per_unit(self) -> float:
        return self.wall / self.units


def alternate(
    arms: Mapping[str, Callable[[], float | None]],
    *,
    rounds: int = 7,
    warm_up: int = 1,
    servers: Sequence[int] = (),
    client: bool = True,
    prepare: Mapping[str, Callable[[], Any]] | None = None,
) -> dict[str, list[Cost]]:
    """Run every arm once per round, in turns, and return each one's costs, a round to an entry.

    An arm checks its own result, raises if it is wrong, and returns the units it did (None: 1). Its `prepare` runs
    before it, unmeasured. `servers` are process ids whose whole trees are counted (`backend_pid` or `postmaster_pid`);
    `client=False` leaves this process's own time out. The first `warm_up` rounds are not kept.
    """
    costs: dict[str, list[Cost]] = {name: [] for name in arms}
    for number in range(warm_up + rounds):
        for name, run in arms.items():
            if prepare and name in prepare:
                prepare[name]()
            cost = measure(run, servers=servers, client=client)
            if number >= warm_up:
                costs[name].append(cost)
    return costs


def measure(run: Callable[[], float | None], *, servers: Sequence[int] = (), client: bool = True) -> Cost:
    """The cost of one call of `run`, counted as in `alternate`."""
    gc.collect()
    server_before, client_before, wall_before = _trees_cpu(servers), time.process_time(), time.perf_counter()
    units = run()
    wall = time.perf_counter() - wall_before
    cpu = _trees_cpu(servers) - server_before + (time.process_time() - client_before if client else 0.0)
    return Cost(cpu=cpu, wall=wall, units=1 if units is None else units)


def ratios(limit: Sequence[Cost], product: Sequence[Cost], of: Callable[[Cost], float] | None = None) -> list[float]:
    """Product over limit, round by round; processor time per unit unless `of` says another figure."""
    value = of or (lambda cost: cost.cpu_per_unit)
    return [value(ours) / value(theirs) for theirs, ours in zip(limit, product, strict=True)]


def result(
    name: str,
    samples: Sequence[float],
    *,
    goal: float,
    better: Literal["higher", "lower"],
    unit: str,
    **more: Any,
) -> dict[str, Any]:
    """The row that `paypredict bench` prints: median, least and most of `samples`, and if the median is in goal."""
    middle = median(samples)
    return {
        "name": name,
        "ratio": middle,
        "low": min(samples),
        "high": max(samples),
        "goal": goal,
        "better": better,
        "met": middle >= goal if better == "higher" else middle <= goal,
        "unit": unit,
        **more,
    }


def summarise(costs: Mapping[str, Sequence[Cost]]) -> dict[str, dict[str, float]]:
    """Each arm's median processor and wall milliseconds and units, for a result's `arms`."""
    return {
        name: {
            "cpu_ms": median(cost.cpu for cost in each) * 1000,
            "wall_ms": median(cost.wall for cost in each) * 1000,
            "units": median(cost.units for cost in each),
        }
        for name, each in costs.items()
    }


def backend_pid(session: Session) -> int | None:
    """The process serving this session, None when it does not run on this machine."""
    pid = session.execute(text("select pg_backend_pid()")).scalar_one()
    return pid if _is_postgres(pid) else None


def postmaster_pid(session: Session) -> int | None:
    """The server that all of its backends descend from, None when it does not run on this machine."""
    pid = backend_pid(session)
    return None if pid is None else psutil.Process(pid).ppid()


def _is_postgres(pid: int) -> bool:
    try:
        return "postgres" in psutil.Process(pid).name()
    except psutil.Error:
        return False


def _trees_cpu(roots: Sequence[int]) -> float:
    return sum(_tree_cpu(root) for root in roots)


def _tree_cpu(root: int) -> float:
    process = psutil.Process(root)
    # Processes that have ended in between are in the root's own account of its children.
    ended = process.cpu_times()
    total: float = ended.children_user + ended.children_system + _process_cpu(root)
    for child in process.children(recursive=True):
        try:
            total += _process_cpu(child.pid)
        except (OSError, psutil.Error):
            continue  # gone since it was listed
    return total


def _process_cpu(pid: int) -> float:
    """Processor seconds of all threads of a process, to the nanosecond where the system has clocks for others."""
    if psutil.LINUX:
        return time.clock_gettime((~pid << 3) | 2)  # what clock_getcpuclockid(pid) returns on Linux
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
