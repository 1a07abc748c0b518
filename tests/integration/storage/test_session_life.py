"""Sessions are one transaction each; their connections are replaced in time and after a server's restart."""

from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from hub.errors import NotFoundError
from hub.storage.session import Storage, after_commit, driver
from hub.tenants import service


def backend(session):
    return session.scalar(text("select pg_backend_pid()"))


@pytest.fixture(scope="module")
def three_tenants(storage):
    return [service.create(storage, f"One of three {number}").key for number in range(3)]


def test_a_connection_is_retired_after_so_many_distinct_tenants(settings, three_tenants):
    storage = Storage(replace(settings, db_tenants_per_connection=3), pool_size=1)
    backends = []
    first, second, third = three_tenants
    for key in (first, second, first, second, None, third, first):
        with storage.hub() if key is None else storage.tenant(key) as session:
            backends.append(backend(session))
    assert len(set(backends[:6])) == 1  # two tenants, however often, and the hub do not count up
    assert backends[6] != backends[0]  # the third tenant was the last
    with storage.hub() as session:
        alive = "select count(*) from pg_stat_activity where pid = :pid"
        assert session.scalar(text(alive), {"pid": backends[0]}) == 0
    storage.close()


def test_a_connection_is_retired_when_the_last_transaction_failed_too(settings, tenant):
    storage = Storage(replace(settings, db_tenants_per_connection=1), pool_size=1)
    with pytest.raises(ZeroDivisionError), storage.tenant(tenant) as session:
        first = backend(session)
        raise ZeroDivisionError
    with storage.hub() as session:
        assert backend(session) != first
    storage.close()


def test_a_stale_connection_is_replaced_unnoticed(settings, storage, tenant):
    pooled = Storage(settings, pool_size=1)
    with pooled.tenant(tenant) as session:
        first = backend(session)
    with storage.hub() as session:
        session.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": first})
    with pooled.tenant(tenant) as session:
        assert backend(session) != first
    pooled.close()


def test_an_unreachable_server_is_an_error(settings):
    storage = Storage(replace(settings, database_url="postgresql://paypredict@127.0.0.1:1/paypredict"))
    with pytest.raises(Exception, match="connection failed"), storage.hub():
        pass


def test_read_is_a_transaction_of_the_tenant(settings, storage, tenant):
    pooled = Storage(settings, pool_size=1)
    query = "select current_user, current_schema, %(number)s, pg_backend_pid(), now() <> clock_timestamp()"
    role, schema, number, first, _ = pooled.read(tenant, query, {"number": 7})[0]
    assert (role, schema, number) == (f"tenant_{tenant}", f"tenant_{tenant}", 7)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        pooled.read(tenant, "select * from hub.tenants")
    with pytest.raises(psycopg.errors.DivisionByZero):
        pooled.read(tenant, "select 1 / 0")
    with pooled.hub() as session:  # nothing of it is left on the connection
        assert backend(session) == first
        assert session.scalar(text("select current_user = session_user"))
    with storage.hub() as session:
        session.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": first})
    assert pooled.read(tenant, query, {"number": 7})[0][3] != first
    with pytest.raises(NotFoundError, match="there is no tenant nobody"):
        pooled.read("nobody", "select 1")
    with pytest.raises(ValueError, match="not a tenant key"):
        pooled.read("x; drop", "select 1")
    pooled.close()


def test_reading_counts_towards_retirement(settings, three_tenants):
    storage = Storage(replace(settings, db_tenants_per_connection=3), pool_size=1)
    backends = [storage.read(key, "select pg_backend_pid()")[0][0] for key in three_tenants + three_tenants[:1]]
    assert len(set(backends[:3])) == 1
    assert backends[3] != backends[0]
    storage.close()


def test_commit_and_rollback(storage, tenant):
    customer = """
        insert into customers (id, name, connection_id, external_id, row_hash)
        values (gen_random_uuid(), 'A customer', gen_random_uuid(), 'c1', 0)
    """
    with pytest.raises(ZeroDivisionError), storage.tenant(tenant) as session:
        session.execute(text(customer))
        raise ZeroDivisionError
    with storage.tenant(tenant) as session:
        assert session.scalar(text("select count(*) from customers")) == 0
        driver(session).execute(customer)  # the same transaction
        assert session.scalar(text("select count(*) from customers")) == 1
    with storage.tenant(tenant) as session:
        assert session.scalar(text("select count(*) from customers")) == 1
        session.execute(text("delete from customers"))


def test_calls_after_commit(storage, tenant):
    calls = []
    with storage.tenant(tenant) as session:
        after_commit(session, lambda: calls.append("first"))
        after_commit(session, lambda: calls.append("second"))
        assert calls == []
    assert calls == ["first", "second"]


def test_no_calls_after_rollback(storage, tenant):
    calls = []
    with pytest.raises(ZeroDivisionError), storage.tenant(tenant) as session:
        after_commit(session, lambda: calls.append("raised"))
        raise ZeroDivisionError
    with storage.tenant(tenant) as session:
        after_commit(session, lambda: calls.append("rolled back"))
        session.rollback()
    assert calls == []


def test_a_failing_call_neither_fails_the_caller_nor_stops_the_next(storage, tenant, caplog):
    calls = []

    def fail():
        raise RuntimeError("Valkey is away")

    with storage.tenant(tenant) as session:
        after_commit(session, fail)
        after_commit(session, lambda: calls.append("next"))
    assert calls == ["next"]
    assert "Valkey is away" in caplog.text


def test_a_call_may_open_a_session(settings, tenant):
    storage = Storage(settings, pool_size=1)  # so the connection must have been given back
    seen = []

    def look():
        with storage.hub() as session:
            seen.append(session.scalar(text("select 1")))

    with storage.tenant(tenant) as session:
        after_commit(session, look)
    assert seen == [1]
    storage.close()


def test_statement_timeout(storage, tenant):
    with storage.tenant(tenant, statement_timeout_ms=20) as session, pytest.raises(Exception, match="timeout"):
        driver(session).execute("select pg_sleep(5)")
    with storage.tenant(tenant, statement_timeout_ms=0) as session:
        assert session.scalar(text("select current_setting('statement_timeout')")) == "0"
    with storage.tenant(tenant) as session:
        assert session.scalar(text("select current_setting('statement_timeout')")) == "15s"


def test_unknown_tenant(storage):
    with pytest.raises(NotFoundError, match="there is no tenant nobody"), storage.tenant("nobody"):
        pass
    with storage.hub() as session:
        assert session.scalar(text("select 1")) == 1


@pytest.mark.parametrize("key", ["", "A", "1a", "a b", 'a"; drop', "a" * 41, "ä"])
def test_not_a_key(storage, key):
    with pytest.raises(ValueError, match="not a tenant key"), storage.tenant(key):
        pass


def test_tenants_cannot_log_in(servers, tenant):
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(servers.database_url, user=f"tenant_{tenant}", password="", connect_timeout=5)
