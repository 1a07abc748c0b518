"""Signing in and one's own account in a real browser, from the link that `paypredict up` prints."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page, expect

from hub.http import dashboard
from tests.e2e.test_up import PAYPREDICT, up

PASSWORD = "four words are plenty"


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    if not (dashboard.BUILT / "site").is_dir():
        pytest.fail("the dashboard is not built: `make test` builds it, or python web/build.py")
    with up(tmp_path_factory.mktemp("sign_in") / "data") as run:
        run.wait_for("Running at")
        yield run


@pytest.fixture
def address(hub):
    return f"http://127.0.0.1:{hub.port}"


@pytest.fixture
def open_page(browser, address):
    """Opens a page in a browser of its own; afterwards nothing must have gone wrong on any."""
    wrong: list[str] = []

    @contextmanager
    def open_page(**options) -> Iterator[Page]:
        context = browser.new_context(base_url=address, **options)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        # Refused requests are what some of the tests are about; broken policies and scripts never are.
        page.on(
            "console",
            lambda message: (
                wrong.append(message.text)
                if message.type in ("error", "warning") and "Failed to load resource" not in message.text
                else None
            ),
        )
        yield page
        context.close()

    yield open_page
    assert wrong == []


def command(hub, *arguments):
    """Runs `paypredict` on the running hub's data."""
    environ = {"PAYPREDICT_DATA_DIR": str(hub.data_dir), "PAYPREDICT_PORT": str(hub.port), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([PAYPREDICT, *arguments], env=environ, check=True, capture_output=True, text=True)
    return done.stdout


def link_in(printed):
    return re.search(r"http\S+#link=\S+", printed)[0]


def sign_in(page, email, password=PASSWORD):
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def alert(page):
    """What the page says went wrong; beside it the router has a region of its own for names of pages."""
    return page.get_by_role("main").get_by_role("alert")


def sign_out(page):
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url("**/sign-in/")


def test_from_the_link_to_a_password_and_back_in_by_it(hub, open_page, address):
    link = (hub.data_dir / "sign_in_link").read_text().strip()
    assert link in hub.said() and link.startswith(f"{address}/sign-in/#link=")
    with open_page() as page:
        page.goto(link)
        expect(page.get_by_role("heading", name="You are signed in")).to_be_focused()
        expect(page.get_by_text("As admin@localhost.")).to_be_visible()
        # The link is in neither the address nor the history.
        assert page.url == f"{address}/sign-in/"
        page.get_by_label("New password").fill("password1234")
        page.get_by_role("button", name="Set password").click()
        expect(alert(page).filter(has_text="cannot be used")).to_be_visible()
        expect(page.get_by_label("New password")).to_be_focused()
        expect(page.get_by_text("is among the passwords that are tried first")).to_be_visible()
        page.get_by_label("New password").fill(PASSWORD)
        page.keyboard.press("Enter")
        # The operator of an empty hub is a member of nothing yet, and is told where to go on.
        page.wait_for_url(f"{address}/")
        expect(page.get_by_text("You look after this installation")).to_be_visible()
        page.get_by_role("link", name="Your profile").click()
        page.wait_for_url(f"{address}/settings/profile/")
        expect(page.get_by_text("admin@localhost")).to_be_visible()
        expect(page.get_by_text("Operator", exact=True).first).to_be_visible()
        expect(page.get_by_text("Chrome on Linux")).to_be_visible()
        sign_out(page)

        sign_in(page, "admin@localhost", "not the password at all")
        expect(alert(page)).to_have_text("Email or password is wrong.")
        expect(page.get_by_label("Password", exact=True)).to_be_focused()
        sign_in(page, "admin@localhost")
        page.wait_for_url(f"{address}/")
        sign_out(page)
        # The former address of the account leads on, and to the way in for who is not signed in.
        page.goto("/account")
        page.wait_for_url("**/sign-in/?return_to=%2Fsettings%2Fprofile%2F")
        sign_in(page, "admin@localhost")
        page.wait_for_url(f"{address}/settings/profile/")
    with open_page() as page:
        # The address without its closing slash, as older links have it, brings what stands after the # along.
        page.goto(link.replace("/sign-in/", "/sign-in"))
        expect(alert(page)).to_contain_text("unknown, used or expired")
        expect(page.get_by_label("Email")).to_be_visible()
        assert page.url == f"{address}/sign-in/"


def test_ones_own_account(hub, open_page, address):
    for name in ("First Ltd", "Second Ltd"):
        command(hub, "tenant", "create", name)
    for tenant, role in (("first_ltd", "admin"), ("second_ltd", "viewer")):
        added = command(hub, "user", "add", "ada@example.com", "--name", "Ada", "--tenant", tenant, "--role", role)
    with open_page() as page, open_page(locale="de-DE") as elsewhere:
        page.goto(link_in(added).replace("/sign-in/", "/sign-in/?return_to=/settings/profile/"))
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Set password").click()
        page.wait_for_url(f"{address}/settings/profile/")
        elsewhere.goto("/sign-in/?return_to=/settings/profile/")
        elsewhere.get_by_label("E-Mail").fill("ada@example.com")
        elsewhere.get_by_label("Passwort", exact=True).fill(PASSWORD)
        elsewhere.get_by_role("button", name="Anmelden").click()
        elsewhere.wait_for_url(f"{address}/settings/profile/")
        expect(elsewhere.get_by_role("heading", level=1, name="Profil")).to_be_visible()

        main = page.get_by_role("main")
        expect(main.get_by_text("First Ltd")).to_be_visible()
        page.get_by_role("button", name=re.compile("^Company: First Ltd")).click()
        page.get_by_role("menuitemradio", name="Second Ltd").click()
        page.wait_for_url(f"{address}/")
        page.goto("/settings/profile/")
        expect(main.get_by_text("Second Ltd")).to_be_visible()
        expect(main.get_by_text("Viewer")).to_be_visible()
        # A viewer is offered neither people nor keys.
        own = page.get_by_role("navigation", name="Settings")
        expect(own.get_by_role("link", name="General")).to_be_visible()
        expect(own.get_by_role("link", name=re.compile("Members|API keys|Audit|Privacy|Companies"))).to_have_count(0)

        page.reload()
        page.get_by_role("button", name=re.compile("^End the session of Chrome on Linux")).click()
        page.get_by_role("alertdialog").get_by_role("button", name="End").click()
        expect(page.get_by_text("The session of Chrome on Linux has ended")).to_be_visible()
        expect(page.get_by_role("button", name=re.compile("^End the session"))).to_have_count(0)

        # They came by a link, so that the old password is not asked for.
        expect(page.get_by_label("Current password")).to_be_hidden()
        page.get_by_label("New password").fill("and five more are better")
        page.get_by_role("button", name="Change password").click()
        expect(page.get_by_text("Your password is changed")).to_be_visible()
        sign_out(page)
        sign_in(page, "ada@example.com", "and five more are better")
        page.wait_for_url(f"{address}/")
        page.goto("/settings/profile/")
        expect(page.get_by_label("Current password")).to_be_visible()


def test_nobody_is_sent_elsewhere_after_signing_in(hub, open_page, address):
    with open_page() as page:
        page.goto("/sign-in/?return_to=//evil.example/")
        expect(page.get_by_label("Email")).to_be_visible()
        link = link_in(command(hub, "user", "add", "bob@example.com"))
        # The page is open already: only what stands after the # changes.
        page.goto(f"/sign-in/?return_to=//evil.example/#{link.partition('#')[2]}")
        page.get_by_role("button", name="Not now").click()
        page.wait_for_url(f"{address}/")
        expect(page.get_by_text("Ask an admin of yours to add bob@example.com.")).to_be_visible()


def test_a_locked_address_is_told_how_long(hub, open_page):
    with open_page() as page:
        page.goto("/sign-in/")
        # Not more in a minute than one address may try; the last one finds it locked.
        for attempt in range(6):
            sign_in(page, "locked@example.com", f"guess number {attempt}")
            expect(page.get_by_label("Password", exact=True)).to_have_value("")
        expect(alert(page)).to_contain_text(re.compile(r"Try again in \d:\d\d"))


def test_what_the_provider_said_is_told_in_words_and_nothing_else_is(open_page):
    with open_page() as page:
        page.goto("/sign-in/?error=access_denied")
        expect(alert(page)).to_contain_text("was cancelled")
        page.goto("/sign-in/?error=<img src=x onerror=alert(1)>")
        expect(alert(page)).to_contain_text("Single sign-on did not work")
        page.goto("/sign-in/?error=constructor")
        expect(alert(page)).to_contain_text("Single sign-on did not work")


@pytest.mark.parametrize("width", [320, 1280])
def test_it_fits_a_phone_and_is_walked_with_the_keyboard(open_page, width):
    with open_page(viewport={"width": width, "height": 640}) as page:
        page.goto("/sign-in/")
        expect(page.get_by_label("Email")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_label("Password", exact=True)).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Show what is typed")).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name="Sign in")).to_be_focused()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
