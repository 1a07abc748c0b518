"""A real browser without a window: the machine's Chromium, or one that is installed here and now."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 300


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Skips the test, saying what to install, where none is to be had."""
    with sync_playwright() as playwright:
        path = executable(playwright.chromium.executable_path)
        # Chromium's own sandbox does not run as root; what is opened here is ours.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[*options, "--disable-dev-shm-usage"])
        try:
            yield browser
        finally:
            browser.close()


@cache
def executable(playwrights_own: str) -> str:
    """Where a Chromium is; the machine's before the one that playwright brings, and if need be installed."""
    for attempt in (None, _install_playwrights, _install_debians):
        if attempt is not None:
            attempt()
        if found := next(filter(None, map(shutil.which, NAMES)), None):
            return found
        if Path(playwrights_own).exists():
            return playwrights_own
    pytest.skip(
        "no Chromium: install one with `apt-get install chromium`, your system's packages, or"
        f" `{Path(sys.executable).with_name('playwright')} install chromium`"
    )


def _install_playwrights() -> None:
    _run([sys.executable, "-m", "playwright", "install", "chromium"])


def _install_debians() -> None:
    if os.geteuid() == 0 and (apt := shutil.which("apt-get")):
        _run([apt, "update", "--quiet"])
        _run([apt, "install", "--yes", "--quiet", "--no-install-recommends", "chromium"])


def _run(command: list[str]) -> None:
    try:
        subprocess.run(command, capture_output=True, timeout=INSTALL_SECONDS, check=False, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return
