"""The connector: a file's rows as pages, each row as ledger records, and the file's own total to tie out against."""

import csv
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.sdk.connector import Page, Progress, Stream, Totals
from hub.sdk.errors import ConfigError, RecordError
from hub.sdk.records import Allocation, CreditMemo, Invoice, Payment, Record
from plugins.connectors.csv.inspection import look, make_plan
from plugins.connectors.csv.items import Items
from plugins.connectors.csv.mapping import Mapper
from plugins.connectors.csv.options import parse_options, required_path
from plugins.connectors.csv.plan import Plan

PAGE_ROWS = 5_000
_REPORT_EVERY = 20_000


def inspect(path: Path, config: Mapping[str, Any] | None = None, progress: Progress | None = None) -> Plan:
    """How the file would be read, found out in passes of constant memory but for some 30 bytes a row.

    Raises ConfigError naming the setting where the file leaves something open that only a person can say.
    """
    return make_plan(Path(path), parse_options(config or {}), progress)


def problems(path: Path, plan: Plan, progress: Progress | None = None) -> Iterator[RecordError]:
    """Every row of the file that cannot be used, in order, without storing anything."""
    mapper, items = Mapper(plan), Items(_for(path, plan))
    for number, (_, item) in enumerate(items, start=1):
        if progress and number % _REPORT_EVERY == 0:
            progress(items.share, f"checked {number:,} rows")
        try:
            mapper.records(item)
        except RecordError as error:
            yield error


def write_rejects(path: Path, plan: Plan, out: Path) -> int:
    """Write the rows that cannot be used to a CSV with their line and problem, and say how many there are.

    The columns are the file's own, so that the mended rows can be imported from there.
    """
    mapper, count = Mapper(plan), 0
    names = [*(["Customer"] if plan.layout.grouped else []), *plan.layout.names]
    with out.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "rejected line", "problem"])
        for _, item in Items(_for(path, plan)):
            try:
                mapper.records(item)
            except RecordError as error:
                count += 1
                cells = [item["_heading"] if name not in item else item[name] for name in names]
                writer.writerow([*map(_inert, cells), item["_line"], _inert(str(error))])
    return count


class CsvConnector:
    """A receivables export in a file. The whole file is read each time; the hub drops the rows it knows already."""

    streams = (Stream(name="rows", entity="invoice"),)

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._path = required_path(config)
        self._options = parse_options(config)

    @cached_property
    def plan(self) -> Plan:
        """How the file is read."""
        return make_plan(self._path, self._options)

    @cached_property
    def _mapper(self) -> Mapper:
        return Mapper(self.plan)

    def preview(self) -> Mapping[str, Any]:
        """How the file is read, as JSON data."""
        return self.plan.as_dict()

    def head(self) -> Mapping[str, Any]:
        """The file's first rows as they stand, as JSON data."""
        return look(self._path, self._options)

    def rows(self, first: int, lines: Collection[int]) -> Iterator[tuple[int, list[str]]]:
        """The first rows that state something and those at `lines`, by line; cells in the order of the header."""
        names, wanted = self.plan.layout.names, set(lines)
        for number, (_, item) in enumerate(Items(self.plan)):
            line = item["_line"]
            if number < first or line in wanted:
                yield line, [item[name] for name in names]
                wanted.discard(line)
            if number + 1 >= first and not wanted:
                return

    def problems(self, progress: Progress | None = None) -> Iterator[RecordError]:
        """Every row that cannot be used, in order, found in one pass over the whole file."""
        return problems(self._path, self.plan, progress)

    def write_rejects(self, out: Path) -> int:
        """Write the rows that cannot be used to a CSV, to be mended and imported from there; returns how many."""
        return write_rejects(self._path, self.plan, out)

    def check(self) -> None:
        """Look at the whole file. Raises ConfigError saying what to change."""
        self._refuse_bad_rows()

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of rows. Raises ConfigError before the first page if rows are bad and `skip_bad` is not set."""
        self._refuse_bad_rows()
        items = Items(self.plan)
        page: list[Mapping[str, Any]] = []
        for _, item in items:
            page.append(item)
            if len(page) == PAGE_ROWS:
                yield Page(items=page, done=items.share)
                page = []
        yield Page(items=page, done=1.0)

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The customer, invoice, payment, credit memo and allocations that a row states."""
        return self._mapper.records(item)

    def tie_out(self) -> Totals | None:
        """The file's own open balance: its total row in a file of one currency, else the sum over its rows."""
        sums = _open_balances(self.plan)
        stated = self.plan.stated_total
        if stated is not None and len(sums) == 1:
            sums = dict.fromkeys(sums, stated)
        return Totals(as_of=self.plan.as_of, receivable=sums)

    def _refuse_bad_rows(self) -> None:
        plan = self.plan
        first = None if self._options.skip_bad else next(problems(self._path, plan), None)
        if first is not None:
            raise ConfigError(f"{first}. Mend the file, or set skip_bad to leave such rows out", field="skip_bad")


def _open_balances(plan: Plan) -> dict[str, Decimal]:
    """Per currency the open invoices less unapplied credit, by stated balances where the file has them."""
    mapper, sums = Mapper(plan), defaultdict[str, Decimal](Decimal)
    states_balance = any(column.field == "balance" for column in plan.columns)
    for _, item in Items(plan):
        try:
            records = mapper.records({**item, "_payment_total": None} if "_payment_total" in item else item)
        except RecordError:
            continue
        _add_row(sums, records, later=item.get("_part") == "later", states_balance=states_balance)
    return dict(sums)


def _add_row(sums: dict[str, Decimal], records: list[Record], *, later: bool, states_balance: bool) -> None:
    applied = sum((each.amount for each in records if isinstance(each, Allocation)), Decimal(0))
    for record in records:
        if isinstance(record, Invoice):
            if record.status != "open":
                applied = Decimal(0)
            elif record.balance is not None:
                sums[record.currency] += Decimal(0) if later else record.balance
            else:
                sums[record.currency] += (Decimal(0) if later else record.total) - applied
        elif isinstance(record, CreditMemo) and record.status == "open":
            # What it settles on an invoice is in that invoice's own balance, where the file states balances.
            sums[record.currency] -= record.total - (applied if states_balance else Decimal(0))
        elif isinstance(record, Payment) and not any(isinstance(each, Invoice) for each in records):
            sums[record.currency] -= record.amount - (applied if states_balance else Decimal(0))


def _for(path: Path, plan: Plan) -> Plan:
    if Path(path) != plan.source.path:
        raise ConfigError(f"the plan was made for {plan.source.path}, not for {path}", field="path")
    return plan


def _inert(cell: str) -> str:
    """A cell that no spreadsheet will compute; negative numbers stay numbers."""
    risky = cell[:1] in ("=", "@", "\t", "\r") or (cell[:1] in ("+", "-") and not cell[1:2].isdigit())
    return f"'{cell}" if risky else cell
