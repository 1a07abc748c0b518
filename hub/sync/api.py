"""How records come in: single invoices, files, and the runs that brought them."""

from datetime import date
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from hub.errors import InvalidError, TooLargeError
from hub.http import idempotency
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session
from hub.http.etags import version_header
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.jobs.api import accepted
from hub.jobs.schemas import JobSchema
from hub.ledger import service as ledger
from hub.ledger.api import show_invoice
from hub.ledger.schemas import InvoiceSchema
from hub.sdk.connector import FileConnector
from hub.storage.objects import Objects
from hub.sync import service
from hub.sync.schemas import (
    ImportSchema,
    InvoiceInputSchema,
    PreviewSchema,
    RejectListSchema,
    RejectSchema,
    RunArguments,
    RunListSchema,
    RunSchema,
)

entry = Blueprint("entry", __name__, url_prefix="/api/invoices", description="How records come in.")
runs = Blueprint("runs", __name__, url_prefix="/api/runs", description="What each sync brought, and if it ties out.")

PREVIEW_BYTES = 64 * 2**20
_SHOWN_PROBLEMS = 20
_RUN_FIELDS = tuple(RunSchema._declared_fields)
_REJECT_FIELDS = tuple(RejectSchema._declared_fields)


@entry.route("", methods=["POST"], endpoint="create_invoice")
@entry.doc(operationId="createInvoice", parameters=[IDEMPOTENCY_KEY])
@entry.arguments(InvoiceInputSchema)
@entry.response(201, InvoiceSchema)
def create_invoice(body: dict[str, Any]) -> Response:
    """Enter an invoice, or change one that was entered"""
    with tenant_session() as session:
        return idempotency.once(session, lambda: _enter(session, body))


@entry.route("/import", methods=["POST"])
@entry.doc(operationId="importInvoices", parameters=[IDEMPOTENCY_KEY])
@entry.arguments(ImportSchema, location="files")
@entry.response(202, JobSchema, description="The job that imports; follow it at Location.")
def import_file(body: dict[str, Any]) -> Response:
    """Import a receivables export; nothing is stored unless all of it can be used, or skip_bad is set"""
    file: FileStorage = body.pop("file")
    settings = _settings(body)
    name = file.filename or "upload"
    upload = _keep(file)
    content = _digest(upload) + orjson.dumps([name, settings], option=orjson.OPT_SORT_KEYS)
    is_wanted = False
    try:
        with tenant_session() as session:
            response = idempotency.once(
                session,
                lambda: accepted(session, service.request_import(session, upload, settings, name)),
                content=content,
            )
        is_wanted = not idempotency.is_replay(response)
        return response
    finally:
        if not is_wanted:
            _objects().discard(upload)


@entry.route("/import/preview", methods=["POST"])
@entry.doc(operationId="previewImport")
@entry.arguments(ImportSchema, location="files")
@entry.response(200, PreviewSchema)
def preview_import(body: dict[str, Any]) -> Response:
    """How a file would be read: the mapping chosen, what it was chosen by, and the first rows that cannot be used"""
    file: FileStorage = body.pop("file")
    settings = _settings(body)
    upload = _keep(file)
    try:
        if upload.stat().st_size > PREVIEW_BYTES:
            raise TooLargeError(f"A preview takes files up to {PREVIEW_BYTES // 2**20} MB; import it without one.")
        return answer(_preview(upload, settings) | {"file": file.filename or ""})
    finally:
        _objects().discard(upload)


@runs.route("")
@runs.doc(operationId="listRuns")
@runs.arguments(RunArguments, location="query")
@runs.response(200, RunListSchema)
def list_runs(arguments: dict[str, Any]) -> Response:
    """Sync runs with their counts and tie-out, newest first"""
    with tenant_session() as session:
        rows = service.list_runs(session, **arguments)
    return answer({"items": [{name: row[name] for name in _RUN_FIELDS} for row in rows]})


@runs.route("/<uuid:run_id>/rejects")
@runs.doc(operationId="listRejects")
@runs.response(200, RejectListSchema)
def list_rejects(run_id: UUID) -> Response:
    """What a run could not use, and why"""
    with tenant_session() as session:
        rows = service.list_rejects(session, run_id)
    return answer({"items": [{name: row[name] for name in _REJECT_FIELDS} for row in rows]})


def _enter(session: Session, body: dict[str, Any]) -> Response:
    invoice_id = ledger.enter_invoice(session, **body, now=now())
    document = show_invoice(session, invoice_id)
    return answer(document, 201, {"Location": f"/api/invoices/{invoice_id}", **version_header(document["version"])})


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """The options as the connector's own settings."""
    settings = {name: value.isoformat() if isinstance(value, date) else value for name, value in options.items()}
    if "mapping" in settings:
        try:
            mapping = orjson.loads(settings["mapping"])
        except orjson.JSONDecodeError:
            mapping = None
        if not isinstance(mapping, dict) or not all(isinstance(each, str | None) for each in mapping.values()):
            message = 'A JSON object of field and column header, for example {"due_date": "Due Date"}.'
            raise InvalidError("The mapping cannot be used.", fields={"mapping": message})
        settings["mapping"] = mapping
    return settings


def _objects() -> Objects:
    return Objects(current_hub().settings)


def _keep(file: FileStorage) -> Path:
    return _objects().put(caller().tenant, file.stream, Path(file.filename or "").suffix)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "blake2b").digest()


def _preview(upload: Path, settings: dict[str, Any]) -> dict[str, Any]:
    connector: FileConnector = current_hub().registry().make(service.FILES, {**settings, "path": str(upload)})
    shown = [
        {name: getattr(error, name) for name in ("line", "field", "value", "expected")} | {"message": str(error)}
        for error in islice(connector.problems(), _SHOWN_PROBLEMS)
    ]
    return {**connector.preview(), "problems": shown}
