"""How a connector calls its provider: through the hub, which authorises, paces, retries and bounds each request.

A connector never sees a token, a key or a password. It says what to ask for; the hub adds what opens the door, waits
its turn in the budget that all workers share, tries again what is safe to try again, and never follows a redirect.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from hub.sdk.errors import TransientError

Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider answered, read whole. `headers` are by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, its fractions as exact `Decimal`. Raises TransientError where it is cut or no JSON."""
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            kind = self.headers.get("content-type", "nothing")[:60]
            raise TransientError(f"the provider's answer is no JSON but {kind}, {len(self.body)} bytes") from error

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Api(Protocol):
    """The provider's interface for one connection. Made anew for each run, like the connector that uses it.

    `addresses` are the manifest's, or those the operator named instead. `account` is what the connection is to: the
    provider's id of the company, and what else came with the grant (QuickBooks: realmId; Xero: tenantId).
    """

    addresses: Mapping[str, str]
    account: Mapping[str, str]

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
        """Ask, and wait for the answer. A `url` without a host is at `addresses["api"]`.

        Answers are returned for statuses 200 to 304. `is_safe`: asking twice does no harm, so it is tried again when
        no answer comes (None: for GET and HEAD). Raises AuthError (401 after new tokens were tried, 403 where the
        grant is gone), TransientError (429, 5xx, time-outs, broken answers; `retry_after` as the provider says),
        RefusedError for other statuses, and ConfigError for an address that is none of the plugin's.
        """

    def get(self, url: str, query: Query | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """`request` for GET."""


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no amount")
