"""An erasure and an import at the same time: whichever comes first, the person is gone in the end."""

import threading
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from hub.ledger import service as ledger
from hub.privacy import contacts
from hub.sdk.records import Customer
from hub.tenants import service as tenants

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONNECTION = UUID(int=9)
ADDRESS, NAME = "meanwhile@marker-mail.example", "Mia Meanwhile"


def test_an_erasure_waits_for_rows_that_are_being_stored(storage, tenant):
    certificates = []

    def erase():
        with storage.tenant(tenant) as session:
            certificates.append(
                contacts.erase_contact(session, storage, ADDRESS, include_name=True, reason="asked", now=NOW)
            )

    with storage.tenant(tenant) as session:
        records = [Customer(external_id="c", name=NAME, email=ADDRESS)]
        ledger.store(session, CONNECTION, [({"who": NAME}, records)], "customer", NOW)
        erasing = threading.Thread(target=erase)
        erasing.start()
        _wait_until_it_waits(storage)
    erasing.join(30)
    assert certificates[0]["customers"] == 1
    pseudonym = certificates[0]["pseudonym"]
    with storage.tenant(tenant) as session:
        ledger.store(session, CONNECTION, [({"who": NAME}, records)], "customer", NOW)
        (row,) = session.execute(text("select name, email, raw from customers")).all()
    assert tuple(row) == (pseudonym, pseudonym, {"who": pseudonym})


def test_two_tenants_know_one_person_by_different_pseudonyms(storage, tenant):
    other = tenants.create(storage, f"Other {tenant}").key
    pseudonyms = set()
    for key in (tenant, other):
        with storage.tenant(key) as session:
            found = contacts.erase_contact(session, storage, ADDRESS, include_name=False, reason="asked", now=NOW)
            pseudonyms.add(found["pseudonym"])
    assert len(pseudonyms) == 2


def test_keys_of_requests_that_would_become_one_are_no_obstacle(storage, tenant):
    with storage.tenant(tenant) as session:
        for key in (f"for {ADDRESS}", f"for {ADDRESS.upper()}", "for nobody"):
            session.execute(
                text("insert into idempotency_keys values (:key, 'x', 200, '{}', '{}', now() + interval '1 day')"),
                {"key": key},
            )
        found = contacts.erase_contact(session, storage, ADDRESS, include_name=False, reason="asked", now=NOW)
        assert found["places"]["keys of requests that are sent again"] == 2
        assert session.scalars(text("select key from idempotency_keys")).all() == ["for nobody"]


def _wait_until_it_waits(storage) -> None:
    waiting = text("select count(*) from pg_locks where locktype = 'advisory' and not granted")
    for _ in range(200):
        with storage.hub() as session:
            if session.scalar(waiting):
                return
        threading.Event().wait(0.05)
    raise AssertionError("the erasure did not wait")
