"""What a handler gets beside its payload: its tenant, the hub's services, and the way to say how far it is."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub import live
from hub.events import Event
from hub.jobs import announcing, leases
from hub.jobs.announcing import Reactions
from hub.settings import Settings
from hub.storage.data_keys import DataKeys
from hub.storage.session import Storage, driver
from hub.storage.vault import Vault

_SHOWN_EVERY_SECONDS = 0.5


class Interrupted(BaseException):
    """The attempt is over although nothing is wrong with the work. Not an Exception: let it rise."""


class LeaseLost(Interrupted):
    """Another worker holds the work by now; nothing more may be written for this attempt."""


class WorkerStopping(Interrupted):
    """The worker has been told to stop; the work goes back to the queue and is not the worse for it."""


@dataclass(kw_only=True)
class JobContext:
    """One attempt at a piece of work, for one tenant. `registry` makes plugins; `attempt` counts from 1."""

    storage: Storage
    settings: Settings
    registry: Any
    tenant: str
    work_id: UUID
    attempt: int = 1
    claim: leases.Claim | None = None
    renew: Callable[[float, str], bool] = lambda share, sentence: True
    stopping: threading.Event = field(default_factory=threading.Event)
    lost: threading.Event = field(default_factory=threading.Event)
    events: list[Event] = field(default_factory=list)
    reactions: Reactions = lambda event: ()
    keys: DataKeys | None = None
    share: float = 0.0
    sentence: str = ""
    _shown_at: float = 0.0

    @cached_property
    def vault(self) -> Vault:
        """The way to the tenant's secrets; the worker's opened keys serve all its attempts."""
        return Vault(self.settings, self.storage, self.keys)

    @property
    def is_last_attempt(self) -> bool:
        """Whether the work is dead if this attempt fails, whatever for."""
        return self.claim is not None and self.attempt >= self.claim.max_attempts

    def progress(self, share: float, sentence: str) -> None:
        """Show the share done (0 to 1) and a sentence for the person waiting, and keep hold of the work.

        Cheap enough for every page. Raises LeaseLost or WorkerStopping where the attempt should end.
        """
        self.share, self.sentence = min(max(share, 0.0), 1.0), sentence
        self.check()
        if time.monotonic() - self._shown_at >= _SHOWN_EVERY_SECONDS:
            self.show()
            self.check()

    def show(self) -> None:
        """Write the newest progress and renew the lease; notes it where the lease is lost."""
        self._shown_at = time.monotonic()
        if not self.renew(self.share, self.sentence):
            self.lost.set()
        elif self.claim:
            live.tell(self.tenant, "job", job_id=str(self.work_id), work=self.claim.kind)

    def check(self) -> None:
        """Raise LeaseLost or WorkerStopping where the attempt should end."""
        if self.lost.is_set():
            raise LeaseLost(f"work {self.work_id} is held by another worker")
        if self.stopping.is_set():
            raise WorkerStopping

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction as the tenant without a time limit, which cannot commit once another worker holds the work.

        Raises LeaseLost where that is so already.
        """
        with self.storage.tenant(self.tenant, statement_timeout_ms=0) as session:
            if self.claim and not leases.holds(driver(session), self.work_id, self.claim.generation):
                self.lost.set()
                self.check()
            yield session

    def publish(self, event: Event) -> None:
        """Have what follows from `event` submitted in the transaction that ends this work well."""
        self.events.append(event)

    def announce(self, session: Session, event: Event) -> None:
        """Have what follows from `event` submitted in this transaction, while the work goes on."""
        announcing.announce(session, event, self.reactions)
