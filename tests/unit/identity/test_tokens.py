"""Which tokens are good: the provider's own, signed by its keys, meant for this API, and now."""

import hashlib
import hmac
import json
import logging
from datetime import UTC, datetime

import pytest
from joserfc.jwk import ECKey, OctKey

from hub.identity import tokens
from hub.identity.provider import Provider
from hub.settings import Settings
from tests.issuer import AUDIENCE, CLIENT, Issuer, b64, ec_key, rsa_key, sign


def now() -> datetime:
    return datetime.now(UTC)


def settings_of(issuer: Issuer, **given) -> Settings:
    named = {"oidc_issuer": issuer.address, "oidc_client_id": CLIENT, "oidc_audience": AUDIENCE}
    return Settings.load({}, **(named | given))


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(keys=[rsa_key("first"), ec_key("curve")])


@pytest.fixture
def verify(issuer):
    return tokens.verifier(settings_of(issuer), Provider(issuer.address, issuer.send))


@pytest.mark.parametrize("kid", ["first", "curve"])
@pytest.mark.parametrize("kind", ["at+jwt", "JWT", "application/at+jwt"])
def test_a_good_token_says_whom_it_is_about(issuer, verify, kid, kind):
    key = next(each for each in issuer.keys if each.kid == kid)
    claims = verify(issuer.token(key, {"typ": kind}, org_id="org_1"), now())
    assert (claims.issuer, claims.subject, claims.values["org_id"]) == (issuer.address, "auth0|1", "org_1")


def test_one_of_several_audiences_is_enough(issuer, verify):
    assert verify(issuer.token(aud=["https://id.example/userinfo", AUDIENCE]), now())


SECONDS = int(datetime.now(UTC).timestamp())


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"aud": "https://other.example"}, "aud"),
        ({"aud": CLIENT}, "aud"),  # an ID token
        ({"aud": None}, "aud"),
        ({"aud": []}, "aud"),
        ({"aud": {"a": AUDIENCE}}, "aud"),
        ({"aud": f"{AUDIENCE}/"}, "aud"),
        ({"iss": "https://id.example"}, "iss"),
        ({"iss": "https://evil.example/"}, "iss"),
        ({"iss": ["https://id.example/"]}, "iss"),
        ({"iss": None}, "iss"),
        ({"exp": SECONDS - 31}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": "tomorrow"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"nbf": SECONDS + 3600}, "not yet valid"),
        ({"iat": SECONDS + 3600}, "in the future"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
        ({"sub": 7}, "sub"),
        ({"sub": "a" * 256}, "sub"),
        ({"sub": "a\x00b"}, "sub"),
    ],
    ids=str,
)
def test_a_claim_that_is_not_as_it_must_be(issuer, verify, caplog, given, reason):
    caplog.set_level(logging.INFO)
    token = issuer.token(**given)
    assert verify(token, now()) is None
    assert reason in caplog.records[-1].fields["reason"]
    assert token not in caplog.text


@pytest.mark.parametrize("given", [{"exp": -20}, {"nbf": 20}, {"iat": 20}], ids=str)
def test_clocks_may_differ_by_half_a_minute(issuer, verify, given):
    at = now()
    shifted = {name: int(at.timestamp()) + by for name, by in given.items()}
    assert verify(issuer.token(**shifted), at)


def test_a_token_without_a_signature(issuer, verify):
    for algorithm in ("none", "None", "NONE"):
        head = b64(json.dumps({"alg": algorithm, "kid": "first", "typ": "at+jwt"}).encode())
        body = b64(json.dumps(issuer.claims()).encode())
        assert verify(f"{head}.{body}.", now()) is None
        assert verify(f"{head}.{body}.AAAA", now()) is None


def test_a_token_signed_with_the_public_key_as_if_it_were_a_secret(issuer, verify):
    key = issuer.keys[0]
    body = b64(json.dumps(issuer.claims()).encode())
    for secret in (key.as_pem(private=False), key.as_der(private=False), json.dumps(key.as_dict()).encode()):
        for algorithm, digest in (("HS256", hashlib.sha256), ("HS512", hashlib.sha512)):
            head = b64(json.dumps({"alg": algorithm, "kid": "first", "typ": "at+jwt"}).encode())
            forged = hmac.new(secret, f"{head}.{body}".encode(), digest).digest()
            assert verify(f"{head}.{body}.{b64(forged)}", now()) is None
            # And with the header of a good token.
            head = b64(json.dumps({"alg": "RS256", "kid": "first", "typ": "at+jwt"}).encode())
            forged = hmac.new(secret, f"{head}.{body}".encode(), digest).digest()
            assert verify(f"{head}.{body}.{b64(forged)}", now()) is None


@pytest.mark.parametrize("algorithm", ["RS384", "RS512", "PS256"])
def test_other_algorithms_are_not_taken_even_with_the_right_key(issuer, verify, algorithm):
    header = {"alg": algorithm, "kid": "first", "typ": "at+jwt"}
    assert verify(sign(header, issuer.claims(), issuer.keys[0]), now()) is None


def test_a_key_is_good_for_its_own_algorithm_only(issuer, verify):
    rsa, curve = issuer.keys
    for key, kid, algorithm in ((rsa, "curve", "RS256"), (curve, "first", "ES256")):
        assert verify(sign({"alg": algorithm, "kid": kid, "typ": "at+jwt"}, issuer.claims(), key), now()) is None


def test_another_ones_key_under_a_known_id(issuer, verify):
    assert verify(issuer.token(rsa_key("stranger"), {"kid": "first"}), now()) is None
    assert verify(issuer.token(ECKey.generate_key("P-256"), {"kid": "curve"}), now()) is None


