"""Models, revisions and the script that new tenants are made from say the same."""

import re

import pytest
from sqlalchemy import text

from hub.storage import migrations
from migrations.tables import difference, load_metadata, render_schema

REDO = "the models changed: run `python -m migrations revision` (or `redo`, for an unreleased one)"

CATALOG = """
    select 'column', table_name, column_name,
           concat_ws(' ', data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable,
                     column_default, identity_generation)
    from information_schema.columns where table_schema = :schema
    union all
    select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = cast(:schema as regnamespace)
    union all
    select 'index', tablename, indexname, indexdef from pg_indexes where schemaname = :schema
    union all
    select 'owner and access', relname, pg_get_userbyid(relowner), relacl::text
    from pg_class where relnamespace = cast(:schema as regnamespace) and relkind = 'r'
    union all
    select 'function', proname, prosrc, pg_get_userbyid(proowner)
    from pg_proc where pronamespace = cast(:schema as regnamespace)
    union all
    select 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(pg_trigger.oid)
    from pg_trigger join pg_class on pg_class.oid = tgrelid
    where relnamespace = cast(:schema as regnamespace) and not tgisinternal
"""


def catalog(session, schema):
    rows = session.execute(text(CATALOG), {"schema": schema}).all()
    return {re.sub(rf"\b{schema}\b\.?", "", "|".join(map(str, row))) for row in rows}


@pytest.fixture
def session(storage):
    with storage.hub() as session:
        yield session
        session.rollback()


def make_by_revisions(session, schema):
    migrations.create_schema(session, schema)
    for table in load_metadata("tenant").sorted_tables:
        session.execute(text(f"drop table if exists {schema}.{table.name} cascade"))
    for step in migrations.steps("tenant"):
        migrations.apply(session, schema, step, lambda: True)


def test_the_hub_tree_makes_what_the_models_say(session):
    assert difference(session.connection(), "hub").upgrade_ops.as_diffs() == [], REDO


def test_the_tenant_tree_makes_what_the_models_say(session):
    make_by_revisions(session, "tenant_by_revisions")
    assert difference(session.connection(), "tenant").upgrade_ops.as_diffs() == [], REDO


def test_the_creation_script_is_what_the_models_say():
    script = (migrations.MIGRATIONS / "tenant" / "schema.sql").read_text(encoding="utf-8")
    assert script == render_schema(load_metadata("tenant")), "run `python -m migrations render`"


def test_the_creation_script_makes_what_all_revisions_make(session):
    make_by_revisions(session, "tenant_by_revisions")
    migrations.create_schema(session, "tenant_by_script")
    by_revisions, by_script = catalog(session, "tenant_by_revisions"), catalog(session, "tenant_by_script")
    assert by_revisions == by_script
    assert len(by_script) > 100


@pytest.mark.parametrize("tree", ["hub", "tenant"])
def test_revisions_are_numbered_in_one_line(tree):
    versions = [step.version for step in migrations.steps(tree)]
    assert versions == [f"{number:04}" for number in range(1, len(versions) + 1)]
    assert migrations.head(tree) == versions[-1]


def test_tenant_tables_are_fit_for_sharding_by_schema():
    scripts = [step.sql for step in migrations.steps("tenant")] + [render_schema(load_metadata("tenant"))]
    for script in scripts:
        # What Citus cannot take: see docs/tenancy.md.
        for refused in (r"\bhub\.", r"\b(small)?serial\b", r"create table \S+ as", r"set schema", r"create schema"):
            assert not re.search(refused, script, re.IGNORECASE), refused
    for table in load_metadata("tenant").tables.values():
        assert table.schema is None
        assert "tenant_id" not in table.columns
        assert not [key for key in table.foreign_keys if key.column.table.schema]


def test_models_of_risk_move_to_the_registry_with_a_way_back(session):
    schema = "tenant_with_risk"
    migrations.create_schema(session, schema)
    for table in load_metadata("tenant").sorted_tables:
        session.execute(text(f"drop table if exists {schema}.{table.name} cascade"))
    before = [step for step in migrations.steps("tenant") if step.version < "0007"]
    for step in before:
        migrations.apply(session, schema, step, lambda: True)
    session.execute(
        text(f"""
            insert into {schema}.risk_models (backend, reason, as_of, trained_at, events, scores, artifact)
            values ('naive_risk', 'Counted.', '2026-03-01', '2026-03-01', 3, '{{}}', 'old'),
                   ('xgboost_risk', 'Learnt.', '2026-03-08', '2026-03-08', 9, '{{"xgboost_risk": {{}}}}', 'new')
        """)
    )
    for step in migrations.steps("tenant")[len(before) :]:
        migrations.apply(session, schema, step, lambda: True)
    moved = session.execute(
        text(f"select backend, task, status, size, artifact from {schema}.forecast_models order by number")
    ).all()
    assert moved == [("naive_risk", "risk", "retired", 3, b"old"), ("xgboost_risk", "risk", "champion", 3, b"new")]
    changed = text(f"""
        select f.backend, t.backend from {schema}.model_changes c left join {schema}.forecast_models f on f.id = from_id
        join {schema}.forecast_models t on t.id = to_id order by c.id
    """)
    assert session.execute(changed).all() == [(None, "naive_risk"), ("naive_risk", "xgboost_risk")]
