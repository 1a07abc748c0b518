"""Promises to pay: /api/promises."""

from typing import Any
from uuid import UUID

from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.errors import HubError, InvalidError
from hub.http.answers import answer, raw_answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session, today
from hub.http.etags import expected_version, version_header
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.ledger import promises as service
from hub.ledger.promises_listing import list_promises, show_some
from hub.ledger.promises_schemas import (
    PromiseArguments,
    PromiseInputSchema,
    PromiseListSchema,
    PromisePageSchema,
)
from hub.ledger.schemas import PromiseSchema

promises = Blueprint(
    "promises",
    __name__,
    url_prefix="/api/promises",
    description="What customers promised to pay, and what became of it.",
)


@promises.route("")
class Promises(MethodView):
    """The list of promises."""

    @promises.doc(operationId="listPromises")
    @promises.arguments(PromiseArguments, location="query")
    @promises.response(200, PromisePageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """Promises, page by page"""
        return raw_answer(list_promises(current_hub().storage, caller().tenant, {**arguments, "today": today()}))

    @promises.doc(operationId="createPromise", parameters=[IDEMPOTENCY_KEY])
    @promises.arguments(PromiseInputSchema)
    @promises.response(201, PromiseListSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Note that a customer promised to pay, or says to have paid: the invoices are held meanwhile

        What was promised of them before is superseded.
        """

        def create(session: Session) -> Response:
            made = [_promise(session, place, each, body) for place, each in enumerate(_ids(body))]
            return answer({"items": show_some(session, made, today())}, 201)

        with tenant_session() as session:
            return once(session, lambda: create(session))


@promises.route("/<uuid:promise_id>")
@promises.doc(operationId="getPromise")
@promises.response(200, PromiseSchema)
def get_promise(promise_id: UUID) -> Response:
    """A promise, and what became of it"""
    with tenant_session() as session:
        return _show(session, service.get(session, promise_id))


@promises.route("/<uuid:promise_id>/cancel", methods=["POST"])
@promises.doc(operationId="cancelPromise", parameters=[IDEMPOTENCY_KEY])
@promises.response(200, PromiseSchema)
def cancel_promise(promise_id: UUID) -> Response:
    """Have an open promise count for nothing; what it held is let go"""
    version = expected_version() if "If-Match" in request.headers else None
    with tenant_session() as session:
        return once(
            session,
            lambda: _show(session, service.cancel(session, promise_id, now(), expected_version=version)),
        )


def _ids(body: dict[str, Any]) -> list[UUID]:
    return list(dict.fromkeys(body["invoice_ids"]))


def _promise(session: Session, place: int, invoice_id: UUID, body: dict[str, Any]) -> UUID:
    said = {name: value for name, value in body.items() if name != "invoice_ids"}
    try:
        return service.promise(session, invoice_id, now=now(), today=today(), **said).id
    except HubError as error:
        # A day or an amount that cannot be is told as such; whatever else is the matter is this invoice's.
        if error.fields:
            raise
        raise InvalidError(error.detail, fields={f"invoice_ids.{place}": error.detail}) from error


def _show(session: Session, promise: service.Promise) -> Response:
    (shown,) = show_some(session, [promise.id], today())
    return answer(shown, headers=version_header(promise.version))
