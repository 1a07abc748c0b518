"""Every single thing that can be done to the simulated company's books, one step at a time."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from hub.sdk.testing.books import ZERO, Books
from hub.sdk.testing.currencies import COUNTRIES, rounded
from hub.sdk.testing.entries import Application, Document, Entity, Party, Receipt, SourceKind

Amount = Decimal | int | str


class Bookkeeping(Books):
    """Each step stamps what it touches with one instant and logs a change for it; an application touches both ends.

    Steps refuse (ValueError) what no books allow, and change nothing then: applying more than is open or unapplied,
    amounts finer than the currency, a second currency for a customer.
    """

    # Customers

    def add_customer(self, name: str, currency: str = "", **fields: Any) -> Party:
        """A new customer; `fields`: email, country, terms_days."""
        with self.lock:
            at = self._stamp()
            currency = currency or self.home_currency
            known = {"email": None, "country": COUNTRIES.get(currency, "US"), "terms_days": 30} | fields
            party = Party(
                id=len(self.parties) + 1,
                name=name,
                currency=currency,
                is_active=True,
                merged_into=None,
                created_at=at,
                updated_at=at,
                **known,
            )
            self.parties[party.id] = party
            self._log("customer", party.id, "created", at)
            return party

    def edit_customer(self, party: int, **fields: Any) -> Party:
        """Change name, email, country, terms_days or is_active."""
        with self.lock:
            who = self.parties[party]
            self._edit("customer", who, fields, _PARTY_FIELDS)
            return who

    def rename(self, party: int, name: str) -> Party:
        """A new name for a customer."""
        return self.edit_customer(party, name=name)

    def merge(self, loser: int, winner: int, *, quietly: bool = False) -> Party:
        """Make two customers one: the loser's documents (not deleted ones) go to the winner, it becomes inactive.

        `quietly`: the documents move without a stamp or a change of their own, as some providers do it.
        """
        with self.lock:
            gone, kept = self.parties[loser], self.parties[winner]
            if loser == winner or gone.merged_into or kept.merged_into or gone.currency != kept.currency:
                raise ValueError(f"customer {loser} cannot be merged into {winner}")
            at = self._stamp()
            gone.is_active, gone.merged_into, gone.updated_at = False, winner, at
            self._log("customer", loser, "merged", at)
            kept.updated_at = at
            self._log("customer", winner, "updated", at)
            for entity, each in self.held_by(loser):
                entry = self._entry(entity, each)
                if entry.status == "deleted":
                    continue
                entry.party = winner
                self._held[loser].remove((entity, each))
                self._held[winner].append((entity, each))
                if not quietly:
                    self._touch(entity, entry, at)
            self._open[winner].update(self._open.pop(loser, {}))
            return kept

    # Invoices and credit memos

    def issue(
        self,
        party: int,
        total: Amount,
        *,
        currency: str | None = None,
        on: date | None = None,
        due_on: date | None = None,
        number: str | None = None,
        memo: str = "",
        rate: Decimal | None = None,
    ) -> Document:
        """A new invoice; without a `number` the next one, with an empty one none."""
        with self.lock:
            invoice = self._document("invoice", party, total, currency, on, due_on, number, memo, rate)
            self.invoices[invoice.id] = invoice
            self._open[party][invoice.id] = None
            return invoice

    def credit(
        self,
        party: int,
        total: Amount,
        *,
        on: date | None = None,
        number: str | None = None,
        memo: str = "",
        rate: Decimal | None = None,
    ) -> Document:
        """A new credit memo, applied to nothing yet."""
        with self.lock:
            memo_ = self._document("credit_memo", party, total, None, on, on or self.today, number, memo, rate)
            self.credit_memos[memo_.id] = memo_
            return memo_

    def edit_invoice(self, invoice: int, **fields: Any) -> Document:
        """Change number, issued_on, due_on, total, terms_days, memo or dispute; what is settled bounds the total."""
        with self.lock:
            document = self.invoices[invoice]
            if "total" in fields:
                fields["total"] = _exact(fields["total"], document.currency)
                if document.status != "open" or fields["total"] < self.settled_of(invoice):
                    raise ValueError(f"invoice {invoice} cannot have the total {fields['total']}")
            self._edit("invoice", document, fields, _INVOICE_FIELDS)
            self._weigh(document)
            return document

    def void_invoice(self, invoice: int) -> Document:
        """Void an invoice; what was applied to it becomes unapplied."""
        return self._end_document("invoice", self.invoices[invoice], "void")

    def delete_invoice(self, invoice: int) -> Document:
        """Delete an invoice; what was applied to it becomes unapplied."""
        return self._end_document("invoice", self.invoices[invoice], "deleted")

    def void_credit_memo(self, memo: int) -> Document:
        """Void a credit memo; what it settled is open again."""
        return self._end_document("credit_memo", self.credit_memos[memo], "void")

    def delete_credit_memo(self, memo: int) -> Document:
        """Delete a credit memo; what it settled is open again."""
        return self._end_document("credit_memo", self.credit_memos[memo], "deleted")

    # Receipts

    def pay(
        self,
        party: int,
        amount: Amount,
        invoices: Iterable[tuple[int, Amount]] = (),
        *,
        on: date | None = None,
        rate: Decimal | None = None,
        kind: Literal["payment", "journal"] = "payment",
        reference: str | None = None,
    ) -> Receipt:
        """Money comes in, applied at once to `invoices`, pairs of id and amount; the rest stays unapplied."""
        with self.lock:
            who = self._buyer(party)
            on = on or self.today
            exact = _exact(amount, who.currency)
            parts = [(invoice, _exact(part, who.currency)) for invoice, part in invoices]
            if sum((part for _, part in parts), ZERO) > exact:
                raise ValueError(f"a payment of {amount} cannot settle more than that")
            for invoice, part in parts:
                self._check_open(party, invoice, part)
            at = self._stamp()
            receipt = Receipt(
                id=self._next_id(),
                party=party,
                paid_on=on,
                currency=who.currency,
                rate=rate or self.rates[who.currency, on],
                amount=exact,
                reference=f"R{self._last_id}" if reference is None else reference,
                kind=kind,
                status="open",
                created_at=at,
                updated_at=at,
            )
            self.receipts[receipt.id] = receipt
            self._held[party].append(("payment", receipt.id))
            self._log("payment", receipt.id, "created", at)
            for invoice, part in parts:
                self._add_application("payment", receipt.id, invoice, part, on, at)
                self._touch("invoice", self.invoices[invoice], at)
            return receipt

    def void_payment(self, payment: int) -> Receipt:
        """A payment bounced: what it settled is open again, and it stays as void."""
        return self._end_receipt(payment, "void")

    def delete_payment(self, payment: int) -> Receipt:
        """A payment was a mistake: what it settled is open again, and it is gone."""
        return self._end_receipt(payment, "deleted")

    # What is applied to what

    def apply(
        self, source_kind: SourceKind, source: int, invoice: int, amount: Amount, *, on: date | None = None
    ) -> Application:
        """Set a part of a payment or credit memo against an invoice of the same customer."""
        with self.lock:
            entry = self._source(source_kind, source)
            exact = self._check_unapplied(source_kind, source, amount)
            self._check_open(entry.party, invoice, exact)
            at = self._stamp()
            application = self._add_application(source_kind, source, invoice, exact, on or self.today, at)
            self._touch("invoice", self.invoices[invoice], at)
            self._touch(source_kind, entry, at)
            return application

    def refund(self, source_kind: SourceKind, source: int, amount: Amount, *, on: date | None = None) -> Application:
        """Pay a part of a payment or credit memo back to the customer."""
        with self.lock:
            exact = self._check_unapplied(source_kind, source, amount)
            at = self._stamp()
            application = self._add_application(source_kind, source, None, exact, on or self.today, at)
            self._touch(source_kind, self._source(source_kind, source), at)
            return application

    def unapply(self, application: int) -> Application:
        """Take an application (or a refund) back."""
        with self.lock:
            entry = self.applications[application]
            if entry.is_deleted:
                raise ValueError(f"application {application} is taken back already")
            at = self._stamp()
            self._end_application(entry, at)
            self._touch(entry.source_kind, self._source(entry.source_kind, entry.source), at)
            return entry

    # Inside

    def _edit(self, entity: Entity, entry: Party | Document, fields: dict[str, Any], allowed: frozenset[str]) -> None:
        if unknown := fields.keys() - allowed:
            raise ValueError(f"a {entity}'s {', '.join(sorted(unknown))} cannot be changed")
        for name, value in fields.items():
            setattr(entry, name, value)
        self._touch(entity, entry, self._stamp())

    def _document(
        self,
        kind: Literal["invoice", "credit_memo"],
        party: int,
        total: Amount,
        currency: str | None,
        on: date | None,
        due_on: date | None,
        number: str | None,
        memo: str,
        rate: Decimal | None,
    ) -> Document:
        who = self._buyer(party)
        if currency not in (None, who.currency):
            raise ValueError(f"customer {party} has the currency {who.currency}, not {currency}")
        exact = _exact(total, who.currency)
        on = on or self.today
        at = self._stamp()
        if number is None:
            prefix = "INV" if kind == "invoice" else "CM"
            self._last_number[prefix] += 1
            number = f"{prefix}-{self._last_number[prefix]}"
        document = Document(
            id=self._next_id(),
            kind=kind,
            number=number,
            party=party,
            issued_on=on,
            due_on=due_on or on + timedelta(days=who.terms_days),
            currency=who.currency,
            rate=rate or self.rates[who.currency, on],
            total=exact,
            terms_days=who.terms_days if kind == "invoice" else 0,
            memo=memo,
            status="open",
            created_at=at,
            updated_at=at,
        )
        self._held[party].append((kind, document.id))
        self._log(kind, document.id, "created", at)
        return document

    def _check_open(self, party: int, invoice: int, amount: Decimal) -> None:
        document = self.invoices[invoice]
        if document.party != party:
            raise ValueError(f"invoice {invoice} is not one of customer {party}")
        if amount > self.open_of(invoice):
            raise ValueError(f"{amount} is more than what is open of invoice {invoice}")

    def _check_unapplied(self, source_kind: SourceKind, source: int, amount: Amount) -> Decimal:
        exact = _exact(amount, self._source(source_kind, source).currency)
        if exact > self.unapplied_of(source_kind, source):
            raise ValueError(f"{amount} is more than what is unapplied of {source_kind} {source}")
        return exact

    def _add_application(
        self, source_kind: SourceKind, source: int, invoice: int | None, amount: Decimal, on: date, at: datetime
    ) -> Application:
        application = Application(
            id=len(self.applications) + 1,
            source_kind=source_kind,
            source=source,
            invoice=invoice,
            amount=amount,
            on=on,
            is_deleted=False,
            created_at=at,
            updated_at=at,
        )
        self.applications[application.id] = application
        self._from[source_kind, source].append(application.id)
        self._used[source_kind, source] = self._used.get((source_kind, source), ZERO) + amount
        if invoice is not None:
            self._to[invoice].append(application.id)
            self._settled[invoice] = self.settled_of(invoice) + amount
            self._weigh(self.invoices[invoice])
        return application

    def _end_application(self, application: Application, at: datetime, *, of_invoice: bool = False) -> None:
        """Take it back and touch its invoice, unless that is what ends (`of_invoice`)."""
        application.is_deleted, application.updated_at = True, at
        self._used[application.source_kind, application.source] -= application.amount
        if application.invoice is not None:
            self._settled[application.invoice] -= application.amount
            invoice = self.invoices[application.invoice]
            self._weigh(invoice)
            if not of_invoice:
                self._touch("invoice", invoice, at)

    def _end_document(
        self, entity: Literal["invoice", "credit_memo"], document: Document, status: Literal["void", "deleted"]
    ) -> Document:
        with self.lock:
            _check_alive(document, entity)
            at = self._stamp()
            if entity == "invoice":
                for application in self.applications_to(document.id):
                    self._end_application(application, at, of_invoice=True)
                    kind = application.source_kind
                    self._touch(kind, self._source(kind, application.source), at)
            else:
                for application in self.applications_from("credit_memo", document.id):
                    self._end_application(application, at)
            document.status, document.updated_at = status, at
            if entity == "invoice":
                self._weigh(document)
            self._log(entity, document.id, "voided" if status == "void" else "deleted", at)
            return document

    def _end_receipt(self, payment: int, status: Literal["void", "deleted"]) -> Receipt:
        with self.lock:
            receipt = self.receipts[payment]
            _check_alive(receipt, "payment")
            at = self._stamp()
            for application in self.applications_from("payment", payment):
                self._end_application(application, at)
            receipt.status, receipt.updated_at = status, at
            self._log("payment", payment, "voided" if status == "void" else "deleted", at)
            return receipt


_PARTY_FIELDS = frozenset({"name", "email", "country", "terms_days", "is_active"})
_INVOICE_FIELDS = frozenset({"number", "issued_on", "due_on", "total", "terms_days", "memo", "dispute"})


def _check_alive(entry: Document | Receipt, entity: str) -> None:
    if entry.status != "open":
        raise ValueError(f"{entity} {entry.id} is {entry.status} already")


def _exact(amount: Amount, currency: str) -> Decimal:
    exact = rounded(Decimal(amount), currency)
    if exact != Decimal(amount) or exact <= 0:
        raise ValueError(f"{amount} is no amount of {currency}")
    return exact
