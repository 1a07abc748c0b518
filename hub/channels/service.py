"""Channels: what a tenant has set up to reach debtors and its own team, and how each fares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hub import live
from hub.channels import setup
from hub.channels.models import channel_callbacks, channels
from hub.connections import forms, notices
from hub.errors import ConflictError, InvalidError, NotFoundError, PreconditionError
from hub.redaction import sentence
from hub.sdk.errors import RecordError
from hub.sdk.mail_writing import mailbox
from hub.sdk.manifest import Manifest
from hub.storage import audit
from hub.storage.vault import Vault

Purpose = Literal["debtors", "team"]
TryOut = Callable[[Manifest, Mapping[str, Any]], None]
MOST_CHANNELS = 50
"""Of one tenant."""
NOTICE = "channel_failing"
"""The kind of the notice that something does not work."""
_CHANGEABLE = ("name", "per_minute", "per_day", "sender", "sender_name", "reply_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A way to reach somebody. `config` has been checked against the plugin's schema and holds no secrets.

    `sender` is the address that mails are from; `per_minute` and `per_day` are messages at the most, None: no limit.
    """

    id: UUID
    plugin: str
    name: str
    config: Mapping[str, Any]
    purpose: Purpose
    is_default: bool
    status: Literal["ready", "failing", "disabled"]
    reason: str | None
    checked_at: datetime | None
    per_minute: int | None
    per_day: int | None
    sender: str | None
    sender_name: str | None
    reply_to: str | None
    version: int
    created_at: datetime
    updated_at: datetime


def create(
    session: Session,
    vault: Vault,
    manifest: Manifest,
    wanted: Mapping[str, Any],
    try_out: TryOut = lambda manifest, config: None,
) -> Channel:
    """Set up a channel: its name, purpose, config, sender and limits. The first of a purpose becomes its default.

    `try_out` raises InvalidError for a config with which the plugin cannot be made. Raises InvalidError naming each
    field, and ConflictError for a name that is taken or too many channels.
    """
    setup.check_purpose(manifest, wanted["purpose"])
    entered = forms.check(setup.form_of(manifest), wanted.get("config", {}))
    try_out(manifest, {**entered.config, **entered.secrets})
    values = {name: wanted.get(name) or None for name in _CHANGEABLE}
    _check_addresses(values, manifest, wanted["purpose"])
    if (session.scalar(select(func.count()).select_from(channels)) or 0) >= MOST_CHANNELS:
        raise ConflictError(f"A tenant may have {MOST_CHANNELS} channels. Delete those that are not needed.")
    is_default = bool(wanted.get("is_default")) or default_channel(session, wanted["purpose"]) is None
    if is_default:
        _clear_default(session, wanted["purpose"])
    new = insert(channels).values(
        plugin=manifest.slug, purpose=wanted["purpose"], config=entered.config, is_default=is_default, **values
    )
    channel = _stored(session, new.returning(channels), values["name"])
    for name, value in entered.secrets.items():
        vault.put(session, channel.id, name, value)
    after = {"plugin": manifest.slug, "purpose": channel.purpose, "is_default": is_default, **values}
    audit.record(session, "channel.created", "channel", channel.id, after=after | {"config": entered.config})
    return channel


def get(session: Session, channel_id: UUID, *, for_update: bool = False) -> Channel:
    """A channel, held until the transaction ends if `for_update`. Raises NotFoundError."""
    query = select(channels).where(channels.c.id == channel_id)
    row = session.execute(query.with_for_update() if for_update else query).mappings().one_or_none()
    if row is None:
        raise NotFoundError("There is no such channel.")
    return Channel(**row)


def list_channels(session: Session) -> list[Channel]:
    """All channels: those to debtors first, by name."""
    rows = session.execute(select(channels).order_by(channels.c.purpose, channels.c.name)).mappings()
    return [Channel(**row) for row in rows]


def default_channel(session: Session, purpose: Purpose) -> Channel | None:
    """The channel that is used where none is named; None where the tenant has none that is enabled."""
    query = select(channels).where(channels.c.purpose == purpose, channels.c.is_default)
    row = session.execute(query).mappings().one_or_none()
    return Channel(**row) if row else None


def change(
    session: Session,
    vault: Vault,
    manifest: Manifest | None,
    channel_id: UUID,
    wanted: Mapping[str, Any],
    *,
    expected_version: int,
    try_out: TryOut = lambda manifest, config: None,
) -> Channel:
    """Change what `wanted` names; a config is given whole, its secrets only where they change.

    `manifest` is that of the channel's plugin, None where it is not installed any more. Raises NotFoundError,
    PreconditionError where it was changed meanwhile, InvalidError and ConflictError.
    """
    held = get(session, channel_id, for_update=True)
    if held.version != expected_version:
        raise PreconditionError("The channel was changed meanwhile; read it again.")
    values: dict[str, Any] = {name: wanted[name] or None for name in _CHANGEABLE if name in wanted}
    if "config" in wanted:
        values["config"] = _reconfigured(session, vault, _installed(manifest), held, wanted["config"], try_out)
    if manifest is not None:
        _check_addresses({name: values.get(name, getattr(held, name)) for name in _CHANGEABLE}, manifest, held.purpose)
    if "is_disabled" in wanted and wanted["is_disabled"] != (held.status == "disabled"):
        values |= {"status": "disabled" if wanted["is_disabled"] else "ready", "reason": None}
    is_disabled = values.get("status", held.status) == "disabled"
    if is_disabled:
        if wanted.get("is_default"):
            raise InvalidError("What is disabled is no default.", fields={"is_default": "Enable the channel first."})
        values["is_default"] = False
    elif "is_default" in wanted:
        values["is_default"] = wanted["is_default"]
        if wanted["is_default"]:
            _clear_default(session, held.purpose)
    changing = update(channels).where(channels.c.id == channel_id)
    changed = {"version": channels.c.version + 1, "updated_at": func.now()}
    after = _stored(session, changing.values(**values, **changed).returning(channels), values.get("name"))
    names = [name for name in values if getattr(held, name) != getattr(after, name)]
    audit.record(
        session,
        "channel.changed",
        "channel",
        channel_id,
        before={name: getattr(held, name) for name in names},
        after={name: getattr(after, name) for name in names},
    )
    live.tell_after_commit(session, "channel-changed", channel_id=str(channel_id))
    return after


