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

from sqlalchemy.exc import SQLAlchemyError

from hub.errors import NotFoundError
from hub.events import Event
from hub.jobs import leases, service
from hub.jobs.context import Interrupted, JobContext, WorkerStopping
from hub.jobs.policy import Policy, judge
from hub.settings import Settings
from hub.storage.session import Storage

log = logging.getLogger(__name__)

Reactions = Callable[[Event], Iterable[tuple[str, Mapping[str, Any]]]]
"""What work (kind and payload) follows from an event."""


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

    def run(self, work_id: UUID) -> str | None:
        """Do a piece of work if it is there to be done; the state it ends in, or None where it is not ours."""
        with self.storage.hub() as session:
            claim = leases.claim(session, work_id, self.worker, self.policy.lease_seconds)
        if claim is None:
            log.info("work %s is not there to be done", work_id)
            return None
        with self.scope(claim):
            state = self._attempt(claim)
            if state is None:
                log.warning("another worker holds %s %s by now; this attempt is void", claim.kind, claim.id)
            return state

    def run_due(self) -> None:
        """Do all work that is due, and what follows from it, until there is none that this runner can take."""
        while True:
            with self.storage.hub() as session:
                due = leases.waiting(session, None, 100)
            if not [work for work in due if self.run(work.id)]:
                return

    def _attempt(self, claim: leases.Claim) -> str | None:
        context = self._context(claim)
        try:
            with self._kept(context):
                result = self._handler(claim.kind)(context, **claim.payload)
                context.check()
            with self.storage.hub() as session:
                state = leases.finish(session, claim, result)
                if state:
                    self._follow_up(session, claim, context.events, again=state == "queued")
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
            with self.storage.hub() as session:
                return leases.renew(session, claim, self.policy.lease_seconds, share, sentence)

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
        )

    def _handler(self, kind: str) -> Callable[..., Any]:
        if kind not in self.handlers:
            raise NotFoundError(f"there is no handler for {kind}; known are {', '.join(sorted(self.handlers))}")
        module, _, name = self.handlers[kind].partition(":")
        handler: Callable[..., Any] = getattr(importlib.import_module(module), name)
        return handler

    @contextmanager
    def _kept(self, context: JobContext) -> Iterator[None]:
        """Renew the lease from a thread beside the handler, which may compute for long without a word."""
        ended = threading.Event()

        def keep() -> None:
            while not ended.wait(self.policy.lease_seconds / 3) and not context.lost.is_set():
                try:
                    context.show()
                except SQLAlchemyError as error:
                    log.warning("the lease of work %s could not be renewed: %s", context.work_id, error)

        keeper = threading.Thread(target=keep, name="lease", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            ended.set()
            keeper.join()

    def _follow_up(self, session: Any, claim: leases.Claim, events: Iterable[Event], again: bool) -> None:
        for event in events:
            for kind, payload in self.reactions(event):
                service.submit(session, kind, payload, tenant=event.tenant)
        if again:
            service.enqueue_after_commit(session, leases.queued(claim))

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
        with self.storage.hub() as session:
            if verdict.state == "queued":
                return leases.retry(session, claim, verdict.delay, verdict.error)
            state = leases.fail(session, claim, verdict.state, verdict.error)
            if state == "queued":
                service.enqueue_after_commit(session, leases.queued(claim))
            return state

    def _give_back(self, claim: leases.Claim) -> str | None:
        log.info("%s %s goes back to the queue: this worker is stopping", claim.kind, claim.id)
        with self.storage.hub() as session:
            state = leases.release(session, claim)
            if state:
                service.enqueue_after_commit(session, leases.queued(claim))
            return state
