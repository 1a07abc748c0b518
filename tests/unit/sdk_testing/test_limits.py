"""Limits are counted by account and by the clock they are given."""

from hub.sdk.testing.limits import Limiter


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


def test_a_minute_rolls():
    clock = Clock()
    limiter = Limiter(clock)
    limiter.per_minute = 2
    assert limiter.exceeded("a", 1) is None
    clock.now += 20
    assert limiter.exceeded("a", 1) is None
    assert limiter.exceeded("a", 1) == ("minute", 40)
    assert limiter.exceeded("b", 1) is None
    assert limiter.remaining("a") == {"minute": 0}
    clock.now += 40
    assert limiter.exceeded("a", 1) is None
    assert limiter.exceeded("a", 1) == ("minute", 20)


def test_a_day_ends_at_midnight():
    clock = Clock()
    clock.now = 86_400.0 * 20 - 100
    limiter = Limiter(clock)
    limiter.per_day = 1
    assert limiter.remaining("a") == {"day": 1}
    assert limiter.exceeded("a", 1) is None
    assert limiter.exceeded("a", 1) == ("day", 100)
    clock.now += 100
    assert limiter.exceeded("a", 1) is None


def test_calls_in_flight():
    limiter = Limiter(Clock())
    limiter.concurrent = 1
    with limiter.flying("a") as first, limiter.flying("a") as second, limiter.flying("b") as other:
        assert [first, second, other] == [1, 2, 1]
        assert limiter.exceeded("a", second) == ("concurrent", None)
    with limiter.flying("a") as again:
        assert limiter.exceeded("a", again) is None
    assert limiter.most_in_flight == 2
