"""What requests leave in the audit, and the audit as its readers see it."""

import base64
import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import psycopg
import pytest
from sqlalchemy import text

from hub.http import auditing, idempotency
from hub.http.access import ACCESS
from hub.http.auditing import REFUSALS_PER_CALLER, Refusals
from hub.identity import sessions, users
from hub.storage import audit
from hub.storage.session import driver
from hub.tenants import service as tenants

INVOICE = {
    "number": "A-1",
    "issued_on": "2026-03-01",
    "due_on": "2026-03-31",
    "currency": "EUR",
    "total": "100.00",
    "customer_name": "Audited Ltd",
}


@pytest.fixture(autouse=True)
def fresh_bounds(monkeypatch):
    """No test is refused its note because of an earlier one."""
    monkeypatch.setattr(auditing, "_refusals", Refusals())


@pytest.fixture
def noted(storage, tenant):
    """What a chain has been given since the test began, oldest first."""
    start = {}
    with storage.hub() as session:
        for chain, number in driver(session).execute("select chain, number from audit.chains"):
            start[chain] = number

    def read(chain=tenant):
        with storage.hub() as session:
            rows = session.execute(
                text("select * from audit.events where chain = :chain and number > :start order by number"),
                {"chain": chain, "start": start.get(chain, 0)},
            )
            return [dict(row) for row in rows.mappings()]

    return read


@pytest.fixture(scope="module")
def customer(client, small_ledger):
    return client.get("/api/customers?limit=1").json["items"][0]["id"]


@pytest.fixture(scope="module")
def reader(app, tenant, key_of):
    """Another client of the tenant, that may only read."""
    return {"Authorization": f"Bearer {key_of(tenant, scopes=['read'])}"}


@pytest.fixture(scope="module")
def neighbour(storage):
    return tenants.create(storage, "The neighbour of the audited").key


def put_profile(client, customer, **profile):
    etag = client.get(f"/api/customers/{customer}").headers["ETag"]
    return client.put(f"/api/customers/{customer}", json=profile, headers={"If-Match": etag})


def test_a_write_says_who_did_what_from_where(client, noted):
    sent = {"X-Request-ID": "request-0001", "User-Agent": "ERP export 3"}
    created = client.post("/api/invoices", json=INVOICE, headers=sent)
    assert created.status_code == 201
    (event,) = noted()
    assert event["action"] == "invoice.created" and event["object_id"] == created.json["id"]
    assert (event["actor_kind"], event["actor_name"], event["outcome"]) == ("key", "test", "done")
    assert (event["address"], event["user_agent"]) == ("127.0.0.1", "ERP export 3")
    assert event["request_id"] == "request-0001"
    assert event["before"] is None and event["after"]["total"] == "100.0000"


def test_a_change_says_what_was_and_what_is_without_the_persons_details(client, customer, noted):
    put_profile(client, customer, tags=["old"])
    contact = {"name": "Jo Debtor", "email": "jo@debtor.example"}
    assert put_profile(client, customer, tags=["new"], contacts=[contact]).status_code == 200
    event = noted()[-1]
    assert (event["action"], event["object_id"]) == ("customer.updated", customer)
    assert (event["before"]["tags"], event["after"]["tags"]) == (["old"], ["new"])
    stored = orjson.dumps(event["after"]).decode()
    assert "fp:" in stored and "Jo Debtor" not in stored and "jo@debtor.example" not in stored


def test_a_write_that_nobody_else_recorded_is_recorded_in_its_own_transaction(client, small_ledger, noted):
    asked = client.post("/api/predictions", json={})
    assert asked.status_code == 202, asked.json
    (event,) = noted()
    assert (event["action"], event["object_type"], event["outcome"]) == ("requestForecast", "predictions", "done")


def test_a_write_is_not_made_where_it_cannot_be_noted(client, storage, tenant, noted, monkeypatch):
    monkeypatch.setattr(audit, "_APPEND", "select 1 / 0 from (select %(events)s::text) events")
    assert client.post("/api/invoices", json=INVOICE | {"number": "A-2"}).status_code == 500
    with storage.tenant(tenant) as session:
        assert session.scalar(text("select count(*) from invoices where number = 'A-2'")) == 0
    assert noted() == []


