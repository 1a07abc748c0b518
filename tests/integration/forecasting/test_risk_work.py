"""From an imported file to every customer's risk, by the same work that the workers do."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub import registry as plugins
from hub import worker
from hub.connections import notices
from hub.forecasting import catalogue, champion, registry, risk_registry, risk_service, succession
from hub.forecasting.model_store import ModelStore
from hub.forecasting.risk_run import read_credit, read_holdings
from hub.insights import service as insights
from hub.jobs import service as jobs
from hub.sync import service as sync
from plugins.connectors.csv.demo import write_demo
from tests.integration.forecasting.transactions import within

NOW = datetime.now(UTC)
TODAY = NOW.date()


@pytest.fixture(scope="module")
def imported(storage, settings, tenant, tmp_path_factory):
    """A tenant whose ledger came from a file, with what followed from it by itself."""
    file = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(file, invoices=900, seed=5, today=TODAY)
    with storage.tenant(tenant) as session:
        sync.request_import(session, file, {}, "demo.csv")
    worker.work_off(settings, storage)
    return tenant


def work_on(storage, settings, tenant, kind, **payload):
    """The finished work of a kind, done now."""
    with storage.tenant(tenant) as session:
        work_id = jobs.submit(session, kind, payload)
    worker.work_off(settings, storage)
    with storage.tenant(tenant) as session:
        return jobs.get(session, work_id)


def backends():
    return risk_registry.load_backends(plugins.load())


def risk_models(session):
    return catalogue.list_models(session, {"task": "risk"})


def assessed_by(session):
    return session.scalar(text("select model_id from risk_runs order by run_id desc limit 1"))


def test_every_customer_with_a_debt_is_assessed_beside_the_forecast(storage, imported):
    with storage.tenant(imported) as session:
        run, forecast = session.execute(
            text("select max(run_id), (select max(id) from forecast_runs) from risk_runs")
        ).one()
        missing = session.scalar(
            text("""
                select count(*) from agg_customer a where open_balance > 1 and not exists (
                    select from customer_risk r where r.customer_id = a.customer_id and r.run_id = :run)
            """),
            {"run": run},
        )
        rows = session.execute(text("select * from customer_risk where run_id = :run"), {"run": run}).all()
    assert run == forecast and missing == 0 and len(rows) > 5
    for row in rows:
        assert 0 <= row.p_late90 <= row.p_late60 <= row.p_late30 <= 1
        assert row.risk_level in ("low", "medium", "high")
        assert float(row.expected_loss) == pytest.approx(sum(float(each["loss"]) for each in row.amounts), abs=0.01), (
            "in one currency at home the losses add up"
        )


def test_a_customer_has_its_risk_with_all_that_it_rests_on(storage, imported):
    with storage.tenant(imported) as session:
        worst = session.scalar(text("select customer_id from customer_risk order by expected_loss desc limit 1"))
        found = risk_service.get_risk(session, worst)
        assert risk_service.get_risk(session, uuid4()) is None
    assert found["level"] == found["model_level"] and found["risk_override"] is None
    assert "assumption" in found["assumptions"]["words"].lower()
    assert found["reasons"] and all(each["sentence"] for each in found["reasons"])
    assert found["model"] in backends() and found["model_note"]
    assert [each["level"] for each in found["history"]] == [found["model_level"]]


def test_every_backend_compared_is_kept_with_its_metrics_and_one_is_in_charge(storage, imported):
    with storage.tenant(imported) as session:
        models = risk_models(session)
        (best,) = [each for each in models if each["status"] == "champion"]
        detail = catalogue.get_model(session, best["id"])
        loaded = risk_registry.load_champion(within(session), ModelStore(), backends(), NOW)
        assert assessed_by(session) == best["id"] == loaded[0]
        assert registry.champion(session).id != best["id"], "forecasts have a champion of their own"
    assert {each["task"] for each in models} == {"risk"} and models[0]["id"] == best["id"]
    assert set(best["scores"]) == {each["backend"] for each in models} and len(models) > 1
    assert best["scores"][best["backend"]]["log_loss"] > 0 and best["backtest"] is None
    assert best["data"]["invoices"] > 800 and best["backend_version"] and best["bytes"] > 100
    assert detail["kept_in"] == "database" and loaded[1].note == best["reason"]
    for other in models[1:]:
        theirs = other["scores"]["naive_risk"]["log_loss"] < other["scores"][other["backend"]]["log_loss"]
        assert other["status"] == ("rejected" if theirs else "challenger") and other["backend"] in other["reason"]


def test_one_is_trained_after_a_sync_where_the_newest_is_old_and_never_by_scoring(storage, settings, imported):
    with storage.tenant(imported) as session:
        before = len(risk_models(session))
        days = risk_registry.STALE_DAYS + 1
        session.execute(text("update forecast_models set as_of = as_of - :days where task = 'risk'"), {"days": days})
    done = work_on(storage, settings, imported, "forecasting.score")
    assert done["state"] == "done" and done["result"]["customers"] > 5
    with storage.tenant(imported) as session:
        assert len(risk_models(session)) == before
    work_on(storage, settings, imported, "forecasting.refresh")
    with storage.tenant(imported) as session:
        assert len(risk_models(session)) == 2 * before
        assert registry.champion(session, "risk").as_of == TODAY


def test_the_way_back_and_the_pin_are_those_of_the_task(storage, settings, imported):
    with storage.tenant(imported) as session:
        forecaster = registry.champion(session)
        newest = registry.champion(session, "risk")
        before = succession.rollback(session, "risk", why="too many warnings", now=NOW)
        now = registry.champion(session, "risk")
        assert now.id == before != newest.id and now.is_pinned
        assert registry.champion(session) == forecaster
        changes = succession.changes(session, before)
        assert (changes[0]["kind"], changes[0]["from_id"]) == ("rolled_back", newest.id)
    work_on(storage, settings, imported, "forecasting.score")
    with storage.tenant(imported) as session:
        assert assessed_by(session) == before
        days = risk_registry.STALE_DAYS + 1
        session.execute(text("update forecast_models set as_of = as_of - :days where task = 'risk'"), {"days": days})
    work_on(storage, settings, imported, "forecasting.refresh")
    with storage.tenant(imported) as session:
        assert registry.champion(session, "risk").id == before, "pinned"
        waiting = next(each for each in risk_models(session) if each["backend"] == newest.backend)
        assert waiting["status"] == "challenger" and waiting["as_of"] == TODAY
        succession.release(session, before, now=NOW)
        succession.promote(session, waiting["id"], why=None, pin=False, now=NOW)
        assert registry.champion(session, "risk").id == waiting["id"]


def test_a_backtest_says_how_good_it_would_have_been(storage, settings, imported):
    with storage.tenant(imported) as session:
        models = {each["backend"]: each for each in risk_models(session)}
    for slug in ("naive_risk", "xgboost_risk"):
        done = work_on(
            storage,
            settings,
            imported,
            "forecasting.backtest",
            model_id=str(models[slug]["id"]),
            as_of=TODAY.isoformat(),
        )
        assert done["result"]["scores"][slug]["n"] > 50 and "naive_risk" in done["result"]["scores"]
    early = work_on(
        storage,
        settings,
        imported,
        "forecasting.backtest",
        model_id=str(models["xgboost_risk"]["id"]),
        as_of="2001-01-01",
    )
    assert early["state"] == "failed" and "too few customers" in early["error"]["message"]


def test_training_again_to_the_byte_is_refused_with_the_reason(storage, settings, imported):
    with storage.tenant(imported) as session:
        model = registry.champion(session, "risk").id
    done = work_on(storage, settings, imported, "forecasting.reproduce", model_id=str(model))
    assert done["state"] == "failed" and "credit scores" in done["error"]["message"]


def test_a_damaged_model_is_trained_anew_and_who_pinned_it_is_told(storage, settings, imported):
    with storage.tenant(imported) as session:
        damaged = registry.champion(session, "risk").id
        succession.promote(session, damaged, why=None, pin=True, now=NOW)
        session.execute(
            text("update forecast_models set artifact = substring(artifact for 200) where id = :id"), {"id": damaged}
        )
    work_on(storage, settings, imported, "forecasting.score")
    with storage.tenant(imported) as session:
        now = registry.champion(session, "risk")
        statuses = {each["id"]: each["status"] for each in risk_models(session)}
        told = [each["text"] for each in notices.list_notices(session, open=True, limit=9)]
        assert assessed_by(session) == now.id != damaged
    assert statuses[damaged] == "failed" and any("could not be used" in each for each in told)


def test_the_history_tells_only_changes(storage, imported):
    with storage.tenant(imported) as session:
        customer, run = session.execute(text("select customer_id, max(run_id) from customer_risk group by 1")).first()
        session.execute(
            text("update customer_risk set risk_level = 'high' where customer_id = :customer and run_id < :run"),
            {"customer": customer, "run": run},
        )
        session.execute(
            text("update customer_risk set risk_level = 'low' where customer_id = :customer and run_id = :run"),
            {"customer": customer, "run": run},
        )
        levels = [each["level"] for each in risk_service.level_history(session, customer)]
        session.rollback()
    assert levels == ["low", "high"]


def test_people_know_better_than_the_model(storage, imported):
    with storage.tenant(imported) as session:
        customer = session.scalar(text("select customer_id from customer_risk order by 1 limit 1"))
        session.execute(
            text('update customers set profile = \'{"risk_override": "high"}\' where id = :id'), {"id": customer}
        )
        found, card = risk_service.get_risk(session, customer), risk_service.risk_card(session, customer)
        session.rollback()
    assert (found["level"], card["level"]) == ("high", "high") and found["risk_override"] == "high"


def test_what_was_paid_since_is_not_to_be_called_about(storage, imported):
    with storage.tenant(imported) as session:
        before = insights.contacts(session, limit=500, today=date(2026, 3, 31))["items"]
        assert before
        values = [each["contact_value"] for each in before]
        assert values == sorted(values, reverse=True)
        gone = before[0]["customer_id"]
        session.execute(text("update agg_customer set open_balance = 0 where customer_id = :id"), {"id": gone})
        after = insights.contacts(session, limit=500, today=date(2026, 3, 31))["items"]
        session.rollback()
    assert [each["customer_id"] for each in after] == [each["customer_id"] for each in before[1:]]


def test_credit_and_holdings_are_read_as_the_books_state_them(storage, imported):
    with storage.tenant(imported) as session:
        frame = champion.load_frame(session, TODAY)
        customer = frame.customer_id[0]
        session.execute(
            text("update customers set credit_score = 640, credit_limit = 9000 where id = :id"), {"id": customer}
        )
        session.execute(
            text("""
                insert into payments (id, customer_id, paid_on, currency, amount, unapplied, status, connection_id,
                                      external_id, row_hash)
                values (gen_random_uuid(), :id, :day, 'EUR', 50, 40, 'open', gen_random_uuid(), 'p', 0),
                       (gen_random_uuid(), :id, :day, 'EUR', 50, 30, 'void', gen_random_uuid(), 'q', 0)
            """),
            {"id": customer, "day": TODAY},
        )
        master, holdings = read_credit(session, frame), read_holdings(session)
        session.rollback()
    assert master.credit_score[0] == 640 and master.credit_limit[0] == 9000
    assert holdings.cash[customer, "EUR"] == 40 and holdings.credit == {}
