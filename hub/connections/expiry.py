"""How long consents last: used before they die unused, and told of before they end for good."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from hub.connections import notices, service
from hub.connections.models import connection_tokens
from hub.connections.service import Connection
from hub.errors import HubError, NotFoundError
from hub.sdk.errors import AuthError, PluginError
from hub.sdk.manifest import Auth, Manifest
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault

log = logging.getLogger(__name__)

TOLD_AT_DAYS = (30, 7, 1)
"""How many days before a consent ends for good it is told; told again, it is news again."""
_KEPT_ALIVE = ("ready", "needs_attention", "paused")


class Context(Protocol):
    """What this work needs of the job it runs in; see hub.jobs.context.JobContext."""

    storage: Storage
    settings: Settings
    registry: Any
    tenant: str

    @property
    def vault(self) -> Vault:
        """The way to the tenant's secrets."""

    def transaction(self) -> Any:
        """A transaction as the tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a connection's tokens stand; instants are None where there is no such end.

    `ends_at` is when the consent ends whatever is done, `unused_ends_at` when it does unless it is used.
    """

    expires_at: datetime | None
    renewed_at: datetime
    granted_at: datetime
    unused_ends_at: datetime | None
    ends_at: datetime | None
    days_left: int | None
    is_dead: bool


def health(session: Session, manifest: Manifest, connection: Connection, now: datetime) -> Health | None:
    """How the tokens of a connection stand; None where there are none."""
    row = session.execute(
        select(connection_tokens).where(connection_tokens.c.connection_id == connection.id)
    ).one_or_none()
    auth = next((each for each in manifest.auth if each.method == connection.auth_method), None)
    if row is None or auth is None:
        return None
    ends_at = row.granted_at + timedelta(days=auth.hard_days) if auth.hard_days else None
    unused_ends_at = row.refresh_expires_at if auth.kind == "oauth2_code" else None
    return Health(
        expires_at=row.expires_at,
        renewed_at=row.renewed_at,
        granted_at=row.granted_at,
        unused_ends_at=unused_ends_at,
        ends_at=ends_at,
        days_left=max(0, (ends_at - now).days) if ends_at else None,
        is_dead=row.state == "dead",
    )


def look_after(context: Context, connection: Connection, now: datetime) -> Literal["left", "well", "renewed", "failed"]:
    """Keep one connection's consent alive and tell of its end. What goes wrong with one is not the others' concern."""
    try:
        auth = _consent_of(context.registry.get(connection.plugin), connection)
    except NotFoundError:
        return "left"  # its plugin is not installed any more
    if auth is None or connection.status not in _KEPT_ALIVE:
        return "left"
    from hub.connections import tokens  # late: it brings what calls providers

    try:
        life = tokens.keep_alive(context, connection)
    except AuthError as error:
        with context.transaction() as session:
            service.needs_reconnect(session, connection.id, str(error))
        return "failed"
    except (PluginError, HubError) as error:
        # The next night is early enough.
        log.warning("a grant could not be kept alive", extra={"fields": {"reason": str(error)}})
        return "failed"
    with context.transaction() as session:
        tell_of_end(session, connection, life.days_left)
    return "renewed" if life.renewed else "well"


def tell_of_end(session: Session, connection: Connection, days_left: int | None) -> None:
    """Have a notice stand while the consent ends within a month; it is news again a week and a day before."""
    step = told_step(days_left)
    if step is None:
        notices.settle(session, connection.id, "expires_soon")
        return
    within = "a day" if step == 1 else f"{step} days"
    notices.tell(
        session,
        connection.id,
        "expires_soon",
        f"{connection.name}: the consent ends within {within}, however it is used. Reconnect before then.",
    )


def told_step(days_left: int | None) -> int | None:
    """Which of TOLD_AT_DAYS is reached; None while it is more than all of them."""
    return min((step for step in TOLD_AT_DAYS if days_left is not None and days_left <= step), default=None)


def _consent_of(manifest: Manifest, connection: Connection) -> Auth | None:
    ways = (each for each in manifest.auth if each.method == connection.auth_method and each.kind == "oauth2_code")
    return next(ways, None)
