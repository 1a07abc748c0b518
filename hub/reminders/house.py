"""What of the tenant and the hub a reminder is made with: the tenant's day and currency, the vault, our address."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.identity.public_address import base_url
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault
from hub.tenants import service as tenants


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """`base` is where debtors' pages are; `zone` and `home_currency` are the tenant's."""

    tenant: str
    name: str
    zone: ZoneInfo
    home_currency: str
    base: str
    vault: Vault
    settings: Settings
    plugins: Any

    def day(self, at: datetime) -> date:
        """The tenant's day."""
        return at.astimezone(self.zone).date()


def house_of(storage: Storage, settings: Settings, vault: Vault, plugins: Any, tenant: str) -> House:
    """The house of a tenant; `plugins` is the hub's registry.

    Not to be asked inside a transaction: it takes another connection.
    """
    with storage.hub() as session:
        found = tenants.get(session, tenant)
    return House(
        tenant=tenant,
        name=found.name,
        zone=ZoneInfo(found.time_zone),
        home_currency=found.home_currency,
        base=base_url(settings),
        vault=vault,
        settings=settings,
        plugins=plugins,
    )
