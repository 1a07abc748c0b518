"""A person planted wherever the hub can be made to hold them, erased, and looked for in everything that is stored."""

import os
from io import BytesIO

import pytest
from sqlalchemy import text

from hub.storage.objects import Objects

ADDRESS, NAME = "mia.planted@marker-mail.example", "Mía Plánted-Marker"
EARLIER = "Mia Born-Otherwise"
OTHER = "not.mia.planted@marker-mail.example"
MARKERS = (ADDRESS, NAME, EARLIER)
HEADER = "invoice_id,customer_id,customer_name,email,issue_date,due_date,amount,currency,paid_date,memo\n"
ROWS = [
    f"INV-1,C1,{NAME},{ADDRESS},2026-01-05,2026-02-05,1234567890.12,EUR,2026-02-01,for {NAME.upper()}\n",
    f"INV-2,C1,{NAME},{ADDRESS.title()},2026-01-06,2026-02-06,200.10,EUR,,<mailto:{ADDRESS}>\n",
    f"INV-3,C2,Other & Co,{OTHER},2026-01-07,2026-02-07,300.30,EUR,,nothing\n",
]
BAD = f"INV-4,C1,{NAME},{ADDRESS},2026-01-05,2026-02-05,10.10,{ADDRESS},,\n"
FIRST = (HEADER + ROWS[0].replace("2026-02-01", "") + "".join(ROWS[1:]) + BAD).replace(NAME, EARLIER)
SECOND = HEADER + "".join(ROWS) + BAD
ERASURE = {"email": ADDRESS.upper(), "include_name": True, "reason": f"Asked for by {NAME} on the telephone"}


@pytest.fixture(scope="module")
def planted(company, settings):
    """The company with the person in every place that takes one."""
    assert company.import_csv(FIRST, f"{ADDRESS}.csv", skip_bad="true")["state"] == "done"
    assert company.import_csv(SECOND, skip_bad="true")["result"]["counts"]["invoice"]["changed"] == 1
    assert company.import_csv(SECOND, "refused.csv")["state"] == "failed"
    (customer,) = [each for each in company.get("/api/customers").json["items"] if each["email"] == ADDRESS]
    profile = {
        "contacts": [{"name": "Mia M.", "email": ADDRESS, "phone": "+49 30 777"}, {"name": "Bo", "email": OTHER}],
        "notes": f"Call {NAME}, or write to {ADDRESS}. Mia M. is in on Mondays.",
    }
    etag = company.get(f"/api/customers/{customer['id']}").headers["ETag"]
    updated = company.call("PUT", f"/api/customers/{customer['id']}", json=profile, headers={"If-Match": etag})
    assert updated.status_code == 200
    body = {"number": "M-1", "customer_id": customer["id"], "issued_on": "2026-01-01", "due_on": "2026-02-01"}
    sent = {"headers": {"Idempotency-Key": f"for {ADDRESS}"}}
    entered = company.post("/api/invoices", {**body, "currency": "EUR", "total": "10.10"}, **sent)
    assert entered.status_code == 201 and NAME in entered.text
    with company.storage.tenant(company.tenant) as session:
        session.execute(
            text("""
                with model as (
                    insert into forecast_models (backend, status, reason, as_of, trained_at, artifact)
                    values ('naive', 'champion', :said, '2026-03-31', now(), '\\x00') returning id
                ), run as (
                    insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                    select id, '2026-03-31', now(), 1, '{}' from model returning id
                )
                insert into predictions
                select run.id, i.id, 0.25, 0.5, i.due_on, i.due_on, i.due_on, i.due_on, 'low',
                    jsonb_build_array(jsonb_build_object('sentence', cast(:said as text), 'contribution', 0.125))
                from run, invoices i where i.number = 'INV-2'
            """),
            {"said": f"{NAME} pays late"},
        )
    left = Objects(settings).put(company.tenant, BytesIO(SECOND.encode()), ".csv")
    os.utime(left, (0, 0))
    export = company.work(company.post("/api/privacy/exports").json["id"])
    assert export["state"] == "done"
    return company


@pytest.fixture(scope="module")
def before(planted):
    return {"money": planted.money(), "places": planted.places_of(*MARKERS, spared=OTHER)}


@pytest.fixture(scope="module")
def erased(planted, before):
    """The certificate."""
    response = planted.post("/api/privacy/contacts/erasure", ERASURE)
    assert response.status_code == 200, response.json
    return response.json


def test_the_person_was_really_there(planted, before):
    schema = f"tenant_{planted.tenant}"
    expected = {
        *("customers", "invoices", "ledger_versions", "sync_rejects", "sync_runs", "predictions", "forecast_models"),
        *("idempotency_keys", "idempotency_keys.body"),
    }
    assert {f"{schema}.{name}" for name in expected} | {"hub.work"} <= set(before["places"])
    assert any(place.endswith(".csv") for place in before["places"])


def test_a_preview_says_where_and_changes_nothing(planted, before):
    shown = planted.post("/api/privacy/contacts/preview", {"email": ADDRESS})
    assert shown.status_code == 200, shown.json
    assert (shown.json["customers"], shown.json["names"]) == (1, [EARLIER, NAME])
    assert shown.json["places"]["sync_rejects"] > 0 and shown.json["places"]["work"] > 0
    assert planted.places_of(*MARKERS, spared=OTHER) == before["places"]


