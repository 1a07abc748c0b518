"""Dates, and due dates from terms."""

from datetime import date

import pytest

from plugins.connectors.csv.dates import parse_date
from plugins.connectors.csv.terms import due_from


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-03-04", "dmy", date(2026, 3, 4)),
        ("2026/03/04", "mdy", date(2026, 3, 4)),
        ("2026-03-04T10:15:00Z", "mdy", date(2026, 3, 4)),
        ("2026-03-04 10:15:00", "mdy", date(2026, 3, 4)),
        ("20260304", "mdy", date(2026, 3, 4)),
        ("20200210.0", "mdy", date(2020, 2, 10)),
        ("03/04/2026", "dmy", date(2026, 4, 3)),
        ("03/04/2026", "mdy", date(2026, 3, 4)),
        ("3.4.26", "dmy", date(2026, 4, 3)),
        ("26/04/03", "ymd", date(2026, 4, 3)),
        ("03/04/2026 9:30 PM", "mdy", date(2026, 3, 4)),
        ("4 Mar 2026", "mdy", date(2026, 3, 4)),
        ("04-Mar-26", "mdy", date(2026, 3, 4)),
        ("March 4, 2026", "dmy", date(2026, 3, 4)),
        ("4. März 2026", "dmy", date(2026, 3, 4)),
        ("4 juillet 2026", "dmy", date(2026, 7, 4)),
        ("46085", "dmy", date(2026, 3, 4)),  # Excel's number of that day
    ],
)
def test_reads_a_date(text, order, expected):
    assert parse_date(text, order) == expected


@pytest.mark.parametrize("text", ["31/02/2026", "13/13/2026", "n/a", "2026", "0001-01-01", "2026-13-01", "4 Foo 2026"])
def test_refuses_what_is_no_date(text):
    with pytest.raises(ValueError, match=r".*"):
        parse_date(text, "dmy")


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ("Net 30", date(2026, 3, 2)),
        ("net30", date(2026, 3, 2)),
        ("n/45", date(2026, 3, 17)),
        ("30 days", date(2026, 3, 2)),
        ("2/10 net 30", date(2026, 3, 2)),
        ("2% 10, Net 30", date(2026, 3, 2)),
        ("Due on receipt", date(2026, 1, 31)),
        ("EOM", date(2026, 1, 31)),
        ("Net 30 EOM", date(2026, 3, 31)),  # 31 Jan + 30 is 2 Mar, then to the month's end
        ("EOM + 30", date(2026, 3, 2)),
        ("15th of next month", date(2026, 2, 15)),
        ("31st of the following month", date(2026, 2, 28)),
        ("NAA8", None),
        ("", None),
    ],
)
def test_derives_the_due_date_from_terms(terms, expected):
    assert due_from(terms, date(2026, 1, 31)) == expected
