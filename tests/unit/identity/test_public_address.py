"""Where browsers reach the hub."""

import pytest

from hub.identity.public_address import base_url, is_secure
from hub.settings import Settings


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"host": "0.0.0.0", "port": 80}, "http://127.0.0.1:80"),
        ({"host": "::"}, "http://[::1]:8000"),
        ({"host": "10.0.0.5"}, "http://10.0.0.5:8000"),
        ({"public_url": "https://ar.example.com/"}, "https://ar.example.com"),
        ({"public_url": "http://hub.internal:8080", "host": "::"}, "http://hub.internal:8080"),
    ],
)
def test_base_url(given, expected):
    settings = Settings.load({}, **given)
    assert base_url(settings) == expected
    assert is_secure(settings) is expected.startswith("https")
