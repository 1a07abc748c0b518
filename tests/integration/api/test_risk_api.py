"""/api/customers/{id}/risk, the level in the list of customers, and /api/worklist."""

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.forecasting import risk_model
from hub.forecasting.model_store import ModelStore
from hub.forecasting.results import Reason
from hub.forecasting.risk_assessment import Amounts, Assessment
from hub.forecasting.risk_calibration import RiskCalibration
from hub.forecasting.risk_loss import LossGivenDefault
from hub.forecasting.risk_model import RiskModel, RiskScores
from hub.forecasting.risk_registry import keep
from hub.forecasting.risk_run import save_assessment
from hub.forecasting.schemas_models import ModelDetailSchema, ModelPageSchema
from hub.forecasting.schemas_risk import CustomerRiskSchema
from hub.insights.schemas import WorklistPageSchema
from hub.ledger.schemas import CustomerPageSchema, CustomerSchema
from plugins.models.naive_risk.plugin import NaiveRiskBackend
from tests.integration.api.conftest import NOW, record_id
from tests.integration.api.test_schemas_hold import hold

ACME, BEST = record_id("customer", "c1"), record_id("customer", "c2")


def amounts(currency, **sums):
    all_of = dict.fromkeys(("open", "disputed", "cash", "credit", "free", "overdue", "delayed", "late30", "loss"), 0.0)
    return Amounts(currency=currency, **all_of | sums)


def assessment(customer, level, worth, loss, *held, step="call"):
    return Assessment(
        customer_id=UUID(customer),
        level=level,
        p=(0.4, 0.2, 0.1),
        amounts=held,
        reasons=[Reason(feature="oldest", contribution=0.5, sentence="Its oldest open invoice is 25 days overdue")],
        loss=loss,
        contact_value=worth,
        oldest_due_on=date(2026, 2, 1),
        segment="late_payer",
        next_step=step,
        why="Overdue for 25 days; a call finds out what it waits for.",
        is_listed=True,
    )


@pytest.fixture(scope="module", autouse=True)
def assessed(storage, tenant, forecast):
    """One assessment of both customers."""
    model = RiskModel(
        backend="naive_risk",
        fitted=NaiveRiskBackend(),
        as_of=date(2026, 3, 31),
        events=3,
        calibrations=(RiskCalibration(),) * 3,
        severity=(0.5, 0.5, 0.5),
        medium=0.1,
        high=0.5,
        scores={"naive_risk": RiskScores(n=40, events=4, auc=0.8, brier=0.08, log_loss=0.3, ece=None)},
        note="Counted.",
    )
    lgd = LossGivenDefault(0.45, 0, 0, False, "An assumption: 45%.")
    found = [
        assessment(ACME, "high", 120.5, 9.0, amounts("EUR", open=2000.0, disputed=101.25, credit=5.0, free=1893.75)),
        assessment(BEST, "medium", 40.0, 30.0, amounts("USD", open=2000.0, free=2000.0), step="email"),
    ]
    with storage.tenant(tenant) as session:
        for _ in range(2):
            model_id = keep(session, model, ModelStore().put(tenant, risk_model.dump(model)), NOW)
        save_assessment(session, model_id, model, lgd, found, "EUR", date(2026, 3, 31))
        save_assessment(session, model_id, model, lgd, found[:1], "EUR", date(2026, 3, 31))  # dropped: there is one


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        (f"/api/customers/{ACME}/risk", CustomerRiskSchema),
        (f"/api/customers/{ACME}", CustomerSchema),
        ("/api/customers", CustomerPageSchema),
        ("/api/worklist", WorklistPageSchema),
    ],
)
def test_answers_are_as_documented(client, path, schema):
    response = client.get(path)
    assert response.status_code == 200
    hold(schema, response.json)


def test_a_customers_risk(client):
    risk = client.get(f"/api/customers/{ACME}/risk").json
    assert (risk["level"], risk["p_late30"], risk["expected_loss"]) == ("high", 0.4, "9.0000")
    assert risk["assumption"]["words"] == "An assumption: 45%." and not risk["assumption"]["is_measured"]
    assert risk["model"]["backend"] == "naive_risk" and risk["model"]["note"] == "Counted."
    assert client.get(f"/api/models/{risk['model']['id']}").json["number"] == risk["model"]["number"]
    assert risk["reasons"][0]["sentence"] == "Its oldest open invoice is 25 days overdue"
    assert risk["history"] == [{"as_of": "2026-03-31", "level": "high", "p_late30": 0.4}]
    card = client.get(f"/api/customers/{ACME}").json["risk"]
    assert (card["level"], card["p_late30"], sum(card["invoices"].values())) == ("high", 0.4, 20)


def test_no_such_customer(client):
    missing = client.get("/api/customers/018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10/risk")
    assert (missing.status_code, missing.json["code"]) == (404, "not_found")


