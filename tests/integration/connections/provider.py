"""A provider on loopback that does what a test tells it to: a token address that rotates, an interface with faults."""

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "the client", "s3cret-of-the-app"


@dataclass
class Call:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


@dataclass
class Provider:
    """Gives tokens: each refresh token is good once and once more in `reuse_seconds`; one used later ends the family.

    `script` answers requests to the interface before the default does, one after the other; `token_script` those for
    tokens, after they took effect. Each is called with the handler and the default answer, which it may send or not.
    """

    reuse_seconds: float = 0.0
    expires_in: Any = 3600
    address: str = ""
    calls: list[Call] = field(default_factory=list)
    script: list[Callable[..., None]] = field(default_factory=list)
    token_script: list[Callable[..., None]] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    spent: dict[str, float] = field(default_factory=dict)
    current: str = ""
    is_dead: bool = False
    lock: Any = field(default_factory=threading.Lock)

    def issue(self, rotate: bool = True) -> dict[str, Any]:
        """A new pair, as the token address states it."""
        access = f"access-{secrets.token_hex(8)}"
        self.good.add(access)
        if rotate:
            self.current = f"refresh-{secrets.token_hex(8)}"
        return {
            "access_token": access,
            "refresh_token": self.current,
            "expires_in": self.expires_in,
            "token_type": "Bearer",
        }

    @property
    def token_posts(self) -> list[Call]:
        return [call for call in self.calls if call.path == "/token"]

    @property
    def api_calls(self) -> list[Call]:
        return [call for call in self.calls if not call.path.startswith(("/token", "/revoke"))]

    def grant(self, call: Call) -> tuple[int, dict[str, Any]]:
        """What a request for tokens brings."""
        form = call.form
        pair = base64.b64encode(f"{CLIENT.replace(' ', '%20')}:{SECRET}".encode()).decode()
        if "client_assertion" not in form and call.headers.get("authorization") != f"Basic {pair}":
            return 401, {"error": "invalid_client"}
        if form["grant_type"] == "client_credentials":
            return 200, self.issue(rotate=False) | {"refresh_token": None}
        if form["grant_type"] == "authorization_code":
            return (200, self.issue()) if form["code"] == "good-code" else (400, {"error": "invalid_grant"})
        token, now = form["refresh_token"], time.monotonic()
        if self.is_dead or (token != self.current and now > self.spent.get(token, 0.0) + self.reuse_seconds):
            self.is_dead = True
            return 400, {"error": "invalid_grant", "error_description": f"{token} is spent"}
        self.spent.setdefault(token, now)
        return 200, self.issue()

    @contextmanager
    def serve(self):
        """Answer on loopback while the block runs."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                call = Call(self.command, parts.path, query, headers, body)
                with provider.lock:
                    provider.calls.append(call)
                    scripts = provider.token_script if parts.path in ("/token", "/revoke") else provider.script
                    scripted = scripts.pop(0) if scripts else None
                    status, answer = provider.answer(call)
                if scripted:
                    scripted(self, status, answer)
                else:
                    self.send(status, answer)

            do_POST = do_HEAD = do_GET

            def send(self, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
                payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)

            def log_message(self, *_: Any) -> None:
                """Silent."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Callers hang up; that is what this is about."""

        with Server(("127.0.0.1", 0), Handler) as server:
            self.address = f"http://127.0.0.1:{server.server_port}"
            thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                server.shutdown()
                thread.join()

    def answer(self, call: Call) -> tuple[int, Any]:
        """What a request brings where no script says otherwise."""
        if call.path == "/token":
            return self.grant(call)
        if call.path == "/revoke":
            self.is_dead = True
            return 200, {}
        if call.headers.get("authorization", "").startswith("Bearer ") and call.token not in self.good:
            return 401, {"error": "invalid_token"}
        return 200, {"path": call.path, "query": call.query}


def answers(status: int, answer: Any = None, **headers: str) -> Callable[..., None]:
    """A step of a script: this answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler, *_: handler.send(status, {} if answer is None else answer, named)


def late(seconds: float, event: threading.Event | None = None) -> Callable[..., None]:
    """A step of a script: the true answer, late."""

    def step(handler: Any, status: int, answer: Any) -> None:
        (event or threading.Event()).wait(seconds)
        handler.send(status, answer)

    return step


def cut(handler: Any, status: int, answer: Any) -> None:
    """A step of a script: the answer's beginning, and then the connection ends."""
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(json.dumps(answer).encode()[:10])
    handler.wfile.flush()
    handler.close_connection = True
    handler.connection.close()


def hang_up(handler: Any, *_: Any) -> None:
    """A step of a script: no answer at all."""
    handler.close_connection = True
    handler.connection.close()
