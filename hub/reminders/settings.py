"""The tenant's settings of reminders: who signs, when and how often debtors are written to, what may be named.

A document by config/reminder_settings.schema.json; what a tenant has not stored holds as config/reminder_settings.json
says. `read` is what the rest of the room goes by.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub.errors import InvalidError, PreconditionError
from hub.reminders.models import reminder_settings
from hub.reminders.policy import problems_with
from hub.settings import CONFIG
from hub.storage import audit


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of the settings."""
    found: Mapping[str, Any] = json.loads((CONFIG / "reminder_settings.schema.json").read_bytes())
    return found


@cache
def defaults() -> Mapping[str, Any]:
    """The settings of a tenant that has stored none."""
    found: Mapping[str, Any] = json.loads((CONFIG / "reminder_settings.json").read_bytes())
    return found


def read(session: Session) -> dict[str, Any]:
    """The settings in force."""
    document = show(session)["document"]
    return {name: document[name] for name in defaults()}


def show(session: Session) -> dict[str, Any]:
    """The settings with their version (0: the defaults) and when they were stored."""
    row = session.execute(select(reminder_settings)).mappings().one_or_none()
    if row is None:
        return {"document": dict(defaults()), "version": 0, "updated_at": None}
    # A setting that came with a later version of the hub is at its default until somebody stores it.
    document = {**defaults(), **row["document"]}
    return {"document": document, "version": row["version"], "updated_at": row["updated_at"]}


def store(session: Session, document: Any, now: datetime, *, expected_version: int) -> dict[str, Any]:
    """Have these settings be in force; returns them as `show` does.

    Raises InvalidError that names each place, and PreconditionError where others were stored since that version.
    """
    if problems := dict(_problems(document)):
        raise InvalidError("The settings cannot be used as they are; nothing was stored.", fields=problems)
    before = session.execute(select(reminder_settings).with_for_update()).mappings().one_or_none()
    version = before["version"] if before else 0
    changed = PreconditionError("The settings were changed meanwhile: read them again.")
    if version != expected_version:
        raise changed
    values = {"document": document, "version": version + 1, "updated_at": now}
    added = insert(reminder_settings).values(id=1, **values)
    stored = added.on_conflict_do_update(
        index_elements=["id"], set_=values, where=reminder_settings.c.version == version
    )
    # Of two that are the first at once, the second finds a row that neither had seen.
    if session.execute(stored.returning(reminder_settings.c.id)).one_or_none() is None:
        raise changed
    was = before["document"] if before else defaults()
    names = sorted(name for name in document if document[name] != was.get(name))
    audit.record(session, "reminder_settings.stored", "reminder_settings", 1, after={"changed": names})
    return show(session)


def _problems(document: Any) -> Any:
    is_sound = True
    for problem in problems_with(document, schema()):
        is_sound = False
        yield problem
    if not is_sound:
        return
    quiet = document["quiet"]
    if quiet["to"] <= quiet["from"]:
        yield "quiet.to", "The day ends after it begins."
    if quiet["friday_to"] is not None and quiet["friday_to"] <= quiet["from"]:
        yield "quiet.friday_to", "Fridays end after they begin; to send nothing on Fridays, take them off the weekdays."
    if (link := document["payment_link"]) is not None and not _is_link(link):
        yield "payment_link", "An address with {number} where the invoice's number goes, and no other braces."
    if document["bank"] and not _is_iban(document["bank"]["iban"]):
        yield "bank.iban", "This is no IBAN: its check digits do not fit."


def _is_link(link: str) -> bool:
    rest = link.replace("{number}", "")
    return "{" not in rest and "}" not in rest and "{number}" not in link.split("?")[0].split("/")[2]


def _is_iban(iban: str) -> bool:
    """Whether the check digits fit (ISO 13616)."""
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    return int(digits) % 97 == 1
