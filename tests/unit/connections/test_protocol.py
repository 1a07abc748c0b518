"""The decisions of calling and of renewing tokens, as tables."""

import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hub.connections.renewal import Standing, Timing, decide
from hub.connections.retrying import pause, retry_after
from hub.connections.token_requests import check_scopes, read_grant
from hub.sdk.errors import AuthError
from hub.sdk.manifest import Auth

STRICT = Auth(method="oauth", kind="oauth2_code", title="Acme", scopes={"books": "", "openid": ""}, rotates="always")
REUSED = replace(STRICT, reuse_window_seconds=1800)
SOMETIMES = replace(STRICT, rotates="sometimes")
NEVER = replace(STRICT, rotates="never")
CLIENT = replace(STRICT, kind="oauth2_client_credentials")
GOOD = Standing(generation=3, state="idle", is_owned=False, seconds_left=1800, lifetime=1800, lease_left=None)
OVER = replace(GOOD, seconds_left=-5)
SOON = replace(GOOD, seconds_left=100)
LEASED = replace(OVER, state="in_flight", is_owned=True, lease_left=30)
DIED = replace(LEASED, lease_left=-1)
LOST = replace(OVER, state="uncertain", lease_left=-1)
RETRIED = replace(LOST, is_owned=True)


@pytest.mark.parametrize(
    ("standing", "auth", "than", "verdict"),
    [
        (GOOD, STRICT, 0, "use"),
        (GOOD, STRICT, 2, "use"),
        (GOOD, STRICT, 3, "renew"),  # that very one was refused
        (SOON, STRICT, 0, "renew"),
        (OVER, STRICT, 0, "renew"),
        (replace(GOOD, seconds_left=None, lifetime=None), STRICT, 0, "use"),  # good until it is refused
        (replace(GOOD, seconds_left=50, lifetime=60), STRICT, 0, "use"),  # short-lived, but fresh
        (replace(GOOD, state="dead"), STRICT, 0, "dead"),
        # Somebody is asking.
        (LEASED, STRICT, 0, "wait"),
        (replace(LEASED, seconds_left=100), STRICT, 0, "use"),
        (replace(LEASED, seconds_left=100), STRICT, 3, "wait"),
        (replace(LEASED, seconds_left=3), STRICT, 0, "wait"),
        (replace(LEASED, lease_left=30, state="uncertain"), REUSED, 0, "wait"),
        # Somebody asked, and there was no answer.
        (replace(LOST, lease_left=30), REUSED, 0, "later"),
        (replace(LOST, lease_left=30, seconds_left=100), REUSED, 0, "use"),
        (LOST, REUSED, 0, "retry"),
        (DIED, REUSED, 0, "retry"),
        (replace(LOST, lease_left=-1700), REUSED, 0, "retry"),
        (replace(LOST, lease_left=-1750), REUSED, 0, "dead"),  # the window closes before an answer could come
        (LOST, STRICT, 0, "dead"),
        (DIED, STRICT, 0, "dead"),
        (LOST, SOMETIMES, 0, "retry"),
        (LOST, NEVER, 0, "renew"),
        (DIED, CLIENT, 0, "renew"),
        # Twice.
        (RETRIED, REUSED, 0, "dead"),
        (RETRIED, SOMETIMES, 0, "dead"),
        (RETRIED, NEVER, 0, "renew"),
    ],
)
def test_what_to_do_about_a_token(standing, auth, than, verdict):
    assert decide(standing, auth, Timing(), than) == verdict


NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 60),
        ({"retry-after": "5"}, 5),
        ({"retry-after": " 5 "}, 5),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "1.2"}, 2),
        ({"retry-after": "Mon, 02 Mar 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 02 Mar 2026 11:00:00 GMT"}, 60),
        ({"retry-after": "Mon, 02 Mar 2099 12:00:30 GMT"}, 86400),
        ({"retry-after": "67000"}, 67000),
        ({"retry-after": "1e300"}, 86400),
        ({"retry-after": "inf"}, 60),
        ({"retry-after": "nan"}, 60),
        ({"retry-after": "-5"}, 60),
        ({"retry-after": "soon"}, 60),
        ({"retry-after": "Mon, 99 Foo 2026 12:00:30 GMT"}, 60),
    ],
)
def test_how_long_the_provider_asks_to_wait(headers, seconds):
    assert retry_after(headers, now=NOW) == seconds


def test_a_date_is_by_the_provider_s_own_clock():
    headers = {"date": "Mon, 02 Mar 2020 12:00:00 GMT", "retry-after": "Mon, 02 Mar 2020 12:00:07 GMT"}
    assert retry_after(headers) == 7


def test_pauses_grow_and_spread():
    rng = random.Random(1)
    drawn = [[pause(attempt, rng) for _ in range(200)] for attempt in (1, 2, 3, 20)]
    for values, bound in zip(drawn, (0.5, 1, 2, 5), strict=True):
        assert 0 <= min(values) < bound / 10 and 0.9 * bound < max(values) <= bound


@pytest.mark.parametrize(
    ("said", "expires", "refresh_expires"),
    [
        ('{"access_token": "a"}', None, None),
        ('{"access_token": "a", "expires_in": 3600, "x_refresh_token_expires_in": 8726400}', 3600, 8726400),
        ('{"access_token": "a", "expires_in": "3600", "refresh_expires_in": "60"}', 3600, 60),
        ('{"access_token": "a", "expires_in": 3600.9}', 3600, None),
        ('{"access_token": "a", "expires_in": 1e300}', 20 * 366 * 86400, None),
        ('{"access_token": "a", "expires_in": NaN}', None, None),
        ('{"access_token": "a", "expires_in": [1]}', None, None),
        ('{"access_token": "a", "expires_in": true}', None, None),
    ],
)
def test_a_grant_however_it_spells_its_numbers(said, expires, refresh_expires):
    grant = read_grant(said.encode())
    assert (grant.access_token, grant.expires_in, grant.refresh_expires_in) == ("a", expires, refresh_expires)
    assert "'a'" not in repr(grant)


@pytest.mark.parametrize(
    "said",
    ["", "[]", "null", "{", '{"access_token": null}', '{"access_token": ""}', '{"access_token": "a\\nb"}', "<p>"],
)
def test_no_grant(said):
    assert read_grant(said.encode()) is None


def test_scopes_that_are_said_to_be_granted():
    def granted(scope):
        return read_grant(f'{{"access_token": "a", "scope": "{scope}"}}'.encode())

    check_scopes(STRICT, granted("books more"))
    check_scopes(STRICT, granted(""))
    with pytest.raises(AuthError, match="reconnect and allow books"):
        check_scopes(STRICT, granted("openid"))
