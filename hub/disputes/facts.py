"""What the ledger knows that bears on a dispute: facts with their figures, and the case that a policy decides on.

Read by the tables' names, for the rooms that write them are below this one. Amounts are in the invoice's currency but
for a customer's value, which is in the home currency.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.disputes.policy import Case, CustomerStanding, Fact

DUPLICATE_DAYS = 7
"""Invoices over the same amount that are further apart are two deliveries, or two months of a subscription."""
YEAR = timedelta(days=365)

_DISCOUNT = re.compile(r"\b(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:/\s*|%[^\d%]{0,25})(\d{1,3})\b")
_BANK = re.compile(
    r"""
    \b(?:new|changed?|updated?|different)\s+(?:\w+\s+){0,2}(?:bank|iban|account\s+(?:number|details))
    | \b(?:bank(?:ing)?\s+(?:details|account|information)|iban)\s+(?:\w+\s+){0,3}(?:changed?|updated?|new)
    | \b(?:neue[rns]?|geänderte[rns]?|aktualisierte[rns]?)\s+(?:\w+\s+){0,2}(?:bank\w*|iban|konto\w*)
    | \b(?:bankverbindung|bankdaten|kontoverbindung|iban)\b[^.!?\n]{0,40}\b(?:geändert|neu|aktualisiert|gewechselt)
    | \b(?:nouve(?:au|lle|l)x?s?|modifi\w+|chang\w+)\s+(?:\w+\s+){0,3}
      (?:coordonnées\s+bancaires|rib|iban|compte\s+bancaire)
    | \b(?:coordonnées\s+bancaires|rib|iban|compte\s+bancaire)\b[^.!?\n]{0,40}\b(?:chang\w+|modifi\w+|nouve\w+)
    | \b(?:nuev[oa]s?|cambi\w+|actualiz\w+)\s+(?:\w+\s+){0,3}(?:datos\s+bancarios|cuenta\s+bancaria|iban)
    | \b(?:datos\s+bancarios|cuenta\s+bancaria|iban)\b[^.!?\n]{0,40}\b(?:cambi\w+|actualiz\w+|nuev\w+)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def case_of(session: Session, dispute: Mapping[str, Any], now: datetime, today: date) -> Case:
    """A dispute as a policy decides on it. `today` is the tenant's day."""
    invoice = _invoice(session, dispute["invoice_id"])
    known: dict[str, Any] = {}
    if invoice is not None:
        known = {
            "balance": max(invoice["balance"], Decimal(0)),
            "total": invoice["total"],
            "currency": invoice["currency"],
            "home_rate": _home_rate(session, invoice),
            "age_days": (today - invoice["issued_on"]).days,
        }
    return Case(
        code=dispute["code"],
        codes=tuple(dispute["codes"]),
        p_code=dispute["p_code"],
        is_sure=bool(dispute["is_sure"]) or dispute["code_by"] == "person",
        amount=dispute["amount"],
        customer=standing(session, dispute, now),
        facts=tuple(facts_of(session, dispute, invoice, now, today)),
        evidence={each["kind"]: each["status"] for each in dispute["evidence"]},
        **known,
    )


def currency_of(session: Session, dispute: Mapping[str, Any]) -> tuple[str, Decimal | None, Decimal]:
    """The currency of a dispute, home units for one of it where they are known, and what is open of its invoice."""
    invoice = _invoice(session, dispute["invoice_id"])
    if invoice is None:
        return dispute["currency"] or "", None, Decimal(0)
    return invoice["currency"], _home_rate(session, invoice), max(invoice["balance"], Decimal(0))


def standing(session: Session, dispute: Mapping[str, Any], now: datetime) -> CustomerStanding:
    """What is known of the customer of a dispute, without that dispute itself."""
    if dispute["customer_id"] is None:
        return CustomerStanding()
    values = {"customer": dispute["customer_id"], "id": dispute["id"], "since": now - YEAR, "day": (now - YEAR).date()}
    row = session.execute(_STANDING, values).one()
    decided = row.won + row.lost
    return CustomerStanding(
        risk=row.risk or "unknown",
        value_12m=row.value_12m,
        disputes_12m=row.disputes_12m,
        won_share=Decimal(row.won) / decided if decided else None,
    )


def facts_of(
    session: Session, dispute: Mapping[str, Any], invoice: Mapping[str, Any] | None, now: datetime, today: date
) -> Iterator[Fact]:
    """What the ledger shows, the most telling first; and whether the text speaks of new bank details."""
    if speaks_of_new_bank_details(dispute["text"]):
        yield Fact(kind="bank_details_changed", sentence="The message speaks of new bank details.")
    if invoice is not None:
        yield from _of_invoice(session, dispute, invoice, today)
    if dispute["customer_id"] is not None:
        yield from _of_customer(session, dispute, now)


