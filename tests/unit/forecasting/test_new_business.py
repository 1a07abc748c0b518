"""Cash from invoices yet to be issued, by hand; and nothing of the future in it."""

from datetime import timedelta

import numpy as np
import pytest

from hub.forecasting.days import to_date
from hub.forecasting.new_business import LEAST_PAST_DAYS, new_business
from tests.unit.forecasting.test_risk_snapshots import DAY, ledger

TODAY = to_date(DAY)


def weekly(weeks, amounts, delay=10, currency="EUR"):
    """One invoice a week, the last one seven days ago, each paid `delay` days after its issue if that has come."""
    issued = [-7 * (weeks - k) for k in range(weeks)]
    invoices = [(0, day, day + 30, amounts[k % len(amounts)], currency) for k, day in enumerate(issued)]
    paid = [(row, "payment", one[3], one[1] + delay) for row, one in enumerate(invoices) if one[1] + delay <= 0]
    return ledger(invoices, paid, customers=1).as_of(DAY)


def weeks_after(count, first=1):
    starts = [TODAY + timedelta(days=first + 7 * k) for k in range(count)]
    return starts, [day + timedelta(days=6) for day in starts]


def test_a_steady_business_brings_nothing_at_first_and_then_its_invoices():
    # Issued every seventh day from the seventh day on, and paid ten days later: on the 17th, the 24th, ...
    found = new_business(weekly(60, [100.0]), *weeks_after(4))
    assert found.expected["EUR"].tolist() == [0, 0, 100, 100]
    assert found.p10["EUR"].tolist() == found.p90["EUR"].tolist() == [0, 0, 100, 100]


def test_the_range_is_that_of_the_past():
    found = new_business(weekly(60, [50.0, 150.0]), *weeks_after(3))
    assert found.expected["EUR"][2] == pytest.approx(100)
    assert (found.p10["EUR"][2], found.p90["EUR"][2]) == (50, 150)


def test_days_and_what_is_left_of_a_running_period():
    frame = weekly(60, [100.0])
    days = [TODAY + timedelta(days=k) for k in (16, 17, 18)]
    assert new_business(frame, days, days).expected["EUR"].tolist() == [0, 100, 0]
    running = new_business(frame, [TODAY - timedelta(days=3)], [TODAY + timedelta(days=17)])
    assert running.expected["EUR"].tolist() == [100]


def test_currencies_are_kept_apart():
    euros, yen = weekly(60, [100.0]), weekly(60, [9_000.0], currency="JPY")
    assert new_business(yen, *weeks_after(3)).expected["JPY"][2] == 9_000
    assert list(new_business(euros, *weeks_after(3)).expected) == ["EUR"]


@pytest.mark.parametrize(("weeks", "told"), [(LEAST_PAST_DAYS + 2, True), (LEAST_PAST_DAYS + 1, False)])
def test_a_young_ledger_says_nothing(weeks, told):
    found = new_business(weekly(weeks, [100.0]), *weeks_after(3))
    assert np.isfinite(found.expected["EUR"]).tolist()[2] is told
    assert np.isfinite(found.p90["EUR"]).tolist() == np.isfinite(found.expected["EUR"]).tolist()


def test_of_an_empty_ledger_and_of_no_period_nothing_is_said():
    empty = ledger([], customers=0).as_of(DAY)
    assert new_business(empty, *weeks_after(2)).expected == {}
    assert new_business(weekly(60, [100.0]), [], []).expected["EUR"].tolist() == []


def test_what_was_paid_or_issued_later_changes_nothing():
    whole = weekly(90, [50.0, 150.0])
    early = DAY - 140
    starts, ends = ([day - timedelta(days=140) for day in days] for days in weeks_after(4))
    cut = new_business(whole.as_of(early), starts, ends)
    upcoming = new_business(whole.as_of(early, include_upcoming=True), starts, ends)
    for name in ("expected", "p10", "p90"):
        assert getattr(cut, name)["EUR"].tolist() == getattr(upcoming, name)["EUR"].tolist()
    assert cut.expected["EUR"][2] == pytest.approx(100)


def test_credits_and_write_offs_are_no_receipts():
    invoices = [(0, -7 * k, -7 * k + 30, 100.0, "EUR") for k in range(60, 0, -1)]
    settled = [(row, ("credit_memo", "write_off")[row % 2], 100.0, one[1] + 3) for row, one in enumerate(invoices)]
    found = new_business(ledger(invoices, settled, customers=1).as_of(DAY), *weeks_after(4))
    assert found.expected["EUR"].tolist() == [0, 0, 0, 0]
