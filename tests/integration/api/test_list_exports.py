"""The lists as CSV: all that matches, by filter or by ids, in cells that no spreadsheet computes."""

import csv
import io

import pytest
from sqlalchemy import text

from hub.ledger import exports
from hub.tenants import service as tenants
from tests.integration.api.conftest import ApiClient, record_id

pytestmark = pytest.mark.usefixtures("forecast")


def rows(response):
    assert (response.status_code, response.content_type) == (200, "text/csv; charset=utf-8"), response.json
    return list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))


def test_all_invoices_that_match_with_their_forecast(client, monkeypatch):
    monkeypatch.setattr(exports, "BATCH", 7)
    response = client.get("/api/invoices/export?currency=EUR&sort=-due_on")
    found = rows(response)
    listed = client.walk("/api/invoices?currency=EUR&sort=-due_on&include=prediction")
    assert [row["id"] for row in found] == [item["id"] for item in listed]
    assert response.headers["Content-Disposition"].startswith('attachment; filename="invoices-20')
    for row, item in zip(found, listed, strict=True):
        assert row["balance"] == item["balance"] and row["expected_on"] == (
            item["prediction"]["expected_on"] if item["prediction"] else ""
        )


def test_nothing_that_matches_is_a_file_with_a_head(client):
    response = client.get("/api/invoices/export?q=nothing+is+called+so")
    assert response.get_data(as_text=True) == ",".join(exports.INVOICE_COLUMNS) + "\r\n"


def test_a_selection_of_invoices(client):
    ids = [record_id("invoice", name) for name in ("i1", "i3", "nowhere")]
    found = rows(client.post("/api/invoices/export", json={"ids": ids}))
    assert {row["number"] for row in found} == {"INV-001", "INV-003"}


def test_customers_a_line_for_each_currency(client):
    found = rows(client.get("/api/customers/export?open=true"))
    assert [(row["name"], row["currency"], row["open_invoices"]) for row in found] == [
        ("Acme GmbH", "EUR", "20"),
        ("Best % Co", "USD", "20"),
    ]
    (one,) = rows(client.post("/api/customers/export", json={"ids": [record_id("customer", "c2")]}))
    assert one["usual_currency"] == "USD" and one["credit_limit"] == "5000.0000"


def test_no_cell_computes(client, storage, tenant):
    formula = "=HYPERLINK(1)"
    with storage.tenant(tenant) as session:
        session.execute(text("update customers set name = :name where name = 'Acme GmbH'"), {"name": formula})
    try:
        for path in ("/api/invoices/export?currency=EUR", "/api/customers/export?currency=EUR"):
            row = rows(client.get(path))[0]
            assert (row.get("customer_name") or row["name"]) == "'" + formula
    finally:
        with storage.tenant(tenant) as session:
            session.execute(text("update customers set name = 'Acme GmbH' where name = :name"), {"name": formula})


@pytest.mark.parametrize("room", ["invoices", "customers"])
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ids"),
        ({"ids": []}, "ids"),
        ({"ids": ["17"]}, "ids.0"),
        ({"ids": [record_id("invoice", "i1")] * 2001}, "ids"),
        ({"ids": [record_id("invoice", "i1")], "colour": "red"}, "colour"),
    ],
)
def test_what_is_no_selection(client, room, body, field):
    response = client.post(f"/api/{room}/export", json=body)
    assert response.status_code == 422
    assert field in [each["field"] for each in response.json["fields"]]


@pytest.mark.parametrize("query", ["limit=5", "sort=number", "aging=old", "cursor=x", "due_from=soon"])
def test_what_is_no_filter(client, query):
    assert client.get(f"/api/invoices/export?{query}").status_code == 422


def test_another_tenant_exports_nothing_of_it(app, storage, client, key_of):
    other = ApiClient(app.test_client(), key_of(tenants.create(storage, "Exports elsewhere").key), app)
    ids = [record_id("invoice", "i1")]
    assert rows(other.post("/api/invoices/export", json={"ids": ids})) == []
    assert rows(other.get("/api/invoices/export")) == []
