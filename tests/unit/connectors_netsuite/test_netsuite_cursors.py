"""Where a stream was left, on a wall clock that shows one hour of the year twice."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.sdk.errors import ConfigError, TransientError
from plugins.connectors.netsuite.cells import Cells, Reading
from plugins.connectors.netsuite.cursors import Cursor, beginning, checked, digest

LOS_ANGELES = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("since", "start"),
    [
        ("2026-06-01T10:00:00", "2026-06-01T09:55:00"),
        ("2026-06-01T00:02:00", "2026-05-31T23:57:00"),
        ("2026-11-01T00:58:00", "2026-11-01T00:53:00"),  # what follows has at least 01:00, in either hour
        ("2026-11-01T01:50:00", "2026-11-01T00:45:00"),  # what follows may have 01:00
        ("2026-11-01T02:03:00", "2026-11-01T00:58:00"),
        ("2026-11-01T02:10:00", "2026-11-01T02:05:00"),
        ("2026-03-08T03:01:00", "2026-03-08T02:56:00"),  # a time that no clock showed, and no harm
    ],
)
def test_the_next_run_begins_before_all_that_may_come_late(since, start):
    assert beginning(since, LOS_ANGELES) == start


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2026-07-01T12:00:00", datetime(2026, 7, 1, 19, tzinfo=UTC)),
        ("2026-12-01T12:00:00", datetime(2026, 12, 1, 20, tzinfo=UTC)),
        ("2026-11-01T01:30:00", None),  # one of two instants
        ("7/1/2026", None),
        ("2026-13-01T12:00:00", None),
        ("", None),
    ],
)
def test_wall_times_become_instants_where_they_are_one(wall, instant):
    assert Cells({"lastmodifieddate": wall}, Reading(zone=LOS_ANGELES)).updated_at == instant


def test_a_cursor_is_the_same_text_again():
    for cursor in (Cursor(), Cursor(since="2026-06-01T10:00:00", seen="ab"), Cursor(below=5, total=9, read=3)):
        assert str(Cursor.parse(str(cursor))) == str(cursor)


@pytest.mark.parametrize(
    "text", ["", "[]", "7", '{"page": 3}', '{"since": "yesterday"}', '{"since": "2026-01-01T00:00:00\' OR 1=1"}']
)
def test_what_is_no_cursor(text):
    with pytest.raises(ConfigError, match="no cursor"):
        Cursor.parse(text)


@pytest.mark.parametrize("time", [None, 7, "6/1/2026", "2026-06-01 10:00:00", "2026-06-01T10:00:00'; --"])
def test_only_a_time_that_was_asked_for_gets_into_a_query(time):
    with pytest.raises(TransientError):
        checked(time)


def test_the_same_rows_are_known_again_in_any_order():
    rows = [{"id": "1", "total": "5"}, {"id": "2"}]
    assert digest(rows) == digest(rows[::-1]) != digest([{"id": "1", "total": "6"}, {"id": "2"}])
    assert digest([]) == ""
