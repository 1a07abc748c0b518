"""/api/overview: what the dashboard opens with says what the endpoints behind it say."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert, text

from hub.ledger.models import promises
from hub.reminders.models import reminders
from hub.tenants import service as tenants
from tests.integration.api.conftest import NOW, ApiClient


@pytest.fixture
def overview(client, forecast):
    answer = client.get("/api/overview")
    assert answer.status_code == 200, answer.json
    return answer.json


def test_money_is_what_the_insights_say(client, overview):
    insights = {each["currency"]: each for each in client.get("/api/insights").json["currencies"]}
    assert [each["currency"] for each in overview["currencies"]] == sorted(insights)
    for each in overview["currencies"]:
        same = insights[each["currency"]]
        assert {name: each[name] for name in ("open", "overdue", "unapplied", "open_invoices", "overdue_invoices")} == {
            name: same[name] for name in ("open", "overdue", "unapplied", "open_invoices", "overdue_invoices")
        }
        assert each["buckets"] == same["aging"]["buckets"]
        (rolling,) = (figure for figure in same["figures"] if (figure["name"], figure["method"]) == ("dso", "rolling"))
        assert each["dso"] == rolling
        assert [month["dso"] for month in each["trend"][-12:]] == [month["rolling_dso"] for month in same["trend"]]
        assert each["customers"] == 1


def test_overdue_a_month_ago_is_the_aging_of_that_day(client, overview):
    day = client.get("/api/insights").json["as_of"]
    before = (NOW.fromisoformat(day) - timedelta(days=30)).date().isoformat()
    aging = {each["currency"]: each for each in client.get(f"/api/insights/aging?as_of={before}").json["items"]}
    for each in overview["currencies"]:
        then = aging[each["currency"]]
        late = Decimal(then["open"]) - Decimal(then["buckets"][0]["amount"])
        assert Decimal(each["overdue_before"]) == late


def test_cash_to_come_and_the_forecast_it_is_from(client, overview):
    flow = {each["currency"]: each for each in client.get("/api/cashflow?horizon=13").json["currencies"]}
    euros, dollars = overview["currencies"]
    assert euros["cash"]["forecast"] == flow["EUR"]["forecast"]
    assert euros["cash"]["four_weeks"] == flow["EUR"]["four_weeks"]
    assert dollars["cash"] is None
    assert {name: overview["forecast"][name] for name in ("as_of", "model", "alarms")} == {
        "as_of": "2026-03-31",
        "model": "naive",
        "alarms": [],
    }


def test_a_run_that_failed_needs_attention_until_one_ends_well(client, storage, tenant, overview):
    nothing = {"unresolved": 0, "late": 0, "check": 0, "unassigned": 0}
    waiting = {"to_approve": 0, "uncertain": 0, "failed": 0}
    assert overview["attention"] == {
        "notices": [],
        "runs": [],
        "disputes": nothing,
        "reminders": waiting,
        "promises": {"broken": 0},
    }
    with storage.tenant(tenant) as session:
        connection = session.scalar(
            text("insert into connections (plugin, name) values ('csv', 'A file') returning id")
        )
        session.execute(
            text("""
                insert into sync_runs (connection_id, kind, status, reason, started_at, finished_at)
                values (:connection, 'import', 'ok', null, :early, :early),
                       (:connection, 'import', 'failed', 'The file ends in the middle.', :late, :late)
            """),
            {"connection": connection, "early": NOW - timedelta(hours=2), "late": NOW - timedelta(hours=1)},
        )
    (failed,) = client.get("/api/overview").json["attention"]["runs"]
    assert (failed["name"], failed["status"], failed["reason"]) == (
        "A file",
        "failed",
        "The file ends in the middle.",
    )
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
                insert into sync_runs (connection_id, kind, status, started_at, finished_at)
                values (:connection, 'import', 'ok', :now, :now)
            """),
            {"connection": connection, "now": NOW},
        )
    after = client.get("/api/overview").json
    assert after["attention"]["runs"] == []
    assert after["progress"] == {
        "connections": 1,
        "last_synced_at": "2026-03-31T12:00:00+00:00",
        "has_invoices": True,
        "has_forecast": True,
    }


def test_a_new_tenant_has_nothing_and_is_told_so(app, storage, key_of):
    new = tenants.create(storage, "Nothing yet").key
    empty = ApiClient(app.test_client(), key_of(new), app).get("/api/overview").json
    assert (empty["currencies"], empty["forecast"], empty["contacts"]["items"]) == ([], None, [])
    assert empty["progress"] == {
        "connections": 0,
        "last_synced_at": None,
        "has_invoices": False,
        "has_forecast": False,
    }


def test_reminders_and_broken_promises_wait_for_a_person(client, storage, tenant, overview):
    now = datetime.now(UTC)
    today = now.date()
    made = {
        "customer_id": uuid4(),
        "kind": "manual",
        "tone": "friendly",
        "language": "en",
        "subject": "Invoice INV-1",
        "text": "It is open.",
        "approve": "member",
        "created_by": {"kind": "person", "id": "1", "name": "Ada"},
    }
    promised = {
        "invoice_id": uuid4(),
        "customer_id": made["customer_id"],
        "amount": Decimal(10),
        "currency": "EUR",
        "promised_on": today - timedelta(days=9),
        "until": today - timedelta(days=7),
        "made_at": now - timedelta(days=20),
        "channel": "phone",
        "recorded_by": "1",
        "paid_before": Decimal(0),
        "credited_before": Decimal(0),
    }
    statuses = ("to_approve", "to_approve", "uncertain", "failed", "draft", "skipped")
    broken = (("broken", 1), ("partly_kept", 6), ("broken", 9), ("kept", 1))
    try:
        with storage.tenant(tenant) as session:
            session.execute(insert(reminders), [{**made, "status": each} for each in statuses])
            settled = [{"status": status, "settled_at": now - timedelta(days=ago)} for status, ago in broken]
            session.execute(insert(promises), [{**promised, "invoice_id": uuid4(), **each} for each in settled])
        attention = client.get("/api/overview").json["attention"]
        assert attention["reminders"] == {"to_approve": 2, "uncertain": 1, "failed": 1}
        assert attention["promises"] == {"broken": 2}
    finally:
        with storage.tenant(tenant) as session:
            session.execute(delete(reminders).where(reminders.c.customer_id == made["customer_id"]))
            session.execute(delete(promises).where(promises.c.customer_id == made["customer_id"]))