def test_the_list_of_customers_by_level_and_loss(client):
    assert [each["id"] for each in client.walk("/api/customers?risk_level=high")] == [ACME]
    assert client.walk("/api/customers?risk_level=low") == []
    by_loss = client.walk("/api/customers?sort=-expected_loss&limit=1")
    assert [(each["id"], each["expected_loss"], each["risk_level"]) for each in by_loss] == [
        (BEST, "30.0000", "medium"),
        (ACME, "9.0000", "high"),
    ]
    assert client.get("/api/customers?risk_level=high&include=totals").json["totals"]["count"] == 1
    assert client.get("/api/customers?risk_level=awful").status_code == 422


def test_whom_to_contact_page_by_page(client):
    whole = client.get("/api/worklist").json
    assert [(each["customer_id"], each["contact_value"]) for each in whole["items"]] == [
        (ACME, "120.5000"),
        (BEST, "40.0000"),
    ]
    assert whole["home_currency"] == "EUR" and "assumption" in whole["assumption"]
    assert whole["contact_saves"]["on_time"] == 0
    assert client.walk("/api/worklist?limit=1") == whole["items"]
    first = whole["items"][0]
    assert first["held"] == [
        {"kind": "disputed", "currency": "EUR", "amount": "101.2500"},
        {"kind": "credit_pending", "currency": "EUR", "amount": "5.0000"},
    ]
    assert first["amounts"][0]["free"] == "1893.7500" and first["next_step"] == "call"


@pytest.mark.parametrize(
    ("query", "customers"),
    [("next_step=email", [BEST]), ("risk_level=high", [ACME]), ("next_step=email&risk_level=high", [])],
)
def test_filters_of_the_worklist(client, query, customers):
    assert [each["customer_id"] for each in client.walk(f"/api/worklist?{query}")] == customers


@pytest.mark.parametrize("query", ["cursor=nonsense", "limit=0", "next_step=sue"])
def test_what_the_worklist_refuses(client, query):
    assert client.get(f"/api/worklist?{query}").status_code == 422


def test_what_people_say_counts_everywhere(client):
    address = f"/api/customers/{BEST}"
    version = client.get(address).headers["ETag"]
    profile = {"risk_override": "low", "exclude_from_reminders": True}
    client.put(address, json=profile, headers={"If-Match": version})
    risk = client.get(f"{address}/risk").json
    assert (risk["level"], risk["model_level"], risk["risk_override"]) == ("low", "medium", "low")
    assert [each["id"] for each in client.walk("/api/customers?risk_level=low")] == [BEST]
    (row,) = client.walk("/api/worklist?risk_level=low")
    assert row["held"] == [{"kind": "no_reminders", "currency": None, "amount": None}]


def test_models_of_risk_are_listed_with_their_metrics(client):
    models = client.get("/api/models?task=risk").json["items"]
    assert [each["status"] for each in models] == ["champion", "retired"]
    assert models[0]["scores"]["naive_risk"]["brier"] == 0.08 and models[0]["backtest"] is None
    assert [each["task"] for each in client.get("/api/models?task=forecast").json["items"]] == ["forecast"]
    assert client.get("/api/models?task=weather").status_code == 422
    for path in ("/api/models?task=risk", f"/api/models/{models[0]['id']}"):
        hold(ModelPageSchema if "?" in path else ModelDetailSchema, client.get(path).json)


def test_a_model_of_risk_is_promoted_rolled_back_and_released(client, storage, tenant):
    newest, before = client.get("/api/models?task=risk").json["items"]
    (forecaster,) = client.get("/api/models?task=forecast").json["items"]
    back = client.post("/api/models/rollback", json={"task": "risk", "why": "too many warnings"})
    assert (back.status_code, back.json["id"], back.json["task"]) == (200, before["id"], "risk")
    assert back.json["pinned_at"] and back.json["changes"][0]["why"] == "too many warnings"
    assert client.post("/api/models/rollback", json={"task": "risk"}).status_code == 409
    assert client.post("/api/models/rollback", json={"task": "weather"}).status_code == 422
    released = client.post(f"/api/models/{before['id']}/release")
    assert released.json["pinned_at"] is None and released.json["status"] == "champion"
    promoted = client.post(f"/api/models/{newest['id']}/promote", json={"why": "after all", "pin": False})
    assert (promoted.json["status"], promoted.json["pinned_at"]) == ("champion", None)
    assert client.get(f"/api/models/{forecaster['id']}").json["status"] == "champion", "it is another task's"
    with storage.hub() as session:
        noted = session.execute(
            text("""
                select action, after ->> 'task' from audit.events
                where chain = :tenant and action like 'model.%' order by number desc limit 3
            """),
            {"tenant": tenant},
        ).all()
    assert noted == [("model.promoted", "risk"), ("model.released", None), ("model.rolled_back", "risk")]
