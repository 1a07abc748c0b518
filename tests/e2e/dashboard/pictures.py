"""Pictures of every page and its main states, light and dark, on a desktop and on a phone, of a demo made for them.

python -m tests.e2e.dashboard.pictures FOLDER      (`make pictures` puts them into build/pictures)
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.e2e.browser import chromium
from tests.e2e.dashboard.conftest import Demo, addresses, running_demo, settle
from tests.e2e.dashboard.test_walk import FILE, new_company

SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
THEMES = ("light", "dark")


def main(folder: Path) -> None:
    """Take them all."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, running_demo(Path(data) / "data") as demo, chromium() as browser:
        new_company(demo, "empty", "first@empty.example")
        for theme in THEMES:
            for size in SIZES:
                _take(browser, demo, folder, theme, size)
                sys.stdout.write(f"{theme}, {size}: done\n")


def _take(browser: Browser, demo: Demo, folder: Path, theme: str, size: str) -> None:
    def open_as(role: str | None) -> Page:
        context = browser.new_context(
            base_url=demo.address, viewport=SIZES[size], color_scheme=theme, locale="en-GB", timezone_id="UTC"
        )
        if role:
            context.add_cookies(demo.cookies[role])
        return context.new_page()

    def keep(page: Page, name: str, whole: bool = True) -> None:
        page.screenshot(path=folder / f"{name}-{size}-{theme}.png", full_page=whole)

    page = open_as("admin")
    where = addresses(demo)
    for name, address in where.items():
        page.goto(address)
        settle(page)
        keep(page, name)
    for name, (address, act) in STATES.items():
        page.goto(where.get(address, address))
        settle(page)
        act(page)
        page.wait_for_timeout(600)
        keep(page, f"state-{name}", whole=False)
    page.context.close()

    page = open_as("viewer")
    page.goto("/settings/members/")
    settle(page)
    keep(page, "state-not-allowed")
    page.goto("/invoices/?q=nothing-is-called-so")
    settle(page)
    keep(page, "state-nothing-matches")
    page.context.close()

    page = open_as(None)
    page.goto("/sign-in/")
    page.get_by_label("Email").fill("first@empty.example")
    keep(page, "sign-in")
    page.get_by_label("Password", exact=True).fill("four words are plenty")
    page.get_by_role("button", name="Sign in").click()
    settle(page)
    keep(page, "state-first-steps")
    page.context.close()


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search invoices and customers").fill("kes")


def _peek(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Space")


def _compose(page: Page) -> None:
    page.keyboard.press("r")
    page.get_by_title("The message as an e-mail").wait_for()


def _scenario(page: Page) -> None:
    page.get_by_role("button", name="Add change").click()
    page.get_by_role("menuitem").first.click()
    page.get_by_role("combobox", name="Customer").click()
    page.get_by_role("option").first.click()
    page.get_by_role("button", name="Compare").click()
    page.get_by_text("What is supposed").wait_for()
    page.get_by_text("What is supposed").scroll_into_view_if_needed()


def _bad_row(page: Page) -> None:
    file = {"name": "ledger.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("textbox", name="amount, line 3").wait_for()


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {
    "palette": ("overview", _palette),
    "keyboard": ("invoices", lambda page: page.keyboard.press("?")),
    "peek": ("invoices", _peek),
    "new-dispute": ("disputes", lambda page: page.keyboard.press("d")),
    "reason": ("dispute", lambda page: page.keyboard.press("1")),
    "compose": ("customer", _compose),
    "reject-reminder": ("reminder", lambda page: page.keyboard.press("r")),
    "reminders-sent": ("/reminders/?tab=sent", settle),
    "scenario": ("forecast", _scenario),
    "bad-row": ("import", _bad_row),
    "connect": ("connections", lambda page: page.get_by_role("button", name="Connect QuickBooks Online").click()),
    "tie-out": ("connection", lambda page: page.get_by_role("tab", name="Tie-out").click()),
    "invite": ("settings-members", lambda page: page.get_by_role("button", name="Invite").click()),
}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
