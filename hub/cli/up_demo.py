"""`paypredict up --demo`: a tenant with a synthetic ledger, imported and forecast once, as any other would be."""

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import click
from rich.console import Console

from hub.cli.terminal import shown
from hub.errors import NotFoundError, UnavailableError
from hub.identity import keys
from hub.identity import service as identity
from hub.jobs import service as jobs
from hub.settings import Settings
from hub.storage.session import Storage
from hub.sync import service as sync
from hub.tenants import service as tenants

TENANT = "demo"
IMPORT, FORECAST = "sync.import", "forecasting.refresh"
INVOICES = 20_000
_POLL_S = 0.2


def run(settings: Settings, storage: Storage, watch: Callable[[], None]) -> None:
    """Do whatever of the demo is not done yet, then print its summary. Calls `watch` again and again while it waits.

    Raises UnavailableError when the import or the forecast fails for good.
    """
    key_file = settings.data_dir / "demo_api_key"
    ensure_tenant(storage, key_file)
    console = Console()
    if not _newest(storage, FORECAST, "done"):
        if not _newest(storage, IMPORT, "done"):
            _follow(console, storage, _request_import(settings, storage), "Importing the demo ledger", watch)
        _follow(console, storage, _request_forecast(storage), "Forecasting it", watch)
    from hub.cli.summary import print_summary

    print_summary(storage, TENANT)
    click.echo(f"The demo's API key is in {key_file}")


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


def _request_import(settings: Settings, storage: Storage) -> UUID:
    if unfinished := _newest(storage, IMPORT, "queued", "running"):
        return unfinished
    from plugins.connectors.csv.demo import write_demo

    ledger = settings.data_dir / "demo.csv"
    click.echo(f"Writing a synthetic ledger of some {INVOICES:,} invoices to {ledger}")
    write_demo(ledger, invoices=INVOICES, seed=7, today=date.today())  # noqa: DTZ011 - the demo's day is the user's
    with storage.tenant(TENANT) as session:
        return sync.request_import(session, ledger, {}, ledger.name)


def _request_forecast(storage: Storage) -> UUID:
    """The forecast that followed from the import; asked for anew when it failed in an earlier run."""
    if unfinished := _newest(storage, FORECAST, "queued", "running", "done"):
        return unfinished
    with storage.tenant(TENANT) as session:
        return jobs.submit(session, FORECAST, {})


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
