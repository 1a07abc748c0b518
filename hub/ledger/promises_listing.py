"""The list of promises: rows as JSON text from the database, with counts of what each filter would leave."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from hub.http.paging import MAX_LIMIT, Key, Sort, page_body, sorts
from hub.ledger.filtering import matches, pattern
from hub.ledger.totals import grouped_totals
from hub.storage.session import Storage, driver

_ID = Key("id", "p.id", "uuid")
PROMISE_SORTS: dict[str, Sort] = sorts(
    ("promised_on", [Key("promised_on", "p.promised_on", "date"), _ID]),
    ("made_at", [Key("made_at", "p.made_at", "timestamptz"), _ID]),
    ("amount", [Key("amount", "p.amount", "numeric"), _ID]),
    ("customer", [Key("customer_name", "coalesce(c.name, '')", "text", ""), _ID]),
)
FACETS = ("status", "channel")

_TABLES = "promises p left join invoices i on i.id = p.invoice_id left join customers c on c.id = p.customer_id"
_OVERDUE = "(p.status = 'open' and p.promised_on < %(today)s)"
_FILTERS = {
    "status": "p.status = any(%(status)s)",
    "channel": "p.channel = any(%(channel)s)",
    "customer_id": "p.customer_id = %(customer_id)s",
    "invoice_id": "p.invoice_id = %(invoice_id)s",
    "currency": "p.currency = %(currency)s",
    "promised_from": "p.promised_on >= %(promised_from)s",
    "promised_to": "p.promised_on <= %(promised_to)s",
    "made_from": "p.made_at >= %(made_from)s",
    "made_to": "p.made_at <= %(made_to)s",
    "q": "(i.number ilike %(q)s or c.name ilike %(q)s or p.made_by ilike %(q)s or p.note ilike %(q)s)",
}
_FLAGS = {("overdue", True): _OVERDUE, ("overdue", False): f"not {_OVERDUE}"}
_ROW = f"""
       p.id, p.invoice_id, i.number as invoice_number, p.customer_id, c.name as customer_name, p.amount::text as amount,
       p.currency, p.promised_on, p.until, p.paid_on, p.made_at, p.channel, p.note, p.made_by, p.reminder_id, p.status,
       {_OVERDUE} as is_overdue, p.settled_at, p.paid::text as paid, p.times, p.version
"""
_PAGE = """
select to_json(page)::text from (
  select {row} from {tables} where {where} order by {order_by} limit %(limit)s + 1) page
"""
_TOTALS = """
select status, channel, currency, count(*), sum(amount), sum(paid) from (
  select p.status, p.channel, p.currency, p.amount, p.paid from {tables} where {where} limit %(counted)s + 1) p
group by 1, 2, 3
"""


def list_promises(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> bytes:
    """One page of promises as JSON text, by the filters and the order of `arguments`, which hold `today` too.

    `include` "totals" and "facets" add what the page is part of.
    """
    if "q" in arguments:
        arguments = {**arguments, "q": pattern(arguments["q"])}
    extra = b""
    if {"totals", "facets"} & set(arguments.get("include", ())):
        grouped, sums = (*FACETS, "currency"), ("amount", "paid")
        found = grouped_totals(
            storage, tenant, arguments, query=_totals, where=_where, facets=FACETS, grouped=grouped, sums=sums
        )
        extra = b',"totals":' + orjson.dumps(found)
    sort = PROMISE_SORTS[arguments["sort"]]
    position = sort.position(arguments["cursor"]) if "cursor" in arguments else {}
    statement = _statement(_where(arguments), sort, after=bool(position))
    rows = [row[0] for row in storage.read(tenant, statement, {**arguments, **position})]
    return page_body(rows, arguments["limit"], sort, extra)


def show_some(session: Session, ids: Collection[UUID], today: date) -> list[dict[str, Any]]:
    """These promises as the list shows them, newest first."""
    return _show(session, "p.id = any(%(ids)s)", {"ids": list(ids), "today": today})


def show_of_invoice(session: Session, invoice_id: UUID, today: date) -> list[dict[str, Any]]:
    """The newest promises of an invoice as the list shows them, newest first."""
    return _show(session, "p.invoice_id = %(id)s", {"id": invoice_id, "today": today})


def _show(session: Session, where: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    query = _PAGE.format(row=_ROW, tables=_TABLES, where=where, order_by="p.made_at desc, p.id")
    return [orjson.loads(row[0]) for row in driver(session).execute(query, {"limit": MAX_LIMIT, **values})]


def _where(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return matches(_FILTERS, _FLAGS, arguments) or ("true",)


@lru_cache(maxsize=1024)
def _statement(where: tuple[str, ...], sort: Sort, *, after: bool) -> str:
    conditions = " and ".join([*where, sort.after] if after else where)
    return _PAGE.format(row=_ROW, tables=_TABLES, where=conditions, order_by=sort.order_by)


def _totals(where: tuple[str, ...]) -> str:
    return _TOTALS.format(tables=_TABLES, where=" and ".join(where))
