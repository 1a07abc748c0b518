"""Kinds of runs: the first, the increments, all of it anew, and single records; and what interrupts them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub.connections import service as connections
from hub.errors import ConflictError
from hub.events import FirstPagesStored, SyncFinished
from hub.jobs import service as jobs
from hub.sdk.connector import Stream
from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sdk.manifest import Auth
from hub.sync import runs, service
from hub.sync.standing import standing
from tests.integration.sync.changing import ChangingBooks, Killed

OPEN = "select external_id from invoices where status <> 'deleted' order by 1"
GONE = "select external_id from invoices where status = 'deleted' order by 1"
CURSORS = "select stream, cursor from sync_cursors order by 1"


@pytest.fixture
def books(hub):
    """The hub's connection is to these books from now on."""
    books = ChangingBooks()
    hub.provider = books
    type(hub).registry = property(lambda self: self.provider)
    yield books
    del type(hub).registry


@pytest.fixture
def hub(hub):
    """As a class of its own, whose registry can be another."""
    hub.__class__ = type("Hub", (type(hub),), {})
    return hub


def run(hub, kind: str | None = None, *, again: bool = False) -> dict[str, Any]:
    hub.now += timedelta(hours=1)
    hub.work_id = hub.work_id if again else uuid4()
    return service.run(hub, hub.connection_id, kind, now=hub.now)


def some(hub, stream: str, *ids: str) -> dict[str, Any]:
    hub.now += timedelta(hours=1)
    hub.work_id = uuid4()
    return service.run_some(hub, hub.connection_id, stream, list(ids), now=hub.now)


def log_of(hub, run_id: str) -> list[str]:
    with hub.transaction() as session:
        return [line["text"] for line in service.get(session, run_id)["log"]]


@pytest.mark.parametrize("kind", [None, "full"])
def test_a_run_says_how_far_each_stream_is(hub, books, kind):
    books.fill(4)
    if kind:
        run(hub)
    made = run(hub, kind)
    with hub.transaction() as session:
        progress = service.get(session, UUID(made["run_id"]))["progress"]
        assert progress.keys() == {stream.name for stream in books.streams}
        assert all(each["done"] for each in progress.values())
        assert {name: each["items"] for name, each in progress.items()} == made["items"]
        shown = standing(session, hub.connection_id, hub.now.date())
    assert shown["newest_run"]["id"] == UUID(made["run_id"]) and not shown["is_under_way"]
    assert shown["records"]["invoice"] == 4
    assert shown["ties_out"] is None, "these books state no totals"


def test_the_first_run_is_a_backfill_and_those_after_it_are_increments(hub, books):
    books.fill(4)
    first = run(hub)
    assert (first["kind"], first["status"], first["items"]) == (
        "backfill",
        "ok",
        {"customers": 2, "invoices": 4, "payments": 2},
    )
    assert hub.query("select last_full_run_at from connections where plugin = 'fake'") == [(hub.now,)]
    books.put("invoices", "i9", customer="c0", total="12.50")
    second = run(hub)
    assert (second["kind"], second["items"]) == ("increment", {"customers": 0, "invoices": 1, "payments": 0})
    assert (len(hub.query(OPEN)), hub.query("select kind from sync_runs order by started_at")) == (
        5,
        [("backfill",), ("increment",)],
    )


def test_a_backfill_reads_what_is_newest_of_every_stream_first(hub, books):
    books.fill(40)
    result = run(hub)
    streams = [stream for stream, _ in books.pages]
    # Five pages of each, then the rest; customers and payments have fewer.
    assert streams[:11] == ["customers", *["invoices"] * 5, *["payments"] * 5]
    assert set(streams[11:]) == {"invoices", "payments"}
    announced, finished = hub.events
    assert announced == FirstPagesStored(
        tenant=hub.tenant, connection_id=str(hub.connection_id), run_id=result["run_id"]
    )
    assert isinstance(finished, SyncFinished)
    assert len(hub.query(OPEN)) == 40


