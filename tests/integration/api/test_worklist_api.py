"""The worklist's rows: whose they are, until when they rest, how it stands with them; notes, and what happened."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub.disputes import moves
from hub.disputes import service as disputes
from hub.insights.schemas import WorklistPageSchema
from hub.ledger import promises
from hub.reminders import marks
from hub.reminders.contact_schemas import ContactNoteSchema, TimelineSchema, WorklistEntrySchema
from hub.storage.audit import Actor, acting
from hub.tenants import service as tenants
from tests.integration.api.conftest import record_id
from tests.integration.api.test_schemas_hold import hold
from tests.integration.identity.callers import machine, person

ACME, BEST = record_id("customer", "c1"), record_id("customer", "c2")
NOBODY = "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"
SOMEBODY = Actor(kind="person", id=str(uuid4()), name="jo@acme.example")


@pytest.fixture(scope="module", autouse=True)
def assessed(storage, tenant, forecast):
    """Both customers are worth a contact, ACME more than BEST."""
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
            insert into risk_runs (run_id, model_id, as_of, made_at, home_currency, customers, assumptions)
            select max(id), gen_random_uuid(), '2026-03-31', now(), 'EUR', 2, '{"contact_saves": {}}'
            from forecast_runs
        """)
        )
        for customer, worth in ((ACME, 20), (BEST, 10)):
            session.execute(
                text("""
                    insert into customer_risk (
                        run_id, customer_id, risk_level, p_late30, p_late60, p_late90, amounts, expected_loss,
                        contact_value, segment, next_step, why, is_listed
                    )
                    select run_id, :customer, 'low', 0.1, 0.1, 0.1, '[]', 0, :worth, 'on_time', 'call', 'Late.', true
                    from risk_runs
                """),
                {"customer": customer, "worth": worth},
            )


@pytest.fixture(scope="module")
def member(app, storage, settings, tenant):
    return person(app, storage, settings, (tenant, "member"))


@pytest.fixture(autouse=True)
def unmarked(storage, tenant):
    yield
    with storage.tenant(tenant) as session:
        session.execute(text("delete from customer_marks; delete from contact_notes"))


def patch(caller, customer, **body):
    return caller.open("PATCH", f"/api/worklist/{customer}", json=body)


def row_of(caller, customer, query=""):
    found = [each for each in caller.get(f"/api/worklist{query}").json["items"] if each["customer_id"] == customer]
    return found[0] if found else None


def in_days(days):
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


def note(caller, customer=ACME, **body):
    return caller.post(f"/api/customers/{customer}/notes", json={"kind": "call", "text": "They pay on Friday.", **body})


def test_a_row_says_how_it_stands_with_a_customer(member):
    found = member.get("/api/worklist").json
    hold(WorklistPageSchema, found)
    row = found["items"][0]
    assert (row["customer_id"], row["owner"], row["snoozed_until"]) == (ACME, None, None)
    assert (row["last_contact"], row["promise"]) == (None, None)


def test_somebody_looks_after_a_customer(member):
    owned = patch(member, ACME, owner_id=str(member.user_id))
    assert owned.status_code == 200
    hold(WorklistEntrySchema, owned.json)
    assert owned.json["owner"]["id"] == str(member.user_id)
    assert row_of(member, ACME)["owner"]["id"] == str(member.user_id)
    mine = [each["customer_id"] for each in member.get("/api/worklist?owner=me").json["items"]]
    theirs = [each["customer_id"] for each in member.get(f"/api/worklist?owner={member.user_id}").json["items"]]
    nobodys = [each["customer_id"] for each in member.get("/api/worklist?owner=none").json["items"]]
    assert (mine, theirs, nobodys) == ([ACME], [ACME], [BEST])
    assert patch(member, ACME, owner_id=None).json["owner"] is None


