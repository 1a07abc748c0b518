"""Asking NetSuite by SuiteQL, and saying what its refusals mean."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from hub.sdk.errors import ConfigError, RefusedError, TransientError
from hub.sdk.http import Api

PATH = "/services/rest/query/v1/suiteql"
PAGE_ROWS = 1000
"""The most rows that one answer has."""

Row = Mapping[str, Any]

_RECORD = re.compile(r"Record '([\w.]+)' was not found|Invalid search type: (\w+)", re.IGNORECASE)
_COLUMN = re.compile(r"Unknown identifier '([\w.]+)'|Field '([\w.]+)' for record", re.IGNORECASE)


class UnseenError(ConfigError):
    """A record or column that the account does not have, or the role may not see; `name` says which."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name.lower()


class SuiteQL:
    """One account's books, asked in SQL. Repeating a query does no harm, so the hub may do so."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def rows(self, query: str) -> list[Row]:
        """The rows of a query that has no more than one page of them."""
        return self.page(query)[0]

    def page(self, query: str) -> tuple[list[Row], bool]:
        """The first rows of a query, and whether there are more.

        Raises UnseenError for what the role may not see, ConfigError, and what `Api.request` raises.
        """
        try:
            answer = self._api.request(
                "POST",
                PATH,
                query={"limit": PAGE_ROWS, "offset": 0},
                headers={"Prefer": "transient", "Content-Type": "application/json", "Accept": "application/json"},
                content=json.dumps({"q": " ".join(query.split())}).encode(),
                is_safe=True,
            )
        except RefusedError as error:
            raise _explained(error) from error
        found = answer.json()
        if isinstance(found, Mapping) and found.get("o:errorDetails"):
            raise _explained(RefusedError("NetSuite answered with an error", 400, answer.body))
        rows = found.get("items") if isinstance(found, Mapping) else None
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise TransientError("NetSuite's answer has no rows")
        count = found.get("count", len(rows))
        if not isinstance(count, int) or len(rows) < count:
            raise TransientError(f"NetSuite's answer has {len(rows)} rows where it says that it has {count}")
        kept: list[Row] = [{name.lower(): value for name, value in row.items() if name != "links"} for row in rows]
        return kept, found.get("hasMore", len(rows) >= PAGE_ROWS) is True

    def pages(self, query: Callable[[Any], str], key: Callable[[Row], Any]) -> Iterator[tuple[list[Row], bool]]:
        """All rows of a query in the order of `key`, page by page, each with whether there are more.

        `query` is told after which key to go on, None at first: rows that come and go meanwhile move no page.
        """
        last = None
        while True:
            rows, has_more = self.page(query(last))
            if last is not None and any(key(row) < last for row in rows):
                raise TransientError("NetSuite answers with rows from before those that were asked for")
            yield rows, has_more
            if not has_more:
                return
            before, last = last, max(map(key, rows), default=None)
            if last is None or last == before:
                raise TransientError("NetSuite says that there are more rows and sends the same ones again")


def _explained(error: RefusedError) -> Exception:
    """What a refusal means for the person who set the account up; the error itself where nobody can say."""
    detail = _detail(error.body)
    if found := _COLUMN.search(detail):
        name = found[1] or found[2]
        return UnseenError(
            f"NetSuite shows no column {name!r}, or none to the connection's role. ({detail[:300]})", name
        )
    if found := _RECORD.search(detail):
        name = found[1] or found[2]
        return UnseenError(
            f"NetSuite shows no record {name!r} to the connection's role: {_permission(name)}. ({detail[:300]})", name
        )
    if error.status == 403 or "INSUFFICIENT_PERMISSION" in detail:
        return ConfigError(
            "NetSuite refuses the connection's role: give it the permissions REST Web Services, SuiteAnalytics "
            f"Workbook and Log in using Access Tokens or OAuth 2.0 Access Tokens. ({detail[:300] or error})"
        )
    return RefusedError(f"{error}: {detail[:500]}" if detail else str(error), error.status, error.body)


def _detail(body: bytes) -> str:
    try:
        document = json.loads(body)
        details = document.get("o:errorDetails") or [{"detail": document.get("title", "")}]
        return " ".join(f"{each.get('detail', '')} {each.get('o:errorCode', '')}".strip() for each in details)
    except (ValueError, AttributeError, TypeError):
        return ""


_PERMISSIONS = {
    "transaction": "Transactions > Find Transaction",
    "transactionline": "Transactions > Find Transaction",
    "transactionaccountingline": "Transactions > Find Transaction",
    "nexttransactionlinelink": "Transactions > Find Transaction",
    "customer": "Lists > Customers",
    "account": "Lists > Accounts",
    "currency": "Lists > Currency",
    "subsidiary": "Lists > Subsidiaries",
    "deletedrecord": "Lists > Deleted Records",
}


def _permission(name: str) -> str:
    wanted = _PERMISSIONS.get(name.lower())
    return f"give it the permission {wanted} (View)" if wanted else "give it the permission to view these"
