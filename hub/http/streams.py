"""Streams of what just happened (`hub.live`), each held open without a thread, for pages that show it.

A request for one goes through the application like any other: address, credentials, role and limits are judged there,
and the view reserves a place (`Streams.reserve`). Then the gateway hands the answer to the stream, which lives in the
event loop: one subscription serves all streams of a process, and each gets its own tenant's news alone.

A stream ends when its session does, when its time is up, when its reader takes nothing, when Valkey is lost, and with
the process. Whoever read it asks again, and looks at everything anew.
"""

import asyncio
import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from hub import live
from hub.errors import UnavailableError
from hub.http.context import Identity
from hub.http.gateway import BusyError, Headers, Receive, Send

log = logging.getLogger(__name__)

RETRY_SECONDS = 3
_BUSY_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How many streams there may be, in a process and of one caller, and how long each may take for what.

    `check`: seconds between two looks at whether the session still is one, in which a heartbeat is sent too.
    `session_life`, `other_life`: seconds until whoever reads has to ask, and show credentials, again; only a session
    can be looked at without counting as its use. `waiting`: news that wait for a slow reader before it is told to look
    at everything anew. `stall`: seconds that a reader may take for a piece.
    """

    in_process: int = 500
    of_caller: int = 6
    check: float = 15
    session_life: float = 3600
    other_life: float = 300
    waiting: int = 64
    stall: float = 15


class StreamBusyError(BusyError):
    """As many streams as may be are open; a page asks now and then instead."""

    retry_after = _BUSY_SECONDS


class Streams:
    """All streams of this process. `still` says whether a person's session still is one, in the same tenant."""

    def __init__(self, redis_url: str, still: Callable[[Identity], bool], bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self.still = still
        self._redis_url = redis_url
        self._places: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._open: dict[str, set[Stream]] = {}
        self._feed: asyncio.Task[None] | None = None
        self._fed: asyncio.Future[None] | None = None

    def reserve(self, identity: Identity) -> "Stream":
        """A place for a stream of this caller. Raises StreamBusyError. Called in the threads of requests."""
        caller = f"{identity.kind} {identity.id}"
        with self._lock:
            if self._places[caller] >= self.bounds.of_caller:
                raise StreamBusyError(
                    f"{self.bounds.of_caller} streams of yours are open. Close one, or ask now and then."
                )
            if self._places.total() >= self.bounds.in_process:
                raise StreamBusyError("As many streams are open as there may be. Ask now and then instead.")
            self._places[caller] += 1
        return Stream(self, identity, caller)

    def release(self, caller: str) -> None:
        """Give a place back."""
        with self._lock:
            self._places[caller] -= 1
            if self._places[caller] <= 0:
                del self._places[caller]

    async def join(self, stream: "Stream") -> None:
        """Have a stream get its tenant's news from here on. Raises UnavailableError."""
        if self._feed is None or self._feed.done():
            self._fed = asyncio.get_running_loop().create_future()
            self._feed = asyncio.create_task(self._read(self._fed))
            _before_the_end(self.end_all)
        assert self._fed is not None
        await asyncio.shield(self._fed)
        self._open.setdefault(stream.identity.tenant, set()).add(stream)

    def leave(self, stream: "Stream") -> None:
        """Stop that."""
        tenants_own = self._open.get(stream.identity.tenant, set())
        tenants_own.discard(stream)
        if not tenants_own:
            self._open.pop(stream.identity.tenant, None)

    def end_all(self) -> None:
        """End every stream; in the event loop."""
        for stream in [each for of_tenant in self._open.values() for each in of_tenant]:
            stream.end()

    async def _read(self, fed: "asyncio.Future[None]") -> None:
        """Hand on what is published, until Valkey is lost."""
        from redis.asyncio import Redis  # late: it takes longer to import than most of the hub
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import RedisError

        client = Redis.from_url(
            self._redis_url, socket_connect_timeout=2, health_check_interval=10, retry=Retry(NoBackoff(), 0)
        )
        prefix = live.channels(client.connection_pool.connection_kwargs.get("db") or 0)
        try:
            async with client, client.pubsub() as subscription:
                await subscription.psubscribe(f"{prefix}*")
                async with asyncio.timeout(5):
                    while await subscription.get_message(timeout=5) is None:
                        pass
                fed.set_result(None)
                while True:
                    message = await subscription.get_message(ignore_subscribe_messages=True, timeout=5)
                    if message is not None:
                        self._hand_on(message["channel"].decode().removeprefix(prefix), message["data"])
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("streams end: Valkey does not answer: %s", error)
            if not fed.done():
                fed.set_exception(UnavailableError("Nothing can be streamed just now. Ask now and then instead."))
                fed.exception()  # somebody may have left who waited for it
        finally:
            self.end_all()

    def _hand_on(self, tenant: str, data: bytes) -> None:
        for stream in self._open.get(tenant, ()):
            stream.put(data)


@dataclass(eq=False)
class Stream:
    """One stream, from the reservation of its place until the place is free again."""

    streams: Streams
    identity: Identity
    caller: str
    _waiting: "asyncio.Queue[bytes | None]" = field(default_factory=asyncio.Queue)
    _sent: int = 0
    _is_released: bool = False

    def release(self) -> None:
        """Give the place back, once."""
        if not self._is_released:
            self._is_released = True
            self.streams.release(self.caller)

    def put(self, data: bytes) -> None:
        """Have a piece of news sent. Whoever is far behind is told to look at everything instead."""
        if self._waiting.qsize() >= self.streams.bounds.waiting:
            self._drop()
            data = _ANEW
        self._waiting.put_nowait(data)

    def end(self) -> None:
        """End the stream; what waits is not sent."""
        self._drop()
        self._waiting.put_nowait(None)

    async def run(self, headers: Headers, receive: Receive, send: Send) -> None:
        """Send what happens until the end. Raises UnavailableError before anything is sent."""
        try:
            await self.streams.join(self)
            reader = asyncio.create_task(self._until_gone(receive))
            try:
                with suppress(TimeoutError, ConnectionError):
                    kept = [(name, value) for name, value in headers if name != b"content-length"]
                    await self._take(send, {"type": "http.response.start", "status": 200, "headers": kept})
                    await self._go_on(send)
                    await self._take(send, {"type": "http.response.body", "body": b""})
            finally:
                reader.cancel()
        finally:
            self.streams.leave(self)
            self.release()

    async def _go_on(self, send: Send) -> None:
        bounds = self.streams.bounds
        now = time.monotonic()
        ends_at = now + (bounds.session_life if self.identity.session_id else bounds.other_life)
        check_at = now + bounds.check
        await self._say(send, f"retry: {RETRY_SECONDS * 1000}\n".encode(), _OPEN)
        while (now := time.monotonic()) < ends_at:
            if now >= check_at:
                check_at = now + bounds.check
                if not await asyncio.get_running_loop().run_in_executor(None, self._is_still):
                    return
                await self._take(send, {"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
            try:
                async with asyncio.timeout(max(0.0, min(check_at, ends_at) - time.monotonic())):
                    news = await self._waiting.get()
            except TimeoutError:
                continue
            if news is None:
                return
            await self._say(send, b"", news)

    def _is_still(self) -> bool:
        try:
            return self.identity.session_id is None or self.streams.still(self.identity)
        except Exception:
            # What cannot be told now is told when the stream is asked for again.
            log.warning("a stream ends: its session could not be looked at", exc_info=True)
            return False

    async def _say(self, send: Send, head: bytes, data: bytes) -> None:
        self._sent += 1
        frame = b"%sid: %d-%d\ndata: %s\n\n" % (head, time.time_ns() // 1_000_000, self._sent, data)
        await self._take(send, {"type": "http.response.body", "body": frame, "more_body": True})

    async def _take(self, send: Send, message: Any) -> None:
        async with asyncio.timeout(self.streams.bounds.stall):
            await send(message)

    async def _until_gone(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self.end()

    def _drop(self) -> None:
        while not self._waiting.empty():
            self._waiting.get_nowait()


_OPEN = orjson.dumps({"kind": "open"})
_ANEW = orjson.dumps({"kind": "anew"})


def _before_the_end(end_all: Callable[[], None]) -> None:
    """Have streams end as soon as this process is asked to: a server waits for the answers it still sends.

    Whatever else is to happen then goes on happening: an event loop is woken by the signal itself.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if getattr(before, "ends_streams", False):
            continue

        def handle(signum: int, frame: Any, before: Any = before) -> None:
            loop.call_soon_threadsafe(end_all)
            if callable(before):
                before(signum, frame)

        handle.ends_streams = True  # type: ignore[attr-defined]
        signal.signal(number, handle)
        signal.siginterrupt(number, False)  # as the event loop had it
