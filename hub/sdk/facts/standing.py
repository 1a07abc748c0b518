"""How an invoice stands, in words without a figure: what part is paid, which are overdue, which is the oldest."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from hub.sdk.facts.cues import in_part, is_denial
from hub.sdk.facts.lateness import is_so
from hub.sdk.facts.layout import Unit
from hub.sdk.facts.lexicon import pattern, read
from hub.sdk.facts.mentions import Reading
from hub.sdk.facts.numerals import in_words
from hub.sdk.facts.sheet import FactInvoice

_ENDS = re.compile(r"[;()–—\n]|\s-\s|,\s|[.!?](?=\s|$)")
_NEVER = re.compile(r"(?!)")
_CLOSE = 60
"""Letters between a part and the word that says whether it is paid."""


@dataclass(frozen=True, slots=True)
class Words:
    """One language's words for how an invoice stands: shares of a whole, and phrases by name."""

    shares: tuple[tuple[Decimal, re.Pattern[str]], ...]
    phrases: dict[str, re.Pattern[str]]

    def __getitem__(self, name: str) -> re.Pattern[str]:
        return self.phrases.get(name, _NEVER)


@cache
def words_of(language: str) -> Words:
    """The words of one language; a phrase that it lacks is never found."""
    rows = read(f"{language}/standing.toml")
    shares = []
    for share, lines in rows["shares"].items():
        part, _, whole = share.partition("/")
        shares.append((Decimal(part) / Decimal(whole), pattern(lines)))
    return Words(shares=tuple(shares), phrases={name: pattern(lines) for name, lines in rows["phrases"].items()})


def judge_standing(
    reading: Reading, unit: Unit, named: Iterable[tuple[int, int, tuple[int, ...]]], context: tuple[int, ...]
) -> None:
    """Refuses what a unit says of how its invoices stand; marks a part that is rightly said to be paid.

    `named` are where invoices are named in the unit and which; `context` those that it goes on about.
    """
    Standing(reading, unit, tuple(named), context).judge()


