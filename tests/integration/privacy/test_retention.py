"""How long what is kept: what a tenant may choose, and that what is older goes, and nothing else."""

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub import pipelines
from hub.jobs import service as jobs
from hub.jobs.context import JobContext
from hub.privacy import exports, periods, retention
from hub.storage.objects import Objects

NOW = datetime.now(UTC)
LEDGER = "invoice_id,customer_id,customer_name,issue_date,due_date,amount,currency\n" + "".join(
    f"INV-{n},C{n % 2},Customer {n % 2},2026-01-{n:02d},2026-02-{n:02d},100.10,EUR\n" for n in range(1, 13)
)
BAD = LEDGER + "INV-99,C1,Customer 1,2026-01-01,2026-02-01,100.10,no currency\n"


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def context(company, settings) -> JobContext:
    return JobContext(storage=company.storage, settings=settings, registry=None, tenant=company.tenant, work_id=uuid4())


def test_the_periods_and_their_bounds_are_shown(company):
    shown = company.get("/api/privacy/retention")
    assert shown.status_code == 200
    by_kind = {each["kind"]: each for each in shown.json["periods"]}
    assert by_kind.keys() == periods.KINDS.keys()
    assert by_kind["audit"] | {"about": ""} == {
        "kind": "audit", "about": "", "days": 2557, "default_days": 2557, "least": 365, "most": 3653
    }  # fmt: skip


def test_a_period_is_chosen_and_given_back(company):
    etag = company.get("/api/privacy/retention").headers["ETag"]
    chosen = company.call("PUT", "/api/privacy/retention", json={"periods": {"raw": 30}}, headers={"If-Match": etag})
    assert {each["kind"]: each["days"] for each in chosen.json["periods"]}["raw"] == 30
    stale = company.call("PUT", "/api/privacy/retention", json={"periods": {}}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json["code"]) == (412, "precondition_failed")
    etag = chosen.headers["ETag"]
    back = company.call("PUT", "/api/privacy/retention", json={"periods": {}}, headers={"If-Match": etag})
    assert {each["kind"]: each["days"] for each in back.json["periods"]}["raw"] == periods.KINDS["raw"].days
    actions = company.query("select before, after from audit.events where action = 'retention.changed' order by number")
    assert actions[0] == ({}, {"raw": 30})


@pytest.mark.parametrize("wrong", [{"audit": 30}, {"raw": 100000}, {"ledger": 30}, {"raw": "x"}])
def test_a_period_that_cannot_be_names_its_kind_and_changes_nothing(company, wrong):
    etag = company.get("/api/privacy/retention").headers["ETag"]
    refused = company.call("PUT", "/api/privacy/retention", json={"periods": wrong}, headers={"If-Match": etag})
    assert refused.status_code == 422
    (kind,) = wrong
    assert all(each["field"].startswith(f"periods.{kind}") for each in refused.json["fields"])
    assert company.get("/api/privacy/retention").headers["ETag"] == etag


