"""Writers and templates: /api/reminder-writers, /api/reminder-templates, and replies to disputes."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import ValidationError

from hub.errors import NotFoundError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session, today
from hub.http.etags import expected_version, version_header
from hub.http.openapi import IF_MATCH
from hub.reminders import mail, replying, templates, trial, truth, writers
from hub.reminders.fact_sheet import Links
from hub.reminders.house import House, house_of
from hub.reminders.writers_schemas import (
    FilledSchema,
    ReplyDraftInputSchema,
    ReplyDraftSchema,
    TemplateInputSchema,
    TemplateListSchema,
    TemplatePreviewInputSchema,
    TemplateSchema,
    WriterInputSchema,
    WriterListSchema,
    WriterSchema,
    WriterTestInputSchema,
    WrittenSchema,
)
from hub.reminders.writing import Written
from hub.sdk.facts import FactSheet, Refusal
from hub.sdk.writer import Draft, WritingTask

reminder_writers = Blueprint(
    "reminder-writers",
    __name__,
    url_prefix="/api/reminder-writers",
    description="What writes reminders: the template, a language model, or another plugin.",
)
reminder_templates = Blueprint(
    "reminder-templates",
    __name__,
    url_prefix="/api/reminder-templates",
    description="The texts that the template writes from, in four languages and six tones.",
)
dispute_replies = Blueprint("dispute-replies", __name__, url_prefix="/api/disputes")


@reminder_writers.route("")
@reminder_writers.doc(operationId="listReminderWriters")
@reminder_writers.response(200, WriterListSchema)
def list_writers() -> Response:
    """All writers of this installation, and how the tenant set them up"""
    hub = current_hub()
    with tenant_session() as session:
        return answer({"items": writers.show_all(session, hub.vault, hub.registry())})


@reminder_writers.route("/<string:plugin>")
class Writer(MethodView):
    """One writer."""

    @reminder_writers.doc(operationId="updateReminderWriter", parameters=[IF_MATCH])
    @reminder_writers.arguments(WriterInputSchema)
    @reminder_writers.response(200, WriterSchema)
    def put(self, body: dict[str, Any], plugin: str) -> Response:
        """Set up a writer, and agree that it may ask outside of this installation"""
        hub, version = current_hub(), expected_version()
        with tenant_session() as session:
            shown = writers.set_up(
                session,
                hub.vault,
                hub.registry(),
                plugin,
                body["config"],
                is_agreed=body["is_agreed"],
                now=now(),
                expected_version=version,
            )
            return answer(shown, headers=version_header(shown["version"]))

    @reminder_writers.doc(operationId="removeReminderWriter")
    @reminder_writers.response(204)
    def delete(self, plugin: str) -> Response:
        """Forget how a writer was set up, its secrets with it"""
        with tenant_session() as session:
            writers.remove(session, current_hub().vault, plugin)
        return Response(status=204)


@reminder_writers.route("/<string:plugin>/test", methods=["POST"])
@reminder_writers.doc(operationId="testReminderWriter")
@reminder_writers.arguments(WriterTestInputSchema)
@reminder_writers.response(200, WrittenSchema)
def test_writer(body: dict[str, Any], plugin: str) -> Response:
    """Have a writer draft a reminder to a real customer; nothing is stored or sent"""
    hub, house = current_hub(), _house()
    with tenant_session() as session:
        writers.show(session, hub.vault, hub.registry(), plugin)
        facts, links = trial.facts_of(session, house, body["customer_id"], today())
        setup = writers.setup_of(session, hub.vault, hub.settings, plugin)
    task = _task(facts, links, purpose="reminder", language=body["language"], tone=body["tone"])
    return answer(_written(setup.write(hub.registry(), task), facts, links))


@reminder_templates.route("")
@reminder_templates.doc(operationId="listReminderTemplates")
@reminder_templates.response(200, TemplateListSchema)
def list_templates() -> Response:
    """The texts in use, and what they may show"""
    with tenant_session() as session:
        return answer(templates.show_all(session, current_hub().registry()))


@reminder_templates.route("/preview", methods=["POST"])
@reminder_templates.doc(operationId="previewReminderTemplate")
@reminder_templates.arguments(TemplatePreviewInputSchema)
@reminder_templates.response(200, FilledSchema)
def preview_template(body: dict[str, Any]) -> Response:
    """What a customer would read by a text; nothing is stored"""
    house = _house()
    with tenant_session() as session:
        facts, links = trial.facts_of(session, house, body["customer_id"], today())
    chosen = {name: body[name] for name in ("purpose", "language", "tone")}
    draft, verdict = templates.fill(current_hub().registry(), body, _task(facts, links, **chosen))
    return answer(_filled(draft, facts, links, verdict.refusals))


@reminder_templates.route("/<string:purpose>/<string:language>/<string:tone>")
class Template(MethodView):
    """One text."""

    @reminder_templates.doc(operationId="updateReminderTemplate", parameters=[IF_MATCH])
    @reminder_templates.arguments(TemplateInputSchema)
    @reminder_templates.response(200, TemplateSchema)
    def put(self, body: dict[str, Any], purpose: str, language: str, tone: str) -> Response:
        """Have a text of the tenant's own be used; one that the fact check refuses is not stored"""
        key, version = _key(purpose, language, tone), expected_version()
        with tenant_session() as session:
            shown = templates.store(session, current_hub().registry(), key | body, now(), expected_version=version)
            return _shown(shown, key)

    @reminder_templates.doc(operationId="resetReminderTemplate")
    @reminder_templates.response(200, TemplateSchema)
    def delete(self, purpose: str, language: str, tone: str) -> Response:
        """Go back to the text that comes with the hub"""
        key = _key(purpose, language, tone)
        with tenant_session() as session:
            return _shown(templates.reset(session, current_hub().registry(), key), key)


