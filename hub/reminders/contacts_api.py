"""Contacts with customers: who looks after them, notes, and what happened. /api/worklist and /api/customers."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from hub.errors import InvalidError
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session, today
from hub.http.etags import version_header
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.http.paging import Key, Sort
from hub.identity.colleagues import names_of, who_works
from hub.reminders import marks, timeline
from hub.reminders.contact_schemas import (
    ContactNoteInputSchema,
    ContactNoteSchema,
    TimelineArguments,
    TimelineSchema,
    WorklistEntryChangeSchema,
    WorklistEntrySchema,
)

entries = Blueprint("worklist-entries", __name__, url_prefix="/api/worklist", description="Whom to contact, and how.")
talks = Blueprint("talks", __name__, url_prefix="/api/customers", description="Contacts with customers.")

_NEWEST = Sort("-at", (Key("at", "at", "timestamptz"), Key("key", "key", "text")), descending=True)
_NOTE = tuple(ContactNoteSchema._declared_fields)


@entries.route("/<uuid:customer_id>", methods=["PATCH"])
@entries.doc(operationId="updateWorklistEntry")
@entries.arguments(WorklistEntryChangeSchema)
@entries.response(200, WorklistEntrySchema)
def update_entry(body: dict[str, Any], customer_id: UUID) -> Response:
    """Say who looks after a customer, or until when it rests"""
    _check_owner(body.get("owner_id"))
    with tenant_session() as session:
        marked = marks.mark(session, customer_id, body, today())
    # Afterwards: inside it, requests could each hold a connection and wait for another.
    with current_hub().storage.hub() as session:
        people = names_of(session, [marked["owner_id"]] if marked["owner_id"] else [])
    return answer(_entry(marked, people), headers=version_header(marked["version"]))


@talks.route("/<uuid:customer_id>/notes", methods=["POST"])
@talks.doc(operationId="addContactNote", parameters=[IDEMPOTENCY_KEY])
@talks.arguments(ContactNoteInputSchema)
@talks.response(201, ContactNoteSchema)
def add_note(body: dict[str, Any], customer_id: UUID) -> Response:
    """Note a call, a meeting or anything else about a customer"""
    with tenant_session() as session:
        return idempotency.once(session, lambda: _noted(marks.add_note(session, customer_id, **body, now=now())))


@talks.route("/<uuid:customer_id>/timeline")
@talks.doc(operationId="getCustomerTimeline")
@talks.arguments(TimelineArguments, location="query")
@talks.response(200, TimelineSchema)
def get_timeline(arguments: dict[str, Any], customer_id: UUID) -> Response:
    """Reminders, promises, disputes, payments and notes of a customer, newest first"""
    limit = arguments["limit"]
    position = _NEWEST.position(arguments["cursor"]) if "cursor" in arguments else None
    after = (position["after_0"], position["after_1"]) if position else None
    kinds = tuple(dict.fromkeys(arguments.get("kinds", timeline.KINDS)))
    with tenant_session() as session:
        found = timeline.read_timeline(session, customer_id, limit + 1, kinds=kinds, after=after)
    cursor = _NEWEST.cursor(found[limit - 1]) if len(found) > limit else None
    return answer({"items": [_item(each) for each in found[:limit]], "next_cursor": cursor})


def _check_owner(owner_id: UUID | None) -> None:
    if owner_id is None:
        return
    with current_hub().storage.hub() as session:
        if all(each.id != owner_id for each in who_works(session, caller().tenant)):
            raise InvalidError(
                "They cannot look after customers.",
                fields={"owner_id": "One of those that /api/disputes/owners names."},
            )


def _entry(marked: Mapping[str, Any], people: Mapping[UUID, str]) -> dict[str, Any]:
    owner_id = marked["owner_id"]
    return {
        "customer_id": marked["customer_id"],
        "owner": {"id": owner_id, "name": people[owner_id]} if owner_id in people else None,
        "snoozed_until": marked["snoozed_until"],
    }


def _noted(note: Mapping[str, Any]) -> Response:
    return answer({name: note[name] for name in _NOTE}, 201)


def _item(row: dict[str, Any]) -> dict[str, Any]:
    item = dict(row)
    item.pop("key")
    item["text"] = item.pop("said")
    return item
