"""Reading customers' lines from the line item cube, and completing those that hang together."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from hub.sdk.errors import RefusedError
from plugins.connectors.sap.cursors import day_or_none, newest_day
from plugins.connectors.sap.keys import (
    LINE_KEY,
    Key,
    Raw,
    clearing_key,
    document_key,
    is_balanced,
    is_cleared,
    is_debit,
    line_key,
    reference_key,
    text,
    units,
)
from plugins.connectors.sap.odata import Order, Rows, Service, any_of, batches, both, equal, literal

ENTITIES = "A_OperationalAcctgDocItemCube"
PAGE = 1_000

ENTRY_DATES = ("LastChangeDate", "AccountingDocumentCreationDate")
CHANGE_DATES = (*ENTRY_DATES, "ClearingDate", "ClearingCreationDate")
"""A document that was never changed has no change date; a clearing leaves the change date of what it clears alone."""

PROPERTIES = (
    *LINE_KEY,
    *("FinancialAccountType", "AccountingDocumentType", "DebitCreditCode", "SpecialGLCode"),
    *("Customer", "CustomerName", "DocumentReferenceID"),
    *("PostingDate", "DocumentDate", "NetDueDate", "DueCalculationBaseDate", "NetPaymentDays", "PaymentTerms"),
    *("TransactionCurrency", "AmountInTransactionCurrency", "CompanyCodeCurrency", "AmountInCompanyCodeCurrency"),
    *("IsCleared", "ClearingAccountingDocument", "ClearingDocFiscalYear", *CHANGE_DATES),
    *("InvoiceReference", "InvoiceReferenceFiscalYear", "InvoiceItemReference"),
    *("IsReversed", "IsReversal", "ReverseDocument", "DunningBlockingReason", "PaymentDifferenceReason"),
)

OPEN = "IsCleared eq false"
CLEARED = "IsCleared eq true"
LINE_ORDER = tuple((name, False) for name in LINE_KEY)


class Cube:
    """The ordinary receivables lines of some company codes; of all that the user may see where none are named."""

    def __init__(self, service: Service, company_codes: Sequence[str]) -> None:
        self.service = service
        codes = any_of(equal(("CompanyCode",), (code,)) for code in company_codes)
        self._where = both("FinancialAccountType eq 'D'", "SpecialGLCode eq ''", codes)

    def page(self, where: str, order: Order, top: int = PAGE, select: Sequence[str] = PROPERTIES) -> Rows:
        """The first lines in an order."""
        return self.service.ask(ENTITIES, where=both(self._where, where), select=select, order=order, top=top)

    def all(self, where: str, select: Sequence[str] = PROPERTIES, top: int = PAGE) -> Iterator[dict[str, Any]]:
        """All lines, by their keys."""
        return self.service.walk(ENTITIES, where=both(self._where, where), select=select, order=LINE_KEY, top=top)

    def newest(self) -> date | None:
        """The last day, today at most, on which something was entered or changed; None where there is nothing."""
        found: list[date] = []
        for name in ENTRY_DATES:
            with self._where_known(name):
                rows = self.page(f"{name} ne null", [(name, True)], top=1, select=(*LINE_KEY, name)).rows
                found += [newest] if (newest := newest_day(rows, [name], self.service.answered_on)) else []
        return max(found, default=None)

    def changed_since(self, since: date) -> list[dict[str, Any]]:
        """Lines entered, changed or cleared on this day or later."""
        for _ in CHANGE_DATES:
            names = [name for name in CHANGE_DATES if self.service.knows(name)]
            with self._where_known(*names):
                return list(self.all(any_of(f"{name} ge {literal(since)}" for name in names)))
        return []

    @contextmanager
    def _where_known(self, *names: str) -> Iterator[None]:
        """Goes on where the service turned out not to know one of these properties."""
        try:
            yield
        except RefusedError:
            if all(self.service.knows(name) for name in names):
                raise

    def by_key(self, keys: Iterable[Key]) -> Iterator[dict[str, Any]]:
        """These lines, as far as they are there."""
        for batch in batches(keys):
            yield from self.all(any_of(equal(LINE_KEY, key) for key in batch))

    def complete(self, lines: Iterable[Raw], since: date | None = None) -> list[list[Raw]]:
        """Each line with all that hang together with it, read anew where they may not all be among them.

        `since`: the lines are all that were cleared on this day or later, so that whole clearings of then need no call.
        """
        known: dict[Key, Raw] = {line_key(raw): raw for raw in lines}
        wanted = set(known)
        clearings: dict[Key, list[Raw]] = {}
        for raw in known.values():
            if is_cleared(raw) and text(raw, "ClearingAccountingDocument"):
                clearings.setdefault(clearing_key(raw), []).append(raw)
        for raw in self._cleared_by(key for key, lines in clearings.items() if not _is_whole(lines, since)):
            known[line_key(raw)] = raw
        referred = {reference_key(raw) for raw in known.values() if _names_invoice(raw)} - {None}
        have = {document_key(raw) for raw in known.values() if not is_cleared(raw) and is_debit(raw)}
        for batch in batches(key for key in referred - have if key is not None):
            where = any_of(equal(LINE_KEY[:3], key) for key in batch)
            for raw in self.all(both(OPEN, where)):
                known[line_key(raw)] = raw
        owing = {document_key(raw) for raw in known.values() if not is_cleared(raw) and is_debit(raw)}
        for raw in self._referring_to(owing):
            known[line_key(raw)] = raw
        return [unit for unit in units(known.values()) if any(line_key(raw) in wanted for raw in unit)]

    def _cleared_by(self, clearings: Iterable[Key]) -> Iterator[dict[str, Any]]:
        for batch in batches(clearings):
            yield from self.all(any_of(_cleared_by(key) for key in batch))

    def _referring_to(self, documents: Iterable[Key]) -> Iterator[dict[str, Any]]:
        for batch in batches(documents):
            # The year of the reference is left out: where it is empty it is the year of the line.
            refers = (equal(("CompanyCode", "InvoiceReference"), (key[0], key[2])) for key in batch)
            yield from self.all(both(OPEN, any_of(refers)))


def _cleared_by(clearing: Key) -> str:
    company, year, document = clearing
    if not year:
        return equal(("CompanyCode", "ClearingAccountingDocument"), (company, document))
    return equal(("CompanyCode", "ClearingDocFiscalYear", "ClearingAccountingDocument"), clearing)


def _is_whole(lines: list[Raw], since: date | None) -> bool:
    days = [day_or_none(raw, "ClearingDate") for raw in lines]
    return since is not None and all(day and day >= since for day in days) and is_balanced(lines)


def _names_invoice(raw: Raw) -> bool:
    return not is_cleared(raw) and not is_debit(raw) and bool(text(raw, "InvoiceReference"))
