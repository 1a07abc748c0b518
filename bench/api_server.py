"""What `bench api-list` serves: the product, a bare WSGI answer, and the list as an ORM and marshmallow would do it."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, jsonify
from sqlalchemy import select
from sqlalchemy.orm import joinedload, registry, relationship

from hub.app import create_app
from hub.http.context import EXTENSION
from hub.http.gateway import Gateway
from hub.ledger.models import customers, invoices
from hub.ledger.schemas import InvoiceItemSchema
from hub.settings import Settings

Start = Callable[[str, list[tuple[str, str]]], Any]


class Customer:
    """A row of customers."""


class Invoice:
    """A row of invoices."""

    days_overdue = 0
    customer: Customer

    @property
    def customer_name(self) -> str:
        return str(self.customer.name)  # type: ignore[attr-defined]


_mapper = registry()
_mapper.map_imperatively(Customer, customers)
_owes = invoices.c.customer_id == customers.c.id
_mapper.map_imperatively(
    Invoice,
    invoices,
    properties={"customer": relationship(Customer, primaryjoin=_owes, foreign_keys=[invoices.c.customer_id])},
)


def _reference() -> Flask:
    """GET /bench/orm: entities, a marshmallow dump and the standard JSON encoder; without a key to check."""
    app = Flask("reference")
    schema = InvoiceItemSchema(many=True)

    @app.route("/bench/orm")
    def list_invoices() -> Any:
        query = (
            select(Invoice)
            .options(joinedload(Invoice.customer))  # type: ignore[arg-type]
            .where(invoices.c.status != "deleted")
            .order_by(invoices.c.due_on, invoices.c.id)
            .limit(51)
        )
        with product.extensions[EXTENSION].storage.tenant(os.environ["BENCH_TENANT"]) as session:
            found = session.scalars(query).all()
            return jsonify({"items": schema.dump(found[:50]), "next_cursor": None})

    return app


product = create_app(Settings.load())
_others = _reference()


def wsgi(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Product or reference, by the path."""
    if environ["PATH_INFO"] == "/bench/bare":
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
        return [b"{}"]
    if environ["PATH_INFO"] == "/bench/orm":
        return _others(environ, start_response)
    return product(environ, start_response)


app = Gateway(wsgi, product.extensions[EXTENSION].settings.api_threads)
