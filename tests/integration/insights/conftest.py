"""A ledger written down line by line: `books` collects records, `save` puts them into the tenant's tables."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.ledger.ids import ledger_id
from hub.sdk.records import Allocation, CreditMemo, Customer, Invoice, Payment, Record

CONNECTION = UUID("c0ffee00-0000-8000-8000-000000000001")
NOW = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass
class Books:
    """Records of one connection, numbered as they come; amounts may be given as numbers or text."""

    session: Session
    records: list[Record] = field(default_factory=list)
    connection: UUID = CONNECTION

    def invoice(self, total, issued_on: date, due_on: date, *, customer="acme", currency="USD", **more) -> str:
        name = f"i{len(self.records)}"
        self.records.append(
            Invoice(
                external_id=name,
                customer_id=customer,
                number=name,
                issued_on=issued_on,
                due_on=due_on,
                currency=currency,
                total=Decimal(total),
                **more,
            )
        )
        return name

    def payment(self, amount, paid_on: date, *, customer="acme", currency="USD") -> str:
        name = f"p{len(self.records)}"
        self.records.append(
            Payment(external_id=name, customer_id=customer, paid_on=paid_on, currency=currency, amount=Decimal(amount))
        )
        return name

    def credit_memo(self, total, issued_on: date, *, customer="acme", currency="USD", **more) -> str:
        name = f"m{len(self.records)}"
        self.records.append(
            CreditMemo(
                external_id=name,
                customer_id=customer,
                number=name,
                issued_on=issued_on,
                currency=currency,
                total=Decimal(total),
                **more,
            )
        )
        return name

    def apply(self, source: str | None, invoice: str, amount, applied_on: date, *, kind=None, reversed_on=None) -> None:
        by_document = {"p": "payment", "m": "credit_memo"}
        self.records.append(
            Allocation(
                external_id=f"a{len(self.records)}",
                invoice_id=invoice,
                source_id=source,
                kind=kind or by_document[source[0]],
                amount=Decimal(amount),
                applied_on=applied_on,
                reversed_on=reversed_on,
            )
        )

    def pay(self, invoice: str, amount, paid_on: date, *, customer="acme", currency="USD", reversed_on=None) -> None:
        """A payment that settles one invoice."""
        payment = self.payment(amount, paid_on, customer=customer, currency=currency)
        self.apply(payment, invoice, amount, paid_on, reversed_on=reversed_on)

    def save(self) -> None:
        names = {record.customer_id for record in self.records if not isinstance(record, Allocation)}
        customers = [Customer(external_id=name, name=name.title()) for name in sorted(names)]
        _insert(self.session, [*customers, *self.records])


def _insert(session: Session, records: list[Record]) -> None:
    """What the ledger's store does, the plain way: rows with their balances, and the daily sums."""
    rows = {(_entity(record), record.external_id): record for record in records}
    allocations = [record for record in records if isinstance(record, Allocation)]
    days: dict[tuple[date, str], dict[str, Decimal]] = {}

    def add(day: date, currency: str, **amounts: Decimal) -> None:
        sums = days.setdefault((day, currency), dict.fromkeys(_SUMS, Decimal(0)))
        for name, amount in amounts.items():
            sums[name] += amount

    for record in records:
        common = {
            "id": _id(_entity(record), record.external_id),
            "connection_id": CONNECTION,
            "external_id": record.external_id,
            "row_hash": 0,
        }
        if isinstance(record, Customer):
            _put(session, "customers", **common, name=record.name)
            continue
        if isinstance(record, Allocation):
            invoice = rows["invoice", record.invoice_id]
            by_kind = {"write_off": "written_off", "credit_memo": "invoices"}.get(record.kind, "paid")
            for day, sign in ((record.applied_on, 1), (record.reversed_on, -1)):
                if day is None:
                    continue
                if by_kind != "invoices":
                    add(day, invoice.currency, **{by_kind: sign * record.amount})
                if record.kind == "payment":
                    add(day, invoice.currency, on_account=-sign * record.amount)
            source_kind = "credit_memo" if record.kind == "credit_memo" else "payment"
            _put(
                session,
                "allocations",
                **common,
                invoice_id=_id("invoice", record.invoice_id),
                source_id=_id(source_kind, record.source_id) if record.source_id else None,
                kind=record.kind,
                amount=record.amount,
                applied_on=record.applied_on,
                reversed_on=record.reversed_on,
            )
            continue
        common |= {"customer_id": _id("customer", record.customer_id), "currency": record.currency}
        used = sum(
            (
                each.amount
                for each in allocations
                if record.external_id in (each.invoice_id, each.source_id) and each.reversed_on is None
            ),
            Decimal(0),
        )
        if isinstance(record, Payment):
            add(record.paid_on, record.currency, on_account=record.amount)
            unapplied = record.amount - used
            _put(session, "payments", **common, paid_on=record.paid_on, amount=record.amount, unapplied=unapplied)
        else:
            counts = record.status not in ("draft", "void")
            rest = record.total - used if counts else Decimal(0)
            common |= {"number": record.number, "issued_on": record.issued_on, "total": record.total}
            if isinstance(record, CreditMemo):
                if counts:
                    add(record.issued_on, record.currency, credited=record.total)
                _put(session, "credit_memos", **common, unapplied=rest, status=record.status)
            else:
                if counts:
                    add(record.issued_on, record.currency, billed=record.total, invoices=Decimal(1))
                _put(
                    session,
                    "invoices",
                    **common,
                    due_on=record.due_on,
                    balance=rest,
                    status=record.status,
                    disputed=record.disputed,
                )
    for (day, currency), sums in days.items():
        _put(session, "agg_day", day=day, currency=currency, **sums)


_SUMS = ("billed", "credited", "paid", "written_off", "on_account", "invoices")


def _entity(record: Record) -> str:
    return {Customer: "customer", Invoice: "invoice", Payment: "payment", CreditMemo: "credit_memo"}.get(
        type(record), "allocation"
    )


def _id(entity: str, external_id: str) -> UUID:
    return ledger_id(CONNECTION, entity, external_id)


def _put(session: Session, table: str, **values) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    session.execute(text(f"insert into {table} ({names}) values ({places})"), values)


@pytest.fixture
def books(tenant_session) -> Books:
    """An empty ledger to write down, in the module's tenant; rolled back after the test."""
    return Books(tenant_session)
