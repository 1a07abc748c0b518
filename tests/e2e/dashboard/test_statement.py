"""The debtor's own page, without a session: each language and state, and a promise that people then see."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.sync_api import expect

from hub.reminders import debtor_links
from hub.settings import Settings
from hub.storage.embedded import serving
from hub.storage.session import Storage
from hub.storage.vault import Vault
from tests.e2e.dashboard.conftest import Demo, settle
from tests.e2e.dashboard.test_every_page import objections

pytestmark = pytest.mark.slow

TITLES = {
    "en": "Your open invoices",
    "de": "Ihre offenen Rechnungen",
    "es": "Sus facturas pendientes",
    "fr": "Vos factures ouvertes",
}


def link(demo: Demo, customer_id: str, *, days: int = 30, language: str = "en") -> str:
    """Where a customer's page is, by a link as a reminder has it."""
    until = datetime.now(UTC) + timedelta(days=days)
    with serving(Settings.load({}, data_dir=demo.run.data_dir)) as settings:
        storage = Storage(settings)
        with storage.tenant("demo") as session:
            key = debtor_links.key_of(session, Vault(settings, storage))
        storage.close()
    token = debtor_links.link(key, "demo", UUID(customer_id), None, "ap@debtor.example", until, language)
    return debtor_links.page_url(demo.address, token)


@pytest.fixture(scope="module")
def debtor(demo) -> str:
    """A customer who owes a few invoices, none of them disputed or promised."""
    owed = demo.get("/api/invoices", open="true", disputed="false", sort="due_on", limit=200)["items"]
    customers = [each["customer_id"] for each in owed]
    return next(each for each in customers if 2 <= customers.count(each) <= 8)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", TITLES)
def test_it_hinders_nobody_and_fits_the_smallest_window(demo, open_page, debtor, language, theme):
    with open_page(role=None, viewport={"width": 320, "height": 640}, color_scheme=theme) as page:
        page.goto(link(demo, debtor, language=language))
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[language])
        assert objections(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320
        page.get_by_role("checkbox").first.click()
        page.locator("main section").last.get_by_role("button").first.click()
        page.get_by_role("dialog").wait_for()
        assert objections(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(("fragment", "title"), [("", "This page needs a link"), ("x", "This link leads nowhere")])
def test_without_a_good_link_it_says_so(open_page, fragment, title):
    with open_page(role=None) as page:
        page.goto(f"/statement/#{fragment}")
        expect(page.get_by_text(title)).to_be_visible()
        assert objections(page) == []


def test_an_expired_link_says_so_and_nothing_else(demo, open_page, debtor):
    with open_page(role=None) as page:
        page.goto(link(demo, debtor, days=-1))
        expect(page.get_by_text("This link has expired")).to_be_visible()
        assert page.get_by_role("button").count() == 0


def test_a_debtor_promises_a_date_by_keyboard_and_people_see_it(demo, open_page, debtor):
    day = datetime.now(UTC).date() + timedelta(days=9)
    with open_page(role=None) as page:
        page.goto(link(demo, debtor))
        settle(page)
        page.get_by_role("checkbox", name="Choose all").press("Space")
        page.get_by_role("button", name="Promise a date").press("Enter")
        page.get_by_label("Paid by").fill(day.isoformat())
        page.get_by_label("Anything else? (optional)").fill("After our pay run")
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("status")).to_contain_text("Thank you.")
        assert objections(page) == []
    promised = demo.get("/api/promises", customer_id=debtor, status="open")["items"]
    assert {(each["channel"], each["promised_on"], each["made_by"]) for each in promised} == {
        ("portal", day.isoformat(), "ap@debtor.example")
    }
    with open_page(role="member") as page:
        page.goto(f"/invoices/view/?id={promised[0]['invoice_id']}")
        settle(page)
        expect(page.get_by_text("After our pay run")).to_be_visible()
        page.get_by_role("button", name="Cancel the promise of").click()
        page.get_by_role("button", name="Cancel the promise").click()
        expect(page.get_by_text("Cancelled", exact=True)).to_be_visible()


def test_people_note_a_promise_by_p(demo, open_page, debtor):
    with open_page(role="member") as page:
        page.goto(f"/customers/view/?id={debtor}")
        settle(page)
        page.keyboard.press("p")
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("checkbox", name="All open invoices").click()
        dialog.get_by_label("Paid by").fill((datetime.now(UTC).date() + timedelta(days=5)).isoformat())
        assert objections(page) == []
        dialog.get_by_role("button", name="Note it").click()
        expect(dialog).to_be_hidden()
        expect(page.get_by_text("Reminders rest until").first).to_be_visible()
