"""What a list adds up to beyond its page: counts, amounts per currency, and the counts of each facet.

One pass groups the rows by all facets at once; what each filter leaves is then worked out from the groups, of which
there are at most some hundreds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from hub.ledger.aging_buckets import AGING
from hub.storage.session import Storage

COUNTED = 100_000
"""Totals count no further than this many rows, and say so."""

Where = Callable[[Mapping[str, Any]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Group:
    """The rows that are alike in every facet: how many they are, and what they sum to."""

    values: Mapping[str, str | None]
    count: int
    amounts: Sequence[Decimal]

    def holds(self, chosen: Mapping[str, frozenset[str]], *, but: str | None = None) -> bool:
        """Whether each facet has one of the values chosen for it, `but` one facet that is not asked."""
        return all(name == but or self.values[name] in values for name, values in chosen.items())


# Grouped over a bounded number of rows, so that the question costs the same however large the ledger is.
_INVOICES = """
select status, currency, aging, risk_level, connection_id::text, count(*), sum(total), sum(balance),
       round(coalesce(sum(at_risk), 0)::numeric, 4)
from (
  select i.status, i.currency, case when i.balance > 0 then {aging} end as aging, p.risk_level, i.connection_id,
         i.total, i.balance, p.p_late30 * i.balance as at_risk
  from invoices i {joins}
  where {where} limit %(counted)s + 1) i
group by 1, 2, 3, 4, 5
"""
_CUSTOMERS = """
select currency, country, risk_level, connection_id::text, count(*)
from (select c.currency, c.country, {risk_level} as risk_level, c.connection_id {tables}
      where {where} limit %(counted)s + 1) c
group by 1, 2, 3, 4
"""
_OWED = """
select a.currency, count(*), sum(a.open_balance)::text,
       coalesce(sum((select sum(i.balance) from invoices i where a.open_balance > 0 and i.customer_id = a.customer_id
                     and i.currency = a.currency and i.due_on < %(today)s and i.balance > 0)), 0)::numeric(19,4)::text
from (select c.id {tables} where {where} limit %(counted)s) c join agg_customer a on a.customer_id = c.id
group by a.currency order by a.currency
"""


def invoice_totals(
    storage: Storage,
    tenant: str,
    arguments: Mapping[str, Any],
    *,
    where: Where,
    joins: str,
    facets: Sequence[str],
) -> dict[str, Any]:
    """The totals of the invoices that match `arguments`; `where` makes conditions of them."""

    def read(wanted: Mapping[str, Any]) -> list[Group]:
        query = _INVOICES.format(aging=AGING, joins=joins, where=" and ".join(where(wanted)))
        return _read(storage, tenant, query, wanted, facets)

    found, totals = _facetted(read, arguments, facets)
    return totals | {
        "by_status": [{"status": value, "count": count} for value, count in _count(found, "status")],
        "by_currency": _sums(found, ("total", "balance", "at_risk")),
    }


def customer_totals(
    storage: Storage,
    tenant: str,
    arguments: Mapping[str, Any],
    *,
    where: Where,
    tables: str,
    risk_level: str,
    facets: Sequence[str],
) -> dict[str, Any]:
    """The totals of the customers that match `arguments`; `where` makes conditions of them."""

    def read(wanted: Mapping[str, Any]) -> list[Group]:
        query = _CUSTOMERS.format(risk_level=risk_level, tables=tables, where=" and ".join(where(wanted)))
        return _read(storage, tenant, query, wanted, facets)

    _, totals = _facetted(read, arguments, facets)
    query = _OWED.format(tables=tables, where=" and ".join(where(arguments)))
    owed = storage.read(tenant, query, {**arguments, "counted": COUNTED})
    return totals | {
        "by_currency": [
            {"currency": currency, "count": count, "open_balance": open_balance, "overdue": overdue}
            for currency, count, open_balance, overdue in owed
        ]
    }


def grouped_totals(
    storage: Storage,
    tenant: str,
    arguments: Mapping[str, Any],
    *,
    query: Callable[[tuple[str, ...]], str],
    where: Where,
    facets: Sequence[str],
    grouped: Sequence[str],
    sums: Sequence[str],
) -> dict[str, Any]:
    """The totals of another room's list: how many match `arguments`, sums per currency, and the counts of `facets`.

    `query` makes, of conditions, the statement that counts at most `counted` + 1 rows by the columns `grouped` (the
    facets first, `currency` among them, all as text), each with its count and its `sums`.
    """

    def read(wanted: Mapping[str, Any]) -> list[Group]:
        return _read(storage, tenant, query(where(wanted)), wanted, grouped)

    found, totals = _facetted(read, arguments, facets)
    return totals | {"by_currency": [each for each in _sums(found, sums) if each["currency"]]}


def _read(
    storage: Storage, tenant: str, query: str, arguments: Mapping[str, Any], facets: Sequence[str]
) -> list[Group]:
    rows = storage.read(tenant, query, {**arguments, "counted": COUNTED})
    width = len(facets)
    return [Group(dict(zip(facets, row[:width], strict=True)), row[width], row[width + 1 :]) for row in rows]


def _facetted(
    read: Callable[[Mapping[str, Any]], list[Group]], arguments: Mapping[str, Any], facets: Sequence[str]
) -> tuple[list[Group], dict[str, Any]]:
    """The groups that match, and how many rows they are; with the counts of each facet as if it were not chosen."""
    chosen = {name: _values(arguments[name]) for name in facets if name in arguments}
    wide = {name: value for name, value in arguments.items() if name not in chosen}
    if "deleted" in chosen.get("status", ()):
        wide["status"] = arguments["status"]
    groups = read(wide)
    counted = sum(group.count for group in groups)
    found = [group for group in groups if group.holds(chosen)]
    if counted > COUNTED and chosen:
        # Some of what matches may not be among the rows that were looked at: ask for it alone.
        found = read(arguments)
        counted = sum(group.count for group in found)
    return found, {
        "count": min(sum(group.count for group in found), COUNTED),
        "is_exact": counted <= COUNTED,
        "facets": {
            name: [
                {"value": value, "count": count}
                for value, count in _count([group for group in groups if group.holds(chosen, but=name)], name)
            ]
            for name in facets
        },
    }


def _values(given: Any) -> frozenset[str]:
    values = given if isinstance(given, list) else [given]
    # As the database writes them: true and false in lower case.
    return frozenset(str(value).lower() if isinstance(value, UUID | bool) else value for value in values)


def _count(groups: Iterable[Group], facet: str) -> list[tuple[str, int]]:
    """How many rows there are of each value, in the values' order; rows without one are left out."""
    counts: dict[str, int] = {}
    for group in groups:
        value = group.values[facet]
        if value is not None:
            counts[value] = counts.get(value, 0) + group.count
    return sorted(counts.items())


def _sums(groups: Iterable[Group], names: Sequence[str]) -> list[dict[str, Any]]:
    currencies: dict[str, list[Decimal]] = {}
    counts: dict[str, int] = {}
    for group in groups:
        currency = group.values["currency"] or ""
        counts[currency] = counts.get(currency, 0) + group.count
        sums = currencies.setdefault(currency, [Decimal(0)] * len(names))
        currencies[currency] = [so_far + amount for so_far, amount in zip(sums, group.amounts, strict=True)]
    return [
        {"currency": currency, "count": counts[currency]}
        | {name: str(amount) for name, amount in zip(names, sums, strict=True)}
        for currency, sums in sorted(currencies.items())
    ]
