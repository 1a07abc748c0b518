"""The policy over the API: read, stored, rolled back, tried; and adjustments listed and cancelled."""

import pytest
from sqlalchemy import text

from hub.disputes.policy import default_policy
from hub.disputes.policy_text import dump_yaml
from hub.settings import CONFIG

PATH = "/api/dispute-policy"


@pytest.fixture(autouse=True)
def fresh(storage, tenant):
    """No policy but the one that comes with the hub."""
    with storage.hub() as session:
        session.execute(text(f"truncate tenant_{tenant}.dispute_policies restart identity"))


def changed(**approval):
    return dict(default_policy().document) | {"approval": {"member": 1000, "own_proposal": 250} | approval}


def put(caller, body, number=0):
    return caller.open("PUT", PATH, json=body, headers={"If-Match": f'"{number}"'})


def test_the_one_that_comes_with_the_hub_is_shown_as_it_is_written(viewer):
    shown = viewer.get(PATH)
    assert (shown.json["number"], shown.json["created_at"]) == (0, None)
    assert shown.json["yaml"] == (CONFIG / "dispute_policy.yaml").read_text()
    assert shown.json["document"] == default_policy().document
    assert shown.headers["ETag"].startswith('"0-')


def test_stored_as_yaml_it_keeps_its_remarks_and_is_a_version(admin, member):
    source = "# Ours.\n" + dump_yaml(changed(member=5))
    stored = put(admin, {"yaml": source, "note": "Less for members."})
    assert (stored.status_code, stored.json["number"], stored.json["yaml"]) == (200, 1, source)
    assert put(admin, {"document": changed(member=6)}, 1).json["number"] == 2
    listed = member.get(f"{PATH}/versions").json["items"]
    assert [each["number"] for each in listed] == [2, 1, 0]
    assert (listed[1]["note"], listed[1]["document"]["approval"]["member"]) == ("Less for members.", 5)
    assert "member: 6" in listed[0]["yaml"]


