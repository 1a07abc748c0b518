"""Whether what is stated belongs together: each figure with the invoice that the text puts beside it."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from hub.sdk.facts.cues import amount_cue, date_cue, has, paid_beside, windows
from hub.sdk.facts.lateness import is_so, judge_lists, lateness, lateness_beside
from hub.sdk.facts.layout import Unit
from hub.sdk.facts.mentions import Kind, Mention, Reading
from hub.sdk.facts.numerals import in_words
from hub.sdk.facts.settled import judge_paid
from hub.sdk.facts.sheet import FactInvoice, Figure
from hub.sdk.facts.standing import judge_standing

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Stated:
    """A figure with what it is called."""

    mention: Mention
    cue: str


@dataclass(frozen=True, slots=True)
class Group:
    """Invoice numbers that stand together, as in "INV-1 and INV-2"."""

    start: int
    end: int
    invoices: tuple[int, ...]


class Pairing:
    """Goes through the units of a text and refuses what does not fit."""

    def __init__(self, reading: Reading, units: list[Unit]) -> None:
        self.reading = reading
        self.facts = reading.facts
        self.units = units
        self.context: tuple[int, ...] = ()
        self.context_block = -1
        self.mentioned: set[int] = set()
        self.listed: list[int] = []
        self.listed_block = -1
        self.last_cue = ""

    def judge(self) -> None:
        """Refuses every figure of the text that no fact bears out, or that stands beside the wrong invoice."""
        for unit in self.units:
            inside = [each for each in self.reading.of_kind(*_KINDS) if unit.start <= each.start < unit.end]
            self._judge(unit, inside)

    # --- a unit -----------------------------------------------------------------------------------------------------

    def _judge(self, unit: Unit, inside: list[Mention]) -> None:
        groups = self._groups(inside)
        for group in groups:
            self.mentioned.update(group.invoices)
        if groups and unit.kind != "sentence":
            self.listed = self.listed if self.listed_block == unit.block else []
            self.listed += [index for group in groups for index in group.invoices if index not in self.listed]
            self.listed_block = unit.block
        near = self.context_block == unit.block or has(
            self.reading, "this", self.reading.text.folded[unit.start : unit.end]
        )
        named = [(each.start, each.end, each.invoices) for each in groups]
        judge_standing(self.reading, unit, named, self.context if near else ())
        judge_paid(self.reading, unit, named)
        judge_lists(self.reading, unit, named)
        row_currency = self._currencies(unit, inside)
        items: list[Stated] = []
        figures = [each for each in inside if each.kind in ("amount", "bare", "percent")]
        days = [each for each in inside if each.kind in ("date", "when", "duration")]
        for each in inside:
            if each.kind in ("amount", "bare"):
                stated = self._amount(unit, each, figures, groups, row_currency)
            elif each.kind == "date":
                stated = self._date(unit, each, days)
            elif each.kind == "when":
                stated = self._when(unit, each, days)
            elif each.kind == "duration":
                stated = self._duration(unit, each, days)
            else:
                stated = None
                if each.kind == "percent" and not self.reading.masked[each.start]:
                    self._percent(unit, each, figures)
                elif each.kind == "count":
                    self._count(unit, each, groups, inside)
            if stated:
                items.append(stated)
        self._state(unit, groups)
        if not groups and self._speaks_of_all(unit, inside):
            items = self._of_all(items)
        if groups:
            self._beside(items, groups)
            self.context = tuple(dict.fromkeys(index for group in groups for index in group.invoices))
            self.context_block = unit.block
        else:
            self._without(unit, self._in_order(self._ranks(unit, items)))

    def _state(self, unit: Unit, groups: list[Group]) -> None:
        """Not yet due, or overdue: as the facts have it for the invoices spoken of."""
        reading, folded = self.reading, self.reading.text.folded
        text = folded[unit.start : unit.end]
        if has(reading, "conditional", text):
            return
        if _BUT.search(text) or (not groups and has(reading, "sum", text)):
            return
        early = reading.words.cues["future_due"].search(folded, unit.start, unit.end)
        late = reading.words.cues["past_due"].search(folded, unit.start, unit.end)
        several = has(reading, "all_counted", text) or any(
            each.kind == "count" and max(each.values) > 1
            for each in reading.mentions
            if unit.start <= each.start < unit.end
        )
        said = late or early
        beside = [group for group in groups if said and not _PART.search(_between(folded, said, group))]
        indices = {index for group in beside for index in group.invoices} or (
            set(self.context) if not several and has(reading, "this", text.lstrip()[:25]) else set()
        )
        invoices = [self.facts.invoices[index] for index in indices] or list(self.facts.invoices)
        if early and all(invoice.days_overdue > 0 for invoice in invoices):
            reading.refuse(early.start(), early.end(), "status", "the invoice is overdue")
        for late in reading.words.cues["past_due"].finditer(folded, unit.start, unit.end):
            before = folded[unit.start : late.start()]
            if early or self._is_past_in_form(late.end()):
                continue
            gaps = [(group, _between(folded, late, group)) for group in groups]
            near = [group for group, gap in gaps if "\n" not in gap and not _PART.search(gap)]
            own = [self.facts.invoices[index] for group in near for index in group.invoices] or invoices
            if not _DENIED.search(before) and all(self._is_ahead(invoice) for invoice in own):
                reading.refuse(late.start(), late.end(), "status", "the invoice is not overdue")
            elif _DENIED_BESIDE.search(before) and all(invoice.days_overdue > 0 for invoice in own):
                reading.refuse(late.start(), late.end(), "status", "the invoice is overdue")

    def _is_ahead(self, invoice: FactInvoice) -> bool:
        return invoice.days_overdue < 0 or invoice.due_on > self.facts.today

    def _is_past_in_form(self, end: int) -> bool:
        """Whether a day follows a French participle: "échue le" is said of days to come too."""
        near = any(each.start - end <= 6 for each in self.reading.of_kind("date") if each.start >= end)
        return self.reading.words.language == "fr" and near

    def _speaks_of_all(self, unit: Unit, inside: list[Mention]) -> bool:
        """Whether a sentence without numbers says something of all invoices: "both invoices are 7 days overdue"."""
        text = self.reading.text.folded[unit.start : unit.end]
        several = any(each.kind == "count" and max(each.values, default=Decimal(0)) > 1 for each in inside)
        return (several or has(self.reading, "all_of", text)) and not has(self.reading, "other", text)

    def _of_all(self, items: list[Stated]) -> list[Stated]:
        """Refuses a day that stands alone and is not of every invoice; what is left to judge."""
        left = []
        text = self.reading.text.folded
        for kind in ("due", "issued", "duration", "amount"):
            if kind == "amount" and not any(
                has(self.reading, "each", text[max(0, i.mention.start - 25) : i.mention.start]) for i in items
            ):
                continue
            same = [item for item in items if _kind(item) == kind]
            if len(same) == 1 and not all(self._fits(same[0], index) for index in range(len(self.facts.invoices))):
                overdue = [index for index, invoice in enumerate(self.facts.invoices) if invoice.days_overdue > 0]
                if not overdue or not all(self._fits(same[0], index) for index in overdue):
                    self._refuse_pair(same[0])
                    left.append(same[0])
        return [item for item in items if item not in left]

    def _groups(self, inside: list[Mention]) -> list[Group]:
        groups: list[Group] = []
        folded = self.reading.text.folded
        for each in inside:
            if each.kind != "invoice":
                continue
            gap = folded[groups[-1].end : each.start] if groups else ""
            plain = self.reading.words.cues["invoice"].sub("", gap)
            if groups and _LISTED.fullmatch(plain) and "\n" not in gap.strip(" "):
                last = groups.pop()
                if set(each.invoices) <= set(last.invoices):
                    self.reading.refuse(each.start, each.end, "reference", "this invoice is named twice")
                groups.append(Group(last.start, each.end, (*last.invoices, *each.invoices[:1])))
            else:
                groups.append(Group(each.start, each.end, each.invoices[:1]))
        return groups

    # --- figures ----------------------------------------------------------------------------------------------------

    def _amount(
        self, unit: Unit, each: Mention, figures: list[Mention], groups: list[Group], row: frozenset[str] | None
    ) -> Stated | None:
        reading = self.reading
        others = [other for other in figures if other is not each]
        near, after, far = windows(reading, unit, each, others)
        about = near + " " + after
        for kind, code in (("late_fee", "fee"), ("interest_rate", "interest"), ("discount", "discount")):
            if has(reading, code, near) or (has(reading, code, after) and not has(reading, "open", near)):
                if self._is_allowed(kind, each):
                    self._period(unit, each, kind)
                    return None
                if getattr(self.facts.allowed, kind) is not None and has(reading, code, near):
                    reading.refuse(each.start, each.end, code, "the facts allow another figure")
                    return None
        if each.kind == "bare":
            if self._is_whole(each) and not self._names_amount(unit, each, about):
                return self._bare(unit, each)
            each = _with(each, row)
        cue = amount_cue(reading, unit, each, others)
        sums = has(reading, "sum", far) or has(reading, "sum", after) or (unit.kind == "row" and not groups)
        sums = sums or far.rstrip().endswith("=")
        if far.rstrip().endswith("=") and not self._adds_up(
            each, [other for other in others if unit.start <= other.start]
        ):
            reading.refuse(each.start, each.end, "pairing", "this is not what the figures before it come to")
            return None
        strong = (
            has(reading, "sum_strong", near) or has(reading, "sum_strong", after) or has(reading, "sum_strong", far)
        )
        earlier = [other for other in others if other.end <= each.start and other.kind == "amount"]
        of_all = bool(earlier) and reading.words.cues["of"].fullmatch(
            reading.text.folded[earlier[-1].end : each.start].strip()
        )
        if of_all and cue == "total" and each.values & {amount.amount for amount in self.facts.total_open}:
            cue, strong = "open", True  # "500.00 of the 1,734.56"
        told = cue == "open" or has(reading, "open", about) or has(reading, "total", about)
        if not told and self._is_part_paid(unit, each):
            cue = "paid"
        if paid_beside(near, after):
            cue = "paid"
        days = reading.of_kind("date", "when", "duration")
        said = lateness_beside(reading, unit, near, after, far, days) if cue != "paid" else ""
        if self._is_sum(unit, each, cue, groups, said, sums=sums, strong=strong):
            return None
        if not any(self._fits_amount(each, invoice, cue) for invoice in self.facts.invoices):
            self._refuse_amount(each, cue)
            return None
        if not any(is_so(said, invoice) for invoice in self.facts.invoices if self._fits_amount(each, invoice, cue)):
            reading.refuse(each.start, each.end, "status", f"what is {_SAID[said]} has not this amount")
            return None
        return Stated(each, cue)

    def _adds_up(self, each: Mention, others: list[Mention]) -> bool:
        """Whether what stands after "=" is what the figures before it come to; those that can be read in one way."""
        total, end = Decimal(0), -1
        for other in (other for other in others if other.end <= each.start and other.kind in ("amount", "bare")):
            between = self.reading.text.folded[end : other.start] if end >= 0 else ""
            if len(other.values) != 1:
                return True
            takes = other.negative or _LESS.search(between) is not None
            total = total - next(iter(other.values)) if takes and end >= 0 else total + next(iter(other.values))
            end = other.end
        return end < 0 or total in each.values

    def _names_amount(self, unit: Unit, each: Mention, about: str) -> bool:
        if unit.cell_of(each.start) is not None:
            column = unit.cell_of(each.start) or ""
            if set(re.findall(r"\w+", column)) & self.reading.words.lists["days"]:
                return False
            return any(has(self.reading, name, column) for name in ("open", "total", "sum", "paid", "amount"))
        return has(self.reading, "amount", about) and unit.kind in ("label", "row")

    def _is_whole(self, each: Mention) -> bool:
        text = self.reading.text.clean[each.start : each.end]
        return text.isdigit()

    def _bare(self, unit: Unit, each: Mention) -> Stated | None:
        """A whole number without a currency: days overdue in a table, else nothing that the facts tell."""
        if unit.kind == "row":
            days = {
                Decimal(many) for each in self.facts.invoices for many in (each.days_overdue, max(0, each.days_overdue))
            }
            if each.values & days:
                return Stated(each, "row_days")
            if any(self._fits_amount(each, invoice, "") for invoice in self.facts.invoices):
                return Stated(each, "")
        before = self.reading.text.folded[unit.start : each.start]
        days = {Decimal(invoice.days_overdue) for invoice in self.facts.invoices}
        called = set(re.findall(r"\w+", before[-25:])) & self.reading.words.lists["days"]
        labelled = unit.kind == "label" and re.search(r"[:=(–-]\s*$", before) is not None
        if (labelled or called) and has(self.reading, "overdue", before) and each.values & days:
            return Stated(each, "row_days")
        others = [other for other in self.reading.of_kind("amount", "bare") if other is not each]
        if (
            any(each.values)
            and (cue := amount_cue(self.reading, unit, each, others))
            and any(self._fits_amount(each, invoice, cue) for invoice in self.facts.invoices)
        ):
            return Stated(each, cue)
        self.reading.refuse(each.start, each.end, "number", "no fact has this figure")
        return None

    def _is_allowed(self, kind: str, each: Mention) -> bool:
        figure = getattr(self.facts.allowed, kind)
        if figure is None:
            return False
        allowed = {figure.amount} if figure.amount is not None else set()
        if figure.percent is not None and kind == "discount":
            for invoice in self.facts.invoices:
                for amount in (invoice.open, invoice.total):
                    part = (amount * figure.percent / 100).quantize(_CENT, ROUND_HALF_UP)
                    allowed |= {part, amount - part}
        currencies = {figure.currency} if figure.currency else {invoice.currency for invoice in self.facts.invoices}
        return bool(each.values & allowed) and (each.currencies is None or bool(each.currencies & currencies))

    def _fits_amount(self, each: Mention, invoice: FactInvoice, cue: str) -> bool:
        if not self._in_currency(each, invoice.currency):
            return False
        if invoice.open < 0:
            return bool(self._values(each) & {invoice.total, invoice.open})
        if cue == "open":
            amounts = {invoice.open}
        elif cue == "total":
            amounts = {invoice.total}
        elif cue == "paid":
            amounts = {invoice.total - invoice.open}
        else:
            amounts = {invoice.total, invoice.open}
        return bool(self._values(each) & amounts)

    def _is_part_paid(self, unit: Unit, each: Mention) -> bool:
        """Whether an amount can only be what has been paid of an invoice, in a sentence that says so."""
        if not has(self.reading, "paid", self.reading.text.folded[unit.start : unit.end]):
            return False
        fits = [any(self._fits_amount(each, invoice, cue) for invoice in self.facts.invoices) for cue in ("", "paid")]
        return fits == [False, True]

    def _in_currency(self, each: Mention, currency: str) -> bool:
        if each.currencies is None:
            return True
        if currency not in each.currencies:
            return False
        # "$" is the US dollar where the facts have it beside another.
        known = {invoice.currency for invoice in self.facts.invoices} & each.currencies
        return currency == "USD" or "USD" not in known

    def _values(self, each: Mention) -> frozenset[Decimal]:
        return (
            frozenset(-value for value in each.values)
            if each.negative
            else each.values | frozenset(-value for value in each.values if self._credit_near(each))
        )

    def _credit_near(self, each: Mention) -> bool:
        folded = self.reading.text.folded
        return has(self.reading, "credit", folded[max(0, each.start - 60) : each.end + 30])

    def _is_sum(
        self, unit: Unit, each: Mention, cue: str, groups: list[Group], said: str, *, sums: bool, strong: bool
    ) -> bool:
        """Whether an amount is the sum of what it stands beside, or of all, and called so."""
        refs = tuple(dict.fromkeys(index for group in groups for index in group.invoices))
        wanted = self._values(each)
        before = [group for group in groups if group.end <= each.start]
        after = [group for group in groups if group.start >= each.end]
        nearest = before[-1:] or after[:1]
        text = self.reading.text.folded[unit.start : unit.end]
        if has(self.reading, "respectively", text):
            return False
        beside = self.reading.text.folded[nearest[0].end : each.start] if before else ""
        if after and not before:
            beside = self.reading.text.folded[each.end : after[0].start]
        if nearest and len(nearest[0].invoices) > 1 and has(self.reading, "sum", beside) and len(beside) < 45:
            return bool(self._sum_of(nearest[0].invoices, each, cue, said) & wanted)
        if nearest and len(nearest[0].invoices) > 1 and self._sum_of(nearest[0].invoices, each, cue, said) & wanted:
            return True
        first = after[0].invoices if after and not before else ()
        if len(first) > 1 and self._sum_of(first, each, cue, said) & wanted:
            return True
        if len(refs) > 1 and (sums or not before) and self._sum_of(refs, each, cue, said) & wanted:
            return True
        leads = False
        enough = strong or (sums and groups and (groups[0].start >= each.end or _PART.search(beside)))
        if (
            groups
            and len(refs) == 1
            and not (enough and self._apart(each, groups[0]))
            and not (leads := self._leads(each, groups[0]))
        ):
            rest = said == "late" and groups[0].end <= each.start and _REST.search(beside) is not None
            late = tuple(index for index, invoice in enumerate(self.facts.invoices) if invoice.days_overdue > 0)
            return rest and len(late) > 1 and bool(self._sum_of(late, each, cue, said) & wanted)
        context = self.context if not groups else ()
        if len(context) > 1 and self._sum_of(context, each, cue, said) & wanted:
            return True
        everything = {
            amount.amount
            for amount in self.facts.total_open
            if self._in_currency(each, amount.currency)
            and all(is_so(said, invoice) for invoice in self.facts.invoices if invoice.currency == amount.currency)
        }
        counted = any(
            other.kind == "count"
            and max(other.values, default=Decimal(0)) > 1
            and unit.start <= other.start < each.start
            for other in self.reading.mentions
        )
        if (
            cue != "paid"
            and (cue != "total" or counted)
            and everything & wanted
            and (sums or strong or leads or not groups)
        ):
            return True
        if not (sums or strong or said or has(self.reading, "past_due", text)):
            return False
        indices = range(len(self.facts.invoices))
        sets = [
            tuple(indices),
            tuple(index for index in indices if self.facts.invoices[index].days_overdue > 0),
            tuple(index for index in indices if self.facts.invoices[index].days_overdue <= 0),
            tuple(sorted(self.mentioned)),
            tuple(self.listed),
        ]
        return any(len(each_set) > 1 and self._sum_of(each_set, each, cue, said) & wanted for each_set in sets)

    def _leads(self, each: Mention, group: Group) -> bool:
        """Whether one invoice of the sum is named beside it: "500.00 is overdue, the oldest of it INV-1"."""
        folded = self.reading.text.folded
        if group.start >= each.end:
            between = folded[each.end : group.start]
            parts = re.split(r"[,;(]\s", between, maxsplit=1)
            return len(parts) > 1 and (_RANK.search(parts[1]) is not None or has(self.reading, "includes", parts[1]))
        between, before = folded[group.end : each.start], folded[max(0, group.start - 20) : group.start]
        account = re.search(r"\b(?:account|balance|total|konto|saldo|cuenta|compte|solde)\b", between)
        return account is not None and re.search(r"\b(?:with|mit|samt|con|avec)\s(?:\w+\s){0,2}$", before) is not None

    def _apart(self, each: Mention, group: Group) -> bool:
        """Whether a sum stands in another clause than the one invoice, or says that it includes it."""
        folded = self.reading.text.folded
        between = folded[group.end : each.start] if group.end <= each.start else folded[each.end : group.start]
        if group.start >= each.end:
            return has(self.reading, "includes", between) or re.search(r"[,;]\s", between) is not None
        included = has(self.reading, "includes", folded[max(0, group.start - 40) : group.start])
        if not included and re.fullmatch(r"\s*[,:(–—-]\s*(?:\w+\s){0,3}", between):
            return False  # "invoice 7, in total 500.00"
        return re.search(r"[,;:–—]\s|\s-\s", between) is not None or has(self.reading, "break", between)

    def _sum_of(self, indices: tuple[int, ...], each: Mention, cue: str, said: str = "") -> set[Decimal]:
        """The sums of these invoices, per currency, as what they are called: open unless told; all as late as said."""
        sums: set[Decimal] = set()
        invoices = [self.facts.invoices[index] for index in dict.fromkeys(indices)]
        for currency in {invoice.currency for invoice in invoices}:
            if not self._in_currency(each, currency):
                continue
            those = [invoice for invoice in invoices if invoice.currency == currency]
            if len(those) < 2 and len(invoices) > 1 and each.currencies is None:
                continue
            if not all(is_so(said, invoice) for invoice in those):
                continue
            if cue in ("open", ""):
                sums.add(sum((invoice.open for invoice in those), Decimal(0)))
            if cue == "total":
                sums.add(sum((invoice.total for invoice in those), Decimal(0)))
            if cue == "paid":
                sums.add(sum((invoice.total - invoice.open for invoice in those), Decimal(0)))
        return sums

    def _refuse_amount(self, each: Mention, cue: str) -> None:
        refuse, facts = self.reading.refuse, self.facts
        plain = _with(each, None)
        known = [invoice for invoice in facts.invoices if self._values(plain) & {invoice.total, invoice.open}]
        totals = [amount for amount in facts.total_open if amount.amount in self._values(plain)]
        if each.currencies is not None and (known or totals):
            currencies = {row.currency for row in known} | {row.currency for row in totals}
            if not any(self._in_currency(each, currency) for currency in currencies):
                refuse(each.start, each.end, "currency", "the amount is in another currency")
                return
        if totals and not known:
            refuse(each.start, each.end, "pairing", "this is the sum of several invoices, and not called so")
        elif known:
            called = {"open": "open", "total": "the invoice's total", "paid": "paid"}.get(cue, cue)
            refuse(each.start, each.end, "pairing", f"the facts have this amount, but not as what is {called}")
        else:
            refuse(each.start, each.end, "amount", "no invoice and no total has this amount")

    def _currencies(self, unit: Unit, inside: list[Mention]) -> frozenset[str] | None:
        """The currency that a row or line gives its bare figures; refused where the facts have none such."""
        known = {invoice.currency for invoice in self.facts.invoices} | {
            each.currency for each in self.facts.total_open
        }
        found: frozenset[str] | None = None
        for each in inside:
            if each.kind == "currency" and each.currencies is not None:
                if not each.currencies & known:
                    self.reading.refuse(each.start, each.end, "currency", "nothing in the facts is in this currency")
                found = each.currencies if found is None else found | each.currencies
        return found

    def _percent(self, unit: Unit, each: Mention, figures: list[Mention]) -> None:
        reading, allowed = self.reading, self.facts.allowed
        near, after, _ = windows(reading, unit, each, [other for other in figures if other is not each])
        text = reading.text.folded[unit.start : unit.end]
        for kind, code in (("late_fee", "fee"), ("interest_rate", "interest"), ("discount", "discount")):
            figure = getattr(allowed, kind)
            here = any(has(reading, code, part) for part in (near, after)) or has(reading, code, text)
            if figure is not None and figure.percent is not None and here:
                rates = {figure.percent} | ({figure.percent * 100} if figure.percent < 1 else set())
                if each.values & rates and not _OVER_BASE.search(reading.text.folded, each.start, each.end + 60):
                    self._period(unit, each, kind)
                    return
        code = next((code for code in ("interest", "discount", "fee") if has(reading, code, text)), "percent")
        reading.refuse(each.start, each.end, code, "the facts allow no such percentage")

    def _period(self, unit: Unit, each: Mention, kind: str) -> None:
        """A rate is by the year unless the facts say otherwise, and a fee is due once."""
        reading, figure = self.reading, getattr(self.facts.allowed, kind)
        code = {"late_fee": "fee", "interest_rate": "interest", "discount": "discount"}[kind]
        later = min(
            [other.start for other in reading.mentions if other.start >= each.end + 2 * (other.kind == "duration")],
            default=unit.end,
        )
        last = min(later, unit.end, each.end + 40)
        by_each = reading.words.cues["per_invoice"].search(reading.text.folded, each.end, last)
        if by_each and kind == "late_fee" and len(self.facts.invoices) > 1:
            reading.refuse(by_each.start(), by_each.end(), code, "the facts give it once, and not for each invoice")
        for name in ("day", "week", "month", "year"):
            match = reading.words.cues[f"per_{name}"].search(reading.text.folded, each.end, last)
            if (
                match
                and name != figure.period
                and not (name == "year" and kind == "interest_rate" and figure.period is None)
            ):
                reading.refuse(match.start(), match.end(), code, "the facts give it for no such period")

    def _count(self, unit: Unit, each: Mention, groups: list[Group], inside: list[Mention]) -> None:
        self._count_of_sum(unit, each)
        invoices = self.facts.invoices
        ahead = self.reading.text.folded[max(0, each.start - 20) : each.start]
        part = _OF_A_COUNT.search(ahead) or self._of_a_number(ahead)
        said = self._said_of(unit, each, inside)
        if said and part:  # "two of your three invoices are overdue"
            start = max(unit.start, each.start - 40)
            before = self.reading.text.folded[start : max(0, each.start - 20) + part.start()].rstrip()
            first = [n for n in in_words(before, self.reading.words.language) if n[1] == len(before)]
            many = sum(invoice.days_overdue > 0 for invoice in invoices if said == "late")
            if first and said == "late" and first[0][2] not in (many, sum(is_so(said, i) for i in invoices)):
                at = start + first[0][0]
                self.reading.refuse(at, each.end, "number", "the facts have not so many that are overdue")
        if said and not part:
            those = [invoice for invoice in invoices if is_so(said, invoice)]
            counts = (
                {len(those), sum(invoice.days_overdue > 0 for invoice in those)} if said == "late" else {len(those)}
            )
            counts |= {sum(invoice.currency == code for invoice in those) for code in {i.currency for i in those}}
            counts |= {len(group.invoices) for group in groups if all(is_so(said, invoices[i]) for i in group.invoices)}
            if not each.values & {Decimal(count) for count in counts if count}:
                self.reading.refuse(
                    each.start, each.end, "number", f"the facts have not so many that are {_SAID[said]}"
                )
            return
        overdue = sum(invoice.days_overdue > 0 for invoice in invoices)
        counts = {len(invoices)} | {
            sum(invoice.currency == code for invoice in invoices) for code in {i.currency for i in invoices}
        }
        said = self.reading.text.folded[each.start : each.end]
        if has(self.reading, "past_due", said):
            late = [invoice for invoice in invoices if invoice.days_overdue > 0]
            counts = {overdue} | {sum(each.currency == code for each in late) for code in {i.currency for i in late}}
        else:
            counts |= {overdue, len(invoices) - overdue}
            counts |= {len(set(index for group in groups for index in group.invoices))}
        counts |= {len(set(index for group in groups for index in group.invoices))} if len(groups) else set()
        if not each.values & {Decimal(count) for count in counts if count}:
            self.reading.refuse(each.start, each.end, "number", "the facts have another number of invoices")

    def _of_a_number(self, ahead: str) -> re.Match[str] | None:
        """The word that joins two numbers, as in German "zwei der drei Rechnungen"."""
        part = _OF_THE.search(ahead)
        numbers = in_words(ahead[: part.start()].rstrip(), self.reading.words.language) if part else []
        return part if part and numbers and numbers[-1][1] == len(ahead[: part.start()].rstrip()) else None

    def _count_of_sum(self, unit: Unit, each: Mention) -> None:
        """Of "500.00 across three invoices": the sum of so many."""
        folded = self.reading.text.folded
        amounts = [a for a in self.reading.of_kind("amount") if unit.start <= a.start and a.end <= each.start]
        if not amounts or not _ACROSS.fullmatch(folded[amounts[-1].end : each.start]):
            return
        indices = range(len(self.facts.invoices))
        late = tuple(index for index in indices if self.facts.invoices[index].days_overdue > 0)
        early = tuple(index for index in indices if index not in late)
        sets = [
            those
            for those in (tuple(indices), late, early)
            if self._sum_of(those, amounts[-1], "open") & amounts[-1].values
        ]
        if sets and not any(Decimal(len(those)) in each.values for those in sets):
            self.reading.refuse(each.start, each.end, "number", "the sum is of another number of invoices")

    def _said_of(self, unit: Unit, each: Mention, inside: list[Mention]) -> str:
        """Late or early, as the clause says that follows a count, or that it ends."""
        folded = self.reading.text.folded
        later = min(
            (o.start for o in inside if o.start >= each.end and o.kind in ("count", "invoice")), default=unit.end
        )
        cues = self.reading.words.cues
        breaks = "|".join(each.pattern for each in (_CLAUSE, cues["break"], cues["includes"]))
        stop = re.compile(breaks).search(folded, each.end, later)
        end = stop.start() if stop else later
        days = any(each.start <= o.start < end for o in inside if o.kind in ("date", "when", "duration"))
        return lateness(self.reading, folded[each.start : end], days_near=days)

    # --- days -------------------------------------------------------------------------------------------------------

    def _date(self, unit: Unit, each: Mention, days: list[Mention]) -> Stated | None:
        reading, facts = self.reading, self.facts
        if any(set(figure.days) & each.days for figure in self._conditions(unit)):
            return None
        cue = date_cue(reading, unit, each, [other for other in days if other is not each and other.kind == "date"])
        before = [other for other in days if other.kind == "date" and other.end <= each.start]
        if cue == "as_of" and has(reading, "due", reading.text.folded[each.end : min(unit.end, each.end + 30)]):
            cue = "" if facts.today in each.days else "due"  # "was payable as at 31 December"
        if cue == "due" and self._is_of_its_number(each) and any(i.issued_on in each.days for i in facts.invoices):
            cue = "issued"  # "invoice 7 of 3 January was due a week ago"
        if cue == "" and before and _JOINED.fullmatch(reading.text.folded[before[-1].end : each.start]):
            cue = self.last_cue
        self.last_cue = cue
        if cue == "issued_weak" and not any(invoice.issued_on in each.days for invoice in facts.invoices):
            cue = ""
        if facts.today in each.days and cue in ("", "as_of", "issued_weak") and each.rule != "span":
            return None
        ahead = [invoice for invoice in facts.invoices if invoice.due_on >= facts.today or each.rule != "span"]
        if cue == "deadline" and not any(invoice.due_on in each.days for invoice in ahead):
            reading.refuse(each.start, each.end, "deadline", "the facts give no such deadline")
            return None
        if not any(self._fits_date(each, invoice, cue) for invoice in facts.invoices):
            known = any({invoice.due_on, invoice.issued_on} & each.days for invoice in facts.invoices)
            if known:
                reading.refuse(each.start, each.end, "pairing", f"this day is no {_CALLED.get(cue, cue)} of the facts")
            else:
                reading.refuse(each.start, each.end, "date", "no invoice has this day")
            return None
        return Stated(each, cue)

    def _is_of_its_number(self, each: Mention) -> bool:
        before = self.reading.text.folded[max(0, each.start - 12) : each.start]
        word = self.reading.words.cues["issued_weak"].search(before)
        return word is not None and any(
            0 <= each.start - other.end <= 12 and not before[word.end() :].strip(" l'")
            for other in self.reading.of_kind("invoice")
        )

    def _conditions(self, unit: Unit) -> list[Figure]:
        """What is allowed and spoken of in a unit: its conditions are facts there."""
        text, allowed = self.reading.text.folded[unit.start : unit.end], self.facts.allowed
        figures = ((allowed.late_fee, "fee"), (allowed.interest_rate, "interest"), (allowed.discount, "discount"))
        return [figure for figure, cue in figures if figure is not None and has(self.reading, cue, text)]

    def _fits_date(self, each: Mention, invoice: FactInvoice, cue: str) -> bool:
        if cue in ("due", "deadline"):
            return invoice.due_on in each.days
        if cue in ("issued", "issued_weak"):
            return invoice.issued_on in each.days or (
                cue == "issued_weak" and invoice.due_on in each.days and each.rule == "span"
            )
        if cue == "as_of":
            return False
        return bool({invoice.due_on, invoice.issued_on} & each.days)

    def _when(self, unit: Unit, each: Mention, days: list[Mention]) -> Stated | None:
        reading, facts = self.reading, self.facts
        folded = reading.text.folded
        near, after, far = windows(reading, unit, each, [other for other in days if other is not each])
        asked = has(reading, "deadline", near[-25:]) or has(reading, "pays", near) or has(reading, "pays", far)
        due = has(reading, "due", near) or has(reading, "due", after)
        issued = has(reading, "issued", near) or has(reading, "issued", after)
        if each.rule == "day0":
            deadline = has(reading, "deadline", near[-25:]) or has(reading, "day_end", folded[each.start : each.end])
            beside = has(reading, "due", near[-14:]) or has(reading, "due", after[:12])
            until_now = _NOT_YET.search(folded[unit.start : unit.end]) is not None
            if (not deadline or until_now) and not beside:
                return None
        if each.rule.startswith("feast:") and has(
            reading, "wished", folded[max(unit.start, each.start - 40) : each.start]
        ):
            return None  # "happy Easter"
        if each.rule == "weekday" and facts.today in each.days and _WISHED.search(near):
            return None  # "have a nice Tuesday", on a Tuesday
        vague = each.rule == "never" or each.rule.endswith("-end")
        if vague and not asked and not has(reading, "deadline", near[-25:]):
            return None  # "have a nice weekend"
        cue = "due" if due or asked else "issued" if issued else ""
        fitting = [invoice for invoice in facts.invoices if self._fits_date(each, invoice, cue)]
        if asked and not due:
            fitting = [invoice for invoice in fitting if invoice.due_on >= facts.today]
        if fitting:
            return Stated(each, cue)
        if asked or has(reading, "deadline", near):
            reading.refuse(each.start, each.end, "deadline", "the facts give no such deadline")
        else:
            reading.refuse(each.start, each.end, "date", "no day of the facts is then")
        return None

    def _duration(self, unit: Unit, each: Mention, days: list[Mention]) -> Stated | None:
        reading = self.reading
        near, after, _ = windows(reading, unit, each, [other for other in days if other is not each])
        text = reading.text.folded[unit.start : unit.end]
        if each.unit == "days" and any(figure.within_days in each.values for figure in self._conditions(unit)):
            return None
        if any(rate.end <= each.start <= rate.end + 1 for rate in reading.of_kind("percent")):
            return None  # "5% a year", judged with the rate
        if each.unit == "hours":
            reading.refuse(each.start, each.end, "deadline", "the facts give no such time")
            return None
        if has(reading, "since", near[-12:]) or _BEYOND.match(after):
            cue = "overdue"
        elif (
            (_WITH_SO_LONG.search(near) and _TO_PAY.match(after))
            or has(reading, "terms", near + after)
            or (has(reading, "terms", text) and not has(reading, "overdue", near + after))
        ):
            cue = "terms"
        elif has(reading, "ago", near[-26:] + " " + after[:12]):
            beside = f"{near[-40:]} {after[:25]}"
            about = beside if has(reading, "past_due", beside) else text
            late = about is beside or has(reading, "late", about)
            cue = "overdue" if late and not has(reading, "issued", about) else "ago"
        elif has(reading, "overdue", near + " " + after) or has(reading, "overdue", text) or unit.kind == "row":
            cue = "overdue"
        elif has(reading, "deadline", near[-30:]) or has(reading, "pays", text):
            cue = "until"
        else:
            cue = "overdue"
        ahead = re.search(r"\b(?:in|en|dans|d'ici)\s$", near) or re.match(r"\s(?:from (?:now|today)|hence)\b", after)
        extent = re.search(r"\bby(?: \w+){0,2} $", near) is not None and reading.words.language == "en"
        if cue == "until" and extent and has(reading, "overdue", text):
            cue = "overdue"  # "past due by two days"
        ends = cue == "terms" and ahead and has(reading, "term_ends", text)
        if ends or (cue == "overdue" and not extent and (ahead or has(reading, "deadline", near[-14:]))):
            cue = "until"
        comparing = next((name for name in ("more_than", "less_than", "roughly") if has(reading, name, near[-22:])), "")
        comparing = "roughly" if each.rule == "about" else comparing
        each_cue = f"{cue}:{comparing}"
        if any(self._fits_duration(each, invoice, each_cue) for invoice in self.facts.invoices):
            return Stated(each, each_cue)
        if cue == "until":
            reading.refuse(each.start, each.end, "deadline", "the facts give no such deadline")
        else:
            reading.refuse(each.start, each.end, "days", "no invoice has been so long overdue or had so long a term")
        return None

    def _fits_duration(self, each: Mention, invoice: FactInvoice, cue: str) -> bool:
        cue, _, comparing = cue.partition(":")
        today = self.facts.today
        if cue == "terms":
            return any(
                _is_so_long(value, each.unit, invoice.issued_on, (invoice.due_on - invoice.issued_on).days)
                for value in each.values
            )
        if cue == "until":
            left = (invoice.due_on - today).days
            return left > 0 and any(_is_left(value, each.unit, today, left, comparing) for value in each.values)
        spans = {(invoice.due_on, invoice.days_overdue)}
        if cue == "ago":
            spans.add((invoice.due_on, (today - invoice.due_on).days))
            spans.add((invoice.issued_on, (today - invoice.issued_on).days))
        for since, many in spans:
            if many <= 0:
                left = -many
                if (
                    cue == "overdue"
                    and left > 0
                    and any(_is_left(value, each.unit, today, left, comparing) for value in each.values)
                ):
                    return not has(
                        self.reading, "past_due", self.reading.text.folded[max(0, each.start - 30) : each.end + 20]
                    )
                continue
            for value in each.values:
                if comparing == "more_than" and _days(value, each.unit, since) < many <= 2 * _days(
                    value, each.unit, since
                ):
                    return True
                exact = _days(value, each.unit, since)
                if comparing == "less_than" and exact - _short(exact, each.unit) <= many < exact:
                    return True
                if comparing == "roughly" and abs(_days(value, each.unit, since) - many) <= max(2, many // 12):
                    return True
                if comparing != "less_than" and _is_so_long(value, each.unit, since, many):
                    return comparing != "more_than" or each.unit != "days"
        return False

    # --- beside which invoice ---------------------------------------------------------------------------------------

    def _beside(self, items: list[Stated], groups: list[Group]) -> None:
        """Each figure must be of the invoice before it, or each of the one after it."""
        for kind in _PAIRED:
            same = [item for item in items if _kind(item) == kind]
            attempts = [self._failures(same, groups, way) for way in ("before", "after", "linked")]
            for item in min(attempts, key=len):
                if not self._goes_on(item, groups[0]):
                    self._refuse_pair(item)

    def _goes_on(self, item: Stated, first: Group) -> bool:
        """Whether a figure stands in a clause before the first number, and is of the invoice of the sentence before."""
        if item.mention.end > first.start or len(self.context) != 1:
            return False
        between = self.reading.text.folded[item.mention.end : first.start]
        clause = re.search(r"[,;:–—]\s|\s-\s", between) is not None or has(self.reading, "break", between)
        return clause and self._fits(item, self.context[0])

    def _failures(self, items: list[Stated], groups: list[Group], way: str) -> list[Stated]:
        assigned: dict[Group, list[Stated]] = {group: [] for group in groups}
        for item in items:
            before = [group for group in groups if group.end <= item.mention.start]
            after = [group for group in groups if group.start >= item.mention.end]
            forward = way == "after" or (way == "linked" and bool(after) and self._is_linked(item, after[0]))
            forward = forward and not (before and self._is_in_brackets(item, before[-1]))
            chosen = (after[0] if after else before[-1]) if forward else (before[-1] if before else after[0])
            assigned[chosen].append(item)
        failures = []
        for group, those in assigned.items():
            for kind in _PAIRED:
                same = [item for item in those if _kind(item) == kind]
                if (
                    len(group.invoices) > 1
                    and len(same) == len(group.invoices)
                    and all(self._fits(item, index) for item, index in zip(same, group.invoices, strict=True))
                ):
                    continue
                failures += [
                    item
                    for item in same
                    if not all(self._fits(item, index) for index in group.invoices)
                    and not (len(group.invoices) > 1 and self._other_said(item) and self._fits_any(item))
                ]
        return failures

    def _is_in_brackets(self, item: Stated, group: Group) -> bool:
        """Whether a figure stands in brackets that a number has opened: "INV-7 (due 3 May)"."""
        between = self.reading.text.folded[group.end : item.mention.start]
        return between.count("(") > between.count(")")

    def _is_linked(self, item: Stated, group: Group) -> bool:
        """Whether nothing but words such as "on invoice" stands between a figure and the number after it."""
        between = self.reading.text.folded[item.mention.end : group.start]
        words = set(re.findall(r"\w+", between))
        plain = len(between) < 25 and re.fullmatch(r"[\w '#°º]*", between) is not None
        return plain and not words & {"and", "und", "y", "e", "et", "plus", "sowie"}

    def _other_said(self, item: Stated) -> bool:
        folded = self.reading.text.folded
        return has(self.reading, "other", folded[max(0, item.mention.start - 40) : item.mention.start])

    def _fits_any(self, item: Stated) -> bool:
        return any(self._fits(item, index) for index in range(len(self.facts.invoices)))

    def _fits(self, item: Stated, index: int) -> bool:
        invoice, each = self.facts.invoices[index], item.mention
        if item.cue == "row_days":
            return Decimal(max(0, invoice.days_overdue)) in each.values or Decimal(invoice.days_overdue) in each.values
        if each.kind in ("amount", "bare"):
            return self._fits_amount(each, invoice, item.cue)
        if each.kind == "duration":
            return self._fits_duration(each, invoice, item.cue)
        return self._fits_date(each, invoice, item.cue)

    def _without(self, unit: Unit, items: list[Stated]) -> None:
        """A unit without numbers goes on about the invoice before, or all its figures are of one invoice."""
        reading = self.reading
        text = reading.text.folded[unit.start : unit.end]
        near = self.context_block == unit.block or unit.kind == "label" or has(reading, "this", text)
        if len(self.context) == 1 and near and not has(reading, "other", text):
            for item in items:
                if not self._fits(item, self.context[0]):
                    self._refuse_pair(item)
            return
        for record in self._records(items):
            if not any(all(self._fits(item, index) for item in record) for index in range(len(self.facts.invoices))):
                for item in record[1:]:
                    self._refuse_pair(item)

    def _ranks(self, unit: Unit, items: list[Stated]) -> list[Stated]:
        """Refuses the days of the older invoice where they are of the newer one; what is left to judge."""
        late = [index for index, invoice in enumerate(self.facts.invoices) if invoice.days_overdue > 0]
        left, start = [], unit.start
        for item in items:
            if item.mention.kind != "duration":
                left.append(item)
                continue
            said = list(_RANK.finditer(self.reading.text.folded, start, item.mention.start))
            start = item.mention.end
            if not said or len(late) != 2 or not item.cue.startswith("overdue"):
                left.append(item)
                continue
            rank = min if said[-1]["old"] else max
            index = rank(late, key=lambda index: self.facts.invoices[index].due_on)
            if not self._fits(item, index):
                self._refuse_pair(item)
        return left

    def _in_order(self, items: list[Stated]) -> list[Stated]:
        """Judges days that stand together and are of the invoices before in their order: "24 and 9 days"."""
        same = [item for item in items if item.mention.kind == "duration"]
        folded = self.reading.text.folded
        joined = all(_JOINED.fullmatch(folded[one.mention.end : two.mention.start]) for one, two in pairwise(same))
        before = (
            [each.invoices[0] for each in self.reading.of_kind("invoice") if each.end <= items[0].mention.start]
            if items
            else []
        )
        order = list(dict.fromkeys(before))[-len(same) :]
        if len(same) < 2 or not joined or len(order) != len(same):
            return items
        wrong = [item for item, index in zip(same, order, strict=True) if not self._fits(item, index)]
        if wrong and len(set(before)) > len(same):
            return items
        for item in wrong:
            self._refuse_pair(item)
        return [item for item in items if item not in same]

    def _records(self, items: list[Stated]) -> list[list[Stated]]:
        """Figures that must be of one invoice: a new one begins where a kind comes again, or "the second"."""
        records: list[list[Stated]] = []
        for item in items:
            kind = _record_kind(item)
            if records and kind not in map(_record_kind, records[-1]) and not self._next_said(records[-1][-1], item):
                records[-1].append(item)
            else:
                records.append([item])
        return records

    def _next_said(self, before: Stated, item: Stated) -> bool:
        between = self.reading.text.folded[before.mention.end : item.mention.start]
        ordinals = {each.rsplit(":", 1)[0] for each in self.reading.words.lists["ordinals"]}
        return bool(set(re.findall(r"\w+", between)) & ordinals) or has(self.reading, "other", between)

    def _refuse_pair(self, item: Stated) -> None:
        each = item.mention
        self.reading.refuse(each.start, each.end, "pairing", "this is not of the invoice that it stands beside")


_LISTED = re.compile(
    r"[\s,;/&+#.:°()\-–]*(?:(?:and|und|sowie|y|e|et|ainsi que|or|oder|o|ou|to|bis|a|the|la|las|les|die|n)?"
    r"[\s,;/&+#.:°()\-–]*){0,3}"
)
_NOT_YET = re.compile(
    r"\b(?:nichts?|kein\w*|rien|noch(?! heute)|bislang|not|no|nothing|yet|pas|aucun\w*|todavia|aun|ningun\w*)\b"
)
_WISHED = re.compile(
    r"\b(?:nice|good|great|lovely|happy|pleasant|wonderful|fine|schonen?|guten?|angenehmen|feliz|buen|bonito|bon|bonne|joli"
    r"|excellent|agreable)\s$"
)
_WITH_SO_LONG = re.compile(r"\b(?:with|gave you|mit|con|avec)\s$")
_TO_PAY = re.compile(r"\s(?:to pay|for payment|zur zahlung|zu zahlen|para pagar|para el pago|pour payer|pour regler)\b")
_ACROSS = re.compile(
    r"\s(?:(?:is|are|ist|sind|est|sont|esta|estan)\s)?(?:\w+\s){0,2}?(?:across|over|from|in|on|aus|auf|uber|en|de|sur|pour)\s(?:(?:the|den|las|los|les)\s)?"
)
_RANK = re.compile(
    r"\b(?:(?P<old>older|oldest|altere|alteste|mas antigua|plus ancienne)"
    r"|(?P<new>newer|newest|later one|jungere|neuere|jungste|neueste|mas reciente|mas nueva|plus recente))\b"
)
_BUT = re.compile(r"\b(?:all but|except|bis auf|außer|ausser|salvo|excepto|menos|sauf|hormis)\b")
_LESS = re.compile(r"\s[-−–]\s|\b(?:less|minus|menos|abzuglich|moins)\b")
_REST = re.compile(
    r"[,;)]\s(?:so|leaving|and|but|de modo|asi que|con lo que|por lo que|y|pero"
    r"|quedando|somit|damit|sodass|es bleiben|donc|il reste|ce qui)\b"
)
"""What begins the clause about the rest, after the one invoice apart."""
_CLAUSE = re.compile(r"[;:()–—]|\s-\s|,\s(?!(?:die|welche|qui|which|that|que)\b)")
_DENIED = re.compile(
    r"(?:n't|\b(?:not|nothing|none|never|nicht|nichts|niemals|no|non|nada|ninguna?|tampoco|sin|pas|rien|keine?|ni|aucune?))"
    r"\s(?:\w+\s){0,2}$"
)
_DENIED_BESIDE = re.compile(
    r"(?:n't|\b(?:not|nicht|pas)|\bno (?:esta|estan|ha|han))\s(?:yet|aun|todavia|encore|noch)?\s?$"
)
_OF_THE = re.compile(r"\b(?:der|des|ihrer|unserer|dieser)\s$")
_OF_A_COUNT = re.compile(
    r"\b(?:of|von|unter|de|sur|entre)\s(?:(?:the|your|our|these|den|ihren|deinen|diesen|las|los|sus|tus"
    r"|vuestras|estas|nuestras|vos|les|ces)\s)?$"
)
_BEYOND = re.compile(r"\s(?:uber|jenseits|nach)\s(?:dem|das|des|der)\s(?:zahlungs)?(?:ziel|frist)")
_JOINED = re.compile(r"\s*(?:,|and|und|sowie|y|e|et|/|&)\s*(?:the|den|dem|am|el|le|vom|du|del|on)?\s*")
_PART = re.compile(
    r";|\s[–—-]\s|\b(?:wahrend|aber|mais|tandis que|alors que|while|but|whereas|mientras|pero|so|leaving|leaves"
    r"|de modo que|asi que|con lo que|por lo que|somit|damit|sodass|donc"
    r"|(?:and|und|y|et) (?:only )?(?:one|the other|eine|die andere|una|la otra|une|l'autre))\b"
)
_OVER_BASE = re.compile(
    r"prozentpunkt|(?:percentage )?points? (?:above|over)|percentage points|above (?:the )?base"
    r"|(?:uber|zuzuglich)[\w ]{0,12} basis"
    r"|points? (?:de pourcentage|au[ -]dessus)|(?:majore|au[ -]dessus) d|puntos (?:porcentuales|por encima)"
)
_SAID = {"late": "overdue", "early": "not yet due"}
_KINDS: tuple[Kind, ...] = ("amount", "date", "duration", "invoice", "percent", "count", "bare", "when", "currency")
_PAIRED = ("amount", "due", "issued", "day", "duration")
_CALLED = {
    "due": "due date",
    "issued": "invoice date",
    "issued_weak": "invoice date",
    "deadline": "due date",
    "as_of": "day of this text",
}


def _between(folded: str, said: re.Match[str], group: Group) -> str:
    return folded[min(said.end(), group.end) : max(said.start(), group.start)]


def _kind(item: Stated) -> str:
    if item.mention.kind in ("amount", "bare") and item.cue != "row_days":
        return "amount"
    if item.mention.kind == "duration" or item.cue == "row_days":
        return "duration"
    return {"due": "due", "deadline": "due", "issued": "issued"}.get(item.cue, "day")


def _record_kind(item: Stated) -> tuple[str, str]:
    return _kind(item), item.cue if item.mention.kind in ("amount", "bare") else ""


def _with(each: Mention, currencies: frozenset[str] | None) -> Mention:
    return Mention(
        kind=each.kind,
        start=each.start,
        end=each.end,
        values=each.values,
        currencies=currencies,
        negative=each.negative,
    )


def _days(value: Decimal, unit: str, since: date) -> int:
    if unit == "weeks":
        return int(value * 7)
    if unit == "workdays":
        return next(n for n in range(int(value) * 2 + 8) if _workdays(since, n) >= value)
    if unit == "months":
        return (_later(since, int(value)) - since).days + int(value % 1 * 30)
    if unit == "years":
        return int(value * 365)
    return int(value)


def _is_left(value: Decimal, unit: str, today: date, left: int, comparing: str) -> bool:
    """Whether so long is left until a day: a week is 7 or 8 days then, two weeks up to 16."""
    if value > 5000:
        return False
    exact = _days(value, unit, today)
    if comparing:
        return abs(exact - left) <= max(1, left // 8) and (comparing == "roughly" or _is_beyond(exact, left, comparing))
    more = {"weeks": min(3, int(value)), "months": min(7, 3 * int(value))}.get(unit, 0)
    return _is_so_long(value, unit, today, left) and left <= exact + more


def _short(exact: int, unit: str) -> float:
    """How many days may be wanting to what is "nearly" so long: less than one more of its unit."""
    return min(0.2 * exact, {"weeks": 6, "months": 12, "years": 60}.get(unit, max(2, 0.12 * exact)))


def _is_beyond(exact: int, days: int, comparing: str) -> bool:
    return exact < days if comparing == "more_than" else exact > days


def _is_so_long(value: Decimal, unit: str, since: date, days: int) -> bool:
    """Whether so many days are so many days, weeks (and up to three days more), months (and a week) or years."""
    if value > 5000:
        return False
    if unit == "workdays":
        return _workdays(since, days) == value
    exact = _days(value, unit, since)
    more = {"days": 0, "weeks": 3, "months": 7, "years": 45}[unit]
    less = {"days": 0, "weeks": 0, "months": 2, "years": 5}[unit]
    return exact - less <= days <= exact + more


def _workdays(since: date, days: int) -> int:
    """Days from Monday to Friday in so many days after one; no holidays, which the facts do not have."""
    return sum((since + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))


def _later(since: date, months: int) -> date:
    year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
    first = date(year, month + 1, 1)
    return min(first + timedelta(days=since.day - 1), first + timedelta(days=27 if month == 1 else 29))
