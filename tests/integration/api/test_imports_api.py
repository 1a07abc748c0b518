"""/api/invoices/import: a file sent in, followed as a job, and read back from the ledger."""

import io

import pytest
from sqlalchemy import text

from hub.worker import work_off

EXPORT = """\
Invoice No,Customer,Invoice Date,Due Date,Amount,Paid Date,Currency
A-1,Acme GmbH,2026-01-31,2026-02-28,100.00,2026-03-03,EUR
A-2,Acme GmbH,2026-02-15,2026-03-15,250.50,,EUR
"""
BAD = EXPORT + "A-3,Acme GmbH,2026-02-30,2026-03-15,1.00,,EUR\n"


def upload(content=EXPORT, name="export.csv", **options):
    return {"file": (io.BytesIO(content.encode()), name), **options}


@pytest.fixture
def finish(settings, storage, client):
    """Works off what waits, and shows a job as it is then."""

    def finish(response):
        assert response.status_code == 202, response.json
        work_off(settings, storage)
        return client.get(response.headers["Location"]).json

    return finish


@pytest.fixture
def uploads(settings, tenant):
    """The tenant's files kept for imports."""
    return lambda: set((settings.data_dir / "objects" / tenant).glob("*"))


def test_a_file_becomes_a_ledger(client, finish):
    job = finish(client.post("/api/invoices/import", data=upload()))
    assert (job["kind"], job["state"], job["progress"]) == ("sync.import", "done", 1.0), job
    found = {item["number"]: item for item in client.get("/api/invoices").json["items"]}
    assert (found["A-1"]["status"], found["A-1"]["paid_on"]) == ("paid", "2026-03-03")
    assert (found["A-2"]["status"], found["A-2"]["balance"]) == ("open", "250.5000")
    run = client.get("/api/runs").json["items"][0]
    assert (run["id"], run["status"], run["work_id"]) == (job["result"]["run_id"], "ok", job["id"])
    assert run["tie_out"] is not None


def test_a_file_with_a_bad_row_stores_nothing_and_says_where(client, finish):
    before = client.get("/api/invoices").json["items"]
    job = finish(client.post("/api/invoices/import", data=upload(BAD.replace("A-2", "B-2"))))
    assert job["state"] == "failed" and "line 4" in job["error"]["message"]
    assert client.get("/api/invoices").json["items"] == before
    run = next(each for each in client.get("/api/runs?status=failed").json["items"] if each["work_id"] == job["id"])
    (reject,) = client.get(f"/api/runs/{run['id']}/rejects").json["items"]
    assert reject["line"] == 4 and "2026-02-30" in reject["value"]


def test_bad_rows_may_be_left_out(client, finish):
    job = finish(client.post("/api/invoices/import", data=upload(BAD.replace("A-", "C-"), skip_bad="true")))
    assert (job["state"], job["result"]["rejected"]) == ("done", 1)
    assert {item["number"] for item in client.get("/api/invoices?number=C-").json["items"]} == {"C-1", "C-2"}


def test_a_mapping_is_used(client, finish):
    odd = EXPORT.replace("Due Date", "Whenever").replace("A-", "D-")
    sent = upload(odd, mapping='{"due_date": "Whenever"}')
    assert client.post("/api/invoices/import/preview", data=upload(odd, mapping='{"due_date": "Whenever"}')).json[
        "columns"
    ]
    assert finish(client.post("/api/invoices/import", data=sent))["state"] == "done"
    assert client.get("/api/invoices?number=D-2").json["items"][0]["due_on"] == "2026-03-15"


def test_a_preview_shows_the_mapping_and_stores_nothing(client, uploads):
    kept, before = uploads(), client.get("/api/jobs").json
    response = client.post("/api/invoices/import/preview", data=upload(BAD, name="march.csv"))
    assert response.status_code == 200, response.json
    assert response.json["file"] == "march.csv"
    columns = {each["field"]: each["column"] for each in response.json["columns"]}
    assert (columns["due_date"], columns["paid_date"]) == ("Due Date", "Paid Date")
    (problem,) = response.json["problems"]
    assert problem["line"] == 4 and problem["message"]
    assert uploads() == kept and client.get("/api/jobs").json == before


def test_a_preview_has_the_cells_of_bad_rows(client):
    many = (
        EXPORT
        + "".join(f"A-{n},Acme GmbH,2026-01-31,2026-02-28,5.00,,EUR\n" for n in range(10, 40))
        + BAD.splitlines()[-1]
    )
    shown = client.post("/api/invoices/import/preview", data=upload(many)).json
    assert shown["names"][:2] == ["Invoice No", "Customer"] and "credit_limit" in shown["field_names"]
    assert shown["bad_rows"] == 1
    assert [each["line"] for each in shown["sample"]] == [*range(2, 22), 34]
    assert shown["sample"][-1]["cells"] == ["A-3", "Acme GmbH", "2026-02-30", "2026-03-15", "1.00", "", "EUR"]
    assert (shown["problems"][0]["field"], shown["problems"][0]["line"]) == ("Invoice Date", 34)


