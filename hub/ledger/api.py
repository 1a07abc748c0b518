"""Invoices and customers: /api/invoices, /api/customers."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response
from flask.views import MethodView
from marshmallow import Schema
from sqlalchemy.orm import Session

from hub.errors import NotFoundError
from hub.http.answers import answer, raw_answer
from hub.http.blueprint import Blueprint
from hub.http.context import caller, current_hub, tenant_session, today, with_parts
from hub.http.etags import expected_version, version_header
from hub.http.openapi import IF_MATCH
from hub.http.spreadsheets import CSV
from hub.ledger import customer_listing, exports, holds, listing, promises, promises_listing, service
from hub.ledger.schemas import (
    AllocationSchema,
    CustomerArguments,
    CustomerFilterArguments,
    CustomerPageSchema,
    CustomerSchema,
    CustomerStatsSchema,
    HoldSchema,
    InvoiceArguments,
    InvoiceFilterArguments,
    InvoicePageSchema,
    InvoiceSchema,
    InvoiceVersionRowSchema,
    ProfileSchema,
    SelectionSchema,
)
from hub.storage.session import Storage

invoices = Blueprint("invoices", __name__, url_prefix="/api/invoices", description="What customers owe.")
customers = Blueprint("customers", __name__, url_prefix="/api/customers", description="Who owes.")

_FILE = {"description": "The file, streamed.", "content": {"text/csv": {"schema": {"type": "string"}}}}


@invoices.route("")
class Invoices(MethodView):
    """The list of invoices; invoices are made in the sync room, which shares this address."""

    @invoices.doc(operationId="listInvoices")
    @invoices.arguments(InvoiceArguments, location="query")
    @invoices.response(200, InvoicePageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """Invoices, page by page"""
        return raw_answer(
            listing.list_invoices(current_hub().storage, caller().tenant, {**arguments, "today": today()})
        )


@invoices.route("/export")
class InvoicesExport(MethodView):
    """Invoices as a file."""

    @invoices.doc(operationId="exportInvoices", responses={"200": _FILE})
    @invoices.arguments(InvoiceFilterArguments, location="query")
    def get(self, arguments: dict[str, Any]) -> Response:
        """All invoices that match, with what is forecast of them, as CSV"""
        return _file("invoices", exports.export_invoices, arguments)

    @invoices.doc(operationId="exportSelectedInvoices", responses={"200": _FILE})
    @invoices.arguments(SelectionSchema)
    def post(self, selection: dict[str, Any]) -> Response:
        """Some invoices by their ids, with what is forecast of them, as CSV"""
        return _file("invoices", exports.export_invoices, {"sort": "due_on", "ids": selection["ids"]})


@invoices.route("/<uuid:invoice_id>")
class InvoiceById(MethodView):
    """One invoice."""

    @invoices.doc(operationId="getInvoice")
    @invoices.response(200, InvoiceSchema)
    def get(self, invoice_id: UUID) -> Response:
        """An invoice with its allocations, history and prediction"""
        with tenant_session() as session:
            document = show_invoice(session, invoice_id)
        return answer(document, headers=version_header(document["version"]))


@customers.route("")
class Customers(MethodView):
    """The list of customers."""

    @customers.doc(operationId="listCustomers")
    @customers.arguments(CustomerArguments, location="query")
    @customers.response(200, CustomerPageSchema)
    def get(self, arguments: dict[str, Any]) -> Response:
        """Customers with their balances, page by page"""
        return raw_answer(
            customer_listing.list_customers(current_hub().storage, caller().tenant, {**arguments, "today": today()})
        )


@customers.route("/export")
class CustomersExport(MethodView):
    """Customers as a file."""

    @customers.doc(operationId="exportCustomers", responses={"200": _FILE})
    @customers.arguments(CustomerFilterArguments, location="query")
    def get(self, arguments: dict[str, Any]) -> Response:
        """All customers that match, a line for each currency they have invoices in, as CSV"""
        return _file("customers", exports.export_customers, arguments)

    @customers.doc(operationId="exportSelectedCustomers", responses={"200": _FILE})
    @customers.arguments(SelectionSchema)
    def post(self, selection: dict[str, Any]) -> Response:
        """Some customers by their ids, a line for each currency they have invoices in, as CSV"""
        return _file("customers", exports.export_customers, {"sort": "name", "ids": selection["ids"]})


@customers.route("/<uuid:customer_id>")
class CustomerById(MethodView):
    """One customer."""

    @customers.doc(operationId="getCustomer")
    @customers.response(200, CustomerSchema)
    def get(self, customer_id: UUID) -> Response:
        """A customer with profile, figures, aging and risk"""
        with tenant_session() as session:
            return _show_customer(session, customer_id)

    @customers.doc(operationId="updateCustomer", parameters=[IF_MATCH])
    @customers.arguments(ProfileSchema)
    @customers.response(200, CustomerSchema)
    def put(self, profile: dict[str, Any], customer_id: UUID) -> Response:
        """Replace what you say of a customer: contacts, notes, risk override"""
        with tenant_session() as session:
            service.update_customer(session, customer_id, profile, expected_version())
            return _show_customer(session, customer_id)


def show_invoice(session: Session, invoice_id: UUID) -> dict[str, Any]:
    """The invoice document. Raises NotFoundError."""
    invoice = service.get_invoice(session, invoice_id)
    if invoice is None:
        raise NotFoundError("There is no such invoice.")
    days = (today() - invoice["due_on"]).days if invoice["balance"] > 0 else 0
    held = holds.active(session, [invoice_id])
    shown = _only(InvoiceSchema, invoice) | {
        "days_overdue": max(days, 0),
        "disputed": True if any(each.kind == "dispute" for each in held) else invoice["disputed"],
        "holds": [_only(HoldSchema, asdict(each)) for each in held],
        "promises": promises_listing.show_of_invoice(session, invoice_id, today()),
        "allocations": [_only(AllocationSchema, each) for each in invoice["allocations"]],
        "history": [_version(each) for each in service.invoice_history(session, invoice_id)],
    }
    return with_parts("invoice", shown, session, invoice_id)


def _show_customer(session: Session, customer_id: UUID) -> Response:
    customer = service.get_customer(session, customer_id)
    if customer is None:
        raise NotFoundError("There is no such customer.")
    shown = _only(CustomerSchema, customer)
    shown["balances"] = [_balance(each) for each in customer["balances"]]
    counted = promises.counted(session, customer_id)
    shown["promises"] = asdict(counted) | {"p_kept": counted.p_kept}
    return answer(with_parts("customer", shown, session, customer_id), headers=version_header(customer["version"]))


def _file(
    name: str, export: Callable[[Storage, str, Mapping[str, Any]], Iterator[bytes]], arguments: Mapping[str, Any]
) -> Response:
    body = export(current_hub().storage, caller().tenant, {**arguments, "today": today()})
    headers = {"Content-Disposition": f'attachment; filename="{name}-{today()}.csv"'}
    return Response(body, 200, headers, content_type=CSV)


def _only(schema: type[Schema], row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of `row` that `schema` shows."""
    return {name: row[name] for name in schema._declared_fields if name in row}


def _balance(row: dict[str, Any]) -> dict[str, Any]:
    days = row["mean_days_late"]
    return _only(CustomerStatsSchema, row) | {"mean_days_late": None if days is None else float(days)}


def _version(version: dict[str, Any]) -> dict[str, Any]:
    row = _only(InvoiceVersionRowSchema, version["row"])
    # Kept as JSON numbers, which the API never shows money as.
    for name in ("total", "balance", "stated_balance"):
        row[name] = None if row[name] is None else f"{Decimal(str(row[name])):.4f}"
    return version | {"row": row}
