"""The list of invoices: one prepared statement per combination of filters, rows as JSON text.

PostgreSQL writes each row's JSON, so that a page costs this process next to nothing; the schemas say the same and a
contract test compares the two. What is forecast of the invoices is joined by its tables' names alone: the room that
writes them is above this one.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from hub.http.paging import Key, Sort, page_body, sorts
from hub.ledger.aging_buckets import AGING
from hub.ledger.filtering import matches, pattern
from hub.ledger.totals import COUNTED as COUNTED
from hub.ledger.totals import invoice_totals
from hub.storage.session import Storage

STATUSES = ("draft", "open", "partially_paid", "paid", "credited", "written_off", "void", "deleted")
RISK_LEVELS = ("low", "medium", "high")

PREDICTED = """
  left join predictions p on p.invoice_id = i.id and p.run_id = (select max(id) from forecast_runs) and i.balance > 0
  left join forecast_runs run on run.id = p.run_id
  left join forecast_models model on model.id = run.model_id
"""
"""The newest forecast of what is still open; settled invoices have none."""
_AT_RISK_HOME = "round((p.p_late30 * i.balance * coalesce(i.exchange_rate, 1))::numeric, 4)"
_PREDICTION = f"""case when p.invoice_id is not null then json_build_object(
           'p_paid_by_due', p.p_paid_by_due, 'p_late30', p.p_late30, 'expected_on', p.expected_on, 'p10_on', p.p10_on,
           'p50_on', p.p50_on, 'p90_on', p.p90_on, 'risk_level', p.risk_level,
           'at_risk', round((p.p_late30 * i.balance)::numeric, 4)::text, 'at_risk_home', {_AT_RISK_HOME}::text,
           'model', model.backend, 'model_number', model.number, 'run_id', p.run_id, 'as_of', run.as_of,
           'made_at', run.made_at) end as prediction,"""
_DAYS_OVERDUE = "case when i.balance > 0 then greatest(%(today)s::date - i.due_on, 0) else 0 end"

# By a dispute of ours, or as the source says; what the source does not say stays null.
_HELD = "select from holds h where h.invoice_id = i.id and h.kind = 'dispute' and h.released_at is null"
_DISPUTED = f"case when exists ({_HELD}) then true else i.disputed end"

_ID = Key("id", "i.id", "uuid")


def _by_prediction(name: str, sql: str, kind: str, *, low: str, high: str) -> dict[str, Sort]:
    """Both ways by a column of the prediction; invoices without one come last either way."""

    def keys(absent: str) -> tuple[Key, ...]:
        return Key(f"prediction.{name}", f"coalesce({sql}, '{absent}'::{kind})", kind, absent), _ID

    label = {"at_risk_home": "at_risk"}.get(name, name)
    return {label: Sort(label, keys(high)), f"-{label}": Sort(f"-{label}", keys(low), descending=True)}


_BY_PREDICTION = {
    **_by_prediction("expected_on", "p.expected_on", "date", low="0001-01-01", high="9999-12-31"),
    **_by_prediction("p_late30", "p.p_late30", "float", low="-1", high="2"),
    # In home currency, so that invoices of several currencies stand in one order.
    **_by_prediction("at_risk_home", _AT_RISK_HOME, "numeric", low="-1", high="1000000000000000"),
}
INVOICE_SORTS = {
    **sorts(
        ("due_on", [Key("due_on", "i.due_on", "date"), _ID]),
        ("issued_on", [Key("issued_on", "i.issued_on", "date"), _ID]),
        ("balance", [Key("balance", "i.balance", "numeric"), _ID]),
        ("total", [Key("total", "i.total", "numeric"), _ID]),
        ("customer", [Key("customer_name", "coalesce(c.name, '')", "text", ""), _ID]),
        ("days_overdue", [Key("days_overdue", f"({_DAYS_OVERDUE})", "int"), _ID]),
    ),
    **_BY_PREDICTION,
}

# Conditions by filter. Each is written by us; what callers send goes in as a parameter only.
_FILTERS = {
    "status": "i.status = any(%(status)s)",
    "customer_id": "i.customer_id = %(customer_id)s",
    "connection_id": "i.connection_id = %(connection_id)s",
    "currency": "i.currency = %(currency)s",
    "due_from": "i.due_on >= %(due_from)s",
    "due_to": "i.due_on <= %(due_to)s",
    "issued_from": "i.issued_on >= %(issued_from)s",
    "issued_to": "i.issued_on <= %(issued_to)s",
    "min_balance": "i.balance >= %(min_balance)s",
    "max_balance": "i.balance <= %(max_balance)s",
    "number": "starts_with(i.number, %(number)s)",
    "q": "(i.number ilike %(q)s or i.customer_id in (select id from customers where name ilike %(q)s))",
    "aging": f"i.balance > 0 and {AGING} = any(%(aging)s)",
    "ids": "i.id = any(%(ids)s)",
}
_PREDICTED_FILTERS = {
    "risk_level": "p.risk_level = any(%(risk_level)s)",
    "p_late30_min": "p.p_late30 >= %(p_late30_min)s",
    "p_late30_max": "p.p_late30 <= %(p_late30_max)s",
    "expected_from": "p.expected_on >= %(expected_from)s",
    "expected_to": "p.expected_on <= %(expected_to)s",
}
_ALL_FILTERS = _FILTERS | _PREDICTED_FILTERS
_FLAGS = {
    # Said as the partial index says it, so that it can serve them.
    ("open", True): "i.balance > 0",
    ("open", False): "i.balance = 0",
    ("disputed", True): f"(i.disputed or exists ({_HELD}))",
    ("disputed", False): f"not (i.disputed is true or exists ({_HELD}))",
    ("overdue", True): "i.balance > 0 and i.due_on < %(today)s",
    ("overdue", False): "not (i.balance > 0 and i.due_on < %(today)s)",
}
FACETS = ("status", "currency", "aging", "risk_level", "connection_id")
"""Filters whose values are counted; each is counted as if it were not set itself."""

_INVOICES = """
select to_json(page)::text from (
  select i.id, i.number, i.customer_id, c.name as customer_name, i.issued_on, i.due_on, i.currency,
         i.total::text as total, i.balance::text as balance, i.status, i.paid_on, i.terms, {disputed} as disputed,
         {days_overdue} as days_overdue, i.connection_id, {prediction} i.version
  from invoices i left join customers c on c.id = i.customer_id {joins}
  where {where} order by {order_by} limit %(limit)s + 1) page
