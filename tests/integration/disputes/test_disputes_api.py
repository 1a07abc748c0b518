"""Disputes over the API: opened, listed, shown, changed and moved, and refused where they must be."""

from uuid import uuid4

import pytest
from sqlalchemy import text


def post(caller, dispute, verb, **body):
    return caller.post(f"/api/disputes/{dispute['id']}/{verb}", json=body)


def problem(response, status):
    assert response.status_code == status, response.json
    return {each["field"]: each["message"] for each in response.json.get("fields", [])}


def history(caller, dispute):
    return caller.get(f"/api/disputes/{dispute['id']}/history").json["items"]


def test_opening_places_a_hold_and_waits_to_be_read(opened, member, storage, tenant):
    assert opened["status"] == "open" and opened["code"] is None and opened["reading"] is None
    assert opened["amount"] == "100.0000" and opened["is_all"] and opened["currency"] == "EUR"
    assert opened["hold"]["amount"] is None and opened["hold"]["until"] == opened["due_on"]
    assert opened["hold"]["reason"] == f"Disputed: D-{opened['number']}"
    assert opened["invoice"]["balance"] == "100.0000" and opened["customer"]["name"] == "Customer c1"
    assert opened["moves"] == ["investigate", "propose", "accept", "reject", "resolve"]
    assert [event["kind"] for event in history(member, opened)] == ["opened"]
    with storage.hub() as session:
        asked = text("select count(*) from hub.work where tenant_key = :tenant and kind = 'disputes.classify'")
        assert session.scalar(asked, {"tenant": tenant}) == 1


def test_the_document_is_shown_again_with_its_version(opened, viewer):
    response = viewer.get(f"/api/disputes/{opened['id']}")
    assert response.json["moves"] == []
    assert response.headers["ETag"].startswith('"1-')
    assert viewer.get(f"/api/disputes/{uuid4()}").status_code == 404
    assert viewer.get(f"/api/disputes/{uuid4()}/history").status_code == 404


def test_an_invoice_may_be_named_by_its_number(member, new_invoice):
    new_invoice(number="BY-NUMBER-1")
    body = {"invoice_number": "BY-NUMBER-1", "text": "Wrong price.", "amount": "12.50", "product": "Cartons"}
    shown = member.post("/api/disputes", json=body).json
    assert shown["invoice"]["number"] == "BY-NUMBER-1"
    assert (shown["amount"], shown["is_all"], shown["product"]) == ("12.5000", False, "Cartons")
    assert shown["hold"]["amount"] == "12.5000"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "invoice_id"),
        ({"text": "x", "invoice_id": str(uuid4()), "invoice_number": "1"}, "invoice_id"),
        ({"text": "x", "invoice_id": str(uuid4())}, "invoice_id"),
        ({"text": "x", "invoice_number": "nowhere"}, "invoice_number"),
        ({"text": "  ", "invoice_number": "nowhere"}, "text"),
        ({"text": "x" * 20_001, "invoice_number": "nowhere"}, "text"),
        ({"text": "x", "invoice_number": "nowhere", "amount": "0"}, "amount"),
        ({"text": "x", "invoice_number": "nowhere", "amount": "-1"}, "amount"),
        ({"text": "x", "invoice_number": "nowhere", "code": "rudeness"}, "code"),
        (
            {"text": "x", "invoice_number": "n", "attachments": [{"title": "a", "url": "http://a.example/"}]},
            "attachments.0.url",
        ),
        (
            {"text": "x", "invoice_number": "n", "attachments": [{"title": "a", "url": "https://me:pw@a.example/"}]},
            "attachments.0.url",
        ),
        (
            {"text": "x", "invoice_number": "n", "attachments": [{"title": "a", "url": "javascript:alert(1)"}]},
            "attachments.0.url",
        ),
    ],
)
def test_what_cannot_be_opened_says_why(member, body, field):
    assert field in problem(member.post("/api/disputes", json=body), 422)


