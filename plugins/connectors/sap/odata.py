"""Asking an OData V2 service of SAP: filters, pages in an order of our own, and what its errors mean.

A server may answer fewer rows than asked and name the rest by `__next`, whose `$skiptoken` often counts rows: rows that
leave the result meanwhile make it skip others. So that address is taken only as the word that there is more; the rest
is asked for by what comes after the last row in the order.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from hub.sdk.errors import ConfigError, RefusedError, TransientError
from hub.sdk.http import Answer, Api
from plugins.connectors.sap.lines import day

Order = Sequence[tuple[str, bool]]
"""Properties and whether each is descending."""

_UNKNOWN_PROPERTY = re.compile(r"[Pp]roperty '?(\w+)'? not found")
_BATCH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of one answer; `has_more` is whether the server has more of them than it answered."""

    rows: list[dict[str, Any]]
    has_more: bool


class Service:
    """One service of the gateway, by its address. `answered_on` is the day by the server's own clock."""

    def __init__(self, api: Api, url: str, client: str | None, name: str) -> None:
        self._api, self._url, self._client, self.name = api, url, client, name
        self._unknown: set[str] = set()
        self.answered_on: date | None = None

    def ask(
        self,
        entities: str,
        *,
        where: str,
        select: Sequence[str],
        order: Order = (),
        top: int,
        expand: str = "",
    ) -> Rows:
        """The first rows. Properties that this release of SAP does not know are left out of what is asked for.

        Raises RefusedError where it does not know one of the filter or order; `knows` says then which.
        """
        query: dict[str, str | int] = {"$format": "json", "$top": top}
        if where:
            query["$filter"] = where
        if order:
            query["$orderby"] = ",".join(f"{name} desc" if descending else name for name, descending in order)
        if expand:
            query["$expand"] = expand
        if self._client:
            query["sap-client"] = self._client
        while True:
            query["$select"] = ",".join(name for name in select if name not in self._unknown)
            try:
                answer = self._api.get(f"{self._url}/{entities}", query=query)
            except RefusedError as error:
                unknown = _UNKNOWN_PROPERTY.search(message_of(error.body))
                if unknown is None or unknown[1] in self._unknown:
                    raise self._explained(error) from error
                self._unknown.add(unknown[1])
                if unknown[1] in where or any(unknown[1] == name for name, _ in order):
                    raise self._explained(error) from error
                continue
            self.answered_on = _day_of(answer) or self.answered_on
            return _rows(answer, top)

    def knows(self, name: str) -> bool:
        """Whether the service has not said that it does not know this property."""
        return name not in self._unknown

    def walk(
        self, entities: str, *, where: str, select: Sequence[str], order: Sequence[str], top: int, expand: str = ""
    ) -> Iterator[dict[str, Any]]:
        """All rows, ascending by properties that together are unique."""
        last: list[str] | None = None
        while True:
            rest = both(where, after([(name, False) for name in order], last)) if last else where
            found = self.ask(
                entities,
                where=rest,
                select=select,
                order=[(name, False) for name in order],
                top=top,
                expand=expand,
            )
            yield from found.rows
            if not found.has_more:
                return
            here = [literal(found.rows[-1].get(name)) for name in order]
            if here == last:
                raise TransientError(f"SAP answers the same rows of {entities} again and again")
            last = here

    def _explained(self, error: RefusedError) -> Exception:
        said = message_of(error.body)
        if error.status == 403:
            return ConfigError(
                f"SAP does not let this user read {self.name}: {said or 'forbidden'}. Assign its communication scenario"
                " or authorisation there",
                field="host",
            )
        if error.status == 404:
            return ConfigError(
                f"SAP has no service {self.name} at this host: {said or 'not found'}. Have it activated, or correct"
                " the host and client",
                field="host",
            )
        return RefusedError(f"SAP refuses to read {self.name}: {said or error}", error.status, error.body)


def literal(value: Any) -> str:
    """A value of an answer as a filter states it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return f"datetime'{value:%Y-%m-%d}T00:00:00'"
    text = str(value)
    if text.startswith("/Date("):
        return literal(day({"": text}, ""))
    return "'" + text.replace("'", "''") + "'"


def both(*conditions: str) -> str:
    """All of them, those that are empty left out."""
    return " and ".join(each for each in conditions if each)


def any_of(conditions: Iterable[str]) -> str:
    """One of them at least."""
    found = list(conditions)
    return f"({' or '.join(found)})" if len(found) > 1 else "".join(found)


def equal(names: Sequence[str], values: Sequence[Any]) -> str:
    """These properties have these values."""
    found = " and ".join(f"{name} eq {literal(value)}" for name, value in zip(names, values, strict=True))
    return f"({found})" if len(names) > 1 else found


def after(order: Order, literals: Sequence[str]) -> str:
    """What comes later in the order than a row with these values."""
    conditions, before = [], ""
    for (name, descending), value in zip(order, literals, strict=True):
        if not (descending and value == "null"):
            conditions.append(both(before, f"{name} {'lt' if descending else 'gt'} {value}"))
        before = both(before, f"{name} eq {value}")
    return any_of(f"({each})" for each in conditions)


def batches(keys: Iterable[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
    """As many keys as fit into one address."""
    found = sorted(set(keys))
    for start in range(0, len(found), _BATCH):
        yield found[start : start + _BATCH]


def message_of(body: bytes) -> str:
    """What an error's body says, in SAP's own words; empty where it is none."""
    try:
        return error_in(json.loads(body))
    except ValueError:
        return ""


def error_in(payload: Any) -> str:
    """The message of an OData error, empty where the payload is none."""
    error = payload.get("error") if isinstance(payload, Mapping) else None
    message = error.get("message") if isinstance(error, Mapping) else None
    value = message.get("value") if isinstance(message, Mapping) else message
    return str(value or (error.get("code") if isinstance(error, Mapping) else "") or "")[:500]


def results(payload: Any) -> list[Any]:
    """The rows in an answer: a list, with or without a count, or a single one. Raises ConfigError for anything else.

    Whether each row is an object is not looked at.
    """
    found = payload.get("d") if isinstance(payload, Mapping) else None
    if isinstance(found, Mapping):
        found = found.get("results", [found]) or []
    if not isinstance(found, list):
        said = error_in(payload)
        raise ConfigError(
            f"this is SAP's error: {said}" if said else "this is no OData answer of SAP: it has no d.results"
        )
    return found


def _rows(answer: Answer, top: int) -> Rows:
    payload = answer.json()
    if said := error_in(payload):
        raise TransientError(f"SAP answers {answer.status} with an error: {said}")
    try:
        found = results(payload)
    except ConfigError as error:
        raise TransientError(f"SAP's answer is no list of rows: {error}") from error
    if not all(isinstance(each, Mapping) for each in found):
        raise TransientError("SAP's answer is no list of rows")
    names_more = isinstance(payload["d"], Mapping) and bool(payload["d"].get("__next"))
    if names_more and not found:
        raise TransientError("SAP says that there are more rows, but answers none")
    rows = [{name: value for name, value in each.items() if not _is_deferred(name, value)} for each in found]
    return Rows(rows=rows, has_more=names_more or len(rows) >= top)


def _is_deferred(name: str, value: Any) -> bool:
    """What OData adds to a row: its address, and links that were not followed."""
    return name == "__metadata" or (type(value) is dict and "__deferred" in value)


def _day_of(answer: Answer) -> date | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).astimezone(UTC).date()
    except (TypeError, ValueError):
        return None


def today(service: Service) -> date:
    """The server's day where it has said one."""
    return service.answered_on or datetime.now(UTC).date()