"""


def list_invoices(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> bytes:
    """One page of invoices as JSON text, in the order and by the filters of `arguments`, which hold `today` too.

    Deleted invoices are left out unless their status is asked for. `include` "prediction" adds to each invoice what is
    forecast of it, as an order or a filter by the forecast does. With "totals" the page also has how many match, their
    amounts per currency, and how many each value of a facet stands for.
    """
    arguments = _prepared(arguments)
    extra = b""
    if "totals" in arguments.get("include", ()):
        totals = invoice_totals(storage, tenant, arguments, where=_where, joins=PREDICTED, facets=FACETS)
        extra = b',"totals":' + orjson.dumps(totals)
    rows = [row[0] for row in storage.read(tenant, *_page(arguments))]
    return page_body(rows, arguments["limit"], INVOICE_SORTS[arguments["sort"]], extra)


def walk_invoices(
    storage: Storage, tenant: str, arguments: Mapping[str, Any], *, batch: int
) -> Iterator[dict[str, Any]]:
    """Every invoice that matches, with its prediction, read in batches of which each is a transaction of its own."""
    sort = INVOICE_SORTS[arguments["sort"]]
    arguments = _prepared(arguments) | {"limit": batch, "include": ["prediction"]}
    while True:
        rows = [orjson.loads(row[0]) for row in storage.read(tenant, *_page(arguments))]
        yield from rows[:batch]
        if len(rows) <= batch:
            return
        arguments["cursor"] = sort.cursor(rows[batch - 1])


def invoices_statement(arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The statement of a page of invoices, and its parameters: one row per invoice and one more, each JSON text."""
    return _page(_prepared(arguments))


def _prepared(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {**arguments} | ({"q": pattern(arguments["q"])} if "q" in arguments else {})


def _page(arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    sort = INVOICE_SORTS[arguments["sort"]]
    position = sort.position(arguments["cursor"]) if "cursor" in arguments else {}
    is_predicted = (
        "prediction" in arguments.get("include", ())
        or arguments["sort"] in _BY_PREDICTION
        or not _PREDICTED_FILTERS.keys().isdisjoint(arguments)
    )
    query = _statement(_where(arguments), sort, after=bool(position), is_predicted=is_predicted)
    return query, {**arguments, **position}


def _where(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    chosen = matches(_ALL_FILTERS, _FLAGS, arguments)
    return chosen if "status" in arguments else (*chosen, "i.status <> 'deleted'")


@lru_cache(maxsize=1024)
def _statement(where: tuple[str, ...], sort: Sort, *, after: bool, is_predicted: bool) -> str:
    return _INVOICES.format(
        days_overdue=_DAYS_OVERDUE,
        disputed=_DISPUTED,
        prediction=_PREDICTION if is_predicted else "",
        joins=PREDICTED if is_predicted else "",
        where=" and ".join([*where, sort.after] if after else where),
        order_by=sort.order_by,
    )
