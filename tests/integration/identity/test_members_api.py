"""Members: an admin says who works in the tenant, and gets at no account that reaches further than it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.errors import ConflictError, UnauthorizedError
from hub.http import auth
from hub.identity import links, members, sessions, users
from hub.identity.member_schemas import AddedMemberSchema, MemberPageSchema, SignInLinkSchema
from hub.tenants import service as tenants
from tests.integration.identity.callers import machine, person, some_address, with_cookie


@pytest.fixture(scope="module")
def app(settings, storage):
    return create_app(settings, storage)


@pytest.fixture
def own(storage):
    """A tenant of the test's own: who is its last admin matters here."""
    return tenants.create(storage, "Own").key


@pytest.fixture
def elsewhere(storage):
    return tenants.create(storage, "Elsewhere").key


@pytest.fixture
def admin(app, storage, settings, own):
    return person(app, storage, settings, (own, "admin"))


@pytest.fixture
def no_memory(monkeypatch):
    """As if what processes remember of credentials had run out, at every request."""
    monkeypatch.setattr(auth, "REMEMBERED_SECONDS", -1.0)


def add(caller, email=None, role="member", **body):
    return caller.post("/api/members", json={"email": email or some_address(), "role": role} | body)


def token_of(document):
    return document["sign_in_link"].partition("#link=")[2]


def email_of(storage, caller):
    with storage.hub() as session:
        return users.get(session, caller.user_id).email


def column(storage, name, user_id):
    with storage.hub() as session:
        return session.scalar(text(f"select {name} from users where id = :id"), {"id": user_id})


def test_somebody_new_is_added_with_a_link_that_lets_them_in_once(storage, admin, own):
    response = add(admin, " New.Member@Acme.example ", "viewer", name="Ada Lovelace")
    added = response.json
    assert response.status_code == 201
    assert AddedMemberSchema().dump(AddedMemberSchema().load(added)) == added
    assert (added["email"], added["name"], added["role"]) == ("new.member@acme.example", "Ada Lovelace", "viewer")
    with storage.hub() as session:
        assert str(links.redeem(session, token_of(added["sign_in"]), datetime.now(UTC))) == added["user_id"]
        with pytest.raises(UnauthorizedError):
            links.redeem(session, token_of(added["sign_in"]), datetime.now(UTC))
        assert users.membership(session, added["user_id"], own) == "viewer"
        users.remove(session, added["user_id"])


def test_members_are_listed_by_address_page_by_page(admin, own):
    for name in "cab":
        assert add(admin, f"{name}.{own}@list.example").status_code == 201
    seen, cursor = [], ""
    while cursor is not None:
        page = admin.get(f"/api/members?limit=2{cursor and '&cursor=' + cursor}").json
        assert MemberPageSchema().dump(MemberPageSchema().load(page)) == page
        seen += [each["email"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == 4 and seen == sorted(seen)


def test_who_has_never_signed_in_is_pending_and_who_has_was_last_seen(app, storage, settings, admin, own, elsewhere):
    invited = add(admin).json
    assert (invited["is_pending"], invited["last_seen_at"]) == (True, None)
    shown = {each["user_id"]: each for each in admin.get("/api/members").json["items"]}
    here = shown[str(admin.user_id)]
    assert here["is_pending"] is False and datetime.fromisoformat(here["last_seen_at"]) <= datetime.now(UTC)
    # Where else somebody is seen is no business of this tenant's admins.
    busy = person(app, storage, settings, (own, "viewer"), (elsewhere, "viewer"), tenant_key=elsewhere)
    assert busy.get("/api/session").json["tenant"]["key"] == elsewhere
    found = {each["user_id"]: each for each in admin.get("/api/members").json["items"]}[str(busy.user_id)]
    assert (found["is_pending"], found["last_seen_at"]) == (False, None)


def test_people_of_other_tenants_are_not_listed(app, storage, settings, admin, elsewhere):
    stranger = person(app, storage, settings, (elsewhere, "member"))
    assert str(stranger.user_id) not in admin.get("/api/members").text


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("email", {"email": "nobody"}),
        ("email", {"email": "a@b.example" + "x" * 250}),
        ("email", {}),
        ("role", {"role": "operator"}),
        ("role", {"role": ""}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "a\0b"}),
    ],
)
def test_bad_input_names_the_field(admin, field, body):
    response = admin.post("/api/members", json=({"email": some_address()} if body else {}) | {"role": "member"} | body)
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == [field]


def test_a_member_is_added_once(admin):
    email = some_address()
    assert add(admin, email).status_code == 201
    again = add(admin, email.upper(), "admin")
    assert (again.status_code, again.json["fields"][0]["field"]) == (409, "email")


