"""Open pages follow what happens: many tabs by one stream, none of them starved, nothing asked of another tenant."""

import json
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from hub import live
from hub.http import dashboard
from hub.identity import keys, sessions, users
from hub.tenants import service as tenants
from tests.e2e.test_events import serving

TABS = 8  # more than a browser's connections to one host


@pytest.fixture(scope="module")
def served(settings, storage):
    if not (dashboard.BUILT / "csp.json").exists():
        pytest.fail("the dashboard is not built: `make test` builds it, or python web/build.py")
    live.connect(settings)
    with serving(settings, "asgi:app") as served:
        yield served


@pytest.fixture
def key(storage, tenant):
    with storage.hub() as session:
        return keys.create(session, tenant, "writer")


@pytest.fixture
def window(browser, served, storage, settings, tenant):
    """A browser in which a member of the tenant is signed in, and the paths that its pages ask for."""
    now = datetime.now(UTC)
    with storage.hub() as session:
        user = users.ensure(session, f"watcher-{now.timestamp()}@example.com")
        users.join(session, user.id, tenant, "member")
        cookie = sessions.create(session, user.id, "password", now, settings=settings, tenant_key=tenant)
    address = f"http://127.0.0.1:{served.port}"
    context = browser.new_context(base_url=address, locale="en-GB")
    context.add_cookies([{"name": "paypredict", "value": cookie, "url": address}])
    asked: list[str] = []
    context.on("request", lambda request: asked.append(urlsplit(request.url).path))
    yield context, asked
    context.close()


def create_invoice(served, key, number):
    body = {"number": number, "customer_name": "Acme GmbH", "currency": "EUR", "total": "100.00"}
    body |= {"issued_on": "2026-11-01", "due_on": "2026-12-01"}
    connection = HTTPConnection("127.0.0.1", served.port, timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/api/invoices", json.dumps(body), headers)
    answer = connection.getresponse()
    assert answer.status in (200, 201), answer.read()
    connection.close()


def test_an_invoice_that_comes_in_shows_on_every_open_tab(window, served, key):
    context, asked = window
    create_invoice(served, key, "FIRST-1")
    pages = []
    for _ in range(TABS):
        page = context.new_page()
        page.goto("/invoices/")
        # Each tab loads, although one of the browser's connections is taken for good.
        expect(page.get_by_text("FIRST-1").first).to_be_visible(timeout=30_000)
        pages.append(page)
    create_invoice(served, key, "SECOND-2")
    for page in pages:
        page.bring_to_front()
        expect(page.get_by_text("SECOND-2").first).to_be_visible(timeout=30_000)
    assert asked.count("/api/events") == 1


def test_the_next_tab_takes_over(window, served, key):
    context, _ = window
    first, second = context.new_page(), context.new_page()
    for page in (first, second):
        page.goto("/invoices/")
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
    with context.expect_event("request", lambda request: "/api/events" in request.url):
        first.close()
    second.wait_for_timeout(500)
    create_invoice(served, key, "THIRD-3")
    expect(second.get_by_text("THIRD-3").first).to_be_visible(timeout=30_000)


def test_what_happens_elsewhere_makes_no_page_ask(window, served, storage, tenant):
    context, asked = window
    page = context.new_page()
    # The notices are what a page asks for last, a while after it has settled.
    with page.expect_response("**/api/events"), page.expect_response("**/api/notices", timeout=60_000):
        page.goto("/invoices/")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=30_000)
    page.wait_for_timeout(1500)
    before = list(asked)
    live.tell(tenants.create(storage, "Elsewhere").key, "sync-finished")
    page.wait_for_timeout(1500)
    assert asked == before
    with page.expect_request("**/api/invoices*", timeout=30_000):
        live.tell(tenant, "sync-finished")
