"""From what happened to the tenant's own system: signed, once or again, and never where the hub must not go."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.connections import notices
from hub.disputes import moves
from hub.disputes import service as disputes
from hub.events import PromiseBroken, PromiseKept, SyncFinished
from hub.jobs import announcing
from hub.pipelines import AT_ONCE, reactions
from hub.storage.audit import acting
from hub.webhooks import calling, jobs, outbox, sending, service
from hub.worker import work_off
from tests.integration.webhooks.conftest import SOMEBODY, Reply


def broken(tenant):
    return PromiseBroken(tenant=tenant, promise_id=str(uuid4()), invoice_id=str(uuid4()), customer_id=str(uuid4()))


def announce(storage, tenant, event):
    announcing.connect(reactions, AT_ONCE)
    with storage.tenant(tenant) as session:
        announcing.announce(session, event)


def make_due(storage, tenant):
    with storage.tenant(tenant) as session:
        session.execute(text("update webhook_calls set next_at = now() where status = 'pending'"))


def waiting_work(storage, tenant):
    with storage.hub() as session:
        query = "select run_at from hub.work where tenant_key = :key and kind = 'webhooks.deliver' and state = 'queued'"
        return list(session.scalars(text(query), {"key": tenant}))


def test_what_is_announced_arrives_signed_with_its_ids(storage, tenant, receiver, endpoint, open_settings, calls):
    event = broken(tenant)
    announce(storage, tenant, event)
    work_off(open_settings, storage)
    told = receiver.read(0, endpoint[1])
    assert len(receiver.received) == 1
    assert told["type"] == "promise.broken"
    assert told["data"] == {
        "tenant": tenant,
        "promise_id": event.promise_id,
        "invoice_id": event.invoice_id,
        "customer_id": event.customer_id,
    }
    assert datetime.fromisoformat(told["timestamp"]).tzinfo is not None
    (call,) = calls()
    assert receiver.received[0][0]["webhook-id"] == f"msg_{call['message_id'].hex}"
    assert (call["status"], call["next_at"], call["excerpt"]) == ("delivered", None, "ok")
    assert [(each["code"], each["error"]) for each in call["tries"]] == [(200, None)]


def test_what_a_job_publishes_at_its_end_arrives_as_well(storage, tenant, receiver, endpoint, context, open_settings):
    event = SyncFinished(tenant=tenant, connection_id="c1", run_id="r1", status="ok", changed=0)
    with storage.hub() as session:  # as a job's end has it, which is the hub's
        announcing.announce(session, event)
    work_off(open_settings, storage)
    told = receiver.read(0, endpoint[1])
    assert told["type"] == "sync.finished" and told["data"]["changed"] == 0


def test_what_is_rolled_back_was_never_told(storage, tenant, receiver, endpoint, open_settings, calls):
    announcing.connect(reactions, AT_ONCE)
    with pytest.raises(RuntimeError, match="not so"), storage.tenant(tenant) as session:
        announcing.announce(session, broken(tenant))
        raise RuntimeError("not so")
    work_off(open_settings, storage)
    assert receiver.received == [] and calls() == []


def test_nothing_is_kept_that_nobody_is_told_of(storage, tenant, endpoint, calls):
    with storage.tenant(tenant) as session:
        session.execute(text("update webhook_endpoints set events = '{promise.broken}'"))
        assert outbox.keep(session, "promise.kept", {}) is None
        assert outbox.keep(session, "promise.broken", {}) is not None
    assert [each["type"] for each in calls()] == ["promise.broken"]


def test_a_failed_call_is_made_again_under_the_same_id(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(500, b"out of order"), Reply(204, b"")]
    announce(storage, tenant, broken(tenant))
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"retried": 1}
    (call,) = calls()
    assert (call["status"], call["excerpt"]) == ("pending", "out of order")
    assert call["tries"][0]["error"] == "It answered 500."
    assert call["next_at"] in waiting_work(storage, tenant)
    make_due(storage, tenant)
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"delivered": 1}
    ids = {headers["webhook-id"] for headers, _ in receiver.received}
    assert len(receiver.received) == 2 and len(ids) == 1
    assert [each["code"] for each in calls()[0]["tries"]] == [500, 204]
    for place in range(2):
        receiver.read(place, endpoint[1])  # each try is signed for its own time


def test_what_an_endpoint_says_to_wait_is_waited(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(503, b"", {"Retry-After": "7200"})]
    announce(storage, tenant, broken(tenant))
    before = datetime.now(UTC)
    jobs.deliver(context, str(endpoint[0]["id"]))
    assert calls()[0]["next_at"] >= before + timedelta(hours=2)


def test_after_ten_tries_a_call_has_failed_and_is_not_made_again(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(500) for _ in range(12)]
    announce(storage, tenant, broken(tenant))
    for _ in range(12):
        make_due(storage, tenant)
        jobs.deliver(context, str(endpoint[0]["id"]))
    (call,) = calls()
    assert call["status"] == "failed" and call["finished_at"] and len(call["tries"]) == 10
    assert len(receiver.received) == 10


def test_redirects_are_not_followed(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(307, b"", {"Location": receiver.url})]
    announce(storage, tenant, broken(tenant))
    jobs.deliver(context, str(endpoint[0]["id"]))
    assert len(receiver.received) == 1
    assert "redirects are not followed" in calls()[0]["tries"][0]["error"]


def test_of_an_answer_little_is_kept_however_much_there_is(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(200, "ü".encode() * 3_000_000)]
    announce(storage, tenant, broken(tenant))
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"delivered": 1}
    assert calls()[0]["excerpt"] == "ü" * 500


def test_an_answer_that_is_no_text_is_kept_as_far_as_it_can_be(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(200, b"\x00\xff\xfe text")]
    announce(storage, tenant, broken(tenant))
    jobs.deliver(context, str(endpoint[0]["id"]))
    assert calls()[0]["excerpt"] == "\N{REPLACEMENT CHARACTER}" * 3 + " text"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0.0.0.0"])
def test_no_private_address_is_called_unless_the_operator_says_so(
    storage, tenant, receiver, endpoint, context, settings, calls, host
):
    url = receiver.url.replace("http://127.0.0.1", f"https://{host}").replace(receiver.url[17:22], "443")
    with storage.tenant(tenant) as session:
        session.execute(text("update webhook_endpoints set url = :url"), {"url": url})
    announce(storage, tenant, broken(tenant))
    jobs.deliver(replace(context, settings=settings), str(endpoint[0]["id"]))
    (attempt,) = calls()[0]["tries"]
    assert attempt["error"].startswith("The hub does not call") and "not a public one" in attempt["error"]
    assert receiver.received == []


def test_http_is_called_only_where_the_operator_says_so(storage, tenant, receiver, endpoint, context, settings, calls):
    announce(storage, tenant, broken(tenant))
    jobs.deliver(replace(context, settings=settings), str(endpoint[0]["id"]))
    assert "only https addresses are called" in calls()[0]["tries"][0]["error"]
    assert receiver.received == []


def test_an_endpoint_that_does_not_answer_costs_its_time_and_no_more(receiver, open_settings):
    receiver.waits = threading.Event()
    call = calling.Call(id="msg_1", body=b"{}", url=receiver.url, secrets=(service.make_secret(),))
    outcome = calling.make(call, open_settings, timeout=0.3)
    assert (outcome.code, outcome.error) == (None, "It did not answer in time.")


def test_where_nobody_listens_is_said(receiver, open_settings):
    call = calling.Call(id="msg_1", body=b"{}", url="http://127.0.0.1:9/", secrets=(service.make_secret(),))
    assert "could not be reached" in calling.make(call, open_settings).error


def test_when_one_call_fails_the_others_wait_a_while(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(500)]
    for _ in range(3):
        announce(storage, tenant, broken(tenant))
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"retried": 1}
    assert len(receiver.received) == 1
    assert all(each["next_at"] > datetime.now(UTC) for each in calls())


def test_after_so_many_calls_other_work_has_its_turn(
    storage, tenant, receiver, endpoint, context, open_settings, monkeypatch
):
    monkeypatch.setattr(jobs, "AT_ONCE", 2)
    for _ in range(5):
        announce(storage, tenant, broken(tenant))
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"delivered": 2}
    work_off(open_settings, storage)
    assert len(receiver.received) == 5
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 5


def test_a_call_whose_worker_was_lost_is_made_again_under_its_id(storage, tenant, receiver, endpoint, context, vault):
    announce(storage, tenant, broken(tenant))
    with storage.tenant(tenant) as session:
        taken = sending.take(session, vault, endpoint[0]["id"], datetime.now(UTC))
    calling.make(taken.call, context.settings)
    # Between the answer and the note of it the worker dies: nobody else has the call for a while, then it is due.
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {}
    make_due(storage, tenant)
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"delivered": 1}
    first, second = (headers["webhook-id"] for headers, _ in receiver.received)
    assert first == second


def test_who_says_gone_is_called_no_more_and_people_are_told(storage, tenant, receiver, endpoint, context, calls):
    receiver.replies = [Reply(410)]
    for _ in range(2):
        announce(storage, tenant, broken(tenant))
    jobs.deliver(context, str(endpoint[0]["id"]))
    with storage.tenant(tenant) as session:
        after = service.get(session, endpoint[0]["id"])
        (notice,) = [each for each in notices.list_notices(session, open=True, limit=9)]
    assert after["status"] == "disabled" and "410" in after["reason"]
    assert notice["kind"] == "webhook_disabled" and "127.0.0.1 is disabled" in notice["text"]
    assert {each["status"] for each in calls()} == {"failed"}
    announce(storage, tenant, broken(tenant))
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {}
    assert len(receiver.received) == 1 and len(calls()) == 2
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        assert service.enable(session, endpoint[0]["id"])["status"] == "enabled"
        assert notices.list_notices(session, open=True, limit=9) == []
        # What happened meanwhile was kept and can be told.
        day = datetime.now(UTC)
        assert service.replay(session, endpoint[0]["id"], day - timedelta(days=1), day + timedelta(days=1)) == 3
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"delivered": 3}


def test_who_fails_for_three_days_is_called_no_more(storage, tenant, receiver, endpoint, context):
    receiver.replies = [Reply(500)]
    with storage.tenant(tenant) as session:
        past = "update webhook_endpoints set failing_since = now() - interval '73 hours', failures = 9"
        session.execute(text(past))
    announce(storage, tenant, broken(tenant))
    jobs.deliver(context, str(endpoint[0]["id"]))
    with storage.tenant(tenant) as session:
        after = service.get(session, endpoint[0]["id"])
    assert after["status"] == "disabled"
    assert after["reason"] == "No call was taken for 3 days. The last time: It answered 500."


def test_one_that_is_taken_ends_the_count_of_failures(storage, tenant, receiver, endpoint, context):
    with storage.tenant(tenant) as session:
        past = "update webhook_endpoints set failing_since = now() - interval '70 hours', failures = 9"
        session.execute(text(past))
    announce(storage, tenant, PromiseKept(tenant=tenant, promise_id="p", invoice_id="i", customer_id="c"))
    jobs.deliver(context, str(endpoint[0]["id"]))
    with storage.tenant(tenant) as session:
        after = service.get(session, endpoint[0]["id"])
    assert (after["failing_since"], after["failures"]) == (None, 0)


def test_what_was_kept_long_enough_goes_with_its_log(storage, tenant, endpoint, context, calls):
    announce(storage, tenant, broken(tenant))
    with storage.tenant(tenant) as session:
        session.execute(text("update webhook_messages set at = now() - interval '31 days'"))
        announcing.announce(session, broken(tenant))
        assert service.forget(session, datetime.now(UTC) - timedelta(days=30), 100) == 1
    assert len(calls()) == 1


def test_a_dispute_that_opens_and_ends_is_told(storage, tenant, receiver, endpoint, context):
    announcing.connect(reactions, AT_ONCE)
    now = datetime.now(UTC)
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        opening = disputes.Opening(text="We never ordered this.", source="email")
        (opened,) = disputes.open_disputes(session, [opening], now, today=now.date())
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        moves.resolve(session, opened.id, now, outcome="withdrawn")
    assert jobs.deliver(context, str(endpoint[0]["id"])) == {"delivered": 2}
    told = [receiver.read(place, endpoint[1]) for place in range(2)]
    assert [each["type"] for each in told] == ["dispute.opened", "dispute.ended"]
    nobody = {"tenant": tenant, "dispute_id": str(opened.id), "invoice_id": None, "customer_id": None}
    assert [each["data"] for each in told] == [nobody, {**nobody, "outcome": "withdrawn"}]
    assert "ordered" not in str(told)
