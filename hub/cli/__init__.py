"""`paypredict`: thin commands over the same services as the API, each module imported only when its command runs."""

import getpass
import importlib
import os
import sys
from functools import partial
from typing import Any

import click

from hub.errors import HubError
from hub.redaction import redact_prose
from hub.sdk.errors import PluginError

COMMANDS = {
    "up": "Run everything: servers, API, workers and scheduler.",
    "forecast": "Forecast the open invoices of a ledger export.",
    "backtest": "Forecast a ledger's past as it would have been forecast then.",
    "tenant": "Create, list, migrate and drop tenants.",
    "vault": "Show and replace the keys that seal tenants' secrets.",
    "audit": "Verify, export and anchor the audit.",
    "user": "Add, list and remove people, and let them in.",
    "worker": "Run job workers.",
    "scheduler": "Run the schedule and the sweeps.",
    "models": "Write a tenant's models to files, to be served apart.",
    "serve-models": "Serve trained models over HTTP, apart from the hub.",
    "plugin": "List the plugins and what is wrong with the broken ones.",
    "connector": "Show what a connector makes of recorded answers.",
    "disputes": "Read dispute texts from a file, without a hub.",
    "reminders": "Check what reminders say against their facts.",
    "bench": "Measure the hub against the limits of this machine.",
    "advance": "Let days pass in the demo's books.",
    "demo": "Write the synthetic demo ledger.",
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"hub.cli.{cmd_name.replace('-', '_')}").command
        _sign_for_it(ctx)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _sign_for_it(ctx: click.Context) -> None:
    """Have the audit say who gave the command. What has not imported the audit by now writes nothing of its own."""
    audit = sys.modules.get("hub.storage.audit")
    if audit is None:
        return
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        user = str(os.getuid())
    ctx.call_on_close(partial(audit.act_as, audit.actor()))
    audit.act_as(audit.Actor(kind="system", id="cli", name=f"cli:{user}"))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="paypredict")
def group() -> None:
    """PayPredict: forecasts when each open invoice will be paid.

    \b
    paypredict forecast ledger.csv --report report.html
    paypredict up --demo
    """


def main(args: list[str] | None = None) -> Any:
    """Entry point. Exits 0 when done, 1 on an error of the hub, 2 on wrong usage or unusable input."""
    if args is None:  # a process of its own
        from hub.telemetry import logs

        logs.catch_crashes()
    try:
        return group.main(args, prog_name="paypredict")
    except (HubError, PluginError) as error:
        from hub.cli.terminal import inert

        field = getattr(error, "field", None)
        click.echo(inert(redact_prose(f"Error: {f'{field}: ' if field else ''}{error}")), err=True)
        sys.exit(2 if isinstance(error, PluginError) or getattr(error, "status", 500) < 500 else 1)
