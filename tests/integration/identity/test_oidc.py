"""Signing in through the provider, with a provider that does what it is told to: all that can go wrong on the way."""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask
from sqlalchemy import text

from hub.app import create_app
from hub.errors import UnauthorizedError
from hub.identity import links, oidc, organizations, sessions, users
from hub.tenants import service as tenants
from tests.issuer import AUDIENCE, CLIENT, Issuer, rsa_key

ROLES = "https://paypredict/roles"
STATE_COOKIE = "paypredict-oidc"


@pytest.fixture(scope="module")
def issuer():
    with Issuer().serve() as issuer:
        yield issuer


@pytest.fixture(scope="module")
def configured(settings, issuer, tenant, storage):
    with storage.hub() as session:
        organizations.link(session, tenant, "org_flow")
    return replace(settings, oidc_issuer=issuer.address, oidc_client_id=CLIENT, oidc_audience=AUDIENCE)


@pytest.fixture(scope="module")
def app(configured, storage) -> Flask:
    return create_app(configured, storage)


@pytest.fixture(autouse=True)
def _well_behaved(issuer):
    yield
    issuer.documents, issuer.is_down = {}, False
    issuer.posted.clear()


class Browser:
    """One browser on its way through a sign-in. The provider is played by `come_back`."""

    def __init__(self, app, issuer):
        self.client, self.issuer = app.test_client(), issuer
        self.asked = {}

    def start(self, query=""):
        answer = self.client.get(f"/api/oidc/start{query}")
        self.asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}
        return answer

    def come_back(self, token_answer=None, person=None, query=None, **claims):
        """Come back with a code, for which the provider answers with an ID token of these claims."""
        good = {"aud": CLIENT, "nonce": self.asked.get("nonce"), "email_verified": True}
        token = self.issuer.token(header={"typ": "JWT"}, **(good | claims))
        self.issuer.documents["/token"] = {"access_token": "opaque", "id_token": token} | (token_answer or {})
        if person is not None:
            self.issuer.documents["/userinfo"] = person
        sent = {"state": self.asked.get("state"), "code": "a code"} | (query or {})
        return self.client.get("/api/oidc/callback", query_string={k: v for k, v in sent.items() if v is not None})

    def session(self):
        return self.client.get("/api/session")


@pytest.fixture
def browser(app, issuer):
    return Browser(app, issuer)


def person(who, /, **more):
    return {"sub": f"auth0|{who}", "email": f"{who}@flow.example", "org_id": "org_flow", **more}


def reason(answer):
    assert answer.status_code == 302
    assert not any("paypredict=" in cookie for cookie in answer.headers.getlist("Set-Cookie"))
    address = urlsplit(answer.headers["Location"])
    assert address.path == "/sign-in/" and not address.netloc
    return parse_qs(address.query)["error"][0]


