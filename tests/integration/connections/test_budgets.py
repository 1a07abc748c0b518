"""Budgets that workers share through Valkey: by the minute, by the day, and at once."""

import logging
import secrets
import time
from bisect import bisect_left
from dataclasses import replace

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hub.connections import budgets
from hub.connections.budgets import Budget, Valkey
from hub.sdk.errors import TransientError
from hub.sdk.manifest import Limits, Manifest

MANIFEST = Manifest(
    slug="acme", name="Acme", version="1", kind="connector", api=1, entry="x:y", limits=Limits(per_minute=60)
)


@pytest.fixture
def worker(settings):
    """Makes a worker's budget for the test's own company, each with a client of its own, that does not really sleep."""
    name = f"acme:{secrets.token_hex(8)}"
    clients = []

    def make(**options) -> Budget:
        client = redis.Redis.from_url(settings.redis_url)
        clients.append(client)
        limits = Limits(**{each: options.pop(each) for each in list(options) if each in Limits.__dataclass_fields__})
        budget = Budget(name=name, limits=limits, valkey=Valkey(lambda: client), **options)
        if "sleep" not in options:
            budget.slept = []
            budget.sleep = budget.slept.append
        return budget

    yield make
    for client in clients:
        client.close()


def call(budget: Budget) -> float:
    with budget.turn() as waited:
        return waited


class TestAMinute:
    def test_a_burst_at_once_then_one_at_a_time_whoever_asks(self, worker):
        one, other = (worker(per_minute=8, is_interactive=True) for _ in range(2))
        assert (call(one), call(other)) == (0, 0)
        for budget in (one, other):
            with pytest.raises(TransientError, match="acme is paced") as raised:
                call(budget)
            assert 8 <= raised.value.retry_after <= 10
        patient = worker(per_minute=8, longest_wait=30)
        assert 8 < call(patient) <= 10 and patient.slept

    @pytest.mark.parametrize("limit", [1, 2, 7, 60, 500])
    def test_no_minute_has_more_than_the_provider_allows(self, worker, limit):
        budget = worker(per_minute=limit, longest_wait=100_000, is_interactive=True)
        client = budget.valkey._client()
        times = []
        for _ in range(min(3 * limit, 300) + 2):
            seconds, microseconds = client.time()
            times.append(seconds + microseconds / 1e6 + call(budget))
        for number, at in enumerate(times):
            # Less what passes between the two looks at the clock.
            assert bisect_left(times, at + 59.5) - number <= limit

    def test_people_find_some_left(self, worker):
        jobs, person = worker(per_minute=60), worker(per_minute=60, is_interactive=True)
        jobs.longest_wait = 0
        with pytest.raises(TransientError):
            for _ in range(60):
                call(jobs)
        person.longest_wait = 0
        assert [call(person) for _ in range(2)] == [0, 0]

    def test_no_limit(self, worker):
        budget = worker()
        assert {call(budget) for _ in range(200)} == {0}


class TestADay:
    def test_its_last_calls_are_for_people(self, worker):
        jobs, person = worker(per_day=10), worker(per_day=10, is_interactive=True)
        for _ in range(9):
            call(jobs)
        with pytest.raises(TransientError, match="no more calls today") as raised:
            call(jobs)
        assert 82_000 < raised.value.retry_after <= 86_400
        call(person)
        with pytest.raises(TransientError):
            call(person)

    def test_what_was_24_hours_ago_counts_no_more(self, worker):
        budget = worker(per_day=2)
        client = budget.valkey._client()
        hour = client.time()[0] // 3600
        client.hset(budget._key("day"), mapping={hour - 24: 50, hour - 23: 1})
        call(budget)
        with pytest.raises(TransientError) as raised:
            call(budget)
        # The hour that comes free next is the one 23 hours ago.
        assert 0 < raised.value.retry_after <= 3600
        assert client.hexists(budget._key("day"), hour - 24) is False


