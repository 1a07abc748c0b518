"""From a policy to a message: planned, written, sent in the debtor's hours; asked of the provider first; answered."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from hub import pipelines
from hub.errors import InvalidError
from hub.jobs import service as jobs
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.reminders import before_sending, calendar, drafting, fresh, history, planning, policies, retention, sending
from hub.reminders.policy import Source
from hub.sdk.errors import AuthError
from tests.integration.reminders.conftest import CONNECTION

pytestmark = pytest.mark.usefixtures("company")


@pytest.fixture(autouse=True)
def nothing_from_before(storage, tenant):
    with storage.tenant(tenant) as session:
        session.execute(text("delete from reminders; delete from reminder_policies; delete from invoices"))


@pytest.fixture
def policy(storage, tenant):
    """Makes the only policy: one step for what is three days late."""

    def policy(**step):
        step = {"stage": 1, "day": 3, "tone": "friendly", "writer": "template_writer", "approve": "automatic", **step}
        document = {"takes": {}, "sure": None, "late": None, "hold_back": None, "steps": [step]}
        with storage.tenant(tenant) as session:
            policies.create(session, {"name": "P", "document": document, "is_active": True}, datetime.now(UTC))

    return policy


@pytest.fixture
def plan(storage, tenant):
    """Plans as the hub does, and has what is planned due at once; the ids of what was planned."""

    def plan():
        now = datetime.now(UTC)
        with storage.tenant(tenant) as session:
            # In a week every debtor has business hours, whatever day it is now.
            session.execute(text("update connections set last_run_at = now()"))
            for ahead in range(8):
                if planning.plan(session, now + timedelta(days=ahead), ZoneInfo("UTC"), "EUR").messages:
                    break
            session.execute(text("update reminders set scheduled_at = now() where status = 'planned'"))
            jobs.submit(session, "reminders.write", {})
            return list(session.scalars(text("select id from reminders where status = 'planned' order by number")))

    return plan


@pytest.fixture
def open_all_day(monkeypatch):
    """Every debtor is at work."""
    monkeypatch.setattr(calendar.Calendar, "is_open", lambda self, at: True)


@pytest.mark.usefixtures("open_all_day", "channel")
def test_a_policy_plans_and_the_hub_writes_and_sends(policy, plan, work, get, server, new_invoice):
    policy()
    new_invoice(number="INV-A1", customer="pol1")
    new_invoice(number="INV-A2", customer="pol1")
    (planned,) = plan()
    work()
    found = get(planned)
    assert (found["kind"], found["status"], found["stage"]) == ("policy", "sent", 1), found["reason"]
    (arrived,) = server.arrived
    body = arrived.mail.get_body(("plain",)).get_content()
    assert "INV-A1" in body and "INV-A2" in body, "one mail for all that is due of a customer"


@pytest.mark.usefixtures("open_all_day", "channel")
def test_the_next_stage_answers_the_one_before(policy, plan, work, get, server, new_invoice, storage, tenant):
    policy()
    new_invoice(number="INV-B1", customer="pol2")
    (first,) = plan()
    work()
    step = {"tone": "neutral", "writer": "template_writer", "approve": "automatic"}
    with storage.tenant(tenant) as session:
        session.execute(text("update reminders set sent_at = sent_at - interval '30 days'"))
        held = policies.list_policies(session)[0]
        document = held["document"] | {"steps": [*held["document"]["steps"], {"stage": 2, "day": 6, **step}]}
        values = {"name": "P", "document": document, "is_active": True}
        policies.update_policy(session, held["id"], values, datetime.now(UTC), expected_version=1)
    (second,) = plan()
    work()
    sent, again = get(first), get(second)
    assert again["status"] == "sent" and again["thread_id"] == sent["message_id"]
    assert server.arrived[1].mail["In-Reply-To"] == sent["message_id"]
    assert sent["message_id"] in server.arrived[1].mail["References"]


@pytest.mark.usefixtures("open_all_day", "channel")
def test_what_people_approve_waits_for_them(policy, plan, work, get, server, new_invoice, admin, member):
    policy(approve="admin", tone="formal")
    new_invoice(customer="pol3")
    planned = plan()
    work()
    assert server.arrived == []
    for each in planned:
        assert get(each)["status"] in ("to_approve", "planned")


@pytest.mark.usefixtures("channel")
def test_out_of_hours_it_waits_for_them(policy, plan, work, get, server, new_invoice, monkeypatch):
    policy()
    new_invoice(customer="pol4")
    opens = datetime.now(UTC) + timedelta(hours=9)
    monkeypatch.setattr(calendar.Calendar, "is_open", lambda self, at: False)
    (planned,) = plan()
    monkeypatch.setattr(calendar.Calendar, "next_opening", lambda self, at, spread=0: opens)
    work()
    found = get(planned)
    assert (found["status"], found["reason"]["code"], server.arrived) == ("approved", "out_of_hours", [])
    assert found["scheduled_at"] == opens


@pytest.mark.usefixtures("open_all_day", "channel")
def test_a_part_payment_begins_the_sequence_anew(policy, plan, work, get, server, new_invoice, pay):
    policy()
    invoice = new_invoice("200", customer="pol5")
    (planned,) = plan()
    pay(invoice, "50")
    work()
    found = get(planned)
    assert (found["status"], found["reason"]["code"], server.arrived) == ("skipped", "partly_paid", [])


@pytest.mark.usefixtures("open_all_day", "channel")
def test_settings_that_do_not_do_leave_it_planned_and_say_so(
    policy, plan, work, get, new_invoice, monkeypatch, storage, tenant
):
    def refuse(*_, **__):
        raise InvalidError("The facts of this message cannot be stated.")

    policy()
    new_invoice(customer="pol6")
    (planned,) = plan()
    monkeypatch.setattr(drafting, "fact_sheet", refuse)
    work()
    found = get(planned)
    assert (found["status"], found["reason"]["code"]) == ("planned", "not_written")
    monkeypatch.undo()
    with storage.tenant(tenant) as session:
        jobs.submit(session, "reminders.write", {})
    work()
    assert get(planned)["status"] in ("approved", "sent")


@pytest.fixture
def live(storage, tenant):
    """The invoices' connection is a live one that was last read two hours ago."""
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
                insert into connections (id, plugin, name, config, account_id, status, created_at, last_run_at)
                values (:id, 'quickbooks', 'Books', '{}', 'c1', 'ready', now(), now() - interval '2 hours')
            """),
            {"id": CONNECTION},
        )
    yield CONNECTION
    with storage.tenant(tenant) as session:
        session.execute(text("delete from connections"))


@pytest.mark.usefixtures("channel")
def test_the_provider_is_asked_before_anything_is_sent(
    compose, work, get, server, new_invoice, pay, live, monkeypatch, storage, tenant
):
    invoice, asked = new_invoice(customer="liv1"), []

    def run(context, connection_id, kind=None, *, now):
        asked.append(connection_id)
        pay(invoice)
        with storage.tenant(tenant) as session:
            session.execute(text("update connections set last_run_at = now()"))

    monkeypatch.setattr(fresh.sync, "run", run)
    made = compose(invoice, customer="liv1", then="send")
    work()
    found = get(made["id"])
    assert asked == [live]
    assert (found["status"], found["reason"]["code"], server.arrived) == ("skipped", "paid", [])


@pytest.mark.usefixtures("channel")
def test_where_the_provider_cannot_be_asked_it_waits(compose, work, get, server, new_invoice, live, monkeypatch):
    def run(context, connection_id, kind=None, *, now):
        raise AuthError("No longer let in.")

    monkeypatch.setattr(fresh.sync, "run", run)
    made = compose(new_invoice(customer="liv2"), customer="liv2", then="send")
    work()
    found = get(made["id"])
    assert (found["status"], found["reason"]["code"], server.arrived) == ("approved", "provider_silent", [])
    assert found["scheduled_at"] > datetime.now(UTC) + timedelta(minutes=10)


@pytest.mark.usefixtures("channel", "live")
def test_a_provider_that_was_just_read_is_not_asked(
    compose, work, get, server, new_invoice, monkeypatch, storage, tenant
):
    monkeypatch.setattr(fresh.sync, "run", lambda *_, **__: pytest.fail("it was just read"))
    with storage.tenant(tenant) as session:
        session.execute(text("update connections set last_run_at = now()"))
    made = compose(new_invoice(customer="liv3"), customer="liv3", then="send")
    work()
    assert get(made["id"])["status"] == "sent"


@pytest.mark.usefixtures("channel")
def test_one_that_cannot_be_made_keeps_none_of_the_others(compose, work, get, server, new_invoice, monkeypatch):
    bad = compose(new_invoice(customer="bad1"), customer="bad1", then="send")
    good = compose(new_invoice(customer="bad2"), customer="bad2", then="send")
    prepare = sending.prepare

    def made(session, house, reminder, channel, now):
        ready = prepare(session, house, reminder, channel, now)
        return replace(ready, recipients=[]) if str(reminder["id"]) == bad["id"] else ready

    monkeypatch.setattr(sending, "prepare", made)
    work()
    assert (get(bad["id"])["status"], get(good["id"])["status"], len(server.arrived)) == ("failed", "sent", 1)


@pytest.mark.usefixtures("channel")
def test_an_answer_is_noted_with_the_reminder(compose, work, get, new_invoice, admin, app, storage, own, registry):
    made = compose(new_invoice(customer="ans1"), customer="ans1", then="send")
    work()
    sent = get(made["id"])
    body = {"channel": "mime", "name": "Answers", "config": {}}
    path = re.sub(r"^https?://[^/]+", "", admin.post("/api/inbound-addresses", json=body).json["url"])
    runner = Runner(
        storage=storage,
        settings=own,
        registry=registry,
        handlers={each: pipelines.HANDLERS[each] for each in ("disputes.receive", "reminders.answered")},
        reactions=pipelines.reactions,
        worker="test",
        policy=Policy(backoff_seconds=0),
    )
    for automatic in (True, False):
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "ap@ans1.example", "ar@seller.example", "Re: Invoice"
        mail["Message-ID"], mail["In-Reply-To"] = f"<m{automatic}@ans1.example>", sent["message_id"]
        if automatic:
            mail["Auto-Submitted"] = "auto-replied"
        mail.set_content("Thank you, we will look into it.")
        answer = app.test_client().post(path, data=mail.as_bytes(), content_type="message/rfc822")
        assert answer.status_code == 200, answer.text
        with storage.hub() as session:
            session.execute(text("delete from hub.work where kind not in ('disputes.receive', 'reminders.answered')"))
        runner.run_due()
        assert (get(made["id"])["replied_at"] is None) is automatic
    runner.close()


def test_whoever_is_erased_goes_from_what_was_written_to_them(compose, new_invoice, admin, get, storage, tenant):
    words = {"subject": "INV", "text": "Dear Ada Lovelace,\n\nplease write to ada@era1.example.\n\nSeller GmbH"}
    recipients = [{"email": "ada@era1.example", "name": "Ada Lovelace"}]
    made = compose(new_invoice(customer="era1"), customer="era1", recipients=recipients, **words)
    shown = admin.post("/api/privacy/contacts/export", json={"email": "ada@era1.example"})
    assert shown.status_code == 200 and "reminders" in shown.text
    body = {"email": "ada@era1.example", "reason": "She asked for it."}
    answer = admin.post("/api/privacy/contacts/erasure", json=body)
    assert answer.status_code == 200, answer.text
    found = str(get(made["id"]))
    assert "ada@" not in found and "Lovelace" not in found
    with storage.tenant(tenant) as session:
        events = str(session.execute(text("select * from reminder_events")).all())
    assert "ada@" not in events and "Lovelace" not in events


def test_after_the_period_the_words_go_and_the_rest_stays(compose, new_invoice, member, get, storage, tenant):
    made = compose(new_invoice("12.50", customer="ret1"), customer="ret1", then="approval")
    kept = compose(new_invoice(customer="ret2"), customer="ret2", then="approval")
    assert member.post(f"/api/reminders/{made['id']}/reject", json={"reason": "Said by Jo."}).status_code == 200
    with storage.tenant(tenant) as session:
        assert retention.forget_texts(session, datetime.now(UTC) + timedelta(days=1), 10) == 1
        assert retention.forget_texts(session, datetime.now(UTC) + timedelta(days=1), 10) == 0
    found = get(made["id"])
    assert (found["text"], found["recipients"], found["attempts"]) == (retention.FORGOTTEN, [], [])
    assert found["reason"]["sentence"] == retention.FORGOTTEN and found["totals"][0]["amount"] == "12.5000"
    assert get(kept["id"])["text"] == kept["text"], "it has not ended"


@pytest.mark.usefixtures("open_all_day", "channel")
def test_an_answer_keeps_back_what_the_policy_has_ready_and_not_what_people_send(
    policy, plan, work, get, server, new_invoice, compose, storage, tenant
):
    policy(approve="member")
    invoice_id = new_invoice(customer="ans2")
    (planned,) = plan()
    work()
    assert get(planned)["status"] == "to_approve"
    earlier = compose(new_invoice(customer="ans2"), customer="ans2")
    with storage.tenant(tenant) as session:
        values = {"id": earlier["id"], "planned": planned}
        session.execute(text("update reminders set replied_at = now() where id = :id"), values)
        approved = "update reminders set status = 'approved', approved_at = now(), scheduled_at = now()"
        session.execute(text(f"{approved} where id = :planned"), values)
        jobs.submit(session, "reminders.send", {})
    work()
    found = get(planned)
    assert (found["status"], found["reason"]["code"], server.arrived) == ("skipped", "answered", [])
    by_hand = compose(invoice_id, customer="ans2", then="send")
    work()
    assert get(by_hand["id"])["status"] == "sent" and len(server.arrived) == 1


@pytest.mark.usefixtures("open_all_day", "channel")
def test_what_waits_for_the_ledger_does_not_wait_for_ever(
    policy, plan, work, get, server, new_invoice, storage, tenant, monkeypatch
):
    policy(approve="member")
    new_invoice(customer="wai1")
    (planned,) = plan()
    work()
    stale = {CONNECTION: Source(read_at=None, name="Books")}
    monkeypatch.setattr(before_sending, "read_sources", lambda session, now: stale)
    with storage.tenant(tenant) as session:
        session.execute(text("update reminders set status = 'approved', approved_at = now()"))

    def due():
        with storage.tenant(tenant) as session:
            session.execute(text("update reminders set scheduled_at = now()"))
            jobs.submit(session, "reminders.send", {})
        work()
        return get(planned)

    for _ in range(2):
        found = due()
        assert (found["status"], found["reason"]["code"]) == ("approved", "stale")
        assert found["scheduled_at"] > datetime.now(UTC)
    with storage.tenant(tenant) as session:
        session.execute(text("update reminders set approved_at = now() - interval '5 days'"))
        history.record(
            session, planned, "deferred", datetime.now(UTC) - timedelta(days=4), after={"code": "does_not_tie_out"}
        )
    found = due()
    assert (found["status"], found["reason"]["code"], server.arrived) == ("skipped", "stale", [])


@pytest.mark.usefixtures("open_all_day", "channel")
def test_who_has_it_written_more_firmly_does_not_get_round_who_approves_that(
    policy, plan, work, get, server, new_invoice, member, admin, storage, tenant
):
    policy(approve="member")
    with storage.tenant(tenant) as session:
        (held,) = policies.list_policies(session)
        firm = {"stage": 2, "day": 20, "tone": "firm", "writer": "template_writer", "approve": "admin"}
        document = held["document"] | {"steps": [*held["document"]["steps"], firm]}
        values = {"name": "P", "document": document, "is_active": True}
        policies.update_policy(session, held["id"], values, datetime.now(UTC), expected_version=1)
    new_invoice(customer="esc1")
    (planned,) = plan()
    work()
    assert (get(planned)["tone"], get(planned)["approve"]) == ("friendly", "member")
    answer = member.post(f"/api/reminders/{planned}/rewrite", json={"tone": "service"})
    assert (answer.status_code, answer.json["approve"]) == (200, "member"), answer.json
    assert member.post(f"/api/reminders/{planned}/rewrite", json={"tone": "firm"}).json["approve"] == "admin"
    assert member.post(f"/api/reminders/{planned}/approve").status_code == 403
    assert admin.post(f"/api/reminders/{planned}/approve").status_code == 200
