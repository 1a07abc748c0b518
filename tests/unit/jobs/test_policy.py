"""Which errors end work, and how long the others make it wait."""

import random

import pytest

from hub.errors import ConflictError, HubError, InvalidError, RateLimitedError, UnavailableError
from hub.jobs.policy import Policy, judge, tenant_concurrency
from hub.sdk.errors import AuthError, ConfigError, RecordError, RefusedError, TransientError
from hub.settings import Settings

POLICY = Policy(backoff_seconds=10, longest_backoff_seconds=60)


def verdict(error, attempt=1):
    return judge(error, attempt, 5, POLICY, random.Random(0))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AuthError("reconnect"), "auth"),
        (ConfigError("no such file"), "config"),
        (RecordError("no total"), "record"),
        (RefusedError("no such company", status=404), "refused"),
        (InvalidError("no file"), "invalid"),
        (ConflictError("there is one"), "conflict"),
    ],
)
def test_what_cannot_work_as_it_is_fails_at_once(error, code):
    found = verdict(error)
    assert (found.state, found.error["code"], found.error["message"]) == ("failed", code, str(error))


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TransientError("busy", retry_after=0), "transient"),
        (RateLimitedError("slow down", retry_after=0), "rate_limited"),
        (UnavailableError("no database"), "unavailable"),
        (HubError("bug"), "internal"),
        (ZeroDivisionError("oops"), "unexpected"),
    ],
)
def test_all_else_is_tried_again_and_dead_in_the_end(error, code):
    assert (verdict(error).state, verdict(error).error["code"]) == ("queued", code)
    assert verdict(error, attempt=5).state == "dead"


@pytest.mark.parametrize(("attempt", "least"), [(1, 10), (2, 20), (3, 40), (4, 60)])
def test_the_wait_doubles_up_to_a_bound_with_jitter_on_top(attempt, least):
    delays = [judge(OSError(), attempt, 5, POLICY, random.Random(seed)).delay for seed in range(50)]
    assert min(delays) >= least
    assert max(delays) <= least * 1.5
    assert len(set(delays)) == 50


@pytest.mark.parametrize("error", [TransientError("the day is full", retry_after=300), RateLimitedError("slow", 300)])
def test_a_long_wait_that_is_named_is_no_attempt(error):
    found = verdict(error, attempt=5)
    assert (found.state, found.is_counted) == ("queued", False)
    assert verdict(TransientError("busy", retry_after=299)).is_counted


@pytest.mark.parametrize(
    ("named", "believed"),
    [(10**15, 86_400), (float("inf"), 86_400), (-1, 60), (float("nan"), 60), (0, 0), (7, 7)],
)
def test_nobody_is_believed_for_longer_than_a_day(named, believed):
    assert TransientError("busy", retry_after=named).retry_after == believed


@pytest.mark.parametrize("error", [TransientError("busy", retry_after=500), RateLimitedError("slow", retry_after=500)])
def test_a_named_time_is_never_undercut(error):
    assert 500 <= verdict(error).delay <= 505


def test_an_unforeseen_error_says_its_type_and_its_first_line():
    assert verdict(ValueError("one\ntwo")).error["message"] == "ValueError: one"
    assert verdict(ValueError()).error["message"] == "ValueError: no message"


@pytest.mark.parametrize(("workers", "expected"), [(1, 1), (2, 1), (8, 7)])
def test_a_tenant_never_gets_all_workers(workers, expected):
    assert tenant_concurrency(Settings.load({}, job_workers=workers)) == expected


def test_a_day_that_the_provider_names_is_waited_for():
    delay = verdict(TransientError("the day's calls are used up", retry_after=67_000)).delay
    assert 67_000 <= delay <= 67_005
