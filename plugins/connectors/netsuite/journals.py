"""Journals: each line on receivables is a record of its own. One that lowers them is a payment, else an invoice."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from hub.sdk.records import Entity, Gone, Invoice, Payment, Record
from plugins.connectors.netsuite.applying import applications, record_id
from plugins.connectors.netsuite.cells import Cells
from plugins.connectors.netsuite.documents import JOURNAL, REFUND

LINES = 20
"""Of how many lines a deleted journal's records are taken away at once: which it had, NetSuite does not say."""


def journal(cells: Cells, lines: Sequence[Cells], links: Sequence[Cells]) -> Iterator[Record]:
    """The records of a journal, one of each line with a customer; and that its other lines are none (any more)."""
    stated: set[tuple[Entity, str]] = set()
    for line in [each for each in lines if each.text("entity")] or [cells]:
        for record in _line(cells, line, [each for each in links if _is_of(each, cells, line)]):
            if isinstance(record, Invoice | Payment):
                stated.add(("invoice" if isinstance(record, Invoice) else "payment", record.external_id))
            yield record
    numbers = [line.text("line") for line in lines]
    for entity, external_id in _possible(cells.id, max([int(each) for each in numbers if each.isdigit()], default=0)):
        if lines and (entity, external_id) not in stated:
            yield Gone(
                entity=entity, external_id=external_id, gone_on=cells.updated_on or cells.required_day("trandate")
            )


def deleted_journal(document: str, gone_on: date) -> Iterator[Record]:
    """That what a journal was is gone."""
    for entity, external_id in _possible(document, LINES - 1):
        yield Gone(entity=entity, external_id=external_id, gone_on=gone_on)


def _possible(document: str, last: int) -> Iterator[tuple[Entity, str]]:
    for external_id in (document, *(f"{document}-{number}" for number in range(last + 1))):
        yield "invoice", external_id
        yield "payment", external_id


def _line(cells: Cells, line: Cells, links: Sequence[Cells]) -> Iterator[Record]:
    amount = line.money("foreignamount")
    amount = line.money("foreigntotal") if amount is None else amount
    if amount is None:
        line.fail("foreignamount", "an amount")
    external_id, made_on = record_id(cells.id, JOURNAL, line.text("line")), cells.required_day("trandate")
    settles = [each for each in links if each.text("nextdoc") == cells.id]
    settled_by = [each for each in links if each.text("previousdoc") == cells.id]
    if _lowers(line, amount, bool(settles)):
        # A journal that takes back a void document settles it; neither counts.
        is_void = cells.is_void or (bool(settles) and all(each.flag("previousvoided") for each in settles))
        yield Payment(
            external_id=external_id,
            customer_id=line.required("entity", "a customer"),
            paid_on=made_on,
            currency=cells.currency,
            amount=abs(amount),
            status="void" if is_void or not cells.is_posted else "open",
            exchange_rate=cells.rate,
            updated_at=cells.updated_at,
        )
        paid_back = [each for each in settled_by if each.text("nexttype") == REFUND]
        used = [] if is_void else settles + paid_back
        yield from applications(cells, used, "journal", "payment", external_id, made_on)
    elif amount:
        is_void = cells.is_void or (bool(settled_by) and all(each.flag("nextvoided") for each in settled_by))
        yield Invoice(
            external_id=external_id,
            customer_id=line.required("entity", "a customer"),
            number=cells.text("tranid") or cells.id,
            issued_on=made_on,
            due_on=cells.day("duedate") or made_on,
            currency=cells.currency,
            total=abs(amount),
            balance=None if is_void else line.money("foreignamountunpaid"),
            status="void" if is_void else "open" if cells.is_posted else "draft",
            exchange_rate=cells.rate,
            updated_at=cells.updated_at,
        )


def _lowers(line: Cells, amount: Decimal, settles: bool) -> bool:
    """Whether a line lowers the receivables. The sign says it; a journal without lines says it by its other columns."""
    if amount < 0 or line.text("line"):
        return amount < 0
    return settles or any(line.money(f"foreignpaymentamount{name}") for name in ("used", "unused"))


def _is_of(link: Cells, cells: Cells, line: Cells) -> bool:
    """Whether a link is of this line. Without a line number it is of the journal's only one."""
    end = "next" if link.text("nextdoc") == cells.id else "previous"
    number = link.text(f"{end}line")
    return not number or not line.text("line") or number == line.text("line")
