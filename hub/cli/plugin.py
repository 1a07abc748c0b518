"""`paypredict plugin`: which plugins there are, and what is wrong with the others."""

import json
import sys

import click

from hub import registry
from hub.cli.terminal import inert

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group(name="plugin")
def command() -> None:
    """List and check plugins.

    \b
    paypredict plugin list
    paypredict plugin check csv
    """


@command.command(name="list")
@click.option("--traceback", is_flag=True, help="Show where the broken ones broke.")
@as_json
def list_(traceback: bool, as_json: bool) -> None:
    """List all plugins by kind, then the broken ones and why.

    Exits 1 if there is a broken one. PAYPREDICT_THIRD_PARTY_PLUGINS=off leaves out all but the hub's own.
    """
    found = registry.load()
    if as_json:
        click.echo(json.dumps(_document(found), indent=1))
    else:
        _print(found, traceback)
    sys.exit(1 if found.broken else 0)


@command.command()
@click.argument("slugs", nargs=-1, metavar="[SLUG ...]")
def check(slugs: tuple[str, ...]) -> None:
    """Load the plugins named (all, if none is) and compare them with the contract of their kind.

    Exits 1 if any lacks something.
    """
    found = registry.load()
    problems = [f"{plugin.name}: {plugin.error}" for plugin in found.broken if not slugs]
    for slug in slugs or [manifest.slug for manifest in found.manifests()]:
        lacking = registry.check(found, slug)
        problems += [f"{slug}: {sentence}" for sentence in lacking]
        if not lacking:
            click.echo(f"{slug}: sound")
    for problem in problems:
        click.echo(inert(problem), err=True)
    sys.exit(1 if problems else 0)


def _document(found: registry.Registry) -> dict[str, object]:
    return {
        "plugins": [
            {
                "slug": manifest.slug,
                "name": manifest.name,
                "version": manifest.version,
                "kind": manifest.kind,
                "summary": manifest.summary,
                "distribution": found.origins[manifest.slug],
            }
            for manifest in found.manifests()
        ],
        "broken": [
            {"name": plugin.name, "error": plugin.error, "traceback": plugin.traceback} for plugin in found.broken
        ],
    }


def _print(found: registry.Registry, traceback: bool) -> None:
    for manifest in sorted(found.manifests(), key=lambda manifest: manifest.kind):
        click.echo(f"{manifest.kind:<11}{manifest.slug:<18}{manifest.version:<9}{inert(manifest.name)}")
        click.echo(f"{'':<11}{inert(manifest.summary)}" if manifest.summary else "", nl=bool(manifest.summary))
    for plugin in found.broken:
        click.echo(f"{'broken':<11}{plugin.name}: {inert(plugin.error)}")
        if traceback:
            click.echo(inert(plugin.traceback))
