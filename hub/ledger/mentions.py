"""Where the ledger names people. Numbers of documents, days and amounts are not touched: accounting law keeps them."""

from hub.ledger.models import (
    adjustments,
    allocations,
    credit_memos,
    customers,
    invoices,
    ledger_versions,
    payments,
    promises,
)
from hub.storage.mentions import Place

CUSTOMERS = Place(
    table=customers,
    columns=("name", "email", "industry", "profile", "external_id", "raw"),
    what="customers: address, name, contacts, notes, and the record as it came",
    touches={"version": customers.c.version + 1},
)
DOCUMENTS = (
    Place(
        table=invoices,
        columns=("terms", "dispute_text", "external_id", "raw"),
        what="invoices: the records as they came, and what is noted of disputes",
    ),
    Place(table=payments, columns=("external_id", "raw"), what="payments: the records as they came"),
    Place(table=credit_memos, columns=("external_id", "raw"), what="credit memos: the records as they came"),
    Place(
        table=adjustments,
        columns=("reason", "error", "external_id"),
        what="adjustments: what they are for, and what the provider said",
    ),
    Place(
        table=promises,
        columns=("note", "made_by"),
        what="promises: what was said with them, and by whom",
        touches={"version": promises.c.version + 1},
    ),
    Place(table=allocations, columns=("external_id", "raw"), what="allocations: the records as they came"),
)
VERSIONS = Place(table=ledger_versions, columns=("row",), what="earlier versions of customers and invoices")
PLACES = (CUSTOMERS, *DOCUMENTS, VERSIONS)
