"""One hub with the demo's books, people of every role, and the pages of the dashboard as a browser shows them."""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from hub.http.dashboard import site
from tests.e2e.test_up import Up, up

PASSWORD = "four words are plenty"
ROLES = ("admin", "member", "viewer")


@dataclass(frozen=True)
class Demo:
    """A hub that runs with the demo tenant; `cookies` are those of a person of each role who has signed in."""

    run: Up
    address: str
    api_key: str
    cookies: dict[str, list[dict[str, str]]]

    def get(self, path: str, **params: object) -> dict:
        """What the API answers to the demo's key."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        answer = httpx.get(self.address + path, headers=headers, params=params, timeout=60)
        return answer.raise_for_status().json()

    def post(self, path: str, **body: object) -> dict:
        """What the API answers to the demo's key when it is sent something."""
        headers = {"Authorization": f"Bearer {self.api_key}"}
        answer = httpx.post(self.address + path, headers=headers, json=body, timeout=60)
        return answer.raise_for_status().json()


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Iterator[Demo]:
    """The hub that all these tests share."""
    if not (Path(site.__file__).parent / "built" / "site").is_dir():
        pytest.fail("the dashboard is not built: `make test` builds it, or python web/build.py")
    with running_demo(tmp_path_factory.mktemp("dashboard") / "data", days=240) as demo:
        yield demo


@contextmanager
def running_demo(data_dir: Path, days: int = 730) -> Iterator[Demo]:
    """The demo as `paypredict up --demo` leaves it, its books `days` old: connected, read, tied out and forecast."""
    # The tests' mail server is on this machine, which a hub talks to only where its operator says so.
    with up(data_dir, "--demo", "--demo-days", str(days), private_hosts="127.0.0.1") as run:
        run.wait_for("Running at", seconds=600)
        address = f"http://127.0.0.1:{run.port}"
        cookies = {role: _let_in(run, address, role) for role in ROLES}
        yield Demo(run, address, (run.data_dir / "demo_api_key").read_text().strip(), cookies)
        assert run.end() == 0


def _let_in(run: Up, address: str, role: str) -> list[dict[str, str]]:
    """Make a person of a role with PASSWORD; the cookies of their session."""
    name = f"{role.capitalize()} Person"
    added = run.command("user", "add", f"{role}@demo.example", "--name", name, "--tenant", "demo", "--role", role)
    link = re.search(r"#link=(\S+)", added)[1]
    with httpx.Client(base_url=address, timeout=60) as client:
        client.post("/api/session/link", json={"link": link, "password": PASSWORD}).raise_for_status()
        return [{"name": name, "value": value, "url": address} for name, value in client.cookies.items()]


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[Callable[..., AbstractContextManager[Page]]]:
    """Opens the dashboard as a person of a role, or as nobody; afterwards nothing must have gone wrong on any page."""
    wrong: list[str] = []

    @contextmanager
    def open_page(role: str | None = "admin", **options: object) -> Iterator[Page]:
        context = browser.new_context(base_url=demo.address, locale="en-GB", timezone_id="UTC", **options)
        if role:
            context.add_cookies(demo.cookies[role])
        page = context.new_page()
        watch(page, wrong)
        yield page
        context.close()

    yield open_page
    assert wrong == []


def watch(page: Page, wrong: list[str]) -> None:
    """Collect what scripts and the page's policy complain of; that a request was refused is the tests' own matter."""
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on(
        "console",
        lambda message: (
            wrong.append(f"{page.url}: {message.text}")
            if message.type in ("error", "warning") and "Failed to load resource" not in message.text
            else None
        ),
    )


def addresses(demo: Demo) -> dict[str, str]:
    """Every page of the dashboard under a short name, with records of the demo where a page shows one."""
    invoice = demo.get("/api/predictions", limit=1, risk_level="high")["items"][0]["invoice_id"]
    customer = demo.get(f"/api/invoices/{invoice}")["customer_id"]
    connection = demo.get("/api/connections")["items"][0]["id"]
    dispute = demo.get("/api/disputes", limit=1)["items"][0]["id"]
    reminder = a_reminder(demo)["id"]
    pages = {
        "overview": "/",
        "worklist": "/worklist/",
        "invoices": "/invoices/",
        "invoice": f"/invoices/view/?id={invoice}",
        "customers": "/customers/",
        "customer": f"/customers/view/?id={customer}",
        "disputes": "/disputes/",
        "dispute": f"/disputes/view/?id={dispute}",
        "dispute-insights": "/disputes/insights/",
        "reminders": "/reminders/",
        "reminder": f"/reminders/view/?id={reminder}",
        "reminder-insights": "/reminders/insights/",
        "forecast": "/forecast/",
        "models": "/models/",
        "connections": "/connections/",
        "connection": f"/connections/view/?id={connection}",
        "import": "/connections/import/",
    }
    settings = Path(__file__).parents[3] / "web/src/app/(dashboard)/settings"
    for page in sorted(settings.glob("*/page.tsx")):
        pages[f"settings-{page.parent.name}"] = f"/settings/{page.parent.name}/"
    return pages


def a_reminder(demo: Demo) -> dict:
    """A reminder that waits for approval; one is composed where there is none."""
    found = demo.get("/api/reminders", status="to_approve", limit=1)["items"]
    if found:
        return found[0]
    owed = demo.get("/api/invoices", open="true", disputed="false", sort="-balance", limit=20)["items"]
    for invoice in owed:
        asked = {"customer_id": invoice["customer_id"], "invoice_ids": [invoice["id"]]}
        if demo.post("/api/reminders/preview", **asked)["recipients"]:
            return demo.post("/api/reminders", **asked, then="approval")
    raise AssertionError("no customer of the demo can be written to")


def settle(page: Page) -> None:
    """Wait until nothing on the page is on its way any more."""
    page.wait_for_load_state("load")
    page.locator("main h1").first.wait_for()
    page.wait_for_function("() => !document.querySelector('main [aria-busy=true]')", timeout=30_000)
    page.wait_for_timeout(150)  # for charts, which draw in the frame after their data