@dispute_replies.route("/<uuid:dispute_id>/reply-draft", methods=["POST"])
@dispute_replies.doc(operationId="draftDisputeReply")
@dispute_replies.arguments(ReplyDraftInputSchema)
@dispute_replies.response(200, ReplyDraftSchema)
def draft_reply(body: dict[str, Any], dispute_id: UUID) -> Response:
    """What could be answered to whoever raised a dispute, as it stands; nothing is stored or sent"""
    hub, house = current_hub(), _house()
    with tenant_session() as session:
        task, recipients = replying.task_of(
            session, house, dispute_id, today(), tone=body["tone"], language=body.get("language")
        )
        setup = writers.setup_of(session, hub.vault, hub.settings, body["writer"])
    shown = _written(setup.write(hub.registry(), task), task.facts, Links())
    return answer(shown | {"recipients": recipients})


def _house() -> House:
    hub = current_hub()
    return house_of(hub.storage, hub.settings, hub.vault, hub.registry(), caller().tenant)


def _task(facts: FactSheet, links: Links, **chosen: Any) -> WritingTask:
    return WritingTask(facts=facts, page=links.page, payment_link=links.payment, **chosen)


def _written(written: Written, facts: FactSheet, links: Links) -> dict[str, Any]:
    draft = Draft(subject=written.subject, text=written.text, language=written.language)
    attempts = [
        {"writer": each.writer, "subject": each.subject, "text": each.text, "refusals": truth.as_rows(each.refusals)}
        for each in written.attempts
    ]
    shown = _filled(draft, facts, links, written.attempts[-1].refusals)
    return shown | {"writer": written.writer, "fell_back": written.fell_back, "attempts": attempts}


def _filled(draft: Draft, facts: FactSheet, links: Links, refusals: tuple[Refusal, ...]) -> dict[str, Any]:
    return {
        "customer_name": facts.customer.name,
        "language": draft.language,
        "subject": draft.subject,
        "text": draft.text,
        "html": mail.html_of(draft.text, facts, draft.language, links),
        "verdict": {"passes": not refusals, "refusals": truth.as_rows(refusals)},
    }


def _key(purpose: str, language: str, tone: str) -> dict[str, str]:
    """The three that name a text. Raises NotFoundError where one of them is none."""
    key = {"purpose": purpose, "language": language, "tone": tone}
    try:
        for name, value in key.items():
            TemplateSchema._declared_fields[name].deserialize(value)
    except ValidationError as error:
        raise NotFoundError("There is no such template.") from error
    return key


def _shown(shown: dict[str, Any], key: dict[str, str]) -> Response:
    found = next(each for each in shown["items"] if all(each[name] == value for name, value in key.items()))
    return answer(found, headers=version_header(found["version"]))
