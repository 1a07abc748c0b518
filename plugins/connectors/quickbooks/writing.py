"""Credit memos, made once and set against their invoice.

QuickBooks knows a request again by its `requestid`, for a time that Intuit does not state. So a memo is looked for
first, by the key in its private note; where it is there, what is left to do is done. A credit is applied as QuickBooks
does it itself: by a payment over nothing that links the invoice and the memo.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from hub.sdk.connector import WriteRequest, WriteResult
from hub.sdk.errors import AuthError, RefusedError
from plugins.connectors.quickbooks.client import Client, Item, quoted
from plugins.connectors.quickbooks.fields import ZERO, Fields

LONGEST_NOTE = 4000
_TAXED = frozenset({"TaxExcluded", "TaxInclusive"})


def write(client: Client, request: WriteRequest) -> WriteResult:
    """The credit memo for a request, as QuickBooks has it after this. Raises as hub.sdk.connector says."""
    memo = _find(client, request)
    invoice = _invoice(client, request)
    if memo is None:
        if invoice is None:
            raise RefusedError("QuickBooks has no such invoice; it may be a line of a journal entry, or deleted", 404)
        _check(invoice, request)
        with _readable():
            memo = client.create("CreditMemo", _memo(invoice, request), f"{request.key}-memo")
    return WriteResult(
        external_id=str(memo["Id"]),
        number=Fields("CreditMemo", memo).text("DocNumber"),
        applied=_apply(client, invoice, memo, request),
    )


def _invoice(client: Client, request: WriteRequest) -> Item | None:
    found = client.query("Invoice", f"Id = {quoted(request.invoice_id)}") if request.invoice_id.isdigit() else []
    return found[0] if found else None


def _find(client: Client, request: WriteRequest) -> Item | None:
    start = 1
    # Notes cannot be asked for; the memos of one day are few.
    while page := client.query("CreditMemo", f"TxnDate = {quoted(request.on.isoformat())}", "Id", start=start):
        for memo in page:
            if request.key not in str(memo.get("PrivateNote") or ""):
                continue
            fields = Fields("CreditMemo", memo)
            if fields.is_voided() and not fields.money("TotalAmt"):
                raise RefusedError("The credit memo was made and then voided at QuickBooks; it is not made anew", 409)
            return memo
        start += len(page)
    return None


def _check(invoice: Item, request: WriteRequest) -> None:
    """Refuse what could not be applied, before anything is made."""
    fields = Fields("Invoice", invoice)
    currency, left = fields.ref("CurrencyRef"), fields.money("Balance") or ZERO
    if currency not in (None, request.currency):
        raise RefusedError(f"The invoice is in {currency} at QuickBooks, not in {request.currency}", 409)
    if left < request.amount:
        raise RefusedError(
            f"Of the invoice {left} {request.currency} are open at QuickBooks, less than the credit", 409
        )


def _memo(invoice: Item, request: WriteRequest) -> dict[str, Any]:
    line = next((each for each in invoice.get("Line") or () if each.get("DetailType") == "SalesItemLineDetail"), {})
    sold: Mapping[str, Any] = line.get("SalesItemLineDetail") or {}
    detail: dict[str, Any] = {"Qty": 1, "UnitPrice": request.amount}
    if item := sold.get("ItemRef"):
        detail["ItemRef"] = {"value": item["value"]}
    tax = invoice.get("GlobalTaxCalculation")
    # Where the books have value-added tax the amount includes it, by the code of what was sold. In the United States
    # nobody can say how much of a credit is tax; so it is without, as a person enters an allowance.
    code = sold.get("TaxCodeRef") if tax in _TAXED else {"value": "NON"}
    if code:
        detail["TaxCodeRef"] = {"value": code["value"]}
    return {
        "CustomerRef": {"value": invoice["CustomerRef"]["value"]},
        "TxnDate": request.on.isoformat(),
        **({"CurrencyRef": {"value": request.currency}} if invoice.get("CurrencyRef") else {}),
        **({"GlobalTaxCalculation": "TaxInclusive"} if tax in _TAXED else {}),
        "PrivateNote": f"{request.reason[: LONGEST_NOTE - 60]} [{request.key}]",
        "Line": [
            {
                "Amount": request.amount,
                "Description": request.reason[:LONGEST_NOTE],
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": detail,
            }
        ],
    }


def _apply(client: Client, invoice: Item | None, memo: Item, request: WriteRequest) -> Decimal:
    """Set the memo against the invoice, as far as both have something left; how much of it is."""
    fields = Fields("CreditMemo", memo)
    total, left = fields.money("TotalAmt") or ZERO, fields.money("Balance")
    left = total if left is None else left
    # What was used already, was so for this invoice: an earlier attempt did it.
    used = total - left
    if invoice is None:
        return used
    amount = min(left, Fields("Invoice", invoice).money("Balance") or ZERO, request.amount - used)
    if amount <= 0:
        return used
    links = [(str(invoice["Id"]), "Invoice"), (str(memo["Id"]), "CreditMemo")]
    body = {
        "CustomerRef": {"value": invoice["CustomerRef"]["value"]},
        "TotalAmt": 0,
        "TxnDate": request.on.isoformat(),
        **({"CurrencyRef": {"value": request.currency}} if invoice.get("CurrencyRef") else {}),
        "Line": [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for id_, kind in links],
    }
    try:
        client.create("Payment", body, f"{request.key}-link")
    except (RefusedError, AuthError):
        # The memo is there, and a person can apply it: that is what the result says.
        return used
    return used + amount


@contextmanager
def _readable() -> Iterator[None]:
    """A refusal in the words that QuickBooks has for people."""
    try:
        yield
    except RefusedError as error:
        try:
            faults = json.loads(error.body)["Fault"]["Error"]
            said = "; ".join(str(each.get("Detail") or each["Message"]) for each in faults)
        except (ValueError, KeyError, TypeError):
            raise error from None
        raise RefusedError(f"QuickBooks refuses the credit memo: {said[:500]}", error.status, error.body) from error
