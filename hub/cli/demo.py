"""`paypredict demo`: the synthetic ledger of a company that does not exist, to try things on."""

from datetime import date, datetime
from pathlib import Path

import click


@click.command("demo")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--invoices", default=20_000, show_default=True, help="About how many invoices to write.")
@click.option("--seed", default=7, show_default=True, help="The same seed and day give the same ledger.")
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), help="The day the ledger ends. Default: today.")
def command(path: Path, invoices: int, seed: int, today: datetime | None) -> None:
    """Write the demo ledger to PATH as a CSV file.

    \b
    paypredict demo demo.csv
    paypredict forecast demo.csv --report report.html
    """
    from plugins.connectors.csv.demo import write_demo

    write_demo(path, invoices=invoices, seed=seed, today=today.date() if today else date.today())  # noqa: DTZ011
    click.echo(f"Wrote {path}. Next: paypredict forecast {path} --report report.html")
