"""`paypredict user`: add, list, disable and remove people, and make sign-in links for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import orjson
from sqlalchemy.orm import Session

from hub.cli.terminal import inert
from hub.errors import ConflictError
from hub.identity import links, local_ways_in, sign_in, users
from hub.settings import Settings
from hub.storage.embedded import serving
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage

LINK_LIFETIME = timedelta(days=1)
"""Of links made here: they have to reach their person by mail or chat."""
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


@click.group(name="user")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="The data folder, as given to `up`.")
@click.pass_context
def command(ctx: click.Context, data_dir: Path | None) -> None:
    """Add, list, disable and remove people, and make sign-in links for them.

    \b
    paypredict user add ada@example.com --tenant acme_ltd --role admin
    paypredict user link ada@example.com

    Works beside a running `paypredict up`; without one, the servers run while the command does. Links lead to
    PAYPREDICT_PUBLIC_URL, or to PAYPREDICT_HOST and PAYPREDICT_PORT where there is none.
    """
    ctx.obj = data_dir


@command.command()
@click.argument("email")
@click.option("--name", default="", help="What they are called.")
@click.option("--operator", is_flag=True, help="They look after the whole installation.")
@click.option("--tenant", help="The key of a tenant that they are to be a member of.")
@click.option("--role", type=click.Choice([role.value for role in users.TENANT_ROLES]), help="What they are in it.")
@as_json
@click.pass_obj
def add(
    data_dir: Path | None, email: str, name: str, operator: bool, tenant: str | None, role: str | None, as_json: bool
) -> None:
    """Add a person, or give one who is here already what else they are to be.

    Prints a sign-in link where local sign-in is on: it lets them in once, within a day. Who is here already and is
    given more signs in anew by that link; a password they had is forgotten.

    \b
    paypredict user add ada@example.com --name "Ada Lovelace" --tenant acme_ltd --role admin
    paypredict user add root@example.com --operator
    """
    if (tenant is None) != (role is None):
        raise click.UsageError("--tenant and --role go together")
    now = datetime.now(UTC)
    with _storage(data_dir) as storage, storage.hub() as session:
        user = users.ensure(session, email, name)
        if operator or tenant:
            # Whoever made the account may know its password, and it is to reach further now.
            local_ways_in.forget(session, user.id, now)
        if operator:
            users.set_operator(session, user.id, True)
        if tenant and role:
            users.join(session, user.id, tenant, role)
        link = _link(storage.settings, session, user, now)
        shown = _document(session, users.get(session, user.id))
    if as_json:
        _print_json({"user": shown, "sign_in_link": link})
        return
    click.echo(f"Person   {inert(_line(shown))}")
    if link:
        click.echo(f"Sign-in  {link}  (once, within a day)")


@command.command(name="list")
@as_json
@click.pass_obj
def list_command(data_dir: Path | None, as_json: bool) -> None:
    """List the people, and what they are where.

    \b
    paypredict user list
    paypredict user list --json
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        shown = [_document(session, user) for user in users.list_users(session)]
    if as_json:
        _print_json(shown)
        return
    for each in shown:
        click.echo(inert(_line(each)))


@command.command()
@click.argument("email")
@as_json
@click.pass_obj
def link(data_dir: Path | None, email: str, as_json: bool) -> None:
    """Make a sign-in link for a person: it lets them in once, within a day. Their earlier links end.

    \b
    paypredict user link ada@example.com
    """
    with _storage(data_dir) as storage:
        sign_in.check_is_on(storage.settings)
        with storage.hub() as session:
            user = users.named(session, email)
            if user.disabled_at:
                raise ConflictError(f"{user.email} is disabled; enable them first: paypredict user enable {user.email}")
            made = _link(storage.settings, session, user, datetime.now(UTC))
    if as_json:
        _print_json({"sign_in_link": made})
    else:
        click.echo(made)


@command.command()
@click.argument("email")
@click.pass_obj
def disable(data_dir: Path | None, email: str) -> None:
    """Let a person in no longer; their sessions end within seconds.

    \b
    paypredict user disable ada@example.com
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        user = users.named(session, email)
        users.disable(session, user.id, datetime.now(UTC))
    click.echo(f"Disabled {user.email}")


@command.command()
@click.argument("email")
@click.pass_obj
def enable(data_dir: Path | None, email: str) -> None:
    """Let a disabled person in again.

    \b
    paypredict user enable ada@example.com
    """
    with _storage(data_dir) as storage, storage.hub() as session:
        user = users.named(session, email)
        users.enable(session, user.id)
    click.echo(f"Enabled {user.email}")


@command.command()
@click.argument("email")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def remove(data_dir: Path | None, email: str, yes: bool) -> None:
    """Delete a person with memberships and sessions, for good. The audit keeps what they did.

    \b
    paypredict user remove ada@example.com
    paypredict user remove ada@example.com --yes
    """
    with _storage(data_dir) as storage:
        with storage.hub() as session:
            user = users.named(session, email)
        if not yes:
            click.confirm(f"Remove {user.email} ({inert(user.name) or 'no name'}), for good?", abort=True)
        with storage.hub() as session:
            users.remove(session, user.id)
    click.echo(f"Removed {user.email}")


def _link(settings: Settings, session: Session, user: users.User, now: datetime) -> str | None:
    if user.disabled_at or not sign_in.is_on(settings):
        return None
    return links.address(settings, links.create(session, user.id, now, LINK_LIFETIME))


def _document(session: Session, user: users.User) -> dict[str, Any]:
    return {**asdict(user), "tenants": [asdict(each) for each in users.memberships(session, user.id)]}


def _line(user: dict[str, Any]) -> str:
    what = [f"{each['role']} of {each['tenant_key']}" for each in user["tenants"]]
    if user["is_operator"]:
        what.insert(0, "operator")
    if user["disabled_at"]:
        what.append(f"disabled {user['disabled_at']:%Y-%m-%d}")
    if user["signed_in_at"]:
        what.append(f"last signed in {user['signed_in_at']:%Y-%m-%d %H:%M}")
    return "  ".join(part for part in (user["email"], user["name"], f"({', '.join(what) or 'nothing yet'})") if part)


@contextmanager
def _storage(data_dir: Path | None) -> Iterator[Storage]:
    with serving(Settings.load(data_dir=data_dir)) as settings:
        storage = Storage(settings)
        try:
            upgrade_hub(storage)
            yield storage
        finally:
            storage.close()


def _print_json(value: Any) -> None:
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
