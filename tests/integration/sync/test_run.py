"""Whole runs against a provider in memory: what they store, how they end, and what they leave alone."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from hub.events import SyncFinished
from hub.sdk.connector import Totals
from hub.sdk.errors import AuthError, TransientError
from hub.sync import service
from hub.sync.verdict import MassDeletionError
from tests.integration.sync.conftest import Killed, company


def test_a_run_stores_the_ledger_and_says_what_it_did(hub):
    hub.provider.rows = company()
    hub.provider.totals = Totals(as_of=date(2026, 3, 1), receivable={"EUR": Decimal("500.50")})
    result = hub.sync()
    assert (result["status"], result["reason"], result["tie_out_difference"]) == ("ok", None, {"EUR": "0.0000"})
    assert result["items"] == {"customers": 3, "invoices": 10, "payments": 5}
    assert result["counts"]["invoice"]["inserted"] == 10
    assert hub.query("select status, count(*) from invoices group by 1 order by 1") == [("open", 5), ("paid", 5)]
    # Invoices first, their payments later in the same run: nobody knew of the time between.
    assert hub.query("select count(*) from ledger_versions") == [(0,)]
    (event,) = hub.events
    assert event == SyncFinished(
        tenant=hub.tenant,
        connection_id=str(hub.connection_id),
        run_id=result["run_id"],
        status="ok",
        changed=result["changed"],
    )
    with hub.transaction() as session:
        (run,) = service.list_runs(session, connection_id=hub.connection_id, status="ok")
    assert run["tie_out"]["EUR"] == {
        "as_of": "2026-03-01", "provider": "500.5000", "ledger": "500.5000", "difference": "0.0000",
    }  # fmt: skip
    assert run["heartbeat_at"] and run["finished_at"] > run["started_at"] == hub.now


@pytest.mark.parametrize("has_cursor", [False, True])
def test_crash_after_any_page_and_another_attempt_end_in_the_same_ledger(hub, has_cursor):
    hub.provider.rows, hub.provider.has_cursor = company(), has_cursor
    hub.sync()
    expected, pages = hub.ledger(), 1 + 4 + 2
    for page in range(pages):
        hub.empty()
        hub.provider.die_at = page
        with pytest.raises(Killed):
            hub.sync()
        hub.provider.die_at = None
        result = hub.sync(again=True)
        assert (hub.ledger(), result["status"]) == (expected, "ok"), f"after page {page}"
        # Counted over both attempts.
        assert sum(each["inserted"] for each in result["counts"].values()) == 3 + 10 + 5 + 8
        assert hub.query("select count(*) from sync_runs") == [(1,)]


def test_crash_in_the_middle_of_changes_ends_in_the_same_ledger(hub):
    before, after = company(), company()
    for row in after["invoices"][::3]:
        row["invoice"]["total"] = Decimal("75.00")
    after["invoices"].insert(0, after["invoices"].pop())
    for page in range(7):
        hub.empty()
        hub.provider.rows = before
        hub.sync()
        hub.provider.rows, hub.provider.die_at = after, page
        with pytest.raises(Killed):
            hub.sync()
        # The provider thinks better of it: all is as it was.
        hub.provider.rows, hub.provider.die_at = before, None
        hub.sync(again=True)
        reverted = hub.ledger()
        hub.empty()
        hub.sync()
        assert reverted == hub.ledger(), f"after page {page}"


def test_nothing_new_writes_nothing(hub):
    hub.provider.rows = company(invoices=40)
    hub.provider.totals = Totals(as_of=date(2026, 3, 1), receivable={"EUR": Decimal("2002")})
    hub.sync()
    mapped, before = hub.provider.mapped, _written(hub)
    result = hub.sync()
    assert (result["status"], result["changed"], hub.provider.mapped) == ("ok", 0, mapped)
    assert result["counts"]["invoice"] == {"unchanged": 40}
    assert _written(hub) == before


def test_without_fingerprints_nothing_new_writes_no_ledger_row_either(hub):
    hub.provider.rows = company(invoices=40)
    hub.sync()
    before = _written(hub)
    with hub.transaction() as session:
        session.execute(text("delete from sync_pages"))
    result = hub.sync()
    assert (result["changed"], result["counts"]["invoice"]["unchanged"]) == (0, 40)
    assert {table: each for table, each in _written(hub).items() if table != "sync_pages"} == {
        table: each for table, each in before.items() if table != "sync_pages"
    }


def test_a_changed_row_is_mapped_and_its_neighbours_are_not(hub):
    hub.provider.rows = company()
    hub.sync()
    mapped = hub.provider.mapped
    hub.provider.rows["invoices"][4]["invoice"]["number"] = "INV-4 (corrected)"
    result = hub.sync()
    assert (hub.provider.mapped - mapped, result["changed"]) == (1, 1)
    assert hub.query("select count(*) from ledger_versions") == [(1,)]
    # And that is known in turn.
    hub.sync()
    assert hub.provider.mapped - mapped == 1


def test_a_value_that_changes_and_changes_back_is_seen_both_times(hub):
    hub.provider.rows = company()
    hub.sync()
    row = hub.provider.rows["invoices"][4]["invoice"]
    for number in ("INV-X", "INV-4"):
        row["number"] = number
        hub.sync()
        assert hub.query("select number from invoices where external_id = 'i4'") == [(number,)]


def test_a_bad_row_costs_that_row(hub):
    hub.provider.rows = company()
    hub.provider.rows["invoices"][1] = {"bad": True, "note": "\0 \ud800"}
    hub.provider.rows["invoices"][2]["invoice"]["total"] = Decimal("Infinity")
    del hub.provider.rows["invoices"][3]["invoice"]["number"]
    result = hub.sync()
    assert (result["status"], result["rejected"]) == ("partial", 3)
    assert result["reason"] == "3 of 18 items could not be used"
    with hub.transaction() as session:
        rejects = service.list_rejects(session, result["run_id"])
    assert (rejects[0]["line"], rejects[0]["field"], rejects[0]["reason"]) == (7, "total", "total is no amount")
    assert rejects[1]["expected"] == "a Decimal with at most 15 digits before the point and 4 after it"
    assert "number" in rejects[2]["reason"]
    # Mended, they come in, although their page is known otherwise.
    hub.provider.rows = company()
    assert (hub.sync()["status"], len(hub.query("select 1 from invoices"))) == ("ok", 10)


def test_no_usable_row_is_a_failure(hub):
    hub.provider.rows = {"invoices": [{"bad": True}, {"bad": True}]}
    result = hub.sync()
    assert (result["status"], hub.events) == ("failed", [])
    assert result["reason"] == "None of the 2 items could be used; the first: total is no amount"


def test_an_empty_answer_after_a_full_one_is_suspicious(hub):
    hub.provider.rows = company(invoices=30)
    hub.sync()
    full = hub.ledger()
    hub.provider.rows = {**company(), "invoices": []}
    result = hub.sync()
    assert (result["status"], result["reason"]) == ("suspicious", "invoices brought 0 items, the run before 30")
    assert hub.ledger()["invoices"] == full["invoices"]


def test_nothing_after_the_cursor_is_no_surprise(hub):
    hub.provider.rows, hub.provider.has_cursor = company(invoices=30), True
    hub.sync()
    assert hub.sync()["status"] == "ok"
    assert hub.query("select stream, cursor from sync_cursors order by 1") == [
        ("customers", "3"), ("invoices", "30"), ("payments", "15"),
    ]  # fmt: skip


def test_receivables_that_differ_by_a_cent_are_suspicious(hub):
    hub.provider.rows = company()
    hub.provider.totals = Totals(as_of=date(2026, 3, 1), receivable={"EUR": Decimal("500.49"), "USD": Decimal(3)})
    result = hub.sync()
    assert (result["status"], result["tie_out_difference"]) == ("suspicious", {"EUR": "0.0100", "USD": "-3.0000"})
    assert "differ from the provider's by 0.01 EUR" in result["reason"]


def test_what_names_nothing_is_suspicious_until_it_is_there(hub):
    hub.provider.rows = {**company(), "customers": []}
    assert hub.sync()["findings"] == {"invoices_without_customer": 10}
    hub.provider.rows = company()
    assert hub.sync()["status"] == "ok"


def test_a_mass_deletion_is_kept_out(hub):
    hub.provider.rows = company(invoices=50)
    hub.sync()
    tombstones = [
        {"gone": {"entity": "invoice", "external_id": f"i{number}", "gone_on": date(2026, 3, 1)}}
        for number in range(50)
    ]
    hub.provider.rows = {**company(invoices=50), "invoices": tombstones}
    with pytest.raises(MassDeletionError, match="deletes 21 of 50 invoice records"):
        hub.sync()
    # Pages before the one that was too much are stored; a handful of deletions is daily life.
    assert hub.query("select count(*) from invoices where deleted_on is not null") == [(18,)]
    assert hub.query("select status from sync_runs order by started_at desc limit 1") == [("suspicious",)]
    # Tombstones of what is gone already are none.
    hub.provider.rows["invoices"] = tombstones[:18]
    assert hub.sync()["changed"] == 0


def test_what_the_provider_refuses_ends_the_run_with_its_reason(hub):
    hub.provider.rows = company()
    hub.provider.error = AuthError("Fake Books wants you to sign in again.")
    with pytest.raises(AuthError):
        hub.sync()
    assert hub.query("select status, reason from sync_runs") == [("failed", "Fake Books wants you to sign in again.")]
    assert hub.query("select status, reason from connections where plugin = 'fake'") == [
        ("needs_reconnect", "Fake Books wants you to sign in again.")
    ]
    hub.provider.error = None
    hub.sync()
    assert hub.query("select status, reason from connections where plugin = 'fake'") == [("ready", None)]


def test_one_run_of_a_connection_at_a_time(hub):
    hub.provider.rows, hub.provider.die_at = company(), 2
    with pytest.raises(Killed):
        hub.sync()
    hub.provider.die_at = None
    with pytest.raises(TransientError, match="under way since 2026-03-01 01:00 UTC"):
        hub.sync()
    # Unless it has not been heard of for long.
    with hub.transaction() as session:
        session.execute(text("update sync_runs set heartbeat_at = now() - interval '20 minutes'"))
    assert hub.sync()["status"] == "ok"
    assert hub.query("select status from sync_runs order by started_at") == [("failed",), ("ok",)]


def test_a_run_that_was_taken_over_stores_nothing_more(hub):
    hub.provider.rows = company()
    connector = hub.provider.connect({})
    read = connector.read

    def interrupted(stream, cursor):
        for number, page in enumerate(read(stream, cursor)):
            if (stream, number) == ("invoices", 1):
                with hub.transaction() as session:
                    session.execute(text("update sync_runs set status = 'failed'"))
            yield page

    connector.read = interrupted
    hub.provider.connect = lambda config: connector
    with pytest.raises(service.runs.TakenOverError):
        hub.sync()
    assert hub.query("select count(*) from invoices") == [(3,)]


def test_stale_rows_are_counted_and_left_out(hub):
    hub.provider.rows = company(invoices=2)
    new = hub.provider.rows["invoices"][0]["invoice"]
    new["updated_at"] = datetime(2026, 2, 2, tzinfo=UTC)
    hub.sync()
    new |= {"number": "old", "updated_at": datetime(2026, 2, 1, tzinfo=UTC)}
    assert hub.sync()["counts"]["invoice"]["stale"] == 1
    assert hub.query("select number from invoices where external_id = 'i0'") == [("INV-0",)]


def _written(hub) -> dict[str, list[tuple]]:
    """Where each row lies and who wrote it: any write, even of the same values, shows."""
    tables = ("customers", "invoices", "payments", "allocations", "ledger_versions", "agg_day", "agg_customer")
    tables += ("sync_cursors", "sync_pages")
    return {table: hub.query(f"select ctid::text, xmin::text, xmax::text from {table} order by 1") for table in tables}