def test_a_number_that_several_invoices_have_tells_nothing(member, new_invoice, storage, tenant):
    from tests.integration.api import conftest as other

    new_invoice(number="TWICE")
    with storage.tenant(tenant) as session:
        copied = text("""
            insert into invoices select (jsonb_populate_record(i, jsonb_build_object('id', gen_random_uuid(),
                'connection_id', cast(:connection as uuid)))).* from invoices i where number = 'TWICE'
        """)
        session.execute(copied, {"connection": other.CONNECTION})
    body = {"invoice_number": "TWICE", "text": "x"}
    assert "Several" in problem(member.post("/api/disputes", json=body), 422)["invoice_number"]


def test_more_than_is_open_cannot_be_disputed(member, new_invoice):
    invoice = str(new_invoice("100"))
    body = {"invoice_id": invoice, "text": "x", "amount": "100.01"}
    assert "At most 100.0000 EUR" in problem(member.post("/api/disputes", json=body), 422)["amount"]
    for amount in ("60", "40"):
        assert member.post("/api/disputes", json=body | {"amount": amount}).status_code == 201
    refused = member.post("/api/disputes", json=body | {"amount": "0.01"})
    assert refused.status_code == 409 and "in dispute already: D-" in refused.json["detail"]


def test_the_same_external_id_is_not_taken_twice(member, new_invoice):
    external_id = f"CASE-{uuid4()}"
    first = {"invoice_id": str(new_invoice()), "text": "x", "external_id": external_id}
    number = member.post("/api/disputes", json=first).json["number"]
    again = first | {"invoice_id": str(new_invoice())}
    assert problem(member.post("/api/disputes", json=again), 409) == {"external_id": f"D-{number} has it."}


def test_sent_again_under_one_key_it_is_one(member, new_invoice):
    body = {"invoice_id": str(new_invoice()), "text": "x"}
    headers = {"Idempotency-Key": str(uuid4())}
    first, second = (member.post("/api/disputes", json=body, headers=headers) for _ in range(2))
    assert first.json == second.json and second.headers["Idempotency-Replayed"] == "true"


def test_a_code_that_a_person_gives_is_a_label(member, program, new_invoice, storage, tenant):
    def labels(dispute):
        query = text("select code, was, text from dispute_labels where dispute_id = :id order by id")
        with storage.tenant(tenant) as session:
            return [tuple(row) for row in session.execute(query, {"id": dispute["id"]})]

    body = {"text": "Too dear.", "code": "pricing"}
    said = member.post("/api/disputes", json=body | {"invoice_id": str(new_invoice())}).json
    assert (said["code"], said["code_by"], said["is_sure"], said["check"]) == ("pricing", "person", True, False)
    assert labels(said) == [("pricing", None, "Too dear.")]
    by_program = program.post("/api/disputes", json=body | {"invoice_id": str(new_invoice())}).json
    assert by_program["code"] == "pricing" and labels(by_program) == []
    corrected = post(member, said, "code", code="freight_charge", codes=["pricing"]).json
    assert (corrected["code"], corrected["codes"], corrected["group"]) == ("freight_charge", ["pricing"], "pricing")
    assert labels(said)[1:] == [("freight_charge", None, "Too dear.")]
    assert "codes" in problem(post(member, said, "code", code="pricing", codes=["pricing"]), 422)
    told = history(member, said)
    assert [each["kind"] for each in told] == ["opened", "corrected", "suggested"]
    assert told[1]["before"]["code"] == "pricing"


def test_many_are_opened_all_or_none(member, new_invoice, viewer):
    numbers = [f"MANY-{place}" for place in range(3)]
    for number in numbers:
        new_invoice(number=number)
    bodies = [{"invoice_number": number, "text": f"About {number}", "amount": "10"} for number in numbers]
    refused = problem(member.post("/api/disputes/batch", json={"disputes": [*bodies, {"text": "x"}]}), 422)
    assert "disputes.3.invoice_id" in refused
    unknown = [*bodies, {"invoice_number": "NOT-1", "text": "x"}, {"invoice_number": "NOT-2", "text": "x"}]
    refused = problem(member.post("/api/disputes/batch", json={"disputes": unknown}), 422)
    assert set(refused) == {"disputes.3.invoice_number", "disputes.4.invoice_number"}
    too_much = [*bodies, {"invoice_number": "MANY-0", "text": "x", "amount": "95"}]
    assert "disputes.3.amount" in problem(member.post("/api/disputes/batch", json={"disputes": too_much}), 409)
    twice = [each | {"external_id": "ONE"} for each in bodies]
    assert "disputes.1.external_id" in problem(member.post("/api/disputes/batch", json={"disputes": twice}), 422)
    assert viewer.get("/api/disputes?q=MANY-&include=totals").json["totals"]["count"] == 0
    opened = member.post("/api/disputes/batch", json={"disputes": bodies})
    assert opened.status_code == 201
    shown = [viewer.get(f"/api/disputes/{each['id']}").json for each in opened.json["disputes"]]
    assert [(each["invoice"]["number"], each["source"]) for each in shown] == [(n, "batch") for n in numbers]
    assert all(each["hold"]["amount"] == "10.0000" for each in shown)


