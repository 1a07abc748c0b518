"""The connector: the streams of one QuickBooks company, read newest first and then by change data capture."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.sdk.connector import Account, Change, Page, Stream, Totals, WriteRequest, WriteResult
from hub.sdk.errors import ConfigError
from hub.sdk.http import Api
from hub.sdk.records import Record
from plugins.connectors.quickbooks import answers, context, cursors, mapping, reports, writing
from plugins.connectors.quickbooks.answers import STREAMS
from plugins.connectors.quickbooks.backfill import TRIES, also_inactive, backfill
from plugins.connectors.quickbooks.client import Client, Item, quoted
from plugins.connectors.quickbooks.cursors import Backfill
from plugins.connectors.quickbooks.fields import Fields, instant
from plugins.connectors.quickbooks.increments import Increments
from plugins.connectors.quickbooks.journals import FORGET, entry_of

HOME_CURRENCY = "homeCurrency"
TIME_ZONE = "timeZone"
_ENTITIES = {stream: entity for entity, stream in STREAMS.items()}
_ENTITY = "_entity"
_IDS_AT_ONCE = 200


class QuickBooksConnector:
    """One company at QuickBooks Online. Made anew for each run; keeps what the streams of a run share."""

    streams = (
        Stream(name="customers", entity="customer", lists_all=True),
        Stream(name="invoices", entity="invoice", lists_all=True),
        Stream(name="payments", entity="payment", lists_all=True),
        Stream(name="credit_memos", entity="credit_memo", lists_all=True),
        # Their lines on accounts receivable are payments, and invoices.
        Stream(name="journal_entries", entity="payment", lists_all=True),
    )

    def __init__(self, config: Mapping[str, Any], api: Api) -> None:
        self._api = api
        self._client = Client(api)
        self._increments = Increments(self._client)
        self._applied: dict[tuple[str, str], list[Item]] = {}
        self._has_all_credits = False

    def accounts(self) -> list[Account]:
        """The one company that the grant opens."""
        company, realm = Fields("CompanyInfo", self._client.company()), self._client.realm
        home, zone = self._preferred_currency, company.text("DefaultTimeZone")
        known = {"realmId": realm, HOME_CURRENCY: home, TIME_ZONE: zone}
        return [
            Account(
                id=realm,
                name=company.text("CompanyName") or company.text("LegalName") or realm,
                home_currency=home,
                time_zone=zone,
                values={name: value for name, value in known.items() if value},
            )
        ]

    def check(self) -> None:
        """Read the company's preferences and ask for one customer. Raises ConfigError or AuthError."""
        if self._preferred_currency is None:
            raise ConfigError("QuickBooks names no home currency in the company's preferences; finish its set-up there")
        self._client.query("Customer", most=1)

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of a stream: without a cursor all of it, what was saved last first; else what changed since."""
        entity = _ENTITIES[stream]
        place = None if cursor is None else cursors.parse(cursor)
        if place is not None and not isinstance(place, Backfill):
            for part in self._increments.read(entity, place):
                yield Page(items=self._complete(entity, part.items, forget=True), cursor=part.cursor, done=part.done)
            return
        for part in backfill(self._client, entity, place):
            items = self._complete(entity, part.items)
            if entity == "Payment":
                self._note_credits(items)
            if entity in ("CreditMemo", "JournalEntry") and self._has_all_credits:
                items = [self._with_payments(entity, item) for item in items]
            yield Page(items=items, cursor=part.cursor, done=part.done)
        self._has_all_credits |= entity == "Payment" and place is None

    def read_some(self, stream: str, external_ids: Iterable[str]) -> Iterator[Page]:
        """These records as they are now, some hundred to a page."""
        entity, ids = _ENTITIES[stream], list(dict.fromkeys(external_ids))
        entries = dict.fromkeys(entry for each in ids if (entry := entry_of(each)))
        if entity == "JournalEntry":
            entries |= dict.fromkeys(each for each in ids if not entry_of(each))
        else:
            yield from self._pages_by_id(entity, [each for each in ids if not entry_of(each)])
        yield from self._pages_by_id("JournalEntry", list(entries))

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The records that one entity states."""
        return mapping.records(item.get(_ENTITY) or _ENTITIES[stream], item)

    def tie_out(self) -> Totals | None:
        """The aged receivables report of the company's today, which is in its home currency."""
        today = self._today()
        asked = {"report_date": today.isoformat()} if today else {}
        for _ in range(TRIES):
            report = self._client.report("AgedReceivables", **asked)
            if reports.adds_up(report):
                break
        return reports.totals_of(report, today)

    def unpack(self, payloads: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The stream and item of the newest version of each record in answers of QuickBooks."""
        payloads = list(payloads)
        found = [each for payload in payloads for each in answers.entities(payload)]
        newest = answers.newest(found)
        home = context.home_currency_in(payloads, found)
        accounts = context.receivable_accounts_in(found)
        for entity, kept in newest.items():
            items: Iterable[Item] = context.with_home_currency(entity, kept.values(), lambda: home)
            if entity == "JournalEntry":
                items = context.with_receivable_accounts(items, lambda: accounts)
                newest[entity] = {str(item.get("Id")): item for item in items}
                items = newest[entity].values()
            if entity == "Payment":
                items = context.with_journals(items, newest["JournalEntry"])
            yield from ((STREAMS[entity], item) for item in items)

    def write(self, request: WriteRequest) -> WriteResult:
        """Have a credit memo made and set against the invoice, once."""
        return writing.write(self._client, request)

    @staticmethod
    def changes(headers: Mapping[str, str], body: bytes) -> list[Change]:
        """What a webhook announces, of as many companies as it names."""
        return answers.changes(body)

    def _pages_by_id(self, entity: str, ids: list[str]) -> Iterator[Page]:
        rest = iter(ids)
        while some := list(islice(rest, _IDS_AT_ONCE)):
            items = self._complete(entity, self._by_id(entity, some), forget=True)
            # Lines of journal entries are asked for among payments and invoices too.
            yield Page(items=[{**item, _ENTITY: entity} for item in items] if entity == "JournalEntry" else items)

    def _complete(self, entity: str, items: list[Item], *, forget: bool = False) -> list[Item]:
        """The items with what their mapping has to know beside their own fields."""
        found: Iterable[Item] = context.with_home_currency(entity, items, lambda: self._home_currency)
        if entity == "JournalEntry":
            found = context.with_receivable_accounts(found, lambda: self._receivable_accounts)
        if entity == "Payment":
            found = context.with_journals(found, self._journals(items))
        if forget and entity in ("Payment", "JournalEntry"):
            found = (
                {**item, FORGET: True} if (fields := Fields(entity, item)).is_deleted or fields.is_edited else item
                for item in found
            )
        return list(found)

    def _journals(self, payments: list[Item]) -> dict[str, Item]:
        """The journal entries that payments link: from what changed, else by their ids."""
        wanted = context.linked_journals(payments)
        if not wanted:
            return {}
        at_hand = {str(item.get("Id")): item for item in self._increments.among("JournalEntry")}
        missing = sorted(wanted - at_hand.keys())
        entries = [*at_hand.values(), *(self._by_id("JournalEntry", missing) if missing else ())]
        known = context.with_receivable_accounts(entries, lambda: self._receivable_accounts)
        return {str(item.get("Id")): item for item in known if str(item.get("Id")) in wanted}

    def _by_id(self, entity: str, ids: list[str]) -> list[Item]:
        listed = f"Id IN ({', '.join(map(quoted, ids))})"
        return self._client.query(entity, " AND ".join(filter(None, [listed, also_inactive(entity)])))

    def _note_credits(self, payments: list[Item]) -> None:
        """Keep those payments that apply credits: few, and nothing else says where a credit went."""
        for payment in payments:
            for credit in context.credits_linked(payment):
                self._applied.setdefault(credit, []).append(payment)

    def _with_payments(self, entity: str, item: Item) -> Item:
        return {**item, mapping.PAYMENTS: self._applied.get((entity, str(item.get("Id"))), [])}

    def _today(self) -> date | None:
        """The company's day, by the provider's clock. None where neither is known: then the report says it."""
        now = instant(self._client.now)
        if now is None:
            return None
        try:
            return now.astimezone(ZoneInfo(self._api.account[TIME_ZONE])).date()
        except (KeyError, ValueError, ZoneInfoNotFoundError):
            return date.fromisoformat(str(self._client.now)[:10])

    @property
    def _home_currency(self) -> str | None:
        return self._api.account.get(HOME_CURRENCY) or self._preferred_currency

    @cached_property
    def _preferred_currency(self) -> str | None:
        preferences = Fields("Preferences", self._client.preferences())
        return preferences.part("CurrencyPrefs").ref("HomeCurrency")

    @cached_property
    def _receivable_accounts(self) -> list[str]:
        found = self._client.query("Account", "AccountType = 'Accounts Receivable' AND Active IN (true, false)")
        return sorted(str(each.get("Id")) for each in found)
