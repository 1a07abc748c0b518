"""The way of a dispute: opened on its invoice, sorted, proposed by one person, approved by another, and ended."""

import re
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.dashboard.conftest import PASSWORD, settle
from tests.e2e.dashboard.test_every_page import objections
from tests.e2e.dashboard.test_walk import new_company

pytestmark = pytest.mark.slow

MAIL = """\
From: Kim <ap@customer.example>
To: disputes@demo.example
Subject: Re: your reminder
Message-ID: <walk-1@customer.example>
Date: Fri, 27 Nov 2026 09:00:00 +0000
Content-Type: text/plain; charset=utf-8

Hello,

of what invoice {number} is for, one carton was crushed when it came.

On 26 Nov 2026, Ada Admin wrote:
> Please pay at once.
"""
TEXT = "We counted 36 cartons, the invoice says 40. Please credit the four that are missing."


def undisputed(demo) -> dict:
    """An open invoice of the demo that nobody disputes, with a good deal left to pay."""
    found = demo.get("/api/invoices", open="true", disputed="false", sort="-balance", limit=50)["items"]
    return next(each for each in found if float(each["balance"]) > 500)


def open_dispute(demo, **body: object) -> dict:
    """A dispute as a program opens it."""
    headers = {"Authorization": f"Bearer {demo.api_key}"}
    answer = httpx.post(f"{demo.address}/api/disputes", headers=headers, json=body, timeout=60)
    return answer.raise_for_status().json()


def title(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"^Dispute D-\d+$"))


def test_a_dispute_goes_its_way_between_two_people(demo, open_page):
    invoice = undisputed(demo)
    address = f"/invoices/view/?id={invoice['id']}"
    with open_page(role="member") as page:
        page.goto(address)
        settle(page)
        expect(page.get_by_text("This invoice is not disputed.")).to_be_visible()
        page.keyboard.press("d")
        dialog = page.get_by_role("dialog", name=f"Dispute invoice {invoice['number']}")
        dialog.get_by_label("What the customer says").fill(TEXT)
        dialog.get_by_label("Disputed amount").fill("200")
        dialog.get_by_role("button", name="Open dispute").click()
        page.get_by_role("main").get_by_role("link", name=re.compile(r"^D-\d+$")).click()
        title(page)
        expect(page.get_by_text(TEXT)).to_be_visible()

        # By key: the group of what is short or missing, and in it the first reason.
        page.keyboard.press("2")
        expect(page.get_by_role("dialog", name="Short or missing")).to_be_visible()
        page.keyboard.press("1")
        expect(page.get_by_text("Said by a person")).to_be_visible()
        # The policy has its say by itself.
        expect(page.get_by_role("main").get_by_text("Still missing")).to_be_visible()
        page.get_by_role("button", name="Edit: Packing list").click()
        evidence = page.get_by_role("dialog", name="Packing list")
        evidence.get_by_role("combobox", name="Status").click()
        page.get_by_role("option", name="At hand").click()
        evidence.get_by_label("Link").fill("https://files.example/packing-list.pdf")
        evidence.get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name=re.compile("^Open"))).to_have_attribute(
            "href", "https://files.example/packing-list.pdf"
        )

        page.keyboard.press("c")
        page.keyboard.type("The warehouse agrees.")
        page.get_by_role("button", name="Add comment").click()
        expect(page.locator("li").filter(has_text="The warehouse agrees.")).to_be_visible()

        page.keyboard.press("Escape")
        page.locator("h1").focus()
        page.keyboard.press("i")
        expect(page.get_by_role("main").get_by_text("Open → Investigating")).to_be_visible()
        page.keyboard.press("p")
        proposal = page.get_by_role("dialog", name=re.compile("^Propose a resolution"))
        proposal.get_by_role("combobox", name="Resolution").click()
        page.get_by_role("option", name="Credit", exact=True).click()
        proposal.get_by_label(re.compile("^Amount")).fill("200")
        proposal.get_by_label("Note").fill("Four cartons at 50.")
        proposal.get_by_role("button", name="Propose").click()
        expect(page.get_by_text("Proposed by you")).to_be_visible()
        where = page.url

    with open_page(role="admin") as page:
        page.goto(where)
        title(page)
        page.get_by_role("button", name="Accept").click()
        dialog = page.get_by_role("dialog", name=re.compile("^Accept D-"))
        expect(dialog).to_contain_text("200.00")
        dialog.get_by_role("button", name="Accept").click()
        expect(page.get_by_text("Pending", exact=True)).to_be_visible()
        # The key is as good as the button, which comes with the answer.
        expect(page.get_by_role("button", name="Accept")).to_be_hidden()
        expect(page.get_by_role("button", name="Resolve")).to_be_visible()
        page.keyboard.press("v")
        ending = page.get_by_role("dialog", name=re.compile("^Resolve D-"))
        ending.get_by_role("button", name="Resolve").click()
        expect(page.get_by_role("main").get_by_text("Valid, credited").first).to_be_visible()
        # Whatever was granted, the books decide what is open.
        assert demo.get(f"/api/invoices/{invoice['id']}")["balance"] == invoice["balance"]
        name = page.get_by_role("heading", level=1).inner_text().removeprefix("Dispute ")
        page.goto("/disputes/?tab=ended")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        expect(row).to_contain_text("Valid, credited")


