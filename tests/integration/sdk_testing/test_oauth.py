"""The authorisation server of boxes: codes, tokens, rotation and revocation, as the standards have them."""

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from hub.sdk.testing.faults import Fault
from hub.sdk.testing.oauth import OAuthError, RefreshPolicy, consent
from tests.integration.sdk_testing.conftest import CALLBACK, TinyBox

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
DAY = 86_400


def authorize_url(box, **changed):
    asked = {
        "client_id": "app",
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "state": "st&te",
        "scope": "books.read offline",
    } | changed
    return f"{box.url}/oauth/authorize?{urlencode({key: value for key, value in asked.items() if value is not None})}"


def back(location):
    """The parameters of a redirect to the client."""
    assert location.startswith(CALLBACK + "?")
    return {key: value[0] for key, value in parse_qs(urlsplit(location).query).items()}


def post(box, path="/oauth/token", auth=("app", "s3cret"), **form):
    return httpx.post(box.url + path, data=form, auth=auth, trust_env=False, timeout=5)


def exchange(box, location, **changed):
    form = {"grant_type": "authorization_code", "code": back(location)["code"], "redirect_uri": CALLBACK} | changed
    return post(box, **form)


def refresh(box, token, **more):
    return post(box, grant_type="refresh_token", refresh_token=token, **more)


def tokens(box):
    answer = exchange(box, consent(authorize_url(box)))
    assert answer.status_code == 200, answer.text
    return answer.json()


def opens(box, token):
    answer = httpx.get(box.url + "/v1/customers", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
    return True if answer.status_code == 200 else answer.json()["error_description"]


def with_policy(company, **policy):
    return TinyBox(company, policy=RefreshPolicy(**policy))


def test_a_person_allows_and_the_code_becomes_tokens(box):
    page = httpx.get(authorize_url(box), trust_env=False)
    assert page.status_code == 200
    assert all(text in page.text for text in ("books.read", "app", "tiny", "the sample company", "Allow", "Deny"))
    location = consent(authorize_url(box), organisations=["o1", "o2"])
    assert back(location) == {"code": back(location)["code"], "realmId": "77", "state": "st&te"}
    answer = exchange(box, location)
    assert answer.headers["cache-control"] == "no-store"
    got = answer.json()
    assert (got["token_type"], got["expires_in"], got["scope"]) == ("bearer", 1800, "books.read offline")
    assert opens(box, got["access_token"]) is True
    assert box.tokens.grants[0].details == {"organisations": ["o1", "o2"]}
    assert box.tokens.token_posts == 1


@pytest.mark.parametrize("how", ["button", "parameter"])
def test_a_person_denies(box, how):
    location = consent(authorize_url(box), "deny") if how == "button" else consent(authorize_url(box, deny="1"))
    assert back(location)["error"] == "access_denied"
    assert back(location)["state"] == "st&te"


@pytest.mark.parametrize("changed", [{"client_id": "other"}, {"redirect_uri": "http://evil.example/"}])
def test_nobody_is_sent_to_an_unknown_address(box, changed):
    answer = httpx.get(authorize_url(box, **changed), trust_env=False)
    assert answer.status_code == 400 and "location" not in answer.headers


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "x"}, "invalid_request"),
    ],
)
def test_wrong_requests_go_back_with_an_error(box, changed, error):
    assert back(consent(authorize_url(box, **changed)))["error"] == error


def test_required_pkce_and_known_scopes(company):
    with TinyBox(company, oauth={"pkce": "required", "scopes": ["books.read"], "auto_allow": True}) as box:
        assert back(consent(authorize_url(box, scope="books.read")))["error"] == "invalid_request"
        pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        assert back(consent(authorize_url(box, **pkce)))["error"] == "invalid_scope"
        assert "code" in back(consent(authorize_url(box, scope="books.read", **pkce)))


