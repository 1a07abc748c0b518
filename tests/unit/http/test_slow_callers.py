"""The gateway by itself: who waits where, for how long, and what is answered when there is no room."""

import asyncio
import threading
from functools import wraps

import orjson

from hub.http.gateway import BUFFERED_BYTES, Gateway, Patience, TooSlowError, environ_of

QUICK = Patience(body=0.2, stall=0.2, bytes_per_second=1, waiting=2, streams=1)
SCOPE = {
    "type": "http",
    "method": "POST",
    "path": "/kö",
    "query_string": b"a=1",
    "http_version": "1.1",
    "scheme": "http",
    "server": ("127.0.0.1", 8000),
    "client": ("203.0.113.7", 4711),
    "headers": [(b"host", b"hub"), (b"transfer-encoding", b"chunked")],
}
PATIENT = 30  # a test that waits longer hangs


def in_a_loop(test):
    """Run a test that is a coroutine."""

    @wraps(test)
    def run():
        asyncio.run(test())

    return run


class Caller:
    """One request: its body piece by piece (None: no more, and no end either), and how much of the answer it takes."""

    def __init__(self, gateway, *pieces, takes=100, leaves=False):
        self._pieces, self._takes, self._leaves = list(pieces), takes, leaves
        self.sent = []
        self.task = asyncio.ensure_future(gateway(SCOPE, self._receive, self._send))

    async def _receive(self):
        if not self._pieces:
            return {"type": "http.disconnect"}
        piece = self._pieces.pop(0)
        if piece is None:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces) or self._leaves}

    async def _send(self, message):
        if len(self.sent) >= self._takes:
            await asyncio.Event().wait()
        self.sent.append(message)

    async def answer(self):
        await asyncio.wait_for(self.task, PATIENT)
        start, *rest = self.sent or [{"status": None, "headers": []}]
        return start["status"], dict(start["headers"]), b"".join(each["body"] for each in rest)


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def problem(body):
    return orjson.loads(body)["code"]


@in_a_loop
async def test_a_body_arrives_whole_however_it_was_cut():
    long = bytes(range(256)) * (BUFFERED_BYTES // 128)
    for pieces in ([b"a", b"", b"b"], [b"ab"], [long[:100], long[100:-7], long[-7:]]):
        status, _, body = await Caller(Gateway(echo, 1), *pieces).answer()
        assert (status, body) == (200, b"".join(pieces))


@in_a_loop
async def test_bodies_that_do_not_come_hold_no_thread_and_end():
    gateway = Gateway(echo, 1, QUICK)
    slow = [Caller(gateway, b"x", None) for _ in range(40)]
    assert (await Caller(gateway, b"quick").answer())[2] == b"quick"
    for caller in slow:
        status, headers, body = await caller.answer()
        assert (status, problem(body), headers[b"connection"]) == (408, "timeout", b"close")


@in_a_loop
async def test_a_caller_that_leaves_before_its_body_is_here_is_not_served():
    called = []
    assert (await Caller(Gateway(lambda *_: called.append(1), 1)).answer())[0] is None
    assert called == []


@in_a_loop
async def test_only_so_many_long_bodies_are_read_at_once_and_the_others_are_told_to_come_back():
    gateway = Gateway(reading(), 3, QUICK)
    first = Caller(gateway, b"x" * BUFFERED_BYTES, None)
    await asyncio.sleep(0.05)
    status, headers, body = await Caller(gateway, b"x" * BUFFERED_BYTES, b"y").answer()
    assert (status, problem(body), headers[b"retry-after"]) == (503, "unavailable", b"5")
    # What is short, or refused before it is read, needs no place.
    assert (await Caller(gateway, b"short").answer())[0] == 200
    assert (await first.answer())[0] == 408
    assert (await Caller(gateway, b"x" * BUFFERED_BYTES, b"y").answer())[0] == 200


@in_a_loop
async def test_a_long_body_has_a_least_speed():
    slow = Patience(stall=0.2, bytes_per_second=10**9, streams=1)
    caller = Caller(Gateway(reading(), 1, slow), b"x" * BUFFERED_BYTES, *(b"x" for _ in range(10**6)), b"")
    assert (await caller.answer())[0] == 408


@in_a_loop
async def test_a_caller_that_leaves_in_the_midst_of_a_long_body_frees_its_place():
    gateway = Gateway(reading(), 1, QUICK)
    caller = Caller(gateway, b"x" * BUFFERED_BYTES, b"x", leaves=True)
    assert (await caller.answer())[0] == 408
    assert (await Caller(gateway, b"x" * BUFFERED_BYTES, b"y").answer())[0] == 200


def reading():
    """An application that reads its body, and answers what the gateway raises as the hub does."""

    def app(environ, start_response):
        try:
            environ["wsgi.input"].read()
        except TooSlowError:
            start_response("408 Request Timeout", [("Content-Length", "0")])
            return [b""]
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]

    return app


