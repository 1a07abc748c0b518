"""The simulated company's receivables as SAP would have posted them: documents whose lines never change their amounts.

After SAP Help, "Accounts Receivable": open item management (clearing is of whole lines, all at once), partial payment
(an open line that names the invoice), residual item (a new line for the rest), resetting a clearing (FBRA), changing a
document (FB09), reversal (FB08: nothing is ever deleted), transfer posting with clearing (F-30).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hub.sdk.testing.company import Company
from hub.sdk.testing.currencies import rounded
from hub.sdk.testing.entries import Application, Change, Document, Receipt, SourceKind
from plugins.connectors.sap.box_lines import Line

Entry = Document | Receipt
SourceKey = tuple[SourceKind, int]

_ZERO = Decimal(0)
_REVERSALS = {"14": "04", "15": "05", "16": "06", "17": "07", "18": "08", "20": "03"}


@dataclass(slots=True, eq=False)
class _Invoice:
    """An invoice's own lines (the first, and what corrected its amount) and the credits that name it."""

    lines: list[Line]
    naming: list[Line] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Source:
    """All lines of a receipt or credit memo, those of them on account, and what is applied from it by which line."""

    lines: list[Line] = field(default_factory=list)
    on_account: list[Line] = field(default_factory=list)
    applied: dict[int, Line] = field(default_factory=dict)


