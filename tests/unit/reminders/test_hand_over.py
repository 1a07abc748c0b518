"""How long a claim is good: well over before anybody asks the provider what it has."""

from types import SimpleNamespace

import pytest

from hub.reminders import sending


@pytest.mark.parametrize(("asked_after", "seconds"), [(900, 60), (360, 60), (120, 20), (12, 2)])
def test_a_claim_ends_long_before_somebody_asks(asked_after, seconds):
    context = SimpleNamespace(settings=SimpleNamespace(reminders_reconcile_after_seconds=asked_after))
    assert sending._hand_over(context) == seconds
