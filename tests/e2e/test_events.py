"""Streams of what happens, at the API as `paypredict up` serves it: many, each its own tenant's, none for ever."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from hub import live
from hub.cli.up import environment, programs
from hub.http.auth import csrf_token
from hub.http.streams import Bounds
from hub.identity import keys, sessions, users
from hub.tenants import service as tenants

ROOT = Path(__file__).parents[2]
HANGS = 20  # seconds; what takes longer does not work


class Listener:
    """One open stream."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self.connection = HTTPConnection("127.0.0.1", port, timeout=HANGS)
        self.connection.request("GET", "/api/events", headers=headers)
        self.response: HTTPResponse = self.connection.getresponse()
        self.status = self.response.status

    def next(self) -> dict[str, str] | None:
        """The fields of the next event; None at the proper end of the stream."""
        fields = {}
        while line := self.response.readline():
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if line == b"\n" and "data" in fields:
                return fields
            if name:
                fields[name] = value
        assert self.response.isclosed(), "cut off"
        return None

    def news(self) -> dict[str, str]:
        fields = self.next()
        assert fields is not None, "the stream has ended"
        return json.loads(fields["data"])

    def close(self) -> None:
        self.response.close()
        self.connection.close()


class Served:
    """A running API of one process with four threads."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.process = port, process

    def ask(self, path: str, headers: dict[str, str], method: str = "GET", body: bytes | None = None):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=HANGS)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def listen(self, stack: ExitStack, headers: dict[str, str]) -> Listener:
        """A stream that has begun."""
        listener = Listener(self.port, headers)
        stack.callback(listener.close)
        assert listener.status == 200, listener.response.read()
        assert listener.news() == {"kind": "open"}
        return listener


@contextmanager
def serving(settings, application):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    few = replace(settings, port=port, api_workers=1, api_threads=4, log_level="WARNING")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PAYPREDICT_")}
    *command, _ = programs(few)[0][0].command
    process = subprocess.Popen(
        [*command, application], env=environment(few, environ), cwd=ROOT, stdout=sys.stderr, stderr=sys.stderr
    )
    try:
        served = Served(port, process)
        deadline = time.monotonic() + 60
        while True:
            try:
                assert served.ask("/readyz", {})[0] == 200
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield served
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def served(settings, storage):
    live.connect(settings)
    with serving(settings, "asgi:app") as served:
        yield served


@pytest.fixture(scope="module")
def brisk(settings, storage):
    live.connect(settings)
    with serving(settings, "tests.e2e.brisk:app") as served:
        yield served


def bearer(storage, tenant, **options):
    with storage.hub() as session:
        return {"Authorization": f"Bearer {keys.create(session, tenant, 'stream', **options)}"}


@pytest.fixture
def key(storage, tenant):
    return bearer(storage, tenant)


@pytest.fixture
def person(settings, storage, tenant):
    """A member who has signed in: their id, and the headers of their browser."""
    now = datetime.now(UTC)
    with storage.hub() as session:
        user = users.ensure(session, f"listener-{now.timestamp()}@example.com")
        users.join(session, user.id, tenant, "member")
        cookie = sessions.create(session, user.id, "password", now, settings=settings, tenant_key=tenant)
    return user.id, {"Cookie": f"paypredict={cookie}", "X-CSRF-Token": csrf_token(cookie)}


def test_what_happens_is_told_with_an_id_and_never_more_than_kinds_and_ids(served, tenant, key):
    with ExitStack() as stack:
        listener = served.listen(stack, key | {"Last-Event-ID": "1700000000000-7; nonsense"})
        assert listener.response.headers["Content-Type"] == "text/event-stream"
        assert listener.response.headers["Cache-Control"] == "no-store"
        assert "Content-Length" not in listener.response.headers
        live.tell(tenant, "sync-finished", connection_id="c1", run_id="r1")
        live.tell(tenant, "notice")
        told = [listener.next(), listener.next()]
    assert [json.loads(each["data"]) for each in told] == [
        {"kind": "sync-finished", "connection_id": "c1", "run_id": "r1"},
        {"kind": "notice"},
    ]
    assert told[0]["id"] != told[1]["id"]


def test_another_tenants_news_are_not_told(served, storage, tenant, key):
    other = tenants.create(storage, "Elsewhere").key
    with ExitStack() as stack:
        ours, theirs = served.listen(stack, key), served.listen(stack, bearer(storage, other))
        for number in range(20):
            live.tell(tenant, "notice", number_id=str(number))
        live.tell(other, "notice", number_id="theirs")
        assert theirs.news() == {"kind": "notice", "number_id": "theirs"}
        assert [ours.news()["number_id"] for _ in range(20)] == [str(number) for number in range(20)]


def test_a_tenants_key_that_looks_like_a_pattern_of_another_is_not_one(served, storage, tenant, key):
    with ExitStack() as stack:
        ours = served.listen(stack, key)
        live.tell(f"{tenant}_x", "notice", of_id="another")
        live.tell(tenant, "notice", of_id="ours")
        assert ours.news()["of_id"] == "ours"


def test_a_write_through_the_api_and_its_job_are_told(served, key):
    with ExitStack() as stack:
        listener = served.listen(stack, key)
        status, _, body = served.ask("/api/predictions", key | {"Content-Type": "application/json"}, "POST", b"{}")
        assert status == 202
        told = [listener.news(), listener.news()]
    assert {"kind": "written", "path": "/api/predictions"} in told
    assert {"kind": "job", "job_id": json.loads(body)["id"], "work": "forecasting.score"} in told


def test_as_many_tabs_as_may_and_then_503(served, key):
    with ExitStack() as stack:
        opened = [served.listen(stack, key) for _ in range(Bounds().of_caller)]
        status, headers, body = served.ask("/api/events", key)
        assert (status, json.loads(body)["code"]) == (503, "unavailable")
        assert int(headers["retry-after"]) > 0
        assert served.ask("/api/invoices", key)[0] == 200
        opened[0].close()
        # Its place is free as soon as the server notices.
        deadline = time.monotonic() + HANGS
        while (again := Listener(served.port, key)).status == 503 and time.monotonic() < deadline:
            again.close()
            time.sleep(0.05)
        stack.callback(again.close)
        assert again.status == 200


def test_two_hundred_streams_keep_nobody_waiting_and_all_are_told(served, storage, tenant, key):
    callers = [bearer(storage, tenant) for _ in range(40)]
    with ExitStack() as stack:
        listeners = [served.listen(stack, caller) for caller in callers for _ in range(5)]
        for _ in range(20):
            assert served.ask("/api/invoices", key)[0] == 200
        live.tell(tenant, "notice")
        assert all(listener.news() == {"kind": "notice"} for listener in listeners)
        assert served.ask("/api/tenant", key)[0] == 200


def test_a_stream_ends_with_its_session(brisk, person):
    _, browser = person
    with ExitStack() as stack:
        listener = brisk.listen(stack, browser)
        assert brisk.ask("/api/session", browser, "DELETE")[0] < 300
        while (fields := listener.next()) is not None:
            assert json.loads(fields["data"])["kind"] == "written"
    assert brisk.ask("/api/events", browser)[0] == 401


def test_a_stream_ends_with_the_place_in_its_tenant(brisk, storage, tenant, person):
    user_id, browser = person
    with ExitStack() as stack:
        listener = brisk.listen(stack, browser)
        with storage.hub() as session:
            users.join(session, user_id, tenant, "viewer")
        assert listener.next() is None


def test_an_open_stream_is_no_use_of_the_session(brisk, storage, person):
    user_id, browser = person
    with ExitStack() as stack:
        listener = brisk.listen(stack, browser)
        with storage.hub() as session:
            (before,) = [each.last_seen_at for each in of(session, user_id)]
            # Looked at from now on, it would be noted that it is in use: that is done once a minute.
            session.connection().exec_driver_sql("update hub.sessions set last_seen_at = now() - interval '2 minutes'")
        for _ in range(5):
            assert listener.response.readline()  # a heartbeat follows a look
        with storage.hub() as session:
            assert [each.last_seen_at < before for each in of(session, user_id)] == [True]


def of(session, user_id):
    from hub.settings import Settings

    return sessions.list_live(session, user_id, datetime.now(UTC), Settings.load({}))


def test_a_keys_stream_asks_for_the_key_again(brisk, key):
    with ExitStack() as stack:
        listener = brisk.listen(stack, key)
        assert listener.next() is None


def test_a_process_holds_only_so_many(brisk, storage, tenant, person):
    _, browser = person
    with ExitStack() as stack:
        for _ in range(3):
            brisk.listen(stack, browser)
        assert brisk.ask("/api/events", browser)[0] == 503


def test_the_server_stops_although_streams_are_open(settings, storage, tenant, person):
    _, browser = person
    with serving(settings, "asgi:app") as served, ExitStack() as stack:
        listeners = [served.listen(stack, browser) for _ in range(5)]
        served.process.send_signal(signal.SIGTERM)
        # Each has its proper end: a server that waits in vain is killed, and cuts them off.
        assert [listener.next() for listener in listeners] == [None] * 5
        assert served.process.wait(HANGS) == 0


def test_streams_end_when_valkey_is_lost_and_can_be_had_again(served, redis_of, tenant, key):
    with ExitStack() as stack:
        listener = served.listen(stack, key)
        redis_of.client_kill_filter(_type="pubsub")
        assert listener.next() is None
        again = served.listen(stack, key)
        live.tell(tenant, "notice")
        assert again.news() == {"kind": "notice"}


@pytest.fixture
def redis_of(settings):
    import redis

    with redis.Redis.from_url(settings.redis_url) as client:
        yield client
