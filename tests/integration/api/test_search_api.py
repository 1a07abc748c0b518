"""GET /api/search: what is found, in which order, how much of it, and whose."""

import pytest

from hub.tenants import service as tenants
from tests.integration.api.conftest import ApiClient, record_id

pytestmark = pytest.mark.usefixtures("small_ledger")


def found(client, q):
    answer = client.get("/api/search", query_string={"q": q})
    assert answer.status_code == 200, answer.json
    return answer.json["items"]


def test_an_invoice_by_its_number_with_its_customer(client):
    assert found(client, "INV-007") == [
        {"kind": "invoice", "id": record_id("invoice", "i7"), "title": "INV-007", "detail": "Acme GmbH"}
    ]


def test_a_customer_by_part_of_the_name_in_any_case(client):
    assert found(client, " gmbh ") == [
        {"kind": "customer", "id": record_id("customer", "c1"), "title": "Acme GmbH", "detail": "ap@acme.example"}
    ]


def test_a_customer_without_an_email_has_no_detail(client):
    assert found(client, "best") == [
        {"kind": "customer", "id": record_id("customer", "c2"), "title": "Best % Co", "detail": ""}
    ]


def test_what_is_it_comes_before_what_contains_it(client, storage, tenant):
    titles = [item["title"] for item in found(client, "05")]
    assert set(titles) == {"INV-005", *(f"INV-{number:03}" for number in range(50, 60))}
    with storage.tenant(tenant) as session:
        session.connection().exec_driver_sql("update invoices set number = '05' where number = 'INV-059'")
        session.connection().exec_driver_sql("update invoices set number = '05-B' where number = 'INV-058'")
    try:
        assert [item["title"] for item in found(client, "05")][:2] == ["05", "05-B"]
    finally:
        with storage.tenant(tenant) as session:
            session.connection().exec_driver_sql("update invoices set number = 'INV-059' where number = '05'")
            session.connection().exec_driver_sql("update invoices set number = 'INV-058' where number = '05-B'")


def test_no_more_than_twenty_and_open_ones_first(client):
    items = found(client, "INV")
    assert len(items) == 20 and {item["kind"] for item in items} == {"invoice"}
    # Every third of the sixty is paid, so that there are enough that are not.
    paid = {f"INV-{number:03}" for number in range(0, 60, 3)}
    assert not paid.intersection(item["title"] for item in items)


@pytest.mark.parametrize("q", ["%", "_", "\\", "%%%", "' or true --", "nothing like it"])
def test_every_character_is_taken_as_itself(client, q):
    assert {item["title"] for item in found(client, q)} <= ({"Best % Co"} if q == "%" else set())


@pytest.mark.parametrize("query", ["", "q=", "q=%20%20", f"q={'x' * 101}", "q=a&r=b", "q=a%00"])
def test_what_cannot_be_looked_for_is_refused(client, query):
    answer = client.get(f"/api/search?{query}")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")


def test_another_tenant_finds_nothing_of_it(app, storage, key_of):
    stranger = ApiClient(app.test_client(), key_of(tenants.create(storage, "Strangers").key), app)
    assert found(stranger, "INV") == found(stranger, "Acme") == []


def test_a_deleted_record_is_not_found(client, storage, tenant):
    with storage.tenant(tenant) as session:
        session.connection().exec_driver_sql("update customers set deleted_on = '2026-03-30' where email is null")
    try:
        assert found(client, "Best") == []
    finally:
        with storage.tenant(tenant) as session:
            session.connection().exec_driver_sql("update customers set deleted_on = null where email is null")
