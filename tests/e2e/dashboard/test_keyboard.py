"""The way of a company once more, with the keyboard alone: nothing is clicked, everything is reached and seen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.dashboard.conftest import PASSWORD, settle
from tests.e2e.dashboard.test_walk import FILE, READING_MS, new_company

pytestmark = pytest.mark.slow

EMAIL = "keys@keys.example"


def reach(page: Page, wanted: Locator, key: str = "Tab", presses: int = 90) -> Locator:
    """Press `key` until what is wanted has the focus, and shows that it has."""
    wanted.first.wait_for()
    for _ in range(presses):
        if wanted.first.evaluate("each => each === document.activeElement"):
            return wanted.first
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} is not reached by {presses} times {key}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    reach(page, wanted)
    page.keyboard.press(key)


def sign_in(page: Page, email: str) -> None:
    reach(page, page.get_by_label("Email"))
    page.keyboard.type(email)
    reach(page, page.get_by_label("Password", exact=True))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def go_to(page: Page, name: str) -> None:
    """By the palette."""
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox").last).to_be_focused()
    page.keyboard.type(name)
    expect(page.get_by_role("option", name=name).first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(name))
    settle(page)


def sign_out(page: Page) -> None:
    press(page, page.get_by_role("button", name="Your account"))
    reach(page, page.get_by_role("menuitem", name="Sign out"), "ArrowDown", 20)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_company_is_connected_filled_and_shared_with_the_keyboard(demo, open_page):
    new_company(demo, "keys", EMAIL)
    with open_page(role=None) as page:
        page.goto("/")
        sign_in(page, EMAIL)
        page.keyboard.press("Tab")
        go_to(page, "Connections")
        press(page, page.get_by_role("button", name="Connect QuickBooks Online"))
        press(page, page.get_by_role("button", name="Continue to QuickBooks Online"))
        expect(page.get_by_text("Ties out", exact=True).first).to_be_visible(timeout=READING_MS)
        reach(page, page.get_by_role("tab", name="Activity"))
        page.keyboard.press("ArrowRight")
        expect(page.get_by_text("The ledger equals QuickBooks Online to the cent")).to_be_visible()

        page.goto("/connections/import/")
        reach(page, page.locator("input[type=file]"))
        page.locator("input[type=file]").set_input_files(
            {"name": "keys.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
        )
        reach(page, page.get_by_role("textbox", name="amount, line 3"))
        page.keyboard.press("Control+a")
        page.keyboard.type("950.25")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 cell was mended")).to_be_visible()
        press(page, page.get_by_role("button", name="Import", exact=True))
        expect(page.get_by_text("keys.csv is imported")).to_be_visible(timeout=READING_MS)

        page.goto("/settings/members/")
        settle(page)
        press(page, page.get_by_role("button", name="Invite"))
        reach(page, page.get_by_role("dialog").get_by_label("Email"))
        page.keyboard.type("colleague@keys.example")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog", name=re.compile("colleague@keys.example"))).to_be_visible()
        # What is shown only once is not closed by a slip.
        press(page, page.get_by_role("dialog").get_by_role("button", name="Done"))
        expect(page.get_by_role("dialog")).to_have_count(0)
        sign_out(page)


def test_the_riskiest_invoice_and_a_scenario_with_the_keyboard(open_page):
    with open_page() as page:
        page.goto("/")
        settle(page)
        page.keyboard.press("g")
        page.keyboard.press("i")
        expect(page.get_by_role("heading", level=1, name="Invoices")).to_be_focused()
        settle(page)
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name=re.compile("Invoice "))).to_be_focused()
        expect(page.get_by_role("heading", name="Why")).to_be_visible()

        page.keyboard.press("g")
        page.keyboard.press("f")
        expect(page.get_by_role("heading", level=1, name="Forecast")).to_be_focused()
        settle(page)
        press(page, page.get_by_role("button", name="Add change"))
        expect(page.get_by_role("menuitem").first).to_be_focused()
        page.keyboard.press("Enter")
        press(page, page.get_by_role("combobox", name="Customer"))
        expect(page.get_by_role("option").first).to_be_visible()
        page.keyboard.press("Enter")
        press(page, page.get_by_role("button", name="Compare"))
        expect(page.get_by_text("What is supposed")).to_be_visible()


def test_the_first_thing_reached_skips_to_the_content(open_page):
    with open_page(role="viewer") as page:
        page.goto("/invoices/")
        settle(page)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        assert page.evaluate("() => document.querySelector('main').contains(document.activeElement)")


def test_the_help_lists_the_keys_and_letters_do_nothing_in_fields(open_page):
    with open_page() as page:
        page.goto("/invoices/")
        settle(page)
        page.keyboard.press("?")
        expect(page.get_by_role("dialog", name="Keyboard")).to_contain_text("Look into the row")
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        field = page.get_by_placeholder("Number or customer")
        expect(field).to_be_focused()
        page.keyboard.type("gi?")
        assert field.input_value() == "gi?"
        assert page.get_by_role("dialog").count() == 0
