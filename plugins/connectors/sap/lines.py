"""One line of the cube in typed form. Raises RecordError naming the property and what was expected."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from hub.sdk.errors import RecordError
from plugins.connectors.sap.keys import Key, clearing_key, is_cleared, is_debit, line_key, number, reference_key, text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE = re.compile(r"/Date\((-?\d{1,15})(?:[+-]\d{1,4})?\)/")

_MOST_DIGITS = 20  # SAP's own amounts have 24 places, three of them decimals

Kind = Literal["invoice", "payment", "credit_memo", "journal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A customer's line. `amount` and `home` (company code currency) are above zero where the customer owes more."""

    id: str
    document: Key
    item: str
    type: str
    customer_id: str
    customer_name: str
    number: str
    posted_on: date
    documented_on: date
    due_on: date
    currency: str
    amount: Decimal
    home_currency: str
    home: Decimal
    cleared_on: date | None
    clearing: Key | None
    reference: Key | None
    reference_item: str
    is_reversed: bool
    is_reversal: bool
    terms: str | None
    block: str
    reason: str
    last_on: date

    def refers_to(self, other: "Line") -> bool:
        """Whether this line names the other as the invoice that it belongs to."""
        return self.reference == other.document and self.reference_item in ("", other.item)

    @property
    def closes_itself(self) -> bool:
        """Whether it was posted to clear others, and cleared in the same document."""
        return self.clearing is not None and self.clearing[::2] == self.document[::2]


def parse(raw: Mapping[str, Any]) -> Line:
    """The line that a raw item states."""
    if not isinstance(raw, Mapping):
        raise RecordError(f"{raw!r:.80} is no line", value=f"{raw!r:.80}", expected="an object")
    key = line_key(raw)
    name = "/".join(key)
    if not all(key):
        raise RecordError(
            f"line {name!r} lacks a part of its key", field="AccountingDocument", value=name, expected="its whole key"
        )
    customer = customer_id(text(raw, "Customer"))
    if not customer:
        raise RecordError(f"line {name} names no customer", field="Customer", expected="a customer number")
    posted_on = _required_day(raw, "PostingDate", name)
    documented_on = day(raw, "DocumentDate", name) or posted_on
    cleared = is_cleared(raw)
    cleared_on = (day(raw, "ClearingDate", name) or posted_on) if cleared else None
    sign = 1 if is_debit(raw) else -1
    currency = _currency(raw, "TransactionCurrency", name)
    home_currency = _currency(raw, "CompanyCodeCurrency", name)
    is_reversal = _flag(raw, "IsReversal")
    seen = (posted_on, cleared_on, day(raw, "LastChangeDate", name), day(raw, "AccountingDocumentCreationDate", name))
    return Line(
        id=name,
        document=key[:3],
        item=key[3],
        type=text(raw, "AccountingDocumentType"),
        customer_id=customer,
        customer_name=" ".join(text(raw, "CustomerName").split()) or customer,
        number=text(raw, "DocumentReferenceID") or key[2],
        posted_on=posted_on,
        documented_on=documented_on,
        due_on=day(raw, "NetDueDate", name) or _due(raw, documented_on, name),
        currency=currency,
        amount=sign * abs(_money(raw, "AmountInTransactionCurrency", name)),
        home_currency=home_currency,
        home=sign * abs(_money(raw, "AmountInCompanyCodeCurrency", name)),
        cleared_on=cleared_on,
        clearing=clearing_key(raw) if cleared and text(raw, "ClearingAccountingDocument") else None,
        reference=reference_key(raw),
        reference_item=number(raw, "InvoiceItemReference"),
        is_reversed=not is_reversal and (_flag(raw, "IsReversed") or bool(text(raw, "ReverseDocument"))),
        is_reversal=is_reversal,
        terms=text(raw, "PaymentTerms") or None,
        block=text(raw, "DunningBlockingReason"),
        reason=text(raw, "PaymentDifferenceReason"),
        last_on=max(each for each in seen if each is not None),
    )


def customer_id(padded: str) -> str:
    """A customer number as SAP shows it: the zeros that fill a numeric one to ten places are not part of it."""
    return (padded.lstrip("0") or "0") if padded.isdecimal() else padded


def day(raw: Mapping[str, Any], name: str, line: str = "") -> date | None:
    """A date: /Date(milliseconds)/ of midnight UTC, or an ISO date. None where there is none."""
    value = text(raw, name)
    if not value:
        return None
    try:
        if found := _DATE.fullmatch(value):
            return (_EPOCH + timedelta(milliseconds=int(found[1]))).date()
        return datetime.fromisoformat(value).date()
    except (ValueError, OverflowError) as error:
        raise RecordError(
            f"{name} {value!r} of line {line} is no date", field=name, value=value, expected="/Date(milliseconds)/"
        ) from error


def _required_day(raw: Mapping[str, Any], name: str, line: str) -> date:
    found = day(raw, name, line)
    if found is None:
        raise RecordError(f"line {line} lacks {name}", field=name, expected="/Date(milliseconds)/")
    return found


def _due(raw: Mapping[str, Any], documented_on: date, line: str) -> date:
    days = text(raw, "NetPaymentDays")
    start = day(raw, "DueCalculationBaseDate", line) or documented_on
    return start + timedelta(days=int(days)) if days.isdecimal() and len(days) < 5 else start


def _money(raw: Mapping[str, Any], name: str, line: str) -> Decimal:
    value = text(raw, name)
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount.adjusted() > _MOST_DIGITS or isinstance(raw.get(name), float):
        raise RecordError(
            f"{name} {value!r} of line {line} is no amount", field=name, value=value, expected="a decimal number"
        )
    return amount


def _currency(raw: Mapping[str, Any], name: str, line: str) -> str:
    value = text(raw, name)
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise RecordError(
            f"{name} {value!r} of line {line} is no currency", field=name, value=value, expected="an ISO 4217 code"
        )
    return value


def _flag(raw: Mapping[str, Any], name: str) -> bool:
    value = raw.get(name)
    return value if isinstance(value, bool) else text(raw, name).lower() in ("true", "x", "1")
