"""When local sign-in is on, and how long an address is locked."""

from datetime import timedelta

import pytest

from hub.identity.sign_in import LocalSignInOffError, check_is_on, is_on, lock_after
from hub.settings import Settings

ISSUER = "https://tenant.example.com/"


@pytest.mark.parametrize(
    ("local_sign_in", "oidc_issuer", "expected"),
    [
        ("auto", "", True),
        ("auto", ISSUER, False),
        ("on", ISSUER, True),
        ("off", "", False),
        ("of", "", False),  # a typing error opens nothing
    ],
)
def test_is_on(local_sign_in, oidc_issuer, expected):
    settings = Settings.load({}, local_sign_in=local_sign_in, oidc_issuer=oidc_issuer)
    assert is_on(settings) is expected
    if not expected:
        with pytest.raises(LocalSignInOffError, match="single sign-on"):
            check_is_on(settings)


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(1, None), (4, None), (5, 1), (6, 2), (7, 4), (8, 8), (9, 16), (10, 32), (11, 60), (12, 60), (10_000, 60)],
)
def test_the_lock_doubles_up_to_an_hour(failures, minutes):
    assert lock_after(failures) == (None if minutes is None else timedelta(minutes=minutes))
