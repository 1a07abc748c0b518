"""/api/predictions, /api/models, /api/cashflow, /api/insights and /api/jobs."""

import pytest

from tests.integration.api.conftest import record_id

pytestmark = pytest.mark.usefixtures("forecast")


def test_predictions_by_expected_day(client):
    items = client.walk("/api/predictions?limit=7")
    assert len(items) == 40
    keys = [(item["expected_on"], item["invoice_id"]) for item in items]
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("risk_level=high", lambda item: item["risk_level"] == "high"),
        ("currency=EUR", lambda item: item["currency"] == "EUR"),
        ("due_from=2026-03-01&due_to=2026-04-10", lambda item: "2026-03-01" <= item["due_on"] <= "2026-04-10"),
        ("expected_to=2026-04-10", lambda item: item["expected_on"] <= "2026-04-10"),
    ],
)
def test_filters_of_predictions(client, query, holds):
    everything = client.walk("/api/predictions?limit=200")
    expected = {item["invoice_id"] for item in everything if holds(item)}
    assert {item["invoice_id"] for item in client.walk(f"/api/predictions?limit=9&{query}")} == expected
    assert client.get(f"/api/predictions?include=totals&limit=1&{query}").json["totals"]["total"] == len(expected)


def test_the_prediction_of_an_invoice(client):
    prediction = client.get("/api/predictions/" + record_id("invoice", "i1")).json
    assert (prediction["p_paid_by_due"], prediction["p_late30"], prediction["model"]) == (0.25, 0.5, "naive")
    (reason,) = prediction["reasons"]
    assert (reason["sentence"], reason["days"]) == ("Pays late", 2.5)
    assert client.get("/api/invoices/" + record_id("invoice", "i1")).json["prediction"] == prediction
    assert client.get("/api/predictions/" + record_id("invoice", "i0")).status_code == 404


def test_a_new_forecast_is_a_job(client):
    response = client.post("/api/predictions", json={"train": True})
    assert (response.status_code, response.json["kind"], response.json["state"]) == (202, "forecasting.train", "queued")
    job = client.get(response.headers["Location"])
    assert (job.status_code, job.json["progress"]) == (200, 0.0)
    assert response.json["id"] in [each["id"] for each in client.get("/api/jobs?kind=forecasting.train").json["items"]]
    assert client.get("/api/jobs?state=dead").json["items"] == []
    assert client.post("/api/predictions", json={"train": "perhaps"}).status_code == 422


def test_models_with_their_backtest(client):
    (model,) = client.get("/api/models").json["items"]
    assert (model["status"], model["backtest"]) == ("champion", {"mae": 4.5})
    assert "artifact" not in model


def test_cash_by_week(client):
    cash = client.get("/api/cashflow?weeks=1").json
    assert (cash["model"], cash["model_number"], cash["model_version"]) == ("naive", 1, "")
    (euro,) = cash["currencies"]
    assert euro["currency"] == "EUR"
    (week,) = euro["forecast"]
    assert (week["week"], week["expected"], week["p10"], week["p90"]) == ("2026-03-30", "100.50", "80.00", "120.00")
    assert euro["four_weeks"] == {"expected": "150.50", "p10": "110.00", "p90": "200.00"}
    assert sum(float(each["amount"]) for each in euro["actual"]) > 0
    assert client.get("/api/cashflow?weeks=0").status_code == 422


def test_the_summary(client):
    summary = client.get("/api/insights?as_of=2026-03-31&months=3").json
    assert summary["as_of"] == "2026-03-31"
    euro = next(each for each in summary["currencies"] if each["currency"] == "EUR")
    assert euro["open"] == euro["aging"]["open"]
    assert sum(float(bucket["amount"]) for bucket in euro["aging"]["buckets"]) == float(euro["open"])
    assert {"dso", "best_possible_dso", "collection_effectiveness_index"} <= {each["name"] for each in euro["figures"]}
    assert [month["from_on"] for month in euro["trend"]] == ["2026-01-01", "2026-02-01", "2026-03-01"]


def test_aging_of_one_customer(client):
    items = client.get(f"/api/insights/aging?as_of=2026-03-31&customer_id={record_id('customer', 'c2')}").json["items"]
    assert [each["currency"] for each in items] == ["USD"]
    assert client.get("/api/insights/aging?basis=weight").status_code == 422


def test_dso_says_how_it_was_worked_out(client):
    figures = client.get("/api/insights/dso?as_of=2026-03-31&method=rolling&days=60").json["items"]
    assert {each["method"] for each in figures} == {"rolling"}
    assert all(each["inputs"]["days"] == 60 for each in figures)
    refused = client.get("/api/insights/dso?method=countback&days=60")
    assert (refused.status_code, refused.json["fields"][0]["field"]) == (422, "days")


def test_the_worklist_is_ranked(client):
    items = client.get("/api/insights/worklist?as_of=2026-06-30").json["items"]
    assert [(each["currency"], each["rank"]) for each in items] == [("EUR", 1), ("USD", 1)]
    assert client.get("/api/insights/worklist?limit=0").status_code == 422


def test_sync_runs_of_a_tenant_that_never_synced(client):
    assert client.get("/api/runs").json == {"items": []}
    assert client.get("/api/runs?status=lost").status_code == 422
