"""Records of one page as rows to compare with what is stored: checked, named and hashed. Pure; no database."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Any, NamedTuple, get_args
from uuid import UUID

import orjson

from hub.ledger.ids import Naming
from hub.sdk.errors import RecordError
from hub.sdk.records import (
    Allocation,
    AllocationKind,
    AllocationsComplete,
    CreditMemo,
    Customer,
    DocumentStatus,
    Entity,
    Gone,
    Invoice,
    Payment,
    Record,
)

ENTITIES: tuple[Entity, ...] = get_args(Entity)

_MONEY = Context(prec=19, traps=[Inexact, InvalidOperation])
_UNIT = Decimal("0.0001")
_RATE = Context(prec=20, traps=[InvalidOperation])
_STATUSES = frozenset(get_args(DocumentStatus))
_KINDS = frozenset(get_args(AllocationKind))
_STANDINGS = frozenset({"open", "void"})
_SOURCES = frozenset({"payment", "credit_memo"})
_COMPLETE = ("payment", "credit_memo", "invoice")
_SIGNED = Struct(">q").unpack


class Row(NamedTuple):
    """One record: its hash, when the source changed it, the facts that were hashed, and what it was made of.

    Amounts and days stand in the facts as text, in one form each, which is also the quickest to send.
    """

    hash: int
    updated_at: datetime | None
    external_id: str
    facts: tuple[Any, ...]
    raw: Mapping[str, Any] | None


class Complete(NamedTuple):
    """What an item says of one document: that `allocations` are all it has, as of `updated_at` at the source.

    `side` is the end of the allocations that the document is at: "invoice" or "source".
    """

    side: str
    allocations: frozenset[str]
    gone_on: date
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows by entity and id, the newest of each. Fill with `add`; `ledger.service.store_batch` stores it.

    `complete` names documents, by key, of which the ledger has to let go of all other allocations; what that takes
    back is in `gone` once the ledger was asked, and in `taken_back` when, as far as the source says so.
    """

    connection_id: UUID
    naming: Naming
    rows: dict[Entity, dict[str, Row]] = field(default_factory=lambda: {entity: {} for entity in ENTITIES})
    gone: dict[Entity, dict[str, date]] = field(default_factory=lambda: {entity: {} for entity in ENTITIES})
    complete: dict[str, Complete] = field(default_factory=dict)
    taken_back: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, connection_id: UUID, customers: Iterable[UUID] = ()) -> "Batch":
        """An empty batch of a connection; its documents may also name these `customers` of the ledger by their id."""
        return cls(connection_id=connection_id, naming=Naming(connection_id, customers))

    def add(self, records: Iterable[Record], raw: Mapping[str, Any] | None = None, main: Entity | None = None) -> None:
        """Take in the records of one item; `raw` is kept beside those of entity `main`.

        Raises RecordError if one of them cannot be stored; then none of them was taken in.
        """
        stated = list(records)
        checked = [self._check(record, raw, main) for record in stated if not isinstance(record, AllocationsComplete)]
        if len(checked) < len(stated) and not self._complete(stated, checked):
            checked = [each for each in checked if each[0] != "allocation"]
        for entity, key, row in checked:
            rows, gone = self.rows[entity], self.gone[entity]
            if not isinstance(row, Row):
                rows.pop(key, None)
                gone[key] = row
                continue
            if gone:
                gone.pop(key, None)
            held = rows.get(key)
            if held is None or not is_older(row.updated_at, held.updated_at):
                rows[key] = row

    def _complete(self, stated: list[Record], checked: list[tuple[Entity, str, Row | date]]) -> bool:
        """Note which documents the item states whole; False where the batch holds a newer word on one of them.

        What an older item of the batch said of the document goes, as it would from the ledger.
        """
        stands: list[str] = []
        newest: datetime | None = None
        for entity, key, row in checked:
            if isinstance(row, Row) and entity != "customer":
                if entity == "allocation":
                    stands.append(key)
                if newest is None or (row.updated_at is not None and row.updated_at > newest):
                    newest = row.updated_at
        allocations = frozenset(stands)
        found = {}
        for record in stated:
            if isinstance(record, AllocationsComplete):
                if record.entity not in _COMPLETE or type(record.external_id) is not str:
                    raise RecordError(f"{record!r} names no document", expected=", ".join(_COMPLETE))
                side = "invoice" if record.entity == "invoice" else "source"
                key = self._key(record.entity, record.external_id)
                found[key] = Complete(side, allocations, _day(record, "gone_on"), newest)
        held = {key: self.complete[key] for key in found if key in self.complete}
        if any(is_older(newest, each.updated_at) for each in held.values()):
            return False
        for key, earlier in held.items():
            for allocation in earlier.allocations - allocations:
                if self.rows["allocation"].pop(allocation, None):
                    self.gone["allocation"][allocation] = found[key].gone_on
        self.complete.update(found)
        return True

    def _check(
        self, record: Record, raw: Mapping[str, Any] | None, main: Entity | None
    ) -> tuple[Entity, str, Row | date]:
        """The record's key, and its row or the day it was deleted."""
        known = _ENCODERS.get(type(record))
        if known is None:
            if isinstance(record, Gone):
                if record.entity not in ENTITIES or type(record.external_id) is not str:
                    raise RecordError(f"{record!r} names no record of the ledger", expected=", ".join(ENTITIES))
                return record.entity, self._key(record.entity, record.external_id), _day(record, "gone_on")
            raise RecordError(f"{type(record).__name__} is no ledger record", expected="a record of hub.sdk.records")
        entity, encode, core, unsaid = known
        external_id = record.external_id
        if type(external_id) is not str:
            raise RecordError(f"{entity} with the id {external_id!r}", field="external_id", expected="text")
        try:
            facts = encode(record)
            key = self._key(entity, external_id)
            # What is rarely said is hashed only where it is: rows from before it could be said keep their hash.
            encoded = orjson.dumps(facts if facts[core:] != unsaid else facts[:core])
        except TypeError as error:
            raise RecordError(f"{entity} {external_id!r}: {error}") from error
        if b"\\u0000" in encoded or "\0" in external_id:
            raise RecordError(f"{entity} {external_id!r} holds a NUL character", expected="text without NUL")
        updated_at = record.updated_at  # type: ignore[union-attr]
        if updated_at is not None:
            _require_zone(updated_at)
        return entity, key, Row(hash_facts(encoded), updated_at, external_id, facts, raw if entity == main else None)

    def _key(self, entity: Entity, external_id: str) -> str:
        if not external_id:
            raise RecordError(f"{entity} without an id", field="external_id", expected="the provider's own id")
        try:
            return self.naming.key(entity, external_id)
        except UnicodeEncodeError as error:
            raise RecordError(f"{entity} {external_id!r}: {error}") from error