def test_a_corrected_cell_is_imported(client, finish):
    bad = BAD.replace("A-", "G-")
    corrections = '[{"line": 4, "column": "Invoice Date", "value": "2026-02-28"}]'
    shown = client.post("/api/invoices/import/preview", data=upload(bad, corrections=corrections)).json
    assert (shown["bad_rows"], shown["problems"]) == (0, [])
    assert shown["sample"][-1]["cells"][2] == "2026-02-28"
    job = finish(client.post("/api/invoices/import", data=upload(bad, corrections=corrections)))
    assert job["state"] == "done", job
    assert client.get("/api/invoices?number=G-3").json["items"][0]["issued_on"] == "2026-02-28"


@pytest.mark.parametrize(
    "corrections",
    [
        "{}",
        "[3]",
        "[",
        '[{"line": "4", "column": "Due Date", "value": ""}]',
        '[{"line": 4, "column": "Due Date"}]',
        '[{"line": 4, "column": "Whenever", "value": ""}]',
        '[{"line": 1, "column": "Due Date", "value": ""}]',
    ],
)
def test_corrections_that_cannot_be_used(client, corrections):
    response = client.post("/api/invoices/import/preview", data=upload(BAD, corrections=corrections))
    assert response.status_code == 422, response.json
    assert [each["field"] for each in response.json["fields"]] == ["corrections"]


def test_the_head_of_a_file_whose_columns_are_not_recognised(client, uploads):
    kept = uploads()
    odd = "Export of March\nRef;Who;When;What\nH-1;Acme GmbH;2026-01-31;100,00\n"
    refused = client.post("/api/invoices/import/preview", data=upload(odd))
    assert (refused.status_code, refused.json["fields"][0]["field"]) == (422, "mapping")
    head = client.post("/api/invoices/import/head", data=upload(odd, name="odd.csv")).json
    assert (head["file"], head["delimiter"], head["header_line"]) == ("odd.csv", ";", 2)
    assert head["names"] == ["Ref", "Who", "When", "What"] and "invoice_id" in head["field_names"]
    assert head["rows"] == [{"line": 3, "cells": ["H-1", "Acme GmbH", "2026-01-31", "100,00"]}]
    mapping = '{"invoice_id": "Ref", "customer_name": "Who", "issue_date": "When", "amount": "What"}'
    assert client.post("/api/invoices/import/preview", data=upload(odd, mapping=mapping)).json["rows"] == 1
    assert uploads() == kept


def test_the_head_of_what_is_no_table(client):
    response = client.post("/api/invoices/import/head", data=upload("just text\n"))
    assert (response.status_code, response.json["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "file"),
        (upload(mapping="[]"), "mapping"),
        (upload(mapping='{"due_date": 3}'), "mapping"),
        (upload(mapping="{"), "mapping"),
        (upload(date_order="dym"), "date_order"),
        (upload(colour="red"), "colour"),
    ],
)
def test_options_that_cannot_be_used(client, uploads, data, field):
    kept = uploads()
    data = {name: (io.BytesIO(EXPORT.encode()), "a.csv") if name == "file" else value for name, value in data.items()}
    response = client.post("/api/invoices/import", data=data, content_type="multipart/form-data")
    assert response.status_code == 422
    assert field in [each["field"] for each in response.json["fields"]]
    assert uploads() == kept


def test_a_file_that_is_no_ledger(client, uploads):
    kept = uploads()
    response = client.post("/api/invoices/import/preview", data=upload("just text\n"))
    assert (response.status_code, response.json["code"]) == (422, "invalid")
    assert uploads() == kept


def test_an_import_sent_again_is_one_job(client, uploads):
    kept = uploads()
    headers = {"Idempotency-Key": "import-1"}
    first = client.post("/api/invoices/import", data=upload(EXPORT.replace("A-", "E-")), headers=headers)
    again = client.post("/api/invoices/import", data=upload(EXPORT.replace("A-", "E-")), headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true" and again.json["id"] == first.json["id"]
    assert len(uploads() - kept) == 1
    other = client.post("/api/invoices/import", data=upload(EXPORT.replace("A-", "F-")), headers=headers)
    assert other.status_code == 409
    assert len(uploads() - kept) == 1


@pytest.mark.parametrize("path", ["/api/invoices/import", "/api/invoices/import/preview"])
def test_text_under_the_files_name_is_no_file(path, client):
    response = client.post(path, data={"file": "Number,Amount"}, content_type="multipart/form-data")
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == ["file"]


def test_a_name_is_never_a_path(client, storage, tenant, settings):
    response = client.post("/api/invoices/import", data=upload(EXPORT, name="../../etc/passwd.csv"))
    assert response.status_code == 202
    with storage.hub() as session:
        stored = session.execute(
            text("select payload ->> 'upload' from hub.work where id = :id"), {"id": response.json["id"]}
        ).scalar_one()
    assert stored.startswith(str(settings.data_dir / "objects" / tenant)) and ".." not in stored


def test_the_tie_out_is_on_the_metrics(client, finish):
    finish(client.post("/api/invoices/import", data=upload(EXPORT.replace("A-", "G-"))))
    text = client.get("/metrics").get_data(as_text=True)
    assert 'paypredict_tie_out_difference{currency="EUR"}' in text
    assert 'paypredict_jobs{kind="sync.import",state="done"}' in text
