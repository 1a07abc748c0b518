"""The headers of every route and of every kind of refusal."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from hub.app import create_app
from hub.http.lifecycle import HEADERS, PAGE_POLICY
from hub.http.limits import SIGN_INS
from hub.identity import sessions, users
from tests.integration.api.conftest import ApiClient

ALWAYS = {name: value for name, value in HEADERS.items() if name not in ("Content-Security-Policy", "Cache-Control")}


def requests_of(app):
    """One request for each method of each route."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"OPTIONS"}):
            yield method, address(app, rule)


def address(app, rule):
    values = {}
    for name in rule.arguments:
        items = getattr(rule._converters[name], "items", None)
        values[name] = next(iter(items)) if items else uuid4()
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


def directives(answer):
    policy = answer.headers["Content-Security-Policy"]
    return {each.split()[0]: each.split()[1:] for each in policy.split(";") if each.strip()}


def check(answer, where):
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS, where
    assert len(answer.headers["X-Request-ID"]) >= 8, where
    assert answer.headers.get_all("Server") == ["paypredict"], where
    assert len(answer.headers.get_all("Content-Security-Policy")) == 1, where
    policy = directives(answer)
    assert policy["default-src"] in (["'none'"], ["'self'"]), where
    assert policy["frame-ancestors"] == ["'none'"], where
    for sources in policy.values():
        assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "https:", "http:"}.intersection(sources), where
    if answer.mimetype == "text/html" and answer.status_code == 200:
        assert policy["base-uri"] == ["'none'"] and policy["form-action"] == ["'self'"], where
        assert policy.get("object-src", policy["default-src"]) == ["'none'"], where
    assert answer.headers["Cache-Control"], where
    if answer.mimetype not in ("text/css", "text/javascript", "image/svg+xml"):
        assert "public" not in answer.headers["Cache-Control"], where


def test_every_route_carries_them_whoever_asks(client, app):
    for method, path in requests_of(app):
        check(client.open(method, path), (method, path))
        check(app.test_client().open(path, method=method), (method, path))


def test_every_kind_of_refusal_carries_them(client, settings, storage, monkeypatch):
    limited = create_app(replace(settings, rate_limit_per_minute_address=1), storage).test_client()
    limited.get("/api/tenant")
    broken = create_app(settings, storage)

    def bug(*_):
        raise RuntimeError

    monkeypatch.setattr("hub.tenants.api.tenant_session", bug)
    answers = {
        400: client.post("/api/predictions", data=b"{", content_type="application/json"),
        401: client.flask.get("/api/tenant"),
        404: client.get("/api/nothing"),
        405: client.open("DELETE", "/api/invoices"),
        413: client.post("/api/predictions", data=b"x" * 2_000_000, content_type="application/json"),
        415: client.post("/api/predictions", data=b"x", content_type="text/plain"),
        422: client.get("/api/invoices?limit=0"),
        429: limited.get("/api/tenant"),
        500: ApiClient(broken.test_client(), client.key, broken).get("/api/tenant"),
    }
    for status, answer in answers.items():
        assert answer.status_code == status
        check(answer, status)
        assert answer.headers["Cache-Control"] == "no-store", status


def test_pages_have_scripts_of_their_own_and_none_inline(client):
    for path in ("/api/docs",):
        page = client.flask.get(path)
        policy = directives(page)
        assert policy.get("script-src", policy["default-src"]) == ["'self'"]
        text = page.get_data(as_text=True)
        assert "<style" not in text and " style=" not in text and " on" not in {each[:3] for each in text.split("<")}
        assert all(" src=" in tag.split(">")[0] for tag in text.split("<script")[1:])


def test_the_page_policy_names_every_way_in():
    for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'self'"):
        assert directive in PAGE_POLICY


def test_https_is_asked_for_where_the_hub_is_reached_by_it(settings, storage, client):
    secure = create_app(replace(settings, public_url="https://ar.example.com"), storage).test_client()
    for path in ("/healthz", "/api/nothing", "/api/docs"):
        assert secure.get(path).headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "Strict-Transport-Security" not in client.get(path).headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("ar.example.com", 401),
        ("AR.example.com:443", 401),
        ("127.0.0.1:8000", 401),
        ("[::1]:8000", 401),
        ("localhost", 401),
        ("evil.example", 421),
        ("ar.example.com.evil.example", 421),
    ],
)
def test_a_name_that_is_not_the_hubs_is_refused(settings, storage, host, status):
    named = create_app(replace(settings, public_url="https://ar.example.com"), storage).test_client()
    assert named.get("/api/tenant", headers={"Host": host}).status_code == status
    assert named.get("/healthz", headers={"Host": host}).status_code == 200


def test_without_a_public_name_any_will_do(client):
    assert client.get("/api/tenant", headers={"Host": "hub.internal"}).status_code == 200


def test_programs_may_keep_what_they_read_and_check_it_again(client):
    assert client.get("/api/tenant").headers["Cache-Control"] == "private, no-cache"


def test_what_a_person_was_shown_does_not_stay_in_the_browser(app, settings, storage):
    with storage.hub() as session:
        user = users.ensure(session, "headers@example.com")
        cookie = sessions.create(session, user.id, "link", datetime.now(UTC), settings=settings)
    browser = app.test_client()
    browser.set_cookie("paypredict", cookie)
    answer = browser.get("/api/session")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"


def test_the_operations_that_have_their_own_limit_are_there(app):
    from hub.http.auth import operation_id

    operations = {
        operation_id(app.view_functions[rule.endpoint], method)
        for rule in app.url_map.iter_rules()
        for method in rule.methods
    }
    assert operations >= SIGN_INS
