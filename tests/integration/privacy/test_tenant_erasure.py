"""The end of a tenant: nothing of it is left but the audit, the people it shared stay, and a certificate says so."""

import json
from io import BytesIO

import psycopg
import pytest
from redis import Redis
from sqlalchemy import text

from hub.cli import main
from hub.jobs import service as jobs
from hub.storage import audit
from hub.storage.objects import Objects
from hub.storage.session import schema_name
from hub.tenants import service as tenants


@pytest.fixture
def leaving(storage, settings, request):
    """A tenant with a member of its own, one it shares, an operator, work, a file, and traces in Valkey."""
    name = f"Leaving {request.node.name[5:25]}"
    tenant = tenants.create(storage, name)
    staying = tenants.create(storage, f"{name} not")
    people = {}
    with storage.hub() as session:
        for who, keys, is_operator in (
            ("own", [tenant.key], False),
            ("shared", [tenant.key, staying.key], False),
            ("operator", [tenant.key], True),
        ):
            people[who] = session.execute(
                text("insert into hub.users (email, is_operator) values (:email, :operator) returning id"),
                {"email": f"{who}@{tenant.key}.example", "operator": is_operator},
            ).scalar_one()
            for key in keys:
                session.execute(
                    text("insert into hub.memberships values (:user, :tenant, 'admin')"),
                    {"user": people[who], "tenant": key},
                )
        work_id = jobs.submit(session, "privacy.retain", {}, tenant=tenant.key)
        session.execute(
            text("insert into hub.data_keys (tenant_key, wrapped, master_id) values (:tenant, 'x', 'm')"),
            {"tenant": tenant.key},
        )
    Objects(settings).put(tenant.key, BytesIO(b"a file"), ".csv")
    with Redis.from_url(settings.redis_url) as redis:
        redis.set(f"LIMITS:LIMITER/{tenant.key}/6000/1/minute", 3)
        redis.set(f"rq:job:{work_id}-0", "job")
        redis.set(f"LIMITS:LIMITER/{staying.key}/6000/1/minute", 3)
    return tenant, staying, people, work_id


@pytest.fixture
def paypredict(settings, storage, monkeypatch, capsys):
    """Runs the command line on the tests' servers; returns exit code, output and errors."""
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("REDIS_URL", settings.redis_url)

    def run(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(["tenant", "--data", str(settings.data_dir), *arguments])
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err

    return run


def test_nothing_is_left_and_the_certificate_says_what_it_was(leaving, paypredict, storage, settings, tmp_path):
    tenant, staying, people, work_id = leaving
    file = tmp_path / "erased.json"
    code, out, err = paypredict("erase", tenant.key, "--confirm", tenant.name, "--certificate", str(file))
    assert (code, err) == (0, ""), err
    assert str(file) in out
    certificate = json.loads(file.read_text())
    assert certificate["tenant"]["key"] == tenant.key
    rows = certificate["rows"]
    assert (rows["hub.users"], rows["hub.memberships"], rows["hub.work"], rows["hub.data_keys"]) == (1, 3, 1, 1)
    assert rows["tenant.invoices"] == 0
    assert certificate["files"] == 1 and certificate["valkey_keys"] >= 2
    assert any("audit" in sentence for sentence in certificate["stays"])
    with storage.hub() as session:
        assert set(
            session.scalars(text("select id from hub.users where id = any(:ids)"), {"ids": [*people.values()]})
        ) == {
            people["shared"],
            people["operator"],
        }
        heads = dict(
            session.execute(text("select chain, number || ':' || encode(hash, 'hex') from audit.chains")).all()
        )
        assert certificate["audit_heads"][tenant.key] == heads[tenant.key]
        actions = session.scalars(
            text("select action from audit.events where chain = :chain and object_id = :key order by number"),
            {"chain": audit.INSTALLATION, "key": tenant.key},
        ).all()
    assert "tenant.erased" in actions
    assert not (settings.data_dir / "objects" / tenant.key).exists()
    with Redis.from_url(settings.redis_url) as redis:
        left = [name.decode() for name in redis.keys("*")]
    assert [name for name in left if tenant.key in name] == [f"LIMITS:LIMITER/{staying.key}/6000/1/minute"]
    assert [name for name in left if str(work_id) in name] == []
    url = storage.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        for (table,) in connection.execute("select tablename from pg_tables where schemaname = 'hub'").fetchall():
            held = connection.execute(f"select held::text from hub.{table} held").fetchall()
            own = (f"({tenant.key},", f",{tenant.key},", f"own@{tenant.key}.example")
            assert not [row for (row,) in held if any(mark in row for mark in own)], table
        gone = "select from pg_namespace where nspname = %s union all select from pg_roles where rolname = %s"
        assert connection.execute(gone, [schema_name(tenant.key)] * 2).fetchall() == []


def test_another_name_erases_nothing(leaving, paypredict, storage):
    tenant, staying, *_ = leaving
    code, _, err = paypredict("erase", tenant.key, "--confirm", staying.name)
    assert code == 2
    assert "nothing was erased" in err
    with storage.hub() as session:
        assert tenants.get(session, tenant.key).key == tenant.key


def test_a_tenant_in_use_is_left_as_it_is(leaving, paypredict, storage):
    tenant, _, people, _ = leaving
    with storage.tenant(tenant.key) as session:
        session.execute(text("select count(*) from invoices"))
        code, _, err = paypredict("erase", tenant.key, "--confirm", tenant.name)
    assert (code, "in use" in err) == (2, True)
    with storage.hub() as session:
        assert session.scalar(text("select count(*) from hub.users where id = :id"), {"id": people["own"]}) == 1


def test_a_tenant_that_is_not_there(paypredict):
    code, _, err = paypredict("erase", "nobody_at_all", "--confirm", "Nobody")
    assert (code, err) == (2, "Error: there is no tenant nobody_at_all\n")
