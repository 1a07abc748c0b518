"""Between the server and the WSGI application: who sends or reads slowly waits here, where waiting costs no thread.

A request is handed to one of the threads once its body is here, up to `BUFFERED_BYTES` of it; what is longer (an
upload) the view reads on, after the caller is known, and only so many do so at a time. Every wait for a caller has an
end. What cannot be taken at once is refused with 503 and `Retry-After`, never queued without bound.

What a view answers with a stream (`hub.http.streams`) goes on in the event loop, without a thread.

Under a server that calls the WSGI application itself (gunicorn) a proxy has to do this: docs/operations.md.
"""

import asyncio
import io
import logging
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any, Protocol
from uuid import uuid4

import orjson

from hub.errors import HubError, UnavailableError

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers = list[tuple[bytes, bytes]]
Answer = tuple[int, Headers, bytes | None]  # without a body, it has been sent already

STREAMS = "paypredict.streams"
"""What can hold streams, in a request's environ; not there, nothing can be streamed."""
STREAM = "paypredict.stream"
"""The stream that a view has answered with, in the environ."""
BUFFERED_BYTES = 2**20
"""How much of a body is waited for without a thread; also the longest answer that is sent without one."""
MAX_ADDRESS_BYTES = 8192
MAX_HEADER_BYTES = 32768
"""All headers together; the server itself stops reading at twice that."""
RETRY_SECONDS = 5


class BusyError(UnavailableError):
    """As many as may are under way; `retry_after` seconds from now there may be room."""

    retry_after = RETRY_SECONDS


class TooSlowError(HubError):
    """The body did not arrive in time."""

    code, status, title = "timeout", 408, "Request timed out"


class AddressTooLongError(HubError):
    """A path with its query beyond MAX_ADDRESS_BYTES."""

    code, status, title = "address_too_long", 414, "Address too long"


class HeadersTooLargeError(HubError):
    """Headers beyond MAX_HEADER_BYTES."""

    code, status, title = "headers_too_large", 431, "Headers too large"


class Stream(Protocol):
    """An answer without an end. It has a place among all streams until it is released."""

    async def run(self, headers: Headers, receive: Receive, send: Send) -> None:
        """Send it. Raises HubError before anything is sent."""

    def release(self) -> None:
        """Give the place back; nothing where it is free already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long callers are waited for, in seconds, and how many wait at once.

    `body`: for the first BUFFERED_BYTES of a body, or all of it. `stall`: for anything at all of the rest of it, or
    until some of an answer is taken. `bytes_per_second`: the least average of the rest. `waiting`: requests that may
    queue for a thread. `streams`: threads that may read long bodies, and as many again that may send long answers.
    """

    body: float = 30
    stall: float = 15
    bytes_per_second: int = 4096
    waiting: int = 256
    streams: int = 2


