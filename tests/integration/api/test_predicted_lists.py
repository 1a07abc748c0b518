"""The list of invoices with what is forecast of them: orders, filters, facets and sums, on a day of our own."""

from datetime import date
from decimal import Decimal
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from hub.ledger.customer_listing import list_customers
from hub.ledger.listing import list_invoices
from tests.integration.api.conftest import CONNECTION, record_id

TODAY = date(2026, 5, 5)


@pytest.fixture(scope="module", autouse=True)
def varied(storage, tenant, forecast) -> None:
    """The forecast's probabilities are made different for each invoice, and one invoice has a rate."""
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
                update predictions p set p_late30 = (right(i.number, 3)::float + 1) / 100,
                    risk_level = case when i.due_on < '2026-04-10' then 'high' else 'low' end,
                    expected_on = i.due_on + right(i.number, 3)::int % 7
                from invoices i where i.id = p.invoice_id
            """)
        )
        session.execute(text("update invoices set exchange_rate = 100 where number = 'INV-004'"))


@pytest.fixture
def read(storage, tenant):
    """Pages of the list, one after the other; `totals` of the first."""

    def read(**arguments: Any) -> list[dict[str, Any]]:
        wanted = {"sort": "due_on", "limit": 7, "today": TODAY, "include": ["prediction"], **arguments}
        items = []
        while True:
            page = orjson.loads(list_invoices(storage, tenant, wanted))
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            wanted["cursor"] = page["next_cursor"]

    return read


@pytest.fixture
def totals(storage, tenant):
    def totals(**arguments: Any) -> dict[str, Any]:
        wanted = {"sort": "due_on", "limit": 1, "today": TODAY, "include": ["totals"], **arguments}
        return orjson.loads(list_invoices(storage, tenant, wanted))["totals"]

    return totals


def test_a_prediction_as_a_list_shows_it(read):
    (item,) = read(number="INV-001")
    prediction = item["prediction"]
    assert (prediction["model"], prediction["model_number"], prediction["as_of"]) == ("naive", 1, "2026-03-31")
    assert prediction["p_late30"] == 0.02 and prediction["at_risk"] == "2.0250" == prediction["at_risk_home"]
    assert (prediction["p10_on"], prediction["p90_on"]) == ("2026-04-02", "2026-04-22")
    assert prediction["made_at"] == "2026-03-31T12:00:00+00:00"


def test_settled_invoices_have_none_and_lists_show_none_unasked(read):
    assert all((item["prediction"] is None) == (item["balance"] == "0.0000") for item in read())
    assert all("prediction" not in item for item in read(include=[]))


@pytest.mark.parametrize("name", ["p_late30", "expected_on", "at_risk"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_orders_by_the_forecast_leave_what_has_none_to_the_end(read, name, sign):
    items = read(sort=f"{sign}{name}")
    assert len({item["id"] for item in items}) == len(items) == 60
    forecast = [item["prediction"] for item in items if item["prediction"]]
    assert [item["prediction"] for item in items[: len(forecast)]] == forecast
    value = {"at_risk": lambda each: Decimal(each["at_risk_home"])}.get(name, lambda each: each[name])
    values = [value(each) for each in forecast]
    assert values == sorted(values, reverse=sign == "-") and len(set(values)) > 5


def test_the_order_by_what_is_at_risk_is_in_home_currency(read):
    assert read(sort="-at_risk")[0]["number"] == "INV-004"


def test_the_order_by_customer(read):
    names = [item["customer_name"] for item in read(sort="-customer")]
    assert names == ["Best % Co"] * 30 + ["Acme GmbH"] * 30


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        ({"risk_level": ["high"]}, lambda each: each["due_on"] < "2026-04-10"),
        ({"risk_level": ["low", "medium"]}, lambda each: each["due_on"] >= "2026-04-10"),
        ({"p_late30_min": 0.3, "p_late30_max": 0.4}, lambda each: 0.3 <= each["prediction"]["p_late30"] <= 0.4),
        (
            {"expected_from": date(2026, 4, 1), "expected_to": date(2026, 4, 30)},
            lambda each: "2026-04-01" <= each["prediction"]["expected_on"] <= "2026-04-30",
        ),
        ({"aging": ["current"]}, lambda each: each["due_on"] >= "2026-05-05"),
        ({"aging": ["31-60"]}, lambda each: "2026-03-06" <= each["due_on"] < "2026-04-05"),
        ({"aging": ["1-30", "61-90", "91+"]}, lambda each: "2026-04-05" <= each["due_on"] < "2026-05-05"),
    ],
)
def test_filters_leave_exactly_what_holds_of_what_is_open(read, arguments, holds):
    everything = [item for item in read() if item["prediction"]]
    expected = {item["id"] for item in everything if holds(item)}
    assert {item["id"] for item in read(**arguments)} == expected
    assert 0 < len(expected) < len(everything)


def test_sums_of_all_that_match(read, totals):
    found = totals(currency="EUR", open=True)
    (euro,) = found["by_currency"]
    items = [item for item in read(currency="EUR") if item["prediction"]]
    assert (found["count"], euro["count"], euro["currency"]) == (20, 20, "EUR")
    assert Decimal(euro["at_risk"]) == sum(Decimal(item["prediction"]["at_risk"]) for item in items)


def test_each_facet_is_counted_as_if_it_were_not_set(totals):
    everything = totals()
    paid = totals(status=["paid"])
    assert paid["count"] == 20 and paid["by_status"] == [{"status": "paid", "count": 20}]
    assert paid["facets"]["status"] == everything["facets"]["status"]
    assert paid["facets"]["aging"] == [] and paid["facets"]["risk_level"] == []
    high = totals(risk_level=["high"])
    assert sum(each["count"] for each in high["facets"]["aging"]) == high["count"]
    assert high["facets"]["risk_level"] == everything["facets"]["risk_level"]
    assert {each["value"] for each in everything["facets"]["risk_level"]} == {"high", "low"}
    assert sum(each["count"] for each in everything["facets"]["risk_level"]) == 40
    assert everything["facets"]["connection_id"] == [{"value": str(CONNECTION), "count": 60}]
    both = totals(risk_level=["high"], currency="USD")
    assert [each["value"] for each in both["facets"]["currency"]] == ["EUR", "USD"]


def test_deleted_invoices_are_counted_only_when_asked_for(storage, tenant, totals):
    with storage.tenant(tenant) as session:
        session.execute(text("update invoices set status = 'deleted' where number = 'INV-000'"))
    try:
        assert totals()["count"] == 59
        assert totals(status=["deleted"])["count"] == 1
    finally:
        with storage.tenant(tenant) as session:
            session.execute(text("update invoices set status = 'paid' where number = 'INV-000'"))


def test_more_than_is_counted_is_said(totals, monkeypatch):
    monkeypatch.setattr("hub.ledger.totals.COUNTED", 10)
    everything = totals()
    assert (everything["count"], everything["is_exact"]) == (10, False)
    some = totals(status=["paid"], number="INV-00")  # 4, of the first 10 that any status has
    assert (some["count"], some["is_exact"]) == (4, True)


def test_what_customers_owe(storage, tenant):
    page = orjson.loads(list_customers(storage, tenant, {"sort": "-overdue", "limit": 1, "today": TODAY}))
    (first,) = page["items"]
    (balance,) = first["balances"]
    assert first["id"] == record_id("customer", "c2") and page["next_cursor"]
    with storage.tenant(tenant) as session:
        owed = session.execute(
            text("""
                select sum(balance * coalesce(exchange_rate, 1)) as home,
                       sum(balance) filter (where due_on < '2026-05-05') as overdue
                from invoices where customer_id = :id and balance > 0
            """),
            {"id": first["id"]},
        ).one()
    assert Decimal(first["open_home"]) == owed.home
    assert Decimal(balance["overdue"]) == owed.overdue
    assert (balance["paid_invoices"], balance["paid_late"]) == (10, 8)