def test_nobody_from_elsewhere_and_no_viewer_looks_after_a_customer(member, app, storage, settings, tenant):
    viewer = person(app, storage, settings, (tenant, "viewer"))
    for owner in (str(viewer.user_id), str(uuid4())):
        refused = patch(member, ACME, owner_id=owner)
        assert refused.status_code == 422
        assert [each["field"] for each in refused.json["fields"]] == ["owner_id"]


def test_a_customer_rests_until_a_day_and_is_back_on_it(member, storage, tenant):
    rested = patch(member, ACME, snoozed_until=in_days(3))
    assert rested.json["snoozed_until"] == in_days(3)
    assert row_of(member, ACME) is None and row_of(member, BEST) is not None
    assert row_of(member, ACME, "?snoozed=true")["snoozed_until"] == in_days(3)
    assert row_of(member, BEST, "?snoozed=true") is None
    with storage.tenant(tenant) as session:
        session.execute(text("update customer_marks set snoozed_until = current_date"))
    assert row_of(member, ACME)["snoozed_until"] is None
    # Taken back.
    patch(member, ACME, snoozed_until=in_days(3))
    assert patch(member, ACME, snoozed_until=None).json["snoozed_until"] is None
    assert row_of(member, ACME) is not None


@pytest.mark.parametrize("days", [0, -1, 400])
def test_nobody_rests_until_a_day_that_is_over_or_for_years(member, days):
    refused = patch(member, ACME, snoozed_until=in_days(days))
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json["fields"]] == ["snoozed_until"]


def test_one_change_leaves_the_other_alone(member):
    patch(member, ACME, owner_id=str(member.user_id))
    both = patch(member, ACME, snoozed_until=in_days(3)).json
    assert both["owner"]["id"] == str(member.user_id)
    assert patch(member, ACME).json == both


def test_whom_nobody_knows_cannot_be_marked_or_noted(member):
    assert patch(member, NOBODY, snoozed_until=in_days(1)).status_code == 404
    assert note(member, NOBODY).status_code == 404
    assert member.get(f"/api/customers/{NOBODY}/timeline").status_code == 404


def test_who_reads_changes_nothing(app, storage, settings, tenant):
    viewer = person(app, storage, settings, (tenant, "viewer"))
    assert patch(viewer, ACME, snoozed_until=in_days(1)).status_code == 403
    assert note(viewer).status_code == 403
    assert viewer.get(f"/api/customers/{ACME}/timeline").status_code == 200
    program = machine(app, storage, tenant, ["customers:read"])
    assert program.get("/api/worklist?owner=me").status_code == 403  # it may not read the worklist at all


@pytest.mark.parametrize("query", ["owner=somebody", "owner=" + "-" * 36, "snoozed=perhaps"])
def test_filters_that_say_nothing_are_refused(member, query):
    assert member.get(f"/api/worklist?{query}").status_code == 422


def test_a_call_is_noted_and_is_the_newest_contact(member):
    before = datetime.now(UTC)
    noted = note(member, outcome="will_pay")
    assert noted.status_code == 201
    hold(ContactNoteSchema, noted.json)
    assert (noted.json["kind"], noted.json["outcome"]) == ("call", "will_pay")
    assert datetime.fromisoformat(noted.json["at"]) >= before - timedelta(seconds=1)
    assert row_of(member, ACME)["last_contact"]["kind"] == "call"
    # What is kept in mind is no contact.
    note(member, kind="note")
    assert row_of(member, ACME)["last_contact"]["kind"] == "call"


def test_card_numbers_do_not_get_into_notes(member):
    assert "4111" not in note(member, text="Paid with 4111 1111 1111 1111").json["text"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "   "}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"kind": "fax"}, "kind"),
        ({"outcome": "perhaps"}, "outcome"),
        ({"at": "2999-01-01T00:00:00Z"}, "at"),
        ({"at": "2026-01-01T00:00:00"}, "at"),
        ({"by_name": "somebody else"}, "by_name"),
    ],
)
def test_what_cannot_be_noted_is_named(member, body, field):
    refused = note(member, **body)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json["fields"]] == [field]


