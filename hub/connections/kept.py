"""What is kept of a grant: its tokens in the vault, and beside them how long they are good."""

from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Session

from hub.connections.token_requests import Grant
from hub.sdk.manifest import Auth
from hub.storage.vault import Vault

ACCESS, REFRESH = "access_token", "refresh_token"
_DAY = 86_400


def values_of(grant: Grant, auth: Auth) -> dict[str, Any]:
    idle = auth.idle_days * _DAY if auth.idle_days else None
    refresh_seconds = grant.refresh_expires_in or idle
    return {
        "expires_at": from_now(grant.expires_in) if grant.expires_in else None,
        "renewed_at": func.clock_timestamp(),
        "refresh_expires_at": from_now(refresh_seconds) if refresh_seconds else None,
    }


def seal(session: Session, vault: Vault, connection_id: UUID, grant: Grant) -> None:
    vault.put(session, connection_id, ACCESS, grant.access_token)
    if grant.refresh_token:
        vault.put(session, connection_id, REFRESH, grant.refresh_token)


def from_now(seconds: float) -> Any:
    return func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, float(seconds))
