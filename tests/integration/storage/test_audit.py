"""The audit in the database: added to and never changed, by whom it may be, and without gaps."""

import threading
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import text

from hub.storage import audit
from hub.storage.audit import INSTALLATION, Actor, acting, record
from hub.storage.session import before_commit, driver
from hub.tenants import service as tenants

ANN = Actor(
    kind="person", id="u1", name="ann@example.com", address="192.0.2.7", user_agent="Browser", request_id="r-12345678"
)
_REST = "actor_kind, actor_id, actor_name, action, object_type, object_id, outcome"
_X = "'system', 'x', 'x', 'x', 'x', 'x', 'done')"
FORBIDDEN = [
    "update audit.events set action = 'nothing'",
    "delete from audit.events",
    "truncate audit.events",
    "drop table audit.events",
    "alter table audit.events disable trigger all",
    "alter table audit.events disable row level security",
    "alter table audit.events add column mine int",
    "alter table audit.events owner to current_user",
    "create trigger mine before insert on audit.events for each row execute function audit.append()",
    "create policy mine on audit.events using (true)",
    "create rule mine as on insert to audit.events do instead nothing",
    "create table audit.mine (id int)",
    "create index mine on audit.events (at)",
    "lock table audit.events in access exclusive mode",
    "insert into audit.chains (chain) values ('mine')",
    "update audit.chains set number = 0, hash = ''",
    "delete from audit.chains",
    "truncate audit.chains",
    "drop table audit.chains cascade",
    "drop schema audit cascade",
    "alter schema audit rename to mine",
    "alter function audit.append() owner to current_user",
    "drop function audit.append() cascade",
    "create or replace function audit.append() returns trigger language sql as 'select 1'",
    "set local role paypredict_audit",
    "grant paypredict_audit to current_user",
    "alter role paypredict_audit login",
    "drop role paypredict_audit",
    "reassign owned by paypredict_audit to current_user",
    "set local session_replication_role to replica",
    f"insert into audit.events (chain, number, {_REST}) values ('{{tenant}}', 1, {_X}",
    f"insert into audit.events (chain, hash, {_REST}) values ('{{tenant}}', '', {_X}",
    f"insert into audit.events (chain, at, {_REST}) values ('{{tenant}}', now(), {_X}",
]
CONTENT = """
    insert into audit.events (chain, actor_kind, actor_id, actor_name, action, object_type, object_id, outcome)
    values (%s, 'system', 'x', 'x', 'x.y', 'x', 'x', 'done')
"""


@pytest.fixture(scope="module", autouse=True)
def protected(storage):
    """Without a superuser's part in it (a server of one's own), the hub's role owns the audit."""
    with storage.hub() as session:
        owner = session.scalar(
            text("select pg_get_userbyid(relowner) from pg_class where oid = 'audit.events'::regclass")
        )
    if owner != "paypredict_audit":
        pytest.skip("the audit was not installed by a superuser here")


@pytest.fixture(scope="module")
def neighbour(storage):
    return tenants.create(storage, "The audited neighbour").key


def events(storage, chain, columns="number, action, object_id"):
    with storage.hub() as session:
        return driver(session).execute(f"select {columns} from audit.events where chain = %s order by number", [chain])


def newest(storage, chain):
    with storage.hub() as session:
        row = session.execute(
            text("select * from audit.events where chain = :chain order by number desc limit 1"), {"chain": chain}
        )
        return dict(row.mappings().one())


def count(storage, chain):
    with storage.hub() as session:
        return session.scalar(text("select count(*) from audit.events where chain = :chain"), {"chain": chain})


def test_nobody_can_give_what_they_do_not_have(storage):
    with storage.hub() as session:
        # PostgreSQL only warns that nothing was granted.
        driver(session).execute("grant all on audit.events, audit.chains to public")
        refuses(session, "update audit.events set action = 'nothing'")
        refuses(session, "update audit.chains set number = 0")
        session.rollback()


def refuses(session, statement):
    try:
        with session.begin_nested():
            driver(session).execute(statement)
    except psycopg.Error as error:
        assert isinstance(error, psycopg.errors.InsufficientPrivilege), (statement, error)
    else:
        raise AssertionError(f"allowed: {statement}")


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_hubs_own_role_may_only_add(storage, tenant, statement):
    with storage.hub() as session:
        refuses(session, statement.format(tenant=tenant))
        session.rollback()


