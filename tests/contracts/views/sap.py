"""A ledger as lines of SAP's cube, as in the example answers.

A payment or credit memo is one document for each invoice that it was applied to, and one for what is left. What
settled an invoice in full is cleared with it; what did not refers to it. Reversed documents stay.
"""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from tests.contracts.views.ledgers import Credit, Invoice, Ledger, money, pages


def answers(ledger: Ledger, *, page: int = 1000) -> dict[str, Any]:
    """The answers by file name."""
    rows = [row for each in ledger.invoices for row in _invoice(ledger, each)]
    rows += [row for each in [*ledger.payments, *ledger.credits] for row in _credit(ledger, each)]
    return {f"items_page{n}.json": {"d": {"__count": str(len(rows)), "results": some}} for n, some in pages(rows, page)}


def open_sum(ledger: Ledger) -> Decimal:
    """What the open lines add up to in the company code's currency."""
    rows = [row for each in answers(ledger).values() for row in each["d"]["results"]]
    return sum((Decimal(row["AmountInCompanyCodeCurrency"]) for row in rows if not row["IsCleared"]), Decimal(0))


def _invoice(ledger: Ledger, invoice: Invoice) -> list[dict[str, Any]]:
    number = f"18{invoice.id:08d}"
    row = _line(ledger, invoice, number, "RV", invoice.total, invoice.issued, invoice.due)
    if invoice.void:
        return _reversed(row, f"01{invoice.id:08d}", invoice.issued)
    if not ledger.open(invoice):
        row |= _cleared(invoice.due or invoice.issued, f"14{invoice.id:08d}")
    return [row]


def _credit(ledger: Ledger, credit: Credit) -> list[dict[str, Any]]:
    prefix, kind = ("16", "RV") if credit.number else ("14", "DZ")
    made = credit.made
    if credit.void:
        row = _line(ledger, credit, f"{prefix}{credit.id * 10:08d}", kind, -credit.total, made, made)
        return _reversed(row, f"02{credit.id:08d}", made)
    rows = []
    for index, (invoice_id, amount) in enumerate(credit.to):
        row = _line(ledger, credit, f"{prefix}{credit.id * 10 + index:08d}", kind, -amount, made, made)
        invoice = next(each for each in ledger.invoices if each.id == invoice_id)
        if ledger.open(invoice):
            row |= {"InvoiceReference": f"18{invoice_id:08d}", "InvoiceReferenceFiscalYear": "2026"}
        else:
            row |= _cleared(made, f"14{invoice_id:08d}")
        rows.append(row)
    if credit.left:
        rest = 9 if credit.number else len(credit.to)
        rows.append(_line(ledger, credit, f"{prefix}{credit.id * 10 + rest:08d}", kind, -credit.left, made, made))
    return rows


def _line(
    ledger: Ledger, document: Invoice | Credit, number: str, kind: str, amount: Decimal, day: date, due: date | None
) -> dict[str, Any]:
    return {
        "__metadata": {"type": "API_OPLACCTGDOCITEMCUBE_SRV.A_OperationalAcctgDocItemCubeType"},
        "CompanyCode": "1710",
        "FiscalYear": "2026",
        "AccountingDocument": number,
        "AccountingDocumentItem": "001",
        "FinancialAccountType": "D",
        "AccountingDocumentType": kind,
        "DebitCreditCode": "H" if number.startswith(("14", "16")) else "S",
        "Customer": f"{document.customer:010d}",
        "CustomerName": ledger.customer(document.customer).name,
        "PostingDate": ticks(day),
        "DocumentDate": ticks(day),
        "NetDueDate": ticks(due) if due else None,
        "NetPaymentDays": "30" if due else "0",
        "TransactionCurrency": document.currency,
        "AmountInTransactionCurrency": f"{money(amount, document.currency):f}",
        "CompanyCodeCurrency": "USD",
        "AmountInCompanyCodeCurrency": f"{amount * document.rate:.2f}",
        "IsCleared": False,
        "ClearingDate": None,
        "ClearingAccountingDocument": "",
        "InvoiceReference": "",
        "InvoiceReferenceFiscalYear": "",
        "DocumentReferenceID": "",
        "ReverseDocument": "",
        "IsReversed": False,
        "IsReversal": False,
        "SpecialGLCode": "",
        "LastChangeDate": ticks(day),
    }


def _cleared(day: date, by: str) -> dict[str, Any]:
    return {"IsCleared": True, "ClearingDate": ticks(day), "ClearingAccountingDocument": by}


def _reversed(row: dict[str, Any], by: str, day: date) -> list[dict[str, Any]]:
    """A reversed document, and the one that reverses it."""
    original = row | _cleared(day, by) | {"ReverseDocument": by, "IsReversed": True}
    amounts = ("AmountInTransactionCurrency", "AmountInCompanyCodeCurrency")
    pair = row | _cleared(day, by) | {"AccountingDocument": by, "AccountingDocumentType": "AB", "IsReversal": True}
    pair |= {name: f"{-Decimal(row[name]):f}" for name in amounts}
    pair |= {"DebitCreditCode": {"S": "H", "H": "S"}[row["DebitCreditCode"]]}
    return [original, pair | {"ReverseDocument": row["AccountingDocument"]}]


def ticks(day: date) -> str:
    """A date as OData writes it."""
    return f"/Date({int(datetime.combine(day, time(), UTC).timestamp() * 1000)})/"
