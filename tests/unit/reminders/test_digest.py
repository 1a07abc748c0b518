"""When the team is told, and in which words."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.reminders import digest


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        (datetime(2026, 3, 2, 7, 5, tzinfo=UTC), "Europe/Berlin", True),  # Monday, 8:05
        (datetime(2026, 3, 2, 6, 5, tzinfo=UTC), "Europe/Berlin", False),
        (datetime(2026, 3, 30, 6, 5, tzinfo=UTC), "Europe/Berlin", True),  # by summer time
        (datetime(2026, 3, 2, 10, 59, tzinfo=UTC), "Europe/Berlin", True),  # made up for
        (datetime(2026, 3, 2, 11, 5, tzinfo=UTC), "Europe/Berlin", False),
        (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "Asia/Tokyo", True),  # Monday there, Sunday in UTC
        (datetime(2026, 2, 28, 8, 5, tzinfo=UTC), "UTC", False),  # Saturday
        (datetime(2026, 3, 1, 23, 30, tzinfo=UTC), "America/New_York", False),
    ],
)
def test_it_is_told_in_the_morning_of_a_working_day_where_the_tenant_is(now, zone, expected):
    assert digest.is_time(now, ZoneInfo(zone)) is expected


def told(*found):
    return digest.notice([{"amounts": [], **each} for each in found], "Acme GmbH", "https://ar.example.com")


def test_the_first_line_says_what_waits_for_approval():
    assert told({"name": "to_approve", "count": 1}).title == "Acme GmbH: 1 reminder to approve"
    assert told({"name": "to_approve", "count": 1234}).title == "Acme GmbH: 1,234 reminders to approve"
    assert told({"name": "disputes", "count": 2}).title == "Acme GmbH: what waits today"


def test_what_there_is_none_of_is_left_out():
    notice = told({"name": "to_approve", "count": 0}, {"name": "disputes", "count": 2})
    assert notice.facts == (("Disputes past their day", "2"),)
    assert notice.actions == (("See disputes", "https://ar.example.com/disputes/"),)
    assert notice.link == "https://ar.example.com/worklist/"


def test_amounts_of_each_currency_stand_beside_the_count():
    amounts = [{"currency": "EUR", "amount": "1234.5000"}, {"currency": "JPY", "amount": "900"}]
    notice = told({"name": "to_approve", "count": 3, "amounts": amounts})
    assert notice.facts == (("Reminders to approve", "3 (€1,234.50 + ¥900)"),)
