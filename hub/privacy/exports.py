"""Everything of a tenant in one ZIP that programs can read: a JSON line for each row, and a manifest of what is where.

One snapshot of the database: what changes meanwhile is in it as a whole or not at all. Amounts and other exact numbers
are strings, bytes are base64, instants are UTC. What opens or signs something (sealed secrets, hashes of keys) is left
out, and the manifest says so. Memory stays bounded, whatever the size of the tenant.
"""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID, uuid4

import orjson
from psycopg import Connection, IsolationLevel
from psycopg.sql import SQL, Composable, Identifier
from psycopg.sql import Literal as Value

from hub.errors import NotFoundError
from hub.jobs.connection import connect
from hub.privacy.holdings import HOLDINGS
from hub.settings import Settings
from hub.storage.objects import Objects
from hub.storage.session import Storage, schema_name

FORMAT, FORMAT_VERSION = "paypredict-tenant-export", 1
KEPT = timedelta(days=7)
"""For so long an export can be downloaded."""
PREFIX = "export-"

_AT_ONCE = 2000
_CHUNK = 1 << 20
_LEFT_OUT = {
    ("secrets", "sealed"): "Secrets leave the vault only to be used; enter them anew where you go.",
    ("api_keys", "key_hash"): "The hash of a key serves nobody but this hub.",
    ("inbound_addresses", "token_hash"): "The hash of an address serves nobody but this hub.",
    ("receipt_addresses", "token_hash"): "The hash of an address serves nobody but this hub.",
    ("inbound_mails", "sealed"): "A mail that is not read yet; it is read in a moment, or not at all.",
    ("users", "password_hash"): "The hash of a password serves nobody but this hub.",
}
_EXACT = ("numeric", "bigint")
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A table, or the tenant's part of one: its file, its place in the database, and which of it belongs here."""

    file: str
    schema: str
    table: str
    where: str = "true"
    only: tuple[str, ...] | None = None


_OF_TENANT = "tenant_key = {key}"
_MEMBERS = "id in (select user_id from hub.memberships where tenant_key = {key})"
SHARED = (
    Source(
        file="hub/tenant.jsonl",
        schema="hub",
        table="tenants",
        where="key = {key}",
        only=("key", "name", "home_currency", "time_zone", "status", "schema_version", "created_at"),
    ),
    Source(file="hub/memberships.jsonl", schema="hub", table="memberships", where=_OF_TENANT),
    Source(
        file="hub/users.jsonl", schema="hub", table="users", where=_MEMBERS, only=("id", "email", "name", "created_at")
    ),
    Source(file="hub/organizations.jsonl", schema="hub", table="organizations", where=_OF_TENANT),
    Source(file="hub/api_keys.jsonl", schema="hub", table="api_keys", where=_OF_TENANT),
    Source(file="hub/inbound_addresses.jsonl", schema="hub", table="inbound_addresses", where=_OF_TENANT),
    Source(file="hub/receipt_addresses.jsonl", schema="hub", table="receipt_addresses", where=_OF_TENANT),
    Source(file="hub/connected_accounts.jsonl", schema="hub", table="connected_accounts", where=_OF_TENANT),
    Source(file="hub/work.jsonl", schema="hub", table="work", where=_OF_TENANT),
    Source(
        file="audit/events.jsonl",
        schema="audit",
        table="events",
        where="chain = {key} and number > coalesce((select shown_after from audit.chains c where c.chain = {key}), 0)",
    ),
)
"""What is a tenant's in the tables that all tenants share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file of the export, as the manifest tells of it."""

    path: str
    about: str
    bytes: int
    sha256: str
    table: str | None = None
    rows: int | None = None
    columns: list[dict[str, str]] = field(default_factory=list)


def write_export(
    storage: Storage, tenant: str, target: Path, now: datetime, progress: Progress = lambda share, sentence: None
) -> dict[str, Any]:
    """Write the export of a tenant to `target`, whole or not at all; returns the manifest. Raises NotFoundError."""
    # Of a name of its own: what a killed attempt left is in nobody's way, and goes when exports do.
    part = target.with_name(f"{target.name}.{uuid4().hex}.part")
    try:
        with part.open("xb") as file:
            part.chmod(0o600)
            with _snapshot(storage) as connection, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                manifest = _write_all(connection, archive, storage.settings, tenant, now, progress)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def export_path(settings: Settings, tenant: str, export_id: UUID) -> Path:
    """Where the export made by a piece of work is kept."""
    return Objects(settings).place(tenant, f"{PREFIX}{export_id}.zip")


def find_export(settings: Settings, tenant: str, export_id: UUID, now: datetime) -> Path:
    """A finished export of the tenant's own that can still be downloaded. Raises NotFoundError."""
    path = export_path(settings, tenant, export_id)
    if not path.is_file() or path.stat().st_mtime < (now - KEPT).timestamp():
        raise NotFoundError("There is no such export; exports are kept for 7 days. Ask for a new one.")
    return path


def discard_exports(settings: Settings, tenant: str, before: datetime | None = None) -> int:
    """Delete the tenant's exports, or those from before an instant; how many."""
    count = 0
    for path in Objects(settings).files(tenant):
        if path.name.startswith(PREFIX) and (before is None or path.stat().st_mtime < before.timestamp()):
            Objects(settings).discard(path)
            count += 1
    return count


def _snapshot(storage: Storage) -> Connection[Any]:
    connection = connect(storage, "paypredict-export")
    connection.execute("set timezone to 'UTC'")
    connection.autocommit = False
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    return connection


