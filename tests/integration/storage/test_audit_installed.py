"""The audit on a server of one's own: made by the hub's own role, and taken over by a superuser later."""

import subprocess
from dataclasses import replace

import psycopg
import pytest
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from hub.identity import audit
from hub.storage.audit import INSTALLATION, record
from hub.storage.embedded import Servers
from hub.storage.embedded_postgres import BINARIES
from hub.storage.migrations import AUDIT, upgrade_hub
from hub.storage.session import Storage, driver
from hub.tenants import service as tenants

DATABASE = "given"


@pytest.fixture
def superuser(servers):
    if not hasattr(servers, "postgres"):
        pytest.skip("the server's superuser is not ours here")
    address = make_url(servers.postgres.superuser_url).set(database=DATABASE)
    with psycopg.connect(servers.postgres.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("create database {} owner paypredict").format(Identifier(DATABASE)))
    yield address.render_as_string(hide_password=False)
    with psycopg.connect(servers.postgres.superuser_url, autocommit=True) as connection:
        connection.execute(SQL("drop database {} with (force)").format(Identifier(DATABASE)))
        connection.execute("drop role if exists tenant_given_tenant")


@pytest.fixture
def given(superuser, settings):
    """The storage of a hub whose database nobody has prepared."""
    address = make_url(settings.database_url).set(database=DATABASE)
    storage = Storage(replace(settings, database_url=address.render_as_string(hide_password=False)))
    yield storage
    storage.close()


def add(storage, tenant=None):
    with storage.tenant(tenant) if tenant else storage.hub() as session:
        record(session, "thing.changed", "thing")


def is_refused(storage, statement):
    try:
        with storage.hub() as session:
            driver(session).execute(statement)
            session.rollback()
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_it_is_made_with_the_hubs_schema_and_refuses_changes_all_the_same(given):
    upgrade_hub(given)
    assert upgrade_hub(given) == []
    tenants.create(given, "Given", key="given_tenant")
    add(given, "given_tenant")
    for table in ("events", "chains"):
        for statement in ("update audit.{} set chain = 'x'", "delete from audit.{}", "truncate audit.{}"):
            assert is_refused(given, statement.format(table)), (statement, table)
    with given.hub() as session:
        assert audit.verify(session, "given_tenant").is_complete
        assert audit.chains(session) == [INSTALLATION, "given_tenant"]


def test_a_superuser_takes_it_over_with_all_that_is_in_it(given, superuser):
    upgrade_hub(given)
    add(given)
    assert not is_refused(given, "alter table audit.events disable trigger all")  # the hub's role owns it
    with psycopg.connect(superuser, autocommit=True) as connection:
        connection.execute(AUDIT.read_bytes())
        connection.execute(AUDIT.read_bytes())  # and again, which changes nothing
    add(given)
    for statement in (
        "alter table audit.events disable trigger all",
        "alter table audit.chains disable trigger all",
        "alter schema audit owner to current_user",
        "create or replace function audit.append() returns trigger language plpgsql as 'begin return new; end'",
        "drop schema audit cascade",
        "update audit.events set action = 'x'",
    ):
        assert is_refused(given, statement), statement
    with given.hub() as session:
        found = audit.verify(session, INSTALLATION)
        assert found.is_complete and found.through == 2


def test_a_backup_by_the_hubs_own_role_restores_with_the_audit_and_its_protection(
    servers, settings, storage, tenant, superuser, given, tmp_path
):
    dump = str(tmp_path / "dump")
    # Told that rows are hidden from other roles, or pg_dump refuses rather than leave some out.
    for command in (
        [BINARIES / "pg_dump", "--format=custom", "--enable-row-security", "--file", dump, settings.database_url],
        [BINARIES / "pg_restore", "--dbname", superuser, dump],
    ):
        subprocess.run(command, check=True, capture_output=True)
    assert upgrade_hub(given) == []
    add(given, tenant)
    with given.hub() as session:
        assert audit.verify(session, tenant).is_complete
    assert is_refused(given, "alter table audit.events disable trigger all")


def test_the_embedded_server_installs_it_once_and_again_when_it_has_changed(tmp_path, monkeypatch):
    script = tmp_path / "audit.sql"
    script.write_bytes(AUDIT.read_bytes())
    monkeypatch.setattr("hub.storage.embedded_postgres.AUDIT", script)

    def mark():
        query = "select obj_description(oid, 'pg_namespace'), pg_get_userbyid(nspowner) from pg_namespace"
        with (
            Servers.start(tmp_path / "data", valkey=False) as servers,
            psycopg.connect(servers.postgres.superuser_url) as connection,
        ):
            return connection.execute(f"{query} where nspname = 'audit'").fetchone()

    first = mark()
    assert first[0].startswith("audit.sql ") and first[1] == "paypredict_audit"
    assert mark() == first
    script.write_bytes(script.read_bytes() + b"\n-- newer\n")
    assert mark() != first
