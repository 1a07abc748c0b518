"""The simulated company's books as NetSuite's tables, in memory, brought up to date before each query.

Tables and columns are named after the SuiteScript Records Browser and the Analytics data source. What the documentation
leaves open is chosen here: refunds are linked from what they pay back, and journals settle invoices by links of their
own. Some documents that are no receivables stand among the others, as they do in any account.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Literal

from hub.sdk.testing.company import Company
from hub.sdk.testing.currencies import COUNTRIES, minor_units
from hub.sdk.testing.entries import Application, Party
from plugins.connectors.netsuite.box_documents import Documents
from plugins.connectors.netsuite.box_schema import TABLES, created
from plugins.connectors.netsuite.box_sql import DATE, prepare

CURRENCIES = tuple(COUNTRIES)
"""By their place in it currencies have their ids."""
CUSTOMERS_APART, DOCUMENTS_APART = 1_000_000, 100_000_000
"""Between the ids of one subsidiary's records and the next one's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the account has, what its role may not see (`hidden`, names of records), and how its user likes dates.

    `voids`: an account preference says whether voiding sets amounts to 0 or takes them back by a journal. `books`: how
    many accounting books there are; with 0 the column for them is missing.
    """

    one_world: bool = True
    currencies: bool = True
    books: int = 1
    voids: Literal["zero", "journal"] = "zero"
    date_format: Literal["M/D/YYYY", "D/M/YYYY", "D.M.YYYY"] = "M/D/YYYY"
    hidden: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Subsidiary:
    """One company's place in the account, and how far its changes were taken over."""

    number: int
    company: Company
    seen: int = 0
    applications: dict[tuple[str, int], list[Application]] = field(default_factory=lambda: defaultdict(list))
    applied: int = 0


