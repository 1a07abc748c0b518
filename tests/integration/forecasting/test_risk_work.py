"""From an imported file to every customer's risk, by the same work that the workers do."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub import registry, worker
from hub.forecasting import champion, risk_run, risk_service
from hub.forecasting.risk_run import load_newest, read_credit, read_holdings
from hub.insights import service as insights
from hub.jobs import service as jobs
from hub.sync import service as sync
from plugins.connectors.csv.demo import write_demo

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def imported(storage, settings, tenant, tmp_path_factory):
    """A tenant whose ledger came from a file, with what followed from it by itself."""
    file = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(file, invoices=900, seed=5, today=TODAY)
    with storage.tenant(tenant) as session:
        sync.request_import(session, file, {}, "demo.csv")
    worker.work_off(settings, storage)
    return tenant


def work_on(storage, settings, tenant, kind):
    """The finished work of a kind, done now."""
    with storage.tenant(tenant) as session:
        work_id = jobs.submit(session, kind, {})
    worker.work_off(settings, storage)
    with storage.tenant(tenant) as session:
        return jobs.get(session, work_id)


def backends():
    found = registry.load()
    return {slug: found.load(slug) for slug in (*risk_run.CANDIDATES, risk_run.FALLBACK)}


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


def test_a_young_model_is_used_again_and_an_old_one_is_not(storage, settings, imported):
    with storage.tenant(imported) as session:
        before = session.scalar(text("select count(*) from risk_models"))
    done = work_on(storage, settings, imported, "forecasting.score")
    assert done["state"] == "done" and done["result"]["customers"] > 5
    with storage.tenant(imported) as session:
        assert session.scalar(text("select count(*) from risk_models")) == before
        assert load_newest(session, backends(), TODAY) is not None
        assert load_newest(session, backends(), TODAY + timedelta(days=risk_run.STALE_DAYS + 1)) is None
        assert load_newest(session, backends(), TODAY - timedelta(days=1)) is None, "of the future"


def test_a_damaged_model_is_trained_anew(storage, settings, imported):
    with storage.tenant(imported) as session:
        session.execute(text("update risk_models set artifact = substring(artifact for 200)"))
        before = session.scalar(text("select count(*) from risk_models"))
    work_on(storage, settings, imported, "forecasting.score")
    with storage.tenant(imported) as session:
        assert session.scalar(text("select count(*) from risk_models")) == before + 1
        assert load_newest(session, backends(), TODAY) is not None


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
        before = insights.contacts(session, limit=500)["items"]
        assert before
        values = [each["contact_value"] for each in before]
        assert values == sorted(values, reverse=True)
        gone = before[0]["customer_id"]
        session.execute(text("update agg_customer set open_balance = 0 where customer_id = :id"), {"id": gone})
        after = insights.contacts(session, limit=500)["items"]
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
