"""Webhooks out of a box arrive as a provider would send them, and as an attacker would."""

import base64
import hashlib
import hmac
import json
from threading import Thread

import httpx
import pytest
from werkzeug import Request, Response
from werkzeug.serving import make_server

from tests.integration.sdk_testing.conftest import TinyBox

SECRET = "hook secret"


@pytest.fixture
def hub():
    """Keeps what it is sent; answers 200 where the signature is right, else 401."""
    received = []

    @Request.application
    def app(request):
        body = request.get_data()
        expected = base64.b64encode(hmac.new(SECRET.encode(), body, hashlib.sha256).digest()).decode()
        is_right = hmac.compare_digest(request.headers.get("x-tiny-signature", ""), expected)
        received.append((body, dict(request.headers), is_right))
        return Response("thanks", 200 if is_right else 401)

    server = make_server("127.0.0.1", 0, app)
    server.log = lambda *_: None
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    server.received = received
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def sender(box, hub):
    box.hooks.subscribe(f"http://127.0.0.1:{hub.server_port}/hook", SECRET)
    return box.hooks


def test_signed_over_the_raw_bytes(sender, hub):
    (sent,) = sender.deliver(b'{ "a":1 }\n')
    assert (sent.status, sent.text) == (200, "thanks")
    assert sent.seconds > 0
    body, headers, is_right = hub.received[0]
    assert body == b'{ "a":1 }\n' and is_right
    assert headers["Content-Type"] == "application/json"
    assert sender.deliveries == [sent]


@pytest.mark.parametrize("how", ["wrong_signature", "altered", "unsigned"])
def test_forged(sender, hub, how):
    (sent,) = sender.deliver({"a": 1}, **{how: True})
    assert sent.status == 401
    assert ("X-Tiny-Signature" in hub.received[0][1]) == (how != "unsigned")


def test_twice_and_in_another_order(sender, hub):
    sender.deliver({"n": 1}, {"n": 2}, times=2, reverse=True)
    assert [json.loads(body)["n"] for body, _, _ in hub.received] == [2, 1, 2, 1]


def test_changes_are_told_once(box, sender, hub):
    assert sender.deliver_changes() == []
    invoice = box.company.issue(1, 100)
    box.company.void_invoice(invoice.id)
    answer = httpx.post(box.url + "/_box/deliver", json={"times": 2}, trust_env=False)
    assert [each["status"] for each in answer.json()] == [200] * 4
    assert {json.loads(body)["events"][0]["id"] for body, _, _ in hub.received} == {invoice.id}
    assert sender.deliver_changes() == []
    box.company.issue(1, 100)
    assert sender.skip_changes() == 1
    assert sender.deliver_changes() == []


def test_nobody_answers(box):
    box.hooks.subscribe("http://127.0.0.1:9/hook", SECRET)
    (sent,) = box.hooks.deliver({"a": 1})
    assert sent.status == 0 and "Connect" in sent.text


def test_other_shapes(company, hub):
    box = TinyBox(company)
    box.hooks.encoding, box.hooks.algorithm = "hex", "sha512"
    box.hooks.headers = lambda body: {"x-length": str(len(body)), "Content-Type": "application/cloudevents+json"}
    box.hooks.subscribe(f"http://127.0.0.1:{hub.server_port}/hook", SECRET)
    box.hooks.deliver(b"[]")
    _, headers, _ = hub.received[0]
    assert headers["X-Tiny-Signature"] == hmac.new(SECRET.encode(), b"[]", "sha512").hexdigest()
    assert (headers["X-Length"], headers["Content-Type"]) == ("2", "application/cloudevents+json")


def test_a_box_without_events_says_so(box):
    box.hooks.encode = None
    with pytest.raises(ValueError, match="does not say how its events look"):
        box.hooks.deliver_changes()
    box.webhooks = None
    assert httpx.post(box.url + "/_box/deliver", trust_env=False).status_code == 400
    assert httpx.post(box.url + "/_box/webhooks", json={}, trust_env=False).status_code == 400
