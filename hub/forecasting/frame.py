"""The ledger as arrays, one row per invoice, as it stood at the end of one day. All of forecasting starts from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hub.forecasting.days import NEVER, Days, to_day
from hub.forecasting.holds import Holds
from hub.forecasting.promises import Promises
from hub.forecasting.settlement import MEANS_OF_KIND, Outcome, Settlements, settle
from hub.sdk.records import Allocation, Customer, Gone, Invoice, Record

Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFrame:
    """Invoices as they stood at the end of `day`. Amounts are floats in the invoice's currency: estimates only.

    `customer` indexes `customer_id`, `customer_name`, `country` and `industry` ("" where not known); `currency`
    indexes `currencies`; `rate` is home units for one of it as the books state them for the invoice, NaN where they do
    not. `electronic` is 1 where it was sent without paper, 0 on paper, NaN where that is not known.
    `paid` is the value date of the final settlement by payment, `closed` the day the invoice left the open book for
    whatever reason; both are NEVER while they have not happened. Days are days since 1970-01-01.
    """

    day: int
    invoice_id: Texts
    number: Texts
    customer: NDArray[np.int32]
    customer_id: Texts
    customer_name: Texts
    country: Texts
    industry: Texts
    currency: NDArray[np.int16]
    currencies: tuple[str, ...]
    terms: Texts
    issued: Days
    due: Days
    amount: NDArray[np.float64]
    draft: NDArray[np.bool_]
    disputed: NDArray[np.bool_]
    electronic: NDArray[np.float64]
    rate: NDArray[np.float64]
    status: Texts
    settlements: Settlements
    holds: Holds = field(default_factory=Holds)
    promises: Promises = field(default_factory=Promises)
    outcome: NDArray[np.int8] = field(init=False)
    closed: Days = field(init=False)
    open_amount: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        settled = settle(self.amount, self.disputed, self.settlements)
        outcome, closed, open_amount = settled.outcome, settled.closed, settled.open_amount
        # A void, or a document over nothing, was never to be paid; a write-off without a date was never watched.
        # Both leave the book on the day they were issued, so that nothing is learnt from them.
        void = (self.status == "void") | (self.amount <= 0)
        given_up = (self.status == "written_off") & (outcome == Outcome.OPEN)
        outcome[void], outcome[given_up] = Outcome.VOID, Outcome.WRITTEN_OFF
        closed[void | given_up] = self.issued[void | given_up]
        open_amount[void | given_up] = 0.0
        for name, value in (("outcome", outcome), ("closed", closed), ("open_amount", open_amount)):
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.invoice_id)

    @property
    def paid(self) -> Days:
        """The day of final settlement by payment; NEVER where there was none."""
        return np.where(self.outcome == Outcome.PAID, self.closed, np.int32(NEVER))

    @property
    def is_open(self) -> NDArray[np.bool_]:
        """Waiting for payment: neither settled, void nor given up."""
        is_open: NDArray[np.bool_] = self.outcome == Outcome.OPEN
        return is_open

    def as_of(self, day: int, *, include_upcoming: bool = False) -> "LedgerFrame":
        """The ledger as it stood at the end of `day`: what was set against invoices later is not looked at.

        Invoices issued later, and drafts, are left out unless `include_upcoming`.
        """
        keep = np.ones(len(self), dtype=bool) if include_upcoming else (self.issued <= day) & ~self.draft
        return self._cut(keep, day)

    def take(self, keep: NDArray[np.bool_]) -> "LedgerFrame":
        """Only the invoices marked, with all customers."""
        return self._cut(keep, self.day)

    def _cut(self, keep: NDArray[np.bool_], day: int) -> "LedgerFrame":
        per_invoice = ("invoice_id", "number", "customer", "currency", "terms", "issued", "due", "amount", "draft")
        rows = {name: getattr(self, name)[keep] for name in (*per_invoice, "disputed", "electronic", "rate", "status")}
        return replace(
            self,
            **rows,
            day=day,
            settlements=_known_by(day, self.settlements, keep),
            holds=self.holds.of(keep),
            promises=self.promises.of(keep),
        )

    @classmethod
    def from_columns(
        cls,
        *,
        day: int,
        invoice_id: ArrayLike,
        number: ArrayLike,
        customer: ArrayLike,
        customer_id: ArrayLike,
        customer_name: ArrayLike,
        currency: ArrayLike,
        issued: ArrayLike,
        due: ArrayLike,
        amount: ArrayLike,
        status: ArrayLike,
        terms: ArrayLike,
        disputed: ArrayLike,
        settled_row: ArrayLike,
        settled_kind: ArrayLike,
        settled_amount: ArrayLike,
        applied: ArrayLike,
        reversed_: ArrayLike,
        electronic: ArrayLike | None = None,
        rate: ArrayLike | None = None,
        country: ArrayLike | None = None,
        industry: ArrayLike | None = None,
        holds: Holds | None = None,
        promises: Promises | None = None,
    ) -> "LedgerFrame":
        """A frame from plain columns, as a database or a file gives them.

        Per invoice: `customer` (index into the customer columns), `currency` (ISO 4217), `status` as in
        hub.sdk.records, days as integers. Per allocation: `settled_row` (index of the invoice), its kind, amount, and
        the days it was applied and reversed (NEVER where it stands). What was there before its invoice, such as a
        deposit, settles it on the day that it is issued.
        """
        rows, issued_on = np.asarray(settled_row, dtype=np.int64), np.asarray(issued, dtype=np.int32)
        applied_on = np.maximum(np.asarray(applied, dtype=np.int32), issued_on[rows])
        unknown = [""] * len(np.asarray(customer_id))
        currency_text = np.asarray(currency, dtype=object).tolist()
        currencies = sorted(set(currency_text))
        code_of = {code: at for at, code in enumerate(currencies)}
        status_text = np.asarray(status, dtype=object)
        parts = _with_reversals(
            Settlements(
                rows,
                applied_on,
                np.asarray(settled_amount, dtype=np.float64),
                np.array([MEANS_OF_KIND[kind] for kind in np.asarray(settled_kind, dtype=object)], dtype=np.int8),
            ),
            np.maximum(np.asarray(reversed_, dtype=np.int32), applied_on),
        )
        return cls(
            day=NEVER,
            invoice_id=np.asarray(invoice_id, dtype=object),
            number=np.asarray(number, dtype=object),
            customer=np.asarray(customer, dtype=np.int32),
            customer_id=np.asarray(customer_id, dtype=object),
            customer_name=np.asarray(customer_name, dtype=object),
            country=np.asarray(unknown if country is None else country, dtype=object),
            industry=np.asarray(unknown if industry is None else industry, dtype=object),
            currency=np.array([code_of[code] for code in currency_text], dtype=np.int16),
            currencies=tuple(currencies),
            terms=np.asarray(terms, dtype=object),
            issued=issued_on,
            due=np.asarray(due, dtype=np.int32),
            amount=np.asarray(amount, dtype=np.float64),
            draft=status_text == "draft",
            disputed=np.asarray(disputed, dtype=bool),
            electronic=_stated(electronic, len(issued_on)),
            rate=_stated(rate, len(issued_on)),
            status=status_text,
            settlements=parts,
            holds=holds or Holds(),
            promises=promises or Promises(),
        ).as_of(day, include_upcoming=True)

    @classmethod
    def from_records(cls, records: Iterable[Record], *, day: int = NEVER) -> "LedgerFrame":
        """A frame from what connectors state, in any order; the last record of an id stands.

        Payments and credit memos count through their allocations. An allocation of an unknown invoice is left out.
        """
        customers: dict[str, Customer] = {}
        invoices: dict[str, Invoice] = {}
        allocations: dict[str, Allocation] = {}
        for record in records:
            match record:
                case Customer():
                    customers[record.external_id] = record
                case Invoice():
                    invoices[record.external_id] = record
                case Allocation():
                    allocations[record.external_id] = record
                case Gone(entity="invoice"):
                    invoices.pop(record.external_id, None)
                case Gone(entity="allocation"):
                    allocations.pop(record.external_id, None)
        for invoice in invoices.values():
            customers.setdefault(
                invoice.customer_id, Customer(external_id=invoice.customer_id, name=invoice.customer_id)
            )
        return _from_mapped(customers, list(invoices.values()), allocations.values(), day)


def _from_mapped(
    customers: dict[str, Customer], invoices: Sequence[Invoice], allocations: Iterable[Allocation], day: int
) -> LedgerFrame:
    customer_row = {external_id: row for row, external_id in enumerate(customers)}
    invoice_row: dict[str | None, int] = {invoice.external_id: row for row, invoice in enumerate(invoices)}
    parts = [part for part in allocations if part.invoice_id in invoice_row]
    return LedgerFrame.from_columns(
        day=day,
        invoice_id=[invoice.external_id for invoice in invoices],
        number=[invoice.number for invoice in invoices],
        customer=[customer_row[invoice.customer_id] for invoice in invoices],
        customer_id=list(customers),
        customer_name=[customer.name for customer in customers.values()],
        country=[customer.country or "" for customer in customers.values()],
        industry=[customer.industry or "" for customer in customers.values()],
        currency=[invoice.currency for invoice in invoices],
        issued=[to_day(invoice.issued_on) for invoice in invoices],
        due=[to_day(invoice.due_on) for invoice in invoices],
        amount=[float(invoice.total) for invoice in invoices],
        status=[invoice.status for invoice in invoices],
        terms=[invoice.terms or "" for invoice in invoices],
        disputed=[bool(invoice.disputed) for invoice in invoices],
        electronic=[np.nan if invoice.electronic is None else float(invoice.electronic) for invoice in invoices],
        rate=[np.nan if invoice.exchange_rate is None else float(invoice.exchange_rate) for invoice in invoices],
        settled_row=[invoice_row[part.invoice_id] for part in parts],
        settled_kind=[part.kind for part in parts],
        settled_amount=[float(part.amount) for part in parts],
        applied=[to_day(part.applied_on) for part in parts],
        reversed_=[to_day(part.reversed_on) if part.reversed_on else NEVER for part in parts],
    )


def _stated(column: ArrayLike | None, count: int) -> NDArray[np.float64]:
    return np.full(count, np.nan) if column is None else np.asarray(column, dtype=np.float64)


def _with_reversals(parts: Settlements, reversed_: Days) -> Settlements:
    undone = reversed_ < NEVER
    return Settlements(
        np.concatenate([parts.row, parts.row[undone]]),
        np.concatenate([parts.day, reversed_[undone]]),
        np.concatenate([parts.amount, -parts.amount[undone]]),
        np.concatenate([parts.means, parts.means[undone]]),
    )


def _known_by(day: int, parts: Settlements, keep: NDArray[np.bool_]) -> Settlements:
    """The settlements up to `day` of the invoices kept, counted by their new rows."""
    new_row = np.cumsum(keep) - 1
    known = parts.take((parts.day <= day) & keep[parts.row])
    return replace(known, row=new_row[known.row])
