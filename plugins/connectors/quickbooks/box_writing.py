"""What QuickBooks in a box takes in: credit memos, and the payments over nothing that apply them.

After the reference of CreditMemo and Payment, and of `requestid`: a request with the id of one that was answered before
gets that answer again and does nothing. Refusals are ValidationFaults: 2020 for what is missing, 610 for what is not
there, 6000 for what the books do not allow.
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

Item = Mapping[str, Any]
Step = Callable[[str, dict[str, Any]], Any]
"""Does a step to the company's books, and keeps it in the journal."""


class Refusal(Exception):
    """A ValidationFault: its code and detail."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


def read_body(body: bytes) -> Item:
    """The object that was sent, its numbers exact."""
    try:
        found = json.loads(body, parse_float=Decimal, parse_int=Decimal)
    except ValueError as error:
        raise Refusal("2010", "Request has invalid or unsupported property: the body is no JSON") from error
    if not isinstance(found, dict):
        raise Refusal("2010", "Request has invalid or unsupported property: the body is no object")
    return found


def credit_memo(company: Any, body: Item, step: Step) -> int:
    """Make a credit memo; its id."""
    party = _customer(company, body)
    currency = company.parties[party].currency
    if (named := _ref(body, "CurrencyRef")) not in (None, currency):
        raise Refusal("6000", f"A business validation error has occurred: the customer has {currency}, not {named}")
    lines = [each for each in body.get("Line") or () if each.get("DetailType") == "SalesItemLineDetail"]
    if not lines:
        raise Refusal("2020", "Required param missing, need to supply the required value for the API: Line")
    total = sum((_amount(line, "Amount") for line in lines), Decimal(0))
    arguments = {"party": party, "total": str(total), "memo": str(body.get("PrivateNote") or "")}
    if body.get("DocNumber"):
        arguments["number"] = str(body["DocNumber"])
    if body.get("TxnDate"):
        arguments["on"] = _day(body["TxnDate"])
    return int(_done(step, "credit", arguments).id)


def credit_payment(company: Any, body: Item, step: Step) -> int:
    """Apply a credit memo to an invoice by a payment over nothing; the id of the application."""
    party = _customer(company, body)
    if _amount(body, "TotalAmt") != 0:
        raise Refusal("6000", "A business validation error has occurred: this box takes payments over nothing alone")
    linked: dict[str, tuple[int, Decimal]] = {}
    for line in body.get("Line") or ():
        for link in line.get("LinkedTxn") or ():
            linked[str(link.get("TxnType"))] = (int(link["TxnId"]), _amount(line, "Amount"))
    if linked.keys() != {"Invoice", "CreditMemo"} or linked["Invoice"][1] != linked["CreditMemo"][1]:
        raise Refusal("6000", "A business validation error has occurred: credits and charges must be the same")
    (invoice, amount), (memo, _) = linked["Invoice"], linked["CreditMemo"]
    for entries, id_ in ((company.invoices, invoice), (company.credit_memos, memo)):
        if id_ not in entries or entries[id_].party != party:
            raise Refusal("610", f"Object Not Found : {id_} is no transaction of this customer")
    arguments = {"source_kind": "credit_memo", "source": memo, "invoice": invoice, "amount": str(amount)}
    if body.get("TxnDate"):
        arguments["on"] = _day(body["TxnDate"])
    return int(_done(step, "apply", arguments).id)


def _done(step: Step, name: str, arguments: dict[str, Any]) -> Any:
    try:
        return step(name, arguments)
    except ValueError as error:
        raise Refusal("6000", f"A business validation error has occurred: {error}") from error


def _customer(company: Any, body: Item) -> int:
    named = _ref(body, "CustomerRef")
    if named is None:
        raise Refusal("2020", "Required param missing, need to supply the required value for the API: CustomerRef")
    if not named.isdigit() or int(named) not in company.parties:
        raise Refusal("2500", f"Invalid Reference Id : Names element id {named} not found")
    if not company.parties[int(named)].is_active:
        raise Refusal("610", "Object Not Found : Something you are trying to use has been made inactive")
    return int(named)


def _ref(body: Item, name: str) -> str | None:
    found = body.get(name)
    return str(found["value"]) if isinstance(found, Mapping) and found.get("value") else None


def _amount(part: Item, name: str) -> Decimal:
    try:
        return Decimal(str(part[name]))
    except (KeyError, InvalidOperation) as error:
        raise Refusal(
            "2020", f"Required param missing, need to supply the required value for the API: {name}"
        ) from error


def _day(text: Any) -> str:
    try:
        return date.fromisoformat(str(text)).isoformat()
    except ValueError as error:
        raise Refusal("2010", f"Request has invalid or unsupported property: {text} is no date") from error
