"""Trials of one company, or of one connection, by several workers at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from hub.connections import checking
from hub.errors import ConflictError
from hub.jobs.context import JobContext
from tests.integration.connections.books import BooksConnector

FORM = {
    "connector": "books",
    "auth_method": "password",
    "config": {"username": "ada", "password": "correct horse 0815"},
}


@pytest.fixture
def together(hub, monkeypatch):
    """Try connections at once: each has asked the provider before any goes on. What came of each, or was raised."""

    def together(*ids: str):
        meeting, asked = threading.Barrier(len(ids), timeout=20), BooksConnector.check

        def check(self):
            asked(self)
            meeting.wait()

        monkeypatch.setattr(BooksConnector, "check", check)

        def one(connection_id: str):
            context = JobContext(
                storage=hub.storage,
                settings=hub.settings,
                registry=hub.registry,
                tenant=hub.tenant,
                work_id=UUID(connection_id),
            )
            try:
                return checking.try_connection(context, UUID(connection_id))["status"]
            except ConflictError as error:
                return str(error)

        with ThreadPoolExecutor(len(ids)) as threads:
            return list(threads.map(one, ids))

    return together


def test_one_company_is_connected_by_one_of_them(hub, together):
    ids = [hub.post("/api/connections", json=FORM).json["connection"]["id"] for _ in range(2)]
    outcomes = together(*ids)
    assert sorted(each == "ready" for each in outcomes) == [False, True], outcomes
    lost = ids[[each == "ready" for each in outcomes].index(False)]
    shown = hub.get(f"/api/connections/{lost}").json
    assert shown["status"] == "needs_attention" and shown["reason"].startswith("Acme ")
    assert "duplicate key" not in shown["reason"]


def test_one_connection_is_ready_however_many_try_it(hub, together):
    made = hub.post("/api/connections", json=FORM).json["connection"]["id"]
    assert together(made, made) == ["ready", "ready"]
    assert hub.row(made).account_id == "a" and hub.secret_owners() == {made}


def test_what_is_to_open_it_takes_its_place_once(hub, together):
    made = hub.connect_by_form()
    hub.patch(made, {"config": {"region": "us"}})
    assert sorted(together(made, made)) == ["ready", "superseded"]
    shown = hub.get(f"/api/connections/{made}").json
    assert (shown["status"], shown["config"]["region"], shown["is_being_tried"]) == ("ready", "us", False)
    assert hub.secret_owners() == {made}
