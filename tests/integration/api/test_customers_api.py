"""/api/customers: pages, one customer, and what people say of them."""

import pytest

from tests.integration.api.conftest import record_id

pytestmark = pytest.mark.usefixtures("forecast")

PROFILE = {
    "notes": "Calls back on Tuesdays.",
    "risk_override": "low",
    "contacts": [{"name": "Jo", "email": "jo@a.example"}],
}


@pytest.fixture
def address():
    return f"/api/customers/{record_id('customer', 'c1')}"


@pytest.mark.parametrize("name", ["name", "-name", "id", "-id", "-open", "overdue"])
def test_pages_in_order(client, name):
    field = name.removeprefix("-")
    field = {"open": "open_home", "overdue": "overdue_home"}.get(field, field)
    values = [item[field] for item in client.walk(f"/api/customers?sort={name}&limit=1")]
    assert len(values) == 2 and values == sorted(values, reverse=name.startswith("-"))


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("name=ACME", ["Acme GmbH"]),
        ("name=%25", ["Best % Co"]),
        ("name=_", []),
        ("country=DE", ["Acme GmbH"]),
        ("currency=USD", ["Best % Co"]),
        ("open=true", ["Acme GmbH", "Best % Co"]),
        ("open=false", []),
        ("overdue=true", ["Acme GmbH", "Best % Co"]),
        ("overdue=false", []),
        ("risk_level=high,low", []),
    ],
)
def test_filters(client, query, names):
    assert [item["name"] for item in client.walk(f"/api/customers?{query}")] == names


def test_totals(client):
    totals = client.get("/api/customers?include=totals&limit=1").json["totals"]
    assert (totals["count"], totals["is_exact"]) == (2, True)
    assert [(each["currency"], each["count"]) for each in totals["by_currency"]] == [("EUR", 1), ("USD", 1)]
    assert totals["facets"]["currency"] == [{"value": "EUR", "count": 1}, {"value": "USD", "count": 1}]
    narrow = client.get("/api/customers?include=totals&currency=EUR").json["totals"]
    assert narrow["count"] == 1 and narrow["facets"]["currency"] == totals["facets"]["currency"]
    assert narrow["facets"]["country"] == [{"value": "DE", "count": 1}]


def test_a_customer_with_figures_aging_and_risk(client, address):
    customer = client.get(address).json
    (euro,) = customer["balances"]
    assert (euro["currency"], euro["open_invoices"], euro["paid_invoices"]) == ("EUR", 20, 10)
    (aging,) = customer["aging"]
    assert aging["open"] == euro["open_balance"] and aging["unapplied"] == "5.0000"
    assert customer["risk"]["level"] == "low" and sum(customer["risk"]["invoices"].values()) == 20
    assert customer["profile"] == {} and "raw" not in customer


def test_a_profile_is_replaced_and_kept(client, address):
    before = client.get(address)
    written = client.put(address, json=PROFILE, headers={"If-Match": before.headers["ETag"]})
    assert (written.status_code, written.json["profile"]) == (200, PROFILE)
    after = client.get(address)
    assert after.json["profile"] == PROFILE and after.headers["ETag"] == written.headers["ETag"]
    stale = client.put(address, json={}, headers={"If-Match": before.headers["ETag"]})
    assert (stale.status_code, stale.json["code"]) == (412, "precondition_failed")
    blind = client.put(address, json={})
    assert (blind.status_code, blind.json["code"]) == (428, "precondition_required")
    assert client.get(address).json["profile"] == PROFILE


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"risk_override": "extreme"}, "risk_override"),
        ({"contacts": [{"email": "jo@a.example"}]}, "contacts.0.name"),
        ({"contacts": [{"name": "Jo", "email": "nobody"}]}, "contacts.0.email"),
        ({"credit_limit": "1"}, "credit_limit"),
        ({"notes": "x" * 10_001}, "notes"),
    ],
)
def test_what_cannot_be_said_of_a_customer(client, address, body, field):
    response = client.put(address, json=body, headers={"If-Match": '"1"'})
    assert response.status_code == 422
    assert field in [each["field"] for each in response.json["fields"]]


def test_a_customer_that_is_not_there(client):
    address = f"/api/customers/{record_id('customer', 'c9')}"
    assert client.get(address).status_code == 404
    assert client.put(address, json={}, headers={"If-Match": '"1"'}).status_code == 404
