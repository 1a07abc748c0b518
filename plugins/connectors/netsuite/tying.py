"""NetSuite's own figure of the receivables, to compare the ledger with: summed by NetSuite, by customer and currency.

In each currency, and at home in the subsidiary's currency by the amounts that NetSuite carries there. Where the
subsidiaries that are read have several home currencies, no total at home exists, and none is stated.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hub.sdk.connector import Totals
from plugins.connectors.netsuite import queries
from plugins.connectors.netsuite.cells import Cells, Reading
from plugins.connectors.netsuite.documents import Row
from plugins.connectors.netsuite.queries import Books
from plugins.connectors.netsuite.suiteql import SuiteQL, UnseenError

_WHOLE = (
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "ISK",
    "JPY",
    "KMF",
    "KRW",
    "PYG",
    "RWF",
    "UGX",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
)
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")


def totals(suiteql: SuiteQL, books: Books, reading: Reading) -> Totals:
    """Open invoices less unapplied payments, credit and deposits, as NetSuite has them now."""
    customers: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    at_home: dict[str, Decimal] = defaultdict(Decimal)
    bases: set[str] = set()
    today = None
    for row in _once(_owed(suiteql, books), "entity", "currencysymbol", "basecurrency"):
        cells = Cells(row, reading)
        today = cells.day("today") or today
        customer = cells.required("entity", "a customer")
        customers[customer][cells.currency] += cells.money("owed") or Decimal(0)
        at_home[customer] += cells.money("owedhome") or Decimal(0)
        bases.add(cells.text("basecurrency") or books.home or "")
    for row in _once(_deposits(suiteql, books), "id"):
        cells = Cells(row, reading)
        customer, unused = (
            cells.required("entity", "a customer"),
            cells.money("foreignpaymentamountunused") or Decimal(0),
        )
        base = cells.text("basecurrency") or books.home or ""
        customers[customer][cells.currency] -= unused
        at_home[customer] -= (unused * (cells.money("exchangerate") or 1)).quantize(_unit(base), ROUND_HALF_UP)
        bases.add(base)
    by_customer = {customer: kept for customer, each in customers.items() if (kept := _nonzero(each))}
    receivable: dict[str, Decimal] = defaultdict(Decimal)
    for each in by_customer.values():
        for currency, amount in each.items():
            receivable[currency] += amount
    home = bases.pop() if len(bases) == 1 else books.home if not bases else None
    return Totals(
        as_of=today or _today(suiteql),
        receivable=dict(receivable),
        customers=by_customer,
        home_currency=home or None,
        home=sum(at_home.values(), Decimal(0)) if home else None,
        home_customers=_nonzero(at_home) if home else None,
    )


def _owed(suiteql: SuiteQL, books: Books) -> Iterator[Row]:
    """The sums; of a customer that stands on two pages those of the later one, which has all its currencies."""
    try:
        first = suiteql.page(queries.owed(books, None, has_books=True))
        has_books = True
    except UnseenError as error:
        if error.name.rpartition(".")[2] != "accountingbook":
            raise
        has_books, first = False, suiteql.page(queries.owed(books, None, has_books=False))
    rows, has_more = first
    while has_more:
        last = max(int(row["entity"]) for row in rows)
        yield from (row for row in rows if int(row["entity"]) != last)
        rows, has_more = suiteql.page(queries.owed(books, last, has_books=has_books))
    yield from rows


def _deposits(suiteql: SuiteQL, books: Books) -> Iterator[Row]:
    for rows, _ in suiteql.pages(lambda after: queries.deposits(books, after), lambda row: int(row["id"])):
        yield from rows


def _once(rows: Iterable[Row], *key: str) -> Iterable[Row]:
    """The rows, each once, for an answer may have one twice."""
    return {tuple(row.get(name) for name in key): row for row in rows}.values()


def _today(suiteql: SuiteQL) -> date:
    return date.fromisoformat(str(suiteql.rows(queries.today())[0]["today"]))


def _nonzero(amounts: dict[str, Decimal]) -> dict[str, Decimal]:
    return {name: amount for name, amount in amounts.items() if amount}


def _unit(currency: str) -> Decimal:
    return Decimal(1) if currency in _WHOLE else Decimal("0.001") if currency in _THOUSANDTHS else Decimal("0.01")
