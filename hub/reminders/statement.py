"""A customer's statement of account, as a PDF: what is open, what is held back and not asked for, unused credit.

Read by the tables' names, for the room that writes them is below this one. Amounts are in each invoice's currency.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.reminders.words import words
from hub.sdk import wording
from hub.sdk.channel import Attachment

if TYPE_CHECKING:
    from fpdf import FPDF

MOST_LINES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """An open invoice; `held` is what of `open` is disputed or held back, and not asked for."""

    number: str
    issued_on: date
    due_on: date
    currency: str
    total: Decimal
    open: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one customer owes on a day; `credits` is what they paid or were credited and nothing was settled with."""

    customer: str
    as_of: date
    lines: tuple[Line, ...]
    credits: Mapping[str, Decimal]

    def totals(self) -> dict[str, Decimal]:
        """What is asked for, by currency: open less held."""
        sums: dict[str, Decimal] = {}
        for each in self.lines:
            sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.open - each.held
        return sums


def read(session: Session, customer_id: UUID, today: date) -> Statement:
    """The statement of a customer as the ledger stands; the oldest MOST_LINES invoices by due date."""
    values = {"customer": customer_id, "most": MOST_LINES}
    name = session.execute(text("select name from customers where id = :customer"), values).scalar_one_or_none()
    lines = tuple(Line(**row) for row in session.execute(_LINES, values).mappings())
    credits = {row.currency: row.amount for row in session.execute(_CREDITS, values)}
    return Statement(customer=name or "", as_of=today, lines=lines, credits=credits)


def statement_pdf(statement: Statement, settings: Mapping[str, Any], language: str) -> Attachment:
    """The statement as a PDF in the customer's language, from the tenant whose reminder settings these are."""
    said, sender = words(language), settings.get("sender") or {}
    pdf = _document(statement, str(sender.get("company") or ""), language)
    _head(pdf, statement, sender, language)
    if statement.lines:
        _table(pdf, statement, language)
    else:
        pdf.multi_cell(0, 6, said["nothing"], new_x="LMARGIN", new_y="NEXT")
    _below(pdf, statement, settings, language)
    name = f"{said['file']}-{_slug(statement.customer)}-{statement.as_of}.pdf"
    return Attachment(name=name, media_type="application/pdf", content=bytes(pdf.output()))


def _document(statement: Statement, company: str, language: str) -> "FPDF":
    from fpdf import FPDF  # late: few requests need it

    said = words(language)

    class Pages(FPDF):
        def footer(self) -> None:
            self.set_y(-15)
            self.set_font("sans", size=8)
            self.cell(0, 10, said["page_of"].format(page=self.page_no(), pages="{nb}"), align="R")

    pdf = Pages(format="A4")
    fonts = _fonts()
    pdf.add_font("sans", fname=fonts / "DejaVuSans.ttf")
    pdf.add_font("sans", style="B", fname=fonts / "DejaVuSans-Bold.ttf")
    pdf.set_lang(wording.tag_of(language))
    pdf.set_title(f"{said['statement']}, {_shown(statement.customer)}")
    pdf.set_author(_shown(company))
    # The same statement is the same file.
    pdf.set_creation_date(datetime.combine(statement.as_of, time(), UTC))
    pdf.set_margins(20, 20, 20)
    pdf.set_auto_page_break(auto=True, margin=20)
    pdf.add_page()
    return pdf


