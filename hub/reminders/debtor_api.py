"""The debtor's page: /api/debtor, which asks for a link; and /api/copy-requests, for the tenant's people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.http.answers import answer
from hub.http.blueprint import Blueprint
from hub.http.context import current_hub, now, tenant_session
from hub.http.idempotency import once
from hub.http.openapi import IDEMPOTENCY_KEY
from hub.reminders import copies, debtor_links, debtor_page
from hub.reminders.debtor_links import Link
from hub.reminders.debtor_schemas import (
    CopyInputSchema,
    CopyRequestArguments,
    CopyRequestListSchema,
    CopyRequestSchema,
    DebtorDisputeInputSchema,
    DebtorPageSchema,
    DebtorPaymentInputSchema,
    DebtorPromiseInputSchema,
)
from hub.reminders.unsubscribe_page import POLICY, asked, done
from hub.storage import audit
from hub.tenants import service as tenants

debtor = Blueprint(
    "debtor",
    __name__,
    url_prefix="/api/debtor",
    description="What a customer owes, for the customer: a link's token alone says whose it is.",
)
copy_requests = Blueprint(
    "copy-requests", __name__, url_prefix="/api/copy-requests", description="Copies that customers asked for."
)

_HTML = "text/html; charset=utf-8"
_PAGE = {"description": "A page for people.", "content": {"text/html": {"schema": {"type": "string"}}}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """Somebody with a link that is good, in a transaction of its tenant."""

    session: Session
    link: Link
    company: str
    today: date


@debtor.route("/<token>")
@debtor.doc(operationId="getDebtorPage")
@debtor.response(200, DebtorPageSchema)
@debtor.alt_response(410, "LINK_EXPIRED")
def get_debtor_page(token: str) -> Response:
    """What the customer of this link owes, and what they said to it"""
    with _visit(token) as visit:
        return _show(visit)


@debtor.route("/<token>/promises", methods=["POST"])
@debtor.doc(operationId="makeDebtorPromise", parameters=[IDEMPOTENCY_KEY])
@debtor.arguments(DebtorPromiseInputSchema)
@debtor.response(200, DebtorPageSchema)
@debtor.alt_response(410, "LINK_EXPIRED")
def make_promise(body: dict[str, Any], token: str) -> Response:
    """Promise a day; answers the page as it is then"""
    return _say(token, lambda it: debtor_page.promise(it.session, it.link, now=now(), today=it.today, **body))


@debtor.route("/<token>/payments", methods=["POST"])
@debtor.doc(operationId="claimDebtorPayment", parameters=[IDEMPOTENCY_KEY])
@debtor.arguments(DebtorPaymentInputSchema)
@debtor.response(200, DebtorPageSchema)
@debtor.alt_response(410, "LINK_EXPIRED")
def claim_payment(body: dict[str, Any], token: str) -> Response:
    """Say that invoices are paid already; answers the page as it is then"""
    return _say(token, lambda it: debtor_page.promise(it.session, it.link, now=now(), today=it.today, **body))


@debtor.route("/<token>/disputes", methods=["POST"])
@debtor.doc(operationId="raiseDebtorDispute", parameters=[IDEMPOTENCY_KEY])
@debtor.arguments(DebtorDisputeInputSchema)
@debtor.response(200, DebtorPageSchema)
@debtor.alt_response(410, "LINK_EXPIRED")
def raise_dispute(body: dict[str, Any], token: str) -> Response:
    """Object to an invoice; answers the page as it is then"""
    return _say(
        token,
        lambda it: debtor_page.object_to(
            it.session,
            it.link,
            body["invoice_id"],
            body["text"].strip(),
            now(),
            today=it.today,
            amount=body.get("amount"),
        ),
    )


@debtor.route("/<token>/copies", methods=["POST"])
@debtor.doc(operationId="askForCopy", parameters=[IDEMPOTENCY_KEY])
@debtor.arguments(CopyInputSchema)
@debtor.response(200, DebtorPageSchema)
@debtor.alt_response(410, "LINK_EXPIRED")
def ask_for_copy(body: dict[str, Any], token: str) -> Response:
    """Ask for copies of invoices; answers the page as it is then"""
    return _say(token, lambda it: debtor_page.ask_for_copies(it.session, it.link, body["invoice_ids"], now()))


@debtor.route("/<token>/unsubscribe")
class Unsubscribe(MethodView):
    """Mails to the link's address (RFC 8058); good for longer than the page is."""

    @debtor.doc(operationId="showUnsubscribe", responses={"200": _PAGE})
    def get(self, token: str) -> Response:
        """A page that asks whether to; it changes nothing, for programs open links too"""
        with _visit(token, may_be_expired=True) as visit:
            return _page(asked(visit.link.language, visit.company, visit.link.address))

    @debtor.doc(operationId="unsubscribe", responses={"200": _PAGE})
    def post(self, token: str) -> Response:
        """Send this address no more reminders, at once; the body is not looked at"""
        with _visit(token, may_be_expired=True) as visit:
            debtor_page.unsubscribe(visit.session, visit.link, now())
            return _page(done(visit.link.language, visit.company, visit.link.address))


@copy_requests.route("")
@copy_requests.doc(operationId="listCopyRequests")
@copy_requests.arguments(CopyRequestArguments, location="query")
@copy_requests.response(200, CopyRequestListSchema)
def list_copy_requests(arguments: dict[str, Any]) -> Response:
    """Copies that customers asked for, newest first"""
    wanted = {"customer_id": arguments.get("customer_id"), "is_waiting": arguments["waiting"]}
    with tenant_session() as session:
        return answer({"items": copies.list_requests(session, **wanted)})


@copy_requests.route("/<uuid:request_id>/finish", methods=["POST"])
@copy_requests.doc(operationId="finishCopyRequest", parameters=[IDEMPOTENCY_KEY])
@copy_requests.response(200, CopyRequestSchema)
def finish_copy_request(request_id: UUID) -> Response:
    """Note that the copy was sent"""
    with tenant_session() as session:
        return once(session, lambda: answer(copies.finish(session, request_id, now())))


def _say(token: str, say: Callable[[_Visit], None]) -> Response:
    with _visit(token) as visit:

        def work() -> Response:
            say(visit)
            debtor_page.tell(visit.session, visit.link)
            return _show(visit)

        return once(visit.session, work)


def _show(visit: _Visit) -> Response:
    return answer(debtor_page.show(visit.session, visit.link, visit.company, visit.today))


@contextmanager
def _visit(token: str, *, may_be_expired: bool = False) -> Iterator[_Visit]:
    """Whoever holds the link; who acts is the debtor. Raises LinkError, LinkExpiredError."""
    hub = current_hub()
    key = debtor_links.tenant_of(token)
    with hub.storage.hub() as session:
        try:
            tenant = tenants.get(session, key)
        except NotFoundError:
            raise debtor_links.nowhere() from None
    with audit.acting(debtor_page.DEBTOR), hub.storage.tenant(tenant.key) as session:
        link = debtor_links.read(debtor_links.key_of(session, hub.vault), token)
        debtor_page.check_person(session, link)
        if not may_be_expired:
            link.check(now())
        today = now().astimezone(ZoneInfo(tenant.time_zone)).date()
        company = debtor_page.company_of(session, tenant.name)
        yield _Visit(session=session, link=link, company=company, today=today)


def _page(body: str) -> Response:
    headers = {"Content-Security-Policy": POLICY, "X-Robots-Tag": "noindex"}
    return Response(body, 200, headers, content_type=_HTML)
