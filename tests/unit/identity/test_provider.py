"""What is known of a provider: read when needed, kept while it is away, and not read more often than is decent."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey, OctKey

from hub.identity import provider as module
from hub.identity.provider import Provider, ProviderError, read_metadata, usable_keys
from tests.issuer import Issuer, ec_key, rsa_key

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def provider(issuer) -> Provider:
    return Provider(issuer.address, issuer.send)


def test_keys_are_read_when_first_needed_and_remembered(issuer, provider):
    assert issuer.asked == []
    for minutes in range(10):
        assert provider.key("first", "RS256", START + minutes * MINUTE)
    assert issuer.asked == ["/.well-known/openid-configuration", "/jwks"]
    provider.key("first", "RS256", START + 10 * MINUTE)
    assert len(issuer.asked) == 4


def test_a_new_key_counts_at_once(issuer, provider):
    assert provider.key("first", "RS256", START)
    issuer.keys.insert(0, rsa_key("second"))
    assert provider.key("second", "RS256", START + timedelta(seconds=1))
    assert provider.key("first", "RS256", START + timedelta(seconds=1))


def test_a_removed_key_ends_with_what_was_remembered(issuer, provider):
    assert provider.key("first", "RS256", START)
    issuer.keys = [rsa_key("second")]
    assert provider.key("first", "RS256", START + 9 * MINUTE)
    assert provider.key("first", "RS256", START + 10 * MINUTE) is None


def test_made_up_key_ids_have_the_keys_read_once_a_minute_at_most(issuer, provider):
    provider.key("first", "RS256", START)
    read = issuer.asked.count("/jwks")
    for second in range(1, 240):
        assert provider.key(f"made up {second}", "RS256", START + timedelta(seconds=second)) is None
    assert issuer.asked.count("/jwks") - read == 4


def test_a_made_up_key_id_at_first_has_them_read_once(issuer, provider):
    assert provider.key("made up", "RS256", START) is None
    assert issuer.asked.count("/jwks") == 1


def test_keys_are_kept_for_a_day_while_the_provider_is_away(issuer, provider):
    provider.key("first", "RS256", START)
    issuer.is_down = True
    assert provider.key("first", "RS256", START + timedelta(hours=23, minutes=59))
    with pytest.raises(ProviderError, match="does not answer"):
        provider.key("first", "RS256", START + timedelta(hours=24))
    issuer.is_down = False
    assert provider.key("first", "RS256", START + timedelta(hours=24, seconds=10))


def test_a_provider_that_is_away_is_not_asked_by_every_request(issuer, provider):
    issuer.is_down = True
    for second in range(20):
        with pytest.raises(ProviderError):
            provider.key("first", "RS256", START + timedelta(seconds=second))
    assert len(issuer.asked) == 2


def test_one_thread_reads_while_the_others_go_on_with_what_they_have(issuer, provider):
    provider.key("first", "RS256", START)
    reading, go_on = threading.Event(), threading.Event()
    plain = issuer.send

    def slow(method, url, **options):
        reading.set()
        assert go_on.wait(30)
        return plain(method, url, **options)

    provider.send = slow
    later = START + 11 * MINUTE
    reader = threading.Thread(target=provider.key, args=("first", "RS256", later))
    reader.start()
    assert reading.wait(30)
    assert provider.key("first", "RS256", later)  # does not wait for the reader
    go_on.set()
    reader.join(30)
    assert issuer.asked.count("/jwks") == 2


def test_threads_that_know_nothing_yet_read_it_once(issuer, provider):
    found = []
    threads = [threading.Thread(target=lambda: found.append(provider.key("first", "RS256", START))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 8 and all(found)
    assert issuer.asked.count("/jwks") == 1


def small_key():
    # A modulus of 1024 bits; whether it is the product of two primes nobody gets to ask.
    return {"kty": "RSA", "kid": "small", "n": module.base64.urlsafe_b64encode(b"\xff" * 128).decode(), "e": "AQAB"}


@pytest.mark.parametrize(
    "jwk",
    [
        small_key(),
        {**rsa_key("first").as_dict(private=False), "n": "A" * 8192},
        {**rsa_key("first").as_dict(private=False), "n": 5},
        {**rsa_key("first").as_dict(private=False), "n": "*"},
        {**rsa_key("first").as_dict(private=False), "e": "AA"},
        {**rsa_key("first").as_dict(private=False), "use": "enc"},
        {**rsa_key("first").as_dict(private=False), "alg": "RS512"},
        {**rsa_key("first").as_dict(private=False), "kid": None},
        OctKey.generate_key(256, {"kid": "symmetric"}).as_dict(),
        ECKey.generate_key("P-384", {"kid": "other curve"}).as_dict(private=False),
        {**ec_key("curve").as_dict(private=False), "y": "AAAA"},
        {"kty": "EC", "crv": "P-256", "kid": "half"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "edwards", "x": "AAAA"},
        {"kid": "nothing"},
        "text",
        None,
    ],
    ids=str,
)
def test_a_key_that_cannot_be_trusted_is_left_out_and_the_others_stay(jwk):
    good = rsa_key("good").as_dict(private=False)
    assert list(usable_keys({"keys": [jwk, good]})) == [("good", "RS256")]


def test_a_private_key_that_was_published_is_used_as_the_public_one():
    found = usable_keys({"keys": [rsa_key("first").as_dict(private=True)]})
    assert not found["first", "RS256"].is_private


@pytest.mark.parametrize(
    "document", [{}, {"keys": None}, {"keys": "first"}, {"keys": [rsa_key("first").as_dict(private=False)] * 101}]
)
def test_a_key_set_that_is_none(document):
    with pytest.raises(ProviderError, match="at most 100 keys"):
        usable_keys(document)


@pytest.mark.parametrize(
    ("extra", "what"),
    [
        ({"issuer": "https://evil.example/"}, "calls itself 'https://evil.example/'"),
        ({"issuer": "https://id.example"}, "oidc_issuer is 'https://id.example/'"),
        ({"jwks_uri": None}, "jwks_uri"),
        ({"jwks_uri": ["https://id.example/jwks"]}, "jwks_uri"),
        ({"jwks_uri": "http://id.example/jwks"}, "jwks_uri is no https address"),
        ({"token_endpoint": "http://id.example/token"}, "token_endpoint is no https address"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "authorization_endpoint is no https address"),
        ({"end_session_endpoint": "file:///etc/passwd"}, "end_session_endpoint is no https address"),
        ({"userinfo_endpoint": "https://[broken"}, "userinfo_endpoint is no https address"),
    ],
)
def test_a_discovery_document_that_cannot_be_trusted(issuer, extra, what):
    issuer.extra = extra
    with pytest.raises(ProviderError, match=what.replace("[", r"\[")):
        read_metadata(issuer.address, issuer.send)


def test_an_issuer_is_reached_by_tls_but_on_this_machine(issuer):
    with pytest.raises(ProviderError, match="oidc_issuer is no https address"):
        read_metadata("http://id.example/", issuer.send)
    assert issuer.asked == []
    for address in ("http://127.0.0.1:8080/", "http://localhost:8080/", "http://[::1]/"):
        assert read_metadata(address, Issuer(address).send).issuer == address
