"""What a tenant's admin does for privacy: /api/privacy. Addresses come in bodies, since paths are logged."""

from typing import Any
from uuid import UUID

from flask import Response, send_file
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session
from hub.http.etags import expected_version, version_header
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH
from hub.jobs import service as jobs
from hub.jobs.api import accepted
from hub.jobs.schemas import JobSchema
from hub.privacy import contacts, exports, periods, retention
from hub.privacy.schemas import (
    ContactExportSchema,
    ErasedSchema,
    ErasurePreviewSchema,
    ErasureSchema,
    RetentionInputSchema,
    RetentionSchema,
    WantedContactSchema,
)

privacy = Blueprint(
    "privacy", __name__, url_prefix="/api/privacy", description="Copies, erasure, and how long what is kept."
)


@privacy.route("/exports", methods=["POST"])
@privacy.doc(operationId="requestTenantExport", parameters=[IDEMPOTENCY_KEY])
@privacy.response(202, JobSchema, description="The job that writes it; follow it at Location.")
def request_export() -> Response:
    """Ask for a copy of everything: a ZIP to download once the job is done"""
    with tenant_session() as session:
        return once(session, lambda: accepted(session, jobs.submit(session, "privacy.export", {})))


@privacy.route("/exports/<uuid:export_id>")
@privacy.doc(operationId="downloadExport")
@privacy.response(200, {"type": "string", "format": "binary"}, content_type="application/zip")
def download_export(export_id: UUID) -> Response:
    """The copy of everything that a job has written, for 7 days; the id is the job's"""
    tenant = caller().tenant
    path = exports.find_export(current_hub().settings, tenant, export_id, now())
    name = f"paypredict-{tenant}-{export_id}.zip"
    return send_file(path, mimetype="application/zip", as_attachment=True, download_name=name, conditional=False)


@privacy.route("/contacts/preview", methods=["POST"])
@privacy.doc(operationId="previewContactErasure")
@privacy.arguments(WantedContactSchema)
@privacy.response(200, ErasurePreviewSchema)
def preview_contact(body: dict[str, Any]) -> Response:
    """Where an e-mail address is held, before it is erased"""
    with tenant_session() as session:
        return answer(contacts.preview(session, current_hub().storage, body["email"]))


@privacy.route("/contacts/export", methods=["POST"])
@privacy.doc(operationId="exportContact")
@privacy.arguments(WantedContactSchema)
@privacy.response(200, ContactExportSchema)
def export_contact(body: dict[str, Any]) -> Response:
    """Everything that is held of an e-mail address, to answer a person who asks"""
    with tenant_session() as session:
        return answer(contacts.export(session, current_hub().storage, body["email"], now()))


@privacy.route("/contacts/erasure", methods=["POST"])
@privacy.doc(operationId="eraseContact", parameters=[IDEMPOTENCY_KEY])
@privacy.arguments(ErasureSchema)
@privacy.response(200, ErasedSchema)
def erase_contact(body: dict[str, Any]) -> Response:
    """Erase a person by e-mail address, for good; amounts, dates and document numbers stay, as accounting law asks"""
    address = body.pop("email")
    with tenant_session() as session:
        return once(
            session,
            lambda: answer(contacts.erase_contact(session, current_hub().storage, address, now=now(), **body)),
        )


@privacy.route("/retention")
class Retention(MethodView):
    """How long what is kept."""

    @privacy.doc(operationId="getRetention")
    @privacy.response(200, RetentionSchema)
    def get(self) -> Response:
        """How long what is kept"""
        with tenant_session() as session:
            return _show_retention(session)

    @privacy.doc(operationId="updateRetention", parameters=[IF_MATCH])
    @privacy.arguments(RetentionInputSchema)
    @privacy.response(200, RetentionSchema)
    def put(self, body: dict[str, Any]) -> Response:
        """Choose how long what is kept"""
        with tenant_session() as session:
            retention.choose(session, body["periods"], expected_version())
            return _show_retention(session)


def _show_retention(session: Session) -> Response:
    chosen = retention.chosen(session)
    days = periods.effective(chosen)
    shown = [
        {
            "kind": name,
            "about": kind.about,
            "days": days[name],
            "default_days": kind.days,
            "least": kind.least,
            "most": kind.most,
        }
        for name, kind in periods.KINDS.items()
    ]
    return answer({"periods": shown}, headers=version_header(periods.version(chosen)))
