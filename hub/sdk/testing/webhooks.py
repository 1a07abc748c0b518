"""Webhooks out of a box: signed over the raw bytes, and wrong in every way that a script asks for."""

import base64
import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

import httpx

from hub.sdk.testing.entries import Change

if TYPE_CHECKING:
    from hub.sdk.testing.box import Box


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where events go, and the secret they are signed with."""

    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One POST and how it was answered: `status` 0 where it was not; `seconds` until then."""

    url: str
    status: int
    seconds: float
    text: str = ""


class WebhookSender:
    """Sends what changed to those who subscribed. Nothing is tried again by itself: retries are asked for.

    `encode(changes)` makes the provider's bodies of changes, each as bytes or JSON data. `headers(body)` adds what
    the provider sends besides the signature.
    """

    def __init__(
        self,
        box: "Box",
        *,
        header: str,
        encode: Callable[[Sequence[Change]], Sequence[Any]] | None = None,
        algorithm: Literal["sha256", "sha512"] = "sha256",
        encoding: Literal["base64", "hex"] = "base64",
        headers: Callable[[bytes], Mapping[str, str]] | None = None,
        timeout_seconds: float = 5.0,
    ) -> None:
        self.box = box
        self.header, self.algorithm, self.encoding = header, algorithm, encoding
        self.encode, self.headers, self.timeout_seconds = encode, headers, timeout_seconds
        self.deliveries: list[Delivery] = []
        self.subscriptions: list[Subscription] = []
        self._told = len(box.company.changes)
        kept = box.journal.keep("webhooks", lambda: [[asdict(each) for each in self.subscriptions], self._told])
        if kept:
            self.subscriptions, self._told = [Subscription(**each) for each in kept[0]], kept[1]
        box.webhooks = box.webhooks or self

    def subscribe(self, url: str, secret: str) -> Subscription:
        """Send to this address from now on."""
        subscription = Subscription(url, secret)
        self.subscriptions.append(subscription)
        self.box.journal.save()
        return subscription

    def sign(self, body: bytes, secret: str) -> str:
        """The signature of a body."""
        digest = hmac.new(secret.encode(), body, self.algorithm)
        return base64.b64encode(digest.digest()).decode() if self.encoding == "base64" else digest.hexdigest()

    def deliver(
        self,
        *bodies: Any,
        times: int = 1,
        reverse: bool = False,
        wrong_signature: bool = False,
        altered: bool = False,
        unsigned: bool = False,
    ) -> list[Delivery]:
        """Send bodies (bytes, or JSON data) to every subscription, and return how each POST was answered.

        `times`: each so often; `reverse`: the last first; `wrong_signature`: signed with another secret; `altered`:
        changed after signing; `unsigned`: without the header.
        """
        raw = [body if isinstance(body, bytes) else self.box.answer(body).get_data() for body in bodies]
        done: list[Delivery] = []
        for subscription in self.subscriptions:
            secret = subscription.secret + "-wrong" if wrong_signature else subscription.secret
            for body in (raw[::-1] if reverse else raw) * times:
                headers = {"Content-Type": "application/json", **(self.headers(body) if self.headers else {})}
                if not unsigned:
                    headers[self.header] = self.sign(body, secret)
                done.append(self._post(subscription.url, body + b" " if altered else body, headers))
        self.deliveries += done
        return done

    def deliver_changes(self, **how: Any) -> list[Delivery]:
        """Tell what changed since the last time; `how` as for `deliver`."""
        if self.encode is None:
            raise ValueError("this box does not say how its events look")
        with self.box.company.lock:
            changes = self.box.company.changes_since(self._told)
            self._told += len(changes)
            bodies = self.encode(changes) if changes else []
        self.box.journal.save()
        return self.deliver(*bodies, **how)

    def skip_changes(self) -> int:
        """Lose what changed since the last time, as if nobody had sent it; returns how many changes."""
        missed = len(self.box.company.changes) - self._told
        self._told += missed
        self.box.journal.save()
        return missed

    def _post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
        began = time.monotonic()
        try:
            answer = httpx.post(url, content=body, headers=dict(headers), timeout=self.timeout_seconds, trust_env=False)
        except httpx.HTTPError as error:
            return Delivery(url, 0, time.monotonic() - began, repr(error))
        return Delivery(url, answer.status_code, time.monotonic() - began, answer.text[:1000])
