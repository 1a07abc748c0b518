"""Calls of a connector, made by the hub against a real server on loopback: what they bring, and all that goes wrong."""

import base64
import gzip
import logging
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from oauthlib.oauth1 import SIGNATURE_HMAC_SHA256, Client

from hub.connections.calling import Pace, open_api
from hub.jobs.context import JobContext, WorkerStopping
from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sdk.manifest import Auth
from tests.integration.connections.provider import Provider, answers, cut, hang_up, late

GOOD = {"path": "/v1/invoices", "query": {}}


@pytest.fixture
def opened(connect_acme):
    """Opens the interface of a connection, impatiently."""
    made = []

    def make(secrets=None, **options):
        connected = connect_acme(**options)
        with connected.storage.tenant(connected.tenant) as session:
            for name, value in (secrets or {}).items():
                connected.vault.put(session, connected.id, name, value)
        api = open_api(connected, connected.connection)
        api.slept = []
        api.pace, api.sleep = Pace(timeout=2, base_seconds=0.001), api.slept.append
        made.append(api)
        return connected, api

    yield make
    for api in made:
        api.close()


@pytest.fixture
def api(opened):
    return opened()[1]


class TestTheWayThere:
    def test_a_call_with_a_token(self, opened, acme):
        connected, api = opened()
        answer = api.get("/invoices", {"page": 2, "where": "a = 'b & c'"}, {"If-Modified-Since": "then"})
        assert answer.json() == {"path": "/v1/invoices", "query": {"page": "2", "where": "a = 'b & c'"}}
        call = acme.calls[0]
        assert call.token == connected.secrets()["access_token"]
        assert call.headers["if-modified-since"] == "then" and call.headers["accept"] == "application/json"
        assert (api.stats.calls, api.stats.retries) == (1, 0) and api.stats.bytes == len(answer.body)
        assert len(api.log) == 1 and api.log[0].startswith("GET /v1/invoices 200 ")
        assert api.account == {"realmId": "17", "id": connected.connection.account_id}
        assert api.addresses == {"api": f"{acme.address}/v1"}

    def test_a_post_with_a_body(self, api, acme):
        answer = api.request("POST", "suiteql", content=b'{"q": 1}', headers={"Content-Type": "application/json"})
        assert answer.status == 200
        assert (acme.calls[0].body, acme.calls[0].headers["content-type"]) == (b'{"q": 1}', "application/json")

    def test_none_is_made_once_the_work_is_to_end(self, opened, acme):
        connected, _ = opened()
        context = JobContext(
            storage=connected.storage,
            settings=connected.settings,
            registry=connected.registry,
            tenant=connected.tenant,
            work_id=connected.id,
        )
        with closing(open_api(context, connected.connection)) as api:
            assert api.get("invoices").status == 200
            context.stopping.set()
            with pytest.raises(WorkerStopping):
                api.get("invoices")
        assert len(acme.calls) == 1

    def test_an_address_that_the_provider_gave(self, api, acme):
        assert api.get(f"{acme.address}/v1/invoices?skip=3").json()["query"] == {"skip": "3"}
        assert api.get(f"{acme.address}/v1/invoices?skip=3", {"top": 1}).json()["query"] == {"skip": "3", "top": "1"}

    @pytest.mark.parametrize(
        "url",
        [
            "https://elsewhere.example/v1",
            "//elsewhere.example/v1",
            "http://api.acme.example/v1",
            "https://api.acme.example.evil.example/v1",
            "https://acme.example/v1",
            "https://user:name@api.acme.example/v1",
            "https://api.acme.example:8443/v1",
            "http://127.0.0.1:1/v1",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "https://api.acme.example\\@elsewhere.example/",
            "https://api.acme.example /",
        ],
    )
    def test_nothing_goes_where_the_plugin_has_no_business(self, api, acme, url):
        with pytest.raises(ConfigError):
            api.get(url)
        assert not acme.calls and api.stats.calls == 0

    def test_an_answer_that_is_packed_on_the_way(self, api, acme):
        packed = gzip.compress(b'{"invoices": [%s]}' % b", ".join([b"1"] * 100_000))
        acme.script.append(answers(200, packed, Content_Encoding="gzip"))
        assert len(api.get("invoices").json()["invoices"]) == 100_000
        assert acme.calls[0].headers["accept-encoding"] == "gzip" and api.stats.bytes == len(packed)

    def test_a_connector_cannot_say_who_it_is(self, opened, acme):
        connected, api = opened()
        api.get("invoices", headers={"AUTHORIZATION": "Bearer another", "host": "elsewhere.example", "X-Mine": "1"})
        call = acme.calls[0]
        assert call.token == connected.secrets()["access_token"]
        assert call.headers["host"] == acme.address.removeprefix("http://") and call.headers["x-mine"] == "1"