class Standing:
    """One unit of a text."""

    def __init__(
        self,
        reading: Reading,
        unit: Unit,
        named: tuple[tuple[int, int, tuple[int, ...]], ...],
        context: tuple[int, ...],
    ) -> None:
        self.reading = reading
        self.unit = unit
        self.named = named
        self.context = context
        self.text = reading.text.folded
        self.words = words_of(reading.words.language)
        self.invoices = reading.facts.invoices
        self.is_conditional = reading.words.cues["conditional"].search(self.text, unit.start, unit.end) is not None

    def judge(self) -> None:
        """Goes through all that may be said."""
        if not self.is_conditional:
            self._parts()
            self._whole()
            self._several()
            self._open_ones()
        self._ranks()

    # --- parts ------------------------------------------------------------------------------------------------------

    def _parts(self) -> None:
        for start, end, share in self._shares():
            if any(self.reading.masked[start:end]):
                continue
            said = self._said(start, end)
            if said is None:
                continue
            is_paid, first, last = said
            scope = self._scope(start, end)
            is_rough = self._is_rough(start) or (first < start - 1 and self.words["other"].match(self.text, first))
            within = Decimal("0.04") if is_rough else Decimal("0.005")
            self.reading.masked[first:last] = b"\x01" * (last - first)
            if not any(self._has_share(invoice, share, is_paid, within) for invoice in scope):
                self.reading.refuse(start, end, "status", "no such part of the invoice is paid or open")

    def _shares(self) -> Iterator[tuple[int, int, Decimal | str]]:
        unit = self.unit
        for share, each in self.words.shares:
            for match in each.finditer(self.text, unit.start, unit.end):
                yield *match.span(), share
        for name in ("most", "nearly_all"):
            for match in self.words[name].finditer(self.text, unit.start, unit.end):
                yield *match.span(), name
        cues, text = self.reading.words.cues, self.text[unit.start : unit.end]
        if any(cues[name].search(text) for name in ("interest", "discount", "fee")):
            return
        for mention in self.reading.of_kind("percent"):
            if unit.start <= mention.start < unit.end and len(mention.values) == 1:
                yield mention.start, mention.end, next(iter(mention.values)) / 100

    def _has_share(self, invoice: FactInvoice, share: Decimal | str, is_paid: bool, within: Decimal) -> bool:
        if invoice.total <= 0 or invoice.open == invoice.total:
            return False
        real = (invoice.total - invoice.open if is_paid else invoice.open) / invoice.total
        if share == "most":
            return Decimal("0.5") < real < 1
        if isinstance(share, str):
            return Decimal("0.85") < real < 1
        return abs(real - share) <= within

    def _is_rough(self, start: int) -> bool:
        near = self.text[max(self.unit.start, start - 22) : start]
        if self.words["roughly_after"].search(self.text, start, min(start + 70, self.unit.end)):
            return True
        return (
            self.reading.words.cues["roughly"].search(near) is not None
            or self.words["roughly"].search(near) is not None
        )

    def _said(self, start: int, end: int) -> tuple[bool, int, int] | None:
        """Whether a part is said to be paid, else open; and where that is said, with the part."""
        first = max((m.end() for m in _ENDS.finditer(self.text, self.unit.start, start)), default=self.unit.start)
        aside = re.compile(rf",\s(?:{self.words['roughly_after'].pattern}),(?=\s)")
        stop = _ENDS.search(self.text, end, self.unit.end)
        while stop and (skipped := aside.match(self.text, stop.start())):
            stop = _ENDS.search(self.text, skipped.end(), self.unit.end)
        last = stop.start() if stop else self.unit.end
        before, after = self.text[max(first, start - _CLOSE) : start], self.text[end : min(last, end + _CLOSE)]
        if other := re.search(rf"{self.words['other'].pattern}\s*$", before):
            return False, start - len(before) + other.start(), end
        found: list[tuple[int, bool, int, int]] = []
        for name, is_paid in (("paid", True), ("open", False)):
            for match in self.words[name].finditer(after):
                denied = self.words["denied"].search(after[: match.start()]) is not None
                found.append((match.start(), is_paid != denied, start, end + match.end()))
            for match in self.words[name].finditer(before):
                denied = self.words["denied"].search(before[: match.start()][-25:]) is not None
                found.append((len(before) - match.end(), is_paid != denied, start - len(before) + match.start(), end))
        around = (
            match
            for match in self.words["open"].finditer(self.text, max(first, start - _CLOSE), min(last, end + _CLOSE))
            if match.start() < start and end < match.end()
        )
        if not found and (whole := next(around, None)):
            return False, whole.start(), whole.end()  # "steht noch ein Drittel aus"
        if not found and re.search(r"\d[^;.!?\n]{0,20},\s$", self.text[self.unit.start : start]):
            clause = self.text[max(self.unit.start, start - _CLOSE) : start]
            if self.words["open"].search(clause) and not self.words["paid"].search(clause):
                return False, start, end  # "there are 250.00 open, a third"
        if not found:
            return None
        _, is_paid, first, last = min(found)
        return is_paid, first, last

    def _scope(self, start: int, end: int) -> list[FactInvoice]:
        """The invoices of which something is said: those named nearest, those before, or any."""
        if self.named:
            after = [
                each for each in self.named if end <= each[0] <= end + 30 and not _ENDS.search(self.text[end : each[0]])
            ]
            before = [each for each in self.named if each[1] <= start]
            indices = (after[:1] or before[-1:] or list(self.named[:1]))[0][2]
        else:
            indices = self.context or tuple(range(len(self.invoices)))
            if len(indices) > 1 and (which := _WHICH.search(self.text, self.unit.start, end)):
                indices = indices[-1:] if which["last"] else indices[:1]
        return [self.invoices[index] for index in indices]

    # --- all or nothing of an invoice -------------------------------------------------------------------------------

    def _whole(self) -> None:
        for name, holds, reason in (
            ("nothing_paid", _is_whole, "a part of the invoice is paid"),
            ("wholly_open", _is_whole, "a part of the invoice is paid"),
            ("wholly_paid", _is_settled, "the invoice is not paid"),
        ):
            for match in self.words[name].finditer(self.text, self.unit.start, self.unit.end):
                start, end = match.span()
                before = self.text[self.unit.start : start]
                asked = self.text[start : self.unit.end].rstrip().endswith("?")
                if name == "wholly_paid" and (
                    asked or self.words["denied"].search(before[-40:]) or in_part(self.reading, self.text, match)
                ):
                    continue
                if self.reading.masked[start] or not self.reading.free(start, start + 1):
                    continue
                if any(start <= each.start < end for each in self.reading.of_kind("amount")):
                    continue  # what is open is judged by its figure
                if all(map(holds, self._scope(start, end))):
                    self.reading.masked[start:end] = b"\x01" * (end - start)
                else:
                    self.reading.refuse(start, end, "status", reason)
        text = self.text[: self.unit.end]
        for match in self.reading.words.cues["paid"].finditer(text, self.unit.start):
            part = in_part(self.reading, text, match)
            if part is None or part.start() < self.unit.start or is_denial(part.group()):
                continue
            if all(_is_whole(invoice) for invoice in self._scope(*match.span())):
                self.reading.refuse(*match.span(), "status", "no part of this invoice is paid")

    # --- all, none or some of the invoices --------------------------------------------------------------------------

    def _several(self) -> None:
        late = [invoice for invoice in self.invoices if invoice.days_overdue > 0]
        for match in self._before_late("all"):
            scope = self._all_meant(match)
            if scope is not None and not all(is_so("late", invoice) for invoice in scope):
                self.reading.refuse(*match.span(), "status", "not all of these invoices are overdue")
        for match in self.words["all_late"].finditer(self.text, self.unit.start, self.unit.end):
            if not all(is_so("late", invoice) for invoice in self._scope(*match.span())):
                self.reading.refuse(*match.span(), "status", "not all of these invoices are overdue")
        self._all_of_so_many(len(late))
        for match in self._before_late("none"):
            if late:
                self.reading.refuse(*match.span(), "status", "invoices are overdue")
        self._so_many(len(late))
        for match in self._before_late("only"):
            numbers = in_words(match.group(), self.reading.words.language)
            numbers += [(0, 0, Decimal(digit)) for digit in re.findall(r"\d+", match.group())]
            if numbers and numbers[-1][2] not in (len(late), sum(is_so("late", each) for each in self.invoices)):
                self.reading.refuse(*match.span(), "number", "the facts have not so many that are overdue")
        for start, end, indices in self.named:
            before = re.search(
                rf"{self.words['only_named'].pattern}\s(?:\w+\s){{0,2}}$", self.text[self.unit.start : start]
            )
            if before and self._late_follows(end) and not _DENIED_AFTER.match(self.text, end):
                rest = [each for at, each in enumerate(self.invoices) if at not in indices]
                if any(each.days_overdue > 0 for each in rest):
                    self.reading.refuse(start, end, "status", "other invoices are overdue too")

    def _all_of_so_many(self, late: int) -> None:
        """Of "four invoices, all overdue", and "four invoices, two of them overdue"."""
        counts = [
            next(iter(each.values))
            for each in self.reading.of_kind("count")
            if self.unit.start <= each.start < self.unit.end and len(each.values) == 1
        ]
        wanted = {late, sum(is_so("late", each) for each in self.invoices)}
        for match in _EACH.finditer(self.text, self.unit.start, self.unit.end):
            if not self.words["late"].match(self.text, match.end()) or self.named:
                continue
            if counts and all(many not in wanted for many in counts):
                self.reading.refuse(*match.span("who"), "status", "not all of these invoices are overdue")
        for match in _OF_WHICH.finditer(self.text, self.unit.start, self.unit.end):
            many = [each for each in in_words(self.text[match.end() : self.unit.end], self.reading.words.language)[:1]]
            if not many or many[0][0] > 0 or self.named:
                continue
            if match.group()[0] == "," and (
                many[0][2] == 1 or not counts or not self.reading.free(match.end(), match.end() + many[0][1])
            ):
                continue
            end = match.end() + many[0][1]
            rest = re.compile(r"\s(?:\w+\s){0,2}?(?=\w)").match(self.text, end)
            stop = rest and next(
                (m for m in self.words["late"].finditer(self.text, end, self.unit.end) if m.start() <= end + 25), None
            )
            if stop and not _ENDS.search(self.text[end : stop.start()]) and many[0][2] not in wanted:
                self.reading.refuse(match.end(), end, "number", "the facts have not so many that are overdue")

    def _so_many(self, late: int) -> None:
        """Of a number alone, as in "two are overdue"."""
        text = self.text[self.unit.start : self.unit.end]
        for start, end, value in in_words(text, self.reading.words.language):
            first, last = self.unit.start + start, self.unit.start + end
            told = re.search(r"\b(?:the|these|those|all|other|las|los|estas|otras|todas|sus|ni)\s$", text[:start])
            if told or self.named or not self.reading.free(first, last) or not self._late_follows(last):
                continue
            if value not in (late, sum(is_so("late", each) for each in self.invoices)):
                self.reading.refuse(first, last, "number", "the facts have not so many that are overdue")

    def _before_late(self, name: str) -> Iterator[re.Match[str]]:
        for match in self.words[name].finditer(self.text, self.unit.start, self.unit.end):
            of_these = re.search(r"\b(?:of|de|von|des)\s(?:\w+\s)?$", self.text[self.unit.start : match.start()])
            if not of_these and self._late_follows(match.end()):
                yield match

    def _late_follows(self, at: int) -> bool:
        """Whether "are overdue" follows right here, with at most two words between."""
        after = self.text[at : self.unit.end]
        verb = re.match(rf"[^\w\n]{{0,3}}(?:{self.words['is'].pattern})\s", after)
        if not verb and not re.search(r"(?:nothing|nada|nichts)$", self.text[:at]):
            return False
        start = verb.end() if verb else 1
        for _ in range(3):
            if self.words["late"].match(after, start):
                return True
            word = re.compile(r"\w+\s").match(after, start)
            if not word or self.words["denied"].match(word.group()):
                return False
            start = word.end()
        return False

    def _all_meant(self, match: re.Match[str]) -> list[FactInvoice] | None:
        """The invoices that "all" means; None where it means only some that nobody can tell."""
        numbers = in_words(match.group(), self.reading.words.language)
        many = int(numbers[-1][2]) if numbers else None
        named = list(dict.fromkeys(index for _, _, indices in self.named for index in indices))
        both = many is None and self.words["both"].fullmatch(match.group()) is not None
        many = 2 if both else many
        if named and many in (None, len(named)):
            return [self.invoices[index] for index in named]
        if many is None or many == len(self.invoices):
            return list(self.invoices)
        if self.context and many == len(self.context):
            return [self.invoices[index] for index in self.context]
        return None

    def _open_ones(self) -> None:
        """A number of open invoices is all there are, in one currency perhaps, or those that are named."""
        named = {index for _, _, indices in self.named for index in indices}
        written = {index for each in self.reading.of_kind("invoice") for index in each.invoices[:1]}
        counts = {len(self.invoices), len(named), len(written), len(self.context)}
        counts |= {sum(each.currency == code for each in self.invoices) for code in {i.currency for i in self.invoices}}
        if self.words["late"].search(self.text, self.unit.start, self.unit.end):
            return
        for each in self.reading.of_kind("count"):
            text = self.text[each.start : each.end + 20] if self.unit.start <= each.start < self.unit.end else ""
            if self.words["open_ones"].search(text) and not each.values & {Decimal(count) for count in counts if count}:
                self.reading.refuse(each.start, each.end, "number", "the facts have another number of open invoices")

    # --- the oldest, the largest ------------------------------------------------------------------------------------

    def _ranks(self) -> None:
        for name in ("oldest", "newest", "largest", "smallest"):
            for match in self.words[name].finditer(self.text, self.unit.start, self.unit.end):
                index = self._ranked(match)
                if index is not None and not any(self._has_rank(index, name, those) for those in self._among(match)):
                    self.reading.refuse(*match.span(), "pairing", "another invoice is that")

    def _ranked(self, match: re.Match[str]) -> int | None:
        """The invoice that is called the oldest: the one right after, or the one before "is"."""
        for start, _, indices in self.named:
            between = self.text[match.end() : start]
            if match.end() <= start and len(between) <= 30 and len(indices) == 1 and not _OTHER_CLAUSE.search(between):
                return indices[0]
        for _, end, indices in reversed(self.named):
            between = self.text[end : match.start()]
            if end <= match.start() and len(indices) == 1:
                near = len(between) <= 20 and re.fullmatch(
                    rf"[\s,(]*(?:{self.words['is'].pattern})?[\s\w]{{0,12}}", between
                )
                return indices[0] if near else None
        return None

    def _among(self, match: re.Match[str]) -> list[list[FactInvoice]]:
        """The invoices of which one is called the oldest: the overdue ones where it says so, or did before."""
        late, every = [each for each in self.invoices if each.days_overdue > 0], list(self.invoices)
        past_due = self.reading.words.cues["past_due"]
        beside = re.compile(r"[^.,;:(\d]{0,30}").match(self.text, match.end())
        if late and past_due.search(match.group() + (beside.group() if beside else "")):
            return [late]
        return (
            [every, late]
            if late and past_due.search(self.text, max(0, match.start() - 250), match.start())
            else [every]
        )

    def _has_rank(self, index: int, name: str, those: list[FactInvoice]) -> bool:
        invoice = self.invoices[index]
        if name in ("oldest", "newest"):
            best = min if name == "oldest" else max
            return invoice.due_on == best(each.due_on for each in those) or invoice.issued_on == best(
                each.issued_on for each in those
            )
        same = [each for each in those if each.currency == invoice.currency]
        best_amount = max if name == "largest" else min
        return invoice.open == best_amount(each.open for each in same) or invoice.total == best_amount(
            each.total for each in same
        )


