"""The list of disputes: rows as JSON text from the database, with counts of what each filter would leave.

Invoices and customers are joined by their tables' names, for the numbers and names that people know them by.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from hub.disputes.groups import GROUP_OF
from hub.disputes.workflow import UNENDED
from hub.http.paging import Key, Sort, page_body, sorts
from hub.http.spreadsheets import csv_rows
from hub.ledger.filtering import matches, pattern
from hub.ledger.totals import grouped_totals
from hub.storage.session import Storage, driver

_UNENDED = "d.status in (" + ", ".join(f"'{status}'" for status in UNENDED) + ")"
_GROUP = "case d.code " + " ".join(f"when '{code}' then '{group}'" for code, group in GROUP_OF.items()) + " end"
_AMOUNT = "coalesce(d.amount, i.balance, 0)"
# Whoever read it was not sure, and no person has said since.
_CHECK = f"({_UNENDED} and d.read_at is not null and d.is_sure is not true and d.code_by is distinct from 'person')"
_OVERDUE = f"({_UNENDED} and d.due_on < %(today)s)"
_TABLES = "disputes d left join invoices i on i.id = d.invoice_id left join customers c on c.id = d.customer_id"

_ID = Key("id", "d.id", "uuid")
DISPUTE_SORTS: dict[str, Sort] = sorts(
    ("due_on", [Key("due_on", "d.due_on", "date"), _ID]),
    ("opened_at", [Key("opened_at", "d.opened_at", "timestamptz"), _ID]),
    ("amount", [Key("amount", _AMOUNT, "numeric"), _ID]),
    ("customer", [Key("customer_name", "coalesce(c.name, '')", "text", ""), _ID]),
)

_FILTERS = {
    "status": "d.status = any(%(status)s)",
    "group": f"{_GROUP} = any(%(group)s)",
    "code": "d.code = %(code)s",
    "owner": "coalesce(d.owner_id::text, 'none') = %(owner)s",
    "invoice_id": "d.invoice_id = %(invoice_id)s",
    "customer_id": "d.customer_id = %(customer_id)s",
    "source": "d.source = any(%(source)s)",
    "currency": "d.currency = %(currency)s",
    "opened_from": "d.opened_at >= %(opened_from)s",
    "opened_to": "d.opened_at <= %(opened_to)s",
    "q": (
        "('D-' || d.number = upper(%(asked)s) or d.text ilike %(q)s or i.number ilike %(q)s"
        " or c.name ilike %(q)s or d.product ilike %(q)s)"
    ),
    "ids": "d.id = any(%(ids)s)",
}
_FLAGS = {
    ("unended", True): _UNENDED,
    ("unended", False): f"not {_UNENDED}",
    ("check", True): _CHECK,
    ("check", False): f"not {_CHECK}",
    ("overdue", True): _OVERDUE,
    ("overdue", False): f"not {_OVERDUE}",
}
FACETS = ("status", "group", "owner", "source", "check")

_ROW = f"""
       d.id, d.number, d.status, d.code, d.codes, {_GROUP} as "group", d.code_by, d.p_code::float as p_code,
       d.is_sure, {_CHECK} as "check", d.source, d.invoice_id, i.number as invoice_number,
       d.customer_id, c.name as customer_name, {_AMOUNT}::text as amount, d.amount is null as is_all, d.currency,
       d.product, left(d.text, 280) as excerpt, d.owner_id, d.due_on, {_OVERDUE} as is_overdue, d.opened_at,
       d.first_answered_at, d.resolved_at, d.outcome, d.suggestion ->> 'action' as suggested_action, d.version
"""
_PAGE = """
select to_json(page)::text from (
  select {row} from {tables} where {where} order by {order_by} limit %(limit)s + 1) page
"""
_TOTALS = """
select status, "group", owner, source, "check", currency, count(*), sum(amount) from (
  select d.status, {group} as "group", coalesce(d.owner_id::text, 'none') as owner, d.source,
         {check}::text as "check", coalesce(d.currency, '') as currency, {amount} as amount
  from {tables} where {where} limit %(counted)s + 1) d
