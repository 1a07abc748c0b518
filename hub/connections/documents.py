"""What the API's documents of connectors and connections hold."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from hub.connections import apps, connecting, expiry, webhooks
from hub.connections.consent import Scope
from hub.connections.schemas import AccountSchema
from hub.connections.service import Connection
from hub.http.context import current_hub, now
from hub.identity.public_address import base_url
from hub.sdk.manifest import Manifest

_SHOWN = (
    "id",
    "name",
    "status",
    "reason",
    "auth_method",
    "config",
    "created_at",
    "last_run_at",
    "last_full_run_at",
    "disconnected_at",
    "write_back",
    "write_granted",
)
_TOKENS = {"access_token", "refresh_token"}


def show(session: Session, connection: Connection) -> dict[str, Any]:
    """A connection as the API shows it: never a secret, and of what was entered only what is none."""
    hub = current_hub()
    shown = {name: getattr(connection, name) for name in _SHOWN}
    manifest = next((each for each in hub.registry().manifests() if each.slug == connection.plugin), None)
    health = expiry.health(session, manifest, connection, now()) if manifest else None
    address = f"{base_url(hub.settings)}/api/webhooks/{connection.plugin}/{connection.id}"
    return shown | {
        "connector": connection.plugin,
        "sealed": [name for name in hub.vault.names(session, connection.id) if name not in _TOKENS],
        "is_being_tried": connection.candidate is not None,
        "account": _show_account(connection.account),
        "choices": [_show_account(each) for each in connection.choices or ()],
        "health": asdict(health) if health else None,
        "can_write": bool(manifest and connecting.WRITES in manifest.capabilities),
        "webhook_address": address if manifest and manifest.webhook else None,
    }


def _show_account(account: Any) -> dict[str, Any] | None:
    # Before the company is known there may be what came with the consent.
    if not account or "id" not in account:
        return None
    return {name: account.get(name) for name in AccountSchema._declared_fields}


def show_connector(scope: Scope, manifest: Manifest) -> dict[str, Any]:
    """A connector as the API shows it, with the form of each way to be let in."""
    app = apps.of(scope.settings, manifest.slug)
    address = f"{base_url(scope.settings)}/api/webhooks/{manifest.slug}/{webhooks.APP}"
    return {
        "slug": manifest.slug,
        "name": manifest.name,
        "version": manifest.version,
        "summary": manifest.summary,
        "capabilities": sorted(manifest.capabilities),
        "is_connectable": bool(manifest.auth),
        "auth_methods": [
            {
                "method": auth.method,
                "kind": auth.kind,
                "title": auth.title,
                "needs_consent": auth.kind == "oauth2_code",
                "has_app": bool(app.client_id),
                "scopes": _show_scopes(auth.scopes),
                "write_scopes": _show_scopes(auth.write_scopes),
                "form": connecting.form(scope, manifest, auth),
            }
            for auth in manifest.auth
        ],
        "webhook_address": address if manifest.webhook else None,
    }


def _show_scopes(scopes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"scope": name, "reason": reason} for name, reason in scopes.items()]
