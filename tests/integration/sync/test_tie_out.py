"""The ledger against the provider's own figures after a run: per currency, at home, and by customer with a cause."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from hub.events import TieOutLost
from hub.sdk.connector import Totals
from hub.sync import runs, service, tieout
from tests.integration.sync.changing import ChangingBooks

DAY = date(2026, 3, 1)
EQUAL = Totals(
    as_of=DAY,
    receivable={"EUR": Decimal("20.00")},
    customers={"c0": {"EUR": Decimal("20.00")}},
    home_currency="EUR",
    home=Decimal("20.00"),
    home_customers={"c0": Decimal("20.00")},
)


@pytest.fixture
def books(hub):
    """Four invoices of two customers; those of one are open, those of the other paid."""
    books = ChangingBooks().fill(4)
    hub.provider = books
    hub.__class__ = type("Hub", (type(hub),), {"registry": property(lambda self: self.provider)})
    return books


def run(hub, totals: Totals):
    hub.provider.totals = totals
    hub.now += timedelta(hours=1)
    hub.work_id = uuid4()
    return service.run(hub, hub.connection_id, now=hub.now)


def customers(result) -> list[tuple]:
    """Who differs: the provider's id, currency, by how much, and why."""
    kept = result["tie_out"].get("customers", {"items": []})
    return [(each["external_id"], each["currency"], each["difference"], each["cause"]) for each in kept["items"]]


def test_equal_to_the_cent(hub, books):
    result = run(hub, EQUAL)
    assert (result["status"], result["tie_out_difference"]) == ("ok", {"EUR": "0.0000"})
    assert result["tie_out"] == {
        "EUR": {"as_of": "2026-03-01", "provider": "20.0000", "ledger": "20.0000", "difference": "0.0000"},
        "home": {
            **{"currency": "EUR", "as_of": "2026-03-01"},
            **{"provider": "20.0000", "ledger": "20.0000", "difference": "0.0000"},
        },
    }
    with hub.transaction() as session:
        log = service.get(session, result["run_id"])["log"]
        held = service.tie_out(session, hub.connection_id)
    assert "It ties out with the provider as of 2026-03-01: 20.00 EUR, 20.00 EUR in the home currency." in [
        line["text"] for line in log
    ]
    assert str(held["id"]) == result["run_id"]


def test_a_cent_at_one_customer_is_named(hub, books):
    off = replace(
        EQUAL,
        receivable={"EUR": Decimal("19.99")},
        customers={"c0": {"EUR": Decimal("19.99")}},
        home=None,
        home_customers=None,
    )
    result = run(hub, off)
    assert result["status"] == "suspicious"
    assert result["reason"] == "the ledger's receivables differ from the provider's by 0.01 EUR, at 1 customer"
    assert customers(result) == [
        ("c0", "EUR", "0.0100", "unknown: no single document or rejected item accounts for it")
    ]
    assert result["tie_out"]["customers"]["count"] == 1
    assert result["tie_out"]["customers"]["items"][0]["name"] == "Customer 0"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        # Their sum is the same: each is named all the same.
        (
            {"c0": {"EUR": Decimal("10.00")}, "c1": {"EUR": Decimal("10.00")}},
            [
                ("c0", "10.0000", "as if invoice I0 were settled or deleted at the provider: it is open here"),
                ("c1", "-10.0000", "as if payment p1 were missing at the provider"),
            ],
        ),
        # Whom the provider does not name owes nothing there; whom only the provider knows is missing here.
        (
            {"c7": {"EUR": Decimal("20.00")}},
            [
                ("c0", "20.0000", "unknown: no single document or rejected item accounts for it"),
                ("c7", "-20.0000", "the customer is not in the ledger"),
            ],
        ),
    ],
)
def test_customers_that_differ_though_their_sum_does_not(hub, books, stated, expected):
    result = run(hub, replace(EQUAL, customers=stated, home=None, home_customers=None))
    found = sorted((external, difference, cause) for external, _, difference, cause in customers(result))
    for (external, difference, cause), wanted in zip(found, sorted(expected), strict=True):
        assert (external, difference) == wanted[:2]
        assert cause.startswith(wanted[2])
    assert result["status"] == "suspicious"
    assert (
        result["reason"] == "customers' balances in EUR differ from the provider's, at 2 customers, though not in sum"
    )


