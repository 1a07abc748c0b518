"""Days and hours of debtors: holidays, zones, summer time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.reminders.calendar import Hours, calendar_of, to_hours
from hub.reminders.languages import language_of

BERLIN = ZoneInfo("Europe/Berlin")


def calendar(country="DE", currency="EUR", **hours):
    return calendar_of(country, currency, BERLIN, Hours(**hours))


@pytest.mark.parametrize(
    ("country", "after", "expected"),
    [
        ("DE", "2026-03-10T06:00", "2026-03-10T07:30"),  # winter time: 08:30 is 07:30 UTC
        ("DE", "2026-04-07T00:00", "2026-04-07T06:30"),  # summer time, after Easter Monday
        ("DE", "2026-04-03T07:00", "2026-04-07T06:30"),  # Good Friday, the weekend, Easter Monday
        ("GB", "2026-12-24T18:00", "2026-12-29T08:30"),  # Christmas, Boxing Day and the day in its place
        ("US", "2026-11-25T23:00", "2026-11-27T16:00"),  # Thanksgiving; never before 8 on the west coast
        ("FR", "2026-07-13T20:00", "2026-07-15T06:30"),  # the 14th of July
        ("DE", "2026-03-13T12:30", "2026-03-16T07:30"),  # Friday afternoon waits for Monday
        ("DE", "2026-03-10T10:00", "2026-03-10T10:00"),  # now
        ("DE", "2026-03-10T16:00", "2026-03-11T07:30"),  # the hours end at 17:00, that is 16:00 UTC
    ],
)
def test_the_next_opening(country, after, expected):
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)
    assert calendar(country).next_opening(at) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_without_a_country_the_currencys_holidays_and_the_tenants_clock_count():
    assert calendar_of("", "USD", BERLIN, Hours()).next_opening(datetime(2026, 7, 3, 6, tzinfo=UTC)) == datetime(
        2026, 7, 6, 6, 30, tzinfo=UTC
    )
    assert not calendar_of(None, "EUR", BERLIN, Hours()).is_business_day(date(2026, 4, 6))
    assert calendar_of("Atlantis", None, BERLIN, Hours()).is_business_day(date(2026, 12, 25))


def test_narrow_hours_of_a_wide_country_move_to_its_morning():
    start, end = calendar("US", start=time(9), end=time(10)).window(date(2026, 3, 10))
    assert start.astimezone(ZoneInfo("America/Los_Angeles")).time() == time(8)
    assert end - start == timedelta(hours=1)


def test_business_days_leave_out_holidays():
    assert calendar().after_business_days(date(2026, 4, 2), 1) == date(2026, 4, 7)
    assert calendar().after_business_days(date(2026, 4, 2), 0) == date(2026, 4, 2)


COUNTRIES = ("DE", "US", "CA", "BR", "RU", "AU", "GB", "ES", "FR", "MX", "IN", "AE", "IL", "ZZ", "")


@given(
    st.sampled_from(COUNTRIES),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),
    st.integers(0, 3_600),
)
def test_it_is_never_night_nor_a_day_off(country, after, spread):
    found = calendar(country)
    at = found.next_opening(after.replace(tzinfo=UTC), spread)
    assert at is not None and at >= after.replace(tzinfo=UTC)
    for zone in found.zones:
        assert time(8) <= at.astimezone(zone).time() < time(21)
    assert found.is_business_day(found.day_of(at))
    assert found.is_open(at)


def test_hours_of_a_document():
    document = {"from": "09:00", "to": "16:30", "friday_to": None, "weekdays": [1, 2]}
    assert to_hours(document) == Hours(time(9), time(16, 30), None, frozenset({1, 2}))


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", "de"), ("at", "de"), ("CH", "de"), ("FR", "fr"), ("MX", "es"), ("US", "en"), ("NL", "es"), ("", "es")],
)
def test_the_language_of_a_country(country, expected):
    assert language_of(country, "es") == expected
