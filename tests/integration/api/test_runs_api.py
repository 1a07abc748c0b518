"""Runs over the API: asked for, with their log and how far they are, and the tie-out with its customers."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.connections import service as connections
from hub.sdk.connector import Totals
from hub.sdk.errors import TransientError
from hub.sync import service
from tests.integration.sync.changing import ChangingBooks
from tests.integration.sync.conftest import Hub


class Worker(Hub):
    """Runs the connection to books that change."""

    registry = property(lambda self: self.provider)


@pytest.fixture(scope="module")
def worker(storage, tenant):
    worker = Worker(storage, tenant, provider=ChangingBooks().fill(4))
    with worker.transaction() as session:
        worker.connection_id = connections.ensure(session, "fake", "Fake Books", {})
    return worker


@pytest.fixture
def run_id(worker):
    """A run whose ledger has a cent and a customer more than the provider."""
    worker.provider.totals = Totals(
        as_of=date(2026, 3, 1),
        receivable={"EUR": Decimal("19.99")},
        customers={"c0": {"EUR": Decimal("19.99")}},
        home_currency="EUR",
        home=Decimal("19.99"),
    )
    worker.work_id = uuid4()
    worker.now += timedelta(hours=1)
    return service.run(worker, worker.connection_id, now=worker.now)["run_id"]


def test_a_run_with_its_log(client, worker, run_id):
    answer = client.get(f"/api/runs/{run_id}")
    assert answer.status_code == 200
    shown = answer.json
    assert (shown["status"], shown["calls"]) == ("suspicious", 0)
    assert {each["stream"]: each["items"] for each in shown["progress"]} == shown["items"]
    assert all(each["done"] for each in shown["progress"])
    assert "customers" not in shown["tie_out"]
    assert shown["tie_out"]["EUR"]["difference"] == "0.0100"
    assert shown["log"][0]["text"].startswith("Reading ")
    assert shown["warnings"][0].startswith("It does not tie out: the ledger's receivables differ")
    assert client.get(f"/api/runs/{uuid4()}").status_code == 404


def test_the_runs_of_a_connection(client, worker, run_id):
    answer = client.get(f"/api/connections/{worker.connection_id}/runs")
    assert run_id in [each["id"] for each in answer.json["items"]]
    assert "log" not in answer.json["items"][0]
    some = client.get(f"/api/connections/{worker.connection_id}/runs?status=waiting").json["items"]
    assert some == []
    assert client.get(f"/api/connections/{uuid4()}/runs").status_code == 404


def test_the_newest_tie_out(client, worker, run_id):
    shown = client.get(f"/api/connections/{worker.connection_id}/tie-out").json
    assert (shown["run_id"], shown["as_of"], shown["is_equal"]) == (run_id, "2026-03-01", False)
    sums = {"currency": "EUR", "provider": "19.9900", "ledger": "20.0000", "difference": "0.0100"}
    assert (shown["currencies"], shown["home"], shown["differing_customers"]) == ([sums], sums, 1)
    (customer,) = shown["customers"]
    assert (customer["external_id"], customer["name"], customer["difference"]) == ("c0", "Customer 0", "0.0100")
    assert customer["cause"].startswith("unknown")


def test_how_the_reading_of_each_connection_stands(client, worker, run_id):
    (listed,) = [
        each for each in client.get("/api/connections").json["items"] if each["id"] == str(worker.connection_id)
    ]
    assert listed["sync"] == client.get(f"/api/connections/{worker.connection_id}").json["sync"]
    newest = listed["sync"]["newest_run"]
    assert (newest["id"], newest["status"], newest["rejected"]) == (run_id, "suspicious", 0)
    assert (listed["sync"]["is_under_way"], listed["sync"]["ties_out"]) == (False, False)
    assert listed["sync"]["records"]["invoice"] == 4
    assert listed["sync"]["next_run_at"] is None, "no plugin calls anybody here"


def test_a_connection_that_was_never_compared(client, worker):
    with worker.transaction() as session:
        fresh = connections.ensure(session, "fake", "Other Books", {})
    shown = client.get(f"/api/connections/{fresh}/tie-out").json
    assert (shown["run_id"], shown["is_equal"], shown["currencies"], shown["home"]) == (None, None, [], None)
    assert client.get(f"/api/connections/{uuid4()}/tie-out").status_code == 404


def test_a_full_run_under_way_shows_how_far_it_is(client, worker, run_id):
    worker.provider.pages.clear()
    worker.provider.failing = {2: TransientError("enough for today", retry_after=86_400)}
    worker.work_id = uuid4()
    with pytest.raises(TransientError):
        service.run(worker, worker.connection_id, "full", now=worker.now)
    (waiting,) = client.get(f"/api/connections/{worker.connection_id}/runs?status=waiting").json["items"]
    shown = client.get(f"/api/runs/{waiting['id']}").json
    assert shown["reason"].startswith("Waiting for the provider's limit until 2026-")
    assert shown["progress"] == [
        {"stream": "customers", "items": 2, "pages": 1, "done": True, "share": None},
        {"stream": "invoices", "items": 3, "pages": 1, "done": False, "share": None},
        {"stream": "payments", "items": 0, "pages": 0, "done": False, "share": None},
    ]


def test_asking_for_a_run(client, worker):
    path = f"/api/connections/{worker.connection_id}/sync"
    first = client.post(path, json={})
    assert (first.status_code, first.json["kind"], first.json["state"]) == (202, "sync.run", "queued")
    assert first.headers["Location"] == f"/api/jobs/{first.json['id']}"
    assert client.post(path, json={"kind": "increment"}).json["id"] == first.json["id"]
    full = client.post(path, json={"kind": "full"}, headers={"Idempotency-Key": "once"})
    assert full.json["id"] != first.json["id"]
    assert client.post(path, json={"kind": "full"}, headers={"Idempotency-Key": "once"}).json["id"] == full.json["id"]
    assert client.post(path, json={"kind": "some"}).status_code == 422
    assert client.post(f"/api/connections/{uuid4()}/sync", json={}).status_code == 404


def test_a_paused_connection_is_not_run(client, worker):
    with worker.transaction() as session:
        paused = connections.ensure(session, "fake", "Paused Books", {})
        session.execute(text("update connections set status = 'paused' where id = :id"), {"id": paused})
    answer = client.post(f"/api/connections/{paused}/sync", json={})
    assert (answer.status_code, answer.json["detail"]) == (409, "Paused Books is paused, so nothing is read from it.")
