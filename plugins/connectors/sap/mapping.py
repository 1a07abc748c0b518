"""Lines that hang together as ledger records. Pure.

Each line is a record of its own: SAP settles lines, not documents, and the lines of one receipt can go separate ways.
Its id is company code, fiscal year, document and item, which never change. Allocations are named after both lines, so
that a partial payment keeps its allocation when it is cleared together with the invoice that it named.

Instants are left out: SAP knows only the day of a change, and two changes of one day must not look like one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal
from typing import Any, Literal

from hub.sdk.errors import RecordError
from hub.sdk.records import (
    Allocation,
    AllocationKind,
    AllocationsComplete,
    CreditMemo,
    Customer,
    Invoice,
    Payment,
    Record,
)
from plugins.connectors.sap.clearing import Match, Settlement, settle_cleared, settle_open
from plugins.connectors.sap.lines import Line, parse

SourceKind = Literal["payment", "credit_memo"]

PAYMENT_TYPES = ("DZ", "ZP", "ZR", "ZV", "ZE", "EZ", "KZ")
CREDIT_MEMO_TYPES = ("RV", "DR", "DG")

_CENT = Decimal("0.01")
_RATE = Context(prec=20)
_NEXT_TO_NOTHING = Decimal("1E-15")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a company's own document types and reason codes mean."""

    payment_types: frozenset[str] = frozenset(PAYMENT_TYPES)
    credit_memo_types: frozenset[str] = frozenset(CREDIT_MEMO_TYPES)
    reasons: Mapping[str, AllocationKind] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> "Rules":
        """The rules in a connection's settings."""
        known = {"payment_types": frozenset(config.get("payment_types") or PAYMENT_TYPES)}
        memos = frozenset(config.get("credit_memo_types") or CREDIT_MEMO_TYPES)
        reasons = {str(code): kind for code, kind in (config.get("difference_reasons") or {}).items()}
        return cls(**known, credit_memo_types=memos, reasons=reasons)


def records(item: Mapping[str, Any], rules: Rules) -> Iterator[Record]:
    """The customers, documents and allocations of lines that hang together. Raises RecordError."""
    lines = [parse(raw) for raw in item["lines"]]
    partners = {partner["id"]: partner for partner in item.get("partners", ())}
    for customer_id in dict.fromkeys(line.customer_id for line in lines):
        name = next(line.customer_name for line in lines if line.customer_id == customer_id)
        yield customer(partners.get(customer_id) or {"id": customer_id, "name": name})
    is_cleared = all(line.cleared_on is not None for line in lines)
    documents = [line for line in lines if not line.is_reversal and not _pays_back(line, rules)]
    settlement = settle_cleared(lines) if is_cleared else settle_open(lines)
    for line in documents:
        yield _document(line, rules)
    if is_cleared:
        yield from _cleared(settlement, documents, rules)
    else:
        yield from _open(settlement, rules)
    gone_on = max((line.last_on for line in lines), default=date.min)
    for line in documents:
        yield AllocationsComplete(entity=_entity(line, rules), external_id=line.id, gone_on=gone_on)


def customer(partner: Mapping[str, Any]) -> Customer:
    """A customer, from what `partners.summary` keeps of a business partner or from a line's own name."""
    if not partner.get("id"):
        raise RecordError("a business partner without a customer number", field="Customer", expected="its number")
    return Customer(
        external_id=partner["id"],
        name=partner.get("name") or partner["id"],
        email=partner.get("email"),
        country=partner.get("country"),
    )


def _document(line: Line, rules: Rules) -> Record:
    rate = _rate(line)
    if line.amount >= 0:
        return Invoice(
            external_id=line.id,
            customer_id=line.customer_id,
            number=line.number,
            issued_on=line.documented_on,
            due_on=line.due_on,
            currency=line.currency,
            total=line.amount,
            status="void" if line.is_reversed else "open",
            terms=line.terms,
            disputed=bool(line.block),
            dispute_text=f"Dunning block {line.block}" if line.block else None,
            exchange_rate=rate,
        )
    if _entity(line, rules) == "credit_memo":
        return CreditMemo(
            external_id=line.id,
            customer_id=line.customer_id,
            number=line.number,
            issued_on=line.documented_on,
            currency=line.currency,
            total=-line.amount,
            status="void" if line.is_reversed else "open",
            exchange_rate=rate,
        )
    return Payment(
        external_id=line.id,
        customer_id=line.customer_id,
        paid_on=line.posted_on,
        currency=line.currency,
        amount=-line.amount,
        status="void" if line.is_reversed else "open",
        exchange_rate=rate,
    )