def _head(pdf: "FPDF", statement: Statement, sender: Mapping[str, Any], language: str) -> None:
    said = words(language)
    pdf.set_font("sans", size=9)
    address = [sender.get("company"), *str(sender.get("postal_address") or "").splitlines()]
    pdf.multi_cell(0, 5, "\n".join(_shown(str(each)) for each in address if each), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)
    pdf.set_font("sans", size=11)
    pdf.multi_cell(0, 6, _shown(statement.customer), new_x="LMARGIN", new_y="NEXT")
    pdf.ln(8)
    pdf.set_font("sans", style="B", size=16)
    pdf.multi_cell(0, 9, said["statement"], new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("sans", size=10)
    as_of = said["as_of"].format(day=wording.day(statement.as_of, language))
    pdf.multi_cell(0, 6, as_of, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(4)


def _table(pdf: "FPDF", statement: Statement, language: str) -> None:
    from fpdf.fonts import FontFace

    said = words(language)
    columns = ("invoice", "issued", "due", "total", "open", "overdue")
    aligned = ("LEFT", "LEFT", "LEFT", "RIGHT", "RIGHT", "RIGHT")
    pdf.set_font("sans", size=8)
    bold = FontFace(emphasis="BOLD")
    with pdf.table(
        col_widths=(28, 28, 28, 34, 34, 18),
        text_align=aligned,
        borders_layout="HORIZONTAL_LINES",
        headings_style=bold,
        line_height=5,
        padding=1,
    ) as table:
        table.row([said[name] for name in columns])
        for each in statement.lines:
            late = (statement.as_of - each.due_on).days
            table.row(
                [
                    _shown(each.number),
                    wording.day(each.issued_on, language),
                    wording.day(each.due_on, language),
                    wording.money(each.total, each.currency, language),
                    wording.money(each.open - each.held, each.currency, language),
                    str(late) if late > 0 else "",
                ]
            )
        for currency, amount in statement.totals().items():
            row = table.row(style=bold)
            row.cell(said["sum"], colspan=4)
            row.cell(wording.money(amount, currency, language))
            row.cell("")


def _below(pdf: "FPDF", statement: Statement, settings: Mapping[str, Any], language: str) -> None:
    said = words(language)
    notes = [
        said["held"].format(amount=wording.money(each.held, each.currency, language), number=each.number)
        for each in statement.lines
        if each.held > 0
    ]
    notes += [
        f"{said['credit']}: {wording.money(amount, currency, language)}"
        for currency, amount in statement.credits.items()
    ]
    if iban := (settings.get("bank") or {}).get("iban"):
        notes.append(said["bank"].format(iban=wording.iban(iban)))
    pdf.ln(6)
    pdf.set_font("sans", size=9)
    for note in notes:
        pdf.multi_cell(0, 5, _shown(note), new_x="LMARGIN", new_y="NEXT")


@cache
def _fonts() -> Path:
    """DejaVu Sans, which matplotlib brings: Latin, Greek, Cyrillic and more. The library itself is not imported."""
    found = find_spec("matplotlib")
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "mpl-data" / "fonts" / "ttf"


@cache
def _characters() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # what fpdf2 reads fonts with

    with TTFont(_fonts() / "DejaVuSans.ttf") as font:
        return frozenset(font.getBestCmap())


def _shown(value: str) -> str:
    """Text in characters that the font has; others stand as a box."""
    composed = unicodedata.normalize("NFC", value)
    return "".join(char if char == "\n" or ord(char) in _characters() else "\u25a1" for char in composed)


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40] or "customer"


_LINES = text("""
    select number, issued_on, due_on, currency, total, balance as open,
           least(balance, coalesce(held.amount, 0)) as held
    from invoices
    left join lateral (
        select sum(coalesce(holds.amount, invoices.balance)) as amount
        from holds where holds.invoice_id = invoices.id and holds.released_at is null and holds.kind <> 'promise'
    ) held on true
    where customer_id = :customer and balance > 0 and deleted_on is null
    order by due_on, number limit :most
""")
_CREDITS = text("""
    select currency, sum(unapplied) as amount from (
        select currency, unapplied from payments where customer_id = :customer and unapplied > 0 and deleted_on is null
        union all
        select currency, unapplied from credit_memos
        where customer_id = :customer and unapplied > 0 and deleted_on is null
    ) unused group by currency order by currency
""")
