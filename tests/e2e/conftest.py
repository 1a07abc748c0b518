"""What the tests of the whole thing share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser import chromium

# A machine that does other work as well takes its time; what never comes is still found out.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; a test opens contexts of its own in it."""
    with chromium() as browser:
        yield browser