def test_a_note_that_is_sent_again_is_one(member):
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"kind": "call", "text": "Once."}
    ids = {member.post(f"/api/customers/{ACME}/notes", json=body, headers=headers).json["id"] for _ in range(2)}
    assert len(ids) == 1


def test_what_was_done_today_is_counted_for_all_and_for_oneself(member, app, storage, settings, tenant):
    other = person(app, storage, settings, (tenant, "admin"))
    before = member.get("/api/worklist").json["done_today"]
    assert (before["customers"], before["mine"], before["amounts"]) == (0, 0, [])
    note(member)
    note(member)
    note(other, BEST)
    done = member.get("/api/worklist").json["done_today"]
    assert (done["customers"], done["mine"]) == (2, 1)
    assert {each["currency"] for each in done["amounts"]} == {"EUR", "USD"}
    with storage.tenant(tenant) as session:
        session.execute(text("update contact_notes set created_at = now() - interval '2 days'"))
    assert member.get("/api/worklist").json["done_today"]["customers"] == 0


@pytest.fixture
def lived(storage, tenant, member):
    """A promise that was broken, a dispute that ended, and a reminder that bounced."""
    now = datetime.now(UTC)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        (invoice,) = session.execute(
            text("""
                select id, balance from invoices
                where customer_id = :id and balance > 1 and disputed is not true order by balance desc limit 1
            """),
            {"id": ACME},
        ).all()
        promised = promises.promise(
            session, invoice.id, channel="phone", now=now, today=now.date(), promised_on=now.date(), made_by="Mr Wye"
        )
        other = session.scalar(
            text("select id from invoices where customer_id = :id and balance > 1 and id <> :but limit 1"),
            {"id": ACME, "but": invoice.id},
        )
        promises.promise(session, other, channel="portal", now=now, today=now.date(), paid_on=now.date())
        opening = disputes.Opening(text="Too dear.", source="api", invoice_id=invoice.id, amount=Decimal(1))
        (opened,) = disputes.open_disputes(session, [opening], now, today=now.date())
        moves.resolve(session, opened.id, now, outcome="withdrawn")
        reminder = session.scalar(
            text("""
                insert into reminders (customer_id, kind, tone, language, subject, text, status, approve, sent_at,
                                       delivery, created_by)
                values (:id, 'manual', 'friendly', 'en', 'Invoice 1', 'Please pay.', 'sent', 'member', now(),
                        'bounced', '{"kind": "person", "id": "1", "name": "jo@acme.example"}') returning id
            """),
            {"id": ACME},
        )
        session.execute(
            text("""
                insert into reminder_events (reminder_id, at, kind, by_kind, by_id, by_name)
                values (:id, now(), 'bounced', 'system', 'x', 'x')
            """),
            {"id": reminder},
        )
        session.execute(
            text("update promises set status = 'broken', settled_at = now() where id = :id"), {"id": promised.id}
        )
    note(member, kind="meeting", text="They know.")
    yield
    with storage.tenant(tenant) as session:
        session.execute(text("delete from promises; delete from reminders"))


def test_what_happened_with_a_customer_is_one_list(member, lived):
    found = member.get(f"/api/customers/{ACME}/timeline?limit=200").json
    hold(TimelineSchema, found)
    items = found["items"]
    assert [each["at"] for each in items] == sorted((each["at"] for each in items), reverse=True)
    told = {(each["kind"], each["event"]) for each in items}
    assert told >= {
        *(("reminder", "sent"), ("reminder", "bounced")),
        *(("promise", "made"), ("promise", "broken"), ("promise", "claimed")),
        *(("dispute", "opened"), ("dispute", "resolved")),
        *(("note", "meeting"), ("payment", "received")),
    }
    by_event = {each["event"]: each for each in items}
    assert by_event["sent"]["text"] == "Invoice 1" and by_event["sent"]["number"].startswith("R-")
    assert by_event["broken"]["by_name"] == "Mr Wye" and by_event["broken"]["outcome"] == "phone"
    assert by_event["claimed"]["day"] == datetime.now(UTC).date().isoformat()
    assert by_event["resolved"]["outcome"] == "withdrawn" and by_event["resolved"]["number"].startswith("D-")
    assert by_event["meeting"]["text"] == "They know."
    assert {each["currency"] for each in items if each["kind"] == "payment"} == {"EUR"}


