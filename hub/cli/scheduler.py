"""`paypredict scheduler`: submit work by the clock and make up for what got lost."""

from pathlib import Path

import click

from hub.cli.worker import data_option, reachable
from hub.settings import Settings


@click.command(name="scheduler")
@data_option
def command(data: Path | None) -> None:
    """Run the schedule (config/schedule.toml) and the sweeps until Ctrl-C or SIGTERM.

    Any number may run: one leads, the others stand by and take over when it ends. `paypredict up` has one.

    \b
    DATABASE_URL=postgresql://... REDIS_URL=redis://... paypredict scheduler
    """
    settings = reachable(Settings.load(data_dir=data))
    from hub import worker
    from hub.telemetry import logs

    logs.configure(settings)
    worker.schedule(settings)