def test_nobodys_change_is_lost(admin):
    assert admin.open("PUT", PATH, json={"document": changed()}).status_code == 428
    assert put(admin, {"document": changed(member=5)}).status_code == 200
    assert put(admin, {"document": changed(member=6)}).status_code == 412
    assert admin.get(PATH).json["document"]["approval"]["member"] == 5


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "yaml", "either yaml or document"),
        ({"yaml": "version: 1", "document": {}}, "yaml", "either yaml or document"),
        ({"yaml": "version: 1\nrules: [*x]"}, "yaml", "Line 2"),
        ({"yaml": "version: 2"}, "version", "1 was expected"),
        ({"document": {"version": 1}}, "document", "required"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_is_stored(admin, body, field, words):
    refused = put(admin, body)
    assert refused.status_code == 422
    assert words in {each["field"]: each["message"] for each in refused.json["fields"]}[field]
    assert admin.get(PATH).json["number"] == 0


def test_rolled_back_it_is_a_new_version(admin):
    put(admin, {"document": changed(member=5)})
    back = admin.post(f"{PATH}/rollback", json={"number": 0})
    assert (back.status_code, back.json["number"], back.json["note"]) == (200, 2, "Rolled back to 0.")
    assert back.json["yaml"] == (CONFIG / "dispute_policy.yaml").read_text()
    assert admin.post(f"{PATH}/rollback", json={"number": 1}).json["document"]["approval"]["member"] == 5
    assert admin.post(f"{PATH}/rollback", json={"number": 99}).status_code == 422
    assert admin.post(f"{PATH}/rollback", json={"number": 3}).status_code == 409


def test_tried_it_is_shown_beside_todays_and_stores_nothing(admin, viewer, member, new_invoice):
    body = {"invoice_id": str(new_invoice()), "text": "The freight was to be yours.", "code": "freight_charge"}
    dispute = member.post("/api/disputes", json=body | {"amount": "60"}).json
    document = changed()
    document["rules"] = [
        {
            "name": "waive",
            "when": {"code": ["freight_charge"]},
            "action": "credit",
            "at_most": {"amount": {"EUR": 80}},
            "sentence": "Waive it.",
        }
    ]
    tried = viewer.post(f"{PATH}/try", json={"document": document})
    assert tried.status_code == 200, tried.json
    found = next(each for each in tried.json["items"] if each["id"] == dispute["id"])
    assert (found["today"]["action"], found["tried"]["action"]) == ("send_document", "credit")
    assert found["tried"]["amount"] == "60.0000" and found["differs"]
    assert tried.json["count"] == len(tried.json["items"]) and tried.json["differing"] >= 1
    assert admin.get(PATH).json["number"] == 0
    assert viewer.post(f"{PATH}/try", json={"document": document, "days": 0}).status_code == 422
    assert viewer.post(f"{PATH}/try", json={"yaml": "a: ["}).status_code == 422


def test_only_an_admin_changes_it(member, viewer, program):
    for caller in (member, viewer, program):
        assert put(caller, {"document": changed()}).status_code == 403
        assert caller.post(f"{PATH}/rollback", json={"number": 0}).status_code == 403
        assert caller.get(PATH).status_code == 200


def test_evidence_and_the_reason_make_the_suggestion_anew(member, new_invoice):
    body = {"invoice_id": str(new_invoice()), "text": "Too dear.", "code": "quality_damage", "amount": "20"}
    dispute = member.post("/api/disputes", json=body).json
    path = f"/api/disputes/{dispute['id']}"
    shown = member.post(f"{path}/code", json={"code": "pricing"}).json["suggestion"]
    assert (shown["rule"], shown["evidence_missing"]) == ("price_unproven", ["purchase_order", "price_list"])
    for kind in ("purchase_order", "price_list"):
        shown = member.post(f"{path}/evidence", json={"kind": kind, "status": "have"}).json["suggestion"]
    assert (shown["rule"], shown["amount"], shown["evidence_missing"]) == ("price_proven", "20.0000", [])


def test_an_accepted_credit_is_listed_and_may_be_cancelled(member, viewer, opened):
    path = f"/api/disputes/{opened['id']}"
    member.post(f"{path}/propose", json={"action": "credit", "amount": "12.50"})
    accepted = member.post(f"{path}/accept", json={})
    assert accepted.status_code == 200, accepted.json
    (made,) = accepted.json["adjustments"]
    assert (made["amount"], made["status"], made["kind"]) == ("12.5000", "pending", "credit")
    assert "idempotency_key" not in made
    for query in (f"dispute_id={opened['id']}", f"invoice_id={made['invoice_id']}&status=pending"):
        assert viewer.get(f"/api/adjustments?{query}").json["items"] == [made]
    assert viewer.get("/api/adjustments?status=sending,failed").json["items"] == []
    assert viewer.get("/api/adjustments?status=nothing").status_code == 422
    assert viewer.post(f"/api/adjustments/{made['id']}/cancel").status_code == 403
    cancelled = member.post(f"/api/adjustments/{made['id']}/cancel")
    assert (cancelled.status_code, cancelled.json["status"]) == (200, "cancelled")
    assert member.post(f"/api/adjustments/{made['id']}/cancel").json["status"] == "cancelled"


def test_what_no_provider_has_is_not_written_back(admin, member, opened):
    path = f"/api/disputes/{opened['id']}"
    member.post(f"{path}/propose", json={"action": "credit", "amount": "1"})
    (made,) = member.post(f"{path}/accept", json={}).json["adjustments"]
    assert member.post(f"/api/adjustments/{made['id']}/write-back").status_code == 403
    refused = admin.post(f"/api/adjustments/{made['id']}/write-back")
    assert refused.status_code == 409 and "no provider has it" in refused.json["detail"]


def test_finer_than_a_cent_is_no_credit(member, opened):
    path = f"/api/disputes/{opened['id']}"
    member.post(f"{path}/propose", json={"action": "credit", "amount": "1.001"})
    refused = member.post(f"{path}/accept", json={})
    assert refused.status_code == 422 and "no amount of EUR" in refused.json["detail"]
    assert member.get(path).json["status"] == "proposed"