def test_the_whole_way_and_back(opened, member, admin, storage, tenant):
    assert post(member, opened, "investigate").json["status"] == "investigating"
    proposed = post(member, opened, "propose", action="credit", amount="30", note="Four of ten.").json
    assert proposed["proposal"]["amount"] == "30.0000" and proposed["proposal"]["is_own"]
    accepted = post(admin, opened, "accept", note="Agreed.").json
    assert accepted["status"] == "accepted" and accepted["hold"] is not None
    assert accepted["outcomes"] == ["valid_credited", "partly_valid", "goodwill", "withdrawn"]
    assert "outcome" in problem(post(member, opened, "resolve", outcome="invalid_upheld"), 422)
    resolved = post(member, opened, "resolve", outcome="partly_valid").json
    assert resolved["status"] == "resolved" and resolved["hold"] is None
    assert resolved["amount"] == "100.0000" and not resolved["is_all"]
    assert resolved["moves"] == ["reopen"]
    assert "note" in problem(post(member, opened, "reopen"), 422)
    again = post(member, opened, "reopen", note="They found the rest.").json
    assert again["status"] == "open" and again["outcome"] is None and again["proposal"] is None
    assert again["hold"] is not None
    events = history(member, opened)
    assert [(each["kind"], (each["after"] or {}).get("status")) for each in events] == [
        ("opened", "open"),
        ("moved", "investigating"),
        ("moved", "proposed"),
        ("adjusted", None),
        ("moved", "accepted"),
        ("moved", "resolved"),
        ("reopened", "open"),
        ("adjusted", "cancelled"),
    ]
    assert [each["text"] for each in events if each["text"]][:2] == ["Four of ten.", "Agreed."]
    with storage.tenant(tenant) as session:
        actions = session.scalars(
            text("select action from audit.events where object_id = :id and action like 'dispute.%' order by number"),
            {"id": opened["id"]},
        ).all()
    assert actions == [
        f"dispute.{done}" for done in ("opened", "investigated", "proposed", "accepted", "resolved", "reopened")
    ]


def test_first_answer_is_a_persons(opened, member, program):
    assert post(program, opened, "comments", text="Imported.").status_code == 201
    assert member.get(f"/api/disputes/{opened['id']}").json["first_answered_at"] is None
    assert post(member, opened, "comments", text="We look into it.").status_code == 201
    answered = member.get(f"/api/disputes/{opened['id']}").json["first_answered_at"]
    assert answered is not None
    assert post(member, opened, "investigate").json["first_answered_at"] == answered


def test_a_program_goes_step_by_step(opened, program, member):
    assert "resolve" not in program.get(f"/api/disputes/{opened['id']}").json["moves"]
    refused = post(program, opened, "accept")
    assert refused.status_code == 403 and "Only a person" in refused.json["detail"]
    assert post(program, opened, "investigate").status_code == 200
    assert post(program, opened, "resolve", outcome="withdrawn").status_code == 403
    assert post(member, opened, "resolve", outcome="withdrawn", note="They paid.").json["outcome"] == "withdrawn"


def test_moves_that_lead_nowhere_are_conflicts(opened, member):
    assert post(member, opened, "reopen", note="x").status_code == 409
    assert post(member, opened, "reject", note="Clean delivery note.").json["status"] == "rejected"
    refused = post(member, opened, "investigate")
    assert refused.status_code == 409 and "it can resolve" in refused.json["detail"]


