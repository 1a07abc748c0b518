"""A provider whose records change one at a time: its listings go newest first, and its changes by their number."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from hub.sdk.connector import Page, Stream, Totals
from hub.sdk.errors import RecordError
from hub.sdk.manifest import Auth, Manifest
from hub.sdk.records import Allocation, AllocationsComplete, Customer, Invoice, Payment, Record

STREAMS = (
    Stream(name="customers", entity="customer", lists_all=True),
    Stream(name="invoices", entity="invoice", lists_all=True),
    Stream(name="payments", entity="payment", lists_all=True),
)


class Killed(BaseException):
    """The worker died here."""


@dataclass
class ChangingBooks:
    """Items by stream and id. `failing` maps how many pages were read to what happens instead of the next."""

    size: int = 3
    items: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {each.name: {} for each in STREAMS})
    streams: tuple[Stream, ...] = STREAMS
    changes: int = 0
    pages: list[tuple[str, str | None]] = field(default_factory=list)
    asked: list[tuple[str, list[str]]] = field(default_factory=list)
    failing: dict[int, BaseException] = field(default_factory=dict)
    overlooked: set[str] = field(default_factory=set)
    totals: Totals | None = None
    auth: tuple[Auth, ...] = ()
    api: Any = None

    def put(self, stream: str, item_id: str, *, unseen: bool = False, **fields: Any) -> None:
        """Add or change an item; `unseen`: in a way that no increment shows."""
        held = self.items[stream].get(item_id, {})
        if not unseen or not held:
            self.changes += 1
        seq = held["seq"] if unseen and held else self.changes
        self.items[stream][item_id] = {**held, "id": item_id, **fields, "seq": seq}

    def fill(self, invoices: int, customers: int = 2) -> "ChangingBooks":
        """So many invoices over 10.00, every second of them paid."""
        for number in range(customers):
            self.put("customers", f"c{number}", name=f"Customer {number}")
        for number in range(invoices):
            self.put("invoices", f"i{number}", customer=f"c{number % customers}", total="10.00")
            if number % 2:
                self.put("payments", f"p{number}", customer=f"c{number % customers}", pays=f"i{number}")
        return self

    # As a registry

    def make(self, slug: str, config: Mapping[str, Any], api: Any = None) -> "ChangingBooks":
        self.api = api
        return self

    def get(self, slug: str) -> Manifest:
        return Manifest(slug=slug, name=slug, version="1", kind="connector", api=1, entry="none:None", auth=self.auth)

    # As a connector

    def check(self) -> None:
        """Always well."""

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        kind, _, rest = (cursor or "list:").partition(":")
        if kind == "list":
            yield from self._list(stream, rest)
        else:
            yield from self._changes(stream, int(rest))

    def _list(self, stream: str, rest: str) -> Iterator[Page]:
        top, _, below = rest.partition("/")
        top = top or str(self.changes)
        left = sorted(
            (each for each in self._listed(stream) if not below or each["seq"] < int(below)),
            key=lambda each: -each["seq"],
        )
        if not left:
            self._page(stream, rest)
            yield Page(items=[], cursor=f"since:{top}")
        for first in range(0, len(left), self.size):
            self._page(stream, rest)
            items = left[first : first + self.size]
            is_last = first + self.size >= len(left)
            yield Page(items=items, cursor=f"since:{top}" if is_last else f"list:{top}/{items[-1]['seq']}")

    def _listed(self, stream: str) -> list[dict[str, Any]]:
        return [each for each in self.items[stream].values() if each["id"] not in self.overlooked]

    def _changes(self, stream: str, since: int) -> Iterator[Page]:
        new = sorted(
            (each for each in self.items[stream].values() if each["seq"] > since), key=lambda each: each["seq"]
        )
        for first in range(0, len(new), self.size):
            self._page(stream, str(since))
            items = new[first : first + self.size]
            yield Page(items=items, cursor=f"since:{items[-1]['seq']}")

    def _page(self, stream: str, cursor: str | None) -> None:
        if error := self.failing.pop(len(self.pages), None):
            raise error
        self.pages.append((stream, cursor))

    def read_some(self, stream: str, external_ids: Iterable[str]) -> Iterator[Page]:
        wanted = list(external_ids)
        self.asked.append((stream, wanted))
        yield Page(items=[self.items[stream][each] for each in wanted if each in self.items[stream]])

    def map(self, stream: str, item: Mapping[str, Any]) -> list[Record]:
        if item.get("bad"):
            raise RecordError(f"{stream} {item['id']} is bad")
        if stream == "customers":
            return [Customer(external_id=item["id"], name=item["name"])]
        on = date(2026, 1, 1)
        if stream == "invoices":
            return [
                Invoice(
                    external_id=item["id"],
                    customer_id=item["customer"],
                    number=item["id"].upper(),
                    issued_on=on,
                    due_on=on,
                    currency="EUR",
                    total=Decimal(item["total"]),
                )
            ]
        pays = item["pays"]
        payment = Payment(
            external_id=item["id"], customer_id=item["customer"], paid_on=on, currency="EUR", amount=Decimal("10.00")
        )
        applied = Allocation(
            external_id=f"{item['id']}>{pays}",
            invoice_id=pays,
            source_id=item["id"],
            kind="payment",
            amount=Decimal("10.00"),
            applied_on=on,
        )
        complete = AllocationsComplete(entity="payment", external_id=item["id"], gone_on=date(2026, 3, 1))
        return [payment, applied, complete] if pays else [payment, complete]

    def tie_out(self) -> Totals | None:
        return self.totals
