"""How records come in: single invoices, files, and the runs that brought them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from hashlib import file_digest
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from flask import Response
from marshmallow import ValidationError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from hub.connections import service as connections
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
    ConnectionRunArguments,
    CorrectionSchema,
    ImportHeadSchema,
    ImportSchema,
    InvoiceInputSchema,
    PreviewSchema,
    RejectListSchema,
    RejectSchema,
    RunArguments,
    RunDetailSchema,
    RunListSchema,
    RunSchema,
    SyncRequestSchema,
    TieOutSchema,
)

entry = Blueprint("entry", __name__, url_prefix="/api/invoices", description="How records come in.")
runs = Blueprint("runs", __name__, url_prefix="/api/runs", description="What each sync brought, and if it ties out.")

synced = Blueprint(
    "synced", __name__, url_prefix="/api/connections", description="Have a connection read, and see what came of it."
)

PREVIEW_BYTES = 64 * 2**20
_SHOWN_PROBLEMS = 20
_SHOWN_ROWS = 20
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
    with _looked_at(body) as connector:
        return answer(_preview(connector) | {"file": body["name"]})


@entry.route("/import/head", methods=["POST"])
@entry.doc(operationId="readImportHead")
@entry.arguments(ImportSchema, location="files")
@entry.response(200, ImportHeadSchema)
def read_import_head(body: dict[str, Any]) -> Response:
    """The first rows of a file as they stand, also of one of which it is not clear yet what its columns are"""
    with _looked_at(body) as connector:
        return answer({**connector.head(), "file": body["name"]})


@runs.route("")
@runs.doc(operationId="listRuns")
@runs.arguments(RunArguments, location="query")
@runs.response(200, RunListSchema)
def list_runs(arguments: dict[str, Any]) -> Response:
    """Sync runs with their counts and tie-out, newest first"""
    with tenant_session() as session:
        rows = service.list_runs(session, **arguments)
    return answer({"items": [_shown(row) for row in rows]})


@runs.route("/<uuid:run_id>")
@runs.doc(operationId="getRun")
@runs.response(200, RunDetailSchema)
def get_run(run_id: UUID) -> Response:
    """A run with its log and how far it is"""
    with tenant_session() as session:
        row = service.get(session, run_id)
    log = [{name: line[name] for name in ("at", "level", "text")} for line in row["log"]]
    progress = [
        {
            "stream": stream,
            "items": each.get("items", 0),
            "pages": each.get("pages", 0),
            "done": each.get("done", False),
            "share": each.get("share"),
        }
        for stream, each in sorted(row["progress"].items())
    ]
    return answer(_shown(row) | {"log": log, "progress": progress})


@synced.route("/<uuid:connection_id>/sync", methods=["POST"])
@synced.doc(operationId="requestSync", parameters=[IDEMPOTENCY_KEY])
@synced.arguments(SyncRequestSchema)
@synced.response(202, JobSchema, description="The job that reads; follow it at Location.")
def request_sync(body: dict[str, Any], connection_id: UUID) -> Response:
    """Read what changed at the provider, or everything anew"""
    with tenant_session() as session:
        return idempotency.once(
            session, lambda: accepted(session, service.request_sync(session, connection_id, body["kind"]))
        )


@synced.route("/<uuid:connection_id>/runs")
@synced.doc(operationId="listConnectionRuns")
@synced.arguments(ConnectionRunArguments, location="query")
@synced.response(200, RunListSchema)
def list_connection_runs(arguments: dict[str, Any], connection_id: UUID) -> Response:
    """The runs of one connection, newest first"""
    with tenant_session() as session:
        connections.get(session, connection_id)
        rows = service.list_runs(session, connection_id=connection_id, **arguments)
    return answer({"items": [_shown(row) for row in rows]})


@synced.route("/<uuid:connection_id>/tie-out")
@synced.doc(operationId="getTieOut")
@synced.response(200, TieOutSchema)
def get_tie_out(connection_id: UUID) -> Response:
    """The newest comparison with the provider's own receivables, with the customers whose balances differ"""
    with tenant_session() as session:
        row = service.tie_out(session, connection_id)
    return answer(_compared(row))


