"""What was done: /api/audit for a tenant's admins, /api/operator/audit for the installation's operators."""

from collections.abc import Iterator
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from hub.http.answers import answer, dumps
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, tenant_session
from hub.http.paging import Key, Sort
from hub.http.spreadsheets import CSV, csv_rows
from hub.identity import audit
from hub.identity.audit_schemas import (
    AuditArguments,
    AuditExportArguments,
    AuditListSchema,
    VerificationArguments,
    VerificationSchema,
)

blp = Blueprint("audit", __name__, url_prefix="/api/audit", description="What was done, by whom, to what.")
operator = Blueprint(
    "operator_audit", __name__, url_prefix="/api/operator/audit", description="What was done to the installation."
)

JSONL = "application/jsonl"
_FILES = {
    "description": "The file, streamed.",
    "content": {kind: {"schema": {"type": "string"}} for kind in ("text/csv", JSONL)},
}
_ORDER = Sort("-number", (Key("number", "number", "int"),), descending=True)


@blp.route("")
@blp.doc(operationId="listAudit")
@blp.arguments(AuditArguments, location="query")
@blp.response(200, AuditListSchema)
def list_audit(arguments: dict[str, Any]) -> Response:
    """What was done in this tenant, newest first"""
    with tenant_session() as session:
        return _page(session, caller().tenant, arguments)


@blp.route("/export")
@blp.doc(operationId="exportAudit", responses={"200": _FILES})
@blp.arguments(AuditExportArguments, location="query")
def export_audit(arguments: dict[str, Any]) -> Response:
    """The audit as a file, newest first: CSV, or one JSON object a line"""
    form, limit = arguments.pop("format"), arguments.pop("limit")
    events = audit.export_events(current_hub().storage, caller().tenant, arguments, limit=limit)
    body = csv_rows(audit.COLUMNS, (tuple(event.values()) for event in events)) if form == "csv" else _lines(events)
    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"'}
    return Response(body, 200, headers, content_type=CSV if form == "csv" else JSONL)


@blp.route("/verification")
@blp.doc(operationId="verifyAudit")
@blp.arguments(VerificationArguments, location="query")
@blp.response(200, VerificationSchema)
def verify_audit(arguments: dict[str, Any]) -> Response:
    """Whether the audit is as it was written: every event there, in order and unchanged"""
    chain, limit = caller().tenant, arguments["limit"]
    with tenant_session() as session:
        newest = audit.head(session, chain).number
        after = min(arguments.get("after", max(newest - limit, 0)), newest)
        verdict = audit.verify(session, chain, after=after, limit=limit)
    is_at_end = verdict.fault is not None or verdict.through >= verdict.head.number
    return answer(
        {
            "is_intact": verdict.fault is None,
            "after": max(after, verdict.base),
            "through": verdict.through,
            "fault": verdict.fault,
            "head_number": verdict.head.number,
            "head_hash": verdict.head.hash.hex(),
            "next_after": None if is_at_end else verdict.through,
        }
    )


@operator.route("")
@operator.doc(operationId="listInstallationAudit")
@operator.arguments(AuditArguments, location="query")
@operator.response(200, AuditListSchema)
def list_installation_audit(arguments: dict[str, Any]) -> Response:
    """What was done to the installation itself, newest first; no tenant's audit"""
    with current_hub().storage.hub() as session:
        return _page(session, audit.INSTALLATION, arguments)


def _page(session: Session, chain: str, arguments: dict[str, Any]) -> Response:
    cursor, limit = arguments.pop("cursor", None), arguments.pop("limit")
    before = _ORDER.position(cursor)["after_0"] if cursor else None
    found = audit.list_events(session, chain, arguments, before_number=before, limit=limit + 1)
    more = _ORDER.cursor(found[limit - 1]) if len(found) > limit else None
    return answer({"items": found[:limit], "next_cursor": more})


def _lines(events: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    for event in events:
        yield dumps(event) + b"\n"
