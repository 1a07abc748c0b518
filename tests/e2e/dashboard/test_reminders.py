"""The way of a reminder: composed on its invoice, edited, approved by another, and arrived at a real mail server."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.dashboard.conftest import PASSWORD, Demo, a_reminder, settle
from tests.e2e.dashboard.test_every_page import objections
from tests.e2e.dashboard.test_keyboard import reach
from tests.e2e.dashboard.test_walk import new_company
from tests.smtp_server import Arrived, SmtpServer

pytestmark = pytest.mark.slow

HARMLESS = {"no_channel", "channel_failing", "out_of_hours"}
"""What a preview may warn of, and the reminder goes out all the same."""
WORDS = "Thank you for looking into it."
SENDING_MS = 90_000
"""How long a worker may take to send on a machine that has other things to do, in milliseconds."""


@pytest.fixture(scope="module")
def mail_server() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


def to_be_reminded(demo: Demo, language: str = "en", but: tuple[str, ...] = ()) -> dict:
    """An overdue invoice that nothing speaks against asking for, of a customer who is written to in a language."""
    owed = demo.get("/api/invoices", open="true", disputed="false", sort="due_on", limit=100)["items"]
    for invoice in owed:
        asked = {"customer_id": invoice["customer_id"], "invoice_ids": [invoice["id"]]}
        if invoice["id"] in but or invoice["days_overdue"] <= 0:
            continue
        shown = demo.post("/api/reminders/preview", **asked)
        codes = {each["code"] for each in shown["warnings"]}
        if shown["recipients"] and shown["language"] == language and codes <= HARMLESS and shown["verdict"]["passes"]:
            return invoice
    raise AssertionError("no invoice of the demo is to be reminded of")


def wait_for_mail(page: Page, server: SmtpServer, subject: str) -> Arrived:
    """The mail with this subject, once it has arrived."""
    for _ in range(SENDING_MS // 500):
        for arrived in server.arrived:
            if arrived.mail["Subject"] == subject:
                return arrived
        page.wait_for_timeout(500)
    raise AssertionError([str(each.mail["Subject"]) for each in server.arrived])


def set_up_mail(page: Page, server: SmtpServer) -> str:
    """A channel to debtors by the tests' mail server, through the settings; its name."""
    name = f"Mail server {server.port}"
    page.goto("/settings/channels/")
    settle(page)
    page.get_by_role("button", name="New channel").first.click()
    dialog = page.get_by_role("dialog", name="New channel")
    dialog.get_by_role("combobox", name="Provider").click()
    page.get_by_role("option", name=re.compile("SMTP")).click()
    dialog.get_by_label("Name", exact=True).fill(name)
    dialog.get_by_label("From address").fill("ar@demo.example")
    dialog.get_by_label("Server", exact=True).fill("127.0.0.1")
    dialog.get_by_label("Port").fill(str(server.port))
    dialog.get_by_role("combobox", name="Encryption").click()
    page.get_by_role("option", name="none").click()
    dialog.get_by_role("button", name="Set up").click()
    expect(dialog).to_be_hidden()
    return name


def decide(page: Page, name: str, key: str) -> None:
    """Show one that waits in the queue, and press a key."""
    page.goto(f"/reminders/?q={name}")
    settle(page)
    expect(page.get_by_role("article", name=name, exact=True)).to_be_visible()
    page.locator("h1").focus()
    page.keyboard.press(key)


