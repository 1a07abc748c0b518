"""Reading the schedule, and the newest time an entry was due."""

from datetime import UTC, datetime

import pytest

from hub import pipelines
from hub.events import Event, SyncFinished
from hub.jobs.schedule import Entry, read_schedule


@pytest.mark.parametrize(
    ("cron", "now", "expected"),
    [
        ("0 4 * * *", "2026-03-02T04:00:00+00:00", "2026-03-02T04:00:00+00:00"),
        ("0 4 * * *", "2026-03-02T03:59:59.999999+00:00", "2026-03-01T04:00:00+00:00"),
        ("0 4 * * *", "2026-03-02T05:30:00+02:00", "2026-03-01T04:00:00+00:00"),  # half past three in UTC
        ("*/15 * * * *", "2026-03-02T12:29:00+00:00", "2026-03-02T12:15:00+00:00"),
        ("0 6 * * mon", "2026-03-04T12:00:00+00:00", "2026-03-02T06:00:00+00:00"),
    ],
)
def test_last_slot(cron, now, expected):
    slot = Entry(name="e", kind="k", cron=cron).last_slot(datetime.fromisoformat(now))
    assert slot == datetime.fromisoformat(expected)
    assert slot.tzinfo == UTC


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('[a]\nkind = "k"', r"\[a\] must be a table of kind and cron"),
        ('[a]\nkind = "k"\ncron = "0 4 * * *"\neach = "tenant"', r"\[a\] must be a table of kind and cron"),
        ('a = "k"', r"\[a\] must be a table of kind and cron"),
        ('[a]\nkind = "k"\ncron = "every day"', "'every day' is not a cron expression"),
    ],
)
def test_a_schedule_that_cannot_be_used_says_why(tmp_path, text, problem):
    path = tmp_path / "schedule.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=problem) as caught:
        read_schedule(path)
    assert str(path) in str(caught.value)


def test_the_schedules_kinds_have_handlers():
    assert pipelines.SCHEDULE
    assert {entry.kind for entry in pipelines.SCHEDULE} <= pipelines.HANDLERS.keys()


def test_a_sync_that_changed_something_is_forecast():
    finished = {"tenant": "t", "connection_id": "c", "run_id": "r", "status": "ok"}
    assert ("forecasting.refresh", {}) in pipelines.reactions(SyncFinished(**finished, changed=1))
    following = [kind for kind, _ in pipelines.reactions(SyncFinished(**finished, changed=0))]
    assert following == ["webhooks.tell"]


def test_an_event_that_nothing_follows_from():
    assert list(pipelines.reactions(Event(tenant="t"))) == []