def test_a_key_that_the_token_brings_along(issuer, verify):
    stranger = rsa_key("stranger")
    for header in ({"jwk": stranger.as_dict(private=False)}, {"jku": "https://evil.example/jwks"}):
        assert verify(issuer.token(stranger, {"kid": "first", **header}), now()) is None
    assert all(path in ("/.well-known/openid-configuration", "/jwks") for path in issuer.asked)


@pytest.mark.parametrize(
    "kid", ["../../etc/passwd", "first\x00", "' or 1=1 --", "https://evil.example/k", "", None, 7, []]
)
def test_a_key_id_is_looked_up_and_nothing_else(issuer, verify, kid):
    header = {"alg": "RS256", "typ": "at+jwt", "kid": kid}
    body = b64(json.dumps(issuer.claims()).encode())
    assert verify(f"{b64(json.dumps(header).encode())}.{body}.AAAA", now()) is None
    assert set(issuer.asked) <= {"/.well-known/openid-configuration", "/jwks"}


@pytest.mark.parametrize("kind", ["logout+jwt", "dpop+jwt", "secevent+jwt", "", None, 5])
def test_tokens_of_other_kinds(issuer, verify, kind):
    assert verify(issuer.token(), now())
    assert verify(sign({"alg": "RS256", "kid": "first", "typ": kind}, issuer.claims(), issuer.keys[0]), now()) is None


def test_a_token_with_a_changed_body(issuer, verify):
    head, body, signature = issuer.token().split(".")
    other = b64(json.dumps(issuer.claims(sub="auth0|2")).encode())
    assert verify(f"{head}.{other}.{signature}", now()) is None
    assert verify(f"{head}.{body}.{signature[:-8]}AAAAAAAA", now()) is None


def test_a_header_that_must_be_understood_and_is_not(issuer, verify):
    header = {"alg": "RS256", "kid": "first", "typ": "at+jwt", "crit": ["exp2"], "exp2": 1}
    head, body = (b64(json.dumps(each).encode()) for each in (header, issuer.claims()))
    good = sign({"alg": "RS256", "kid": "first", "typ": "at+jwt"}, issuer.claims(), issuer.keys[0])
    assert verify(f"{head}.{body}.{good.split('.')[2]}", now()) is None


@pytest.mark.parametrize(
    "presented",
    [
        "",
        "a.b",
        "a.b.c",
        "a.b.c.d",
        "a.b.c.d.e",
        "..",
        "é.é.é",
        f"{b64(b'[]')}.{b64(b'{}')}.AAAA",
        f"{b64(b'5')}.{b64(b'{}')}.AAAA",
        f"""{b64(b'["alg"]')}.{b64(b"{}")}.AAAA""",
        f"{b64(b'not json')}.{b64(b'{}')}.AAAA",
        f"{b64(bytes([0xFF, 0xFE]))}.AAAA.AAAA",
        f"{b64(b'[' * 6000)}.AAAA.AAAA",
        "A" * 20_000 + ".A.A",
    ],
    ids=lambda text: text[:20] or "empty",
)
def test_what_is_no_token_at_all_is_refused_without_asking_anybody(issuer, verify, presented):
    assert verify(presented, now()) is None
    assert issuer.asked == []


@pytest.mark.parametrize("body", [b"[]", b"5", b"not json", b"[" * 20_000, b"\xff", b"9" * 5000])
def test_a_signed_body_that_is_no_claims(issuer, verify, body):
    assert verify(sign({"alg": "RS256", "kid": "first", "typ": "at+jwt"}, body, issuer.keys[0]), now()) is None


@pytest.mark.parametrize("given", [{"oidc_audience": ""}, {"oidc_audience": CLIENT}, {"oidc_issuer": ""}], ids=str)
def test_without_an_audience_of_the_apis_own_no_token_is_good(issuer, given):
    settings = settings_of(issuer, **given)
    verify = tokens.verifier(settings, Provider(issuer.address, issuer.send))
    assert verify(issuer.token(aud=[CLIENT, AUDIENCE, ""]), now()) is None


class TestIdTokens:
    """The token that ends a sign-in: for the client, with the nonce of this very sign-in."""

    def check(self, issuer, **given):
        header = given.pop("header", {"typ": "JWT"})
        token = issuer.token(header=header, **({"aud": CLIENT, "nonce": "n-1"} | given))
        provider = Provider(issuer.address, issuer.send)
        return tokens.check_id_token(provider, token, now(), client_id=CLIENT, nonce="n-1")

    def test_a_good_one(self, issuer):
        assert self.check(issuer).subject == "auth0|1"
        assert self.check(issuer, aud=[CLIENT, "other"], azp=CLIENT).subject == "auth0|1"

    @pytest.mark.parametrize(
        "given",
        [
            {"nonce": "n-2"},
            {"nonce": None},
            {"nonce": 1},
            {"aud": AUDIENCE},
            {"aud": [CLIENT, "other"]},
            {"azp": "other"},
            {"iss": "https://evil.example/"},
            {"exp": 1},
            {"header": {"typ": "at+jwt"}},
        ],
        ids=str,
    )
    def test_a_bad_one(self, issuer, given):
        with pytest.raises(tokens.RefusedTokenError):
            self.check(issuer, **given)

    def test_one_that_is_signed_with_the_clients_secret(self, issuer):
        secret = OctKey.import_key("a-client-secret-of-32-characters")
        header = {"alg": "HS256", "kid": "first", "typ": "JWT"}
        token = sign(header, issuer.claims(aud=CLIENT, nonce="n-1"), secret)
        with pytest.raises(tokens.RefusedTokenError, match="alg"):
            tokens.check_id_token(Provider(issuer.address, issuer.send), token, now(), client_id=CLIENT, nonce="n-1")
        assert issuer.asked == []
