"""The way in that `paypredict up` prints: a sign-in link for the first operator, fresh at each start."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import click

from hub.identity import links, sign_in, users
from hub.settings import Settings
from hub.storage.session import Storage

FIRST_OPERATOR = "admin@localhost"
"""Who looks after an installation that knows nobody yet. Nothing is ever sent to this address."""
LIFETIME = timedelta(hours=1)


def show(settings: Settings, storage: Storage, now: datetime, *, tenant: str | None = None) -> None:
    """Print a link for the first operator and keep it for the owner of the data folder.

    Makes the operator if there is nobody at all, and makes them an admin of `tenant` if it is given. Does nothing where
    local sign-in is off.
    """
    file = settings.data_dir / "sign_in_link"
    file.unlink(missing_ok=True)
    if not sign_in.is_on(settings):
        return
    with storage.hub() as session:
        everybody = users.list_users(session)
        if not everybody:
            everybody = [users.ensure(session, FIRST_OPERATOR, "Operator")]
            users.set_operator(session, everybody[0].id, True)
            everybody = users.list_users(session)
        operators = [user for user in everybody if user.is_operator and not user.disabled_at]
        if not operators:
            click.echo("Nobody is an operator; to make somebody one: paypredict user add EMAIL --operator")
            return
        first = min(operators, key=lambda user: (user.created_at, user.email))
        if tenant:
            users.join(session, first.id, tenant, "admin")
        link = links.address(settings, links.create(session, first.id, now, LIFETIME))
    _keep(file, link)
    click.echo(f"Sign in as {first.email}, once, within an hour: {link}")
    click.echo(f"The link is also in {file}; `paypredict user link {first.email}` makes another one")


def _keep(file: Path, link: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="ascii") as kept:
        kept.write(f"{link}\n")