class Gateway:
    """The ASGI application that answers by the WSGI application `app` in `threads` threads.

    `streams` is what its views find in the environ, to reserve a Stream of.
    """

    def __init__(self, app: Wsgi, threads: int, patience: Patience | None = None, streams: Any = None) -> None:
        self._app = app
        self._streams = streams
        self._threads = threads
        self._patience = patience or Patience(streams=max(1, threads // 4))
        self._queue: SimpleQueue[_Request] = SimpleQueue()
        self._uploads = threading.BoundedSemaphore(self._patience.streams)
        self._downloads = threading.BoundedSemaphore(self._patience.streams)
        self._started = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._started:
            # Not before: a server may fork after it has loaded the application.
            self._started = True
            for number in range(self._threads):
                threading.Thread(target=self._work, name=f"request-{number}", daemon=True).start()
        environ = environ_of(scope)
        if problem := _too_much(scope):
            await _refuse(send, problem, environ)
            return
        begun, is_complete = b"", True
        if "CONTENT_LENGTH" in environ or "HTTP_TRANSFER_ENCODING" in environ:
            try:
                async with asyncio.timeout(self._patience.body):
                    begun, is_complete = await _begin(receive)
            except TimeoutError:
                await _refuse(send, TooSlowError(f"The body did not arrive within {self._patience.body:g} s."), environ)
                return
            except ConnectionError:
                return
        if self._queue.qsize() >= self._patience.waiting:
            await _refuse(send, BusyError("Too many requests are waiting. Try again in a moment."), environ)
            return
        loop = asyncio.get_running_loop()
        if is_complete:
            environ["wsgi.input"] = io.BytesIO(begun)
        else:
            rest = _Rest(begun, receive, loop, self._uploads, self._patience)
            environ["wsgi.input"] = io.BufferedReader(rest, BUFFERED_BYTES // 8)
        if self._streams is not None:
            environ[STREAMS] = self._streams
        request = _Request(environ, loop, loop.create_future(), send)
        self._queue.put(request)
        status, headers, body = await request.answered
        if stream := environ.get(STREAM):
            await _stream(stream, status, headers, body, environ, receive, send)
        elif body is not None:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    def _work(self) -> None:
        while True:
            self._answer(self._queue.get())

    def _answer(self, request: "_Request") -> None:
        try:
            answer = request.answer(self._app, self._downloads, self._patience.stall)
        except BusyError as busy:
            answer = (busy.status, *_problem(busy, request.environ))
        except Exception:  # an application that raises instead of answering, or a caller that left
            log.exception("request not answered")
            bug = HubError("Something went wrong on our side. The request id finds it in the log.")
            answer = (bug.status, *_problem(bug, request.environ))
        # Whatever place the request took is free again before its caller can know.
        request.environ["wsgi.input"].close()
        request.loop.call_soon_threadsafe(request.finish, answer)


@dataclass(slots=True)
class _Request:
    environ: dict[str, Any]
    loop: asyncio.AbstractEventLoop
    answered: "asyncio.Future[Answer]"
    send: Send
    status: int = 500
    headers: Headers | None = None

    def answer(self, app: Wsgi, downloads: threading.BoundedSemaphore, stall: float) -> "Answer":
        """Call the application. Its answer, if that is short; a long one is sent from here, piece by piece."""
        chunks = app(self.environ, self._start)
        try:
            headers = self.headers or []
            length = next((int(value) for name, value in headers if name == b"content-length"), None)
            if isinstance(chunks, list) or (length is not None and length <= BUFFERED_BYTES):
                return self.status, headers, b"".join(chunks)
            if not downloads.acquire(blocking=False):
                raise BusyError("Too many long answers are being read. Try again in a moment.")
            try:
                self._stream(headers, chunks, stall)
            finally:
                downloads.release()
            return self.status, headers, None
        finally:
            if close := getattr(chunks, "close", None):
                close()

    def finish(self, answer: "Answer") -> None:
        """Let the request go on in its loop."""
        if not self.answered.done():
            self.answered.set_result(answer)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]

    def _stream(self, headers: Headers, chunks: Iterable[bytes], stall: float) -> None:
        try:
            self._say({"type": "http.response.start", "status": self.status, "headers": headers}, stall)
            for chunk in chunks:
                self._say({"type": "http.response.body", "body": chunk, "more_body": True}, stall)
            self._say({"type": "http.response.body", "body": b""}, stall)
        except TimeoutError:
            log.warning("an answer was given up: nothing of it was read for %g s", stall)

    def _say(self, message: Message, stall: float) -> None:
        async def say() -> None:
            async with asyncio.timeout(stall):
                await self.send(message)

        asyncio.run_coroutine_threadsafe(say(), self.loop).result()


class _Rest(io.RawIOBase):
    """A body longer than what was waited for, read in the request's thread while the loop receives it."""

    def __init__(
        self,
        begun: bytes,
        receive: Receive,
        loop: asyncio.AbstractEventLoop,
        slots: threading.BoundedSemaphore,
        patience: Patience,
    ) -> None:
        self._chunk, self._more = memoryview(begun), True
        self._receive, self._loop, self._slots, self._patience = receive, loop, slots, patience
        self._has_slot = False
        self._taken, self._since = 0, 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._has_slot:
            if not self._slots.acquire(blocking=False):
                raise BusyError("Too many uploads are under way. Try again in a moment.")
            self._has_slot, self._since = True, time.monotonic()
        while not self._chunk and self._more:
            self._chunk = memoryview(self._next())
        size = min(len(buffer), len(self._chunk))
        buffer[:size], self._chunk = self._chunk[:size], self._chunk[size:]
        return size

    def _next(self) -> bytes:
        async def receive() -> Message:
            async with asyncio.timeout(self._patience.stall):
                return await self._receive()

        try:
            message = asyncio.run_coroutine_threadsafe(receive(), self._loop).result()
        except TimeoutError:
            raise TooSlowError(f"Nothing more of the body arrived within {self._patience.stall:g} s.") from None
        if message["type"] == "http.disconnect":
            raise TooSlowError("The caller left before the body was complete.")
        self._more = message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        self._taken += len(chunk)
        seconds = time.monotonic() - self._since
        if seconds > self._patience.stall and self._taken < seconds * self._patience.bytes_per_second:
            raise TooSlowError(f"Send the body at no less than {self._patience.bytes_per_second} bytes a second.")
        return chunk

    def close(self) -> None:
        if self._has_slot and not self.closed:
            self._slots.release()
        super().close()


def _too_much(scope: Message) -> HubError | None:
    if len(scope["path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
        return AddressTooLongError(f"An address with its query has at most {MAX_ADDRESS_BYTES} bytes.")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        return HeadersTooLargeError(f"The headers of a request have at most {MAX_HEADER_BYTES} bytes together.")
    return None


async def _begin(receive: Receive) -> tuple[bytes, bool]:
    """The first BUFFERED_BYTES of a body, or all of it, and whether it is all. Raises ConnectionError."""
    chunks, size = [], 0
    while size < BUFFERED_BYTES:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if not message.get("more_body", False):
            return b"".join(chunks), True
    return b"".join(chunks), False


def environ_of(scope: Message) -> dict[str, Any]:
    """The WSGI environ of an ASGI scope, without its input.

    Headers with an underscore are left out: an application cannot tell `X_Forwarded_For` from what a proxy vouches for.
    """
    host, port = scope.get("server") or ("localhost", 80)
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.errors": sys.stderr,
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue
        name, value = raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        if name not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            name = f"HTTP_{name}"
        environ[name] = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ', '}{value}" if name in environ else value
    return environ


def _problem(error: HubError, environ: dict[str, Any]) -> tuple[Headers, bytes]:
    request_id = uuid4().hex
    body = {
        "type": f"/api/docs#problem-{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "instance": environ["PATH_INFO"],
        "request_id": request_id,
    }
    headers = [(name.lower().encode(), value.encode()) for name, value in REFUSAL_HEADERS.items()]
    headers.append((b"x-request-id", request_id.encode()))
    if isinstance(error, BusyError):
        headers.append((b"retry-after", str(error.retry_after).encode()))
    return headers, orjson.dumps(body)


async def _stream(
    stream: Stream,
    status: int,
    headers: Headers,
    body: bytes | None,
    environ: dict[str, Any],
    receive: Receive,
    send: Send,
) -> None:
    try:
        if status == 200:
            await stream.run(headers, receive, send)
        else:  # something after the view would have it otherwise
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body or b""})
    except HubError as error:
        await _refuse(send, error, environ)
    finally:
        stream.release()


async def _refuse(send: Send, error: HubError, environ: dict[str, Any]) -> None:
    headers, body = _problem(error, environ)
    headers += [(b"content-length", str(len(body)).encode()), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": error.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


REFUSAL_HEADERS = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Server": "paypredict",
}
