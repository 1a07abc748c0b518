"""Accounts are connected over the API against a real provider: by form and by consent, and only what proves good."""

import base64
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.integration.connections.books import (
    CLIENT,
    OWN_CLIENT,
    OWN_SECRET,
    PASSWORD,
    come_back,
    consent,
)

FORM = {"connector": "books", "auth_method": "password", "config": {"username": "ada", "password": PASSWORD}}


def test_connectors_say_what_they_ask_for(hub):
    found = {each["slug"]: each for each in hub.get("/api/connectors").json["items"]}
    assert set(found) == {"books", "sheet"}
    assert not found["sheet"]["is_connectable"] and found["books"]["is_connectable"]
    oauth, password = hub.get("/api/connectors/books").json["auth_methods"]
    assert oauth["needs_consent"] and oauth["has_app"]
    assert oauth["scopes"][0] == {"scope": "invoices.read", "reason": "To read invoices"}
    assert oauth["form"]["required"] == [] and oauth["form"]["properties"]["client_secret"]["x-secret"]
    assert password["form"]["required"] == ["username", "password"]
    assert set(password["form"]["properties"]) == {"region", "broken", "username", "password", "webhook_secret"}
    assert found["books"]["webhook_address"].endswith("/api/webhooks/books/app")
    assert hub.get("/api/connectors/nobody").status_code == hub.get("/api/connectors/oracle").status_code == 404
    hub.use_app(False)
    (oauth, _) = hub.get("/api/connectors/books").json["auth_methods"]
    assert not oauth["has_app"] and oauth["form"]["required"] == ["client_id", "client_secret"]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"connector": "nobody"}, "connector", "no plugin 'nobody'"),
        ({"connector": "oracle"}, "connector", "no connector"),
        ({"connector": "sheet"}, "connector", "POST /api/invoices/import"),
        ({"auth_method": "magic"}, "auth_method", "One of oauth (Sign in to Books), password (User and password)."),
        ({"config": {"username": "ada"}}, "config.password", "Is needed: Password."),
        ({"config": {"username": "ada", "password": "  "}, "name": "x"}, "config.password", "At least 4 characters."),
        ({"config": {**FORM["config"], "password": 12345}}, "config.password", "Must be text."),
        ({"config": {**FORM["config"], "region": "moon"}}, "config.region", "One of eu, us."),
        ({"config": {**FORM["config"], "regoin": "eu"}}, "config.regoin", "Is no field of this form; there are region"),
        ({"config": {**FORM["config"], "broken": "yes"}}, "config.broken", "Must be true or false."),
        ({"name": "\u0007"}, "name", "printable"),
        ({"return_to": "https://evil.example/"}, "return_to", "path on this hub"),
    ],
)
def test_what_cannot_be_used_names_the_field_and_the_fix(hub, changes, field, said):
    answer = hub.post("/api/connections", json=FORM | changes)
    assert answer.status_code == 422
    messages = {each["field"]: each["message"] for each in answer.json["fields"]}
    assert said in messages[field]
    assert hub.connections() == []


def test_no_problem_quotes_a_secret(hub):
    for secret in (["correct horse"], {"horse": "correct"}, "abc"):
        answer = hub.post("/api/connections", json=FORM | {"config": {"username": "ada", "password": secret}})
        assert answer.status_code == 422
        assert "horse" not in answer.get_data(as_text=True) and "abc" not in answer.get_data(as_text=True)


def test_a_form_is_tried_and_then_ready(hub):
    answer = hub.post("/api/connections", json=FORM)
    assert answer.status_code == 202
    started = answer.json
    assert started["authorize_url"] is None and started["job"]["kind"] == "connections.check"
    assert answer.headers["Location"] == f"/api/jobs/{started['job']['id']}"
    assert started["connection"]["status"] == "pending" and started["connection"]["name"] == "Books Online"
    assert started["connection"]["sealed"] == ["password"]
    assert started["connection"]["config"] == {"region": "eu", "username": "ada"}
    hub.work_off()
    shown = hub.get(f"/api/connections/{started['connection']['id']}").json
    assert shown["status"] == "ready" and shown["reason"] is None
    assert shown["account"] == {"id": "a", "name": "Acme", "home_currency": None, "time_zone": None}
    assert hub.published() == [("sync.run", {"connection_id": shown["id"]})]
    assert "connection.status_changed" in hub.audited(shown["id"])
    with hub.storage.hub() as session:
        row = session.execute(text("select tenant_key, account_id from connected_accounts")).one()
    assert row == (hub.tenant, "a")


