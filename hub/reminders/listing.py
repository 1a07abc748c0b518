"""The list of reminders: rows as JSON text from the database, with counts of what each filter would leave.

Customers, policies and channels are joined by their tables' names, for the names that people know them by.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson

from hub.http.paging import Key, Sort, page_body, sorts
from hub.ledger.filtering import matches, pattern
from hub.ledger.totals import COUNTED, grouped_totals
from hub.storage.session import Storage

_LATE, _EARLY = "9999-12-31T00:00:00+00:00", "1970-01-01T00:00:00+00:00"
_AMOUNT = "coalesce((r.totals -> 0 ->> 'amount')::numeric, 0)"
_TABLES = """
    reminders r left join customers c on c.id = r.customer_id left join reminder_policies p on p.id = r.policy_id
    left join channels h on h.id = r.channel_id
"""

_ID = Key("id", "r.id", "uuid")
REMINDER_SORTS: dict[str, Sort] = sorts(
    # What has no time yet comes last, and what was not sent is the oldest.
    (
        "scheduled_at",
        [Key("scheduled_at", f"coalesce(r.scheduled_at, '{_LATE}'::timestamptz)", "timestamptz", _LATE), _ID],
    ),
    ("sent_at", [Key("sent_at", f"coalesce(r.sent_at, '{_EARLY}'::timestamptz)", "timestamptz", _EARLY), _ID]),
    ("customer", [Key("customer_name", "coalesce(c.name, '')", "text", ""), _ID]),
    ("amount", [Key("amount", _AMOUNT, "numeric"), _ID]),
)

_FILTERS = {
    "status": "r.status = any(%(status)s)",
    "customer_id": "r.customer_id = %(customer_id)s",
    "invoice_id": (
        "r.id in (select x.reminder_id from reminder_items x where x.invoice_id = %(invoice_id)s and x.dropped is null)"
    ),
    "policy_id": "r.policy_id = %(policy_id)s",
    "channel_id": "r.channel_id = %(channel_id)s",
    "delivery": "r.delivery = any(%(delivery)s)",
    "kind": "r.kind = any(%(kind)s)",
    "scheduled_from": "r.scheduled_at >= %(scheduled_from)s",
    "scheduled_to": "r.scheduled_at <= %(scheduled_to)s",
    "sent_from": "r.sent_at >= %(sent_from)s",
    "sent_to": "r.sent_at <= %(sent_to)s",
    "q": (
        "('R-' || r.number = upper(%(asked)s) or c.name ilike %(q)s or r.subject ilike %(q)s or r.id in"
        " (select x.reminder_id from reminder_items x join invoices i on i.id = x.invoice_id"
        " where i.number ilike %(q)s))"
    ),
}
FACETS = ("status", "kind", "delivery")
_GROUPED = (*FACETS, "currency")

_ROW = f"""
       r.id, r.number, r.kind, r.status, r.reason, r.customer_id, c.name as customer_name, r.policy_id,
       p.name as policy_name, r.stage, r.channel_id, h.name as channel_name, r.writer, r.tone, r.language,
       r.recipients, r.subject, r.totals, {_AMOUNT}::text as amount,
       r.totals -> 0 ->> 'currency' as currency, r.approve, r.is_edited, r.fell_back,
       (select count(*) from reminder_items x where x.reminder_id = r.id and x.dropped is null) as invoices,
       r.scheduled_at, r.sent_at, r.delivery, r.opened_at, r.replied_at, r.created_at, r.version
"""
_PAGE = """
select to_json(page)::text from (
  select {row} from {tables} where {where} order by {order_by} limit %(limit)s + 1) page
"""
_TOTALS = """
select status, kind, delivery, currency, count(*), sum(amount) from (
  select r.status, r.kind, r.delivery, coalesce(r.totals -> 0 ->> 'currency', '') as currency, {amount} as amount
  from {tables} where {where} limit %(counted)s + 1) r
group by 1, 2, 3, 4
"""
_SUMS = """
select t.currency, count(*), sum(t.amount)::numeric(19,4)::text
from (select r.totals from {tables} where {where} limit %(counted)s) r,
     jsonb_to_recordset(r.totals) as t(currency text, amount numeric)
group by 1 order by 1
"""
_CUSTOMERS = (
    "select count(distinct customer_id) from (select r.customer_id from {tables} where {where} limit %(counted)s) r"
)
_IDS = "select r.id from {tables} where {where} order by r.number limit %(limit)s"


def list_reminders(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> bytes:
    """One page of reminders as JSON text, by the filters and the order of `arguments`.

    `include` "totals" and "facets" add what the page is part of: how many, to how many customers, and what they ask
    for by currency.
    """
    arguments = _prepared(arguments)
    extra = b""
    include = arguments.get("include", ())
    if "totals" in include or "facets" in include:
        extra = b',"totals":' + orjson.dumps(_added_up(storage, tenant, arguments))
    sort = REMINDER_SORTS[arguments["sort"]]
    position = sort.position(arguments["cursor"]) if "cursor" in arguments else {}
    statement = _statement(_where(arguments), sort, after=bool(position))
    rows = [row[0] for row in storage.read(tenant, statement, {**arguments, **position})]
    return page_body(rows, arguments["limit"], sort, extra)


def ids_of(storage: Storage, tenant: str, arguments: Mapping[str, Any], limit: int) -> list[UUID]:
    """The first `limit` reminders that match, in the order in which they were made."""
    arguments = _prepared(arguments) | {"limit": limit}
    query = _IDS.format(tables=_TABLES, where=" and ".join(_where(arguments)))
    return [row[0] for row in storage.read(tenant, query, arguments)]


def _added_up(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    found = grouped_totals(
        storage, tenant, arguments, query=_totals, where=_where, facets=FACETS, grouped=_GROUPED, sums=("amount",)
    )
    where, counted = " and ".join(_where(arguments)), {**arguments, "counted": COUNTED}
    # A reminder may ask for several currencies, so that its amounts cannot be summed with the counts of the facets.
    sums = storage.read(tenant, _SUMS.format(tables=_TABLES, where=where), counted)
    customers = storage.read(tenant, _CUSTOMERS.format(tables=_TABLES, where=where), counted)
    return found | {
        "customers": customers[0][0],
        "by_currency": [{"currency": row[0], "count": row[1], "amount": row[2]} for row in sums],
    }


def _prepared(arguments: Mapping[str, Any]) -> dict[str, Any]:
    if "q" not in arguments:
        return dict(arguments)
    return {**arguments, "asked": arguments["q"], "q": pattern(arguments["q"])}


def _where(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return matches(_FILTERS, {}, arguments) or ("true",)


@lru_cache(maxsize=1024)
def _statement(where: tuple[str, ...], sort: Sort, *, after: bool) -> str:
    return _PAGE.format(
        row=_ROW,
        tables=_TABLES,
        where=" and ".join([*where, sort.after] if after else where),
        order_by=sort.order_by,
    )


def _totals(where: tuple[str, ...]) -> str:
    return _TOTALS.format(amount=_AMOUNT, tables=_TABLES, where=" and ".join(where))
