"""A ledger on 10 March 2026 to plan reminders on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import text

from hub.ledger import holds
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.reminders import planning, policies, simulation
from hub.reminders.policy import suggested
from hub.sdk.records import Allocation, Customer, Invoice, Payment
from hub.storage.session import Storage

CONNECTION = UUID("018f3a52-0000-8000-8000-00000000000d")
NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)  # a Tuesday, 10 o'clock in Berlin
BERLIN = ZoneInfo("Europe/Berlin")
EVERYTHING = "invoices customers payments allocations credit_memos agg_customer agg_day holds adjustments promises"
PLANNED = "reminders reminder_policies reminder_policy_versions reminder_assignments reminder_settings suppressions"


@dataclass(frozen=True)
class Books:
    """One tenant's ledger, and what is planned on it."""

    storage: Storage
    tenant: str

    def clear(self) -> None:
        """Leave nothing of what was before."""
        with self.storage.tenant(self.tenant) as session:
            for (
                table
            ) in f"{EVERYTHING} {PLANNED} predictions forecast_runs customer_risk risk_runs connections".split():
                session.execute(text(f"delete from {table}"))

    def owe(
        self,
        number: str,
        due_on: date,
        *,
        customer: str = "c1",
        total: str = "100",
        country: str = "DE",
        email: str | None = "",
        **facts: Any,
    ) -> UUID:
        """Have a customer owe an invoice; returns its id."""
        known: dict[str, Any] = {"issued_on": date(2025, 12, 1), "currency": "EUR", **facts}
        invoice = Invoice(
            external_id=number, customer_id=customer, number=number, due_on=due_on, total=Decimal(total), **known
        )
        who = Customer(
            external_id=customer,
            name=f"Customer {customer}",
            email=f"ap@{customer}.example" if email == "" else email,
            currency=known["currency"],
            country=country,
        )
        self.store(who, invoice)
        return ledger_id(CONNECTION, "invoice", number)

    def pay(self, number: str, amount: str, on: date, *, customer: str = "c1") -> None:
        """Have a payment of an invoice come in."""
        name = f"{number} {on}"
        paid = Payment(external_id=name, customer_id=customer, paid_on=on, currency="EUR", amount=Decimal(amount))
        part = Allocation(
            external_id=name, invoice_id=number, source_id=name, kind="payment", amount=Decimal(amount), applied_on=on
        )
        self.store(paid, part)

    def receive(self, amount: str, on: date, *, customer: str = "c1") -> None:
        """Have money come in that no invoice has yet."""
        name = f"received {on}"
        self.store(Payment(external_id=name, customer_id=customer, paid_on=on, currency="EUR", amount=Decimal(amount)))

    def store(self, *records: Any) -> None:
        """Take records into the ledger."""
        with self.storage.tenant(self.tenant) as session:
            ledger.store(session, CONNECTION, [(None, list(records))], None, NOW)

    def hold(self, invoice_id: UUID, kind: Any, **facts: Any) -> None:
        """Put an invoice on hold."""
        with self.storage.tenant(self.tenant) as session:
            holds.place(session, invoice_id, kind, source_id=uuid4(), reason="Held.", at=NOW, **facts)

    def profile(self, customer: str, **profile: Any) -> None:
        """Say something of a customer."""
        with self.storage.tenant(self.tenant) as session:
            session.execute(
                text("update customers set profile = cast(:profile as jsonb) where external_id = :id"),
                {"profile": _json(profile), "id": customer},
            )

    def forecast(self, invoice_id: UUID, p10: date, p50: date, p90: date, *, p_late30: float = 0.0) -> None:
        """Have the newest forecast say so."""
        with self.storage.tenant(self.tenant) as session:
            run = session.scalar(text("select max(id) from forecast_runs"))
            if run is None:
                run = session.scalar(
                    text("""
                        insert into forecast_runs (model_id, as_of, made_at, predictions, cash_flow)
                        values (gen_random_uuid(), '2026-03-09', :at, 1, '{}') returning id
                    """),
                    {"at": datetime(2026, 3, 10, 4, tzinfo=UTC)},
                )
            session.execute(
                text("""
                    insert into predictions (run_id, invoice_id, p_paid_by_due, p_late30, expected_on, p10_on, p50_on,
                        p90_on, risk_level) values (:run, :id, 0.5, :late, :p50, :p10, :p50, :p90, 'low')
                """),
                {"run": run, "id": invoice_id, "late": p_late30, "p10": p10, "p50": p50, "p90": p90},
            )

    def policy(self, *, name: str = "All", is_active: bool = True, **changes: Any) -> dict[str, Any]:
        """Have the suggested sequence be in force, with some parts replaced."""
        values = {"name": name, "is_active": is_active, "document": {**suggested(), **changes}}
        with self.storage.tenant(self.tenant) as session:
            return policies.create(session, values, NOW)

    def plan(self, now: datetime = NOW) -> planning.PlanCounts:
        """Plan at an instant."""
        with self.storage.tenant(self.tenant) as session:
            return planning.plan(session, now, BERLIN, "EUR")

    def simulate(self, first: date, last: date, now: datetime = NOW, **options: Any) -> simulation.Simulated:
        """Simulate a period."""
        with self.storage.tenant(self.tenant) as session:
            return simulation.simulate(session, first, last, now, BERLIN, "EUR", **options)

    def planned(self) -> list[dict[str, Any]]:
        """What is planned, each with its invoices' numbers, by instant."""
        with self.storage.tenant(self.tenant) as session:
            rows = session.execute(
                text("""
                    select r.*, array(
                        select i.number from reminder_items x join invoices i on i.id = x.invoice_id
                        where x.reminder_id = r.id order by x.id
                    ) as numbers
                    from reminders r order by r.scheduled_at, r.number
                """)
            )
            return [dict(row) for row in rows.mappings()]

    def settle(self, **values: Any) -> None:
        """Have what is planned be sent at its time, or become something else."""
        changes: Mapping[str, Any] = {"status": "sent", "delivery": "delivered", **values}
        with self.storage.tenant(self.tenant) as session:
            session.execute(
                text("""
                    update reminders set status = :status, delivery = :delivery, sent_at = scheduled_at,
                        subject = 's', text = 't', reason = cast(:reason as jsonb)
                    where status in ('planned', 'draft')
                """),
                {"reason": None, **changes},
            )
            if changes["status"] in ("skipped", "rejected", "cancelled"):
                session.execute(text("update reminder_items set is_live = false"))


def _json(value: Any) -> str:
    import orjson

    return orjson.dumps(value).decode()