def test_a_read_is_not_answered_where_it_cannot_be_noted(client, customer, noted, monkeypatch):
    broken = psycopg.OperationalError("the disk is full")

    def fail(*_, **__):
        raise broken

    monkeypatch.setattr(audit, "note", fail)
    answered = client.get(f"/api/customers/{customer}")
    assert answered.status_code == 503 and "Acme" not in answered.get_data(as_text=True)
    assert client.get("/api/invoices").status_code == 200  # which is not noted
    assert noted() == []


def test_a_write_that_failed_is_not_noted_as_done(client, noted):
    assert client.post("/api/invoices", json=INVOICE | {"customer_id": str(uuid4())}).status_code == 422
    assert noted() == []


def test_a_write_sent_again_is_noted_once(client, noted):
    sent = {"Idempotency-Key": uuid4().hex}
    for _ in range(2):
        answered = client.post("/api/invoices", json=INVOICE | {"number": "A-3"}, headers=sent)
        assert answered.status_code == 201
    assert idempotency.is_replay(answered)
    assert [event["action"] for event in noted()] == ["invoice.created"]


def test_reads_of_sensitive_data_are_noted_by_what_was_asked_for_and_not_by_its_values(client, customer, noted):
    client.get(f"/api/customers/{customer}")
    client.get("/api/customers?name=Best&limit=3")
    one, several = noted()
    assert (one["action"], one["object_type"], one["object_id"]) == ("getCustomer", "customers", customer)
    assert (several["action"], several["object_id"]) == ("listCustomers", "")
    assert several["after"] == {"filters": ["name"]}


def test_other_reads_are_not(client, small_ledger, noted):
    for path in ("/api/invoices", "/api/jobs", "/api/tenant", "/api/insights", "/healthz", "/api/openapi.json"):
        assert client.get(path).status_code == 200, path
    assert noted() == [] and noted(audit.INSTALLATION) == []


def test_every_operation_that_writes_or_reads_people_is_noted():
    machines = {name for name, rule in ACCESS.items() if rule.scope and rule.scope.endswith((":write", ":admin"))}
    unnoted = {name for name in machines if ACCESS[name].noted == "no"}
    # A preview keeps nothing; the periods and the state of the chain are nobody's data.
    assert unnoted == {"previewImport", "readImportHead", "verifyAudit", "getRetention"}


def test_a_refusal_is_noted_for_the_callers_tenant(client, app, reader, noted):
    refused = app.test_client().post("/api/invoices", json=INVOICE, headers=reader)
    assert refused.status_code == 403
    (event,) = noted()
    assert (event["action"], event["outcome"], event["object_type"]) == ("access.denied", "denied", "entry")
    assert event["after"] == {"operation": "createInvoice", "status": 403}


def test_ids_of_others_are_noted_for_who_asked_and_not_for_whose_they_are(client, neighbour, noted):
    theirs = str(uuid4())
    assert client.get(f"/api/invoices/{theirs}").status_code == 404
    (event,) = noted()
    assert (event["action"], event["object_id"], event["outcome"]) == ("access.not_found", theirs, "denied")
    assert event["after"]["operation"] == "getInvoice"
    assert noted(neighbour) == []


