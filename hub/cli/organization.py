"""`paypredict tenant organization`: say which of the provider's organisations stand for which tenant."""

from pathlib import Path

import click
import orjson

from hub.cli.storage import opened
from hub.cli.terminal import inert
from hub.identity import organizations


@click.group(name="organization")
def command() -> None:
    """Link the sign-in provider's organisations to tenants.

    \b
    paypredict tenant organization link acme_ltd org_a1B2c3

    An organisation is a value of the claim that PAYPREDICT_OIDC_TENANT_CLAIM names; a program that signs in by client
    credentials may be linked by its client id. docs/auth0.md has the whole set-up.
    """


@command.command()
@click.argument("tenant")
@click.argument("claim")
@click.pass_obj
def link(data_dir: Path | None, tenant: str, claim: str) -> None:
    """Let the organisation CLAIM stand for TENANT: who signs in to it works there.

    \b
    paypredict tenant organization link acme_ltd org_a1B2c3
    """
    with opened(data_dir) as storage, storage.hub() as session:
        organizations.link(session, tenant, claim)
    click.echo(f"{inert(claim.strip())} stands for {tenant}")


@command.command()
@click.argument("tenant")
@click.argument("claim")
@click.pass_obj
def unlink(data_dir: Path | None, tenant: str, claim: str) -> None:
    """Let the organisation CLAIM stand for TENANT no longer; memberships in the hub stay.

    \b
    paypredict tenant organization unlink acme_ltd org_a1B2c3
    """
    with opened(data_dir) as storage, storage.hub() as session:
        organizations.unlink(session, tenant, claim)
    click.echo(f"{inert(claim.strip())} stands for {tenant} no longer")


@command.command(name="list")
@click.argument("tenant", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
@click.pass_obj
def list_command(data_dir: Path | None, tenant: str | None, as_json: bool) -> None:
    """List the links of TENANT, or all.

    \b
    paypredict tenant organization list
    """
    with opened(data_dir) as storage, storage.hub() as session:
        found = organizations.list_organizations(session, tenant)
    if as_json:
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
        return
    for each in found:
        click.echo(f"{each.tenant_key:<40} {inert(each.claim)}")
