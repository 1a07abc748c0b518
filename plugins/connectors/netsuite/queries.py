"""What NetSuite is asked, in SuiteQL. Dates come as YYYY-MM-DD and times as walls in the account's zone show them.

Ids are numbers and get into a query as such; nothing else of an answer or of the settings becomes part of one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from plugins.connectors.netsuite.documents import APPLIED, CREDIT, DEPOSIT, INVOICES, JOURNAL, PAYMENT, REFUND, TYPES
from plugins.connectors.netsuite.mapping import DELETED_TYPES

_SECONDS = """'YYYY-MM-DD"T"HH24:MI:SS'"""
_ON_RECEIVABLES = """
    FROM transactionline l
    JOIN transactionaccountingline a ON a.transaction = l.transaction AND a.transactionline = l.id
    JOIN account x ON x.id = a.account AND x.accttype = 'AcctRec'"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What the account has of NetSuite's features, and which of its subsidiaries are read (none named: all)."""

    has_currencies: bool = True
    is_one_world: bool = False
    subsidiaries: tuple[int, ...] = ()
    home: str | None = None


def day(column: str) -> str:
    """A date, as text that has one reading."""
    return f"TO_CHAR({column}, 'YYYY-MM-DD')"


def time(column: str) -> str:
    """A time, as text that has one reading (in the account's zone)."""
    return f"TO_CHAR({column}, {_SECONDS})"


def one_of(values: Iterable[int | str]) -> str:
    """A list for IN: numbers, or words of our own."""
    return "(" + ", ".join(str(each) if isinstance(each, int) else f"'{each}'" for each in values) + ")"


def changed(column: str, key: str, since: str | None, after: tuple[str, int] | None) -> str:
    """The condition for what changed from a time on, or after the change of one record in the order of both."""
    if after is not None:
        at = _moment(after[0])
        return f"({column} > {at} OR ({column} = {at} AND {key} > {after[1]}))"
    return "1 = 1" if since is None else f"{column} >= {_moment(since)}"


def _moment(at: str) -> str:
    return f"TO_DATE('{at}', {_SECONDS})"


def state_of_customers() -> str:
    """How many customers there are and when one was changed last."""
    return f"SELECT COUNT(*) AS total, {time('MAX(c.lastmodifieddate)')} AS latest FROM customer c"


def state_of_transactions(books: Books) -> str:
    """How many documents on receivables there are and when one was changed last."""
    return f"""SELECT COUNT(*) AS total, {time("MAX(t.lastmodifieddate)")} AS latest
        FROM transaction t WHERE {_is_receivable()}{_is_in(books)}"""


def customers(books: Books, where: str, order: str) -> str:
    """Customers, inactive ones too: they may owe."""
    symbol, join = _currency(books, "c")
    return f"""
        SELECT c.id, c.entityid, c.companyname, c.altname, c.firstname, c.lastname, c.email, c.isinactive, {symbol}
            {time("c.lastmodifieddate")} AS lastmodifieddate
        FROM customer c {join} WHERE {where} ORDER BY {order}"""


def transactions(books: Books, where: str, order: str) -> str:
    """Documents on receivables, without their applications and lines."""
    symbol, join = _currency(books, "t")
    base = f"({_base('t.id')}) AS basecurrency," if books.is_one_world else ""
    return f"""
        SELECT t.id, t.type, t.tranid, t.entity, {day("t.trandate")} AS trandate, {day("t.duedate")} AS duedate,
            {symbol} {base} t.exchangerate, t.foreigntotal, t.foreignamountpaid, t.foreignamountunpaid,
            t.foreignpaymentamountused, t.foreignpaymentamountunused, t.status, t.voided, t.posting,
            BUILTIN.DF(t.terms) AS termsname, {time("t.lastmodifieddate")} AS lastmodifieddate
        FROM transaction t {join}
        WHERE {where} AND {_is_receivable()}{_is_in(books)} ORDER BY {order}"""


def links(ids: Sequence[int], after: tuple[int, int] | None = None) -> str:
    """Applications of these documents and to them, with both ends' dates: between what is owed and what settles it.

    Ordered by settling and settled document; `after` a pair of them, which is read again: several lines may link it.
    """
    settling, owed = (PAYMENT, CREDIT, APPLIED, JOURNAL, REFUND), (*sorted(INVOICES), DEPOSIT, JOURNAL, REFUND)
    beyond = (
        f"AND (k.nextdoc > {after[0]} OR (k.nextdoc = {after[0]} AND k.previousdoc >= {after[1]}))" if after else ""
    )
    return f"""
        SELECT k.previousdoc, k.previousline, k.previoustype, k.nextdoc, k.nextline, k.nexttype, k.linktype,
            k.foreignamount, {day("p.trandate")} AS previousdate, {day("n.trandate")} AS nextdate,
            p.voided AS previousvoided, n.voided AS nextvoided
        FROM nexttransactionlinelink k
        JOIN transaction p ON p.id = k.previousdoc
        JOIN transaction n ON n.id = k.nextdoc
        WHERE k.nexttype IN {one_of(settling)} AND k.previoustype IN {one_of((*owed, PAYMENT, CREDIT))}
            AND (k.nextdoc IN {one_of(ids)} OR k.previousdoc IN {one_of(ids)}) {beyond}
        ORDER BY k.nextdoc, k.previousdoc, k.previousline, k.nextline"""


