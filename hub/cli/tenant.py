"""`paypredict tenant`: make, list, migrate and drop tenants, and manage their API keys."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import orjson

from hub.cli import organization, tenant_privacy
from hub.cli.terminal import inert
from hub.http.access import SCOPES
from hub.identity import keys
from hub.identity import service as identity
from hub.settings import Settings
from hub.storage.embedded import serving
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage
from hub.tenants import service

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group(name="tenant")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The data folder, as given to `up`.")
@click.pass_context
def command(ctx: click.Context, data_dir: Path | None) -> None:
    """Create, list, migrate and drop tenants.

    \b
    paypredict tenant create "Acme Ltd." --json
    paypredict tenant key create acme_ltd --name "ERP export"

    Works beside a running `paypredict up`; without one, the servers run while the command does.
    """
    ctx.obj = data_dir


command.add_command(organization.command)


@command.command()
@click.argument("name")
@click.option("--key", help="The key that names the tenant's schema for good; made from NAME unless given.")
@click.option("--home-currency", default="USD", show_default=True, help="The currency its figures are kept in.")
@click.option("--time-zone", default="UTC", show_default=True, help="The zone of its business days.")
@as_json
@click.pass_obj
def create(
    data_dir: Path | None, name: str, key: str | None, home_currency: str, time_zone: str, as_json: bool
) -> None:
    """Create the tenant NAME and print its first API key, which is shown only now.

    \b
    paypredict tenant create "Acme Ltd."
    paypredict tenant create Müller --key mueller --home-currency EUR --time-zone Europe/Berlin
    """
    with _storage(data_dir) as storage:
        made = identity.create_tenant(storage, name, key=key, home_currency=home_currency, time_zone=time_zone)
    if as_json:
        _print_json({"tenant": made.tenant, "api_key": made.api_key})
    else:
        click.echo(f"Tenant   {made.tenant.key} ({inert(made.tenant.name)})")
        click.echo(f"API key  {made.api_key}  (keep it: it is not shown again)")


@command.command(name="list")
@as_json
@click.pass_obj
def list_command(data_dir: Path | None, as_json: bool) -> None:
    """List the tenants.

    \b
    paypredict tenant list
    paypredict tenant list --json
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        tenants = service.list_tenants(session)
    if as_json:
        _print_json(tenants)
    else:
        for tenant in tenants:
            click.echo(f"{tenant.key:<40} {tenant.schema_version}  {tenant.status:<16}  {inert(tenant.name)}")


@command.command()
@click.argument("key", nargs=-1)
@click.option("--workers", default=4, show_default=True, type=click.IntRange(1, 32), help="How many at a time.")
@as_json
@click.pass_obj
def migrate(data_dir: Path | None, key: tuple[str, ...], workers: int, as_json: bool) -> None:
    """Bring the schemas of all tenants, or of those named by KEY, to the newest version.

    Run it again to resume or to retry what failed. Exits 1 if any tenant failed.

    \b
    paypredict tenant migrate
    paypredict tenant migrate acme_ltd --json
    """

    def show(result: service.Migration) -> None:
        if not as_json:
            click.echo(f"{result.key:<40} {result.from_version} -> {result.to_version}  {inert(result.error or 'ok')}")

    with _storage(data_dir) as storage:
        results = service.migrate(storage, only=key or None, workers=workers, progress=show)
    failed = sum(result.error is not None for result in results)
    if as_json:
        _print_json(results)
    else:
        click.echo(f"{len(results) - failed} migrated, {failed} failed")
    if failed:
        sys.exit(1)


@command.command()
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def drop(data_dir: Path | None, key: str, yes: bool) -> None:
    """Drop the tenant KEY with all its data, for good: for tests and mistakes; see `erase` for a customer who leaves.

    \b
    paypredict tenant drop acme_ltd
    paypredict tenant drop acme_ltd --yes
    """
    with _storage(data_dir) as storage:
        with storage.hub() as session:
            tenant = service.get(session, key)
        if not yes:
            click.confirm(f"Drop {tenant.key} ({tenant.name}) with all its data, for good?", abort=True)
        service.drop(storage, key)
    click.echo(f"Dropped {tenant.key}")


@command.group(name="key")
def key_group() -> None:
    """Create, list, rotate and revoke a tenant's API keys."""


@key_group.command(name="create")
@click.argument("tenant")
@click.option("--name", required=True, help="What the key is for.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(sorted(SCOPES)),
    metavar="SCOPE",
    help="What it may do: read, write, invoices:read and the like; * by default.",
)
@click.option("--expires", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="First instant, in UTC, it fails.")
@as_json
@click.pass_obj
def create_key(
    data_dir: Path | None, tenant: str, name: str, scopes: tuple[str, ...], expires: datetime | None, as_json: bool
) -> None:
    """Create a key for TENANT and print it, only this once.

    \b
    paypredict tenant key create acme_ltd --name "Dashboard" --scope read --expires 2027-01-01
    """
    expires_at = expires.replace(tzinfo=UTC) if expires else None
    with _storage(data_dir) as storage, storage.hub() as session:
        api_key = keys.create(session, tenant, name, scopes or ("*",), expires_at)
    if as_json:
        _print_json({"api_key": api_key})
    else:
        click.echo(api_key)


@key_group.command(name="list")
@click.argument("tenant")
@as_json
@click.pass_obj
def list_keys(data_dir: Path | None, tenant: str, as_json: bool) -> None:
    """List the keys of TENANT, without their secrets.

    \b
    paypredict tenant key list acme_ltd
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        found = keys.list_keys(session, service.get(session, tenant).key)
    if as_json:
        _print_json(found)
        return
    for key in found:
        used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
        ended = f", revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else ""
        expires = f", expires {key.expires_at:%Y-%m-%d}" if key.expires_at else ""
        click.echo(f"{key.prefix}  {inert(key.name)}  ({' '.join(key.scopes)}; {used}{expires}{ended})")


@key_group.command(name="rotate")
@click.argument("tenant")
@click.argument("key")
@click.option("--overlap", default=24, show_default=True, type=click.IntRange(0, 168), help="Hours both work for.")
@as_json
@click.pass_obj
def rotate_key(data_dir: Path | None, tenant: str, key: str, overlap: int, as_json: bool) -> None:
    """Replace a KEY of TENANT by a new one of the same name and scopes, and print that, only this once.

    \b
    paypredict tenant key rotate acme_ltd pp_live_0a1b2c3d --overlap 48
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        issued = keys.rotate(session, tenant, key, timedelta(hours=overlap), datetime.now(UTC))
    if as_json:
        _print_json({"api_key": issued.secret})
    else:
        click.echo(issued.secret)


@key_group.command(name="revoke")
@click.argument("tenant")
@click.argument("key")
@click.pass_obj
def revoke_key(data_dir: Path | None, tenant: str, key: str) -> None:
    """End a KEY of TENANT, named by its id or its prefix (pp_live_ and eight digits).

    \b
    paypredict tenant key revoke acme_ltd pp_live_0a1b2c3d
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        revoked = keys.revoke(session, tenant, key, datetime.now(UTC))
    click.echo(f"Revoked {revoked.prefix} ({inert(revoked.name)})")


command.add_command(tenant_privacy.export)
command.add_command(tenant_privacy.erase)


@contextmanager
def _storage(data_dir: Path | None) -> Iterator[Storage]:
    with serving(Settings.load(data_dir=data_dir)) as settings:
        storage = Storage(settings)
        try:
            upgrade_hub(storage)
            yield storage
        finally:
            storage.close()


def _print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2).decode())