@pytest.mark.parametrize(
    "statement", [*FORBIDDEN, "select audit.open('{tenant}')", "select audit.prune('{tenant}', '2020-01-01')"]
)
def test_a_tenants_role_may_only_add(storage, tenant, statement):
    with storage.tenant(tenant) as session:
        refuses(session, statement.format(tenant=tenant))
        session.rollback()


@pytest.mark.parametrize("statement", [each for each in FORBIDDEN if each.startswith(("update", "delete", "truncate"))])
def test_even_its_owner_is_refused_by_the_triggers(servers, storage, statement):
    with psycopg.connect(servers.postgres.superuser_url) as connection:
        connection.execute("set role paypredict_audit")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added to"):
            connection.execute(statement)


def test_a_tenant_writes_and_reads_its_own_chain_alone(storage, tenant, neighbour):
    with storage.tenant(tenant) as session:
        connection = driver(session)
        connection.execute(CONTENT, [tenant])
        for chain in (neighbour, INSTALLATION, "new"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), session.begin_nested():
                driver(session).execute(CONTENT, [chain])
        assert connection.execute("select distinct chain from audit.events").fetchall() == [(tenant,)]
        assert connection.execute("select distinct chain from audit.chains").fetchall() == [(tenant,)]
        session.rollback()


def test_an_event_says_who_did_what_to_which_object_and_from_where(storage, tenant):
    earlier = datetime.now(UTC)
    with acting(ANN), storage.tenant(tenant) as session:
        record(session, "thing.changed", "thing", 7, before={"size": 1}, after={"size": 2})
    event = newest(storage, tenant)
    assert event | {"at": None, "hash": None, "previous_hash": None, "number": None} == {
        "chain": tenant,
        "number": None,
        "at": None,
        "actor_kind": "person",
        "actor_id": "u1",
        "actor_name": "ann@example.com",
        "action": "thing.changed",
        "object_type": "thing",
        "object_id": "7",
        "outcome": "done",
        "before": {"size": 1},
        "after": {"size": 2},
        "address": "192.0.2.7",
        "user_agent": "Browser",
        "request_id": "r-12345678",
        "previous_hash": None,
        "hash": None,
    }
    assert earlier <= event["at"] <= datetime.now(UTC)


def test_what_is_rolled_back_was_not_done(storage, tenant):
    before = count(storage, tenant)
    with pytest.raises(ZeroDivisionError), storage.tenant(tenant) as session:
        record(session, "thing.changed", "thing")
        raise ZeroDivisionError
    with storage.tenant(tenant) as session:
        record(session, "thing.changed", "thing")
        session.rollback()
    assert count(storage, tenant) == before


def test_a_write_whose_audit_fails_is_not_made(storage, tenant):
    with pytest.raises(psycopg.errors.CheckViolation), storage.tenant(tenant) as session:
        session.execute(text("insert into idempotency_keys (key, fingerprint, expires_at) values ('k', '', now())"))
        record(session, "thing.changed", "thing", outcome="perhaps")
    with storage.tenant(tenant) as session:
        assert session.scalar(text("select count(*) from idempotency_keys")) == 0


def test_what_is_asked_for_before_the_commit_may_be_recorded_too(storage, tenant):
    with storage.tenant(tenant) as session:
        before_commit(session, lambda: record(session, "late.noted", "late"))
    assert newest(storage, tenant)["action"] == "late.noted"


def test_a_hub_session_writes_several_chains(storage, tenant, neighbour):
    with storage.hub() as session:
        record(session, "several.done", "thing", 1, tenant=neighbour)
        record(session, "several.done", "thing", 2)
        record(session, "several.done", "thing", 3, tenant=tenant)
        record(session, "several.done", "thing", 4, tenant=neighbour)
    found = {chain: newest(storage, chain)["object_id"] for chain in (tenant, neighbour, INSTALLATION)}
    assert found == {tenant: "3", neighbour: "4", INSTALLATION: "2"}


def test_text_that_postgresql_cannot_hold_is_kept_as_well_as_it_can_be(storage, tenant):
    odd = Actor(kind="anonymous", id="x\0y", name="half \ud800", user_agent="\0" * 9000)
    with acting(odd), storage.tenant(tenant) as session:
        record(session, "odd.done", "thing", "a\0b", after={"nul": "\0", "half\0": "\udfff", "many": ["x" * 3000] * 50})
    event = newest(storage, tenant)
    assert event["object_id"] == "a\ufffdb" and event["after"]["cut"] is True
    assert len(event["user_agent"].encode()) <= 256


