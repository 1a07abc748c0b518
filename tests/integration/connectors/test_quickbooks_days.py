"""The connector against QuickBooks in a box, over HTTP: a backfill, the days after it, and what goes wrong in them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hub.sdk.errors import TransientError
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from plugins.connectors.quickbooks import backfill, client
from plugins.connectors.quickbooks.box import CDC_OBJECTS, QuickBooksBox
from plugins.connectors.quickbooks.plugin import QuickBooksConnector
from tests.integration.connectors.quickbooks_runs import connected, ties_out


@pytest.fixture
def box():
    return QuickBooksBox(Company(started_on=date(2026, 9, 1), customers=20, invoices_per_day=6))


def small_pages(monkeypatch, size=7, step=5):
    for module in (backfill, client):
        monkeypatch.setattr(module, "MOST", size)
    monkeypatch.setattr("plugins.connectors.quickbooks.increments.MOST", size)
    monkeypatch.setattr(backfill, "STEP", step)
    monkeypatch.setattr(client.Client.query, "__kwdefaults__", {"start": 1, "most": size, "what": "*"})


def test_a_company_of_two_thousand_invoices_ties_out_then_and_on_thirty_days_after():
    box = QuickBooksBox(Company.grown(invoices=2000, payments=800, currencies=("USD", "EUR", "JPY", "KWD")))
    with connected(box) as connection:
        connection.run()
        ties_out(connection)
        for _ in range(30):
            box.advance()
            connection.run()
            ties_out(connection)


def test_an_increment_that_brings_nothing_asks_twice_and_moves_nothing(box):
    box.advance(20)
    with connected(box) as connection:
        connection.run()
        box.advance()
        connection.run()
        cursors, asked = dict(connection.cursors), len(box.calls)
        for _ in range(2):
            assert connection.run() == 0
        assert connection.cursors == cursors
        # What changed, and the report to tie out with: it alone shows what change data capture would leave out.
        assert connection.calls(asked) == ["cdc", "reports/AgedReceivables"] * 2


def test_a_backfill_goes_on_after_any_page_while_the_books_change(box, monkeypatch):
    small_pages(monkeypatch)
    box.advance(15)
    with connected(box) as connection:
        for stream in QuickBooksConnector.streams:
            while True:
                page = next(iter(connection.connector().read(stream.name, connection.cursors.get(stream.name))))
                connection.store(connection.connector(), stream.name, page.items)
                connection.cursors[stream.name] = page.cursor
                if page.done == 1.0:
                    break
                _disturb(box)
        connection.run()
        ties_out(connection)


def _disturb(box):
    """Something is issued, paid and edited between two pages."""
    company = box.company
    invoice = company.issue(1, 10)
    company.pay(1, 4, [(invoice.id, 4)])
    some = next(each for each in company.invoices.values() if each.status == "open")
    company.edit_invoice(some.id, memo="edited between pages")


def test_more_invoices_of_one_instant_than_fit_a_page_are_all_read(box, monkeypatch):
    small_pages(monkeypatch)
    monkeypatch.setattr(box.company.clock, "tick", lambda: box.company.clock.now)
    for number in range(40):
        box.company.issue(1, 10 + number)
    with connected(box) as connection:
        connection.run()
        assert len(connection.books.invoices) == 40
        ties_out(connection)


def test_a_full_answer_of_change_data_capture_is_not_taken_for_all(box, monkeypatch):
    monkeypatch.setattr("plugins.connectors.quickbooks.box.CDC_OBJECTS", 40)
    monkeypatch.setattr("plugins.connectors.quickbooks.increments.MOST", 40)
    box.advance(10)
    with connected(box) as connection:
        connection.run()
        gone = [box.company.issue(1, 10).id for _ in range(3)]
        connection.run()
        for number in range(60):
            box.company.issue(2, 10 + number)
        for invoice in gone:
            box.company.delete_invoice(invoice)
        asked = len(box.calls)
        connection.run()
        ties_out(connection)
        assert {("invoice", str(invoice)) for invoice in gone} <= connection.books.gone
        assert connection.calls(asked).count("cdc") > 1
        assert "query" in connection.calls(asked)


def test_what_changed_within_the_cap_is_asked_for_once(box):
    assert CDC_OBJECTS == client.MOST == 1000
    with connected(box) as connection:
        connection.run()
        box.advance(2)
        asked = len(box.calls)
        connection.run()
        assert connection.calls(asked).count("cdc") == 1


def test_after_more_than_thirty_days_what_was_saved_since_is_listed(box):
    box.advance(10)
    with connected(box) as connection:
        connection.run()
        for number in range(5):
            box.company.issue(2, 10 + number)
        box.wait(40 * 86_400)
        box.company.issue(3, 5)
        asked = len(box.calls)
        connection.run()
        ties_out(connection)
        assert connection.calls(asked).count("cdc") == 1
        asked = len(box.calls)
        assert connection.run() == 0
        assert connection.calls(asked) == ["cdc", "reports/AgedReceivables"]


def test_a_quiet_month_does_not_outgrow_what_quickbooks_remembers(box):
    with connected(box) as connection:
        connection.run()
        for _ in range(4):
            box.wait(13 * 86_400)
            connection.run()
        box.company.issue(1, 99)
        asked = len(box.calls)
        connection.run()
        ties_out(connection)
        assert "query" not in connection.calls(asked)


def test_what_became_visible_late_is_still_read(box):
    with connected(box) as connection:
        connection.run()
        box.company.issue(1, 10)
        connection.run()
        with box.company.late_by(200):
            late = box.company.issue(1, 20)
        connection.run()
        assert str(late.id) in connection.books.invoices
        ties_out(connection)


def test_stamps_are_compared_as_instants_when_the_offset_changes():
    box = QuickBooksBox(Company(started_on=date(2026, 10, 30), customers=5, invoices_per_day=3))
    with connected(box) as connection:
        connection.run()
        for _ in range(5):  # daylight saving ends on 1 November
            box.advance()
            connection.run()
            ties_out(connection)
        offsets = {box.shapes[box.realm].stamp(each.updated_at)[-6:] for each in box.company.invoices.values()}
        assert offsets == {"-07:00", "-08:00"}


def test_credit_that_was_taken_back_comes_back(box):
    company = box.company
    invoice, memo = company.issue(1, 100), company.credit(1, 70)
    applied = company.apply("credit_memo", memo.id, invoice.id, 50)
    with connected(box) as connection:
        connection.run()
        assert connection.books.balance(connection.books.invoices[str(invoice.id)]) == 50
        company.unapply(applied.id)
        connection.run()
        ties_out(connection)
        assert connection.books.unapplied(connection.books.credit_memos[str(memo.id)]) == 70


def test_a_full_read_finds_the_credit_that_no_increment_told_of(box):
    company = box.company
    invoice, memo = company.issue(1, 100), company.credit(1, 70)
    booked = company.pay(1, 30, kind="journal")
    applied = [
        company.apply("credit_memo", memo.id, invoice.id, 50),
        company.apply("payment", booked.id, invoice.id, 30),
    ]
    with connected(box) as connection:
        connection.run()
        for each in applied:
            company.unapply(each.id)
        company.wait(60 * 86_400)
        connection.run(full=True)
        ties_out(connection)


def test_refunds_of_money_and_of_credit_use_up_what_they_pay_back(box):
    company = box.company
    memo, paid = company.credit(1, 70), company.pay(1, 30)
    company.refund("credit_memo", memo.id, 20)
    refunded = company.refund("payment", paid.id, 30)
    with connected(box) as connection:
        connection.run()
        ties_out(connection)
        company.unapply(refunded.id)
        connection.run()
        ties_out(connection)


def test_journal_entries_pay_are_void_and_vanish_like_payments(box):
    company = box.company
    invoices = [company.issue(1, 100) for _ in range(3)]
    booked = [company.pay(1, 100, [(each.id, 100)], kind="journal") for each in invoices]
    with connected(box) as connection:
        connection.run()
        ties_out(connection)
        company.void_payment(booked[0].id)
        company.delete_payment(booked[1].id)
        connection.run()
        ties_out(connection)
        assert list(connection.receivable().values()) == [Decimal(200)]


def test_a_merger_that_stamps_no_document_moves_them_all_the_same(box):
    company = box.company
    loser, winner = company.add_customer("Twin"), company.add_customer("Whole")
    company.pay(loser.id, 20, [(company.issue(loser.id, 50).id, 20)])
    company.credit(loser.id, 5)
    with connected(box) as connection:
        connection.run()
        company.merge(loser.id, winner.id, quietly=True)
        connection.run()
        ties_out(connection)
        assert connection.books.customers[str(loser.id)].name == "Twin (deleted)"


def test_records_are_read_again_by_their_ids(box):
    box.advance(5)
    with connected(box) as connection:
        connection.run()
        connector = connection.connector()
        invoice = next(each for each in box.company.invoices.values() if each.status == "open")
        box.company.edit_invoice(invoice.id, memo="again")
        (page,) = connector.read_some("invoices", [str(invoice.id), str(invoice.id), "999999"])
        assert [item["Id"] for item in page.items] == [str(invoice.id)]
        booked = box.company.pay(1, 10, kind="journal")
        (page,) = connector.read_some("payments", [f"journal-{booked.id}-1"])
        (payment,) = [
            each for item in page.items for each in connector.map("payments", item) if hasattr(each, "paid_on")
        ]
        assert payment.external_id == f"journal-{booked.id}-1"
        farewell = box.company.add_customer("Gone fishing")
        box.company.edit_customer(farewell.id, is_active=False)
        (page,) = connector.read_some("customers", [str(farewell.id)])
        assert len(page.items) == 1


def test_the_account_is_the_company_with_its_currency_and_zone(box):
    with connected(box) as connection:
        (account,) = connection.connector().accounts()
        assert (account.id, account.home_currency, account.time_zone) == (box.realm, "USD", "America/Los_Angeles")
        assert account.values == connection.api.account
        connection.connector().check()


def test_the_day_of_the_tie_out_is_the_companys_own(box):
    box.advance(3)
    late_evening = 86_400 - 3_600 - (box.company.now.astimezone(box.company.zone).hour * 3600)
    box.wait(late_evening)  # in UTC it is tomorrow
    assert box.now().date() == box.company.today + timedelta(days=1)
    with connected(box) as connection:
        connection.run()
        ties_out(connection)


def test_a_call_in_four_may_fail_in_any_way_and_the_books_tie_out_every_day(box):
    kinds = ("status:503", "429", "reset", "truncated", "html", "malformed", "empty", "duplicate", "reorder", "stale")
    box.advance(5)
    with connected(box, tries=3) as connection:
        box.faults.script(kinds, every=4)
        connection.run()
        for _ in range(30):
            box.advance()
            connection.run()
            ties_out(connection)
        assert {kind for kind, _ in box.faults.fired} == set(kinds)


def test_an_answer_that_is_no_json_is_worth_another_try(box):
    with connected(box) as connection:
        box.faults.add(Fault("malformed"))
        with pytest.raises(TransientError):
            connection.connector().check()
