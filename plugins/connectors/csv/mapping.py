"""One row of the file as ledger records. Pure: the plan and the row decide everything."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from hub.sdk.records import CreditMemo, Customer, DocumentStatus, Invoice, Payment, Record
from plugins.connectors.csv.cells import Cells
from plugins.connectors.csv.documents import Books, Document, apply_memo, apply_payment, settle_invoice
from plugins.connectors.csv.money import CURRENCIES, DOLLARS, currency_in
from plugins.connectors.csv.plan import Plan
from plugins.connectors.csv.terms import due_from
from plugins.connectors.csv.vocabulary import (
    KINDS_EXPECTED,
    STANDINGS_EXPECTED,
    DocumentKind,
    Standing,
    kind_of,
    sent_electronically,
    standing_of,
    truth_of,
)

CUSTOMER_FIELDS = ("customer_name", "email", "country", "industry", "credit_score", "credit_limit")
_STATUSES: dict[Standing | None, DocumentStatus] = {"void": "void", "draft": "draft", "written_off": "written_off"}


class Mapper:
    """Maps the items of one file, according to its plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._columns = {each.field: each.column for each in plan.columns}
        self._books = Books("amount" in self._columns, "applies_to" in self._columns, plan.as_of)
        self._amount_field = "amount" if self._books.states_amount else "balance"
        self._issue_field = "issue_date" if "issue_date" in self._columns else "due_date"
        self._customer_field = "customer_id" if "customer_id" in self._columns else "customer_name"
        self._dollar = plan.currency if plan.currency in DOLLARS else "USD"
        self._customers: dict[str, Customer] = {}

    def records(self, item: Mapping[str, Any]) -> list[Record]:
        """The records an item states. Raises RecordError naming line, column, value and what was expected."""
        cells = Cells(item, self._columns, self._plan.date_order, self._plan.decimal)
        if "_contradicts" in item or "_surplus" in item:
            raise cells.misshapen()
        customer = self._customer(cells)
        amount = cells.required_money(self._amount_field)
        kind = _kind(cells, amount)
        issued_on = self._issued_on(cells)
        document = Document(
            cells.text("invoice_id") or _nameless(cells, kind, amount, issued_on),
            customer.external_id,
            self._currency(cells),
            issued_on,
            item.get("_part"),
            _standing(cells, amount),
        )
        if kind == "invoice":
            return [customer, *self._invoice(cells, document, amount)]
        if kind == "credit":
            return [customer, *self._credit(cells, document, abs(amount))]
        return [customer, *self._payment(cells, document, abs(amount))]

    def _invoice(self, cells: Cells, document: Document, total: Decimal) -> list[Record]:
        balance = cells.money("balance") if self._books.states_amount else total
        if balance is not None and balance > total:
            raise cells.error("balance", f"at most the amount, {total}")
        if document.standing == "paid" and balance:
            raise cells.error("balance", "0, as the status says that it is paid")
        status = _STATUSES.get(document.standing, "open")
        invoice = Invoice(
            external_id=document.external_id,
            customer_id=document.customer_id,
            number=cells.texts.get("number") or document.external_id,
            issued_on=document.issued_on,
            due_on=cells.day("due_date") or due_from(cells.text("terms"), document.issued_on) or document.issued_on,
            currency=document.currency,
            total=total,
            balance=balance if status == "open" else None,
            status=status,
            terms=cells.texts.get("terms"),
            disputed=True if document.standing == "disputed" else _disputed(cells),
            dispute_text=cells.texts.get("dispute_text") or None,
            disputed_amount=_disputed_amount(cells, total),
            electronic=sent_electronically(cells.texts.get("electronic") or ""),
        )
        if status in ("void", "draft"):
            return [invoice]
        return [invoice, *settle_invoice(cells, document, self._books, invoice, balance)]

    def _credit(self, cells: Cells, document: Document, total: Decimal) -> list[Record]:
        balance = self._balance(cells)
        memo = CreditMemo(
            external_id=document.external_id,
            customer_id=document.customer_id,
            number=cells.texts.get("number") or document.external_id,
            issued_on=document.issued_on,
            currency=document.currency,
            total=_unapplied(cells, total, balance),
            status=_STATUSES.get(document.standing, "open"),
        )
        return [memo, *apply_memo(cells, memo, balance)]

    def _payment(self, cells: Cells, document: Document, amount: Decimal) -> list[Record]:
        if document.standing in ("void", "draft"):
            return []
        balance = self._balance(cells)
        payment = Payment(
            external_id=document.external_id,
            customer_id=document.customer_id,
            paid_on=cells.day("paid_date") or document.issued_on,
            currency=document.currency,
            amount=_unapplied(cells, amount, balance),
        )
        return [payment, *apply_payment(cells, payment, balance)]

    def _balance(self, cells: Cells) -> Decimal | None:
        return cells.money("balance") if self._books.states_amount else None

    def _customer(self, cells: Cells) -> Customer:
        key = cells.texts.get(self._customer_field)
        return (key and self._customers.get(key)) or self._new_customer(cells)

    def _new_customer(self, cells: Cells) -> Customer:
        """A customer as the whole file knows it, so that every one of its rows states the same."""
        name = cells.text("customer_name") or (cells.heading if self._plan.layout.grouped else "")
        customer_id = cells.text("customer_id") or name
        if not customer_id:
            raise cells.error(self._customer_field, "a customer")
        known = self._plan.customers.get(customer_id)
        first = dict(zip(CUSTOMER_FIELDS, known, strict=True)) if known else {}
        values = Cells(
            {**cells.item, **{self._columns[field]: text for field, text in first.items() if field in self._columns}},
            self._columns,
            self._plan.date_order,
            self._plan.decimal,
        )
        customer = Customer(
            external_id=customer_id,
            name=" ".join((values.text("customer_name") or name or customer_id).split()),
            email=values.texts.get("email"),
            country=values.texts.get("country"),
            industry=values.texts.get("industry"),
            credit_score=values.whole("credit_score"),
            credit_limit=values.money("credit_limit"),
        )
        if known:
            self._customers[customer_id] = customer
        return customer

    def _currency(self, cells: Cells) -> str:
        if text := cells.texts.get("currency"):
            code = text if text in CURRENCIES else currency_in(text.upper(), self._dollar)
            if code is None:
                raise cells.error("currency", "an ISO 4217 code such as USD")
            return code
        if self._plan.symbols and (marked := currency_in(cells.text(self._amount_field), self._dollar)):
            return marked
        return self._plan.currency

    def _issued_on(self, cells: Cells) -> date:
        issued_on = cells.day(self._issue_field)
        if issued_on is None:
            raise cells.error(self._issue_field, f"a date, {cells.date_shape}")
        return issued_on


