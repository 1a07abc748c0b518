"""What is found in a text: a part of it, and the facts it could be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from hub.sdk.facts.folding import Folded
from hub.sdk.facts.lexicon import Lexicon
from hub.sdk.facts.sheet import FactSheet
from hub.sdk.facts.verdict import Refusal

Kind = Literal["amount", "date", "duration", "invoice", "percent", "count", "bare", "when", "currency"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Something stated at `start` to `end` of the clean text, as the readings it allows."""

    kind: Kind
    start: int
    end: int
    values: frozenset[Decimal] = frozenset()  # of an amount, percentage, duration (in `unit`), count, bare number
    currencies: frozenset[str] | None = None  # None: without a currency
    negative: bool = False
    days: frozenset[date] = frozenset()  # of a date; of a span of days all of it
    unit: str = ""
    invoices: tuple[int, ...] = ()
    rule: str = ""


@dataclass(slots=True)
class Reading:
    """A text being read: what was found, which letters are told for, and what was refused."""

    text: Folded
    facts: FactSheet
    words: Lexicon
    taken: bytearray
    mentions: list[Mention] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    masked: bytearray = field(default_factory=bytearray)  # names in full: what they say is no claim
    source: str = ""
    in_subject: bool = False

    def free(self, start: int, end: int) -> bool:
        """Whether nothing was found there yet."""
        return not any(self.taken[start:end])

    def take(self, start: int, end: int) -> None:
        """This part is told for."""
        self.taken[start:end] = b"\x01" * (end - start)

    def add(self, mention: Mention) -> None:
        """Something stated, to be judged."""
        self.take(mention.start, mention.end)
        self.mentions.append(mention)

    def refuse(self, start: int, end: int, code: str, reason: str) -> None:
        """This part is not borne out by the facts."""
        self.take(start, end)
        first, last = self.text.place(start, end)
        span = self.source[first:last]
        self.refusals.append(
            Refusal(start=first, end=last, span=span, code=code, reason=reason, in_subject=self.in_subject)
        )

    def of_kind(self, *kinds: Kind) -> Iterator[Mention]:
        """What was found of these kinds, in the text's order."""
        return (each for each in sorted(self.mentions, key=lambda each: each.start) if each.kind in kinds)
