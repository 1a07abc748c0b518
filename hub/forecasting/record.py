"""What a model was trained from, so that it can be trained again: the ledger's window and digest, features, seed."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np

from hub.errors import ConflictError
from hub.forecasting.days import to_date, to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.settlement import Outcome

FEATURE_VERSION = 6
"""Counts up with every change of what features mean; a model of other features than today's cannot be trained again."""

# Of an invoice, its names teach nothing; of the ledger's other columns each may.
_NUMBERS = ("customer", "currency", "issued", "due", "amount", "draft", "disputed", "electronic", "outcome", "closed")
_TEXTS = ("terms", "customer_name", "country", "industry", "currencies")
_OF_CUSTOMERS = tuple(
    each.name for each in fields(LedgerFrame) if each.name in ("customer_id", "customer_name", "country", "industry")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingData:
    """The invoices a model learnt from: issued from `first` to `last`, as known at the end of `as_of`.

    They were cut from the ledger as it stood at the end of `drawn_on`, which is later for models of a backtest.

    `digest` is of all that training reads of them. Of big ledgers a contest takes so many `customers` only, drawn with
    `seed`; None is all.
    """

    as_of: date
    drawn_on: date
    first: date | None
    last: date | None
    invoices: int
    payments: int
    customers: int | None
    seed: int
    digest: str


class OtherDataError(ConflictError):
    """The ledger is no longer what the model was trained from, so the same model cannot come of it."""

    code, title = "other_training_data", "Other training data"


def taken(frame: LedgerFrame, most: int | None, seed: int = 0) -> tuple[LedgerFrame, int | None]:
    """The invoices of some customers, about `most` of them, drawn with `seed`; and of how many customers.

    The whole ledger, and None, where it has no more. A customer comes with all of its invoices, or features would
    show a history that never was.
    """
    if most is None or len(frame) <= most:
        return frame, None
    drawn = np.random.default_rng(seed).permutation(len(frame.customer_id))
    each = np.bincount(frame.customer, minlength=len(drawn))[drawn]
    count = max(1, int(np.searchsorted(np.cumsum(each), most, side="right")))
    return only(frame, count, seed), count


def only(frame: LedgerFrame, customers: int | None, seed: int) -> LedgerFrame:
    """The invoices of so many customers, drawn with `seed`, as `taken` drew them."""
    if customers is None:
        return frame
    drawn = np.random.default_rng(seed).permutation(len(frame.customer_id))[:customers]
    keep = np.zeros(len(frame.customer_id), dtype=bool)
    keep[drawn] = True
    return frame.take(keep[frame.customer])


def canonical(known: LedgerFrame) -> LedgerFrame:
    """The frame with customers and currencies counted in an order that later ones cannot change."""
    _, first, at = np.unique(known.customer, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    kept = known.customer[np.sort(first)]
    used = np.unique(known.currency)
    return replace(
        known,
        customer=place[at.reshape(-1)],
        currency=np.searchsorted(used, known.currency).astype(np.int16),
        currencies=tuple(known.currencies[code] for code in used),
        **{name: getattr(known, name)[kept] for name in _OF_CUSTOMERS},
    )


def describe(
    known: LedgerFrame, as_of: date, drawn_on: date, *, customers: int | None = None, seed: int = 0
) -> TrainingData:
    """The record of the data in a frame that has been cut to what training reads."""
    return TrainingData(
        as_of=as_of,
        drawn_on=drawn_on,
        first=to_date(int(known.issued.min())) if len(known) else None,
        last=to_date(int(known.issued.max())) if len(known) else None,
        invoices=len(known),
        payments=int((known.outcome == Outcome.PAID).sum()),
        customers=customers,
        seed=seed,
        digest=digest(known),
    )


def digest(known: LedgerFrame) -> str:
    """A SHA-256 of all that training reads of a frame."""
    found = hashlib.sha256(str(known.day).encode())
    for name in _NUMBERS:
        found.update(np.ascontiguousarray(getattr(known, name)).tobytes())
    for name in _TEXTS:
        found.update("\x1f".join(map(str, getattr(known, name, ()))).encode())
    parts = known.settlements
    for column in (parts.row, parts.day, parts.amount, parts.means):
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


def frame_of(data: TrainingData, frame: LedgerFrame) -> LedgerFrame:
    """The frame a model was trained from, out of the ledger as it is now. Raises OtherDataError where that is gone."""
    known = only(canonical(frame.as_of(to_day(data.drawn_on))), data.customers, data.seed).as_of(to_day(data.as_of))
    if digest(known) != data.digest:
        raise OtherDataError(
            f"The ledger as of {data.as_of} now holds {len(known):,} invoices that differ from the {data.invoices:,} "
            "the model was trained from: something of that time was changed or erased since."
        )
    return known


def to_json(data: TrainingData) -> dict[str, Any]:
    """The record as plain JSON values."""
    days = {name: None if (day := getattr(data, name)) is None else day.isoformat() for name in _DAYS}
    return asdict(data) | days


def from_json(data: Mapping[str, Any]) -> TrainingData:
    """What `to_json` returned."""
    days = {name: None if data[name] is None else date.fromisoformat(data[name]) for name in _DAYS}
    return TrainingData(**{**data, **days})


_DAYS = ("as_of", "drawn_on", "first", "last")