def remove(session: Session, vault: Vault, channel_id: UUID) -> None:
    """Forget a channel and its secrets; what was sent by it stays. Raises NotFoundError."""
    held = get(session, channel_id, for_update=True)
    session.execute(delete(channels).where(channels.c.id == channel_id))
    session.execute(delete(channel_callbacks).where(channel_callbacks.c.channel_id == channel_id))
    vault.forget(session, channel_id)
    audit.record(session, "channel.deleted", "channel", channel_id, before={"name": held.name, "plugin": held.plugin})
    live.tell_after_commit(session, "channel-changed", channel_id=str(channel_id))


def fail(session: Session, channel_id: UUID, reason: str, now: datetime) -> None:
    """Note what a person has to mend before a channel works again, and tell the tenant's admins."""
    held = _set_health(session, channel_id, "failing", reason, now)
    if held is not None and held.status != "failing":
        notices.tell(session, None, NOTICE, f"{held.name}: {reason}")


def mend(session: Session, channel_id: UUID, answered: str, now: datetime) -> None:
    """Note that a channel works; `answered` is what a check found, or nothing."""
    held = _set_health(session, channel_id, "ready", answered, now)
    if held is not None and held.status == "failing":
        notices.settle(session, None, NOTICE)


def _set_health(
    session: Session, channel_id: UUID, status: Literal["ready", "failing"], said: str, now: datetime
) -> Channel | None:
    """The channel as it was; None for one that is gone, or disabled and stays so."""
    row = (
        session.execute(select(channels).where(channels.c.id == channel_id).with_for_update()).mappings().one_or_none()
    )
    if row is None or row["status"] == "disabled":
        return None
    held, reason = Channel(**row), sentence(said) or None
    values = {"status": status, "reason": reason, "checked_at": now}
    session.execute(update(channels).where(channels.c.id == channel_id).values(**values))
    if status != held.status:
        before, after = {"status": held.status}, {"status": status, "reason": reason}
        audit.record(session, "channel.status_changed", "channel", channel_id, before=before, after=after)
        live.tell_after_commit(session, "channel-changed", channel_id=str(channel_id))
    return held


def _reconfigured(
    session: Session, vault: Vault, manifest: Manifest, held: Channel, given: Mapping[str, Any], try_out: TryOut
) -> dict[str, Any]:
    """The new config; its secrets are sealed. A new destination asks for them again: they were meant for the old."""
    form = setup.form_of(manifest)
    sealed = set(vault.names(session, held.id))
    moved = [
        name
        for name in setup.destinations(form)
        if given.get(name, form["properties"][name].get("default")) != held.config.get(name)
    ]
    entered = forms.check(form, given, sealed=() if moved else sealed)
    stale = (sealed - entered.secrets.keys()) if moved else (sealed - forms.secret_names(form))
    for name in stale:
        vault.forget(session, held.id, name)
    for name, value in entered.secrets.items():
        vault.put(session, held.id, name, value)
    names = vault.names(session, held.id)
    secrets = {name: vault.get(session, held.id, name, noted=False) for name in names}
    try_out(manifest, {**entered.config, **secrets})
    return entered.config


def _check_addresses(values: Mapping[str, Any], manifest: Manifest, purpose: Purpose) -> None:
    """Raise InvalidError for a sender that mails cannot be from, or none where debtors are written to."""
    problems = {}
    for name in ("sender", "reply_to"):
        if values.get(name):
            try:
                mailbox(values[name])
            except RecordError as error:
                problems[name] = f"{error}."
    if purpose == "debtors" and not values.get("sender"):
        problems["sender"] = "The address that reminders are from, at a domain of yours."
    if problems:
        raise InvalidError("The channel cannot be used as it is; nothing was stored.", fields=problems)


def _installed(manifest: Manifest | None) -> Manifest:
    if manifest is None:
        raise ConflictError("The plugin of this channel is not installed any more.")
    return manifest


def _clear_default(session: Session, purpose: Purpose) -> None:
    session.execute(
        update(channels).where(channels.c.purpose == purpose, channels.c.is_default).values(is_default=False)
    )


def _stored(session: Session, statement: Any, name: str | None) -> Channel:
    try:
        with session.begin_nested():
            return Channel(**session.execute(statement).mappings().one())
    except IntegrityError as error:
        if "uq_channels_name" in str(error.orig):
            message = f"There is a channel named {name!r} already."
            raise ConflictError(message, fields={"name": "Choose another name."}) from error
        raise ConflictError("Another channel was made the default at the same moment; try again.") from error