def speaks_of_new_bank_details(text_: str) -> bool:
    """Whether a text says that bank details changed, in English, German, French or Spanish."""
    return _BANK.search(text_) is not None


def discount_window(terms: str | None) -> tuple[Decimal, int] | None:
    """The cash discount that terms such as "2/10 net 30" or "2% 10, net 30" allow: percent, and days from the issue."""
    found = _DISCOUNT.search(terms or "")
    if not found:
        return None
    percent, days = Decimal(found[1].replace(",", ".")), int(found[2])
    return (percent, days) if 0 < percent < 50 else None


def look_alikes(session: Session, dispute: Mapping[str, Any]) -> dict[str, Any]:
    """How the earlier disputes of the same customer and reason ended: {count, outcomes}."""
    if dispute["customer_id"] is None or dispute["code"] is None:
        return {"count": 0, "outcomes": {}}
    values = {name: dispute[name] for name in ("customer_id", "code", "id")}
    outcomes = {row.outcome: row.count for row in session.execute(_LOOK_ALIKES, values)}
    return {"count": sum(outcomes.values()), "outcomes": outcomes}


# Facts of the invoice


def _of_invoice(
    session: Session, dispute: Mapping[str, Any], invoice: Mapping[str, Any], today: date
) -> Iterator[Fact]:
    number, currency = invoice["number"], invoice["currency"]
    if invoice["balance"] <= 0:
        yield Fact(kind="settled", sentence=f"Nothing of {number} is open: it is {_words(invoice['status'])}.")
    for row in session.execute(_DUPLICATES, {"id": invoice["id"], "days": DUPLICATE_DAYS}):
        younger = number if (invoice["issued_on"], number) > (row.issued_on, row.number) else row.number
        same = "has the same number" if row.has_same_number else f"is over {_money(row.total, currency)} too"
        yield Fact(
            kind="likely_duplicate",
            sentence=f"{row.number} of {row.issued_on} {same} and is {_words(row.status)}; {younger} is the younger.",
            link=f"/invoices/view/?id={row.id}",
        )
    credited = session.execute(_CREDITED, {"id": invoice["id"]}).one()
    if credited.amount:
        yield Fact(
            kind="credited_before",
            sentence=f"{_money(credited.amount, currency)} of {number} were credited already, last on {credited.last}.",
        )
    yield from _of_discount(session, invoice, today)
    opened_on = dispute["opened_at"].date()
    paid = session.execute(_PAID_SINCE, {"id": invoice["id"], "day": opened_on}).one()
    if paid.amount:
        yield Fact(
            kind="paid_since",
            sentence=f"{_money(paid.amount, currency)} were paid on {number} since the dispute was opened.",
        )


def _of_discount(session: Session, invoice: Mapping[str, Any], today: date) -> Iterator[Fact]:
    window = discount_window(invoice["terms"])
    if window is None:
        return
    percent, days = window
    ends_on = invoice["issued_on"] + timedelta(days=days)
    paid = session.execute(_PAID, {"id": invoice["id"]}).one()
    counted_on = paid.last or today
    is_in = counted_on <= ends_on
    what = f"paid on {paid.last}" if paid.last else "not paid yet"
    yield Fact(
        kind="in_discount_window" if is_in else "past_discount_window",
        sentence=f"The terms allow {percent:f} % until {ends_on}; it is {what}.",
    )
    discount = (invoice["total"] * percent / 100).quantize(Decimal("0.01"))
    if paid.amount and abs(invoice["total"] - paid.amount - discount) <= Decimal("0.01"):
        yield Fact(
            kind="discount_taken",
            sentence=f"What is open is the discount of {percent:f} %: {_money(discount, invoice['currency'])}.",
        )


# Facts of the customer


def _of_customer(session: Session, dispute: Mapping[str, Any], now: datetime) -> Iterator[Fact]:
    customer, link = dispute["customer_id"], f"/customers/view/?id={dispute['customer_id']}"
    for kind, what, query in (
        ("unapplied_payment", "payments", _UNAPPLIED_PAYMENTS),
        ("unapplied_credit", "credit memos", _UNAPPLIED_CREDITS),
    ):
        for row in session.execute(query, {"customer": customer, "currency": dispute["currency"]}):
            yield Fact(
                kind=kind,
                sentence=f"{_money(row.amount, row.currency)} of the customer's {what} wait unapplied,"
                f" the newest of {row.last}.",
                link=link,
            )
    if dispute["code"] is not None:
        values = {"customer": customer, "code": dispute["code"], "id": dispute["id"], "since": now - YEAR}
        count = session.execute(_SAME_REASON, values).scalar_one()
        if count:
            times = "once" if count == 1 else f"{count} times"
            yield Fact(
                kind="same_reason_before",
                sentence=f"The customer gave this reason {times} before in the last twelve months.",
                link=link,
            )


