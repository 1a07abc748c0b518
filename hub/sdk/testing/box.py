"""A provider in a box: the base of the local servers that speak a provider's protocol over a simulated company.

A provider's box subclasses `Box`, adds the provider's routes to `self.app`, and shapes the answers that differ
by provider (`too_many`, `unauthorized`, `failure`). Everything else is here: the server, faults by script, limits, the
list of calls, control from other processes, and a journal by which all of it survives a restart.
"""

import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote_plus

import flask
from flask import got_request_exception
from werkzeug.wrappers import Request, Response

from hub.sdk.testing import breaking, control
from hub.sdk.testing.company import Company
from hub.sdk.testing.exact import exact_json, parsed
from hub.sdk.testing.faults import Fault, Faults
from hub.sdk.testing.journal import Journal
from hub.sdk.testing.limits import Limiter
from hub.sdk.testing.server import Server

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from hub.sdk.testing.oauth import OAuthServer
    from hub.sdk.testing.webhooks import WebhookSender

CONTROL = "/_box/"
_CUT = frozenset({"timeout", "lost_answer", "reset"})
_MOST_CALLS = 20_000
_MOST_BODY = 65_536
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Call:
    """One call that came in. `status` is None while it is in hand, and 0 where no answer was given."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: datetime
    account: str
    status: int | None = None
    fault: str | None = None
    bytes_sent: int = 0


class Box:
    """A provider's server. One call at a time works on the books (`company.lock`); latency and faults do not hold it.

    `others` are further companies of the provider, by the provider's id; days pass for all of them. With `state`, a
    file, the commands given through `perform` or the control addresses and the granted tokens survive a restart.
    """

    slug = "box"

    def __init__(
        self,
        company: Company,
        *,
        others: Mapping[str, Company] | None = None,
        state: Path | None = None,
        public_url: str | None = None,
    ) -> None:
        self.company = company
        self.others = dict(others or {})
        self.faults = Faults()
        self.calls: list[Call] = []
        self.counts: Counter[str] = Counter()
        self.errors: list[Exception] = []
        self.skew = 0.0
        self.latency = 0.0
        self.fault_seconds = 30.0
        self.oauth: OAuthServer | None = None
        self.webhooks: WebhookSender | None = None
        self.doors: set[str] = set()
        self.limiter = Limiter(self.elapsed)
        self.journal = Journal(state, self.locked)
        self._public_url = public_url
        self._began = time.monotonic()
        self._server: Server | None = None
        self._stopping = threading.Event()
        self._earlier: dict[str, Any] = {}
        self._log_lock = threading.Lock()
        self.app = flask.Flask(f"{__name__}.{self.slug}", root_path=str(Path(__file__).parent), static_folder=None)
        self._view: WSGIApplication = self.app.wsgi_app
        self.app.wsgi_app = self._serve  # type: ignore[method-assign]
        got_request_exception.connect(self._note_error, self.app)
        self.app.register_blueprint(control.blueprint(self))
        known = self.journal.keep("company", lambda: self.company.options)
        if known not in (None, self.company.options):
            raise ValueError(f"{state} is the state of another company: {known}")
        for command in self.journal.commands:
            control.carry_out(self, command)

    # What a provider's box shapes

    def too_many(self, kind: str, retry_after: int | str | None) -> Response:
        """The answer where a limit ("minute", "day", "concurrent") is exceeded, for so long yet where that is known."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return self.answer({"error": "too_many_requests", "limit": kind}, 429, headers)

    def unauthorized(self, reason: str) -> Response:
        """The answer to a call without a valid token: "missing", "unknown", "expired" or "revoked"."""
        return self.answer({"error": "invalid_token", "error_description": reason}, 401)

    def failure(self, status: int) -> Response:
        """The answer where the provider itself fails."""
        return self.answer({"error": "server_error"}, status)

    def account_of(self, request: Request) -> str:
        """Whose limits a call uses up, as the provider counts; the list of calls has it too."""
        return ""

    def is_limited(self, request: Request) -> bool:
        """Whether a call counts for the limits; those to the authorisation server do not."""
        return request.path not in self.doors

    def record_key(self, item: Mapping[str, Any]) -> str | None:
        """What a record in an answer is known by, for the fault "stale"."""
        key = item.get("Id") or item.get("id")
        return None if key is None else str(key)

    # Time and limits

    def now(self) -> datetime:
        """The provider's own instant: the company's, and what its clock is wrong by (`skew`, in seconds)."""
        latest = max([self.company.now, *(each.now for each in self.others.values())])
        return latest + timedelta(seconds=self.skew)

    def elapsed(self) -> float:
        """Seconds that never stand still: those of the provider's clock, and real ones, for who really waits."""
        return (self.now() - _EPOCH).total_seconds() + time.monotonic() - self._began

    def limit(
        self, *, per_minute: int | None = None, per_day: int | None = None, concurrent: int | None = None
    ) -> None:
        """Set the limits for each account; what is left out is not limited."""
        self.limiter.per_minute, self.limiter.per_day, self.limiter.concurrent = per_minute, per_day, concurrent

    # Commands, kept in the journal

    def advance(self, days: int = 1) -> None:
        """Days pass for every company."""
        self.perform({"do": "advance", "days": days})

    def wait(self, seconds: float) -> None:
        """Time passes in which nothing happens, so that tokens and limits run out."""
        self.perform({"do": "wait", "seconds": seconds})

    def perform(self, command: dict[str, Any]) -> Any:
        """Carry out {"do": "advance", "days"}, {"do": "wait", "seconds"} or {"do": "step", "step", "arguments"}."""
        with self.locked():
            result = control.carry_out(self, command)
            self.journal.note(command)
            return result

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The books of every company stand still."""
        with ExitStack() as held:
            for company in (self.company, *self.others.values()):
                held.enter_context(company.lock)
            yield

    # The server

    @property
    def url(self) -> str:
        """Where the box is reached."""
        if self._public_url:
            return self._public_url.rstrip("/")
        if self._server is None:
            raise RuntimeError("the box is not started")
        return f"http://127.0.0.1:{self._server.port}"

    def start(self, port: int = 0) -> Self:
        """Serve on the loopback interface; port 0: a free one."""
        self._stopping.clear()
        self._server = Server(self.app, port)
        self._server.start()
        return self

    def stop(self) -> None:
        """Serve no longer; calls that hang are let go."""
        self._stopping.set()
        if self._server is not None:
            self._server.stop()
            self._server = None
        self.journal.save()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def call(self) -> Call:
        """The call that is being answered, inside a route."""
        found: Call = flask.request.environ["box.call"]
        return found

    @staticmethod
    def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
        """JSON with exact numbers: a Decimal is written digit by digit, as a number. Bytes are sent as they are."""
        body = data if isinstance(data, bytes) else exact_json(data)
        return Response(body, status, dict(headers or {}), content_type="application/json; charset=utf-8")

    def _serve(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterator[bytes]:
        """One call from its arrival to its last byte, with the fault that the script has for it."""
        if environ.get("PATH_INFO", "").startswith(CONTROL):
            yield from Response.from_app(self._view, environ, buffered=True)(environ, start_response)
            return
        call, request = self._arrived(environ)
        fault = self.faults.next(_line(request), call.body[:2000], is_door=request.path in self.doors)
        call.fault = fault.kind if fault else None
        account = call.account if self.is_limited(request) else f"door {request.path}"
        with self.limiter.flying(account) as in_flight:
            response = self._answer(environ, request, in_flight, fault)
            response.date = self.now()
            call.status, call.bytes_sent = response.status_code, len(response.get_data())
            if fault and fault.name in _CUT:
                call.status = call.bytes_sent = 0
            rest = yield from self._send(response, fault, environ, start_response)
        # The call is over for the limits before the caller can know it, and ask again.
        yield rest

    def _arrived(self, environ: "WSGIEnvironment") -> tuple[Call, Request]:
        request = Request(environ)
        body = request.get_data()
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        call = Call(
            method=request.method,
            path=request.path,
            query=request.args.to_dict(),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body[:_MOST_BODY],
            at=self.now(),
            account=self.account_of(request),
        )
        environ["box.call"] = call
        with self._log_lock:
            self.counts[call.path] += 1
            self.calls.append(call)
            if len(self.calls) > _MOST_CALLS:
                del self.calls[: _MOST_CALLS // 2]
        return call, request

    def _answer(self, environ: "WSGIEnvironment", request: Request, in_flight: int, fault: Fault | None) -> Response:
        if self.latency:
            self._stopping.wait(self.latency)
        if self.is_limited(request) and (exceeded := self.limiter.exceeded(self.account_of(request), in_flight)):
            return self.too_many(*exceeded)
        if fault and (response := self._instead(fault)):
            return response
        with self.locked():
            response = Response.from_app(self._view, environ, buffered=True)
        return self._distorted(response, fault)

    def _instead(self, fault: Fault) -> Response | None:
        """What is answered without asking the provider's own routes."""
        match fault.name:
            case "status":
                return self.failure(int(fault.argument))
            case "429":
                return self.too_many("minute", None)
            case "retry_after":
                return self.too_many("minute", int(fault.argument) if fault.argument.isdigit() else fault.argument)
            case "expired_token":
                return self.unauthorized("expired")
            case "timeout":
                return Response(status=504)
        return breaking.instead(fault.name, fault.argument)

    def _distorted(self, response: Response, fault: Fault | None) -> Response:
        """What becomes of the provider's own answer."""
        name = fault.name if fault else ""
        if name == "truncated":
            return breaking.half(response)
        if name == "duplicate":
            return breaking.rearrange(response, lambda items: [*items, *items])
        if name == "reorder":
            return breaking.rearrange(response, lambda items: items[::-1])
        if name == "stale":
            return breaking.rearrange(response, lambda items: [self._as_before(each) for each in items])
        if self.faults.wants_stale and response.status_code == 200:
            self._remember(response)
        return response

    def _remember(self, response: Response) -> None:
        items = parsed(response.get_data()) if response.is_json else None
        for item in breaking.records(items) or ():
            if (key := self.record_key(item)) is not None:
                self._earlier.setdefault(key, item)

    def _as_before(self, item: Any) -> Any:
        key = self.record_key(item)
        return item if key is None else self._earlier.get(str(key), item)

    def _send(
        self, response: Response, fault: Fault | None, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Generator[bytes, None, bytes]:
        """Send an answer but for its end, which is returned, unless the line is cut."""
        line = environ.get("werkzeug.socket")
        name = fault.name if fault else ""
        if name == "timeout":
            breaking.hang(line, self.fault_seconds, self._stopping.is_set)
        elif name == "delay" and fault:
            self._stopping.wait(float(fault.argument))
        if name in ("timeout", "lost_answer"):
            raise breaking.cut(line)
        body = b"".join(response(environ, start_response))
        if name == "reset":
            yield body[: max(1, len(body) // 2)]
            raise breaking.cut(line)
        if name == "slow":
            yield from breaking.drip(body[:-1], self.fault_seconds, self._stopping.is_set)
            return body[-1:]
        return body

    def _note_error(self, _: Any, exception: Exception, **__: Any) -> None:
        self.errors.append(exception)


def _line(request: Request) -> str:
    query = unquote_plus(request.query_string.decode("utf-8", "replace"))
    return f"{request.method} {request.path}" + (f"?{query}" if query else "")
