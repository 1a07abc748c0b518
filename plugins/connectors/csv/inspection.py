"""Finding out how a file is to be read: one pass over all of it, a second one where rows share payments."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

from hub.sdk.connector import Progress
from hub.sdk.errors import ConfigError, RecordError
from hub.sdk.records import Payment
from plugins.connectors.csv.dates import parse_date
from plugins.connectors.csv.evidence import DateEvidence, DecimalEvidence
from plugins.connectors.csv.fields import DATE_FIELDS, HEADERS, MONEY_FIELDS, PAYMENT_FIELDS
from plugins.connectors.csv.items import Items
from plugins.connectors.csv.layout import SEARCHED_ROWS, DataRows, Layout, find_header, find_layout
from plugins.connectors.csv.mapping import CUSTOMER_FIELDS, Mapper
from plugins.connectors.csv.money import DOLLARS, currency_in, parse_amount
from plugins.connectors.csv.options import Corrections, Options
from plugins.connectors.csv.plan import Column, Plan, Source, stamp_of
from plugins.connectors.csv.repeats import RepeatFinder
from plugins.connectors.csv.shares import ShareFinder, Shares
from plugins.connectors.csv.text import DELIMITERS, detect_encoding, first_rows
from plugins.connectors.csv.vocabulary import kind_of
from plugins.connectors.csv.workbook import SheetRows, is_workbook, sheet_names

ASSUMED_CURRENCY = "USD"
REMEMBERED_CUSTOMERS = 100_000
SAMPLES = 3
_AS_OF = re.compile(r"\bas (?:of|at)\b:?\s*(.+)", re.IGNORECASE)
_REPORT_EVERY = 20_000

Head = list[tuple[int, list[str]]]


def make_plan(path: Path, options: Options, progress: Progress | None = None) -> Plan:
    """How the file will be read. Raises ConfigError naming the setting where the file leaves something open."""
    source, layout, head = _open(path, options)
    source = replace(source, corrected=_places(layout, options.corrections))
    survey = _Survey(layout)
    rows = DataRows(source.rows(), layout)
    for number, (line, cells, heading) in enumerate(rows, start=1):
        survey.add(line, cells, heading)
        if progress and number % _REPORT_EVERY == 0:
            progress(rows.rows.share, f"looked at {number:,} rows")
    if not survey.rows:
        raise ConfigError(f"{path.name} has a header (line {layout.line}) but no rows", field="path")
    date_order, date_evidence = (options.date_order, "as told") if options.date_order else survey.date_order()
    decimal, decimal_evidence = (options.decimal, "as told") if options.decimal else survey.decimals.decide()
    currency, currency_source = _currency(layout, options, survey)
    as_of, as_of_source = _as_of(layout, options, head, survey.dates_past.spellings, date_order)
    used = {match.index for match in layout.found.values()}
    plan = Plan(
        source=source,
        layout=layout,
        columns=tuple(
            Column(
                field=name, column=layout.names[match.index], how=match.how, samples=tuple(survey.samples[match.index])
            )
            for name, match in layout.found.items()
        ),
        ignored=tuple(name for index, name in enumerate(layout.names) if index not in used),
        date_order=date_order,
        date_evidence=date_evidence,
        decimal=decimal,
        decimal_evidence=decimal_evidence,
        currency=currency,
        currency_source=currency_source,
        symbols=bool(survey.marked),
        as_of=as_of,
        as_of_source=as_of_source,
        rows=survey.rows,
        skipped=dict(rows.skipped),
        stated_total=_stated_total(layout, rows.grand_total, decimal),
        customers=survey.customers,
        repeats=survey.repeats.finish(),
    )
    return replace(plan, shares=_shares(plan)) if "payment_id" in layout.found else plan


def look(path: Path, options: Options) -> dict[str, Any]:
    """The first rows of a file as they stand, its likeliest header and what they were parted by, as JSON data.

    Nothing is decided by it: it is for a person who has to say what the columns are. Raises ConfigError for a file that
    holds no table.
    """
    stamp_of(path)
    is_book = is_workbook(path)
    encoding = None if is_book else options.encoding or detect_encoding(path)
    sheets = sheet_names(path) if is_book else []

    def head_of(choice: str) -> Head:
        if is_book:
            return [row for row, _ in zip(SheetRows(path, choice), range(SEARCHED_ROWS), strict=False)]
        assert encoding is not None
        return first_rows(path, encoding, choice, SEARCHED_ROWS)

    told = options.sheet if is_book else options.delimiter
    looks = [
        (len(header[2]), len(header[1]), -number, choice, header, head)
        for number, choice in enumerate([told] if told else sheets or DELIMITERS)
        if (header := find_header(head := head_of(choice), options.mapping)) is not None
    ]
    if not looks:
        raise ConfigError("the file holds no table: no row has two cells", field="file")
    *_, choice, (line, names, _), head = max(looks, key=itemgetter(0, 1, 2))
    return {
        "format": "xlsx" if is_book else "csv",
        "encoding": encoding,
        "delimiter": None if is_book else choice,
        "sheet": choice if is_book else None,
        "sheets": sheets,
        "header_line": line,
        "names": names,
        "field_names": list(HEADERS),
        "rows": [{"line": number, "cells": cells} for number, cells in head if number > line],
    }


def _places(layout: Layout, corrections: Corrections) -> dict[int, dict[int, str]]:
    """Corrections by the place of each cell. Raises ConfigError for a column that the header does not have."""
    places = {name: place for place, name in enumerate(layout.names)}
    for line, cells in corrections.items():
        if unknown := next((name for name in cells if name not in places), None):
            raise ConfigError(f"line {line} is corrected in {unknown!r}, which is no column", field="corrections")
        if line <= layout.line:
            raise ConfigError(f"line {line} is no row: the header is line {layout.line}", field="corrections")
    return {line: {places[name]: value for name, value in cells.items()} for line, cells in corrections.items()}


def _open(path: Path, options: Options) -> tuple[Source, Layout, Head]:
    stamp = stamp_of(path)
    if is_workbook(path):
        sheet, layout, head = _best_sheet(path, options)
        sheets = tuple(sheet_names(path))
        return Source(path=path, format="xlsx", sheet=sheet, sheets=sheets, stamp=stamp), layout, head
    encoding = options.encoding or detect_encoding(path)
    delimiter, layout, head = _best_delimiter(path, encoding, options)
    return Source(path=path, format="csv", encoding=encoding, delimiter=delimiter, stamp=stamp), layout, head


def _best_sheet(path: Path, options: Options) -> tuple[str, Layout, Head]:
    names = sheet_names(path)
    if options.sheet and options.sheet not in names:
        raise ConfigError(f"there is no sheet {options.sheet!r}; the file has {', '.join(names)}", field="sheet")

    def head_of(sheet: str) -> Head:
        return [row for row, _ in zip(SheetRows(path, sheet), range(SEARCHED_ROWS), strict=False)]

    return _best(([options.sheet] if options.sheet else names), head_of, options)


def _best_delimiter(path: Path, encoding: str, options: Options) -> tuple[str, Layout, Head]:
    def head_of(delimiter: str) -> Head:
        return first_rows(path, encoding, delimiter, SEARCHED_ROWS)

    return _best([options.delimiter] if options.delimiter else DELIMITERS, head_of, options)


def _best(choices: Sequence[str], head_of: Callable[[str], Head], options: Options) -> tuple[str, Layout, Head]:
    """The choice under which most fields are recognised; if under none, the error of the widest table."""
    layouts: list[tuple[int, str, Layout, Head]] = []
    failures: list[tuple[int, ConfigError]] = []
    for choice in choices:
        head = head_of(choice)
        try:
            layout = find_layout(head, options.mapping)
        except ConfigError as error:
            failures.append((max((len(cells) for _, cells in head), default=0), error))
        else:
            layouts.append((len(layout.found), choice, layout, head))
    if not layouts:
        raise max(failures, key=lambda failure: failure[0])[1]
    _, choice, layout, head = max(layouts, key=lambda found: found[0])
    return choice, layout, head


@dataclass(slots=True)
class _Survey:
    """What a pass over all rows gathers. Memory: some 28 bytes a row, and what the customers are called."""

    layout: Layout
    rows: int = 0
    dates: DateEvidence = field(default_factory=DateEvidence)
    dates_past: DateEvidence = field(default_factory=DateEvidence)
    decimals: DecimalEvidence = field(default_factory=DecimalEvidence)
    marked: str = ""
    customers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    repeats: RepeatFinder = field(default_factory=RepeatFinder)
    samples: dict[int, list[str]] = field(default_factory=dict)
    add: Callable[[int, list[str], str], None] = field(init=False)

    def __post_init__(self) -> None:
        self.samples = {match.index: [] for match in self.layout.found.values()}
        self.add = self._adder()

    def date_order(self) -> tuple[str, str]:
        """The order of all date columns together, and the reason for it."""
        return self.dates.including(self.dates_past).decide()

    def _adder(self) -> Callable[[int, list[str], str], None]:
        """A function over one row with every column's place looked up beforehand: it runs a million times."""
        place = self.layout.place
        past = [index for name in ("issue_date", "paid_date") if (index := place(name)) is not None]
        dates = [index for name in DATE_FIELDS if (index := place(name)) is not None and index not in past]
        money = [index for name in MONEY_FIELDS if (index := place(name)) is not None]
        amount = place("amount") if place("amount") is not None else place("balance")
        assert amount is not None
        payment_places = [index for name in PAYMENT_FIELDS if (index := place(name)) is not None]
        document_places = [match.index for match in self.layout.found.values() if match.index not in payment_places]
        payment_of, document_of = _getter(payment_places), _getter(document_places)
        id_at, type_at = place("invoice_id"), place("type")
        name_at, customer_at = place("customer_name"), place("customer_id")
        customer_at = name_at if customer_at is None else customer_at
        customer_places = [place(name) for name in CUSTOMER_FIELDS]
        customer_key = _getter([index for index in {customer_at, *customer_places} if index is not None])
        seen_customers: set[Any] = set()
        add_date, add_past, add_amount = self.dates.add, self.dates_past.add, self.decimals.add
        add_repeat, grouped = self.repeats.add, self.layout.grouped

        def add(line: int, cells: list[str], heading: str) -> None:
            self.rows += 1
            if self.rows <= 200:
                self._sample(cells)
            for index in past:
                if cells[index]:
                    add_past(cells[index])
            for index in dates:
                if cells[index]:
                    add_date(cells[index])
            for index in money:
                text = cells[index]
                if text:
                    add_amount(text)
                    if not self.marked and not (text[-1].isdigit() and text[0].isdigit()) and currency_in(text):
                        self.marked = text
            key = customer_key(cells)
            if customer_at is not None and key not in seen_customers and len(seen_customers) < REMEMBERED_CUSTOMERS:
                seen_customers.add(key)
                self._add_customer(cells, customer_at, customer_places)
            number = cells[id_at].strip() if id_at is not None else ""
            kind = (kind_of(cells[type_at]) if type_at is not None else None) or "invoice"
            if kind == "invoice" and cells[amount].lstrip()[:1] in ("-", "("):
                kind = "credit"  # an invoice and the credit that reverses it may bear one number
            document_id = (number, kind) if number else tuple(cells)
            document = document_of(cells)
            add_repeat(line, document_id, (document, heading) if grouped else document, payment_of(cells))

        return add

    def _sample(self, cells: Sequence[str]) -> None:
        for index, samples in self.samples.items():
            text = cells[index].strip()
            if text and len(samples) < SAMPLES and text not in samples:
                samples.append(text[:60])

    def _add_customer(self, cells: Sequence[str], customer_at: int, places: Sequence[int | None]) -> None:
        customer_id = cells[customer_at].strip()
        new = tuple("" if index is None else cells[index].strip() for index in places)
        known = self.customers.get(customer_id)
        self.customers[customer_id] = new if known is None else tuple(map(_first, known, new))


