"""/api/reminder-policies, /api/reminder-settings, /api/reminders/plan and the insights, as callers see them."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.reminders.policy import suggested
from hub.reminders.settings import defaults

POLICIES = "/api/reminder-policies"
SETTINGS = "/api/reminder-settings"


@pytest.fixture(autouse=True)
def no_policies(storage, tenant):
    with storage.tenant(tenant) as session:
        for table in ("reminder_policies", "reminder_policy_versions", "reminder_settings", "reminders"):
            session.execute(text(f"delete from {table}"))


def places(answer):
    """The places that a problem names."""
    return {each["field"] for each in answer.json["fields"]}


@pytest.fixture
def made(admin):
    answer = admin.post(POLICIES, json={"name": "Ours"})
    assert answer.status_code == 201, answer.json
    return answer


def test_nothing_is_in_force_until_an_admin_says_so(viewer, admin):
    found = viewer.get(POLICIES).json
    assert found == {"items": [], "suggested": suggested()}
    made = admin.post(POLICIES, json={"name": "Suggested sequence"})
    assert made.status_code == 201
    assert (made.json["is_active"], made.json["position"], made.json["document"]) == (False, 1, suggested())
    assert viewer.get(f"{POLICIES}/{made.json['id']}").json == made.json


def test_a_policy_is_changed_with_its_versions_kept(admin, made):
    path, body = f"{POLICIES}/{made.json['id']}", made.json
    document = {**body["document"], "takes": {"currencies": ["EUR"]}}
    change = {"name": "Euros", "is_active": True, "document": document, "note": "Euros alone."}
    changed = admin.put(path, json=change, headers={"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200, changed.json
    assert (changed.json["name"], changed.json["is_active"], changed.json["version"]) == ("Euros", True, 2)
    stale = admin.put(path, json=change, headers={"If-Match": made.headers["ETag"]})
    assert (stale.status_code, stale.json["code"]) == (412, "precondition_failed")
    assert admin.put(path, json=change).status_code == 428
    versions = admin.get(f"{path}/versions").json["items"]
    assert [(each["version"], each["note"], each["is_active"]) for each in versions] == [
        (2, "Euros alone.", True),
        (1, None, False),
    ]
    assert versions[1]["document"] == suggested()


def test_policies_are_asked_in_their_order(admin):
    for name in ("one", "two", "three"):
        assert admin.post(POLICIES, json={"name": name}).status_code == 201
    first = admin.post(POLICIES, json={"name": "zero", "position": 1})
    assert first.status_code == 201, first.json
    items = admin.get(POLICIES).json["items"]
    assert [(each["name"], each["position"]) for each in items] == [("zero", 1), ("one", 2), ("two", 3), ("three", 4)]
    moved = {"name": "zero", "is_active": False, "document": dict(suggested()), "position": 3}
    assert admin.put(f"{POLICIES}/{first.json['id']}", json=moved, headers={"If-Match": '"1"'}).status_code == 200
    assert [each["name"] for each in admin.get(POLICIES).json["items"]] == ["one", "two", "zero", "three"]
    refused = admin.put(f"{POLICIES}/{first.json['id']}", json=moved | {"position": 9}, headers={"If-Match": '"2"'})
    assert (refused.status_code, "position" in places(refused)) == (422, True)


def test_a_policy_is_deleted_and_its_versions_stay(admin, made):
    path = f"{POLICIES}/{made.json['id']}"
    assert admin.delete(path).status_code == 428
    assert admin.delete(path, headers={"If-Match": '"7"'}).status_code == 412
    assert admin.delete(path, headers={"If-Match": '"1"'}).status_code == 204
    assert admin.get(path).status_code == 404
    assert len(admin.get(f"{path}/versions").json["items"]) == 1
    assert admin.get(f"{POLICIES}/{uuid4()}/versions").status_code == 404


def test_a_name_is_given_once(admin, made):
    again = admin.post(POLICIES, json={"name": "Ours"})
    assert again.status_code == 409 and "'Ours'" in again.json["detail"]
    other = admin.post(POLICIES, json={"name": "Others"}).json
    renamed = {"name": "Ours", "is_active": False, "document": other["document"]}
    assert admin.put(f"{POLICIES}/{other['id']}", json=renamed, headers={"If-Match": '"1"'}).status_code == 409


def test_a_policy_that_cannot_be_used_is_refused_by_place(admin):
    document = deepcopy(dict(suggested()))
    document["steps"][1]["day"] = -9
    document["steps"][5]["approve"] = "automatic"
    answer = admin.post(POLICIES, json={"name": "Bad", "document": document})
    assert answer.status_code == 422
    assert {"steps.1.day", "steps.1.tone", "steps.5.approve"} <= places(answer)
    assert admin.get(POLICIES).json["items"] == []


def test_sent_again_it_is_made_once(admin):
    headers = {"Idempotency-Key": "once and for all"}
    answers = [admin.post(POLICIES, json={"name": "Once"}, headers=headers) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_who_may_do_what(viewer, member, program, made):
    path = f"{POLICIES}/{made.json['id']}"
    for caller in (viewer, member, program):
        assert caller.get(path).status_code == 200
        assert caller.post(POLICIES, json={"name": "Theirs"}).status_code == 403
        assert caller.delete(path, headers={"If-Match": '"1"'}).status_code == 403
        assert caller.put(SETTINGS, json={"document": defaults()}, headers={"If-Match": '"0"'}).status_code == 403
    assert viewer.post("/api/reminders/plan").status_code == 403
    assert member.post("/api/reminders/plan").status_code == 202


def test_a_simulation_tells_what_would_go_out_and_why_not(viewer, admin, new_invoice):
    new_invoice("120.50", customer="s1", number="SIM-1")
    new_invoice("80", customer="s2", number="SIM-2", issued_on=datetime.now(UTC).date())
    today = datetime.now(UTC).date()
    body = {"from": str(today), "to": str(today + timedelta(days=9))}
    tried = [{"name": "Trial", "document": dict(suggested())}]
    answer = viewer.post(f"{POLICIES}/simulate", json=body | {"policies": tried})
    assert answer.status_code == 200, answer.json
    found = answer.json
    message = next(each for each in found["messages"] if each["customer"]["name"] == "Customer s1")
    (invoice,) = message["invoices"]
    assert (invoice["number"], invoice["amount"], invoice["currency"], invoice["stage"]) == (
        "SIM-1",
        "120.5000",
        "EUR",
        2,
    )
    assert message["recipients"] == [{"name": "", "email": "ap@s1.example", "role": ""}]
    assert (message["policy"], message["tone"], message["approve"]) == ("Trial", "neutral", "automatic")
    assert message["totals"] == [{"currency": "EUR", "amount": "120.5000"}]
    assert found["message_count"] == len(found["messages"]) and found["totals"]
    assert "nothing is paid" in found["assumption"]
    # By the active policies, of which there are none.
    left = viewer.post(f"{POLICIES}/simulate", json=body).json
    assert left["messages"] == [] and left["by_reason"][0]["code"] == "no_policy"
    assert {each["invoice"]["number"] for each in left["nothing"]} >= {"SIM-1", "SIM-2"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"from": "2026-03-10"}, "to"),
        ({"from": "2026-03-10", "to": "2026-03-01"}, "to"),
        ({"from": "2026-03-10", "to": "2027-03-01"}, "to"),
        ({"from": "someday", "to": "2026-03-01"}, "from"),
        ({"from": "2099-03-10", "to": "2099-03-11", "policies": []}, "policies"),
    ],
)
def test_a_simulation_that_cannot_be_made(viewer, body, place):
    answer = viewer.post(f"{POLICIES}/simulate", json=body)
    assert answer.status_code == 422, answer.json
    assert place in places(answer)


def test_settings_are_the_defaults_until_they_are_stored(viewer, admin):
    found = viewer.get(SETTINGS)
    assert found.json == {"document": defaults(), "version": 0, "updated_at": None}
    document = {**defaults(), "language": "de", "minimum_amount": {"EUR": "15.00"}}
    stored = admin.put(SETTINGS, json={"document": document}, headers={"If-Match": found.headers["ETag"]})
    assert stored.status_code == 200, stored.json
    assert (stored.json["document"], stored.json["version"]) == (document, 1)
    again = admin.put(SETTINGS, json={"document": document}, headers={"If-Match": found.headers["ETag"]})
    assert again.status_code == 412


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"quiet": {"from": "07:00", "to": "17:00", "friday_to": None, "weekdays": [1]}}, "quiet.from"),
        ({"quiet": {"from": "10:00", "to": "09:00", "friday_to": None, "weekdays": [1]}}, "quiet.to"),
        ({"quiet": {"from": "10:00", "to": "17:00", "friday_to": "09:30", "weekdays": [1]}}, "quiet.friday_to"),
        ({"payment_link": "http://pay.example/{number}"}, "payment_link"),
        ({"payment_link": "https://pay.example/{amount}"}, "payment_link"),
        ({"payment_link": "https://{number}.example/"}, "payment_link"),
        ({"bank": {"iban": "DE89370400440532013001", "bic": None, "holder": None}}, "bank.iban"),
        ({"bank": {"iban": "DE001234", "bic": None, "holder": None}}, "bank.iban"),
        ({"bank": {"iban": "DE89370400440532013000", "bic": "X", "holder": None}}, "bank.bic"),
        ({"minimum_amount": {"EUR": "-1"}}, "minimum_amount.EUR"),
        ({"caps": {"per_days": 0, "max_per_week": 2}}, "caps.per_days"),
        (
            {
                "sender": {
                    "company": "A\nBcc: x@y.example",
                    "name": "",
                    "phone": "",
                    "postal_address": "",
                    "reply_to": None,
                }
            },
            "sender.company",
        ),
        ({"unheard_of": True}, "document"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_place(admin, changes, place):
    answer = admin.put(SETTINGS, json={"document": {**defaults(), **changes}}, headers={"If-Match": '"0"'})
    assert answer.status_code == 422, answer.json
    assert any(name.startswith(place) for name in places(answer)), answer.json


def test_a_good_bank_account_and_payment_link(admin):
    changes = {
        "bank": {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX", "holder": "Seller GmbH"},
        "payment_link": "https://pay.example/{number}?from=hub",
    }
    answer = admin.put(SETTINGS, json={"document": {**defaults(), **changes}}, headers={"If-Match": '"0"'})
    assert answer.status_code == 200, answer.json


def test_the_figures_of_reminders(viewer, storage, tenant, new_invoice, pay):
    paid, left = new_invoice(customer="f1"), new_invoice(customer="f2")
    sent = datetime.now(UTC) - timedelta(days=20)
    pay(paid, on=(sent + timedelta(days=3)).date())
    with storage.tenant(tenant) as session:
        for invoice, delivery in ((paid, "delivered"), (left, "delivered"), (left, "bounced")):
            reminder = session.scalar(
                text("""
                    insert into reminders (customer_id, kind, tone, language, status, approve, created_by, subject,
                        text, sent_at, scheduled_at, delivery, stage, replied_at)
                    values (gen_random_uuid(), 'manual', 'friendly', 'en', 'sent', 'member', '{}', 's', 't', :sent,
                        :sent, :delivery, 1, :replied)
                    returning id
                """),
                {"sent": sent, "delivery": delivery, "replied": sent if delivery == "delivered" else None},
            )
            session.execute(
                text(
                    "insert into reminder_items (reminder_id, invoice_id, asked, currency) values (:r, :i, 100, 'EUR')"
                ),
                {"r": reminder, "i": invoice},
            )
    found = viewer.get("/api/insights/reminders?months=2").json
    assert (found["sent"], found["delivered"], found["bounced"], found["replied"]) == (3, 2, 1, 2)
    assert found["paid_within"] == [
        {"days": 7, "invoices": 2, "paid": 1, "p_paid": 0.5},
        {"days": 14, "invoices": 2, "paid": 1, "p_paid": 0.5},
        {"days": 30, "invoices": 0, "paid": 0, "p_paid": None},
    ]
    assert sum(each["sent"] for each in found["months"]) == 3
    assert found["stages"][0]["stage"] == 1
    assert found["promises"] == {"kept": 0, "partly_kept": 0, "broken": 0, "p_kept": None}
    assert found["uplift"]["days_gained"] is None and "30 of each" in found["uplift"]["why"]
    assert date.fromisoformat(found["from"]).day == 1


@pytest.mark.parametrize("months", [0, 37, "many"])
def test_figures_of_no_time(viewer, months):
    assert viewer.get(f"/api/insights/reminders?months={months}").status_code == 422


def test_planning_as_work(storage, tenant, admin, new_invoice, own, registry):
    from hub import pipelines
    from hub.jobs.execution import Runner

    new_invoice(customer="w1", number="WORK-1")
    active = {"name": "Active", "is_active": True}
    assert admin.post(POLICIES, json=active).status_code == 201
    with storage.hub() as session:
        session.execute(text("delete from hub.work"))
    job = admin.post("/api/reminders/plan").json
    runner = Runner(
        storage=storage,
        settings=own,
        registry=registry,
        handlers={"reminders.plan": pipelines.HANDLERS["reminders.plan"], "reminders.write": "builtins:print"},
        reactions=lambda event: (),
        worker="test",
    )
    try:
        runner.run_due()
    finally:
        runner.close()
    done = admin.get(f"/api/jobs/{job['id']}").json
    assert (done["state"], done["result"].keys()) == ("done", {"reminders", "invoices", "held_back"}), done