def _kind(cells: Cells, amount: Decimal) -> DocumentKind:
    text = cells.texts.get("type")
    kind = kind_of(text) if text else "invoice"
    if kind is None or kind == "other":
        raise cells.error("type", KINDS_EXPECTED)
    return "credit" if kind == "invoice" and amount < 0 else kind


def _nameless(cells: Cells, kind: DocumentKind, amount: Decimal, issued_on: date) -> str:
    """An id for a payment or journal entry that a report lists without one: what it says tells it apart."""
    text = cells.text("type")
    if not text or (kind == "invoice" and "inv" in text.casefold()):
        raise cells.error("invoice_id", "the invoice's number")
    customer = cells.text("customer_id") or cells.text("customer_name") or cells.heading
    return f"{text}/{customer}/{issued_on}/{abs(amount).normalize():f}"


def _standing(cells: Cells, amount: Decimal) -> Standing | None:
    if not amount and cells.text("memo").casefold().startswith("void"):
        return "void"  # QuickBooks keeps a void as a document over nothing, and says so only in its memo
    text = cells.texts.get("status")
    standing = standing_of(text) if text else None
    if text and standing is None:
        raise cells.error("status", STANDINGS_EXPECTED)
    return standing


def _disputed_amount(cells: Cells, total: Decimal) -> Decimal | None:
    amount = cells.money("disputed_amount")
    if amount is not None and not 0 <= amount <= total:
        raise cells.error("disputed_amount", f"at least 0 and at most the amount, {total}")
    return amount or None


def _disputed(cells: Cells) -> bool | None:
    text = cells.texts.get("disputed")
    if not text and (cells.texts.get("dispute_text") or cells.money("disputed_amount")):
        return True
    disputed = truth_of(text) if text else None
    if text and disputed is None:
        raise cells.error("disputed", "yes or no")
    return disputed


def _unapplied(cells: Cells, total: Decimal, balance: Decimal | None) -> Decimal:
    """What of a credit or payment counts: all of it, or its open rest where the file does not say what it settled."""
    return total if balance is None or cells.text("applies_to") else abs(balance)
