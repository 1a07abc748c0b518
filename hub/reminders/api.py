"""Reminders: /api/reminders."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.http.access import ACCESS, Role
from hub.http.answers import JSON, answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session
from hub.http.etags import expected_version, version_header
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH
from hub.identity.public_address import base_url
from hub.reminders import approving, composing, documents, listing, service
from hub.reminders.house import House, house_of
from hub.reminders.schemas import (
    MOST_AT_ONCE,
    BulkAnswerSchema,
    BulkInputSchema,
    ReminderArguments,
    ReminderChangeSchema,
    ReminderEventsSchema,
    ReminderInputSchema,
    ReminderPageSchema,
    ReminderPreviewInputSchema,
    ReminderPreviewSchema,
    ReminderReasonInputSchema,
    ReminderSchema,
    RewriteInputSchema,
    ScheduleInputSchema,
    SettleInputSchema,
    TestedReminderSchema,
)

reminders = Blueprint(
    "reminders", __name__, url_prefix="/api/reminders", description="What is sent to customers who owe, and when."
)


@reminders.route("")
class Reminders(MethodView):
    """The list of reminders."""

    @reminders.doc(operationId="listReminders")
    @reminders.arguments(ReminderArguments, location="query")
    @reminders.response(200, ReminderPageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """Reminders, page by page"""
        page = listing.list_reminders(current_hub().storage, caller().tenant, arguments)
        return Response(page, 200, content_type=JSON)

    @reminders.doc(operationId="createReminder", parameters=[IDEMPOTENCY_KEY])
    @reminders.arguments(ReminderInputSchema)
    @reminders.response(201, ReminderSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Compose a reminder: keep it, ask for approval, schedule it or send it"""
        then = body.pop("then")
        composed = composing.compose(current_hub().storage, _house(), body, now())

        def create(session: Session) -> Response:
            made = composing.store(session, composed, then, now(), is_admin=_is_admin())
            return _show(session, made, 201)

        return _once(create)


@reminders.route("/preview", methods=["POST"])
@reminders.doc(operationId="previewReminder")
@reminders.arguments(ReminderPreviewInputSchema)
@reminders.response(200, ReminderPreviewSchema)
def preview(body: dict[str, Any]) -> Response:
    """What would be sent, with warnings and what the fact check says; nothing is stored"""
    composed = composing.compose(current_hub().storage, _house(), body, now())
    return answer(composing.show(composed))


@reminders.route("/bulk", methods=["POST"])
@reminders.doc(operationId="bulkReminders", parameters=[IDEMPOTENCY_KEY])
@reminders.arguments(BulkInputSchema)
@reminders.response(200, BulkAnswerSchema)
def bulk(body: dict[str, Any]) -> Response:
    """Approve, reject, skip or cancel up to 1,000 reminders; those that it is refused of do not keep the others"""
    ids = body.get("ids") or listing.ids_of(current_hub().storage, caller().tenant, body["filter"], MOST_AT_ONCE)
    arguments: dict[str, Any] = {}
    if body["action"] == "approve":
        arguments["is_admin"] = _is_admin()
    elif "reason" in body:
        arguments["reason"] = body["reason"]

    def decide(session: Session) -> Response:
        done, failed = approving.decide_all(session, body["action"], list(dict.fromkeys(ids)), now(), **arguments)
        return answer({"done": done, "failed": failed})

    return _once(decide)


@reminders.route("/<uuid:reminder_id>")
class Reminder(MethodView):
    """One reminder."""

    @reminders.doc(operationId="getReminder")
    @reminders.response(200, ReminderSchema)
    def get(self, reminder_id: UUID) -> Response:
        """A reminder with all that is known of it"""
        with tenant_session() as session:
            return _show(session, service.get(session, reminder_id))

    @reminders.doc(operationId="updateReminder", parameters=[IF_MATCH])
    @reminders.arguments(ReminderChangeSchema)
    @reminders.response(200, ReminderSchema)
    def patch(self, body: dict[str, Any], reminder_id: UUID) -> Response:
        """Change recipients, channel, words or time of what has not gone out; what was approved needs it anew"""
        version, house = expected_version(), _house()
        with tenant_session() as session:
            changed = composing.change(session, house, reminder_id, body, now(), expected_version=version)
            return _show(session, changed)


@reminders.route("/<uuid:reminder_id>/events")
@reminders.doc(operationId="listReminderEvents")
@reminders.response(200, ReminderEventsSchema)
def list_events(reminder_id: UUID) -> Response:
    """All that happened to a reminder, oldest first"""
    with tenant_session() as session:
        service.get(session, reminder_id)
        return answer({"items": documents.show_events(session, reminder_id)})


