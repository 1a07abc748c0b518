"""A reminder is composed, approved, sent once and arrives; what changes meanwhile keeps it back."""

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.channels import receipts as channel_receipts
from hub.channels import service as channels
from hub.channels import suppressions
from hub.disputes import capture
from hub.jobs import service as jobs
from hub.ledger import promises
from hub.reminders import history, sending, service
from hub.sdk.channel import Receipt
from hub.storage.audit import acting
from tests.integration.reminders.conftest import SOMEBODY

pytestmark = pytest.mark.usefixtures("company")


@pytest.fixture(autouse=True)
def nothing_waits(storage, tenant):
    """What the tests before left is not sent by this one."""
    with storage.tenant(tenant) as session:
        session.execute(text("delete from reminders where status <> 'sent'"))


@pytest.fixture
def due_again(storage, tenant):
    """What is to be tried later is due now."""

    def due_again():
        with storage.tenant(tenant) as session:
            session.execute(
                text("update reminders set scheduled_at = now() - interval '1 s' where status = 'approved'")
            )
            session.execute(text("update reminders set claimed_at = claimed_at - interval '1 hour'"))
            for kind in ("reminders.send", "reminders.reconcile"):
                jobs.submit(session, kind, {}, dedupe_key=secrets.token_hex(4))

    return due_again


@pytest.fixture
def events(storage, tenant):
    def events(reminder_id):
        with storage.tenant(tenant) as session:
            return [each["kind"] for each in history.read(session, UUID(reminder_id))]

    return events


@pytest.mark.usefixtures("channel")
def test_what_is_composed_and_sent_arrives_once(compose, work, get, server, new_invoice, events):
    invoice = new_invoice(number="INV-1001")
    made = compose(invoice, then="send", attachments=["statement"])
    assert made["status"] == "approved"
    work()
    sent = get(made["id"])
    assert (sent["status"], sent["delivery"]) == ("sent", "accepted"), sent
    (arrived,) = server.arrived
    assert arrived.recipients == ("ap@c1.example",)
    assert "INV-1001" in arrived.mail.get_body(("plain",)).get_content()
    assert "INV-1001" in arrived.mail.get_body(("html",)).get_content()
    assert arrived.mail["Message-ID"] == sent["message_id"]
    assert arrived.mail["List-Unsubscribe"].startswith("<https://ar.seller.example/api/debtor/")
    assert [each.get_content_type() for each in arrived.mail.iter_attachments()] == ["application/pdf"]
    assert events(made["id"]) == ["composed", "scheduled", "claimed", "sent"]
    work()
    assert len(server.arrived) == 1


def _pay(storage, tenant, invoice, pay):
    pay(invoice)


def _dispute(storage, tenant, invoice, pay):
    opening = capture.Opening(source="api", invoice_id=invoice, text="Not as ordered.", code="pricing")
    now = datetime.now(UTC)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        capture.open_dispute(session, opening, now, today=now.date())


def _promise(storage, tenant, invoice, pay):
    now = datetime.now(UTC)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        day = now.date() + timedelta(days=5)
        promises.promise(session, invoice, channel="phone", now=now, today=now.date(), promised_on=day)


@pytest.mark.usefixtures("channel")
@pytest.mark.parametrize(("happens", "code"), [(_pay, "paid"), (_dispute, "disputed"), (_promise, "promised")])
def test_nothing_is_sent_of_what_is_settled_meanwhile(
    happens, code, compose, work, get, server, new_invoice, storage, tenant, pay
):
    invoice = new_invoice()
    made = compose(invoice, then="send")
    happens(storage, tenant, invoice, pay)
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"]) == ("skipped", code)
    assert server.arrived == []


@pytest.mark.usefixtures("channel")
def test_what_is_left_is_written_anew_and_approved_anew(
    compose, work, get, server, new_invoice, pay, member, storage, tenant
):
    paid, left = new_invoice(number="INV-2001"), new_invoice(number="INV-2002")
    made = compose(paid, left, then="send")
    pay(paid)
    work()
    found = get(made["id"])
    assert found["status"] == "to_approve" and server.arrived == []
    assert "INV-2002" in found["text"] and "INV-2001" not in found["text"]
    with storage.tenant(tenant) as session:
        dropped = [each["dropped"] for each in service.items_of(session, found["id"])]
    assert [each and each["code"] for each in dropped] == ["paid", None]
    assert member.post(f"/api/reminders/{made['id']}/approve").status_code == 200
    work()
    assert [each.mail["Message-ID"] for each in server.arrived] == [get(made["id"])["message_id"]]


@pytest.mark.usefixtures("channel")
def test_a_persons_own_words_go_back_to_them_when_they_are_no_longer_so(compose, work, get, server, new_invoice, pay):
    invoice = new_invoice("250.00", number="INV-2101")
    words = {"subject": "INV-2101", "text": "Dear all,\n\n250.00 EUR of invoice INV-2101 are open.\n\nSeller GmbH"}
    made = compose(invoice, language="en", then="send", **words)
    assert made["verdict"]["passes"] and made["is_edited"], made["verdict"]
    pay(invoice, "50")
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], found["text"]) == ("to_approve", "changed", words["text"])
    assert found["attempts"][-1]["refusals"], "the old amount is refused by the new facts"
    assert server.arrived == []


