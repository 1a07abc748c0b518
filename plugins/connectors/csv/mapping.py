"""One row of the file as ledger records. Pure: the plan and the row decide everything."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hub.sdk.records import Allocation, AllocationKind, CreditMemo, Customer, Invoice, Payment, Record
from plugins.connectors.csv.cells import Cells
from plugins.connectors.csv.money import CURRENCIES, DOLLARS, currency_in
from plugins.connectors.csv.plan import Plan
from plugins.connectors.csv.terms import due_from
from plugins.connectors.csv.vocabulary import (
    KINDS_EXPECTED,
    STANDINGS_EXPECTED,
    DocumentKind,
    Standing,
    kind_of,
    standing_of,
    truth_of,
)

ZERO = Decimal(0)


class Mapper:
    """Maps the items of one file, according to its plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns = {each.field: each.column for each in plan.columns}
        self._credits_elsewhere = "applies_to" in self._columns
        self._dollar = plan.currency if plan.currency in DOLLARS else "USD"
        self._customers: dict[str, Customer] = {}

    def records(self, item: Mapping[str, Any]) -> list[Record]:
        """The records an item states. Raises RecordError naming line, column, value and what was expected."""
        cells = Cells(item, self._columns, self._plan.date_order, self._plan.decimal)
        cells.check_shape()
        customer = self._customer(cells)
        amount_field = "amount" if "amount" in self._columns else "balance"
        amount = cells.required_money(amount_field)
        kind = self._kind(cells, amount)
        head = _Head(
            document_id=self._document_id(cells, kind, amount),
            customer_id=customer.external_id,
            currency=self._currency(cells, amount_field),
            issued_on=self._issued_on(cells),
        )
        if kind == "invoice":
            return [customer, *self._invoice(cells, head, amount)]
        if kind == "credit":
            return [customer, *self._credit(cells, head, abs(amount))]
        return [customer, *self._payment(cells, head, abs(amount))]

    def _invoice(self, cells: Cells, head: "_Head", total: Decimal) -> list[Record]:
        standing = self._standing(cells, total)
        balance = cells.money("balance") if "amount" in self._columns else total
        if balance is not None and balance > total:
            raise cells.error("balance", f"at most the amount, {total}")
        if standing == "paid" and balance is not None and balance > 0:
            raise cells.error("balance", "0, as the status says that it is paid")
        due_on = cells.day("due_date") or due_from(cells.text("terms"), head.issued_on) or head.issued_on
        counted = standing not in ("void", "draft", "written_off")
        disputed = True if standing == "disputed" else self._disputed(cells)
        invoice = Invoice(
            external_id=head.document_id,
            customer_id=head.customer_id,
            number=cells.text("number") or head.document_id,
            issued_on=head.issued_on,
            due_on=due_on,
            currency=head.currency,
            total=total,
            balance=balance if counted else None,
            status=standing if standing in ("void", "draft", "written_off") else "open",
            terms=cells.text("terms") or None,
            disputed=disputed,
        )
        if standing in ("void", "draft"):
            return [invoice]
        return [invoice, *self._settlements(cells, head, invoice, standing, balance)]

    def _settlements(
        self, cells: Cells, head: "_Head", invoice: Invoice, standing: Standing | None, balance: Decimal | None
    ) -> list[Record]:
        """What settled the invoice: a payment, a discount, a write-off, or something the file does not name."""
        total, paid_on = invoice.total, cells.day("paid_date")
        discount = abs(cells.money("discount_amount") or ZERO)
        paid = self._paid(cells, standing, total, discount, balance, paid_on)
        records: list[Record] = []
        if paid and paid_on:
            records += self._payment_on(cells, head, invoice.external_id, paid, min(paid, total), paid_on)
        elif paid:
            records.append(self._allocation(cells, invoice, "opening", min(paid, total), paid_on))
        if discount:
            records.append(self._allocation(cells, invoice, "discount", discount, paid_on))
        rest = self._rest(cells, standing, total - paid - discount, balance)
        if rest and standing == "written_off":
            records.append(
                self._allocation(cells, invoice, "write_off", rest, cells.day("written_off_date") or paid_on)
            )
        elif rest:
            records.append(self._allocation(cells, invoice, "opening", rest, None))
        return records

    def _paid(
        self,
        cells: Cells,
        standing: Standing | None,
        total: Decimal,
        discount: Decimal,
        balance: Decimal | None,
        paid_on: date | None,
    ) -> Decimal:
        """How much of the invoice this row says was paid."""
        stated = cells.money("paid_amount")
        if stated is not None:
            return abs(stated)
        if cells.part:
            if paid_on or cells.text("payment_id"):
                raise cells.error("paid_amount", "the amount of this payment, as several rows state this invoice")
            return ZERO
        if standing == "written_off":
            return ZERO
        if balance is not None and "amount" in self._columns:
            return total - balance - discount
        if standing == "paid" or (paid_on and standing is None):
            return total - discount
        if standing == "partial":
            raise cells.error("paid_amount", "the amount paid or the open balance, as the status says partly paid")
        if paid_on:
            raise cells.error("paid_date", f"no payment date, as the status says {cells.text('status')}")
        return ZERO

    def _rest(self, cells: Cells, standing: Standing | None, unsettled: Decimal, balance: Decimal | None) -> Decimal:
        """What is settled beyond the row's own payment and discount."""
        if cells.part or self._credits_elsewhere:
            # Other rows settle it too; only a stated balance says what was left to give up.
            return balance if standing == "written_off" and balance and cells.part != "later" else ZERO
        if standing == "written_off":
            return max(unsettled, ZERO)
        if standing != "paid" and balance is None:
            return ZERO
        rest = unsettled - (balance or ZERO)
        if rest < 0 < unsettled:
            raise cells.error("balance", f"{unsettled}, the amount less what was paid")
        return max(rest, ZERO)

    def _payment_on(
        self, cells: Cells, head: "_Head", invoice_id: str, paid: Decimal, applied: Decimal, paid_on: date
    ) -> list[Record]:
        payment_id = cells.text("payment_id")
        if payment_id and cells.item.get("_payment_ambiguous"):
            payment_id = f"{payment_id}/{head.customer_id}/{paid_on}/{head.currency}"
        allocation_id = f"{payment_id}>{invoice_id}" if payment_id else ""
        if not payment_id:
            # A single row, or the first, keeps its id when a later file states more payments.
            later = f":{paid_on}:{paid.normalize():f}" if cells.part == "later" else ""
            payment_id = allocation_id = f"{invoice_id}#payment{later}"
        amount = Decimal(cells.item.get("_payment_total") or paid)
        records: list[Record] = [
            Payment(
                external_id=payment_id,
                customer_id=head.customer_id,
                paid_on=paid_on,
                currency=head.currency,
                amount=amount,
            )
        ]
        if applied:
            records.append(
                Allocation(
                    external_id=allocation_id,
                    invoice_id=invoice_id,
                    kind="payment",
                    amount=applied,
                    applied_on=paid_on,
                    source_id=payment_id,
                )
            )
        return records

    def _credit(self, cells: Cells, head: "_Head", total: Decimal) -> list[Record]:
        standing = self._standing(cells, total)
        applied_to = cells.text("applies_to")
        balance = cells.money("balance") if "amount" in self._columns else None
        if balance is not None and not applied_to:
            total = abs(balance)  # where the rest went the file does not say; unapplied is what still counts
        memo = CreditMemo(
            external_id=head.document_id,
            customer_id=head.customer_id,
            number=cells.text("number") or head.document_id,
            issued_on=head.issued_on,
            currency=head.currency,
            total=total,
            status="void" if standing == "void" else "draft" if standing == "draft" else "open",
        )
        applied = total - abs(balance or ZERO)
        if not applied_to or not applied or memo.status != "open":
            return [memo]
        return [
            memo,
            Allocation(
                external_id=f"{memo.external_id}>{applied_to}",
                invoice_id=applied_to,
                kind="credit_memo",
                amount=applied,
                applied_on=cells.day("paid_date") or head.issued_on,
                source_id=memo.external_id,
            ),
        ]

    def _payment(self, cells: Cells, head: "_Head", amount: Decimal) -> list[Record]:
        applied_to = cells.text("applies_to")
        balance = cells.money("balance") if "amount" in self._columns else None
        if self._standing(cells, amount) in ("void", "draft"):
            return []
        if balance is not None and not applied_to:
            amount = abs(balance)
        payment = Payment(
            external_id=head.document_id,
            customer_id=head.customer_id,
            paid_on=cells.day("paid_date") or head.issued_on,
            currency=head.currency,
            amount=amount,
        )
        applied = amount - abs(balance or ZERO)
        if not applied_to or not applied:
            return [payment]
        return [
            payment,
            Allocation(
                external_id=f"{payment.external_id}>{applied_to}",
                invoice_id=applied_to,
                kind="payment",
                amount=applied,
                applied_on=payment.paid_on,
                source_id=payment.external_id,
            ),
        ]

    def _allocation(
        self, cells: Cells, invoice: Invoice, kind: AllocationKind, amount: Decimal, on: date | None
    ) -> Allocation:
        later = f":{on}" if cells.part == "later" else ""
        return Allocation(
            external_id=f"{invoice.external_id}#{kind}{later}",
            invoice_id=invoice.external_id,
            kind=kind,
            amount=amount,
            # Unknown: the due date is the least surprising day, and never one after the file was made.
            applied_on=on or max(min(invoice.due_on, self._plan.as_of), invoice.issued_on),
        )

    def _customer(self, cells: Cells) -> Customer:
        name = cells.text("customer_name") or (cells.heading if self._plan.layout.grouped else "")
        customer_id = cells.text("customer_id") or name
        if not customer_id:
            raise cells.error("customer_id" if "customer_id" in self._columns else "customer_name", "a customer")
        known = self._customers.get(customer_id)
        return known or self._new_customer(cells, customer_id, name)

    def _new_customer(self, cells: Cells, customer_id: str, name: str) -> Customer:
        first = self._plan.customers.get(customer_id)
        texts = dict(zip(CUSTOMER_FIELDS, first, strict=True)) if first else {}
        values = Cells(
            {**cells.item, **{self._columns[each]: text for each, text in texts.items() if each in self._columns}},
            self._columns,
            self._plan.date_order,
            self._plan.decimal,
        )
        customer = Customer(
            external_id=customer_id,
            name=" ".join((values.text("customer_name") or name or customer_id).split()),
            email=values.text("email") or None,
            country=values.text("country") or None,
            industry=values.text("industry") or None,
            credit_score=values.whole("credit_score"),
            credit_limit=values.money("credit_limit"),
        )
        if first:
            self._customers[customer_id] = customer
        return customer

    def _kind(self, cells: Cells, amount: Decimal) -> DocumentKind:
        text = cells.text("type")
        kind = kind_of(text) if text else "invoice"
        if kind is None or kind == "other":
            raise cells.error("type", KINDS_EXPECTED)
        return "credit" if kind == "invoice" and amount < 0 else kind

    def _document_id(self, cells: Cells, kind: DocumentKind, amount: Decimal) -> str:
        if document_id := cells.text("invoice_id"):
            return document_id
        text = cells.text("type")
        if not text or (kind == "invoice" and "inv" in text.casefold()):
            raise cells.error("invoice_id", "the invoice's number")
        # Reports list payments and journal entries without a number; what they say is what tells them apart.
        return f"{text}/{cells.text('customer_id') or cells.text('customer_name') or cells.heading}/" + (
            f"{self._issued_on(cells)}/{abs(amount).normalize():f}"
        )

    def _currency(self, cells: Cells, amount_field: str) -> str:
        if text := cells.text("currency"):
            code = text.upper() if text.upper() in CURRENCIES else currency_in(text, self._dollar)
            if code is None:
                raise cells.error("currency", "an ISO 4217 code such as USD")
            return code
        if self._plan.symbols and (marked := currency_in(cells.text(amount_field), self._dollar)):
            return marked
        return self._plan.currency

    def _issued_on(self, cells: Cells) -> date:
        issued_on = cells.day("issue_date")
        if issued_on is None and "issue_date" not in self._columns:
            issued_on = cells.day("due_date")
        if issued_on is None:
            field = "issue_date" if "issue_date" in self._columns else "due_date"
            raise cells.error(field, f"a date, {cells.date_shape}")
        return issued_on

    def _standing(self, cells: Cells, total: Decimal) -> Standing | None:
        if not total and cells.text("memo").casefold().startswith("void"):
            return "void"  # QuickBooks keeps a void as a document over nothing, and says so only in its memo
        text = cells.text("status")
        if not text:
            return None
        standing = standing_of(text)
        if standing is None:
            raise cells.error("status", STANDINGS_EXPECTED)
        return standing

    def _disputed(self, cells: Cells) -> bool | None:
        text = cells.text("disputed")
        if not text:
            return None
        disputed = truth_of(text)
        if disputed is None:
            raise cells.error("disputed", "yes or no")
        return disputed


CUSTOMER_FIELDS = ("customer_name", "email", "country", "industry", "credit_score", "credit_limit")


@dataclass(frozen=True, slots=True)
class _Head:
    """What every document states."""

    document_id: str
    customer_id: str
    currency: str
    issued_on: date
