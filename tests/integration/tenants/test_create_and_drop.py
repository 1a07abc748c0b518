"""A tenant comes whole or not at all, and goes without a trace."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import psycopg
import pytest
from sqlalchemy import text

from hub.errors import ConflictError, InvalidError, NotFoundError
from hub.identity import keys
from hub.identity import service as identity
from hub.storage import migrations
from hub.storage.objects import Objects
from hub.tenants import service


def traces(storage, key):
    """What the database has of a tenant: registry rows, keys, schemas, roles."""
    with storage.hub() as session:
        counts = """
            select (select count(*) from tenants where key = :key),
                   (select count(*) from api_keys where tenant_key = :key),
                   (select count(*) from pg_namespace where nspname = 'tenant_' || :key),
                   (select count(*) from pg_roles where rolname = 'tenant_' || :key)
        """
        return tuple(session.execute(text(counts), {"key": key}).one())


@pytest.fixture
def failing_script(tmp_path, monkeypatch):
    """The script that makes a tenant's tables fails at its very end."""
    shutil.copytree(migrations.MIGRATIONS, tmp_path / "migrations")
    with (tmp_path / "migrations" / "tenant" / "schema.sql").open("a") as script:
        script.write("select 1 / 0;")
    monkeypatch.setattr(migrations, "MIGRATIONS", tmp_path / "migrations")


def test_create(storage):
    made = identity.create_tenant(storage, " Borealis Büro ", home_currency="EUR", time_zone="Europe/Berlin")
    assert made.tenant.key == "borealis_buro"
    assert made.tenant.name == "Borealis Büro"
    assert made.tenant.schema_name == "tenant_borealis_buro"
    assert made.tenant.schema_version == migrations.head("tenant")
    assert (made.tenant.status, made.tenant.dsn_key) == ("active", "default")
    assert (made.tenant.home_currency, made.tenant.time_zone) == ("EUR", "Europe/Berlin")
    assert traces(storage, "borealis_buro") == (1, 1, 1, 1)
    with storage.hub() as session:
        assert service.get(session, "borealis_buro") == made.tenant
        assert made.tenant in service.list_tenants(session)
        assert [key.name for key in keys.list_keys(session, "borealis_buro")] == ["first key"]
    with storage.tenant("borealis_buro") as session:
        assert session.scalar(text("select count(*) from invoices")) == 0


def test_the_tenant_owns_nothing_and_may_write_everything(storage):
    made = service.create(storage, "Owner")
    with storage.hub() as session:
        facts = """
            select bool_and(pg_get_userbyid(relowner) = current_user),
                   bool_and(has_table_privilege(:role, oid, 'select, insert, update, delete')),
                   bool_or(has_table_privilege(:role, oid, 'truncate, references, trigger'))
            from pg_class where relnamespace = cast(:role as regnamespace) and relkind = 'r'
        """
        assert session.execute(text(facts), {"role": made.schema_name}).one() == (True, True, False)
        role = (
            "select rolcanlogin, rolsuper, rolcreaterole, rolcreatedb, rolpassword from pg_roles where rolname = :role"
        )
        *rights, _ = session.execute(text(role), {"role": made.schema_name}).one()
        assert rights == [True, False, False, False]


def test_same_name_gets_the_next_key(storage):
    assert [service.create(storage, "Twins & Co").key for _ in range(3)] == [
        "twins_co",
        "twins_co_2",
        "twins_co_3",
    ]


def test_same_name_at_the_same_moment(storage):
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: service.create(storage, "Rush").key, range(6)))
    assert sorted(made) == ["rush", "rush_2", "rush_3", "rush_4", "rush_5", "rush_6"]


def test_a_given_key_that_is_taken(storage):
    service.create(storage, "First come", key="first_come")
    with pytest.raises(ConflictError, match="there is a tenant first_come already"):
        service.create(storage, "Second come", key="first_come")


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("key", {"name": "x", "key": "Not-A-Key"}),
        ("home_currency", {"name": "x", "home_currency": "euro"}),
        ("time_zone", {"name": "x", "time_zone": "Berlin"}),
        ("time_zone", {"name": "x", "time_zone": "../etc/passwd"}),
        ("time_zone", {"name": "x", "time_zone": "Europe"}),
        ("time_zone", {"name": "x", "time_zone": ""}),
    ],
)
def test_bad_input_names_the_field(storage, field, values):
    with pytest.raises(InvalidError) as caught:
        service.create(storage, **values)
    assert list(caught.value.fields) == [field]


def test_a_failure_in_the_middle_leaves_nothing(storage, failing_script):
    with pytest.raises(psycopg.errors.DivisionByZero):
        service.create(storage, "Half made")
    assert traces(storage, "half_made") == (0, 0, 0, 0)


def test_a_role_of_somebody_else_is_left_alone(storage):
    with storage.hub() as session:
        session.execute(text("create role tenant_foreign"))
    with pytest.raises(ConflictError, match="choose another key"):
        service.create(storage, "Foreign")
    assert traces(storage, "foreign") == (0, 0, 0, 1)
    with storage.hub() as session:
        session.execute(text("drop role tenant_foreign"))


def test_drop(storage):
    identity.create_tenant(storage, "Gone soon")
    with storage.tenant("gone_soon") as session:
        session.execute(
            text(
                "insert into customers (id, name, connection_id, external_id, row_hash)"
                " values (gen_random_uuid(), 'A customer', gen_random_uuid(), 'c1', 0)"
            )
        )
        session.execute(
            text("insert into hub.work (tenant_key, kind, payload, dedupe_key) values ('gone_soon', 'x', '{}', '')")
        )
    upload = Objects(storage.settings).put("gone_soon", BytesIO(b"invoices"), ".csv")
    service.drop(storage, "gone_soon")
    assert not upload.exists()
    with storage.hub() as session:
        assert not session.scalar(text("select count(*) from work where tenant_key = 'gone_soon'"))
    assert traces(storage, "gone_soon") == (0, 0, 0, 0)
    with pytest.raises(NotFoundError):
        service.drop(storage, "gone_soon")
    with pytest.raises(NotFoundError), storage.tenant("gone_soon"):
        pass
    assert service.create(storage, "Gone soon").key == "gone_soon"


def test_a_tenant_in_use_is_not_dropped(storage, monkeypatch):
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "50ms")
    identity.create_tenant(storage, "Busy")
    with storage.tenant("busy") as session:
        session.execute(text("select count(*) from invoices"))
        with pytest.raises(ConflictError, match="tenant busy is in use"):
            service.drop(storage, "busy")
    assert traces(storage, "busy") == (1, 1, 1, 1)
