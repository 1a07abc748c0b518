"""Disputes that match no invoice at first, and those that were found the wrong one."""

import pytest

from hub.disputes import capture, history, service
from hub.ledger import holds
from hub.storage.audit import SYSTEM, acting
from tests.integration.disputes.conftest import NOW


@pytest.fixture
def unmatched(storage, tenant):
    opening = capture.Opening(text="Your last bill is wrong.", source="email", sender="ap@acme.example")
    with storage.tenant(tenant) as session, acting(SYSTEM):
        return str(capture.open_dispute(session, opening, NOW, today=NOW.date()).id)


def match(caller, dispute_id, invoice_id):
    path = f"/api/disputes/{dispute_id}"
    version = caller.get(path).json["version"]
    body = {"invoice_id": None if invoice_id is None else str(invoice_id)}
    return caller.open("PATCH", path, json=body, headers={"If-Match": f'"{version}"'})


def held(storage, tenant, dispute_id):
    with storage.tenant(tenant) as session:
        return [str(each.invoice_id) for each in holds.active(session) if str(each.source_id) == dispute_id]


def test_what_matches_nothing_holds_nothing(unmatched, viewer, storage, tenant):
    shown = viewer.get(f"/api/disputes/{unmatched}").json
    assert (shown["invoice"], shown["customer"], shown["currency"], shown["hold"]) == (None, None, None, None)
    assert (shown["amount"], shown["is_all"], shown["sender"]) == ("0.0000", True, "ap@acme.example")
    assert held(storage, tenant, unmatched) == []
    listed = [each for each in viewer.get("/api/disputes?source=email").json["items"] if each["id"] == unmatched]
    assert (listed[0]["invoice_number"], listed[0]["customer_name"]) == (None, None)


def test_a_program_may_match_what_has_none_and_only_a_person_what_has_one(
    unmatched, program, member, new_invoice, storage, tenant
):
    first, second = new_invoice("70", customer="m1"), new_invoice("80", customer="m2")
    found = match(program, unmatched, first)
    assert found.status_code == 200, found.json
    assert (found.json["customer"]["name"], found.json["currency"]) == ("Customer m1", "EUR")
    assert (found.json["amount"], found.json["hold"]["amount"]) == ("70.0000", None)
    assert match(program, unmatched, second).status_code == 403
    moved = match(member, unmatched, second).json
    assert (moved["customer"]["name"], moved["amount"]) == ("Customer m2", "80.0000")
    assert held(storage, tenant, unmatched) == [str(second)]
    with storage.tenant(tenant) as session:
        events = [each for each in history.read(session, unmatched) if each["kind"] == "matched"]
        # What was held before can still be told.
        assert [str(each.invoice_id) for each in holds.active(session, [first, second], as_of=NOW)] == []
    assert [each["before"]["invoice_id"] for each in events] == [None, str(first)]
    gone = match(member, unmatched, None).json
    assert gone["invoice"] is None and gone["customer"]["name"] == "Customer m2" and gone["hold"] is None
    assert held(storage, tenant, unmatched) == []


def test_an_invoice_that_is_none_is_refused(unmatched, member):
    refused = match(member, unmatched, "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10")
    assert refused.status_code == 422 and refused.json["fields"][0]["field"] == "invoice_id"


def test_mail_about_what_is_disputed_already_is_not_refused(storage, tenant, new_invoice):
    invoice_id = new_invoice("50")
    with storage.tenant(tenant) as session, acting(SYSTEM):
        for place in range(2):
            opening = capture.Opening(text="x", source="email", invoice_id=invoice_id, external_id=f"<{place}@twice>")
            assert capture.open_dispute(session, opening, NOW, today=NOW.date()).is_new
        assert len(service.unended_of(session, invoice_id)) == 2
        assert len(holds.active(session, [invoice_id])) == 2


def test_a_thousand_at_once(member, new_invoice, viewer):
    number = new_invoice("5000", customer="thousand", number="THOUSAND") and "THOUSAND"
    bodies = [{"invoice_number": number, "text": f"Line {place} is wrong.", "amount": "5"} for place in range(1000)]
    opened = member.post("/api/disputes/batch", json={"disputes": bodies})
    assert opened.status_code == 201, opened.json
    numbers = [each["number"] for each in opened.json["disputes"]]
    assert len(set(numbers)) == 1000 and numbers == sorted(numbers)
    invoice = viewer.get(f"/api/invoices?number={number}").json["items"][0]
    totals = viewer.get(f"/api/disputes?invoice_id={invoice['id']}&include=totals").json["totals"]
    assert totals["count"] == 1000 and totals["by_currency"][0]["amount"] == "5000.0000"
    one_more = member.post("/api/disputes/batch", json={"disputes": bodies[:1]})
    assert one_more.status_code == 409
    too_many = member.post("/api/disputes/batch", json={"disputes": [*bodies, bodies[0]]})
    assert too_many.status_code == 422