class TestTheWayThere:
    def test_it_asks_for_a_code_with_pkce_state_and_nonce(self, browser, configured, issuer):
        answer = browser.start("?return_to=/account")
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{issuer.address}authorize?")
        asked = browser.asked
        assert asked["response_type"] == "code" and asked["client_id"] == CLIENT
        assert asked["redirect_uri"] == f"http://127.0.0.1:{configured.port}/api/oidc/callback"
        assert asked["code_challenge_method"] == "S256" and len(asked["code_challenge"]) == 43
        assert len(asked["state"]) == len(asked["nonce"]) == 43
        assert set(asked["scope"].split()) == {"openid", "profile", "email"}

    def test_nothing_of_it_is_used_twice(self, browser):
        seen = [browser.start() and browser.asked for _ in range(3)]
        for name in ("state", "nonce", "code_challenge"):
            assert len({each[name] for each in seen}) == 3

    def test_the_browser_keeps_the_state_where_no_script_sees_it(self, browser, app, configured, storage):
        cookie = browser.start().headers["Set-Cookie"]
        assert cookie.startswith(f"{STATE_COOKIE}={browser.asked['state']};")
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Max-Age=600" in cookie
        secure = create_app(replace(configured, public_url="https://ar.example.com"), storage).test_client()
        answer = secure.get("/api/oidc/start", base_url="https://ar.example.com")
        assert answer.headers["Set-Cookie"].startswith(f"__Host-{STATE_COOKIE}=")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "https%3A%2F%2Far.example.com%2Fapi%2Foidc%2Fcallback" in answer.headers["Location"]

    def test_the_state_is_kept_as_its_hash(self, browser, storage):
        browser.start()
        with storage.hub() as session:
            kept = session.execute(text("select state_hash from hub.sign_in_states")).scalars().all()
        assert hashlib.sha256(browser.asked["state"].encode()).digest() in [bytes(each) for each in kept]

    def test_organisation_and_prompt_go_on_to_the_provider(self, browser):
        browser.start("?organization=org_a1&prompt=login")
        assert (browser.asked["organization"], browser.asked["prompt"]) == ("org_a1", "login")

    @pytest.mark.parametrize(
        "query",
        [
            "return_to=https://evil.example/",
            "return_to=//evil.example",
            "return_to=/%5cevil.example",
            "return_to=/%252fevil.example",
            "return_to=/" + "a" * 1000,
            "organization=a%26client_id=evil",
            "organization=",
            "prompt=none",
            "client_id=evil",
            "redirect_uri=https://evil.example/",
        ],
    )
    def test_what_may_not_be_asked_for(self, browser, query):
        answer = browser.client.get(f"/api/oidc/start?{query}")
        assert (answer.status_code, answer.json["code"]) == (422, "invalid")

    def test_while_the_provider_is_away(self, configured, storage):
        with Issuer(is_down=True).serve() as away:
            client = create_app(replace(configured, oidc_issuer=away.address), storage).test_client()
            assert reason(client.get("/api/oidc/start")) == "provider_unavailable"

    @pytest.mark.parametrize("path", ["/api/oidc/start", "/api/oidc/callback"])
    def test_without_a_provider_there_is_no_such_way(self, settings, storage, path):
        assert create_app(settings, storage).test_client().get(path).status_code == 404