class TestRefused:
    def test_401_has_the_token_renewed_and_the_same_asked_again(self, opened, acme):
        connected, api = opened()
        for page in range(6):
            api.get("invoices", {"page": page})
        acme.good.clear()
        assert api.get("invoices", {"page": 6}).json()["query"] == {"page": "6"}
        assert [call.query["page"] for call in acme.api_calls] == ["0", "1", "2", "3", "4", "5", "6", "6"]
        assert len(acme.token_posts) == 1 and connected.row().generation == 2
        assert api.get("invoices").status == 200 and len(acme.token_posts) == 1

    def test_also_where_asking_twice_might_do_harm(self, api, acme):
        acme.good.clear()
        assert api.request("POST", "invoices", content=b"{}").status == 200

    def test_once_and_no_more(self, api, acme):
        acme.script += [answers(401), answers(401), answers(401)]
        with pytest.raises(AuthError, match="reconnect"):
            api.get("invoices")
        assert len(acme.token_posts) == 1 and len(acme.api_calls) == 2

    def test_a_grant_that_is_dead(self, api, acme):
        acme.good.clear()
        acme.is_dead = True
        with pytest.raises(AuthError, match="revoked or has expired"):
            api.get("invoices")

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_grant_that_does_not_reach_that_far(self, api, acme, status):
        acme.script.append(answers(status, WWW_Authenticate='Bearer error="insufficient_scope", scope="books"'))
        with pytest.raises(AuthError, match="allow all"):
            api.get("invoices")
        assert not acme.token_posts

    @pytest.mark.parametrize("status", [400, 403, 404, 409, 412])
    def test_other_refusals_carry_what_was_said(self, api, acme, status):
        acme.script.append(answers(status, {"Fault": "the token 'eyJhbGciOi.secret.part' is odd"}))
        with pytest.raises(RefusedError) as raised:
            api.get("invoices")
        assert raised.value.status == status and b"Fault" in raised.value.body
        assert "GET /v1/invoices" in str(raised.value) and "secret" not in str(raised.value)
        assert len(acme.calls) == 1

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_no_redirect_is_followed(self, api, acme, status):
        with Provider().serve() as thief:
            acme.script.append(answers(status, Location=f"{thief.address}/v1"))
            with pytest.raises(RefusedError) as raised:
                api.get("invoices")
        assert raised.value.status == status and not thief.calls

    def test_not_modified_is_an_answer(self, api, acme):
        acme.script.append(lambda handler, *_: (handler.send_response(304), handler.end_headers()))
        assert api.get("invoices").status == 304


class TestNotNow:
    def test_a_short_wait_is_waited(self, api, acme):
        acme.script.append(answers(429, Retry_After="1"))
        assert api.get("invoices").json() == GOOD
        # Once by itself, and what may be left of it by the budget.
        assert 1 in api.slept and api.stats.retries == 1

    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [({"Retry_After": "67000"}, 67000), ({"Retry_After": "9999999999"}, 86400), ({}, 60)],
    )
    def test_a_long_one_parks_the_work(self, opened, acme, headers, seconds):
        api = opened()[1]
        acme.script.append(answers(429, **headers))
        with pytest.raises(TransientError) as raised:
            api.request("POST", "invoices", content=b"{}")
        assert raised.value.retry_after == seconds and not api.slept
        # And nobody else asks meanwhile.
        with pytest.raises(TransientError, match="left alone"):
            api.get("invoices")
        assert len(acme.calls) == 1

    def test_for_all_connections_to_the_same_company(self, opened, acme):
        first, second, other = (opened(account_id=f"company {acme.address} {n}")[1] for n in (1, 1, 2))
        acme.script.append(answers(503, Retry_After="300"))
        for api in (first, second):
            with pytest.raises(TransientError):
                api.get("invoices")
        assert other.get("invoices").status == 200 and len(acme.calls) == 2

    def test_but_not_for_those_who_call_another_place_and_name_the_same_company(self, opened, acme):
        _, ours = opened(account_id="company 7")
        connected, _ = opened(account_id="company 7")
        path = Path(connected.settings.connector_apps_file)
        path.write_text(path.read_text().replace('/v1"', '/v2"'))
        theirs = open_api(connected, connected.connection)
        assert theirs.addresses["api"].endswith("/v2") and ours.addresses["api"].endswith("/v1")
        acme.script.append(answers(429, Retry_After="86400"))
        with pytest.raises(TransientError):
            theirs.get("invoices")
        assert ours.get("invoices").status == 200
        theirs.close()


