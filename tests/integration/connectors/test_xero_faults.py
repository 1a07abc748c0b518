"""Calls go wrong in every way there is: a run that fails is run again from its cursors, and the books come out true."""

from collections.abc import Iterator
from datetime import date

import pytest

from hub.sdk.errors import PluginError, RefusedError
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import KINDS
from plugins.connectors.xero import listing
from plugins.connectors.xero.box import XeroBox
from plugins.connectors.xero.box_books import contact_id
from plugins.connectors.xero.plugin import XeroConnector
from tests.integration.connectors.xero_runs import Connection

# Those that take real time are for the hub's own client, which gives up by itself.
_QUICK = tuple(kind for kind in KINDS if kind not in ("timeout", "slow", "delay", "gzip_bomb"))
_ARGUMENTS = {"status": ":503", "retry_after": ":120", "redirect": ":https://elsewhere.example/"}


@pytest.fixture
def box(monkeypatch) -> Iterator[XeroBox]:
    monkeypatch.setattr(listing, "PAGE_SIZE", 20)
    company = Company(started_on=date(2026, 3, 2), customers=30, invoices_per_day=6)
    company.advance(20)
    box = XeroBox(company)
    box.limit()
    with box:
        yield box
    assert not box.errors


def run(connection: Connection) -> int:
    """Each list until it goes through, always from where it stands; returns how often one did not."""
    failed = 0
    for stream in (each.name for each in XeroConnector.streams):
        while True:
            try:
                connection.run(streams=(stream,))
                break
            except PluginError:
                failed += 1
                assert failed < 200
    return failed


@pytest.mark.parametrize("kind", _QUICK)
def test_one_call_in_five_fails_and_the_books_are_true(box, kind):
    box.faults.script([kind + _ARGUMENTS.get(kind, "")], every=5)
    connection = Connection(box)
    failures = run(connection)
    for _ in range(3):
        box.advance()
        failures += run(connection)
    box.faults.clear()
    connection.run()

    assert box.faults.fired
    if kind not in ("duplicate", "reorder", "stale"):
        assert failures
    assert connection.receivable() == box.company.receivable()
    assert not connection.rejects
    connection.api.close()


def test_a_walk_that_breaks_at_every_page_reads_no_page_twice(box):
    connection = Connection(box, account={"homeCurrency": "USD"})
    box.faults.script(["reset"], every=2)
    run(connection)
    box.faults.clear()

    invoices = connection.paths().count("Invoices")
    pages = -(-len(box.company.invoices) // 20)
    assert invoices <= 2 * (pages + 2)
    assert connection.receivable() == box.company.receivable()
    connection.api.close()


def test_records_that_come_into_sight_late_are_found(box):
    connection = Connection(box)
    connection.run()
    company = box.company
    early = company.issue(1, 100)
    connection.run()
    with company.late_by(240):
        late = company.issue(2, 50)
    assert late.updated_at < early.updated_at
    connection.run()

    assert connection.receivable() == company.receivable()
    connection.api.close()


def test_a_filter_that_xero_cannot_read_is_no_silence(box):
    connection = Connection(box)
    client = connection.connector()._client
    with pytest.raises(RefusedError, match="QueryParseException"):
        client.call("get_invoices", connection.api.account["tenantId"], where="nonsense")
    connection.api.close()


def test_books_that_change_between_two_pages_lose_nothing(box):
    connection = Connection(box)
    connector, company = connection.connector(), box.company
    for stream in connector.streams:
        for page in connector.read(stream.name, None):
            connection.store(connector, stream.name, page.items)
            connection.cursors[stream.name] = page.cursor
            connection.connector()  # the hub's tokens are always fresh
            invoice = company.issue(1, 100)
            company.pay(1, 60, [(invoice.id, 60)])
            oldest = next(each for each in company.invoices.values() if company.open_of(each.id))
            company.edit_invoice(oldest.id, memo="touched")
    connection.run()

    assert connection.receivable() == company.receivable()
    assert connection.connector().tie_out().customers[contact_id(1)]
    connection.api.close()
