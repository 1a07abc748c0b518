"""How NetSuite is read: by key, newest first, in as few questions as it takes, and again from any page."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hub.ledger.folding import Books
from hub.sdk.errors import ConfigError, TransientError
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from plugins.connectors.netsuite import suiteql
from plugins.connectors.netsuite.box import NetSuiteBox
from plugins.connectors.netsuite.box_documents import APPLYING, REFUNDS
from plugins.connectors.netsuite.box_ledger import Features
from tests.integration.connectors.netsuite_runs import Connection, connected

STREAMS = ("customers", "transactions", "deletions")


@pytest.fixture
def box() -> NetSuiteBox:
    company = Company(started_on=date(2026, 1, 5), customers=12, invoices_per_day=6)
    company.advance(30)
    return NetSuiteBox(company)


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(suiteql, "PAGE_ROWS", 7)


def opened(connection: Connection) -> None:
    """All was read, and what was read again once more is known too."""
    connection.run()
    connection.run()


def test_a_run_that_finds_nothing_asks_one_question_for_each_stream(box):
    with connected(box) as connection:
        opened(connection)
        cursors, calls = dict(connection.cursors), len(box.calls)
        assert connection.run() == 0
        assert connection.cursors == cursors
        assert len(box.calls) - calls == len(STREAMS)
        assert {call.path for call in box.calls[calls:]} == {"/services/rest/query/v1/suiteql"}


def test_a_change_brings_its_documents_and_their_applications(box):
    with connected(box) as connection:
        opened(connection)
        box.wait(3600)
        party = next(iter(box.company.parties))
        invoice = box.company.issue(party, "100")
        payment = box.company.pay(party, "60", [(invoice.id, "60")])
        assert connection.run() >= 2
        assert connection.books.balance(connection.books.invoices[str(invoice.id)]) == 40
        (application,) = box.company.applications_from("payment", payment.id)
        box.wait(3600)
        box.company.unapply(application.id)
        connection.run()
        assert connection.books.balance(connection.books.invoices[str(invoice.id)]) == 100
        assert connection.receivable() == box.company.receivable()


def test_the_newest_documents_come_first(box, small_pages):
    with connected(box) as connection:
        pages = [*connection.connector().read("transactions", None)]
    ids = [int(item["id"]) for page in pages for item in page.items]
    assert len(pages) > 10
    assert ids == sorted(ids, reverse=True)
    assert [page.done for page in pages[:-1]] == sorted(page.done for page in pages[:-1])
    assert pages[-1].done == 1.0


@pytest.mark.parametrize("stream", STREAMS)
def test_reading_goes_on_after_any_page(box, small_pages, stream):
    with connected(box) as connection:
        connector = connection.connector()
        pages = [*connector.read(stream, None)]
        whole = [item for page in pages for item in page.items]
        for number in range(0, len(pages), 3):
            before = [item for page in pages[: number + 1] for item in page.items]
            rest = [item for page in connector.read(stream, pages[number].cursor) for item in page.items]
            assert all(item in before or item in rest for item in whole)


def test_what_changes_while_everything_is_read_is_read_afterwards(box, small_pages):
    company = box.company
    with connected(box) as connection:
        connector, books = connection.connector(), connection.books
        for number, page in enumerate(connector.read("transactions", None)):
            connection.store(connector, "transactions", page.items)
            connection.cursors["transactions"] = page.cursor
            if number % 2 == 0:
                party = 1 + number % len(company.parties)
                company.issue(party, "500")
                oldest = min(each.id for each in company.invoices.values() if company.open_of(each.id))
                company.pay(
                    company.invoices[oldest].party, company.open_of(oldest), [(oldest, company.open_of(oldest))]
                )
        connection.run()
        assert connection.receivable() == company.receivable()
        assert len(books.invoices) == sum(each.status != "deleted" for each in company.invoices.values())


def test_changes_of_the_same_second_are_not_lost_between_pages(box, small_pages):
    with connected(box) as connection:
        opened(connection)
        box.wait(600)
        party, before = next(iter(box.company.parties)), len(connection.books.invoices)
        box.company.clock.tick = lambda: box.company.now
        made = {str(box.company.issue(party, "10").id) for _ in range(40)}
        connection.run("transactions")
        assert made <= connection.books.invoices.keys()
        assert len(connection.books.invoices) == before + 40


def test_a_change_that_becomes_visible_late_is_found(box):
    with connected(box) as connection:
        opened(connection)
        with box.company.late_by(200):
            invoice = box.company.issue(next(iter(box.company.parties)), "77")
        connection.run()
        assert str(invoice.id) in connection.books.invoices


def test_nothing_is_missed_in_the_hour_that_comes_twice():
    company = Company(started_on=date(2026, 10, 31), customers=3, invoices_per_day=1)
    box = NetSuiteBox(company)
    with connected(box) as connection:
        company.wait((datetime(2026, 11, 1, 8, 50, tzinfo=UTC) - company.now).total_seconds())
        company.issue(1, "10")  # at 01:50, ten minutes before it is 01:00 again
        connection.run()
        for _ in range(8):
            company.wait(600)
            invoice = company.issue(1, "10")
            connection.run()
            assert str(invoice.id) in connection.books.invoices
        assert company.now.hour > 9


def test_deposits_are_read_again_when_they_are_applied_and_when_not_any_more(box):
    company = box.company
    with connected(box) as connection:
        opened(connection)
        party = next(iter(company.parties))
        while (deposit := company.pay(party, "90")).id % 5:
            pass
        invoice = company.issue(party, "50")
        box.wait(3600)
        connection.run()
        application = company.apply("payment", deposit.id, invoice.id, "50")
        connection.run()
        assert connection.books.balance(connection.books.invoices[str(invoice.id)]) == 0
        assert connection.books.unapplied(connection.books.payments[str(deposit.id)]) == 40
        company.unapply(application.id)
        company.refund("payment", deposit.id, "90")
        connection.run()
        assert connection.books.unapplied(connection.books.payments[str(deposit.id)]) == 0
        assert connection.receivable() == company.receivable()


def test_a_deposit_application_or_a_refund_alone_brings_the_document_that_it_is_of(box):
    company = box.company
    while (deposit := company.pay(1, "90")).id % 5:
        pass
    invoice, memo = company.issue(1, "50"), company.credit(1, "30")
    applied = company.apply("payment", deposit.id, invoice.id, "50")
    refunded = company.refund("credit_memo", memo.id, "30")
    with connected(box) as connection:
        connector = connection.connector()
        (page,) = connector.read_some("transactions", [str(APPLYING + applied.id), str(REFUNDS + refunded.id)])
        assert {item["id"] for item in page.items} == {str(deposit.id), str(memo.id)}
        connection.store(connector, "transactions", page.items)
        assert connection.books.unapplied(connection.books.payments[str(deposit.id)]) == 40
        assert connection.books.unapplied(connection.books.credit_memos[str(memo.id)]) == 0


def test_a_deposit_alone_brings_what_was_applied_of_it(box):
    company = box.company
    while (deposit := company.pay(1, "90")).id % 5:
        pass
    company.apply("payment", deposit.id, company.issue(1, "50").id, "50")
    with connected(box) as connection:
        connector = connection.connector()
        (page,) = connector.read_some("transactions", [str(deposit.id)])
        connection.store(connector, "transactions", page.items)
        assert connection.books.unapplied(connection.books.payments[str(deposit.id)]) == 40


def test_what_was_deleted_is_gone(box):
    company = box.company
    with connected(box) as connection:
        opened(connection)
        party = next(iter(company.parties))
        invoice, payment, memo = company.issue(party, "10"), company.pay(party, "20"), company.credit(party, "5")
        connection.run()
        company.delete_invoice(invoice.id)
        company.delete_payment(payment.id)
        company.delete_credit_memo(memo.id)
        connection.run()
        gone = {("invoice", str(invoice.id)), ("payment", str(payment.id)), ("credit_memo", str(memo.id))}
        assert gone <= connection.books.gone
        assert connection.receivable() == company.receivable()


def test_a_quiet_merger_is_found_by_reading_everything_again(box):
    company = box.company
    with connected(box) as connection:
        opened(connection)
        loser = company.add_customer("Twin")
        winner = company.add_customer("Twin Ltd")
        invoice = company.issue(loser.id, "10")
        connection.run()
        company.merge(loser.id, winner.id, quietly=True)
        connection.run()
        assert ("customer", str(loser.id)) in connection.books.gone
        connection.cursors.clear()
        connection.books = Books()
        connection.run()
        assert connection.books.invoices[str(invoice.id)].customer_id == str(winner.id)


def test_single_records_are_read_as_they_are_now(box):
    company = box.company
    invoice = company.issue(1, "100")
    payment = company.pay(1, "60", [(invoice.id, "60")])
    with connected(box) as connection:
        connector = connection.connector()
        wanted = [str(invoice.id), str(payment.id), "999999", f"{payment.id}-1", "nothing"]
        (page,) = connector.read_some("transactions", wanted)
        connection.store(connector, "transactions", page.items)
        assert connection.receivable() == {invoice.currency: 40}
        (page,) = connector.read_some("customers", ["1"])
        assert [item["id"] for item in page.items] == ["1"]
        with pytest.raises(ConfigError, match="deletions"):
            next(connector.read_some("deletions", ["1"]))


def test_an_empty_account_is_read_and_then_filled():
    company = Company(started_on=date(2026, 1, 5), customers=0)
    box = NetSuiteBox(company)
    with connected(box) as connection:
        assert connection.run() == 0
        assert connection.run() == 0
        assert connection.connector().tie_out().receivable == {}
        assert connection.connector().tie_out().as_of == company.today
        company.issue(company.add_customer("First").id, "10")
        connection.run()
        assert connection.receivable() == {"USD": 10}


def test_a_stream_that_there_is_not(box):
    with connected(box) as connection, pytest.raises(ConfigError, match="no stream"):
        next(connection.connector().read("bills", None))


FAULTS = (
    "status:503",
    "429",
    "reset",
    "truncated",
    "html",
    "malformed",
    "empty",
    "lost_answer",
    "duplicate",
    "reorder",
)
FAULTS += ("stale", "status:500", "retry_after:0", "delay:0.01")


def test_the_books_stay_true_when_one_call_in_ten_fails_in_every_way(box, small_pages):
    with connected(box) as connection:
        box.faults.script(FAULTS, every=10)
        for _ in range(15):
            for stream in STREAMS:
                while True:
                    try:
                        connection.run(stream)
                        break
                    except TransientError:
                        continue  # the hub begins again at the last cursor
            assert connection.receivable() == box.company.receivable()
            box.advance()
        assert {kind for kind, _ in box.faults.fired} == set(FAULTS)
        box.faults.clear()
        assert connection.connector().tie_out() is not None
        connection.run()
        assert connection.receivable() == box.company.receivable()


def test_an_older_state_of_the_books_is_not_taken_for_news(box):
    with connected(box) as connection:
        opened(connection)
        box.faults.add(Fault("stale", match="never"))  # from now on the box remembers
        box.wait(3600)
        invoice = box.company.issue(1, "100")
        connection.run()
        box.wait(3600)
        box.company.issue(2, "100")
        connection.run()
        box.company.edit_invoice(invoice.id, due_on=invoice.due_on + timedelta(days=5))
        box.faults.add(*["stale"] * 3)
        with pytest.raises(TransientError, match="older state"):
            connection.run("transactions")
        box.faults.clear()
        connection.run("transactions")
        assert connection.books.invoices[str(invoice.id)].due_on == invoice.due_on


def test_a_total_that_is_asked_for_on_several_pages_counts_each_customer_once(box, small_pages):
    with connected(box) as connection:
        totals = connection.connector().tie_out()
        box.faults.add("duplicate")
        assert connection.connector().tie_out() == totals
    assert totals.receivable == box.company.receivable()
    assert totals.customers == {str(key): each for key, each in box.company.receivable_by_customer().items()}
    assert totals.home == box.company.receivable_home()


def test_one_account_with_one_currency(box):
    company = Company(started_on=date(2026, 1, 5), customers=5, currencies=("USD",))
    company.advance(10)
    box = NetSuiteBox(company, features=Features(one_world=False, currencies=False))
    with connected(box, home_currency="USD") as connection:
        opened(connection)
        assert connection.receivable() == company.receivable()
        totals = connection.connector().tie_out()
        assert (totals.receivable, totals.home_currency, totals.home) == (
            company.receivable(),
            "USD",
            company.receivable_home(),
        )


def test_an_account_that_does_not_name_its_home_currency_asks_for_it():
    box = NetSuiteBox(
        Company(started_on=date(2026, 1, 5), customers=1), features=Features(one_world=False, currencies=False)
    )
    with box, pytest.raises(ConfigError, match="enter it") as caught:
        Connection(box).open()
    assert caught.value.field == "home_currency"
