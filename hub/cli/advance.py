"""`paypredict advance`: let days pass in the demo's books, and see them arrive in the hub."""

import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import httpx

from hub.cli import demo_provider
from hub.cli.terminal import inert
from hub.errors import ConflictError, UnavailableError
from hub.identity.public_address import base_url
from hub.settings import Settings

_WITHIN_S = 600
_COUNTED = ("inserted", "changed", "deleted")


@click.command("advance")
@click.argument("days", type=click.IntRange(1, 366), default=1)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The folder that the demo runs in.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port that the demo's hub listens on.")
def command(days: int, data: Path | None, port: int | None) -> None:
    """Let DAYS pass in the demo's books: invoices, payments, credits, voids, mistakes and all.

    The box announces what happened by webhooks, as QuickBooks does; then the hub reads what changed and ties out. The
    demo's books run ahead of the calendar then.

    \b
    paypredict up --demo          # in one terminal
    paypredict advance 7          # in another
    """
    settings = Settings.load(data_dir=data, port=port)
    box = demo_provider.box_address(settings)
    key_file = settings.data_dir / "demo_api_key"
    if not key_file.exists():
        raise ConflictError(f"there is no demo in {settings.data_dir}; start one: paypredict up --demo")
    headers = {"Authorization": f"Bearer {key_file.read_text().strip()}"}
    since = datetime.now(UTC).isoformat()
    with httpx.Client(trust_env=False, timeout=120) as client:
        state = _json(client, "POST", f"{box}/_box/advance", json={"days": days})
        click.echo(f"It is {state['today']} in the demo's books: {state['invoices']:,} invoices.")
        told = _json(client, "POST", f"{box}/_box/deliver", json={})
        click.echo(f"QuickBooks announced what happened: {len(told)} webhook{'s' * (len(told) != 1)}.")
    with httpx.Client(trust_env=False, timeout=60, base_url=base_url(settings), headers=headers) as client:
        click.echo(inert(_sync(client, since)))


def _sync(client: httpx.Client, since: str) -> str:
    """Have the demo's connection read what changed; what came of it, and of what was announced, in a few lines."""
    held = _json(client, "GET", "/api/connections")["items"]
    connection = next(each for each in held if each["connector"] == demo_provider.SLUG)
    job = _json(client, "POST", f"/api/connections/{connection['id']}/sync", json={})
    deadline = time.monotonic() + _WITHIN_S
    while job["state"] in ("queued", "running"):
        if time.monotonic() > deadline:
            raise UnavailableError(f"the sync is not done after {_WITHIN_S} s; follow it at /api/jobs/{job['id']}")
        time.sleep(0.3)
        job = _json(client, "GET", f"/api/jobs/{job['id']}")
    if job["state"] != "done":
        raise UnavailableError(f"the sync is {job['state']}: {(job['error'] or {}).get('message')}")
    run = job["result"]
    listed = _json(client, "GET", f"/api/connections/{connection['id']}/runs")["items"]
    runs = [each for each in listed if each["started_at"] >= since]
    lines = [f"{len(runs)} runs; the last is {run['status']}" + (f": {run['reason']}" if run["reason"] else ".")]
    totals: Counter[tuple[str, str]] = Counter()
    for each in runs:
        for entity, counts in each["counts"].items():
            totals.update({(entity, what): counts.get(what, 0) for what in _COUNTED})
    for entity in dict.fromkeys(entity for entity, _ in totals):
        lines.append(f"  {entity:<12}" + "".join(f"{totals[entity, what]:>6} {what}" for what in _COUNTED))
    differences = {name: amount for name, amount in run["tie_out_difference"].items() if Decimal(amount)}
    lines.append(f"Differences from QuickBooks: {differences}" if differences else "It ties out to the cent.")
    return "\n".join(lines)


def _json(client: httpx.Client, method: str, url: str, **arguments: Any) -> Any:
    try:
        response = client.request(method, url, **arguments)
    except httpx.HTTPError as error:
        raise UnavailableError(f"{url} does not answer ({error}); is `paypredict up --demo` running?") from error
    if response.is_error:
        raise UnavailableError(f"{url} answered {response.status_code}: {response.text[:500]}")
    return response.json()
