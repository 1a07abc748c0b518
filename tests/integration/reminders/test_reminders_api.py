"""Reminders as callers of the API see them: composed, listed, changed, decided on, and refused."""

import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.channels import suppressions
from hub.reminders import history, service
from hub.reminders.schemas import ReminderPageSchema, ReminderPreviewSchema, ReminderSchema
from hub.storage.audit import acting
from tests.integration.identity.callers import machine
from tests.integration.reminders.conftest import SOMEBODY, customer_id

pytestmark = pytest.mark.usefixtures("company")

NOWHERE = "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"


@pytest.fixture(autouse=True)
def nothing_from_before(storage, tenant):
    with storage.tenant(tenant) as session:
        session.execute(text("delete from reminders; delete from suppressions"))


@pytest.fixture
def planned_for_an_admin(storage, tenant, new_invoice):
    """A reminder that waits for an admin's approval, its text as a writer left it."""

    def make(refusals=(), status="to_approve"):
        now = datetime.now(UTC)
        attempt = {"writer": "template_writer", "subject": "S", "text": "T", "refusals": list(refusals)}
        values = {
            "customer_id": UUID(customer_id()),
            "kind": "manual",
            "tone": "formal",
            "language": "en",
            "recipients": [{"name": "", "email": "ap@c1.example", "role": ""}],
            "subject": "S",
            "text": "T",
            "attempts": [attempt],
            "status": status,
            "approve": "admin",
            "scheduled_at": now,
            "created_by": {"kind": "policy", "id": "p", "name": "Policy"},
        }
        with storage.tenant(tenant) as session, acting(SOMEBODY):
            item = {"invoice_id": new_invoice(), "asked": 1, "currency": "EUR"}
            return str(service.insert_reminder(session, values, [item], now)["id"])

    return make


def preview(caller, *invoices, customer="c1", **body):
    body = {"customer_id": customer_id(customer), "invoice_ids": [str(each) for each in invoices], **body}
    return caller.post("/api/reminders/preview", json=body)


def test_a_preview_shows_what_would_be_sent_and_stores_nothing(member, new_invoice, storage, tenant):
    first, second = new_invoice("100", number="INV-P1"), new_invoice("50.5", number="INV-P2")
    answer = preview(member, first, second, language="de", tone="firm", attachments=["statement"])
    assert answer.status_code == 200, answer.json
    assert ReminderPreviewSchema().validate(answer.json) == {}
    shown = answer.json
    assert "INV-P1" in shown["text"] and "INV-P2" in shown["text"] and 'lang="de"' in shown["html"]
    assert shown["verdict"] == {"passes": True, "refusals": []}
    assert shown["totals"] == [{"amount": "150.5000", "currency": "EUR"}]
    assert shown["recipients"] == [{"name": "", "email": "ap@c1.example", "role": ""}]
    assert [each["kind"] for each in shown["attachments"]] == ["statement"]
    assert "no_channel" in [each["code"] for each in shown["warnings"]]
    with storage.tenant(tenant) as session:
        assert session.scalar(text("select count(*) from reminders")) == 0


def test_what_a_person_writes_is_checked(member, new_invoice):
    words = {"subject": "INV-W1", "text": "Dear all,\n\nINV-W1: please pay 999.00 EUR by Friday, or we go to court."}
    shown = preview(member, new_invoice("100", number="INV-W1"), language="en", **words).json
    codes = {each["code"] for each in shown["verdict"]["refusals"]}
    assert not shown["verdict"]["passes"] and "amount" in codes and "legal" in codes, codes
    assert "refused_text" in [each["code"] for each in shown["warnings"]]
    for each in shown["verdict"]["refusals"]:
        assert shown["text"][each["start"] : each["end"]] == each["span"]


