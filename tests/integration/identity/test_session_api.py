"""/api/session and /api/sessions as a browser meets them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.app import create_app
from hub.identity import keys, links, passwords, sessions, users
from hub.tenants import service as tenants

PASSWORD, OTHER = "four words are plenty", "and five more are better"


@pytest.fixture(scope="module")
def app(settings, storage):
    return create_app(settings, storage)


@pytest.fixture(scope="module")
def other(storage):
    return tenants.create(storage, "Second company").key


@pytest.fixture
def person(storage, tenant):
    """An admin with a password."""
    with storage.hub() as session:
        session.execute(text("delete from sign_in_failures"))
        user = users.ensure(session, f"p{datetime.now(UTC).timestamp()}@example.com", "Ada")
        users.join(session, user.id, tenant, "admin")
        values = {"hash": passwords.hash_of(PASSWORD), "id": user.id}
        session.execute(text("update users set password_hash = :hash where id = :id"), values)
    return user


class Browser:
    """Keeps the cookie and shows the CSRF token, as the pages do."""

    def __init__(self, app):
        self.client = app.test_client()
        self.csrf = None

    def send(self, method, path, body=None, **headers):
        own = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        sent = own | {name.replace("_", "-"): value for name, value in headers.items()}
        response = self.client.open(path, method=method, json=body, headers=sent)
        if response.is_json and "csrf_token" in response.json:
            self.csrf = response.json["csrf_token"]
        return response

    def sign_in(self, person, password=PASSWORD, **headers):
        return self.send("POST", "/api/session", {"email": person.email, "password": password}, **headers)

    def cookie(self):
        return self.client.get_cookie("paypredict")


@pytest.fixture
def open_browser(app):
    return lambda: Browser(app)


@pytest.fixture
def browser(open_browser):
    return open_browser()


@pytest.fixture
def signed_in(browser, person):
    assert browser.sign_in(person).status_code == 201
    return browser


def test_how_people_get_in(app, settings, storage):
    assert app.test_client().get("/api/session/methods").json == {"local": True, "oidc": False}
    provided = create_app(replace(settings, oidc_issuer="https://tenant.example.com/", oidc_client_id="hub"), storage)
    assert provided.test_client().get("/api/session/methods").json == {"local": False, "oidc": True}


def test_signing_in_tells_who_one_is_and_sets_the_cookie(browser, person, tenant):
    response = browser.sign_in(person)
    body = response.json
    assert body["user"] == {"id": str(person.id), "email": person.email, "name": "Ada"}
    assert (body["tenant"]["key"], body["role"], body["is_operator"]) == (tenant, "admin", False)
    assert [(each["key"], each["role"]) for each in body["tenants"]] == [(tenant, "admin")]
    assert (body["method"], body["asks_password"]) == ("password", True)
    cookie = response.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    assert body["idle_minutes"] == 720
    assert browser.send("GET", "/api/session").json == body


def test_one_says_oneself_what_one_is_called(storage, signed_in, person):
    changed = signed_in.send("PUT", "/api/session/profile", {"name": " Ada King "})
    assert changed.status_code == 200 and changed.json["user"]["name"] == "Ada King"
    assert signed_in.send("GET", "/api/session").json == changed.json
    assert signed_in.send("PUT", "/api/session/profile", {"name": ""}).json["user"]["name"] == ""
    for name in ("x" * 201, "a\nb", None):
        refused = signed_in.send("PUT", "/api/session/profile", {"name": name})
        assert (refused.status_code, refused.json["fields"][0]["field"]) == (422, "name")
    with storage.hub() as session:
        query = (
            "select before, after from audit.events where action = 'user.updated' and object_id = :id order by number"
        )
        changes = session.execute(text(query), {"id": str(person.id)}).all()
    assert changes[0] == ({"name": "Ada"}, {"name": "Ada King"}) and len(changes) == 2


def test_by_tls_the_cookie_is_one_that_no_other_host_can_set(settings, storage, person):
    app = create_app(replace(settings, public_url="https://ar.example.com"), storage)
    response = Browser(app).sign_in(person)
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-paypredict=") and "Secure" in cookie and "Domain" not in cookie


def test_the_cookie_reaches_the_tenants_data(signed_in):
    assert signed_in.send("GET", "/api/invoices").status_code == 200


def test_a_write_by_cookie_needs_the_csrf_token(signed_in):
    token, signed_in.csrf = signed_in.csrf, None
    for shown in (None, "", "0" * 64):
        signed_in.csrf = shown
        response = signed_in.send("DELETE", "/api/session")
        assert (response.status_code, response.json["code"]) == (403, "csrf")
    signed_in.csrf = token
    assert signed_in.send("DELETE", "/api/session").status_code == 200


def test_wrong_credentials(browser, person):
    response = browser.sign_in(person, OTHER)
    assert (response.status_code, response.json["code"]) == (401, "unauthorized")
    assert response.json["detail"] == "Email or password is wrong."
    assert browser.cookie() is None


def test_a_locked_address_is_told_when_to_come_back(browser, person):
    for _ in range(5):
        assert browser.sign_in(person, OTHER).status_code == 401
    response = browser.sign_in(person)
    assert (response.status_code, response.json["code"]) == (429, "rate_limited")
    assert 0 < int(response.headers["Retry-After"]) <= 61


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "ada@example.com"},
        {"email": "", "password": "x"},
        {"email": "a@b.example", "password": "x" * 201},
        {"email": "x" * 255, "password": "x"},
        {"email": 1, "password": ["x"]},
        {"email": "a@b.example", "password": "x", "tenant": "acme"},
        [],
    ],
)
def test_unusable_input(browser, body):
    assert browser.send("POST", "/api/session", body).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_another_sites_page_signs_nobody_in(storage, browser, person, headers):
    with storage.hub() as session:
        link = links.create(session, person.id, datetime.now(UTC))
    for response in (
        browser.sign_in(person, **headers),
        browser.send("POST", "/api/session/link", {"link": link}, **headers),
    ):
        assert (response.status_code, response.json["code"]) == (403, "csrf")
    assert browser.cookie() is None


def test_the_hubs_own_pages_sign_people_in(browser, person):
    assert browser.sign_in(person, Origin="http://localhost", Sec_Fetch_Site="same-origin").status_code == 201


def test_nobody_is_signed_in_by_a_form(app, person):
    for kind in ("application/x-www-form-urlencoded", "text/plain"):
        data = f'{{"email": "{person.email}", "password": "{PASSWORD}"}}'
        response = app.test_client().post("/api/session", data=data, content_type=kind)
        assert response.status_code == 415


def test_a_cookie_from_before_does_not_become_the_session(browser, person):
    browser.client.set_cookie("paypredict", "known-to-somebody-else")
    browser.sign_in(person)
    assert browser.cookie().value != "known-to-somebody-else"


def test_signing_out(signed_in, storage):
    cookie = signed_in.cookie().value
    response = signed_in.send("DELETE", "/api/session")
    assert response.json == {"sign_out_url": None}
    assert signed_in.cookie() is None
    signed_in.client.set_cookie("paypredict", cookie)
    assert signed_in.send("GET", "/api/session").status_code == 401


def test_a_link_lets_in_once(storage, open_browser, person):
    with storage.hub() as session:
        link = links.create(session, person.id, datetime.now(UTC))
    first, second = open_browser(), open_browser()
    response = first.send("POST", "/api/session/link", {"link": link})
    assert (response.status_code, response.json["method"], response.json["asks_password"]) == (201, "link", False)
    assert first.send("GET", "/api/session").status_code == 200
    assert second.send("POST", "/api/session/link", {"link": link}).status_code == 401
    assert second.cookie() is None


def test_a_link_may_set_a_password(storage, open_browser, browser, person):
    with storage.hub() as session:
        link = links.create(session, person.id, datetime.now(UTC))
    refused = browser.send("POST", "/api/session/link", {"link": link, "password": "short"})
    assert (refused.status_code, refused.json["fields"][0]["field"]) == (422, "password")
    assert browser.send("POST", "/api/session/link", {"link": link, "password": OTHER}).status_code == 201
    assert open_browser().sign_in(person, OTHER).status_code == 201


def test_where_local_sign_in_is_off(settings, storage, person):
    browser = Browser(create_app(replace(settings, local_sign_in="off"), storage))
    with storage.hub() as session:
        link = links.create(session, person.id, datetime.now(UTC))
        cookie = sessions.create(session, person.id, "oidc", datetime.now(UTC), settings=settings)
    answers = [browser.sign_in(person), browser.send("POST", "/api/session/link", {"link": link})]
    browser.client.set_cookie("paypredict", cookie)
    assert browser.send("GET", "/api/session").status_code == 200
    answers.append(browser.send("PUT", "/api/session/password", {"password": OTHER, "current_password": PASSWORD}))
    assert [(each.status_code, each.json["code"]) for each in answers] == [(403, "local_sign_in_off")] * 3


def test_switching_the_tenant(storage, signed_in, person, tenant, other):
    with storage.hub() as session:
        users.join(session, person.id, other, "viewer")
    former = signed_in.cookie().value
    response = signed_in.send("PUT", "/api/session/tenant", {"tenant": other})
    assert (response.status_code, response.json["tenant"]["key"], response.json["role"]) == (200, other, "viewer")
    assert signed_in.send("GET", "/api/session").json["tenant"]["key"] == other
    assert signed_in.send("GET", "/api/tenant").json["key"] == other
    signed_in.client.set_cookie("paypredict", former)
    assert signed_in.send("GET", "/api/session").status_code == 401


def test_one_request_may_name_another_tenant(storage, signed_in, person, tenant, other):
    with storage.hub() as session:
        users.join(session, person.id, other, "viewer")
    assert signed_in.send("GET", "/api/tenant", X_Tenant=other).json["key"] == other
    assert signed_in.send("GET", "/api/tenant").json["key"] == tenant


def test_another_tenant_looks_like_none(signed_in, other):
    said = []
    for name in (other, "nobodys"):
        for response in (
            signed_in.send("GET", "/api/tenant", X_Tenant=name),
            signed_in.send("PUT", "/api/session/tenant", {"tenant": name}),
        ):
            assert (response.status_code, response.json["code"]) == (404, "not_found")
            said.append(response.json["detail"])
    assert len(set(said)) == 1


def test_who_is_a_member_of_nothing_has_an_account_and_no_more(storage, browser, settings):
    with storage.hub() as session:
        user = users.ensure(session, "nowhere@example.com")
        browser.client.set_cookie(
            "paypredict", sessions.create(session, user.id, "link", datetime.now(UTC), settings=settings)
        )
    body = browser.send("GET", "/api/session").json
    assert (body["tenant"], body["role"], body["tenants"]) == (None, None, [])
    assert browser.send("GET", "/api/sessions").status_code == 200
    refused = browser.send("GET", "/api/invoices")
    assert refused.status_code == 403 and "member of no tenant" in refused.json["detail"]


def test_changing_the_password(open_browser, signed_in, person):
    elsewhere = open_browser()
    elsewhere.sign_in(person)
    body = {"password": OTHER, "current_password": "wrong wrong wrong"}
    refused = signed_in.send("PUT", "/api/session/password", body)
    assert (refused.status_code, refused.json["fields"][0]["field"]) == (422, "current_password")
    response = signed_in.send("PUT", "/api/session/password", body | {"current_password": PASSWORD})
    assert (response.status_code, response.json) == (200, {"ended_sessions": 1})
    assert signed_in.send("GET", "/api/session").status_code == 200
    assert open_browser().sign_in(person, OTHER).status_code == 201


def test_ones_own_sessions(open_browser, signed_in, person, app):
    elsewhere = open_browser()
    elsewhere.sign_in(person, User_Agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    items = signed_in.send("GET", "/api/sessions").json["items"]
    assert sorted(each["is_current"] for each in items) == [False, True]
    (them,) = [each for each in items if not each["is_current"]]
    assert (them["device"], them["address"], them["method"]) == ("Firefox on Linux", "127.0.0.1", "password")
    assert signed_in.send("DELETE", f"/api/sessions/{them['id']}").status_code == 204
    app.extensions["paypredict"].identify_session._known.clear()  # what a process trusts for some seconds
    assert elsewhere.send("GET", "/api/session").status_code == 401
    assert [each["is_current"] for each in signed_in.send("GET", "/api/sessions").json["items"]] == [True]


def test_ending_the_session_one_is_in(signed_in):
    (mine,) = signed_in.send("GET", "/api/sessions").json["items"]
    assert signed_in.send("DELETE", f"/api/sessions/{mine['id']}").status_code == 204
    assert signed_in.cookie() is None


def test_somebody_elses_session_is_not_there(storage, settings, signed_in):
    with storage.hub() as session:
        stranger = users.ensure(session, "stranger@example.com")
        cookie = sessions.create(session, stranger.id, "link", datetime.now(UTC), settings=settings)
        (theirs,) = sessions.list_live(session, stranger.id, datetime.now(UTC), settings)[:1]
    for session_id in (theirs.id, UUID(int=1)):
        assert signed_in.send("DELETE", f"/api/sessions/{session_id}").status_code == 404
    assert sessions.identifier(storage, settings)(cookie, None)


def test_machines_have_no_account(app, storage, tenant):
    with storage.hub() as session:
        key = keys.create(session, tenant, "robot", ["*"])
    for method, path in (("GET", "/api/session"), ("DELETE", "/api/session"), ("GET", "/api/sessions")):
        response = app.test_client().open(path, method=method, headers={"Authorization": f"Bearer {key}"})
        assert response.status_code == 403


def test_the_address_of_the_account_from_before_leads_to_the_profile(app):
    answer = app.test_client().get("/account")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/settings/profile/")


def test_what_is_remembered_for_another_process_ends_within_seconds():
    from hub.http.auth import REMEMBERED_SECONDS

    assert timedelta(seconds=REMEMBERED_SECONDS) <= timedelta(seconds=5)


def test_the_audit_has_who_came_and_who_did_not(storage, browser, open_browser, person, tenant):
    open_browser().sign_in(person, OTHER)
    open_browser().send("POST", "/api/session", {"email": "nobody.known@example.com", "password": OTHER})
    browser.sign_in(person)
    browser.send("PUT", "/api/session/password", {"password": OTHER, "current_password": PASSWORD})
    browser.send("DELETE", "/api/session")
    query = """
        select * from audit.events
        where request_id is not null and (actor_id = :id or action in ('session.failed', 'signIn')) order by at, number
    """
    with storage.hub() as session:
        events = session.execute(text(query), {"id": str(person.id)}).mappings().all()
    done = [(each["action"], each["outcome"], each["chain"]) for each in events if each["actor_id"] == str(person.id)]
    assert done[:1] == [("session.created", "done", tenant)]
    assert {"password.changed", "session.ended"} <= {action for action, _, _ in done}
    refused = [each for each in events if each["action"] == "session.failed"]
    assert not {"signIn", "changePassword"} & {each["action"] for each in events}
    assert {each["outcome"] for each in refused} == {"denied"}
    assert {each["actor_kind"] for each in refused} == {"anonymous"}
    assert str(person.id) in {each["object_id"] for each in refused}
    everything = str(events)
    assert "nobody.known" not in everything and PASSWORD not in everything and OTHER not in everything
