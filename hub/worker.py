"""The processes that do work: `python -m hub.worker work` (run as many as you like) and `... schedule`.

A worker does one job at a time in its own process, without forking: libraries that start threads (OpenMP, connection
pools) do not survive a fork, and what is imported and connected once serves every later job. When it has grown too
large it starts itself anew.
"""

import argparse
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from types import FrameType
from typing import Any
from uuid import UUID

import psutil
import psycopg
import rq
from redis import Redis
from redis.exceptions import RedisError
from rq.exceptions import StopRequested
from sqlalchemy.exc import SQLAlchemyError

from hub import live, pipelines, registry
from hub.connections import service as connections
from hub.errors import HubError
from hub.forecasting.explainer import Explainer
from hub.forecasting.model_store import ModelStore
from hub.jobs import announcing, service
from hub.jobs.execution import Runner
from hub.jobs.leases import Claim
from hub.jobs.policy import Policy, tenant_concurrency
from hub.jobs.queue import WorkQueue, make_queue
from hub.jobs.scheduler import Scheduler
from hub.settings import Settings
from hub.storage import audit
from hub.storage.session import Storage
from hub.telemetry import logs
from hub.tenants import service as tenants

log = logging.getLogger(__name__)

_POOL_SIZE = 4  # a handler's transaction, another beside it, what follows from its end, and questions
_LARGEST_RSS_BYTES = 1_500_000_000
_MAINTENANCE_SECONDS = 60
_HEARTBEAT_SECONDS = 15
_LONGEST_PAUSE_SECONDS = 10.0
_POLICY = Policy()

_runner: Runner | None = None


def run_work(work_id: str) -> None:
    """RQ's job function, the only one: do one piece of work in this worker."""
    assert _runner is not None, "run_work is called by a worker"
    _runner.run(UUID(work_id))


class Worker(rq.SimpleWorker):
    """RQ's worker, which has the job at hand end early when told to stop, and ends when it has grown too large."""

    log_result_lifespan = False

    def __init__(self, queue: WorkQueue, stopping: threading.Event) -> None:
        super().__init__(
            [queue.rq],
            connection=queue.redis,
            job_class=queue.rq.job_class,
            serializer=queue.rq.serializer,
            maintenance_interval=_MAINTENANCE_SECONDS,
            log_job_description=False,
        )
        self.stopping = stopping
        self.has_grown = False
        self._beat_at = 0.0

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that this worker lives: RQ asks for it five times a job, each time three round trips."""
        if pipeline is not None or time.monotonic() - self._beat_at > _HEARTBEAT_SECONDS:
            self._beat_at = time.monotonic()
            super().heartbeat(timeout, pipeline)

    def set_state(self, state: str, pipeline: Any = None) -> None:
        """Show what this worker does, where it is not shown already."""
        if state != self.get_state():
            super().set_state(state, pipeline)

    def handle_warm_shutdown_request(self) -> None:
        """Called on the first SIGTERM or SIGINT."""
        self.stopping.set()

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """A second signal changes nothing: the job ends at its next step, or with the process."""

    def handle_job_failure(
        self, job: Any, queue: Any, started_job_registry: Any = None, exc_string: str = "", execution: Any = None
    ) -> None:
        """Have Valkey keep the traceback of what failed outside of any attempt, without secrets."""
        super().handle_job_failure(job, queue, started_job_registry, logs.redact(exc_string), execution)

    def execute_job(self, job: Any, queue: Any) -> None:
        """Do the job; afterwards ask for this process's end if it has become too large."""
        super().execute_job(job, queue)
        if psutil.Process().memory_info().rss > _LARGEST_RSS_BYTES:
            self.has_grown = self._stop_requested = True


def work(settings: Settings, policy: Policy = _POLICY) -> None:
    """Do work until SIGTERM or SIGINT, when a job at hand is finished or given back; outlasts any failure of Valkey."""
    storage = Storage(settings, pool_size=_POOL_SIZE)
    service.connect(settings)
    live.connect(settings)
    runner = make_runner(settings, storage, policy)
    stopping = runner.stopping
    answer_questions(settings, storage, runner.registry, stopping)
    failures = 0
    while True:
        worker = make_worker(runner)
        with suppress(RedisError, StopRequested):
            failures = 0 if worker.work() else failures + 1
        if stopping.is_set() or worker.has_grown:
            break
        pause = min(0.5 * 2**failures, _LONGEST_PAUSE_SECONDS)
        log.warning("this worker lost Valkey; it tries again in %.1f s", pause)
        with suppress(StopRequested):
            stopping.wait(pause)
    runner.close()
    storage.close()
    if not stopping.is_set():
        log.info("this worker has grown large and starts anew")
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - no shell is wanted


