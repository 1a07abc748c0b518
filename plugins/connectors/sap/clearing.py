"""Which credit settled which invoice. Pure.

SAP states that lines were cleared together, not which of them paid which. Within a clearing the amounts are paired by
rules that always give the same answer: what names an invoice pays that one; then a customer's oldest invoices first.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from plugins.connectors.sap.lines import Line

_ZERO = Decimal(0)


@dataclass(slots=True)
class Match:
    """What a credit took off a debit, in the debit's currency and in its own."""

    debit: Line
    credit: Line
    amount: Decimal
    source_amount: Decimal


@dataclass(slots=True)
class Settlement:
    """The matches, and what is left of each line by its id, in its own currency, never below zero."""

    matches: list[Match] = field(default_factory=list)
    left: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Part:
    """What is still to be matched of a line."""

    line: Line
    left: Decimal


def settle_open(lines: Iterable[Line]) -> Settlement:
    """Open credits taken off the open invoice that they name, as far as it goes.

    Only where customer and currency are the same: until SAP clears them, each stays on its own account.
    """
    debits, credits = _parts(lines)
    settlement = Settlement()

    _pour(settlement, credits, debits, _account, by_reference=True)
    return _close(settlement, debits, credits)


def settle_cleared(lines: Iterable[Line]) -> Settlement:
    """Lines of one clearing. What is left was settled by something that is no customer's line of this clearing."""
    debits, credits = _parts(lines)
    settlement = Settlement()
    for key, by_reference in ((_currency, True), (_account, False), (_currency, False)):
        _pour(settlement, credits, debits, key, by_reference=by_reference)
    _exchange(settlement, credits, debits)
    return _close(settlement, debits, credits)


def _parts(lines: Iterable[Line]) -> tuple[list[_Part], list[_Part]]:
    counted = [line for line in lines if not line.is_reversal and not line.is_reversed]
    debits = sorted(
        (line for line in counted if line.amount > 0),
        key=lambda line: (line.closes_itself, line.due_on, line.posted_on, line.id),
    )
    credits = sorted((line for line in counted if line.amount < 0), key=lambda line: (line.posted_on, line.id))
    return [_Part(line, line.amount) for line in debits], [_Part(line, -line.amount) for line in credits]


def _account(line: Line) -> Hashable:
    return line.currency, line.customer_id


def _currency(line: Line) -> Hashable:
    return line.currency


def _pour(
    settlement: Settlement,
    credits: list[_Part],
    debits: list[_Part],
    key: Callable[[Line], Hashable],
    *,
    by_reference: bool,
) -> None:
    """Set credits against the debits of the same key, in order, each until one of both is used up."""
    waiting: dict[Hashable, deque[_Part]] = defaultdict(deque)
    for debit in debits:
        if debit.left:
            waiting[key(debit.line), debit.line.document if by_reference else None].append(debit)
    for credit in credits:
        queue = waiting.get((key(credit.line), credit.line.reference if by_reference else None))
        while queue and credit.left:
            found = next((each for each in queue if not by_reference or credit.line.refers_to(each.line)), None)
            if found is None:
                break
            amount = min(credit.left, found.left)
            settlement.matches.append(Match(found.line, credit.line, amount, amount))
            credit.left -= amount
            found.left -= amount
            if not found.left:
                queue.remove(found)


def _exchange(settlement: Settlement, credits: list[_Part], debits: list[_Part]) -> None:
    """Pair what is left in different currencies by its worth in the books' currency; the last pair takes the rest.

    A difference of exchange rates is posted to a ledger account, so both sides are used up though they differ.
    """
    paying = [part for part in credits if part.left]
    owing = [part for part in debits if part.left]
    worth = {part.line.id: abs(part.line.home) * part.left / abs(part.line.amount) for part in paying + owing}
    while paying and owing:
        credit, debit = paying[0], owing[0]
        value = min(worth[credit.line.id], worth[debit.line.id])
        is_last = len(paying) == 1 and len(owing) == 1
        amount, source_amount = (
            part.left if is_last or value == worth[part.line.id] else _share(part, value / worth[part.line.id])
            for part in (debit, credit)
        )
        settlement.matches.append(Match(debit.line, credit.line, amount, source_amount))
        for part, used, parts in ((debit, amount, owing), (credit, source_amount, paying)):
            part.left -= used
            worth[part.line.id] -= value
            if not part.left:
                parts.pop(0)


def _share(part: _Part, share: Decimal) -> Decimal:
    """A share of what is left, in no finer units than the line's own amount has."""
    return (part.left * share).quantize(part.line.amount)


def _close(settlement: Settlement, debits: list[_Part], credits: list[_Part]) -> Settlement:
    settlement.left = {part.line.id: part.left for part in debits + credits if part.left > _ZERO}
    return settlement