class TestBroken:
    @pytest.mark.parametrize(
        "fault",
        [
            answers(500),
            answers(502, b"<html>Bad gateway</html>", Content_Type="text/html"),
            answers(503),
            answers(408),
            cut,
            hang_up,
            answers(200, b'{"invoices": [{"id": 1}, {"i'),
            answers(200, b""),
            answers(200, b"<html>Sign in</html>", Content_Type="text/html"),
        ],
        ids=["500", "502", "503", "408", "cut", "hung up", "truncated", "empty", "page"],
    )
    class TestOnce:
        def test_it_is_asked_again(self, api, acme, fault):
            acme.script += [fault, fault]
            assert api.get("invoices").json() == GOOD
            assert (api.stats.calls, api.stats.retries) == (3, 2) and len(api.log) == 3

        def test_no_more_than_three_times(self, api, acme, fault):
            acme.script += [fault] * 4
            with pytest.raises(TransientError):
                api.get("invoices")
            assert len(acme.calls) == 3

    @pytest.mark.parametrize("fault", [answers(500), cut, hang_up, answers(200, b"{")])
    def test_what_might_do_harm_twice_is_asked_once(self, api, acme, fault):
        acme.script.append(fault)
        with pytest.raises(TransientError):
            api.request("POST", "invoices", content=b"{}")
        assert len(acme.calls) == 1

    def test_a_post_that_only_asks_is_asked_again(self, api, acme):
        acme.script.append(hang_up)
        assert api.request("POST", "suiteql", content=b"{}", is_safe=True).status == 200

    def test_an_answer_that_does_not_come(self, api, acme):
        api.pace = replace(api.pace, timeout=0.2, tries=2)
        acme.script += [late(0.6), late(0.6)]
        with pytest.raises(TransientError, match="took too long"):
            api.get("invoices")
        assert len(acme.calls) == 2

    def test_an_answer_that_comes_byte_by_byte(self, api, acme):
        def drip(handler, *_):
            handler.send_response(200)
            handler.send_header("Content-Length", "100000")
            handler.end_headers()
            for _ in range(100):
                handler.wfile.write(b" ")
                handler.wfile.flush()
                acme.stop.wait(0.02)

        acme.stop = threading.Event()
        api.pace = replace(api.pace, timeout=0.3, tries=1)
        acme.script.append(drip)
        with pytest.raises(TransientError, match="took too long"):
            api.get("invoices")
        acme.stop.set()

    def test_an_answer_without_an_end(self, api, acme, monkeypatch):
        monkeypatch.setattr("hub.connections.calling.MAX_BYTES", 100_000)
        acme.script.append(answers(200, b" " * 200_000))
        with pytest.raises(RefusedError, match="larger than"):
            api.get("invoices")
        assert len(acme.calls) == 1

    def test_a_few_bytes_that_unpack_to_very_many(self, api, acme, monkeypatch):
        monkeypatch.setattr("hub.connections.calling.MAX_BYTES", 100_000)
        acme.script.append(answers(200, gzip.compress(b" " * 5_000_000), Content_Encoding="gzip"))
        with pytest.raises(RefusedError, match="larger than"):
            api.get("invoices")
        assert len(acme.calls) == 1

    def test_a_packed_answer_that_is_cut(self, api, acme):
        packed = gzip.compress(b'{"path": "/v1/invoices", "query": {}}')
        acme.script += [
            answers(200, packed[:-9], Content_Encoding="gzip"),
            answers(200, b"no", Content_Encoding="gzip"),
        ]
        assert api.get("invoices").json() == GOOD
        assert api.stats.retries == 2

    def test_nobody_there(self, opened, acme):
        api = opened()[1]
        api.places = replace(
            api.places, named={"api": "http://127.0.0.1:9"}, operators=frozenset({"http://127.0.0.1:9"})
        )
        with pytest.raises(TransientError, match="cannot be reached"):
            api.request("POST", "invoices", content=b"{}")
        assert api.stats.calls == 3


