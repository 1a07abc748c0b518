"""NetSuite's tables, as far as receivables need them, with their own names (SuiteScript Records Browser)."""

import sqlite3

TABLES = {
    "currency": "id INTEGER PRIMARY KEY, symbol, name, isbasecurrency, currencyprecision",
    "subsidiary": "id INTEGER PRIMARY KEY, name, currency, parent, isinactive, iselimination",
    "term": "id INTEGER PRIMARY KEY, name, daysuntilnetdue",
    "account": "id INTEGER PRIMARY KEY, accttype, fullname",
    "customer": "id INTEGER PRIMARY KEY, entityid, companyname, altname, firstname, lastname, isperson, email,"
    " isinactive, currency, subsidiary, terms, datecreated, lastmodifieddate",
    "transaction": "id INTEGER PRIMARY KEY, type, tranid, entity, trandate, duedate, currency, exchangerate,"
    " foreigntotal, foreignamountpaid, foreignamountunpaid, foreignpaymentamountused, foreignpaymentamountunused,"
    " status, voided, posting, terms, memo, createddate, lastmodifieddate",
    "transactionline": '"transaction" INTEGER, id INTEGER, mainline, entity INTEGER, subsidiary INTEGER,'
    " foreignamount, foreignamountpaid, foreignamountunpaid, foreignpaymentamountused, foreignpaymentamountunused",
    "transactionaccountingline": '"transaction" INTEGER, transactionline INTEGER, account INTEGER,'
    " accountingbook INTEGER, posting, amount, amountunpaid, paymentamountunused",
    "nexttransactionlinelink": "previousdoc INTEGER, previousline INTEGER, previoustype, nextdoc INTEGER,"
    " nextline INTEGER, nexttype, linktype, foreignamount, lastmodifieddate",
    "deletedrecord": "recordtypeid, scriptid, recordid INTEGER, name, deletedby, deleteddate",
    "dual": "dummy",
}

_INDEXES = (
    '"transaction" (lastmodifieddate, id)',
    "customer (lastmodifieddate, id)",
    'transactionline ("transaction", id)',
    'transactionaccountingline ("transaction", transactionline)',
    "nexttransactionlinelink (nextdoc)",
    "nexttransactionlinelink (previousdoc)",
    "deletedrecord (recordid)",
)


def created(connection: sqlite3.Connection, *, one_world: bool, currencies: bool, books: int) -> None:
    """Create the tables and columns of an account with these features; what a feature brings is missing without it."""
    for table, columns in TABLES.items():
        if (table == "subsidiary" and not one_world) or (table == "currency" and not currencies):
            continue
        if not one_world:
            columns = columns.replace(" subsidiary INTEGER,", "").replace(" subsidiary,", "")
        if not currencies:
            columns = columns.replace(" currency,", "")
        if not books:
            columns = columns.replace(" accountingbook INTEGER,", "")
        connection.execute(f'CREATE TABLE "{table}" ({columns})')
    for number, index in enumerate(_INDEXES):
        connection.execute(f"CREATE INDEX i{number} ON {index}")
    connection.execute("INSERT INTO dual VALUES ('X')")
