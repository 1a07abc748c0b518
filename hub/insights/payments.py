"""How customers paid: days from issue and from due date to payment, weighted by the money."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.insights.figures import Figure, divide, figure

_NO_PAYMENTS = "undefined: nothing was paid in the period"


def read_payment_behaviour(session: Session, from_on: date, to_on: date) -> list[Figure]:
    """Days to pay and days late per currency, of the payments applied from `from_on` to `to_on`, both included.

    They speak only of invoices that were paid: who has not paid is not in them.
    """
    rows = session.execute(_APPLIED, {"from_on": from_on, "to_on": to_on})
    return [found for row in rows for found in _figures(row, from_on, to_on)]


def _figures(row: Any, from_on: date, to_on: date) -> list[Figure]:
    inputs = {"paid": row.paid, "payments": row.payments, "from_on": from_on, "to_on": to_on}
    shown = [
        ("days_to_pay", "weighted", row.days_to_pay, row.paid),
        ("days_to_pay", "unweighted", row.unweighted_days_to_pay, Decimal(row.payments)),
        ("days_late_paid", "late_only", row.days_late, row.paid),
        ("days_late_paid", "signed", row.signed_days_late, row.paid),
    ]
    return [
        figure(
            name,
            method,
            row.currency,
            divide(Decimal(total), weight),
            "days",
            {"sum": total, **inputs},
            undefined=_NO_PAYMENTS,
        )
        for name, method, total, weight in shown
    ]


# Only what brought money: credits, discounts and write-offs settle an invoice but are no payment.
_APPLIED = text("""
    select currency, count(*) as payments, sum(paid) as paid,
           sum(paid * (applied_on - issued_on)) as days_to_pay,
           sum(applied_on - issued_on) as unweighted_days_to_pay,
           sum(paid * greatest(applied_on - due_on, 0)) as days_late,
           sum(paid * (applied_on - due_on)) as signed_days_late
    from (
        select invoices.currency, allocations.amount as paid, applied_on, issued_on, due_on
        from allocations join invoices on invoices.id = invoice_id
        left join payments on payments.id = source_id
        where kind in ('payment', 'prepayment', 'overpayment') and applied_on between :from_on and :to_on
          and payments.deleted_on is null and coalesce(payments.status, 'open') = 'open'
          and allocations.deleted_on is null and (reversed_on is null or reversed_on > :to_on)
          and invoices.status not in ('draft', 'void', 'deleted')
    ) applied
    group by currency order by currency
""")
