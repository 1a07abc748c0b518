"""The lists of invoices and customers: one prepared statement per combination of filters, rows as JSON text.

PostgreSQL writes each row's JSON, so that a page costs this process next to nothing; the schemas say the same and a
contract test compares the two.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

import orjson

from hub.http.paging import Key, Sort, page_body, sorts
from hub.storage.session import Storage

STATUSES = ("draft", "open", "partially_paid", "paid", "credited", "written_off", "void", "deleted")
COUNTED = 100_000
"""Totals count no further than this many rows, and say so."""

_INVOICE_ID = Key("id", "i.id", "uuid")
INVOICE_SORTS = sorts(
    ("due_on", [Key("due_on", "i.due_on", "date"), _INVOICE_ID]),
    ("issued_on", [Key("issued_on", "i.issued_on", "date"), _INVOICE_ID]),
    ("balance", [Key("balance", "i.balance", "numeric"), _INVOICE_ID]),
    ("total", [Key("total", "i.total", "numeric"), _INVOICE_ID]),
)
_CUSTOMER_ID = Key("id", "c.id", "uuid")
CUSTOMER_SORTS = sorts(
    ("name", [Key("name", "c.name", "text"), _CUSTOMER_ID]),
    ("id", [_CUSTOMER_ID]),
    # In home currency, so that customers of several currencies stand in one order.
    ("expected_loss", [Key("expected_loss", "coalesce(r.expected_loss, 0)", "numeric"), _CUSTOMER_ID]),
)

# Conditions by filter. Each is written by us; what callers send goes in as a parameter only.
_INVOICE_FILTERS = {
    "status": "i.status = any(%(status)s)",
    "customer_id": "i.customer_id = %(customer_id)s",
    "currency": "i.currency = %(currency)s",
    "disputed": "i.disputed is not distinct from %(disputed)s",
    "due_from": "i.due_on >= %(due_from)s",
    "due_to": "i.due_on <= %(due_to)s",
    "issued_from": "i.issued_on >= %(issued_from)s",
    "issued_to": "i.issued_on <= %(issued_to)s",
    "number": "starts_with(i.number, %(number)s)",
}
_INVOICE_FLAGS = {
    # Said as the partial index says it, so that it can serve them.
    ("open", True): "i.balance > 0",
    ("open", False): "i.balance = 0",
    ("overdue", True): "i.balance > 0 and i.due_on < %(today)s",
    ("overdue", False): "not (i.balance > 0 and i.due_on < %(today)s)",
}
_CUSTOMER_FILTERS = {
    "currency": "c.currency = %(currency)s",
    "country": "c.country = %(country)s",
    "name": "c.name ilike %(name)s",
    # What people say of a customer counts before what a model says.
    "risk_level": "coalesce(c.profile ->> 'risk_override', r.risk_level) = %(risk_level)s",
}
_CUSTOMER_FLAGS = {
    ("open", True): "exists (select from agg_customer a where a.customer_id = c.id and a.open_balance > 0)",
    ("open", False): "not exists (select from agg_customer a where a.customer_id = c.id and a.open_balance > 0)",
}

_INVOICES = """
select to_json(page)::text from (
  select i.id, i.number, i.customer_id, c.name as customer_name, i.issued_on, i.due_on, i.currency,
         i.total::text as total, i.balance::text as balance, i.status, i.paid_on, i.terms, i.disputed,
         case when i.balance > 0 then greatest(%(today)s::date - i.due_on, 0) else 0 end as days_overdue, i.version
  from invoices i left join customers c on c.id = i.customer_id
  where {where} order by {order_by} limit %(limit)s + 1) page
"""
_CUSTOMERS = """
select to_json(page)::text from (
  select c.id, c.name, c.email, c.currency, c.country, c.industry, c.credit_score, c.credit_limit::text as credit_limit,
         c.version, coalesce(a.balances, '[]'::json) as balances,
         coalesce(c.profile ->> 'risk_override', r.risk_level) as risk_level, r.p_late30,
         coalesce(r.expected_loss, 0)::numeric(19,4)::text as expected_loss
  from customers c
  left join customer_risk r on r.customer_id = c.id and r.run_id = (select max(run_id) from risk_runs)
  left join lateral (
    select json_agg(json_build_object(
             'currency', b.currency, 'open_balance', b.open_balance::text, 'unapplied', b.unapplied::text,
             'open_invoices', b.open_invoices, 'oldest_due_on', b.oldest_due_on, 'mean_days_late', b.mean_days_late
           ) order by b.currency) as balances
    from agg_customer b where b.customer_id = c.id) a on true
  where {where} order by {order_by} limit %(limit)s + 1) page
