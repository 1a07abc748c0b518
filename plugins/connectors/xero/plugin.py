"""The connector: Xero's lists as streams, each item as ledger records, and Xero's own figures to tie out against."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

from hub.sdk.connector import Account, Change, Page, Stream, Totals, WriteRequest, WriteResult
from hub.sdk.errors import ConfigError, RefusedError
from hub.sdk.http import Api
from hub.sdk.records import Record
from plugins.connectors.xero import announcements, mapping, payloads, rates, writing
from plugins.connectors.xero.client import Client
from plugins.connectors.xero.listing import Cursor, Listing, backwards, forwards
from plugins.connectors.xero.organisations import Organisation, accounts, receivable_account
from plugins.connectors.xero.tie_out import totals

STREAMS = {
    "contacts": ("get_contacts", Listing(key="Contacts", id_name="ContactID")),
    "invoices": ("get_invoices", Listing(key="Invoices", id_name="InvoiceID", where='Type=="ACCREC"')),
    "credit_notes": (
        "get_credit_notes",
        Listing(key="CreditNotes", id_name="CreditNoteID", where='Type=="ACCRECCREDIT"'),
    ),
    "overpayments": ("get_overpayments", Listing(key="Overpayments", id_name="OverpaymentID")),
    "prepayments": ("get_prepayments", Listing(key="Prepayments", id_name="PrepaymentID")),
    "payments": ("get_payments", Listing(key="Payments", id_name="PaymentID", where='PaymentType!="ACCPAYPAYMENT"')),
}
# A payment changes the document that it pays or pays back: where none of these changed, no payment did.
PAID = ("invoices", "credit_notes", "overpayments", "prepayments")
IDS_A_CALL = 40
"""Ids are asked for in the address, which is best kept under 2,000 characters."""


class XeroConnector:
    """The receivables of one organisation."""

    # Xero deletes nothing: what is removed stays in its list with a status that says so.
    streams = (
        Stream(name="contacts", entity="customer", lists_all=True),
        Stream(name="invoices", entity="invoice", lists_all=True),
        Stream(name="credit_notes", entity="credit_memo", lists_all=True),
        Stream(name="overpayments", entity="payment"),
        Stream(name="prepayments", entity="payment"),
        Stream(name="payments", entity="payment"),
    )

    def __init__(self, config: Mapping[str, Any], api: Api) -> None:
        self._api = api
        self._reading: rates.Reading | None = config.get("currency_rate")
        # By stream, the cursor at which nothing was found to have changed in this run, or that it was read up to.
        self._quiet: dict[str, str] = {}
        self._read: dict[str, str] = {}

    @cached_property
    def _client(self) -> Client:
        return Client(self._api)

    @property
    def _tenant(self) -> str:
        tenant = self._api.account.get("tenantId") or self._api.account.get("id")
        if not tenant:
            raise ConfigError("no organisation of Xero is chosen for this connection")
        return tenant

    @cached_property
    def _organisation(self) -> Organisation:
        return Organisation.known(self._api.account) or Organisation.ask(self._client, self._tenant)

    @cached_property
    def _evidence(self) -> rates.Evidence:
        return rates.Evidence(self._organisation.home_currency)

    def accounts(self) -> list[Account]:
        """The organisations that the grant opens, without the practices and those it no longer reaches."""
        return accounts(self._client)

    def check(self) -> None:
        """Ask for a little of everything. Raises ConfigError saying what is not granted."""
        for name, arguments in {
            "get_organisations": {},
            **{name: {"page": 1, "page_size": 1} for name, _ in STREAMS.values()},
            "get_report_trial_balance": {},
        }.items():
            try:
                self._client.call(name, self._tenant, **arguments)
            except RefusedError as error:
                what = name.removeprefix("get_").replace("_", " ")
                raise ConfigError(
                    f"Xero refuses the {what} of this organisation (status {error.status}): connect again as somebody "
                    "who may see them, and agree to all that is asked for"
                ) from error

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        """Pages of a list: all of it, what was changed last first, or what changed since, oldest first."""
        name, listing = _stream(stream)
        start = None if cursor is None else Cursor.parse(cursor)
        if start is None or start.page is not None:
            pages = backwards(listing, self._asker(stream, name), start)
        elif stream == "payments" and start.beside and start.beside == self._others(self._quiet):
            return
        else:
            pages = forwards(listing, self._asker(stream, name), start)
        last = cursor
        for page in pages:
            last = page.cursor
            yield replace(page, items=self._noted(page.items))
        if last is not None:
            self._read[stream] = last
            if last == cursor:
                self._quiet[stream] = last
        if stream == "payments" and last is not None:
            yield from self._remember_others(Cursor.parse(last), start)

    def read_some(self, stream: str, external_ids: Iterable[str]) -> Iterator[Page]:
        """These records as they are now. Contacts and invoices come many to a call, others one by one."""
        name, listing = _stream(stream)
        wanted = list(dict.fromkeys(external_ids))
        if stream in ("contacts", "invoices"):
            archived = {"include_archived": True} if stream == "contacts" else {}
            for index in range(0, len(wanted), IDS_A_CALL):
                ids = wanted[index : index + IDS_A_CALL]
                answer = self._client.call(name, self._tenant, i_ds=ids, page=1, page_size=len(ids), **archived)
                yield Page(items=self._noted((answer or {}).get(listing.key) or []))
            return
        for external_id in wanted:
            try:
                answer = self._client.call(name.removesuffix("s"), self._tenant, **{_id_argument(listing): external_id})
            except RefusedError as error:
                if error.status == 404:
                    continue
                raise
            yield Page(items=self._noted((answer or {}).get(listing.key) or []))

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Record]:
        """The records that an item states; none for what is owed to suppliers."""
        return mapping.records(stream, item)

    def unpack(self, payloads_: Iterable[Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The stream and item of each record in recorded answers."""
        return payloads.unpack(payloads_, self._reading)

    def write(self, request: WriteRequest) -> WriteResult:
        """Have a credit note made and set against the invoice, once."""
        return writing.write(self._client, self._tenant, request)

    @staticmethod
    def changes(headers: Mapping[str, str], body: bytes) -> list[Change]:
        """The documents that a webhook names; none for the handshake."""
        return announcements.changes(headers, body)

    def tie_out(self) -> Totals | None:
        """What Xero says is open, per customer and currency, and its receivables account in the home currency."""
        account = self._api.account.get("receivableAccount") or receivable_account(self._client, self._tenant)
        return totals(self._client, self._tenant, self._organisation, account)

    def _asker(self, stream: str, name: str) -> Any:
        extra = {"include_archived": True} if stream == "contacts" else {}

        def ask(**arguments: Any) -> Any:
            given = {key: value for key, value in arguments.items() if value is not None}
            return self._client.call(name, self._tenant, **given, **extra)

        return ask

    def _noted(self, items: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Each item with which way round its currency rate is."""
        items = list(items)
        if not any(isinstance(item, Mapping) and rates.is_foreign(item) for item in items):
            return items
        for item in items:
            self._evidence.see(item)
        reading = self._reading or self._evidence.reading(rates.DOCUMENTED)
        return [rates.note(item, reading) for item in items]

    def _others(self, cursors: Mapping[str, str]) -> str:
        """A mark of where the lists stand that a payment changes; empty where that is not known for good."""
        found = [cursors.get(stream, "") for stream in PAID]
        clock = self._client.clock
        if clock is None or not all(each and Cursor.parse(each).is_settled(clock) for each in found):
            return ""
        return blake2b("\n".join(found).encode(), digest_size=8).hexdigest()

    def _remember_others(self, cursor: Cursor, start: Cursor | None) -> Iterator[Page]:
        """The cursor once more, with where the other lists stand now, so that the next run may save a call."""
        beside = self._others(self._read) or (start.beside if start else "")
        if cursor.beside != beside:
            yield Page(items=[], cursor=str(replace(cursor, beside=beside)), done=1.0)


def _stream(name: str) -> tuple[str, Listing]:
    if name not in STREAMS:
        raise ConfigError(f"there is no stream {name!r}")
    return STREAMS[name]


def _id_argument(listing: Listing) -> str:
    """credit_note_id for CreditNoteID, as the SDK names it."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in listing.id_name[:-2])[1:] + "_id"