def test_warnings_say_what_speaks_against_it(member, new_invoice, pay, storage, tenant):
    paid = new_invoice(number="INV-PAID")
    pay(paid)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        suppressions.add(session, "ap@c1.example", "unsubscribed", now=datetime.now(UTC), by="test")
    warnings = preview(member, paid).json["warnings"]
    sentences = " ".join(each["sentence"] for each in warnings)
    assert {"paid", "suppressed", "no_channel"} <= {each["code"] for each in warnings}
    assert "INV-PAID" in sentences and "ap@c1.example" in sentences


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"customer_id": NOWHERE}, "customer_id"),
        ({"invoice_ids": [NOWHERE]}, "invoice_ids.0"),
        ({"invoice_ids": []}, "invoice_ids"),
        ({"channel_id": NOWHERE}, "channel_id"),
        ({"subject": "Alone"}, "text"),
        ({"subject": "Two\nlines", "text": "x"}, "subject"),
        ({"recipients": [{"email": "nobody"}]}, "recipients.0.email"),
        ({"recipients": []}, "recipients"),
        ({"tone": "rude"}, "tone"),
        ({"language": "../x"}, "language"),
        ({"then": "schedule"}, "scheduled_at"),
        ({"then": "schedule", "scheduled_at": "2099-01-01T00:00:00+00:00"}, "scheduled_at"),
        ({"attachments": ["passwords"]}, "attachments.0"),
    ],
)
def test_what_cannot_be_composed_is_refused_by_field(member, new_invoice, body, field, storage, tenant):
    meant = {"customer_id": customer_id(), "invoice_ids": [str(new_invoice())], **body}
    answer = member.post("/api/reminders", json=meant)
    assert answer.status_code == 422 and field in _fields(answer.json), answer.json
    with storage.tenant(tenant) as session:
        assert session.scalar(text("select count(*) from reminders")) == 0


def test_an_invoice_of_somebody_else_is_refused(member, new_invoice):
    answer = preview(member, new_invoice(customer="other"), customer="c1")
    assert answer.status_code in (404, 422)
    new_invoice()
    answer = preview(member, new_invoice(customer="other"))
    assert answer.status_code == 422 and "invoice_ids.0" in _fields(answer.json)


@pytest.mark.parametrize(
    ("then", "status"), [("draft", "draft"), ("approval", "to_approve"), ("schedule", "approved"), ("send", "approved")]
)
def test_it_is_kept_as_was_asked(compose, new_invoice, then, status):
    at = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    made = compose(new_invoice(), then=then, **({"scheduled_at": at} if then == "schedule" else {}))
    assert ReminderSchema().validate(made) == {}
    assert made["status"] == status
    if then == "schedule":
        assert datetime.fromisoformat(made["scheduled_at"]) == datetime.fromisoformat(at)


def test_the_same_key_composes_one(member, new_invoice):
    body = {"customer_id": customer_id(), "invoice_ids": [str(new_invoice())], "scheduled_at": None}
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    first, second = (member.post("/api/reminders", json=body, headers=headers) for _ in range(2))
    assert first.json["id"] == second.json["id"] and second.headers["Idempotency-Replayed"] == "true"


def test_the_list_is_filtered_sorted_and_added_up(member, compose, new_invoice):
    mine = compose(new_invoice("70", number="INV-L1"), then="approval")
    other = compose(new_invoice("30", customer="c2"), customer="c2", then="approval")
    draft = compose(new_invoice("5"))
    page = member.get("/api/reminders?include=totals,facets&status=to_approve&sort=-amount").json
    assert ReminderPageSchema().validate(page) == {}
    assert [each["id"] for each in page["items"]] == [mine["id"], other["id"]]
    totals = page["totals"]
    assert (totals["count"], totals["customers"]) == (2, 2)
    assert totals["by_currency"] == [{"currency": "EUR", "count": 2, "amount": "100.0000"}]
    assert {"value": "draft", "count": 1} in totals["facets"]["status"]
    assert _ids(member, "q=INV-L1") == [mine["id"]]
    assert _ids(member, f"q=R-{draft['number']}") == [draft["id"]]
    assert _ids(member, f"customer_id={customer_id('c2')}") == [other["id"]]
    assert _ids(member, f"invoice_id={mine['items'][0]['invoice_id']}") == [mine["id"]]
    assert _ids(member, "kind=policy") == []
    assert member.get("/api/reminders?sort=nothing").status_code == 422


@pytest.mark.parametrize("sort", ["scheduled_at", "-scheduled_at", "sent_at", "customer", "-amount"])
def test_pages_leave_nothing_out_and_show_nothing_twice(member, compose, new_invoice, sort):
    made = {compose(new_invoice(customer=f"p{n % 3}"), customer=f"p{n % 3}")["id"] for n in range(5)}
    made.add(compose(new_invoice(), then="approval")["id"])
    seen, cursor = [], ""
    while True:
        page = member.get(f"/api/reminders?limit=2&sort={sort}{cursor}").json
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(made) and set(seen) == made