def test_the_list_is_paged_without_a_gap_and_filtered(member, lived):
    path = f"/api/customers/{ACME}/timeline"
    whole = member.get(f"{path}?limit=200").json["items"]
    seen, cursor = [], ""
    while cursor is not None:
        page = member.get(f"{path}?limit=2" + (f"&cursor={cursor}" if cursor else "")).json
        seen += page["items"]
        cursor = page["next_cursor"]
    assert seen == whole
    some = member.get(f"{path}?kinds=promise,note&limit=200").json["items"]
    assert some == [each for each in whole if each["kind"] in ("promise", "note")]
    assert member.get(f"{path}?kinds=gossip").status_code == 422
    assert member.get(f"{path}?cursor=nonsense").status_code == 422


def test_a_broken_promise_stands_in_the_row_before_an_open_one(member, lived, storage, tenant):
    assert row_of(member, ACME)["promise"]["status"] == "broken"
    assert row_of(member, ACME)["last_contact"]["kind"] == "meeting"
    with storage.tenant(tenant) as session:
        session.execute(text("update promises set settled_at = now() - interval '40 days' where status = 'broken'"))
    assert row_of(member, ACME)["promise"]["status"] == "open"
    with storage.tenant(tenant) as session:
        session.execute(text("delete from promises where status = 'open'"))
    assert row_of(member, ACME)["promise"] is None


def test_another_tenants_customers_are_not_there(app, storage, settings, member):
    stranger = person(app, storage, settings, (tenants.create(storage, f"Strangers {uuid4().hex[:6]}").key, "admin"))
    assert patch(stranger, ACME, snoozed_until=in_days(1)).status_code == 404
    assert note(stranger).status_code == 404
    assert stranger.get(f"/api/customers/{ACME}/timeline").status_code == 404
    assert stranger.get("/api/worklist").json["items"] == []


def test_what_is_due_first_says_when_money_is_expected(member, storage, tenant):
    with storage.tenant(tenant) as session:
        expected = session.scalar(
            text("""
                select min(expected_on) from predictions join invoices on id = invoice_id
                where run_id = (select max(run_id) from risk_runs) and customer_id = :id and balance > 0
            """),
            {"id": UUID(ACME)},
        )
    assert row_of(member, ACME)["expected_on"] == (expected.isoformat() if isinstance(expected, date) else None)


def test_notes_go_after_their_time(member, storage, tenant):
    note(member, text="Old.")
    with storage.tenant(tenant) as session:
        session.execute(text("update contact_notes set at = now() - interval '6 years'"))
    note(member, text="New.")
    with storage.tenant(tenant) as session:
        assert marks.forget_notes(session, datetime.now(UTC) - timedelta(days=1825), 100) == 1
        assert session.scalars(text("select text from contact_notes")).all() == ["New."]


def test_a_person_gets_what_was_noted_and_is_taken_out_of_it(member, app, storage, settings, tenant):
    admin = person(app, storage, settings, (tenant, "admin"))
    address = {"email": "ap@acme.example"}
    note(member, text="Write to AP@acme.example in future.")
    found = admin.post("/api/privacy/contacts/export", json=address).json
    assert [each["text"] for each in found["customers"][0]["notes"]] == ["Write to AP@acme.example in future."]
    assert "contact_notes" in {each["place"] for each in found["mentions"]}
    erased = admin.post("/api/privacy/contacts/erasure", json={**address, "include_name": False, "reason": "asked"})
    assert erased.status_code == 200
    with storage.tenant(tenant) as session:
        (left,) = session.scalars(text("select text from contact_notes")).all()
    assert "acme.example" not in left and left.startswith("Write to ")
