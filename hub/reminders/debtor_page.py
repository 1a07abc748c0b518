"""The debtor's own page: what one customer owes, and what they can say to it without signing in.

They promise a day, object, say that they have paid, or ask for a copy. Each is bounded: a day within MOST_DAYS_AHEAD,
MOST_PROMISES and MOST_OBJECTIONS of an invoice, objections up to what is left, one copy asked for at a time. Nothing of
any other customer is shown, nor what the tenant notes of this one; of a credit that was agreed and that the books do
not show yet, the amount alone. What is asked is what reminders ask. Sessions are the link's tenant's; `today` is the
tenant's day.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub import live
from hub.channels import suppressions
from hub.disputes.capture import Opening, open_disputes
from hub.disputes.card_numbers import strike_out
from hub.errors import ConflictError, HubError, InvalidError
from hub.ledger import promises, suppression
from hub.ledger.adjustments import COMING_OFF
from hub.reminders import copies, settings
from hub.reminders.debtor_links import Link, LinkError
from hub.reminders.fact_sheet import payment_link
from hub.storage.audit import Actor

MOST_SHOWN = 200
"""Invoices on the page, the oldest first; the sums are of all."""
MOST_DAYS_AHEAD = 60
MOST_PROMISES = 3
"""Promises of one invoice that the page takes; then people speak to each other."""
MOST_OBJECTIONS = 5
"""Objections to one invoice that the page takes, whatever became of them."""

DEBTOR = Actor(kind="anonymous", id="debtor_page", name="the debtor's page")
"""Who acts: whoever holds the link. To which address it was sent is with what they say, and not in the audit."""


def show(session: Session, link: Link, company: str, today: date) -> dict[str, Any]:
    """The page's document; `company` is to whom it is owed. Raises LinkError."""
    customer = _customer(session, link)
    known = settings.read(session)
    sender = known["sender"]
    invoices = [_shown(row, known, today) for row in _invoices(session, link.customer_id)]
    return {
        "language": link.language,
        "expires_at": link.expires_at,
        "company": company,
        "contact": {name: sender[name] or None for name in ("name", "phone", "reply_to")},
        "customer": customer,
        "today": today,
        "invoices": invoices[:MOST_SHOWN],
        "is_cut": len(invoices) > MOST_SHOWN,
        "totals": [dict(row) for row in session.execute(_TOTALS, _of(link)).mappings()],
        "bank": known["bank"],
        "last_promised_on": today + timedelta(days=MOST_DAYS_AHEAD),
    }


def company_of(session: Session, tenant_name: str) -> str:
    """To whom it is owed: as the settings of reminders say, else the tenant."""
    return str(settings.read(session)["sender"]["company"] or tenant_name)


def promise(
    session: Session,
    link: Link,
    invoice_ids: Collection[UUID],
    now: datetime,
    *,
    today: date,
    promised_on: date | None = None,
    paid_on: date | None = None,
    note: str | None = None,
) -> None:
    """Promise to pay these invoices by a day, or say that they were paid on one; all of them or none.

    What is in dispute of them, or agreed to be credited, is left out. Raises InvalidError, ConflictError, LinkError.
    """
    if promised_on is not None and promised_on > today + timedelta(days=MOST_DAYS_AHEAD):
        message = f"At most {MOST_DAYS_AHEAD} days ahead; for a later day, answer the mail or call."
        raise InvalidError("This day is too far away.", fields={"promised_on": message})
    found = _owned(session, link, invoice_ids)
    for place, row in enumerate(found):
        try:
            _check_promise(session, row)
            promises.promise(
                session,
                row["id"],
                channel="portal",
                now=now,
                today=today,
                promised_on=promised_on,
                paid_on=paid_on,
                amount=None if row["undisputed"] == row["balance"] else row["undisputed"],
                note=None if note is None else strike_out(note),
                made_by=link.address,
                reminder_id=link.reminder_id,
            )
        except ConflictError as error:
            raise _at(error, place) from error


def object_to(
    session: Session, link: Link, invoice_id: UUID, said: str, now: datetime, *, today: date, amount: Decimal | None
) -> None:
    """Object to what is left of an invoice, or to `amount` of it; it is not asked for until that is settled.

    Left is what is neither in dispute already nor agreed to be credited. Raises InvalidError, ConflictError where
    nothing is left or MOST_OBJECTIONS were made, LinkError.
    """
    (row,) = _owned(session, link, [invoice_id])
    if (session.scalar(_OBJECTIONS, {"invoice": row["id"]}) or 0) >= MOST_OBJECTIONS:
        number = row["number"]
        raise ConflictError(f"{MOST_OBJECTIONS} objections to {number} were made here. Please answer the mail or call.")
    left: Decimal = row["undisputed"]
    if left <= 0:
        raise ConflictError(f"All of {row['number']} is in dispute already or agreed to be credited.")
    if amount is not None and amount > left:
        message = f"At most {left:f} {row['currency']}."
        raise InvalidError("More is objected to than is left of the invoice.", fields={"amount": message})
    if amount is None and left < row["balance"]:
        amount = left
    opening = Opening(text=said, source="portal", invoice_id=row["id"], sender=link.address, amount=amount)
    open_disputes(session, [opening], now, today=today)


def ask_for_copies(session: Session, link: Link, invoice_ids: Collection[UUID], now: datetime) -> None:
    """Ask for copies of these invoices, to be sent to the address of the link. Asked for again, it is the same."""
    for row in _owned(session, link, invoice_ids):
        copies.ask(session, row["customer_id"], row["id"], link.address, link.reminder_id, now)


