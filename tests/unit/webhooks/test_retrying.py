"""When calls are tried again, and when an endpoint is given up."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.webhooks import retrying

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_ten_tries_are_spread_over_some_three_days():
    at, tries = NOW, 1
    while next_at := retrying.next_try(tries, at, 0.0):
        assert next_at > at
        at, tries = next_at, tries + 1
    assert tries == 10
    assert timedelta(days=3) <= at - NOW <= timedelta(days=4)


def test_luck_only_ever_adds_to_a_wait():
    waits = [retrying.next_try(3, NOW, luck) for luck in (0.0, 0.5, 1.0)]
    assert waits == sorted(waits) and waits[0] == NOW + timedelta(minutes=30)
    assert waits[2] == NOW + timedelta(minutes=33)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, timedelta(seconds=5)),
        (timedelta(0), timedelta(seconds=5)),  # no sooner than we would
        (timedelta(minutes=2), timedelta(minutes=2)),
        (timedelta(days=400), timedelta(hours=24)),  # nobody is put off for good
    ],
)
def test_what_an_endpoint_asks_for_is_heeded_up_to_a_day(asked, expected):
    assert retrying.next_try(1, NOW, 0.0, asked) == NOW + expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("Mon, 02 Mar 2026 12:01:00 GMT", timedelta(minutes=1)),
        ("Mon, 02 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("Mon, 02 Mar 2026 12:01:00", None),  # no zone
        ("-5", None),
        ("soon", None),
        ("", None),
        ("9" * 400, None),
        ("١٢", None),
    ],
)
def test_a_retry_after_header_is_read_or_ignored(header, expected):
    assert retrying.asked_wait(header, NOW) == expected


@pytest.mark.parametrize(
    ("hours", "failures", "expected"),
    [
        (71, 1000, False),  # not for long enough
        (72, 9, False),  # too few to say
        (72, 10, True),
        (500, 10, True),
    ],
)
def test_an_endpoint_is_given_up_after_days_of_failures(hours, failures, expected):
    assert retrying.is_given_up(NOW - timedelta(hours=hours), failures, NOW) is expected
