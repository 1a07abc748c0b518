"""What an endpoint may reach: the hub's services, the caller, the caller's day and the caller's tenant session."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from hub.settings import Settings
from hub.storage.session import Storage
from hub.telemetry.metrics import Gauge, RequestMetrics

EXTENSION = "paypredict"

Part = Callable[[Session, UUID, date], Any]
"""What a room adds to a document of a room below it: called with the tenant's session, the id and the tenant's day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is calling: one API key of one tenant."""

    tenant: str
    key_id: str
    scopes: frozenset[str]
    time_zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """The services of this process, made once in `create_app`.

    The plugins' `registry` and `redis`, a client of Valkey, are made when they are first needed.
    `parts` names, by document ("invoice", "customer") and field, what the rooms above the ledger add to it; `gauges`
    reads what the database knows for a scrape of /metrics.
    """

    settings: Settings
    storage: Storage
    registry: Callable[[], Any]
    redis: Callable[[], Any]
    metrics: RequestMetrics
    identify: Callable[[str], Identity | None]
    parts: Mapping[str, Mapping[str, Part]] = field(default_factory=dict)
    gauges: Callable[[], Iterable[Gauge]] = tuple
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)


def install(app: Flask, hub: Hub) -> None:
    """Make `hub` what `current_hub` answers in requests of `app`."""
    app.extensions[EXTENSION] = hub


def current_hub() -> Hub:
    """The services of the app that handles this request."""
    hub: Hub = current_app.extensions[EXTENSION]
    return hub


def caller() -> Identity:
    """Who sent this request; only on endpoints that ask for a key, which are all that are not `public`."""
    identity: Identity = g.identity
    return identity


def now() -> datetime:
    """This instant, UTC."""
    return current_hub().clock()


def today() -> date:
    """The day it is in the caller's tenant's time zone."""
    return now().astimezone(caller().time_zone).date()


@contextmanager
def tenant_session() -> Iterator[Session]:
    """One transaction as the caller's tenant, committed at the end of the block."""
    with current_hub().storage.tenant(caller().tenant) as session:
        yield session


def with_parts(document: str, body: dict[str, Any], session: Session, item_id: UUID) -> dict[str, Any]:
    """`body` with the fields that the rooms above add to this document."""
    added = {name: part(session, item_id, today()) for name, part in current_hub().parts.get(document, {}).items()}
    return body | added