def test_what_is_old_goes_and_what_the_books_need_stays(company, context, settings):
    assert company.import_csv(BAD, skip_bad="true")["state"] == "done"
    assert company.import_csv(LEDGER.replace("100.10", "200.20"))["state"] == "done"
    run = _forecast(company, ago(500))
    current = _forecast(company, ago(450))
    objects = Objects(settings)
    upload = objects.put(company.tenant, BytesIO(b"left"), ".csv")
    export = exports.export_path(settings, company.tenant, uuid4())
    export.write_bytes(b"zip")
    os.utime(upload, (ago(8).timestamp(),) * 2)
    os.utime(export, (ago(8).timestamp(),) * 2)
    with company.storage.hub() as session:
        session.execute(
            text("update hub.work set finished_at = :at where tenant_key = :tenant and finished_at is not null"),
            {"at": ago(31), "tenant": company.tenant},
        )
        user = session.execute(
            text("insert into hub.users (email) values (:email) returning id"), {"email": f"{uuid4()}@a.example"}
        ).scalar_one()
        for days in (31, 29):
            session.execute(
                text(
                    "insert into hub.sessions (token_hash, user_id, method, expires_at)"
                    " values (:hash, :user, 'link', :at)"
                ),
                {"hash": uuid4().bytes, "user": user, "at": ago(days)},
            )
    before = company.money()
    # The import was today, so nothing of it is old yet.
    first = retention.retain(context, NOW)
    assert (first["raw"], first["rejects"], first["runs"]) == (0, 0, 0)
    assert first["predictions"] == 3 + 1  # of the superseded run, and the run; its model makes the current one too
    assert (first["uploads"], first["exports"], first["jobs"]) == (1, 1, 2)
    assert not upload.exists() and not export.exists()
    assert company.query("select count(*) from hub.work where finished_at is not null") == [(0,)]
    assert company.query("select distinct run_id from predictions") == [(current,)] and run != current
    with company.storage.hub() as session:
        sessions = text("select count(*) from hub.sessions where user_id = :user")
        assert session.execute(sessions, {"user": user}).scalar_one() == 1
    # Much later.
    later = retention.retain(context, NOW + timedelta(days=401))
    assert later["raw"] == 12 + 12  # the invoices as they came, and as they came before
    assert (later["rejects"], later["runs"]) == (1, 1)
    assert company.query("select count(*) from sync_runs") == [(1,)]
    assert company.query("select count(*) from invoices where raw is not null") == [(0,)]
    assert company.query("select count(*) from ledger_versions where row ? 'raw'") == [(0,)]
    assert company.query("select count(*) from ledger_versions") != [(0,)]
    assert company.money() == before
    # Rows that are stated again as they were are unchanged, although nobody has their raw form any more.
    company.query("delete from sync_pages returning 1")
    assert company.import_csv(LEDGER.replace("100.10", "200.20"))["result"]["changed"] == 0


def test_it_goes_in_batches_until_nothing_old_is_left(company, context, monkeypatch):
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    with company.storage.tenant(company.tenant) as session:
        run = session.execute(
            text("insert into sync_runs (connection_id, started_at, status) values (:id, :at, 'ok') returning id"),
            {"id": uuid4(), "at": ago(91)},
        ).scalar_one()
        for _ in range(5):
            session.execute(
                text("insert into sync_rejects (run_id, stream, reason) values (:run, 'rows', 'bad')"), {"run": run}
            )
    assert retention.retain(context, NOW)["rejects"] == 5


def test_every_tenant_gets_it_every_night(company):
    (entry,) = [each for each in pipelines.SCHEDULE if each.kind == "privacy.retain"]
    assert entry.cron.split()[2:] == ["*", "*", "*"]
    with company.storage.tenant(company.tenant) as session:
        work_id = jobs.submit(session, entry.kind, {})
    job = company.work(str(work_id))
    assert job["state"] == "done"
    assert job["result"].keys() >= periods.KINDS.keys()
    assert company.query("select count(*) > 0 from audit.events where action = 'retention.applied'") == [(True,)]


def _forecast(company, made_at) -> int:
    """One run of the champion over three invoices."""
    with company.storage.tenant(company.tenant) as session:
        return session.execute(
            text("""
                with made as (
                    insert into forecast_models (backend, status, reason, as_of, trained_at, artifact)
                    select 'naive', 'champion', '', '2026-03-31', :at, '\\x00'
                    where not exists (select from forecast_models) returning id
                ), model as (select id from made union select id from forecast_models),
                run as (
                    insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                    select id, '2026-03-31', :at, 3, '{}' from model returning id
                ), predicted as (
                    insert into predictions
                    select run.id, i.id, 0.25, 0.5, i.due_on, i.due_on, i.due_on, i.due_on, 'low'
                    from run, (select * from invoices order by id limit 3) i
                )
                select id from run
            """),
            {"at": made_at},
        ).scalar_one()
