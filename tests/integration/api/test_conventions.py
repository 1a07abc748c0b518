"""What holds for every endpoint: ids, headers, problems, limits and conditional reads."""

import io
from dataclasses import replace

import orjson
import pytest

from hub.app import create_app
from hub.http.bodies import MAX_BODY_BYTES
from hub.storage.session import Storage
from tests.integration.api.conftest import ApiClient

pytestmark = pytest.mark.usefixtures("small_ledger")


def test_every_answer_carries_an_id_and_safe_headers(client):
    for path in ("/api/invoices", "/api/nothing", "/healthz", "/api/docs"):
        headers = client.get(path).headers
        assert len(headers["X-Request-ID"]) == 32
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_callers_request_id_is_kept_if_it_is_one(client):
    assert client.get("/healthz", headers={"X-Request-ID": "trace-1234"}).headers["X-Request-ID"] == "trace-1234"
    assert client.get("/healthz", headers={"X-Request-ID": "a b<c>"}).headers["X-Request-ID"] != "a b<c>"


def test_a_problem_names_its_request(client):
    response = client.get("/api/invoices?limit=0", headers={"X-Request-ID": "trace-1234"})
    assert response.content_type == "application/problem+json"
    assert response.json["request_id"] == "trace-1234"
    assert response.json["instance"] == "/api/invoices"
    assert response.headers["Cache-Control"] == "no-store"


def test_requests_are_logged_with_their_ids_and_without_their_key(client, capsys, tenant):
    from hub.telemetry import logs

    logs.configure(client.app.extensions["paypredict"].settings)
    client.get("/api/invoices?number=SECRET", headers={"X-Request-ID": "trace-5678"})
    lines = [line for line in capsys.readouterr().err.splitlines() if "trace-5678" in line]
    (line,) = map(orjson.loads, lines)
    assert (line["tenant"], line["path"], line["status"], line["method"]) == (tenant, "/api/invoices", 200, "GET")
    assert client.key not in lines[0] and "SECRET" not in lines[0]


@pytest.mark.parametrize("path", ["/api/invoices", "/api/customers", "/api/jobs", "/api/models", "/api/tenant"])
def test_reads_are_conditional(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.get_data()) == (200, 304, b"")


def test_the_etag_follows_what_is_shown(client):
    before = client.get("/api/invoices?number=E-1").headers["ETag"]
    body = {"number": "E-1", "customer_name": "E", "issued_on": "2026-03-01", "due_on": "2026-03-01"}
    client.post("/api/invoices", json=body | {"currency": "EUR", "total": "1"})
    assert client.get("/api/invoices?number=E-1", headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("GET", "/nothing", 404, "not_found"),
        ("GET", "/api/jobs/17", 404, "not_found"),
        ("DELETE", "/api/invoices", 405, "method_not_allowed"),
    ],
)
def test_addresses_and_methods_there_are_not(client, method, path, status, code):
    response = client.open(method, path)
    assert (response.status_code, response.json["code"]) == (status, code)


@pytest.mark.parametrize(
    ("data", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_request"),
        (b"\xff\xfe", "application/json", 400, "bad_request"),
        (b"[]", "application/json", 422, "invalid"),
        (b"a=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b'{"notes": "' + b"x" * MAX_BODY_BYTES + b'"}', "application/json", 413, "too_large"),
    ],
)
def test_bodies_that_cannot_be_read(client, data, content_type, status, code):
    response = client.post("/api/predictions", data=data, content_type=content_type)
    assert (response.status_code, response.json["code"]) == (status, code)


def test_an_upload_has_a_bound_of_its_own(settings, storage, client):
    small = create_app(replace(settings, max_upload_bytes=2 * MAX_BODY_BYTES), storage)
    sender = ApiClient(small.test_client(), client.key, small)
    refused = sender.post("/api/invoices/import", data={"file": (io.BytesIO(b"x" * 3 * MAX_BODY_BYTES), "a.csv")})
    assert (refused.status_code, refused.json["code"]) == (413, "too_large")


def test_a_database_that_is_away_is_503(settings, client):
    away = Storage(replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none"))
    app = create_app(settings, away)
    response = ApiClient(app.test_client(), client.key, app).get("/api/invoices")
    assert (response.status_code, response.json["code"]) == (503, "unavailable")
    away.close()


def test_a_connection_that_died_in_the_pool_is_replaced(client, storage):
    from sqlalchemy import text

    assert client.get("/api/invoices").status_code == 200
    with storage.hub() as session:
        others = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'paypredict'"
        session.execute(text(f"{others} and pid <> pg_backend_pid() and usename = session_user"))
    assert client.get("/api/invoices").status_code == 200


def test_a_question_that_takes_too_long_is_503(settings, tenant):
    import psycopg

    hasty = Storage(replace(settings, db_statement_timeout_ms=50))
    with pytest.raises(psycopg.errors.QueryCanceled):
        hasty.read(tenant, "select pg_sleep(5)")
    assert hasty.read(tenant, "select 1") == [(1,)]
    hasty.close()
