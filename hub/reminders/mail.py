"""A message's two parts, which say the same: the text as it was checked, and HTML made of that text.

The list of invoices in a text becomes a table, addresses that the hub put there become links; nothing else is markup.
Below it stands what the hub adds to each message: the sender's postal address and how to stop such mail.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from hub.reminders.fact_sheet import Links
from hub.reminders.words import words
from hub.sdk import wording
from hub.sdk.facts import FactInvoice, FactSheet

_URL = re.compile(r"https?://[^\s<>\"]+")
_TRAILING = ".,;:!?)"
# Inline, for many mail programs drop style sheets; colours that hold on light and dark grounds.
_BODY = "margin:0;padding:24px;font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_COLUMN = "max-width:640px;margin:0 auto"
_TABLE = "border-collapse:collapse;width:100%;margin:16px 0"
_CELL = "padding:8px 12px 8px 0;border-bottom:1px solid #8a8f98;text-align:left;vertical-align:top"
_NUMBER = f"{_CELL};text-align:right;white-space:nowrap"
_SMALL = "font-size:13px;margin-top:32px"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Both parts of a message."""

    text: str
    html: str


def body(text: str, facts: FactSheet, language: str, links: Links, *, postal_address: str = "") -> Body:
    """The whole message: `text`, as it was checked, and what the hub adds below."""
    said = words(language)
    below = [postal_address.strip()] if postal_address.strip() else []
    if links.unsubscribe:
        below.append(f"{said['unsubscribe']}, {said['unsubscribe_link']}: {links.unsubscribe}")
    return Body(
        text="\n\n".join([text.rstrip(), *(["-- \n" + "\n\n".join(below)] if below else [])]) + "\n",
        html=html_of(text, facts, language, links, postal_address=postal_address),
    )


def html_of(text: str, facts: FactSheet, language: str, links: Links, *, postal_address: str = "") -> str:
    """An HTML document that says what `text` says; `language` is BCP 47."""
    said = words(language)
    parts = [_block(block, facts, language, links) for block in re.split(r"\n\s*\n", text.strip())]
    small = []
    if postal_address.strip():
        small.append(f"<p>{_lines(postal_address.strip().splitlines())}</p>")
    if links.unsubscribe:
        stop = f'<a href="{escape(links.unsubscribe)}">{escape(said["unsubscribe_link"])}</a>'
        small.append(f"<p>{escape(said['unsubscribe'])}, {stop}.</p>")
    footer = f'<div style="{_SMALL}">{"".join(small)}</div>' if small else ""
    return (
        f'<!doctype html>\n<html lang="{escape(wording.tag_of(language))}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{escape(wording.name(facts.sender.company))}</title></head>\n"
        f'<body style="{_BODY}"><div style="{_COLUMN}">\n' + "\n".join(parts) + f"\n{footer}</div></body>\n</html>\n"
    )


def _block(block: str, facts: FactSheet, language: str, links: Links) -> str:
    """A paragraph, a list, or the list of the invoices as a table."""
    lines = block.splitlines()
    if all(line.startswith("- ") for line in lines):
        named = [_invoice(line, facts, language) for line in lines]
        found = [each for each in named if each is not None]
        if len(found) == len(lines) > 1:
            return _table(found, language)
        items = "".join(f"<li>{_linked(line[2:], language, links)}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    return f"<p>{'<br>'.join(_linked(line, language, links) for line in lines)}</p>"


def _invoice(line: str, facts: FactSheet, language: str) -> FactInvoice | None:
    """The invoice of which a line is the statement's own; a line that says more stays as it is."""
    return next((each for each in facts.invoices if line == f"- {wording.item(each, language)}"), None)


def _table(invoices: Sequence[FactInvoice], language: str) -> str:
    said = words(language)
    head = "".join(
        f'<th scope="col" style="{style}">{escape(said[name])}</th>'
        for name, style in (("invoice", _CELL), ("due", _CELL), ("open", _NUMBER))
    )
    rows = []
    for each in invoices:
        late = wording.overdue(each, language)
        due = escape(wording.day(each.due_on, language)) + (f"<br><small>{escape(late)}</small>" if late else "")
        rows.append(
            f'<tr><th scope="row" style="{_CELL};font-weight:normal">{escape(wording.name(each.number))}</th>'
            f'<td style="{_CELL}">{due}</td>'
            f'<td style="{_NUMBER}">{escape(wording.money(each.open, each.currency, language))}</td></tr>'
        )
    return f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _linked(line: str, language: str, links: Links) -> str:
    """A line with its addresses as links; long ones of the hub's own by a name, so that they can be read out."""
    said = words(language)
    names = {links.page: said["page"], links.payment: said["pay"]}
    parts, at = [], 0
    for found in _URL.finditer(line):
        address = found[0].rstrip(_TRAILING)
        parts.append(escape(line[at : found.start()]))
        shown = escape(names.get(address, address))
        # Only what the hub put there is a link; anybody else's address is text.
        is_ours = address in (links.page, links.payment)
        parts.append(f'<a href="{escape(address)}">{shown}</a>' if is_ours else escape(address))
        at = found.start() + len(address)
    parts.append(escape(line[at:]))
    return "".join(parts)


def _lines(lines: Sequence[str]) -> str:
    return "<br>".join(map(escape, lines))
