"""Why an invoice is expected when it is: kept for the weightiest, asked of a worker for all others."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
import redis as redis_client
from sqlalchemy import text

from hub import registry, worker
from hub.app import create_app
from hub.forecasting import asking, champion
from hub.identity import keys
from hub.sync import service as sync
from plugins.connectors.csv.demo import write_demo
from tests.integration.api.conftest import ApiClient

TODAY = datetime.now(UTC).date()


@pytest.fixture(scope="module")
def forecast_tenant(storage, settings, tenant, tmp_path_factory):
    path = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(path, invoices=900, seed=5, today=TODAY)
    kept, champion.EXPLAINED = champion.EXPLAINED, 20
    with storage.tenant(tenant) as session:
        sync.request_import(session, path, {}, "demo.csv")
    worker.work_off(settings, storage)
    champion.EXPLAINED = kept
    return tenant


@pytest.fixture(scope="module")
def client(storage, settings, forecast_tenant):
    with storage.hub() as session:
        key = keys.create(session, forecast_tenant, "test")
    app = create_app(settings, storage)
    return ApiClient(app.test_client(), key, app)


@contextmanager
def a_worker(settings, storage):
    stopping = threading.Event()
    thread = worker.answer_questions(settings, storage, registry.load(), stopping)
    try:
        yield
    finally:
        stopping.set()
        thread.join(10)


def invoices(storage, tenant, with_reasons: bool):
    condition = "is not null" if with_reasons else "is null"
    with storage.tenant(tenant) as session:
        return session.execute(
            text(f"select invoice_id, reasons from predictions where reasons {condition} order by 1 limit 15")
        ).all()


def test_a_worker_explains_those_whose_reasons_are_not_kept(client, storage, settings, forecast_tenant):
    with a_worker(settings, storage):
        for invoice_id, _ in invoices(storage, forecast_tenant, with_reasons=False):
            found = client.get(f"/api/predictions/{invoice_id}/reasons")
            assert found.status_code == 200, found.json
            told = sum(reason["days"] for reason in found.json["reasons"])
            assert told + found.json["other_days"] == pytest.approx(found.json["difference_days"])
            assert all(reason["days"] * reason["contribution"] >= 0 for reason in found.json["reasons"])
            assert found.json["reasons"][0]["sentence"]


def test_on_demand_the_reasons_are_those_that_were_kept(client, storage, settings, forecast_tenant):
    with a_worker(settings, storage):
        for invoice_id, kept in invoices(storage, forecast_tenant, with_reasons=True):
            found = client.get(f"/api/predictions/{invoice_id}/reasons").json["reasons"]
            for one, other in zip(kept, found, strict=False):
                assert one["feature"] == other["feature"] and one["sentence"] == other["sentence"]
                assert one["days"] == pytest.approx(other["days"], abs=1e-4)


def test_without_a_worker_those_kept_are_shown_and_others_are_not_to_be_had(
    client, storage, forecast_tenant, monkeypatch
):
    monkeypatch.setattr(asking, "WAIT_SECONDS", 0.3)
    ((kept, reasons), *_), ((other, _), *_) = (
        invoices(storage, forecast_tenant, with_reasons) for with_reasons in (True, False)
    )
    shown = client.get(f"/api/predictions/{kept}/reasons").json
    assert [each["sentence"] for each in shown["reasons"]] == [each["sentence"] for each in reasons]
    assert shown["difference_days"] is None
    refused = client.get(f"/api/predictions/{other}/reasons")
    assert refused.status_code == 503 and "worker" in refused.json["detail"]


def test_nothing_is_claimed_of_reminders_yet(client, storage, settings, forecast_tenant):
    ((kept, _), *_) = invoices(storage, forecast_tenant, with_reasons=True)
    with a_worker(settings, storage):
        reminded = client.get(f"/api/predictions/{kept}/reasons").json["if_reminded"]
    assert reminded["days_sooner"] is None and "Not enough yet" in reminded["why"] and reminded["needed"] > 0


def test_of_an_invoice_without_a_prediction_there_is_nothing(client):
    assert client.get(f"/api/predictions/{UUID(int=3)}/reasons").status_code == 404


def test_an_invoice_of_another_tenant_is_not_explained(storage, settings, forecast_tenant):
    with a_worker(settings, storage), redis_client.Redis.from_url(settings.redis_url) as redis:
        assert "not_found" in asking.ask(redis, forecast_tenant, uuid4(), 10.0)


def test_a_question_that_nobody_takes_is_taken_back(settings, forecast_tenant):
    with redis_client.Redis.from_url(settings.redis_url) as redis:
        assert asking.ask(redis, forecast_tenant, uuid4(), 0.3) is None
        assert redis.llen(asking.QUEUE) == 0


def test_a_damaged_case_is_trouble_and_the_worker_goes_on(client, storage, settings, forecast_tenant, monkeypatch):
    monkeypatch.setattr(asking, "WAIT_SECONDS", 10.0)
    ((other, _), *_) = invoices(storage, forecast_tenant, with_reasons=False)
    with storage.tenant(forecast_tenant) as session:
        session.execute(
            text("update forecast_books set cases = set_byte(cases, 200, (get_byte(cases, 200) + 1) % 256)")
        )
    with a_worker(settings, storage):
        assert client.get(f"/api/predictions/{other}/reasons").status_code == 503
        assert client.get(f"/api/predictions/{other}/reasons").status_code == 503
