"""The hub's table of work and what the schedule has done.

Tenants read their own rows of `work`, add to it and count up `requests`: row level security and grants see to it, in
the revision that makes the table.
"""

from sqlalchemy import CheckConstraint, Column, DateTime, Double, Index, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from hub.storage.bases import hub_metadata

MAX_ATTEMPTS = 5

work = Table(
    "work",
    hub_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("tenant_key", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("dedupe_key", Text, nullable=False),
    # How often it was asked for, and how many of those the newest attempt serves: asked for again while it runs, it
    # runs once more, since what it already read may have changed.
    Column("requests", Integer, nullable=False, server_default=text("1")),
    Column("served", Integer, nullable=False, server_default=text("0")),
    Column("state", Text, nullable=False, server_default=text("'queued'")),
    Column("progress", Double, nullable=False, server_default=text("0")),
    Column("message", Text, nullable=False, server_default=text("''")),
    Column("result", JSONB),
    # {"code", "message", "trace_id"} of the newest attempt that failed.
    Column("error", JSONB),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("max_attempts", Integer, nullable=False, server_default=text(str(MAX_ATTEMPTS))),
    Column("run_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    # While running: whose it is, until when, and which holding this is. A holder whose generation is gone is too late.
    Column("worker", Text),
    Column("lease_until", DateTime(timezone=True)),
    Column("generation", Integer, nullable=False, server_default=text("0")),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True)),
    CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'dead')", name="state"),
    Index(
        "uq_work_unfinished",
        "tenant_key",
        "kind",
        "dedupe_key",
        unique=True,
        postgresql_where=text("state in ('queued', 'running')"),
    ),
    Index("ix_work_queued", "run_at", "id", postgresql_where=text("state = 'queued'")),
    Index("ix_work_running", "lease_until", postgresql_where=text("state = 'running'")),
    Index("ix_work_finished", "finished_at", postgresql_where=text("finished_at is not null")),
    Index("ix_work_tenant_key_created_at", "tenant_key", "created_at"),
)

schedule_runs = Table(
    "schedule_runs",
    hub_metadata,
    Column("name", Text, primary_key=True),
    # The newest time of the entry's cron expression for which work was submitted.
    Column("last_slot", DateTime(timezone=True), nullable=False),
)