def test_secrets_are_nowhere_but_in_the_vault(hub):
    made = hub.post("/api/connections", json=FORM, headers={"Idempotency-Key": "once"}).json["connection"]
    hub.work_off()
    assert hub.get("/api/connections").status_code == 200
    with hub.storage.hub() as session:
        names = "select schemaname || '.' || tablename from pg_tables where schemaname in ('hub', 'audit', :own)"
        for table in session.scalars(text(names), {"own": f"tenant_{hub.tenant}"}).all():
            rows = "\n".join(session.scalars(text(f"select t::text from {table} t")))
            assert PASSWORD not in rows and base64.b64encode(PASSWORD.encode()).decode() not in rows, table
    assert hub.secret(made["id"], "password") == PASSWORD


def test_a_wrong_password_is_said_and_mended_in_place(hub):
    wrong = FORM | {"config": {"username": "ada", "password": "wrong password"}}
    made = hub.post("/api/connections", json=wrong).json
    hub.work_off()
    assert hub.get(f"/api/jobs/{made['job']['id']}").json["error"]["code"] == "auth"
    shown = hub.get(f"/api/connections/{made['connection']['id']}").json
    assert shown["status"] == "needs_attention" and shown["reason"]
    (notice,) = hub.get("/api/notices").json["items"]
    assert (notice["kind"], notice["connection_id"]) == ("needs_attention", shown["id"])
    again = hub.patch(shown["id"], {"config": {"password": PASSWORD}})
    assert again.status_code == 200, again.json
    hub.work_off()
    assert hub.get(f"/api/connections/{shown['id']}").json["status"] == "ready"
    assert hub.get("/api/notices").json["items"] == []
    (settled,) = hub.get("/api/notices?all=true").json["items"]
    assert settled["id"] == notice["id"] and settled["settled_at"]


