"""What people said with promises, and where copies go: exported and erased with the person, and forgotten in time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.ledger import promises
from hub.reminders import copies, debtor_retention
from tests.integration.identity.callers import person
from tests.integration.promises.conftest import in_days


@pytest.fixture
def admin(app, storage, settings, tenant):
    return person(app, storage, settings, (tenant, "admin"))


@pytest.fixture
def said(storage, tenant, new_invoice):
    """A promise by somebody with an address, and a copy that they asked for."""
    address, now = f"{uuid4().hex}@debtor.example", datetime.now(UTC)
    invoice_id = new_invoice()
    with storage.tenant(tenant) as session:
        made = promises.promise(
            session,
            invoice_id,
            channel="phone",
            now=now,
            today=now.date(),
            promised_on=in_days(3),
            made_by=address,
            note=f"Write to {address} about it",
        )
        copies.ask(session, made.customer_id, invoice_id, address, None, now)
    return address, made


def test_a_person_who_asks_is_told_what_they_said(admin, said):
    address, made = said
    found = admin.post("/api/privacy/contacts/export", json={"email": address}).json
    named = {(each["place"], each["field"]) for each in found["mentions"]}
    assert {("promises", "made_by"), ("promises", "note"), ("copy_requests", "address")} <= named
    assert str(made.id) in str(found)


def test_a_company_that_asks_is_told_of_its_promises(admin, said):
    _, made = said
    found = admin.post("/api/privacy/contacts/export", json={"email": "ap@c1.example"}).json
    (customer,) = [each for each in found["customers"] if each["id"] == str(made.customer_id)]
    assert str(made.id) in [each["id"] for each in customer["promises"]]


def test_an_erased_person_is_in_none_of_it(admin, storage, tenant, said):
    address, made = said
    body = {"email": address, "include_name": False, "reason": "asked for it"}
    erased = admin.post("/api/privacy/contacts/erasure", json=body).json
    with storage.tenant(tenant) as session:
        after = promises.get(session, made.id)
        (asked,) = [each for each in copies.list_requests(session) if each["invoice_id"] == made.invoice_id]
    assert after.made_by == asked["address"] == erased["pseudonym"]
    assert after.note == f"Write to {erased['pseudonym']} about it" and after.version == made.version + 1
    assert (after.amount, after.promised_on, after.status) == (made.amount, made.promised_on, "open")


def test_words_of_ended_promises_are_forgotten_in_time(storage, tenant, said):
    _, made = said
    now = datetime.now(UTC)
    with storage.tenant(tenant) as session:
        assert debtor_retention.forget(session, now + timedelta(days=1), 100) == 0
        promises.cancel(session, made.id, now)
        (asked,) = [each for each in copies.list_requests(session) if each["invoice_id"] == made.invoice_id]
        copies.finish(session, asked["id"], now)
        assert debtor_retention.forget(session, now - timedelta(seconds=1), 100) == 0
        assert debtor_retention.forget(session, now + timedelta(seconds=1), 100) == 2
        after = promises.get(session, made.id)
        left = session.scalar(text("select count(*) from copy_requests where id = :id"), {"id": asked["id"]})
    assert (after.note, after.made_by, after.status, left) == (None, None, "cancelled", 0)