def _first(known: str, new: str) -> str:
    return known or new


def _getter(places: Sequence[int]) -> Callable[[Sequence[str]], Any]:
    return itemgetter(*places) if places else lambda cells: None


def _currency(layout: Layout, options: Options, survey: _Survey) -> tuple[str, str]:
    """The currency of rows that name none, and where the rows' currencies come from."""
    match = layout.found.get("amount") or layout.found["balance"]
    default = options.currency or match.currency
    if "currency" in layout.found:
        column = layout.names[layout.found["currency"].index]
        return default or ASSUMED_CURRENCY, f'column "{column}"'
    if survey.marked and not match.currency:
        dollar = default if default in DOLLARS else ASSUMED_CURRENCY
        return default or currency_in(survey.marked) or ASSUMED_CURRENCY, (
            f'marks on the amounts, as "{survey.marked.strip()}"' + (f"; $ is {dollar}" if "$" in survey.marked else "")
        )
    if options.currency:
        return options.currency, "as told"
    if match.currency:
        return match.currency, f'header "{layout.names[match.index]}"'
    return ASSUMED_CURRENCY, f"assumed {ASSUMED_CURRENCY}: the file names no currency (set currency)"


def _as_of(layout: Layout, options: Options, head: Head, spellings: set[str], order: str) -> tuple[date, str]:
    """The day the file shows, and whence it is known."""
    if options.as_of:
        return options.as_of, "as told"
    for line, cells in head:
        for cell in cells if line < layout.line else ():
            if (found := _AS_OF.search(cell)) and (day := _day(found[1].strip(), order)):
                return day, f"line {line}, {cell.strip()!r}"
    days = [day for text in spellings if (day := _day(text.strip(), order))]
    if not days:
        raise ConfigError("no date of the file can be read; set date_order or as_of", field="date_order")
    return max(days), "the latest date of issue or payment in the file"


