"""What a reminder changes is said only where the data supports it."""

import numpy as np
import pytest

from hub.forecasting.reminder_effect import EVIDENCE_NEEDED, reminder_effect


def delays(seed: int, count: int, mean: float) -> list[float]:
    return list(np.random.default_rng(seed).normal(mean, 8.0, count))


def test_a_clear_effect_of_a_random_assignment_is_found():
    found = reminder_effect(delays(1, 400, 3.0), delays(2, 400, 7.0))
    assert found.days_sooner == pytest.approx(4.0, abs=1.2)
    assert found.why.startswith("Paid ") and "sooner if reminded" in found.why


@pytest.mark.parametrize("counts", [(0, 0), (EVIDENCE_NEEDED - 1, 1000), (1000, EVIDENCE_NEEDED - 1)])
def test_too_few_say_nothing(counts):
    found = reminder_effect(delays(1, counts[0], 0.0), delays(2, counts[1], 50.0))
    assert found.days_sooner is None and "Not enough evidence" in found.why and str(EVIDENCE_NEEDED) in found.why


def test_no_effect_is_not_claimed():
    claimed = [reminder_effect(delays(k, 200, 5.0), delays(k + 1000, 200, 5.0)).days_sooner for k in range(100)]
    assert sum(each is not None for each in claimed) <= 8


def test_reminders_that_do_harm_are_no_gain():
    assert reminder_effect(delays(1, 400, 9.0), delays(2, 400, 3.0)).days_sooner is None
