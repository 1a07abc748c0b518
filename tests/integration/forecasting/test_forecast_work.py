"""From an imported file to predictions in the tenant's schema, by the same work that the workers do."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from hub import registry, worker
from hub.forecasting import catalogue, champion, service
from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.jobs import service as jobs
from hub.sync import service as sync
from hub.tenants import service as tenants
from plugins.connectors.csv.demo import write_demo

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(path, invoices=900, seed=5, today=TODAY)
    return path


@pytest.fixture(scope="module")
def imported(storage, settings, tenant, file):
    """A tenant whose ledger came from a file, with the forecasts that followed from it by themselves."""
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


def test_every_open_invoice_has_a_prediction_after_an_import(storage, imported):
    with storage.tenant(imported) as session:
        run = service.current_run(session)
        missing = session.scalar(
            text("""
                select count(*) from invoices i where i.status in ('open', 'partially_paid') and i.issued_on <= :today
                and i.balance > greatest(1, 0.01 * i.total)
                and not exists (select 1 from predictions p where p.invoice_id = i.id and p.run_id = :run)
            """),
            {"today": TODAY, "run": run["id"]},
        )
        found = service.list_predictions(session, {}, after=None, limit=500)
    assert run["model"] in ("xgboost_hazard", "naive") and missing == 0
    assert len(found) == run["predictions"] > 20
    for each in found:
        assert run["as_of"] < each["p10_on"] <= each["p50_on"] <= each["p90_on"]
        assert 0 <= each["p_paid_by_due"] <= 1 and each["balance"] > 0


def test_pages_of_predictions_follow_each_other_without_gap_or_double(storage, imported):
    with storage.tenant(imported) as session:
        whole = service.list_predictions(session, {}, after=None, limit=500)
        walked, after = [], None
        while page := service.list_predictions(session, {}, after=after, limit=7):
            walked += page
            after = page[-1]["expected_on"], page[-1]["invoice_id"]
        counted = service.count_predictions(session, {})
    assert [each["invoice_id"] for each in walked] == [each["invoice_id"] for each in whole]
    assert counted["total"] == len(whole) == sum(counted["risk_level"].values())


def test_the_riskiest_come_with_their_reasons(storage, imported):
    with storage.tenant(imported) as session:
        worst = service.riskiest(session, 5)
    assert len(worst) == 5
    assert [each["expected_late"] for each in worst] == sorted((each["expected_late"] for each in worst), reverse=True)
    for each in worst:
        assert each["customer_name"] and each["reasons"][0]["sentence"]


def test_cash_flow_has_what_came_in_and_what_is_to_come(storage, imported):
    with storage.tenant(imported) as session:
        found = service.cash_flow(session, weeks=4)
        paid = session.scalar(
            text("select sum(paid) from agg_day where currency = 'USD' and day between :first and :last"),
            {"first": TODAY - timedelta(days=TODAY.weekday(), weeks=8), "last": TODAY},
        )
    dollars = found["currencies"]["USD"]
    assert len(dollars["forecast"]) == 4
    assert sum(float(week["amount"]) for week in dollars["actual"]) == pytest.approx(float(paid))
    assert float(dollars["four_weeks"]["p10"]) <= float(dollars["four_weeks"]["p90"])


def test_the_ledger_of_a_tenant_is_the_ledger_of_its_file(storage, imported, file):
    connector = registry.load().make("csv", {"path": str(file)})
    records = [
        record for page in connector.read("rows", None) for item in page.items for record in connector.map("rows", item)
    ]
    read = LedgerFrame.from_records(records).as_of(to_day(TODAY), include_upcoming=True)
    with storage.tenant(imported) as session:
        kept = champion.load_frame(session, TODAY)
    assert len(kept) == len(read)
    a, b = np.argsort(read.number.astype(str)), np.argsort(kept.number.astype(str))
    for name in ("number", "issued", "due", "amount", "outcome", "closed", "open_amount", "disputed", "terms"):
        np.testing.assert_array_equal(getattr(read, name)[a], getattr(kept, name)[b], err_msg=name)
    assert list(read.customer_name[read.customer[a]]) == list(kept.customer_name[kept.customer[b]])


def test_scoring_again_appends_and_the_newest_run_is_current(storage, settings, imported):
    with storage.tenant(imported) as session:
        before = service.current_run(session)
    done = work_on(storage, settings, imported, "forecasting.score")
    with storage.tenant(imported) as session:
        after = service.current_run(session)
        kept = session.scalar(text("select count(*) from predictions where run_id = :run"), {"run": before["id"]})
    assert done["state"] == "done" and after["id"] > before["id"] and kept == before["predictions"]
    assert after["model_id"] == before["model_id"]


def test_training_again_retires_the_champion_and_keeps_it(storage, settings, imported):
    assert work_on(storage, settings, imported, "forecasting.train")["result"]["trained"]
    with storage.tenant(imported) as session:
        models = catalogue.list_models(session, {"task": "forecast"})
    statuses = [model["status"] for model in models]
    assert statuses.count("champion") == 1 and statuses.count("retired") >= 1
    assert all(model["reason"] for model in models)


def test_a_ledger_without_payments_is_told_why_there_is_no_model(storage, settings):
    key = tenants.create(storage, "Nothing paid yet").key
    done = work_on(storage, settings, key, "forecasting.train")
    assert done["state"] == "done" and done["result"]["trained"] is False
    assert "nothing to learn" in done["result"]["reason"]
    with storage.tenant(key) as session:
        assert service.current_run(session) is None and service.cash_flow(session, weeks=4) is None


def test_the_first_forecasts_of_a_large_ledger_do_not_wait_for_the_contest(storage, settings, file, monkeypatch):
    monkeypatch.setattr("hub.forecasting.jobs.AT_ONCE_INVOICES", 100)
    tenant = tenants.create(storage, "Hurried").key
    with storage.tenant(tenant) as session:
        sync.request_import(session, file, {}, "demo.csv")
    worker.work_off(settings, storage)
    with storage.tenant(tenant) as session:
        trained = session.execute(
            text("select backend, status, trained_at from forecast_models order by trained_at, backend")
        ).all()
        kinds = [each["kind"] for each in jobs.list_work(session, state="done")][::-1]
    done = [kind for kind in kinds if kind.startswith(("sync.", "forecasting."))]
    assert done == ["sync.import", "forecasting.refresh", "forecasting.train"]
    first = [row.backend for row in trained if row.trained_at == trained[0].trained_at]
    assert set(first) <= {"naive", "xgboost_hazard"}
    assert {row.backend for row in trained} > set(first)
