"""What reminders change is claimed only where the lot shows it, by customers and not by invoices."""

import random
from datetime import date, timedelta
from uuid import UUID

import pytest

from hub.reminders.uplift import CUSTOMERS_NEEDED, WINDOW, Outcome, measure

SINCE = date(2026, 3, 2)


def outcome(arm, customer, days=None):
    """An invoice that was paid so many days after its first step; None: it is still open."""
    paid_on = None if days is None else SINCE + timedelta(days=days)
    return Outcome(arm, UUID(int=customer), SINCE, paid_on, "open" if days is None else "paid")


def arms(customers, sooner, *, seed=1, invoices=3, spread=4.0, own=4.0):
    """Both arms of so many customers each, whose invoices are alike, those reminded paid so many days sooner."""
    numbers = random.Random(seed)
    made = []
    for arm, shift in (("reminded", sooner), ("held_back", 0.0)):
        for customer in range(customers):
            habit = numbers.gauss(12, own)
            who = customer + (10_000 if arm == "held_back" else 0)
            made += [
                outcome(arm, who, max(round(habit + numbers.gauss(0, spread) - shift), 0)) for _ in range(invoices)
            ]
    return made


def test_a_clear_effect_has_its_interval():
    found = measure(arms(200, 4.0))
    assert found.is_clear
    assert found.days_gained == pytest.approx(4.0, abs=1.0)
    assert found.low < found.days_gained < found.high and found.low > 0
    assert "sooner if reminded, give or take" in found.why


def test_few_customers_show_nothing_however_many_invoices_they_have():
    found = measure(arms(CUSTOMERS_NEEDED - 1, 10.0, invoices=50))
    assert (found.days_gained, found.low, found.high, found.is_clear) == (None, None, None, False)
    assert found.why.startswith("Not enough yet: 29 customers reminded and 29 held back")


def test_nothing_at_all_is_no_error():
    found = measure([])
    assert found.days_gained is None and found.reminded.days_open is None
    assert found.reminded.paid_within == {7: 0.0, 14: 0.0, 30: 0.0}


def test_without_an_effect_hardly_any_is_claimed():
    claimed = [measure(arms(60, 0.0, seed=seed)).is_clear for seed in range(200)]
    # 5 in 100 by design; clusters that were counted as single invoices would claim several times as many.
    assert sum(claimed) < 24


def test_invoices_of_one_customer_are_no_evidence_of_their_own():
    few = measure(arms(60, 2.0, invoices=1, spread=0.0))
    same = measure(arms(60, 2.0, invoices=20, spread=0.0))
    assert same.high - same.low == pytest.approx(few.high - few.low, rel=0.1)


def test_what_is_still_open_counts_as_the_window():
    found = measure([outcome("reminded", 1, 3), outcome("reminded", 2), outcome("held_back", 3, 45)])
    assert found.reminded.days_open == (3 + WINDOW) / 2
    assert found.held_back.days_open == WINDOW
    assert found.reminded.paid_within == {7: 0.5, 14: 0.5, 30: 0.5}
    assert found.held_back.paid_within == {7: 0.0, 14: 0.0, 30: 0.0}


def test_reminders_that_do_harm_are_said_to():
    found = measure(arms(200, -4.0))
    assert found.is_clear and found.days_gained < 0 and "later if reminded" in found.why
