"""The record of sync runs: what each brought, how far it got, and what it could not use."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from hub.storage.bases import tenant_metadata

sync_runs = Table(
    "sync_runs",
    tenant_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("connection_id", UUID(as_uuid=True), nullable=False),
    # The work that runs it; the same work tried again continues the run it left.
    Column("work_id", UUID(as_uuid=True)),
    # backfill: a connection's first; increment: what changed since; full: all of it anew, to find what increments miss;
    # some: single records that the provider announced; import: a file.
    Column("kind", Text, nullable=False, server_default=text("'increment'")),
    # waiting: its work is tried again when the provider's limit lets it.
    Column("status", Text, nullable=False, server_default=text("'running'")),
    # Why it is waiting, partial, suspicious or failed, in sentences.
    Column("reason", Text),
    Column("started_at", DateTime(timezone=True), nullable=False),
    # Written with each page; one that stays silent too long is taken for dead.
    Column("heartbeat_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("finished_at", DateTime(timezone=True)),
    # {stream: items read}; {entity: {inserted, changed, unchanged, deleted}}; seconds spent reading, mapping, storing.
    Column("items", JSONB, nullable=False, server_default=text("'{}'")),
    Column("counts", JSONB, nullable=False, server_default=text("'{}'")),
    Column("timings", JSONB, nullable=False, server_default=text("'{}'")),
    Column("changed", Integer, nullable=False, server_default=text("0")),
    Column("rejected", Integer, nullable=False, server_default=text("0")),
    # How often the provider was called, over all attempts.
    Column("calls", Integer, nullable=False, server_default=text("0")),
    # How far each stream is, {stream: {items, pages, share, done}}; of a full read also {cursor, …}, from where a later
    # attempt at the same work goes on.
    Column("progress", JSONB, nullable=False, server_default=text("'{}'")),
    # What happened, for the people of the tenant: [{at, level, text}], cut in the middle where it is long.
    Column("log", JSONB, nullable=False, server_default=text("'[]'")),
    # What does not add up: {name: how many}, and the provider's receivables against the ledger's: per currency, then
    # in the home currency ("home") and by customer ("customers").
    Column("findings", JSONB, nullable=False, server_default=text("'{}'")),
    Column("tie_out", JSONB),
    CheckConstraint("status in ('running', 'waiting', 'ok', 'partial', 'suspicious', 'failed')", name="status"),
    CheckConstraint("kind in ('backfill', 'increment', 'full', 'some', 'import')", name="kind"),
    Index("ix_sync_runs_connection_id_started_at", "connection_id", "started_at"),
    # One run of a connection at a time, whatever else fails.
    Index(
        "uq_sync_runs_running",
        "connection_id",
        unique=True,
        postgresql_where=text("status = 'running'"),
    ),
)

sync_cursors = Table(
    "sync_cursors",
    tenant_metadata,
    Column("connection_id", UUID(as_uuid=True), nullable=False),
    Column("stream", Text, nullable=False),
    Column("cursor", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    PrimaryKeyConstraint("connection_id", "stream"),
)

sync_pages = Table(
    "sync_pages",
    tenant_metadata,
    Column("connection_id", UUID(as_uuid=True), nullable=False),
    Column("stream", Text, nullable=False),
    Column("page", Integer, nullable=False),
    # 8 bytes for each item of the page that the ledger holds exactly as the item states it.
    Column("fingerprints", LargeBinary, nullable=False),
    PrimaryKeyConstraint("connection_id", "stream", "page"),
)

sync_seen = Table(
    "sync_seen",
    tenant_metadata,
    Column("run_id", UUID(as_uuid=True), nullable=False),
    Column("entity", Text, nullable=False),
    Column("stream", Text, nullable=False),
    Column("page", Integer, nullable=False),
    # Of the records that the page of a full read brought: what no page brings was deleted.
    Column("ids", ARRAY(UUID(as_uuid=True)), nullable=False),
    PrimaryKeyConstraint("run_id", "entity", "stream", "page"),
)

sync_rejects = Table(
    "sync_rejects",
    tenant_metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("run_id", UUID(as_uuid=True), nullable=False),
    Column("stream", Text, nullable=False),
    Column("reason", Text, nullable=False),
    # Where it stands and what was expected, as far as the plugin says.
    Column("line", Integer),
    Column("field", Text),
    Column("value", Text),
    Column("expected", Text),
    # The raw item as text, since what cannot be used may not even be JSON; cut where it is very long.
    Column("raw", Text),
    Index("ix_sync_rejects_run_id_id", "run_id", "id"),
)
