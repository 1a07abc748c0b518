"""What the ledger says of the invoices that a reminder asks for, at this very moment: in the transaction that decides.

A reminder is never sent for what is paid, credited, disputed or promised; of an invoice that is held in part, the rest
is asked for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.storage.session import driver

_STANDING = """
    select i.id, i.number, i.status, i.currency, i.balance, i.stated_balance, i.customer_id,
           coalesce(h.is_whole, false) as is_held, coalesce(h.amount, 0) as held, h.kind as held_by,
           coalesce((c.profile ->> 'exclude_from_reminders')::boolean, false) as is_excluded
    from invoices i
    left join customers c on c.id = i.customer_id
    left join lateral (
        select bool_or(amount is null) as is_whole, sum(amount) as amount, min(kind) as kind
        from holds where invoice_id = i.id and released_at is null
    ) h on true
    where i.id = any(%(ids)s)
"""
_HELD = {
    "dispute": ("disputed", "is disputed"),
    "promise": ("promised", "is promised"),
    "payment_in_flight": ("payment_in_flight", "is being paid"),
    "legal": ("legal", "is with a lawyer or a court"),
    "manual": ("on_hold", "is on hold"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """An invoice that is not asked for: the reminder's item, and why as {code, sentence}."""

    item: Mapping[str, Any]
    reason: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is still to be asked for: each item with its amount now; and what fell away."""

    kept: tuple[tuple[Mapping[str, Any], Decimal], ...]
    dropped: tuple[Dropped, ...]

    @property
    def is_as_written(self) -> bool:
        """Whether nothing changed since the items were written down."""
        return not self.dropped and all(item["asked"] == amount for item, amount in self.kept)


def look(session: Session, items: Sequence[Mapping[str, Any]]) -> Look:
    """What has become of a reminder's items."""
    cursor = driver(session).execute(_STANDING, {"ids": [each["invoice_id"] for each in items]})
    names = [column.name for column in cursor.description or ()]
    found: dict[UUID, dict[str, Any]] = {row[0]: dict(zip(names, row, strict=True)) for row in cursor}
    kept, dropped = [], []
    for item in items:
        invoice = found.get(item["invoice_id"])
        if reason := _against(invoice):
            dropped.append(Dropped(item=item, reason=reason))
        else:
            assert invoice is not None
            kept.append((item, open_amount(invoice)))
    return Look(kept=tuple(kept), dropped=tuple(dropped))


def open_amount(invoice: Mapping[str, Any]) -> Decimal:
    """What may be asked for: what is open by the ledger and by its source, less what is held."""
    balance: Decimal = invoice["balance"]
    if invoice["stated_balance"] is not None:
        balance = min(balance, invoice["stated_balance"])
    rest: Decimal = balance - invoice["held"]
    return rest


def _against(invoice: Mapping[str, Any] | None) -> dict[str, str] | None:
    if invoice is None:
        return {"code": "gone", "sentence": "The invoice is no longer in the ledger."}
    number, status = invoice["number"], invoice["status"]
    if invoice["is_excluded"]:
        return {"code": "excluded", "sentence": "The customer is not to be reminded."}
    if status not in ("open", "partially_paid"):
        return {"code": status, "sentence": f"{number} is {status.replace('_', ' ')}."}
    if invoice["is_held"] or open_amount(invoice) <= 0:
        if invoice["held_by"] in _HELD:
            code, words = _HELD[invoice["held_by"]]
            return {"code": code, "sentence": f"{number} {words}."}
        return {"code": "paid", "sentence": f"Nothing is open of {number}."}
    return None
