"""What is answered has every field that its schema says, and no other."""

from datetime import UTC, datetime, timedelta

from hub.ledger.ids import ledger_id
from hub.ledger.promises_schemas import PromiseListSchema, PromisePageSchema
from hub.ledger.schemas import CustomerSchema, InvoiceSchema
from hub.reminders import debtor_links
from hub.reminders.debtor_schemas import CopyRequestListSchema, CopyRequestSchema, DebtorPageSchema
from tests.integration.api.test_schemas_hold import hold
from tests.integration.identity.callers import Caller
from tests.integration.promises.conftest import CONNECTION, in_days


def test_promises(member, new_invoice):
    body = {"invoice_ids": [str(new_invoice())], "promised_on": str(in_days(2)), "channel": "letter"}
    made = member.post("/api/promises", json=body).json
    hold(PromiseListSchema, made)
    hold(PromisePageSchema, member.get("/api/promises?include=totals,facets").json)
    hold(InvoiceSchema, member.get(f"/api/invoices/{body['invoice_ids'][0]}").json)
    hold(CustomerSchema, member.get(f"/api/customers/{made['items'][0]['customer_id']}").json)


def test_the_debtors_page(app, storage, tenant, member, new_invoice):
    invoice_id = str(new_invoice(customer="c-schema"))
    customer_id = ledger_id(CONNECTION, "customer", "c-schema")
    with storage.tenant(tenant) as session:
        key = debtor_links.key_of(session, app.extensions["paypredict"].vault)
    until = datetime.now(UTC) + timedelta(days=1)
    token = debtor_links.link(key, tenant, customer_id, None, "ap@debtor.example", until)
    anybody = Caller(app)
    body = {"invoice_ids": [invoice_id], "promised_on": str(in_days(2))}
    hold(DebtorPageSchema, anybody.post(f"/api/debtor/{token}/promises", json=body).json)
    anybody.post(f"/api/debtor/{token}/copies", json={"invoice_ids": [invoice_id]})
    hold(DebtorPageSchema, anybody.get(f"/api/debtor/{token}").json)
    asked = member.get(f"/api/copy-requests?customer_id={customer_id}").json
    hold(CopyRequestListSchema, asked)
    hold(CopyRequestSchema, member.post(f"/api/copy-requests/{asked['items'][0]['id']}/finish").json)
