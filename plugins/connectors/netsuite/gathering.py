"""Making items of rows of transactions: reading their applications and lines, and the documents that these lead to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from plugins.connectors.netsuite import queries
from plugins.connectors.netsuite.documents import APPLIED, DEPOSIT, INVOICES, JOURNAL, REFUND, Row, joined
from plugins.connectors.netsuite.queries import Books
from plugins.connectors.netsuite.suiteql import SuiteQL

_AT_ONCE = 1000
"""As many values as Oracle takes in one list."""


@dataclass(slots=True)
class Gathering:
    """One page's documents, with what of other pages it takes to state each document whole."""

    suiteql: SuiteQL
    books: Books
    documents: dict[int, Row] = field(default_factory=dict)
    _links: dict[tuple[Any, ...], Row] = field(default_factory=dict)
    _asked: set[int] = field(default_factory=set)

    def items(self, rows: Iterable[Row], *, alone: bool) -> list[Row]:
        """The items of rows. Deposit applications and refunds change the documents that they are of: these are read
        too, unless the page stands `alone` among others that have them.
        """
        self.documents = {int(row["id"]): row for row in rows}
        self._ask(key for key, row in self.documents.items() if row.get("type") not in INVOICES)
        if not alone and (sources := self._sources()):
            found = self.by_ids(sources)
            self.documents |= {int(row["id"]): row for row in found}
            self._ask(sources)
        self._ask(
            int(link["nextdoc"])
            for link in [*self._links.values()]
            if link["previoustype"] == DEPOSIT and link["nexttype"] == APPLIED
        )
        journals = [key for key, row in self.documents.items() if row.get("type") == JOURNAL]
        lines = [line for some in in_parts(journals) for line in self.suiteql.rows(queries.lines(some))]
        return [*joined(self.documents.values(), self._links.values(), lines)]

    def by_ids(self, ids: Iterable[int]) -> list[Row]:
        """The rows of documents by their ids."""
        return [
            row
            for some in in_parts(sorted(ids))
            for row in self.suiteql.rows(queries.transactions(self.books, f"t.id IN {queries.one_of(some)}", "t.id"))
        ]

    def _sources(self) -> set[int]:
        """The documents that the deposit applications and refunds of the page are of, and that are not in it."""
        wanted = set()
        for link in self._links.values():
            for one, other in (("next", "previous"), ("previous", "next")):
                kind, other_kind = link[f"{one}type"], link[f"{other}type"]
                if int(link[f"{one}doc"]) in self.documents and (
                    (kind == APPLIED and other_kind == DEPOSIT) or (kind == REFUND and other_kind not in INVOICES)
                ):
                    wanted.add(int(link[f"{other}doc"]))
        return wanted - self.documents.keys()

    def _ask(self, ids: Iterable[int]) -> None:
        """Read the links at documents that were not asked about yet."""
        for some in in_parts(sorted(set(ids) - self._asked)):
            self._asked.update(some)
            for rows, _ in self.suiteql.pages(partial(queries.links, some), _place):
                self._links |= {_identity(link): link for link in rows}


def in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Ids in lists that a query has room for."""
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _place(link: Row) -> tuple[int, int]:
    return int(link["nextdoc"]), int(link["previousdoc"])


def _identity(link: Row) -> tuple[Any, ...]:
    """What tells one link from all others; between two documents there may be several, by lines."""
    return tuple(link.get(name) for name in ("nextdoc", "nextline", "previousdoc", "previousline", "linktype"))