def lines(ids: Iterable[int]) -> str:
    """The lines of journals that are on receivables: what raises them is positive, what lowers them negative."""
    return f"""
        SELECT DISTINCT l.transaction, l.id AS line, l.entity, l.foreignamount, l.foreignamountunpaid,
            l.foreignpaymentamountunused
        {_ON_RECEIVABLES} WHERE l.transaction IN {one_of(ids)} AND l.entity IS NOT NULL
        ORDER BY l.transaction, l.id"""


def deletions(where: str, order: str) -> str:
    """Records that were deleted."""
    types = one_of(DELETED_TYPES)
    return f"""
        SELECT d.recordtypeid, d.scriptid, d.recordid, d.name, {time("d.deleteddate")} AS deleteddate
        FROM deletedrecord d
        WHERE {where} AND (LOWER(d.scriptid) IN {types} OR LOWER(d.recordtypeid) IN {types}) ORDER BY {order}"""


def _currency(books: Books, table: str) -> tuple[str, str]:
    if not books.has_currencies:
        return "", ""
    return f"{table}.currency, s.symbol AS currencysymbol,", f"LEFT JOIN currency s ON s.id = {table}.currency"


def _base(document: str) -> str:
    """The home currency of the subsidiary that a document is of."""
    return f"""SELECT MAX(b.symbol) FROM transactionline m JOIN subsidiary u ON u.id = m.subsidiary
        JOIN currency b ON b.id = u.currency WHERE m.transaction = {document}"""


def _is_receivable() -> str:
    return f"""(t.type IN {one_of(TYPES)} OR (t.type = '{JOURNAL}' AND EXISTS (
        SELECT 1 {_ON_RECEIVABLES} WHERE l.transaction = t.id AND l.entity IS NOT NULL)))"""


def _is_in(books: Books) -> str:
    if not books.subsidiaries:
        return ""
    return f""" AND EXISTS (SELECT 1 FROM transactionline m
        WHERE m.transaction = t.id AND m.subsidiary IN {one_of(books.subsidiaries)})"""


def owed(books: Books, after: int | None, *, has_books: bool) -> str:
    """What customers owe by NetSuite's own figures: open amounts less unused ones, of all lines on receivables.

    By customer and currency, in that currency (`owed`) and in the subsidiary's (`owedhome`), from a customer on.
    """
    names = ["l.entity", *(["s.symbol"] if books.has_currencies else []), *(["b.symbol"] if books.is_one_world else [])]
    symbol = "s.symbol AS currencysymbol," if books.has_currencies else ""
    base = "b.symbol AS basecurrency," if books.is_one_world else ""
    return f"""
        SELECT l.entity, {symbol} {base} {day("SYSDATE")} AS today,
            SUM(NVL(l.foreignamountunpaid, 0) - NVL(l.foreignpaymentamountunused, 0)) AS owed,
            SUM(NVL(a.amountunpaid, 0) - NVL(a.paymentamountunused, 0)) AS owedhome
        {_ON_RECEIVABLES}
        JOIN transaction t ON t.id = l.transaction {_currency(books, "t")[1]} {_home_of(books, "l")}
        WHERE a.posting = 'T' AND t.voided = 'F' AND l.entity IS NOT NULL
            {"AND a.accountingbook = 1" if has_books else ""} {f"AND l.entity >= {after}" if after else ""}
            {f"AND l.subsidiary IN {one_of(books.subsidiaries)}" if books.subsidiaries else ""}
        GROUP BY {", ".join(names)} ORDER BY {", ".join(names)}"""


def deposits(books: Books, after: int | None) -> str:
    """Deposits that are not applied yet. They stand on a liability account, and the customers have them good."""
    base = f"({_base('t.id')}) AS basecurrency," if books.is_one_world else ""
    return f"""
        SELECT t.id, t.entity, {_currency(books, "t")[0]} {base} t.exchangerate, t.foreignpaymentamountunused
        FROM transaction t {_currency(books, "t")[1]}
        WHERE t.type = '{DEPOSIT}' AND t.posting = 'T' AND t.voided = 'F' AND t.foreignpaymentamountunused > 0
            AND t.id > {after or 0}{_is_in(books)} ORDER BY t.id"""


def today() -> str:
    """The day it is in the account's zone."""
    return f"SELECT {day('SYSDATE')} AS today FROM dual"


CURRENCIES = "SELECT id, symbol, isbasecurrency FROM currency ORDER BY id"
SUBSIDIARIES = """
    SELECT u.id, u.name, u.parent, u.isinactive, u.iselimination, b.symbol AS basecurrency
    FROM subsidiary u JOIN currency b ON b.id = u.currency ORDER BY u.id"""

PROBES = {
    "customer": "SELECT MAX(id) AS id FROM customer",
    "transaction": "SELECT MAX(id) AS id FROM transaction",
    "transactionline": "SELECT MAX(id) AS id FROM transactionline WHERE transaction = 0",
    "transactionaccountingline": "SELECT MAX(account) AS id FROM transactionaccountingline WHERE transaction = 0",
    "account": "SELECT MAX(id) AS id FROM account WHERE accttype = 'AcctRec'",
    "nexttransactionlinelink": "SELECT MAX(nextdoc) AS id FROM nexttransactionlinelink WHERE nextdoc = 0",
    "deletedrecord": "SELECT MAX(recordid) AS id FROM deletedrecord WHERE recordid = 0",
}
"""One cheap question for each record that is read."""


def _home_of(books: Books, line: str) -> str:
    if not books.is_one_world:
        return ""
    return f"JOIN subsidiary u ON u.id = {line}.subsidiary JOIN currency b ON b.id = u.currency"
