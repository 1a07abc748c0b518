"""A tenant's export, read back and compared with the database: nothing is missing, and every digit is there."""

import base64
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub.cli import main
from hub.errors import NotFoundError
from hub.identity import keys
from hub.privacy import exports
from hub.storage.objects import Objects
from hub.storage.session import schema_name
from hub.tenants import service as tenants

NOW = datetime.now(UTC)
LEDGER = "invoice_id,customer_id,customer_name,email,issue_date,due_date,amount,currency,paid_date\n" + "".join(
    f"INV-{n},C{n % 3},Customer {n % 3},c{n % 3}@a.example,2026-01-{n:02d},2026-02-{n:02d},{n}100.{n:02d},EUR,{paid}\n"
    for n in range(1, 25)
    for paid in ["2026-02-20" if n % 2 else ""]
)
SEALED = b"what the vault has sealed"
BIG = Decimal("123456789012345.6789")


@pytest.fixture(scope="module")
def filled(company, settings):
    """The company with a ledger, a hand-in that is still kept, a secret, and a member."""
    assert company.import_csv(LEDGER)["state"] == "done"
    Objects(settings).put(company.tenant, io.BytesIO(b"left,over\n"), ".csv")
    with company.storage.tenant(company.tenant) as session:
        session.execute(text("update credit_memos set total = total"))
        session.execute(
            text("""
                insert into credit_memos (id, customer_id, number, issued_on, currency, total, unapplied, status,
                    connection_id, external_id, row_hash, raw)
                values (gen_random_uuid(), gen_random_uuid(), 'CM-1', '2026-01-01', 'JPY', :big, 0, 'open',
                    gen_random_uuid(), 'cm', 9007199254740993, '{"exact": 123456789012345678.90}')
            """),
            {"big": BIG},
        )
        session.execute(
            text("insert into secrets values ('c', 'token', :key, :sealed, now())"),
            {"key": uuid4(), "sealed": SEALED},
        )
    with company.storage.hub() as session:
        user = session.execute(
            text("insert into hub.users (email, password_hash) values (:email, '$argon2id$of-ann') returning id"),
            {"email": f"ann@{company.tenant}.example"},
        ).scalar_one()
        session.execute(
            text("insert into hub.memberships values (:user, :tenant, 'admin')"),
            {"user": user, "tenant": company.tenant},
        )
    return company


@pytest.fixture(scope="module")
def job(filled):
    requested = filled.post("/api/privacy/exports")
    assert requested.status_code == 202
    return filled.work(requested.json["id"])


@pytest.fixture(scope="module")
def archive(filled, job):
    response = filled.get(job["result"]["download"])
    assert (response.status_code, response.mimetype) == (200, "application/zip")
    assert response.headers["Content-Disposition"].startswith("attachment; filename=paypredict-")
    return zipfile.ZipFile(io.BytesIO(response.data))


@pytest.fixture(scope="module")
def manifest(archive):
    return json.loads(archive.read("manifest.json"))


def lines(archive, path):
    return [json.loads(line, parse_float=Decimal) for line in archive.read(path).splitlines()]


def test_the_job_says_where_it_is_and_until_when(filled, job):
    assert job["state"] == "done"
    assert job["result"]["download"] == f"/api/privacy/exports/{job['id']}"
    finished_at, expires_at = (datetime.fromisoformat(at) for at in (job["finished_at"], job["result"]["expires_at"]))
    assert timedelta(days=6, hours=23) < expires_at - finished_at <= timedelta(days=7)


def test_every_table_of_the_schema_has_its_file(filled, archive, manifest):
    tables = filled.query(
        "select tablename from pg_tables where schemaname = :schema", schema=schema_name(filled.tenant)
    )
    assert {f"tenant/{name}.jsonl" for (name,) in tables} == {
        name for name in archive.namelist() if name.startswith("tenant/")
    }
    assert {each["path"] for each in manifest["files"]} | {"manifest.json", "README.txt"} == set(archive.namelist())
    assert all(each["about"] for each in manifest["files"])
    assert (manifest["format"], manifest["format_version"]) == ("paypredict-tenant-export", 1)


def test_rows_and_checksums_are_those_of_the_manifest_and_of_the_database(filled, archive, manifest):
    for each in manifest["files"]:
        content = archive.read(each["path"])
        assert (len(content), sha256(content).hexdigest()) == (each["bytes"], each["sha256"]), each["path"]
        if each["rows"] is not None:
            assert len(content.splitlines()) == each["rows"]
        if each["path"].startswith("tenant/"):
            ((count,),) = filled.query(f"select count(*) from {each['table']}")
            assert count == each["rows"], each["path"]
            names = [column["name"] for column in each["columns"]]
            assert all(list(line) == names for line in lines(archive, each["path"])[:5])


