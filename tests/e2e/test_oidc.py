"""Sign-in through a certified OpenID Connect provider, in a real browser, at a hub that really runs."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from hub.http import dashboard
from tests.e2e.oidc_provider.running import API, RunningProvider, running

pytestmark = pytest.mark.slow


PAYPREDICT = Path(sys.executable).with_name("paypredict")
SECONDS = 120


class Hub:
    """`paypredict up` with one tenant, `acme`, for which the provider's organisation org_acme stands."""

    def __init__(self, folder: Path, port: int, provider: RunningProvider) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.provider = provider
        settings = {
            "DATA_DIR": str(folder / "data"),
            "PORT": str(port),
            # One process, so that what it remembers of the provider's keys is the same for each request.
            "API_WORKERS": "1",
            "JOB_WORKERS": "1",
            "OIDC_ISSUER": provider.issuer,
            "OIDC_CLIENT_ID": "paypredict",
            "OIDC_CLIENT_SECRET": "browser-secret",
            "OIDC_AUDIENCE": API,
        }
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("PAYPREDICT_")}
        self.environ |= {f"PAYPREDICT_{name}": value for name, value in settings.items()}
        self.environ |= {"DATABASE_URL": "", "REDIS_URL": "", "PYTHONUNBUFFERED": "1"}
        self.output = folder / "up.out"
        with self.output.open("w") as output:
            self.process = subprocess.Popen([PAYPREDICT, "up"], stdout=output, stderr=output, env=self.environ)

    def wait_for(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not is_so():
            assert self.process.poll() is None and time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False

    def restart_api(self) -> None:
        """End the API's processes, which `up` starts again: what they remembered is gone."""
        ours = psutil.Process(self.process.pid).children(recursive=True)
        ended = [each for each in ours if "granian" in " ".join(each.cmdline())]
        for process in ended:
            process.kill()
        psutil.wait_procs(ended, timeout=30)
        self.wait_for(self.is_ready)

    def command(self, *arguments: str) -> None:
        subprocess.run([PAYPREDICT, *arguments], env=self.environ, check=True, capture_output=True)

    def get(self, path: str, token: str) -> httpx.Response:
        return httpx.get(self.address + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def post(self, path: str, token: str) -> httpx.Response:
        return httpx.post(self.address + path, headers={"Authorization": f"Bearer {token}"}, json={}, timeout=30)


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[Hub]:
    if not (dashboard.BUILT / "site").is_dir():
        pytest.fail("the dashboard is not built: `make test` builds it, or python web/build.py")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(f"http://127.0.0.1:{port}") as provider:
        hub = Hub(tmp_path_factory.mktemp("oidc"), port, provider)
        try:
            hub.wait_for(lambda: "Running at" in hub.output.read_text())
            hub.command("tenant", "create", "Acme", "--key", "acme")
            hub.command("tenant", "organization", "link", "acme", "org_acme")
            yield hub
        finally:
            hub.process.terminate()
            hub.process.wait(60)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser that has been nowhere yet; what its console complains of fails the test."""
    context = browser.new_context()
    page = context.new_page()
    complaints = []
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    # That an answer is a refusal the tests look at themselves; scripts that break and policies that are broken count.
    assert [each for each in complaints if not each.startswith("Failed to load resource")] == []


def sign_in(page: Page, hub: Hub, person: str) -> None:
    page.goto(f"{hub.address}/sign-in/")
    page.get_by_role("link", name=re.compile("single sign-on", re.IGNORECASE)).click()
    page.get_by_label("Person").fill(person)
    page.get_by_role("button", name="Sign in").click()


def ask(page: Page, path: str, method: str = "GET", csrf: str = "") -> dict:
    """What the API answers the page that is open, by its session's cookie."""
    script = """async ([path, method, csrf]) => {
        const headers = {"Content-Type": "application/json", "X-CSRF-Token": csrf};
        const answer = await fetch(path, {method, headers, body: method === "GET" ? undefined : "{}"});
        return {status: answer.status, body: await answer.json()};
    }"""
    answer: dict = page.evaluate(script, [path, method, csrf])
    return answer


def test_signed_in_with_tenant_and_role_from_the_claims(page, hub):
    sign_in(page, hub, "ada")
    page.wait_for_url(f"{hub.address}/")
    expect(page.get_by_role("banner").get_by_text("Acme")).to_be_visible()
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_text("ada@acme.example · Admin")).to_be_visible()
    page.keyboard.press("Escape")
    session = ask(page, "/api/session")["body"]
    assert (session["user"]["email"], session["user"]["name"]) == ("ada@acme.example", "Ada Admin")
    assert (session["tenant"]["key"], session["role"], session["method"]) == ("acme", "admin", "oidc")
    assert ask(page, "/api/predictions", "POST", session["csrf_token"])["status"] != 403


def test_a_viewer_reads_and_may_not_write(page, hub):
    sign_in(page, hub, "vic")
    page.wait_for_url(f"{hub.address}/")
    session = ask(page, "/api/session")["body"]
    assert session["role"] == "viewer"
    assert ask(page, "/api/invoices")["status"] == 200
    refused = ask(page, "/api/predictions", "POST", session["csrf_token"])
    assert (refused["status"], refused["body"]["code"]) == (403, "forbidden")
    assert ask(page, "/api/members")["status"] == 403


@pytest.mark.parametrize(
    ("person", "words"), [("una", "has not verified your email"), ("lost", "organisation is not linked")]
)
def test_who_has_no_place_here_is_told_why(page, hub, person, words):
    sign_in(page, hub, person)
    page.wait_for_url(f"{hub.address}/sign-in/?error=*")
    expect(page.get_by_text(words)).to_be_visible()
    assert ask(page, "/api/session")["status"] == 401


def test_cancelling_at_the_provider(page, hub):
    page.goto(f"{hub.address}/sign-in/")
    page.get_by_role("link", name=re.compile("single sign-on", re.IGNORECASE)).click()
    page.get_by_role("button", name="Cancel").click()
    page.wait_for_url(f"{hub.address}/sign-in/?error=access_denied")
    expect(page.get_by_text("was cancelled")).to_be_visible()


def test_signing_out_ends_both_sessions(page, hub):
    sign_in(page, hub, "ada")
    page.wait_for_url(f"{hub.address}/")
    [cookie] = [each for each in page.context.cookies() if each["name"] == "paypredict"]
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("button", name="Sign out of the provider").click()
    page.wait_for_url(f"{hub.address}/sign-in/")
    # The hub's session has ended for whoever kept its cookie, too.
    kept = httpx.get(f"{hub.address}/api/session", cookies={"paypredict": cookie["value"]})
    assert kept.status_code == 401
    # So has the provider's: it asks again who is there.
    page.get_by_role("link", name=re.compile("single sign-on", re.IGNORECASE)).click()
    expect(page.get_by_label("Person")).to_be_visible()


@pytest.mark.parametrize("client", ["machine-rs256", "machine-es256"])
def test_a_machine_does_what_its_scopes_say(hub, client):
    token = hub.provider.machine_token(client, "invoices:read")
    assert hub.get("/api/invoices", token).status_code == 200
    assert hub.get("/api/customers", token).status_code == 403
    assert hub.post("/api/predictions", token).status_code == 403


def test_a_token_for_another_api_is_refused(hub):
    token = hub.provider.machine_token("machine-rs256", resource="https://elsewhere.example/api")
    assert hub.get("/api/invoices", token).status_code == 401


def test_a_persons_access_token_works_and_their_id_token_does_not(hub):
    tokens = hub.provider.person_tokens("vic")
    found = hub.get("/api/session", tokens["access_token"]).json()
    assert (found["user"]["email"], found["tenant"]["key"], found["role"]) == ("vic@acme.example", "acme", "viewer")
    assert hub.post("/api/predictions", tokens["access_token"]).status_code == 403
    assert hub.get("/api/session", tokens["id_token"]).status_code == 401


def test_the_providers_keys_change_while_people_are_signed_in(page, hub):
    sign_in(page, hub, "ada")
    page.wait_for_url(f"{hub.address}/")
    before = hub.provider.machine_token("machine-rs256")
    assert hub.get("/api/invoices", before).status_code == 200

    hub.provider.rotate()
    after = hub.provider.machine_token("machine-rs256")
    assert hub.get("/api/invoices", after).status_code == 200  # a key the hub has not seen before
    assert hub.get("/api/invoices", before).status_code == 200  # and one that is still published
    assert ask(page, "/api/session")["status"] == 200  # a session is the hub's own

    # The old keys are withdrawn. What the hub remembers of them ends with the next reading: here it is restarted.
    hub.provider.rotate(forget=True)
    hub.restart_api()
    newest = hub.provider.machine_token("machine-es256")
    assert hub.get("/api/invoices", newest).status_code == 200
    for withdrawn in (before, after):
        assert hub.get("/api/invoices", withdrawn).status_code == 401
    assert ask(page, "/api/session")["status"] == 200