def test_without_local_sign_in_there_are_no_links(settings, storage, own):
    provided = create_app(replace(settings, local_sign_in="off"), storage)
    admin = person(provided, storage, settings, (own, "admin"))
    added = add(admin).json
    assert added["sign_in"] is None
    refused = admin.post(f"/api/members/{added['user_id']}/sign-in-link")
    assert (refused.status_code, refused.json["code"]) == (403, "local_sign_in_off")


def test_a_role_is_changed_and_holds_at_once(app, storage, settings, admin, own, no_memory):
    colleague = person(app, storage, settings, (own, "viewer"))
    assert colleague.get("/api/members").status_code == 403
    changed = admin.put(f"/api/members/{colleague.user_id}", json={"role": "admin"})
    assert (changed.status_code, changed.json["role"]) == (200, "admin")
    assert colleague.get("/api/members").status_code == 200


def test_removing_ends_what_they_have_in_this_tenant_and_nothing_else(
    app, storage, settings, admin, own, elsewhere, no_memory
):
    leaving = person(app, storage, settings, (own, "member"), (elsewhere, "member"), tenant_key=own)
    with storage.hub() as session:
        other_window = sessions.create(
            session, leaving.user_id, "password", datetime.now(UTC), settings=settings, tenant_key=elsewhere
        )
    other_window = with_cookie(app, other_window)
    assert admin.delete(f"/api/members/{leaving.user_id}").status_code == 204
    assert leaving.get("/api/tenant").status_code == 401
    assert other_window.get("/api/tenant").json["key"] == elsewhere
    assert other_window.get("/api/tenant", headers={"X-Tenant": own}).status_code == 404
    assert admin.delete(f"/api/members/{leaving.user_id}").status_code == 404
    with storage.hub() as session:
        assert [each.tenant_key for each in users.memberships(session, leaving.user_id)] == [elsewhere]


def test_another_tenants_people_are_not_there(app, storage, settings, admin, elsewhere):
    stranger = person(app, storage, settings, (elsewhere, "member"))
    address = f"/api/members/{stranger.user_id}"
    assert admin.put(address, json={"role": "viewer"}).status_code == 404
    assert admin.delete(address).status_code == 404
    assert admin.post(f"{address}/sign-in-link").status_code == 404
    with storage.hub() as session:
        assert users.membership(session, stranger.user_id, elsewhere) == "member"


def test_the_last_admin_stays(admin, app, storage, settings, own):
    person(app, storage, settings, (own, "member"))
    address = f"/api/members/{admin.user_id}"
    for response in (admin.delete(address), admin.put(address, json={"role": "member"})):
        assert (response.status_code, response.json["code"]) == (409, "conflict")
        assert "last admin" in response.json["detail"]
    assert admin.put(address, json={"role": "admin"}).status_code == 200
    person(app, storage, settings, (own, "admin"))
    assert admin.put(address, json={"role": "member"}).status_code == 200


def test_a_disabled_admin_is_no_admin_who_stays(admin, app, storage, settings, own):
    locked_out = person(app, storage, settings, (own, "admin"))
    with storage.hub() as session:
        users.disable(session, locked_out.user_id, datetime.now(UTC))
    assert admin.delete(f"/api/members/{admin.user_id}").status_code == 409
    assert admin.delete(f"/api/members/{locked_out.user_id}").status_code == 204


@pytest.mark.parametrize("how", ["remove", "change_role"])
def test_of_two_admins_who_leave_at_once_one_stays(app, storage, settings, own, how):
    leaving = [person(app, storage, settings, (own, "admin")).user_id for _ in range(2)]

    def leave(user_id):
        with storage.hub() as session:
            try:
                if how == "remove":
                    members.remove(session, own, user_id, datetime.now(UTC))
                else:
                    members.change_role(session, own, user_id, "viewer")
            except ConflictError:
                return "refused"
        return "left"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, leaving)) == ["left", "refused"]
    with storage.hub() as session:
        assert [each.role for each in members.list_members(session, own) if each.role == "admin"] == ["admin"]


def test_a_link_for_a_member_who_cannot_get_in(admin, storage, app, settings, own):
    colleague = person(app, storage, settings, (own, "member"))
    response = admin.post(f"/api/members/{colleague.user_id}/sign-in-link")
    made = response.json
    assert response.status_code == 201
    assert SignInLinkSchema().dump(SignInLinkSchema().load(made)) == made
    with storage.hub() as session:
        assert links.redeem(session, token_of(made), datetime.now(UTC)) == colleague.user_id