def answer_questions(
    settings: Settings, storage: Storage, plugins: registry.Registry, stopping: threading.Event
) -> threading.Thread:
    """Say why forecasts are as they are, beside whatever work is done: who asks is waiting for it."""
    explainer = Explainer(storage, ModelStore(settings.model_store), plugins)
    thread = threading.Thread(
        target=explainer.serve, args=(Redis.from_url(settings.redis_url), stopping), name="explainer", daemon=True
    )
    thread.start()
    return thread


def make_worker(runner: Runner) -> Worker:
    """A worker for the main thread to `work()`; what it does, it does with `runner`, of which a process has one."""
    global _runner
    _runner = runner
    settings = runner.settings
    # RQ sets the time-outs of its own connection, on which it waits for jobs.
    redis = Redis.from_url(settings.redis_url)
    queue = WorkQueue(redis, tenant_concurrency(settings), runner.policy.time_limit_seconds)
    return Worker(queue, runner.stopping)


def work_off(settings: Settings, storage: Storage) -> None:
    """Do all work that is due, and what follows from it, in this process: for commands and tests without workers."""
    runner = make_runner(settings, storage)
    try:
        runner.run_due()
    finally:
        runner.close()


def schedule(settings: Settings, policy: Policy = _POLICY) -> None:
    """Lead, or stand by to lead, the schedule and the sweeps until SIGTERM or SIGINT."""
    storage = Storage(settings, pool_size=2)
    stop = threading.Event()
    service.connect(settings)
    live.connect(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    Scheduler(
        storage=storage,
        queue=make_queue(settings, policy),
        entries=pipelines.SCHEDULE,
        tenants=lambda session: (tenant.key for tenant in tenants.list_tenants(session) if tenant.status == "active"),
        policy=policy,
    ).run(stop)
    storage.close()


def make_runner(settings: Settings, storage: Storage, policy: Policy = _POLICY) -> Runner:
    """What does the work of `hub.pipelines` in this process. Close it at the end."""
    announcing.connect(pipelines.reactions, pipelines.AT_ONCE)
    return Runner(
        storage=storage,
        settings=settings,
        registry=registry.load(),
        handlers=pipelines.HANDLERS,
        reactions=pipelines.reactions,
        worker=f"{socket.gethostname()}:{os.getpid()}",
        policy=policy,
        scope=partial(_scope, storage),
    )


@contextmanager
def _scope(storage: Storage, claim: Claim) -> Iterator[None]:
    ids = logs.bound(tenant=claim.tenant_key, job_id=str(claim.id), kind=claim.kind, attempt=claim.attempts)
    with ids, audit.acting(_plugin(storage, claim) or audit.actor()):
        yield


def _plugin(storage: Storage, claim: Claim) -> audit.Actor | None:
    """The plugin that acts where a connection's records come in."""
    connection_id = claim.payload.get("connection_id")
    # What is wrong here is wrong for the job as well, which then says so.
    with suppress(HubError, SQLAlchemyError, psycopg.Error, ValueError):
        if connection_id:
            with storage.tenant(claim.tenant_key) as session:
                plugin = connections.get(session, UUID(connection_id)).plugin
            return audit.Actor(kind="plugin", id=connection_id, name=plugin)
    return None


def main(arguments: Sequence[str] | None = None) -> None:
    """`work` or `schedule`, with the settings of the environment."""
    parser = argparse.ArgumentParser(prog="python -m hub.worker", description=__doc__)
    parser.add_argument("role", choices=("work", "schedule"))
    parser.add_argument("--lease-seconds", type=float, default=_POLICY.lease_seconds)
    parser.add_argument("--sweep-seconds", type=float, default=_POLICY.sweep_seconds)
    given = parser.parse_args(arguments)
    logs.catch_crashes()
    settings = Settings.load()
    logs.configure(settings)
    policy = replace(_POLICY, lease_seconds=given.lease_seconds, sweep_seconds=given.sweep_seconds)
    {"work": work, "schedule": schedule}[given.role](settings, policy)


if __name__ == "__main__":
    # RQ imports this module by its name; it must find the runner there, not in a second copy called __main__.
    from hub.worker import main as imported_main

    imported_main()
