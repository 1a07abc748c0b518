"""What keeps runs from their end, and that somebody is told of it: limits, outages, providers without an end."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.connections import service as connections
from hub.sdk.connector import Page
from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sdk.manifest import Auth
from hub.sync import service
from tests.integration.sync.changing import ChangingBooks, Killed
from tests.integration.sync.test_kinds import books, hub, run, some

__all__ = ["books", "hub"]

DAY = TransientError("the day's calls are used up", retry_after=40_000)


@pytest.fixture
def calling(books) -> ChangingBooks:
    """Books that are called, as the schedule sees them."""
    books.fill(4)
    books.auth = (Auth(method="key", kind="api_key", title="Key"),)
    return books


@pytest.fixture
def now(hub) -> datetime:
    """Three days after the connection was made and last read."""
    with hub.transaction() as session:
        then = {"at": hub.now, "id": hub.connection_id}
        session.execute(text("update connections set created_at = :at, last_run_at = :at where id = :id"), then)
        session.execute(text("delete from notices"))
    return hub.now + timedelta(days=3)


def due(hub, books, now: datetime) -> Any:
    with hub.transaction() as session:
        service.request_due(session, books, "increment", now)
        return connections.get(session, hub.connection_id)


def ran(hub, status: str, reason: str | None, at: datetime, *, silent: bool = False, kind: str = "increment") -> None:
    values = {"id": hub.connection_id, "status": status, "reason": reason, "at": at, "kind": kind}
    heartbeat = "now() - interval '1 hour'" if silent else "now()"
    with hub.transaction() as session:
        session.execute(
            text(
                "insert into sync_runs (connection_id, work_id, kind, status, reason, started_at, heartbeat_at)"
                f" values (:id, gen_random_uuid(), :kind, :status, :reason, :at, {heartbeat})"
            ),
            values,
        )


@pytest.mark.parametrize(
    ("status", "silent", "said"),
    [("waiting", False, "the day is full"), ("failed", False, "the day is full"), ("running", True, "without a word")],
)
def test_that_no_run_comes_to_its_end_for_a_day_is_told_once(hub, calling, now, status, silent, said):
    ran(hub, "failed", "the day is full", now - timedelta(hours=30))
    ran(hub, status, "the day is full" if status != "running" else None, now - timedelta(hours=1), silent=silent)
    told = due(hub, calling, now)
    assert told.status == "needs_attention"
    assert told.reason.startswith("No run has come to its end since 2026-03-01 ") and said in told.reason
    due(hub, calling, now + timedelta(hours=1))
    assert hub.query("select kind, seen_at from notices") == [("needs_attention", None)]


@pytest.mark.parametrize(
    "what", ["failed an hour ago", "under way", "went through", "single records failed", "nothing"]
)
def test_what_is_no_trouble_yet_is_not_told(hub, calling, now, what):
    match what:
        case "failed an hour ago":
            ran(hub, "failed", "busy", now - timedelta(hours=1))
        case "under way":
            ran(hub, "failed", "busy", now - timedelta(hours=30))
            ran(hub, "running", None, now - timedelta(minutes=1))
        case "went through":
            ran(hub, "failed", "busy", now - timedelta(hours=30))
            ran(hub, "ok", None, now - timedelta(minutes=1))
        case "single records failed":
            ran(hub, "failed", "busy", now - timedelta(hours=30), kind="some")
    assert due(hub, calling, now).status == "ready"


def test_days_of_waiting_end_with_a_run_that_goes_through(hub, books):
    books.fill(4)
    work = None
    for _ in range(7):
        books.failing = {len(books.pages): DAY}
        with pytest.raises(TransientError):
            run(hub, again=work is not None)
        work = hub.work_id
    assert hub.query("select status from sync_runs") == [("waiting",)]
    assert run(hub, again=True)["status"] == "ok"
    assert hub.query("select status from connections where plugin = 'fake'") == [("ready",)]


def test_that_single_records_can_be_read_mends_nothing(hub, books):
    books.fill(4)
    run(hub)
    books.put("invoices", "i9", customer="c0", total="1.00")
    books.failing = {len(books.pages): RefusedError("no access to payments", status=403)}
    with pytest.raises(RefusedError):
        run(hub)
    assert some(hub, "invoices", "i0")["status"] == "ok"
    query = "select status, reason from connections where plugin = 'fake'"
    assert hub.query(query) == [("needs_attention", "no access to payments")]


def test_the_same_page_without_an_end_is_refused(hub, books, monkeypatch):
    books.fill(4)
    item = books.items["invoices"]["i0"]

    def forever(stream, cursor):
        while True:
            yield Page(items=[item], cursor="list:1")

    for kind in (None, "full"):
        monkeypatch.setattr(books, "read", forever)
        with pytest.raises(RefusedError, match="again and again"):
            run(hub, kind)
    assert hub.query("select status from connections where plugin = 'fake'") == [("needs_attention",)]


@pytest.mark.parametrize("cursor", ["x" * 10_001, "\0", 7], ids=["long", "NUL", "number"])
def test_a_cursor_that_cannot_be_kept(hub, books, monkeypatch, cursor):
    monkeypatch.setattr(books, "read", lambda stream, held: iter([Page(items=[], cursor=cursor)]))
    with pytest.raises(ConfigError, match="a place that cannot be noted"):
        run(hub)


def test_a_run_ends_once_its_connection_is_disconnected(hub, books, monkeypatch):
    books.fill(9)
    read = books.read

    def end_it_after_a_page(stream, cursor):
        for page in read(stream, cursor):
            yield page
            if stream == "invoices":
                with hub.transaction() as session:
                    connections.set_status(session, hub.connection_id, "disconnected")

    monkeypatch.setattr(books, "read", end_it_after_a_page)
    with pytest.raises(ConfigError, match="was disconnected, so this run ends"):
        run(hub)
    assert hub.query("select count(*) from invoices") == [(books.size,)]
    assert hub.query("select status from connections where plugin = 'fake'") == [("disconnected",)]


def test_a_reason_that_no_database_takes_is_kept_as_it_can_be(hub, books):
    books.fill(2)
    books.failing = {0: AuthError("no\0 \ud800" + "x" * 5_000)}
    with pytest.raises(AuthError):
        run(hub)
    ((reason, line),) = hub.query("select reason, log -> -1 ->> 'text' from sync_runs")
    assert reason.startswith("no   xxx") and len(reason) == 1000 and line.startswith("no   xxx")
    assert hub.query("select status from connections where plugin = 'fake'") == [("needs_reconnect",)]


def test_a_worker_that_dies_again_and_again_leaves_what_it_stored(hub, books):
    books.fill(9)
    hub.work_id = uuid4()
    for page in range(3):
        books.failing = {len(books.pages) + page: Killed()}
        with pytest.raises(Killed):
            run(hub, again=True)
    assert run(hub, again=True)["status"] == "ok"
    assert hub.query("select count(*) from invoices") == [(9,)]
    assert hub.query("select count(*), max(status) from sync_runs") == [(1, "ok")]