def is_older(new: datetime | None, held: datetime | None) -> bool:
    """Whether a version of the source's time `new` is older than the one held; unknown times are taken as newer."""
    return new is not None and held is not None and new < held


def hash_facts(encoded: bytes) -> int:
    """64 bits of a row's canonical encoding. 0 is kept for deleted rows, which equal no row that is sent."""
    return _SIGNED(blake2b(encoded, digest_size=8).digest())[0] or 1


def money(record: Any, name: str) -> str:
    """An amount in the one way we write it, so that 10 and 10.00 have one hash. Raises RecordError."""
    value = getattr(record, name)
    try:
        text = str(_MONEY.quantize(value, _UNIT))
    except (TypeError, InvalidOperation, Inexact):
        text = "NaN"
    if text == "NaN":
        raise RecordError(
            f"{name} {value!r} cannot be stored",
            field=name,
            value=str(value),
            expected="a Decimal with at most 15 digits before the point and 4 after it",
        )
    return text


def _customer(record: Customer) -> tuple[Any, ...]:
    if record.currency is not None:
        _currency(record)
    return (
        _text(record, "name"),
        _optional_text(record, "email"),
        record.currency,
        _optional_text(record, "country"),
        _optional_text(record, "industry"),
        _score(record),
        None if record.credit_limit is None else money(record, "credit_limit"),
    )


def _invoice(record: Invoice) -> tuple[Any, ...]:
    # By far the most numerous records, so what is plainly right is seen without a call for each field.
    issued_on, due_on, currency = record.issued_on, record.due_on, record.currency
    if type(issued_on) is not date or type(due_on) is not date or not is_currency(currency):
        issued_on, due_on, currency = _day(record, "issued_on"), _day(record, "due_on"), _currency(record)
    terms, disputed = record.terms, record.disputed
    if terms is not None or disputed is not None:
        terms, disputed = _optional_text(record, "terms"), _optional(record, "disputed", bool)
    if record.status not in _STATUSES:
        raise _unknown(record, "status", _STATUSES)
    total = money(record, "total")
    if total[0] == "-" and record.total < 0:
        raise RecordError(
            f"invoice {record.external_id!r} has a negative total",
            field="total",
            value=str(record.total),
            expected="a credit memo with a positive total",
        )
    return (
        _text(record, "customer_id"),
        _text(record, "number"),
        issued_on.isoformat(),
        due_on.isoformat(),
        currency,
        total,
        None if record.balance is None else money(record, "balance"),
        record.status,
        terms,
        disputed,
        None if record.exchange_rate is None else _rate(record),
        None if record.electronic is None else _optional(record, "electronic", bool),
        None if record.dispute_text is None else _optional_text(record, "dispute_text"),
        None if record.disputed_amount is None else money(record, "disputed_amount"),
    )


def _payment(record: Payment) -> tuple[Any, ...]:
    return (
        _text(record, "customer_id"),
        _day(record, "paid_on").isoformat(),
        _currency(record),
        money(record, "amount"),
        _one_of(record, "status", _STANDINGS),
        None if record.exchange_rate is None else _rate(record),
    )


