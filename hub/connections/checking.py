"""Trying what is to open a connection: which company it leads to, and whether the provider answers there."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, replace
from itertools import islice
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub.connections import candidates, directory, notices, service
from hub.connections.service import Connection
from hub.errors import ConflictError
from hub.events import ConnectionReady, Event
from hub.jobs.policy import is_wait, said_of
from hub.redaction import printable
from hub.sdk.connector import Account
from hub.sdk.errors import AuthError, ConfigError, RefusedError
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault

MOST_ACCOUNTS = 500
"""Companies to choose from; who sees more is asked to be somebody who sees fewer."""
_LONGEST, _LONGEST_VALUE = 200, 5_000


class Context(Protocol):
    """What this work needs of the job it runs in; see hub.jobs.context.JobContext."""

    storage: Storage
    settings: Settings
    registry: Any
    tenant: str

    @property
    def vault(self) -> Vault:
        """The way to the tenant's secrets."""

    @property
    def is_last_attempt(self) -> bool:
        """Whether it will not be tried again after this."""

    def transaction(self) -> Any:
        """A transaction as the tenant."""

    def progress(self, share: float, sentence: str) -> None:
        """Show how far the work is."""

    def publish(self, event: Event) -> None:
        """Have what follows from the event done once the work is."""


class WrongCompanyError(ConflictError):
    """The grant is good, but for another company than the connection's."""


def try_connection(context: Context, connection_id: UUID) -> dict[str, Any]:
    """Try a connection, and have it ready, waiting for a choice, or in need of somebody who reads why it is not.

    Safe to repeat. Raises what the connector raises, once it has been noted.
    """
    with context.transaction() as session:
        connection = service.get(session, connection_id)
    if connection.status == "disconnected" and connection.candidate is None:
        return {"status": "disconnected"}
    subject = service.candidate_of(connection) or connection
    name = context.registry.get(connection.plugin).name
    try:
        account, choices = _find(context, connection, subject, name)
        if choices:
            return _offer(context, connection, choices)
        return _make_ready(context, connection, account, name)
    except (AuthError, ConfigError, ConflictError) as error:
        _refuse(context, connection, subject, str(error), is_consent=isinstance(error, AuthError))
        raise
    except RefusedError as error:
        message = f"{name} answered, but refused: {error}. Have whoever lets the hub in allow it, and reconnect."
        _refuse(context, connection, subject, message)
        raise ConfigError(message) from error
    except Exception as error:
        if context.is_last_attempt and not is_wait(error):
            _refuse(
                context, connection, subject, f"{name} could not be asked: {said_of(error)}. Reconnect to try again."
            )
        else:
            _note_wait(
                context, connection, f"{name} could not be asked yet: {said_of(error)}. It is tried again by itself."
            )
        raise


def _find(
    context: Context, connection: Connection, subject: Connection, name: str
) -> tuple[Account | None, Sequence[Account]]:
    """The company that the connection is to, tried; or those to choose from."""
    from hub.connections.calling import open_api  # late: it brings what calls providers

    with closing(open_api(context, subject, is_interactive=True)) as api:
        context.progress(0.1, f"Asking {name} which companies there are")
        connector = service.make_connector(context, subject, api=api)
        found = _accounts(connector, subject)
    account = None if found is None else _pick(connection, found, name)
    if found is not None and account is None:
        return None, found
    if account is not None:
        shared = {"is_one_of_several": "yes"} if len(found or ()) > 1 else {}
        account = replace(account, values={**account.values, **shared})
        subject = replace(subject, account_id=account.id, account=asdict(account))
    with closing(open_api(context, subject, is_interactive=True)) as api:
        context.progress(0.5, f"Trying the connection to {account.name if account else name}")
        service.make_connector(context, subject, api=api).check()
    return account, ()


def _accounts(connector: Any, subject: Connection) -> list[Account] | None:
    """The companies that whoever signed in may see, with what came back with the consent; None: there is one alone."""
    list_accounts = getattr(connector, "accounts", None)
    if list_accounts is None:
        return None
    came = (subject.account or {}).get("values", {})
    found = {each.id: each for each in map(_kept, islice(list_accounts(), MOST_ACCOUNTS + 1))}
    if len(found) > MOST_ACCOUNTS:
        raise ConfigError(
            f"More than {MOST_ACCOUNTS} companies are open to whoever signed in. Sign in as somebody who may see fewer,"
            " or allow fewer when you consent."
        )
    return [replace(each, values={**came, **each.values}) for each in found.values()]


