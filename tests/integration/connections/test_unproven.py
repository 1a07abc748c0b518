"""A connection that never proved good: nothing is read from it, by the clock, by request or by a roundabout way."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from hub.errors import ConflictError
from hub.jobs.context import JobContext
from hub.sync import service as sync


@pytest.fixture
def second(hub):
    """A connection to a company that another one is to already: read, all of it would count twice."""
    hub.connect()
    return hub.connect(expect="needs_attention")


def due(hub) -> list[UUID]:
    with hub.storage.tenant(hub.tenant) as session:
        return sync.request_due(session, hub.registry, "increment", datetime.now(UTC))


def test_the_schedule_leaves_it_alone(hub, second):
    first = next(each.id for each in hub.connections() if str(each.id) != second)
    assert due(hub) == [first]
    assert ("sync.run", {"connection_id": second}) not in hub.published()


def test_a_request_is_refused_and_says_what_to_do(hub, second):
    with hub.storage.tenant(hub.tenant) as session, pytest.raises(ConflictError) as refused:
        sync.request_sync(session, UUID(second))
    assert "has yet to be connected: Acme is connected" in str(refused.value) and "reconnect it" in str(refused.value)


def test_a_run_that_was_asked_for_before_does_not_begin(hub, second):
    context = JobContext(
        storage=hub.storage,
        settings=hub.settings,
        registry=hub.registry,
        tenant=hub.tenant,
        work_id=UUID(int=7),
    )
    for run in (
        lambda: sync.run(context, UUID(second), now=datetime.now(UTC)),
        lambda: sync.run_some(context, UUID(second), "invoices", ["1"], now=datetime.now(UTC)),
    ):
        assert run() == {"connection_id": second, "skipped": "needs_attention"}
    assert hub.row(second).status == "needs_attention"


def test_pausing_and_resuming_does_not_make_it_ready(hub, second):
    assert hub.post(f"/api/connections/{second}/pause").status_code == 409
    assert hub.row(second).status == "needs_attention"


def test_one_that_was_good_is_tried_by_the_next_run(hub):
    made = hub.connect()
    hub.patch(made, {"config": {"broken": True}})
    hub.work_off()
    assert hub.row(made).status == "needs_attention"
    assert due(hub) == [UUID(made)]


def test_what_is_paused_stays_so_when_it_is_set_anew(hub):
    made = hub.connect_by_form()
    hub.post(f"/api/connections/{made}/pause")
    hub.patch(made, {"config": {"region": "us"}})
    hub.work_off()
    shown = hub.get(f"/api/connections/{made}").json
    assert (shown["status"], shown["config"]["region"], shown["is_being_tried"]) == ("paused", "us", False)