def test_pkce_is_verified(box):
    url = authorize_url(box, code_challenge=CHALLENGE, code_challenge_method="S256")
    for verifier, status in ((None, 400), ("w" * 50, 400), (VERIFIER, 200)):
        form = {} if verifier is None else {"code_verifier": verifier}
        assert exchange(box, consent(url), **form).status_code == status
    assert exchange(box, consent(authorize_url(box)), code_verifier=VERIFIER).status_code == 400


@pytest.mark.parametrize(
    ("auth", "form", "status"),
    [
        (("app", "s3cret"), {}, 200),
        (("app", "wrong"), {}, 401),
        (("other", "s3cret"), {}, 401),
        (None, {"client_id": "app", "client_secret": "s3cret"}, 200),
        (None, {"client_id": "app", "client_secret": "wrong"}, 401),
        (None, {"client_id": "app"}, 401),
        (None, {}, 401),
    ],
)
def test_clients_prove_who_they_are(box, auth, form, status):
    answer = exchange(box, consent(authorize_url(box)), auth=auth, **form)
    assert answer.status_code == status
    if status == 401:
        assert answer.json()["error"] == "invalid_client"
        assert ("www-authenticate" in answer.headers) == (auth is not None)


def test_only_the_ways_that_are_configured(company):
    with TinyBox(company, oauth={"client_auth": ("basic",)}) as box:
        form = {"client_id": "app", "client_secret": "s3cret"}
        assert exchange(box, consent(authorize_url(box)), auth=None, **form).status_code == 401
        assert exchange(box, consent(authorize_url(box))).status_code == 200


def test_a_code_works_once_and_its_theft_ends_the_grant(box):
    location = consent(authorize_url(box))
    got = exchange(box, location).json()
    again = exchange(box, location)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert opens(box, got["access_token"]) == "revoked"
    assert refresh(box, got["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_code_lives_ten_minutes_and_for_its_address(box):
    old, other = consent(authorize_url(box)), consent(authorize_url(box))
    assert exchange(box, other, redirect_uri="http://127.0.0.1/other").json()["error"] == "invalid_grant"
    box.wait(599)
    assert exchange(box, other).status_code == 200
    box.wait(1)
    assert exchange(box, old).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "code": "made-up"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "made-up"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_grant"),
    ],
)
def test_errors_are_those_of_the_standard(box, form, error):
    answer = post(box, **form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_access_expires_by_the_boxs_clock(box):
    token = tokens(box)["access_token"]
    box.wait(1799)
    assert opens(box, token) is True
    box.wait(1)
    assert opens(box, token) == "expired"
    assert opens(box, "made-up") == "unknown"
    assert httpx.get(box.url + "/v1/customers", trust_env=False).json()["error_description"] == "missing"


def test_always_rotating_with_a_reuse_window(box):
    """Xero: the old token works for thirty more minutes; used after that, all of the family is dead."""
    first = tokens(box)["refresh_token"]
    second = refresh(box, first).json()["refresh_token"]
    assert second != first
    box.wait(1799)
    third = refresh(box, first).json()["refresh_token"]
    assert third not in (first, second)
    assert refresh(box, second).status_code == 200
    box.wait(1)
    assert refresh(box, first).status_code == 400
    assert refresh(box, third).json()["error_description"] == "the grant was revoked"


def test_strictly_single_use(company):
    with with_policy(company, revokes_family=False) as box:
        first = tokens(box)["refresh_token"]
        second = refresh(box, first).json()["refresh_token"]
        assert refresh(box, first).json()["error"] == "invalid_grant"
        assert refresh(box, second).status_code == 200


def test_sometimes_rotating(company):
    """Intuit: the same value within a day, then a new one, and the old one is dead."""
    with with_policy(company, rotates="sometimes") as box:
        first = tokens(box)["refresh_token"]
        assert refresh(box, first).json()["refresh_token"] == first
        box.wait(DAY)
        second = refresh(box, first).json()["refresh_token"]
        assert second != first
        assert refresh(box, first).status_code == 400
        assert refresh(box, second).json()["refresh_token"] == second


def test_never_rotating(company):
    with with_policy(company, rotates="never") as box:
        first = tokens(box)["refresh_token"]
        box.wait(DAY * 30)
        assert refresh(box, first).json()["refresh_token"] == first


def test_unused_tokens_die_and_used_ones_live_on(company):
    with with_policy(company, rotates="never", idle_days=60, hard_days=150) as box:
        kept, idle = tokens(box)["refresh_token"], tokens(box)["refresh_token"]
        box.wait(DAY * 59)
        assert refresh(box, kept).status_code == 200
        box.wait(DAY)
        assert refresh(box, idle).json()["error_description"] == "the refresh token has expired"
        box.wait(DAY * 55)
        assert refresh(box, kept).status_code == 200
        box.wait(DAY * 40)
        assert refresh(box, kept).json()["error_description"] == "the consent has expired"


def test_two_who_refresh_at_once(company):
    with with_policy(company) as box:
        token = tokens(box)["refresh_token"]
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: refresh(box, token).status_code, range(6)))
    assert sorted(answers) == [200] + [400] * 5


