"""Tenants are brought to the newest version each on its own: in parallel, resumable, failures kept to themselves."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import event, text

from hub.errors import NotFoundError
from hub.storage import migrations
from hub.storage.embedded import Servers
from hub.storage.session import Storage
from hub.tenants import service

HEAD = migrations.head("tenant")
NEXT = f"{int(HEAD) + 1:04}"
LATER = f"{int(HEAD) + 2:04}"


@pytest.fixture
def add_revision(tmp_path, monkeypatch):
    """Adds a revision to a copy of the tenant tree that the hub uses during the test."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.MIGRATIONS, folder)
    monkeypatch.setattr(migrations, "MIGRATIONS", folder)

    def add(version, statement):
        previous = f"{int(version) - 1:04}"
        code = f"from alembic import op\n\nrevision, down_revision = '{version}', '{previous}'\n\n\ndef upgrade():\n"
        (folder / "tenant" / "versions" / f"{version}_test.py").write_text(f"{code}    op.execute({statement!r})\n")
        migrations._steps.cache_clear()

    migrations._steps.cache_clear()
    yield add
    migrations._steps.cache_clear()


@pytest.fixture
def three(storage, request):
    """The keys of three new tenants, dropped again at the end."""
    made = [service.create(storage, f"migrate {number}").key for number in range(3)]
    yield made
    for key in made:
        service.drop(storage, key)


def state(storage, key):
    with storage.hub() as session:
        columns = "select schema_version, status, migration_error from tenants where key = :key"
        return tuple(session.execute(text(columns), {"key": key}).one())


def ask(storage, key, query):
    with storage.tenant(key) as session:
        return session.scalar(text(query))


def test_every_tenant_gets_every_step(storage, three, add_revision):
    add_revision(NEXT, "create table notes (body text)")
    add_revision(LATER, "alter table notes add column written_on date")
    seen = []
    results = service.migrate(storage, only=three, progress=seen.append)
    assert results == [service.Migration(key, HEAD, LATER, None) for key in three] == seen
    for key in three:
        assert state(storage, key) == (LATER, "active", None)
        assert ask(storage, key, "select count(written_on) from notes") == 0  # and the role may use what is new
    assert service.migrate(storage, only=three) == []


def test_nothing_to_do_costs_one_query(storage, three):
    queries = []
    event.listen(storage.engine, "before_cursor_execute", lambda *call: queries.append(call[2]))
    assert service.migrate(storage) == []
    assert len(queries) == 1


def test_one_failure_does_not_hold_back_the_rest(storage, three, add_revision, caplog):
    bad = three[1]
    with storage.hub() as session:
        session.execute(text(f"create table tenant_{bad}.notes (in_the_way int)"))
    add_revision(NEXT, "create table notes (body text)")
    results = service.migrate(storage, only=three)
    assert [(result.key, result.to_version) for result in results if not result.error] == [
        (key, NEXT) for key in three if key != bad
    ]
    version, status, error = state(storage, bad)
    assert (version, status) == (HEAD, "migration_failed")
    assert 'relation "notes" already exists' in error
    assert f"migrating tenant {bad} from version {HEAD} failed" in caplog.text

    with storage.hub() as session:
        session.execute(text(f"drop table tenant_{bad}.notes"))
    assert service.migrate(storage, only=three) == [service.Migration(bad, HEAD, NEXT, None)]
    assert state(storage, bad) == (NEXT, "active", None)


def test_a_failed_step_leaves_nothing_and_the_steps_before_it_stand(storage, three, add_revision):
    add_revision(NEXT, "create table notes (body text)")
    add_revision(LATER, "create table half (id int); select 1 / 0")
    (result,) = service.migrate(storage, only=three[:1])
    assert (result.from_version, result.to_version) == (HEAD, NEXT)
    assert "division by zero" in result.error
    assert state(storage, three[0])[:2] == (NEXT, "migration_failed")
    assert ask(storage, three[0], "select to_regclass('half') is null and to_regclass('notes') is not null")

    add_revision(LATER, "create table half (id int)")
    assert service.migrate(storage, only=three[:1]) == [service.Migration(three[0], NEXT, LATER, None)]


def test_two_runs_at_once_do_each_step_once(storage, three, add_revision):
    add_revision(NEXT, "create table notes (body text); select pg_sleep(0.1)")
    add_revision(LATER, "insert into notes values ('once')")
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(lambda _: service.migrate(storage, only=three, workers=2), range(2)))
    assert not [result for run in runs for result in run if result.error]
    for key in three:
        assert state(storage, key) == (LATER, "active", None)
        assert ask(storage, key, "select count(*) from notes") == 1


def test_a_table_in_use_is_not_waited_for(storage, three, add_revision, monkeypatch):
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "50ms")
    add_revision(NEXT, "alter table invoices add column note text")
    with storage.tenant(three[0]) as session:
        session.execute(text("select count(*) from invoices"))
        results = service.migrate(storage, only=three)
    assert ["lock timeout" in (result.error or "") for result in results] == [True, False, False]


def test_a_tenant_newer_than_the_code_is_left_alone(storage, three):
    with storage.hub() as session:
        session.execute(text("update tenants set schema_version = '9999' where key = :key"), {"key": three[0]})
    assert service.migrate(storage, only=three) == []
    assert state(storage, three[0])[0] == "9999"


def test_more_workers_than_connections(settings, three, add_revision):
    add_revision(NEXT, "create table notes (body text)")
    narrow = Storage(settings, pool_size=1)
    assert [result.error for result in service.migrate(narrow, only=three, workers=8)] == [None] * 3
    narrow.close()


def test_unknown_tenant(storage):
    with pytest.raises(NotFoundError, match="there is no tenant nobody"):
        service.migrate(storage, only=["nobody"])


def test_the_hub_is_upgraded_once_by_whoever_comes_first(settings, tmp_path):
    with Servers.start(tmp_path / "servers", valkey=False) as servers:
        storage = Storage(replace(settings, database_url=servers.database_url))
        with ThreadPoolExecutor(4) as pool:
            applied = list(pool.map(lambda _: migrations.upgrade_hub(storage), range(4)))
        assert sorted(applied) == [[], [], [], [step.version for step in migrations.steps("hub")]]
        assert migrations.upgrade_hub(storage) == []
        storage.close()
