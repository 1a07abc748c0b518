"""What providers announce, taken in: by its signature alone, kept once, looked at later (see announcements.py).

One insert and no plugin's code: providers wait for seconds at most, and some for an answer that is empty to the byte.
"""

import base64
import hashlib
import hmac
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.connections import apps, directory
from hub.connections.models import parked_webhooks, webhook_deliveries
from hub.errors import NotFoundError, RateLimitedError
from hub.jobs import service as jobs
from hub.sdk.manifest import Manifest, Webhook
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault

log = logging.getLogger(__name__)

APP = "app"
"""In place of a connection's id: what the provider sends to the operator's app, about all of its customers."""
MOST_WAITING = 1_000
"""Announcements to one connection that wait to be looked at; the sender of more is asked to come again."""
_HEADERS, _HEADER_BYTES = 50, 500
_UNKEPT = ("authorization", "cookie", "proxy-", "forwarded", "x-forwarded-", "x-real-ip", "host", "content-length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request of a provider, as it came; header names in lower case."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def digest(self) -> bytes:
        """The same for the same body."""
        return hashlib.sha256(self.body).digest()


def is_signed(webhook: Webhook, secret: str, delivery: Delivery) -> bool:
    """Whether the provider, or somebody who knows the secret, sent exactly this body. In constant time."""
    if not secret:
        return False
    made = hmac.digest(secret.encode(), delivery.body, webhook.algorithm)
    wanted = made.hex().encode() if webhook.encoding == "hex" else base64.b64encode(made)
    # What a header may hold and ASCII does not is no signature, and compares like any other text.
    given = delivery.headers.get(webhook.header.lower(), "").strip().encode("utf-8", "replace")
    # Some say by which algorithm it was made.
    given = given.removeprefix(f"{webhook.algorithm}=".encode())
    return hmac.compare_digest(given.lower() if webhook.encoding == "hex" else given, wanted)


def receive(
    storage: Storage, settings: Settings, vault: Vault, manifest: Manifest, place: str, delivery: Delivery
) -> bool:
    """Take in a delivery to a connection's id or to APP, once; False where its signature is not right.

    Raises NotFoundError where nothing is announced to that place.
    """
    if manifest.webhook is None:
        raise NotFoundError(f"{manifest.name} announces nothing.")
    operators = apps.of(settings, manifest.slug).webhook_secret
    if place == APP:
        return _receive_for_app(storage, manifest, manifest.webhook, operators, delivery)
    try:
        connection_id = UUID(place)
    except ValueError:
        raise NotFoundError("There is no such connection.") from None
    with storage.hub() as hub:
        tenant = directory.tenant_of(hub, manifest.slug, connection_id)
    if tenant is None:
        raise NotFoundError("There is no such connection.")
    with storage.tenant(tenant) as session:
        try:
            secret = vault.get(session, connection_id, manifest.webhook.secret, noted=False)
        except NotFoundError:
            secret = ""
        if secret and is_signed(manifest.webhook, secret, delivery):
            _keep(session, connection_id, delivery)
            return True
    # Sent to a connection's address, but by the operator's app: it may be about any of its customers.
    return _receive_for_app(storage, manifest, manifest.webhook, operators, delivery)


def _keep(session: Session, connection_id: UUID, delivery: Delivery) -> None:
    if not _is_text(delivery.body):
        return
    # Who has the key may sign whatever they like, and as much.
    unread = waiting(connection_id).with_only_columns(webhook_deliveries.c.id).order_by(None).limit(MOST_WAITING)
    if (session.scalar(select(func.count()).select_from(unread.subquery())) or 0) >= MOST_WAITING:
        raise RateLimitedError("More is announced than is read; announce it again later.", 300)
    new = insert(webhook_deliveries).values(
        connection_id=connection_id, digest=delivery.digest, headers=kept_headers(delivery.headers), body=delivery.body
    )
    if session.execute(new.on_conflict_do_nothing().returning(webhook_deliveries.c.id)).first():
        ask(session, connection_id)


def _receive_for_app(storage: Storage, manifest: Manifest, webhook: Webhook, secret: str, delivery: Delivery) -> bool:
    if not is_signed(webhook, secret, delivery):
        return False
    if not _is_text(delivery.body):
        return True
    new = insert(parked_webhooks).values(
        plugin=manifest.slug, digest=delivery.digest, headers=kept_headers(delivery.headers), body=delivery.body
    )
    with storage.hub() as hub:
        added = hub.execute(new.on_conflict_do_nothing().returning(parked_webhooks.c.id)).first()
        # Nobody's in particular until it was read; without any connection there is nobody to read it for, yet.
        tenant = directory.some_tenant(hub, manifest.slug) if added else None
        if tenant:
            jobs.submit(hub, "connections.webhook", {"connector": manifest.slug}, tenant=tenant)
    return True


def _is_text(body: bytes) -> bool:
    """Whether there is anything to keep: what is empty or no text announces nothing."""
    if not body or b"\0" in body:
        return False
    try:
        body.decode()
    except UnicodeDecodeError:
        log.warning("a webhook with the right signature is no text", extra={"fields": {"bytes": len(body)}})
        return False
    return True


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What a plugin may want to know of a request's headers: nothing that opens, and nothing of the way it came."""
    kept = {name: value for name, value in headers.items() if not name.startswith(_UNKEPT)}
    return {name[:100]: value[:_HEADER_BYTES] for name, value in list(kept.items())[:_HEADERS] if value.isprintable()}


def ask(session: Session, connection_id: UUID) -> None:
    """Have handled what was announced to a connection."""
    jobs.submit(session, "connections.webhook", {"connection_id": str(connection_id)})


def ask_if_waiting(session: Session, connection_id: UUID) -> None:
    """Have deliveries handled that came while the connection could not be read."""
    if session.execute(waiting(connection_id).limit(1)).first():
        ask(session, connection_id)


def waiting(connection_id: UUID) -> Any:
    """The statement that selects what was announced to a connection and not looked at, oldest first."""
    columns = webhook_deliveries.c
    query = select(webhook_deliveries).where(columns.connection_id == connection_id, columns.processed_at.is_(None))
    return query.order_by(columns.id)


def standing(session: Session, connection_id: UUID) -> dict[str, Any]:
    """What was announced to a connection: when last, what came of the newest that was looked at, and how many wait."""
    columns = webhook_deliveries.c
    here = columns.connection_id == connection_id
    query = select(func.max(columns.received_at), func.count().filter(columns.processed_at.is_(None))).where(here)
    received_at, waits = session.execute(query).one()
    looked_at = select(columns.outcome).where(here, columns.processed_at.is_not(None))
    outcome = session.scalar(looked_at.order_by(columns.id.desc()).limit(1))
    return {"received_at": received_at, "outcome": outcome, "waiting": waits}


def forget(session: Session, before: datetime, at_once: int) -> int:
    """Delete up to `at_once` deliveries received before an instant; how many."""
    gone = select(webhook_deliveries.c.id).where(webhook_deliveries.c.received_at < before).limit(at_once)
    statement = delete(webhook_deliveries).where(webhook_deliveries.c.id.in_(gone))
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def forget_parked(hub: Session, before: datetime) -> int:
    """Delete what was parked before an instant and found nobody; how many. A hub session."""
    gone = delete(parked_webhooks).where(parked_webhooks.c.received_at < before)
    return int(hub.execute(gone).rowcount)  # type: ignore[attr-defined]
