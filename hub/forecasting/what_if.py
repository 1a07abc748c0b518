"""Scenarios as they are asked for: the newest run's book, changed by what the caller supposes. Nothing is stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import InvalidError
from hub.forecasting.book import Book
from hub.forecasting.book_store import load_book
from hub.forecasting.cash import By
from hub.forecasting.days import Days, to_day
from hub.forecasting.results import Dependence, Receipts
from hub.forecasting.scenarios import Compared, Draft, Mask, compare

OWN, ALL = 100, 1000
"""The latest payments of the customer and of everybody that an added invoice's delay is taken from."""
SHARE_OF_ALL = 4
"""Everybody's payments count as much as so many of the customer's own."""
_FIGURES = ("expected", "p10", "p50", "p90")

_RUN = text("select id, as_of, made_at, cash_flow from forecast_runs where id = (select max(id) from forecast_runs)")
_BY_COUNTRY = text("select id from customers where country = :country")
_OWN_DELAYS = text("""
    select paid_on - due_on from invoices where customer_id = :customer_id and paid_on is not null and status = 'paid'
    order by paid_on desc, id limit :most
""")
_DELAYS = text("""
    select paid_on - due_on from invoices where paid_on is not null and status = 'paid'
    order by paid_on desc, id limit :most
""")


def scenarios(session: Session, wanted: Sequence[Mapping[str, Any]], by: By, horizon: int) -> dict[str, Any] | None:
    """Each scenario beside the base, per currency and period, with what it assumes; None before the first forecast.

    Raises InvalidError, naming the field, where a change is about nothing that is open.
    """
    run = session.execute(_RUN).one_or_none()
    book = None if run is None else load_book(session, run.id)
    if run is None or book is None:
        return None
    drafts, assumed = [], []
    for place, scenario in enumerate(wanted):
        draft, sentences = Draft(book), []
        for step, change in enumerate(scenario["changes"]):
            try:
                sentences.append(_KINDS[change["kind"]](session, draft, change))
            except InvalidError as error:
                where = f"scenarios.{place}.changes.{step}"
                raise InvalidError(error.detail, fields={where: error.detail}) from error
        drafts.append(draft)
        assumed.append(sentences)
    dependence = Dependence(**run.cash_flow.get("dependence", {}))
    found = compare(book, dependence, [draft.change() for draft in drafts], by, horizon)
    return {
        "as_of": run.as_of,
        "made_at": run.made_at,
        "by": by,
        "scenarios": [
            {"name": scenario.get("name"), "assumes": sentences, "currencies": _currencies(each)}
            for scenario, sentences, each in zip(wanted, assumed, found, strict=True)
        ],
    }


def _stops_paying(session: Session, draft: Draft, change: Mapping[str, Any]) -> str:
    rows = _chosen(session, draft, change)
    draft.stop_paying(rows)
    return f"None of {_count(rows)} is paid."


def _terms(session: Session, draft: Draft, change: Mapping[str, Any]) -> str:
    rows, days = _chosen(session, draft, change), change["days"]
    draft.postpone(rows, days)
    return f"{_count(rows).capitalize()} due {_later(days)}, and paid as many days after due as was forecast."


def _push(session: Session, draft: Draft, change: Mapping[str, Any]) -> str:
    rows, days, share = _chosen(session, draft, change), change["days"], change.get("share", 1.0)
    draft.postpone(rows, -days, share)
    return f"{_count(rows).capitalize()} paid {days} days sooner with a probability of {share:.0%}: your assumption."


def _paid_on(session: Session, draft: Draft, change: Mapping[str, Any]) -> str:
    rows = draft.select(invoice_id=change["invoice_id"].bytes)
    if not rows.any():
        raise InvalidError("This invoice is not open in the newest forecast.")
    draft.pay_on(rows, to_day(change["paid_on"]))
    return f"The invoice is paid on {max(change['paid_on'], _tomorrow(draft.book))}, for certain."


def _new_invoice(session: Session, draft: Draft, change: Mapping[str, Any]) -> str:
    if change["due_on"] < change["issued_on"]:
        raise InvalidError("An invoice cannot be due before it is issued.")
    delays, own = _delays(session, change["customer_id"])
    draft.add(
        customer=str(change["customer_id"]),
        currency=change["currency"],
        amount=float(change["amount"]),
        issued=to_day(change["issued_on"]),
        due=to_day(change["due_on"]),
        delays=delays,
    )
    return f"The new invoice is paid as late as the customer's latest {own} payments and, in part, everybody's."


_KINDS = {
    "stops_paying": _stops_paying,
    "terms": _terms,
    "collection_push": _push,
    "paid_on": _paid_on,
    "new_invoice": _new_invoice,
}


def _chosen(session: Session, draft: Draft, change: Mapping[str, Any]) -> Mask:
    customers = None
    if "country" in change:
        customers = frozenset(map(str, session.scalars(_BY_COUNTRY, {"country": change["country"]})))
    if "customer_id" in change:
        mine = frozenset([str(change["customer_id"])])
        customers = mine if customers is None else customers & mine
    rows = draft.select(customers=customers, currency=change.get("currency"))
    if not rows.any():
        raise InvalidError("No invoice is open in the newest forecast that this change is about.")
    return rows


def _delays(session: Session, customer_id: UUID) -> tuple[Days, int]:
    """Days from due to payment, each as likely as the next: the customer's own, and with less weight everybody's."""
    own = list(session.scalars(_OWN_DELAYS, {"customer_id": customer_id, "most": OWN}))
    every = sorted(session.scalars(_DELAYS, {"most": ALL}))
    if not every:
        raise InvalidError("Nothing was ever paid in this ledger, so nothing says when a new invoice would be.")
    # SHARE_OF_ALL payments that stand for everybody's, as many of them as keeps the shares of own and others right.
    quantiles = (np.arange(20 * SHARE_OF_ALL) + 0.5) / (20 * SHARE_OF_ALL)
    others = np.quantile(np.array(every), quantiles, method="nearest")
    return np.concatenate([np.repeat(np.array(own, dtype=np.int32), 20), others]).astype(np.int32), len(own)


def _currencies(compared: Compared) -> list[dict[str, Any]]:
    base = compared.base
    return [
        {
            "currency": currency,
            "periods": [
                {
                    "starts_on": starts_on,
                    "ends_on": ends_on,
                    "base": _figures(base, currency, place),
                    "scenario": _figures(compared.scenario, currency, place),
                    "difference": _figures(compared.difference, currency, place),
                }
                for place, (starts_on, ends_on) in enumerate(zip(base.starts, base.ends, strict=True))
            ],
        }
        for currency in sorted(base.expected)
    ]


def _figures(receipts: Receipts, currency: str, place: int) -> dict[str, str]:
    # Less than half a cent, of either sign, is nothing.
    return {name: f"{getattr(receipts, name)[currency][place]:z.2f}" for name in _FIGURES}


def _count(rows: Mask) -> str:
    return "1 open invoice" if rows.sum() == 1 else f"{rows.sum():,} open invoices"


def _later(days: int) -> str:
    return f"{abs(days)} day{'s' if abs(days) != 1 else ''} {'later' if days >= 0 else 'sooner'}"


def _tomorrow(book: Book) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + book.as_of + 1)