def test_a_small_backfill_announces_nothing_before_its_end(hub, books):
    books.fill(6)
    run(hub)
    assert [type(event) for event in hub.events] == [SyncFinished]


@pytest.mark.parametrize("kind", [None, "full"])
def test_killed_after_any_page_it_goes_on_and_ends_in_the_same_ledger(hub, books, kind):
    books.size = 2
    books.fill(5)
    if kind:
        run(hub)
        books.put("invoices", "i2", unseen=True, total="11.00")
        gone = books.items["invoices"].pop("i4")
    before = len(books.pages)
    run(hub, kind)
    expected, pages = hub.ledger(), len(books.pages) - before
    assert pages >= 4
    for page in range(pages):
        hub.empty()
        if kind:
            books.items["invoices"]["i4"] = gone
            run(hub)
            del books.items["invoices"]["i4"]
        books.pages.clear()
        books.failing = {page: Killed()}
        with pytest.raises(Killed):
            run(hub, kind)
        result = run(hub, kind, again=True)
        assert (hub.ledger(), result["status"]) == (expected, "ok"), f"after page {page}"
        assert len(books.pages) == pages, "no page is read twice"
        assert hub.query("select count(*) from sync_seen") == [(0,)]
        assert "going on where the last attempt stopped" in "".join(log_of(hub, result["run_id"]))


def test_an_increment_that_brings_nothing_writes_its_own_row_and_nothing_else(hub, books):
    books.fill(4)
    run(hub)
    books.put("invoices", "i1", customer="c1", total="10.00", unseen=False)
    run(hub)
    before = _written(hub)
    pages = len(books.pages)
    result = run(hub)
    assert (result["status"], result["changed"], len(books.pages)) == ("ok", 0, pages)
    assert _written(hub) == before


def test_a_full_run_finds_what_no_increment_shows(hub, books):
    books.fill(4)
    run(hub)
    books.put("invoices", "i0", unseen=True, total="99.00")
    books.put("payments", "p1", unseen=True, pays="")
    del books.items["invoices"]["i2"]
    assert run(hub)["changed"] == 0
    result = run(hub, "full")
    assert (result["kind"], result["status"], result["counts"]["invoice"]["deleted"]) == ("full", "ok", 1)
    assert hub.query(GONE) == [("i2",)]
    assert hub.query("select total from invoices where external_id = 'i0'")[0][0] == 99
    assert hub.query("select unapplied from payments where external_id = 'p1'")[0][0] == 10
    assert hub.query("select last_full_run_at from connections where plugin = 'fake'") == [(hub.now,)]
    assert hub.query("select count(*) from sync_seen") == [(0,)]
    assert "1 invoices are gone at the provider." in log_of(hub, result["run_id"])
    # The next increments know what there is: nothing is read again.
    assert run(hub)["items"] == {"customers": 0, "invoices": 0, "payments": 0}


def test_the_increments_cursor_stays_until_a_stream_is_read_to_its_end(hub, books):
    books.fill(7)
    run(hub)
    cursors = hub.query(CURSORS)
    books.put("invoices", "i9", customer="c0", total="12.50")
    books.pages.clear()
    books.failing = {3: Killed()}
    with pytest.raises(Killed):
        run(hub, "full")
    assert [stream for stream, _ in books.pages] == ["customers", "invoices", "invoices"]
    assert [cursor for stream, cursor in hub.query(CURSORS) if stream != "customers"] == [cursors[1][1], cursors[2][1]]
    run(hub, "full", again=True)
    assert {cursor for _, cursor in hub.query(CURSORS)} == {f"since:{books.changes}"}


def test_what_an_increment_brought_while_a_full_run_waited_is_not_taken_for_gone(hub, books):
    books.size = 2
    books.fill(4)
    run(hub)
    books.pages.clear()
    books.failing = {2: TransientError("enough for today", retry_after=7200)}
    with pytest.raises(TransientError):
        run(hub, "full")
    full = hub.work_id
    # It is newer than the page at which the full run stopped, which will therefore not come by it.
    books.put("invoices", "i9", customer="c0", total="12.50")
    assert run(hub)["changed"] == 1
    del books.items["invoices"]["i0"]
    hub.work_id = full
    result = run(hub, "full", again=True)
    assert (result["status"], hub.query(GONE)) == ("ok", [("i0",)])
    assert ("i9",) in hub.query(OPEN)