@reminders.route("/<uuid:reminder_id>/approve", methods=["POST"])
@reminders.doc(operationId="approveReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.response(200, ReminderSchema)
def approve(reminder_id: UUID) -> Response:
    """Let it go out at its time"""
    return _step(reminder_id, approving.approve, is_admin=_is_admin())


@reminders.route("/<uuid:reminder_id>/reject", methods=["POST"])
@reminders.doc(operationId="rejectReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.arguments(ReminderReasonInputSchema)
@reminders.response(200, ReminderSchema)
def reject(body: dict[str, Any], reminder_id: UUID) -> Response:
    """Refuse to send it"""
    return _step(reminder_id, approving.reject, **body)


@reminders.route("/<uuid:reminder_id>/skip", methods=["POST"])
@reminders.doc(operationId="skipReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.arguments(ReminderReasonInputSchema)
@reminders.response(200, ReminderSchema)
def skip(body: dict[str, Any], reminder_id: UUID) -> Response:
    """Leave this one out; the sequence goes on with its next stage"""
    return _step(reminder_id, approving.skip, **body)


@reminders.route("/<uuid:reminder_id>/cancel", methods=["POST"])
@reminders.doc(operationId="cancelReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.response(200, ReminderSchema)
def cancel(reminder_id: UUID) -> Response:
    """Withdraw it before it goes out"""
    return _step(reminder_id, approving.cancel)


@reminders.route("/<uuid:reminder_id>/schedule", methods=["POST"])
@reminders.doc(operationId="scheduleReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.arguments(ScheduleInputSchema)
@reminders.response(200, ReminderSchema)
def schedule(body: dict[str, Any], reminder_id: UUID) -> Response:
    """Have a draft sent, now or at an instant"""
    return _step(reminder_id, approving.schedule, is_admin=_is_admin(), **body)


@reminders.route("/<uuid:reminder_id>/rewrite", methods=["POST"])
@reminders.doc(operationId="rewriteReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.arguments(RewriteInputSchema)
@reminders.response(200, ReminderSchema)
def rewrite(body: dict[str, Any], reminder_id: UUID) -> Response:
    """Have it written anew, in another tone or language or by another writer; what was approved needs it anew"""
    version = _version()
    written = composing.rewrite(current_hub().storage, _house(), reminder_id, body, now())

    def keep(session: Session) -> Response:
        return _show(session, composing.keep(session, reminder_id, written, now(), expected_version=version))

    return _once(keep)


@reminders.route("/<uuid:reminder_id>/test", methods=["POST"])
@reminders.doc(operationId="sendTestReminder")
@reminders.response(200, TestedReminderSchema)
def send_test(reminder_id: UUID) -> Response:
    """Send it to your own address; nothing else comes of it"""
    address = caller().name if caller().kind == "person" else None
    return answer(composing.send_test(current_hub().storage, _house(), reminder_id, address, now()))


@reminders.route("/<uuid:reminder_id>/settle", methods=["POST"])
@reminders.doc(operationId="settleReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.arguments(SettleInputSchema)
@reminders.response(200, ReminderSchema)
def settle(body: dict[str, Any], reminder_id: UUID) -> Response:
    """Say of one that may have gone out whether it did; if not, it is sent after all"""
    return _step(reminder_id, approving.settle, **body)


@reminders.route("/<uuid:reminder_id>/retry", methods=["POST"])
@reminders.doc(operationId="retryReminder", parameters=[IDEMPOTENCY_KEY])
@reminders.response(200, ReminderSchema)
def retry(reminder_id: UUID) -> Response:
    """Try once more to send what failed"""
    return _step(reminder_id, approving.retry, is_admin=_is_admin())


def _step(reminder_id: UUID, verb: Callable[..., service.Row], **arguments: Any) -> Response:
    """Take a step, at most once per Idempotency-Key; `If-Match` is heeded where it is sent."""
    version = _version()

    def take(session: Session) -> Response:
        return _show(session, verb(session, reminder_id, now(), expected_version=version, **arguments))

    return _once(take)


def _once(work: Callable[[Session], Response]) -> Response:
    with tenant_session() as session:
        return once(session, lambda: work(session))


def _version() -> int | None:
    return expected_version() if "If-Match" in request.headers else None


def _is_admin() -> bool:
    return Role.ADMIN in caller().roles or not {"*", "reminders:admin"}.isdisjoint(caller().scopes)


def _house() -> House:
    hub = current_hub()
    return house_of(hub.storage, hub.settings, hub.vault, hub.registry(), caller().tenant)


def _show(session: Session, reminder: service.Row, status: int = 200) -> Response:
    may_write = ACCESS["approveReminder"].allows(caller().roles, caller().scopes)
    base = base_url(current_hub().settings)
    shown = documents.show_reminder(session, reminder, base=base, may_write=may_write, is_admin=_is_admin())
    return answer(shown, status, headers=version_header(reminder["version"]))