def test_it_is_read_with_all_that_is_known_of_it(viewer, compose, new_invoice):
    made = compose(new_invoice("12.34", number="INV-R1"))
    answer = viewer.get(f"/api/reminders/{made['id']}")
    assert answer.status_code == 200 and ReminderSchema().validate(answer.json) == {}
    shown = answer.json
    assert shown["steps"] == [], "who only reads may do nothing"
    assert [(each["number"], each["asked"], each["dropped"]) for each in shown["items"]] == [
        ("INV-R1", "12.3400", None)
    ]
    assert "INV-R1" in shown["html"]
    assert viewer.get(f"/api/reminders/{NOWHERE}").status_code == 404
    assert viewer.get(f"/api/reminders/{NOWHERE}/events").status_code == 404


def test_words_are_changed_and_checked_and_need_approval_anew(member, compose, new_invoice):
    made = compose(new_invoice("40", number="INV-C1"), then="send", language="en")
    answer = _patch(member, made, {"text": "Dear all,\n\nINV-C1: 41.00 EUR are open.\n\nSeller GmbH"})
    assert answer.status_code == 200, answer.json
    changed = answer.json
    assert (changed["status"], changed["is_edited"], changed["approved_by"]) == ("to_approve", True, None)
    assert [each["code"] for each in changed["verdict"]["refusals"]] == ["amount"]
    assert changed["attempts"][-1]["writer"] == "person"
    approved = member.post(f"/api/reminders/{made['id']}/approve")
    assert approved.json["status"] == "approved", "whoever reads it may send their own words"
    events = member.get(f"/api/reminders/{made['id']}/events").json["items"]
    assert [each["kind"] for each in events] == ["composed", "scheduled", "changed", "approved"]
    assert "41.00" not in str(events), "no words of people in the history"
    assert events[-1]["after"]["refused"] == "1"


def test_another_time_alone_needs_no_approval_anew(member, compose, new_invoice):
    made = compose(new_invoice(), then="send")
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert _patch(member, made, {"scheduled_at": later}).json["status"] == "approved"


def test_nobodys_change_is_lost(member, compose, new_invoice):
    made = compose(new_invoice())
    assert member.open("PATCH", f"/api/reminders/{made['id']}", json={"subject": "A"}).status_code == 428
    assert _patch(member, made, {"subject": "A"}).status_code == 200
    assert _patch(member, made, {"subject": "B"}).status_code == 412
    assert _patch(member, made | {"version": 2}, {}).status_code == 422


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("approve", None, "approved"),
        ("reject", {"reason": "No."}, "rejected"),
        ("skip", {"reason": "Later."}, "skipped"),
        ("cancel", None, "cancelled"),
    ],
)
def test_people_decide(member, viewer, compose, new_invoice, verb, body, status):
    made = compose(new_invoice(), then="approval")
    path = f"/api/reminders/{made['id']}/{verb}"
    assert viewer.post(path, json=body or {}).status_code == 403
    answer = member.post(path, **({"json": body} if body else {}))
    assert (answer.status_code, answer.json["status"]) == (200, status), answer.json
    if body:
        assert answer.json["reason"] == {"code": "person", "sentence": body["reason"]}
    again = member.post(path, **({"json": body} if body else {}))
    assert again.status_code == 409, "it has been decided"


@pytest.mark.parametrize("verb", ["reject", "skip"])
def test_a_reason_is_needed(member, compose, new_invoice, verb):
    made = compose(new_invoice(), then="approval")
    for body in ({}, {"reason": ""}, {"reason": "   "}):
        assert member.post(f"/api/reminders/{made['id']}/{verb}", json=body).status_code == 422


def test_what_an_admin_has_to_approve_no_member_does(member, admin, planned_for_an_admin):
    path = f"/api/reminders/{planned_for_an_admin()}"
    answer = member.post(f"{path}/approve")
    assert answer.status_code == 403 and "approve" not in member.get(path).json["steps"]
    assert "approve" in admin.get(path).json["steps"]
    assert admin.post(f"{path}/approve").json["status"] == "approved"


def test_a_members_schedule_of_what_an_admin_approves_waits_for_one(member, admin, planned_for_an_admin):
    path = f"/api/reminders/{planned_for_an_admin(status='draft')}/schedule"
    assert member.post(path, json={}).json["status"] == "to_approve"
    path = f"/api/reminders/{planned_for_an_admin(status='draft')}/schedule"
    assert admin.post(path, json={}).json["status"] == "approved"


def test_what_is_not_written_cannot_be_approved(admin, planned_for_an_admin, storage, tenant):
    made = planned_for_an_admin()
    with storage.tenant(tenant) as session:
        session.execute(text("update reminders set text = null"))
    answer = admin.post(f"/api/reminders/{made}/approve")
    assert answer.status_code == 422 and "text" in _fields(answer.json)