def test_credentials_that_do_not_work_are_noted_for_the_installation(app, noted):
    flask = app.test_client()
    key = f"pp_live_0a1b2c3d_{'e' * 64}"
    assert flask.get("/api/invoices", headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert flask.get("/api/invoices").status_code == 401  # nothing was tried
    (event,) = noted(audit.INSTALLATION)
    assert (event["action"], event["actor_kind"], event["actor_id"]) == ("access.denied", "anonymous", "127.0.0.1")
    assert event["after"]["operation"] == "listInvoices" and event["after"]["presented"].startswith("pp_live_0a1b")
    assert key not in str(event) and "e" * 20 not in str(event)


def test_a_flood_of_refusals_is_counted_and_not_written(client, noted, monkeypatch):
    now = [1.0]
    monkeypatch.setattr(auditing.time, "monotonic", lambda: now[0])
    for _ in range(REFUSALS_PER_CALLER + 15):
        client.get(f"/api/invoices/{uuid4()}")
    assert len(noted()) == REFUSALS_PER_CALLER
    now[0] = 61.0
    client.get(f"/api/invoices/{uuid4()}")
    assert noted()[-1]["after"]["left_out_before"] == 15


def test_a_refusal_stays_one_where_it_cannot_be_noted(client, noted, monkeypatch):
    def fail(*_, **__):
        raise psycopg.OperationalError("the disk is full")

    monkeypatch.setattr(audit, "note", fail)
    assert client.get(f"/api/invoices/{uuid4()}").status_code == 404


def test_a_person_is_named_by_their_address(app, storage, settings, tenant, noted):
    with storage.hub() as session:
        ann = users.ensure(session, "ann@audited.example")
        session.execute(
            text("insert into hub.memberships (user_id, tenant_key, role) values (:id, :tenant, 'admin')"),
            {"id": ann.id, "tenant": tenant},
        )
        cookie = sessions.create(session, ann.id, "link", datetime.now(UTC), settings=settings, tenant_key=tenant)
    flask = app.test_client()
    flask.set_cookie("paypredict", cookie)
    assert flask.get("/api/audit").status_code == 200
    event = noted()[-1]
    assert (event["action"], event["actor_kind"]) == ("listAudit", "person")
    assert (event["actor_id"], event["actor_name"]) == (str(ann.id), "ann@audited.example")


def test_who_acts_in_one_request_does_not_act_in_the_next(client):
    client.get("/api/tenant")
    assert audit.actor() is audit.SYSTEM


def test_the_list_is_paged_newest_first_and_narrowed_by_what_it_was(client, customer, storage, tenant):
    for number in range(5):
        put_profile(client, customer, tags=[f"t{number}"])
    found = client.walk("/api/audit?action=customer.updated&limit=2")
    assert len(found) >= 5 and found[0]["after"] == {"tags": ["t4"]}
    assert [each["number"] for each in found] == sorted((each["number"] for each in found), reverse=True)
    assert {each["action"] for each in found} == {"customer.updated"}
    newest = found[0]
    for name, value in {
        "object_id": customer,
        "object_type": "customer",
        "actor": newest["actor_id"],
        "actor_kind": "key",
        "outcome": "done",
        "request_id": newest["request_id"],
    }.items():
        matching = client.get("/api/audit", query_string={name: value, "action": "customer.updated"}).json["items"]
        assert newest["number"] in [each["number"] for each in matching], name
        assert client.get("/api/audit", query_string={name: "failed" if name == "outcome" else "plugin"}).json == {
            "items": [],
            "next_cursor": None,
        }


def test_actions_are_found_by_how_they_begin(client, customer):
    put_profile(client, customer, notes="begun")
    whole = client.get("/api/audit?action=customer.updated&limit=200").json["items"]
    assert whole and client.get("/api/audit?action=customer.upd&limit=200").json["items"] == whole
    assert client.get("/api/audit?action=ustomer.updated").json["items"] == []
    # What stands for anything in a pattern is a letter like any other here.
    assert client.get("/api/audit?action=customer_updated").json["items"] == []
    assert client.get("/api/audit?action=%25").json["items"] == []


def test_the_list_is_narrowed_by_time(client, customer):
    put_profile(client, customer, tags=["timed"])
    newest = client.get("/api/audit?action=customer.updated&limit=1").json["items"][0]
    later = (datetime.fromisoformat(newest["at"]) + timedelta(microseconds=1)).isoformat()
    for period, is_in in (({"from": newest["at"]}, True), ({"from": later}, False), ({"to": newest["at"]}, False)):
        found = client.get("/api/audit", query_string={**period, "action": "customer.updated"}).json["items"]
        assert (newest["number"] in [each["number"] for each in found]) is is_in, period


@pytest.mark.parametrize(
    "query",
    ["outcome=perhaps", "limit=0", "limit=1000", "from=yesterday", "cursor=!", "action=", "actor=%00", "unknown=1"],
)
def test_what_cannot_be_asked_for_is_refused_with_the_field(client, query):
    refused = client.get(f"/api/audit?{query}")
    assert refused.status_code == 422 and refused.json["fields"]


def test_the_ends_of_the_calendar_and_cursors_beyond_any_number_are_only_empty_lists(client):
    far = base64.urlsafe_b64encode(orjson.dumps(["-number", "9" * 30])).decode()
    for query in (
        {"from": "9999-12-31T23:59:59-23:59"},
        {"to": "0001-01-01T00:00:00+23:59"},
        {"cursor": base64.urlsafe_b64encode(b'["-number", -1]').decode()},
    ):
        assert client.get("/api/audit", query_string=query).json == {"items": [], "next_cursor": None}, query
    assert client.get("/api/audit", query_string={"cursor": far}).json["items"]


def test_a_tenant_sees_its_own_audit_alone(client, app, key_of, neighbour, storage):
    with storage.tenant(neighbour) as session:
        audit.record(session, "their.secret", "thing")
    assert client.get("/api/audit?action=their.secret").json["items"] == []
    theirs = app.test_client().get("/api/audit", headers={"Authorization": f"Bearer {key_of(neighbour)}"})
    assert "their.secret" in {each["action"] for each in theirs.json["items"]}


def test_the_export_is_a_csv_that_computes_nothing(client, storage, tenant):
    evil = '=cmd|"/c calc"!A1'
    with audit.acting(audit.Actor(kind="person", id="u1", name=evil)), storage.tenant(tenant) as session:
        audit.record(session, "thing.named", "thing", 1, after={"name": evil})
    response = client.get("/api/audit/export?action=thing.named")
    assert response.content_type == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(response.get_data(as_text=True)))
    assert row["actor_name"].startswith("'") and row["action"] == "thing.named"


