"""What an operator does for tenants: make them, and invite their admins. None of their data is opened by it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from hub.http.access import Role
from hub.identity import members
from hub.storage import audit
from hub.storage.session import Storage
from hub.tenants import service as tenants


@dataclass(frozen=True, slots=True)
class OpenedTenant:
    """A new tenant, and its first admin if one was named. It has no API key: its admins make those."""

    tenant: tenants.Tenant
    admin: members.Added | None


def open_tenant(
    storage: Storage,
    name: str,
    now: datetime,
    *,
    key: str | None = None,
    home_currency: str = "USD",
    time_zone: str = "UTC",
    admin_email: str | None = None,
    with_link: bool,
) -> OpenedTenant:
    """A new tenant and the admin who is to fill it, both or neither. Errors: `tenants.create` and `members.add`."""
    invited: list[members.Added] = []

    def invite(session: Session, tenant: tenants.Tenant) -> None:
        if admin_email:
            invited.append(invite_admin(session, tenant.key, admin_email, "", now, with_link=with_link))

    tenant = tenants.create(storage, name, key=key, home_currency=home_currency, time_zone=time_zone, also=invite)
    return OpenedTenant(tenant, invited[0] if invited else None)


def invite_admin(
    session: Session, tenant_key: str, email: str, name: str, now: datetime, *, with_link: bool
) -> members.Added:
    """Make somebody an admin of a tenant, noted in the installation's audit and in the tenant's own.

    A person whom another tenant let in starts anew: their password and sessions end, and the link is their way in.
    Raises NotFoundError, InvalidError.
    """
    tenants.get(session, tenant_key)
    added = members.add(session, tenant_key, email, name, Role.ADMIN, now, with_link=with_link, by_operator=True)
    noted = {"user_id": str(added.member.user_id), "role": Role.ADMIN.value}
    audit.record(session, "admin.invited", "tenant", tenant_key, after=noted)
    audit.record(session, "admin.invited", "member", added.member.user_id, tenant=tenant_key, after=noted)
    return added
