"""Write schema revisions from what the models say. For developers, in a checkout.

\b
python -m migrations revision tenant "Add terms to invoices"   the next revision, from the difference
python -m migrations redo tenant 0001                          an unreleased revision anew, in its place
python -m migrations render                                    tenant/schema.sql alone

Each starts a scratch PostgreSQL to compare with. Read what was written: data to carry over is yours to add.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import click
from alembic.autogenerate import render_python_code
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from hub.storage.embedded import Servers
from hub.storage.migrations import MIGRATIONS, head, steps, versions_folder
from hub.storage.session import normalise_url
from migrations.tables import TREES, difference, load_metadata, render_schema

_DIALECT_IMPORT = "from sqlalchemy.dialects import postgresql"
tree_argument = click.argument("tree", type=click.Choice(list(TREES)))


@click.group(help=__doc__)
def main() -> None:
    pass


@main.command()
@tree_argument
@click.argument("message")
def revision(tree: str, message: str) -> None:
    """Write the next revision of TREE from the difference between models and revisions."""
    _write(tree, f"{int(head(tree)) + 1:04}", message)
    _render()


@main.command()
@tree_argument
@click.argument("version")
def redo(tree: str, version: str) -> None:
    """Write revision VERSION of TREE anew; later ones must not depend on what it no longer makes."""
    (old,) = versions_folder(tree).glob(f"{version}_*.py")
    message = old.read_text(encoding="utf-8").splitlines()[0].strip('".')
    old.unlink()
    _write(tree, version, message)
    _render()


@main.command()
def render() -> None:
    """Write tenant/schema.sql, from which new tenants are made."""
    _render()


def _write(tree: str, version: str, message: str) -> None:
    later = {path: path.read_bytes() for path in versions_folder(tree).glob("[0-9]*.py") if path.name[:4] > version}
    for path in later:
        path.unlink()
    try:
        code = _upgrade_code(tree)
        scripts = ScriptDirectory(MIGRATIONS, version_locations=[versions_folder(tree)])
        script = scripts.generate_revision(version, message, imports=_DIALECT_IMPORT, upgrades=code)
        assert script is not None
        path = Path(script.path)
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if "# ### " not in line), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", path], check=True)
        click.echo(path)
    finally:
        for path, content in later.items():
            path.write_bytes(content)


def _upgrade_code(tree: str) -> str:
    with tempfile.TemporaryDirectory() as folder, Servers.start(Path(folder), valkey=False) as servers:
        engine = create_engine(normalise_url(servers.database_url))
        with engine.connect() as connection:
            connection.exec_driver_sql("create schema scratch")
            connection.exec_driver_sql("create schema hub")
            connection.exec_driver_sql(f"set search_path to {'scratch' if tree == 'tenant' else 'hub'}")
            for step in steps(tree):
                connection.connection.driver_connection.execute(step.sql)  # type: ignore[union-attr]
            operations = difference(connection, tree).upgrade_ops
        engine.dispose()
    assert operations is not None
    return render_python_code(operations, migration_context=MigrationContext.configure(dialect_name="postgresql"))


def _render() -> None:
    path = MIGRATIONS / "tenant" / "schema.sql"
    path.write_text(render_schema(load_metadata("tenant")), encoding="utf-8")
    click.echo(path)


if __name__ == "__main__":
    main()
