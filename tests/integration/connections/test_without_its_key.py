"""The vault's key is missing, or a plugin is: what connections say, and that they can be ended all the same."""

import base64
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.connections.installation import Installation
from tests.integration.connections.test_looking_after import age, look_after
from tests.integration.connections.test_webhooks import body_of, change, sign

FORM = {
    "connector": "books",
    "auth_method": "password",
    "config": {"username": "ada", "password": "correct horse 0815"},
}


@pytest.fixture
def connected(hub) -> str:
    """By consent, while the key was there."""
    return hub.connect()


@pytest.fixture
def locked(hub, connected) -> Installation:
    """The same hub, started with another master key than its secrets are sealed under."""
    other = base64.b64encode(b"k" * 32).decode()
    keyless = object.__new__(Installation)
    keyless.__dict__ |= hub.__dict__ | {"settings": replace(hub.settings, vault_key=other)}
    from hub.app import create_app

    keyless.app = create_app(keyless.settings, keyless.storage, keyless.registry)
    keyless.browser = keyless.another_browser()
    return keyless


def test_nothing_is_stored_that_could_not_be_sealed(locked):
    key = {"Idempotency-Key": str(uuid4())}
    refused = locked.post("/api/connections", json=FORM, headers=key)
    assert (refused.status_code, refused.json["code"]) == (500, "vault"), refused.json
    assert "correct horse" not in refused.get_data(as_text=True)
    assert len(locked.connections()) == 1


def test_a_connection_is_ended_all_the_same(locked, connected):
    answer = locked.post(f"/api/connections/{connected}/disconnect")
    assert answer.status_code == 200, answer.json
    assert not answer.json["revoked"] and "could not be told" in answer.json["revocation"]
    assert answer.json["secrets_forgotten"] == 2 and locked.secret_owners() == set()


def test_the_night_goes_on(locked, connected):
    age(locked, renewed_at=50, refresh_expires_at=50)
    assert look_after(locked) == {"connections": 1, "renewed": 0, "failed": 1, "dropped": 0}
    assert locked.row(connected).status == "ready"
    # Nothing was asked for that could not have been kept.
    assert locked.box.oauth.token_posts == 1


def test_a_trial_says_so(locked, connected):
    assert locked.patch(connected, {"config": {"region": "us"}}).status_code == 200
    for _ in range(5):
        with locked.storage.hub() as session:
            session.execute(text("update work set run_at = now()"))
        locked.work_off()
    shown = locked.get(f"/api/connections/{connected}").json
    assert shown["status"] == "needs_attention" and "vault" in shown["reason"] and "Reconnect" in shown["reason"]


def test_announcements_to_the_operators_app_are_kept(locked, connected):
    body = body_of(change(1))
    headers = {"X-Books-Signature": sign(body)}
    sent = locked.open("POST", "/api/webhooks/books/app", data=body, headers=headers)
    assert sent.status_code == 200


def test_a_plugin_that_is_gone_keeps_no_connection(hub, connected):
    del hub.registry.found["books"]
    answer = hub.post(f"/api/connections/{connected}/disconnect")
    assert answer.status_code == 200, answer.json
    assert "not installed here any more" in answer.json["revocation"] and hub.secret_owners() == set()
