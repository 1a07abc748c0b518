"""Credit notes, made once and allocated to their invoice.

Xero knows an Idempotency-Key again for minutes only. So a note is looked for first, by the key in its reference; where
it is there, what is left to do is done.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hub.sdk.connector import WriteRequest, WriteResult
from hub.sdk.errors import AuthError, RefusedError, TransientError
from plugins.connectors.xero.client import Client
from plugins.connectors.xero.values import amount as amount_of
from plugins.connectors.xero.values import optional_text

Item = Mapping[str, Any]
ZERO = Decimal(0)
LONGEST_DESCRIPTION = 4000


def write(client: Client, tenant: str, request: WriteRequest) -> WriteResult:
    """The credit note for a request, as Xero has it after this. Raises as hub.sdk.connector says."""
    note = _find(client, tenant, request)
    invoice = _invoice(client, tenant, request)
    if note is None:
        if invoice is None:
            raise RefusedError("Xero has no such invoice any more", 404)
        _check(invoice, request)
        with _readable():
            answer = client.call(
                "create_credit_notes",
                tenant,
                credit_notes={"CreditNotes": [_note(invoice, request)]},
                idempotency_key=f"{request.key}-note",
            )
        note = _first(answer, "CreditNotes")
        if note is None:
            raise TransientError("Xero does not say which credit note it made")
    return WriteResult(
        external_id=str(note["CreditNoteID"]),
        number=optional_text(note, "CreditNoteNumber"),
        applied=_allocate(client, tenant, invoice, note, request),
    )


def _invoice(client: Client, tenant: str, request: WriteRequest) -> Item | None:
    try:
        answer = client.call("get_invoice", tenant, invoice_id=request.invoice_id)
    except RefusedError as error:
        if error.status == 404:
            return None
        raise
    return _first(answer, "Invoices")


def _find(client: Client, tenant: str, request: WriteRequest) -> Item | None:
    where = f'Type=="ACCRECCREDIT" AND Reference=="{request.key}"'
    answer = client.call("get_credit_notes", tenant, where=where, page=1, page_size=10)
    found = (answer or {}).get("CreditNotes") or []
    if any(each.get("Status") in ("VOIDED", "DELETED") for each in found):
        raise RefusedError("The credit note was made and then voided at Xero; it is not made anew", 409)
    return found[0] if found else None


def _check(invoice: Item, request: WriteRequest) -> None:
    """Refuse what could not be allocated, before anything is made."""
    currency, left = invoice.get("CurrencyCode"), amount_of(invoice, "AmountDue")
    if currency not in (None, request.currency):
        raise RefusedError(f"The invoice is in {currency} at Xero, not in {request.currency}", 409)
    if left < request.amount:
        raise RefusedError(f"Of the invoice {left} {request.currency} are open at Xero, less than the credit", 409)


def _note(invoice: Item, request: WriteRequest) -> dict[str, Any]:
    lines = [line for line in invoice.get("LineItems") or () if line.get("AccountCode")]
    if not lines:
        raise RefusedError("No line of the invoice names an account at Xero; enter the credit note there", 409)
    line = {
        "Description": request.reason[:LONGEST_DESCRIPTION],
        "Quantity": 1,
        "UnitAmount": request.amount,
        "AccountCode": lines[0]["AccountCode"],
    }
    if tax := lines[0].get("TaxType"):
        line["TaxType"] = tax
    return {
        "Type": "ACCRECCREDIT",
        "Status": "AUTHORISED",
        "Contact": {"ContactID": invoice["Contact"]["ContactID"]},
        "Date": request.on.isoformat(),
        "CurrencyCode": request.currency,
        # The amount is what the customer owes less, so that any tax is in it.
        "LineAmountTypes": "NoTax" if invoice.get("LineAmountTypes") == "NoTax" else "Inclusive",
        "Reference": request.key,
        "LineItems": [line],
    }


def _allocate(client: Client, tenant: str, invoice: Item | None, note: Item, request: WriteRequest) -> Decimal:
    """Set the note against the invoice, as far as both have something left; how much of it is."""
    if invoice is None:
        return ZERO
    done = sum(
        (
            amount_of(each, "Amount")
            for each in note.get("Allocations") or ()
            if not each.get("IsDeleted") and (each.get("Invoice") or {}).get("InvoiceID") == invoice["InvoiceID"]
        ),
        ZERO,
    )
    left = amount_of(note, "RemainingCredit") if "RemainingCredit" in note else amount_of(note, "Total")
    amount = min(left, amount_of(invoice, "AmountDue"), request.amount - done)
    if amount <= 0:
        return done
    allocation = {"Amount": amount, "Date": request.on.isoformat(), "Invoice": {"InvoiceID": invoice["InvoiceID"]}}
    try:
        client.call(
            "create_credit_note_allocation",
            tenant,
            credit_note_id=str(note["CreditNoteID"]),
            allocations={"Allocations": [allocation]},
            idempotency_key=f"{request.key}-link",
        )
    except (RefusedError, AuthError):
        # The note is there, and a person can allocate it: that is what the result says.
        return done
    return done + amount


def _first(answer: Any, key: str) -> Item | None:
    found = answer.get(key) if isinstance(answer, Mapping) else None
    return found[0] if isinstance(found, list) and found and isinstance(found[0], Mapping) else None


@contextmanager
def _readable() -> Iterator[None]:
    """A refusal in the words that Xero has for people; what a consent lacks, by what to do about it."""
    try:
        yield
    except AuthError as error:
        raise AuthError(
            "Xero does not let this connection write credit notes: reconnect it, and agree to that as well"
        ) from error
    except RefusedError as error:
        if error.status in (409, 412):
            raise TransientError("Xero is still busy with the same request") from error
        raise RefusedError(f"Xero refuses the credit note: {_said(error)[:500]}", error.status, error.body) from error


def _said(error: RefusedError) -> str:
    try:
        answer = json.loads(error.body)
        faults = [
            fault["Message"] for each in answer.get("Elements") or () for fault in each.get("ValidationErrors") or ()
        ]
        return "; ".join(faults) or str(answer["Message"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return str(error)
