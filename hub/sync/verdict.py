"""What to make of a sync run. A green run that brought nothing, or does not add up, must be impossible to miss."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from hub.errors import HubError

Status = Literal["ok", "partial", "suspicious", "failed"]

MANY = 20
"""From so many on, the number of items or records says something; below it anything may be right."""
DELETED_SHARE = Decimal("0.2")
"""A run that would delete more than this share of an entity's records is stopped for a person to look at."""

_DANGLING = {
    "invoices_without_customer": "{} invoices name a customer that is not there",
    "allocations_without_invoice": "{} allocations name an invoice that is not there",
    "allocations_without_source": "{} allocations name a payment or credit memo that is not there",
}
"""Findings that make a run suspicious, unless items were rejected: then what they would have brought is missed."""
_UNBALANCED = {
    "balances_unlike_stated": "{} invoices have another balance than the source states",
    "overallocated_sources": "{} payments or credit memos are allocated beyond their amount",
}
"""Findings that make any run suspicious. Overpaid invoices are shown, but customers do overpay."""


class MassDeletionError(HubError):
    """The source deletes so much at once that it may be its mistake; the page with the deletions was not stored."""

    code, status, title = "mass_deletion", 409, "Too many deletions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The ledger's receivables less the provider's in one currency, and at how many customers they differ."""

    currency: str
    amount: Decimal
    customers: int = 0
    is_home: bool = False

    def __str__(self) -> str:
        where = f", at {self.customers} customer{'s' if self.customers > 1 else ''}" if self.customers else ""
        home = " in the home currency" if self.is_home else ""
        if self.amount:
            amount = f"{_plain(self.amount)} {self.currency}"
            return f"the ledger's receivables{home} differ from the provider's by {amount}{where}"
        return f"customers' balances{home} in {self.currency} differ from the provider's{where}, though not in sum"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run saw, as far as it matters for the verdict.

    `items` and `items_before` count what streams that are always read whole brought, now and in the run before.
    `doubts` are what else a person should look at, in sentences.
    """

    read: int
    rejected: int
    first_reject: str | None = None
    items: Mapping[str, int] = field(default_factory=dict)
    items_before: Mapping[str, int] = field(default_factory=dict)
    findings: Mapping[str, int] = field(default_factory=dict)
    differences: Sequence[Gap] = ()
    doubts: Sequence[str] = ()


def _plain(amount: Decimal) -> str:
    """With two decimals, or as many as it has."""
    cents = amount.quantize(Decimal("0.01"))
    return f"{cents if cents == amount else amount.normalize():f}"


def judge(outcome: Outcome) -> tuple[Status, list[str]]:
    """The status of a run that was read to its end, and the reasons if it is not ok."""
    if outcome.read and outcome.rejected == outcome.read:
        return "failed", [f"None of the {outcome.read} items could be used; the first: {outcome.first_reject}"]
    doubts = [*outcome.doubts, *_shrunken(outcome), *_unbalanced(outcome)]
    rejected = [f"{outcome.rejected} of {outcome.read} items could not be used"] if outcome.rejected else []
    if doubts:
        return "suspicious", doubts + rejected
    return ("partial" if rejected else "ok"), rejected


def is_mass_deletion(deleted: int, held: int) -> bool:
    """Whether a run deletes too large a share of the records it found."""
    return deleted >= MANY and deleted > held * DELETED_SHARE


def _shrunken(outcome: Outcome) -> list[str]:
    return [
        f"{stream} brought {outcome.items.get(stream, 0)} items, the run before {before}"
        for stream, before in outcome.items_before.items()
        if before >= MANY and outcome.items.get(stream, 0) * 2 < before
    ]


def _unbalanced(outcome: Outcome) -> list[str]:
    off = [str(gap) for gap in outcome.differences if gap.amount or gap.customers]
    sentences = _UNBALANCED if outcome.rejected else _DANGLING | _UNBALANCED
    return off + [
        sentence.format(outcome.findings[name]) for name, sentence in sentences.items() if outcome.findings.get(name)
    ]
