"""Importing files as a job does: looked through first, stored whole or not at all, and brought up to date again."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from hub import registry
from hub.errors import InvalidError
from hub.jobs import service as jobs
from hub.jobs.context import JobContext
from hub.sdk.errors import ConfigError
from hub.storage.objects import Objects
from hub.sync import service
from hub.sync.jobs import run_import, run_sync

HEADER = "invoice_id,customer_id,customer_name,issue_date,due_date,amount,currency,clear_date,status\n"
GOOD = HEADER + "".join(
    f"INV-{n},C{n % 3},Customer {n % 3},2026-01-{n:02d},2026-02-{n:02d},100.50,EUR,{paid},{status}\n"
    for n in range(1, 13)
    for paid, status in [("2026-02-20", "paid") if n < 7 else ("", "open")]
)
BAD = GOOD.replace("INV-3,C0,Customer 0,2026-01-03", "INV-3,C0,Customer 0,2026-13-45")


@pytest.fixture
def context(storage, settings, tenant) -> JobContext:
    return JobContext(storage=storage, settings=settings, registry=registry.load(), tenant=tenant, work_id=uuid4())


@pytest.fixture
def upload(settings, tenant, request):
    """Hands a file in and asks for its import; returns its place and the work's payload."""

    def hand_in(storage, content: str, **options):
        path = Objects(settings).put(tenant, BytesIO(content.encode()), ".csv")
        with storage.tenant(tenant) as session:
            work_id = service.request_import(session, path, options, "ledger.csv", connection=request.node.name)
            payload = session.execute(text("select payload from hub.work where id = :id"), {"id": work_id}).scalar_one()
        return path, payload

    return hand_in


def invoices(storage, tenant, payload) -> list[tuple]:
    query = text("select number, balance, status, paid_on from invoices where connection_id = :id order by issued_on")
    with storage.tenant(tenant) as session:
        return [tuple(row) for row in session.execute(query, {"id": payload["connection_id"]})]


def test_a_clean_file_is_imported_and_then_thrown_away(storage, tenant, context, upload):
    path, payload = upload(storage, GOOD)
    result = run_import(context, **payload)
    assert (result["status"], result["counts"]["invoice"]["inserted"]) == ("ok", 12)
    rows = invoices(storage, tenant, payload)
    assert rows[0] == ("INV-1", Decimal(0), "paid", date(2026, 2, 20))
    assert rows[11] == ("INV-12", Decimal("100.5"), "open", None)
    assert result["tie_out_difference"] == {"EUR": "0.0000"}
    assert not path.exists()
    assert context.events[0].changed == result["changed"] > 12


def test_importing_again_updates_instead_of_doubling(storage, tenant, context, upload):
    _, payload = upload(storage, GOOD, currency="EUR")
    run_import(context, **payload)
    later = GOOD.replace("100.50,EUR,,open", "100.50,EUR,2026-03-01,paid", 1)
    _, again = upload(storage, later, currency="EUR")
    assert again["connection_id"] == payload["connection_id"]
    context.work_id = uuid4()
    result = run_import(context, **again)
    assert (len(invoices(storage, tenant, again)), result["counts"]["invoice"]["inserted"]) == (12, 0)
    assert invoices(storage, tenant, again)[6] == ("INV-7", Decimal(0), "paid", date(2026, 3, 1))


def test_a_file_with_a_bad_row_stores_nothing_and_names_the_row(storage, tenant, context, upload):
    path, payload = upload(storage, BAD)
    with pytest.raises(InvalidError, match=r"^1 rows of ledger.csv cannot be used, so nothing was stored") as refusal:
        run_import(context, **payload)
    assert "2026-13-45" in refusal.value.fields["line 4"]
    assert (invoices(storage, tenant, payload), path.exists()) == ([], False)
    with storage.tenant(tenant) as session:
        (run,) = service.list_runs(session, connection_id=UUID(payload["connection_id"]))
        (reject,) = service.list_rejects(session, run["id"])
    assert (run["status"], run["rejected"], reject["line"], reject["value"]) == ("failed", 1, 4, "2026-13-45")


def test_bad_rows_may_be_left_out(storage, tenant, context, upload):
    _, payload = upload(storage, BAD, skip_bad=True)
    result = run_import(context, **payload)
    assert (result["status"], result["rejected"]) == ("partial", 1)
    assert len(invoices(storage, tenant, payload)) == 11
    with storage.tenant(tenant) as session:
        (reject,) = service.list_rejects(session, result["run_id"])
    assert (reject["line"], reject["value"]) == (4, "2026-13-45")


def test_a_file_that_is_none_is_refused_with_what_to_change(storage, context, upload):
    path, payload = upload(storage, "nothing,to\nsee,here\n")
    with pytest.raises(ConfigError):
        run_import(context, **payload)
    assert not path.exists()


def test_a_sync_is_asked_for_once(storage, tenant, context):
    with storage.tenant(tenant) as session:
        connection_id = service.connections.ensure(session, "csv", "Nowhere", {"path": "/nowhere.csv"})
        first, second = (service.request_sync(session, connection_id) for _ in range(2))
    assert first == second
    with pytest.raises(ConfigError):
        run_sync(context, connection_id=str(connection_id))
    with storage.tenant(tenant) as session:
        assert jobs.get(session, first)["kind"] == "sync.run"
        assert service.connections.get(session, connection_id).status == "needs_attention"
        assert service.list_runs(session, connection_id=connection_id)[0]["started_at"] <= datetime.now(UTC)
