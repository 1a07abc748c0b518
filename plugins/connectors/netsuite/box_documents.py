"""How the company's documents stand in NetSuite: transactions with their lines, postings and links."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from hub.sdk.testing.company import Company
from hub.sdk.testing.currencies import COUNTRIES, rounded
from hub.sdk.testing.entries import Application, Document, Receipt

REFUNDS, VOIDS, APPLYING, ORDERS, BILLS = 10_000_000, 20_000_000, 30_000_000, 60_000_000, 70_000_000
"""Where the numbers begin of documents that the company's books do not have as such."""
RECEIVABLES, BANK, SALES, DEPOSITS = 1, 2, 3, 4
"""Accounts."""

_APART = 100_000_000
_CUSTOMERS_APART = 1_000_000
_ZERO = Decimal(0)


class Tables(Protocol):
    """Where the documents go."""

    connection: Any
    features: Any

    def put(self, table: str, **values: object) -> None:
        """Insert a row."""

    def wall(self, instant: datetime) -> str:
        """An instant on the account's wall clock."""

    def day(self, value: date) -> str:
        """A date, as it is stored."""

    def deleted(self, table: str, key: int, kind: str, name: str, at: datetime) -> None:
        """Take a record away, leaving a trace."""


class Documents:
    """One subsidiary's documents. Each method states a document anew, whatever was there before."""

    def __init__(self, tables: Tables, number: int, company: Company) -> None:
        self._tables, self._number, self._company = tables, number, company

    def invoice(self, document: Document) -> None:
        """An invoice; some come from a sales order, which is no receivable but is linked to them."""
        key = self._key(document.id)
        if document.status == "deleted":
            self._gone(key, "invoice", document.number, document.updated_at)
            return
        is_void = document.status == "void"
        total = _ZERO if is_void else document.total
        left = self._company.open_of(document.id)
        self._transaction(
            key,
            "CustInvc",
            document,
            document.issued_on,
            tranid=document.number or None,
            duedate=self._tables.day(document.due_on),
            foreigntotal=total,
            foreignamountpaid=total - left,
            foreignamountunpaid=left,
            status="V" if is_void else "A" if left else "B",
            terms=document.terms_days + 1,
            memo=document.memo or None,
            **_standing(is_void=is_void),
        )
        self._line(key, 0, document, total, unpaid=left, is_void=is_void)
        self._line(key, 1, document, -total, account=SALES, is_void=is_void)
        if document.id % 7 == 0:
            order = key + ORDERS
            self._transaction(order, "SalesOrd", document, document.issued_on, posting="F", voided="F", status="G")
            self._link(order, "SalesOrd", key, "CustInvc", document.total, document.updated_at, kind="OrdBill")
            bill = key + BILLS
            self._transaction(bill, "VendBill", document, document.issued_on, posting="T", voided="F", status="A")

    def credit_memo(self, document: Document, applications: Sequence[Application]) -> None:
        """A credit memo, its total negative; what was applied of it is linked to it, and what was paid back."""
        key = self._key(document.id)
        self._unlink(key)
        is_void = document.status == "void"
        if document.status == "deleted":
            self._gone(key, "creditmemo", document.number, document.updated_at)
        else:
            total = _ZERO if is_void else document.total
            unused = self._company.unapplied_of("credit_memo", document.id)
            self._transaction(
                key,
                "CustCred",
                document,
                document.issued_on,
                tranid=document.number or None,
                foreigntotal=-total,
                foreignpaymentamountused=total - unused,
                foreignpaymentamountunused=unused,
                status="V" if is_void else "A" if unused else "B",
                memo=document.memo or None,
                **_standing(is_void=is_void),
            )
            self._line(key, 0, document, -total, unused=unused, is_void=is_void)
            self._line(key, 1, document, total, account=SALES, is_void=is_void)
        self._applied(key, "CustCred", 0, applications)
        self._refunds(key, "CustCred", document, applications)

    def receipt(self, receipt: Receipt, applications: Sequence[Application]) -> None:
        """Money: a journal, a payment, or one time in five a deposit."""
        key = self._key(receipt.id)
        self._unlink(key)
        if receipt.kind == "journal":
            self._journal(key, receipt, applications)
        elif receipt.id % 5 == 0:
            self._deposit(key, receipt, applications)
        else:
            self._payment(key, receipt, applications)

    def _payment(self, key: int, receipt: Receipt, applications: Sequence[Application]) -> None:
        is_void = receipt.status == "void"
        if receipt.status == "deleted":
            self._gone(key, "customerpayment", receipt.reference, receipt.updated_at)
        else:
            by_journal = is_void and self._tables.features.voids == "journal"
            total = receipt.amount if not is_void or by_journal else _ZERO
            unused = self._company.unapplied_of("payment", receipt.id)
            self._transaction(
                key,
                "CustPymt",
                receipt,
                receipt.paid_on,
                tranid=receipt.reference or None,
                foreigntotal=total,
                foreignpaymentamountused=total - unused,
                foreignpaymentamountunused=unused,
                status="V" if is_void else "C",
                **_standing(is_void=is_void, posts=not is_void or by_journal),
            )
            self._line(key, 0, receipt, total, account=BANK, is_void=is_void, posts=by_journal)
            self._line(key, 1, receipt, -total, unused=unused, is_void=is_void, posts=by_journal)
            if by_journal:
                self._voiding(key, receipt)
        self._applied(key, "CustPymt", 1, applications)
        self._refunds(key, "CustPymt", receipt, applications)

    def _voiding(self, key: int, receipt: Receipt) -> None:
        """The journal that takes a void payment back, applied to it ("Void Transactions Using Reversing Journals")."""
        voiding = key + VOIDS
        self._transaction(
            voiding,
            "Journal",
            receipt,
            receipt.updated_at.date(),
            entity=None,
            tranid=f"VOID{receipt.id}",
            **_standing(),
        )
        self._line(voiding, 0, receipt, receipt.amount, unpaid=_ZERO)
        self._line(voiding, 1, receipt, -receipt.amount, account=BANK, entity=None)
        self._link(voiding, "Journal", key, "CustPymt", receipt.amount, receipt.updated_at, lines=(0, 1))

    def _deposit(self, key: int, receipt: Receipt, applications: Sequence[Application]) -> None:
        """A customer deposit stands on a liability account; deposit applications bring it to the receivables."""
        is_void, unused = receipt.status == "void", self._company.unapplied_of("payment", receipt.id)
        if receipt.status == "deleted":
            self._gone(key, "customerdeposit", receipt.reference, receipt.updated_at)
        else:
            total = _ZERO if is_void else receipt.amount
            self._transaction(
                key,
                "CustDep",
                receipt,
                receipt.paid_on,
                tranid=receipt.reference or None,
                foreigntotal=total,
                foreignpaymentamountused=total - unused,
                foreignpaymentamountunused=unused,
                status="V" if is_void else "B" if unused else "C",
                **_standing(is_void=is_void),
            )
            self._line(key, 0, receipt, total, account=BANK, is_void=is_void)
            self._line(key, 1, receipt, -total, account=DEPOSITS, is_void=is_void)
        for each in applications:
            applying = self._key(each.id) + APPLYING
            if each.invoice is None:
                continue
            self._unlink(applying)
            if each.is_deleted:
                self._gone(applying, "depositapplication", f"DA{each.id}", each.updated_at)
                continue
            self._transaction(
                applying,
                "DepAppl",
                receipt,
                each.on,
                at=each.updated_at,
                tranid=f"DA{each.id}",
                foreigntotal=each.amount,
                foreignpaymentamountused=each.amount,
                foreignpaymentamountunused=_ZERO,
                **_standing(),
            )
            self._line(applying, 0, receipt, -each.amount, unused=_ZERO)
            self._line(applying, 1, receipt, each.amount, account=DEPOSITS)
            self._link(key, "CustDep", applying, "DepAppl", each.amount, each.updated_at, kind="DepAppl", lines=(1, 1))
            self._link(self._key(each.invoice), "CustInvc", applying, "DepAppl", each.amount, each.updated_at)
        self._refunds(key, "CustDep", receipt, applications)

    def _journal(self, key: int, receipt: Receipt, applications: Sequence[Application]) -> None:
        """A journal whose second line lowers the receivables; its header has no customer."""
        is_void = receipt.status == "void"
        if receipt.status == "deleted":
            self._gone(key, "journalentry", receipt.reference, receipt.updated_at)
        else:
            total = _ZERO if is_void else receipt.amount
            unused = self._company.unapplied_of("payment", receipt.id)
            self._transaction(
                key,
                "Journal",
                receipt,
                receipt.paid_on,
                entity=None,
                tranid=receipt.reference or None,
                **_standing(is_void=is_void),
            )
            self._line(key, 0, receipt, total, account=BANK, entity=None, is_void=is_void)
            self._line(key, 1, receipt, -total, unused=unused, is_void=is_void)
        self._applied(key, "Journal", 1, applications)
        self._refunds(key, "Journal", receipt, applications, line=1)

    def _refunds(
        self, key: int, kind: str, source: Document | Receipt, applications: Iterable[Application], line: int = 0
    ) -> None:
        for each in applications:
            if each.invoice is not None:
                continue
            refund = self._key(each.id) + REFUNDS
            if each.is_deleted:
                self._gone(refund, "customerrefund", f"RF{each.id}", each.updated_at)
                continue
            self._transaction(
                refund,
                "CustRfnd",
                source,
                each.on,
                at=each.updated_at,
                tranid=f"RF{each.id}",
                foreigntotal=-each.amount,
                **_standing(),
            )
            self._line(refund, 0, source, -each.amount, account=BANK)
            self._line(refund, 1, source, each.amount, unpaid=_ZERO)
            self._link(key, kind, refund, "CustRfnd", each.amount, each.updated_at, lines=(line, 1))

    def _applied(self, key: int, kind: str, line: int, applications: Iterable[Application]) -> None:
        """Links of what was applied to invoices: one for each invoice, as a payment has one line for each."""
        amounts: dict[int, Decimal] = defaultdict(Decimal)
        stamps: dict[int, datetime] = {}
        for each in applications:
            if each.invoice is not None and not each.is_deleted:
                amounts[each.invoice] += each.amount
                stamps[each.invoice] = each.updated_at
        for invoice, amount in amounts.items():
            self._link(self._key(invoice), "CustInvc", key, kind, amount, stamps[invoice], lines=(0, line))

    def _transaction(
        self,
        key: int,
        kind: str,
        entry: Document | Receipt,
        on: date,
        at: datetime | None = None,
        **values: object,
    ) -> None:
        self._tables.connection.execute('DELETE FROM transactionline WHERE "transaction" = ?', [key])
        self._tables.connection.execute('DELETE FROM transactionaccountingline WHERE "transaction" = ?', [key])
        self._tables.put(
            "transaction",
            **{
                "id": key,
                "type": kind,
                "entity": self._customer(entry),
                "trandate": self._tables.day(on),
                "currency": list(COUNTRIES).index(entry.currency) + 1,
                "exchangerate": entry.rate,
                "createddate": self._tables.wall(entry.created_at),
                "lastmodifieddate": self._tables.wall(at or entry.updated_at),
            }
            | values,
        )

    def _line(
        self,
        key: int,
        number: int,
        entry: Document | Receipt,
        amount: Decimal,
        *,
        account: int = RECEIVABLES,
        unpaid: Decimal | None = None,
        unused: Decimal | None = None,
        entity: int | None = 0,
        is_void: bool = False,
        posts: bool = False,
    ) -> None:
        """A line and its postings, one for each accounting book. Amounts at home are rounded by document."""
        self._tables.put(
            "transactionline",
            transaction=key,
            id=number,
            mainline="T" if number == 0 else "F",
            entity=self._customer(entry) if entity == 0 else entity,
            subsidiary=self._number + 1,
            foreignamount=amount,
            foreignamountunpaid=unpaid,
            foreignpaymentamountunused=unused,
        )
        for book in range(1, max(1, self._tables.features.books) + 1):
            self._tables.put(
                "transactionaccountingline",
                transaction=key,
                transactionline=number,
                account=account,
                accountingbook=book,
                posting="F" if is_void and not posts else "T",
                amount=self._at_home(amount, entry),
                amountunpaid=self._at_home(unpaid, entry),
                paymentamountunused=self._at_home(unused, entry),
            )

    def _link(
        self,
        previous: int,
        previous_kind: str,
        following: int,
        kind_of_following: str,
        amount: Decimal,
        at: datetime,
        *,
        kind: str = "Payment",
        lines: tuple[int, int] = (0, 0),
    ) -> None:
        values = {"previousdoc": previous, "previoustype": previous_kind, "previousline": lines[0]}
        values |= {"nextdoc": following, "nexttype": kind_of_following, "nextline": lines[1]}
        self._tables.connection.execute(
            "DELETE FROM nexttransactionlinelink WHERE previousdoc = ? AND nextdoc = ?", [previous, following]
        )
        self._tables.put(
            "nexttransactionlinelink",
            **values,
            linktype=kind,
            foreignamount=amount,
            lastmodifieddate=self._tables.wall(at),
        )

    def _unlink(self, key: int) -> None:
        """Take the links away by which a document settles others."""
        self._tables.connection.execute("DELETE FROM nexttransactionlinelink WHERE nextdoc = ?", [key])

    def _gone(self, key: int, kind: str, name: str, at: datetime) -> None:
        for table in ("transactionline", "transactionaccountingline"):
            self._tables.connection.execute(f'DELETE FROM {table} WHERE "transaction" = ?', [key])
        self._tables.connection.execute(
            "DELETE FROM nexttransactionlinelink WHERE nextdoc = ? OR previousdoc = ?", [key, key]
        )
        self._tables.deleted("transaction", key, kind, name, at)

    def _key(self, number: int) -> int:
        return number + self._number * _APART

    def _customer(self, entry: Document | Receipt) -> int:
        return entry.party + self._number * _CUSTOMERS_APART

    def _at_home(self, amount: Decimal | None, entry: Document | Receipt) -> Decimal | None:
        return None if amount is None else rounded(amount * entry.rate, self._company.home_currency)


def _standing(*, is_void: bool = False, posts: bool | None = None) -> dict[str, Any]:
    does_post = not is_void if posts is None else posts
    return {"voided": "T" if is_void else "F", "posting": "T" if does_post else "F"}
