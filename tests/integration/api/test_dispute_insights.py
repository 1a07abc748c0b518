"""GET /api/insights/disputes: what customers object to, how long it takes and how it ends."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import insert

from hub.disputes.models import disputes
from tests.integration.api.conftest import record_id

pytestmark = pytest.mark.usefixtures("disputed")

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def disputed(storage, tenant, small_ledger) -> None:
    """Five disputes: two open, one of them late; three resolved after 2, 4 and 9 days; and one of years ago."""

    def dispute(invoice: str, code: str | None, opened: int, **more):
        row = {"invoice_id": record_id("invoice", invoice), "customer_id": record_id("customer", "c1"), "source": "api"}
        at = NOW - timedelta(days=opened)
        row |= {"text": "no", "code": code, "currency": "EUR", "opened_at": at, "due_on": at.date() + timedelta(15)}
        ended = more.pop("ended", None)
        if ended:
            outcome, after = ended
            row |= {"status": "resolved", "outcome": outcome, "resolved_at": at + timedelta(days=after)}
        return (
            row | {"product": None, "amount": None, "resolved_at": None, "outcome": None, "status": "open"} | row | more
        )

    rows = [
        dispute("i1", "pricing", 1, amount=Decimal("10.50"), product="Steel sheet"),
        dispute("i1", None, 40, amount=Decimal("5")),
        dispute("i3", "pricing", 10, amount=Decimal("4"), ended=("invalid_upheld", 2), product="Steel sheet"),
        dispute("i3", "pricing", 12, amount=Decimal("1"), ended=("valid_credited", 4)),
        dispute("i3", "tax_error", 12, ended=("withdrawn", 9)),
        dispute("i3", "pricing", 1200, amount=Decimal("99"), ended=("invalid_upheld", 1)),
    ]
    with storage.tenant(tenant) as session:
        session.execute(insert(disputes), rows)


def test_figures_by_reason(client):
    found = client.get("/api/insights/disputes?months=3").json
    assert {name: found["totals"][name] for name in ("count", "unresolved", "late", "resolved", "decided", "won")} == {
        "count": 5,
        "unresolved": 2,
        "late": 1,
        "resolved": 3,
        "decided": 2,
        "won": 1,
    }
    assert (found["totals"]["median_days"], found["totals"]["share_won"]) == (4.0, 0.5)
    by_code = {each["code"]: each for each in found["by_code"]}
    assert set(by_code) == {"pricing", "tax_error", None}
    pricing = by_code["pricing"]
    assert (pricing["group"], pricing["count"], pricing["unresolved"], pricing["median_days"]) == ("pricing", 3, 1, 3.0)
    assert pricing["amounts"] == [{"currency": "EUR", "amount": "15.5000", "open_amount": "10.5000"}]
    # Withdrawn: nobody was right. Without an amount the whole invoice was disputed.
    assert by_code["tax_error"]["share_won"] is None
    assert Decimal(by_code["tax_error"]["amounts"][0]["amount"]) == Decimal(
        client.get("/api/invoices/" + record_id("invoice", "i3")).json["total"]
    )


def test_root_causes_and_months(client):
    found = client.get("/api/insights/disputes?months=3").json
    (customer,) = found["customers"]
    assert (customer["customer_id"], customer["count"], customer["main_code"]) == (
        record_id("customer", "c1"),
        5,
        "pricing",
    )
    (product,) = found["products"]
    assert (product["product"], product["amount"], product["count"], product["place"]) == (
        "Steel sheet",
        "14.5000",
        2,
        1,
    )
    assert len(found["by_month"]) == 3
    assert sum(month["resolved"] for month in found["by_month"]) == 3
    assert {each["outcome"]: each["count"] for each in found["outcomes"]} == {
        "invalid_upheld": 1,
        "valid_credited": 1,
        "withdrawn": 1,
    }


def test_months_are_bounded(client):
    problem = client.get("/api/insights/disputes?months=40")
    assert problem.status_code == 422 and "months" in str(problem.json)


def test_a_tenant_without_disputes(app, storage, key_of):
    from hub.tenants import service as tenants
    from tests.integration.api.conftest import ApiClient

    other = tenants.create(storage, "Nothing disputed").key
    found = ApiClient(app.test_client(), key_of(other), app).get("/api/insights/disputes").json
    assert (found["totals"]["count"], found["totals"]["median_days"], found["by_code"], found["customers"]) == (
        0,
        None,
        [],
        [],
    )
    assert len(found["by_month"]) == 12
