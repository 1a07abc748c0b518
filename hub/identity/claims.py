"""What a provider's claims mean here: whether it is a machine, which tenant, which roles or scopes.

Pure but for the tenant, whose name may have to be looked up. docs/auth0.md says how a provider is made to send them.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from hub.errors import ForbiddenError, NotFoundError
from hub.http.access import SCOPES, Role
from hub.identity import organizations
from hub.identity.users import TENANT_ROLES
from hub.storage.session import TENANT_KEY
from hub.tenants import service as tenants


class RefusedPersonError(ForbiddenError):
    """The token is good, but its bearer has no place here; `reason` names it for the sign-in page."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def claim(values: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, or by its path ("realm_access.roles"): the names of some are addresses with dots."""
    if name in values:
        return values[name]
    found: Any = values
    for step in name.split("."):
        if not isinstance(found, Mapping) or step not in found:
            return None
        found = found[step]
    return found


def texts(value: Any) -> tuple[str, ...]:
    """A claim of several words: a list of them, or one text with spaces."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list):
        return tuple(each for each in value if isinstance(each, str))
    return ()


def roles(values: Mapping[str, Any], name: str) -> tuple[Role | None, bool]:
    """The strongest role that is claimed for the tenant, and whether the person is said to be an operator."""
    claimed = {each.lower() for each in texts(claim(values, name))}
    strongest = next((role for role in TENANT_ROLES if role in claimed), None)
    return strongest, Role.OPERATOR in claimed


def scopes(values: Mapping[str, Any]) -> frozenset[str]:
    """The hub's scopes among those granted to a machine, as OAuth has them or as Auth0's permissions."""
    return SCOPES.intersection(texts(values.get("scope"))) | SCOPES.intersection(texts(values.get("permissions")))


def machine(subject: str, values: Mapping[str, Any]) -> str | None:
    """The client's id if a program speaks for itself, by client credentials; None where a person is behind it."""
    client = next((values[name] for name in ("azp", "client_id", "appid") if isinstance(values.get(name), str)), None)
    # Auth0's and Microsoft's marks of such a token; elsewhere the subject is the client itself.
    if values.get("gty") == "client-credentials" or values.get("idtyp") == "app" or subject == client:
        return client or subject
    return subject.removesuffix("@clients") if subject.endswith("@clients") else None


def tenant(session: Session, values: Mapping[str, Any], name: str) -> str | None:
    """The key of the tenant that is claimed; None where none is. Raises RefusedPersonError if it is none of ours."""
    value = claim(values, name)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if value is None or value in ("", []):
        return None
    if not isinstance(value, str) or len(value) > organizations.MAX_CLAIM or not value.isprintable():
        raise RefusedPersonError("unknown_organization", f"The claim {name} names no single organisation.")
    found = organizations.find(session, value)
    if found is None and TENANT_KEY.fullmatch(value):
        found = _existing(session, value)
    if found is None:
        raise RefusedPersonError(
            "unknown_organization",
            f"The organisation {value} is linked to no tenant of this hub. Ask an operator to link it"
            " (`paypredict tenant organization link`).",
        )
    return found


def _existing(session: Session, key: str) -> str | None:
    try:
        return tenants.get(session, key).key
    except NotFoundError:
        return None