def _cleared(settlement: Settlement, documents: Iterable[Line], rules: Rules) -> Iterator[Allocation]:
    """What settled what, and what was settled by no customer's line: of both nothing is left open."""
    for match in settlement.matches:
        if _pays_back(match.debit, rules):
            yield _refund(match.credit, match.source_amount, match.debit.id, _applied_on(match), rules)
        else:
            yield _allocation(match, rules, home_amount=None)
    for line in documents:
        left = settlement.left.get(line.id)
        cleared_on = max(line.cleared_on or line.posted_on, line.posted_on)
        clearing = "/".join(line.clearing or ())
        if left and line.amount > 0:
            yield Allocation(
                external_id=f"{line.id}>{clearing}",
                invoice_id=line.id,
                kind=rules.reasons.get(line.reason, "opening"),
                amount=left,
                applied_on=cleared_on,
            )
        elif left:
            yield _refund(line, left, clearing, cleared_on, rules)


def _open(settlement: Settlement, rules: Rules) -> Iterator[Allocation]:
    """What open credits take off the open invoice they name, at what they are in the books."""
    used: dict[str, Decimal] = {}
    for match in settlement.matches:
        before = used.get(match.credit.id, Decimal(0))
        used[match.credit.id] = after = before + match.source_amount
        yield _allocation(match, rules, home_amount=_home(match.credit, before, after, settlement))


def _allocation(match: Match, rules: Rules, *, home_amount: Decimal | None) -> Allocation:
    kind: AllocationKind = "payment"
    if _entity(match.credit, rules) == "credit_memo":
        kind = "credit_memo"
    elif match.credit.type not in rules.payment_types:
        kind = rules.reasons.get(match.credit.reason, "journal")
    return Allocation(
        external_id=f"{match.credit.id}>{match.debit.id}",
        invoice_id=match.debit.id,
        kind=kind,
        amount=match.amount,
        applied_on=_applied_on(match),
        source_id=match.credit.id,
        source_amount=match.source_amount if match.credit.currency != match.debit.currency else None,
        home_amount=home_amount,
    )


def _refund(credit: Line, amount: Decimal, by: str, on: date, rules: Rules) -> Allocation:
    return Allocation(
        external_id=f"{credit.id}>{by}",
        invoice_id=None,
        kind="refund",
        amount=amount,
        applied_on=on,
        source_id=credit.id,
        source_kind=_source(credit, rules),
    )


def _applied_on(match: Match) -> date:
    """A credit that names its invoice counts from its own day, cleared or not; any other from its clearing on.

    The credit's line says when: SAP writes the same clearing date into all lines of a clearing, and where an invoice
    has an earlier one, it cannot have been paid before the money was posted.
    """
    posted_on = max(match.credit.posted_on, match.debit.posted_on)
    if match.credit.refers_to(match.debit) or match.credit.cleared_on is None:
        return posted_on
    return max(match.credit.cleared_on, posted_on)


def _home(credit: Line, before: Decimal, after: Decimal, settlement: Settlement) -> Decimal | None:
    """The share, between two amounts of it, of what the credit's line has in company code currency.

    All shares and what its unapplied rest is worth at its rate are together what SAP has, to the cent.
    """
    rate = _rate(credit)
    if rate is None:
        return None
    left = settlement.left.get(credit.id, Decimal(0))
    whole, applied = -credit.home - (left * rate).quantize(_CENT), -credit.amount - left
    return (whole * after / applied).quantize(_CENT) - (whole * before / applied).quantize(_CENT)


def _rate(line: Line) -> Decimal | None:
    """The rate at which the line is in the books, so that amount times rate is its amount there to the cent."""
    if line.currency == line.home_currency or not line.amount:
        return None
    return max(_RATE.divide(abs(line.home), abs(line.amount)), _NEXT_TO_NOTHING)


def _pays_back(line: Line, rules: Rules) -> bool:
    """A debit that was posted to clear credits: money sent back, or what a clearing carried over to a new line."""
    return line.amount > 0 and line.closes_itself and not line.is_reversed and line.type not in rules.credit_memo_types


def _source(line: Line, rules: Rules) -> SourceKind:
    return "credit_memo" if line.type in rules.credit_memo_types else "payment"


def _entity(line: Line, rules: Rules) -> Literal["invoice", "payment", "credit_memo"]:
    return "invoice" if line.amount >= 0 else _source(line, rules)
