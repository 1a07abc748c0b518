"""Messages to a system of the tenant's own, which checks what comes and signs what it reports."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from hub.sdk.channel import Attachment, Message, Notice
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.http import Answer
from plugins.channels.webhook.plugin import MOST_RECEIPTS, WebhookChannel

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
URL = "https://mail.acme.example/send"
MESSAGE = Message(
    idempotency_key="018f-1",
    to="ap@kunde.example",
    to_name="Jörg Müller",
    sender="ar@acme.example",
    subject="Rechnung 12",
    text="Guten Tag",
    html="<p>Guten Tag</p>",
    attachments=(Attachment(name="a.pdf", media_type="application/pdf", content=b"%PDF\x00"),),
    tags={"reminder": "r1"},
)


@dataclass
class System:
    """The tenant's system: takes what is signed, each id once, and gives it a name of its own."""

    answers: list[Answer] = field(default_factory=list)
    taken: dict[str, Any] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def connect(self, host, port, timeout):
        raise AssertionError("it is reached by https")

    def request(self, method, url, *, headers=None, body=None, timeout=20.0):
        assert (method, url) == ("POST", URL)
        document = Webhook(SECRET).verify(body, headers)
        if self.answers:
            return self.answers.pop(0)
        self.taken[headers["webhook-id"]] = document
        return Answer(status=202, headers={}, body=b'{"id": "mail-7"}')


def channel(system=None, **config):
    return WebhookChannel({"url": URL, "secret": SECRET, **config}, system or System())


def signed(document, secret=SECRET, at=None):
    at = at or datetime.now(UTC)
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp()))}
    return headers | {"webhook-signature": Webhook(secret).sign("msg_1", at, body.decode())}, body


def receipt(**given):
    return {"id": "e1", "kind": "delivered", "at": "2026-03-02T10:00:00Z", "provider_id": "mail-7", **given}


def test_a_message_arrives_whole_signed_and_once():
    system = System()
    assert channel(system).send(MESSAGE).provider_id == "mail-7"
    channel(system).send(MESSAGE)
    (told,) = system.taken.values()
    assert list(system.taken) == ["msg_018f-1"]
    assert told["type"] == "message.send"
    data = told["data"]
    assert (data["to_name"], data["html"], data["tags"]) == ("Jörg Müller", "<p>Guten Tag</p>", {"reminder": "r1"})
    assert base64.b64decode(data["attachments"][0]["content"]) == b"%PDF\x00"
    assert set(data) | {"attachments"} == {each for each in Message.__dataclass_fields__}


def test_a_notice_and_a_check_arrive_too():
    system = System()
    channel(system).notify(Notice(title="T", facts=(("a", "1"),), actions=(("Go", "https://a.b/"),)))
    assert channel(system).check() == "mail.acme.example took a signed call."
    notice, check = system.taken.values()
    assert notice["data"]["facts"] == [{"label": "a", "value": "1"}] and check["type"] == "channel.check"


@pytest.mark.parametrize("body", [b"", b"ok", b"[]", b'{"id": 7}', b'{"id": "a\\u0000b"}'])
def test_a_system_that_names_nothing_is_known_by_the_hubs_own_id(body):
    assert channel(System([Answer(status=200, headers={}, body=body)])).send(MESSAGE).provider_id == "msg_018f-1"


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, ConfigError),
        (400, RecordError),
        (401, AuthError),
        (403, AuthError),
        (404, ConfigError),
        (413, RecordError),
        (422, RecordError),
        (429, TransientError),
        (503, TransientError),
        (500, UncertainError),
        (502, UncertainError),
        (504, UncertainError),
    ],
)
def test_what_it_answers_says_whether_the_message_was_taken(status, error):
    with pytest.raises(error):
        channel(System([Answer(status=status, headers={"retry-after": "9"}, body=b"")])).send(MESSAGE)


@pytest.mark.parametrize("secret", ["whsec_!!", "whsec_" + base64.b64encode(b"short").decode(), "whsec_"])
def test_a_secret_that_is_none_is_refused_by_field(secret):
    with pytest.raises(ConfigError) as refused:
        channel(secret=secret)
    assert refused.value.field == "secret"


def test_receipts_are_read():
    headers, body = signed({"receipts": [receipt(tags={"reminder": "r1"}, address="AP@kunde.example", detail="550")]})
    (read,) = channel().parse_receipts(headers, body)
    assert (read.event_id, read.kind, read.provider_id) == ("e1", "delivered", "mail-7")
    assert read.at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert (read.tags, read.address, read.detail, read.is_permanent) == (
        {"reminder": "r1"},
        "ap@kunde.example",
        "550",
        False,
    )


@pytest.mark.parametrize(
    "broken",
    [
        receipt(kind="exploded"),
        receipt(id=""),
        receipt(id=None),
        receipt(at="yesterday"),
        receipt(at="2026-03-02T10:00:00"),
        "text",
        None,
    ],
)
def test_a_receipt_that_says_nothing_is_left_out_and_costs_itself_alone(broken):
    headers, body = signed({"receipts": [broken, receipt(id="e2", tags="none")]})
    assert [each.event_id for each in channel().parse_receipts(headers, body)] == ["e2"]


def test_receipts_that_nobody_signed_are_refused():
    headers, body = signed({"receipts": [receipt()]})
    other = signed({"receipts": [receipt()]}, secret="whsec_" + base64.b64encode(b"x" * 32).decode())
    old = signed({"receipts": [receipt()]}, at=datetime.now(UTC) - timedelta(minutes=6))
    nonsense = [headers | {"webhook-signature": each} for each in ("", "v1", "v1,!!!", "v2,abc", "é,é")]
    for given, content in [({}, body), other, old, (headers, body + b" "), *((each, body) for each in nonsense)]:
        with pytest.raises(AuthError):
            channel().parse_receipts(given, content)
    with pytest.raises(AuthError):
        channel().parse_receipts(headers, b"\xff\xfe")


@pytest.mark.parametrize("document", [b"[]", b"{}", b"no json", b'{"receipts": {}}', b"[" * 10_000])
def test_what_is_signed_and_no_receipts_is_refused(document):
    with pytest.raises(RecordError):
        channel().parse_receipts(*signed(document))


def test_so_many_receipts_at_once_and_no_more():
    with pytest.raises(RecordError, match="1000"):
        channel().parse_receipts(*signed({"receipts": [receipt()] * (MOST_RECEIPTS + 1)}))