def _invoice(session: Session, invoice_id: UUID | None) -> Mapping[str, Any] | None:
    if invoice_id is None:
        return None
    row = session.execute(_INVOICE, {"id": invoice_id}).mappings().one_or_none()
    return None if row is None else dict(row)


def _home_rate(session: Session, invoice: Mapping[str, Any]) -> Decimal | None:
    """Home units for one unit of the invoice's currency, as the books have it; None where nobody knows."""
    if invoice["exchange_rate"] is not None:
        rate: Decimal = invoice["exchange_rate"]
        return rate
    home = session.execute(_HOME, {"connection": invoice["connection_id"]}).scalar()
    return Decimal(1) if home == invoice["currency"] else None


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount.quantize(Decimal('0.01'))} {currency}" if amount == round(amount, 2) else f"{amount:f} {currency}"


def _words(status: str) -> str:
    return status.replace("_", " ")


_INVOICE = text("""
    select id, number, customer_id, issued_on, due_on, currency, total, balance, status, terms, exchange_rate,
           connection_id
    from invoices where id = :id and deleted_on is null
""")

# The books of the connection say it; else what was assessed last; else the only currency there is.
_HOME = text("""
    select coalesce(
        (select account ->> 'home_currency' from connections where id = :connection),
        (select home_currency from risk_runs order by run_id desc limit 1),
        (select min(currency) from agg_customer having count(distinct currency) = 1)
    )
""")

_STANDING = text("""
    select
        (select coalesce(c.profile ->> 'risk_override', r.risk_level)
         from customers c left join customer_risk r
             on r.customer_id = c.id and r.run_id = (select max(run_id) from risk_runs)
         where c.id = :customer) as risk,
        (select coalesce(sum(total * coalesce(exchange_rate, 1)), 0) from invoices
         where customer_id = :customer and issued_on > :day and status not in ('draft', 'void', 'deleted')
        ) as value_12m,
        count(*) filter (where opened_at > :since) as disputes_12m,
        count(*) filter (where outcome = 'invalid_upheld') as won,
        count(*) filter (where outcome in ('valid_credited', 'partly_valid')) as lost
    from disputes where customer_id = :customer and id <> :id
""")

_DUPLICATES = text("""
    select o.id, o.number, o.issued_on, o.total, o.status, o.number = i.number as has_same_number
    from invoices i
    join invoices o on o.customer_id = i.customer_id and o.id <> i.id and o.currency = i.currency
        and (o.number = i.number or (o.total = i.total and abs(o.issued_on - i.issued_on) <= :days))
    where i.id = :id and o.deleted_on is null and o.status not in ('draft', 'void', 'deleted', 'credited')
    order by has_same_number desc, abs(o.issued_on - i.issued_on), o.id limit 3
""")

_CREDITED = text("""
    select coalesce(sum(amount), 0) as amount, max(applied_on) as last from allocations
    where invoice_id = :id and kind = 'credit_memo' and deleted_on is null and reversed_on is null
""")

_PAID = text("""
    select coalesce(sum(amount), 0) as amount, max(applied_on) as last from allocations
    where invoice_id = :id and kind in ('payment', 'prepayment', 'overpayment') and deleted_on is null
        and reversed_on is null
""")

_PAID_SINCE = text("""
    select coalesce(sum(amount), 0) as amount from allocations
    where invoice_id = :id and kind in ('payment', 'prepayment', 'overpayment') and deleted_on is null
        and reversed_on is null and applied_on >= :day
""")

_UNAPPLIED_PAYMENTS = text("""
    select currency, sum(unapplied) as amount, max(paid_on) as last from payments
    where customer_id = :customer and unapplied > 0 and status = 'open' and deleted_on is null
        and (cast(:currency as text) is null or currency = :currency)
    group by currency order by currency limit 3
""")

_UNAPPLIED_CREDITS = text("""
    select currency, sum(unapplied) as amount, max(issued_on) as last from credit_memos
    where customer_id = :customer and unapplied > 0 and status = 'open' and deleted_on is null
        and (cast(:currency as text) is null or currency = :currency)
    group by currency order by currency limit 3
""")

_SAME_REASON = text("""
    select count(*) from disputes
    where customer_id = :customer and code = :code and id <> :id and opened_at > :since
""")

_LOOK_ALIKES = text("""
    select outcome, count(*) from disputes
    where customer_id = :customer_id and code = :code and id <> :id and status = 'resolved' group by outcome
    order by outcome
""")
