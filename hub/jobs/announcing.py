"""Say that something happened: what follows from it is asked for in the transaction that makes it true."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from hub import live
from hub.events import Event
from hub.jobs import service
from hub.storage.session import after_commit

Reactions = Callable[[Event], Iterable[tuple[str, Mapping[str, Any]]]]
"""What work (kind and payload) follows from an event."""
AtOnce = Mapping[str, Callable[[Session, Mapping[str, Any]], object]]
"""Kinds of work so small that they are done then and there, in a session of the tenant."""

_reactions: Reactions = lambda event: ()  # noqa: E731 - a value that `connect` replaces
_at_once: AtOnce = {}


def connect(reactions: Reactions, at_once: AtOnce) -> None:
    """Have this process know what follows from events; without it, nothing does."""
    global _reactions, _at_once
    _reactions, _at_once = reactions, at_once


def announce(session: Session, event: Event, reactions: Reactions | None = None, *, tells_pages: bool = True) -> None:
    """Have what follows from `event` done once this transaction has committed, and open pages told of it.

    For requests and work alike; the session is the tenant's, or the hub's. Without `tells_pages` the caller tells open
    pages in words of its own.
    """
    if tells_pages:
        after_commit(session, partial(live.tell_event, event))
    for kind, payload in (reactions or _reactions)(event):
        if kind in _at_once and session.info.get("tenant") == event.tenant:
            _at_once[kind](session, payload)
        else:
            service.submit(session, kind, payload, tenant=event.tenant)
