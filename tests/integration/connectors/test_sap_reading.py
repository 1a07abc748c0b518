"""The connector against SAP in a box: what a run costs, where it goes on, and what it makes of odd days."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from hub.sdk.errors import AuthError, ConfigError, PluginError
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from plugins.connectors.sap.box import SapBox
from tests.integration.connectors.sap_runs import Connection, connected, open_home


@pytest.fixture
def box() -> SapBox:
    return SapBox(Company.grown(invoices=150, payments=70), server_page=40)


@pytest.fixture
def connection(box) -> Iterator[Connection]:
    with connected(box) as found:
        found.run()
        yield found


def is_true(connection: Connection) -> bool:
    box = connection.box
    return connection.receivable() == box.company.receivable() and connection.home() == open_home(box)


def test_a_run_that_brings_nothing_is_one_call_to_each_service(box):
    box.server_page = 1000
    with connected(box) as connection:
        connection.run()
        cursors = dict(connection.cursors)
        assert connection.calls() == 2
        assert connection.cursors == cursors
        box.company.issue(1, 10)
        assert connection.calls() > 2
        assert connection.calls() == 2


def test_all_is_read_newest_first_and_open_before_cleared(box):
    with connected(box) as connection:
        pages = [page.items for page in connection.connector().read("line_items", None)]
    lines = [[line for item in page for line in item["lines"]] for page in pages]
    assert not any(line["IsCleared"] for line in lines[0])
    cleared = [
        max(each["ClearingDate"] for each in page) for page in lines if page and all(each["IsCleared"] for each in page)
    ]
    assert len(cleared) > 3 and cleared == sorted(cleared, reverse=True)


def test_reading_goes_on_after_any_page_that_was_stored(box):
    with connected(box) as connection:
        count = sum(1 for _ in connection.connector().read("line_items", None))
        assert count > 6
        for stop in range(count):
            other = Connection(box)
            other.open()
            pages = other.connector().read("line_items", None)
            for _ in range(stop):
                page = next(pages)
                other.store(other.connector(), "line_items", page.items)
                other.cursors["line_items"] = page.cursor
            pages.close()
            other.run("line_items")
            assert is_true(other)
            other.api.close()


def test_what_changes_while_all_is_read_is_read_too(box):
    with connected(box) as connection:
        connector = connection.connector()
        for page in connector.read("line_items", None):
            connection.store(connector, "line_items", page.items)
            connection.cursors["line_items"] = page.cursor
            box.advance()
        connection.run()
        assert is_true(connection)


def test_a_clearing_that_is_entered_late_under_an_old_date_is_seen(connection):
    company = connection.box.company
    invoice = company.issue(1, 100, on=company.today - timedelta(days=60))
    payment = company.pay(1, 100, on=company.today - timedelta(days=50))
    company.advance(5)
    connection.run()
    company.advance(5)
    company.apply("payment", payment.id, invoice.id, 100, on=company.today - timedelta(days=40))
    connection.run()
    assert is_true(connection)
    (allocation,) = connection.books.settling(f"1710/{invoice.issued_on.year}/18{invoice.id:08d}/001")
    assert allocation.applied_on == payment.paid_on  # the credit names its invoice by now


def test_what_was_taken_back_and_done_otherwise_leaves_nothing_behind(connection):
    company = connection.box.company
    first, second = company.issue(1, 100), company.issue(1, 70)
    payment = company.pay(1, 120, [(first.id, 100)])
    connection.run()
    assert is_true(connection)
    for application in company.applications_from("payment", payment.id):
        company.unapply(application.id)
    company.apply("payment", payment.id, second.id, 70)
    connection.run()
    assert is_true(connection)
    company.refund("payment", payment.id, 20)
    connection.run()
    assert is_true(connection)
    company.void_payment(payment.id)
    company.delete_invoice(first.id)
    connection.run()
    assert is_true(connection)
    assert connection.books.invoices[f"1710/{first.issued_on.year}/18{first.id:08d}/001"].status == "void"


def test_payments_at_other_rates_leave_the_home_currency_with_what_sap_has(connection):
    company = connection.box.company
    euro = next(party for party in company.parties.values() if party.currency == "EUR" and not party.merged_into)
    invoice = company.issue(euro.id, 4000, rate=company.rates["EUR", company.today])
    company.pay(euro.id, 1500, [(invoice.id, 1500)], rate=company.rates["EUR", company.today] + 1)
    connection.run()
    assert is_true(connection)
    assert connection.home() == company.receivable_home() - 1500


def test_some_lines_are_read_with_all_that_hang_together(connection):
    company = connection.box.company
    invoice = company.issue(1, 100)
    payment = company.pay(1, 40, [(invoice.id, 40)])
    line = f"1710/{payment.paid_on.year}/14{payment.id:08d}/001"
    connector = connection.connector()
    (page,) = connector.read_some("line_items", [line, "1710/2020/1800000000/001", "nonsense"])
    (item,) = page.items
    assert {raw["AccountingDocument"][:2] for raw in item["lines"]} == {"14", "18"}
    (customers,) = connector.read_some("customers", ["1", "999999"])
    assert [each["id"] for each in customers.items] == ["1"]


def test_customers_have_what_business_partners_say(connection):
    company = connection.box.company
    company.edit_customer(1, name="Žlutý kůň s.r.o.", email="ar@kun.example")
    connection.run()
    customer = connection.books.customers["1"]
    assert (customer.name, customer.email) == ("Žlutý kůň s.r.o.", "ar@kun.example")


def test_without_business_partners_the_lines_have_names(box):
    box.forbidden.add("API_BUSINESS_PARTNER")
    with connected(box) as connection:
        connection.run()
        assert is_true(connection)
        assert connection.books.customers["1"].name == box.company.parties[1].name
        assert connection.books.customers["1"].email is None
        box.server_page = 1000
        connection.run()
        assert connection.calls() == 1


def test_properties_that_an_older_release_lacks_are_missed_by_nobody(box):
    box.unknown |= {"ClearingCreationDate", "InvoiceItemReference", "AccountingDocumentCreationDate"}
    with connected(box) as connection:
        connection.run()
        assert is_true(connection)
        for _ in range(3):
            box.advance()
            connection.run()
            assert is_true(connection)


def test_several_company_codes_are_one_company_of_one_currency(box):
    other = Company.grown(invoices=60, payments=30, seed=11)
    both = SapBox(box.company, others={"1810": other})
    with connected(both, company_codes=["1710", "1810"]) as connection:
        connection.connector().check()
        connection.run()
        assert connection.home() == open_home(both)
        assert any(key.startswith("1810/") for key in connection.books.invoices)
    with connected(both) as connection:
        assert [each.values["company_codes"] for each in connection.connector().accounts()] == ["1710", "1810"]


@pytest.mark.parametrize("kind", ["duplicate", "reorder", "stale"])
def test_answers_that_are_odd_come_right(box, kind):
    with connected(box) as connection:
        box.faults.add(Fault(kind, every=5))
        connection.run()
        for _ in range(4):
            box.advance()
            connection.run()
        box.faults.clear()
        box.advance()
        connection.run()
        if kind == "stale":
            connection.cursors.clear()
            connection.run()
        assert is_true(connection)


@pytest.mark.parametrize(
    "kind", ["status:503", "truncated", "html", "empty", "malformed", "reset", "429", "expired_token"]
)
def test_a_run_that_broke_off_goes_on_where_it_was(box, kind):
    with connected(box) as connection:
        runs = 0
        while True:
            runs += 1
            box.faults.clear()
            box.faults.add(Fault(kind, nth=3 + 4 * runs))
            try:
                connection.run("line_items")
                break
            except PluginError:
                assert runs < 60
        assert runs > 2
        box.faults.clear()
        connection.run()
        assert is_true(connection)


def test_what_has_to_be_set_up_is_said(box):
    with connected(box) as connection:
        box.inactive.add("API_OPLACCTGDOCITEMCUBE_SRV")
        with pytest.raises(ConfigError, match="No service found"):
            connection.connector().check()
        box.inactive.clear()
        box.forbidden.add("API_OPLACCTGDOCITEMCUBE_SRV")
        with pytest.raises(ConfigError, match="No authorization"):
            connection.connector().check()
        box.forbidden.clear()
        connection.api.headers["Authorization"] = "Basic bm86bm8="
        with pytest.raises(AuthError):
            connection.connector().check()


def test_the_tie_out_reads_all_open_lines_over_several_answers(connection):
    totals = connection.connector().tie_out()
    assert {each: total for each, total in totals.receivable.items() if total} == connection.box.company.receivable()
    assert totals.home == open_home(connection.box)
    assert sum(totals.home_customers.values()) == totals.home
    assert totals.as_of == connection.box.now().date()
