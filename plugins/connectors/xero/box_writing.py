"""What Xero in a box takes in: credit notes, and their allocations to invoices.

After the pages "Credit notes", "Idempotent requests" and "HTTP response codes" of Xero's developer documentation: PUT
makes, an Idempotency-Key that was answered within the last minutes brings the same answer again, the same key with
another body is refused, and what the books do not allow is a ValidationException.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from plugins.connectors.xero.box_books import Ledger, contact_id, guid

Item = Mapping[str, Any]
Step = Callable[[str, dict[str, Any]], Any]
"""Does a step to the company's books, and keeps it in the journal."""

_DAY = re.compile(r"/Date\((-?\d+)")


class Refusal(Exception):
    """What a ValidationException says."""


def read_items(body: bytes, name: str) -> Item:
    """The one element that was sent, its numbers exact."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_int=Decimal)
        (item,) = found[name] if isinstance(found, dict) and name in found else (found,)
    except (ValueError, TypeError) as error:
        raise Refusal("The body is no JSON of one element") from error
    if not isinstance(item, dict):
        raise Refusal("The element is no object")
    return item


def credit_note(ledger: Ledger, item: Item, step: Step) -> int:
    """Make a credit note; its number among the company's documents."""
    company = ledger.company
    if item.get("Type") != "ACCRECCREDIT":
        raise Refusal("Type must be ACCRECCREDIT here")
    contact = (item.get("Contact") or {}).get("ContactID", "")
    party = next((each for each in company.parties if contact_id(each) == contact), None)
    if party is None:
        raise Refusal("The Contact could not be found")
    if not company.parties[party].is_active:
        raise Refusal("The Contact has been archived")
    if item.get("CurrencyCode") not in (None, company.parties[party].currency):
        raise Refusal(f"Organisation is not subscribed to currency {item['CurrencyCode']} for this contact")
    lines = item.get("LineItems") or []
    if not lines:
        raise Refusal("One or more line items must be specified")
    if any(line.get("AccountCode") != "200" for line in lines):
        raise Refusal("Account code is not a valid code for this document")
    total = sum((_amount(line, "UnitAmount") * _amount(line, "Quantity") for line in lines), Decimal(0))
    arguments = {"party": party, "total": str(total), "memo": str(item.get("Reference") or "")}
    if item.get("Date"):
        arguments["on"] = _day(item["Date"])
    return int(_done(step, "credit", arguments).id)


def allocation(ledger: Ledger, note: str, item: Item, step: Step) -> int:
    """Set a part of a credit note against an invoice; the application's number."""
    company = ledger.company
    memo = next((each for each in company.credit_memos if guid(0x3333, each) == note), None)
    wanted = (item.get("Invoice") or {}).get("InvoiceID", "")
    invoice = next((each for each in company.invoices if guid(0x1111, each) == wanted), None)
    if memo is None or invoice is None:
        raise Refusal("The document could not be found")
    arguments = {
        "source_kind": "credit_memo",
        "source": memo,
        "invoice": invoice,
        "amount": str(_amount(item, "Amount")),
    }
    if item.get("Date"):
        arguments["on"] = _day(item["Date"])
    return int(_done(step, "apply", arguments).id)


def _done(step: Step, name: str, arguments: dict[str, Any]) -> Any:
    try:
        return step(name, arguments)
    except ValueError as error:
        raise Refusal(str(error)) from error


def _amount(part: Item, name: str) -> Decimal:
    try:
        return Decimal(str(part[name]))
    except (KeyError, InvalidOperation) as error:
        raise Refusal(f"{name} is needed") from error


def _day(text: Any) -> str:
    if _DAY.match(str(text)):
        raise Refusal("Send dates as ISO dates")
    try:
        return date.fromisoformat(str(text)[:10]).isoformat()
    except ValueError as error:
        raise Refusal(f"{text} is no date") from error
