"""What the fast encoders send is exactly what the schemas of the OpenAPI document say."""

import io

import pytest

from hub.forecasting.schemas import PredictionPageSchema, PredictionSchema
from hub.forecasting.schemas_cash import CashFlowSchema
from hub.forecasting.schemas_models import AccuracySchema, ModelPageSchema
from hub.http.health import AliveSchema, ReadySchema
from hub.insights.schemas import AgingListSchema, FigureListSchema, SummarySchema, WorklistSchema
from hub.jobs.schemas import JobListSchema, JobSchema
from hub.ledger.schemas import CustomerPageSchema, CustomerSchema, InvoicePageSchema, InvoiceSchema
from hub.sync.schemas import PreviewSchema, RunListSchema
from hub.tenants.schemas import TenantSchema
from tests.integration.api.conftest import record_id

pytestmark = pytest.mark.usefixtures("forecast")

INVOICE, CUSTOMER = record_id("invoice", "i1"), record_id("customer", "c1")


def hold(schema, document):
    """Loading refuses what is unknown, missing or malformed; dumping it again must give the same text."""
    assert schema().dump(schema().load(document)) == document


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/api/invoices?include=totals&limit=200", InvoicePageSchema),
        ("/api/invoices?limit=3", InvoicePageSchema),
        (f"/api/invoices/{INVOICE}", InvoiceSchema),
        (f"/api/invoices/{record_id('invoice', 'i3')}", InvoiceSchema),
        ("/api/customers?include=totals", CustomerPageSchema),
        (f"/api/customers/{CUSTOMER}", CustomerSchema),
        ("/api/predictions?include=totals&limit=3", PredictionPageSchema),
        (f"/api/predictions/{INVOICE}", PredictionSchema),
        ("/api/models", ModelPageSchema),
        ("/api/accuracy", AccuracySchema),
        ("/api/cashflow", CashFlowSchema),
        ("/api/insights?as_of=2026-03-31", SummarySchema),
        ("/api/insights/aging", AgingListSchema),
        ("/api/insights/dso", FigureListSchema),
        ("/api/insights/worklist", WorklistSchema),
        ("/api/tenant", TenantSchema),
        ("/healthz", AliveSchema),
        ("/readyz", ReadySchema),
    ],
)
def test_reads(client, path, schema):
    response = client.get(path)
    assert response.status_code == 200
    hold(schema, response.json)


def test_what_the_list_says_of_an_invoice_its_document_says_too(client):
    item = next(each for each in client.walk("/api/invoices") if each["id"] == INVOICE)
    document = client.get(f"/api/invoices/{INVOICE}").json
    assert item == {name: document[name] for name in item}


def test_writes(client):
    body = {"number": "S-1", "customer_name": "S", "issued_on": "2026-03-01", "due_on": "2026-03-31"}
    made = client.post("/api/invoices", json=body | {"currency": "EUR", "total": "10"})
    hold(InvoiceSchema, made.json)
    job = client.post("/api/predictions", json={})
    hold(JobSchema, job.json)
    hold(JobListSchema, client.get("/api/jobs").json)
    etag = client.get(f"/api/customers/{CUSTOMER}").headers["ETag"]
    profile = {"notes": "n", "contacts": [{"name": "Jo", "role": "AP"}], "tags": ["key"], "risk_override": None}
    hold(CustomerSchema, client.put(f"/api/customers/{CUSTOMER}", json=profile, headers={"If-Match": etag}).json)
    hold(CustomerSchema, client.get(f"/api/customers/{CUSTOMER}").json)


def test_a_preview(client):
    export = "Number,Customer,Invoice Date,Due Date,Amount\nA-1,Acme,2026-01-31,2026-02-28,100.00\nA-2,Acme,x,y,z\n"
    response = client.post("/api/invoices/import/preview", data={"file": (io.BytesIO(export.encode()), "a.csv")})
    assert response.status_code == 200, response.json
    hold(PreviewSchema, response.json)
    assert len(response.json["problems"]) == 1


def test_runs(client):
    hold(RunListSchema, client.get("/api/runs").json)
