"""The fields of a receivables file, and the column headers under which exports write them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from plugins.connectors.csv.money import CURRENCIES

# For each field its headers, the surest first: of two columns that could be it, the earlier one here is taken.
# Our own documented format uses the fields' names. A bare "balance" comes late: beside an open balance it is a
# running total.
HEADERS: dict[str, tuple[str, ...]] = {
    "invoice_id": (
        "invoice id", "invoice number", "invoice no", "invoice nr", "invoice num", "invoice #", "inv no", "inv #",
        "invoice", "doc id", "document id", "document number", "document no", "doc no", "doc number", "num", "no",
        "number", "transaction number", "transaction id", "bill no", "rechnungsnummer", "rechnungsnr", "belegnummer",
        "numéro de facture", "n° facture", "número de factura", "id",
    ),
    "number": ("number", "invoice number", "invoice no", "document number"),
    "type": (
        "type", "transaction type", "document type", "doc type", "txn type", "invoice type", "belegart",
    ),
    "customer_id": (
        "customer id", "cust number", "customer number", "customer no", "customer code", "customer #", "cust no",
        "cust id", "account number", "account no", "account code", "contact id", "client id", "debtor id", "debtor no",
        "payer", "sold to", "kundennummer", "kundennr", "debitor", "code client",
    ),
    "customer_name": (
        "customer name", "customer", "name customer", "cust name", "customer full name", "contact name", "contact",
        "client", "client name", "debtor", "account name", "company", "company name", "bill to", "name", "kunde",
        "kundenname", "nom client", "cliente",
    ),
    "issue_date": (
        "issue date", "invoice date", "issued on", "posting date", "document date", "document create date", "doc date",
        "transaction date", "txn date", "date issued", "created date", "date", "rechnungsdatum", "belegdatum",
        "date de facture", "fecha de factura", "baseline create date",
    ),
    "due_date": (
        "due date", "due in date", "due on", "date due", "net due date", "payment due", "payment due date", "due",
        "maturity date", "fällig am", "fälligkeitsdatum", "fälligkeit", "échéance", "date d échéance", "vencimiento",
    ),
    "amount": (
        "amount", "total open amount", "invoice amount", "total amount", "original amount", "invoice total",
        "gross amount", "gross", "total", "amount total", "grand total", "document amount", "amount in doc curr",
        "billed", "converted", "value", "betrag", "rechnungsbetrag", "bruttobetrag", "montant", "montant ttc",
        "importe", "debit",
    ),
    "balance": (
        "open balance", "balance due", "amount due", "invoice amount due", "outstanding",
        "outstanding amount", "amount outstanding", "open amount", "amount remaining", "remaining amount",
        "amount open", "unpaid", "balance", "offener betrag", "offen", "restbetrag", "solde", "saldo",
    ),
    "currency": (
        "currency", "currency code", "invoice currency", "curr", "ccy", "transaction currency", "document currency",
        "währung", "devise", "moneda",
    ),
    "status": ("status", "invoice status", "state", "payment status", "document status"),
    "paid_date": (
        "paid date", "payment date", "clear date", "clearing date", "date paid", "paid on", "fully paid on date",
        "settled date", "settlement date", "last payment date", "closed date", "zahlungsdatum", "bezahlt am",
        "date de paiement",
    ),
    "paid_amount": (
        "paid amount", "amount paid", "payment amount", "invoice amount paid", "paid", "amount received", "received",
        "payments", "bezahlt", "montant payé",
    ),
    "payment_id": (
        "payment id", "payment number", "payment no", "payment reference", "receipt number", "receipt no", "check no",
        "check number", "remittance id",
    ),
    "applies_to": ("applies to", "applied to", "applied to invoice", "against invoice", "original invoice"),
    "discount_amount": ("discount amount", "discount taken", "payment discount", "skonto"),
    "written_off_date": ("written off date", "write off date", "written off on"),
    "terms": (
        "terms", "payment terms", "cust payment terms", "terms hint", "term", "credit terms", "zahlungsbedingung",
        "zahlungsbedingungen", "conditions de paiement",
    ),
    "disputed": ("disputed", "dispute", "in dispute", "is disputed"),
    "dispute_text": (
        "dispute text", "dispute reason", "dispute comment", "dispute note", "dispute notes", "dispute description",
        "reason for dispute", "deduction reason", "short pay reason", "reklamation", "reklamationsgrund",
        "motif du litige", "motivo de disputa",
    ),
    "disputed_amount": (
        "disputed amount", "dispute amount", "amount disputed", "amount in dispute", "deduction amount",
        "montant contesté", "importe disputado",
    ),
    "electronic": (
        "electronic", "electronic invoice", "e invoice", "paperless bill", "paperless", "delivery", "delivery method",
        "invoice delivery", "versandart",
    ),
    "memo": ("memo", "memo description", "private note"),
    "email": ("email", "email address", "customer email", "e mail", "contact email"),
    "country": ("country", "country code", "customer country", "billing country", "po country", "land", "pays"),
    "industry": ("industry", "sector", "customer industry", "branche"),
    "credit_score": ("credit score", "credit rating score", "score"),
    "credit_limit": ("credit limit", "kreditlimit"),
}  # fmt: skip
FIELDS = frozenset(HEADERS)
DATE_FIELDS = ("issue_date", "due_date", "paid_date", "written_off_date")
MONEY_FIELDS = ("amount", "balance", "paid_amount", "discount_amount", "disputed_amount", "credit_limit")
PAYMENT_FIELDS = ("payment_id", "paid_date", "paid_amount", "discount_amount", "written_off_date")
"""Fields that may differ between the rows of one invoice: each such row is another payment on it."""

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SEPARATORS = re.compile(r"[\s_\-./:*'’]+")
_BRACKETS = re.compile(r"\s*[(\[].*?[)\]]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The column found for a field, by its place, and by what it was recognised."""

    index: int
    how: str
    currency: str | None = None


