"""Mails by SendGrid's API, against a server that refuses what its schema refuses; and what its webhook tells."""

import base64
import json
import logging
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.channels.network import HubNetwork
from hub.registry import load
from hub.sdk.channel import Attachment, Message
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from tests.sendgrid_server import SendGridServer

MESSAGE = Message(
    idempotency_key="9f1c1f0e-5b1e-4c0e-9d3a-0a8f6d1c2b3a",
    to="ada@debtor.example",
    to_name="Ada Lovelace",
    cc=("ada@debtor.example", "owner@seller.example"),
    sender="ar@seller.example",
    sender_name="Seller GmbH",
    reply_to="accounts@seller.example",
    subject="Rechnung RE-1\r\nBcc: thief@elsewhere.example",
    text="Hallo Ada, bitte zahlen Sie.",
    html="<p>Hallo Ada, bitte zahlen Sie.</p>",
    message_id="<r1.mac@seller.example>",
    in_reply_to="<r0.mac@seller.example>",
    references=("<r0.mac@seller.example>",),
    list_unsubscribe="https://ar.seller.example/u/1",
    attachments=(Attachment(name="statement.pdf", media_type="application/pdf", content=b"%PDF"),),
    tags={"reminder": "r1", "paypredict": "mark"},
    language="de",
)


@pytest.fixture(scope="module")
def registry():
    return load()


@pytest.fixture
def server():
    with SendGridServer() as server:
        yield server


@pytest.fixture
def make(registry, settings, server, tmp_path):
    """Makes a channel to the server, which the operator has named in SendGrid's place."""
    apps = tmp_path / "connectors.toml"
    apps.write_text(f'[sendgrid.addresses]\napi = "{server.url}"\neu = "{server.url}/eu"\n')
    own = replace(settings, connector_apps_file=str(apps))

    def make(**config):
        config = {"api_key": server.api_key, "category": "reminders"} | config
        return registry.make("sendgrid", config, HubNetwork(own, registry.get("sendgrid"), config))

    return make


def test_a_mail_is_what_the_api_takes(make, server):
    delivery = make().send(MESSAGE)
    (sent,) = server.sent
    assert delivery.provider_id == sent["id"]
    assert sent["from"] == {"email": "ar@seller.example", "name": "Seller GmbH"}
    assert sent["personalizations"] == [
        {"to": [{"email": "ada@debtor.example", "name": "Ada Lovelace"}], "cc": [{"email": "owner@seller.example"}]}
    ]
    assert sent["reply_to"] == {"email": "accounts@seller.example"}
    assert sent["subject"] == "Rechnung RE-1 Bcc: thief@elsewhere.example"
    assert [each["type"] for each in sent["content"]] == ["text/plain", "text/html"]
    assert sent["headers"] == {
        "Auto-Submitted": "auto-generated",
        "In-Reply-To": "<r0.mac@seller.example>",
        "References": "<r0.mac@seller.example>",
        "List-Unsubscribe": "<https://ar.seller.example/u/1>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Message-ID": "<r1.mac@seller.example>",
    }
    assert sent["custom_args"] == {"reminder": "r1", "paypredict": "mark", "idempotency_key": MESSAGE.idempotency_key}
    assert sent["categories"] == ["reminders"]
    assert base64.b64decode(sent["attachments"][0]["content"]) == b"%PDF"
    assert sent["tracking_settings"]["open_tracking"] == {"enable": False}
    assert sent["tracking_settings"]["click_tracking"]["enable"] is False


def test_opens_are_tracked_only_where_somebody_says_so(make, server):
    make(track_opens=True).send(MESSAGE)
    assert server.sent[0]["tracking_settings"]["open_tracking"] == {"enable": True}


@pytest.mark.parametrize(("config", "message"), [({"sandbox": True}, MESSAGE), ({}, replace(MESSAGE, is_test=True))])
def test_the_sandbox_delivers_nothing(make, server, config, message):
    assert make(**config).send(message).provider_id == "sandbox"
    assert server.sent == []