def test_what_the_listing_overlooks_is_asked_for_before_it_is_deleted(hub, books):
    books.fill(4)
    run(hub)
    books.overlooked = {"i3", "i2"}
    del books.items["invoices"]["i2"]
    result = run(hub, "full")
    assert sorted(books.asked[0][1]) == ["i2", "i3"]
    assert (hub.query(GONE), result["status"]) == ([("i2",)], "ok")


def test_without_a_way_to_ask_the_listing_is_believed(hub, books):
    books.fill(4)
    run(hub)
    books.read_some = None
    del books.items["invoices"]["i2"]
    result = run(hub, "full")
    assert hub.query(GONE) == [("i2",)]
    assert "1 invoices were not in the full listing and are gone." in log_of(hub, result["run_id"])


@pytest.mark.parametrize("lacking", [6, 30])
def test_a_listing_that_lacks_too_much_deletes_nothing(hub, books, lacking):
    books.fill(30)
    run(hub)
    books.overlooked = {f"i{number}" for number in range(lacking)} | {f"p{number}" for number in range(lacking)}
    before = hub.ledger()["invoices"]
    result = run(hub, "full")
    assert hub.query(GONE) == []
    assert hub.ledger()["invoices"] == before
    if lacking == 30:
        assert result["status"] == "suspicious"
        assert "the full listing lacks 30 of 30 invoice records, so these were kept" in result["reason"]
    assert hub.query("select count(*) from sync_seen") == [(0,)]


def test_what_could_not_be_used_is_not_taken_for_gone(hub, books):
    books.fill(6)
    run(hub)
    books.put("invoices", "i3", unseen=True, bad=True)
    del books.items["invoices"]["i5"]
    del books.items["payments"]["p5"]
    result = run(hub, "full")
    assert (result["status"], hub.query(GONE)) == ("partial", [])
    # Of other streams, what is gone is deleted.
    assert hub.query("select external_id from payments where deleted_on is not null") == [("p5",)]
    with hub.transaction() as session:
        assert "left to the next full sync: invoices" in service.get(session, result["run_id"])["warnings"][0]


def test_entities_that_not_all_their_streams_list_whole_are_never_swept(hub, books):
    books.streams = (*books.streams[:2], Stream(name="payments", entity="payment"))
    books.fill(4)
    run(hub)
    del books.items["payments"]["p1"]
    run(hub, "full")
    assert hub.query("select count(*) from payments where deleted_on is not null") == [(0,)]


def test_a_full_run_that_fails_deletes_nothing(hub, books):
    books.fill(8)
    run(hub)
    del books.items["invoices"]["i0"]
    books.pages.clear()
    books.failing = {5: RefusedError("no such page", status=400)}
    with pytest.raises(RefusedError):
        run(hub, "full")
    assert hub.query(GONE) == []
    assert hub.query("select last_full_run_at < (select max(started_at) from sync_runs) from connections") == [(True,)]


def test_single_records_are_read_again_and_no_cursor_moves(hub, books):
    books.fill(4)
    run(hub)
    cursors = hub.query(CURSORS)
    books.put("invoices", "i0", total="15.00")
    del books.items["invoices"]["i2"]
    result = some(hub, "invoices", "i0", "i2", "never-was")
    assert (result["kind"], result["status"], result["counts"]["invoice"]["deleted"]) == ("some", "ok", 1)
    assert hub.query("select total from invoices where external_id = 'i0'")[0][0] == 15
    assert (hub.query(GONE), hub.query(CURSORS)) == ([("i2",)], cursors)
    assert result["tie_out"] is None
    # The increment that follows brings the same again, and it is nothing new.
    assert run(hub)["changed"] == 0