@pytest.mark.usefixtures("channel")
def test_nobody_knows_and_nothing_is_sent_again(
    compose, work, get, server, new_invoice, member, admin, due_again, storage, tenant
):
    endpoint = admin.post(
        "/api/webhook-endpoints", json={"url": "https://erp.example/hooks", "events": ["reminder.sent"]}
    ).json
    server.answer = lambda mail: None  # it takes the mail, and the line breaks before it says so
    made = compose(new_invoice(), then="send")
    work()
    due_again()
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], len(server.arrived)) == ("uncertain", "in_doubt", 1)
    server.answer = lambda mail: "250 2.0.0 OK"
    due_again()
    work()
    assert get(made["id"])["status"] == "uncertain" and len(server.arrived) == 1
    answer = member.post(f"/api/reminders/{made['id']}/settle", json={"was_sent": True})
    assert (answer.status_code, answer.json["status"]) == (200, "sent")
    work()
    assert len(server.arrived) == 1
    with storage.tenant(tenant) as session:
        told = list(session.scalars(text("select data ->> 'reminder_id' from webhook_messages")))
    assert told == [made["id"]], "the tenant's systems are told of it like of any other"
    admin.delete(f"/api/webhook-endpoints/{endpoint['id']}")


@pytest.mark.usefixtures("channel")
def test_what_a_person_says_was_not_sent_is_sent(compose, work, get, server, new_invoice, member, due_again):
    server.answer = lambda mail: None
    made = compose(new_invoice(), then="send")
    work()
    due_again()
    work()
    server.answer = lambda mail: "250 2.0.0 OK"
    answer = member.post(f"/api/reminders/{made['id']}/settle", json={"was_sent": False})
    assert answer.json["status"] == "approved"
    work()
    assert get(made["id"])["status"] == "sent" and len(server.arrived) == 2


def test_a_receipt_settles_a_doubt(compose, work, get, server, new_invoice, due_again, channel, storage, tenant):
    server.answer = lambda mail: None
    made = compose(new_invoice(), then="send")
    work()
    due_again()
    work()
    found = get(made["id"])
    told = Receipt(
        event_id="e1", provider_id="p1", kind="delivered", at=datetime.now(UTC), message_id=found["message_id"]
    )
    _tell(storage, tenant, channel, told)
    work()
    found = get(made["id"])
    assert (found["status"], found["delivery"], found["provider_id"]) == ("sent", "delivered", "p1")


@pytest.mark.parametrize(
    ("kinds", "ends"),
    [
        (("delivered", "bounced"), "bounced"),
        (("bounced", "delivered"), "bounced"),
        (("deferred", "delivered"), "delivered"),
        (("delivered", "deferred", "delivered"), "delivered"),
        (("bounced", "complained"), "complained"),
        (("opened",), "accepted"),
    ],
)
def test_receipts_come_in_any_order(
    kinds, ends, compose, work, get, server, new_invoice, channel, storage, tenant, events
):
    made = compose(new_invoice(customer=f"r{len(kinds)}{ends}"), customer=f"r{len(kinds)}{ends}", then="send")
    work()
    found = get(made["id"])
    for place, kind in enumerate(kinds):
        told = Receipt(
            event_id=f"{made['id']}-{place}",
            provider_id="",
            kind=kind,
            at=datetime.now(UTC),
            message_id=found["message_id"],
        )
        _tell(storage, tenant, channel, told, told)
    work()
    found = get(made["id"])
    assert (found["status"], found["delivery"]) == ("sent", ends)
    assert (found["opened_at"] is not None) is ("opened" in kinds)
    assert "bounced" not in kinds or "bounced" in events(made["id"])


def test_a_bounce_of_somebody_in_copy_is_not_the_reminders(
    compose, work, get, server, new_invoice, channel, storage, tenant
):
    copied = [{"email": "boss@cc.example", "name": "Boss"}]
    made = compose(new_invoice(customer="cc"), customer="cc", cc=copied, then="send")
    work()
    assert server.arrived[-1].recipients == ("ap@cc.example", "boss@cc.example")
    found = get(made["id"])
    told = Receipt(
        event_id="cc-1",
        provider_id="",
        kind="bounced",
        at=datetime.now(UTC),
        message_id=found["message_id"],
        address="boss@cc.example",
        is_permanent=True,
    )
    _tell(storage, tenant, channel, told)
    work()
    assert get(made["id"])["delivery"] == "accepted"


@pytest.mark.usefixtures("channel")
def test_an_address_that_is_refused_fails_and_is_not_written_to_again(
    compose, work, get, server, new_invoice, member, storage, tenant
):
    server.refuse = lambda address: "550 5.1.1 No such user"
    made = compose(new_invoice(customer="gone"), customer="gone", then="send")
    work()
    assert get(made["id"])["status"] == "failed"
    with storage.tenant(tenant) as session:
        assert suppressions.of(session, ["ap@gone.example"])["ap@gone.example"].kind == "bounced"
    server.refuse = lambda address: ""
    assert member.post(f"/api/reminders/{made['id']}/retry").json["status"] == "approved"
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], server.arrived) == ("skipped", "suppressed", [])


