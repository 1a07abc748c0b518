"""PostgreSQL itself keeps a tenant's session out of its neighbours' schemas and of the hub's tables."""

from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import ProgrammingError

from hub.ledger.models import customers
from hub.storage.embedded import Servers
from hub.storage.session import Storage, driver, schema_name
from hub.tenants import service

HUB_TABLES = ["hub.tenants", "hub.api_keys", "hub.alembic_version", "hub.schedule_runs"]


@pytest.fixture(scope="module")
def neighbour(storage):
    key = service.create(storage, "The neighbour").key
    with storage.hub() as session:
        customer = """
            insert into {}.customers (id, name, connection_id, external_id, row_hash)
            values (gen_random_uuid(), 'Their customer', gen_random_uuid(), 'c1', 0)
        """
        session.execute(text(customer.format(schema_name(key))))
    return key


@pytest.fixture
def single(settings):
    """Storage with one connection, so that every session runs on the same one."""
    storage = Storage(settings, pool_size=1)
    yield storage
    storage.close()


def backend(session):
    return session.scalar(text("select pg_backend_pid()"))


def refused(session, statement):
    """Whether PostgreSQL says "permission denied"; the session goes on as before."""
    with pytest.raises(ProgrammingError) as caught, session.begin_nested():
        session.execute(statement if not isinstance(statement, str) else text(statement))
    return isinstance(caught.value.orig, psycopg.errors.InsufficientPrivilege)


@pytest.mark.parametrize(
    "statement",
    [
        "select * from {neighbour}.customers",
        "select count(*) from {neighbour}.customers",
        "insert into {neighbour}.customers select * from {neighbour}.customers",
        "update {neighbour}.customers set name = 'mine'",
        "delete from {neighbour}.customers",
        "truncate {neighbour}.customers",
        "drop table {neighbour}.customers",
        "create table {neighbour}.mine (id int)",
        "create view mine as select * from {neighbour}.customers",
        "lock table {neighbour}.customers",
        "alter schema {neighbour} rename to mine",
        "grant usage on schema {neighbour} to public",
        "create schema mine",
        "create table mine (id int)",
        "drop table customers",
        "alter table customers add column mine int",
        "truncate customers",
        "alter role {neighbour} superuser",
        "create role mine",
        "copy customers to '/tmp/stolen'",
        "copy customers from program 'id'",
        "create extension dblink",
        "select pg_read_file('/etc/passwd')",
    ],
)
def test_a_tenant_is_refused(tenant_session, neighbour, statement):
    assert refused(tenant_session, statement.format(neighbour=schema_name(neighbour)))


@pytest.mark.parametrize("table", HUB_TABLES)
@pytest.mark.parametrize("statement", ["select * from {}", "delete from {}", "insert into {} select * from {}"])
def test_a_tenant_does_not_reach_the_hubs_tables(tenant_session, table, statement):
    assert refused(tenant_session, statement.format(table, table))


def test_copy_is_refused(tenant_session, neighbour):
    for statement in (
        f"copy {schema_name(neighbour)}.customers to stdout",
        f"copy (select * from {schema_name(neighbour)}.customers) to stdout",
        f"copy {schema_name(neighbour)}.customers (id, name) from stdin",
        "copy hub.api_keys to stdout",
    ):
        connection = driver(tenant_session)
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            connection.transaction(),
            connection.cursor().copy(statement) as copy,
        ):
            copy.read()


def test_the_orm_is_refused(tenant_session, neighbour):
    elsewhere = customers.to_metadata(type(customers.metadata)(), schema=schema_name(neighbour))
    assert refused(tenant_session, select(elsewhere))
    assert refused(tenant_session, insert(elsewhere).values(id=uuid4(), name="mine"))


def test_a_search_path_of_ones_own_opens_nothing(tenant_session, neighbour):
    tenant_session.execute(text(f"set local search_path to {schema_name(neighbour)}, hub, public"))
    with pytest.raises(ProgrammingError, match="does not exist"), tenant_session.begin_nested():
        tenant_session.execute(text("select * from customers"))
    assert refused(tenant_session, f"select * from {schema_name(neighbour)}.customers")
    assert refused(tenant_session, "select * from tenants")


