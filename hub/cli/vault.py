"""`paypredict vault`: what the vault's keys are, and new ones in their place."""

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from hub.jobs import service as jobs
from hub.settings import Settings
from hub.storage import rotation
from hub.storage.data_keys import DataKeys
from hub.storage.embedded import serving
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage
from hub.tenants import service as tenants

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group(name="vault")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The data folder, as given to `up`.")
@click.pass_context
def command(ctx: click.Context, data_dir: Path | None) -> None:
    """Show and replace the keys that seal tenants' secrets. No secret is ever shown.

    \b
    paypredict vault status
    paypredict vault rotate --tenant acme_ltd
    paypredict vault rewrap

    Works beside a running `paypredict up`, which need not be stopped; without one, the servers run while the command
    does. docs/operations.md says when to do what.
    """
    ctx.obj = data_dir


@command.command()
@as_json
@click.pass_obj
def status(data_dir: Path | None, as_json: bool) -> None:
    """List each tenant's data keys: by which master key they are wrapped, their age, and how many secrets they seal.

    \b
    paypredict vault status
    paypredict vault status --json
    """
    with _storage(data_dir) as storage:
        found = rotation.status(storage)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    now = datetime.now(UTC)
    for key in found:
        sealed = "unknown" if key.secrets is None else f"{key.secrets} secrets"
        state = "retired" if key.retired_at else "current"
        age = (now - key.created_at).days
        click.echo(f"{key.tenant:<40} {key.id}  {state}  {age:>4} days  {sealed:<12}  {key.master_id}")
    if not found:
        click.echo("The vault is empty: its keys are made when the first secret is kept.")


@command.command()
@click.option("--tenant", help="Only this tenant's key.")
@as_json
@click.pass_obj
def rotate(data_dir: Path | None, tenant: str | None, as_json: bool) -> None:
    """Give tenants new data keys, and have the workers seal their secrets anew.

    Old keys open what they sealed until that is done, and are then deleted; `status` shows how far it is.

    \b
    paypredict vault rotate
    paypredict vault rotate --tenant acme_ltd
    """
    with _storage(data_dir) as storage:
        with storage.hub() as session:
            chosen = [tenants.get(session, tenant).key] if tenant else rotation.tenants_with_keys(session)
        keys = DataKeys(storage.settings, storage)
        jobs.connect(storage.settings)
        rotated = []
        for each in chosen:
            # One transaction each: however many there are, none holds up another.
            with storage.hub() as session:
                if rotation.rotate(session, keys, each, datetime.now(UTC)):
                    jobs.submit(session, rotation.RESEAL, {}, tenant=each)
                    rotated.append(each)
    if as_json:
        click.echo(orjson.dumps({"rotated": rotated}).decode())
    else:
        click.echo(f"{len(rotated)} tenants have new keys; workers seal their secrets anew.")


@command.command()
@as_json
@click.pass_obj
def rewrap(data_dir: Path | None, as_json: bool) -> None:
    """Wrap all data keys by the current master key, after which former ones may be forgotten.

    Name the new master key in the settings, and the former one in vault_previous_keys, everywhere before. Exits 1 if
    any data key could not be wrapped; run it again.
    """
    with _storage(data_dir) as storage:
        keys = DataKeys(storage.settings, storage)
        done, failed = rotation.rewrap(storage, keys, lambda why: click.echo(why, err=True))
        master_id = keys.master.id
    if as_json:
        click.echo(orjson.dumps({"master": master_id, "wrapped": done, "failed": failed}).decode())
    else:
        click.echo(f"{done} keys wrapped by {master_id}, {failed} failed")
    if failed:
        sys.exit(1)


@contextmanager
def _storage(data_dir: Path | None) -> Iterator[Storage]:
    with serving(Settings.load(data_dir=data_dir)) as settings, closing(Storage(settings)) as storage:
        upgrade_hub(storage)
        yield storage
