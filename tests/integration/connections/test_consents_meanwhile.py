"""What happens to a connection while somebody is away at the provider, consenting."""

from uuid import UUID

import pytest

from hub.connections import disconnecting, token_requests
from hub.connections.consent import Scope
from hub.connections.forms import Entered
from hub.errors import HubError
from hub.storage.vault import Vault
from tests.integration.connections.books import come_back, consent

BODY = {"connector": "books", "auth_method": "oauth"}


@pytest.fixture
def begun(hub):
    """A consent under way, in the test's browser: the connection's id, and what leads back from the provider."""
    answer = hub.browser.post("/api/connections", json=BODY, headers={"Idempotency-Key": "begin"})
    return answer.json["connection"]["id"], consent(answer.json["authorize_url"])


def test_it_is_disconnected_while_the_code_is_exchanged(hub, begun, monkeypatch):
    made, back = begun
    exchange = token_requests.exchange_code

    def end_it_first(*args):
        grant = exchange(*args)
        vault = hub.app.extensions["paypredict"].vault
        scope = Scope(storage=hub.storage, settings=hub.settings, vault=vault, registry=hub.registry, tenant=hub.tenant)
        disconnecting.disconnect(scope, UUID(made), hub.row(made).created_at)
        return grant

    monkeypatch.setattr(token_requests, "exchange_code", end_it_first)
    assert come_back(hub.browser, back)["outcome"] == "failed"
    assert hub.row(made).status == "disconnected" and hub.secret_owners() == set()
    assert hub.query("select count(*) from connection_tokens") == [(0,)]


def test_a_second_consent_does_not_replace_what_the_first_has_connected(hub, begun):
    made, back = begun
    again = hub.browser.post("/api/connections", json=BODY, headers={"Idempotency-Key": "begin"})
    late = consent(again.json["authorize_url"])
    assert again.json["connection"]["id"] == made
    assert come_back(hub.browser, back)["outcome"] == "checking"
    hub.work_off()
    held = hub.secret(made, "access_token")
    hub.box.companies["b"] = "Bravo"
    hub.box.opened = ["b"]
    assert come_back(hub.browser, late)["outcome"] == "failed"
    hub.work_off()
    shown = hub.get(f"/api/connections/{made}").json
    assert (shown["status"], shown["account"]["id"], hub.secret(made, "access_token")) == ("ready", "a", held)
    # Sent once more, it leads to no consent that would come to nothing.
    sent = hub.browser.post("/api/connections", json=BODY, headers={"Idempotency-Key": "begin"})
    assert (sent.status_code, sent.json["authorize_url"], "Set-Cookie" in sent.headers) == (201, None, False)


def test_it_is_set_to_be_opened_without_a_consent(hub, begun):
    made, back = begun
    form = {"auth_method": "password", "config": {"username": "ada", "password": "correct horse 0815"}}
    assert hub.post(f"/api/connections/{made}/reconnect", json=form).status_code == 202
    assert come_back(hub.browser, back)["outcome"] == "failed"
    assert hub.box.oauth.token_posts == 0
    hub.work_off()
    assert hub.row(made).status == "ready"


def test_a_grant_that_could_not_be_sealed_is_not_asked_for(hub, begun, monkeypatch):
    made, back = begun

    def locked(self, session):
        raise HubError("The vault cannot be opened: its key is missing.")

    monkeypatch.setattr(Vault, "sealing_key", locked)
    assert come_back(hub.browser, back)["outcome"] == "failed"
    assert hub.box.oauth.token_posts == 0
    assert "its key is missing" in hub.get(f"/api/connections/{made}").json["reason"]


def test_a_plugin_that_is_gone(hub, begun):
    made, back = begun
    del hub.registry.found["books"]
    assert come_back(hub.browser, back)["outcome"] == "failed"
    assert "there is no plugin 'books'" in hub.row(made).reason


def test_no_secret_is_in_what_python_shows_of_a_form():
    assert "hunter22" not in repr(Entered(config={}, secrets={"password": "hunter22"}))