"""
# Grouped over a bounded number of rows, so that the question costs the same however large the ledger is.
_INVOICE_TOTALS = """
select i.status, i.currency, count(*), sum(i.total)::text, sum(i.balance)::text
from (select status, currency, total, balance from invoices i where {where} limit %(counted)s + 1) i
group by i.status, i.currency order by i.status, i.currency
"""
_CUSTOMER_TOTALS = """
select count(*) from (
  select from customers c
  left join customer_risk r on r.customer_id = c.id and r.run_id = (select max(run_id) from risk_runs)
  where {where} limit %(counted)s + 1) c
"""


def list_invoices(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> bytes:
    """One page of invoices as JSON text, in the order and by the filters of `arguments`, which hold `today` too.

    Deleted invoices are left out unless their status is asked for. With `include` "totals" the page also has the
    number of matching invoices, by status and currency, and their amounts per currency.
    """
    sort = INVOICE_SORTS[arguments["sort"]]
    extra = b""
    if "totals" in arguments.get("include", ()):
        query = _INVOICE_TOTALS.format(where=" and ".join(_invoices_where(arguments)))
        totals = storage.read(tenant, query, {**arguments, "counted": COUNTED})
        extra = b',"totals":' + orjson.dumps(_invoice_totals(totals))
    rows = [row[0] for row in storage.read(tenant, *invoices_statement(arguments))]
    return page_body(rows, arguments["limit"], sort, extra)


def list_customers(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> bytes:
    """One page of customers with their open balances as JSON text; `name` finds any part of it."""
    if "name" in arguments:
        arguments = {**arguments, "name": f"%{_literal(arguments['name'])}%"}
    sort = CUSTOMER_SORTS[arguments["sort"]]
    where = _where(_CUSTOMER_FILTERS, _CUSTOMER_FLAGS, arguments, unless="", otherwise="c.deleted_on is null")
    extra = b""
    if "totals" in arguments.get("include", ()):
        query = _CUSTOMER_TOTALS.format(where=" and ".join(where))
        [[count]] = storage.read(tenant, query, {**arguments, "counted": COUNTED})
        extra = b',"totals":' + orjson.dumps({"count": min(count, COUNTED), "is_exact": count <= COUNTED})
    rows = [row[0] for row in storage.read(tenant, *_page_statement(_CUSTOMERS, where, sort, arguments))]
    return page_body(rows, arguments["limit"], sort, extra)


def invoices_statement(arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The statement of a page of invoices, and its parameters: one row per invoice and one more, each JSON text."""
    return _page_statement(_INVOICES, _invoices_where(arguments), INVOICE_SORTS[arguments["sort"]], arguments)


def _page_statement(
    template: str, where: tuple[str, ...], sort: Sort, arguments: Mapping[str, Any]
) -> tuple[str, dict[str, Any]]:
    position = sort.position(arguments["cursor"]) if "cursor" in arguments else {}
    return _statement(template, where, sort, after=bool(position)), {**arguments, **position}


def _invoices_where(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return _where(_INVOICE_FILTERS, _INVOICE_FLAGS, arguments, unless="status", otherwise="i.status <> 'deleted'")


@lru_cache(maxsize=1024)
def _statement(template: str, where: tuple[str, ...], sort: Sort, after: bool) -> str:
    conditions = [*where, sort.after] if after else where
    return template.format(where=" and ".join(conditions), order_by=sort.order_by)


def _where(
    filters: Mapping[str, str],
    flags: Mapping[tuple[str, bool], str],
    arguments: Mapping[str, Any],
    *,
    unless: str,
    otherwise: str,
) -> tuple[str, ...]:
    chosen = [condition for name, condition in filters.items() if name in arguments]
    chosen += [condition for (name, value), condition in flags.items() if arguments.get(name) is value]
    return tuple(chosen) if unless in arguments else (*chosen, otherwise)


def _literal(pattern: str) -> str:
    return pattern.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _invoice_totals(rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    by_status: dict[str, int] = {}
    currencies: dict[str, dict[str, Any]] = {}
    for status, currency, count, total, balance in rows:
        by_status[status] = by_status.get(status, 0) + count
        one = currencies.setdefault(currency, {"count": 0, "total": Decimal(0), "balance": Decimal(0)})
        one["count"] += count
        one["total"] += Decimal(total)
        one["balance"] += Decimal(balance)
    count = sum(by_status.values())
    return {
        "count": min(count, COUNTED),
        "is_exact": count <= COUNTED,
        "by_status": [{"status": status, "count": number} for status, number in sorted(by_status.items())],
        "by_currency": [
            {"currency": currency, "count": one["count"], "total": str(one["total"]), "balance": str(one["balance"])}
            for currency, one in sorted(currencies.items())
        ],
    }