def test_many_writers_of_several_chains_leave_no_gaps_and_never_lock_each_other_out(storage, tenant, neighbour):
    chains, rounds, failures = [tenant, neighbour, None], 25, []
    before = [count(storage, chain or INSTALLATION) for chain in chains]

    def write(place):
        try:
            for number in range(rounds):
                if place % 2:
                    with storage.tenant(tenant) as session:
                        record(session, "race.run", "race", number)
                else:
                    order = chains[place % 3 :] + chains[: place % 3]
                    with storage.hub() as session:
                        for chain in order:
                            record(session, "race.run", "race", number, tenant=chain)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=write, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    added = [count(storage, chain or INSTALLATION) - old for chain, old in zip(chains, before, strict=True)]
    assert added == [8 * rounds, 4 * rounds, 4 * rounds]
    for chain in chains:
        rows = events(storage, chain or INSTALLATION, "number, at, previous_hash, hash").fetchall()
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        assert [row[1] for row in rows] == sorted(row[1] for row in rows)
        assert [row[2] for row in rows] == [b"", *(row[3] for row in rows[:-1])]


def test_a_new_tenant_does_not_see_what_a_dropped_one_of_its_key_left(storage):
    tenants.create(storage, "Phoenix", key="phoenix")
    with storage.tenant("phoenix") as session:
        record(session, "old.secret", "thing")
    tenants.drop(storage, "phoenix")
    tenants.create(storage, "Phoenix again", key="phoenix")
    with storage.tenant("phoenix") as session:
        seen = set(session.scalars(text("select action from audit.events")))
    assert "old.secret" not in seen and "tenant.created" in seen
    assert "old.secret" in {row[1] for row in events(storage, "phoenix")}
    tenants.drop(storage, "phoenix")


def age(servers, chain, days, through):
    """Make events older than they are, which only a superuser can, in a chain that is not verified afterwards."""
    with psycopg.connect(servers.postgres.superuser_url) as connection:
        connection.execute("alter table audit.events disable trigger all")
        connection.execute(
            "update audit.events set at = at - make_interval(days => %s) where chain = %s and number <= %s",
            [days, chain, through],
        )
        connection.execute("alter table audit.events enable trigger all")


def test_retention_removes_old_events_from_the_beginning_and_says_so(servers, storage):
    key = tenants.create(storage, "Old hands").key
    for number in range(4):
        with storage.tenant(key) as session:
            record(session, "thing.changed", "thing", number)
    age(servers, key, 400, 3)
    cutoff = datetime.now(UTC) - timedelta(days=366)
    third = events(storage, key, "hash").fetchall()[2][0]
    with storage.hub() as session:
        assert audit.prune(session, key, cutoff) == 3
        base = session.execute(text("select base_number, base_hash from audit.chains where chain = :key"), {"key": key})
        assert tuple(base.one()) == (3, third)
        assert audit.prune(session, key, cutoff) == 0
    assert [row[0] for row in events(storage, key)] == [4, 5, 6]
    pruned = newest(storage, key)
    assert (pruned["action"], pruned["after"]["removed"], pruned["after"]["through"]) == ("audit.pruned", 3, 3)


def test_retention_never_removes_what_is_younger_than_a_year(storage, tenant):
    with pytest.raises(psycopg.errors.CheckViolation, match="365 days"), storage.hub() as session:
        driver(session).execute("select audit.prune(%s, %s)", [tenant, datetime.now(UTC) - timedelta(days=364)])


def test_removing_from_a_chain_that_is_not_there_removes_nothing(storage):
    with storage.hub() as session:
        assert audit.prune(session, "never_made", datetime.now(UTC) - timedelta(days=400)) == 0


def test_a_note_is_a_transaction_of_its_own(storage, tenant):
    for key, chain in ((tenant, tenant), (None, INSTALLATION)):
        event = audit.event_of("thing.read", "thing", 9, tenant=key, who=ANN)
        audit.note(storage, event, waits_for_disk=False)
        assert newest(storage, chain)["action"] == "thing.read"
