"""What an endpoint may reach: the hub's services, the caller, the caller's day and the caller's tenant session."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Flask, current_app, g
from sqlalchemy.orm import Session

from hub.errors import ForbiddenError
from hub.http.access import Role
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault
from hub.telemetry.metrics import Gauge, RequestMetrics

EXTENSION = "paypredict"
_UTC = ZoneInfo("UTC")

Part = Callable[[Session, UUID, date], Any]
"""What a room adds to a document of a room below it: called with the tenant's session, the id and the tenant's day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is calling: a person, an API key ("key"), or a program with a provider's token ("client").

    `id` is the user's, the key's or the client's; `name` is what people call it (an email address, a key's name).
    `tenant_key` is the tenant being worked in; None for an operator who is a member of none. People have `roles`,
    machines have `scopes`. `session_id` is set where a cookie was shown.
    """

    kind: Literal["person", "key", "client"]
    id: str
    name: str
    tenant_key: str | None
    roles: frozenset[Role] = frozenset()
    scopes: frozenset[str] = frozenset()
    time_zone: ZoneInfo = _UTC
    session_id: str | None = None

    @property
    def tenant(self) -> str:
        """The tenant being worked in. Raises ForbiddenError where there is none."""
        if self.tenant_key is None:
            raise ForbiddenError("You are a member of no tenant. Ask an admin of one to add you.")
        return self.tenant_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """The services of this process, made once in `create_app`.

    The plugins' `registry` and `redis`, a client of Valkey, are made when they are first needed.
    `parts` names, by document ("invoice", "customer") and field, what the rooms above the ledger add to it; `gauges`
    reads what the database knows for a scrape of /metrics.
    `identify_bearer` and `identify_session` say whose key or token, or whose cookie, this is, in the tenant asked for
    by name or in the caller's own; None if it is nobody's. `is_still_session` says whether the session of somebody who
    was identified goes on, with the same tenant and roles; to be asked is no use of the session.
    """

    settings: Settings
    storage: Storage
    vault: Vault
    registry: Callable[[], Any]
    redis: Callable[[], Any]
    metrics: RequestMetrics
    identify_bearer: Callable[[str, str | None], Identity | None]
    identify_session: Callable[[str, str | None], Identity | None]
    is_still_session: Callable[[Identity], bool] = lambda identity: True
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
    """Who sent this request; only where hub.http.access asks for somebody."""
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
