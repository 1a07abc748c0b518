"""Preferences and saved views: one's own, bounded, gone with whoever they belong to."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.identity import retention
from hub.personal import service
from hub.privacy import contacts
from hub.tenants import service as tenants
from tests.integration.identity.callers import machine, person

NOTHING = {
    **dict.fromkeys(("theme", "language", "density", "letter_keys", "sidebar_collapsed")),
    "columns": {},
}


@pytest.fixture(scope="module")
def app(settings, storage):
    return create_app(settings, storage)


@pytest.fixture
def alice(app, storage, settings, tenant):
    return person(app, storage, settings, (tenant, "viewer"), tenant_key=tenant)


@pytest.fixture
def bob(app, storage, settings, tenant):
    return person(app, storage, settings, (tenant, "admin"), tenant_key=tenant)


def keep(caller, name="Late", query="overdue=true", page="/invoices/", **headers):
    return caller.post("/api/views", json={"page": page, "name": name, "query": query}, headers=headers)


def names(caller, page=None):
    return [
        item["name"] for item in caller.get("/api/views", query_string={"page": page} if page else {}).json["items"]
    ]


def test_preferences_are_nothing_until_somebody_chooses(alice):
    assert alice.get("/api/preferences").json == NOTHING


def test_preferences_are_kept_whole_and_for_one_person(alice, bob):
    chosen = {
        **NOTHING,
        "theme": "dark",
        "language": "de",
        "density": "compact",
        "letter_keys": False,
        "columns": {"invoices": {"terms": True, "connection": False}},
    }
    answer = alice.put("/api/preferences", json=chosen)
    assert (answer.status_code, answer.json) == (200, chosen)
    assert alice.get("/api/preferences").json == chosen
    assert bob.get("/api/preferences").json == NOTHING
    # What is left out goes back to what the device says.
    assert alice.put("/api/preferences", json={"theme": "light"}).json == {**NOTHING, "theme": "light"}
    assert alice.get("/api/preferences").json == {**NOTHING, "theme": "light"}


def test_preferences_are_of_one_tenant(app, storage, settings, tenant):
    other = tenants.create(storage, "Other").key
    both = person(app, storage, settings, (tenant, "member"), (other, "viewer"), tenant_key=tenant)
    both.put("/api/preferences", json={"theme": "dark"})
    assert both.get("/api/preferences", headers={"X-Tenant": other}).json == NOTHING
    assert both.get("/api/preferences").json["theme"] == "dark"


@pytest.mark.parametrize(
    "wrong",
    [
        {"theme": "pink"},
        {"language": "klingon"},
        {"density": 3},
        {"letter_keys": "perhaps"},
        {"colour": "red"},
        {"columns": {"Invoices!": {}}},
        {"columns": {"invoices": {"a b": True}}},
        {"columns": {"invoices": {"a": "x" * 100}}},
        {"columns": {"invoices": {f"c{number}": True for number in range(61)}}},
        {"columns": {f"list-{chr(97 + number // 26)}{chr(97 + number % 26)}": {} for number in range(31)}},
    ],
)
def test_what_is_no_preference_is_refused_and_changes_nothing(alice, wrong):
    alice.put("/api/preferences", json={"theme": "dark"})
    answer = alice.put("/api/preferences", json=wrong)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert alice.get("/api/preferences").json["theme"] == "dark"


def test_a_view_is_kept_shown_renamed_and_let_go(alice):
    answer = keep(alice, " Late and large ", "overdue=true&min_balance=1000&q=A%26B+%C3%BC")
    assert answer.status_code == 201
    view = answer.json
    assert (view["name"], view["page"]) == ("Late and large", "/invoices/")
    assert view["query"] == "overdue=true&min_balance=1000&q=A%26B+%C3%BC"
    assert alice.get("/api/views").json["items"] == [view]
    changed = alice.put(f"/api/views/{view['id']}", json={"name": "Late", "query": ""})
    assert (changed.status_code, changed.json) == (200, {**view, "name": "Late", "query": ""})
    assert alice.delete(f"/api/views/{view['id']}").status_code == 204
    assert names(alice) == []
    assert alice.delete(f"/api/views/{view['id']}").status_code == 404


def test_views_are_listed_by_page_and_name(alice):
    for name, page in (("b", "/invoices/"), ("A", "/invoices/"), ("c", "/customers/")):
        keep(alice, name, page=page)
    assert names(alice) == ["c", "A", "b"]
    assert names(alice, "/invoices/") == ["A", "b"]


def test_nobody_sees_or_touches_anothers_view(alice, bob, app, storage, settings):
    view = keep(alice).json
    stranger = tenants.create(storage, "Strangers").key
    for other in (bob, person(app, storage, settings, (stranger, "admin"), tenant_key=stranger)):
        assert names(other) == []
        assert other.put(f"/api/views/{view['id']}", json={"name": "Mine", "query": ""}).status_code == 404
        assert other.delete(f"/api/views/{view['id']}").status_code == 404
        assert keep(other).status_code == 201  # under the same name
    assert names(alice) == ["Late"]


def test_a_name_is_one_view_of_a_page(alice):
    first, second = keep(alice, "One").json, keep(alice, "Two").json
    again = keep(alice, "One")
    assert (again.status_code, again.json["fields"][0]["field"]) == (409, "name")
    assert keep(alice, "One", page="/customers/").status_code == 201
    assert alice.put(f"/api/views/{second['id']}", json={"name": "One", "query": ""}).status_code == 409
    assert alice.put(f"/api/views/{first['id']}", json={"name": "One", "query": "q=x"}).json["query"] == "q=x"


def test_a_view_sent_twice_is_one(alice):
    key = {"Idempotency-Key": str(uuid4())}
    first, second = keep(alice, **key), keep(alice, **key)
    assert first.json == second.json and second.status_code == 201
    assert names(alice) == ["Late"]


def test_a_person_keeps_only_so_many(alice, storage, tenant, monkeypatch):
    monkeypatch.setattr(service, "MOST_VIEWS", 2)
    assert [keep(alice, str(number)).status_code for number in range(3)] == [201, 201, 409]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "x" * 61},
        {"page": "invoices"},
        {"page": "//evil.example/"},
        {"page": "/invoices/?x=1"},
        {"page": "javascript:alert(1)"},
        {"query": "x" * 2001},
        {"query": "&".join("a=1" for _ in range(51))},
        {"query": "a=%00"},
        {"owner": "me"},
    ],
)
def test_what_is_no_view_is_refused(alice, wrong):
    answer = alice.post("/api/views", json={"page": "/invoices/", "name": "n", "query": "", **wrong})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert names(alice) == []


def test_a_machine_keeps_nothing(app, storage, tenant):
    key = machine(app, storage, tenant)
    assert key.get("/api/preferences").status_code == key.get("/api/views").status_code == 403


def test_who_is_erased_from_the_ledger_is_erased_from_views(alice, storage, tenant):
    keep(alice, "Jane Doe <jane@acme.example>", "q=jane%40acme.example&status=open")
    keep(alice, "JANE@acme.example", "q=other")
    with storage.tenant(tenant) as session:
        found = contacts.preview(session, storage, "jane@acme.example")
        assert found.places["saved_views"] == 3
        contacts.erase_contact(
            session, storage, "jane@acme.example", include_name=False, reason="asked", now=datetime.now(UTC)
        )
    shown = str(alice.get("/api/views").json).lower()
    assert "jane@" not in shown and "jane%40" not in shown and "status=open" in shown
    assert len(names(alice)) == 2


def test_what_was_kept_goes_once_its_person_is_long_gone(alice, bob, storage, tenant):
    for each in (alice, bob):
        keep(each)
        each.put("/api/preferences", json={"theme": "dark"})
    with storage.hub() as session:
        session.execute(text("delete from hub.memberships where user_id = :id"), {"id": alice.user_id})
        # As long as there is a session of theirs, they may be back.
        assert {alice.user_id, bob.user_id} <= retention.people_of(session, tenant)
        long_ago = datetime.now(UTC) - timedelta(days=40)
        session.execute(
            text("update hub.sessions set expires_at = :then where user_id = :id"),
            {"id": alice.user_id, "then": long_ago},
        )
        retention.forget_sign_ins(session, datetime.now(UTC) - timedelta(days=30))
        people = retention.people_of(session, tenant)
    assert alice.user_id not in people and bob.user_id in people
    with storage.tenant(tenant) as session:
        service.forget_all_but(session, people)
        kept = session.execute(text("select user_id from saved_views union select user_id from preferences")).scalars()
        assert set(kept) <= people and bob.user_id in people
    assert names(bob) == ["Late"]


def test_preferences_come_with_the_session(alice, app, storage, settings, tenant):
    alice.put("/api/preferences", json={"theme": "dark"})
    assert alice.get("/api/session").json["preferences"] == {**NOTHING, "theme": "dark"}
    nowhere = person(app, storage, settings)
    assert nowhere.get("/api/session").json["preferences"] is None