class TestTheWayBack:
    def test_it_ends_in_a_session_at_the_page_that_was_asked_for(self, browser, issuer, tenant):
        browser.start("?return_to=/account?tab=1")
        answer = browser.come_back(**person("ada", **{ROLES: ["member"]}))
        assert (answer.status_code, answer.headers["Location"]) == (302, "/account?tab=1")
        found = browser.session().json
        assert (found["user"]["email"], found["tenant"]["key"]) == ("ada@flow.example", tenant)
        assert (found["role"], found["method"]) == ("member", "oidc")
        assert browser.client.get_cookie(STATE_COOKIE) is None

    def test_the_code_is_exchanged_with_the_verifier_of_this_sign_in(self, browser, issuer):
        browser.start()
        browser.come_back(**person("ada"))
        _, body = issuer.posted[-1]
        form = {name: values[0] for name, values in parse_qs(body).items()}
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        assert challenge.decode().rstrip("=") == browser.asked["code_challenge"]
        assert (form["grant_type"], form["code"]) == ("authorization_code", "a code")
        assert form["redirect_uri"] == browser.asked["redirect_uri"]
        assert "client_secret" not in form

    @pytest.mark.parametrize("in_body", [False, True])
    def test_a_secret_goes_along_as_the_provider_wants_it(self, configured, storage, in_body):
        extra = {"token_endpoint_auth_methods_supported": ["client_secret_post"]} if in_body else {}
        with Issuer(extra=extra).serve() as issuer:
            app = create_app(
                replace(configured, oidc_issuer=issuer.address, oidc_client_secret="s3cret: ü"),
                storage,
            )
            browser = Browser(app, issuer)
            browser.start()
            assert browser.come_back(**person("sec")).headers["Location"] == "/"
            headers, body = issuer.posted[-1]
        if in_body:
            assert parse_qs(body)["client_secret"] == ["s3cret: ü"] and "authorization" not in str(headers).lower()
        else:
            name, _, secret = base64.b64decode(headers["Authorization"].split()[1]).decode().partition(":")
            assert (name, unquote(secret)) == (CLIENT, "s3cret: ü") and "client_secret" not in body

    def test_a_person_whom_only_userinfo_tells_of(self, browser, tenant):
        browser.start()
        told = person("uma", email_verified=True, name="Uma", **{ROLES: ["viewer"]})
        browser.come_back(person=told, sub="auth0|uma", email_verified=None)
        found = browser.session().json
        assert (found["user"]["name"], found["role"], found["tenant"]["key"]) == ("Uma", "viewer", tenant)

    def test_userinfo_of_somebody_else(self, browser):
        browser.start()
        answer = browser.come_back(person=person("vic", email_verified=True), sub="auth0|uma")
        assert reason(answer) == "provider"

    def test_every_sign_in_is_a_session_of_its_own(self, browser):
        cookies = []
        for _ in range(2):
            browser.start()
            browser.come_back(**person("ada"))
            cookies.append(browser.client.get_cookie("paypredict").value)
        assert cookies[0] != cookies[1]

    def test_a_planted_session_cookie_is_replaced(self, browser):
        browser.client.set_cookie("paypredict", "planted")
        browser.start()
        browser.come_back(**person("ada"))
        assert browser.client.get_cookie("paypredict").value != "planted"
        assert browser.session().status_code == 200

    def test_the_hubs_own_membership_counts_before_the_claim(self, browser, storage, tenant):
        with storage.hub() as session:
            users.join(session, users.ensure(session, "own@flow.example").id, tenant, "viewer")
        browser.start()
        browser.come_back(**person("own", **{ROLES: ["admin"]}))
        assert browser.session().json["role"] == "viewer"

    def test_who_has_no_role_there_sees_nothing_of_it(self, browser):
        browser.start()
        browser.come_back(**person("non"))
        assert browser.session().json["tenant"] is None
        assert browser.client.get("/api/invoices").status_code == 403

    def test_what_the_provider_makes_an_operator_it_may_unmake(self, browser, storage):
        for claimed, expected in ((["operator"], True), ([], False)):
            browser.start()
            browser.come_back(**person("op", org_id=None, **{ROLES: claimed}))
            assert browser.session().json["is_operator"] is expected
        with storage.hub() as session:
            users.set_operator(session, users.named(session, "op@flow.example").id, True)
        browser.start()
        browser.come_back(**person("op", org_id=None))
        assert browser.session().json["is_operator"] is True

    def test_what_whoever_made_the_account_may_hold_opens_it_no_longer(self, browser, storage, configured):
        now = browser_clock(browser)
        with storage.hub() as session:
            user = users.ensure(session, "made@flow.example")
            set_password = text("update hub.users set password_hash = 'known' where id = :id")
            session.execute(set_password, {"id": user.id})
            link = links.create(session, user.id, now)
            cookie = sessions.create(session, user.id, "link", now, settings=configured)
        browser.start()
        browser.come_back(**person("made"))
        assert browser.session().json["user"]["id"] == str(user.id)
        with storage.hub() as session:
            assert not users.get(session, user.id).has_password
            with pytest.raises(UnauthorizedError):
                links.redeem(session, link, now)
        stranger = browser.client.application.test_client()
        stranger.set_cookie("paypredict", cookie)
        assert stranger.get("/api/session").status_code == 401

    def test_an_operator_keeps_a_password_of_their_own(self, browser, storage):
        with storage.hub() as session:
            user = users.ensure(session, "chief@flow.example")
            users.set_operator(session, user.id, True)
            session.execute(text("update hub.users set password_hash = 'own' where id = :id"), {"id": user.id})
        browser.start()
        browser.come_back(**person("chief"))
        with storage.hub() as session:
            assert users.get(session, user.id).has_password

    def test_it_is_in_the_audit_with_the_person_who_did_it(self, browser, storage):
        browser.start()
        browser.come_back(**person("noted"))
        user = browser.session().json["user"]
        query = "select action from audit.events where actor_id = :id"
        with storage.hub() as session:
            assert "session.created" in session.scalars(text(query), {"id": user["id"]}).all()


