"""How attempts at work are noted, and in whose name they act."""

import logging

import pytest
from sqlalchemy import text

from hub.connections import service as connections
from hub.jobs import service
from hub.jobs.execution import Runner
from hub.jobs.leases import Claim
from hub.jobs.sweep import sweep
from hub.settings import Settings
from hub.storage import audit
from hub.storage.audit import INSTALLATION, record
from hub.worker import _scope, make_runner


def count(context, **payload):
    with context.transaction() as session:
        record(session, "counted.up", "counter")
    return {"rows": 3, "name": "Jo Debtor", "share": 0.5}


def fail(context, **payload):
    raise ValueError("jo@debtor.example cannot be read")


def lose(context, **payload):
    with context.storage.hub() as session:
        session.execute(text("update hub.work set generation = generation + 1 where id = :id"), {"id": context.work_id})


@pytest.fixture
def runner(storage, settings):
    runner = Runner(storage=storage, settings=settings, registry=None, handlers={}, reactions=lambda _: (), worker="w")
    functions = {"count": count, "fail": fail, "lose": lose}
    runner._handler = functions.__getitem__
    yield runner
    runner.close()


def newest(storage, tenant, limit=2):
    with storage.hub() as session:
        rows = session.execute(
            text("select * from audit.events where chain = :chain order by number desc limit :limit"),
            {"chain": tenant, "limit": limit},
        )
        return [dict(row) for row in rows.mappings()][::-1]


def do(runner, storage, tenant, kind, **payload):
    with storage.hub() as session:
        work_id = service.submit(session, kind, payload, tenant=tenant)
    return work_id, runner.run(work_id)


def test_a_finished_attempt_is_noted_with_its_counts_and_nobodys_name(runner, storage, tenant):
    work_id, state = do(runner, storage, tenant, "count")
    assert state == "done"
    during, event = newest(storage, tenant)
    assert (event["action"], event["object_type"], event["object_id"]) == ("job.done", "job", str(work_id))
    assert event["after"] == {"kind": "count", "attempt": 1, "counts": {"rows": 3, "share": 0.5}}
    for each in (during, event):
        assert (each["actor_kind"], each["actor_id"], each["actor_name"]) == ("system", str(work_id), "count")


def test_a_failed_attempt_is_noted_by_its_code_and_not_by_its_message(runner, storage, tenant):
    work_id, state = do(runner, storage, tenant, "fail")
    assert state == "queued"
    event = newest(storage, tenant)[-1]
    assert (event["action"], event["outcome"], event["object_id"]) == ("job.failed", "failed", str(work_id))
    assert event["after"] == {"kind": "fail", "attempt": 1, "state": "queued", "code": "unexpected"}


def test_an_attempt_that_lost_its_lease_notes_nothing(runner, storage, tenant):
    before = newest(storage, tenant)
    assert do(runner, storage, tenant, "lose")[1] is None
    assert newest(storage, tenant) == before


def test_an_attempt_whose_worker_died_is_noted_by_the_sweep(storage, tenant, queue):
    with storage.hub() as session:
        work_id = service.submit(session, "count", {}, tenant=tenant)
        lapsed = "update hub.work set state = 'running', lease_until = now() - interval '1 minute' where id = :id"
        session.execute(text(lapsed), {"id": work_id})
    sweep(storage, queue)
    event = newest(storage, tenant)[-1]
    assert (event["action"], event["outcome"], event["object_id"]) == ("job.failed", "failed", str(work_id))
    assert event["after"] == {"state": "queued", "code": "abandoned"}


def test_the_plugin_of_a_connection_acts_where_its_records_come_in(storage, tenant):
    with storage.tenant(tenant) as session:
        connection_id = connections.create(session, "csv", "audited", {})
    claim = Claim(
        id=connection_id,
        tenant_key=tenant,
        kind="sync.run",
        payload={"connection_id": str(connection_id)},
        attempts=1,
        max_attempts=1,
        generation=1,
    )
    with _scope(storage, claim):
        assert audit.actor() == audit.Actor(kind="plugin", id=str(connection_id), name="csv")
    assert audit.actor() is audit.SYSTEM


def test_the_heads_are_logged_every_night(storage, settings: Settings, tenant, caplog):
    with storage.hub() as session:
        work_id = service.submit(session, "audit.anchor", {}, tenant=tenant)
    runner = make_runner(settings, storage)
    with caplog.at_level(logging.INFO, logger="hub.identity.audit_jobs"):
        assert runner.run(work_id) == "done"
    runner.close()
    said = [each.getMessage() for each in caplog.records if each.name == "hub.identity.audit_jobs"]
    assert [line.split()[-1].rsplit(":", 2)[0] for line in said] == [tenant, INSTALLATION]
    assert all(len(line.rsplit(":", 1)[1]) == 64 for line in said)