_EACH = re.compile(
    r"[,;:(–—-]\s?(?P<who>all(?: of (?:them|these|which))?"
    r"|(?:each|every)(?: (?:single )?one)?(?: of (?:them|these|which))?"
    r"|both|alle(?: davon)?|samtlich(?:e)?|jede(?: davon)?|beide|todas(?: ellas)?|cada una(?: de ellas)?|ambas"
    r"|toutes(?: les (?:deux|trois|quatre|cinq|six))?|chacune(?: d'elles)?)\s"
    r"(?:(?:are|is|sind|ist|estan|esta|sont|est)\s)?(?:(?:already|now|bereits|schon|inzwischen|ya|deja)\s)?"
)
_OF_WHICH = re.compile(r"(?:,|\b(?:davon|darunter|dont|of which|de las cuales))\s(?:(?:sind|are|sont|estan)\s)?")
_WHICH = re.compile(
    r"(?P<last>\b(?:the latter|letztere[rnms]?|(?:esta|la) ultima|cette derniere)\b)"
    r"|\b(?:the former|erstere[rnms]?|la primera|la premiere)\b"
)
_OTHER_CLAUSE = re.compile(r"[;.]\s|,\s\w+\s\w+\s\w+|\d")
_DENIED_AFTER = re.compile(r"\s\w+\s(?:not|no)\b|\s\w+n't\b")


def _is_whole(invoice: FactInvoice) -> bool:
    return invoice.open == invoice.total


def _is_settled(invoice: FactInvoice) -> bool:
    return invoice.open == 0
