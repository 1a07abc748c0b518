"""What claims mean here: machine or person, roles, scopes; and which paths a sign-in may end at."""

import pytest

from hub.http.access import Role
from hub.identity import claims
from hub.identity.oidc import is_own_path

ROLES = "https://paypredict/roles"


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        ({"org_id": "org_1"}, "org_id", "org_1"),
        ({ROLES: ["admin"]}, ROLES, ["admin"]),  # Auth0: a name that is an address
        ({"realm_access": {"roles": ["admin"]}}, "realm_access.roles", ["admin"]),  # Keycloak: a path
        ({"a.b": 1, "a": {"b": 2}}, "a.b", 1),
        ({"a": "text"}, "a.b", None),
        ({}, "org_id", None),
    ],
)
def test_claim(values, name, expected):
    assert claims.claim(values, name) == expected


@pytest.mark.parametrize(
    ("claimed", "role", "is_operator"),
    [
        (["viewer"], Role.VIEWER, False),
        (["viewer", "admin", "member"], Role.ADMIN, False),  # the strongest
        (["operator"], None, True),
        (["operator", "member"], Role.MEMBER, True),
        ("member viewer", Role.MEMBER, False),
        (["Admin"], Role.ADMIN, False),
        (["administrator", "root", "admin "], None, False),
        ([["admin"], {"admin": 1}, None, 1], None, False),
        ({"admin": True}, None, False),
        (None, None, False),
    ],
)
def test_roles(claimed, role, is_operator):
    assert claims.roles({ROLES: claimed}, ROLES) == (role, is_operator)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"scope": "invoices:read openid profile"}, {"invoices:read"}),
        ({"permissions": ["invoices:read", "invoices:write"]}, {"invoices:read", "invoices:write"}),  # Auth0's RBAC
        ({"scope": "read", "permissions": ["keys:admin"]}, {"read", "keys:admin"}),
        ({"scope": "everything", "permissions": "drop table"}, set()),
        ({"scope": ["invoices:read", 5]}, {"invoices:read"}),
        ({}, set()),
    ],
)
def test_scopes(values, expected):
    assert claims.scopes(values) == expected


@pytest.mark.parametrize(
    ("subject", "values", "expected"),
    [
        ("abc@clients", {"azp": "abc", "gty": "client-credentials"}, "abc"),  # Auth0
        ("abc@clients", {}, "abc"),
        ("abc", {"client_id": "abc"}, "abc"),  # RFC 9068
        ("abc", {"azp": "abc"}, "abc"),
        ("0f3c", {"azp": "abc", "idtyp": "app"}, "abc"),  # Microsoft
        ("auth0|1", {"azp": "abc"}, None),
        ("auth0|1", {"client_id": "spa", "scope": "read"}, None),
        ("auth0|1", {}, None),
        ("auth0|1", {"azp": ["auth0|1"]}, None),
    ],
)
def test_machine(subject, values, expected):
    assert claims.machine(subject, values) == expected


@pytest.mark.parametrize(
    "path", ["/", "/account", "/api/docs", "/a?next=https://elsewhere.example/", "/a?q=a%20b%25", "/a#b"]
)
def test_a_path_of_this_hub(path):
    assert is_own_path(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "account",
        "https://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/account\\..\\..\\evil",
        "/%2fevil.example",
        "/%2Fevil.example",
        "/%5cevil.example",
        "/%252fevil.example",
        "/%255c%255cevil.example",
        "/.//evil.example",
        "/../evil",
        "/%2e%2e/evil",
        "/a//b",
        "/a%3f/../%2fevil",
        "/%3f/..//evil",
        "/\tevil.example",
        "/\t/evil.example",
        "/%09/evil.example",
        "/%0a/evil.example",
        "/%0d%0aSet-Cookie: a=b",
        "/\r\nSet-Cookie: a=b",
        "/ä",
        "/a b",
        " /account",
        "javascript:alert(1)",
        "/\u2028",
        "/\x00",
    ],
)
def test_what_is_or_may_be_taken_for_an_address_elsewhere(path):
    assert not is_own_path(path)
