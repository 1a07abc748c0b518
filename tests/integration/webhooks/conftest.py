"""A server of the tenant's own that checks the signature of all that comes, and answers as it is told to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from standardwebhooks.webhooks import Webhook

from hub.app import create_app
from hub.jobs.context import JobContext
from hub.settings import Settings
from hub.storage.audit import Actor, acting
from hub.storage.vault import Vault
from hub.webhooks import service
from tests.integration.identity.callers import Caller, person

SOMEBODY = Actor(kind="person", id="018f3a52-0000-8000-8000-00000000000a", name="jo@acme.example")


@dataclass
class Reply:
    """What the server answers with."""

    status: int = 200
    body: bytes = b"ok"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Receiver:
    """What came, in order, and what is answered next; when `replies` is empty, 200."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    waits: threading.Event | None = None

    def read(self, place: int, *secrets: str) -> Any:
        """What came as the `place`-th, its signature checked with each of the secrets by the standard's library."""
        headers, body = self.received[place]
        for secret in secrets:
            Webhook(secret).verify(body, headers)
        return json.loads(body)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A server on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            if receiver.waits:
                receiver.waits.wait(30)
            reply = receiver.replies.pop(0) if receiver.replies else Reply()
            try:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body)))
                self.end_headers()
                self.wfile.write(reply.body)
            except OSError:
                pass  # the caller hung up, as it may

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hooks")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.waits:
            receiver.waits.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def open_settings(settings) -> Settings:
    """Settings of a hub whose operator lets tenants call this machine."""
    return replace(settings, private_hosts="127.0.0.1, intranet.example")


@pytest.fixture(scope="session")
def app(open_settings, storage):
    return create_app(open_settings, storage)


@pytest.fixture(scope="module")
def admin(app, storage, settings, tenant) -> Caller:
    return person(app, storage, settings, (tenant, "admin"))


@pytest.fixture(scope="module")
def vault(settings, storage) -> Vault:
    return Vault(settings, storage)


@pytest.fixture
def endpoint(storage, tenant, vault, receiver) -> Iterator[tuple[dict[str, Any], str]]:
    """An endpoint at the receiver, told of everything, and its secret; gone after the test."""
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        made, secret = service.create(session, vault, {"url": receiver.url}, "jo@acme.example")
    yield made, secret
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        if made["id"] in [each["id"] for each in service.list_endpoints(session)]:
            service.remove(session, vault, made["id"])
        session.execute(text("delete from webhook_messages"))


@pytest.fixture
def context(storage, open_settings, tenant) -> JobContext:
    """An attempt at a piece of work of the tenant."""
    return JobContext(storage=storage, settings=open_settings, registry=None, tenant=tenant, work_id=uuid4())


@pytest.fixture
def calls(storage, tenant, endpoint) -> Callable[[], list[dict[str, Any]]]:
    """The endpoint's log, newest first."""

    def calls() -> list[dict[str, Any]]:
        with storage.tenant(tenant) as session:
            return service.list_calls(session, endpoint[0]["id"], 100)

    return calls
