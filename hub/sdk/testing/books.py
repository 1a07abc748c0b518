"""The simulated company's books: what stands in them, and what follows from it."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hub.sdk.testing.clock import Clock
from hub.sdk.testing.currencies import Rates
from hub.sdk.testing.entries import Application, Change, Document, Entity, Op, Party, Receipt, SourceKind

ZERO = Decimal(0)


class Books:
    """Customers, documents, receipts, what was applied to what, and a log of all changes; `lock` is for one thread."""

    def __init__(self, *, seed: int, started_on: date, home_currency: str, time_zone: str, changes_per_day: float):
        self.home_currency = home_currency
        self.zone = ZoneInfo(time_zone)
        self.clock = Clock(started_on, self.zone, seed, changes_per_day)
        self.rates = Rates(home_currency)
        self.lock = threading.RLock()
        self.parties: dict[int, Party] = {}
        self.invoices: dict[int, Document] = {}
        self.credit_memos: dict[int, Document] = {}
        self.receipts: dict[int, Receipt] = {}
        self.applications: dict[int, Application] = {}
        self.changes: list[Change] = []
        self._last_id = 100
        self._last_number = {"INV": 1000, "CM": 100}
        self._behind = timedelta(0)
        self._settled: dict[int, Decimal] = {}
        self._used: dict[tuple[SourceKind, int], Decimal] = {}
        self._to: dict[int, list[int]] = defaultdict(list)
        self._from: dict[tuple[SourceKind, int], list[int]] = defaultdict(list)
        self._held: dict[int, list[tuple[Entity, int]]] = defaultdict(list)
        self._open: dict[int, dict[int, None]] = defaultdict(dict)

    @property
    def today(self) -> date:
        """The company's own day."""
        return self.clock.today

    @property
    def now(self) -> datetime:
        """The company's instant, UTC: that of the last change, or later after a wait."""
        return self.clock.now

    def wait(self, seconds: float) -> None:
        """Let time pass without anything happening; over midnight the next day begins."""
        with self.lock:
            self.clock.wait(seconds)

    @contextmanager
    def late_by(self, seconds: int) -> Iterator[None]:
        """What is done inside is stamped so much earlier than it becomes visible."""
        self._behind = timedelta(seconds=seconds)
        try:
            yield
        finally:
            self._behind = timedelta(0)

    # Reading

    def settled_of(self, invoice: int) -> Decimal:
        """What was applied to an invoice."""
        return self._settled.get(invoice, ZERO)

    def open_of(self, invoice: int) -> Decimal:
        """What is still to be paid of an invoice."""
        document = self.invoices[invoice]
        return document.total - self.settled_of(invoice) if document.status == "open" else ZERO

    def unapplied_of(self, source_kind: SourceKind, source: int) -> Decimal:
        """What of a payment or credit memo is neither applied nor refunded."""
        entry = self._source(source_kind, source)
        if entry.status != "open":
            return ZERO
        return _amount(entry) - self._used.get((source_kind, source), ZERO)

    def applications_to(self, invoice: int) -> list[Application]:
        """What settles an invoice now, oldest first."""
        return [each for i in self._to.get(invoice, ()) if not (each := self.applications[i]).is_deleted]

    def applications_from(self, source_kind: SourceKind, source: int) -> list[Application]:
        """Where a payment or credit memo went, refunds too, oldest first."""
        return [
            each for i in self._from.get((source_kind, source), ()) if not (each := self.applications[i]).is_deleted
        ]

    def open_invoices(self, party: int) -> list[Document]:
        """The invoices of a customer that are not settled, oldest first."""
        return [self.invoices[i] for i in self._open.get(party, ())]

    def held_by(self, party: int) -> list[tuple[Entity, int]]:
        """Invoices, credit memos and payments of a customer, whatever became of them."""
        return list(self._held.get(party, ()))

    def changes_since(self, seq: int) -> list[Change]:
        """The changes after the one with this number (0: all)."""
        return self.changes[seq:]

    # Inside

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _stamp(self) -> datetime:
        return self.clock.tick() - self._behind

    def _log(self, entity: Entity, id: int, op: Op, at: datetime) -> None:
        self.changes.append(Change(len(self.changes) + 1, at, entity, id, op))

    def _touch(self, entity: Entity, entry: Party | Document | Receipt, at: datetime) -> None:
        entry.updated_at = at
        self._log(entity, entry.id, "updated", at)

    def _entry(self, entity: Entity, id: int) -> Document | Receipt:
        return self.invoices[id] if entity == "invoice" else self._source(_source_kind(entity), id)

    def _source(self, kind: SourceKind, id: int) -> Document | Receipt:
        return self.receipts[id] if kind == "payment" else self.credit_memos[id]

    def _buyer(self, party: int) -> Party:
        who = self.parties[party]
        if who.merged_into:
            raise ValueError(f"customer {party} was merged into {who.merged_into}")
        return who

    def _weigh(self, invoice: Document) -> None:
        """Keep the list of open invoices true."""
        if invoice.status == "open" and self.settled_of(invoice.id) < invoice.total:
            self._open[invoice.party][invoice.id] = None
        else:
            self._open[invoice.party].pop(invoice.id, None)


def _source_kind(entity: Entity) -> SourceKind:
    return "payment" if entity == "payment" else "credit_memo"


def _amount(entry: Document | Receipt) -> Decimal:
    return entry.amount if isinstance(entry, Receipt) else entry.total
