"""The whole ledger as plain columns, for the forecasts: read in two passes by the driver, no objects per row."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from hub.ledger.promises import MOST_TIMES
from hub.storage.session import driver

_NEVER = 2**30
_DAY = "({0} - date '1970-01-01')"

_INVOICES = f"""
    select id, number, customer_id, currency, {_DAY.format("issued_on")}, {_DAY.format("due_on")}, total::float8,
           case when status in ('draft', 'void', 'written_off') then status else 'open' end,
           coalesce(terms, ''), coalesce(disputed, false), electronic::int::float8, exchange_rate::float8
    from invoices where status <> 'deleted' order by id
"""
_ALLOCATIONS = f"""
    select invoice_id, kind, amount::float8, {_DAY.format("applied_on")},
           coalesce({_DAY.format("reversed_on")}, {_NEVER})
    from allocations where deleted_on is null and invoice_id is not null and (source_id in (
        select id from payments where deleted_on is not null or status <> 'open'
        union all select id from credit_memos where deleted_on is not null or status <> 'open'
    )) is not true order by invoice_id, id
"""
# A hold counts from the end of a day that has begun everywhere on Earth; one of which nobody said when it may end is
# taken to last as long as most disputes are given.
_HOLDS = f"""
    select invoice_id, {_DAY.format("placed_on")}, coalesce({_DAY.format("released_on")}, {_NEVER}),
           {_DAY.format("coalesce(until, placed_on + 15)")}, amount::float8
    from (
        select *, (placed_at at time zone 'Etc/GMT+12')::date as placed_on,
               (released_at at time zone 'Etc/GMT+12')::date as released_on
        from holds where kind not in ('promise', 'payment_in_flight')
    ) held order by invoice_id, placed_at, id
"""
# As with holds. What was put off for the third time was not kept; what was superseded before says nothing, nor what was
# cancelled.
_PROMISES = f"""
    select invoice_id, {_DAY.format("made_on")}, coalesce({_DAY.format("settled_on")}, {_NEVER}),
           {_DAY.format("promised_on")}, {_DAY.format("until")}, amount::float8,
           case status when 'kept' then 1.0 when 'partly_kept' then 0.5 when 'broken' then 0.0
               when 'superseded' then case when times + 1 >= {MOST_TIMES} then 0.0 end end::float8
    from (
        select *, (made_at at time zone 'Etc/GMT+12')::date as made_on,
               (settled_at at time zone 'Etc/GMT+12')::date as settled_on
        from promises
    ) promised order by invoice_id, made_at, id
"""
_CUSTOMERS = "select id, name, coalesce(country, ''), coalesce(industry, '') from customers order by id"


@dataclass(frozen=True, slots=True)
class LedgerColumns:
    """Invoices, allocations, holds, promises and customers as equally long columns.

    Days are days since 1970-01-01, amounts are floats. `customer` is a position in the customers' columns,
    `settled_row` and `row` of a hold or a promise are positions in the invoices'. Deleted records and allocations of
    invoices that are not there are left out, and those of payments and credit memos that do not count. Holds are those
    that keep payment off: promises are apart.
    """

    customers: dict[str, tuple[Any, ...]]
    invoices: dict[str, tuple[Any, ...]]
    allocations: dict[str, tuple[Any, ...]]
    holds: dict[str, tuple[Any, ...]]
    promises: dict[str, tuple[Any, ...]]


def read_columns(session: Session) -> LedgerColumns:
    """The ledger of the session's tenant as it is now."""
    with _uncollected():
        return _read(session)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rows hold no cycles: looking for garbage among them, over and over, took most of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read(session: Session) -> LedgerColumns:
    with driver(session).cursor(binary=True) as cursor:
        customers = cursor.execute(_CUSTOMERS).fetchall()
        invoices = cursor.execute(_INVOICES).fetchall()
        allocations = cursor.execute(_ALLOCATIONS).fetchall()
        holds = cursor.execute(_HOLDS).fetchall()
        promises = cursor.execute(_PROMISES).fetchall()
    known_as: dict[UUID, tuple[str, str, str]] = {row[0]: row[1:] for row in customers}
    for invoice in invoices:
        known_as.setdefault(invoice[2], (str(invoice[2]), "", ""))
    position = {customer: row for row, customer in enumerate(known_as)}
    row_of = {invoice[0]: row for row, invoice in enumerate(invoices)}
    known = [(row_of[part[0]], *part[1:]) for part in allocations if part[0] in row_of]
    return LedgerColumns(
        customers=_columns(
            [(customer, *stated) for customer, stated in known_as.items()],
            "customer_id customer_name country industry",
        ),
        invoices=_columns(
            [(*row[:2], position[row[2]], *row[3:]) for row in invoices],
            "invoice_id number customer currency issued due amount status terms disputed electronic rate",
        ),
        allocations=_columns(known, "settled_row settled_kind settled_amount applied reversed_"),
        holds=_columns(
            [(row_of[hold[0]], *hold[1:]) for hold in holds if hold[0] in row_of], "row placed released until amount"
        ),
        promises=_columns(
            [(row_of[made[0]], *made[1:]) for made in promises if made[0] in row_of],
            "row made settled promised until amount kept",
        ),
    )


def _columns(rows: list[tuple[Any, ...]], names: str) -> dict[str, tuple[Any, ...]]:
    found = tuple(zip(*rows, strict=True)) if rows else ((),) * len(names.split())
    return dict(zip(names.split(), found, strict=True))