def test_what_others_could_not_be_used_beside_stays(hub, books):
    books.fill(4)
    run(hub)
    books.put("invoices", "i0", bad=True)
    del books.items["invoices"]["i2"]
    result = some(hub, "invoices", "i0", "i2")
    assert (result["rejected"], hub.query(GONE)) == (1, [])


@pytest.mark.parametrize("stream", ["journals", "invoices"])
def test_what_a_connector_cannot_read_singly_is_a_mistake_that_is_named(hub, books, stream):
    if stream == "invoices":
        books.read_some = None
    with pytest.raises(ConfigError, match=f"cannot read single records of {stream}"):
        some(hub, stream, "1")


def test_findings_are_worked_out_anew_after_single_records_have_changed_something(hub, books):
    books.fill(2)
    run(hub)
    books.put("invoices", "i7", customer="nobody", total="1.00")
    some(hub, "invoices", "i7")
    assert run(hub)["findings"] == {"invoices_without_customer": 1}


def test_a_long_wait_that_the_provider_asks_for_is_no_failure(hub, books):
    books.fill(8)
    books.failing = {2: TransientError("the day's calls are used up", retry_after=36_000)}
    with pytest.raises(TransientError):
        run(hub)
    ((status, reason, finished),) = hub.query("select status, reason, finished_at from sync_runs")
    until = hub.now + timedelta(hours=10)
    assert (status, finished) == ("waiting", None)
    assert reason == f"Waiting for the provider's limit until {until:%Y-%m-%d %H:%M} UTC: the day's calls are used up"
    with hub.transaction() as session:
        assert hub.query("select heartbeat_at > started_at + interval '9 hours' from sync_runs") == [(True,)]
        (shown,) = service.list_runs(session, status="waiting")
    assert shown["warnings"] == [reason]
    assert run(hub, again=True)["status"] == "ok"
    assert hub.query("select count(*), max(status) from sync_runs") == [(1, "ok")]


def test_a_short_wait_is_a_failure_that_is_tried_again(hub, books):
    books.fill(2)
    books.failing = {1: TransientError("busy", retry_after=60)}
    with pytest.raises(TransientError):
        run(hub)
    assert hub.query("select status, reason from sync_runs") == [("failed", "busy")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (AuthError("sign in again"), "needs_reconnect"),
        (RefusedError("no access to payments", status=403), "needs_attention"),
        (ConfigError("no such company"), "needs_attention"),
        (TransientError("busy"), "ready"),
    ],
)
def test_what_a_person_has_to_mend_is_said_of_the_connection(hub, books, error, status):
    books.fill(2)
    books.failing = {1: error}
    with pytest.raises(type(error)):
        run(hub)
    assert hub.query("select status from connections where plugin = 'fake'") == [(status,)]
    run(hub)
    assert hub.query("select status, reason from connections where plugin = 'fake'") == [("ready", None)]


class Calls:
    """What the hub counts and remembers of calls, as hub.connections.calling has it."""

    def __init__(self) -> None:
        self.stats = type("Stats", (), {"calls": 0, "retries": 1, "waited_seconds": 2.4, "bytes": 0})()
        self.log = ["GET /invoices 200 12 ms", "GET /payments 503 40 ms"]
        self.is_closed = False

    def close(self) -> None:
        self.is_closed = True


def test_a_run_keeps_what_it_asked_of_the_provider(hub, books, monkeypatch):
    made: list[Calls] = []
    books.auth = (Auth(method="key", kind="api_key", title="Key"),)
    monkeypatch.setattr("hub.connections.calling.open_api", lambda *_: made.append(Calls()) or made[-1])
    books.fill(8)
    page = books._page

    def counted(stream, cursor):
        made[-1].stats.calls += 1
        page(stream, cursor)

    books._page = counted
    books.failing = {3: TransientError("busy")}
    with pytest.raises(TransientError):
        run(hub)
    assert made[0].is_closed
    result = run(hub, again=True)
    assert made[1].is_closed
    # Over both attempts; the one that failed is among them.
    assert hub.query("select calls from sync_runs") == [(4 + 3,)]
    lines = log_of(hub, result["run_id"])
    assert "GET /payments 503 40 ms" in lines
    assert "3 calls to the provider, 1 of them tried again, 2 s spent waiting for its limits." in lines
    assert lines[-1].startswith("Ended ok: ")


