"""What the tests of the whole thing share."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium; a test opens contexts of its own in it."""
    with chromium() as browser:
        yield browser