def test_changes_need_the_version_that_was_read(opened, member, admin):
    path = f"/api/disputes/{opened['id']}"
    assert member.open("PATCH", path, json={"amount": "5"}).status_code == 428
    assert member.open("PATCH", path, json={"amount": "5"}, headers={"If-Match": '"7"'}).status_code == 412
    match = {"If-Match": '"1"'}
    assert "owner_id" in problem(member.open("PATCH", path, json={}, headers=match), 422)
    assert "owner_id" in problem(member.open("PATCH", path, json={"owner_id": str(uuid4())}, headers=match), 422)
    assert "amount" in problem(member.open("PATCH", path, json={"amount": "100.01"}, headers=match), 422)
    body = {"owner_id": str(admin.user_id), "due_on": "2026-05-04", "amount": "25", "product": "Cartons"}
    changed = member.open("PATCH", path, json=body, headers=match)
    assert changed.status_code == 200, changed.json
    assert changed.json["owner"]["id"] == str(admin.user_id) and changed.json["owner"]["name"]
    assert (changed.json["hold"]["amount"], changed.json["hold"]["until"]) == ("25.0000", "2026-05-04")
    assert changed.headers["ETag"].startswith('"2-')
    kinds = {each["kind"]: each["after"] for each in history(member, opened)[1:]}
    assert kinds == {
        "assigned": {"owner_id": str(admin.user_id)},
        "due": {"due_on": "2026-05-04"},
        "changed": {"amount": "25.0000", "has_product": True},
    }
    same = member.open("PATCH", path, json={"due_on": "2026-05-04"}, headers={"If-Match": '"2"'})
    assert same.json["version"] == 2


def test_what_has_ended_is_not_changed(opened, member):
    post(member, opened, "resolve", outcome="expired")
    path = f"/api/disputes/{opened['id']}"
    refused = member.open("PATCH", path, json={"due_on": "2026-09-01"}, headers={"If-Match": '"2"'})
    assert refused.status_code == 409 and "Reopen it first" in refused.json["detail"]


def test_moving_heeds_the_version_where_it_is_sent(opened, member):
    post(member, opened, "comments", text="Meanwhile.")
    path = f"/api/disputes/{opened['id']}/investigate"
    assert member.post(path, headers={"If-Match": '"1"'}).status_code == 412
    assert member.post(path, headers={"If-Match": '"2"'}).status_code == 200


def test_evidence_is_kept_by_kind(opened, member):
    for status in ("missing", "have"):
        body = {"kind": "proof_of_delivery", "status": status, "note": f"It is {status}."}
        shown = post(member, opened, "evidence", url="https://files.example/pod.pdf", **body).json
    (only,) = shown["evidence"]
    assert (only["status"], only["note"], only["url"]) == ("have", "It is have.", "https://files.example/pod.pdf")
    event = history(member, opened)[-1]
    assert (event["before"], event["after"]) == (
        {"evidence": {"proof_of_delivery": "missing"}},
        {"evidence": {"proof_of_delivery": "have"}},
    )
    assert "kind" in problem(post(member, opened, "evidence", kind="Proof!", status="have"), 422)
    assert "url" in problem(post(member, opened, "evidence", kind="photos", status="have", url="ftp://x"), 422)


