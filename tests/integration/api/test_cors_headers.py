"""Which other origins' pages may call the API from a browser: those listed, and nobody with a cookie."""

from dataclasses import replace

import pytest

from hub.app import create_app
from hub.settings import Settings

LISTED = "https://dashboard.example.com"
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization, idempotency-key"}


@pytest.fixture(scope="module")
def open_app(settings, storage):
    return create_app(replace(settings, cors_origins=f"{LISTED}, http://localhost:5173"), storage)


def cors_headers(answer):
    return {name: value for name, value in answer.headers if name.startswith("Access-Control-")}


@pytest.mark.parametrize("origin", [LISTED, "https://evil.example", "null"])
def test_closed_unless_configured(client, origin):
    for answer in (
        client.get("/api/tenant", headers={"Origin": origin}),
        client.flask.options("/api/tenant", headers={"Origin": origin, **ASKS}),
    ):
        assert cors_headers(answer) == {}


@pytest.mark.parametrize("origin", [LISTED, "http://localhost:5173"])
def test_a_preflight_of_a_listed_origin_is_answered_without_credentials(open_app, origin):
    answer = open_app.test_client().options("/api/tenant", headers={"Origin": origin, **ASKS})
    assert answer.status_code == 204
    found = cors_headers(answer)
    assert found["Access-Control-Allow-Origin"] == origin
    assert "POST" in found["Access-Control-Allow-Methods"]
    allowed = found["Access-Control-Allow-Headers"].lower()
    assert "authorization" in allowed and "idempotency-key" in allowed
    assert "Access-Control-Allow-Credentials" not in found


def test_an_answer_to_a_listed_origin_shows_what_a_client_needs_and_takes_no_cookie(open_app, client):
    headers = {"Origin": LISTED, "Authorization": f"Bearer {client.key}"}
    answer = open_app.test_client().get("/api/tenant", headers=headers)
    found = cors_headers(answer)
    assert answer.status_code == 200 and found["Access-Control-Allow-Origin"] == LISTED
    exposed = set(found["Access-Control-Expose-Headers"].split(", "))
    assert {"ETag", "Location", "Retry-After", "RateLimit-Remaining", "X-Request-ID"} <= exposed
    assert "Access-Control-Allow-Credentials" not in found
    assert "Origin" in answer.headers["Vary"]


def test_errors_can_be_read_by_a_listed_origin_too(open_app):
    answer = open_app.test_client().get("/api/tenant", headers={"Origin": LISTED})
    assert answer.status_code == 401 and cors_headers(answer)["Access-Control-Allow-Origin"] == LISTED


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        LISTED.replace("https", "http"),
        f"{LISTED}.evil.example",
        f"{LISTED}:444",
        "https://xdashboard.example.com",
        "https://dashboardxexample.com",
    ],
)
def test_no_other_origin_is_let_in(open_app, client, origin):
    flask = open_app.test_client()
    preflight = flask.options("/api/tenant", headers={"Origin": origin, **ASKS})
    assert (preflight.status_code, cors_headers(preflight)) == (401, {})
    answer = flask.get("/api/tenant", headers={"Origin": origin, "Authorization": f"Bearer {client.key}"})
    assert cors_headers(answer) == {}


def test_only_the_api_is_open(open_app):
    flask = open_app.test_client()
    for path in ("/healthz", "/sign-in/", "/"):
        assert cors_headers(flask.get(path, headers={"Origin": LISTED})) == {}


@pytest.mark.parametrize(
    "origins", ["*", "https://*.example.com", "null", "https://a.example/", "a.example", "ftp://a"]
)
def test_what_is_no_origin_is_a_setting_error(origins):
    with pytest.raises(ValueError, match=r"setting cors_origins: .* is no origin"):
        Settings.load({"PAYPREDICT_CORS_ORIGINS": f"https://fine.example, {origins}"})
