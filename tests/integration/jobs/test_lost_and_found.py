"""Whatever dies or is emptied, work is done, and done once."""

import signal
from uuid import uuid4

from rq.job import JobStatus
from sqlalchemy import text

from hub.jobs import leases
from hub.jobs.sweep import sweep


def test_a_worker_killed_in_the_middle_is_made_up_for_by_another(
    start, submit, look, effects, redis, wait_until, tmp_path
):
    work_id = submit("stall_once", folder=str(tmp_path))
    start("schedule")
    first = start("work")
    wait_until((tmp_path / "stalling").exists, "the first attempt")
    first.send_signal(signal.SIGKILL)
    start("work")
    wait_until(lambda: look(work_id)["state"] == "done", "the second attempt")
    assert effects() == ["attempt 2"]


def test_a_suspended_worker_cannot_commit_after_another_took_over(
    start, submit, look, effects, redis, wait_until, tmp_path
):
    work_id = submit("stall_once", folder=str(tmp_path))
    start("schedule")
    first = start("work")
    wait_until((tmp_path / "stalling").exists, "the first attempt")
    first.send_signal(signal.SIGSTOP)
    start("work")
    wait_until(lambda: look(work_id)["state"] == "done", "the second attempt")
    (tmp_path / "go").touch()
    first.send_signal(signal.SIGCONT)
    wait_until(lambda: "this attempt is void" in first.log.read_text(), "the first worker's defeat")
    assert effects() == ["attempt 2"]
    assert look(work_id)["state"] == "done"
    assert look(work_id)["attempts"] == 2


def test_flushing_valkey_loses_nothing(storage, queue, start, submit, look, effects, redis, wait_until):
    ids = [submit("note", words=str(number)) for number in range(5)]
    sweep(storage, queue)
    redis.flushall()
    assert sweep(storage, queue) == 5
    start("work")
    wait_until(lambda: all(look(work_id)["state"] == "done" for work_id in ids), "all work")
    assert sorted(effects()) == ["0", "1", "2", "3", "4"]


def test_a_sweep_leaves_alone_what_is_in_the_queue(storage, queue, submit):
    submit("note", words="a")
    submit("note", words="b")
    assert sweep(storage, queue) == 2
    assert sweep(storage, queue) == 0


def test_work_enqueued_many_times_is_done_once(storage, queue, start, submit, look, effects, redis, wait_until):
    work_id = submit("note", words="once")
    for generation in (0, 0, 1, 2):
        queue.put(leases.Queued(id=work_id, tenant_key="other", generation=generation))
    start("work")
    wait_until(lambda: look(work_id)["state"] == "done" and queue.rq.count == 0, "the work")
    assert effects() == ["once"]


def test_a_job_that_names_other_code_is_not_run(queue, start, redis, wait_until, tmp_path):
    job = queue.rq.enqueue("os.mkdir", str(tmp_path / "made"))
    start("work")
    wait_until(lambda: job.get_status() == JobStatus.FAILED, "the refusal")
    assert not (tmp_path / "made").exists()
    assert "os.mkdir, which is not work" in job.latest_result().exc_string


def test_a_worker_told_to_stop_gives_its_work_back(start, submit, look, queue, storage, redis, wait_until, tmp_path):
    work_id = submit("step_on", folder=str(tmp_path))
    sweep(storage, queue)
    worker = start("work")
    wait_until((tmp_path / "stepping").exists, "the job")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(timeout=20) == 0
    assert look(work_id)["state"] == "queued"
    assert look(work_id)["attempts"] == 0


def test_of_one_tenant_no_more_runs_at_once_than_allowed(storage, queue, start, submit, look, tenant, wait_until):
    ids = [submit("take_a_while", number=number) for number in range(6)]
    sweep(storage, queue)
    start("work")
    start("work")
    wait_until(lambda: all(look(work_id)["state"] == "done" for work_id in ids), "all work")
    with storage.tenant(tenant) as session:
        overlaps = session.scalar(
            text("select count(*) from effects a join effects b on a.id < b.id and a.during && b.during")
        )
    assert overlaps == 0


def test_a_tenants_backlog_does_not_stand_in_front_of_the_others(queue, redis):
    for tenant in ("busy", "busy", "busy", "other"):
        queue.put(leases.Queued(id=uuid4(), tenant_key=tenant, generation=0))
    waiting = [job.rate_limit_key for job in queue.rq.get_jobs()]
    assert waiting == ["busy", "other"]


def test_a_worker_grown_too_large_starts_itself_anew_and_goes_on(
    start, submit, look, storage, queue, effects, wait_until
):
    ids = [submit("note", words=words) for words in ("before", "after")]
    sweep(storage, queue)
    worker = start("work-grown")
    wait_until(lambda: all(look(work_id)["state"] == "done" for work_id in ids), "all work")
    assert sorted(effects()) == ["after", "before"]
    assert worker.poll() is None
    assert "starts anew" in worker.log.read_text()
