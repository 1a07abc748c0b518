"""THE table: which function does which kind of work, and what follows from which event."""

from collections.abc import Callable, Iterator
from typing import Any

from hub.events import (
    ConnectionReady,
    Event,
    FirstPagesStored,
    ForecastsReady,
    ReceiptsReceived,
    ReminderAnswered,
    SyncFinished,
    TieOutLost,
)
from hub.jobs.announcing import AtOnce
from hub.jobs.schedule import read_schedule
from hub.settings import CONFIG
from hub.webhooks import outbox
from hub.webhooks.events import told

HANDLERS: dict[str, str] = {
    "channels.check": "hub.channels.jobs:check_channels",
    "channels.receipts": "hub.channels.jobs:read_receipts",
    "connections.check": "hub.connections.jobs:check",
    "connections.webhook": "hub.connections.jobs:handle_webhooks",
    "connections.keep_alive": "hub.connections.jobs:keep_alive",
    "sync.run": "hub.sync.jobs:run_sync",
    "sync.some": "hub.sync.jobs:run_some",
    "sync.increments": "hub.sync.jobs:request_increments",
    "sync.fulls": "hub.sync.jobs:request_fulls",
    "sync.import": "hub.sync.jobs:run_import",
    "disputes.signals": "hub.disputes.signals:run",
    "forecasting.refresh": "hub.forecasting.jobs:refresh",
    "forecasting.train": "hub.forecasting.jobs:train",
    "forecasting.score": "hub.forecasting.jobs:score",
    "forecasting.keep_track": "hub.forecasting.jobs:keep_track",
    "forecasting.backtest": "hub.forecasting.jobs:backtest",
    "forecasting.reproduce": "hub.forecasting.jobs:reproduce",
    "disputes.classify": "hub.disputes.jobs:classify",
    "disputes.learn": "hub.disputes.learning:learn",
    "disputes.receive": "hub.disputes.inbound_jobs:receive",
    "disputes.write_back": "hub.disputes.write_back:run",
    "disputes.confirm": "hub.disputes.write_back:confirm",
    "promises.settle": "hub.reminders.promises:settle",
    "reminders.plan": "hub.reminders.planning_jobs:plan",
    "reminders.write": "hub.reminders.drafting:run",
    "reminders.send": "hub.reminders.sending:run",
    "reminders.receipts": "hub.reminders.receipts:run",
    "reminders.reconcile": "hub.reminders.reconciling:run",
    "reminders.answered": "hub.reminders.receipts:mark_answered",
    "reminders.digest": "hub.reminders.digest:run",
    "privacy.export": "hub.privacy.jobs:export",
    "privacy.retain": "hub.privacy.jobs:retain",
    "audit.anchor": "hub.identity.audit_jobs:anchor",
    "vault.reseal": "hub.storage.rotation:reseal",
    "webhooks.tell": "hub.webhooks.jobs:tell",
    "webhooks.deliver": "hub.webhooks.jobs:deliver",
}
"""Kind of work -> "module:function", imported by the worker that does it. Add a room's work here."""

AT_ONCE: AtOnce = {"webhooks.tell": lambda session, payload: outbox.keep(session, **payload)}
"""Kinds of work that are done in the transaction that asks for them, where it is the tenant's."""

Work = tuple[str, dict[str, Any]]


def _sync_what_was_connected(event: ConnectionReady) -> Iterator[Work]:
    yield "sync.run", {"connection_id": event.connection_id}


def _forecast_what_is_there(event: FirstPagesStored) -> Iterator[Work]:
    yield "forecasting.refresh", {}


def _forecast_what_changed(event: SyncFinished) -> Iterator[Work]:
    if event.changed:
        yield "disputes.signals", {"connection_id": event.connection_id}
        yield "disputes.confirm", {}
        yield "promises.settle", {}
        yield "forecasting.refresh", {}


def _plan_by_what_is_forecast(event: ForecastsReady) -> Iterator[Work]:
    yield "reminders.plan", {}


def _read_anew_what_no_longer_ties_out(event: TieOutLost) -> Iterator[Work]:
    yield "sync.run", {"connection_id": event.connection_id, "kind": "full"}


def _tell_the_tenants_systems(event: Event) -> Iterator[Work]:
    if message := told(event):
        yield "webhooks.tell", message


def _mark_what_was_told_of(event: ReceiptsReceived) -> Iterator[Work]:
    yield "reminders.receipts", {}


def _mark_what_was_answered(event: ReminderAnswered) -> Iterator[Work]:
    yield "reminders.answered", {"reminder_id": event.reminder_id}


EVENTS: dict[type[Event], tuple[Callable[[Any], Iterator[Work]], ...]] = {
    ConnectionReady: (_sync_what_was_connected,),
    FirstPagesStored: (_forecast_what_is_there,),
    SyncFinished: (_forecast_what_changed,),
    ForecastsReady: (_plan_by_what_is_forecast,),
    TieOutLost: (_read_anew_what_no_longer_ties_out,),
    ReceiptsReceived: (_mark_what_was_told_of,),
    ReminderAnswered: (_mark_what_was_answered,),
}
"""Event -> functions that say what work follows from it, for the event's own tenant."""

SCHEDULE = read_schedule(CONFIG / "schedule.toml")


def reactions(event: Event) -> Iterator[Work]:
    """The work, kind and payload, that follows from an event."""
    for react in EVENTS.get(type(event), ()):
        yield from react(event)
    yield from _tell_the_tenants_systems(event)
