"""`paypredict models`: a tenant's models as files."""

from pathlib import Path

import click

from hub.forecasting.model_store import ModelStore
from hub.forecasting.shelf import SUFFIX
from hub.forecasting.tenant_models import TenantModels
from hub.settings import Settings
from hub.storage import audit
from hub.storage.embedded import serving
from hub.storage.session import Storage


@click.group(name="models")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The data folder, as given to `up`.")
@click.pass_context
def command(ctx: click.Context, data_dir: Path | None) -> None:
    """Write a tenant's models to files, to be served apart.

    Works beside a running `paypredict up`; without one, the servers run while the command does.
    """
    ctx.obj = data_dir


@command.command()
@click.option("--tenant", required=True, help="The key of the tenant whose model it is.")
@click.option("--model", default="", help="The model's id; the champion without one.")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), default=".", help="Into this folder.")
@click.pass_obj
def export(data_dir: Path | None, tenant: str, model: str, folder: Path) -> None:
    """Write a model, verified, as a file that `serve-models --model-dir` serves. It is data only, with its checksum.

    \b
    paypredict models export --tenant acme_ltd --to /srv/models
    """
    with serving(Settings.load(data_dir=data_dir)) as settings:
        storage = Storage(settings, pool_size=1)
        try:
            found = TenantModels(storage, ModelStore(settings.model_store)).find(tenant, model)
            data = found.read()
            with storage.tenant(tenant) as session:
                audit.record(session, "model.exported", "model", found.name, after={"bytes": len(data)})
        finally:
            storage.close()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{found.name}{SUFFIX}"
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)  # a server that looks meanwhile sees the whole file or none
    click.echo(f"{len(data):,} bytes in {path}")