def _kept(account: Account) -> Account:
    """A company as the provider states it, as it may be stored and shown. Raises ConfigError for an id that is none."""
    if not isinstance(account.id, str) or not 0 < len(account.id) <= _LONGEST or not account.id.isprintable():
        raise ConfigError("The provider names a company by an id that cannot be used. Tell whoever made the connector.")
    stated = {name: printable(str(value))[:_LONGEST].strip() for name, value in asdict(account).items() if value}
    return Account(
        id=account.id,
        name=stated.get("name") or account.id,
        home_currency=stated.get("home_currency"),
        time_zone=stated.get("time_zone"),
        values={str(name): printable(str(value))[:_LONGEST_VALUE] for name, value in account.values.items()},
    )


def _pick(connection: Connection, found: Sequence[Account], name: str) -> Account | None:
    """The account that is meant; None where a person has to say. Raises ConfigError and WrongCompanyError."""
    if not found:
        raise ConfigError(
            f"{name} shows no company to whoever signed in. Sign in as somebody who may see the company's books."
        )
    before = connection.account or {}
    wanted = connection.account_id or before.get("id")
    if wanted is None:
        return found[0] if len(found) == 1 else None
    chosen = next((each for each in found if each.id == wanted), None)
    if chosen is None:
        shown = ", ".join(each.name for each in found)
        raise WrongCompanyError(
            f"You signed in to {shown}; this connection is {before.get('name') or wanted}'s. Sign in to that company,"
            " or connect the other one as a connection of its own."
        )
    return chosen


def _offer(context: Context, connection: Connection, choices: Sequence[Account]) -> dict[str, Any]:
    with context.transaction() as session:
        if not _is_current(session, connection):
            return {"status": "superseded"}
        shown = [asdict(each) for each in choices]
        reason = f"The consent opens {len(shown)} companies; choose which one this connection is to."
        service.set_status(session, connection.id, "choose_account", reason, choices=shown)
    return {"status": "choose_account", "choices": [{"id": each.id, "name": each.name} for each in choices]}


def _make_ready(context: Context, connection: Connection, account: Account | None, name: str) -> dict[str, Any]:
    with context.transaction() as session:
        if not _is_current(session, connection):
            return {"status": "superseded"}
        _adopt(session, context, connection.id, account, name)
    account_id = account.id if account else None
    with context.storage.hub() as hub:
        directory.enter(hub, context.tenant, connection.id, connection.plugin, account_id)
    context.publish(ConnectionReady(tenant=context.tenant, connection_id=str(connection.id)))
    return {"status": "ready", "account": {"id": account.id, "name": account.name} if account else None}


def _adopt(session: Session, context: Context, connection_id: UUID, account: Account | None, name: str) -> None:
    try:
        candidates.adopt(session, context.vault, service.get(session, connection_id), account, name)
    except IntegrityError as error:
        company = account.name if account else name
        raise ConflictError(
            f"{company} was connected to {name} by another connection at the same moment; use that one."
        ) from error


def _refuse(
    context: Context, connection: Connection, subject: Connection, reason: str, *, is_consent: bool = False
) -> None:
    """Note why it did not work; what opened the connection before goes on doing so."""
    with context.transaction() as session:
        if not _is_current(session, connection):
            return
        now = service.get(session, connection.id)
        if now.candidate is not None:
            candidates.drop(session, context.vault, now)
            if now.status != "ready":
                service.set_status(session, now.id, now.status, reason)
            if now.status in ("needs_reconnect", "needs_attention"):
                notices.tell(session, now.id, now.status, f"{now.name}: {reason}")
            return
        status: notices.Kind = "needs_attention"
        if is_consent and subject.auth_method and _is_by_consent(context, subject):
            status = "needs_reconnect"
        service.set_status(session, now.id, status, reason)
        notices.tell(session, now.id, status, f"{now.name}: {reason}")


def _note_wait(context: Context, connection: Connection, reason: str) -> None:
    """Say why it is not tried yet; one that is ready is well all the same."""
    with context.transaction() as session:
        if _is_current(session, connection):
            service.note_reason(session, connection.id, reason)


def _is_by_consent(context: Context, subject: Connection) -> bool:
    ways = context.registry.get(subject.plugin).auth
    return any(auth.method == subject.auth_method and auth.kind == "oauth2_code" for auth in ways)


def _is_current(session: Session, tried: Connection) -> bool:
    """Whether what was tried is still what is to be tried: nobody has disconnected or proposed anew meanwhile."""
    now = service.get(session, tried.id, for_update=True)
    if now.status == "disconnected" and tried.status != "disconnected":
        return False
    return (now.candidate or {}).get("id") == (tried.candidate or {}).get("id")
