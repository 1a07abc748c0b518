"""SendGrid's API on loopback for tests: refuses what the real one's published schema refuses, and signs its events."""

import base64
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jsonschema import Draft202012Validator

_EMAIL = {
    "type": "object",
    "additionalProperties": False,
    "required": ["email"],
    "properties": {
        "email": {"type": "string", "format": "email", "pattern": "^[^@\\s]+@[^@\\s]+$"},
        "name": {"type": "string"},
    },
}
_EMAILS = {"type": "array", "minItems": 1, "maxItems": 1000, "items": _EMAIL}
_SWITCH = {"type": "object", "required": ["enable"], "properties": {"enable": {"type": "boolean"}}}
# Names that SendGrid keeps for itself.
_RESERVED = (
    *("x-sg-id", "x-sg-eid", "received", "dkim-signature", "content-type", "content-transfer-encoding"),
    *("to", "from", "subject", "reply-to", "cc", "bcc"),
)
MAIL_SEND = {
    "type": "object",
    "additionalProperties": False,
    "required": ["personalizations", "from", "subject", "content"],
    "properties": {
        "personalizations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1000,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["to"],
                "properties": {"to": _EMAILS, "cc": _EMAILS, "bcc": _EMAILS, "custom_args": {"type": "object"}},
            },
        },
        "from": _EMAIL,
        "reply_to": _EMAIL,
        "subject": {"type": "string", "minLength": 1},
        "content": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "value"],
                "properties": {"type": {"type": "string", "minLength": 1}, "value": {"type": "string", "minLength": 1}},
            },
        },
        "attachments": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["content", "filename"],
                "properties": {
                    "content": {"type": "string", "pattern": "^[A-Za-z0-9+/]+={0,2}$"},
                    "type": {"type": "string", "minLength": 1, "pattern": "^[^;\\r\\n]+$"},
                    "filename": {"type": "string"},
                    "disposition": {"enum": ["inline", "attachment"]},
                },
            },
        },
        "headers": {
            "type": "object",
            "additionalProperties": {"type": "string", "pattern": "^[ -~]*$"},
            "propertyNames": {"pattern": "^[!-9;-~]+$"},
        },
        "categories": {
            "type": "array",
            "maxItems": 10,
            "uniqueItems": True,
            "items": {"type": "string", "maxLength": 255},
        },
        "custom_args": {"type": "object", "additionalProperties": {"type": "string"}},
        "mail_settings": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"sandbox_mode": _SWITCH, "bypass_list_management": _SWITCH},
        },
        "tracking_settings": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"click_tracking": _SWITCH, "open_tracking": _SWITCH, "subscription_tracking": _SWITCH},
        },
    },
}


@dataclass
class SendGridServer:
    """Use as a context manager. `fail` answers the next requests by (status, headers, body) instead; None hangs up."""

    api_key: str = "SG.of-the-tests"
    scopes: tuple[str, ...] = ("mail.send", "messages.read")
    senders: tuple[str, ...] = ("ar@seller.example",)
    sent: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    activity: list[dict[str, Any]] = field(default_factory=list)
    fail: list[tuple[int, dict[str, str], bytes] | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        der = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.public_key = base64.b64encode(der).decode()

    def __enter__(self) -> "SendGridServer":
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._answer(self, b"")

            def do_POST(self) -> None:
                server._answer(self, self.rfile.read(int(self.headers.get("Content-Length", 0))))

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()

    def event(self, place: int, kind: str, **more: Any) -> dict[str, Any]:
        """An event of a mail that was sent, as the event webhook has it."""
        mail = self.sent[place]
        return {
            "email": mail["personalizations"][0]["to"][0]["email"],
            "timestamp": 1_774_950_000,
            "event": kind,
            "sg_event_id": secrets.token_urlsafe(16),
            "sg_message_id": f"{mail['id']}.filterdrecv-5d8f-1-1.0",
            "smtp-id": mail.get("headers", {}).get("Message-ID", "<x@ismtpd>"),
            "category": mail.get("categories", []),
            **mail.get("custom_args", {}),
            **more,
        }

    def signed(self, *events: Mapping[str, Any]) -> tuple[dict[str, str], bytes]:
        """The headers and the body of a signed call."""
        body, at = json.dumps(events).encode(), "1774950001"
        signature = self._key.sign(at.encode() + body, ec.ECDSA(SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": at,
            "Content-Type": "application/json",
        }
        return headers, body

    def _answer(self, request: BaseHTTPRequestHandler, body: bytes) -> None:
        self.asked.append(request.path)
        if self.fail:
            planned = self.fail.pop(0)
            if planned is None:
                request.close_connection = True
                request.connection.close()
                return
            status, headers, answer = planned
        else:
            status, headers, answer = self._judge(request, body)
        request.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(answer)

    def _judge(self, request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if request.headers.get("Authorization") != f"Bearer {self.api_key}":
            return _errors(401, "The provided authorization grant is invalid, expired, or revoked", None)
        path = urlsplit(request.path)
        match request.command, path.path:
            case "POST", "/v3/mail/send":
                return self._send(body)
            case "GET", "/v3/scopes":
                return 200, {"Content-Type": "application/json"}, json.dumps({"scopes": self.scopes}).encode()
            case "GET", "/v3/messages":
                wanted = parse_qs(path.query)["query"][0]
                found = [each for each in self.activity if each["key"] in wanted]
                shown = [{name: value for name, value in each.items() if name != "key"} for each in found]
                return 200, {"Content-Type": "application/json"}, json.dumps({"messages": shown}).encode()
        return _errors(404, "not found", None)

    def _send(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if "mail.send" not in self.scopes:
            return _errors(403, "access forbidden", None)
        mail = json.loads(body)
        problems = sorted(Draft202012Validator(MAIL_SEND).iter_errors(mail), key=lambda each: list(map(str, each.path)))
        if problems:
            return _errors(400, problems[0].message, ".".join(map(str, problems[0].absolute_path)))
        if reserved := [name for name in mail.get("headers", {}) if name.lower() in _RESERVED]:
            return _errors(400, f"{reserved[0]} is a reserved header", "headers")
        if [each["type"] for each in mail["content"]] not in (["text/plain"], ["text/plain", "text/html"]):
            return _errors(400, "text/plain must come first, followed by text/html", "content")
        named = [
            one["email"] for each in mail["personalizations"] for kind in ("to", "cc") for one in each.get(kind, ())
        ]
        if len(named) != len(set(named)):
            return _errors(400, "Each email address must be unique", "personalizations.0.cc")
        if mail["from"]["email"] not in self.senders:
            return _errors(403, "The from address does not match a verified Sender Identity.", "from")
        if mail.get("mail_settings", {}).get("sandbox_mode", {}).get("enable"):
            return 200, {}, b""
        mail["id"] = secrets.token_urlsafe(12)
        self.sent.append(mail)
        return 202, {"X-Message-Id": mail["id"]}, b""


def _errors(status: int, message: str, at: str | None) -> tuple[int, dict[str, str], bytes]:
    body = {"errors": [{"message": message, "field": at, "help": None}]}
    return status, {"Content-Type": "application/json"}, json.dumps(body).encode()