def test_a_reminder_is_composed_edited_approved_and_arrives(demo, open_page, mail_server):
    with open_page(role="admin") as page:
        channel = set_up_mail(page, mail_server)
    invoice = to_be_reminded(demo)
    with open_page(role="member") as page:
        page.goto(f"/invoices/view/?id={invoice['id']}")
        settle(page)
        page.keyboard.press("r")
        sheet = page.get_by_role("dialog", name="New reminder")
        expect(sheet.get_by_title("The message as an e-mail")).to_be_visible()
        sheet.get_by_role("combobox", name="Channel").click()
        page.get_by_role("option", name=channel).click()
        subject = f"About invoice {invoice['number']}"
        sheet.get_by_label("Subject").fill(subject)
        text = sheet.get_by_label("Text", exact=True)
        written = text.input_value()
        # What the books do not bear out is marked, and says why.
        text.fill(f"{written}\n\nWe charge a fee of 40.00 {invoice['currency']}.")
        expect(sheet.locator("mark").first).to_be_visible()
        text.fill(f"{written}\n\n{WORDS}")
        expect(sheet.get_by_text("The books bear out everything it says.")).to_be_visible()
        sheet.get_by_role("button", name="Request approval").click()
        expect(sheet).to_be_hidden()
        name = page.get_by_text(re.compile(r"^R-\d+ waits for approval$")).inner_text().split()[0]

    assert mail_server.arrived == []
    with open_page(role="admin") as page:
        decide(page, name, "a")
        expect(page.get_by_text(f"{name} is approved")).to_be_visible()
        arrived = wait_for_mail(page, mail_server, subject)
        plain, html = (arrived.mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert invoice["number"] in plain and WORDS in plain and WORDS in html
        assert "ar@demo.example" in arrived.mail["From"] and len(arrived.recipients) == 1
        page.goto(f"/reminders/?tab=sent&q={name}")
        row = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
        expect(row).to_contain_text("Accepted", timeout=SENDING_MS)
        row.get_by_role("link", name=name).click()
        expect(page.get_by_text("Taken by the channel")).to_be_visible()
    assert len([each for each in mail_server.arrived if each.mail["Subject"] == subject]) == 1


def test_one_that_is_rejected_says_why_and_does_not_go_out(demo, open_page, mail_server):
    invoice = to_be_reminded(demo)
    made = demo.post("/api/reminders", customer_id=invoice["customer_id"], invoice_ids=[invoice["id"]], then="approval")
    name = f"R-{made['number']}"
    with open_page(role="member") as page:
        decide(page, name, "r")
        dialog = page.get_by_role("dialog", name=f"Reject {name}?")
        dialog.get_by_label("Reason").fill("They called this morning.")
        dialog.get_by_role("button", name="Reject").click()
        expect(dialog).to_be_hidden()
        page.goto(f"/reminders/view/?id={made['id']}")
        expect(page.get_by_text("They called this morning.")).to_be_visible()
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    assert made["subject"] not in [each.mail["Subject"] for each in mail_server.arrived]


def test_what_is_made_elsewhere_appears_by_itself(demo, open_page):
    invoice = to_be_reminded(demo)
    with open_page(role="member") as page:
        page.goto("/reminders/?tab=drafts")
        settle(page)
        made = demo.post("/api/reminders", customer_id=invoice["customer_id"], invoice_ids=[invoice["id"]])
        expect(page.get_by_role("link", name=f"R-{made['number']}", exact=True)).to_be_visible()


def test_who_only_reads_can_do_nothing(demo, open_page):
    reminder = a_reminder(demo)
    with open_page(role="viewer") as page:
        for address in ("/reminders/", f"/reminders/view/?id={reminder['id']}", "/reminders/?compose=new"):
            page.goto(address)
            settle(page)
            for name in ("Approve", "Reject", "Skip", "Edit", "New reminder", "Withdraw"):
                expect(page.get_by_role("button", name=re.compile(f"^{name}"))).to_have_count(0)
            page.keyboard.press("a")
            page.keyboard.press("n")
            expect(page.get_by_role("dialog")).to_have_count(0)


def test_another_company_has_none_of_it(demo, open_page):
    reminder = a_reminder(demo)
    new_company(demo, "aside", "first@aside.example")
    with open_page(role=None) as page:
        page.goto("/sign-in/?return_to=/reminders/")
        page.get_by_label("Email").fill("first@aside.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Nothing waits for approval")).to_be_visible()
        page.goto(f"/reminders/view/?id={reminder['id']}")
        expect(page.get_by_text("There is no such reminder.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_hinders_anybody_in_what_lies_over_the_pages(demo, open_page, theme):
    reminder = a_reminder(demo)
    invoice = to_be_reminded(demo)
    wrong = {}
    with open_page(role="admin", color_scheme=theme) as page:
        for name, address, keys in (
            *((tab, f"/reminders/?tab={tab}", "") for tab in ("scheduled", "drafts", "sent", "failed", "skipped")),
            ("new", "/reminders/", "n"),
            ("composer", f"/invoices/view/?id={invoice['id']}", "r"),
            ("rejection", f"/reminders/view/?id={reminder['id']}", "r"),
        ):
            page.goto(address)
            settle(page)
            if keys:
                page.keyboard.press(keys)
                page.get_by_role("dialog").wait_for()
            if name == "composer":
                page.get_by_title("The message as an e-mail").wait_for()
            page.wait_for_timeout(300)  # until it has come in
            if found := objections(page):
                wrong[name] = found
    assert wrong == {}


def test_the_composer_stays_within_a_narrow_window(demo, open_page):
    invoice = to_be_reminded(demo)
    with open_page(role="member", viewport={"width": 390, "height": 800}) as page:
        page.goto(f"/reminders/?compose=invoice:{invoice['id']}")
        sheet = page.get_by_role("dialog")
        sheet.get_by_title("The message as an e-mail").wait_for()
        assert sheet.evaluate("each => each.scrollWidth <= each.clientWidth")


def test_a_reminder_is_composed_with_the_keyboard_alone(demo, open_page):
    invoice = to_be_reminded(demo)
    with open_page(role="member") as page:
        page.goto("/")
        settle(page)
        page.keyboard.press("g")
        page.keyboard.press("r")
        expect(page.get_by_role("heading", level=1, name="Reminders")).to_be_focused()
        page.keyboard.press("Control+k")
        expect(page.get_by_role("combobox").last).to_be_focused()
        page.keyboard.type("New reminder")
        expect(page.get_by_role("option", name=re.compile("^New reminder"))).to_be_visible()
        page.keyboard.press("Enter")
        sheet = page.get_by_role("dialog", name="New reminder")
        reach(page, sheet.get_by_role("combobox", name="Customer"))
        page.keyboard.press("Enter")
        page.keyboard.type(invoice["customer_name"])
        expect(page.get_by_role("option", name=invoice["customer_name"]).first).to_be_visible()
        page.keyboard.press("Enter")
        expect(sheet.get_by_title("The message as an e-mail")).to_be_visible()
        reach(page, sheet.get_by_role("button", name="Save draft"))
        page.keyboard.press("Enter")
        expect(page.get_by_text(re.compile(r"^R-\d+ is kept as a draft$"))).to_be_visible()
        expect(sheet).to_be_hidden()
