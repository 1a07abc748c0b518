"""The scheduler: any number may run, one leads, the others stand by and take over when its database session ends."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from hub.jobs import leases, service
from hub.jobs.connection import connect
from hub.jobs.policy import Policy
from hub.jobs.queue import WorkQueue
from hub.jobs.schedule import Entry, take_slot
from hub.jobs.sweep import sweep
from hub.storage.session import Storage, driver

log = logging.getLogger(__name__)

# Any number that no other advisory lock of ours uses.
LEADER_LOCK = 0x70617970
_LONGEST_WAIT_SECONDS = 30.0


@dataclass(kw_only=True)
class Scheduler:
    """Submits what the schedule says and sweeps, as long as it leads. `tenants` are the keys of the active ones."""

    storage: Storage
    queue: WorkQueue
    entries: Iterable[Entry]
    tenants: Callable[[Session], Iterable[str]]
    policy: Policy = field(default_factory=Policy)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def run(self, stop: threading.Event) -> None:
        """Stand by or lead until `stop` is set; outlasts any failure of the servers."""
        failures = 0
        while not stop.is_set():
            try:
                with _leadership(self.storage) as leader:
                    if leader:
                        log.info("this scheduler leads")
                        while not stop.is_set():
                            self.tick(leader)
                            failures = 0
                            stop.wait(self.policy.sweep_seconds)
                    else:
                        stop.wait(self.policy.standby_seconds)
            except (psycopg.Error, SQLAlchemyError, RedisError, OSError) as error:
                failures += 1
                log.warning("the scheduler starts over: %s", error)
                stop.wait(min(0.5 * 2**failures, _LONGEST_WAIT_SECONDS))

    def tick(self, leader: psycopg.Connection) -> None:
        """One round, but only while `leader` still holds the lock. Raises psycopg.Error where it does not."""
        leader.execute("select 1")
        self.submit_due()
        sweep(self.storage, self.queue)
        with self.storage.hub() as session:
            leases.prune(driver(session), self.policy.keep_finished_days)

    def submit_due(self) -> int:
        """Submit the work of every entry that is due, for every active tenant; how much it is."""
        count = 0
        now = self.clock()
        for entry in self.entries:
            with self.storage.hub() as session:
                if not take_slot(session, entry, now):
                    continue
                for tenant in self.tenants(session):
                    service.submit(session, entry.kind, {}, tenant=tenant)
                    count += 1
        return count


@contextmanager
def _leadership(storage: Storage) -> Iterator[psycopg.Connection | None]:
    """The connection that holds the leader's lock, or None where another one does. The lock ends with its session."""
    with connect(storage, "paypredict-scheduler") as connection:
        row = connection.execute("select pg_try_advisory_lock(%s)", (LEADER_LOCK,)).fetchone()
        yield connection if row and row[0] else None