def test_several_are_decided_at_once_and_some_are_refused(
    member, admin, compose, new_invoice, planned_for_an_admin, storage, tenant
):
    good = compose(new_invoice(), then="approval")["id"]
    drafted = compose(new_invoice())["id"]
    refusal = {"start": 0, "end": 1, "span": "T", "code": "threat", "reason": "r", "in_subject": False}
    refused = planned_for_an_admin([refusal])
    ids = [good, drafted, refused, NOWHERE]
    answer = admin.post("/api/reminders/bulk", json={"action": "approve", "ids": ids})
    assert answer.status_code == 200 and answer.json["done"] == [good]
    codes = {each["id"]: each["code"] for each in answer.json["failed"]}
    assert codes == {drafted: "conflict", refused: "refused_text", NOWHERE: "not_found"}
    assert member.get(f"/api/reminders/{refused}").json["status"] == "to_approve"


def test_a_filter_chooses_those_to_decide_on(member, viewer, compose, new_invoice):
    mine = [compose(new_invoice(customer="b1"), customer="b1", then="approval")["id"] for _ in range(3)]
    other = compose(new_invoice(customer="b2"), customer="b2", then="approval")["id"]
    body = {"action": "reject", "filter": {"customer_id": customer_id("b1"), "status": ["to_approve"]}, "reason": "No."}
    assert viewer.post("/api/reminders/bulk", json=body).status_code == 403
    answer = member.post("/api/reminders/bulk", json=body)
    assert sorted(answer.json["done"]) == sorted(mine) and answer.json["failed"] == []
    assert member.get(f"/api/reminders/{other}").json["status"] == "to_approve"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "approve"},
        {"action": "approve", "ids": [NOWHERE], "filter": {}},
        {"action": "reject", "ids": [NOWHERE]},
        {"action": "send", "ids": [NOWHERE]},
        {"action": "skip", "ids": []},
    ],
)
def test_a_bulk_step_that_says_too_little_is_refused(member, body):
    assert member.post("/api/reminders/bulk", json=body).status_code == 422


def test_it_is_written_anew_in_another_tone_and_language(member, compose, new_invoice):
    made = compose(new_invoice(number="INV-T1"), then="send", language="en")
    answer = member.post(f"/api/reminders/{made['id']}/rewrite", json={"tone": "firm", "language": "fr"})
    assert answer.status_code == 200, answer.json
    found = answer.json
    assert (found["status"], found["tone"], found["language"]) == ("to_approve", "firm", "fr")
    assert found["text"] != made["text"] and "INV-T1" in found["text"] and found["verdict"]["passes"]
    rejected = member.post(f"/api/reminders/{made['id']}/reject", json={"reason": "No."})
    assert rejected.status_code == 200
    assert member.post(f"/api/reminders/{made['id']}/rewrite", json={}).status_code == 409


def test_an_unknown_writer_leaves_it_to_the_template_and_says_why(member, new_invoice):
    shown = preview(member, new_invoice(), writer="nobody_writer").json
    assert shown["writer"] == "template_writer" and "nobody_writer" in shown["fell_back"]


def test_a_test_goes_to_oneself_and_leaves_the_reminder_as_it_is(
    member, program, compose, new_invoice, server, channel, get, storage
):
    made = compose(new_invoice(), then="approval", attachments=["statement"])
    answer = member.post(f"/api/reminders/{made['id']}/test")
    assert answer.status_code == 200, answer.json
    (arrived,) = server.arrived
    assert arrived.recipients == (answer.json["address"],) and arrived.mail["Subject"].startswith("[Test]")
    found = get(made["id"])
    assert (found["status"], found["sent_at"], found["message_id"]) == ("to_approve", None, None)
    assert program.post(f"/api/reminders/{made['id']}/test").status_code == 409


def test_a_final_notice_is_not_left_to_a_model(member, compose, new_invoice):
    invoice = new_invoice()
    answer = preview(member, invoice, tone="final", writer="llm_writer")
    assert answer.status_code == 422 and answer.json["fields"][0]["field"] == "writer"
    made = compose(invoice)
    answer = member.post(f"/api/reminders/{made['id']}/rewrite", json={"tone": "final", "writer": "llm_writer"})
    assert answer.status_code == 422
    assert preview(member, invoice, tone="final").status_code == 200


