"""`paypredict worker`: do jobs, on a machine that runs nothing else or beside `paypredict up`."""

from dataclasses import replace
from pathlib import Path

import click

from hub.settings import Settings

data_option = click.option("--data", type=click.Path(path_type=Path), help="The data folder, as given to `up`.")


@click.command(name="worker")
@data_option
def command(data: Path | None) -> None:
    """Do jobs, one at a time, until Ctrl-C or SIGTERM; then the job at hand is finished or given back.

    Run as many workers as there are cores to spare. `paypredict up` has workers of its own.

    \b
    DATABASE_URL=postgresql://... REDIS_URL=redis://... paypredict worker
    """
    settings = reachable(Settings.load(data_dir=data))
    from hub import worker
    from hub.telemetry import logs

    logs.configure(settings)
    worker.work(settings)


def reachable(settings: Settings) -> Settings:
    """The settings with both addresses: as given, else of the servers that `paypredict up` runs on the data folder."""
    if settings.database_url and settings.redis_url:
        return settings
    from hub.storage.embedded import running

    found = running(settings.data_dir)
    if not found:
        raise click.UsageError(
            f"no servers: set DATABASE_URL and REDIS_URL, or start `paypredict up` on {settings.data_dir}"
        )
    return replace(
        settings,
        database_url=settings.database_url or found.database_url,
        redis_url=settings.redis_url or found.redis_url,
    )
