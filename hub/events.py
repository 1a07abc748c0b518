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
