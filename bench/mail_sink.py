"""A provider for the trial of killed workers: it keeps every message that arrives, and says what it has when asked.

It sends nothing on and refuses nothing: whatever comes twice under one key stands here twice.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

from hub.sdk.channel import Delivery, Message
from hub.sdk.errors import TransientError, UncertainError
from hub.sdk.manifest import Manifest
from hub.sdk.network import Network

SLUG = "mail_sink"
MANIFEST = Manifest(
    slug=SLUG,
    name="Mail sink",
    version="1",
    kind="channel",
    api=1,
    entry="bench.mail_sink:MailSink",
    capabilities=frozenset({"send", "lookup"}),
    config={
        "type": "object",
        "additionalProperties": False,
        "required": ["url"],
        "properties": {"url": {"type": "string", "title": "Address"}},
    },
)


@dataclass(frozen=True)
class Arrived:
    """A message that arrived: its key, what it is about, and when, by this machine's clock."""

    key: str
    reminder: str
    at: float


@dataclass
class Sink:
    """The server, as a context manager. `seconds` pass between a message's arrival and the answer to it."""

    seconds: float = 0.005
    arrived: list[Arrived] = field(default_factory=list)

    def __enter__(self) -> "Sink":
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with sink._lock:
                    sink.arrived.append(Arrived(body["key"], body["reminder"], time.time()))
                    sink._by_key.setdefault(body["key"], len(sink.arrived))
                time.sleep(sink.seconds)
                self._answer(200, {"id": f"m{sink._by_key[body['key']]}"})

            def do_GET(self) -> None:
                number = sink._by_key.get(self.path.rpartition("/")[2])
                self._answer(200 if number else 404, {"id": f"m{number}"})

            def _answer(self, status: int, document: Mapping[str, Any]) -> None:
                content = orjson.dumps(document)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *arguments: Any) -> None:
                """Nothing: the trial counts for itself."""

        self._lock = threading.Lock()
        self._by_key: dict[str, int] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class MailSink:
    """The channel to it."""

    slug = SLUG

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        self._url, self._network = config["url"], network

    def send(self, message: Message) -> Delivery:
        """Hand a message over."""
        body = orjson.dumps({"key": message.idempotency_key, "reminder": message.tags["reminder"]})
        try:
            answer = self._network.request("POST", f"{self._url}/messages", body=body)
        except TransientError as error:
            # The connection may have broken after it arrived.
            raise UncertainError(str(error)) from error
        return Delivery(provider_id=orjson.loads(answer.body)["id"], accepted_at=datetime.now(UTC))

    def find(self, message_id: str, idempotency_key: str) -> Delivery | None:
        """The message of a key, where it has arrived."""
        answer = self._network.request("GET", f"{self._url}/messages/{idempotency_key}")
        if answer.status == 404:
            return None
        return Delivery(provider_id=orjson.loads(answer.body)["id"], accepted_at=datetime.now(UTC))

    def check(self) -> str:
        """It is always there."""
        return "It takes whatever comes."
