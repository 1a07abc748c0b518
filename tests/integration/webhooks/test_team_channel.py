"""Slack and a system of the tenant's own as channels, set up over the API, against servers on this machine."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from standardwebhooks.webhooks import Webhook

from hub import registry as plugins
from hub.app import create_app
from hub.channels import sending, suppressions
from hub.channels import service as channels
from hub.channels.jobs import read_receipts
from hub.jobs.context import JobContext
from hub.sdk.channel import Message
from tests.integration.identity.callers import person
from tests.integration.webhooks.conftest import Reply, receiving

SECRET = "whsec_" + base64.b64encode(b"c" * 32).decode()
PLUGINS = plugins.load()


@pytest.fixture(scope="module")
def slack():
    with receiving() as slack:
        yield slack


@pytest.fixture(scope="module")
def own(settings, slack, tmp_path_factory):
    """Settings of a hub whose operator put a Slack of this machine in Slack's place."""
    apps = tmp_path_factory.mktemp("apps") / "connectors.toml"
    origin = slack.url.removesuffix("/hooks")
    apps.write_text(f'[slack.addresses]\napi = "{origin}"\nhooks = "{origin}"\n')
    return replace(settings, private_hosts="127.0.0.1", connector_apps_file=str(apps))


@pytest.fixture(scope="module")
def admin(own, storage, tenant):
    return person(create_app(own, storage, PLUGINS), storage, own, (tenant, "admin"))


def set_up(admin, plugin, config, purpose="team", **more):
    wanted = {"plugin": plugin, "name": f"{plugin} {uuid4().hex[:6]}", "purpose": purpose, "config": config, **more}
    response = admin.post("/api/channels", json=wanted)
    assert response.status_code == 201, response.json
    return response.json


def test_slack_is_told_by_its_incoming_webhook(admin, slack):
    slack.received.clear()
    made = set_up(admin, "slack", {"webhook_url": "https://hooks.slack.com/services/T0/B0/secret"})
    assert "secret" not in json.dumps(made) and made["sealed"] == ["webhook_url"]
    slack.replies = [Reply(400, b"no_text"), Reply(200, b"ok")]
    checked = admin.post(f"/api/channels/{made['id']}/check").json
    assert (checked["status"], checked["reason"]) == ("ready", "Slack knows this webhook.")
    tried = admin.post(f"/api/channels/{made['id']}/test").json
    assert tried["is_accepted"] and tried["sent_to"] is None
    headers, body = slack.received[-1]
    assert json.loads(body)["blocks"][0]["type"] == "header" and "authorization" not in headers


def test_a_bot_shows_its_token_to_slack_and_to_nobody_else(admin, slack):
    slack.received.clear()
    made = set_up(admin, "slack", {"token": "xoxb-1-secret", "channel": "C0123"})
    slack.replies = [
        Reply(200, b'{"ok": true, "channel": "C0123", "ts": "1.2"}', {"Content-Type": "application/json"}),
        Reply(200, b'{"ok": false, "error": "token_revoked"}', {"Content-Type": "application/json"}),
    ]
    assert admin.post(f"/api/channels/{made['id']}/test").json["is_accepted"]
    headers, body = slack.received[-1]
    assert headers["authorization"] == "Bearer xoxb-1-secret" and json.loads(body)["channel"] == "C0123"
    refused = admin.post(f"/api/channels/{made['id']}/test").json
    assert not refused["is_accepted"] and "token_revoked" in refused["detail"]
    shown = admin.get(f"/api/channels/{made['id']}").json
    assert shown["status"] == "failing" and "xoxb" not in json.dumps(shown)


def test_slack_reaches_no_debtor(admin):
    wanted = {"plugin": "slack", "name": "S", "purpose": "debtors", "sender": "ar@acme.example", "config": {}}
    refused = admin.post("/api/channels", json=wanted)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json["fields"]] == ["purpose"]


def test_a_system_of_ones_own_takes_messages_and_reports_back(admin, receiver, own, storage, tenant):
    made = set_up(
        admin, "webhook", {"url": receiver.url, "secret": SECRET}, purpose="debtors", sender="ar@acme.example"
    )
    tried = admin.post(f"/api/channels/{made['id']}/test")
    assert tried.status_code == 200 and tried.json["is_accepted"], tried.json
    context = JobContext(storage=storage, settings=own, registry=PLUGINS, tenant=tenant, work_id=uuid4())
    with storage.tenant(tenant) as session:
        channel = channels.get(session, UUID(made["id"]))
    message = Message(
        idempotency_key=str(uuid4()),
        to="gone@customer.example",
        sender="ar@acme.example",
        subject="Invoice 12",
        text="Please pay.",
        tags={"reminder": str(uuid4())},
    )
    receiver.replies = [Reply(202, b'{"id": "mail-7"}')]
    with sending.opened(context, channel) as plugin:
        assert sending.deliver(context, channel, plugin, message).provider_id == "mail-7"
    told = receiver.read(1, SECRET)
    assert told["type"] == "message.send" and told["data"]["to"] == "gone@customer.example"

    address = admin.post(f"/api/channels/{made['id']}/receipts-address").json["url"]
    bounced = {
        "id": "r-1",
        "kind": "bounced",
        "at": datetime.now(UTC).isoformat(),
        "address": "gone@customer.example",
        "provider_id": "mail-7",
        "is_permanent": True,
        "tags": told["data"]["tags"],
    }
    now, body = datetime.now(UTC), json.dumps({"receipts": [bounced]})
    signed = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("msg_1", now, body),
        "Content-Type": "application/json",
    }
    for headers in (signed, {**signed, "webhook-signature": "v1,AAAA"}):
        posted = admin.app.test_client().post(urlsplit(address).path, data=body, headers=headers)
        assert posted.status_code == 204
    # What nobody signed is put down, and what was signed is taken.
    assert read_receipts(context, made["id"]) == {"receipts": 1, "unusable": 1}
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, ["gone@customer.example"])
