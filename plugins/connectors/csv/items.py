"""The file's rows as the raw items that are mapped and kept: every column by its header, and where the row stands."""

from collections.abc import Iterator
from typing import Any

from plugins.connectors.csv.layout import DataRows
from plugins.connectors.csv.plan import Plan
from plugins.connectors.csv.repeats import CONTRADICTION, COPY, FIRST_PART, LATER_PART, SINGLE


class Items:
    """One pass over a file's items, each with the number of its row. Copies of earlier rows are left out.

    Beside the file's own columns an item has `_line`, and `_read_as`: date order, decimal mark and currency,
    without which its cells could mean something else in a later one. Where it applies it has `_heading` (the customer
    it stands under), `_part` (first or later of several rows of one invoice), `_contradicts` (the line that states the
    invoice otherwise), `_surplus` (the first cell beyond the header), `_payment_total` and `_payment_ambiguous`.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows = DataRows(plan.source.rows(), plan.layout)

    @property
    def share(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return self._rows.rows.share

    def __iter__(self) -> Iterator[tuple[int, dict[str, Any]]]:
        names, grouped = self._plan.layout.names, self._plan.layout.grouped
        verdicts, width, shared = self._plan.repeats.verdicts, len(names), self._plan.shares.totals is not None
        read_as = f"{self._plan.date_order} {self._plan.decimal} {self._plan.currency}"
        for row, (line, cells, heading) in enumerate(self._rows):
            verdict = verdicts[row]
            if verdict == COPY:
                continue
            item: dict[str, Any] = dict(zip(names, cells, strict=False))
            item["_line"] = line
            item["_read_as"] = read_as
            if grouped:
                item["_heading"] = heading
            if verdict != SINGLE:
                self._mark(item, verdict, row)
            if shared:
                self._share(item, row)
            if len(cells) > width and (surplus := next((cell for cell in cells[width:] if cell.strip()), None)):
                item["_surplus"] = surplus
            yield row, item

    def _mark(self, item: dict[str, Any], verdict: int, row: int) -> None:
        first_lines = self._plan.repeats.first_lines
        if verdict == CONTRADICTION and first_lines is not None:
            item["_contradicts"] = int(first_lines[row])
        elif verdict in (FIRST_PART, LATER_PART):
            item["_part"] = "first" if verdict == FIRST_PART else "later"

    def _share(self, item: dict[str, Any], row: int) -> None:
        total = self._plan.shares.total(row)
        if total is not None:
            item["_payment_total"] = str(total)
            if self._plan.shares.ambiguous[row]:
                item["_payment_ambiguous"] = True