def _write_all(
    connection: Connection[Any],
    archive: zipfile.ZipFile,
    settings: Settings,
    tenant: str,
    now: datetime,
    progress: Progress,
) -> dict[str, Any]:
    found = connection.execute("select name, schema_version from hub.tenants where key = %s", [tenant]).fetchone()
    if found is None:
        raise NotFoundError(f"there is no tenant {tenant}")
    sources = [*_own_tables(connection, tenant), *SHARED]
    files = []
    for done, source in enumerate(sources):
        progress(done / len(sources), f"Writing {source.file}")
        files.append(_write_table(connection, archive, source, tenant))
    files += [
        _write_file(archive, path, f"uploads/{path.name}")
        for path in Objects(settings).files(tenant)
        if not path.name.startswith(PREFIX)
    ]
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "tenant": {"key": tenant, "name": found[0]},
        "made_at": now,
        "schema_version": found[1],
        "files": [asdict(each) for each in files],
        "left_out": [{"table": table, "column": column, "why": why} for (table, column), why in _LEFT_OUT.items()],
    }
    archive.writestr("README.txt", _README.format(name=found[0], key=tenant, at=now))
    archive.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
    return manifest


def _own_tables(connection: Connection[Any], tenant: str) -> Iterator[Source]:
    """All tables of the tenant's schema, as the database has them."""
    schema = schema_name(tenant)
    query = "select tablename from pg_tables where schemaname = %s order by tablename"
    for (table,) in connection.execute(query, [schema]).fetchall():
        yield Source(file=f"tenant/{table}.jsonl", schema=schema, table=table)


def _write_table(connection: Connection[Any], archive: zipfile.ZipFile, source: Source, tenant: str) -> ExportedFile:
    columns = _columns(connection, source)
    shown = SQL(", ").join(_shown(name, kind) for name, kind in columns)
    order = SQL(", ").join(Identifier("held", name) for name in _key_columns(connection, source))
    query = SQL("select row_to_json(line_)::text from (select {} from {} held where {} order by {}) line_").format(
        shown, Identifier(source.schema, source.table), SQL(source.where).format(key=Value(tenant)), order
    )
    rows = 0
    with archive.open(source.file, "w", force_zip64=True) as file, connection.cursor("export") as cursor:
        out = _Counted(file)
        cursor.itersize = _AT_ONCE
        for (line,) in cursor.execute(query):
            out.write(line.encode() + b"\n")
            rows += 1
    return ExportedFile(
        path=source.file,
        about=HOLDINGS[source.table].what if source.table in HOLDINGS else "A table of another version.",
        bytes=out.size,
        sha256=out.digest.hexdigest(),
        table=source.table,
        rows=rows,
        columns=[{"name": name, "type": kind} for name, kind in columns],
    )


def _write_file(archive: zipfile.ZipFile, path: Path, name: str) -> ExportedFile:
    with path.open("rb") as stored, archive.open(name, "w", force_zip64=True) as file:
        out = _Counted(file)
        while chunk := stored.read(_CHUNK):
            out.write(chunk)
    about = "A file that was handed in and is still kept."
    return ExportedFile(path=name, about=about, bytes=out.size, sha256=out.digest.hexdigest())


class _Counted:
    """A file that is written, its size and its checksum."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.size, self.digest = file, 0, sha256()

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.size += len(data)
        self.digest.update(data)


def _columns(connection: Connection[Any], source: Source) -> list[tuple[str, str]]:
    """The columns that are exported, with their types."""
    query = """
        select attname, format_type(atttypid, atttypmod) from pg_attribute
        where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum
    """
    found = connection.execute(query, [_name(source)]).fetchall()
    left_out = {column for table, column in _LEFT_OUT if table == source.table}
    return [(name, kind) for name, kind in found if name in (source.only or (name,)) and name not in left_out]


def _key_columns(connection: Connection[Any], source: Source) -> list[str]:
    query = """
        select a.attname from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        where i.indrelid = %s::regclass and i.indisprimary order by array_position(i.indkey::int2[], a.attnum)
    """
    return [name for (name,) in connection.execute(query, [_name(source)]).fetchall()]


def _name(source: Source) -> str:
    return f'"{source.schema}"."{source.table}"'


def _shown(name: str, kind: str) -> Composable:
    if kind == "bytea":
        return SQL("translate(encode(held.{0}, 'base64'), E'\\n', '') as {0}").format(Identifier(name))
    if kind.startswith(_EXACT):
        return SQL("held.{0}::text as {0}").format(Identifier(name))
    return Identifier("held", name)


_README = """\
Everything that PayPredict holds of {name} ({key}), as of {at:%Y-%m-%d %H:%M} UTC.

manifest.json lists the files: what each holds, its columns with their types in PostgreSQL, how many rows it has, and
the SHA-256 of its content. Files that end in .jsonl hold one JSON object a line, one line for each row of a table.

  tenant/   the tables of the tenant's own: the ledger, its history, syncs, forecasts, settings
  hub/      the tenant's rows of tables shared by all: the tenant, its members, its API keys, its jobs
  audit/    who did what, each event with the hash of the one before it
  uploads/  files that were handed in and are still kept

Exact numbers (numeric, bigint) are strings. Bytes are base64. Instants are UTC, dates are the books' dates. Numbers
inside JSON columns are written with all their digits: read them as decimals, not as floats.
Left out, as manifest.json says: what opens or signs something, such as sealed secrets.
"""
