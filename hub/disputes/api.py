"""Disputes: /api/disputes."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import orjson
from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.disputes import capture, documents, listing, moves, service, suggestion
from hub.disputes.history import mover
from hub.disputes.schemas import (
    AcceptInputSchema,
    CodeInputSchema,
    CommentInputSchema,
    DisputeArguments,
    DisputeBatchAnswerSchema,
    DisputeBatchSchema,
    DisputeChangeSchema,
    DisputeFilterArguments,
    DisputeHistorySchema,
    DisputeInputSchema,
    DisputePageSchema,
    DisputeSchema,
    EvidenceInputSchema,
    OwnerListSchema,
    ProposalInputSchema,
    RejectInputSchema,
    ReopenInputSchema,
    ResolveInputSchema,
)
from hub.disputes.write_back import ask
from hub.errors import ConflictError, InvalidError
from hub.http.access import ACCESS, Role
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, now, tenant_session, today
from hub.http.etags import expected_version, version_header
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY, IF_MATCH
from hub.http.spreadsheets import CSV
from hub.identity.colleagues import who_works
from hub.ledger import adjustments
from hub.ledger.owed import owed_by_number
from hub.storage import audit

disputes = Blueprint(
    "disputes", __name__, url_prefix="/api/disputes", description="What customers object to, and what becomes of it."
)

_FILE = {"description": "The file, streamed.", "content": {"text/csv": {"schema": {"type": "string"}}}}


@disputes.route("")
class Disputes(MethodView):
    """The list of disputes."""

    @disputes.doc(operationId="listDisputes")
    @disputes.arguments(DisputeArguments, location="query")
    @disputes.response(200, DisputePageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """Disputes, page by page"""
        storage = current_hub().storage
        page = listing.list_disputes(storage, caller().tenant, _meant(arguments))
        return answer(documents.with_owners(storage, orjson.loads(page)))

    @disputes.doc(operationId="createDispute", parameters=[IDEMPOTENCY_KEY])
    @disputes.arguments(DisputeInputSchema)
    @disputes.response(201, DisputeSchema)
    def post(self, body: dict[str, Any]) -> Response:
        """Open a dispute of an invoice: it holds the invoice, and its text is read"""

        def create(session: Session) -> Response:
            opened = _open(session, [body], "api")[0]
            return _show(session, service.get(session, opened.id), {}, 201)

        return _once(create)


@disputes.route("/batch", methods=["POST"])
@disputes.doc(operationId="createDisputes", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(DisputeBatchSchema)
@disputes.response(201, DisputeBatchAnswerSchema)
def create_disputes(body: dict[str, Any]) -> Response:
    """Open up to 1,000 disputes, all or none"""

    def create(session: Session) -> Response:
        opened = _open(session, body["disputes"], "batch", "disputes.")
        return answer({"disputes": [{"id": each.id, "number": each.number} for each in opened]}, 201)

    return _once(create)


@disputes.route("/export")
@disputes.doc(operationId="exportDisputes", responses={"200": _FILE})
@disputes.arguments(DisputeFilterArguments, location="query")
def export_disputes(arguments: dict[str, Any]) -> Response:
    """All disputes that match, as CSV"""
    body = listing.export_disputes(current_hub().storage, caller().tenant, _meant(arguments))
    headers = {"Content-Disposition": f'attachment; filename="disputes-{today()}.csv"'}
    return Response(body, 200, headers, content_type=CSV)


@disputes.route("/owners")
@disputes.doc(operationId="listDisputeOwners")
@disputes.response(200, OwnerListSchema)
def list_owners() -> Response:
    """Who may look after disputes: the tenant's admins and members"""
    with current_hub().storage.hub() as session:
        return answer({"items": who_works(session, caller().tenant)})


@disputes.route("/<uuid:dispute_id>")
class Dispute(MethodView):
    """One dispute."""

    @disputes.doc(operationId="getDispute")
    @disputes.response(200, DisputeSchema)
    def get(self, dispute_id: UUID) -> Response:
        """A dispute with all that is known of it"""
        people = _people(dispute_id)
        with tenant_session() as session:
            return _show(session, service.get(session, dispute_id), people)

    @disputes.doc(operationId="updateDispute", parameters=[IF_MATCH])
    @disputes.arguments(DisputeChangeSchema)
    @disputes.response(200, DisputeSchema)
    def patch(self, body: dict[str, Any], dispute_id: UUID) -> Response:
        """Change owner, due day, disputed amount, product or invoice"""
        version = expected_version()
        _check_owner(body.get("owner_id"))
        people = _people(dispute_id, body.get("owner_id"))
        with tenant_session() as session:
            service.change(session, dispute_id, body, now(), expected_version=version)
            return _show(session, _suggested(session, dispute_id), people)


