"""What work follows from which event, and that there is a handler for all of it."""

import importlib

from hub import pipelines
from hub.events import ConnectionReady, FirstPagesStored, ForecastsReady, SyncFinished, TieOutLost


def test_what_follows():
    ids = {"tenant": "acme", "connection_id": "c1"}
    told = {"connection_id": "c1", "run_id": "r1", "status": "ok"}
    finished = {"tenant": "acme", **told}
    expected = [
        (ConnectionReady(**ids), [("sync.run", {"connection_id": "c1"})]),
        (FirstPagesStored(**ids, run_id="r1"), [("forecasting.refresh", {})]),
        (
            SyncFinished(**finished, changed=3),
            [
                ("disputes.signals", {"connection_id": "c1"}),
                ("disputes.confirm", {}),
                ("promises.settle", {}),
                ("forecasting.refresh", {}),
                ("webhooks.tell", {"type": "sync.finished", "data": {**told, "changed": 3}}),
            ],
        ),
        (
            SyncFinished(**finished, changed=0),
            [("webhooks.tell", {"type": "sync.finished", "data": {**told, "changed": 0}})],
        ),
        (TieOutLost(**ids, run_id="r1"), [("sync.run", {"connection_id": "c1", "kind": "full"})]),
        (
            ForecastsReady(tenant="acme", model_id="m", predictions=1),
            [
                ("reminders.plan", {}),
                ("webhooks.tell", {"type": "forecasts.ready", "data": {"model_id": "m", "predictions": 1}}),
            ],
        ),
    ]
    for event, work in expected:
        assert list(pipelines.reactions(event)) == work


def test_whatever_is_scheduled_or_follows_has_a_handler():
    kinds = {entry.kind for entry in pipelines.SCHEDULE} | {"sync.run", "sync.some", "forecasting.refresh"}
    assert kinds <= pipelines.HANDLERS.keys()
    for place in pipelines.HANDLERS.values():
        module, _, name = place.partition(":")
        assert callable(getattr(importlib.import_module(module), name)), place
