"""Whose key or token a request shows in `Authorization: Bearer`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hub.http.auth import Identify
from hub.http.context import Identity
from hub.identity import keys
from hub.settings import Settings
from hub.storage.session import Storage
from hub.tenants import service as tenants


def identifier(storage: Storage, settings: Settings) -> Identify:
    """What `Hub.identify_bearer` is."""

    def identify(presented: str, tenant: str | None) -> Identity | None:
        found = keys.authenticate(storage, presented, datetime.now(UTC))
        if found is None or tenant not in (None, found.tenant_key):
            return None
        with storage.hub() as session:
            time_zone = tenants.get(session, found.tenant_key).time_zone
        return Identity(
            kind="key",
            id=str(found.key_id),
            name=found.name,
            tenant_key=found.tenant_key,
            scopes=frozenset(found.scopes),
            time_zone=ZoneInfo(time_zone),
        )

    return identify
