"""By when a dispute is due: business days, weekends left out."""

from datetime import date

import pytest

from hub.disputes.capture import due_after


@pytest.mark.parametrize(
    ("opened_on", "days", "due_on"),
    [
        (date(2026, 3, 2), 1, date(2026, 3, 3)),
        (date(2026, 3, 2), 10, date(2026, 3, 16)),
        (date(2026, 3, 6), 1, date(2026, 3, 9)),  # from a Friday
        (date(2026, 3, 7), 1, date(2026, 3, 9)),  # from a Saturday
        (date(2026, 3, 8), 5, date(2026, 3, 13)),  # from a Sunday
        (date(2026, 3, 2), 0, date(2026, 3, 2)),
    ],
)
def test_due_after(opened_on, days, due_on):
    assert due_after(opened_on, days) == due_on
