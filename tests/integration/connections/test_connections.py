"""Connections: added once per plugin and name, and marked by how they fare."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from hub.connections import service
from hub.errors import ConflictError, NotFoundError


def test_a_name_is_taken_once_per_plugin(tenant_session):
    first = service.create(tenant_session, "csv", "Main", {"date_order": "dmy"})
    service.create(tenant_session, "other", "Main", {})
    with pytest.raises(ConflictError, match="csv connection named 'Main' already"):
        service.create(tenant_session, "csv", "Main", {})
    assert service.ensure(tenant_session, "csv", "Main", {"ignored": True}) == first
    assert service.get(tenant_session, first).config == {"date_order": "dmy"}
    assert [(each.plugin, each.name) for each in service.list_connections(tenant_session)] == [
        ("csv", "Main"), ("other", "Main"),
    ]  # fmt: skip


def test_it_says_what_it_needs_until_a_run_goes_through(tenant_session):
    connection = service.create(tenant_session, "csv", "Main", {})
    service.need_attention(tenant_session, connection, "Sign in again.")
    shown = service.get(tenant_session, connection)
    assert (shown.status, shown.reason, shown.last_run_at) == ("needs_attention", "Sign in again.", None)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    service.note_run(tenant_session, connection, now)
    shown = service.get(tenant_session, connection)
    assert (shown.status, shown.reason, shown.last_run_at) == ("ready", None, now)


def test_an_unknown_one_is_not_found(tenant_session):
    with pytest.raises(NotFoundError):
        service.get(tenant_session, uuid4())
