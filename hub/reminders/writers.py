"""The tenant's writers: how each is set up, what was agreed, and the writer made ready for use.

A writer with the capability `remote` asks a model elsewhere. It is used only once an admin agreed to that for the very
place it asks; where that place changes, its secrets are entered anew and it is agreed to anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.channels import setup
from hub.channels.network import HubNetwork
from hub.connections import forms
from hub.errors import InvalidError, NotFoundError, PreconditionError
from hub.reminders import templates, writing
from hub.reminders.models import reminder_writers
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Kind, Manifest
from hub.sdk.writer import WritingTask
from hub.settings import Settings
from hub.storage import audit
from hub.storage.vault import Vault

REMOTE = "remote"


class Plugins(writing.Plugins, Protocol):
    """What is needed of hub.registry.Registry."""

    def manifests(self, kind: Kind | None = None) -> list[Manifest]:
        """The manifests of all plugins, or of one kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A writer as the tenant set it up, secrets included, for use outside of a transaction."""

    writer: str
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    is_set_up: bool = False
    is_agreed: bool = False
    templates: Sequence[Mapping[str, Any]] = ()
    settings: Settings = field(repr=False)

    def write(self, plugins: Plugins, task: WritingTask) -> writing.Written:
        """A text for `task`, by the template where this writer cannot be used or fails."""
        network, why_not = None, None
        manifest = next((each for each in plugins.manifests("writer") if each.slug == self.writer), None)
        if manifest is None:
            why_not = f"There is no writer {self.writer} in this installation."
        else:
            why_not = _why_not(manifest, is_set_up=self.is_set_up, is_agreed=self.is_agreed)
            if why_not is None and REMOTE in manifest.capabilities:
                try:
                    network = HubNetwork(self.settings, manifest, self.config)
                except ConfigError as error:
                    why_not = str(error)
        return writing.write(
            plugins, self.writer, self.config, task, network=network, templates=self.templates, why_not=why_not
        )


def setup_of(session: Session, vault: Vault, settings: Settings, writer: str | None) -> Setup:
    """How the tenant set up the writer of that slug; None is the template."""
    own = templates.of_tenant(session)
    if writer is None or writer == writing.TEMPLATE:
        return Setup(writer=writing.TEMPLATE, templates=own, settings=settings)
    row = _row(session, writer)
    config = dict(row["config"]) if row else {}
    for name in vault.names(session, _owner(writer)):
        config[name] = vault.get(session, _owner(writer), name, noted=False)
    return Setup(
        writer=writer,
        config=config,
        is_set_up=row is not None,
        is_agreed=bool(row and row["agreed_at"]),
        templates=own,
        settings=settings,
    )


def show_all(session: Session, vault: Vault, plugins: Plugins) -> list[dict[str, Any]]:
    """All writers of this installation, with their forms and how the tenant set them up; the template first."""
    found = sorted(plugins.manifests("writer"), key=lambda each: (each.slug != writing.TEMPLATE, each.name))
    return [_shown(session, vault, each) for each in found]


def show(session: Session, vault: Vault, plugins: Plugins, writer: str) -> dict[str, Any]:
    """One writer, as `show_all` shows it. Raises NotFoundError."""
    return _shown(session, vault, _manifest(plugins, writer))


def set_up(
    session: Session,
    vault: Vault,
    plugins: Plugins,
    writer: str,
    given: Mapping[str, Any],
    *,
    is_agreed: bool,
    now: datetime,
    expected_version: int,
) -> dict[str, Any]:
    """Keep how a writer is set up: its config whole, its secrets only where they change; returns it as `show` does.

    Raises NotFoundError, InvalidError naming each field, and PreconditionError where it was changed meanwhile.
    """
    manifest = _manifest(plugins, writer)
    form = _form(manifest)
    if not form["properties"]:
        message = f"{manifest.name} needs no setting up."
        raise InvalidError(message, fields={"config": message})
    before = _row(session, writer, is_locked=True)
    if (before["version"] if before else 0) != expected_version:
        raise PreconditionError("The writer was changed meanwhile; read it again.")
    held = before["config"] if before else {}
    sealed = set(vault.names(session, _owner(writer)))
    moved = [
        name
        for name in setup.destinations(form)
        if before and (given.get(name) or form["properties"][name].get("default")) != held.get(name)
    ]
    entered = forms.check(form, given, sealed=() if moved else sealed)
    for name in (sealed - entered.secrets.keys()) if moved else (sealed - forms.secret_names(form)):
        vault.forget(session, _owner(writer), name)
    for name, value in entered.secrets.items():
        vault.put(session, _owner(writer), name, value)
    was_agreed = bool(before and before["agreed_at"]) and not moved
    who = audit.actor().id
    agreed = {
        "agreed_at": None if not is_agreed else before["agreed_at"] if before and was_agreed else now,
        "agreed_by": None if not is_agreed else before["agreed_by"] if before and was_agreed else who,
    }
    values = {"config": entered.config, **agreed, "updated_at": now, "updated_by": who}
    stored = insert(reminder_writers).values(plugin=writer, version=1, **values)
    changed = stored.on_conflict_do_update(
        index_elements=["plugin"],
        set_={**values, "version": reminder_writers.c.version + 1},
        where=reminder_writers.c.version == expected_version,
    )
    if session.execute(changed.returning(reminder_writers.c.plugin)).one_or_none() is None:
        raise PreconditionError("The writer was changed meanwhile; read it again.")
    after = {"config": entered.config, "is_agreed": is_agreed}
    audit.record(session, "reminder_writer.set_up", "reminder_writer", writer, before={"config": held}, after=after)
    return _shown(session, vault, manifest)


def remove(session: Session, vault: Vault, writer: str) -> None:
    """Forget how a writer was set up, its secrets with it. Raises NotFoundError."""
    gone = session.execute(delete(reminder_writers).where(reminder_writers.c.plugin == writer)).rowcount  # type: ignore[attr-defined]
    if not gone:
        raise NotFoundError("This writer is not set up.")
    vault.forget(session, _owner(writer))
    audit.record(session, "reminder_writer.removed", "reminder_writer", writer)


def _shown(session: Session, vault: Vault, manifest: Manifest) -> dict[str, Any]:
    row = _row(session, manifest.slug)
    reason = _why_not(manifest, is_set_up=row is not None, is_agreed=bool(row and row["agreed_at"]))
    form = _form(manifest)
    return {
        "plugin": manifest.slug,
        "name": manifest.name,
        "summary": manifest.summary,
        "form": form,
        "config": row["config"] if row else {},
        "sealed": sorted(set(vault.names(session, _owner(manifest.slug))) & forms.secret_names(form)),
        "is_remote": REMOTE in manifest.capabilities,
        "is_ready": reason is None,
        "reason": reason,
        "agreed_at": row["agreed_at"] if row else None,
        "agreed_by": row["agreed_by"] if row else None,
        "version": row["version"] if row else 0,
    }


def _why_not(manifest: Manifest, *, is_set_up: bool, is_agreed: bool) -> str | None:
    if not is_set_up and manifest.config.get("required"):
        return f"{manifest.name} is not set up."
    if REMOTE in manifest.capabilities and not is_agreed:
        return f"Nobody has agreed yet that {manifest.name} may be asked outside of this installation."
    return None


def _form(manifest: Manifest) -> dict[str, Any]:
    """What a person fills in; the tenant's own templates have a page of their own."""
    form = setup.form_of(manifest)
    if "templates" in manifest.capabilities:
        form["properties"].pop("templates", None)
    return form


def _manifest(plugins: Plugins, writer: str) -> Manifest:
    for each in plugins.manifests("writer"):
        if each.slug == writer:
            return each
    raise NotFoundError("There is no such writer.")


def _row(session: Session, writer: str, *, is_locked: bool = False) -> Mapping[str, Any] | None:
    query = select(reminder_writers).where(reminder_writers.c.plugin == writer)
    row = session.execute(query.with_for_update() if is_locked else query).mappings().one_or_none()
    return None if row is None else dict(row)


def _owner(writer: str) -> str:
    return f"writer:{writer}"