class Ledger:
    """The tables. Call `catch_up` while the companies' books stand still."""

    known = frozenset(TABLES)

    def __init__(self, companies: Sequence[Company], features: Features) -> None:
        self.features, self.hidden = features, features.hidden
        self.connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        prepare(self.connection)
        created(self.connection, one_world=features.one_world, currencies=features.currencies, books=features.books)
        self._zone = companies[0].zone
        self._subsidiaries = [_Subsidiary(number, company) for number, company in enumerate(companies)]
        self._found(companies)

    def catch_up(self) -> None:
        """Take over what changed in the companies' books."""
        for each in self._subsidiaries:
            if each.seen < len(each.company.changes):
                self._take_over(each)

    def wall(self, instant: datetime) -> str:
        """An instant on the account's wall clock."""
        return f"{DATE}{instant.astimezone(self._zone):%Y-%m-%d %H:%M:%S}"

    @staticmethod
    def day(value: date) -> str:
        """A date, as it is stored."""
        return f"{DATE}{value:%Y-%m-%d} 00:00:00"

    def shown(self, stored: str) -> str:
        """A stored date in the user's format."""
        year, month, day = (int(part) for part in stored[1:11].split("-"))
        names = {"M": month, "D": day, "YYYY": year}
        mark = "." if "." in self.features.date_format else "/"
        return mark.join(str(names[part]) for part in self.features.date_format.split(mark))

    def put(self, table: str, **values: object) -> None:
        """Insert a row, without the columns that the account does not have."""
        kept = {name: value for name, value in values.items() if self._has(table, name)}
        stored = [float(value) if isinstance(value, Decimal) else value for value in kept.values()]
        names, places = ", ".join(f'"{name}"' for name in kept), ", ".join("?" * len(kept))
        self.connection.execute(f'INSERT OR REPLACE INTO "{table}" ({names}) VALUES ({places})', stored)

    def _has(self, table: str, column: str) -> bool:
        if column == "subsidiary":
            return self.features.one_world
        if column == "currency" and table in ("transaction", "customer"):
            return self.features.currencies
        return column != "accountingbook" or self.features.books > 0

    def _found(self, companies: Sequence[Company]) -> None:
        home = companies[0].home_currency
        if self.features.currencies:
            for symbol in CURRENCIES:
                self.put(
                    "currency",
                    id=currency_id(symbol),
                    symbol=symbol,
                    name=symbol,
                    isbasecurrency="T" if symbol == home else "F",
                    currencyprecision=minor_units(symbol),
                )
        if self.features.one_world:
            for number, company in enumerate(companies):
                name = "Parent Company" if not number else f"Subsidiary {number + 1}"
                self.put(
                    "subsidiary",
                    id=number + 1,
                    name=name,
                    currency=currency_id(company.home_currency),
                    parent=1 if number else None,
                    isinactive="F",
                    iselimination="F",
                )
        for number, (kind, name) in enumerate(_ACCOUNTS.items(), start=1):
            self.put("account", id=number, accttype=kind, fullname=name)

    def _take_over(self, subsidiary: _Subsidiary) -> None:
        company, documents = subsidiary.company, Documents(self, subsidiary.number, subsidiary.company)
        for application in islice(company.applications.values(), subsidiary.applied, None):
            subsidiary.applications[application.source_kind, application.source].append(application)
        subsidiary.applied = len(company.applications)
        changed = dict.fromkeys((each.entity, each.id) for each in company.changes_since(subsidiary.seen))
        for entity, key in [*changed]:
            if entity == "customer" and (winner := company.parties[key].merged_into):
                # Merging moves the documents, with or without a trace at each of them.
                changed |= dict.fromkeys(company.held_by(winner))
        self.connection.execute("BEGIN")
        for entity, key in changed:
            if entity == "customer":
                self._customer(subsidiary, company.parties[key])
            elif entity == "invoice":
                documents.invoice(company.invoices[key])
            elif entity == "credit_memo":
                documents.credit_memo(company.credit_memos[key], subsidiary.applications["credit_memo", key])
            else:
                documents.receipt(company.receipts[key], subsidiary.applications["payment", key])
        self.connection.execute("COMMIT")
        subsidiary.seen = len(company.changes)

    def _customer(self, subsidiary: _Subsidiary, party: Party) -> None:
        """A merged customer is deleted; its documents are the other one's by then ("Merging Duplicate Records")."""
        key = party.id + subsidiary.number * CUSTOMERS_APART
        if party.merged_into:
            self.deleted("customer", key, "customer", party.name, party.updated_at)
            return
        days = party.terms_days
        self.put("term", id=days + 1, name=f"Net {days}" if days else "Due on receipt", daysuntilnetdue=days)
        is_person = key % 11 == 0 and " " in party.name
        first, _, last = party.name.partition(" ")
        self.put(
            "customer",
            id=key,
            entityid=party.name,
            companyname=None if is_person else party.name,
            altname=party.name,
            firstname=first if is_person else None,
            lastname=last if is_person else None,
            isperson="T" if is_person else "F",
            email=party.email,
            isinactive="F" if party.is_active else "T",
            currency=currency_id(party.currency),
            subsidiary=subsidiary.number + 1,
            terms=days + 1,
            datecreated=self.wall(party.created_at),
            lastmodifieddate=self.wall(party.updated_at),
        )

    def deleted(self, table: str, key: int, kind: str, name: str, at: datetime) -> None:
        """Take a record away, and leave its trace in DeletedRecord, once."""
        self.connection.execute(f'DELETE FROM "{table}" WHERE id = ?', [key])
        known = "SELECT 1 FROM deletedrecord WHERE recordid = ? AND scriptid = ?"
        if self.connection.execute(known, [key, kind]).fetchone() is None:
            self.put(
                "deletedrecord", recordtypeid=kind, scriptid=kind, recordid=key, name=name, deleteddate=self.wall(at)
            )


_ACCOUNTS = {
    "AcctRec": "Accounts Receivable",
    "Bank": "Checking",
    "Income": "Sales",
    "OthCurrLiab": "Customer Deposits",
}


def currency_id(symbol: str) -> int:
    """The internal id of a currency."""
    return CURRENCIES.index(symbol) + 1
