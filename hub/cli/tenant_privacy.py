"""`paypredict tenant export` and `erase`: take all of a tenant's data along, and end a tenant for good."""

from datetime import UTC, datetime
from pathlib import Path

import click
import orjson

from hub.cli.storage import opened
from hub.errors import ConflictError
from hub.privacy import exports, offboarding


@click.command()
@click.argument("key")
@click.option(
    "--to", "target", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The ZIP to write."
)
@click.pass_obj
def export(data_dir: Path | None, key: str, target: Path) -> None:
    """Write everything of the tenant KEY to a ZIP: a JSON line for each row, and a manifest.

    \b
    paypredict tenant export acme_ltd --to acme.zip
    """
    if target.exists():
        raise ConflictError(f"{target} is there already; name another file.")
    with opened(data_dir) as storage:
        manifest = exports.write_export(storage, key, target, datetime.now(UTC))
    rows = sum(each["rows"] or 0 for each in manifest["files"])
    click.echo(f"{target}: {len(manifest['files'])} files, {rows:,} rows")


@click.command()
@click.argument("key")
@click.option(
    "--confirm", required=True, metavar="NAME", help="The tenant's name, exactly, so that the right one goes."
)
@click.option(
    "--certificate", type=click.Path(dir_okay=False, path_type=Path), help="Write the certificate there, not to stdout."
)
@click.pass_obj
def erase(data_dir: Path | None, key: str, confirm: str, certificate: Path | None) -> None:
    """Erase the tenant KEY with everything it has, for good, and write a certificate of it.

    Unlike `drop`, this also deletes the people who are members of no other tenant, and what Valkey holds of it.
    Take its data along first: `paypredict tenant export`.

    \b
    paypredict tenant erase acme_ltd --confirm "Acme Ltd." --certificate erased.json
    """
    if certificate and certificate.exists():
        raise ConflictError(f"{certificate} is there already; name another file.")
    with opened(data_dir) as storage:
        written = offboarding.erase_tenant(storage, key, confirm, datetime.now(UTC))
    document = orjson.dumps(written, option=orjson.OPT_INDENT_2).decode()
    if certificate:
        certificate.write_text(f"{document}\n", encoding="utf-8")
        click.echo(f"Erased {key}; the certificate is {certificate}")
    else:
        click.echo(document)
