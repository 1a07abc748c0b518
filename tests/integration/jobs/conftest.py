"""A table of effects in the tenant's schema, runners in this process, and workers and schedulers in others."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.jobs import service
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.jobs.queue import WorkQueue
from hub.storage.session import schema_name

FAST = Policy(lease_seconds=1.5, backoff_seconds=0, sweep_seconds=0.2, standby_seconds=0.2)


@pytest.fixture(autouse=True)
def effects(storage, tenant) -> Iterator[Callable[[], list[str]]]:
    """The notes that handlers have left in the tenant's schema, oldest first; the hub starts without any work."""
    schema = schema_name(tenant)
    with storage.hub() as session:
        session.execute(text("delete from hub.work"))
        session.execute(text("delete from hub.schedule_runs"))
        session.execute(text(f"drop table if exists {schema}.effects"))
        session.execute(
            text(f"create table {schema}.effects (id bigint generated always as identity, note text, during tstzrange)")
        )
        session.execute(text(f"grant select, insert on {schema}.effects to {schema}"))

    def read() -> list[str]:
        with storage.tenant(tenant) as session:
            return list(session.scalars(text("select note from effects order by id")))

    yield read
    with storage.hub() as session:
        session.execute(text(f"drop table {schema}.effects"))


@pytest.fixture(autouse=True)
def not_connected(monkeypatch):
    """Work waits for a sweep, unless a test says otherwise: applications made by other tests have connected us."""
    monkeypatch.setattr(service, "_settings", None)


@pytest.fixture
def queue(redis) -> WorkQueue:
    """The queue on an empty Valkey, with room for one job of a tenant at a time."""
    return WorkQueue(redis, tenant_concurrency=1)


@pytest.fixture
def submit(storage, tenant):
    """Submit work of the tenant and return its id."""

    def submit(kind: str, **payload):
        with storage.tenant(tenant) as session:
            return service.submit(session, kind, payload)

    return submit


@pytest.fixture
def look(storage, tenant):
    """A piece of work as its tenant sees it."""

    def look(work_id):
        with storage.tenant(tenant) as session:
            return service.get(session, work_id)

    return look


@pytest.fixture
def make_runner(storage, settings):
    """A runner in this process for handlers of the test module."""

    made = []

    def make_runner(module: str, *kinds: str, policy: Policy = FAST, reactions=lambda event: ()) -> Runner:
        runner = Runner(
            storage=storage,
            settings=settings,
            registry=None,
            handlers={kind: f"{module}:{kind}" for kind in kinds},
            reactions=reactions,
            worker="test",
            policy=policy,
        )
        made.append(runner)
        return runner

    yield make_runner
    for runner in made:
        runner.close()


@pytest.fixture
def start(settings, tmp_path):
    """Start a process of process.py: "work", "work-grown" or "schedule". It is killed at the end of the test."""
    started = []

    def start(role: str) -> subprocess.Popen:
        script = Path(__file__).with_name("process.py")
        environ = os.environ | {
            "DATABASE_URL": settings.database_url,
            "REDIS_URL": settings.redis_url,
            "PAYPREDICT_DATA_DIR": str(settings.data_dir),
        }
        log = tmp_path / f"{role}-{len(started)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen([sys.executable, str(script), role], env=environ, stderr=output)
        process.log = log
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def wait_until(condition: Callable[[], object], what: str, seconds: float = 30) -> None:
    """Return once `condition` holds; fail saying what never came about."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come about in {seconds} s"
        time.sleep(0.05)


@pytest.fixture(name="wait_until")
def wait_until_fixture():
    return wait_until
