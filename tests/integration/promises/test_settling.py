"""The work that settles promises: by the last good reading of each connection, and with what follows from it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub import pipelines
from hub.jobs import announcing
from hub.jobs.context import JobContext
from hub.ledger import promises
from hub.ledger import service as ledger
from hub.reminders.promises import settle
from hub.sdk.records import Allocation
from tests.integration.promises.conftest import CONNECTION, in_days

_RUN = text("""
    insert into sync_runs (connection_id, kind, status, started_at, finished_at)
    values (:connection, :kind, :status, :at, :at)
""")


@pytest.fixture
def context(storage, settings, tenant):
    return JobContext(storage=storage, settings=settings, registry=None, tenant=tenant, work_id=uuid4())


@pytest.fixture
def promised(storage, tenant, new_invoice):
    """An invoice that was promised three weeks ago for two weeks ago; nothing of the connection was read since."""
    invoice_id, at = new_invoice(), datetime.now(UTC) - timedelta(days=21)
    with storage.tenant(tenant) as session:
        session.execute(text("delete from sync_runs"))
        session.execute(text("delete from promises where status = 'open'"))
        return promises.promise(session, invoice_id, channel="phone", now=at, today=at.date(), promised_on=in_days(-14))


def read(storage, tenant, *, status="ok", kind="increment"):
    with storage.tenant(tenant) as session:
        values = {"connection": CONNECTION, "kind": kind, "status": status, "at": datetime.now(UTC)}
        session.execute(_RUN, values)


def status(storage, tenant, made):
    with storage.tenant(tenant) as session:
        return promises.get(session, made.id).status


@pytest.mark.parametrize(
    "run", [None, {"status": "failed"}, {"status": "suspicious"}, {"status": "running"}, {"kind": "some"}]
)
def test_books_that_were_not_read_break_no_promise(storage, tenant, context, promised, run):
    if run is not None:
        read(storage, tenant, **run)
    assert settle(context) == {}
    assert status(storage, tenant, promised) == "open"


@pytest.mark.parametrize("run", [{}, {"status": "partial"}, {"kind": "full"}, {"kind": "import"}])
def test_a_good_reading_since_breaks_it(storage, tenant, context, promised, run):
    read(storage, tenant, **run)
    assert settle(context) == {"broken": 1}
    assert status(storage, tenant, promised) == "broken"
    assert settle(context) == {}


def test_a_payment_keeps_it_whatever_was_read(storage, tenant, context, promised):
    with storage.tenant(tenant) as session:
        number = session.scalar(text("select external_id from invoices where id = :id"), {"id": promised.invoice_id})
        paid = Allocation(
            external_id=f"of {number}",
            invoice_id=number,
            kind="payment",
            amount=Decimal(100),
            applied_on=in_days(-15),
        )
        ledger.store(session, CONNECTION, [(None, [paid])], None, datetime.now(UTC))
    assert settle(context) == {"kept": 1}


def test_what_became_of_it_is_announced(storage, tenant, context, promised, monkeypatch):
    told = []
    monkeypatch.setattr(announcing, "_reactions", lambda event: told.append(event) or ())
    read(storage, tenant)
    settle(context)
    assert [(type(each).__name__, each.promise_id, each.tenant) for each in told] == [
        ("PromiseBroken", str(promised.id), tenant)
    ]


def test_a_sync_that_changed_something_settles():
    event = pipelines.SyncFinished(tenant="t", connection_id="c", run_id="r", status="ok", changed=3)
    assert ("promises.settle", {}) in list(pipelines.reactions(event))
    assert "promises.settle" in [entry.kind for entry in pipelines.SCHEDULE]
