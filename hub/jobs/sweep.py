"""What makes up for whatever got lost: abandoned work is queued again, and queued work is in the queue again."""

import logging
from collections.abc import Iterator

from hub.jobs import leases
from hub.jobs.leases import Queued
from hub.jobs.queue import WorkQueue
from hub.storage import audit
from hub.storage.session import Storage, driver

log = logging.getLogger(__name__)

_BATCH = 1000


def sweep(storage: Storage, queue: WorkQueue) -> int:
    """Queue abandoned work again, and enqueue what is due and in no queue; how much was enqueued.

    Covers workers that died, retries whose time has come, and whatever a flushed or unreachable Valkey did not keep.
    """
    with storage.hub() as session:
        queued, dead = leases.collect_abandoned(driver(session))
        for work in (*queued, *dead):
            after = {"state": "dead" if work in dead else "queued", "code": "abandoned"}
            audit.record(session, "job.failed", "job", work.id, tenant=work.tenant_key, after=after, outcome="failed")
    for work in (*queued, *dead):
        log.warning("work %s was abandoned by its worker; it is %s now", work.id, "dead" if work in dead else "queued")
        queue.drop(work)
    count = 0
    for batch in _due(storage):
        for work in queue.lost(batch):
            queue.drop(work)
            queue.put(work)
            count += 1
    return count


def _due(storage: Storage) -> Iterator[list[Queued]]:
    last = None
    while True:
        with storage.hub() as session:
            batch = leases.waiting(driver(session), last, _BATCH)
        if batch:
            yield batch
        if len(batch) < _BATCH:
            return
        last = batch[-1]
