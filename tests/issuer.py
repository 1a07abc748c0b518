"""A small OpenID Connect provider: real keys, real tokens, discovery and key set; in memory, or served on loopback.

What the tests need of a provider that misbehaves. The well-behaved one is a real one, in tests/e2e.
"""

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from joserfc import jws, jwt
from joserfc.jwk import ECKey, RSAKey

from hub.identity.provider import ProviderError

AUDIENCE, CLIENT = "https://hub.example/api", "browser"


@cache
def rsa_key(kid: str) -> RSAKey:
    """A private key of that id; the same for all tests, since making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": kid})


@cache
def ec_key(kid: str) -> ECKey:
    """A private P-256 key of that id."""
    return ECKey.generate_key("P-256", {"kid": kid})


def sign(header: Mapping[str, Any], payload: Any, key: Any) -> str:
    """A token with whatever header and payload, as no library would make it, signed by whatever key."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    signed = f"{b64(json.dumps(header).encode())}.{b64(body)}"
    return f"{signed}.{b64(jws.JWSRegistry.algorithms[header['alg']].sign(signed.encode(), key))}"


def b64(value: bytes) -> str:
    """Base64 as tokens have it."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class Issuer:
    """One provider. `keys` are published; `documents` takes the place of what it would answer, by path."""

    address: str = "https://id.example/"
    keys: list[Any] = field(default_factory=lambda: [rsa_key("first")])
    extra: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    is_down: bool = False
    asked: list[str] = field(default_factory=list)
    posted: list[tuple[dict[str, str], str]] = field(default_factory=list)

    def claims(self, **given: Any) -> dict[str, Any]:
        """Claims of a good access token; those given as None are left out."""
        now = int(time.time())
        good: dict[str, Any] = {"iss": self.address, "aud": AUDIENCE, "sub": "auth0|1", "iat": now, "exp": now + 600}
        good["jti"] = secrets.token_hex(8)
        return {name: value for name, value in (good | given).items() if value is not None}

    def token(self, key: Any = None, header: Mapping[str, Any] | None = None, **given: Any) -> str:
        """A good access token but for what is given."""
        key = key or self.keys[0]
        algorithm = "RS256" if key.key_type == "RSA" else "ES256"
        head = {"alg": algorithm, "kid": key.kid, "typ": "at+jwt", **(header or {})}
        return jwt.encode(head, self.claims(**given), key)

    def send(self, method: str, url: str, **options: Any) -> Mapping[str, Any]:
        """What hub.identity.provider sends its requests with, without a network."""
        self.asked.append(urlsplit(url).path)
        if self.is_down:
            raise ProviderError("connection refused")
        return self.answer(urlsplit(url).path)

    def answer(self, path: str) -> Any:
        """The document at `path`."""
        if path in self.documents:
            return self.documents[path]
        if path == "/.well-known/openid-configuration":
            base = self.address.rstrip("/")
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{base}/authorize",
                "token_endpoint": f"{base}/token",
                "userinfo_endpoint": f"{base}/userinfo",
                "end_session_endpoint": f"{base}/logout",
                "jwks_uri": f"{base}/jwks",
                **self.extra,
            }
        assert path == "/jwks", path
        return {"keys": [{**key.as_dict(private=False), "use": "sig"} for key in self.keys]}

    @contextmanager
    def serve(self) -> Iterator["Issuer"]:
        """Answer on loopback, under an address of its own, while the block runs."""
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(urlsplit(self.path).path)
                status, body = (503, b"") if issuer.is_down else (200, issuer.body(self.path))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                self.form = self.rfile.read(int(self.headers["Content-Length"])).decode()
                issuer.posted.append((dict(self.headers), self.form))
                self.do_GET()

            def log_message(self, *arguments: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            self.address = f"http://127.0.0.1:{server.server_port}/"
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield self
            finally:
                server.shutdown()

    def body(self, path: str) -> bytes:
        """The document at `path`, as it goes over the line; text stays as it is."""
        document = self.answer(urlsplit(path).path)
        return document if isinstance(document, bytes) else json.dumps(document).encode()