def test_what_is_opened_elsewhere_appears_by_itself(demo, open_page):
    with open_page(role="member") as page:
        page.goto("/disputes/?q=appears-by-itself")
        settle(page)
        expect(page.get_by_text("No disputes match")).to_be_visible()
        opened = open_dispute(demo, invoice_id=undisputed(demo)["id"], text="This appears-by-itself.", amount="10")
        expect(page.get_by_role("link", name=f"D-{opened['number']}")).to_be_visible()


def test_a_mail_becomes_a_dispute_of_the_invoice_it_names(demo, open_page):
    invoice = undisputed(demo)
    with open_page(role="admin") as page:
        page.goto("/settings/inbound-mail/")
        settle(page)
        page.get_by_role("button", name="New address").click()
        dialog = page.get_by_role("dialog", name="New address")
        dialog.get_by_label("Name", exact=True).fill("Disputes mailbox")
        dialog.get_by_role("combobox", name="Comes by").click()
        page.get_by_role("option", name="Mail server").click()
        dialog.get_by_role("button", name="New address").click()
        shown = page.get_by_role("dialog", name="The address of Disputes mailbox")
        posted_to = urlsplit(shown.get_by_role("textbox").input_value()).path
        shown.get_by_role("button", name="Done").click()
        mail = MAIL.format(number=invoice["number"]).replace("\n", "\r\n")
        headers = {"Content-Type": "message/rfc822"}
        httpx.post(demo.address + posted_to, content=mail, headers=headers, timeout=60).raise_for_status()
        page.goto(f"/disputes/?invoice={invoice['id']}")
        row = page.get_by_role("row").filter(has_text=invoice["number"])
        expect(row).to_contain_text("E-mail", timeout=60_000)
        row.get_by_role("link").first.click()
        title(page)
        expect(page.get_by_text("one carton was crushed")).to_be_visible()
        # What it answers to is kept apart from it.
        expect(page.get_by_text("Please pay at once.")).to_be_hidden()
        page.get_by_text("Quoted messages and signature").click()
        expect(page.get_by_text("Please pay at once.")).to_be_visible()


def test_who_only_reads_can_do_nothing(demo, open_page):
    dispute = demo.get("/api/disputes", limit=1)["items"][0]
    with open_page(role="viewer") as page:
        page.goto(f"/disputes/view/?id={dispute['id']}")
        title(page)
        settle(page)
        for name in ("Accept", "Investigate", "Propose", "Edit", "Choose reason", "Change reason", "Add comment"):
            expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        page.keyboard.press("1")
        expect(page.get_by_role("dialog")).to_have_count(0)


def test_another_company_has_none_of_it(demo, open_page):
    dispute = demo.get("/api/disputes", limit=1)["items"][0]
    new_company(demo, "apart", "first@apart.example")
    with open_page(role=None) as page:
        page.goto("/sign-in/?return_to=/disputes/")
        page.get_by_label("Email").fill("first@apart.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Nothing is disputed")).to_be_visible()
        page.goto(f"/disputes/view/?id={dispute['id']}")
        expect(page.get_by_text("There is no such dispute.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_hinders_anybody_in_what_lies_over_the_pages(demo, open_page, theme):
    opened = open_dispute(demo, invoice_id=undisputed(demo)["id"], text="Too dear by far.", amount="11")
    wrong = {}
    with open_page(role="admin", color_scheme=theme) as page:
        for name, address, keys in (
            ("new", "/disputes/", "d"),
            ("reason", f"/disputes/view/?id={opened['id']}", "1"),
            ("proposal", f"/disputes/view/?id={opened['id']}", "p"),
            ("rejection", f"/disputes/view/?id={opened['id']}", "r"),
        ):
            page.goto(address)
            settle(page)
            page.keyboard.press(keys)
            page.get_by_role("dialog").wait_for()
            page.wait_for_timeout(300)  # until it has come in
            if found := objections(page):
                wrong[name] = found
    assert wrong == {}


def test_a_policy_is_tried_stored_and_taken_back(demo, open_page):
    with open_page(role="admin") as page:
        page.goto("/settings/dispute-policy/")
        settle(page)
        text = page.get_by_label("Policy as YAML")
        shipped = text.input_value()
        text.fill(shipped.replace("version: 1", "version: 7", 1))
        page.get_by_role("button", name="Save policy").click()
        expect(page.get_by_role("alert").filter(has_text="version")).to_be_visible()
        text.fill(shipped.replace("action: hold", "action: ask"))
        page.get_by_role("button", name="Try on your disputes").click()
        expect(page.get_by_text(re.compile(r"disputes? of the last 90 days (was|were) tried"))).to_be_visible()
        page.get_by_label("Note").fill("Ask rather than wait.")
        page.get_by_role("button", name="Save policy").click()
        expect(page.get_by_role("row", name=re.compile("Ask rather than wait."))).to_contain_text("in force")
        page.get_by_role("button", name="Roll back to Shipped policy").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Roll back").click()
        expect(page.get_by_role("row").filter(has_text="in force")).not_to_contain_text("Ask rather than wait.")
