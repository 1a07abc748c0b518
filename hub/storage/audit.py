"""The audit: who did what to which object, when, from where. Append-only, and chained by hash, by the database itself.

`record` is called by whoever knows what a write means, in the transaction of that write; the edges (requests, jobs, the
command line) say who is acting, and note what nobody else has noted. What is recorded is written as the last thing
before the commit, so that the chain is held for as short as can be. docs/security.md has the details.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: `name` is what people call them (an email address, a key's name, a plugin's slug, a command)."""

    kind: Literal["person", "key", "client", "plugin", "system", "anonymous"]
    id: str
    name: str
    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


SYSTEM = Actor(kind="system", id="hub", name="hub")
_actor: ContextVar[Actor] = ContextVar("paypredict_actor", default=SYSTEM)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Name who acts inside the block, in this thread or task."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def record(
    session: Session,
    action: str,
    object_type: str,
    object_id: object = "",
    *,
    tenant: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: Literal["done", "denied", "failed"] = "done",
) -> None:
    """Note an action in the session's transaction: it is kept if, and only if, the transaction commits.

    `action` is noun and past participle ("api_key.created", "member.removed"), `object_type` the noun. The tenant is
    the session's, or, in a hub session, the one named; None there is the installation itself. `before` and `after` hold
    only what changed; secrets and contact details in them are struck out or fingerprinted.
    """
