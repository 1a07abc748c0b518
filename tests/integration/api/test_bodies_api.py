"""What may be sent to the API: encodings, sizes and shapes, each refused by a problem that names the limit."""

import gzip
import io
from dataclasses import replace

import pytest

from hub.app import create_app
from hub.http.bodies import MAX_BODY_BYTES, MAX_DEPTH, MAX_FORM_BYTES, MAX_FORM_FIELDS
from hub.http.paging import MAX_LIMIT
from tests.integration.api.conftest import ApiClient

UPLOAD = "/api/invoices/import/preview"


def refusal(answer):
    assert answer.content_type == "application/problem+json"
    return answer.status_code, answer.json["code"], answer.json["detail"]


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "GZIP", "identity, gzip"])
def test_compressed_bodies_are_refused_whatever_they_hold(client, encoding):
    body = gzip.compress(b'{"backend": "' + b"x" * 10 + b'"}')
    answer = client.post(
        "/api/predictions", data=body, content_type="application/json", headers={"Content-Encoding": encoding}
    )
    status, code, detail = refusal(answer)
    assert (status, code) == (415, "unsupported_media_type") and "unpacks none" in detail


def test_a_body_that_says_it_is_as_it_is_will_do(client):
    assert client.post("/api/predictions", json={}, headers={"Content-Encoding": "identity"}).status_code == 202


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), 422, f"deeper than {MAX_DEPTH}"),
        (b"[" + b"1," * 30_000 + b"1]", 413, "20,000"),
        (b'{"a": "' + b"x" * MAX_BODY_BYTES + b'"}', 413, f"{MAX_BODY_BYTES:,} bytes"),
        (b"[" * 100_000, 413, "20,000"),
    ],
    ids=["deep", "many values", "long", "brackets"],
)
def test_json_beyond_the_limits(client, body, status, says):
    found, _, detail = refusal(client.post("/api/predictions", data=body, content_type="application/json"))
    assert found == status and says in detail


def test_a_number_of_thousands_of_digits_is_no_error_of_ours(client):
    body = b'{"backend": ' + b"9" * 10_000 + b"}"
    assert refusal(client.post("/api/predictions", data=body, content_type="application/json"))[0] == 400


def test_a_body_without_a_length_is_read_up_to_the_limit(client):
    endless = {"wsgi.input_terminated": True}
    body = io.BytesIO(b'{"a": "' + b"x" * 2 * MAX_BODY_BYTES + b'"}')
    answer = client.post(
        "/api/predictions",
        input_stream=body,
        content_type="application/json",
        content_length=None,
        environ_overrides=endless,
    )
    assert refusal(answer)[:2] == (413, "too_large")
    assert body.tell() <= MAX_BODY_BYTES + 2**17


def test_an_upload_beyond_its_limit_is_refused_by_its_length(settings, storage, client):
    small = create_app(replace(settings, max_upload_bytes=1000), storage)
    sender = ApiClient(small.test_client(), client.key, small)
    _, code, detail = refusal(sender.post(UPLOAD, data={"file": (io.BytesIO(b"x" * 2000), "a.csv")}))
    assert code == "too_large" and "1,000 bytes" in detail


def test_a_form_has_so_many_fields_and_no_more(client):
    fields = {f"field{number}": "x" for number in range(MAX_FORM_FIELDS + 1)}
    answer = client.post(UPLOAD, data={**fields, "file": (io.BytesIO(b"x"), "a.csv")})
    assert refusal(answer)[:2] == (413, "too_large")


def test_the_fields_of_a_form_are_held_in_memory_and_bounded(client):
    answer = client.post(UPLOAD, data={"mapping": "x" * (MAX_FORM_BYTES + 1), "file": (io.BytesIO(b"x"), "a.csv")})
    assert refusal(answer)[:2] == (413, "too_large")


def test_every_limit_has_a_greatest_value_and_lists_a_small_one(app):
    document = app.test_client().get("/api/openapi.json").json
    greatest = {
        operation["operationId"]: parameter["schema"].get("maximum")
        for item in document["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict)
        for parameter in operation.get("parameters", [])
        if parameter.get("name") == "limit"
    }
    assert greatest["listInvoices"] == MAX_LIMIT and None not in greatest.values()
    assert {name for name, limit in greatest.items() if limit > 500} <= {"exportAudit", "verifyAudit"}


@pytest.mark.parametrize("limit", ["201", "1000000", "0", "-1", "1e3", "ten"])
def test_a_page_beyond_the_limit_is_refused(client, limit):
    assert refusal(client.get(f"/api/invoices?limit={limit}"))[0] == 422