@pytest.mark.parametrize("name", ["name", "role"])
def test_what_recipients_are_called_is_bounded(member, new_invoice, name):
    for value, status in (("x" * 201, 422), ("Jo\nBcc: x@evil.example", 422), ("x" * 200, 200)):
        recipients = [{"email": "ap@c1.example", name: value}]
        assert preview(member, new_invoice(), recipients=recipients).status_code == status


def test_tests_take_from_what_the_channel_may_send(member, compose, new_invoice, server, channel, storage, tenant):
    with storage.tenant(tenant) as session:
        session.execute(text("update channels set per_day = 1"))
    made = compose(new_invoice(), then="approval")
    answers = [member.post(f"/api/reminders/{made['id']}/test") for _ in range(6)]
    assert answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) > 0
    assert len(server.arrived) == [each.status_code for each in answers].count(200) >= 1


def test_without_a_channel_no_test_is_sent(member, compose, new_invoice):
    answer = member.post(f"/api/reminders/{compose(new_invoice())['id']}/test")
    assert answer.status_code == 409 and "channel" in answer.json["detail"]


def test_without_a_company_in_the_settings_the_tenants_name_stands_for_it(member, new_invoice, storage, tenant):
    invoice = new_invoice()
    with storage.tenant(tenant) as session:
        kept = session.scalar(text("delete from reminder_settings returning document"))
    try:
        answer = preview(member, invoice)
    finally:
        with storage.tenant(tenant) as session:
            stored = text("insert into reminder_settings (document, updated_at) values (cast(:d as jsonb), now())")
            session.execute(stored, {"d": json.dumps(kept)})
    assert answer.status_code == 200 and "test_reminders_api" in answer.json["text"], answer.json


def test_scopes_of_machines_are_heeded(app, storage, tenant, program, compose, new_invoice):
    made = compose(new_invoice(), then="approval")
    reader = machine(app, storage, tenant, ["reminders:read"])
    assert reader.get(f"/api/reminders/{made['id']}").status_code == 200
    assert reader.post(f"/api/reminders/{made['id']}/approve").status_code == 403
    assert program.post(f"/api/reminders/{made['id']}/approve").status_code == 200


def test_the_history_cannot_be_changed(storage, tenant, compose, new_invoice):
    made = compose(new_invoice())
    with pytest.raises(Exception, match="only ever added to"), storage.tenant(tenant) as session:
        session.execute(text("delete from reminder_events"))
    with storage.tenant(tenant) as session:
        assert [each["kind"] for each in history.read(session, UUID(made["id"]))] == ["composed"]


def _ids(caller, query):
    return [each["id"] for each in caller.get(f"/api/reminders?{query}").json["items"]]


def _patch(caller, made, body):
    headers = {"If-Match": f'"{made["version"]}"'}
    return caller.open("PATCH", f"/api/reminders/{made['id']}", json=body, headers=headers)


def _fields(problem):
    return {each["field"] for each in problem.get("fields", ())}


def test_a_draft_is_put_up_for_approval(member, compose, new_invoice):
    made = compose(new_invoice())["id"]
    answer = member.post(f"/api/reminders/{made}/schedule", json={"for_approval": True})
    assert answer.json["status"] == "to_approve" and answer.json["approved_by"] is None
    again = member.post(f"/api/reminders/{made}/schedule", json={"for_approval": True})
    assert again.status_code == 409


def test_what_a_preview_showed_may_be_sent_back(member, compose, new_invoice):
    asked = {"customer_id": customer_id("c1"), "invoice_ids": [str(new_invoice(number="INV-L1"))], "language": "en"}
    shown = member.post("/api/reminders/preview", json=asked).json
    words = {name: shown[name] for name in ("subject", "text")}
    page = re.search(r"https?://\S+/statement/#\S+", shown["text"])[0]
    # The link of a preview is for a reminder that nobody keeps: the kept one has its own.
    made = member.post("/api/reminders", json={**asked, **words}).json
    assert made["verdict"]["passes"] and page not in made["text"]
    header = {"If-Match": f'"{made["version"]}"'}
    other = {**words, "subject": "Another subject"}
    changed = member.open("PATCH", f"/api/reminders/{made['id']}", json=other, headers=header).json
    assert changed["verdict"]["passes"] and changed["text"] == made["text"]
    # An address that is nobody's stays one that no fact bears out.
    other = {**words, "text": f"{shown['text']}\n\nhttps://elsewhere.example/statement/#AQ"}
    assert not member.post("/api/reminders/preview", json={**asked, **other}).json["verdict"]["passes"]