def test_still_refused_after_an_error(storage, tenant, neighbour):
    with storage.tenant(tenant) as session:
        for _ in range(2):
            assert refused(session, f"select * from {schema_name(neighbour)}.customers")
        with pytest.raises(ProgrammingError), session.begin_nested():
            session.execute(text("select nonsense"))
        assert session.scalar(text("select current_user")) == schema_name(tenant)


def test_a_connection_passes_from_tenant_to_tenant_clean(single, tenant, neighbour):
    with single.tenant(neighbour) as session:
        first = backend(session)
        assert session.scalar(text("select name from customers")) == "Their customer"
    with single.tenant(tenant) as session:
        assert backend(session) == first
        assert session.scalar(text("select count(*) from customers")) == 0
        assert refused(session, f"select * from {schema_name(neighbour)}.customers")


def test_a_connection_comes_back_clean_after_a_failed_transaction(single, tenant, neighbour):
    with pytest.raises(ZeroDivisionError), single.tenant(neighbour) as session:
        first = backend(session)
        raise ZeroDivisionError
    with single.hub() as session:
        assert backend(session) == first
        assert session.scalar(text("select current_user = session_user"))
        assert session.scalar(text("show search_path")) == "hub, public"
    with single.tenant(tenant) as session:
        assert session.scalar(text("select current_user")) == schema_name(tenant)


def test_what_a_tenant_sets_on_the_connection_does_not_outlive_its_transaction(single, tenant, neighbour):
    with single.tenant(neighbour) as session:
        # Not "set local": these would stay on the connection.
        for setting in ("search_path to pg_catalog", "statement_timeout to 0", "timezone to 'Asia/Tokyo'"):
            session.execute(text(f"set {setting}"))
        session.execute(text(f"set role {schema_name(neighbour)}"))
    with single.hub() as session:
        assert session.scalar(text("select current_user = session_user"))
        assert session.scalar(text("show search_path")) == "hub, public"
        assert session.scalar(text("show timezone")) == "UTC"
        assert session.scalar(text("select current_setting('statement_timeout')")) == "15s"
    with single.tenant(tenant) as session:
        assert session.scalar(text("select current_user")) == schema_name(tenant)
        assert refused(session, f"select * from {schema_name(neighbour)}.customers")


def test_no_function_changes_the_role_from_within_a_statement(servers, storage, tenant):
    if not isinstance(servers, Servers):
        pytest.skip("given servers may leave set_config to everybody; docs/tenancy.md says how to take it away")
    with storage.tenant(tenant) as session:
        assert refused(session, "select set_config('role', 'none', true)")


def test_a_tenant_sees_and_adds_only_work_of_its_own(storage, tenant, neighbour):
    work = "insert into hub.work (tenant_key, kind, payload, dedupe_key) values (:key, 'test.kind', '{}', :key)"
    for key in (tenant, neighbour):
        with storage.tenant(key) as session:
            session.execute(text(work), {"key": key})
            assert session.scalars(text("select tenant_key from hub.work")).all() == [key]
            assert refused(session, text(work).bindparams(key=neighbour if key == tenant else tenant))
            assert refused(session, "update hub.work set state = 'done'")
            assert refused(session, "delete from hub.work")
    with storage.hub() as session:
        assert set(session.scalars(text("select tenant_key from hub.work"))) >= {tenant, neighbour}
        session.execute(text("delete from hub.work where kind = 'test.kind'"))


def test_temporary_tables_of_one_tenant_are_closed_to_the_next(single, tenant, neighbour):
    with single.tenant(neighbour) as session:
        session.execute(text("create temporary table staged (secret text)"))
        temporary_schema = session.scalar(text("select pg_my_temp_schema()::regnamespace::text"))
    with single.tenant(tenant) as session:
        assert refused(session, "select * from staged")
        assert refused(session, f"select * from {temporary_schema}.staged")
    with single.tenant(neighbour) as session:
        session.execute(text("drop table staged"))
