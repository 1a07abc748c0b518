"""One item as ledger records. Pure: the item and how it is to be read decide everything.

NetSuite states totals of credit memos as negative, records are positive. Where a document was voided its amounts are 0,
or a journal takes them back, as the account prefers; either way it is `void` and counts nowhere.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from hub.sdk.errors import RecordError
from hub.sdk.records import AllocationKind, CreditMemo, Customer, DocumentStatus, Entity, Gone, Invoice, Payment, Record
from plugins.connectors.netsuite.applying import applications
from plugins.connectors.netsuite.cells import Cells, Reading
from plugins.connectors.netsuite.documents import APPLIED, CREDIT, DEPOSIT, INVOICES, JOURNAL, PAYMENT, REFUND
from plugins.connectors.netsuite.journals import deleted_journal, journal

_DELETED: dict[str, Entity] = {
    "customer": "customer",
    "invoice": "invoice",
    "statementcharge": "invoice",
    "customerrefund": "invoice",
    "customerpayment": "payment",
    "customerdeposit": "payment",
    "depositapplication": "payment",
    "creditmemo": "credit_memo",
}
_CODES = {
    "custinvc": "invoice",
    "custchrg": "statementcharge",
    "custpymt": "customerpayment",
    "custcred": "creditmemo",
    "custdep": "customerdeposit",
    "depappl": "depositapplication",
    "custrfnd": "customerrefund",
    "journal": "journalentry",
}  # how transactions call the same types
DELETED_TYPES = (*_DELETED, "journalentry")
"""The record types whose deletion matters."""


def records(stream: str, item: Mapping[str, Any], reading: Reading) -> Iterator[Record]:
    """The records an item states. Raises RecordError naming the document, its column and what was expected."""
    if not isinstance(item, Mapping):
        raise RecordError(f"{item!r:.80} is no row", value=f"{item!r:.80}", expected="an object")
    cells = Cells(item, reading)
    if stream == "customers":
        yield _customer(cells)
        return
    if stream == "deletions":
        yield from _deleted(cells)
        return
    links = [Cells(_dated(each, item), reading) for each in item.get("applications", ())]
    kind = cells.text("type")
    if kind == JOURNAL:
        yield from journal(cells, [Cells(each, reading) for each in item.get("lines", ())], links)
    elif kind in INVOICES or kind == REFUND:
        yield _invoice(cells)
    elif kind == CREDIT:
        yield _credit_memo(cells)
        yield from applications(
            cells, _counted(cells, links), "credit_memo", "credit_memo", cells.id, cells.required_day("trandate")
        )
    elif kind in (PAYMENT, DEPOSIT, APPLIED):
        yield _payment(cells)
        how: AllocationKind = "payment" if kind == PAYMENT else "prepayment"
        yield from applications(cells, _counted(cells, links), how, "payment", cells.id, cells.required_day("trandate"))
    else:
        cells.fail("type", "a transaction on receivables, such as CustInvc")


def _customer(cells: Cells) -> Customer:
    person = f"{cells.text('firstname')} {cells.text('lastname')}".strip()
    names = (cells.text("companyname"), person, cells.text("altname"), cells.text("entityid"), cells.id)
    has_currency = cells.text("currency") or cells.text("currencysymbol")
    return Customer(
        external_id=cells.id,
        name=next(name for name in names if name),
        email=cells.text("email") or None,
        currency=cells.currency if has_currency else None,
        updated_at=cells.updated_at,
    )


def _invoice(cells: Cells) -> Invoice:
    issued_on, status = cells.required_day("trandate"), _status(cells)
    return Invoice(
        external_id=cells.id,
        customer_id=cells.required("entity", "a customer"),
        number=cells.text("tranid") or cells.id,
        issued_on=issued_on,
        due_on=cells.day("duedate") or issued_on,
        currency=cells.currency,
        total=_total(cells),
        balance=cells.money("foreignamountunpaid") if status == "open" else None,
        status=status,
        terms=cells.text("termsname") or None,
        exchange_rate=cells.rate,
        updated_at=cells.updated_at,
    )


def _credit_memo(cells: Cells) -> CreditMemo:
    return CreditMemo(
        external_id=cells.id,
        customer_id=cells.required("entity", "a customer"),
        number=cells.text("tranid") or cells.id,
        issued_on=cells.required_day("trandate"),
        currency=cells.currency,
        total=_total(cells),
        status=_status(cells),
        exchange_rate=cells.rate,
        updated_at=cells.updated_at,
    )


def _payment(cells: Cells) -> Payment:
    """A payment, or a deposit: money received before there was an invoice."""
    return Payment(
        external_id=cells.id,
        customer_id=cells.required("entity", "a customer"),
        paid_on=cells.required_day("trandate"),
        currency=cells.currency,
        amount=_total(cells),
        status="open" if _status(cells) == "open" else "void",  # one that waits for approval counts nowhere either
        exchange_rate=cells.rate,
        updated_at=cells.updated_at,
    )


def _status(cells: Cells) -> DocumentStatus:
    return "void" if cells.is_void else "open" if cells.is_posted else "draft"


def _total(cells: Cells) -> Decimal:
    total = cells.money("foreigntotal")
    return cells.fail("foreigntotal", "an amount") if total is None else abs(total)


def _counted(cells: Cells, links: list[Cells]) -> list[Cells]:
    return links if _status(cells) == "open" else []


def _deleted(cells: Cells) -> Iterator[Record]:
    word = (cells.text("scriptid") or cells.text("recordtypeid")).lower()
    kind = _CODES.get(word, word)
    document, gone_on = cells.required("recordid", "the internal id"), cells.required_day("deleteddate")
    if kind == "journalentry":
        yield from deleted_journal(document, gone_on)
    elif kind in _DELETED:
        yield Gone(entity=_DELETED[kind], external_id=document, gone_on=gone_on)


def _dated(link: Mapping[str, Any], item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**link, "dateorder": item["dateorder"]} if "dateorder" in item else link
