"""Tenants with what lets somebody in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from hub.identity import keys
from hub.storage.session import Storage
from hub.tenants import service as tenants


@dataclass(frozen=True, slots=True)
class CreatedTenant:
    """A new tenant and its first API key, which cannot be shown again."""

    tenant: tenants.Tenant
    api_key: str


def create_tenant(storage: Storage, name: str, **options: Any) -> CreatedTenant:
    """A new tenant and its first API key, both or neither. Options and errors are those of `tenants.create`."""
    made: list[str] = []

    def add_key(session: Session, tenant: tenants.Tenant) -> None:
        made.append(keys.create(session, tenant.key, "first key"))

    tenant = tenants.create(storage, name, **options, also=add_key)
    return CreatedTenant(tenant, made[0])
