"""Recorded answers of Xero, taken apart into the items that the connector maps."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.sdk.errors import ConfigError
from plugins.connectors.xero.mapping import PARTS
from plugins.connectors.xero.rates import Evidence, Reading, currency_of, note
from plugins.connectors.xero.values import part, updated_at

_STREAMS = {
    "Contacts": "contacts",
    "Invoices": "invoices",
    "CreditNotes": "credit_notes",
    "Overpayments": "overpayments",
    "Prepayments": "prepayments",
    "Payments": "payments",
}
# Answers that state no receivable.
_OTHERS = {"Organisations", "Accounts", "Currencies", "BatchPayments", "Reports", "events", "tenantId"}
_FINAL = ("VOIDED", "DELETED")
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


def unpack(payloads: Iterable[Any], reading: Reading | None) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The stream and item of each record; where one comes more than once, its latest version last.

    Raises ConfigError for an answer that Xero is not known to give.
    """
    answers = [*_answers(payloads)]
    found = [(stream, item) for answer in answers for stream, item in _items(answer)]
    found.sort(key=lambda each: _changed(each[1]))
    if reading is None:
        evidence = Evidence(_home_currency(answers, found))
        for _, item in found:
            if isinstance(item, Mapping):
                evidence.see(item)
        reading = evidence.reading()
    for stream, item in _with_parts(found):
        yield stream, note(item, reading) if isinstance(item, Mapping) else item


def _answers(payloads: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    for payload in payloads:
        if isinstance(payload, list):
            yield from _answers(payload)
        elif isinstance(payload, Mapping) and payload.keys() & {*_STREAMS, *_OTHERS}:
            yield payload
        else:
            shown = ", ".join(payload) if isinstance(payload, Mapping) else repr(payload)
            raise ConfigError(f"this is no answer of Xero's accounting API: {shown:.200}")


def _items(answer: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, stream in _STREAMS.items():
        items = answer.get(key) or ()
        if not isinstance(items, list | tuple):
            raise ConfigError(f"{key} holds no list of items")
        for item in items:
            yield stream, item


def _with_parts(found: list[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The items; of payments that share an id but not the invoice, the newest of each invoice as parts of one.

    Xero gives each payment an id of its own, but recordings are met that show one payment so.
    """
    parts: dict[str, dict[str, Any]] = {}
    for stream, item in found:
        if stream == "payments" and isinstance(item, Mapping):
            payment, invoice = str(item.get("PaymentID")), part(item, "Invoice").get("InvoiceID")
            parts.setdefault(payment, {})[str(invoice)] = item
    for stream, item in found:
        together = parts.get(str(item.get("PaymentID")), {}) if isinstance(item, Mapping) else {}
        if stream == "payments" and len(together) > 1:
            item = {**item, PARTS: [*together.values()]}
        yield stream, item


def _changed(item: Any) -> tuple[datetime, bool]:
    """What orders the versions of an item: when it was changed; at one time the one that nothing comes after."""
    if not isinstance(item, Mapping):
        return _LONG_AGO, False
    return updated_at(item) or _LONG_AGO, item.get("Status") in _FINAL


def _home_currency(answers: list[Mapping[str, Any]], found: list[tuple[str, Any]]) -> str | None:
    """The organisation's own word, else the currency of most documents at a rate of 1: only the home currency's are."""
    for answer in answers:
        for organisation in answer.get("Organisations") or ():
            if isinstance(organisation, Mapping) and organisation.get("BaseCurrency"):
                return str(organisation["BaseCurrency"])
    at_par = Counter(
        currency_of(item) for _, item in found if isinstance(item, Mapping) and item.get("CurrencyRate") == 1
    )
    at_par.pop(None, None)
    return at_par.most_common(1)[0][0] if at_par else None
