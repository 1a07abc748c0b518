"""What an item has to know of its company: put beside its own fields, so that mapping needs nothing else.

A company with one currency names it only in its preferences; which accounts are receivable stands in the accounts; and
a payment that applies a journal entry does not say whether the entry's line is a debit or a credit.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hub.sdk.errors import RecordError
from plugins.connectors.quickbooks.answers import STREAMS
from plugins.connectors.quickbooks.fields import HOME_CURRENCY, Fields
from plugins.connectors.quickbooks.journals import RECEIVABLE_ACCOUNTS, receivable_lines
from plugins.connectors.quickbooks.payments import JOURNALS

Item = Mapping[str, Any]

_UNPRICED = ("Customer",)
_CREDITS = ("CreditMemo", "JournalEntry")


def linked_journals(items: Iterable[Item]) -> set[str]:
    """The ids of the journal entries that payments link."""
    return {link["TxnId"] for item in items for link in _links(item) if link.get("TxnType") == "JournalEntry"}


def credits_linked(item: Item) -> set[tuple[str, str]]:
    """The credit memos and journal entries that a payment links, as entity and id."""
    return {(link["TxnType"], link["TxnId"]) for link in _links(item) if link["TxnType"] in _CREDITS}


def with_home_currency(entity: str, items: Iterable[Item], home: Callable[[], str | None]) -> Iterator[Item]:
    """The items, those without a currency with the company's own."""
    for item in items:
        if entity in _UNPRICED or item.get("status") == "Deleted" or Fields(entity, item).ref("CurrencyRef"):
            yield item
        else:
            yield {**item, HOME_CURRENCY: home()}


def with_receivable_accounts(items: Iterable[Item], accounts: Callable[[], list[str] | None]) -> Iterator[Item]:
    """Journal entries with the ids of the receivable accounts."""
    for item in items:
        known = None if item.get("status") == "Deleted" else accounts()
        yield item if known is None else {**item, RECEIVABLE_ACCOUNTS: known}


def with_journals(items: Iterable[Item], entries: Mapping[str, Item]) -> Iterator[Item]:
    """Payments with what the entries that they link post to accounts receivable."""
    for item in items:
        linked = {key: _posted(entries[key]) for key in sorted(linked_journals([item])) if key in entries}
        yield {**item, JOURNALS: linked} if linked else item


def _posted(entry: Item) -> list[list[Any]]:
    try:
        return [[line.line_id, line.number, line.is_credit != (line.amount < 0)] for line in receivable_lines(entry)]
    except RecordError:
        return []  # the entry's own mapping says what is wrong with it


def _links(item: Item) -> Iterator[Mapping[str, Any]]:
    fields = Fields("Payment", item)
    for line in fields.parts("Line"):
        for link in line.parts("LinkedTxn"):
            if link.text("TxnId"):
                yield {"TxnId": link.text("TxnId"), "TxnType": link.text("TxnType")}


def home_currency_in(payloads: Iterable[Any], found: Iterable[tuple[str, Item]]) -> str | None:
    """The home currency that answers tell: in preferences, on a report, else that of the only one without a rate."""
    unrated = set()
    for entity, item in found:
        fields = Fields(entity, item)
        if entity == "Preferences":
            home = fields.part("CurrencyPrefs").ref("HomeCurrency")
            if home:
                return home
        elif entity in STREAMS and entity not in _UNPRICED and item.get("ExchangeRate") in (None, 1):
            unrated.add(fields.ref("CurrencyRef"))
    for payload in payloads:
        header = payload.get("Header") if isinstance(payload, Mapping) else None
        if isinstance(header, Mapping) and header.get("Currency"):
            return str(header["Currency"])
    unrated.discard(None)
    return unrated.pop() if len(unrated) == 1 else None


def receivable_accounts_in(found: Iterable[tuple[str, Item]]) -> list[str] | None:
    """The receivable accounts that answers list; None where they list no accounts."""
    accounts = [item for entity, item in found if entity == "Account"]
    return [str(each.get("Id")) for each in accounts if each.get("AccountType") == "Accounts Receivable"] or None