class Postings:
    """The lines of a company, kept up with its log of changes by `catch_up`. `version` grows with each change."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.lines: list[Line] = []
        self.version = 0
        self._today = company.today
        self._seen = 0
        self._seen_applications = 0
        self._waiting: dict[SourceKey, list[Application]] = defaultdict(list)
        self._invoices: dict[int, _Invoice] = {}
        self._sources: dict[SourceKey, _Source] = defaultdict(_Source)
        self._clearings: dict[tuple[str, str], list[Line]] = defaultdict(list)
        self._last_clearing = 0
        self._tick = company.clock.tick
        company.clock.tick = self._tick_posted  # type: ignore[method-assign]

    def catch_up(self) -> None:
        """Post what has happened in the books since."""
        with self.company.lock:
            for id in range(self._seen_applications + 1, len(self.company.applications) + 1):
                application = self.company.applications[id]
                self._waiting[application.source_kind, application.source].append(application)
                self._seen_applications = id
            for change in self.company.changes_since(self._seen):
                self._seen = change.seq
                self._today = change.at.astimezone(self.company.zone).date()
                self._post(change)
                self.version += 1

    def _tick_posted(self) -> datetime:
        # What has happened is posted before anything else does, so that it is posted alike whoever looks when.
        self.catch_up()
        return self._tick()

    def _post(self, change: Change) -> None:
        is_over = change.op in ("voided", "deleted")
        if change.entity == "invoice":
            self._post_invoice(self.company.invoices[change.id], change.at, is_over=is_over)
        elif change.entity == "payment":
            self._post_source(("payment", change.id), self.company.receipts[change.id], change.at, is_over=is_over)
        elif change.entity == "credit_memo":
            memo = self.company.credit_memos[change.id]
            self._post_source(("credit_memo", change.id), memo, change.at, is_over=is_over)

    # Invoices

    def _post_invoice(self, invoice: Document, at: datetime, *, is_over: bool) -> None:
        posted = self._invoice(invoice)
        if is_over:
            for line in list(posted.naming):
                self._take_back(line, at)
            self._reset(posted.lines)
            self._reverse(posted.lines)
        elif invoice.status == "open":
            self._correct(invoice, posted)
            self._clear_if_settled(invoice.id, self._today)

    def _invoice(self, invoice: Document) -> _Invoice:
        if invoice.id not in self._invoices:
            line = self._add(
                f"18{invoice.id:08d}",
                "RV",
                invoice,
                invoice.issued_on,
                invoice.total,
                self._home(invoice.total, invoice.rate),
                invoice=invoice.id,
                due_on=invoice.due_on,
                terms_days=invoice.terms_days,
                reference_id=invoice.number[:16],
            )
            self._invoices[invoice.id] = _Invoice([line])
        return self._invoices[invoice.id]

    def _correct(self, invoice: Document, posted: _Invoice) -> None:
        """Bring the lines to what the invoice says now. Terms change in place; an amount only by another document."""
        first = posted.lines[0]
        told = (invoice.due_on, invoice.number[:16], invoice.terms_days)
        if told != (first.due_on, first.reference_id, first.terms_days):
            first.due_on, first.reference_id, first.terms_days = told
            first.changed_on = self._today
        difference = invoice.total - sum((line.amount for line in posted.lines), _ZERO)
        if difference:
            self._reset(posted.lines)
            line = self._add(
                f"20{invoice.id:06d}{len(posted.lines):02d}",
                "DR" if difference > 0 else "DG",
                invoice,
                self._today,
                difference,
                self._home(difference, invoice.rate),
                customer=first.customer,
                invoice=invoice.id,
                due_on=invoice.due_on,
                names=(first.document, first.year),
            )
            posted.lines.append(line)

    # Receipts and credit memos

    def _post_source(self, key: SourceKey, entry: Entry, at: datetime, *, is_over: bool) -> None:
        posted, waiting = self._sources[key], self._waiting[key]
        due = [each for each in waiting if each.created_at <= at]
        self._waiting[key] = [each for each in waiting if each.created_at > at]
        if not posted.lines:
            due = self._first_posting(key, entry, posted, due)
        # What was taken back is free to be applied again, also within the same second.
        for line in list(posted.applied.values()):
            self._take_back(line, at)
        for application in due:
            if application.invoice is None:
                posted.applied[application.id] = self._carry(entry, posted, application, "ZP")[0]
            else:
                self._assign(entry, posted, application)
        for line in list(posted.applied.values()):
            self._take_back(line, at)
        if is_over:
            self._reset(posted.lines)
            self._reverse(posted.lines)
            posted.on_account.clear()

    def _first_posting(
        self, key: SourceKey, entry: Entry, posted: _Source, due: list[Application]
    ) -> list[Application]:
        """A line for each invoice that is named at once, and one for the rest. Returns what is applied later."""
        at_once = [each for each in due if each.invoice is not None and each.created_at == entry.created_at]
        total, on, type = self._of_source(key, entry)
        rest = total - sum((each.amount for each in at_once), _ZERO)
        amounts = [each.amount for each in at_once] + ([rest] if rest else [])
        homes = self._split(self._home(total, entry.rate), amounts)
        for index, (amount, home) in enumerate(zip(amounts, homes, strict=True), start=1):
            document = f"{14 if key[0] == 'payment' else 16}{entry.id:08d}"
            posted.lines.append(self._add(document, type, entry, on, -amount, -home, item=index))
        for application, line in zip(at_once, posted.lines, strict=False):
            self._name(posted, line, application)
        posted.on_account += posted.lines[len(at_once) :]
        for application in at_once:
            self._clear_if_settled(application.invoice, application.on)
        return [each for each in due if each not in at_once]

    def _of_source(self, key: SourceKey, entry: Entry) -> tuple[Decimal, date, str]:
        """Amount, day and document type. Credit memos come from billing (RV) or are entered by hand (DG)."""
        if isinstance(entry, Receipt):
            return entry.amount, entry.paid_on, "AB" if entry.kind == "journal" else "DZ"
        return entry.total, entry.issued_on, "DG" if entry.id % 2 else "RV"

    def _assign(self, entry: Entry, posted: _Source, application: Application) -> None:
        """Set what is on account against an invoice.

        A line of just that amount is made to name it; else lines are cleared and carried over to one that does.
        """
        line = next((each for each in posted.on_account if -each.amount == application.amount), None)
        if line is not None:
            posted.on_account.remove(line)
            line.changed_on = self._today
        else:
            line = self._carry(entry, posted, application, "DA")[1]
        self._name(posted, line, application)
        self._clear_if_settled(application.invoice, application.on)

    def _carry(self, entry: Entry, posted: _Source, application: Application, type: str) -> list[Line]:
        """Clear lines on account by a debit line; what goes on is a line of its own, and what is left is another.

        Returns the debit and, but for money paid back (ZP), the line that goes on.
        """
        taken: list[Line] = []
        while -sum((line.amount for line in taken), _ZERO) < application.amount:
            taken.append(posted.on_account.pop(0))
        amount = -sum((line.amount for line in taken), _ZERO)
        home = -sum((line.home for line in taken), _ZERO)
        document, rest = f"15{application.id:08d}", amount - application.amount
        part_home, rest_home = self._split(home, [application.amount, rest])

        def add(amount: Decimal, home: Decimal, item: int) -> Line:
            customer = posted.lines[0].customer
            line = self._add(document, type, entry, application.on, amount, home, customer=customer, item=item)
            posted.lines.append(line)
            return line

        lines = [add(amount, home, 1)]
        lines[0].application = application.id
        self._clear([*taken, lines[0]], (document, lines[0].year), application.on)
        if type != "ZP":
            lines.append(add(-application.amount, -part_home, 2))
        if rest:
            posted.on_account.append(add(-rest, -rest_home, 3))
        return lines

    def _take_back(self, line: Line, at: datetime) -> None:
        """Where the line's application was taken back: reset its clearing, and let the line name no invoice.

        Money that was paid back comes in again as a line on account.
        """
        application = self.company.applications[line.application or 0]
        if not application.is_deleted or application.updated_at > at:
            return
        key: SourceKey = (application.source_kind, application.source)
        posted = self._sources[key]
        del posted.applied[application.id]
        if application.invoice is None:
            entry = self.company.receipts[key[1]] if key[0] == "payment" else self.company.credit_memos[key[1]]
            home = self._home(application.amount, entry.rate)
            line = self._add(
                f"17{application.id:08d}",
                "DZ",
                entry,
                self._today,
                -application.amount,
                -home,
                customer=posted.lines[0].customer,
            )
            posted.lines.append(line)
        else:
            others = self._reset([line])
            self._invoices[application.invoice].naming.remove(line)
            line.names = line.application = line.invoice = None
            line.changed_on = self._today
            for other in sorted(others - {application.invoice}):
                self._clear_if_settled(other, self._today)
        posted.on_account.append(line)

    # Naming, clearing, resetting, reversing

    def _name(self, posted: _Source, line: Line, application: Application) -> None:
        invoice = self._invoice(self.company.invoices[application.invoice or 0])
        line.names = (invoice.lines[0].document, invoice.lines[0].year)
        line.invoice, line.application = application.invoice, application.id
        invoice.naming.append(line)
        posted.applied[application.id] = line

    def _clear_if_settled(self, invoice_id: int | None, on: date) -> None:
        """Clear an invoice together with all that names it, once that adds up to nothing."""
        posted = self._invoices[invoice_id or 0]
        lines = [*posted.lines, *posted.naming]
        if not posted.naming or not all(line.is_open for line in lines) or sum((line.amount for line in lines), _ZERO):
            return
        on = max(on, *(line.posted_on for line in lines))
        last = max(posted.naming, key=lambda line: (line.entered_on, line.document))
        if last.document.startswith("14") and last.entered_on == self._today:
            self._clear(lines, (last.document, last.year), on)  # the payment is itself the document that clears
            return
        self._last_clearing += 1
        self._clear(lines, (f"01{self._last_clearing:08d}", str(on.year)), on)

    def _clear(self, lines: Iterable[Line], by: tuple[str, str], on: date) -> None:
        for line in lines:
            line.cleared_by, line.cleared_on, line.clearing_entered_on = by, on, self._today
            self._clearings[by].append(line)

    def _reset(self, lines: Iterable[Line]) -> set[int]:
        """Reset the clearings that these lines are in, whole. Returns the invoices that are open again by it."""
        invoices = set()
        for by in {line.cleared_by for line in lines if line.cleared_by and not line.reversed_by}:
            for line in self._clearings.pop(by):
                line.cleared_by = line.cleared_on = line.clearing_entered_on = None
                line.changed_on = self._today
                if line.invoice is not None:
                    invoices.add(line.invoice)
        return invoices

    def _reverse(self, lines: Iterable[Line]) -> None:
        """Post the same documents with the sides changed, and clear both."""
        for line in lines:
            document = _REVERSALS[line.document[:2]] + line.document[2:]
            by = (document, str(self._today.year))
            line.reversed_by, line.names, line.changed_on = by, None, self._today
            against = self._add(
                document,
                line.type,
                line,
                self._today,
                -line.amount,
                -line.home,
                item=int(line.item),
                reverses=(line.document, line.year),
            )
            self._clear([line, against], by, self._today)

    # Amounts and lines

    def _home(self, amount: Decimal, rate: Decimal) -> Decimal:
        return rounded(amount * rate, self.company.home_currency)

    def _split(self, home: Decimal, parts: list[Decimal]) -> list[Decimal]:
        """An amount in proportion to the parts, so that they add up to it exactly."""
        total, done, given, shares = sum(parts, _ZERO), _ZERO, _ZERO, []
        for part in parts:
            done += part
            upto = rounded(home * done / total, self.company.home_currency)
            shares.append(upto - given)
            given = upto
        return shares

    def _add(
        self,
        document: str,
        type: str,
        entry: Entry | Line,
        on: date,
        amount: Decimal,
        home: Decimal,
        *,
        customer: int | None = None,
        item: int = 1,
        **more: Any,
    ) -> Line:
        customer = customer or (entry.customer if isinstance(entry, Line) else entry.party)
        line = Line(
            document=document,
            year=str(on.year),
            item=f"{item:03d}",
            type=type,
            customer=customer,
            posted_on=on,
            document_date=on,
            currency=entry.currency,
            amount=amount,
            home=home,
            entered_on=self._today,
            changed_on=self._today,
            **{"due_on": on} | more,
        )
        self.lines.append(line)
        return line