@runs.route("/<uuid:run_id>/rejects")
@runs.doc(operationId="listRejects")
@runs.response(200, RejectListSchema)
def list_rejects(run_id: UUID) -> Response:
    """What a run could not use, and why"""
    with tenant_session() as session:
        rows = service.list_rejects(session, run_id)
    return answer({"items": [{name: row[name] for name in _REJECT_FIELDS} for row in rows]})


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """A run as lists show it; whose balances differ is told by the tie-out alone."""
    shown = {name: row[name] for name in _RUN_FIELDS}
    tie_out = row["tie_out"]
    return shown | {"tie_out": tie_out and {key: each for key, each in tie_out.items() if key != "customers"}}


def _compared(row: dict[str, Any] | None) -> dict[str, Any]:
    """A run's tie-out, its parts told apart."""
    if row is None:
        row = dict.fromkeys(("id", "status", "started_at"))
    stated = dict(row.get("tie_out") or {})
    customers = stated.pop("customers", {"count": 0, "items": []})
    home = stated.pop("home", None)
    sums = [{"currency": currency, **each} for currency, each in stated.items()]
    all_sums = [*sums, *([home] if home else [])]
    is_equal = not customers["count"] and not any(Decimal(each["difference"]) for each in all_sums)
    return {
        **{"run_id": row["id"], "status": row["status"], "started_at": row["started_at"]},
        "as_of": all_sums[0]["as_of"] if all_sums else None,
        "is_equal": is_equal if row["id"] else None,
        "currencies": [_without_day(each) for each in sums],
        "home": home and _without_day(home),
        "differing_customers": customers["count"],
        "customers": customers["items"],
    }


def _without_day(comparison: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in comparison.items() if name != "as_of"}


def _enter(session: Session, body: dict[str, Any]) -> Response:
    invoice_id = ledger.enter_invoice(session, **body, now=now())
    document = show_invoice(session, invoice_id)
    return answer(document, 201, {"Location": f"/api/invoices/{invoice_id}", **version_header(document["version"])})


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """The options as the connector's own settings."""
    settings = {name: value.isoformat() if isinstance(value, date) else value for name, value in options.items()}
    if "corrections" in settings:
        settings["corrections"] = _corrections(settings["corrections"])
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


def _corrections(given: str) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(given)
    except orjson.JSONDecodeError:
        found = None
    try:
        checked: list[dict[str, Any]] = CorrectionSchema(many=True).load(found)
    except ValidationError as error:
        message = 'A JSON list such as [{"line": 4, "column": "Due Date", "value": "2026-03-01"}].'
        raise InvalidError("The corrections cannot be used.", fields={"corrections": message}) from error
    return checked


@contextmanager
def _looked_at(body: dict[str, Any]) -> Iterator[FileConnector]:
    """A connector over an upload that is kept for as long as it is looked at; `body` is given its name."""
    file: FileStorage = body.pop("file")
    settings = _settings(body)
    upload = _keep(file)
    body["name"] = file.filename or ""
    try:
        if upload.stat().st_size > PREVIEW_BYTES:
            raise TooLargeError(f"A preview takes files up to {PREVIEW_BYTES // 2**20} MB; import it without one.")
        yield current_hub().registry().make(service.FILES, {**settings, "path": str(upload)})
    finally:
        _objects().discard(upload)


def _objects() -> Objects:
    return Objects(current_hub().settings)


def _keep(file: FileStorage) -> Path:
    return _objects().put(caller().tenant, file.stream, Path(file.filename or "").suffix)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "blake2b").digest()


def _preview(connector: FileConnector) -> dict[str, Any]:
    found = iter(connector.problems())
    first = list(islice(found, _SHOWN_PROBLEMS))
    shown = [
        {name: getattr(error, name) for name in ("line", "field", "value", "expected")} | {"message": str(error)}
        for error in first
    ]
    rows = connector.rows(_SHOWN_ROWS, [error.line for error in first if error.line is not None])
    return {
        **connector.preview(),
        "problems": shown,
        "bad_rows": len(first) + sum(1 for _ in found),
        "sample": [{"line": line, "cells": cells} for line, cells in rows],
    }
