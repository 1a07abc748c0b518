"""One call to an endpoint, signed as Standard Webhooks have it. No transaction is open while it is made."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from hub.settings import Settings
from hub.webhooks.retrying import asked_wait

if TYPE_CHECKING:
    import httpx

TIMEOUT = 15.0
PORTS = (443, 8443)
_MOST_BYTES = 65_536
_EXCERPT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What has to be told: `id` names the message and is the same at every try."""

    id: str
    body: bytes
    url: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a try. `error` is empty where it was taken; `excerpt` is how the answer began."""

    at: datetime
    code: int | None
    error: str
    milliseconds: int
    excerpt: str = ""
    asked: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the endpoint took it."""
        return not self.error

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint says that it wants no more."""
        return self.code == 410

    @property
    def shown(self) -> dict[str, Any]:
        """As it is kept with the call."""
        return {
            "at": self.at.isoformat(),
            "code": self.code,
            "error": self.error or None,
            "milliseconds": self.milliseconds,
        }


def signatures(secrets: Collection[str], message_id: str, at: datetime, body: bytes) -> str:
    """The `webhook-signature` header: one signature for each secret that is good now."""
    from standardwebhooks.webhooks import Webhook

    return " ".join(Webhook(each).sign(message_id, at, body.decode()) for each in secrets)


def make(call: Call, settings: Settings, timeout: float = TIMEOUT) -> Outcome:
    """Post the message to its endpoint; what goes wrong is in the outcome. Redirects are not followed."""
    import httpx

    from hub import outbound

    at = datetime.now(UTC)
    headers = {
        "Content-Type": "application/json",
        "webhook-id": call.id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signatures(call.secrets, call.id, at, call.body),
    }
    begun = time.monotonic()
    code, error, excerpt, asked = None, "", "", None
    client = outbound.client(
        allow_private=settings.is_private_host(urlsplit(call.url).hostname or ""),
        ports=PORTS,
        timeout=timeout,
        max_bytes=_MOST_BYTES,
    )
    try:
        with client, client.stream("POST", call.url, content=call.body, headers=headers) as response:
            code = response.status_code
            error = _refusal(code)
            asked = asked_wait(response.headers.get("Retry-After", ""), at)
            excerpt = _beginning(response)
    except (httpx.HTTPError, httpx.InvalidURL) as failed:
        error = error or said_of(failed)
    return Outcome(
        at=at,
        code=code,
        error=error,
        milliseconds=round((time.monotonic() - begun) * 1000),
        excerpt=excerpt,
        asked=asked,
    )


def said_of(error: Exception) -> str:
    """What went wrong with a call, in a sentence for people."""
    import httpx

    from hub.outbound import RefusedError

    if isinstance(error, RefusedError):
        return str(error)
    if isinstance(error, httpx.TimeoutException):
        return "It did not answer in time."
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return "The address cannot be used."
    if isinstance(error, httpx.ConnectError):
        return "It could not be reached: its name is not known, it refused the connection, or its certificate is bad."
    return "The connection broke before it answered."


def _refusal(code: int) -> str:
    if 200 <= code < 300:
        return ""
    if 300 <= code < 400:
        return f"It answered {code}, a redirect; redirects are not followed. Enter the address that it leads to."
    if code == 410:
        return "It answered 410: it wants no more of these calls."
    return f"It answered {code}."


def _beginning(response: "httpx.Response") -> str:
    """How an answer's text begins. No more of it is read than is kept; one that breaks off was given all the same."""
    import httpx

    got = b""
    try:
        for piece in response.iter_bytes(_EXCERPT * 4):
            got += piece
            if len(got) >= _EXCERPT * 4:
                break
    except httpx.HTTPError:
        pass
    text = got.decode("utf-8", "replace").replace("\0", "�")
    return text[:_EXCERPT]