def test_a_rejected_item_that_names_the_customer_is_the_cause(hub, books):
    books.put("invoices", "i8", customer="c1", total="55.00", bad=True)
    stated = {**EQUAL.customers, "c1": {"EUR": Decimal("55.00")}}
    result = run(
        hub, replace(EQUAL, receivable={"EUR": Decimal("75.00")}, customers=stated, home=None, home_customers=None)
    )
    assert customers(result) == [
        ("c1", "EUR", "-55.0000", "1 item of this customer could not be used: invoices i8 is bad")
    ]


def test_what_the_provider_states_at_home_alone(hub, books):
    totals = Totals(as_of=DAY, home_currency="EUR", home=Decimal("10.00"), home_customers={"c0": Decimal("10.00")})
    result = run(hub, totals)
    assert result["tie_out_difference"] == {"EUR": "10.0000"}
    assert set(result["tie_out"]) == {"home", "customers"}
    assert result["reason"] == (
        "the ledger's receivables in the home currency differ from the provider's by 10.00 EUR, at 1 customer"
    )
    assert customers(result)[0][3].startswith("as if invoice I0 were settled")


def test_at_home_a_customer_is_listed_only_where_their_own_currency_does_not_say_it(hub, books):
    totals = replace(
        EQUAL,
        customers={"c0": {"EUR": Decimal("19.00")}},
        home=Decimal("18.99"),
        home_customers={"c0": Decimal("19.00"), "c1": Decimal("-0.01")},
    )
    result = run(hub, totals)
    items = result["tie_out"]["customers"]["items"]
    assert [(each["external_id"], each["is_home"], each["difference"]) for each in items] == [
        ("c0", False, "1.0000"),
        ("c1", True, "0.0100"),
    ]
    assert items[1]["cause"] == "rounding of 0 documents to the home currency"


def test_nothing_is_owed_on_either_side(hub, books):
    for each in books.items.values():
        each.clear()
    result = run(hub, Totals(as_of=DAY, customers={}, home_currency="EUR", home=Decimal(0), home_customers={}))
    assert (result["status"], result["tie_out_difference"]) == ("ok", {"EUR": "0.0000"})


def test_the_list_is_bounded_and_all_are_counted(hub, books, monkeypatch):
    monkeypatch.setattr(tieout, "KEPT_CUSTOMERS", 3)
    stated = {f"x{number}": {"EUR": Decimal(number)} for number in range(10)}
    result = run(hub, replace(EQUAL, receivable={}, customers=stated, home=None, home_customers=None))
    kept = result["tie_out"]["customers"]
    assert (kept["count"], len(kept["items"])) == (10, 3)
    assert [each["difference"] for each in kept["items"]] == ["20.0000", "-9.0000", "-8.0000"]


def test_a_provider_without_totals_is_compared_with_nothing(hub, books):
    assert run(hub, None)["tie_out"] is None
    with hub.transaction() as session:
        assert service.tie_out(session, hub.connection_id) is None
        assert runs.newest_tie_out(session, uuid4()) is None


def test_what_changed_since_the_run_began(hub, books):
    later = datetime(2099, 1, 1, tzinfo=UTC)
    mapped = books.map

    def dated(stream, item):
        return [
            replace(each, updated_at=later) if hasattr(each, "updated_at") else each for each in mapped(stream, item)
        ]

    books.map = dated
    result = run(hub, replace(EQUAL, customers={"c0": {"EUR": Decimal("19.99")}}, home=None, home_customers=None))
    assert "was changed at the provider while the run was reading" in customers(result)[0][3]


def test_where_it_no_longer_ties_out_everything_is_read_anew_once(hub, books):
    off = replace(EQUAL, receivable={"EUR": Decimal("20.01")})
    asked = []
    for totals in (EQUAL, off, off, EQUAL, off):
        before = len(hub.events)
        run(hub, totals)
        asked.append([type(each) for each in hub.events[before:]].count(TieOutLost))
    assert asked == [0, 1, 0, 0, 1]


def test_a_full_run_that_does_not_tie_out_asks_for_no_other(hub, books):
    run(hub, EQUAL)
    hub.provider.totals = replace(EQUAL, receivable={"EUR": Decimal("20.01")})
    hub.work_id = uuid4()
    result = service.run(hub, hub.connection_id, "full", now=hub.now + timedelta(hours=1))
    assert (result["kind"], result["status"]) == ("full", "suspicious")
    assert not [each for each in hub.events if isinstance(each, TieOutLost)]