group by 1, 2, 3, 4, 5, 6
"""
_GROUPED = (*FACETS, "currency")

BATCH = 2_000
COLUMNS = (
    *("number", "status", "code", "group", "code_by", "p_code", "check", "source", "invoice_number", "customer_name"),
    *("amount", "currency", "product", "excerpt", "owner_id", "due_on", "is_overdue", "opened_at", "first_answered_at"),
    *("resolved_at", "outcome", "suggested_action", "id", "invoice_id", "customer_id"),
)


def list_disputes(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> bytes:
    """One page of disputes as JSON text; who looks after each by their id.

    By the filters and the order of `arguments`, which hold `today` too; `owner` is an id as text, or "none". `include`
    "totals" and "facets" add what the page is part of.
    """
    arguments = _prepared(arguments)
    extra = b""
    include = arguments.get("include", ())
    if "totals" in include or "facets" in include:
        found = grouped_totals(
            storage, tenant, arguments, query=_totals, where=_where, facets=FACETS, grouped=_GROUPED, sums=("amount",)
        )
        extra = b',"totals":' + orjson.dumps(found)
    rows = [row[0] for row in storage.read(tenant, *_page(arguments))]
    return page_body(rows, arguments["limit"], DISPUTE_SORTS[arguments["sort"]], extra)


def export_disputes(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> Iterator[bytes]:
    """A CSV file of the disputes that `arguments` of the list leave, in its order."""
    return csv_rows(COLUMNS, (tuple(item[name] for name in COLUMNS) for item in _walk(storage, tenant, arguments)))


def owners_of(storage: Storage, tenant: str, dispute_id: UUID) -> list[UUID]:
    """Who looks after a dispute, if anybody does."""
    query = "select owner_id from disputes where id = %(id)s and owner_id is not null"
    return [row[0] for row in storage.read(tenant, query, {"id": dispute_id})]


def ended_look_alikes(session: Session, dispute: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The newest disputes of the same customer and code that ended, as the list shows them."""
    if dispute["customer_id"] is None or dispute["code"] is None:
        return []
    query = f"""
        select to_json(page)::text from (
          select d.id, d.number, d.status, d.outcome, d.resolved_at, {_AMOUNT}::text as amount, d.currency
          from {_TABLES} where d.customer_id = %(customer_id)s and d.code = %(code)s and d.id <> %(id)s
            and d.status = 'resolved' order by d.resolved_at desc limit 5) page
    """
    wanted = {name: dispute[name] for name in ("customer_id", "code", "id")}
    return [orjson.loads(row[0]) for row in driver(session).execute(query, wanted)]


def _walk(storage: Storage, tenant: str, arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    sort = DISPUTE_SORTS[arguments["sort"]]
    arguments = _prepared(arguments) | {"limit": BATCH}
    while True:
        rows = [orjson.loads(row[0]) for row in storage.read(tenant, *_page(arguments))]
        yield from rows[:BATCH]
        if len(rows) <= BATCH:
            return
        arguments["cursor"] = sort.cursor(rows[BATCH - 1])


def _prepared(arguments: Mapping[str, Any]) -> dict[str, Any]:
    if "q" not in arguments:
        return dict(arguments)
    return {**arguments, "asked": arguments["q"], "q": pattern(arguments["q"])}


def _page(arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    sort = DISPUTE_SORTS[arguments["sort"]]
    position = sort.position(arguments["cursor"]) if "cursor" in arguments else {}
    return _statement(_where(arguments), sort, after=bool(position)), {**arguments, **position}


def _where(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    return matches(_FILTERS, _FLAGS, arguments) or ("true",)


@lru_cache(maxsize=1024)
def _statement(where: tuple[str, ...], sort: Sort, *, after: bool) -> str:
    return _PAGE.format(
        row=_ROW,
        tables=_TABLES,
        where=" and ".join([*where, sort.after] if after else where),
        order_by=sort.order_by,
    )


def _totals(where: tuple[str, ...]) -> str:
    return _TOTALS.format(group=_GROUP, check=_CHECK, amount=_AMOUNT, tables=_TABLES, where=" and ".join(where))
