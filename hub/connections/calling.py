"""The calls that a connector makes, made by the hub: hub.sdk.http.Api over one client, for one connection and one run.

Each request is authorised, waits for its turn in the budget that all workers share, is bounded in time and size, and is
made again where that can do no harm. No redirect is followed, and nothing is sent to where the plugin has no business.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from hub import outbound
from hub.connections import budgets, clients, credentials
from hub.connections.addresses import Addresses
from hub.connections.answers import Again, Renew, Stop, judge, judge_failure
from hub.connections.clients import Context
from hub.connections.credentials import Credential
from hub.connections.retrying import pause
from hub.redaction import redact
from hub.sdk.errors import ConfigError
from hub.sdk.http import Answer, Query

if TYPE_CHECKING:
    import httpx

    from hub.connections.service import Connection

log = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD"})
MAX_BYTES = 64 * 2**20
_LOGGED = 200
# What the hub says itself, and what would take a request elsewhere than its address says.
_OURS = frozenset({"authorization", "host", "content-length", "transfer-encoding", "connection", "accept-encoding"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often, how long and how far apart. Some providers think for two minutes before they answer."""

    timeout: float = 130
    tries: int = 3
    base_seconds: float = 0.5
    longest_wait: float = 5.0


@dataclass(slots=True)
class Stats:
    """What a run has cost at its provider. `bytes` as they came over the line, of bodies alone."""

    calls: int = 0
    retries: int = 0
    waited_seconds: float = 0.0
    bytes: int = 0


@dataclass(kw_only=True)
class HubApi:
    """hub.sdk.http.Api. `stats` counts what was done, `log` has the newest requests, a line each, without secrets."""

    addresses: Mapping[str, str]
    account: Mapping[str, str]
    places: Addresses
    credential: Credential = field(repr=False)
    budget: "budgets.Budget"
    pace: Pace = Pace()
    sleep: Callable[[float], object] = time.sleep
    go_on: Callable[[], object] = field(default=lambda: None, repr=False)
    """Called before each request; raises where whatever asks is to end."""
    stats: Stats = field(default_factory=Stats)

    def __post_init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_LOGGED)
        self._rng = random.Random()  # noqa: S311 - spreads retries
        self._clients: dict[bool, httpx.Client] = {}

    def request(
        self,
        method: str,
        url: str,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        is_safe: bool | None = None,
    ) -> Answer:
        """Ask, and wait for the answer. As hub.sdk.http.Api says."""
        method = method.upper()
        url = self._with_query(self.places.absolute(url), query)
        asked = {name.lower(): value for name, value in (headers or {}).items() if name.lower() not in _OURS}
        asked.setdefault("accept", "application/json")
        safe = method in SAFE if is_safe is None else is_safe
        tries, may_renew = 1, True
        while True:
            verdict = self._try(method, url, asked, content, safe)
            if isinstance(verdict, Answer):
                return verdict
            if isinstance(verdict, Renew) and may_renew and self.credential.renew():
                may_renew = False
            elif isinstance(verdict, Again) and tries < self.pace.tries:
                tries += 1
                self._wait(verdict, tries - 1)
            else:
                raise verdict.error
            self.stats.retries += 1

    def get(self, url: str, query: Query | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """`request` for GET."""
        return self.request("GET", url, query=query, headers=headers)

    @property
    def log(self) -> list[str]:
        """The newest requests, the oldest first."""
        return list(self._lines)

    def close(self) -> None:
        """Close the connections to the provider."""
        for each in self._clients.values():
            each.close()
        self._clients.clear()

    def _try(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, safe: bool
    ) -> Answer | Again | Renew | Stop:
        """One request: its answer, or what to do since there is none that can be used."""
        import httpx  # late, as its module asks

        self.go_on()
        what = f"{method} {urlsplit(url).path}"
        is_private = self.places.is_operators(url)
        opened = self.credential.headers(method, url, content, headers.get("content-type", ""))
        with self.budget.turn() as waited:
            self.stats.waited_seconds += waited
            self.stats.calls += 1
            began = time.monotonic()
            try:
                response = self._client(is_private).request(method, url, headers={**headers, **opened}, content=content)
            except httpx.InvalidURL as error:
                raise ConfigError(f"{what}: it is no address") from error
            except (httpx.LocalProtocolError, UnicodeEncodeError):
                # Without its message, which quotes what cannot be sent.
                message = f"{what}: something in it cannot be sent; enter what the connection is let in by anew"
                raise ConfigError(message) from None
            except httpx.HTTPError as error:
                self._note(what, type(error).__name__, began)
                return judge_failure(error, what, safe)
            self._note(what, response.status_code, began)
            self.budget.learn(response.status_code, response.headers)
        self.stats.bytes += response.extensions.get(outbound.RECEIVED, 0)
        answer = Answer(
            status=response.status_code,
            headers={name.lower(): value for name, value in response.headers.items()},
            body=response.content,
        )
        return judge(answer, what, safe, wants_json="json" in headers["accept"] and method != "HEAD")

    def _client(self, is_private: bool) -> "httpx.Client":
        if is_private not in self._clients:
            self._clients[is_private] = outbound.client(
                allow_private=is_private,
                # Where the operator named it, its origin was compared already.
                hosts=None if is_private else self.places.hosts,
                ports=self.places.ports,
                timeout=self.pace.timeout,
                max_bytes=MAX_BYTES,
                packed=True,
            )
        return self._clients[is_private]

    def _wait(self, verdict: Again, attempt: int) -> None:
        """Wait before the next try. Raises the verdict's error where that takes longer than a worker should sleep."""
        seconds = verdict.after
        if seconds is None:
            seconds = pause(attempt, self._rng, self.pace.base_seconds, self.pace.longest_wait)
        elif seconds > self.pace.longest_wait:
            raise verdict.error
        self.sleep(seconds)
        self.stats.waited_seconds += seconds

    def _note(self, what: str, outcome: object, began: float) -> None:
        line = redact(f"{what} {outcome} {(time.monotonic() - began) * 1000:.0f} ms")
        self._lines.append(line)
        log.debug("%s", line)

    @staticmethod
    def _with_query(url: str, query: Query | None) -> str:
        # Here and not by the client, for a signature is of the very letters that are sent.
        if not query:
            return url
        return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query, quote_via=quote)}"


def open_api(context: Context, connection: "Connection", *, is_interactive: bool = False) -> HubApi:
    """The provider's interface for a connection. `is_interactive`: a person waits, and may use the last of the budget.

    Raises ConfigError where something needed was not entered; tokens are asked for with the first request.
    """
    client = clients.client_of(context, connection)
    manifest = context.registry.get(connection.plugin)
    account = connection.account or {}
    values = {name: str(value) for name, value in (account.get("values") or {}).items()}
    if connection.account_id:
        values.setdefault("id", connection.account_id)
    # Of whoever calls the same place about the same company: a place of somebody's own, which may name any company as
    # its own, has a budget of its own.
    budgets_name = f"{client.addresses.named.get('api', '')} {connection.account_id or connection.id}"
    return HubApi(
        addresses=MappingProxyType(dict(client.addresses.named)),
        account=MappingProxyType(values),
        places=client.addresses,
        credential=credentials.credential(context, connection, client),
        budget=budgets.of(context.settings, manifest, budgets_name, is_interactive=is_interactive),
        # A connector may turn many pages before it hands over anything: so a worker that stops need not wait for it.
        go_on=getattr(context, "check", lambda: None),
    )