@pytest.mark.parametrize(
    ("table", "column"),
    [("invoices", "total"), ("invoices", "balance"), ("payments", "amount"), ("allocations", "amount"),
     ("credit_memos", "total"), ("agg_day", "billed")],
)  # fmt: skip
def test_sums_of_money_are_those_of_the_database(filled, archive, table, column):
    read = [line[column] for line in lines(archive, f"tenant/{table}.jsonl")]
    assert all(isinstance(value, str) for value in read)
    ((total,),) = filled.query(f"select sum({column}) from {table}")
    assert sum(map(Decimal, read), Decimal(0)) == total


def test_no_digit_is_lost(archive):
    (memo,) = lines(archive, "tenant/credit_memos.jsonl")
    assert (memo["total"], memo["row_hash"]) == (str(BIG), "9007199254740993")
    assert memo["raw"] == {"exact": Decimal("123456789012345678.90")}


def test_bytes_come_back_as_they_were(filled, archive):
    for line in lines(archive, "tenant/sync_pages.jsonl"):
        ((stored,),) = filled.query(
            "select fingerprints from sync_pages where stream = :stream and page = :page",
            stream=line["stream"],
            page=line["page"],
        )
        assert base64.b64decode(line["fingerprints"], validate=True) == bytes(stored)


def test_what_opens_something_is_left_out_and_said_so(archive, manifest):
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert not any(form in everything for form in (SEALED, base64.b64encode(SEALED), SEALED.hex().encode()))
    assert b"$argon2id$of-ann" not in everything
    (secret,) = lines(archive, "tenant/secrets.jsonl")
    assert set(secret) == {"owner", "name", "key_id", "sealed_at"}
    left_out = {(each["table"], each["column"]) for each in manifest["left_out"]}
    assert left_out == {
        ("secrets", "sealed"),
        ("api_keys", "key_hash"),
        ("users", "password_hash"),
        ("inbound_addresses", "token_hash"),
        ("receipt_addresses", "token_hash"),
        ("inbound_mails", "sealed"),
    }


def test_what_is_the_tenants_in_shared_tables_is_there_and_nothing_of_others(filled, archive):
    assert [line["key"] for line in lines(archive, "hub/tenant.jsonl")] == [filled.tenant]
    assert [line["email"] for line in lines(archive, "hub/users.jsonl")] == [f"ann@{filled.tenant}.example"]
    assert {line["tenant_key"] for line in lines(archive, "hub/work.jsonl")} == {filled.tenant}
    assert {line["tenant_key"] for line in lines(archive, "hub/api_keys.jsonl")} == {filled.tenant}
    assert {line["chain"] for line in lines(archive, "audit/events.jsonl")} == {filled.tenant}
    assert [archive.read(name) for name in archive.namelist() if name.startswith("uploads/")] == [b"left,over\n"]


def test_it_is_one_snapshot(filled, tmp_path):
    """Rows added while it is written are in none of its files."""
    ((before,),) = filled.query("select count(*) from invoices")

    def meddle(share, sentence):
        filled.query("insert into invoices select (jsonb_populate_record(i, jsonb_build_object('id',"
                     " gen_random_uuid(), 'number', 'LATE'))).* from invoices i limit 1 returning 1")  # fmt: skip

    exports.write_export(filled.storage, filled.tenant, tmp_path / "one.zip", NOW, meddle)
    invoices = lines(zipfile.ZipFile(tmp_path / "one.zip"), "tenant/invoices.jsonl")
    filled.query("delete from invoices where number = 'LATE' returning 1")
    assert len(invoices) == before


def test_another_tenants_export_is_not_there(filled, job, app, storage):
    other = tenants.create(storage, f"Other {filled.tenant}").key
    with storage.hub() as session:
        key = keys.create(session, other, "test")
    response = app.test_client().get(job["result"]["download"], headers={"Authorization": f"Bearer {key}"})
    assert (response.status_code, response.json["code"]) == (404, "not_found")


def test_after_seven_days_it_is_not_given_out_any_more(filled, job, settings):
    later = datetime.now(UTC) + exports.KEPT + timedelta(minutes=1)
    assert exports.find_export(settings, filled.tenant, UUID(job["id"]), NOW).is_file()
    with pytest.raises(NotFoundError, match="Ask for a new one"):
        exports.find_export(settings, filled.tenant, UUID(job["id"]), later)


def test_a_failed_export_leaves_no_file(storage, tmp_path):
    with pytest.raises(NotFoundError, match="no tenant nobody"):
        exports.write_export(storage, "nobody", tmp_path / "none.zip", NOW)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_writes_the_same(filled, settings, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)
    target = tmp_path / "acme.zip"
    command = ["tenant", "--data", str(settings.data_dir), "export", filled.tenant, "--to", str(target)]
    for expected in (0, 2):
        with pytest.raises(SystemExit) as ended:
            main(command)
        assert ended.value.code == expected
    assert "there already" in capsys.readouterr().err
    read = json.loads(zipfile.ZipFile(target).read("manifest.json"))
    assert read["tenant"]["key"] == filled.tenant
    assert (target.stat().st_mode & 0o777) == 0o600
