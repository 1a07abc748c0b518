"""What the answers of channels come to: for the channel, for the address, and for whoever asks."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from hub.channels import message_ids, sending, service, suppressions
from hub.sdk.channel import Message
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError

NOW = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
MESSAGE = Message(
    idempotency_key="k", to="ada@debtor.example", sender="ar@seller.example", subject="INV-1", text="Please pay."
)


@pytest.fixture
def channel(admin, smtp, storage, tenant):
    config = {"host": "localhost", "port": smtp.port, "security": "none"}
    wanted = {"plugin": "smtp", "name": "Mail", "purpose": "debtors", "sender": "ar@seller.example", "config": config}
    made = admin.post("/api/channels", json=wanted)
    with storage.tenant(tenant) as session:
        return service.get(session, made.json["id"])


@pytest.fixture
def now_channel(channel, storage, tenant):
    """The channel as it is by now."""

    def now_channel():
        with storage.tenant(tenant) as session:
            return service.get(session, channel.id)

    return now_channel


def deliver(context, channel, message=MESSAGE):
    with sending.opened(context, channel) as plugin:
        return sending.deliver(context, channel, plugin, message)


def test_an_address_that_does_not_exist_is_not_written_to_again(context, channel, smtp, storage, tenant, now_channel):
    smtp.refuse = lambda address: "550 5.1.1 no such user"
    reminder_id = uuid4()
    with pytest.raises(RecordError):
        deliver(context, channel, replace(MESSAGE, tags={"reminder": str(reminder_id)}))
    with storage.tenant(tenant) as session:
        held = suppressions.of(session, ["ADA@debtor.example", "other@debtor.example"])
    assert list(held) == ["ADA@debtor.example"]
    found = held["ADA@debtor.example"]
    assert (found.kind, found.reminder_id, found.created_by) == ("bounced", reminder_id, "receipts")
    assert now_channel().status == "ready"


@pytest.mark.parametrize("answer", ["550 5.7.1 blocked", "450 4.2.1 later"])
def test_what_is_not_the_addresss_fault_suppresses_nobody(context, channel, smtp, storage, tenant, answer):
    smtp.refuse = lambda address: answer
    with pytest.raises((RecordError, TransientError)):
        deliver(context, channel)
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, ["ada@debtor.example"]) == {}


def test_what_a_person_has_to_mend_is_noted_with_the_channel_until_it_works(context, admin, sendgrid, storage, tenant):
    wanted = {"plugin": "sendgrid", "name": "S", "purpose": "debtors", "sender": "ar@seller.example"}
    made = admin.post("/api/channels", json=wanted | {"config": {"api_key": "SG.wrong-key"}})
    with storage.tenant(tenant) as session:
        channel = service.get(session, made.json["id"])
    with pytest.raises(AuthError):
        deliver(context, channel)
    shown = admin.get(f"/api/channels/{channel.id}")
    assert shown.json["status"] == "failing"
    assert "SendGrid answered 401" in shown.json["reason"]
    assert [each["kind"] for each in admin.get("/api/notices").json["items"]] == ["channel_failing"]
    config = {"config": {"api_key": sendgrid.api_key}}
    path = f"/api/channels/{channel.id}"
    assert admin.open("PATCH", path, json=config, headers={"If-Match": shown.headers["ETag"]}).status_code == 200
    with storage.tenant(tenant) as session:
        channel = service.get(session, channel.id)
    deliver(context, channel)
    assert admin.get(path).json["status"] == "ready"
    assert admin.get("/api/notices").json["items"] == []


def test_what_a_plugin_did_not_mean_to_raise_leaves_open_whether_it_was_taken(context, channel, caplog):
    class Broken:
        def send(self, message):
            raise ValueError(f"cannot send {message.text}")

    with pytest.raises(UncertainError, match="smtp failed: ValueError"):
        sending.deliver(context, channel, Broken(), MESSAGE)
    assert "Please pay" not in caplog.text


def test_a_reminder_carries_a_mark_and_nothing_else_does(context, channel, storage, tenant):
    seen = []

    class Watched:
        def send(self, message):
            seen.append(dict(message.tags))

    for tags in ({"reminder": "r1"}, {}):
        sending.deliver(context, channel, Watched(), replace(MESSAGE, tags=tags))
    with storage.tenant(tenant) as session:
        assert seen == [{"reminder": "r1", "paypredict": message_ids.mark(session, "r1")}, {}]


def test_a_disabled_channel_opens_for_nobody(context, channel):
    with pytest.raises(ConfigError, match="disabled"), sending.opened(context, replace(channel, status="disabled")):
        pass


def test_a_plugin_that_is_gone_is_named(context, channel):
    with pytest.raises(ConfigError, match="not installed any more"):
        sending.open_channel(context, replace(channel, plugin="gone"))


def test_one_channel_one_connection(context, channel, smtp):
    with sending.opened(context, channel) as plugin:
        for number in range(3):
            sending.deliver(context, channel, plugin, replace(MESSAGE, message_id=f"<{number}@seller.example>"))
    assert (smtp.connections, len(smtp.arrived)) == (1, 3)


@pytest.mark.parametrize("sender", ["ar@seller.example", "ar@Müller.example"])
def test_a_message_id_is_the_same_each_time_and_tells_what_it_is_about(storage, tenant, sender):
    with storage.tenant(tenant) as session:
        made = message_ids.make(session, "0f8a-1", sender)
        assert made == message_ids.make(session, "0f8a-1", sender)
        assert message_ids.about(session, made) == "0f8a-1"
        for other in (made.replace("0f8a", "0f8b"), made.upper(), made[1:-1], "<x@y.example>", "", made + "x"):
            assert message_ids.about(session, other) is None
