"""What becomes of work: done, tried again, failed, dead, or somebody else's by now."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hub.errors import InvalidError
from hub.events import SyncFinished
from hub.jobs import leases, service
from hub.jobs.context import LeaseLost
from hub.jobs.policy import Policy
from hub.sdk.errors import AuthError, TransientError
from hub.storage.session import driver

SHORT = Policy(lease_seconds=0.6, backoff_seconds=0)


def answer(context, *, number):
    context.progress(0.5, "Half way")
    return {"number": number}


def break_down(context):
    raise ZeroDivisionError("no figure to divide by\nand a second line")


def be_refused(context):
    raise AuthError("Acme Books refuses the key: reconnect")


def be_invalid(context):
    raise InvalidError("nothing to import")


def come_back_later(context):
    raise TransientError("Acme Books is busy", retry_after=3600)


def leave(context):
    raise SystemExit(3)


def publish(context, *, changed):
    context.publish(SyncFinished(tenant=context.tenant, connection_id="c", run_id="r", status="ok", changed=changed))


def announce(context, *, fails):
    event = SyncFinished(tenant=context.tenant, connection_id="c", run_id="r", status="ok", changed=3)
    with context.transaction() as session:
        context.announce(session, event)
    if fails:
        raise InvalidError("after all")


def publish_and_fail(context):
    publish(context, changed=1)
    raise InvalidError("after all")


def keep_silent(context):
    time.sleep(1.5)
    with context.storage.hub() as session:
        assert leases.collect_abandoned(driver(session)) == ([], [])


def end_as_the_worker_stops(context):
    context.stopping.set()


def go_on_as_the_worker_stops(context):
    context.stopping.set()
    context.progress(0.5, "never shown")


def be_too_late(context):
    _take_over(context)
    with pytest.raises(LeaseLost), context.transaction() as session:
        session.execute(text("insert into effects (note) values ('too late')"))
    context.progress(1.0, "never shown")


def finish_too_late(context):
    _take_over(context)
    return {"by": "the first"}


def ask_again(context):
    with context.storage.tenant(context.tenant) as session:
        if not session.scalar(text("select count(*) from effects")):
            assert service.submit(session, "ask_again", {}) == context.work_id
    with context.transaction() as session:
        session.execute(text("insert into effects (note) values ('ran')"))


def _take_over(context):
    with context.storage.hub() as session:
        session.execute(text("update hub.work set lease_until = now() - interval '1 second'"))
    with context.storage.hub() as session:
        leases.collect_abandoned(driver(session))
    with context.storage.hub() as session:
        assert leases.claim(driver(session), context.work_id, "another", 60)


def test_done(make_runner, submit, look):
    work_id = submit("answer", number=7)
    assert make_runner(__name__, "answer").run(work_id) == "done"
    found = look(work_id)
    assert found["result"] == {"number": 7}
    assert (found["state"], found["progress"], found["attempts"], found["error"]) == ("done", 1.0, 1, None)
    assert found["created_at"] <= found["started_at"] <= found["finished_at"]


def test_what_always_fails_ends_dead_with_its_reason(make_runner, submit, look):
    work_id = submit("break_down")
    runner = make_runner(__name__, "break_down")
    states = [runner.run(work_id) for _ in range(6)]
    assert states == ["queued", "queued", "queued", "queued", "dead", None]
    found = look(work_id)
    assert found["error"]["message"] == "ZeroDivisionError: no figure to divide by"
    assert found["error"]["code"] == "unexpected"
    assert len(found["error"]["trace_id"]) == 32
    assert found["finished_at"] is not None


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        ("be_refused", "auth", "Acme Books refuses the key: reconnect"),
        ("be_invalid", "invalid", "nothing to import"),
        ("never_heard_of", "not_found", "there is no handler for never_heard_of; known are be_invalid, be_refused"),
    ],
)
def test_what_cannot_work_fails_at_once(make_runner, submit, look, kind, code, message):
    work_id = submit(kind)
    assert make_runner(__name__, "be_refused", "be_invalid").run(work_id) == "failed"
    found = look(work_id)
    assert (found["error"]["code"], found["error"]["message"]) == (code, message)
    assert found["attempts"] == 1


def test_a_retry_waits_as_long_as_it_was_told_to(make_runner, submit, look):
    work_id = submit("come_back_later")
    runner = make_runner(__name__, "come_back_later")
    before = datetime.now(UTC)
    assert runner.run(work_id) == "queued"
    assert look(work_id)["run_at"] >= before + timedelta(seconds=3600)
    assert runner.run(work_id) is None, "it must not be tried before"


def test_waits_that_somebody_else_names_are_not_counted(make_runner, submit, look, storage):
    work_id = submit("come_back_later")
    runner = make_runner(__name__, "come_back_later")
    for _ in range(7):
        with storage.hub() as session:
            session.execute(text("update hub.work set run_at = now()"))
        assert runner.run(work_id) == "queued"
    assert look(work_id)["attempts"] == 0 and look(work_id)["error"]["code"] == "transient"


def test_a_handler_that_ends_the_process_is_only_a_failure(make_runner, submit, look):
    work_id = submit("leave")
    assert make_runner(__name__, "leave").run(work_id) == "queued"
    assert "tried to end the process (SystemExit(3))" in look(work_id)["error"]["message"]


def test_a_silent_handler_keeps_its_lease(make_runner, submit):
    assert make_runner(__name__, "keep_silent", policy=SHORT).run(submit("keep_silent")) == "done"


def test_what_is_done_when_the_worker_stops_is_done(make_runner, submit):
    assert make_runner(__name__, "end_as_the_worker_stops").run(submit("end_as_the_worker_stops")) == "done"


def test_what_is_under_way_when_the_worker_stops_is_given_back(make_runner, submit, look):
    work_id = submit("go_on_as_the_worker_stops")
    assert make_runner(__name__, "go_on_as_the_worker_stops").run(work_id) == "queued"
    assert (look(work_id)["attempts"], look(work_id)["error"]) == (0, None)


def test_who_lost_the_lease_can_neither_write_nor_show_progress(make_runner, submit, look, effects):
    work_id = submit("be_too_late")
    assert make_runner(__name__, "be_too_late").run(work_id) is None
    assert effects() == []
    assert look(work_id)["state"] == "running"


def test_a_late_finisher_does_not_overwrite(make_runner, submit, look):
    work_id = submit("finish_too_late")
    assert make_runner(__name__, "finish_too_late").run(work_id) is None
    assert (look(work_id)["state"], look(work_id)["result"]) == ("running", None)


def test_what_kills_its_workers_ends_dead(storage, submit, look):
    work_id = submit("kills")
    for _ in range(5):
        with storage.hub() as session:
            assert leases.claim(driver(session), work_id, "doomed", lease_seconds=-1)
        with storage.hub() as session:
            leases.collect_abandoned(driver(session))
    assert look(work_id)["state"] == "dead"
    assert look(work_id)["error"]["code"] == "abandoned"


def test_asked_for_again_while_it_runs_it_runs_once_more(make_runner, submit, effects, look):
    work_id = submit("ask_again")
    runner = make_runner(__name__, "ask_again")
    assert [runner.run(work_id) for _ in range(3)] == ["queued", "done", None]
    assert effects() == ["ran", "ran"]
    assert look(work_id)["attempts"] == 1


def _follow(event):
    return [("answer", {"number": event.changed})] if event.changed else []


def test_what_follows_from_an_event_is_submitted_with_the_end_of_the_work(make_runner, submit, storage, tenant):
    work_id = submit("publish", changed=3)
    make_runner(__name__, "publish", "answer", reactions=_follow).run(work_id)
    with storage.tenant(tenant) as session:
        (follower,) = service.list_work(session, kind="answer")
    assert follower["state"] == "queued"


def test_nothing_follows_from_the_events_of_work_that_failed(make_runner, submit, storage, tenant):
    work_id = submit("publish_and_fail")
    assert make_runner(__name__, "publish_and_fail", reactions=_follow).run(work_id) == "failed"
    with storage.tenant(tenant) as session:
        assert service.list_work(session, kind="answer") == []


@pytest.mark.parametrize("fails", [False, True])
def test_what_follows_from_what_is_announced_does_not_wait_for_the_end(make_runner, submit, storage, tenant, fails):
    work_id = submit("announce", fails=fails)
    make_runner(__name__, "announce", reactions=_follow).run(work_id)
    with storage.tenant(tenant) as session:
        (follower,) = service.list_work(session, kind="answer")
    assert follower["state"] == "queued"


def test_run_due_does_what_follows_too(make_runner, submit, storage, tenant):
    submit("publish", changed=3)
    make_runner(__name__, "publish", "answer", reactions=_follow).run_due()
    with storage.tenant(tenant) as session:
        assert [work["state"] for work in service.list_work(session)] == ["done", "done"]