def test_a_request_that_is_sent_again_connects_once(hub):
    key = {"Idempotency-Key": str(uuid4())}
    first = hub.post("/api/connections", json=FORM, headers=key)
    second = hub.post("/api/connections", json=FORM, headers=key)
    assert first.json["connection"]["id"] == second.json["connection"]["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    other = FORM | {"config": {"username": "ada", "password": "another one"}}
    assert hub.post("/api/connections", json=other, headers=key).json["code"] == "idempotency_key_reused"
    assert len(hub.connections()) == 1


def test_a_provider_that_is_away_is_tried_again_and_then_given_up(hub):
    hub.box.faults.script(["status:503"], every=1)
    made = hub.post("/api/connections", json=FORM).json
    hub.work_off()
    assert hub.row(made["connection"]["id"]).status == "pending"
    with hub.storage.hub() as session:
        session.execute(text("update work set attempts = max_attempts - 1, run_at = now()"))
    hub.work_off()
    shown = hub.get(f"/api/connections/{made['connection']['id']}").json
    assert hub.get(f"/api/jobs/{made['job']['id']}").json["state"] == "dead"
    assert shown["status"] == "needs_attention" and "could not be asked" in shown["reason"]
    hub.box.faults.clear()
    assert hub.post(f"/api/connections/{shown['id']}/reconnect", json={}).status_code == 202
    hub.work_off()
    assert hub.get(f"/api/connections/{shown['id']}").json["status"] == "ready"


def test_names_are_free_or_refused(hub):
    first = hub.post("/api/connections", json=FORM).json["connection"]
    second = hub.post("/api/connections", json=FORM).json["connection"]
    assert (first["name"], second["name"]) == ("Books Online", "Books Online 2")
    assert hub.post("/api/connections", json=FORM | {"name": "Books Online"}).status_code == 409
    assert hub.patch(second["id"], {"name": "Books Online"}).status_code == 409
    assert hub.patch(second["id"], {"name": "Books of Ada"}).json["name"] == "Books of Ada"


def test_a_change_needs_the_version_it_was_made_from(hub):
    made = hub.post("/api/connections", json=FORM).json["connection"]
    path = f"/api/connections/{made['id']}"
    assert hub.open("PATCH", path, json={"name": "x"}).status_code == 428
    old = hub.get(path).headers["ETag"]
    assert hub.open("PATCH", path, json={"name": "x"}, headers={"If-Match": old}).status_code == 200
    assert hub.open("PATCH", path, json={"name": "y"}, headers={"If-Match": old}).status_code == 412


# Consent


def test_a_person_consents_and_the_company_is_connected(hub):
    answer = hub.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    assert answer.status_code == 201 and answer.json["job"] is None
    asked = parse_qs(urlsplit(answer.json["authorize_url"]).query)
    assert asked["client_id"] == [CLIENT] and asked["scope"] == ["invoices.read offline"]
    assert asked["redirect_uri"] == [hub.redirect_uri] and asked["code_challenge_method"] == ["S256"]
    cookie = next(each for each in answer.headers.getlist("Set-Cookie"))
    assert cookie.startswith("paypredict-connect-") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert asked["state"][0] not in cookie
    ended = come_back(hub.browser, consent(answer.json["authorize_url"]))
    made = answer.json["connection"]["id"]
    assert (ended["outcome"], ended["connection"], ended["path"]) == ("checking", made, "/connections/view/")
    assert hub.get(f"/api/jobs/{ended['job']}").json["state"] == "queued"
    assert hub.get(f"/api/connections/{made}").json["sync"]["next_run_at"] is None, "nobody has been let in yet"
    hub.work_off()
    shown = hub.get(f"/api/connections/{made}").json
    assert shown["status"] == "ready" and shown["account"]["id"] == "a"
    assert shown["sealed"] == []
    assert shown["sync"]["next_run_at"] and shown["sync"]["newest_run"] is None
    health = shown["health"]
    assert health["days_left"] in (99, 100) and health["unused_ends_at"] and not health["is_dead"]
    assert hub.row(made).account["values"] == {"realm": "r1", "realm_seen": "r1"}
    assert {"connection.created", "connection.consented", "connection.status_changed"} <= set(hub.audited(made))
    assert hub.box.oauth.token_posts == 1


def test_who_began_it_may_go_on_at_a_page_of_their_own(hub):
    body = {"connector": "books", "auth_method": "oauth", "return_to": "/connections?tab=new#top"}
    begun = hub.browser.post("/api/connections", json=body)
    ended = come_back(hub.browser, consent(begun.json["authorize_url"]))
    assert ended["path"] == "/connections" and ended["tab"] == "new" and ended["outcome"] == "checking"


def test_a_consent_that_is_denied_connects_nothing(hub):
    begun = hub.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    made = begun.json["connection"]["id"]
    ended = come_back(hub.browser, consent(begun.json["authorize_url"], deny=True))
    assert ended["outcome"] == "denied" and "job" not in ended
    shown = hub.get(f"/api/connections/{made}").json
    assert shown["status"] == "pending" and "Consent was not given" in shown["reason"]
    assert "connection.consent_failed" in hub.audited(made)
    assert hub.box.oauth.token_posts == 0
    again = hub.browser.post(f"/api/connections/{made}/reconnect", json={})
    assert again.status_code == 200 and again.json["connection"]["id"] == made
    assert come_back(hub.browser, consent(again.json["authorize_url"]))["outcome"] == "checking"


@pytest.mark.parametrize("how", ["replayed", "foreign", "forged", "expired", "without state"])
def test_a_state_that_is_not_this_browsers_does_nothing_and_is_noted(hub, how):
    begun = hub.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    made = begun.json["connection"]["id"]
    back = consent(begun.json["authorize_url"])
    browser, posts = hub.browser, 0
    match how:
        case "replayed":
            assert come_back(browser, back)["outcome"] == "checking"
            posts = 1
        case "foreign":
            browser = hub.another_browser()
        case "forged":
            state = parse_qs(urlsplit(back).query)["state"][0]
            back = back.replace(state, state[:-1] + ("A" if state[-1] != "A" else "B"))
        case "expired":
            with hub.storage.hub() as session:
                session.execute(text("update connect_states set expires_at = now() - interval '1 second'"))
        case "without state":
            back = back.partition("?")[0] + "?code=abc"
    before = hub.row(made)
    assert come_back(browser, back) == {"outcome": "refused", "path": "/connections/view/"}
    assert hub.row(made) == before and hub.box.oauth.token_posts == posts
    chain = hub.tenant if how in ("foreign", "expired") else "@installation"
    with hub.storage.hub() as session:
        query = "select count(*) from audit.events where chain = :chain and action = 'connection.consent_failed'"
        assert session.scalar(text(query), {"chain": chain}) >= 1


def test_another_browser_uses_nothing_up(hub):
    begun = hub.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    back = consent(begun.json["authorize_url"])
    assert come_back(hub.another_browser(), back)["outcome"] == "refused"
    assert come_back(hub.browser, back)["outcome"] == "checking"


def test_two_consents_at_once_do_not_get_in_each_others_way(hub):
    first, second = (
        hub.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"}) for _ in range(2)
    )
    assert come_back(hub.browser, consent(first.json["authorize_url"]))["outcome"] == "checking"
    assert come_back(hub.browser, consent(second.json["authorize_url"]))["outcome"] == "checking"


@pytest.mark.parametrize("who", ["nobody", "somebody else", "no admin any more"])
def test_what_a_person_began_is_for_that_person_alone(hub, who):
    ada = hub.person("admin")
    begun = ada.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    back = consent(begun.json["authorize_url"])
    match who:
        case "nobody":
            ada.delete_cookie("paypredict")
        case "somebody else":
            ada.set_cookie("paypredict", hub.person("admin").get_cookie("paypredict").value)
        case "no admin any more":
            with hub.storage.hub() as session:
                session.execute(
                    text("update memberships set role = 'viewer' where tenant_key = :key"), {"key": hub.tenant}
                )
            hub.forget_callers()
    assert come_back(ada, back)["outcome"] == "refused"
    assert hub.box.oauth.token_posts == 0


def test_a_person_comes_back_as_themselves(hub):
    ada = hub.person("admin")
    begun = ada.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    made = begun.json["connection"]["id"]
    assert come_back(ada, consent(begun.json["authorize_url"]))["outcome"] == "checking"
    with hub.storage.hub() as session:
        query = "select actor_kind from audit.events where action = 'connection.consented' and object_id = :id"
        assert session.scalar(text(query), {"id": made}) == "person"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda query: query.replace("realm=r1", "realm="), "no realm"),
        (lambda query: query.replace("code=", "cod="), "no code"),
        (lambda query: query.replace("realm=r1", "realm=" + "r" * 300), "no realm"),
        (lambda query: query.replace("code=", "code=x"), "honour the grant"),
        (lambda query: "error=server_error&" + query, "server_error"),
    ],
)
def test_an_answer_that_is_not_whole_connects_nothing(hub, change, said):
    begun = hub.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
    path, _, query = consent(begun.json["authorize_url"]).partition("?")
    ended = come_back(hub.browser, f"{path}?{change(query)}")
    assert ended["outcome"] == "failed"
    shown = hub.get(f"/api/connections/{begun.json['connection']['id']}").json
    assert shown["status"] == "pending" and said in shown["reason"]


