"""The receivables ledger as a provider states it: what a connector's `map` returns.

Amounts are exact `Decimal`s in the record's own `currency` (ISO 4217), never floats. Dates are the books' calendar
dates; instants are timezone-aware UTC. Ids are the provider's own, unique per connection and record type.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

DocumentStatus = Literal["draft", "open", "void", "written_off"]
"""What the source says of a document. Paid and partially paid are not said: they follow from the allocations."""

AllocationKind = Literal[
    "payment",
    "credit_memo",
    "prepayment",
    "overpayment",
    "discount",
    "withholding",
    "write_off",
    "journal",
    "opening",
    "refund",
]
"""What settled a part of an invoice. `opening`: settled, but the source does not say by what or when. `refund`: a part
of a payment or credit memo that was paid back to the customer; it settles no invoice."""

Entity = Literal["customer", "invoice", "payment", "credit_memo", "allocation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody who owes. What the source does not know stays None."""

    external_id: str
    name: str
    email: str | None = None
    currency: str | None = None
    country: str | None = None
    industry: str | None = None
    credit_score: int | None = None
    credit_limit: Decimal | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One receivable as the customer's books state it.

    `balance` is the source's own open amount where it states one; the ledger computes its own from the allocations
    and reports any difference. `disputed` is None where the source does not say. `exchange_rate` is what the books
    carry one unit of `currency` at, in their home currency; None where that is 1 or not known. `electronic` says
    whether it was sent by mail, portal or e-invoice rather than on paper; None where the source does not say.
    `dispute_text` is what the source notes of a dispute, in the customer's or the clerk's words; `disputed_amount` what
    of the invoice it is about, in its currency, None for all of it.
    """

    external_id: str
    customer_id: str
    number: str
    issued_on: date
    due_on: date
    currency: str
    total: Decimal
    balance: Decimal | None = None
    status: DocumentStatus = "open"
    terms: str | None = None
    disputed: bool | None = None
    exchange_rate: Decimal | None = None
    electronic: bool | None = None
    dispute_text: str | None = None
    disputed_amount: Decimal | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money received from a customer; what of it is not allocated is unapplied.

    One that was taken back is `void`: it counts nowhere. `exchange_rate` as for an invoice.
    """

    external_id: str
    customer_id: str
    paid_on: date
    currency: str
    amount: Decimal
    status: Literal["open", "void"] = "open"
    exchange_rate: Decimal | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemo:
    """An amount given back to a customer; `total` is positive. What of it is not allocated is unapplied.

    `exchange_rate` as for an invoice.
    """

    external_id: str
    customer_id: str
    number: str
    issued_on: date
    currency: str
    total: Decimal
    status: DocumentStatus = "open"
    exchange_rate: Decimal | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A part of a payment, credit memo or the like, set against one invoice (none where the kind is `refund`).

    `amount` is in the invoice's currency, `source_amount` in the payment's where that differs; `home_amount` is what it
    took off the receivables in the books' home currency, where that is not the amount at the invoice's rate.
    `source_id` names the credit memo for the kind `credit_memo`, the payment for others; None for kinds that have no
    document. `source_kind` says which of both a refund pays back. Active on a day d when applied_on <= d and it is not
    reversed by d.
    """

    external_id: str
    invoice_id: str | None
    kind: AllocationKind
    amount: Decimal
    applied_on: date
    source_id: str | None = None
    source_kind: Literal["payment", "credit_memo"] | None = None
    source_amount: Decimal | None = None
    home_amount: Decimal | None = None
    reversed_on: date | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """The source says that this record was deleted there."""

    entity: Entity
    external_id: str
    gone_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationsComplete:
    """The allocations beside this are all there are of one document: any other the ledger holds was taken back.

    Of a payment or credit memo: where it went; of an invoice: what settled it. Emit it in the same item as them.
    """

    entity: Literal["payment", "credit_memo", "invoice"]
    external_id: str
    gone_on: date


Record = Customer | Invoice | Payment | CreditMemo | Allocation | AllocationsComplete | Gone
