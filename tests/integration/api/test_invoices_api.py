"""/api/invoices: pages, filters, totals and one invoice."""

import pytest

from tests.integration.api.conftest import CONNECTION, record_id

pytestmark = pytest.mark.usefixtures("small_ledger")

SORT_FIELDS = {"due_on": str, "issued_on": str, "balance": float, "total": float, "days_overdue": int}


@pytest.mark.parametrize("name", [*SORT_FIELDS, *(f"-{name}" for name in SORT_FIELDS)])
@pytest.mark.parametrize("limit", [7, 60])
def test_pages_show_each_invoice_once_and_in_order(client, name, limit):
    items = client.walk(f"/api/invoices?sort={name}&limit={limit}")
    assert len({item["id"] for item in items}) == len(items) == 60
    field = name.removeprefix("-")
    keys = [(SORT_FIELDS[field](item[field]), item["id"]) for item in items]
    assert keys == sorted(keys, reverse=name.startswith("-"))


def test_an_item_as_it_is_shown(client):
    (item,) = client.get("/api/invoices?number=INV-001").json["items"]
    days = item.pop("days_overdue")
    assert days > 0
    assert item == {
        "id": record_id("invoice", "i1"),
        "number": "INV-001",
        "customer_id": record_id("customer", "c1"),
        "customer_name": "Acme GmbH",
        "issued_on": "2026-01-02",
        "due_on": "2026-04-02",
        "currency": "EUR",
        "total": "101.2500",
        "balance": "101.2500",
        "status": "open",
        "paid_on": None,
        "terms": "Net 30",
        "disputed": True,
        "connection_id": str(CONNECTION),
        "version": 1,
    }


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("status=paid", lambda item: item["status"] == "paid"),
        ("status=paid,void", lambda item: item["status"] in ("paid", "void")),
        ("open=true", lambda item: float(item["balance"]) > 0),
        ("open=false", lambda item: float(item["balance"]) == 0),
        ("overdue=true", lambda item: item["days_overdue"] > 0),
        ("overdue=false", lambda item: item["days_overdue"] == 0),
        ("currency=EUR", lambda item: item["currency"] == "EUR"),
        ("disputed=true", lambda item: item["disputed"] is True),
        ("due_from=2026-02-10&due_to=2026-03-10", lambda item: "2026-02-10" <= item["due_on"] <= "2026-03-10"),
        ("issued_from=2026-01-05&issued_to=2026-01-05", lambda item: item["issued_on"] == "2026-01-05"),
        ("number=INV-01", lambda item: item["number"].startswith("INV-01")),
        ("q=nv-01", lambda item: "INV-01" in item["number"]),
        ("q=EST%20%25", lambda item: item["customer_name"] == "Best % Co"),
        ("min_balance=103.25", lambda item: float(item["balance"]) >= 103.25),
        ("max_balance=101&open=true", lambda item: 0 < float(item["balance"]) <= 101),
        ("aging=91%2B", lambda item: item["days_overdue"] > 90),
        ("currency=EUR&open=true", lambda item: item["currency"] == "EUR" and float(item["balance"]) > 0),
    ],
)
def test_filters_leave_exactly_what_holds(client, query, holds):
    everything = client.walk("/api/invoices?limit=200")
    expected = {item["id"] for item in everything if holds(item)}
    found = client.walk(f"/api/invoices?limit=9&{query}")
    assert {item["id"] for item in found} == expected
    assert 0 < len(expected) < len(everything)


def test_the_filter_by_customer(client):
    found = client.walk(f"/api/invoices?customer_id={record_id('customer', 'c2')}")
    assert len(found) == 30 and {item["customer_name"] for item in found} == {"Best % Co"}


def test_totals_count_all_that_match(client):
    totals = client.get("/api/invoices?limit=1&include=totals").json["totals"]
    everything = client.walk("/api/invoices?limit=200")
    assert (totals["count"], totals["is_exact"]) == (60, True)
    assert totals["by_status"] == [{"status": "open", "count": 40}, {"status": "paid", "count": 20}]
    euro = next(each for each in totals["by_currency"] if each["currency"] == "EUR")
    assert euro["count"] == 30
    assert float(euro["balance"]) == sum(float(item["balance"]) for item in everything if item["currency"] == "EUR")
    assert client.get("/api/invoices?include=totals&status=paid").json["totals"]["count"] == 20
    assert "totals" not in client.get("/api/invoices").json


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("sort=number", "sort"),
        ("status=overdue", "status.0"),
        ("due_from=31.03.2026", "due_from"),
        ("customer_id=17", "customer_id"),
        ("currency=eur", "currency"),
        ("colour=red", "colour"),
        ("cursor=abc", "cursor"),
        ("number=", "number"),
        ("q=", "q"),
        ("q=" + "x" * 101, "q"),
        ("aging=old", "aging.0"),
        ("risk_level=extreme", "risk_level.0"),
        ("min_balance=much", "min_balance"),
        ("p_late30_min=2", "p_late30_min"),
        ("connection_id=books", "connection_id"),
        ("include=everything", "include.0"),
    ],
)
def test_what_cannot_be_used_is_named(client, query, field):
    response = client.get(f"/api/invoices?{query}")
    assert response.status_code == 422
    assert field in [each["field"] for each in response.json["fields"]]


def test_injected_text_is_only_text(client):
    response = client.get("/api/invoices?number=x'); drop table invoices; --")
    assert (response.status_code, response.json["items"]) == (200, [])
    assert len(client.walk("/api/invoices?limit=200")) == 60


def test_an_invoice_with_what_settled_it(client):
    response = client.get(f"/api/invoices/{record_id('invoice', 'i3')}")
    invoice = response.json
    assert (response.status_code, invoice["status"], invoice["balance"]) == (200, "paid", "0.0000")
    (allocation,) = invoice["allocations"]
    assert (allocation["kind"], allocation["amount"]) == ("payment", "103.2500")
    assert allocation["source_id"] == record_id("payment", "p3")
    assert invoice["history"][-1]["superseded_at"] is None
    assert invoice["history"][-1]["row"]["total"] == "103.2500"
    assert invoice["prediction"] is None
    assert response.headers["ETag"].startswith(f'"{invoice["version"]}-')


def test_an_invoice_that_is_not_there(client):
    response = client.get("/api/invoices/018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10")
    assert (response.status_code, response.json["code"]) == (404, "not_found")
    assert client.get("/api/invoices/17").status_code == 404
