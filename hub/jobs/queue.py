"""The moving part: RQ jobs in Valkey that name a piece of work and nothing else, so losing or doubling one is harmless.

The tenant's concurrency is RQ's rate limit: of each tenant at most so many jobs are in the queue or running, the others
wait beside it, so one tenant's backlog does not stand in front of the others' work.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rq import Queue, RateLimit
from rq.exceptions import NoSuchJobError
from rq.job import Job, JobStatus
from rq.rate_limit import RateLimitRegistry
from rq.serializers import JSONSerializer

from hub.jobs.leases import Queued
from hub.jobs.policy import Policy, tenant_concurrency
from hub.settings import Settings

log = logging.getLogger(__name__)

QUEUE = "paypredict"
FUNCTION = "hub.worker.run_work"
# A job that has started although its work is still queued died before it could claim it.
_MOVING = {status.value.encode() for status in (JobStatus.QUEUED, JobStatus.RATE_LIMITED)}
# Letting done jobs expire costs RQ fewer round trips than deleting them.
_KEEP_DONE_SECONDS = 60
_KEEP_FAILED_SECONDS = 3600
_POLICY = Policy()


class WorkJob(Job):
    """An RQ job that can be nothing but a piece of work: what is written to Valkey cannot name other code to call."""

    @property
    def func(self) -> Any:
        if self.func_name != FUNCTION:
            raise PermissionError(f"job {self.id} names {self.func_name}, which is not work")
        return super().func


class WorkQueue:
    """The way to the workers. Safe to share between threads."""

    def __init__(
        self, redis: Redis, tenant_concurrency: int, time_limit_seconds: int = _POLICY.time_limit_seconds
    ) -> None:
        self.redis = redis
        self.rq = Queue(
            QUEUE,
            connection=redis,
            job_class=WorkJob,
            serializer=JSONSerializer,
            default_timeout=time_limit_seconds,
        )
        self._tenant_concurrency = tenant_concurrency

    def put(self, work: Queued) -> None:
        """Have a worker run this work as soon as there is one and the tenant has room."""
        self.rq.enqueue(
            FUNCTION,
            str(work.id),
            job_id=_job_id(work),
            description="work",
            result_ttl=_KEEP_DONE_SECONDS,
            failure_ttl=_KEEP_FAILED_SECONDS,
            rate_limit=RateLimit(work.tenant_key, self._tenant_concurrency),
        )

    def lost(self, works: Iterable[Queued]) -> list[Queued]:
        """Those of `works` that no job stands for any more."""
        works = list(works)
        with self.redis.pipeline(transaction=False) as pipeline:
            for work in works:
                pipeline.hget(WorkJob.key_for(_job_id(work)), "status")
            statuses = pipeline.execute()
        return [work for work, status in zip(works, statuses, strict=True) if status not in _MOVING]

    def drop(self, work: Queued) -> None:
        """Forget the jobs of this work and of its last holder, so that the tenant's places they took are free at once.

        RQ itself would only notice when the job's time limit has passed.
        """
        for generation in range(max(work.generation - 1, 0), work.generation + 1):
            job_id = _job_id(replace(work, generation=generation))
            with suppress(NoSuchJobError):
                WorkJob.fetch(job_id, connection=self.redis, serializer=JSONSerializer).delete()
            RateLimitRegistry(work.tenant_key, self.redis).release_and_enqueue(job_id)


def make_queue(settings: Settings, policy: Policy = _POLICY) -> WorkQueue:
    """The queue as one who submits needs it: it gives up soon, for the next sweep serves better than waiting."""
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=2, socket_timeout=5, retry=Retry(NoBackoff(), 1))
    return WorkQueue(redis, tenant_concurrency(settings), policy.time_limit_seconds)


def hand_over(settings: Settings, work: Queued) -> None:
    """Put work into the queue of this process's own; what cannot be put is left to the next sweep."""
    try:
        _own_queue(settings).put(work)
    except RedisError as error:
        log.warning("work %s is left to the next sweep: Valkey does not answer: %s", work.id, error)


@cache
def _own_queue(settings: Settings) -> WorkQueue:
    return make_queue(settings)


def _job_id(work: Queued) -> str:
    return f"{work.id}-{work.generation}"
