"""`paypredict bench`: the hub's real path and its limit, side by side in one run."""

import importlib
import inspect
import json
import os
import platform
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

BENCHMARKS = {
    "ingest": "Rows per second of a fresh sync, against plain COPY into the same table.",
    "sync": "A first sync from a provider that answers at once, against COPY and merge of the same rows.",
    "resync": "The same sync again with nothing or one row in a hundred changed.",
    "features": "Point-in-time features, against the bare numpy kernel.",
    "score": "Read, features, predict and write, against the model's predict alone.",
    "track": "The nightly count of forecasts whose truth is known, against reading them alone.",
    "scenarios": "What-ifs on a large open book: processor time to the answer.",
    "api-list": "GET /api/invoices, against the same SQL in a transaction.",
    "tenant-create": "Create a tenant, against running the same DDL.",
    "migrate": "Migrate many tenants, against a loop over the same SQL.",
    "analytics": "Aging and DSO on a large ledger, against one primary-key read and raw SQL.",
    "page": "A page deep in the list of invoices, against the first one.",
    "plan": "Reminders planned over a large open book, against reading the same rows once.",
    "jobs": "Durable work, against a bare RQ job.",
    "disputes": "Dispute texts read in full, one and a thousand, against the bare encoder.",
    "startup": "Import and build the API, against importing its libraries.",
    "coldstart": "`paypredict up` to the first answer, against starting the servers alone.",
}
ON_REAL_LEDGERS = {
    "accuracy": "The forecasts beside what people use instead.",
    "cash": "The weekly cash forecast: what its range holds, and its error beside that of simple ones.",
    "new-business": "Cash from invoices issued later: what its range holds, and its error.",
    "risk": "Which customers go late, beside counting customers alike and the forecast of their worst invoice.",
}
"""These need ledgers that are no part of the project, and minutes: they run only when named."""
IN_A_BROWSER = {"dashboard": "The dashboard on 100,000 invoices: paint, shifts, calls, clicks and bytes."}
"""This needs Chromium and the dashboard built: it runs only when named."""

OVERNIGHT = {"reminders": "Reminders sent while workers are killed and invoices paid: what arrives wrongly, of 10,000."}
"""These take a good part of an hour: they run only when named."""


@click.command(
    "bench",
    epilog=f"Names: {', '.join(BENCHMARKS)}; in a browser: {', '.join(IN_A_BROWSER)};"
    f" on real ledgers (see docs/accuracy.md): {', '.join(ON_REAL_LEDGERS)}; for long: {', '.join(OVERNIGHT)}.",
)
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of a table.")
@click.option("--rows", type=int, help="Size for ingest, sync, resync, features, score, track and plan.")
@click.option("--invoices", type=int, help="Open invoices for scenarios.")
@click.option("--messages", type=int, help="How many reminders are sent while workers are killed.")
@click.option("--kills", type=int, help="How often a worker is killed meanwhile.")
@click.option("--tenants", type=int, help="How many tenants tenant-create and migrate make.")
@click.option("--threads", type=int, help="Cores that accuracy and cash may use; 1 by default.")
@click.option("--quick", is_flag=True, default=None, help="Fewer days of each ledger for accuracy and cash.")
def command(names: tuple[str, ...], as_json: bool, **options: int | bool | None) -> None:
    """Measure the hub against the limits of this machine.

    A ratio compares two arms that ran in turns in the same process, so it means something on a busy machine too; the
    spread beside it says how much. Exits 1 when a goal is missed.

    \b
    paypredict bench
    paypredict bench ingest resync --rows 100000
    paypredict bench features --json
    """
    known = BENCHMARKS | ON_REAL_LEDGERS | IN_A_BROWSER | OVERNIGHT
    if unknown := sorted(set(names) - known.keys()):
        raise click.UsageError(f"no benchmark named {', '.join(unknown)}; there are {', '.join(known)}")
    given = {name: value for name, value in options.items() if value is not None}
    console = Console(stderr=True)
    results: list[dict[str, object]] = []
    for name in names or tuple(BENCHMARKS):
        with console.status(f"{name}: {known[name]}"):
            run = importlib.import_module(f"bench.{name.replace('-', '_')}").run
            taken = inspect.signature(run).parameters
            found = run(**{option: value for option, value in given.items() if option in taken})
        found = found if isinstance(found, list) else [found]
        results.extend(found)
        for result in found:
            goal = "met" if result["met"] else "MISSED"
            console.print(f"{result['name']}: {result['ratio']:.3g}, goal {result['goal']} {goal}", highlight=False)
    if as_json:
        click.echo(json.dumps({"machine": machine(), "benchmarks": results}, indent=1, default=str))
    else:
        _print_table(results)
    sys.exit(0 if all(result["met"] for result in results) else 1)


def machine() -> dict[str, object]:
    """What a figure has to be read with: cores, load and versions."""
    model = Path("/proc/cpuinfo")
    names = [line.split(":", 1)[1].strip() for line in model.read_text().splitlines() if line.startswith("model name")]
    return {
        "cores": os.cpu_count(),
        "cpu": names[0] if names else platform.processor(),
        "load": os.getloadavg()[0],
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def _print_table(results: list[dict[str, object]]) -> None:
    table = Table("benchmark", "ratio", "spread", "goal", "met", "unit")
    for result in results:
        table.add_row(
            str(result["name"]),
            f"{result['ratio']:.3g}",
            f"{result['low']:.3g} to {result['high']:.3g}",
            str(result["goal"]),
            "yes" if result["met"] else "NO",
            str(result["unit"]),
        )
    Console().print(table)