def recognise(names: Sequence[str], explicit: Mapping[str, str | None]) -> dict[str, Match]:
    """The column of each field among a header's names: as told explicitly, the rest by known headers.

    A column serves one field; the customer's name also serves as id, and the invoice id as number, where the file
    has only one of the two (that is left to the mapping). Explicit names that the header lacks are left out.
    """
    places = {name: index for index, name in reversed(list(enumerate(names)))}
    found = {
        field: Match(index=places[column], how="as told")
        for field, column in explicit.items()
        if column is not None and column in places
    }
    taken = {match.index for match in found.values()}
    spelt = [_spellings(name) for name in names]
    for field, known in HEADERS.items():
        if field in explicit:
            continue
        ranked = [
            (rank, loose, index, currency)
            for index, spellings in enumerate(spelt)
            if index not in taken
            for loose, (text, currency) in enumerate(spellings)
            if (rank := _rank(known, text)) is not None and (loose == 0 or currency is None or field in MONEY_FIELDS)
        ]
        if ranked:
            _, _, index, currency = min(ranked)
            how = f'header "{names[index]}"' + (" (own format)" if names[index].strip() == field else "")
            found[field] = Match(index=index, how=how, currency=currency)
            taken.add(index)
    return found


def _rank(known: Sequence[str], text: str) -> int | None:
    return known.index(text) if text in known else None


def _spellings(name: str) -> list[tuple[str, str | None]]:
    """A header as we compare it, then without what stands in brackets, then without a currency code at its end."""
    exact = _normal(name)
    spellings: list[tuple[str, str | None]] = [(exact, None)]
    bare = _normal(_BRACKETS.sub("", name))
    code = next((word for word in re.findall(r"[A-Za-z]{3}", " ".join(_BRACKETS.findall(name))) if _code(word)), None)
    if bare and bare != exact:
        spellings.append((bare, _code(code) if code else None))
    words = bare.split()
    if len(words) > 1 and (currency := _code(words[-1])):
        spellings.append((" ".join(words[:-1]), currency))
    return spellings


def _normal(name: str) -> str:
    return _SEPARATORS.sub(" ", _CAMEL.sub(" ", name.strip())).strip().casefold()


def _code(word: str) -> str | None:
    return word.upper() if word.upper() in CURRENCIES else None
