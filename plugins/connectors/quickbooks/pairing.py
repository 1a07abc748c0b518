"""Which credit or money settled which invoice, where one payment links several of each.

QuickBooks states only how much of each document a payment uses, not what went where. The split made here is always
the same for the same lines: equal amounts belong together, then the lines are gone through in their order, credits
before money.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

ZERO = Decimal(0)


@dataclass(slots=True)
class Side:
    """A document that a payment links, and how much of it is left to pair."""

    kind: str
    id: str | None
    amount: Decimal


class Pair(NamedTuple):
    """So much of a source went to a target; a source of None is the payment's own money."""

    target: Side
    source: Side | None
    amount: Decimal


def pair(targets: Iterable[Side], sources: Iterable[Side]) -> list[Pair]:
    """The pairs of what was settled and what settled it. Targets that no source covers are left to the money."""
    targets, sources = list(targets), list(sources)
    pairs = []
    for source in sources:
        equal = next((each for each in targets if each.amount == source.amount), None)
        if equal is not None and source.amount:
            pairs.append(_take(equal, source))
    for source in sources:
        for target in targets:
            if source.amount and target.amount:
                pairs.append(_take(target, source))
    pairs += [Pair(target, None, target.amount) for target in targets if target.amount]
    return pairs


def _take(target: Side, source: Side) -> Pair:
    amount = min(target.amount, source.amount)
    target.amount -= amount
    source.amount -= amount
    return Pair(target, source, amount)
