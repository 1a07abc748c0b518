"""Nobody gets a tenant's data without that tenant's key."""

from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.routing import IntegerConverter

from hub.http import auth
from hub.identity import keys
from hub.tenants import service as tenants
from tests.integration.api.conftest import ApiClient, record_id

pytestmark = pytest.mark.usefixtures("forecast")

SOME_ID = "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"
PUBLIC = {
    *(
        f"/i/{SOME_ID}",
        f"/c/{SOME_ID}",
        f"/d/{SOME_ID}",
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/openapi.json",
        "/api/docs",
        "/api/docs/app.js",
    ),
    *("/account", "/api/session/methods", "/api/session", "/api/session/link"),
    *("/api/oidc/start", "/api/oidc/callback"),
    *("/api/oauth/callback", f"/api/webhooks/{SOME_ID}/{SOME_ID}", f"/api/inbound/{SOME_ID}/{SOME_ID}"),
    f"/api/channels/receipts/{SOME_ID}",
    *(
        f"/api/debtor/{SOME_ID}{each}"
        for each in ("", "/promises", "/disputes", "/payments", "/copies", "/unsubscribe")
    ),
}


def requests_of(app):
    """Every method and path the application has, with an id where one is asked for."""
    for rule in app.url_map.iter_rules():
        # A file that there is, where files are named; a number where things are counted; else an id.
        values = {
            name: 1 if isinstance(kind, IntegerConverter) else min(getattr(kind, "items", [SOME_ID]))
            for name, kind in rule._converters.items()
        }
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            yield method, path


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer pp_live_00000000_" + "0" * 64}], ids=["none", "bad"])
def test_without_a_key_only_what_tells_of_no_tenant_answers(app, headers):
    answered = set()
    for method, path in requests_of(app):
        response = app.test_client().open(path, method=method, headers=headers)
        if response.status_code == 401:
            assert response.json["code"] == "unauthorized" and "Bearer" in response.headers["WWW-Authenticate"]
        else:
            answered.add(path)
    assert answered == PUBLIC


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer  ", "Basic dXNlcjpwYXNz", "bearer x", "Token {key}"])
def test_what_is_no_bearer_key(app, client, header):
    response = app.test_client().get("/api/invoices", headers={"Authorization": header.format(key=client.key)})
    assert response.status_code == 401


def test_the_scheme_is_read_in_any_case(app, client):
    assert app.test_client().get("/api/tenant", headers={"Authorization": f"bearer {client.key}"}).status_code == 200


def test_head_and_options_need_a_key_too(app):
    assert app.test_client().head("/api/invoices").status_code == 401
    assert app.test_client().options("/api/invoices").status_code == 401


@pytest.fixture(scope="module")
def stranger(app, storage, key_of):
    """A caller of another tenant."""
    return ApiClient(app.test_client(), key_of(tenants.create(storage, "stranger").key), app)


@pytest.mark.parametrize(
    "path",
    [
        "/api/invoices/" + record_id("invoice", "i1"),
        "/api/customers/" + record_id("customer", "c1"),
        "/api/predictions/" + record_id("invoice", "i1"),
    ],
)
def test_another_tenants_ids_do_not_exist(client, stranger, path):
    assert client.get(path).status_code == 200
    theirs = stranger.get(path)
    assert (theirs.status_code, theirs.json["code"]) == (404, "not_found")


def test_another_tenants_job_does_not_exist(client, stranger):
    address = client.post("/api/predictions", json={}).headers["Location"]
    assert client.get(address).status_code == 200
    assert stranger.get(address).status_code == 404
    assert stranger.get("/api/jobs").json["items"] == []


def test_another_tenants_lists_are_empty(stranger):
    for path in ("/api/invoices", "/api/customers", "/api/predictions", "/api/models"):
        assert stranger.get(path).json["items"] == []
    assert (
        stranger.put("/api/customers/" + record_id("customer", "c1"), json={}, headers={"If-Match": '"1"'}).status_code
        == 404
    )


def test_a_key_that_may_only_read(app, client, tenant, key_of):
    reader = ApiClient(app.test_client(), key_of(tenant, scopes=("read",)), app)
    assert reader.get("/api/invoices").status_code == 200
    refused = reader.post("/api/predictions", json={})
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")


def test_a_key_for_one_thing_only(app, tenant, key_of):
    narrow = ApiClient(app.test_client(), key_of(tenant, scopes=("insights:read",)), app)
    assert narrow.get("/api/insights/aging").status_code == 200
    assert narrow.get("/api/invoices").status_code == 403


def test_an_expired_key(app, tenant, key_of):
    expired = key_of(tenant, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert ApiClient(app.test_client(), expired, app).get("/api/invoices").status_code == 401


def test_a_revoked_key_ends_when_it_is_no_longer_remembered(app, storage, tenant, key_of, monkeypatch):
    presented = key_of(tenant)
    caller = ApiClient(app.test_client(), presented, app)
    assert caller.get("/api/tenant").json["key"] == tenant
    with storage.hub() as session:
        keys.revoke(session, tenant, presented[:16], datetime.now(UTC))
    later = auth.time.monotonic() + auth.REMEMBERED_SECONDS
    monkeypatch.setattr(auth.time, "monotonic", lambda: later)
    assert caller.get("/api/tenant").status_code == 401


def test_remembered_keys_are_asked_for_once():
    asked = []
    remembered = auth.Remembered(lambda presented, tenant: asked.append(presented) or object(), size=2)
    first = remembered("a")
    assert remembered("a") is first and asked == ["a"]
    for presented in ("b", "c"):
        remembered(presented)
    remembered("a")
    assert asked == ["a", "b", "c", "a"]


def test_a_key_that_is_nobodys_is_not_remembered():
    asked = []
    remembered = auth.Remembered(lambda presented, tenant: asked.append(presented))
    assert remembered("a") is None and remembered("a") is None
    assert len(asked) == 2