def test_a_lost_answer_has_rotated(box):
    first = tokens(box)["refresh_token"]
    box.faults.add(Fault("lost_answer", match="/oauth/token"))
    with pytest.raises(httpx.ReadError):
        refresh(box, first)
    assert box.tokens.token_posts == 2
    assert refresh(box, first).status_code == 200  # within the window
    box.wait(1801)
    assert refresh(box, first).json()["error_description"] == "the refresh token was used already"


def test_a_grant_is_revoked_by_the_client_or_the_person(box):
    for kind in ("refresh_token", "access_token"):
        got = tokens(box)
        assert post(box, "/oauth/revoke", token=got[kind]).status_code == 200
        assert opens(box, got["access_token"]) == "revoked"
        assert refresh(box, got["refresh_token"]).status_code == 400
    by_json = tokens(box)
    httpx.post(
        box.url + "/oauth/revoke", json={"token": by_json["refresh_token"]}, auth=("app", "s3cret"), trust_env=False
    )
    assert opens(box, by_json["access_token"]) == "revoked"
    by_person = tokens(box)
    box.tokens.revoke(box.tokens.grants[-1])
    assert opens(box, by_person["access_token"]) == "revoked"
    assert post(box, "/oauth/revoke", token="made-up").status_code == 200
    assert post(box, "/oauth/revoke", ("app", "wrong"), token="x").status_code == 401


def test_a_client_cannot_use_another_ones_tokens(box):
    box.tokens.clients["second"] = "2nd"
    location, got = consent(authorize_url(box)), tokens(box)
    assert exchange(box, location, auth=("second", "2nd")).status_code == 400
    assert refresh(box, got["refresh_token"], auth=("second", "2nd")).status_code == 400


def test_client_credentials_and_signed_assertions(company):
    def check(assertion):
        if assertion != "signed":
            raise OAuthError("invalid_client", "bad signature", 401)
        return "app"

    options = {"client_credentials": True, "client_auth": ("basic", "assertion"), "check_assertion": check}
    with TinyBox(company, oauth=options | {"token_extra": lambda grant: {"grant": grant.id}}) as box:
        got = post(box, grant_type="client_credentials", scope="a b").json()
        assert "refresh_token" not in got and got["scope"] == "a b" and got["grant"] == 1
        assert opens(box, got["access_token"]) is True
        form = {"grant_type": "client_credentials", "client_assertion": "signed"}
        assert post(box, auth=None, **form).status_code == 200
        assert post(box, auth=None, **form | {"client_assertion": "forged"}).status_code == 401


def test_a_consent_page_that_refuses_says_so(box):
    with pytest.raises(httpx.HTTPStatusError):
        consent(authorize_url(box, client_id="other"))