def test_the_schedule_asks_for_what_is_due_and_lets_the_rest_be(hub, books):
    books.auth = (Auth(method="key", kind="api_key", title="Key"),)
    now = datetime.now(UTC)
    ids = {}
    with hub.transaction() as session:
        session.execute(text("delete from connections"))
        for name in ("ready", "needs_attention", "paused", "pending", "needs_reconnect", "disconnected"):
            ids[name] = connections.create(session, "fake", name, {}, status=name)
        session.execute(text("update connections set last_run_at = :at"), {"at": now - timedelta(days=8)})
        asked = service.request_due(session, books, "increment", now)
        assert set(asked) == {ids["ready"], ids["needs_attention"]}
        # Read whole a week ago, a day ago, and never: that is the first increment's to do.
        assert service.request_due(session, books, "full", now) == []
        session.execute(
            text("update connections set last_full_run_at = :at where name = 'ready'"), {"at": now - timedelta(days=7)}
        )
        session.execute(
            text("update connections set last_full_run_at = :at where name = 'needs_attention'"),
            {"at": now - timedelta(days=1)},
        )
        assert service.request_due(session, books, "full", now) == [ids["ready"]]
        # One that is being read, or waits, is left alone.
        runs.start(session, ids["ready"], uuid4(), "increment", now)
        assert service.request_due(session, books, "increment", now) == [ids["needs_attention"]]
        # As is one that calls nobody, or whose plugin is gone.
        books.auth = ()
        assert service.request_due(session, books, "increment", now) == []
        session.rollback()


def test_asking_for_a_run(hub, books):
    with hub.transaction() as session:
        first = service.request_sync(session, hub.connection_id)
        assert service.request_sync(session, hub.connection_id, "increment") == first
        full = service.request_sync(session, hub.connection_id, "full")
        assert full != first
        assert jobs.get(session, full)["kind"] == "sync.run"
        for status in ("paused", "disconnected", "pending", "choose_account"):
            session.execute(text("update connections set status = :status"), {"status": status})
            with pytest.raises(ConflictError, match=status.replace("_", " ")):
                service.request_sync(session, hub.connection_id)
        session.rollback()


@pytest.mark.parametrize("status", ["paused", "disconnected"])
def test_work_that_was_asked_for_before_a_connection_was_paused_does_nothing(hub, books, status):
    with hub.transaction() as session:
        session.execute(text("update connections set status = :status"), {"status": status})
    assert run(hub)["skipped"] == status
    assert some(hub, "invoices", "i1")["skipped"] == status
    assert hub.query("select count(*) from sync_runs") == [(0,)]


def test_what_a_full_run_came_by_is_forgotten_with_it(hub, books):
    books.size = 2
    books.fill(6)
    run(hub)
    for _ in range(2):
        books.pages.clear()
        books.failing = {2: RefusedError("no", status=400)}
        with pytest.raises(RefusedError):
            run(hub, "full")
        # That of the run before has gone.
        assert hub.query("select count(distinct run_id) from sync_seen") == [(1,)]
    run(hub, "full")
    assert hub.query("select count(*) from sync_seen") == [(0,)]


def test_single_records_wait_for_the_run_under_way(hub, books):
    books.fill(6)
    books.failing = {2: Killed()}
    with pytest.raises(Killed):
        run(hub)
    with pytest.raises(TransientError, match="under way") as caught:
        some(hub, "invoices", "i1")
    assert caught.value.retry_after == 300


def _written(hub) -> dict[str, list[tuple]]:
    """Where each row lies and who wrote it: any write, even of the same values, shows."""
    tables = ("customers", "invoices", "payments", "allocations", "ledger_versions", "agg_day", "agg_customer")
    tables += ("sync_cursors", "sync_pages", "sync_seen", "sync_rejects")
    return {table: hub.query(f"select ctid::text, xmin::text, xmax::text from {table} order by 1") for table in tables}