KEYS = {
    "consumer_key": {"x-secret": True},
    "consumer_secret": {"x-secret": True},
    "token_id": {"x-secret": True},
    "token_secret": {"x-secret": True},
}


class TestWaysToBeLetIn:
    def test_a_name_and_a_password(self, opened, acme):
        auth = Auth(
            method="basic", kind="basic", title="Gateway", config={"properties": {"password": {"x-secret": True}}}
        )
        _, api = opened({"password": "p\u00e4ss:word"}, auth=auth, config={"username": "reader"})
        api.get("invoices")
        said = acme.calls[0].headers["authorization"].removeprefix("Basic ")
        assert base64.b64decode(said).decode() == "reader:p\u00e4ss:word"
        acme.script += [answers(401)]
        with pytest.raises(AuthError):
            api.get("invoices")
        assert len(acme.calls) == 2

    def test_a_key(self, opened, acme):
        config = {"properties": {"api_key": {"x-secret": True}}}
        auth = Auth(method="key", kind="api_key", title="Sandbox", header="APIKey", config=config)
        opened({"api_key": "k-123456789"}, auth=auth)[1].get("invoices")
        assert acme.calls[0].headers["apikey"] == "k-123456789"

    def test_a_key_that_no_header_takes(self, opened, acme):
        config = {"properties": {"api_key": {"x-secret": True}}}
        auth = Auth(method="key", kind="api_key", title="Sandbox", header="APIKey", config=config)
        for key in ("k-1234\u201956789", "k-123456789\r\nX-More: 1"):
            with pytest.raises(ConfigError, match="enter it anew") as raised:
                opened({"api_key": key}, auth=auth)
            assert "123456789" not in str(raised.value)
        assert acme.calls == []

    @pytest.mark.parametrize("value", ["a\r\nX-More: 1", "a\0", "\u00e9", "\ud800"])
    def test_a_header_that_cannot_be_sent(self, api, acme, value):
        with pytest.raises(ConfigError, match="something in it cannot be sent"):
            api.get("invoices", headers={"X-Company": value})
        assert acme.calls == []

    def test_what_was_not_entered(self, opened):
        auth = Auth(
            method="key", kind="api_key", title="Sandbox", config={"properties": {"api_key": {"x-secret": True}}}
        )
        with pytest.raises(ConfigError, match="api_key is missing") as raised:
            opened(auth=auth)
        assert raised.value.field == "api_key"

    def test_each_request_signed(self, opened, acme):
        auth = Auth(method="tba", kind="oauth1", title="TBA", config={"properties": KEYS})
        secrets = {name: f"{name}-value" for name in KEYS}
        _, api = opened(secrets, auth=auth, config={"realm": "1234567_SB1"})
        api.request("POST", "suiteql", query={"limit": 5, "q": "a b"}, content=b'{"q": "x"}', is_safe=True)
        api.request("POST", "suiteql", query={"limit": 5, "q": "a b"}, content=b'{"q": "x"}', is_safe=True)
        first, second = (call.headers["authorization"] for call in acme.calls)
        assert first.startswith("OAuth ") and 'realm="1234567_SB1"' in first and first != second
        said = dict(each.strip().split("=", 1) for each in first.removeprefix("OAuth ").split(","))
        said = {name: value.strip('"') for name, value in said.items()}
        signer = Client(
            secrets["consumer_key"],
            secrets["consumer_secret"],
            secrets["token_id"],
            secrets["token_secret"],
            signature_method=SIGNATURE_HMAC_SHA256,
            realm="1234567_SB1",
            nonce=said["oauth_nonce"],
            timestamp=said["oauth_timestamp"],
        )
        _, headers, _ = signer.sign(f"{acme.address}/v1/suiteql?limit=5&q=a%20b", "POST")
        assert headers["Authorization"] == first
        assert said["oauth_signature_method"] == "HMAC-SHA256"

    def test_a_client_s_own_token(self, opened, acme):
        config = {"properties": {"client_id": {}, "client_secret": {"x-secret": True}}}
        auth = Auth(
            method="client", kind="oauth2_client_credentials", title="Cloud", scopes={"read": ""}, config=config
        )
        secrets = {"client_secret": "s3cret-of-the-app"}
        connected, api = opened(secrets, auth=auth, config={"client_id": "the client"})
        api.get("invoices")
        assert acme.token_posts[0].form == {"grant_type": "client_credentials", "scope": "read"}
        again = open_api(connected, connected.connection)
        again.get("invoices")
        assert len(acme.token_posts) == 1 and list(connected.secrets()) == ["access_token"]
        acme.good.clear()
        assert again.get("invoices").status == 200 and len(acme.token_posts) == 2
        again.close()

    def test_a_client_that_is_not_known(self, opened, acme):
        config = {"properties": {"client_id": {}, "client_secret": {"x-secret": True}}}
        auth = Auth(method="client", kind="oauth2_client_credentials", title="Cloud", config=config)
        connected, api = opened({"client_secret": "another-secret"}, auth=auth, config={"client_id": "the client"})
        for _ in range(2):
            with pytest.raises(AuthError, match="enter them anew"):
                api.get("invoices")
        assert connected.row().state == "idle"

    @pytest.mark.parametrize(
        ("key", "algorithm"),
        [(RSAKey.generate_key(2048), "PS256"), (ECKey.generate_key("P-256"), "ES256")],
        ids=["RSA", "EC"],
    )
    def test_a_key_of_its_own(self, opened, acme, key, algorithm):
        properties = {"client_id": {}, "certificate_id": {}, "private_key": {"x-secret": True}}
        auth = Auth(
            method="m2m",
            kind="oauth2_jwt",
            title="M2M",
            scopes={"rest_webservices": ""},
            config={"properties": properties},
        )
        config = {"client_id": "integration", "certificate_id": "cert-1"}
        _, api = opened({"private_key": key.as_pem(private=True).decode()}, auth=auth, config=config)
        api.get("invoices")
        form = acme.token_posts[0].form
        assert "authorization" not in acme.token_posts[0].headers and "client_secret" not in form
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        token = jwt.decode(form["client_assertion"], key, algorithms=[algorithm])
        assert token.header == {"alg": algorithm, "typ": "JWT", "kid": "cert-1"}
        assert token.claims["iss"] == "integration" and token.claims["aud"] == f"{acme.address}/token"
        assert token.claims["scope"] == "rest_webservices"
        assert 0 < token.claims["exp"] - token.claims["iat"] <= 3600

    @pytest.mark.parametrize("pem", ["nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
    def test_a_key_that_is_none(self, opened, acme, pem):
        properties = {"client_id": {}, "certificate_id": {}, "private_key": {"x-secret": True}}
        auth = Auth(method="m2m", kind="oauth2_jwt", title="M2M", config={"properties": properties})
        _, api = opened({"private_key": pem}, auth=auth, config={"client_id": "i", "certificate_id": "c"})
        with pytest.raises(ConfigError, match="private_key cannot be used") as raised:
            api.get("invoices")
        assert raised.value.field == "private_key" and "AAAA" not in str(raised.value)
        assert not acme.calls


def test_nothing_secret_is_in_logs_stats_and_errors(opened, acme, caplog):
    caplog.set_level(logging.DEBUG, "hub")
    caplog.set_level(logging.WARNING, "httpx")  # as hub.telemetry.logs has it
    connected, api = opened()
    token = connected.secrets()["access_token"]
    acme.script += [hang_up, answers(400, f"you sent {token}".encode()), answers(500)]
    shown = []
    for query in ({"code": "s3cret-in-a-query"}, {}):
        try:
            api.get("invoices", query)
        except RefusedError as error:
            shown.append(f"{error!r}")
    shown += [caplog.text, repr(api), repr(api.log), repr(api.stats), repr(api.credential)]
    assert not [each for each in (token, "s3cret-of-the-app", "s3cret-in-a-query") if each in "".join(shown)]