@in_a_loop
async def test_no_more_than_so_many_wait_for_a_thread():
    free = threading.Event()

    def app(environ, start_response):
        free.wait(PATIENT)
        return echo(environ, start_response)

    gateway = Gateway(app, 1, QUICK)
    callers = [Caller(gateway, b"x")]
    await asyncio.sleep(0.05)  # the one thread has it
    callers += [Caller(gateway, b"x") for _ in range(2)]
    await asyncio.sleep(0.05)
    status, headers, _ = await Caller(gateway, b"x").answer()
    assert (status, headers[b"retry-after"]) == (503, b"5")
    free.set()
    assert [(await caller.answer())[0] for caller in callers] == [200, 200, 200]


def streaming(closed=None):
    def app(environ, start_response):
        start_response("200 OK", [])

        def chunks():
            try:
                for number in range(3):
                    yield str(number).encode()
            finally:
                if closed is not None:
                    closed.set()

        return chunks()

    return app


@in_a_loop
async def test_a_long_answer_is_sent_as_it_is_made():
    caller = Caller(Gateway(streaming(), 1, QUICK), b"")
    assert (await caller.answer())[2] == b"012"
    assert len(caller.sent) == 5


@in_a_loop
async def test_who_does_not_read_a_long_answer_is_given_up_and_frees_its_place():
    closed = threading.Event()
    gateway = Gateway(streaming(closed), 2, QUICK)
    stuck = Caller(gateway, b"", takes=2)
    await asyncio.sleep(0.05)
    assert (await Caller(gateway, b"").answer())[0] == 503
    await asyncio.wait_for(stuck.task, PATIENT)
    assert closed.is_set()
    assert (await Caller(gateway, b"").answer())[2] == b"012"


@in_a_loop
async def test_short_answers_need_no_place_even_if_they_are_not_read():
    gateway = Gateway(echo, 1)
    stuck = [Caller(gateway, b"x", takes=0) for _ in range(40)]
    assert (await Caller(gateway, b"y").answer())[2] == b"y"
    for caller in stuck:
        caller.task.cancel()


@in_a_loop
async def test_an_application_that_breaks_is_answered_for():
    def broken(environ, start_response):
        raise RuntimeError("oops, secret")

    status, headers, body = await Caller(Gateway(broken, 1), b"").answer()
    assert (status, problem(body), headers[b"x-content-type-options"]) == (500, "internal", b"nosniff")
    assert b"secret" not in body


def test_the_environ_is_what_wsgi_asks_for():
    headers = [
        (b"content-type", b"text/csv"),
        (b"content-length", b"3"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-forwarded-for", b"1.2.3.4"),
        (b"x-forwarded-for", b"5.6.7.8"),
    ]
    environ = environ_of({**SCOPE, "headers": headers})
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/kö"
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("text/csv", "3")
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_FORWARDED_FOR"]) == ("a=1; b=2", "1.2.3.4, 5.6.7.8")
    assert (environ["REMOTE_ADDR"], environ["QUERY_STRING"]) == ("203.0.113.7", "a=1")


def test_headers_that_only_look_like_a_proxys_are_left_out():
    environ = environ_of({**SCOPE, "headers": [(b"x_forwarded_for", b"6.6.6.6")]})
    assert "HTTP_X_FORWARDED_FOR" not in environ


def test_nothing_of_the_processs_environment_is_in_a_requests(monkeypatch):
    monkeypatch.setenv("PAYPREDICT_VAULT_KEY", "marker")
    assert "marker" not in environ_of(SCOPE).values()
