"""The way of a new company: from the sign-in to its first forecast, a file, a second person, and out again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.dashboard.conftest import PASSWORD, Demo, settle

pytestmark = pytest.mark.slow

EMAIL, COLLEAGUE = "founder@walk.example", "colleague@walk.example"
READING_MS, FORECAST_MS = 180_000, 400_000
FILE = """invoice_id,customer_id,customer_name,issue_date,due_date,amount,currency
W-1,C1,Walker Ltd,2026-09-01,2026-10-01,1200.00,USD
W-2,C1,Walker Ltd,2026-09-08,2026-10-08,twelve,USD
W-3,C2,Strider Inc,2026-09-15,2026-10-15,800.50,USD
"""


@dataclass
class Walk:
    """A company that has just been made, its first person, and the page on which they walk."""

    page: Page
    demo: Demo


@pytest.fixture(scope="module")
def walk(demo, browser) -> Iterator[Walk]:
    new_company(demo, "walk", EMAIL)
    context = browser.new_context(base_url=demo.address, locale="en-GB", timezone_id="UTC")
    wrong: list[str] = []
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    yield Walk(page, demo)
    context.close()
    assert wrong == []


def new_company(demo: Demo, key: str, email: str) -> None:
    """A tenant with nothing in it, and an admin whose password is PASSWORD."""
    demo.run.command("tenant", "create", key.capitalize(), "--key", key)
    added = demo.run.command("user", "add", email, "--name", "Frida Founder", "--tenant", key, "--role", "admin")
    link = re.search(r"#link=(\S+)", added)[1]
    body = {"link": link, "password": PASSWORD}
    httpx.post(f"{demo.address}/api/session/link", json=body, timeout=60).raise_for_status()


def asked(page: Page, path: str) -> dict:
    """What the API answers to the person on the page."""
    answer = page.request.get(path)
    assert answer.ok, answer.text()
    return answer.json()


def test_signing_in_leads_to_where_one_was_going(walk):
    page = walk.page
    page.goto("/connections/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Connections", level=1)).to_be_visible()
    assert page.url.endswith("/connections/")


def test_the_overview_says_what_comes_first(walk):
    page = walk.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Overview").click()
    settle(page)
    expect(page.get_by_role("main")).to_contain_text("From your books to a forecast")
    expect(page.get_by_role("main")).to_contain_text("Connect your accounting system, or import a file")
    expect(page.get_by_text("Open receivables")).to_have_count(0)


def test_quickbooks_is_connected_read_and_ties_out(walk):
    page = walk.page
    page.goto("/connections/")
    page.get_by_role("button", name="Connect QuickBooks Online").click()
    dialog = page.get_by_role("dialog", name="Connect QuickBooks Online")
    expect(dialog).to_contain_text("PayPredict reads; it changes nothing there.")
    dialog.get_by_role("button", name="Continue to QuickBooks Online").click()
    page.wait_for_url("**/connections/view/**")
    expect(page.get_by_role("progressbar").first).to_be_visible(timeout=READING_MS)
    expect(page.get_by_text("Ties out", exact=True).first).to_be_visible(timeout=READING_MS)
    page.get_by_role("tab", name="Tie-out").click()
    expect(page.get_by_text("The ledger equals QuickBooks Online to the cent")).to_be_visible()


def test_the_forecast_follows_by_itself(walk):
    page = walk.page
    page.goto("/forecast/")
    expect(page.get_by_text("expected in four weeks").first).to_be_visible(timeout=FORECAST_MS)
    expect(page.get_by_role("main")).to_contain_text("xgboost_hazard")


def test_the_riskiest_invoice_has_its_reasons(walk):
    page = walk.page
    page.goto("/invoices/")
    # Ordered by what is at risk, the most first.
    page.get_by_role("tab", name="High risk").click()
    riskiest = asked(page, "/api/invoices?sort=-at_risk&risk_level=high&open=true&limit=1")["items"][0]
    number = page.get_by_role("table").get_by_role("link").first
    expect(number).to_have_text(riskiest["number"])
    number.click()
    expect(page.get_by_role("heading", name=f"Invoice {riskiest['number']}", level=1)).to_be_visible()
    reasons = asked(page, f"/api/predictions/{riskiest['id']}/reasons")["reasons"]
    expect(page.get_by_role("heading", name="Why")).to_be_visible()
    for reason in reasons[:3]:
        expect(page.get_by_text(reason["sentence"]).first).to_be_visible()
    expect(page.get_by_text(re.compile(r"paid within .* with a probability of 80%")).first).to_be_visible()


def test_a_scenario_shows_what_would_be_otherwise(walk):
    page = walk.page
    page.goto("/forecast/")
    page.get_by_role("button", name="Add change").click()
    page.get_by_role("menuitem", name="A customer stops paying").click()
    largest = asked(page, "/api/customers?sort=-open&currency=USD&limit=1")["items"][0]["name"]
    page.get_by_role("combobox", name="Customer").click()
    page.keyboard.type(largest)
    page.get_by_role("option", name=largest).first.click()
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_text("What is supposed")).to_be_visible()
    expect(page.get_by_text(re.compile(r"The changes make −US\$[\d.]+k? in 13 weeks")).first).to_be_visible()


def test_a_file_with_a_bad_row_is_mended_and_imported(walk):
    page = walk.page
    page.goto("/connections/import/")
    file = {"name": "walk.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("1 row cannot be used: mend it, or leave it out.")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    cell = page.get_by_role("textbox", name="amount, line 3")
    cell.fill("950.25")
    cell.press("Enter")
    expect(page.get_by_text("1 cell was mended")).to_be_visible()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("walk.csv is imported")).to_be_visible(timeout=READING_MS)
    page.goto("/invoices/?tab=all&q=W-2")
    expect(page.get_by_role("table")).to_contain_text("950.25")


def test_a_second_person_is_invited_and_comes_in_by_the_link(walk, browser):
    page = walk.page
    page.goto("/settings/members/")
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Email").fill(COLLEAGUE)
    dialog.get_by_role("button", name="Invite").click()
    shown = page.get_by_role("dialog", name=re.compile(COLLEAGUE))
    link = shown.get_by_role("textbox").input_value()
    assert link.startswith(walk.demo.address) and "#link=" in link
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row", name=re.compile(COLLEAGUE))).to_contain_text("Invited")
    context = browser.new_context(locale="en-GB")
    second = context.new_page()
    second.goto(link)
    expect(second.get_by_role("heading", name="You are signed in")).to_be_visible()
    assert "#link" not in second.url
    context.close()


def test_signing_out_leaves_nothing_behind(walk):
    page = walk.page
    page.goto("/")
    settle(page)
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.go_back()
    page.wait_for_url("**/sign-in/?return_to=**")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("() => Object.keys(sessionStorage)") == []
