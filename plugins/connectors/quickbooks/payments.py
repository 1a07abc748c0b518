"""A QuickBooks Payment as what it is: money received, credit applied, or both.

Credit is applied by a Payment over nothing whose lines link the credit memo and the invoice; a Payment with money may
link credits besides. Its own money is `TotalAmt`, and `UnappliedAmt` what of it is left.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from hub.sdk.records import Allocation, AllocationsComplete, Gone, Payment, Record
from plugins.connectors.quickbooks.fields import ZERO, Fields
from plugins.connectors.quickbooks.journals import FORGET, MOST_LINES, journal_id
from plugins.connectors.quickbooks.pairing import Pair, Side, pair

JOURNALS = "_journals"
"""Beside the provider's own fields: the lines on accounts receivable of the journal entries that the payment links,
as {entry: [[line id, number, is credit], ...]}."""

PAID_OUT = frozenset({"Check", "Expense", "Purchase", "CashPurchase", "CreditCardCharge", "RefundReceipt"})
"""What the money of a credit or payment went out by; as the payment links it, it is a refund."""
_EXPECTED = "Invoice, CreditMemo, JournalEntry, Payment, Deposit, Check or Expense"


def payment_records(item: Mapping[str, Any]) -> Iterator[Record]:
    """The payment, if any money came in, and the allocations of it and of the credits that it applies."""
    fields = Fields.of("Payment", item)
    if fields.is_deleted:
        yield Gone(entity="payment", external_id=fields.id, gone_on=fields.saved_on())
        yield AllocationsComplete(entity="payment", external_id=fields.id, gone_on=fields.saved_on())
        yield from _let_go(fields, 0)
        return
    total = fields.required_money("TotalAmt")
    if total < 0:
        raise fields.error("TotalAmt", "an amount of 0 or more")
    if total == ZERO and (fields.is_voided() or _links_nothing(fields)):
        yield _payment(fields, ZERO, "void")
        yield AllocationsComplete(entity="payment", external_id=fields.id, gone_on=fields.saved_on())
        yield from _let_go(fields, 0)
        return
    links = _Links(fields)
    money = total + links.deposited
    needed = sum((each.amount for each in links.targets), ZERO) - sum((each.amount for each in links.sources), ZERO)
    if needed > money:
        raise fields.error("TotalAmt", f"at least {needed}, what its lines settle beyond the credits")
    # Credits beyond what they settle stay with the payment, as money of the customer.
    surplus = max(-needed, ZERO)
    if surplus:
        links.targets.append(Side("kept", None, surplus))
    pairs = pair(links.targets, links.sources)
    if money + surplus:
        yield _payment(fields, money + surplus, "open")
        yield AllocationsComplete(entity="payment", external_id=fields.id, gone_on=fields.saved_on())
    elif item.get(FORGET):
        # It may have been money before.
        yield Gone(entity="payment", external_id=fields.id, gone_on=fields.saved_on())
    yield from _of_money(fields, pairs)
    credited = [each for each in pairs if each.source is not None]
    for number, each in enumerate(credited, start=1):
        yield _of_credit(fields, each, number)
    yield from _let_go(fields, len(credited))


def _links_nothing(fields: Fields) -> bool:
    """Whether no line links an amount: a payment over nothing that applies no credit is what is left of a void one."""
    return not any(line.money("Amount") for line in fields.parts("Line") if any(line.parts("LinkedTxn")))


class _Links:
    """What a payment's lines link: what was settled, what settled it besides the money, and deposits of money."""

    def __init__(self, fields: Fields) -> None:
        self.targets: list[Side] = []
        self.sources: list[Side] = []
        self.deposited = ZERO
        unknown: list[Side] = []
        for line in fields.parts("Line"):
            for link in line.parts("LinkedTxn"):
                side = Side(link.required("TxnType"), link.required("TxnId"), abs(line.money("Amount") or ZERO))
                if not side.amount:
                    continue
                if side.kind == "Invoice" or side.kind in PAID_OUT:
                    self.targets.append(side)
                elif side.kind in ("CreditMemo", "Payment"):
                    self.sources.append(side)
                elif side.kind == "Deposit":
                    self.deposited += side.amount
                elif side.kind == "JournalEntry":
                    self._add_journal(fields, side, link.text("TxnLineId"), unknown)
                else:
                    raise link.error("TxnType", _EXPECTED)
        self._guess(fields, unknown)

    def _add_journal(self, fields: Fields, side: Side, line_id: str | None, unknown: list[Side]) -> None:
        lines = fields.part(JOURNALS).item.get(side.id or "", [])
        found = [each for each in lines if each[0] == line_id] or (lines if len(lines) == 1 else [])
        if not found:
            side.id = journal_id(str(side.id), 1)
            unknown.append(side)
            return
        _, number, is_credit = found[0]
        side.id = journal_id(str(side.id), number)
        (self.sources if is_credit else self.targets).append(side)

    def _guess(self, fields: Fields, unknown: list[Side]) -> None:
        """Entries that are not at hand are credits, unless the payment adds up only if they are debits."""
        money = fields.required_money("TotalAmt") + self.deposited - (fields.money("UnappliedAmt") or ZERO)
        owed = sum((each.amount for each in self.targets), ZERO) - sum((each.amount for each in self.sources), ZERO)
        are_debits = owed + sum((each.amount for each in unknown), ZERO) == money
        (self.targets if are_debits else self.sources).extend(unknown)