class TestWhatDoesNotEndInASession:
    """Every one of them leads to the sign-in page with a word that it has a sentence for."""

    def test_another_browsers_state(self, app, issuer, browser):
        victim = Browser(app, issuer)
        victim.start()
        browser.start()
        # Login CSRF: the attacker's code and state in the victim's browser.
        victim.asked = browser.asked
        assert reason(victim.come_back(**person("mallory"))) == "expired"
        assert victim.session().status_code == 401
        # And it did not cost the other browser its sign-in.
        assert browser.come_back(**person("mallory")).headers["Location"] == "/"

    def test_no_cookie_at_all(self, browser):
        browser.start()
        browser.client.delete_cookie(STATE_COOKIE)
        assert reason(browser.come_back(**person("ada"))) == "expired"

    @pytest.mark.parametrize("state", [None, "", "made up", "\x00", "ü" * 50])
    def test_a_state_that_was_never_given(self, browser, state):
        browser.start()
        assert reason(browser.come_back(query={"state": state}, **person("ada"))) == "expired"
        if state:
            browser.client.set_cookie(STATE_COOKIE, "made up")
            assert reason(browser.come_back(query={"state": "made up"}, **person("ada"))) == "expired"

    def test_the_same_answer_again(self, browser):
        browser.start()
        state = browser.asked["state"]
        assert browser.come_back(**person("ada")).headers["Location"] == "/"
        browser.client.set_cookie(STATE_COOKIE, state)
        assert reason(browser.come_back(**person("ada"))) == "expired"

    def test_after_ten_minutes(self, configured, storage, issuer, app):
        hub = app.extensions["paypredict"]
        begun = oidc.begin(storage, configured, "/account", hub.clock() - timedelta(minutes=10))
        client = app.test_client()
        client.set_cookie(STATE_COOKIE, begun.state)
        assert reason(client.get(f"/api/oidc/callback?code=c&state={begun.state}")) == "expired"

    def test_a_nonce_of_another_sign_in(self, browser):
        browser.start()
        nonce = browser.asked["nonce"]
        browser.start()
        assert reason(browser.come_back(**person("ada", nonce=nonce))) == "provider"

    @pytest.mark.parametrize(
        ("claims", "token_answer"),
        [
            ({"aud": AUDIENCE}, None),
            ({"iss": "https://evil.example/"}, None),
            ({"exp": 1}, None),
            ({"azp": "another client"}, None),
            ({}, {"id_token": None}),
            ({}, {"id_token": "a.b.c"}),
            ({}, {"id_token": 5}),
        ],
    )
    def test_an_id_token_that_is_not_good(self, browser, claims, token_answer):
        browser.start()
        assert reason(browser.come_back(token_answer, **(person("ada") | claims))) == "provider"

    def test_an_id_token_of_somebody_elses_key(self, browser, issuer):
        browser.start()
        claims = {"aud": CLIENT, "nonce": browser.asked["nonce"], **person("ada", email_verified=True)}
        forged = issuer.token(rsa_key("stranger"), {"kid": "first", "typ": "JWT"}, **claims)
        assert reason(browser.come_back({"id_token": forged}, **person("ada"))) == "provider"

    @pytest.mark.parametrize("answer", [b"<html>", b"[]", b"", b"{" * 1000])
    def test_a_token_endpoint_that_answers_nonsense(self, browser, issuer, answer):
        browser.start()
        issuer.documents["/token"] = answer
        state = browser.asked["state"]
        assert reason(browser.client.get(f"/api/oidc/callback?code=c&state={state}")) == "provider"

    def test_a_provider_that_goes_away_in_between(self, browser, issuer):
        browser.start()
        issuer.is_down = True
        assert reason(browser.come_back(**person("ada"))) == "provider"

    @pytest.mark.parametrize(
        ("sent", "expected"),
        [
            ({"error": "access_denied", "error_description": "no <script>alert(1)</script>"}, "access_denied"),
            ({"error": "server_error"}, "provider"),
            ({"error": "<script>"}, "provider"),
            ({"code": ""}, "provider"),
            ({"code": "c" * 5000}, "provider"),
            ({"iss": "https://evil.example/"}, "provider"),
        ],
    )
    def test_what_the_provider_answers_instead(self, browser, sent, expected):
        browser.start()
        query = {"code": None, **sent} if "error" in sent else sent
        answer = browser.come_back(query=query, **person("ada"))
        assert reason(answer) == expected
        assert b"<script>" not in answer.data

    def test_a_provider_that_always_says_who_it_is_and_then_does_not(self, configured, storage):
        with Issuer(extra={"authorization_response_iss_parameter_supported": True}).serve() as issuer:
            browser = Browser(create_app(replace(configured, oidc_issuer=issuer.address), storage), issuer)
            browser.start()
            assert reason(browser.come_back(**person("ada"))) == "provider"
            browser.start()
            named = browser.come_back(query={"iss": issuer.address}, **person("iss"))
            assert named.headers["Location"] == "/"

    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ({"email_verified": False}, "email_unverified"),
            ({"email_verified": None}, "email_unverified"),
            ({"email": "no address"}, "no_email"),
            ({"org_id": "org_unknown"}, "unknown_organization"),
        ],
    )
    def test_a_person_who_has_no_place_here(self, browser, storage, claims, expected):
        browser.start()
        assert reason(browser.come_back(**(person("refused") | claims))) == expected
        with storage.hub() as session:
            assert users.find(session, "refused@flow.example") is None
            query = "select after from audit.events where action = 'session.failed' and outcome = 'denied'"
            assert expected in [each.get("reason") for each in session.scalars(text(query))]

    def test_another_account_of_the_provider_with_the_same_address(self, browser):
        browser.start()
        browser.come_back(**person("same"))
        browser.start()
        assert reason(browser.come_back(**(person("same") | {"sub": "google|same"}))) == "other_account"

    def test_a_disabled_person(self, browser, storage):
        browser.start()
        browser.come_back(**person("dis"))
        with storage.hub() as session:
            users.disable(session, users.named(session, "dis@flow.example").id, browser_clock(browser))
        browser.start()
        assert reason(browser.come_back(**person("dis"))) == "disabled"