@disputes.route("/<uuid:dispute_id>/history")
@disputes.doc(operationId="getDisputeHistory")
@disputes.response(200, DisputeHistorySchema)
def get_history(dispute_id: UUID) -> Response:
    """All that happened to a dispute, with what was said, oldest first"""
    with tenant_session() as session:
        service.get(session, dispute_id)
        return answer({"items": documents.show_history(session, dispute_id)})


@disputes.route("/<uuid:dispute_id>/comments", methods=["POST"])
@disputes.doc(operationId="addDisputeComment", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(CommentInputSchema)
@disputes.response(201, DisputeHistorySchema)
def add_comment(body: dict[str, Any], dispute_id: UUID) -> Response:
    """Say something beside a dispute; answers its history"""

    def write(session: Session) -> Response:
        service.comment(session, dispute_id, body["text"], now())
        return answer({"items": documents.show_history(session, dispute_id)}, 201)

    return _once(write)


@disputes.route("/<uuid:dispute_id>/code", methods=["POST"])
@disputes.doc(operationId="setDisputeCode", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(CodeInputSchema)
@disputes.response(200, DisputeSchema)
def set_code(body: dict[str, Any], dispute_id: UUID) -> Response:
    """Say what the reason is: to correct it or to confirm it; the classifier learns from it"""
    return _change(dispute_id, service.set_code, is_suggested_anew=True, **body)


@disputes.route("/<uuid:dispute_id>/evidence", methods=["POST"])
@disputes.doc(operationId="setDisputeEvidence", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(EvidenceInputSchema)
@disputes.response(200, DisputeSchema)
def set_evidence(body: dict[str, Any], dispute_id: UUID) -> Response:
    """Say of a piece of evidence whether it is there"""
    return _change(dispute_id, service.set_evidence, is_suggested_anew=True, **body)


@disputes.route("/<uuid:dispute_id>/investigate", methods=["POST"])
@disputes.doc(operationId="investigateDispute", parameters=[IDEMPOTENCY_KEY])
@disputes.response(200, DisputeSchema)
def investigate(dispute_id: UUID) -> Response:
    """Begin to look into it"""
    return _change(dispute_id, moves.investigate)


@disputes.route("/<uuid:dispute_id>/propose", methods=["POST"])
@disputes.doc(operationId="proposeResolution", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(ProposalInputSchema)
@disputes.response(200, DisputeSchema)
def propose(body: dict[str, Any], dispute_id: UUID) -> Response:
    """Propose how to settle it"""
    return _change(dispute_id, moves.propose, **body)


@disputes.route("/<uuid:dispute_id>/accept", methods=["POST"])
@disputes.doc(operationId="acceptDispute", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(AcceptInputSchema)
@disputes.response(200, DisputeSchema)
def accept(body: dict[str, Any], dispute_id: UUID) -> Response:
    """Agree with the customer, by what is proposed or else suggested"""
    return _change(dispute_id, _accept, **body)


def _accept(session: Session, dispute_id: UUID, *, write_back: bool, **arguments: Any) -> Mapping[str, Any]:
    after = moves.accept(session, dispute_id, is_admin=_is_admin(), **arguments)
    if write_back:
        for made in adjustments.list_adjustments(session, dispute_id=dispute_id, status=("pending",)):
            ask(session, made.id, current_hub().registry())
    return after


@disputes.route("/<uuid:dispute_id>/reject", methods=["POST"])
@disputes.doc(operationId="rejectDispute", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(RejectInputSchema)
@disputes.response(200, DisputeSchema)
def reject(body: dict[str, Any], dispute_id: UUID) -> Response:
    """Uphold the invoice"""
    return _change(dispute_id, moves.reject, **body)


@disputes.route("/<uuid:dispute_id>/resolve", methods=["POST"])
@disputes.doc(operationId="resolveDispute", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(ResolveInputSchema)
@disputes.response(200, DisputeSchema)
def resolve(body: dict[str, Any], dispute_id: UUID) -> Response:
    """End it; what it held is let go"""
    return _change(dispute_id, moves.resolve, **body)


@disputes.route("/<uuid:dispute_id>/reopen", methods=["POST"])
@disputes.doc(operationId="reopenDispute", parameters=[IDEMPOTENCY_KEY])
@disputes.arguments(ReopenInputSchema)
@disputes.response(200, DisputeSchema)
def reopen(body: dict[str, Any], dispute_id: UUID) -> Response:
    """Take up again what was resolved"""
    return _change(dispute_id, moves.reopen, is_suggested_anew=True, **body)


def _change(
    dispute_id: UUID, verb: Callable[..., Mapping[str, Any]], *, is_suggested_anew: bool = False, **arguments: Any
) -> Response:
    """Do something to a dispute, at most once per Idempotency-Key; `If-Match` is heeded where it is sent.

    `is_suggested_anew`: what the policy suggests may be another thing after it.
    """
    version = expected_version() if "If-Match" in request.headers else None
    people = _people(dispute_id)

    def change(session: Session) -> Response:
        after = verb(session, dispute_id, now=now(), expected_version=version, **arguments)
        return _show(session, _suggested(session, dispute_id) if is_suggested_anew else after, people)

    return _once(change)


def _suggested(session: Session, dispute_id: UUID) -> Mapping[str, Any]:
    suggestion.suggest(session, dispute_id, now(), today=today())
    return service.get(session, dispute_id)


def _once(work: Callable[[Session], Response]) -> Response:
    with tenant_session() as session:
        return once(session, lambda: work(session))


def _open(
    session: Session, bodies: list[dict[str, Any]], source: capture.Source, fields: str = ""
) -> list[capture.Opened]:
    invoices = _numbered(session, bodies, fields)
    openings = [
        capture.Opening(source=source, invoice_id=invoice_id, **{k: v for k, v in body.items() if k not in _NAMES})
        for body, invoice_id in zip(bodies, invoices, strict=True)
    ]
    opened = capture.open_disputes(session, openings, now(), today=today(), fields=fields)
    for place, each in enumerate(opened):
        if not each.is_new:
            name = f"{fields}{place}.external_id" if fields else "external_id"
            raise ConflictError(f"D-{each.number} has this external id.", fields={name: f"D-{each.number} has it."})
    return opened


_NAMES = ("invoice_id", "invoice_number")


def _numbered(session: Session, bodies: list[dict[str, Any]], fields: str) -> list[UUID]:
    """The invoice of each; those named by number are looked up. Raises InvalidError, naming all that lead nowhere."""
    found: dict[str, list[UUID]] = {}
    for each in owed_by_number(session, {body["invoice_number"] for body in bodies if "invoice_number" in body}):
        found.setdefault(each.number, []).append(each.id)
    problems: dict[str, str] = {}
    ids: list[UUID] = []
    for place, body in enumerate(bodies):
        if "invoice_id" in body:
            ids.append(body["invoice_id"])
            continue
        those = found.get(body["invoice_number"], [])
        if len(those) == 1:
            ids.append(those[0])
            continue
        message = "Several invoices have this number: give invoice_id." if those else "No invoice has this number."
        problems[f"{fields}{place}.invoice_number" if fields else "invoice_number"] = message
    if problems:
        raise InvalidError("Some invoices cannot be told by their numbers; nothing was stored.", fields=problems)
    return ids


def _meant(arguments: dict[str, Any]) -> dict[str, Any]:
    if "owner" in arguments:
        arguments["owner"] = caller().id if arguments["owner"] == "me" else arguments["owner"].lower()
    return {**arguments, "today": today()}


def _check_owner(owner_id: UUID | None) -> None:
    if owner_id is None or str(owner_id) == caller().id:
        return
    with current_hub().storage.hub() as session:
        if all(each.id != owner_id for each in who_works(session, caller().tenant)):
            raise InvalidError(
                "They cannot look after disputes.", fields={"owner_id": "One of those that /api/disputes/owners names."}
            )


def _is_admin() -> bool:
    return Role.ADMIN in caller().roles or "*" in caller().scopes


def _may_write() -> bool:
    return ACCESS["investigateDispute"].allows(caller().roles, caller().scopes)


def _people(dispute_id: UUID, owner_id: UUID | None = None) -> dict[UUID, str]:
    """What whoever looks after a dispute, or is going to, is called.

    Asked before the transaction in which it is shown: inside it, requests could each hold a connection and wait for
    another.
    """
    storage = current_hub().storage
    return documents.names(storage, [owner_id, *listing.owners_of(storage, caller().tenant, dispute_id)])


def _show(session: Session, dispute: Mapping[str, Any], people: Mapping[UUID, str], status: int = 200) -> Response:
    shown = documents.show_dispute(
        session,
        dispute,
        people=people,
        today=today(),
        caller_id=caller().id,
        mover=mover(audit.actor()) if _may_write() else None,
    )
    return answer(shown, status, headers=version_header(dispute["version"]))
