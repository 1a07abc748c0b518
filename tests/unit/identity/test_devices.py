"""Browsers by the names that their owners know."""

import pytest

from hub.identity.devices import device

MOZILLA = "Mozilla/5.0"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


@pytest.mark.parametrize(
    ("user_agent", "expected"),
    [
        (f"{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {CHROME} Edg/140.0", "Edge on Windows"),
        (f"{MOZILLA} (Linux; Android 15; Pixel 9) {CHROME}", "Chrome on Android"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) Version/19 Safari/605.1.15", "Safari on macOS"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19 Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", "Unknown device"),
        ("", "Unknown device"),
        (None, "Unknown device"),
    ],
)
def test_device(user_agent, expected):
    assert device(user_agent) == expected
