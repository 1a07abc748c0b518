"""Which tenant a provider's organisation stands for: values of the tenant claim, linked to tenants by an operator."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.identity.models import organizations
from hub.storage import audit
from hub.tenants import service as tenants

MAX_CLAIM = 200


@dataclass(frozen=True, slots=True)
class Organization:
    """A value of the tenant claim, and the tenant it stands for."""

    claim: str
    tenant_key: str
    created_at: datetime


_COLUMNS = [organizations.c[name] for name in Organization.__slots__]


def link(session: Session, tenant_key: str, claim: str) -> None:
    """Let a value of the claim (an organisation's id, or a machine's client id) stand for a tenant.

    Harmless when it does already. Raises NotFoundError, InvalidError, and ConflictError when it stands for another.
    """
    claim = claim.strip()
    if not claim or len(claim) > MAX_CLAIM or not claim.isprintable():
        raise InvalidError(
            "This is no organisation's id.", fields={"claim": f"use 1 to {MAX_CLAIM} printable characters"}
        )
    tenants.get(session, tenant_key)
    made = insert(organizations).values(claim=claim, tenant_key=tenant_key).on_conflict_do_nothing()
    if session.execute(made.returning(organizations.c.claim)).one_or_none():
        audit.record(session, "organization.linked", "organization", claim, tenant=tenant_key)
    elif (other := find(session, claim)) != tenant_key:
        raise ConflictError(
            f"organisation {claim} stands for tenant {other}; unlink it there first", fields={"claim": "is taken"}
        )


def unlink(session: Session, tenant_key: str, claim: str) -> None:
    """Let it stand for the tenant no longer. Raises NotFoundError when it does not."""
    where = (organizations.c.claim == claim.strip(), organizations.c.tenant_key == tenant_key)
    if session.execute(delete(organizations).where(*where).returning(organizations.c.claim)).one_or_none() is None:
        raise NotFoundError(f"no organisation {claim.strip()} stands for tenant {tenant_key}")
    audit.record(session, "organization.unlinked", "organization", claim.strip(), tenant=tenant_key)


def find(session: Session, claim: str) -> str | None:
    """The key of the tenant that a value of the claim stands for."""
    return session.scalar(select(organizations.c.tenant_key).where(organizations.c.claim == claim))


def list_organizations(session: Session, tenant_key: str | None = None) -> list[Organization]:
    """All links, or one tenant's, in the order of tenants and claims."""
    statement = select(*_COLUMNS).order_by(organizations.c.tenant_key, organizations.c.claim)
    if tenant_key is not None:
        statement = statement.where(organizations.c.tenant_key == tenants.get(session, tenant_key).key)
    return [Organization(*row) for row in session.execute(statement)]
