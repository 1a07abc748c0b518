"""What providers tell of messages: kept once, read by the plugin, and whom it keeps from being written to."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.channels import message_ids, receipts, sending, service, suppressions
from hub.channels.jobs import read_receipts
from hub.channels.receipts import SOFT_BOUNCES
from hub.errors import RateLimitedError
from hub.events import ReceiptsReceived
from hub.sdk.channel import Message, Receipt
from hub.sdk.errors import TransientError

NOW = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)


@pytest.fixture
def channel(admin, sendgrid, storage, tenant):
    sendgrid.sent.clear()
    wanted = {
        "plugin": "sendgrid",
        "name": "SendGrid",
        "purpose": "debtors",
        "sender": "ar@seller.example",
        "config": {"api_key": sendgrid.api_key, "event_public_key": sendgrid.public_key},
    }
    made = admin.post("/api/channels", json=wanted)
    assert made.status_code == 201, made.json
    with storage.tenant(tenant) as session:
        return service.get(session, made.json["id"])


@pytest.fixture
def path(admin, channel):
    """Where SendGrid is to tell."""
    url = admin.post(f"/api/channels/{channel.id}/receipts-address").json["url"]
    return url[url.index("/api/") :]


@pytest.fixture
def send(context, channel, storage, tenant):
    """Sends a reminder to an address by the channel; returns its id."""

    def send(to="ada@debtor.example"):
        reminder_id = uuid4()
        with storage.tenant(tenant) as session:
            message_id = message_ids.make(session, str(reminder_id), channel.sender)
        message = Message(
            idempotency_key=str(reminder_id),
            to=to,
            sender=channel.sender,
            subject="INV-1",
            text="Please pay.",
            message_id=message_id,
            tags={"reminder": str(reminder_id)},
        )
        with sending.opened(context, channel) as plugin:
            sending.deliver(context, channel, plugin, message)
        return reminder_id

    return send


@pytest.fixture
def told(app, path, context, channel):
    """Posts a call as SendGrid does, and reads it as a worker does; returns the outcome."""

    def told(headers, body, status=204):
        response = app.test_client().post(path, data=body, headers=headers)
        assert response.status_code == status, response.json
        return read_receipts(context, str(channel.id))

    return told


def kept(storage, tenant):
    with storage.tenant(tenant) as session:
        return receipts.waiting(session, 100)


def active(admin):
    return [
        (each["address"], each["kind"], each["reminder_id"])
        for each in admin.get("/api/suppressions?active=true").json["items"]
    ]


def test_a_receipt_says_which_reminder_it_is_about_and_is_handed_on_once(
    sendgrid, send, told, storage, tenant, context, channel, admin
):
    reminder_id = send()
    call = sendgrid.signed(sendgrid.event(0, "processed"), sendgrid.event(0, "delivered", response="250 OK"))
    assert told(*call) == {"receipts": 2, "unusable": 0}
    assert context.events == [ReceiptsReceived(tenant=tenant, channel_id=str(channel.id))]
    with storage.tenant(tenant) as session:
        found = receipts.waiting(session, 100)
        assert [(each.kind, each.reminder_id, each.provider_id) for each in found] == [
            ("accepted", reminder_id, sendgrid.sent[0]["id"]),
            ("delivered", reminder_id, sendgrid.sent[0]["id"]),
        ]
        assert [each.kind for each in receipts.about(session, message_id="", reminder_id=reminder_id)] == [
            "accepted",
            "delivered",
        ]
        receipts.mark_taken(session, [each.id for each in found])
    # The same call again, as providers do.
    assert told(*call) == {"receipts": 0, "unusable": 0}
    assert kept(storage, tenant) == []
    assert active(admin) == []


@pytest.mark.parametrize(
    ("event", "more", "kind"),
    [
        ("bounce", {"type": "bounce", "status": "5.1.1", "reason": "550 no such user"}, "bounced"),
        ("spamreport", {}, "complained"),
        ("unsubscribe", {}, "unsubscribed"),
    ],
)
def test_whom_it_says_so_of_is_not_written_to(sendgrid, send, told, admin, event, more, kind):
    reminder_id = send()
    told(*sendgrid.signed(sendgrid.event(0, event, **more)))
    assert active(admin) == [("ada@debtor.example", kind, str(reminder_id))]
    told_of = [each["text"] for each in admin.get("/api/notices").json["items"] if each["kind"] == "mail_complained"]
    assert [text[:18] for text in told_of] == (["ada@debtor.example"] if kind == "complained" else [])


def test_a_soft_bounce_is_forgiven_until_there_are_too_many(sendgrid, send, told, admin):
    for number in range(SOFT_BOUNCES):
        assert active(admin) == []
        send()
        soft = {"type": "blocked", "status": "4.2.2", "reason": "mailbox full"}
        at = int(datetime.now(UTC).timestamp()) - 60
        told(*sendgrid.signed(sendgrid.event(number, "bounce", timestamp=at, **soft)))
    ((address, kind, _),) = active(admin)
    assert (address, kind) == ("ada@debtor.example", "bounced")


def test_old_soft_bounces_do_not_add_up(storage, tenant, channel):
    now = NOW
    with storage.tenant(tenant) as session:
        for days in (0, 20, 40, 60):
            message_id = message_ids.make(session, f"r{days}", "ar@seller.example")
            at = now + timedelta(days=days)
            soft = Receipt(event_id=f"e{days}", provider_id="", kind="bounced", at=at, message_id=message_id)
            assert receipts.take(session, channel.id, [replace(soft, address="ada@debtor.example")], at) == 1
        assert suppressions.of(session, ["ada@debtor.example"], now) == {}


@pytest.mark.parametrize(
    "change",
    [{"paypredict": "0" * 20}, {"paypredict": ""}, {"reminder": str(uuid4())}, {"smtp-id": "<other@x.example>"}],
)
def test_what_carries_no_mark_of_this_hub_counts_for_nothing(sendgrid, send, told, admin, storage, tenant, change):
    send()
    event = sendgrid.event(0, "bounce", type="bounce", status="5.1.1")
    if "smtp-id" not in change:
        event["smtp-id"] = "<other@x.example>"
    else:
        event.pop("paypredict")
    assert told(*sendgrid.signed({**event, **change})) == {"receipts": 0, "unusable": 0}
    assert (kept(storage, tenant), active(admin)) == ([], [])


def test_either_mark_is_enough(sendgrid, send, told, storage, tenant):
    reminder_id = send()
    by_tag = {**sendgrid.event(0, "delivered"), "smtp-id": ""}
    by_id = {**sendgrid.event(0, "processed")}
    by_id.pop("paypredict")
    by_id.pop("reminder")
    assert told(*sendgrid.signed(by_tag, by_id))["receipts"] == 2
    with storage.tenant(tenant) as session:
        message_id = message_ids.make(session, str(reminder_id), "ar@seller.example")
    found = kept(storage, tenant)
    assert {each.message_id for each in found} == {"", message_id}


def test_a_tag_without_its_mark_names_no_other_reminder(storage, tenant, channel):
    mine, other = uuid4(), uuid4()
    with storage.tenant(tenant) as session:
        message_id = message_ids.make(session, str(mine), "ar@seller.example")
        told = Receipt(event_id="e", provider_id="", kind="delivered", at=NOW, message_id=message_id)
        assert receipts.take(session, channel.id, [replace(told, tags={"reminder": str(other)})], NOW) == 1
        assert [each.reminder_id for each in receipts.waiting(session, 10)] == [mine]


def test_another_tenants_mark_is_none(storage, tenant, channel):
    from hub.tenants import service as tenants

    other = tenants.create(storage, "Elsewhere").key
    with storage.tenant(other) as session:
        message_id = message_ids.make(session, "r1", "ar@seller.example")
        assert message_ids.about(session, message_id) == "r1"
    with storage.tenant(tenant) as session:
        assert message_ids.about(session, message_id) is None
        told = Receipt(event_id="e", provider_id="", kind="bounced", at=NOW, message_id=message_id, is_permanent=True)
        assert receipts.take(session, channel.id, [replace(told, address="ada@debtor.example")], NOW) == 0


def test_what_is_not_signed_is_kept_with_the_reason_and_does_nothing(sendgrid, send, told, admin, storage, tenant):
    send()
    headers, body = sendgrid.signed(sendgrid.event(0, "bounce", type="bounce", status="5.1.1"))
    assert told(headers, body.replace(b"5.1.1", b"5.1.2")) == {"receipts": 0, "unusable": 1}
    assert told({"Content-Type": "application/json"}, b"[]") == {"receipts": 0, "unusable": 1}
    assert active(admin) == []
    with storage.tenant(tenant) as session:
        reasons = session.scalars(text("select reason from channel_callbacks order by id")).all()
    assert reasons == ["The signature is missing or wrong."] * 2
    assert told(*sendgrid.signed(sendgrid.event(0, "delivered"))) == {"receipts": 1, "unusable": 0}


def test_a_channel_that_breaks_on_a_call_reads_the_others(
    sendgrid, send, told, channel, registry, monkeypatch, context
):
    send()
    plugin = registry.load("sendgrid")
    read = plugin.parse_receipts
    broken = [True]

    def parse_receipts(self, headers, body):
        if broken.pop() if broken else False:
            raise KeyError("ada@debtor.example")
        return read(self, headers, body)

    monkeypatch.setattr(plugin, "parse_receipts", parse_receipts)
    assert told(*sendgrid.signed(sendgrid.event(0, "deferred"))) == {"receipts": 0, "unusable": 1}
    assert told(*sendgrid.signed(sendgrid.event(0, "delivered"))) == {"receipts": 1, "unusable": 0}


def test_what_cannot_be_read_yet_is_read_later(sendgrid, send, told, registry, monkeypatch, context, channel):
    send()
    plugin = registry.load("sendgrid")
    read = plugin.parse_receipts

    def not_yet(self, headers, body):
        raise TransientError("no certificate yet")

    monkeypatch.setattr(plugin, "parse_receipts", not_yet)
    with pytest.raises(TransientError):
        told(*sendgrid.signed(sendgrid.event(0, "delivered")))
    monkeypatch.setattr(plugin, "parse_receipts", read)
    assert read_receipts(context, str(channel.id)) == {"receipts": 1, "unusable": 0}


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[\0]"])
def test_what_is_no_text_is_refused(app, path, body):
    assert app.test_client().post(path, data=body, content_type="application/json").status_code == 422


def test_too_much_is_refused(app, path):
    assert app.test_client().post(path, data=b" " * (2**20 + 1), content_type="text/plain").status_code == 413


def test_an_address_is_secret_and_a_new_one_ends_the_old(admin, app, channel, path):
    assert app.test_client().post(path[:-1] + ("0" if path[-1] != "0" else "1"), json=[]).status_code == 404
    assert app.test_client().post("/api/channels/receipts/x", json=[]).status_code == 404
    assert app.test_client().post(path, json=[]).status_code == 204
    admin.post(f"/api/channels/{channel.id}/receipts-address")
    assert app.test_client().post(path, json=[]).status_code == 404
    shown = admin.get(f"/api/channels/{channel.id}").json
    assert shown["receipts_address_since"] is not None
    assert path.rpartition("/")[2] not in json.dumps(shown)


def test_who_brings_more_than_is_read_is_asked_to_come_later(channel, path, storage, tenant, monkeypatch):
    monkeypatch.setattr(receipts, "MOST_A_MINUTE", 2)
    with storage.tenant(tenant) as session:
        for _ in range(2):
            receipts.check_room(session, channel.id, NOW)
            receipts.keep(session, channel.id, {}, b"[]", NOW)
        with pytest.raises(RateLimitedError):
            receipts.check_room(session, channel.id, NOW)


def test_a_channel_whose_provider_tells_nothing_has_no_such_address(admin, smtp):
    config = {"host": "localhost", "port": smtp.port, "security": "none"}
    wanted = {"plugin": "smtp", "name": "M", "purpose": "debtors", "sender": "ar@seller.example", "config": config}
    made = admin.post("/api/channels", json=wanted).json
    assert admin.post(f"/api/channels/{made['id']}/receipts-address").status_code == 409


def test_receipts_of_a_channel_that_is_gone_are_nobodys(context, told, admin, channel, sendgrid, send):
    send()
    admin.delete(f"/api/channels/{channel.id}")
    assert read_receipts(context, str(channel.id)) == {"receipts": 0}


def test_the_secret_part_of_an_address_is_in_no_log(app, path, caplog):
    with caplog.at_level("INFO", logger="hub.request"):
        app.test_client().post(path, json=[])
    paths = [record.fields["path"] for record in caplog.records if hasattr(record, "fields")]
    assert "/api/channels/receipts/..." in paths
    assert path.rpartition("/")[2] not in caplog.text + str(paths)