def test_a_tenant_may_bring_an_app_of_its_own(hub):
    hub.use_app(False)
    body = {"connector": "books", "auth_method": "oauth"}
    asked = hub.browser.post("/api/connections", json=body)
    assert {each["field"] for each in asked.json["fields"]} == {"config.client_id", "config.client_secret"}
    body["config"] = {"client_id": OWN_CLIENT, "client_secret": OWN_SECRET}
    begun = hub.browser.post("/api/connections", json=body)
    assert begun.json["connection"]["sealed"] == ["client_secret"]
    assert parse_qs(urlsplit(begun.json["authorize_url"]).query)["client_id"] == [OWN_CLIENT]
    assert come_back(hub.browser, consent(begun.json["authorize_url"]))["outcome"] == "checking"
    hub.work_off()
    assert hub.get(f"/api/connections/{begun.json['connection']['id']}").json["status"] == "ready"


# Which company


def test_one_of_several_companies_is_chosen(hub):
    hub.box.companies["b"] = "Bravo"
    made = hub.connect(expect="choose_account")
    shown = hub.get(f"/api/connections/{made}").json
    assert [each["name"] for each in shown["choices"]] == ["Acme", "Bravo"] and shown["account"] is None
    wrong = hub.post(f"/api/connections/{made}/account", json={"account_id": "c"})
    assert wrong.status_code == 422 and "One of a (Acme), b (Bravo)." in wrong.json["fields"][0]["message"]
    assert hub.post(f"/api/connections/{made}/account", json={"account_id": "b"}).status_code == 202
    hub.work_off()
    shown = hub.get(f"/api/connections/{made}").json
    assert (shown["status"], shown["account"]["name"], shown["choices"]) == ("ready", "Bravo", [])
    assert hub.post(f"/api/connections/{made}/account", json={"account_id": "a"}).status_code == 409


