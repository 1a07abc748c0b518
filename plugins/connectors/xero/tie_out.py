"""What Xero itself says is owed, to compare with the ledger. README.md says what each figure is made of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hub.sdk.connector import Totals
from plugins.connectors.xero.client import Client
from plugins.connectors.xero.listing import PAGE_SIZE
from plugins.connectors.xero.organisations import Organisation
from plugins.connectors.xero.values import amount, day, optional_amount, optional_text, part, text

Balances = dict[str, dict[str, Decimal]]
"""Customer -> currency -> amount."""

_CREDITS = {
    "get_credit_notes": ("CreditNotes", 'Status=="AUTHORISED" AND Type=="ACCRECCREDIT"', ("ACCRECCREDIT",)),
    "get_overpayments": ("Overpayments", 'Status=="AUTHORISED"', ("RECEIVE-OVERPAYMENT", "AROVERPAYMENT")),
    "get_prepayments": ("Prepayments", 'Status=="AUTHORISED"', ("RECEIVE-PREPAYMENT", "ARPREPAYMENT")),
}


def totals(client: Client, tenant: str, organisation: Organisation, account: str | None) -> Totals:
    """Open invoices less unapplied credit per customer and currency, and the receivables account in home currency."""
    invoices, credit = _nested(), _nested()
    dates: list[date] = []
    for item in _open_invoices(client, tenant):
        _add(invoices, item, amount(item, "AmountDue"))
        dates.append(day(item, "Date"))
    for call, (key, where, types) in _CREDITS.items():
        for item in _all(client, call, tenant, key, where):
            if item.get("Type") in types:
                _add(credit, item, amount(item, "RemainingCredit"))
                dates.append(day(item, "Date"))
    for contact in _all(client, "get_contacts", tenant, "Contacts", None, include_archived=True):
        _believe(contact, invoices, credit, organisation.home_currency)
    today = (client.clock or datetime.now(UTC)).astimezone(ZoneInfo(organisation.time_zone or "UTC")).date()
    customers = _less(invoices, credit)
    receivable = defaultdict[str, Decimal](Decimal)
    for balances in customers.values():
        for currency, balance in balances.items():
            receivable[currency] += balance
    return Totals(
        as_of=today,
        receivable=dict(receivable),
        customers=customers,
        home_currency=organisation.home_currency,
        home=_account_balance(client, tenant, account, max([today, *dates])),
    )


def _open_invoices(client: Client, tenant: str) -> list[Mapping[str, Any]]:
    """The invoices that something is due of, without their lines: Xero charges for what it sends.

    Which fields the short form leaves out is described in words only; where it lacks one, the long form is asked for.
    """
    for is_short in (True, False):
        given = {"summary_only": True} if is_short else {}
        found = [*_all(client, "get_invoices", tenant, "Invoices", 'Type=="ACCREC"', statuses=["AUTHORISED"], **given)]
        if all(each.keys() >= {"AmountDue", "CurrencyCode", "Contact"} for each in found):
            break
    return [each for each in found if each.get("Type", "ACCREC") == "ACCREC"]


def _believe(contact: Mapping[str, Any], invoices: Balances, credit: Balances, home_currency: str) -> None:
    """Set the customer's open invoices to what Xero states of it as a whole, where its documents say something else.

    That figure adds up all currencies as they are, so a difference is put under the currency the customer has most of.
    Whether it counts credit is written nowhere; one that is less by exactly the credit has counted it.
    """
    receivable = part(part(contact, "Balances"), "AccountsReceivable")
    stated = optional_amount(receivable, "Outstanding")
    if stated is None:
        return
    contact_id = text(contact, "ContactID")
    open_, unapplied = invoices.get(contact_id, {}), sum(credit.get(contact_id, {}).values(), Decimal(0))
    due = sum(open_.values(), Decimal(0))
    if stated in (due, due - unapplied):
        return
    most = max(open_, key=lambda currency: open_[currency], default=None)
    currency = most or optional_text(contact, "DefaultCurrency") or home_currency
    invoices[contact_id][currency] = open_.get(currency, Decimal(0)) + stated - due


def _account_balance(client: Client, tenant: str, account: str | None, on: date) -> Decimal | None:
    """The receivables account in the trial balance; None where it holds gains that no document has.

    Documents dated ahead count as open, so the trial balance is asked for the day of the latest.
    """
    report = client.call("get_report_trial_balance", tenant, date=on.isoformat())
    balance = None
    for row in _rows(report):
        cells = row.get("Cells") or []
        if len(cells) < 5:
            continue
        if account is not None and _account_of(cells[0]) == account:
            balance = _side(cells[3]) - _side(cells[4])
        elif _is_unrealised(cells[0]) and _side(cells[3]) != _side(cells[4]):
            return None
    # An account without any movement is not in the report.
    return Decimal(0) if balance is None and account is not None else balance


def _rows(report: Any) -> Iterator[Mapping[str, Any]]:
    for each in (report or {}).get("Reports") or ():
        for section in each.get("Rows") or ():
            yield from (row for row in section.get("Rows") or () if row.get("RowType") == "Row")


def _is_unrealised(cell: Mapping[str, Any]) -> bool:
    return str(cell.get("Value", "")).lower().startswith("unrealised currency gain")


def _account_of(cell: Mapping[str, Any]) -> str | None:
    attributes = cell.get("Attributes") or ()
    return next((str(each.get("Value")) for each in attributes if each.get("Id") == "account"), None)


def _side(cell: Mapping[str, Any]) -> Decimal:
    return optional_amount(cell, "Value") or Decimal(0)


def _all(
    client: Client, call: str, tenant: str, key: str, where: str | None, **arguments: Any
) -> Iterator[Mapping[str, Any]]:
    """Every item that a list has now. An item that moves while pages are turned is counted once."""
    page, seen = 1, set[str]()
    id_name = f"{key[:-1]}ID"
    while True:
        given = {**arguments, **({} if where is None else {"where": where})}
        answer = client.call(call, tenant, order=f"{id_name}", page=page, page_size=PAGE_SIZE, **given) or {}
        items = [item for item in answer.get(key) or () if isinstance(item, Mapping)]
        fresh = [item for item in items if str(item.get(id_name)) not in seen]
        seen.update(str(item.get(id_name)) for item in fresh)
        yield from fresh
        pages = (answer.get("pagination") or {}).get("pageCount")
        if not items or (not fresh if pages is None else page >= pages):
            return
        page += 1


def _add(balances: Balances, item: Mapping[str, Any], value: Decimal) -> None:
    customer, currency = text(part(item, "Contact"), "ContactID"), text(item, "CurrencyCode")
    balances[customer][currency] = balances[customer].get(currency, Decimal(0)) + value


def _less(invoices: Balances, credit: Balances) -> Balances:
    found = _nested()
    for sign, balances in ((1, invoices), (-1, credit)):
        for customer, amounts in balances.items():
            for currency, value in amounts.items():
                found[customer][currency] = found[customer].get(currency, Decimal(0)) + sign * value
    return {customer: kept for customer, amounts in found.items() if (kept := {c: v for c, v in amounts.items() if v})}


def _nested() -> Balances:
    return defaultdict(dict)