def _day(text: str, order: str) -> date | None:
    try:
        return parse_date(text, order)
    except ValueError:
        return None


def _stated_total(layout: Layout, cells: Sequence[str] | None, decimal: str) -> Decimal | None:
    """The open balance in the file's grand total, if it has one."""
    place = layout.place("balance") if layout.place("balance") is not None else layout.place("amount")
    if cells is None or place is None:
        return None
    try:
        return parse_amount(cells[place].strip(), decimal)
    except ValueError:
        return None


def _shares(plan: Plan) -> Shares:
    """A second pass: payments that the file names by id are as large as all their rows together."""
    mapper, finder = Mapper(plan), ShareFinder()
    column = plan.layout.names[plan.layout.found["payment_id"].index]
    for row, item in Items(plan):
        finder.skip_to(row)
        payment_id = item[column].strip()
        payment = _own_payment(mapper, item) if payment_id else None
        if payment is not None:
            finder.add(payment_id, (payment.customer_id, payment.paid_on, payment.currency), payment.amount)
    finder.skip_to(plan.rows)
    return finder.finish()


def _own_payment(mapper: Mapper, item: Mapping[str, Any]) -> Payment | None:
    try:
        return next((record for record in mapper.records(item) if isinstance(record, Payment)), None)
    except RecordError:
        return None
