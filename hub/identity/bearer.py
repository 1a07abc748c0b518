"""Whose key or token a request shows in `Authorization: Bearer`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from hub.errors import ForbiddenError, NotFoundError
from hub.http.access import Role
from hub.http.auth import Identify
from hub.http.context import Identity
from hub.identity import arrivals, claims, keys, organizations, users
from hub.identity.tokens import Claims, verifier
from hub.settings import Settings
from hub.storage.session import Storage
from hub.tenants import service as tenants

_KEY_PREFIX = "pp_"


def identifier(storage: Storage, settings: Settings) -> Identify:
    """What `Hub.identify_bearer` is.

    It raises ForbiddenError for a good token whose bearer has no place here, NotFoundError for a tenant that is none of
    the person's, and UnavailableError while the provider's keys cannot be read.
    """
    verify = verifier(settings)

    def identify(presented: str, tenant: str | None) -> Identity | None:
        now = datetime.now(UTC)
        if presented.startswith(_KEY_PREFIX):
            return _key(storage, presented, tenant, now)
        # Before a connection is taken: the provider may have to be asked for its keys.
        said = verify(presented, now)
        if said is None:
            return None
        client = claims.machine(said.subject, said.values)
        with storage.hub() as session:
            if client is not None:
                return _client(session, said, client, tenant, settings)
            return _person(session, said, tenant, settings, now)

    return identify


def _key(storage: Storage, presented: str, tenant: str | None, now: datetime) -> Identity | None:
    found = keys.authenticate(storage, presented, now)
    if found is None or tenant not in (None, found.tenant_key):
        return None
    with storage.hub() as session:
        time_zone = _time_zone(session, found.tenant_key)
    return Identity(
        kind="key",
        id=str(found.key_id),
        name=found.name,
        tenant_key=found.tenant_key,
        scopes=frozenset(found.scopes),
        time_zone=time_zone,
    )


def _client(session: Session, said: Claims, client: str, tenant: str | None, settings: Settings) -> Identity | None:
    own = claims.tenant(session, said.values, settings.oidc_tenant_claim) or organizations.find(session, client)
    if own is None:
        raise ForbiddenError(
            f"The token names no tenant. Have an operator link the client {client} to one"
            " (`paypredict tenant organization link`)."
        )
    if tenant not in (None, own):
        return None
    return Identity(
        kind="client",
        id=client,
        name=client,
        tenant_key=own,
        scopes=claims.scopes(said.values),
        time_zone=_time_zone(session, own),
    )


def _person(session: Session, said: Claims, asked: str | None, settings: Settings, now: datetime) -> Identity | None:
    user = arrivals.welcome(session, said, said.values, now)
    if user.disabled_at:
        return None
    claimed = claims.tenant(session, said.values, settings.oidc_tenant_claim)
    claimed_role, claims_operator = claims.roles(said.values, settings.oidc_roles_claim)
    tenant = asked or claimed or _only_tenant(session, user)
    role = None
    if tenant is not None:
        # The hub's own word counts where there is one; else the provider's, for the tenant that it names.
        role = users.membership(session, user.id, tenant) or (claimed_role if tenant == claimed else None)
        if role is None and tenant != claimed:
            raise NotFoundError("You are a member of no tenant of that name.")
    roles = {Role(role)} if role else set()
    if arrivals.is_operator(session, user, claims_operator):
        roles.add(Role.OPERATOR)
    return Identity(
        kind="person",
        id=str(user.id),
        name=user.email,
        tenant_key=tenant,
        roles=frozenset(roles),
        time_zone=_time_zone(session, tenant) if tenant else ZoneInfo("UTC"),
    )


def _only_tenant(session: Session, user: users.User) -> str | None:
    found = users.memberships(session, user.id)
    if len(found) > 1:
        raise ForbiddenError("You are a member of several tenants. Name the one you mean in X-Tenant, by its key.")
    return found[0].tenant_key if found else None


def _time_zone(session: Session, tenant: str) -> ZoneInfo:
    return ZoneInfo(tenants.get(session, tenant).time_zone)