class TestAtOnce:
    def test_no_more_than_that(self, worker):
        one, other = worker(concurrent=2), worker(concurrent=2)
        with one.turn(), other.turn(), pytest.raises(TransientError, match="asked by others just now"):
            call(worker(concurrent=2))
        assert call(worker(concurrent=2)) == 0

    def test_one_is_kept_for_people(self, worker):
        job = worker(concurrent=3)
        with job.turn(), job.turn():
            with pytest.raises(TransientError):
                call(job)
            assert call(worker(concurrent=3, is_interactive=True)) == 0

    def test_a_place_of_one_who_died_becomes_free(self, worker):
        dead = worker(concurrent=1, place_seconds=0.3)
        turn = dead.turn()
        turn.__enter__()
        assert 0 < call(worker(concurrent=1, sleep=time.sleep)) <= 5
        turn.__exit__(None, None, None)

    def test_a_call_that_fails_gives_its_place_back(self, worker):
        budget = worker(concurrent=1)
        with pytest.raises(ZeroDivisionError), budget.turn():
            raise ZeroDivisionError
        assert call(budget) == 0


class TestWhatTheProviderSays:
    def test_that_it_wants_to_be_left_alone_is_for_all(self, worker):
        worker().learn(429, {"retry-after": "300"})
        with pytest.raises(TransientError, match="left alone") as raised:
            call(worker(is_interactive=True))
        assert 298 <= raised.value.retry_after <= 300
        # A shorter time does not open it again.
        worker().learn(503, {"retry-after": "6"})
        with pytest.raises(TransientError) as raised:
            call(worker())
        assert raised.value.retry_after > 290

    def test_that_little_is_left_of_the_minute(self, worker):
        one, other = (worker(per_minute=60, is_interactive=True) for _ in range(2))
        one.learn(200, {"x-minlimit-remaining": "2"})
        assert [call(other) for _ in range(2)] == [0, 0]
        assert 1 < call(other) < 2
        # That more is left than was thought is no reason to hurry.
        one.learn(200, {"x-minlimit-remaining": "59"})
        assert call(other) > 1

    def test_that_others_have_used_the_day(self, worker):
        one, other = worker(per_day=100), worker(per_day=100)
        call(one)
        one.learn(200, {"x-daylimit-remaining": "11"})
        call(other)
        with pytest.raises(TransientError, match="today"):
            call(other)

    @pytest.mark.parametrize("said", ["-1", "many", "", "9" * 40, "１０"])
    def test_nonsense_is_nothing(self, worker, said):
        budget = worker(per_minute=60, per_day=10)
        budget.learn(200, {"x-minlimit-remaining": said, "x-daylimit-remaining": said})
        assert call(budget) == 0


class TestValkeyIsAway:
    @pytest.fixture
    def alone(self):
        nobody = redis.Redis(port=9, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0))
        valkey = Valkey(lambda: nobody)
        budget = Budget(name=f"acme:{secrets.token_hex(8)}", limits=Limits(per_minute=600), valkey=valkey, processes=2)
        budget.slept = []
        budget.sleep = budget.slept.append
        return budget

    def test_each_process_goes_on_by_itself_slowly(self, alone, caplog):
        assert call(alone) == 0
        assert 0.1 < call(alone) <= 0.2 and alone.slept
        # Said once, and not at every call.
        assert [record.levelno for record in caplog.records] == [logging.WARNING]
        assert "Valkey does not answer" in caplog.text

    def test_one_call_at_a_time(self, alone):
        alone.longest_wait = 0.05
        with alone.turn(), pytest.raises(TransientError, match="asked by others"):
            call(alone)

    def test_what_the_provider_says_holds(self, alone):
        alone.learn(429, {"retry-after": "120", "x-minlimit-remaining": "0"})
        with pytest.raises(TransientError, match="left alone") as raised:
            call(alone)
        assert 118 <= raised.value.retry_after <= 120


def test_the_operator_knows_what_the_provider_granted(settings, tmp_path):
    path = tmp_path / "apps.toml"
    path.write_text("[acme.limits]\nper_day = 1000\n")
    budget = budgets.of(replace(settings, connector_apps_file=str(path)), MANIFEST, "company 1")
    assert budget.limits == Limits(per_minute=60, per_day=1000)
    assert "company" not in budget.name