def test_the_list_filters_counts_and_pages(app, storage, settings, new_invoice, member, viewer, admin):
    made = []
    for place, code in enumerate(("pricing", "freight_charge", "not_received", "pricing")):
        invoice = str(new_invoice(str(50 + place), customer="listed"))
        body = {"invoice_id": invoice, "text": f"Listed {place}", "code": code}
        made.append(member.post("/api/disputes", json=body).json)
    match = {"If-Match": '"1"'}
    mine = {"owner_id": str(member.user_id), "due_on": "2020-01-02"}
    assert member.open("PATCH", f"/api/disputes/{made[0]['id']}", json=mine, headers=match).status_code == 200
    post(member, made[3], "resolve", outcome="withdrawn")
    customer = made[0]["customer_id"]

    def numbers(query):
        found = viewer.get(f"/api/disputes?customer_id={customer}&{query}")
        assert found.status_code == 200, found.json
        return [each["number"] for each in found.json["items"]]

    first, second, third, fourth = (each["number"] for each in made)
    assert numbers("sort=amount") == [first, second, third, fourth]
    assert numbers("sort=-amount&limit=2") == [fourth, third]
    assert numbers("sort=due_on")[0] == first
    assert set(numbers("group=pricing")) == {first, second, fourth}
    assert numbers("code=not_received") == [third]
    assert numbers("status=resolved") == [fourth] and fourth not in numbers("unended=true")
    assert numbers(f"owner={member.user_id}") == [first]
    assert set(numbers("owner=none")) == {second, third, fourth}
    assert numbers("overdue=true") == [first]
    assert numbers("q=listed%202") == [third]
    assert numbers(f"q=d-{second}") == [second]
    assert numbers("check=true") == []
    assert numbers(f"invoice_id={made[1]['invoice_id']}") == [second]
    assert numbers("source=email") == [] and numbers("opened_from=2090-01-01T00:00:00Z") == []
    mine = member.get(f"/api/disputes?customer_id={customer}&owner=me&include=totals").json
    assert [each["number"] for each in mine["items"]] == [first]
    assert mine["items"][0]["owner"]["name"] and "owner_id" not in mine["items"][0]
    totals = mine["totals"]
    assert totals["count"] == 1 and totals["by_currency"] == [{"currency": "EUR", "count": 1, "amount": "50.0000"}]
    assert {each["value"]: each["count"] for each in totals["facets"]["owner"]} == {
        "none": 3,
        str(member.user_id): 1,
    }
    assert totals["owners"][0]["id"] == str(member.user_id)
    assert totals["facets"]["check"] == [{"value": "false", "count": 1}]
    paged, cursor = [], ""
    while True:
        page = viewer.get(f"/api/disputes?customer_id={customer}&sort=-opened_at&limit=1{cursor}").json
        paged += [each["number"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert paged == [fourth, third, second, first]
    for query in ("sort=text", "status=lost", "owner=you", "group=none", "include=prediction"):
        assert viewer.get(f"/api/disputes?{query}").status_code == 422


def test_the_list_as_a_file(opened, viewer):
    response = viewer.get(f"/api/disputes/export?q=D-{opened['number']}")
    head, row, rest = response.get_data(as_text=True).split("\r\n")
    assert rest == "" and head.startswith("number,status,code") and row.startswith(f"{opened['number']},open,")


def test_who_may_look_after_disputes(viewer, member, admin):
    found = {each["id"] for each in viewer.get("/api/disputes/owners").json["items"]}
    assert {str(member.user_id), str(admin.user_id)} <= found and str(viewer.user_id) not in found


def test_the_invoice_says_that_it_is_in_dispute(opened, member, viewer, program):
    def invoice():
        return viewer.get(f"/api/invoices/{opened['invoice_id']}").json

    def listed(disputed):
        page = viewer.get(f"/api/invoices?disputed={disputed}&number={opened['invoice']['number']}").json
        return [each["disputed"] for each in page["items"]]

    shown = invoice()
    (only,) = shown["disputes"]
    assert (only["id"], only["number"], only["status"]) == (opened["id"], opened["number"], "open")
    assert (only["code"], only["amount"], only["is_all"], only["due_on"]) == (None, None, True, opened["due_on"])
    assert shown["disputed"] is True
    assert [(each["kind"], each["source_id"]) for each in shown["holds"]] == [("dispute", opened["id"])]
    assert listed("true") == [True] and listed("false") == []
    post(member, opened, "resolve", outcome="withdrawn")
    shown = invoice()
    assert (shown["disputes"], shown["holds"], shown["disputed"]) == ([], [], None)
    assert listed("true") == [] and listed("false") == [None]
    post(member, opened, "reopen", note="Not so.")
    assert listed("true") == [True]


def test_what_the_source_calls_disputed_is_disputed(viewer, new_invoice):
    new_invoice(number="SAID-BY-SOURCE", disputed=True)
    new_invoice(number="SAID-OTHERWISE", disputed=False)
    found = viewer.get("/api/invoices?disputed=true&number=SAID-").json["items"]
    assert [(each["number"], each["disputed"]) for each in found] == [("SAID-BY-SOURCE", True)]
    found = viewer.get("/api/invoices?disputed=false&number=SAID-").json["items"]
    assert [(each["number"], each["disputed"]) for each in found] == [("SAID-OTHERWISE", False)]
