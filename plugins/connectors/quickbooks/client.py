"""The calls made to QuickBooks: through the official SDK, over the hub's HTTP instead of the SDK's own.

The SDK throws response headers away, sets no time-outs, and turns throttling into a validation error. So its session
is replaced by one that asks the hub, which paces, retries and authorises; what reaches the SDK is only what succeeded.
The SDK's answers are taken as the parsed JSON they are: its typed objects would drop what they do not know.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from quickbooks import QuickBooks
from quickbooks.exceptions import AuthorizationException, QuickbooksException

from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sdk.http import Answer, Api
from plugins.connectors.quickbooks.answers import time_of

MINOR_VERSION = 75
"""The lowest that QuickBooks still serves, and the one whose fields are mapped here. Without it the SDK guesses."""
MOST = 1000
"""So many objects a query answers at most, and change data capture over all its entities."""
THROTTLED = 3001
NOT_FOUND = 610
_PRODUCTION = "https://quickbooks.api.intuit.com"
_BROKEN = 10_000

Item = Mapping[str, Any]


class Client:
    """One company at QuickBooks. `now` is the provider's clock at its last answer that told it, as text."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.now: str | None = None
        self._sdk: QuickBooks | None = None

    @property
    def realm(self) -> str:
        """The company's id. Raises ConfigError where the connection has none."""
        realm = self._api.account.get("realmId") or self._api.account.get("id")
        if not realm:
            raise ConfigError("the connection names no company (realmId); connect the account again")
        return realm

    def query(
        self, entity: str, where: str = "", order: str = "", *, start: int = 1, most: int = MOST, what: str = "*"
    ) -> list[Item]:
        """One page of a query. The SDK's own `all()` reads one page of 100, and words ORDERBY as nobody documents."""
        text = f"SELECT {what} FROM {entity}"
        if where:
            text += f" WHERE {where}"
        if order:
            text += f" ORDERBY {order}"
        found = self._response(text + f" STARTPOSITION {start} MAXRESULTS {most}").get(entity, [])
        return _objects(found)

    def count(self, entity: str, where: str = "") -> int:
        """How many of an entity there are."""
        text = f"SELECT COUNT(*) FROM {entity}" + (f" WHERE {where}" if where else "")
        return int(self._response(text).get("totalCount") or 0)

    def changed(self, entities: list[str], since: str) -> dict[str, list[Item]]:
        """What change data capture says of several entities at once; `since` with its UTC offset.

        Raises TooOldError where QuickBooks does not look back as far.
        """
        try:
            answer = self._call("change_data_capture", ",".join(entities), since)
        except RefusedError as error:
            if error.status == 400 and b"changedsince" in error.body.lower():
                raise TooOldError(f"QuickBooks has no record of changes since {since}") from error
            raise
        found: dict[str, list[Item]] = {entity: [] for entity in entities}
        for part in answer.get("CDCResponse") or []:
            for response in part.get("QueryResponse") or []:
                # An entity without changes is not named at all.
                for name, items in response.items():
                    if name in found:
                        found[name] += _objects(items)
        return found

    def report(self, name: str, **parameters: str) -> dict[str, Any]:
        """A report."""
        return self._call("get_report", name, dict(parameters))

    def create(self, entity: str, body: Mapping[str, Any], key: str) -> Item:
        """Have an entity made; asked again with the same key, QuickBooks answers with what it made before."""
        text = orjson.dumps(body, default=_digits).decode()
        found = self._call("create_object", entity, text, request_id=key).get(entity)
        if not isinstance(found, Mapping) or not found.get("Id"):
            raise TransientError(f"QuickBooks does not say which {entity} it made")
        return found

    def company(self) -> Item:
        """Name, country and time zone of the company."""
        found = self._call("get_single_object", "CompanyInfo", self.realm).get("CompanyInfo")
        return found if isinstance(found, Mapping) else {}

    def preferences(self) -> Item:
        """The company's settings; among them its home currency."""
        found = self._call("get", f"{self._quickbooks.api_url}/company/{self.realm}/preferences").get("Preferences")
        return found if isinstance(found, Mapping) else {}

    def _response(self, text: str) -> Item:
        found = self._call("query", text).get("QueryResponse")
        return found if isinstance(found, Mapping) else {}

    @property
    def _quickbooks(self) -> QuickBooks:
        if self._sdk is None:
            self._sdk = QuickBooks(company_id=self.realm, minorversion=MINOR_VERSION, use_decimal=True)
            self._sdk.session = _Session(self._api)
            self._sdk.api_url_v3 = self._api.addresses.get("api", _PRODUCTION).rstrip("/") + "/v3"
        return self._sdk

    def _call(self, method: str, *arguments: Any, **named: Any) -> dict[str, Any]:
        try:
            answer = getattr(self._quickbooks, method)(*arguments, **named)
        except RefusedError as error:
            if b'"3001"' in error.body or b"ThrottleExceeded" in error.body:
                # Said with status 403 in older days. There is no Retry-After; the documentation says a minute.
                raise TransientError("QuickBooks asks to slow down", retry_after=60) from error
            if error.status == 403:
                raise AuthError(
                    "QuickBooks does not let this connection into the company; connect again as an administrator of it"
                ) from error
            raise
        except QuickbooksException as error:
            raise _translated(error) from error
        if not isinstance(answer, dict):
            raise TransientError("QuickBooks answered with JSON that is no object")
        if time_of(answer) is not None:
            self.now = str(answer["time"])
        return answer


def _digits(value: Any) -> Any:
    """An amount as a number with just its digits."""
    if isinstance(value, Decimal):
        return orjson.Fragment(format(value, "f"))
    raise TypeError(f"{value!r} is no JSON")


def _objects(found: Any) -> list[Item]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


class TooOldError(Exception):
    """Change data capture does not look back so far: thirty days are what it has."""


def quoted(text: str) -> str:
    """Text as a value in a query."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _translated(error: QuickbooksException) -> Exception:
    """A fault inside an answer of status 200, or an answer that is no JSON, by what to do about it."""
    code = int(error.error_code or 0)
    said = " ".join(f"{error.message} {error.detail or ''}".split())[:300]
    if code == THROTTLED:
        return TransientError(f"QuickBooks asks to slow down: {said}", retry_after=60)
    if code >= _BROKEN:
        return TransientError(f"QuickBooks answered with what cannot be read: {said}")
    if isinstance(error, AuthorizationException):
        return AuthError(f"QuickBooks refuses the connection: {said}")
    return RefusedError(f"QuickBooks refuses ({code}): {said}", status=404 if code == NOT_FOUND else 400)


class _Reply:
    """What the SDK reads of a response."""

    def __init__(self, answer: Answer) -> None:
        self.status_code, self.text = answer.status, answer.text


class _Session:
    """What the SDK takes for its session of requests. The hub adds the token, so there is none here."""

    access_token = ""

    def __init__(self, api: Api) -> None:
        self._api = api

    def request(
        self, method: str, url: str, *, headers: Mapping[str, str], params: Mapping[str, Any], data: str | Any
    ) -> _Reply:
        kept = {name: value for name, value in headers.items() if name.casefold() != "authorization"}
        content = data.encode() if isinstance(data, str) and data else None
        # A query is a POST only because its text may be long; what writes has a key by which it is done once.
        answer = self._api.request(method, url, query=dict(params), headers=kept, content=content, is_safe=True)
        return _Reply(answer)
