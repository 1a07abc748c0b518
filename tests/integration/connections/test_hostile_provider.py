"""What a provider says that means harm, or is broken: it is refused in words that can be stored, and stops nothing."""

import json

import pytest
from sqlalchemy import text

from hub.connections.checking import MOST_ACCOUNTS
from hub.sdk.connector import Account
from hub.sdk.errors import RefusedError, TransientError
from tests.integration.connections.books import BooksConnector

FORM = {
    "connector": "books",
    "auth_method": "password",
    "config": {"username": "ada", "password": "correct horse 0815"},
}
HOSTILE = "Ac\0me\x1b[2J\u202e Ltd \ud800" + "x" * 10_000


@pytest.fixture
def tried(hub):
    """Connect by form, whatever comes of it: the connection as the API shows it, and the job."""

    def tried():
        made = hub.post("/api/connections", json=FORM).json
        hub.work_off()
        shown = hub.get(f"/api/connections/{made['connection']['id']}")
        return shown.json, hub.get(f"/api/jobs/{made['job']['id']}").json

    return tried


def shows(monkeypatch, *accounts):
    monkeypatch.setattr(BooksConnector, "accounts", lambda self: list(accounts))
    monkeypatch.setattr(BooksConnector, "check", lambda self: None)


def test_a_refusal_that_no_database_takes(monkeypatch, hub, tried):
    def refuse(self):
        raise RefusedError(f"refused with 403: {HOSTILE}", 403)

    monkeypatch.setattr(BooksConnector, "accounts", refuse)
    shown, job = tried()
    assert (shown["status"], job["state"], job["error"]["code"]) == ("needs_attention", "failed", "config")
    (notice,) = hub.get("/api/notices").json["items"]
    for said in (shown["reason"], notice["text"], job["error"]["message"]):
        assert "refused with 403: Ac me" in said and said.isprintable() and len(said) <= 1000


def test_a_company_of_any_name(monkeypatch, tried):
    shows(monkeypatch, Account(id="a", name=HOSTILE, home_currency="E\0UR", values={"key": "va\0lue"}))
    shown, _ = tried()
    assert shown["status"] == "ready"
    assert shown["account"]["name"].isprintable() and len(shown["account"]["name"]) == 200


@pytest.mark.parametrize("id", ["", "a\0", "a\r\nX-Api-Key: 1", "x" * 201, 7, None, ["a"]])
def test_a_company_whose_id_is_none(monkeypatch, tried, id):
    shows(monkeypatch, Account(id=id, name="Acme"))
    shown, job = tried()
    assert (shown["status"], job["state"]) == ("needs_attention", "failed")
    assert "an id that cannot be used" in shown["reason"]


def test_companies_without_end(monkeypatch, tried):
    shows(monkeypatch, *(Account(id=str(number), name="Acme") for number in range(MOST_ACCOUNTS + 5)))
    shown, _ = tried()
    assert (shown["status"], shown["choices"]) == ("needs_attention", [])
    assert f"More than {MOST_ACCOUNTS} companies" in shown["reason"]


def test_the_same_company_twice_is_one(monkeypatch, tried):
    shows(monkeypatch, Account(id="a", name="Acme"), Account(id="a", name="Acme"))
    assert tried()[0]["status"] == "ready"


def test_json_deeper_than_anybody_reads(hub, tried):
    hub.box.app.view_functions["BooksBox._companies"] = None
    deep = b"[" * 200_000
    for endpoint in list(hub.box.app.view_functions):
        if endpoint.endswith("_companies"):
            hub.box.app.view_functions[endpoint] = lambda: (deep, 200, {"Content-Type": "application/json"})
    shown, job = tried()
    assert (shown["status"], job["state"], job["error"]["code"]) == ("pending", "queued", "transient")
    assert "cut or no JSON" in job["error"]["message"]


def test_json_deeper_than_anybody_reads_is_no_token():
    from hub.connections.token_requests import read_grant

    assert read_grant(b"[" * 200_000) is None
    for token in ("tok\u00e9n", "to\r\nken", ""):
        assert read_grant(json.dumps({"access_token": token}).encode()) is None


def test_a_plugin_gets_a_transient_error_for_it():
    from hub.sdk.http import Answer

    with pytest.raises(TransientError):
        Answer(status=200, headers={}, body=b"[" * 200_000).json()


def test_a_trial_says_what_it_waits_for_and_is_not_counted_to_death(hub, tried, monkeypatch):
    def wait(self):
        raise TransientError("Books Online takes no more calls today", 40_000)

    monkeypatch.setattr(BooksConnector, "accounts", wait)
    shown, job = tried()
    for _ in range(6):
        with hub.storage.hub() as session:
            session.execute(text("update work set run_at = now()"))
        hub.work_off()
    shown = hub.get(f"/api/connections/{shown['id']}").json
    assert hub.get(f"/api/jobs/{job['id']}").json["state"] == "queued"
    assert shown["status"] == "pending"
    assert "takes no more calls today" in shown["reason"] and "tried again by itself" in shown["reason"]