def browser_clock(browser):
    return browser.client.application.extensions["paypredict"].clock()


class TestSigningOut:
    def sign_out(self, browser):
        token = browser.session().json["csrf_token"]
        return browser.client.delete("/api/session", headers={"X-CSRF-Token": token}).json["sign_out_url"]

    def test_the_session_ends_and_the_providers_end_is_named(self, browser, configured, issuer):
        browser.start()
        browser.come_back(**person("out"))
        address = urlsplit(self.sign_out(browser))
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{issuer.address}logout"
        assert parse_qs(address.query) == {
            "client_id": [CLIENT],
            "post_logout_redirect_uri": [f"http://127.0.0.1:{configured.port}/sign-in"],
        }
        assert browser.session().status_code == 401

    @pytest.mark.parametrize("away", [False, True], ids=["has no such place", "is away"])
    def test_the_session_ends_whatever_the_provider_can_do(self, configured, storage, away):
        extra = {} if away else {"end_session_endpoint": None}
        with Issuer(extra=extra).serve() as issuer:
            app = create_app(replace(configured, oidc_issuer=issuer.address), storage)
            browser = Browser(app, issuer)
            browser.start()
            browser.come_back(**person("out2" if away else "out3"))
            if away:
                issuer.is_down = True
                oidc.provider_of.cache_clear()
            assert self.sign_out(browser) is None
            assert browser.session().status_code == 401


def test_a_tenant_named_by_its_key(browser, storage):
    key = tenants.create(storage, "flow by key").key
    browser.start()
    browser.come_back(**person("key", org_id=key, **{ROLES: ["admin"]}))
    assert browser.session().json["tenant"]["key"] == key
