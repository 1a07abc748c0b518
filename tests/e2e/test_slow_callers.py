"""Slow callers, in numbers, at the API as `paypredict up` serves it: others are answered meanwhile."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from hub.cli.up import SERVER, environment, programs
from hub.http.gateway import BUFFERED_BYTES
from hub.identity import keys

ROOT = Path(__file__).parents[2]
HANGS = 20  # seconds; what takes longer does not work


class Served:
    """An API of one process with four threads, and a key for it."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=HANGS)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.key}", **headers})
            answer = connection.getresponse()
            self.headers = dict(answer.getheaders())
            return answer.status, answer.read()
        finally:
            connection.close()

    def head(self, method: str, path: str, **headers: object) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", "Host: hub", f"Authorization: Bearer {self.key}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join([*lines, "", ""]).encode()

    def open(self, stack: ExitStack, sent: bytes, *, receive_buffer: int | None = None) -> socket.socket:
        caller = stack.enter_context(socket.socket())
        if receive_buffer:
            caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        caller.settimeout(HANGS)
        caller.connect(("127.0.0.1", self.port))
        caller.sendall(sent)
        return caller


@pytest.fixture(scope="module")
def served(settings, storage, tenant):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    few = replace(settings, port=port, api_workers=1, api_threads=4, log_level="WARNING")
    with storage.hub() as session:
        key = keys.create(session, tenant, "slow")
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PAYPREDICT_")}
    with serving(programs(few)[0][0].command, environment(few, environ)):
        api = Served(port, key)
        deadline = time.monotonic() + 60
        while True:
            try:
                assert api.ask("GET", "/readyz")[0] == 200
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield api


@contextmanager
def serving(command, environ):
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=sys.stderr, stderr=sys.stderr)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def test_slow_callers_of_every_kind_keep_nobody_else_waiting(served):
    with ExitStack() as stack:
        heads = [served.open(stack, b"GET /healthz HTTP/1.1\r\nX-Slow: ") for _ in range(40)]
        announced = served.head("POST", "/api/predictions", Content_Type="application/json", Content_Length=1000)
        bodies = [served.open(stack, announced + b"{") for _ in range(40)]
        many = served.head("GET", "/api/openapi.json") * 50
        readers = [served.open(stack, many, receive_buffer=4096) for _ in range(10)]
        for _ in range(3):
            for caller in (*heads, *bodies):
                caller.sendall(b" ")
            for caller in readers:
                assert caller.recv(1)
            assert served.ask("GET", "/healthz")[0] == 200
            assert served.ask("GET", "/api/invoices")[0] == 200
            assert served.ask("POST", "/api/predictions", b"{}", **{"Content-Type": "application/json"})[0] == 202
        # And the slow ones are served like anybody, once they have said what they want.
        bodies[0].sendall(b" " * 995 + b"}")
        assert bodies[0].recv(100).startswith(b"HTTP/1.1 202 ")


def test_uploads_that_stall_leave_threads_for_everybody_else(served):
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    headers = {"Content_Type": "multipart/form-data; boundary=x", "Content_Length": 3 * BUFFERED_BYTES}
    announced = served.head("POST", "/api/invoices/import", **headers)
    with ExitStack() as stack:
        stalled = [served.open(stack, announced + form + b"x" * BUFFERED_BYTES) for _ in range(6)]
        refused = [caller.recv(1000) for caller in stalled[1:] if is_answered(caller)]
        deadline = time.monotonic() + HANGS
        while len(refused) < 5 and time.monotonic() < deadline:
            refused = [*refused, *(caller.recv(1000) for caller in stalled if is_answered(caller))]
            time.sleep(0.05)
        assert len(refused) == 5
        for answer in refused:
            assert answer.startswith(b"HTTP/1.1 503 ") and b"retry-after: 5" in answer.lower()
        assert served.ask("GET", "/api/invoices")[0] == 200


def is_answered(caller: socket.socket) -> bool:
    caller.setblocking(False)
    try:
        return bool(caller.recv(1, socket.MSG_PEEK))
    except BlockingIOError:
        return False
    finally:
        caller.settimeout(HANGS)


def test_an_upload_nobody_may_send_is_refused_before_it_is_read(served):
    announced = b"POST /api/invoices/import HTTP/1.1\r\nHost: hub\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    with ExitStack() as stack:
        length = f"Content-Length: {100 * BUFFERED_BYTES}\r\n\r\n".encode()
        caller = served.open(stack, announced + length + b"x" * BUFFERED_BYTES)
        assert caller.recv(1000).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: hub\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n", b"431"),
        (b"GET /healthz HTTP/1.1\r\nHost: hub\r\n" + b"".join(b"X-%d: 1\r\n" % each for each in range(300)), b"431"),
        (b"GET /healthz?" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: hub\r\n\r\n", b"414"),
        (b"POST /healthz HTTP/1.1\r\nHost: hub\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", b"400"),
        (b"GET /healthz\r\n\r\n", b"400"),
    ],
    ids=["long header", "many headers", "long query", "two lengths", "no http"],
)
def test_heads_that_are_too_much(served, head, status):
    with ExitStack() as stack:
        answer = served.open(stack, head).recv(1000)
        assert answer.split(b" ", 2)[1] == status


def test_the_server_tells_nothing_of_itself(served):
    assert served.ask("GET", "/healthz") == (200, b'{"status":"ok"}')
    assert {name.lower(): value for name, value in served.headers.items()}["server"] == "paypredict"


def test_an_application_that_is_asked_too_much_at_once_answers_all_or_says_when(served):
    with ExitStack() as stack:
        callers = [served.open(stack, served.head("GET", "/api/invoices", Connection="close")) for _ in range(100)]
        answers = [caller.recv(100) for caller in callers]
    assert {answer.split(b" ", 2)[1] for answer in answers} <= {b"200", b"503"}
    assert json.loads(served.ask("GET", "/healthz")[1]) == {"status": "ok"}


@pytest.fixture(scope="module")
def impatient():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", *SERVER, "--port", str(port), "tests.e2e.impatient:app"]
    with serving(command, dict(os.environ)):
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.1)
        yield Served(port, "none")


@pytest.mark.parametrize(
    ("announced", "sent"), [(100, b"x"), (3 * BUFFERED_BYTES, b"x"), (3 * BUFFERED_BYTES, b"x" * 2 * BUFFERED_BYTES)]
)
def test_a_body_that_stops_arriving_is_given_up_and_its_connection_closed(impatient, announced, sent):
    with ExitStack() as stack:
        caller = impatient.open(stack, impatient.head("POST", "/", Content_Length=announced) + sent)
        assert caller.recv(1000).startswith(b"HTTP/1.1 408 ")
        with suppress(ConnectionResetError):  # what was on its way when it closed
            while caller.recv(1000):
                pass
    assert impatient.ask("POST", "/", b"x" * 2 * BUFFERED_BYTES) == (200, str(2 * BUFFERED_BYTES).encode())


def test_an_answer_that_is_not_read_is_given_up_and_the_next_one_has_its_place(impatient):
    with ExitStack() as stack:
        impatient.open(stack, impatient.head("GET", "/long"), receive_buffer=4096)
        deadline = time.monotonic() + HANGS
        while (answer := impatient.ask("GET", "/long"))[0] == 503:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert (answer[0], len(answer[1])) == (200, 65_536_000)
