"""Disputes and people: erased from all that was written, exported with everything else, and forgotten in time."""

import json
import zipfile
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from hub.disputes import capture, history, moves, service
from hub.disputes.retention import FORGOTTEN, forget_texts
from hub.privacy import contacts
from hub.privacy.exports import write_export
from hub.storage.audit import acting
from tests.integration.disputes.conftest import NOW, SOMEBODY

ADDRESS = "mia.planted@marker-mail.example"
TABLES = ("disputes", "dispute_comments", "dispute_labels", "dispute_events", "holds")


@pytest.fixture
def planted(storage, tenant, new_invoice):
    """A dispute with the person wherever somebody can write."""
    said = f"Call {ADDRESS}, she knows of the missing cartons."
    opening = capture.Opening(
        text=said,
        source="email",
        sender=ADDRESS.title(),
        context=f"On Monday {ADDRESS} wrote:",
        invoice_id=new_invoice(customer="planted"),
        external_id=f"mail of {ADDRESS}",
        product=f"Cartons for {ADDRESS}",
        attachments=[{"title": ADDRESS, "url": f"https://files.example/{ADDRESS}.pdf"}],
    )
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        dispute_id = capture.open_dispute(session, opening, NOW, today=NOW.date()).id
        service.comment(session, dispute_id, said, NOW)
        service.set_code(session, dispute_id, "quantity_shortage", [], NOW)
        service.set_evidence(session, dispute_id, NOW, kind="photos", status="have", note=said)
        moves.propose(session, dispute_id, NOW, action="credit", amount=Decimal(5), note=said)
        session.execute(
            text("update disputes set reading = cast(:reading as jsonb) where id = :id"),
            {
                "id": dispute_id,
                "reading": json.dumps(
                    {
                        "labels": [
                            {"code": "quantity_shortage", "p_reason": 0.9, "spans": [[52, 59]]},
                            {"code": "pricing", "p_reason": 0.1, "spans": []},
                        ],
                        "language": "en",
                    }
                ),
            },
        )
    yield dispute_id
    # The next test plants them again.
    with storage.tenant(tenant) as session:
        session.execute(text("update disputes set external_id = null"))


def everything(storage, tenant, dispute_id):
    with storage.tenant(tenant) as session:
        return "\n".join(
            row
            for table in TABLES
            for row in session.scalars(text(f"select t::text from {table} t")).all()
            if str(dispute_id) in row
        ).lower()


def test_a_person_is_erased_from_all_that_was_written(storage, tenant, planted):
    assert everything(storage, tenant, planted).count(ADDRESS) >= 11
    with storage.tenant(tenant) as session:
        before = history.read(session, planted)
        found = contacts.preview(session, storage, ADDRESS)
        assert {"disputes", "dispute_comments", "dispute_labels"} <= set(found.places)
        done = contacts.erase_contact(session, storage, ADDRESS, include_name=False, reason="asked", now=NOW)
    assert done["places"]["disputes: what was written, by whom, and what is noted beside it"] == 1
    assert done["places"]["comments on disputes"] == 2
    assert ADDRESS not in everything(storage, tenant, planted)
    with storage.tenant(tenant) as session:
        dispute = service.get(session, planted)
        after = history.read(session, planted)
    assert dispute["text"] == f"Call {done['pseudonym']}, she knows of the missing cartons."
    # The places of the words that mattered are places in another text.
    assert [each["spans"] for each in dispute["reading"]["labels"]] == [[], []]
    assert [each["code"] for each in dispute["reading"]["labels"]] == ["quantity_shortage", "pricing"]
    # The history is what it was; what was said no longer matches its digest, and that shows.
    assert [{**each, "text": None} for each in after] == [{**each, "text": None} for each in before]
    assert done["pseudonym"] in next(each["text"] for each in after if each["kind"] == "commented")


def test_everything_of_disputes_is_exported(storage, tenant, planted, tmp_path):
    path = tmp_path / "export.zip"
    write_export(storage, tenant, path, NOW)
    with zipfile.ZipFile(path) as archive:
        for table in TABLES:
            (name,) = [each for each in archive.namelist() if each.endswith(f"/{table}.jsonl")]
            lines = archive.read(name).decode().splitlines()
            assert [line for line in lines if str(planted) in line], table


def test_what_was_written_is_forgotten_after_its_time_and_what_became_of_it_stays(storage, tenant, planted):
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        moves.resolve(session, planted, NOW, outcome="withdrawn", note=f"{ADDRESS} rang.")
        assert forget_texts(session, NOW, 100) == 0
        before = service.get(session, planted)
    with storage.tenant(tenant) as session:
        assert forget_texts(session, NOW + timedelta(days=1), 100) == 1
        assert forget_texts(session, NOW + timedelta(days=1), 100) == 0
    assert ADDRESS not in everything(storage, tenant, planted)
    with storage.tenant(tenant) as session:
        after = service.get(session, planted)
        texts = [event["text"] for event in history.read(session, planted) if event["text"]]
        labels = session.scalar(text("select count(*) from dispute_labels where dispute_id = :id"), {"id": planted})
    kept = ("number", "status", "code", "amount", "currency", "invoice_id", "customer_id", "opened_at", "outcome")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert after["text"] == FORGOTTEN and set(texts) == {FORGOTTEN} and labels == 0


def test_what_has_not_ended_is_not_forgotten(storage, tenant, planted):
    with storage.tenant(tenant) as session:
        assert forget_texts(session, NOW + timedelta(days=9999), 100) == 0
        assert ADDRESS in service.get(session, planted)["text"]


def test_card_numbers_are_stored_nowhere_whoever_writes_them(storage, tenant, new_invoice):
    card = "4111 1111 1111 1111"
    said = f"Paid by card {card} on Monday."
    opening = capture.Opening(text=said, context=said, source="api", invoice_id=new_invoice())
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        dispute_id = capture.open_dispute(session, opening, NOW, today=NOW.date()).id
        service.comment(session, dispute_id, said, NOW)
        service.set_code(session, dispute_id, "already_paid", [], NOW)
        service.set_evidence(session, dispute_id, NOW, kind="bank_reference", status="have", note=said)
        moves.propose(session, dispute_id, NOW, action="answer", note=said)
        moves.reject(session, dispute_id, NOW, note=said)
        assert service.get(session, dispute_id)["text"] == "Paid by card XXXX XXXX XXXX 1111 on Monday."
    assert card not in everything(storage, tenant, dispute_id)


def test_a_person_who_asks_gets_the_disputes_of_their_company(storage, tenant, new_invoice, admin):
    opening = capture.Opening(text="We got nine.", source="api", invoice_id=new_invoice(customer="asks"))
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        dispute_id = capture.open_dispute(session, opening, NOW, today=NOW.date()).id
        service.comment(session, dispute_id, "They counted twice.", NOW)
    held = admin.post("/api/privacy/contacts/export", json={"email": "ap@asks.example"})
    assert held.status_code == 200, held.json
    (customer,) = held.json["customers"]
    (dispute,) = customer["disputes"]
    assert (dispute["id"], dispute["text"]) == (str(dispute_id), "We got nine.")
    assert [each["text"] for each in dispute["comments"]] == ["They counted twice."]
