"""What a payment, deposit, credit memo or journal line settled, and what was paid back of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from hub.sdk.records import Allocation, AllocationKind, AllocationsComplete, Record
from plugins.connectors.netsuite.cells import Cells
from plugins.connectors.netsuite.documents import APPLIED, JOURNAL, REFUND


def record_id(document: str, kind: str, line: str) -> str:
    """The id of the record that a document is; of a journal each line on receivables is one."""
    return f"{document}-{line}" if kind == JOURNAL and line else document


def applications(
    cells: Cells,
    links: Sequence[Cells],
    kind: AllocationKind,
    source: Literal["payment", "credit_memo"],
    source_id: str,
    made_on: date,
) -> Iterator[Record]:
    """All allocations of the document in `cells`, and that they are all there are. `made_on` is its own date."""
    found: dict[str, Allocation] = {}
    for link in links:
        if link.flag("nextvoided") and link.text("nexttype") in (APPLIED, REFUND):
            continue
        amount = link.money("foreignamount")
        if amount is None:
            amount = _rest(cells, link, links)
        end = "next" if link.text("previousdoc") == cells.id else "previous"
        is_refund = link.text(f"{end}type") == REFUND
        invoice = record_id(link.required(f"{end}doc", "a document"), link.text(f"{end}type"), link.text(f"{end}line"))
        through = source_id if end == "next" else _settling(link)
        # What settles what is not dated in NetSuite: it cannot be before both documents are there.
        days = [day for day in (made_on, link.day("previousdate"), link.day("nextdate")) if day]
        allocation = Allocation(
            external_id=f"{through}-{invoice}",
            invoice_id=None if is_refund else invoice,
            kind="refund" if is_refund else kind,
            amount=abs(amount),
            applied_on=max(days),
            source_id=source_id,
            source_kind=source if is_refund else None,
            updated_at=cells.updated_at,
        )
        if allocation.amount:
            held = found.get(allocation.external_id)  # several lines may settle the same invoice
            found[allocation.external_id] = (
                replace(held, amount=held.amount + allocation.amount) if held else allocation
            )
    yield from found.values()
    yield AllocationsComplete(entity=source, external_id=source_id, gone_on=cells.updated_on or made_on)


def _settling(link: Cells) -> str:
    return record_id(link.required("nextdoc", "a document"), link.text("nexttype"), link.text("nextline"))


def _rest(cells: Cells, link: Cells, links: Sequence[Cells]) -> Decimal:
    """The amount of a link without one: what was used of the document and no other link of it says."""
    used, others = (
        cells.money("foreignpaymentamountused"),
        [each.money("foreignamount") for each in links if each is not link],
    )
    if used is None or None in others:
        link.fail("foreignamount", "the amount applied")
    return abs(used) - sum((abs(each) for each in others if each is not None), Decimal(0))