def test_no_link_for_an_account_that_reaches_further(admin, app, storage, settings, own, elsewhere):
    operator = person(app, storage, settings, (own, "member"), is_operator=True)
    both = person(app, storage, settings, (own, "member"), (elsewhere, "viewer"))
    provided = person(app, storage, settings, (own, "member"))
    with storage.hub() as session:
        known = "update users set issuer = 'https://id.example/', subject = 'theirs' where id = :id"
        session.execute(text(known), {"id": provided.user_id})
    for caller, words in ((operator, "operator"), (both, "another tenant"), (provided, "provider")):
        refused = admin.post(f"/api/members/{caller.user_id}/sign-in-link")
        assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
        assert words in refused.json["detail"]
    with storage.hub() as session:
        assert (
            session.scalar(
                text("select count(*) from sign_in_links where used_at is null and user_id = :id"), {"id": both.user_id}
            )
            == 0
        )


def test_a_link_for_a_disabled_person_would_let_nobody_in(admin, app, storage, settings, own):
    colleague = person(app, storage, settings, (own, "member"))
    with storage.hub() as session:
        users.disable(session, colleague.user_id, datetime.now(UTC))
    assert admin.post(f"/api/members/{colleague.user_id}/sign-in-link").status_code == 409


def test_adding_an_operator_or_somebody_who_is_proven_makes_no_link(admin, app, storage, settings):
    operator = person(app, storage, settings, is_operator=True)
    added = add(admin, email_of(storage, operator), name="Renamed")
    assert (added.status_code, added.json["sign_in"], added.json["name"]) == (201, None, "")


def test_somebody_of_another_tenant_is_added_by_an_operator_alone(admin, app, storage, settings, own, elsewhere):
    theirs = person(app, storage, settings, (elsewhere, "admin"))
    refused = add(admin, email_of(storage, theirs))
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
    assert "operator" in refused.json["detail"]
    assert theirs.get("/api/tenant").json["key"] == elsewhere
    with storage.hub() as session:
        assert users.membership(session, theirs.user_id, own) is None


def test_an_account_that_reaches_nowhere_starts_anew(admin, app, storage, settings, own, elsewhere, no_memory):
    # An admin of another tenant makes the account, keeps the ways into it, and waits for it to be added here.
    waiting = person(app, storage, settings)
    with storage.hub() as session:
        session.execute(text("update users set password_hash = 'theirs' where id = :id"), {"id": waiting.user_id})
        kept = links.create(session, waiting.user_id, datetime.now(UTC))
    added = add(admin, email_of(storage, waiting)).json
    assert column(storage, "password_hash", waiting.user_id) is None
    assert waiting.get("/api/tenant").status_code == 401
    with storage.hub() as session:
        with pytest.raises(UnauthorizedError):
            links.redeem(session, kept, datetime.now(UTC))
        assert links.redeem(session, token_of(added["sign_in"]), datetime.now(UTC)) == waiting.user_id


def test_of_somebody_whom_the_provider_vouches_for_only_that_way_in_stays(
    admin, app, storage, settings, own, elsewhere, no_memory
):
    # Another tenant's admin was first, and has a link that still works.
    theirs = person(app, storage, settings, (elsewhere, "member"))
    with storage.hub() as session:
        come = "update users set issuer = 'https://id.example/', subject = 'late' where id = :id"
        session.execute(text(come), {"id": theirs.user_id})
        kept = links.create(session, theirs.user_id, datetime.now(UTC))
        provided = sessions.create(session, theirs.user_id, "oidc", datetime.now(UTC), settings=settings)
    added = add(admin, email_of(storage, theirs))
    assert (added.status_code, added.json["sign_in"]) == (201, None)
    assert theirs.get("/api/tenant").status_code == 401
    assert with_cookie(app, provided).get("/api/tenant").status_code == 200
    with storage.hub() as session, pytest.raises(UnauthorizedError):
        links.redeem(session, kept, datetime.now(UTC))


@pytest.mark.parametrize(
    ("scopes", "role", "status"),
    [
        (["*"], "admin", 201),
        (["members:admin", "write"], "member", 201),
        (["members:admin", "read"], "viewer", 201),
        (["members:admin", "read"], "member", 403),
        (["members:admin", "write"], "admin", 403),
        (["members:admin"], "viewer", 403),
    ],
)
def test_a_key_makes_nobody_who_may_do_more(app, storage, own, scopes, role, status):
    assert add(machine(app, storage, own, scopes), role=role).status_code == status


def test_a_key_raises_nobody_above_itself_nor_gets_their_link(app, storage, settings, own, admin):
    colleague = person(app, storage, settings, (own, "viewer"))
    narrow = machine(app, storage, own, ["members:admin", "read"])
    assert narrow.put(f"/api/members/{colleague.user_id}", json={"role": "admin"}).status_code == 403
    assert narrow.post(f"/api/members/{admin.user_id}/sign-in-link").status_code == 403
    assert narrow.post(f"/api/members/{colleague.user_id}/sign-in-link").status_code == 201
