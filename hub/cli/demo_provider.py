"""The demo's accounting system: a QuickBooks in a box beside the hub, connected by the same consent as the real one."""

import secrets
import socket
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import httpx

from hub.errors import ConflictError, UnavailableError
from hub.identity.public_address import base_url
from hub.settings import Settings
from hub.supervisor import Program, Supervisor

SLUG = "quickbooks"
NAME = "Demo books"
_MARK = (
    "# Written by `paypredict up --demo`: its QuickBooks runs on this machine. Delete this line to keep what you add."
)
_CUSTOMERS, _INVOICES_PER_DAY = 160, 25
_START_S = 60


def start(settings: Settings, supervisor: Supervisor, days: int, watch: Callable[[], None]) -> str:
    """Run the box, and have the hub know its app there; returns its address. New books have `days` of history.

    Raises ConflictError where the operator's file of apps names another QuickBooks, UnavailableError where it does
    not start.
    """
    folder = settings.data_dir / "box"
    folder.mkdir(mode=0o700, exist_ok=True)
    app = _app(_apps_file(settings), _port(folder / "port"))
    address = f"http://127.0.0.1:{app['port']}"
    supervisor.start(Program(name="demo-quickbooks", command=_command(settings, folder, app, days), grace_s=5))
    deadline = time.monotonic() + _START_S
    while not _answers(address):
        watch()
        if time.monotonic() > deadline:
            raise UnavailableError(
                f"the demo's QuickBooks does not start; its log: {supervisor.log('demo-quickbooks')}"
            )
        time.sleep(0.1)
    return address


def connect(hub: str, api_key: str, box: str, webhook_secret: str) -> UUID:
    """Connect the demo's books as a person would, consent and all; returns the job that tries the connection."""
    with httpx.Client(trust_env=False, timeout=60) as browser:
        authorization = {"Authorization": f"Bearer {api_key}"}
        body = {"connector": SLUG, "name": NAME, "config": {}}
        begun = browser.post(f"{hub}/api/connections", json=body, headers=authorization)
        _require(begun)
        ended = browser.get(begun.json()["authorize_url"], follow_redirects=True)
        if "job" not in ended.url.params:
            raise UnavailableError(f"the demo's consent did not come back: {ended.url.copy_with(query=None)}")
        hook = {"url": f"{hub}/api/webhooks/{SLUG}/app", "secret": webhook_secret}
        _require(browser.post(f"{box}/_box/webhooks", json=hook))
    return UUID(ended.url.params["job"])


def webhook_secret(settings: Settings) -> str:
    """What the box signs its announcements with."""
    return str(tomllib.loads(_apps_file(settings).read_text())[SLUG]["webhook_secret"])


def box_address(settings: Settings) -> str:
    """Where the demo's box is. Raises ConflictError where there is no demo."""
    path = _apps_file(settings)
    if not path.exists() or not path.read_text().startswith(_MARK):
        raise ConflictError(f"there is no demo in {settings.data_dir}; start one: paypredict up --demo")
    return str(tomllib.loads(path.read_text())[SLUG]["addresses"]["api"])


def _apps_file(settings: Settings) -> Path:
    from hub.connections.apps import FILE

    return Path(settings.connector_apps_file or settings.data_dir / FILE)


def _app(path: Path, port: int) -> dict[str, str]:
    """The app that the hub is at the box, written where the hub looks for its apps."""
    if path.exists() and not path.read_text().startswith(_MARK):
        raise ConflictError(
            f"{path} names apps of yours; run the demo with a folder of its own: paypredict up --demo --data demo-data"
        )
    held = tomllib.loads(path.read_text()).get(SLUG, {}) if path.exists() else {}
    made = {name: secrets.token_urlsafe(24) for name in ("client_id", "client_secret", "webhook_secret")}
    app = {name: str(held.get(name) or value) for name, value in made.items()}
    box = f"http://127.0.0.1:{port}"
    addresses = {
        "api": box,
        "authorize_url": f"{box}/connect/oauth2",
        "token_url": f"{box}/oauth2/v1/tokens/bearer",
        "revoke_url": f"{box}/v2/oauth2/tokens/revoke",
    }
    lines = [_MARK, f"[{SLUG}]", *(f'{name} = "{value}"' for name, value in app.items())]
    lines += [f"[{SLUG}.addresses]", *(f'{name} = "{value}"' for name, value in addresses.items())]
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")
    return app | {"port": str(port)}


def _port(path: Path) -> int:
    """The port of last time if it is free: the hub's connection names it."""
    wanted = int(path.read_text()) if path.exists() else 0
    for candidate in (wanted, 0):
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            port: int = free.getsockname()[1]
        break
    path.write_text(str(port))
    return port


def _command(settings: Settings, folder: Path, app: dict[str, str], days: int) -> list[str]:
    options = {
        "port": app["port"],
        "state": folder / f"{SLUG}.json",
        "days-of-history": days,
        "currencies": "USD,EUR,GBP",
        "customers": _CUSTOMERS,
        "invoices-per-day": _INVOICES_PER_DAY,
        "client-id": app["client_id"],
        "client-secret": app["client_secret"],
        "redirect-uri": f"{base_url(settings)}/api/oauth/callback",
    }
    given = [part for name, value in options.items() for part in (f"--{name}={value}",)]
    return [sys.executable, "-m", f"plugins.connectors.{SLUG}.box", "--auto-allow", *given]


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/_box/state", trust_env=False, timeout=10).status_code == 200
    except httpx.HTTPError:
        return False


def _require(response: httpx.Response) -> None:
    if response.is_error:
        raise UnavailableError(f"{response.request.url.path} answered {response.status_code}: {response.text[:500]}")