def test_a_grant_that_shows_no_company_says_so(hub):
    hub.box.companies.clear()
    made = hub.connect(expect="needs_attention")
    assert "shows no company" in hub.get(f"/api/connections/{made}").json["reason"]


def test_a_company_is_connected_once(hub):
    hub.connect()
    second = hub.connect(expect="needs_attention")
    reason = hub.get(f"/api/connections/{second}").json["reason"]
    assert reason.startswith("Acme is connected to Books Online already, as 'Books Online' (")


def test_a_company_that_was_disconnected_is_reconnected_where_its_history_is(hub):
    first = hub.connect()
    assert hub.post(f"/api/connections/{first}/disconnect").status_code == 200
    second = hub.connect(expect="needs_attention")
    reason = hub.get(f"/api/connections/{second}").json["reason"]
    assert first in reason and "Reconnect that one" in reason
    assert hub.reconnect(first) == "ready"


def test_reconnecting_keeps_the_connection_and_refuses_another_company(hub):
    made = hub.connect()
    held = hub.secret(made, "access_token")
    hub.box.companies["b"] = "Bravo"
    hub.box.opened = ["b"]
    assert hub.reconnect(made) == "ready"
    (job,) = [each for each in hub.get("/api/jobs").json["items"] if each["state"] == "failed"]
    assert "You signed in to Bravo; this connection is Acme's" in job["error"]["message"]
    assert hub.secret(made, "access_token") == held and hub.secret_owners() == {made}
    hub.needs_reconnect(made, "the grant is gone")
    assert hub.reconnect(made) == "needs_reconnect"
    assert "this connection is Acme's" in hub.get(f"/api/connections/{made}").json["reason"]
    # A consent that opens both leads to the company that it was.
    hub.box.opened = ["b", "a"]
    assert hub.reconnect(made) == "ready"
    shown = hub.get(f"/api/connections/{made}").json
    assert shown["account"]["id"] == "a" and not shown["is_being_tried"]
    assert hub.secret(made, "access_token") != held and hub.secret_owners() == {made}
    assert hub.get("/api/notices").json["items"] == []


def test_settings_that_prove_bad_do_not_take_the_place_of_good_ones(hub):
    made = hub.connect_by_form()
    assert hub.patch(made, {"config": {"password": "not the password"}}).json["is_being_tried"]
    hub.work_off()
    shown = hub.get(f"/api/connections/{made}").json
    assert shown["status"] == "ready" and not shown["is_being_tried"]
    assert hub.secret(made, "password") == PASSWORD and hub.secret_owners() == {made}
    assert hub.patch(made, {"config": {"region": "us"}}).status_code == 200
    hub.work_off()
    shown = hub.get(f"/api/connections/{made}").json
    assert shown["config"]["region"] == "us" and hub.secret(made, "password") == PASSWORD


