"""The worklist, worked through in the browser; and a system of the company's own that is told what happens."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.dashboard.conftest import settle
from tests.integration.webhooks.conftest import receiving

pytestmark = pytest.mark.slow


def first_row(page):
    """The list's first customer, and the row that it stands in."""
    page.goto("/worklist/")
    settle(page)
    link = page.locator("[data-row-link]").first
    name = link.inner_text()
    return name, page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def done_by_me(page):
    """With how many customers who is signed in has spoken today, as the page says it; nothing of it is said of none."""
    found = re.search(r"Done today:.*?(\d+) by you", page.get_by_role("main").inner_text())
    return int(found[1]) if found else 0


def test_a_customer_is_spoken_with_taken_on_and_left_to_rest(demo, open_page):
    with open_page(role="member") as page:
        name, row = first_row(page)
        before = done_by_me(page)
        row.get_by_role("link", name=name, exact=True).press("l")
        dialog = page.get_by_role("dialog", name=f"What came of it with {name}")
        dialog.get_by_label("What was said").fill("They pay on Friday.")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text(f"Noted with {name}")).to_be_visible()
        expect(row).to_contain_text("Call,")
        done = re.compile(rf"^Done today: \d+ customers?, {before + 1} by you")
        expect(page.get_by_text(done)).to_be_visible()

        row.get_by_role("link", name=name, exact=True).press("Space")
        panel = page.get_by_role("dialog", name=name)
        expect(panel.get_by_text("They pay on Friday.").first).to_be_visible()
        panel.get_by_role("combobox", name="Looked after by").click()
        page.get_by_role("option", name="Member Person").click()
        expect(panel.get_by_role("combobox", name="Looked after by")).to_contain_text("Member Person")
        page.keyboard.press("Escape")
        expect(row).to_contain_text("Member Person")

        page.goto("/worklist/?owner=me")
        settle(page)
        expect(row).to_be_visible()
        row.get_by_role("link", name=name, exact=True).press("s")
        resting = page.get_by_role("dialog", name=f"Let {name} rest")
        resting.get_by_role("button", name="Snooze").click()
        expect(row).to_be_hidden()
        page.get_by_role("switch", name="Only those that rest").click()
        expect(row).to_contain_text("Rests until")
        row.get_by_role("button", name=f"Actions for {name}").click()
        page.get_by_role("menuitem", name="Wake").click()
        expect(page.get_by_text(f"{name} is on the list again")).to_be_visible()


def test_who_only_reads_can_do_nothing_to_the_list(open_page):
    with open_page(role="viewer") as page:
        name, row = first_row(page)
        row.get_by_role("button", name=f"Actions for {name}").click()
        for action in ("Remind", "Log call", "Snooze", "Assign to me"):
            expect(page.get_by_role("menuitem", name=re.compile(f"^{action}"))).to_have_count(0)
        page.keyboard.press("Escape")
        row.get_by_role("link", name=name, exact=True).press("s")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_system_of_ones_own_is_told_of_a_promise(demo, open_page):
    invoice = next(
        each
        for each in demo.get("/api/invoices", open="true", disputed="false", limit=50)["items"]
        if float(each["balance"]) > 100
    )
    with receiving() as system, open_page(role="admin") as page:
        page.goto("/settings/webhooks/")
        settle(page)
        page.get_by_role("button", name="New endpoint").first.click()
        dialog = page.get_by_role("dialog", name="New endpoint")
        dialog.get_by_label("Address").fill(system.url)
        dialog.get_by_role("radio", name="Only these").click()
        dialog.get_by_role("checkbox", name="A promise was made").click()
        dialog.get_by_role("button", name="New endpoint").click()
        shown = page.get_by_role("dialog", name=re.compile("^The secret of"))
        secret = shown.get_by_role("textbox").input_value()
        shown.get_by_role("button", name="Done").click()

        row = page.get_by_role("row").filter(has_text=system.url)
        row.get_by_role("button", name=re.compile("^Actions for")).click()
        page.get_by_role("menuitem", name="Send a test").click()
        expect(page.get_by_text(re.compile(r"took the test: 200 in"))).to_be_visible()
        assert system.read(0, secret)["type"] == "webhook.test"

        today = demo.get("/api/overview")["as_of"]
        demo.post("/api/promises", invoice_ids=[invoice["id"]], promised_on=today, channel="phone")
        row.get_by_role("button", name=re.compile("^Actions for")).click()
        page.get_by_role("menuitem", name="Deliveries").click()
        delivery = page.get_by_role("row").filter(has_text="A promise was made")
        expect(delivery).to_contain_text("Delivered", timeout=60_000)
        told = system.read(1, secret)
        assert told["data"]["invoice_id"] == invoice["id"]
        delivery.get_by_role("button", name="Send again").click()
        expect(page.get_by_text("It is sent again")).to_be_visible()
        expect(page.get_by_text("Sent again", exact=True).first).to_be_visible(timeout=60_000)
        assert json.loads(system.received[1][1]) == told
