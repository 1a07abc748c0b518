"""One attempt at a piece of work: claimed, handled, and ended as what happened to it demands. The job's edge."""

import importlib
import logging
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psycopg

from hub import live
from hub.errors import NotFoundError
from hub.events import Event
from hub.jobs import leases, service
from hub.jobs.announcing import Reactions
from hub.jobs.connection import LeaseConnection
from hub.jobs.context import Interrupted, JobContext, WorkerStopping
from hub.jobs.policy import Policy, judge
from hub.settings import Settings
from hub.storage import audit
from hub.storage.audit import Actor, acting
from hub.storage.data_keys import DataKeys
from hub.storage.session import Storage, driver

log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Runner:
    """Does work in this process. `scope` is entered around each attempt; `stopping` asks the attempt at hand to end."""

    storage: Storage
    settings: Settings
    registry: Any
    handlers: Mapping[str, str]
    reactions: Reactions
    worker: str
    policy: Policy = field(default_factory=Policy)
    scope: Callable[[leases.Claim], AbstractContextManager[Any]] = nullcontext
    stopping: threading.Event = field(default_factory=threading.Event)
    rng: random.Random = field(default_factory=random.Random)

    def __post_init__(self) -> None:
        self._leases = LeaseConnection(self.storage)
        self._keys = DataKeys(self.settings, self.storage)
        self._keeper = _Keeper(self.policy.lease_seconds / 3)

    def close(self) -> None:
        """Give up the connection and the thread that keep the leases."""
        self._keeper.end()
        self._leases.close()

    def run(self, work_id: UUID) -> str | None:
        """Do a piece of work if it is there to be done; the state it ends in, or None where it is not ours."""
        claim = self._leases.call(leases.claim, work_id, self.worker, self.policy.lease_seconds)
        if claim is None:
            log.info("work %s is not there to be done", work_id)
            return None
        _tell(claim)
        with acting(Actor(kind="system", id=str(claim.id), name=claim.kind)), self.scope(claim):
            state = self._attempt(claim)
            _tell(claim)
            if state is None:
                log.warning("another worker holds %s %s by now; this attempt is void", claim.kind, claim.id)
            return state

    def run_due(self) -> None:
        """Do all work that is due, and what follows from it, until there is none that this runner can take."""
        while True:
            due = self._leases.call(leases.waiting, None, 100)
            if not [work for work in due if self.run(work.id)]:
                return

    def _attempt(self, claim: leases.Claim) -> str | None:
        context = self._context(claim)
        try:
            with self._keeper.keeping(context):
                result = self._handler(claim.kind)(context, **claim.payload)
            state = self._finish(claim, result, context.events)
            if state is not None:
                for event in context.events:
                    live.tell_event(event)
            log.info("%s %s is done, attempt %d", claim.kind, claim.id, claim.attempts)
            return state
        except Interrupted as interruption:
            return self._give_back(claim) if isinstance(interruption, WorkerStopping) else None
        except (KeyboardInterrupt, SystemExit) as error:
            # A signal asks this process to end; without one it is the handler's own doing and an error like any other.
            if not self.stopping.is_set():
                return self._fail(claim, RuntimeError(f"the handler tried to end the process ({error!r})"))
            self._give_back(claim)
            raise
        except Exception as error:  # noqa: BLE001 - the job's edge: whatever it is, the work must not stay as it is
            return self._fail(claim, error)

    def _context(self, claim: leases.Claim) -> JobContext:
        def renew(share: float, sentence: str) -> bool:
            return self._leases.call(leases.renew, claim, self.policy.lease_seconds, share, sentence)

        return JobContext(
            storage=self.storage,
            settings=self.settings,
            registry=self.registry,
            tenant=claim.tenant_key,
            work_id=claim.id,
            attempt=claim.attempts,
            claim=claim,
            renew=renew,
            stopping=self.stopping,
            keys=self._keys,
            reactions=self.reactions,
        )

    def _handler(self, kind: str) -> Callable[..., Any]:
        if kind not in self.handlers:
            raise NotFoundError(f"there is no handler for {kind}; known are {', '.join(sorted(self.handlers))}")
        module, _, name = self.handlers[kind].partition(":")
        handler: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return handler

    def _finish(self, claim: leases.Claim, result: Any, events: Iterable[Event]) -> str | None:
        following = [(event.tenant, *work) for event in events for work in self.reactions(event)]
        event = _event(claim, "job.done", {"counts": _counts(result)})
        if not following:
            return self._again(claim, self._leases.call(leases.finish, claim, result, event))
        with self.storage.hub() as session:
            if state := leases.finish(driver(session), claim, result, event):
                for tenant, kind, payload in following:
                    service.submit(session, kind, payload, tenant=tenant)
        return self._again(claim, state)

    def _fail(self, claim: leases.Claim, error: Exception) -> str | None:
        verdict = judge(error, claim.attempts, claim.max_attempts, self.policy, self.rng)
        fields = {"trace_id": verdict.error["trace_id"], "attempt": claim.attempts}
        log.error(
            "%s %s: %s; it is %s now",
            claim.kind,
            claim.id,
            verdict.error["message"],
            verdict.state,
            exc_info=error,
            extra={"fields": fields},
        )
        event = _event(claim, "job.failed", {"state": verdict.state, "code": verdict.error["code"]}, "failed")
        if verdict.state == "queued":
            counted = verdict.is_counted
            return self._leases.call(leases.retry, claim, verdict.delay, verdict.error, event, is_counted=counted)
        return self._again(claim, self._leases.call(leases.fail, claim, verdict.state, verdict.error, event))

    def _give_back(self, claim: leases.Claim) -> str | None:
        log.info("%s %s goes back to the queue: this worker is stopping", claim.kind, claim.id)
        return self._again(claim, self._leases.call(leases.release, claim))

    def _again(self, claim: leases.Claim, state: str | None) -> str | None:
        if state == "queued":
            service.enqueue(leases.queued(claim))
        return state


def _tell(claim: leases.Claim) -> None:
    live.tell(claim.tenant_key, "job", job_id=str(claim.id), work=claim.kind)


def _event(
    claim: leases.Claim, action: str, after: Mapping[str, Any], outcome: audit.Outcome = "done"
) -> dict[str, Any]:
    about = {"kind": claim.kind, "attempt": claim.attempts, **after}
    return audit.event_of(
        action, "job", claim.id, tenant=claim.tenant_key, after=about, outcome=outcome, who=audit.actor()
    )


def _counts(result: Any) -> dict[str, Any]:
    """The numbers of a result, which say how much was done and nothing of whom."""
    found = result.items() if isinstance(result, Mapping) else ()
    return {str(name): value for name, value in found if isinstance(value, (int, float))}


class _Keeper:
    """A thread that renews the lease of the attempt at hand, whose handler may compute for long without a word."""

    def __init__(self, interval_seconds: float) -> None:
        self._interval = interval_seconds
        self._ended = threading.Event()
        self._context: JobContext | None = None
        self._thread: threading.Thread | None = None

    @contextmanager
    def keeping(self, context: JobContext) -> Iterator[None]:
        """Renew the lease of `context` inside the block."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)
            self._thread.start()
        self._context = context
        try:
            yield
        finally:
            self._context = None

    def end(self) -> None:
        """End the thread."""
        self._ended.set()
        if self._thread:
            self._thread.join()

    def _keep(self) -> None:
        while not self._ended.wait(self._interval):
            context = self._context
            try:
                if context and not context.lost.is_set():
                    context.show()
            except psycopg.Error as error:
                log.warning("a lease could not be renewed: %s", error)
