"""`paypredict up --demo`: a tenant that is connected to an accounting system in a box, read and forecast like any."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console

from hub.cli import demo_provider
from hub.cli.terminal import shown
from hub.connections import service as connections
from hub.errors import NotFoundError, UnavailableError
from hub.identity import keys
from hub.identity import service as identity
from hub.jobs import service as jobs
from hub.settings import Settings
from hub.storage.session import Storage
from hub.supervisor import Supervisor
from hub.tenants import service as tenants

TENANT = "demo"
CHECK, SYNC, FORECAST = "connections.check", "sync.run", "forecasting.refresh"
_POLL_S = 0.2
_COMES_WITHIN_S = 60


def run(
    settings: Settings, storage: Storage, supervisor: Supervisor, hub: str, days: int, watch: Callable[[], None]
) -> None:
    """Do whatever of the demo is not done yet, then print its summary. Calls `watch` again and again while it waits.

    Books that are begun anew have `days` of history.

    Raises UnavailableError when the connection, the sync or the forecast fails for good.
    """
    key_file = settings.data_dir / "demo_api_key"
    ensure_tenant(storage, key_file)
    box = demo_provider.start(settings, supervisor, days, watch)
    console = Console()
    if not _is_connected(storage):
        click.echo(f"Connecting {demo_provider.NAME}: QuickBooks in a box at {box}")
        job = demo_provider.connect(hub, key_file.read_text().strip(), box, demo_provider.webhook_secret(settings))
        _follow(console, storage, job, "Trying the connection", watch)
    begun = datetime.now(UTC)
    for kind, title in ((SYNC, "Reading the books"), (FORECAST, "Forecasting")):
        if not _newest(storage, kind, "done"):
            _follow(console, storage, _coming(storage, kind, begun, watch), title, watch)
    from hub.cli.summary import print_summary

    print_summary(storage, TENANT)
    click.echo(f"The demo's API key is in {key_file}. Let days pass in its books: paypredict advance 7")


def ensure_tenant(storage: Storage, key_file: Path) -> None:
    """Make the tenant if there is none, and an API key, shown once and kept for the owner of the data folder."""
    try:
        with storage.hub() as session:
            tenants.get(session, TENANT)
            if key_file.exists():
                return
            api_key = keys.create(session, TENANT, "demo")
    except NotFoundError:
        api_key = identity.create_tenant(storage, "Demo", key=TENANT).api_key
    descriptor = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        file.write(f"{api_key}\n")
    click.echo(f"API key of tenant {TENANT}: {api_key}")


def _is_connected(storage: Storage) -> bool:
    with storage.tenant(TENANT) as session:
        return any(each.plugin == demo_provider.SLUG for each in connections.list_connections(session))


def _coming(storage: Storage, kind: str, since: datetime, watch: Callable[[], None]) -> UUID:
    """The work of a kind, which follows from what was done before."""
    while (found := _newest(storage, kind, "queued", "running", "done", "failed", "dead")) is None:
        if (datetime.now(UTC) - since).total_seconds() > _COMES_WITHIN_S:
            raise UnavailableError(f"the demo waits in vain for {kind}; the logs of the workers say why")
        watch()
        time.sleep(_POLL_S)
    return found


def _newest(storage: Storage, kind: str, *states: str) -> UUID | None:
    with storage.tenant(TENANT) as session:
        found = [each for each in jobs.list_work(session, kind=kind) if each["state"] in states]
    return UUID(str(found[0]["id"])) if found else None


def _follow(console: Console, storage: Storage, work_id: UUID, title: str, watch: Callable[[], None]) -> None:
    said = ""
    with console.status(title) as status:
        while True:
            with storage.tenant(TENANT) as session:
                work = jobs.get(session, work_id)
            assert work
            if work["state"] == "done":
                break
            if work["state"] in ("failed", "dead"):
                raise UnavailableError(f"the demo has failed ({work['kind']}): {(work['error'] or {}).get('message')}")
            progress = shown(f"{title}: {work['progress']:.0%} {work['message'] or ''}")
            status.update(progress)
            if not console.is_terminal and work["message"] and work["message"] != said:
                said = work["message"]
                console.print(progress, soft_wrap=True)
            watch()
            time.sleep(_POLL_S)
    console.print(f"{title}: done")
