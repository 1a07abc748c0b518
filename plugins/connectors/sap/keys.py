"""What identifies a raw line of the line item cube, and what it hangs together with. Never raises for odd lines."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

_TICKS = re.compile(r"/Date\((-?\d{1,15})")
Raw = Mapping[str, Any]
Key = tuple[str, ...]

LINE_KEY = ("CompanyCode", "FiscalYear", "AccountingDocument", "AccountingDocumentItem")


def text(raw: Raw, name: str) -> str:
    """A property as trimmed text; what is missing or null is empty."""
    value = raw.get(name)
    return "" if value is None else str(value).strip()


def number(raw: Raw, name: str) -> str:
    """A numeric text such as a fiscal year, empty where SAP fills it with zeros for "none"."""
    value = text(raw, name)
    return value if value.strip("0") else ""


def line_key(raw: Raw) -> Key:
    """Company code, fiscal year, document and item."""
    return tuple(text(raw, name) for name in LINE_KEY)


def document_key(raw: Raw) -> Key:
    """Company code, fiscal year and document."""
    return line_key(raw)[:3]


def clearing_key(raw: Raw) -> Key:
    """What the lines that settled each other share."""
    year = number(raw, "ClearingDocFiscalYear")
    return text(raw, "CompanyCode"), year, text(raw, "ClearingAccountingDocument")


def reference_key(raw: Raw) -> Key | None:
    """The document of the invoice that a line refers to, as `document_key` names it."""
    document = text(raw, "InvoiceReference")
    if not document:
        return None
    year = number(raw, "InvoiceReferenceFiscalYear") or text(raw, "FiscalYear")
    return text(raw, "CompanyCode"), year, document


def is_cleared(raw: Raw) -> bool:
    """Whether the line is settled: SAP's flag, or a clearing document where the flag was not sent."""
    flag = raw.get("IsCleared")
    if flag is None:
        return bool(text(raw, "ClearingAccountingDocument"))
    return flag if isinstance(flag, bool) else str(flag).lower() in ("true", "x", "1")


def is_debit(raw: Raw) -> bool:
    """Whether the line raises what the customer owes."""
    code = text(raw, "DebitCreditCode")
    return code == "S" or (code != "H" and not text(raw, "AmountInTransactionCurrency").startswith("-"))


def version(raw: Raw) -> tuple[int, bool, bool]:
    """What orders the versions of one line: the day of its last change; on one day it is cleared, then reversed."""
    found = _TICKS.match(text(raw, "LastChangeDate"))
    return int(found[1]) if found else 0, is_cleared(raw), text(raw, "IsReversed").lower() in ("true", "x", "1")


def is_line(row: Any) -> bool:
    """Whether something in an answer is a line, however little of it is there."""
    return isinstance(row, Mapping) and bool({"AccountingDocument", "CompanyCode"} & row.keys())


def is_receivable(raw: Raw) -> bool:
    """A customer's line in the ordinary receivables account: no down payment, bill of exchange or noted item."""
    return text(raw, "FinancialAccountType") in ("D", "") and not text(raw, "SpecialGLCode")


def units(lines: Iterable[Raw]) -> list[list[Raw]]:
    """Lines that have to be looked at together, in the order of their first lines.

    Cleared lines belong with all that have the same clearing document. An open invoice belongs with the open credits
    that refer to it; every other open credit stands alone. Of a line that comes twice the later one counts.
    """
    known = {line_key(raw) if any(line_key(raw)) else ("?", str(index)): raw for index, raw in enumerate(lines)}
    owing = {document_key(raw) for raw in known.values() if not is_cleared(raw) and is_debit(raw)}
    found: dict[tuple[str, Key], list[Raw]] = {}
    for key, raw in known.items():
        if not is_receivable(raw):
            continue
        if is_cleared(raw):
            unit = "cleared", clearing_key(raw) if text(raw, "ClearingAccountingDocument") else key
        elif is_debit(raw):
            unit = "open", document_key(raw)
        else:
            reference = reference_key(raw)
            unit = ("open", reference) if reference in owing and reference is not None else ("alone", key)
        found.setdefault(unit, []).append(raw)
    return list(found.values())


def is_balanced(lines: Iterable[Raw]) -> bool:
    """Whether cleared lines add up to nothing in each currency, as all lines of a clearing do."""
    sums: dict[str, Decimal] = {}
    for raw in lines:
        try:
            amount = abs(Decimal(text(raw, "AmountInTransactionCurrency")))
        except InvalidOperation:
            return True  # no more lines make this one readable
        currency = text(raw, "TransactionCurrency")
        sums[currency] = sums.get(currency, Decimal(0)) + (amount if is_debit(raw) else -amount)
    return not any(sums.values())