def test_the_eu_has_a_place_of_its_own(make, server):
    with pytest.raises(ConfigError, match="404"):
        make(region="eu").send(MESSAGE)
    assert server.asked == ["/eu/v3/mail/send"]


def test_nothing_of_a_mail_or_a_key_is_in_the_debug_log(make, server, caplog):
    caplog.set_level(logging.DEBUG)
    make().send(MESSAGE)
    assert "bitte zahlen" not in caplog.text
    assert server.api_key not in caplog.text


def test_a_wrong_key_is_the_admins_to_mend(make):
    with pytest.raises(AuthError, match="grant is invalid"):
        make(api_key="SG.of-somebody-else").send(MESSAGE)


def test_a_key_that_may_not_send_is_the_admins_to_mend(make, server):
    server.scopes = ("stats.read",)
    with pytest.raises(AuthError, match="access forbidden"):
        make().send(MESSAGE)
    with pytest.raises(ConfigError) as raised:
        make().check()
    assert raised.value.field == "api_key"


def test_a_sender_that_is_not_verified_says_so(make):
    with pytest.raises(ConfigError, match="Verify the sender") as raised:
        make().send(replace(MESSAGE, sender="other@seller.example"))
    assert raised.value.field == "sender"


@pytest.mark.parametrize(
    ("planned", "error"),
    [
        ((429, {"X-RateLimit-Reset": str(int(time.time()) + 40)}, b"{}"), TransientError),
        ((429, {}, b""), TransientError),
        ((400, {}, b'{"errors":[{"message":"bad","field":"personalizations.0.to.0.email"}]}'), RecordError),
        ((400, {}, b'{"errors":[{"message":"bad","field":"from.email"}]}'), ConfigError),
        ((413, {}, b'{"errors":[{"message":"too large"}]}'), RecordError),
        ((500, {}, b"<html>"), UncertainError),
        ((503, {}, b""), UncertainError),
        ((302, {"Location": "https://elsewhere.example/"}, b""), ConfigError),
        ((200, {}, b""), None),
        (None, UncertainError),
    ],
)
def test_what_each_answer_comes_to(make, server, planned, error):
    server.fail = [planned]
    channel = make()
    if error is None:
        assert channel.send(MESSAGE).provider_id == MESSAGE.message_id
        return
    with pytest.raises(error) as raised:
        channel.send(MESSAGE)
    if error is RecordError and planned[0] == 400:
        assert raised.value.field == "to"
    if planned and planned[0] == 429:
        assert 1 <= raised.value.retry_after <= 60


def test_who_does_not_answer_took_nothing(make, server):
    channel = make()
    server.__exit__(None, None, None)
    with pytest.raises(TransientError, match="does not answer"):
        channel.send(MESSAGE)


def test_a_text_with_a_key_in_it_is_not_sent(make, server):
    with pytest.raises(RecordError, match="API key"):
        make().send(replace(MESSAGE, text="SG.abc123.def456"))
    assert server.sent == []


def test_a_check_says_what_answered(make, server):
    assert make().check() == "SendGrid answered, and the key may send mail."
    assert "delivers nothing" in make(sandbox=True).check()
    server.fail = [(503, {}, b"")]
    with pytest.raises(TransientError):
        make().check()


def test_a_message_is_found_by_its_key_or_nothing_is_said(make, server):
    channel = make(has_activity=True)
    with pytest.raises(UncertainError, match="only later"):
        channel.find("<r1@x>", MESSAGE.idempotency_key)
    server.activity = [
        {
            "key": MESSAGE.idempotency_key,
            "msg_id": "abc123.filter0001.16648.5515E0B88.0",
            "last_event_time": "2026-03-31T09:30:00Z",
        }
    ]
    found = channel.find("<r1@x>", MESSAGE.idempotency_key)
    assert (found.provider_id, found.accepted_at) == ("abc123", datetime(2026, 3, 31, 9, 30, tzinfo=UTC))
    assert "unique_args" in server.asked[-1]
    with pytest.raises(UncertainError, match="only where"):
        make().find("<r1@x>", MESSAGE.idempotency_key)
    with pytest.raises(RecordError):
        channel.find("<r1@x>", '1"); drop')
    server.scopes = ("mail.send",)
    with pytest.raises(ConfigError) as raised:
        channel.check()
    assert raised.value.field == "has_activity"


