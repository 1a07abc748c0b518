"""Every operation on disputes gets along with one connection: else all requests together could wait for each other."""

from dataclasses import replace

import pytest

from hub.app import create_app
from hub.storage.session import Storage
from tests.integration.identity.callers import Caller


@pytest.fixture(scope="module")
def alone(settings, admin):
    """The same admin, as a caller of a process whose pool has one connection."""
    storage = Storage(replace(settings, db_pool_size=1), pool_size=1)
    yield Caller(create_app(settings, storage), admin.headers, admin.user_id)
    storage.close()


def test_shown_changed_and_moved(alone, new_invoice):
    body = {"invoice_id": str(new_invoice(customer="alone")), "text": "Too dear.", "code": "pricing"}
    made = alone.post("/api/disputes", json=body)
    assert made.status_code == 201, made.json
    path = f"/api/disputes/{made.json['id']}"
    owner = {"owner_id": str(alone.user_id)}
    changed = alone.open("PATCH", path, json=owner, headers={"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200, changed.json
    assert changed.json["owner"]["name"]
    for verb, sent in (
        ("comments", {"text": "Said."}),
        ("code", {"code": "pricing"}),
        ("evidence", {"kind": "photos", "status": "have"}),
        ("investigate", {}),
        ("propose", {"action": "refuse"}),
        ("accept", {}),
        ("resolve", {"outcome": "goodwill"}),
        ("reopen", {"note": "Again."}),
        ("reject", {"note": "No."}),
    ):
        answer = alone.post(f"{path}/{verb}", json=sent)
        assert answer.status_code in (200, 201), (verb, answer.json)
    assert alone.get(path).json["owner"]["name"]
    for other in (f"{path}/history", "/api/disputes?include=totals", "/api/disputes/owners", "/api/disputes/export"):
        response = alone.get(other)
        assert response.status_code == 200
        response.close()
    many = alone.post("/api/disputes/batch", json={"disputes": [body | {"invoice_id": str(new_invoice())}]})
    assert many.status_code == 201
    assert alone.get(f"/api/invoices/{body['invoice_id']}").json["disputes"]
