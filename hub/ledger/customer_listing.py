"""The list of customers, with what each owes, as JSON text from the database."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from hub.http.paging import Key, Sort, page_body, sorts
from hub.ledger.filtering import matches, pattern
from hub.ledger.totals import customer_totals
from hub.storage.session import Storage

_ID = Key("id", "c.id", "uuid")
# Amounts in home currency, so that customers of several currencies stand in one order.
CUSTOMER_SORTS = sorts(
    ("name", [Key("name", "c.name", "text"), _ID]),
    ("id", [_ID]),
    ("expected_loss", [Key("expected_loss", "coalesce(r.expected_loss, 0)", "numeric"), _ID]),
    ("p_late30", [Key("p_late30", "coalesce(r.p_late30, -1)", "float", -1), _ID]),
    ("open", [Key("open_home", "coalesce(owed.open, 0)", "numeric"), _ID]),
    ("overdue", [Key("overdue_home", "coalesce(owed.overdue, 0)", "numeric"), _ID]),
)

# What people say of a customer counts before what a model says.
_RISK_LEVEL = "coalesce(c.profile ->> 'risk_override', r.risk_level)"
_FILTERS = {
    "currency": "c.currency = %(currency)s",
    "country": "c.country = %(country)s",
    "name": "c.name ilike %(name)s",
    "connection_id": "c.connection_id = %(connection_id)s",
    "risk_level": f"{_RISK_LEVEL} = any(%(risk_level)s)",
    "ids": "c.id = any(%(ids)s)",
}
_FLAGS = {
    ("open", True): "exists (select from agg_customer a where a.customer_id = c.id and a.open_balance > 0)",
    ("open", False): "not exists (select from agg_customer a where a.customer_id = c.id and a.open_balance > 0)",
    ("overdue", True): "owed.overdue > 0",
    ("overdue", False): "coalesce(owed.overdue, 0) = 0",
}
FACETS = ("currency", "country", "risk_level", "connection_id")

# By way of the partial index of what is open; in home currency at the rate of each invoice.
FROM = """
  from customers c
  left join customer_risk r on r.customer_id = c.id and r.run_id = (select max(run_id) from risk_runs)
  left join (
    select customer_id, round(sum(balance * coalesce(exchange_rate, 1)), 4) as open,
           round(coalesce(sum(balance * coalesce(exchange_rate, 1)) filter (where due_on < %(today)s), 0), 4) as overdue
    from invoices where balance > 0 group by customer_id) owed on owed.customer_id = c.id
"""
# The page is cut first; only its customers' balances are then gathered.
_CUSTOMERS = """
select to_json(page)::text from (
  select c.id, c.name, c.email, c.currency, c.country, c.industry, c.credit_score, c.credit_limit::text as credit_limit,
         c.connection_id, c.version, c.risk_level, c.p_late30, c.expected_loss, c.open_home, c.overdue_home,
         coalesce(b.balances, '[]'::json) as balances
  from (
    select c.id, c.name, c.email, c.currency, c.country, c.industry, c.credit_score, c.credit_limit, c.connection_id,
           c.version, {risk_level} as risk_level, r.p_late30,
           coalesce(r.expected_loss, 0)::numeric(19,4)::text as expected_loss,
           coalesce(owed.open, 0)::numeric(19,4)::text as open_home,
           coalesce(owed.overdue, 0)::numeric(19,4)::text as overdue_home,
           row_number() over (order by {order_by}) as place
    {tables}
    where {where} order by {order_by} limit %(limit)s + 1) c
  left join lateral (
    select json_agg(json_build_object(
             'currency', a.currency, 'open_balance', a.open_balance::text, 'overdue', coalesce(o.overdue, 0)::text,
             'unapplied', a.unapplied::text, 'open_invoices', a.open_invoices, 'oldest_due_on', a.oldest_due_on,
             'mean_days_late', a.mean_days_late, 'paid_invoices', a.paid_invoices, 'paid_late', a.paid_late
           ) order by a.currency) as balances
    from agg_customer a
    left join lateral (
      select sum(i.balance)::numeric(19,4) as overdue from invoices i
      where a.open_balance > 0 and i.customer_id = a.customer_id and i.currency = a.currency
        and i.due_on < %(today)s and i.balance > 0) o on true
    where a.customer_id = c.id) b on true
  order by c.place) page
"""


def list_customers(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> bytes:
    """One page of customers with their balances as JSON text; `name` finds any part of it.

    `arguments` hold `today` too. With `include` "totals" the page also has how many match, what they owe per currency,
    and how many each value of a facet stands for.
    """
    arguments = _prepared(arguments)
    extra = b""
    if "totals" in arguments.get("include", ()):
        totals = customer_totals(
            storage, tenant, arguments, where=_where, tables=FROM, risk_level=_RISK_LEVEL, facets=FACETS
        )
        extra = b',"totals":' + orjson.dumps(totals)
    rows = [row[0] for row in storage.read(tenant, *_page(arguments))]
    return page_body(rows, arguments["limit"], CUSTOMER_SORTS[arguments["sort"]], extra)


def walk_customers(
    storage: Storage, tenant: str, arguments: Mapping[str, Any], *, batch: int
) -> Iterator[dict[str, Any]]:
    """Every customer that matches, read in batches of which each is a transaction of its own."""
    sort = CUSTOMER_SORTS[arguments["sort"]]
    arguments = _prepared(arguments) | {"limit": batch}
    while True:
        rows = [orjson.loads(row[0]) for row in storage.read(tenant, *_page(arguments))]
        yield from rows[:batch]
        if len(rows) <= batch:
            return
        arguments["cursor"] = sort.cursor(rows[batch - 1])


def _prepared(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {**arguments} | ({"name": pattern(arguments["name"])} if "name" in arguments else {})


def _page(arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    sort = CUSTOMER_SORTS[arguments["sort"]]
    position = sort.position(arguments["cursor"]) if "cursor" in arguments else {}
    return _statement(_where(arguments), sort, after=bool(position)), {**arguments, **position}


def _where(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return (*matches(_FILTERS, _FLAGS, arguments), "c.deleted_on is null")


@lru_cache(maxsize=256)
def _statement(where: tuple[str, ...], sort: Sort, *, after: bool) -> str:
    conditions = [*where, sort.after] if after else where
    return _CUSTOMERS.format(
        risk_level=_RISK_LEVEL, tables=FROM, where=" and ".join(conditions), order_by=sort.order_by
    )