def test_signed_events_are_receipts(make, server):
    channel = make(event_public_key=server.public_key)
    channel.send(MESSAGE)
    cases = [
        ("processed", {}, "accepted", False),
        ("delivered", {"response": "250 OK"}, "delivered", False),
        ("deferred", {"response": "400 try again later"}, "deferred", False),
        ("bounce", {"reason": "550 5.1.1 unknown", "status": "5.1.1", "type": "bounce"}, "bounced", True),
        ("bounce", {"reason": "mailbox full", "status": "5.2.2", "type": "bounce"}, "bounced", False),
        ("bounce", {"reason": "blocked for now", "status": "5.0.0", "type": "blocked"}, "bounced", False),
        ("dropped", {"reason": "Bounced Address"}, "bounced", True),
        ("dropped", {"reason": "Spam Reporting Address"}, "complained", False),
        ("dropped", {"reason": "Unsubscribed Address"}, "unsubscribed", False),
        ("dropped", {"reason": "Spam Content"}, "bounced", False),
        ("spamreport", {}, "complained", False),
        ("group_unsubscribe", {}, "unsubscribed", False),
        ("open", {"sg_machine_open": False}, "opened", False),
    ]
    headers, body = server.signed(
        *(server.event(0, kind, **more) for kind, more, _, _ in cases),
        server.event(0, "open", sg_machine_open=True),
        server.event(0, "click"),
        server.event(0, "account_status_change"),
        {"event": "delivered"},
    )
    found = channel.parse_receipts({name.lower(): value for name, value in headers.items()}, body)
    assert [(each.kind, each.is_permanent) for each in found] == [each[2:] for each in cases]
    first = found[0]
    assert first.provider_id == server.sent[0]["id"]
    assert first.message_id == MESSAGE.message_id
    assert (first.tags["reminder"], first.tags["paypredict"]) == ("r1", "mark")
    assert first.address == "ada@debtor.example"
    assert first.at == datetime.fromtimestamp(1_774_950_000, UTC)
    assert len({each.event_id for each in found}) == len(found)


def test_what_sendgrid_did_not_sign_counts_for_nothing(make, server):
    channel = make(event_public_key=server.public_key)
    channel.send(MESSAGE)
    headers, body = server.signed(server.event(0, "delivered"))
    known = {name.lower(): value for name, value in headers.items()}
    with pytest.raises(AuthError):
        channel.parse_receipts(known, body.replace(b"delivered", b"deferred!"))
    with pytest.raises(AuthError):
        channel.parse_receipts({}, body)
    with SendGridServer() as other, pytest.raises(AuthError):
        make(event_public_key=other.public_key).parse_receipts(known, body)


@pytest.mark.parametrize("body", [b"", b"{}", b"no json", b"[" * 100_000, json.dumps([{}] * 10_001).encode()])
def test_what_is_no_list_of_events_is_refused(make, body):
    with pytest.raises(RecordError):
        make().parse_receipts({}, body)


@pytest.mark.parametrize("event", [1, "x", None, [], {"event": ["delivered"]}, {"event": "open", "timestamp": "x"}])
def test_what_is_no_event_is_left_out(make, event):
    assert make().parse_receipts({}, json.dumps([event]).encode()) == []


def test_a_key_that_is_none_is_refused_by_name(make):
    with pytest.raises(ConfigError) as raised:
        make(event_public_key="A" * 100)
    assert raised.value.field == "event_public_key"
