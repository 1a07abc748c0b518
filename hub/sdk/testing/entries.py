"""What stands in the simulated company's books: plain entries, in no provider's shape."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Status = Literal["open", "void", "deleted"]
SourceKind = Literal["payment", "credit_memo"]
Entity = Literal["customer", "invoice", "credit_memo", "payment"]
Op = Literal["created", "updated", "voided", "deleted", "merged"]


@dataclass(slots=True)
class Party:
    """A customer. It has one currency for good; `merged_into` names the customer that took over its documents."""

    id: int
    name: str
    email: str | None
    currency: str
    country: str
    terms_days: int
    is_active: bool
    merged_into: int | None
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Document:
    """An invoice or a credit memo. A void one keeps its total here; what a provider shows of it is the box's affair.

    `rate` is what one unit of the currency is worth in the home currency. `number` may be empty or used twice.
    `dispute` is why the customer does not accept the invoice; empty where it does.
    """

    id: int
    kind: Literal["invoice", "credit_memo"]
    number: str
    party: int
    issued_on: date
    due_on: date
    currency: str
    rate: Decimal
    total: Decimal
    terms_days: int
    memo: str
    status: Status
    created_at: datetime
    updated_at: datetime
    dispute: str = ""


@dataclass(slots=True)
class Receipt:
    """Money received, by the bank (`payment`) or by a journal entry against the receivables account (`journal`)."""

    id: int
    party: int
    paid_on: date
    currency: str
    rate: Decimal
    amount: Decimal
    reference: str
    kind: Literal["payment", "journal"]
    status: Status
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True)
class Application:
    """A part of a receipt or credit memo set against an invoice; without an invoice it was refunded."""

    id: int
    source_kind: SourceKind
    source: int
    invoice: int | None
    amount: Decimal
    on: date
    is_deleted: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """Something was done to an entry. An application or its end is a change of the invoice and of the source."""

    seq: int
    at: datetime
    entity: Entity
    id: int
    op: Op
