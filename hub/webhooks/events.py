"""What a tenant's own systems are told: a type, and ids. Whoever is told asks the API for the rest. Pure."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hub.events import (
    DisputeEnded,
    DisputeOpened,
    Event,
    ForecastsReady,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
    ReminderBounced,
    ReminderSent,
    SyncFinished,
)

TYPES: dict[type[Event], str] = {
    SyncFinished: "sync.finished",
    ForecastsReady: "forecasts.ready",
    DisputeOpened: "dispute.opened",
    DisputeEnded: "dispute.ended",
    PromiseMade: "promise.made",
    PromiseKept: "promise.kept",
    PromiseBroken: "promise.broken",
    ReminderSent: "reminder.sent",
    ReminderBounced: "reminder.bounced",
}
TEST = "webhook.test"
"""Sent where somebody tries an endpoint, to that endpoint alone."""
NAMES = tuple(TYPES.values())


def told(event: Event) -> dict[str, Any] | None:
    """What is told of an event, as {type, data}; None where nothing is."""
    name = TYPES.get(type(event))
    if name is None:
        return None
    values = {each: getattr(event, each) for each in event.__dataclass_fields__ if each != "tenant"}
    return {
        "type": name,
        "data": {each: str(value) if isinstance(value, UUID) else value for each, value in values.items()},
    }


def wants(events: list[str], name: str) -> bool:
    """Whether an endpoint that chose `events` is told of this type; without a choice, of all."""
    return not events or name in events


def body(message: Mapping[str, Any], tenant: str) -> dict[str, Any]:
    """The document that is posted for a message."""
    return {"type": message["type"], "timestamp": message["at"], "data": {"tenant": tenant, **message["data"]}}
