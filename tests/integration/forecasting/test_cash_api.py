"""Cash flow and scenarios over HTTP, from a ledger that was imported and forecast as any other."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hub import worker
from hub.app import create_app
from hub.forecasting import cash_reading
from hub.forecasting.artifact import CorruptModelError
from hub.forecasting.book_store import load_book
from hub.forecasting.schemas_cash import CashFlowSchema
from hub.identity import keys
from hub.jobs import service as jobs
from hub.sync import service as sync
from hub.tenants import service as tenants
from plugins.connectors.csv.demo import write_demo
from tests.integration.api.conftest import ApiClient
from tests.integration.api.test_schemas_hold import hold

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def forecast_tenant(storage, settings, tenant, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(path, invoices=900, seed=5, today=TODAY)
    with storage.tenant(tenant) as session:
        sync.request_import(session, path, {}, "demo.csv")
    worker.work_off(settings, storage)
    return tenant


@pytest.fixture(scope="module")
def client(storage, settings, forecast_tenant):
    with storage.hub() as session:
        key = keys.create(session, forecast_tenant, "test")
    app = create_app(settings, storage)
    return ApiClient(app.test_client(), key, app)


@pytest.fixture(scope="module")
def customer(storage, forecast_tenant):
    """The customer with the most open invoices."""
    with storage.tenant(forecast_tenant) as session:
        return str(
            session.scalar(
                text("select customer_id from invoices where balance > 0 group by 1 order by count(*) desc, 1 limit 1")
            )
        )


def cash(client, **arguments):
    response = client.get("/api/cashflow", query_string=arguments)
    assert response.status_code == 200, response.json
    return response.json


def compared(client, *changes, **more):
    response = client.post("/api/cashflow/scenarios", json={"scenarios": [{"changes": list(changes)}], **more})
    assert response.status_code == 200, response.json
    (found,) = response.json["scenarios"]
    return {each["currency"]: each["periods"] for each in found["currencies"]}, found


def money(periods, where, name="expected"):
    return sum(float(period[where][name]) for period in periods)


def test_the_answer_by_week_is_as_it_was_and_says_what_it_covers(client):
    found = cash(client, weeks=4, weeks_back=2)
    dollars = next(each for each in found["currencies"] if each["currency"] == "USD")
    assert len(dollars["forecast"]) == 4 and "new business is not included" in found["covers"]
    first = dollars["forecast"][0]
    assert (
        first["week"]
        == first["starts_on"]
        == str(TODAY + timedelta(days=1) - timedelta(days=(TODAY.weekday() + 1) % 7))
    )
    assert set(dollars["four_weeks"]) == {"expected", "p10", "p90"}
    assert all(float(week["p10"]) <= float(week["p50"]) <= float(week["p90"]) for week in dollars["forecast"])


def test_days_add_up_to_weeks_and_months_in_every_currency(client):
    by_day, by_week, by_month = (cash(client, by=by, horizon=cash_reading.MOST[by]) for by in ("day", "week", "month"))
    for days, others in ((by_day, by_week), (by_day, by_month)):
        for each, other in zip(days["currencies"], others["currencies"], strict=True):
            assert each["currency"] == other["currency"]
            daily = {day["starts_on"]: float(day["expected"]) for day in each["forecast"]}
            for period in other["forecast"]:
                inside = [cash for day, cash in daily.items() if period["starts_on"] <= day <= period["ends_on"]]
                if period["ends_on"] <= max(daily):
                    assert sum(inside) == pytest.approx(float(period["expected"]), abs=0.4)


def test_what_came_is_the_same_however_it_is_cut(client, storage, forecast_tenant):
    for by, back in (("day", 20), ("week", 4), ("month", 2)):
        found = cash(client, by=by, back=back)
        for each in found["currencies"]:
            with storage.tenant(forecast_tenant) as session:
                for period in each["actual"]:
                    paid = session.scalar(
                        text("select sum(paid) from agg_day where currency = :currency and day between :a and :b"),
                        {"currency": each["currency"], "a": period["starts_on"], "b": period["ends_on"]},
                    )
                    assert float(period["amount"]) == pytest.approx(float(paid or 0))


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_new_business_is_shown_beside_where_it_is_asked_for(client, by):
    plain, found = cash(client, by=by), cash(client, by=by, include="new_business")
    assert "new_business is what invoices issued later may bring" in found["covers"]
    hold(CashFlowSchema, found)
    known = []
    for each, other in zip(plain["currencies"], found["currencies"], strict=True):
        for period, with_new in zip(each["forecast"], other["forecast"], strict=True):
            assert "new_business" not in period
            new = with_new.pop("new_business")
            assert with_new == period, "what is expected of the open invoices stays as it was"
            known += [] if new is None else [new]
    assert any(float(new["expected"]) > 0 for new in known)
    assert all(float(new["p10"]) <= float(new["p90"]) for new in known)


def test_a_run_that_says_nothing_of_new_business_shows_none(client, storage, forecast_tenant):
    with storage.tenant(forecast_tenant) as session:
        newest = "where id = (select max(id) from forecast_runs)"
        kept = session.scalar(text(f"select cash_flow -> 'new_business' from forecast_runs {newest}"))
        session.execute(text(f"update forecast_runs set cash_flow = cash_flow - 'new_business' {newest}"))
    found = cash(client, include="new_business")
    assert all(period["new_business"] is None for each in found["currencies"] for period in each["forecast"])
    with storage.tenant(forecast_tenant) as session:
        session.execute(
            text(f"""
                update forecast_runs set cash_flow = jsonb_set(cash_flow, '{{new_business}}', cast(:kept as jsonb))
                {newest}
            """),
            {"kept": json.dumps(kept)},
        )


def test_what_cannot_be_included_is_refused(client):
    assert client.get("/api/cashflow", query_string={"include": "everything"}).status_code == 422


def test_more_periods_than_there_are_is_refused(client):
    refused = client.get("/api/cashflow", query_string={"by": "month", "horizon": 7})
    assert refused.status_code == 422 and "At most 6 by month" in str(refused.json)


def test_the_base_of_a_scenario_is_the_cash_flow(client):
    by_currency, _ = compared(client, {"kind": "terms", "days": 0})
    shown = {each["currency"]: each["forecast"] for each in cash(client)["currencies"]}
    assert by_currency.keys() == shown.keys()
    for currency, periods in by_currency.items():
        for period, week in zip(periods, shown[currency], strict=True):
            assert period["starts_on"] == week["starts_on"]
            for name in ("expected", "p10", "p50", "p90"):
                assert float(period["base"][name]) == pytest.approx(float(week[name]), abs=0.02)
                assert period["scenario"][name] == period["base"][name] and float(period["difference"][name]) == 0


def test_a_customer_that_stops_paying(client, customer, storage, forecast_tenant):
    by_currency, found = compared(client, {"kind": "stops_paying", "customer_id": customer}, by="week", horizon=26)
    assert "open invoices is paid" in found["assumes"][0] or "open invoice is paid" in found["assumes"][0]
    for periods in by_currency.values():
        assert all(float(period["difference"]["p90"]) <= 0 for period in periods)
        for period in periods:
            lost = float(period["base"]["expected"]) - float(period["scenario"]["expected"])
            assert -float(period["difference"]["expected"]) == pytest.approx(lost, abs=0.02)
    assert sum(money(periods, "difference") for periods in by_currency.values()) < 0


def test_terms_a_push_and_an_invoice_paid_on_a_day(client, storage, forecast_tenant):
    later, found = compared(client, {"kind": "terms", "days": 30}, horizon=4)
    assert "30 days later" in found["assumes"][0]
    assert money(later["USD"], "difference") < 0
    sooner, found = compared(client, {"kind": "collection_push", "days": 7, "share": 0.5}, horizon=2)
    assert money(sooner["USD"], "difference") > 0 and "your assumption" in found["assumes"][0]
    none, _ = compared(client, {"kind": "collection_push", "days": 7, "share": 0.0}, horizon=2)
    assert money(none["USD"], "difference") == 0
    with storage.tenant(forecast_tenant) as session:
        invoice, balance, currency = session.execute(
            text(
                "select id, balance, currency from invoices"
                " where balance > 500 and status = 'open' and issued_on <= :day limit 1"
            ),
            {"day": TODAY},
        ).one()
    moved, _ = compared(
        client,
        {"kind": "paid_on", "invoice_id": str(invoice), "paid_on": str(TODAY + timedelta(days=100))},
        by="day",
        horizon=120,
    )
    came = next(each for each in moved[currency] if each["starts_on"] == str(TODAY + timedelta(days=100)))
    assert float(came["difference"]["expected"]) == pytest.approx(float(balance), rel=0.05)


def test_an_invoice_added_in_a_currency_of_its_own(client, customer):
    by_currency, found = compared(
        client,
        {
            "kind": "new_invoice",
            "customer_id": customer,
            "currency": "CHF",
            "amount": "100000",
            "issued_on": str(TODAY),
            "due_on": str(TODAY + timedelta(days=30)),
        },
        horizon=26,
    )
    assert money(by_currency["CHF"], "difference") == pytest.approx(100000, rel=0.02)
    assert money(by_currency["CHF"], "base") == 0 and "latest" in found["assumes"][0]
    assert all(money(periods, "difference") == 0 for currency, periods in by_currency.items() if currency != "CHF")


def test_segments_hold_together(client, storage, forecast_tenant):
    by_currency, _ = compared(client, {"kind": "terms", "days": 20, "currency": "USD"}, horizon=4)
    assert money(by_currency["USD"], "difference") < 0
    assert all(money(periods, "difference") == 0 for currency, periods in by_currency.items() if currency != "USD")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "stops_paying"}, "Needed for this kind"),
        ({"kind": "stops_paying", "customer_id": "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"}, "No invoice is open"),
        ({"kind": "terms", "days": 3, "share": 0.5}, "does not take it"),
        ({"kind": "terms", "days": 3, "country": "Atlantis"}, "No invoice is open"),
        ({"kind": "collection_push", "days": -3}, "At least 1"),
        (
            {"kind": "paid_on", "invoice_id": "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10", "paid_on": "2026-01-01"},
            "not open in the newest forecast",
        ),
        ({"kind": "burn"}, "Must be one of"),
    ],
)
def test_what_is_wrong_with_a_change_is_said(client, change, said):
    response = client.post("/api/cashflow/scenarios", json={"scenarios": [{"changes": [change]}]})
    assert response.status_code == 422 and said in str(response.json), response.json


def test_an_invoice_due_before_its_issue_is_refused(client, customer):
    change = {
        "kind": "new_invoice",
        "customer_id": customer,
        "currency": "USD",
        "amount": "10",
        "issued_on": "2026-02-01",
        "due_on": "2026-01-01",
    }
    response = client.post("/api/cashflow/scenarios", json={"scenarios": [{"changes": [change]}]})
    assert response.status_code == 422 and "due before it is issued" in str(response.json)


def test_without_a_forecast_there_is_nothing_to_compare_with(storage, settings):
    key = tenants.create(storage, "No forecast yet").key
    with storage.hub() as session:
        api_key = keys.create(session, key, "test")
    app = create_app(settings, storage)
    client = ApiClient(app.test_client(), api_key, app)
    response = client.post("/api/cashflow/scenarios", json={"scenarios": [{"changes": [{"kind": "terms", "days": 1}]}]})
    assert response.status_code == 404
    assert cash(client)["currencies"] == []


def test_what_was_forecast_before_stands_beside_what_came(client, storage, forecast_tenant):
    """A run of five weeks ago, as it would have been, and what came since on the invoices that it knew."""
    as_of = TODAY - timedelta(days=TODAY.weekday() + 1, weeks=5)
    with storage.tenant(forecast_tenant) as session:
        session.execute(
            text("""
                insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                overriding system value
                select model_id, cast(:as_of as date), now(), 1,
                       jsonb_build_object('weeks', jsonb_build_array(cast(:w0 as text), cast(:w4 as text)),
                         'expected', '{"USD": [1, 500]}'::jsonb, 'p10', '{"USD": [0, 400]}'::jsonb,
                         'p90', '{"USD": [2, 600]}'::jsonb, 'total', '{"USD": [501, 400, 602]}'::jsonb)
                from forecast_runs limit 1
            """),
            {
                "as_of": as_of,
                "w0": str(as_of + timedelta(days=1)),
                "w4": str(as_of + timedelta(days=1, weeks=4)),
            },
        )
        # The run that was made first is not the newest.
        session.execute(text("update forecast_runs set id = default where id = (select min(id) from forecast_runs)"))
        newest = session.scalar(text("select max(id) from forecast_runs"))
        session.execute(text("update forecast_books set run_id = :run"), {"run": newest})
        week = as_of + timedelta(days=1, weeks=4)
        came = session.scalar(
            text("""
                select coalesce(sum(a.amount), 0) from allocations a join invoices i on i.id = a.invoice_id
                where a.applied_on between :a and :b and i.issued_on <= :as_of and i.currency = 'USD'
            """),
            {"a": week, "b": week + timedelta(days=6), "as_of": as_of},
        )
    found = cash(client, weeks_back=3)
    dollars = next(each for each in found["currencies"] if each["currency"] == "USD")
    last = next(each for each in dollars["actual"] if each["week"] == str(week))
    assert last["forecast_4_weeks_before"]["expected"] == "500.00"
    assert float(last["forecast_4_weeks_before"]["came"]) == pytest.approx(float(came))
    assert last["forecast_4_weeks_before"]["as_of"] == str(as_of) and last["forecast_1_week_before"] is None


def test_a_damaged_book_is_refused(storage, settings, forecast_tenant):
    with storage.tenant(forecast_tenant) as session:
        session.execute(text("update forecast_books set book = set_byte(book, 200, (get_byte(book, 200) + 1) % 256)"))
        run_id = session.scalar(text("select max(run_id) from forecast_books"))
    with storage.tenant(forecast_tenant) as session, pytest.raises(CorruptModelError):
        load_book(session, run_id)
    with storage.tenant(forecast_tenant) as session:
        work = jobs.submit(session, "forecasting.score", {})
    worker.work_off(settings, storage)
    with storage.tenant(forecast_tenant) as session:
        assert jobs.get(session, work)["state"] == "done"
        books = session.scalars(text("select distinct run_id from forecast_books")).all()
        newest = session.scalar(text("select max(id) from forecast_runs"))
        assert books == [newest] and newest > run_id
        assert load_book(session, newest) is not None
