"""Dates, amounts and flags in every way in which Xero writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hub.sdk.errors import RecordError
from plugins.connectors.xero.time_zones import _ZONES, iana_name
from plugins.connectors.xero.values import amount, day, instant, is_true, optional_amount, parts


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"DateString": "2026-08-01T00:00:00", "Date": "/Date(0)/"}, date(2026, 8, 1)),
        ({"DateString": "2018-10-20 00:00:00"}, date(2018, 10, 20)),
        ({"Date": "/Date(1788566400000+0000)/"}, date(2026, 9, 5)),
        ({"Date": "/Date(1788566400000)/"}, date(2026, 9, 5)),
        ({"Date": "/Date(1519988400000+1300)/"}, date(2018, 3, 3)),  # midnight in Auckland, the 2nd in UTC
        ({"Date": "/Date(1520031600000-0500)/"}, date(2018, 3, 2)),
        ({"Date": "/Date(-86400000+0000)/"}, date(1969, 12, 31)),
        ({"Date": "2026-08-01"}, date(2026, 8, 1)),
    ],
)
def test_dates(item, expected):
    assert day(item, "Date") == expected


@pytest.mark.parametrize("text", ["/Date(x)/", "/Date(99999999999999999999)/", "2026-13-01", 5, "/Date(1)"])
def test_what_is_no_date_is_refused(text):
    with pytest.raises(RecordError, match="no date"):
        day({"Date": text}, "Date")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/Date(1785618845123+0000)/", datetime(2026, 8, 1, 21, 14, 5, 123000, tzinfo=UTC)),
        ("/Date(1785618845123+1300)/", datetime(2026, 8, 1, 21, 14, 5, 123000, tzinfo=UTC)),
        ("2018-11-02 16:36:32+00:00", datetime(2018, 11, 2, 16, 36, 32, tzinfo=UTC)),
        ("2026-11-15T01:15:39.902", datetime(2026, 11, 15, 1, 15, 39, 902000, tzinfo=UTC)),
        ("soon", None),
        ("/Date(99999999999999999999)/", None),
        (None, None),
    ],
)
def test_instants(text, expected):
    assert instant(text) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, Decimal(5)), (Decimal("5.1234"), Decimal("5.1234")), ("50.00", Decimal("50.00")), (0, 0)],
)
def test_amounts(value, expected):
    assert amount({"Total": value}, "Total") == expected


@pytest.mark.parametrize("value", [1.5, True, "1,5", Decimal("Infinity"), [], "abc"])
def test_what_is_no_amount_is_refused(value):
    with pytest.raises(RecordError, match="no amount"):
        optional_amount({"Total": value}, "Total")


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), ("true", True), ("false", False), (None, False), (1, False)]
)
def test_flags_may_be_text(value, expected):
    assert is_true({"IsDeleted": value}, "IsDeleted") is expected


@pytest.mark.parametrize("value", [None, [], ()])
def test_a_list_may_be_missing(value):
    assert list(parts({"Payments": value}, "Payments")) == []


def test_every_zone_of_the_specification_is_known_to_the_tz_database():
    from zoneinfo import ZoneInfo

    from xero_python.accounting.models import TimeZone

    assert {zone.value.replace("STANDARDTIME", "") for zone in TimeZone} <= set(_ZONES)
    for name in _ZONES.values():
        ZoneInfo(name)
    assert iana_name("NEWZEALANDSTANDARDTIME") == "Pacific/Auckland"
    assert iana_name("MARSSTANDARDTIME") is None
    assert iana_name(None) is None
