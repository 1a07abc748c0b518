"""Rows of transactions and the links between them, put together: each document with all that was applied of it.

NetSuite keeps an application as a link from the document that is owed (previous) to the one that settles it (next):
invoice -> payment, credit memo, deposit application or journal. A customer deposit is applied through deposit
applications, so their links count as the deposit's. A refund is linked to what it pays back.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Row = Mapping[str, Any]

INVOICES = frozenset({"CustInvc", "CustChrg", "FinChrg"})
PAYMENT, CREDIT, DEPOSIT, APPLIED, REFUND, JOURNAL = "CustPymt", "CustCred", "CustDep", "DepAppl", "CustRfnd", "Journal"
TYPES = (*sorted(INVOICES), PAYMENT, CREDIT, DEPOSIT, APPLIED, REFUND)
"""The types that are receivables in any case; a journal is where one of its lines is."""


def joined(rows: Iterable[Row], links: Iterable[Row], lines: Iterable[Row] = ()) -> Iterator[dict[str, Any]]:
    """The items of these documents, with `applications` (links) and, for journals, `lines`.

    Deposit applications and refunds whose documents are known are told by these, and are no items of their own.
    """
    rows = list(rows)
    documents = {str(row["id"]): row for row in rows if "id" in row}
    ends = _Ends(_completed(link, documents) for link in links)
    journals: dict[str, list[Row]] = defaultdict(list)
    for line in lines:
        journals[str(line.get("transaction"))].append(line)
    yield from ({**row} for row in rows if "id" not in row)
    for key, row in documents.items():
        kind = str(row.get("type"))
        if kind in INVOICES:
            yield {**row}
        elif not (kind == APPLIED and ends.deposit_of(key)) and not (kind == REFUND and ends.touch(key)):
            lines_of = {"lines": journals[key]} if key in journals else {}
            yield {**row, **lines_of, "applications": ends.applications(key, kind)}


def is_application(link: Row) -> bool:
    """Whether a link says that one document settles another. Other links say, for example, what was made from what."""
    ends = (link.get("previoustype"), link.get("nexttype"))
    return link.get("linktype", "Payment") == "Payment" or REFUND in ends or ends == (DEPOSIT, APPLIED)


def without_copies(answers: Iterable[list[Row]]) -> list[Row]:
    """The links of several answers, one of which may repeat what another has; in one answer a link may stand twice."""
    most: Counter[str] = Counter()
    known: dict[str, Row] = {}
    for links in answers:
        written = {repr(sorted(link.items())): link for link in links}
        known |= written
        for key, count in Counter(repr(sorted(link.items())) for link in links).items():
            most[key] = max(most[key], count)
    return [known[key] for key in most.elements()]


class _Ends:
    """The applications among links, by the documents at both ends."""

    def __init__(self, links: Iterable[Row]) -> None:
        self._next: dict[str, list[Row]] = defaultdict(list)
        self._previous: dict[str, list[Row]] = defaultdict(list)
        for link in links:
            if is_application(link) and "nextdoc" in link and "previousdoc" in link:
                self._next[str(link["nextdoc"])].append(link)
                self._previous[str(link["previousdoc"])].append(link)

    def touch(self, key: str) -> bool:
        return key in self._next or key in self._previous

    def deposit_of(self, key: str) -> str | None:
        """The deposit that a deposit application is of."""
        return next((str(link["previousdoc"]) for link in self._next[key] if link["previoustype"] == DEPOSIT), None)

    def applications(self, key: str, kind: Any) -> list[Row]:
        """What a document settles, and what was paid back of it; of a journal also what settles it."""
        settled = self._settled(key)
        if kind == JOURNAL:
            return settled + self._previous[key]
        paid_back = [link for link in self._previous[key] if link["nexttype"] == REFUND]
        through = sorted({str(link["nextdoc"]) for link in self._previous[key] if link["nexttype"] == APPLIED})
        return [*settled, *(link for each in through for link in self._settled(each)), *paid_back]

    def _settled(self, key: str) -> list[Row]:
        return [link for link in self._next[key] if link["previoustype"] != DEPOSIT]


def _completed(link: Row, documents: Mapping[str, Row]) -> Row:
    """A link with what is known of its ends and it does not say itself."""
    found = {**link}
    for end in ("previous", "next"):
        document = documents.get(str(link.get(f"{end}doc")), {})
        for name, column in (("type", "type"), ("voided", "voided")):
            if found.get(f"{end}{name}") is None:
                found[f"{end}{name}"] = document.get(column)
    return found
