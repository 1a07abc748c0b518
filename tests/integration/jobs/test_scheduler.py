"""One scheduler leads; each slot of the schedule is submitted once, whoever leads."""

import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from hub.jobs import service
from hub.jobs.schedule import Entry
from hub.jobs.scheduler import Scheduler

NIGHTLY = Entry(name="nightly", kind="forecasting.refresh", cron="0 4 * * *")


@pytest.fixture
def at(storage, queue, tenant):
    """How much work a scheduler submits that looks at the clock at a given day and hour of March 2026."""

    def at(day: int, hour: int) -> int:
        return Scheduler(
            storage=storage,
            queue=queue,
            entries=[NIGHTLY],
            tenants=lambda session: [tenant],
            clock=lambda: datetime(2026, 3, day, hour, 30, tzinfo=UTC),
        ).submit_due()

    return at


def test_each_slot_is_submitted_once(at, storage, tenant):
    assert at(1, 12) == 0, "a new entry begins with its next slot"
    assert at(2, 3) == 0
    assert at(2, 4) == 1
    assert at(2, 5) == 0
    with storage.tenant(tenant) as session:
        (found,) = service.list_work(session)
    assert found["kind"] == "forecasting.refresh"


def test_missed_slots_are_made_up_for_once(at):
    at(1, 12)
    assert at(9, 12) == 1
    assert at(9, 13) == 0


def test_two_at_once_submit_once(at):
    at(1, 12)
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(lambda _: at(2, 5), range(2))) == 1


def test_a_clock_set_back_submits_nothing_again(at):
    at(1, 12)
    at(5, 12)
    assert at(3, 12) == 0


def test_a_standby_takes_over_when_the_leader_is_killed(start, submit, queue, wait_until):
    schedulers = [start("schedule"), start("schedule")]

    def leaders():
        return [process for process in schedulers if "this scheduler leads" in process.log.read_text()]

    submit("note", words="first")
    wait_until(lambda: queue.rq.count == 1, "the leader's sweep")
    (leader,) = leaders()
    leader.send_signal(signal.SIGKILL)
    wait_until(lambda: len(leaders()) == 2, "the take-over")
    queue.redis.flushall()
    wait_until(lambda: queue.rq.count == 1, "the standby's sweep")
    (standby,) = [process for process in schedulers if process is not leader]
    standby.send_signal(signal.SIGTERM)
    assert standby.wait(timeout=20) == 0