def test_a_person_who_asks_gets_everything_that_is_held(planted, before):
    held = planted.post("/api/privacy/contacts/export", {"email": ADDRESS})
    assert held.status_code == 200, held.json
    (customer,) = held.json["customers"]
    assert (customer["name"], customer["email"]) == (NAME, ADDRESS)
    assert {each["number"]: each["total"] for each in customer["invoices"]}["INV-1"] == "1234567890.1200"
    assert [each["amount"] for each in customer["payments"]] == ["1234567890.1200"]
    places = {each["place"] for each in held.json["mentions"]}
    assert {"customers", "invoices", "ledger_versions", "sync_rejects", "idempotency_keys", "work"} <= places


def test_nothing_is_left_anywhere(planted, erased):
    assert planted.places_of(*MARKERS, "Mia M.", "+49 30 777", spared=OTHER) == []


def test_the_certificate_names_nobody_and_counts_what_was_done(erased):
    assert erased["pseudonym"].startswith("erased-")
    assert erased["reason"] == f"Asked for by {erased['pseudonym']} on the telephone"
    assert erased["customers"] == 1
    places = erased["places"]
    assert places["customers: people to talk to"] == 1
    assert places["rows that an import or a sync could not use"] >= 2
    assert places["jobs and their outcomes"] >= 2
    assert places["reasons of predictions"] == 1
    assert (places["files handed in and left over"], places["exports of everything"]) == (1, 1)


def test_the_books_say_the_same_as_before(planted, before, erased):
    assert planted.money() == before["money"]
    (number,) = planted.query("select number from invoices where number = 'INV-1' and paid_on = '2026-02-01'")
    assert number == ("INV-1",)


def test_the_person_is_a_pseudonym_and_nobody_else_is_touched(planted, erased):
    rows = dict(planted.query("select name, email from customers where email is not null"))
    assert rows == {erased["pseudonym"]: erased["pseudonym"], "Other & Co": OTHER}
    (profile,) = planted.query("select profile from customers where profile <> '{}'")
    assert profile[0]["contacts"] == [{"name": "Bo", "email": OTHER}]
    assert "Mondays" in profile[0]["notes"]


def test_it_is_in_the_audit_without_a_name(planted, erased):
    events = planted.query("select object_id, after::text from audit.events where action = 'contact.erased'")
    assert [object_id for object_id, _ in events] == [erased["pseudonym"]]


def test_the_same_file_again_changes_nothing_and_brings_nobody_back(planted, erased, before):
    again = planted.import_csv(SECOND, skip_bad="true")
    assert (again["state"], again["result"]["changed"]) == ("done", 0)
    # Also where the hub does not remember having read these rows, and has to look at each.
    planted.query("delete from sync_pages returning 1")
    again = planted.import_csv(SECOND, skip_bad="true")
    assert (again["result"]["changed"], again["result"]["tie_out_difference"]) == (0, {"EUR": "0.0000"})
    assert planted.places_of(*MARKERS, spared=OTHER) == []
    assert planted.money() == before["money"]


def test_a_file_that_is_refused_again_does_not_name_them_either(planted, erased):
    assert planted.import_csv(SECOND, "refused.csv")["state"] == "failed"
    assert planted.places_of(*MARKERS, spared=OTHER) == []


def test_a_changed_file_is_taken_in_without_the_person(planted, erased):
    more = SECOND.replace("200.10,EUR,,", "200.10,EUR,2026-02-20,") + ROWS[1].replace("INV-2", "INV-9")
    changed = planted.import_csv(more, skip_bad="true")
    assert changed["result"]["counts"]["invoice"]["inserted"] == 1
    assert changed["result"]["counts"]["customer"]["changed"] == 0
    assert planted.places_of(*MARKERS, spared=OTHER) == []


def test_erasing_again_finds_nothing_left(planted, erased):
    again = planted.post("/api/privacy/contacts/erasure", ERASURE).json
    assert (again["pseudonym"], again["customers"]) == (erased["pseudonym"], 1)
    assert sum(again["places"].values()) == 0


def test_an_export_made_before_is_gone(planted, erased):
    jobs = planted.get("/api/jobs?kind=privacy.export").json["items"]
    gone = planted.get(jobs[0]["result"]["download"])
    assert (gone.status_code, gone.json["code"]) == (404, "not_found")


def test_an_address_that_nobody_has_is_answered_the_same_way(planted, erased):
    nobody = planted.post("/api/privacy/contacts/erasure", {"email": "nobody@marker-mail.example", "reason": "asked"})
    assert (nobody.status_code, nobody.json["customers"]) == (200, 0)


@pytest.mark.parametrize(
    ("body", "field"),
    [({"email": "no address", "reason": "x"}, "email"), ({"email": ADDRESS}, "reason"), ({"reason": "x"}, "email")],
)
def test_a_request_that_cannot_be_used_names_the_field(company, body, field):
    refused = company.post("/api/privacy/contacts/erasure", body)
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json["fields"]] == [field]