def _credit_memo(record: CreditMemo) -> tuple[Any, ...]:
    return (
        _text(record, "customer_id"),
        _text(record, "number"),
        _day(record, "issued_on").isoformat(),
        _currency(record),
        money(record, "total"),
        _one_of(record, "status", _STATUSES),
        None if record.exchange_rate is None else _rate(record),
    )


def _allocation(record: Allocation) -> tuple[Any, ...]:
    kind = _one_of(record, "kind", _KINDS)
    if record.source_kind is not None:
        _one_of(record, "source_kind", _SOURCES)
    if kind == "refund":
        _require_refunded(record)
    return (
        _text(record, "invoice_id") if kind != "refund" else None,
        _optional_text(record, "source_id"),
        kind,
        money(record, "amount"),
        None if record.source_amount is None else money(record, "source_amount"),
        _day(record, "applied_on").isoformat(),
        None if record.reversed_on is None else _day(record, "reversed_on").isoformat(),
        None if record.home_amount is None else money(record, "home_amount"),
        record.source_kind,
    )


def _require_refunded(record: Allocation) -> None:
    """A refund pays back a document and settles none."""
    if record.invoice_id is not None:
        raise RecordError(
            f"a refund of {record.source_id!r} settles no invoice",
            field="invoice_id",
            value=str(record.invoice_id),
            expected="None",
        )
    _text(record, "source_id")
    _one_of(record, "source_kind", _SOURCES)


# How each is encoded, how many of the facts are always hashed, and what the others are where nothing is said.
_ENCODERS: dict[type, tuple[Entity, Callable[[Any], tuple[Any, ...]], int, tuple[Any, ...]]] = {
    Customer: ("customer", _customer, 7, ()),
    Invoice: ("invoice", _invoice, 10, (None, None, None, None)),
    Payment: ("payment", _payment, 4, ("open", None)),
    CreditMemo: ("credit_memo", _credit_memo, 6, (None,)),
    Allocation: ("allocation", _allocation, 7, (None, None)),
}


def _rate(record: Any) -> str:
    """An exchange rate in the one way we write it: plain digits, 20 of them at most. Raises RecordError."""
    value = record.exchange_rate
    try:
        rate = _RATE.plus(value).normalize(_RATE)
        if rate.is_finite() and rate > 0 and -20 < rate.adjusted() < 20:
            return f"{rate:f}"
    except (TypeError, InvalidOperation):
        pass
    raise RecordError(
        f"exchange_rate {value!r} cannot be stored",
        field="exchange_rate",
        value=str(value),
        expected="a Decimal above 0: home units for one unit of the currency",
    )


def _one_of(record: Any, name: str, known: frozenset[str]) -> str:
    value: str = getattr(record, name)
    if value not in known:
        raise _unknown(record, name, known)
    return value


def _text(record: Any, name: str) -> str:
    value = getattr(record, name)
    if not value or type(value) is not str:
        raise RecordError(f"{name} is empty", field=name, value=str(value), expected="text")
    return value


def _optional(record: Any, name: str, kind: type) -> Any:
    value = getattr(record, name)
    if value is not None and type(value) is not kind:
        raise RecordError(
            f"{name} {value!r} is no {kind.__name__}", field=name, value=str(value), expected=f"{kind.__name__} or None"
        )
    return value


def _optional_text(record: Any, name: str) -> str | None:
    value: str | None = _optional(record, name, str)
    return value


def _score(record: Customer) -> int | None:
    value: int | None = _optional(record, "credit_score", int)
    if value is not None and abs(value) >= 2**31:
        raise RecordError("credit_score is too large", field="credit_score", value=str(value), expected="a score")
    return value


def _day(record: Any, name: str) -> date:
    value = getattr(record, name)
    if type(value) is not date:
        raise RecordError(f"{name} {value!r} is no date", field=name, value=str(value), expected="a calendar date")
    return value


@lru_cache(maxsize=512)
def is_currency(value: str) -> bool:
    """Whether it has the form of an ISO 4217 code."""
    return type(value) is str and re.fullmatch("[A-Z]{3}", value) is not None


def _currency(record: Any) -> str:
    value: str = record.currency
    if not is_currency(value):
        raise RecordError(
            f"currency {value!r} is no ISO 4217 code",
            field="currency",
            value=str(value),
            expected="three capital letters",
        )
    return value


def _require_zone(updated_at: datetime) -> None:
    if not isinstance(updated_at, datetime) or updated_at.tzinfo is None:
        raise RecordError(
            f"updated_at {updated_at} has no time zone",
            field="updated_at",
            value=str(updated_at),
            expected="a UTC instant",
        )


def _unknown(record: Any, name: str, known: frozenset[str]) -> RecordError:
    value = getattr(record, name)
    return RecordError(
        f"{name} {value!r} is not known", field=name, value=str(value), expected=", ".join(sorted(known))
    )
