"""A tenant's registry served over HTTP, the work that forecasts asking it, and its models as files."""

import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import text
from werkzeug.serving import make_server

from hub import registry, worker
from hub.cli import models as models_command
from hub.forecasting import engine
from hub.forecasting.model_store import ModelStore
from hub.forecasting.serving import ModelServer
from hub.forecasting.shelf import Backends, ModelFolder, ModelShelf
from hub.forecasting.tenant_models import TenantModels
from hub.identity import audit
from hub.jobs import service as jobs
from hub.sync import service as sync
from hub.tenants import service as tenants
from plugins.connectors.csv.demo import write_demo

PLUGINS = registry.load({registry.THIRD_PARTY_SWITCH: "off"})
TOKEN = "token-of-the-test"
SIGNED = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def imported(storage, settings, tenant, tmp_path_factory):
    """A tenant whose ledger came from a file, with a champion and its forecasts."""
    path = tmp_path_factory.mktemp("ledger") / "demo.csv"
    write_demo(path, invoices=300, seed=5, today=datetime.now(UTC).date())
    with storage.tenant(tenant) as session:
        sync.request_import(session, path, {}, "demo.csv")
    worker.work_off(settings, storage)
    return tenant


@contextmanager
def serving(storage, settings):
    """The registry behind HTTP; yields its address and the shelf."""
    shelf = ModelShelf(TenantModels(storage, ModelStore(settings.model_store)), PLUGINS, 10**8)
    app = ModelServer(shelf, token=TOKEN, trusts_network=False, most_bytes=2**25)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}", shelf
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def predictions(storage, tenant):
    """The newest run's predictions with their reasons, by invoice."""
    query = """
        select invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on, p90_on, risk_level, reasons
        from predictions where run_id = (select max(id) from forecast_runs) order by invoice_id
    """
    with storage.tenant(tenant) as session:
        return session.execute(text(query)).all()


def score(storage, settings, tenant):
    """The finished work of forecasting anew."""
    with storage.tenant(tenant) as session:
        work_id = jobs.submit(session, "forecasting.score", {})
    worker.work_off(settings, storage)
    with storage.tenant(tenant) as session:
        return jobs.get(session, work_id)


def test_forecasts_are_the_same_whoever_computes_them(storage, settings, imported):
    # The file notes disputes, whose holds came after the first forecasts.
    assert score(storage, settings, imported)["state"] == "done"
    local = predictions(storage, imported)
    with serving(storage, settings) as (address, shelf):
        apart = replace(settings, model_server_url=address, model_server_token=TOKEN)
        done = score(storage, apart, imported)
        assert len(shelf) == 1, "the server was not asked"
    assert done["state"] == "done" and done["result"]["predictions"] == len(local) > 10
    assert predictions(storage, imported) == local


def test_a_server_that_is_away_has_the_work_wait_and_stores_nothing(storage, settings, imported):
    with storage.tenant(imported) as session:
        before = session.scalar(text("select max(id) from forecast_runs"))
    waiting = score(storage, replace(settings, model_server_url="http://127.0.0.1:9"), imported)
    assert waiting["state"] == "queued" and "did not answer" in str(waiting)
    with storage.tenant(imported) as session:
        assert session.scalar(text("select max(id) from forecast_runs")) == before


def test_a_model_is_served_to_its_own_tenant_alone(storage, settings, imported):
    other = tenants.create(storage, "Served apart, another").key
    with storage.tenant(imported) as session:
        champion = session.scalar(
            text("select id from forecast_models where task = 'forecast' and status = 'champion'")
        )
    with serving(storage, settings) as (address, shelf), httpx.Client(trust_env=False, headers=SIGNED) as client:

        def ask(**query):
            return client.post(f"{address}/invocations", params=query, content=b"{}").status_code

        assert client.get(f"{address}/ping").status_code == 200
        # 422: the model was found, and the cases are none.
        assert ask(tenant=imported) == ask(tenant=imported, model=str(champion)) == 422 and len(shelf) == 1
        assert ask(tenant=other, model=str(champion)) == 404
        assert ask(tenant=other) == 404
        assert ask(tenant=imported, model=str(uuid4())) == ask(tenant=imported, model="x' or 1") == 404
        assert ask(tenant="nobody") == ask(tenant='a"; drop schema') == 404
        assert ask() == 422


def test_a_damaged_model_is_not_served(storage, settings, imported):
    with storage.tenant(imported) as session:
        whole = session.scalar(
            text("select artifact from forecast_models where task = 'forecast' and status = 'champion'")
        )
    change = text("update forecast_models set artifact = :artifact where task = 'forecast' and status = 'champion'")
    with serving(storage, settings) as (address, shelf):
        try:
            with storage.tenant(imported) as session:
                session.execute(change, {"artifact": whole[:-1] + bytes([whole[-1] ^ 1])})
            refused = httpx.post(
                f"{address}/invocations?tenant={imported}", content=b"{}", headers=SIGNED, trust_env=False
            )
        finally:
            with storage.tenant(imported) as session:
                session.execute(change, {"artifact": whole})
        assert (refused.status_code, refused.json()["code"]) == (422, "corrupt_model") and len(shelf) == 0


def test_an_exported_model_is_served_without_a_database(storage, settings, imported, tmp_path, monkeypatch):
    for name in ("data_dir", "database_url", "redis_url"):
        monkeypatch.setenv(f"PAYPREDICT_{name.upper()}", str(getattr(settings, name)))
    done = CliRunner().invoke(models_command.command, ["export", "--tenant", imported, "--to", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    (path,) = (tmp_path / "out").iterdir()
    assert engine.load(path.read_bytes(), Backends(PLUGINS)).n_payments > 0
    served = ModelShelf(ModelFolder(path.parent), PLUGINS, 10**8).get("", "")
    assert served.name == path.stem
    with storage.tenant(imported) as session:
        sha256 = session.scalar(text("select sha256 from forecast_models where id = :id"), {"id": path.stem})
    events = audit.export_events(storage, imported, {}, limit=50)
    assert served.sha256 == sha256 and "model.exported" in {event["action"] for event in events}
