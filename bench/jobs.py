"""Durable work done by the product's worker, beside RQ's own worker running jobs that do nothing."""

import logging
from typing import Any

import psutil
import rq
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from bench.harness import alternate, postmaster_pid, ratios, result, summarise
from bench.scratch import scratch_storage
from hub import pipelines, worker
from hub.jobs import service
from hub.jobs.context import JobContext
from hub.storage.session import Storage
from hub.tenants import service as tenants

KIND = "bench.nothing"


def do_nothing(*_: object) -> None:
    """The job of the limit."""


def handle_nothing(context: JobContext, *, number: int) -> None:
    """The job of the product."""


def run(jobs: int = 200, rounds: int = 7) -> list[dict[str, Any]]:
    """Measure doing (not submitting) `jobs` jobs a round; also counts the Redis commands that each job takes."""
    for noisy in ("rq.worker", "rq.job", "hub.jobs"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    with scratch_storage() as storage:
        with storage.hub() as session:
            server = postmaster_pid(session)
        redis = Redis.from_url(storage.settings.redis_url)
        servers = [pid for pid in (server, _valkey_pid(redis)) if pid]
        tenant = tenants.create(storage, "Bench jobs").key
        limit, product = _Limit(redis, jobs), _Product(storage, tenant, jobs)
        try:
            costs = alternate(
                {"limit": limit.work, "product": product.work},
                rounds=rounds,
                servers=servers,
                prepare={"limit": limit.submit, "product": product.submit},
            )
            commands = {"limit": _commands(redis, limit, jobs), "product": _commands(redis, product, jobs)}
        finally:
            product.close()
            tenants.drop(storage, tenant)
            with storage.hub() as session:
                service.forget_tenant(session, tenant)
            redis.close()
    return [
        result(
            "jobs",
            ratios(costs["limit"], costs["product"]),
            goal=1.3,
            better="lower",
            unit="cpu of an RQ job that does nothing",
            jobs=jobs,
            redis_commands_per_job=commands,
            arms=summarise(costs),
        )
    ]


class _Limit:
    """RQ as it comes."""

    def __init__(self, redis: Redis, jobs: int) -> None:
        self._queue = Queue("bench-limit", connection=redis, serializer=JSONSerializer)
        self._jobs = jobs

    def submit(self) -> None:
        for _ in range(self._jobs):
            self._queue.enqueue(f"{__name__}.do_nothing")

    def work(self) -> float:
        before = self._queue.finished_job_registry.count
        rq.SimpleWorker([self._queue], connection=self._queue.connection, serializer=JSONSerializer).work(burst=True)
        assert self._queue.finished_job_registry.count - before == self._jobs
        return self._jobs


class _Product:
    """Work that is claimed, handled in a tenant's name, leased and ended in Postgres."""

    def __init__(self, storage: Storage, tenant: str, jobs: int) -> None:
        self._storage = storage
        self._tenant = tenant
        self._jobs = jobs
        self._round = 0
        service.connect(storage.settings)
        pipelines.HANDLERS[KIND] = f"{__name__}:handle_nothing"
        self._runner = worker.make_runner(storage.settings, storage)

    def submit(self) -> None:
        self._round += 1
        for number in range(self._jobs):
            with self._storage.tenant(self._tenant) as session:
                service.submit(session, KIND, {"number": self._round * self._jobs + number})

    def work(self) -> float:
        before = self._done()
        worker.make_worker(self._runner).work(burst=True)
        assert self._done() - before == self._jobs
        return self._jobs

    def close(self) -> None:
        del pipelines.HANDLERS[KIND]
        self._runner.close()

    def _done(self) -> int:
        with self._storage.hub() as session:
            return service.count_work(session).get((KIND, "done"), 0)


def _commands(redis: Redis, arm: "_Limit | _Product", jobs: int) -> int:
    """The Redis commands that doing one job takes, as the server counts them."""
    arm.submit()
    redis.config_resetstat()
    arm.work()
    calls = sum(figures["calls"] for figures in redis.info("commandstats").values())
    return round(calls / jobs)


def _valkey_pid(redis: Redis) -> int | None:
    """The server's process, None when it does not run on this machine."""
    pid = int(redis.info("server")["process_id"])
    try:
        name = psutil.Process(pid).name()
    except psutil.Error:
        return None
    return pid if "valkey" in name or "redis" in name else None
