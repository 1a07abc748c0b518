"""Business days by the weekends and public holidays of a country."""

from datetime import date

import pytest

from hub.ledger.business_days import business_day_after

WEDNESDAY = date(2026, 12, 23)


@pytest.mark.parametrize(
    ("day", "count", "country", "expected"),
    [
        (WEDNESDAY, 0, "DE", WEDNESDAY),
        (WEDNESDAY, 2, None, date(2026, 12, 25)),
        (WEDNESDAY, 2, "DE", date(2026, 12, 28)),  # both days of Christmas, and a weekend
        (WEDNESDAY, 2, " de ", date(2026, 12, 28)),
        (WEDNESDAY, 2, "US", date(2026, 12, 28)),  # the 24th is a working day there
        (date(2026, 11, 26), 1, "US", date(2026, 11, 27)),
        (date(2026, 11, 25), 1, "US", date(2026, 11, 27)),  # Thanksgiving
        (date(2026, 3, 20), 2, "Germany", date(2026, 3, 24)),  # no code: weekends alone
        (date(2026, 3, 20), 2, "XX", date(2026, 3, 24)),
        (date(2026, 2, 5), 1, "SA", date(2026, 2, 8)),  # its weekend is Friday and Saturday
    ],
)
def test_the_nth_business_day(day, count, country, expected):
    assert business_day_after(day, count, country) == expected
