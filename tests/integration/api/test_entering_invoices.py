"""POST /api/invoices: what is entered, what is refused, and sending it again."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.api.conftest import ApiClient, record_id

pytestmark = pytest.mark.usefixtures("small_ledger")

BODY = {
    "number": "M-1",
    "customer_name": "New Customer",
    "issued_on": "2026-03-01",
    "due_on": "2026-03-31",
    "currency": "EUR",
    "total": "1250.50",
}


def test_it_is_in_the_ledger_afterwards(client):
    response = client.post("/api/invoices", json=BODY)
    assert response.status_code == 201, response.json
    assert (response.json["total"], response.json["status"]) == ("1250.5000", "open")
    assert response.json["customer_name"] == "New Customer"
    assert client.get(response.headers["Location"]).json["id"] == response.json["id"]
    assert [each["id"] for each in client.get("/api/invoices?number=M-1").json["items"]] == [response.json["id"]]


def test_the_same_number_again_changes_it(client):
    first = client.post("/api/invoices", json=BODY | {"number": "M-2"})
    second = client.post("/api/invoices", json=BODY | {"number": "M-2", "total": "99"})
    assert (second.json["id"], second.json["total"]) == (first.json["id"], "99.0000")
    assert second.json["version"] > first.json["version"]


def test_a_customer_of_the_ledger(client):
    body = {name: value for name, value in BODY.items() if name != "customer_name"}
    response = client.post("/api/invoices", json=body | {"number": "M-3", "customer_id": record_id("customer", "c1")})
    assert (response.status_code, response.json["customer_name"]) == (201, "Acme GmbH")
    unknown = client.post("/api/invoices", json=body | {"number": "M-4", "customer_id": record_id("customer", "c9")})
    assert unknown.status_code == 422 and unknown.json["fields"][0]["field"] == "customer_id"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"total": "12.34567"}, "total"),
        ({"total": "NaN"}, "total"),
        ({"total": "1e20"}, "total"),
        ({"total": "-1"}, "total"),
        ({"currency": "Euro"}, "currency"),
        ({"due_on": "2026-02-01"}, "due_on"),
        ({"due_on": None}, "due_on"),
        ({"number": ""}, "number"),
        ({"customer_id": "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"}, "customer_id"),
        ({"status": "paid"}, "status"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_stored(client, change, field):
    response = client.post("/api/invoices", json=BODY | {"number": "M-5"} | change)
    assert response.status_code == 422
    assert field in [each["field"] for each in response.json["fields"]]
    assert client.get("/api/invoices?number=M-5").json["items"] == []


def test_sent_again_with_its_key_it_is_done_once(client):
    headers = {"Idempotency-Key": "one"}
    first = client.post("/api/invoices", json=BODY | {"number": "K-1"}, headers=headers)
    again = client.post("/api/invoices", json=BODY | {"number": "K-1"}, headers=headers)
    assert (again.status_code, again.get_data()) == (201, first.get_data())
    assert (again.headers["Location"], again.headers["ETag"]) == (first.headers["Location"], first.headers["ETag"])
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers


def test_a_key_stands_for_one_request(client):
    headers = {"Idempotency-Key": "two"}
    client.post("/api/invoices", json=BODY | {"number": "K-2"}, headers=headers)
    other = client.post("/api/invoices", json=BODY | {"number": "K-2", "total": "1"}, headers=headers)
    assert (other.status_code, other.json["code"]) == (409, "idempotency_key_reused")
    assert client.get("/api/invoices?number=K-2").json["items"][0]["total"] == "1250.5000"


def test_a_key_of_a_refused_request_is_free(client):
    headers = {"Idempotency-Key": "three"}
    unknown = {"customer_id": record_id("customer", "c9")}
    body = {name: value for name, value in BODY.items() if name != "customer_name"} | {"number": "K-3"}
    assert client.post("/api/invoices", json=body | unknown, headers=headers).status_code == 422
    assert client.post("/api/invoices", json=BODY | {"number": "K-3"}, headers=headers).status_code == 201


def test_a_key_of_another_tenant_is_another_key(client, app, storage, key_of):
    from hub.tenants import service as tenants

    other = ApiClient(app.test_client(), key_of(tenants.create(storage, "idempotent other").key), app)
    headers = {"Idempotency-Key": "four"}
    assert client.post("/api/invoices", json=BODY | {"number": "K-4"}, headers=headers).status_code == 201
    theirs = other.post("/api/invoices", json=BODY | {"number": "K-5"}, headers=headers)
    assert theirs.status_code == 201 and "Idempotency-Replayed" not in theirs.headers


def test_many_at_once_are_done_once(app, client):
    def send(_):
        one = ApiClient(app.test_client(), client.key, app)
        return one.post("/api/invoices", json=BODY | {"number": "K-6"}, headers={"Idempotency-Key": "five"})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(send, range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
    assert answers[0].json["version"] == 1


def test_a_key_is_forgotten_when_it_expires(client, storage, tenant):
    from sqlalchemy import text

    headers = {"Idempotency-Key": "six"}
    client.post("/api/invoices", json=BODY | {"number": "K-7"}, headers=headers)
    with storage.tenant(tenant) as session:
        session.execute(text("update idempotency_keys set expires_at = now() - interval '1 second' where key = 'six'"))
    again = client.post("/api/invoices", json=BODY | {"number": "K-7", "total": "1"}, headers=headers)
    assert again.status_code == 201 and "Idempotency-Replayed" not in again.headers


@pytest.mark.parametrize("key", ["", "x" * 256])
def test_a_key_that_cannot_be_one(client, key):
    response = client.post("/api/invoices", json=BODY, headers={"Idempotency-Key": key})
    assert response.status_code == 422 and response.json["fields"][0]["field"] == "Idempotency-Key"