@pytest.mark.usefixtures("channel")
def test_what_is_put_off_is_sent_later(compose, work, get, server, new_invoice, due_again):
    server.answer = lambda mail: "451 4.3.0 Try again"
    made = compose(new_invoice(), then="send")
    work()
    found = get(made["id"])
    assert (found["status"], found["tries"], found["reason"]["code"]) == ("approved", 1, "try_again")
    assert found["scheduled_at"] > datetime.now(UTC)
    assert found["claimed_at"] is None
    server.answer = lambda mail: "250 2.0.0 OK"
    server.arrived.clear()
    due_again()
    work()
    assert get(made["id"])["status"] == "sent" and len(server.arrived) == 1


@pytest.mark.usefixtures("channel")
def test_after_so_many_tries_it_fails(compose, work, get, server, new_invoice, due_again):
    server.answer = lambda mail: "451 4.3.0 Try again"
    made = compose(new_invoice(), then="send")
    for _ in range(8):
        due_again()
        work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"]) == ("failed", "refused")


def test_without_a_channel_it_waits_and_says_so(compose, work, get, new_invoice):
    made = compose(new_invoice(), then="send")
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"]) == ("approved", "no_channel")


def test_a_channel_that_is_switched_off_sends_nothing(compose, work, get, new_invoice, channel, storage, tenant):
    made = compose(new_invoice(), then="send", channel_id=str(channel.id))
    with storage.tenant(tenant) as session:
        session.execute(text("update channels set status = 'disabled', is_default = false"))
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"]) == ("approved", "channel_disabled")


def test_a_channel_that_cannot_sign_in_is_failing_and_the_reminder_none_the_worse(
    compose, work, get, new_invoice, server, channel, storage, tenant
):
    server.answer = lambda mail: "535 5.7.8 Authentication required"
    made = compose(new_invoice(), then="send")
    work()
    found = get(made["id"])
    with storage.tenant(tenant) as session:
        status = channels.get(session, channel.id).status
    assert found["status"] == "approved" and found["tries"] <= 1
    assert (status, found["reason"]["code"]) in (("failing", "channel_failing"), ("ready", "try_again"))


def test_a_limit_puts_the_rest_off(compose, work, get, new_invoice, server, channel, storage, tenant):
    with storage.tenant(tenant) as session:
        session.execute(text("update channels set per_minute = 4"))
    made = [compose(new_invoice(customer=f"lim{n}"), customer=f"lim{n}", then="send") for n in range(6)]
    work()
    statuses = [get(each["id"])["status"] for each in made]
    assert 1 <= statuses.count("sent") <= 4 and set(statuses) == {"sent", "approved"}
    with storage.hub() as session:
        later = session.scalar(
            text("select count(*) from hub.work where kind = 'reminders.send' and state = 'queued' and run_at > now()")
        )
    assert later >= 1


@pytest.mark.usefixtures("channel")
def test_a_worker_that_was_held_up_sends_nothing(compose, get, new_invoice, server, work, monkeypatch):
    monkeypatch.setattr(sending, "HAND_OVER_SECONDS", -1)
    made = compose(new_invoice(), then="send")
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], server.arrived) == ("approved", "late", [])


@pytest.mark.usefixtures("channel")
@pytest.mark.parametrize("kind", ["bounced", "complained"])
def test_a_report_by_mail_suppresses_only_whom_the_reminder_went_to(
    kind, compose, get, new_invoice, storage, tenant, work
):
    customer = f"rep{kind[:2]}"
    cc = [{"email": "boss@rep.example", "name": "", "role": ""}]
    made = compose(new_invoice(customer=customer), customer=customer, cc=cc, then="send")
    work()
    # Whoever got the mail knows its Message-ID, and can write a report that names anybody.
    told = [
        Receipt(
            event_id=f"{kind} {place}",
            provider_id="",
            kind=kind,
            at=datetime.now(UTC),
            message_id=get(made["id"])["message_id"],
            address=address,
            is_permanent=True,
        )
        for place, address in enumerate(("victim@elsewhere.example", f"AP@{customer}.example", "boss@rep.example"))
    ]
    with storage.tenant(tenant) as session:
        channel_receipts.take(session, None, told, datetime.now(UTC))
        jobs.submit(session, "reminders.receipts", {})
    work()
    with storage.tenant(tenant) as session:
        found = suppressions.of(session, ["victim@elsewhere.example", f"ap@{customer}.example", "boss@rep.example"])
    assert {address: each.kind for address, each in found.items()} == {
        f"ap@{customer}.example": kind,
        "boss@rep.example": kind,
    }


def _tell(storage, tenant, channel, *told):
    with storage.tenant(tenant) as session:
        channel_receipts.take(session, channel.id, [replace(each) for each in told], datetime.now(UTC))
        jobs.submit(session, "reminders.receipts", {})
