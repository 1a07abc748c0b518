"""Pages of lines that hang together: all of them from the start, then what changed since.

From the start: open lines first, so that there is something to forecast at once, then what was cleared, newest first.
A clearing is a run of lines in that order, and is cut by no page. Then by the days of change: the last day read and the
one before are read again each time, because days are all that SAP tells; where they hold nothing new, that is all.
What changed while all was read is read at once after it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby
from typing import Any

from hub.sdk.connector import Page
from hub.sdk.errors import TransientError
from plugins.connectors.sap.cube import CHANGE_DATES, CLEARED, ENTRY_DATES, LINE_ORDER, OPEN, Cube
from plugins.connectors.sap.cursors import Cursor, digest, first_day, newest_day
from plugins.connectors.sap.keys import (
    Key,
    Raw,
    document_key,
    is_balanced,
    is_debit,
    line_key,
    reference_key,
    text,
    units,
)
from plugins.connectors.sap.lines import customer_id
from plugins.connectors.sap.odata import Order, after, both, literal
from plugins.connectors.sap.partners import Partners

_BY_DOCUMENT = (("FiscalYear", True), ("CompanyCode", False), ("AccountingDocument", True))
_BY_CLEARING = (("ClearingDate", True), ("ClearingAccountingDocument", True))
_ITEM = (("AccountingDocumentItem", False),)
_UNITS = 500


def read_lines(cube: Cube, partners: Partners, cursor: str | None) -> Iterator[Page]:
    """Pages of items, from a cursor on or all of them."""
    at = Cursor.of(cursor) if cursor else None
    if at is None:
        newest = cube.newest()
        at = Cursor(since=newest.isoformat() if newest else None)
    if at.phase == "open":
        yield from _open(cube, partners, at)
        at = replace(at, phase="cleared", last=[])
    if at.phase == "cleared":
        yield from _cleared(cube, partners, at)
    if at.since is not None:
        yield from _changed(cube, partners, replace(at, phase="since", last=[]))
    else:
        yield Page(items=[], cursor=None, done=1.0)


def items(lines: Iterable[list[Raw]], partners: Partners) -> list[Mapping[str, Any]]:
    """Raw items of the stream: lines that hang together, with what is known of their customers."""
    found = list(lines)
    known = partners.of(text(raw, "Customer") for unit in found for raw in unit)
    return [item(unit, known) for unit in found]


def item(unit: list[Raw], partners: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """One raw item. Its lines are in the order of their keys, so that the same lines are the same item."""
    customers = sorted({customer_id(text(raw, "Customer")) for raw in unit})
    return {
        "lines": sorted(unit, key=line_key),
        "partners": [partners[each] for each in customers if each in partners],
    }


def _open(cube: Cube, partners: Partners, at: Cursor) -> Iterator[Page]:
    credits: dict[Key, list[Raw]] = {}
    for raw in cube.all(both(OPEN, "InvoiceReference ne ''", "DebitCreditCode eq 'H'")):
        credits.setdefault(reference_key(raw) or (), []).append(raw)
    for lines, last in _runs(cube, OPEN, _BY_DOCUMENT, _ITEM, at.last):
        alone = [raw for raw in lines if is_debit(raw) or reference_key(raw) is None]
        owing = dict.fromkeys(document_key(raw) for raw in alone if is_debit(raw))
        named = [raw for key in owing for raw in credits.pop(key, ())]
        yield Page(items=items(units([*alone, *named]), partners), cursor=str(replace(at, last=last)))
    # What is left names an invoice that is not open, or one that was read before an interruption.
    left = cube.complete(raw for each in credits.values() for raw in each)
    yield Page(items=items(left, partners), cursor=str(replace(at, phase="cleared", last=[])))


def _cleared(cube: Cube, partners: Partners, at: Cursor) -> Iterator[Page]:
    for lines, last in _runs(cube, CLEARED, _BY_CLEARING, LINE_ORDER, at.last):
        found = units(lines)
        broken = [unit for unit in found if not is_balanced(unit)]
        found = [unit for unit in found if is_balanced(unit)] + cube.complete(raw for unit in broken for raw in unit)
        yield Page(items=items(found, partners), cursor=str(replace(at, last=last)))


def _runs(cube: Cube, where: str, by: Order, then: Order, last: list[str]) -> Iterator[tuple[list[Raw], list[str]]]:
    """Pages of lines in an order, and the place after each. What is alike in the properties `by` is in one page.

    The last run of a page may go on in the next one, so it is left for that; where it fills the page it is read whole.
    """
    names = [name for name, _ in by]
    while True:
        page = cube.page(both(where, after(by, last) if last else ""), (*by, *then))
        alike = groupby(page.rows, lambda raw: [literal(raw.get(name)) for name in names])
        runs = [(key, list(lines)) for key, lines in alike]
        if page.has_more and len(runs) > 1:
            runs.pop()
        elif page.has_more and runs:
            key = runs[0][0]
            same = " and ".join(f"{name} eq {value}" for name, value in zip(names, key, strict=True))
            runs = [(key, list(cube.all(both(where, same))))]
        here = runs[-1][0] if runs else last
        yield [raw for _, lines in runs for raw in lines], here
        if not page.has_more:
            return
        if here == last:
            raise TransientError("SAP answers the same lines again and again")
        last = here


def _changed(cube: Cube, partners: Partners, at: Cursor) -> Iterator[Page]:
    since = date.fromisoformat(at.since or date.min.isoformat())
    rows = cube.changed_since(first_day(since))
    if digest(rows, CHANGE_DATES, since) == at.seen:
        yield Page(items=[], cursor=str(at), done=1.0)
        return
    newest = newest_day(rows, ENTRY_DATES, cube.service.answered_on)
    until = max(since, newest) if newest else since
    now = Cursor(since=until.isoformat(), seen=digest(rows, CHANGE_DATES, until), phase="since")
    found = cube.complete(rows, first_day(since))
    for start in range(0, len(found), _UNITS):
        end = start + _UNITS
        yield Page(
            items=items(found[start:end], partners),
            cursor=str(at if end < len(found) else now),
            done=min(1.0, end / len(found)),
        )
    if not found:
        yield Page(items=[], cursor=str(now), done=1.0)
