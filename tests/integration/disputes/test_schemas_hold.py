"""What is answered of disputes is exactly what the schemas of the OpenAPI document say."""

import pytest

from hub.disputes.schemas import (
    DisputeBatchAnswerSchema,
    DisputeHistorySchema,
    DisputePageSchema,
    DisputeSchema,
    OwnerListSchema,
)
from hub.ledger.schemas import InvoiceSchema


def hold(schema, document):
    """Loading refuses what is unknown, missing or malformed; dumping it again must give the same text."""
    assert schema().dump(schema().load(document)) == document


@pytest.fixture(scope="module")
def full(member, admin, new_invoice):
    """A dispute with all that one can have."""
    body = {
        "invoice_id": str(new_invoice("100", customer="holds", terms="Net 30")),
        "text": "Four cartons are missing.",
        "amount": "40",
        "product": "Cartons",
        "attachments": [{"title": "Note", "url": "https://files.example/a.pdf"}],
        "external_id": "HOLDS-1",
        "code": "quantity_shortage",
    }
    made = member.post("/api/disputes", json=body).json
    path = f"/api/disputes/{made['id']}"
    for verb, sent in (
        ("code", {"code": "quantity_shortage", "codes": ["pricing"]}),
        ("evidence", {"kind": "photos", "status": "have", "url": "https://files.example/b.jpg", "note": "Clear."}),
        ("investigate", {}),
        ("propose", {"action": "credit", "amount": "40", "note": "So be it."}),
        ("comments", {"text": "Said."}),
    ):
        assert member.post(f"{path}/{verb}", json=sent).status_code in (200, 201)
    version = member.get(path).json["version"]
    owner = {"owner_id": str(member.user_id)}
    assert member.open("PATCH", path, json=owner, headers={"If-Match": f'"{version}"'}).status_code == 200
    return path


def test_a_dispute_at_every_step(full, member, admin):
    hold(DisputeSchema, member.get(full).json)
    accepted = admin.post(f"{full}/accept", json={})
    assert accepted.status_code == 200, accepted.json
    hold(DisputeSchema, accepted.json)
    assert accepted.json["adjustments"]
    hold(DisputeSchema, member.post(f"{full}/resolve", json={"outcome": "valid_credited"}).json)
    hold(DisputeSchema, member.post(f"{full}/reopen", json={"note": "Again."}).json)
    hold(DisputeHistorySchema, member.get(f"{full}/history").json)


def test_lists_and_documents_that_have_disputes(full, member):
    page = member.get("/api/disputes?include=totals,facets").json
    hold(DisputePageSchema, page)
    hold(DisputePageSchema, member.get("/api/disputes?limit=1").json)
    hold(OwnerListSchema, member.get("/api/disputes/owners").json)
    hold(InvoiceSchema, member.get(f"/api/invoices/{page['items'][0]['invoice_id']}").json)
    document = member.get(f"/api/disputes/{page['items'][0]['id']}").json
    item = {name: value for name, value in page["items"][0].items() if name in document}
    assert item == {name: document[name] for name in item}


def test_what_opening_many_answers(member, new_invoice):
    new_invoice(number="HOLDS-MANY")
    sent = {"disputes": [{"invoice_number": "HOLDS-MANY", "text": "x"}]}
    hold(DisputeBatchAnswerSchema, member.post("/api/disputes/batch", json=sent).json)