def test_the_export_as_json_lines_holds_what_the_list_holds(client, customer):
    put_profile(client, customer, tags=["exported"])
    response = client.get("/api/audit/export?format=jsonl&action=customer.updated&limit=2")
    lines = [orjson.loads(each) for each in response.get_data().splitlines()]
    assert lines == client.get("/api/audit?action=customer.updated&limit=2").json["items"]


def test_the_export_is_noted_with_its_form(client, noted):
    client.get("/api/audit/export?format=jsonl").get_data()
    assert noted()[-1]["action"] == "exportAudit"


def test_a_long_export_comes_in_batches_without_gaps(client, storage, tenant, monkeypatch):
    monkeypatch.setattr("hub.identity.audit._EXPORT_BATCH", 3)
    with storage.tenant(tenant) as session:
        for number in range(8):
            audit.record(session, "batch.made", "batch", number)
    lines = client.get("/api/audit/export?format=jsonl&action=batch.made").get_data().splitlines()
    assert [orjson.loads(each)["object_id"] for each in lines] == [str(number) for number in range(7, -1, -1)]
    assert len(client.get("/api/audit/export?format=jsonl&limit=4").get_data().splitlines()) == 4


def test_the_chain_verifies_whole_and_in_parts(client, customer):
    put_profile(client, customer, tags=["verified"])
    whole = client.get("/api/audit/verification?after=0").json
    assert whole["is_intact"] and whole["fault"] is None and whole["next_after"] is None
    assert (whole["after"], whole["through"]) == (0, whole["head_number"]) and len(whole["head_hash"]) == 64
    after, seen = 0, []
    while after is not None:
        part = client.get(f"/api/audit/verification?after={after}&limit=7").json
        assert part["is_intact"] and part["after"] == after
        seen.append((part["after"], part["through"]))
        after = part["next_after"]
    assert seen[-1][1] == whole["head_number"] and len(seen) > 1
    assert client.get("/api/audit/verification?after=4611686018427387904").json["is_intact"]


def test_operators_see_the_installations_audit_and_no_tenants(app, storage, settings, client, tenant):
    with storage.hub() as session:
        operator = users.ensure(session, "op@audited.example")
        session.execute(text("update hub.users set is_operator = true where id = :id"), {"id": operator.id})
        cookie = sessions.create(session, operator.id, "link", datetime.now(UTC), settings=settings)
    flask = app.test_client()
    flask.set_cookie("paypredict", cookie)
    found = flask.get("/api/operator/audit?action=tenant.created&limit=200")
    assert tenant in {each["object_id"] for each in found.json["items"]}
    assert flask.get("/api/audit").status_code == 403
    assert client.get("/api/operator/audit").status_code == 403
