"""Xero's own SDK over the hub's transport: its paths, parameters and headers, the hub's tokens, pace and retries.

The SDK's models are not used. They lose data (a null text becomes "None", a date with an offset the day before) and
one value they do not know costs a whole page; so each answer is taken as the JSON that came. The SDK is slow to
import, which only happens where something is called.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import orjson

from hub.sdk.errors import AuthError, RefusedError
from hub.sdk.http import Answer, Api
from plugins.connectors.xero.values import instant

_SENT = ("accept", "xero-tenant-id", "if-modified-since", "content-type", "idempotency-key")


class DisconnectedError(AuthError):
    """The grant is alive, but this organisation was taken out of it."""


class Client:
    """The calls of one connection. Each brings the JSON of the answer, or None where nothing changed (304)."""

    def __init__(self, api: Api) -> None:
        from xero_python.accounting import AccountingApi
        from xero_python.api_client import ApiClient
        from xero_python.api_client.configuration import Configuration
        from xero_python.api_client.oauth2 import OAuth2Token
        from xero_python.identity import IdentityApi

        # Each `Configuration()` is a copy of one that the process shares; the token object is never left in that.
        configuration = Configuration()
        configuration.oauth2_token = OAuth2Token()
        sdk = ApiClient(configuration, oauth2_token_getter=_no_token)
        sdk.rest_client = _Transport(api)
        self._accounting = AccountingApi(sdk, base_url=api.addresses["api"])
        self._identity = IdentityApi(sdk, base_url=api.addresses["connections"])
        self.clock: datetime | None = None
        """Xero's own time, as its last answer had it."""

    def connections(self) -> Any:
        """The organisations and practices that the grant opens."""
        return _json(self._identity.get_connections(_preload_content=False))

    def call(self, name: str, tenant: str, **arguments: Any) -> Any:
        """A method of the SDK's AccountingApi for one organisation."""
        try:
            answer: Answer = getattr(self._accounting, name)(tenant, _preload_content=False, **arguments)
        except RefusedError as error:
            if error.status == 403:
                raise DisconnectedError(
                    "Xero no longer lets this connection see the organisation: reconnect, and choose it again"
                ) from error
            raise
        found = _json(answer)
        stated = found.get("DateTimeUTC") if isinstance(found, Mapping) else None
        self.clock = instant(stated) or _date(answer) or self.clock
        return found


def since(moment: datetime) -> datetime:
    """A point in time as If-Modified-Since wants it: UTC without saying so, in whole seconds."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None)


class _Transport:
    """Stands where the SDK has its HTTP client, which would wait for hours on a Retry-After and knows no time-out."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def GET(self, url: str, *, query_params: Any = None, headers: Mapping[str, Any] | None = None, **_: Any) -> Answer:
        return self._api.request("GET", url, query=_query(query_params), headers=_headers(headers))

    def PUT(
        self,
        url: str,
        *,
        query_params: Any = None,
        headers: Mapping[str, Any] | None = None,
        body: Any = None,
        **_: Any,
    ) -> Answer:
        kept = _headers(headers)
        # What has a key is done once, however often it is asked for.
        is_safe = any(name.lower() == "idempotency-key" for name in kept)
        content = orjson.dumps(body)
        return self._api.request("PUT", url, query=_query(query_params), headers=kept, content=content, is_safe=is_safe)


def _query(parameters: Any) -> dict[str, str | int]:
    return {name: _written(value) for name, value in parameters or ()}


def _headers(headers: Mapping[str, Any] | None) -> dict[str, str]:
    return {name: str(value) for name, value in (headers or {}).items() if name.lower() in _SENT}


def _written(value: Any) -> str | int:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, int) else str(value)


def _no_token() -> Mapping[str, Any]:
    """What the SDK asks for before each call. The hub adds the real one; a token without an end is never refreshed."""
    return {"access_token": "the hub's", "token_type": "Bearer", "scope": [], "expires_in": None}


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        return None


def _json(answer: Answer) -> Any:
    return None if answer.status == 304 else answer.json()
