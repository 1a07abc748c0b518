import pytest

from hub.supervisor import restart_delay


@pytest.mark.parametrize(("failures", "seconds"), [(1, 0.5), (2, 1.0), (5, 8.0), (7, 30.0), (1000, 30.0)])
def test_waits_longer_with_every_failure_up_to_half_a_minute(failures, seconds):
    assert restart_delay(failures) == seconds
