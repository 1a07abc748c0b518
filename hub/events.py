"""What happened, in the past tense. Published after the transaction that made it true has committed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in one tenant."""

    tenant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionReady(Event):
    """An account was connected, or connected anew, and the provider lets the hub in."""

    connection_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPagesStored(Event):
    """The newest of a first sync is stored while the rest is still being read."""

    connection_id: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncFinished(Event):
    """A sync run ended with its rows stored; `changed` counts the ledger records it wrote."""

    connection_id: str
    run_id: str
    status: str
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TieOutLost(Event):
    """A ledger that agreed with its provider's own figures, or is new, does not: something was missed."""

    connection_id: str
    run_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastsReady(Event):
    """Every open invoice has a new prediction."""

    model_id: str
    predictions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeOpened(Event):
    """A customer objects to something; without an invoice, or a customer, where none could be told yet."""

    dispute_id: str
    invoice_id: str | None
    customer_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeEnded(Event):
    """A dispute was resolved, and holds nothing any longer."""

    dispute_id: str
    invoice_id: str | None
    customer_id: str | None
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseMade(Event):
    """A customer will have paid an invoice, or an amount of it, by a date."""

    promise_id: str
    invoice_id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseKept(Event):
    """What was promised was paid by its date and the days of grace."""

    promise_id: str
    invoice_id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseBroken(Event):
    """What was promised was not paid, or not all of it, by its date and the days of grace."""

    promise_id: str
    invoice_id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSent(Event):
    """A channel took a reminder over."""

    reminder_id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderBounced(Event):
    """A reminder reached nobody at one of its addresses, and will not."""

    reminder_id: str
    customer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderAnswered(Event):
    """A mail came in that answers a reminder; whether there is such a reminder is for whoever hears of it."""

    reminder_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsReceived(Event):
    """A provider told what became of messages of a channel."""

    channel_id: str
