"""What is told, how it is signed, and which addresses are taken."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

import hub.events
from hub.errors import InvalidError
from hub.events import ConnectionReady, DisputeEnded, Event, PromiseBroken
from hub.webhooks import calling, events, service

PROMISE = UUID("018f3a52-0000-8000-8000-000000000001")


def test_what_is_told_of_an_event_is_its_type_and_its_fields():
    event = PromiseBroken(tenant="acme", promise_id=str(PROMISE), invoice_id="i", customer_id="c")
    assert events.told(event) == {
        "type": "promise.broken",
        "data": {"promise_id": str(PROMISE), "invoice_id": "i", "customer_id": "c"},
    }


def test_ids_are_text_whatever_they_came_as():
    event = DisputeEnded(tenant="acme", dispute_id=PROMISE, invoice_id=None, customer_id=None, outcome="withdrawn")
    assert events.told(event)["data"] == {
        "dispute_id": str(PROMISE),
        "invoice_id": None,
        "customer_id": None,
        "outcome": "withdrawn",
    }


def test_what_concerns_the_hub_alone_is_not_told():
    assert events.told(ConnectionReady(tenant="acme", connection_id="c")) is None


def test_types_of_events_have_a_name_each_and_exist():
    assert len(set(events.NAMES)) == len(events.TYPES)
    assert all(issubclass(each, Event) and each.__module__ == hub.events.__name__ for each in events.TYPES)


def test_without_a_choice_an_endpoint_is_told_of_everything():
    assert events.wants([], "promise.broken")
    assert events.wants(["promise.broken"], "promise.broken")
    assert not events.wants(["promise.kept"], "promise.broken")


def test_a_call_is_signed_so_that_the_librarys_reader_accepts_it():
    secret, now = service.make_secret(), datetime.now(UTC)
    body = orjson.dumps({"type": "promise.kept", "data": {"name": "Müller"}})
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": calling.signatures([secret], "msg_1", now, body),
    }
    assert Webhook(secret).verify(body, headers)["type"] == "promise.kept"
    for changed in ({"webhook-id": "msg_2"}, {"webhook-signature": "v1,AAAA"}):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, headers | changed)


def test_while_a_secret_is_replaced_both_readers_accept_a_call():
    old, new, now = service.make_secret(), service.make_secret(), datetime.now(UTC)
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": calling.signatures([new, old], "msg_1", now, b"{}"),
    }
    for secret in (old, new):
        assert Webhook(secret).verify(b"{}", headers) == {}


def test_secrets_are_256_bits_and_never_the_same():
    made = {service.make_secret() for _ in range(10)}
    assert len(made) == 10
    assert all(each.startswith("whsec_") and len(base64.b64decode(each[6:])) == 32 for each in made)


@pytest.mark.parametrize(
    "url",
    [
        "https://erp.example.com/webhooks",
        "https://erp.example.com:8443/a?b=c",
        "http://intranet/hooks",  # where it leads is checked when it is called
    ],
)
def test_an_address_that_can_be_called_is_taken(url):
    service.check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "erp.example.com",
        "ftp://erp.example.com/",
        "https://",
        "https:///path",
        "https://user:password@erp.example.com/",
        "https://erp.example.com/#part",
        "https://erp.example.com:0/",
        "https://erp.example.com:99999/",
        "https://erp.example.com/a b",
        "https://erp.example.com/\r\nHost: other",
        "https://erp.exämple.com/",
        "https://[::1/",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_address_to_call_is_refused_by_name(url):
    with pytest.raises(InvalidError) as refused:
        service.check_url(url)
    assert list(refused.value.fields) == ["url"]