def test_what_a_consent_is_not_about_is_set_without_one(hub):
    made = hub.connect()
    assert hub.patch(made, {"config": {"region": "us"}}).json["config"] == {"region": "us"}
    refused = hub.patch(made, {"config": {"client_id": "another"}})
    assert refused.status_code == 409 and refused.json["fields"][0]["field"] == "config.client_id"
    hub.patch(made, {"config": {"broken": True}})
    hub.work_off()
    shown = hub.get(f"/api/connections/{made}").json
    assert (shown["status"], shown["reason"]) == ("needs_attention", "the books are locked; unlock them")


# Ends and pauses


def test_disconnecting_revokes_forgets_and_says_what_is_kept(hub):
    made = hub.connect()
    answer = hub.post(f"/api/connections/{made}/disconnect", headers={"Idempotency-Key": "end"})
    assert answer.status_code == 200
    assert answer.json["revoked"] and answer.json["secrets_forgotten"] == 2 and len(answer.json["kept"]) > 2
    assert answer.json["connection"]["status"] == "disconnected"
    assert hub.box.oauth.grants[0].revoked_at and hub.secret_owners() == set()
    again = hub.post(f"/api/connections/{made}/disconnect", headers={"Idempotency-Key": "end"})
    assert again.json == answer.json
    assert hub.post(f"/api/connections/{made}/disconnect").json["secrets_forgotten"] == 0
    assert "connection.disconnected" in hub.audited(made)
    with hub.storage.hub() as session:
        assert session.scalar(text("select count(*) from connected_accounts")) == 0
    assert hub.post(f"/api/connections/{made}/pause").status_code == 409


def test_a_provider_that_cannot_be_told_keeps_nobody_connected(hub):
    made = hub.connect()
    hub.box.stop()
    answer = hub.post(f"/api/connections/{made}/disconnect").json
    assert not answer["revoked"] and "could not be told" in answer["revocation"] and hub.secret_owners() == set()


def test_a_consent_that_others_stand_on_is_not_revoked(hub):
    hub.box.companies["b"] = "Bravo"
    first = hub.connect(expect="choose_account")
    hub.choose(first, "a")
    second = hub.connect(expect="choose_account")
    hub.choose(second, "b")
    answer = hub.post(f"/api/connections/{second}/disconnect").json
    assert not answer["revoked"] and "may stand on the same consent" in answer["revocation"]
    assert hub.post(f"/api/connections/{first}/disconnect").json["revoked"]


def test_a_trial_under_way_ends_when_it_is_disconnected(hub):
    made = hub.post("/api/connections", json=FORM).json
    hub.post(f"/api/connections/{made['connection']['id']}/disconnect")
    hub.work_off()
    job = hub.get(f"/api/jobs/{made['job']['id']}").json
    assert (job["state"], job["result"]) == ("done", {"status": "disconnected"})


def test_a_paused_connection_is_left_alone_until_it_is_resumed(hub):
    made = hub.connect()
    assert hub.post(f"/api/connections/{made}/resume").status_code == 409
    assert hub.post(f"/api/connections/{made}/pause").json["status"] == "paused"
    hub.needs_reconnect(made, "not while it is paused")
    assert hub.get(f"/api/connections/{made}").json["status"] == "paused"
    assert hub.post(f"/api/connections/{made}/resume").json["status"] == "ready"
    assert ("sync.run", {"connection_id": made}) in hub.published()


def test_another_tenants_connection_does_not_exist(hub, storage):
    made = hub.connect()
    stranger = hub.of_another_tenant()
    for method, path in (("GET", ""), ("POST", "/pause"), ("POST", "/reconnect"), ("POST", "/disconnect")):
        assert stranger.open(method, f"/api/connections/{made}{path}", json={}).status_code == 404
    assert hub.row(made).status == "ready"


def test_no_document_shows_a_secret(hub):
    made = hub.connect()
    tokens = [hub.secret(made, name) for name in ("access_token", "refresh_token")]
    for path in ("/api/connections", f"/api/connections/{made}", "/api/notices", "/api/jobs", "/api/audit"):
        said = hub.get(path).get_data(as_text=True)
        assert not [each for each in tokens if each in said], path