def _payment(fields: Fields, amount: Decimal, status: Literal["open", "void"]) -> Payment:
    return Payment(
        external_id=fields.id,
        customer_id=fields.required_ref("CustomerRef"),
        paid_on=fields.required_day("TxnDate"),
        currency=fields.currency(),
        amount=amount,
        status=status,
        exchange_rate=fields.exchange_rate(),
        updated_at=fields.updated_at,
    )


def _of_money(fields: Fields, pairs: list[Pair]) -> Iterator[Record]:
    """The allocations of the payment's own money, one for each document."""
    sums: dict[tuple[str, str | None], Decimal] = {}
    for each in pairs:
        if each.source is None:
            key = (each.target.kind, each.target.id)
            sums[key] = sums.get(key, ZERO) + each.amount
    for (kind, target), amount in sums.items():
        is_refund = kind in PAID_OUT
        yield Allocation(
            external_id=f"{fields.id}>{target}",
            invoice_id=None if is_refund else target,
            kind="refund" if is_refund else "payment",
            amount=amount,
            applied_on=fields.required_day("TxnDate"),
            source_id=fields.id,
            source_kind="payment" if is_refund else None,
            updated_at=fields.updated_at,
        )


def _of_credit(fields: Fields, each: Pair, number: int) -> Allocation:
    """The allocation of a credit memo, journal entry or other payment, dated as the payment that applies it."""
    source = each.source
    assert source is not None
    is_memo = source.kind == "CreditMemo"
    is_refund = each.target.kind in PAID_OUT or each.target.kind == "kept"
    kind: Literal["refund", "credit_memo", "journal", "payment"] = "payment"
    if is_refund:
        kind = "refund"
    elif is_memo:
        kind = "credit_memo"
    elif source.kind == "JournalEntry":
        kind = "journal"
    return Allocation(
        external_id=f"{fields.id}:{number}",
        invoice_id=None if is_refund else each.target.id,
        kind=kind,
        amount=each.amount,
        applied_on=fields.required_day("TxnDate"),
        source_id=source.id,
        source_kind=("credit_memo" if is_memo else "payment") if is_refund else None,
        updated_at=fields.updated_at,
    )


def _let_go(fields: Fields, stated: int) -> Iterator[Record]:
    """The credits applied by an earlier version of the payment: those it does not state any more."""
    if fields.item.get(FORGET):
        for number in range(stated + 1, MOST_LINES + 1):
            yield Gone(entity="allocation", external_id=f"{fields.id}:{number}", gone_on=fields.saved_on())
