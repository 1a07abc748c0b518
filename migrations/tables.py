"""The hub's tables as the rooms' models declare them, and how they compare with what the revisions make."""

import importlib
import pkgutil
from importlib.util import find_spec

from alembic.autogenerate import produce_migrations
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateIndex, CreateTable

import hub
from hub.storage.bases import HUB_SCHEMA, hub_metadata, tenant_metadata

TREES = {"hub": hub_metadata, "tenant": tenant_metadata}


def load_metadata(tree: str) -> MetaData:
    """The tables of a tree ("hub" or "tenant"), every room's models imported."""
    for room in pkgutil.iter_modules(hub.__path__, "hub."):
        if room.ispkg and find_spec(f"{room.name}.models"):
            importlib.import_module(f"{room.name}.models")
    return TREES[tree]


def render_schema(metadata: MetaData) -> str:
    """The statements that create all tables in an empty schema that is first in search_path.

    What a table's `info` has as "afterwards", such as its triggers, follows its indexes as it is.
    """
    dialect = PGDialect_psycopg(paramstyle="named")
    parts = []
    for table in metadata.sorted_tables:
        statements = [
            CreateTable(table),
            *(CreateIndex(index) for index in sorted(table.indexes, key=lambda index: str(index.name))),
        ]
        for statement in statements:
            script = str(statement.compile(dialect=dialect)).strip()
            parts.append("\n".join(line.rstrip() for line in script.splitlines()) + ";\n\n")
        parts.append(table.info.get("afterwards", ""))
    return "".join(parts)


def difference(connection: Connection, tree: str) -> MigrationScript:
    """What has to be done so that the database has the tree's tables as they are declared.

    The tenant tree is compared with the schema that is first in search_path.
    """
    options = {"compare_type": True, "compare_server_default": True}
    if tree == "hub":
        options |= {
            "version_table_schema": HUB_SCHEMA,
            "include_schemas": True,
            "include_name": lambda name, kind, _parents: kind != "schema" or name == HUB_SCHEMA,
        }
    return produce_migrations(MigrationContext.configure(connection, opts=options), load_metadata(tree))
