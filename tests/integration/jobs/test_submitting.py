"""Handing work in: once, with the caller's transaction, and never for another tenant."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from hub.jobs import leases, service
from hub.jobs.sweep import sweep
from hub.storage.session import driver
from hub.tenants import service as tenants


@pytest.fixture(scope="module")
def neighbour(storage):
    """The key of a second tenant."""
    return tenants.create(storage, "neighbour of jobs").key


def test_the_same_work_is_one_piece_of_work(storage, tenant, submit, look):
    first = submit("sync.run", connection_id="a", options={"x": 1, "y": 2})
    assert submit("sync.run", options={"y": 2, "x": 1}, connection_id="a") == first
    assert submit("sync.run", connection_id="b", options={}) != first
    assert submit("sync.import", connection_id="a", options={"x": 1, "y": 2}) != first
    with storage.tenant(tenant) as session:
        assert len(service.list_work(session)) == 3


def test_a_dedupe_key_decides_over_the_payload(tenant_session):
    first = service.submit(tenant_session, "k", {"n": 1}, dedupe_key="same")
    assert service.submit(tenant_session, "k", {"n": 2}, dedupe_key="same") == first


def test_finished_work_may_be_asked_for_anew(storage, submit):
    first = submit("k")
    with storage.hub() as session:
        session.execute(text("update hub.work set state = 'done', finished_at = now()"))
    assert submit("k") != first


def test_a_rolled_back_transaction_leaves_no_work(storage, tenant, queue):
    with pytest.raises(ZeroDivisionError), storage.tenant(tenant) as session:
        service.submit(session, "k", {})
        raise ZeroDivisionError
    assert sweep(storage, queue) == 0
    assert queue.rq.count == 0


@pytest.fixture
def connected(settings, monkeypatch):
    """This process hands its work to the workers itself."""
    monkeypatch.setattr(service, "_settings", None)
    service.connect(settings)


def test_a_valkey_that_does_not_answer_is_left_to_the_sweep(settings, storage, tenant, queue, connected, caplog):
    service.connect(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    with storage.tenant(tenant) as session:
        service.submit(session, "k", {})
    assert "is left to the next sweep: Valkey does not answer" in caplog.text
    assert sweep(storage, queue) == 1


def test_work_is_in_the_queue_once_its_transaction_has_committed(storage, tenant, queue, connected):
    with storage.tenant(tenant) as session:
        service.submit(session, "k", {})
        assert queue.rq.count == 0
    assert queue.rq.count == 1


def test_work_for_later_waits_for_its_time(storage, tenant, queue):
    with storage.tenant(tenant) as session:
        work_id = service.submit(session, "k", {}, run_at=datetime.now(UTC) + timedelta(hours=1))
    assert sweep(storage, queue) == 0
    with storage.hub() as session:
        assert leases.claim(driver(session), work_id, "early", 60) is None
        session.execute(text("update hub.work set run_at = now()"))
    assert sweep(storage, queue) == 1


def test_a_payload_has_to_be_json(tenant_session):
    with pytest.raises(TypeError):
        service.submit(tenant_session, "k", {"what": object()})


def test_a_tenant_sees_its_own_work_only(storage, tenant, neighbour):
    with storage.tenant(tenant) as session:
        work_id = service.submit(session, "k", {})
    with storage.tenant(neighbour) as session:
        assert service.get(session, work_id) is None
        assert service.list_work(session) == []
        assert session.scalar(text("select count(*) from hub.work")) == 0


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (
            "insert into hub.work (tenant_key, kind, payload, dedupe_key) values (%s, 'k', '{}', 'd')",
            "row-level security",
        ),
        (
            "insert into hub.work (tenant_key, kind, payload, dedupe_key, state) values (%s, 'k', '{}', 'd', 'done')",
            "denied",
        ),
        ("update hub.work set state = 'done' where tenant_key <> %s", "permission denied"),
        ("delete from hub.work where tenant_key <> %s", "permission denied"),
        ("select last_slot from hub.schedule_runs where name <> %s", "permission denied"),
    ],
)
def test_a_tenant_can_only_ask(storage, tenant, neighbour, statement, refusal):
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match=refusal), storage.tenant(tenant) as session:
        driver(session).execute(statement, [neighbour])


def test_a_tenant_cannot_touch_its_neighbours_rows(storage, tenant, neighbour):
    with storage.tenant(neighbour) as session:
        service.submit(session, "k", {})
    with storage.tenant(tenant) as session:
        assert driver(session).execute("update hub.work set requests = 9").rowcount == 0


def test_counts_are_over_all_tenants(storage, tenant, neighbour):
    for key in (tenant, neighbour):
        with storage.tenant(key) as session:
            service.submit(session, "k", {})
    with storage.hub() as session:
        assert service.count_work(session) == {("k", "queued"): 2}
        service.forget_tenant(session, neighbour)
        assert service.count_work(session) == {("k", "queued"): 1}


def test_unknown_work_is_none(tenant_session):
    assert service.get(tenant_session, uuid4()) is None


def test_old_work_is_forgotten(storage, submit, look):
    old, recent, waiting = submit("old"), submit("recent"), submit("waiting")
    with storage.hub() as session:
        statement = text(
            "update hub.work set state = 'done', finished_at = now() - make_interval(days => :d) where id = :id"
        )
        session.execute(statement, [{"d": 31, "id": old}, {"d": 29, "id": recent}])
        assert leases.prune(driver(session), keep_days=30) == 1
    assert look(old) is None
    assert look(recent)
    assert look(waiting)