def unsubscribe(session: Session, link: Link, now: datetime) -> None:
    """End the mails that no person writes to the link's address; the customer and what they owe stay as they are."""
    suppressions.add(
        session,
        link.address,
        "unsubscribed",
        now=now,
        by=DEBTOR.name,
        detail="Unsubscribed by a link in a mail.",
        reminder_id=link.reminder_id,
    )


def check_person(session: Session, link: Link) -> None:
    """Raise LinkError where the person that the link was sent to was erased since."""
    erased = suppression.load(session)
    if erased is not None and erased.address(link.address):
        raise LinkError("This link leads nowhere any more.")


def tell(session: Session, link: Link) -> None:
    """Tell the tenant's open pages that the customer said something."""
    live.tell_after_commit(session, "debtor-said", customer_id=str(link.customer_id))


def _check_promise(session: Session, row: Mapping[str, Any]) -> None:
    if row["undisputed"] <= 0:
        raise ConflictError(f"All of {row['number']} is in dispute or agreed to be credited: nothing is asked for.")
    if row["promises"] >= MOST_PROMISES:
        raise ConflictError(f"{row['number']} was promised {MOST_PROMISES} times here. Please answer the mail or call.")


def _at(error: HubError, place: int) -> InvalidError:
    return InvalidError(error.detail, fields={f"invoice_ids.{place}": error.detail})


def _owned(session: Session, link: Link, invoice_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """These open invoices of the link's customer. Raises InvalidError where one is none of theirs, or is not open."""
    _customer(session, link)
    wanted = list(dict.fromkeys(invoice_ids))
    rows = session.execute(_SOME, _of(link) | {"ids": wanted}).mappings()
    found = {row["id"]: dict(row) for row in rows}
    problems = {
        f"invoice_ids.{place}": "This is no open invoice of yours."
        for place, each in enumerate(wanted)
        if each not in found
    }
    if problems:
        raise InvalidError("An invoice is not open any more. Load the page again.", fields=problems)
    return [found[each] for each in wanted]


def _customer(session: Session, link: Link) -> str:
    check_person(session, link)
    name: str | None = session.scalar(_CUSTOMER, _of(link))
    if name is None:
        raise LinkError("This link leads nowhere any more.")
    return name


def _invoices(session: Session, customer_id: UUID) -> Sequence[Mapping[str, Any]]:
    rows = session.execute(_OPEN, {"customer": customer_id, "most": MOST_SHOWN + 1}).mappings()
    return [dict(row) for row in rows]


def _shown(row: Mapping[str, Any], known: Mapping[str, Any], today: date) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "number", "issued_on", "due_on", "currency", "total")},
        "open": row["balance"],
        **{name: row[name] for name in ("credited", "disputed", "asked")},
        "days_overdue": max((today - row["due_on"]).days, 0),
        "promise": None
        if row["promised_on"] is None
        else {
            "promised_on": row["promised_on"],
            "paid_on": row["paid_on"],
            "amount": row["promised"],
        },
        "can_promise": row["undisputed"] > 0 and row["promises"] < MOST_PROMISES,
        "is_copy_asked": row["is_copy_asked"],
        "payment_link": payment_link(known, [row["number"]]) or None,
    }


def _of(link: Link) -> dict[str, Any]:
    return {"customer": link.customer_id}


_ROWS = f"""
    select *, balance - disputed - credited as undisputed,
           greatest(balance - disputed - credited - claimed, 0.0000) as asked
    from (
        select i.id, i.customer_id, i.number, i.issued_on, i.due_on, i.currency, i.total, i.balance, c.credited,
               least(i.balance - c.credited, coalesce(d.disputed, case
                   when i.disputed then coalesce(i.disputed_amount, i.balance) else 0.0000 end)) as disputed,
               p.promised_on, p.paid_on, p.amount as promised,
               case when p.paid_on is null then 0 else p.amount end as claimed,
               (select count(*) from promises m where m.invoice_id = i.id and m.channel = 'portal'
                    and m.status <> 'cancelled') as promises,
               exists (select from copy_requests r where r.invoice_id = i.id and r.sent_at is null) as is_copy_asked
        from invoices i
        left join promises p on p.invoice_id = i.id and p.status = 'open'
        cross join lateral (
            select least(coalesce(sum(a.amount), 0.0000), i.balance) as credited from adjustments a
            where a.invoice_id = i.id and {COMING_OFF}
        ) c
        left join lateral (
            -- What was agreed of a dispute that is not settled yet is no longer in dispute.
            select sum(greatest(coalesce(h.amount, i.balance) - coalesce((
                select sum(a.amount) from adjustments a
                where a.dispute_id = h.source_id and a.invoice_id = i.id and {COMING_OFF}
            ), 0), 0.0000)) as disputed
            from holds h
            where h.invoice_id = i.id and h.kind = 'dispute' and h.released_at is null
        ) d on true
        where i.customer_id = :customer and i.balance > 0 and i.status in ('open', 'partially_paid')
    ) owed
"""
_OPEN = text(f"{_ROWS} order by due_on, number, id limit :most")
_SOME = text(f"{_ROWS} where id = any(:ids)")
_CUSTOMER = text("select name from customers where id = :customer and deleted_on is null")
_OBJECTIONS = text("select count(*) from disputes where invoice_id = :invoice and source = 'portal'")
_TOTALS = text(f"""
    select currency, count(*) as invoices, sum(balance) as open, sum(credited) as credited, sum(asked) as asked
    from ({_ROWS}) each_one group by currency order by currency
""")
