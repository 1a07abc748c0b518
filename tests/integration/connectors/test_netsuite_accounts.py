"""Which company a NetSuite connection is to, what its role may see, and subsidiaries with currencies of their own."""

from datetime import date

import pytest

from hub.sdk.errors import ConfigError, TransientError
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from plugins.connectors.netsuite.box import NetSuiteBox
from plugins.connectors.netsuite.box_ledger import CUSTOMERS_APART, Features
from plugins.connectors.netsuite.queries import PROBES
from tests.integration.connectors.netsuite_runs import Connection, connected


def company(seed=7, **options):
    made = Company(**{"started_on": date(2026, 1, 5), "seed": seed, "customers": 6, "invoices_per_day": 4} | options)
    made.advance(15)
    return made


@pytest.fixture
def two():
    """An account with a subsidiary that keeps its books in euros."""
    return NetSuiteBox(company(), others={"2": company(8, home_currency="EUR", currencies=("EUR", "USD"))})


def test_the_account_is_the_one_that_was_named():
    with connected(NetSuiteBox(company(), account="1234567_SB1")) as connection:
        (account,) = connection.connector().accounts()
        assert (account.id, account.name, account.home_currency) == ("1234567_SB1", "Parent Company", "USD")
        connection.config |= {"account": "1234567-sb1", "name": "Sandbox", "time_zone": "Europe/Berlin"}
        (account,) = connection.connector().accounts()
        assert (account.id, account.name, account.time_zone) == ("1234567_SB1", "Sandbox", "Europe/Berlin")
        connection.connector().check()


def test_a_run_that_knows_nothing_of_the_account_asks():
    with connected(NetSuiteBox(company())) as connection:
        connection.api.account = {}
        connection.run()
        assert connection.receivable() == connection.box.company.receivable()


def test_subsidiaries_with_several_home_currencies_have_no_total_at_home(two):
    second = two.others["2"]
    with connected(two) as connection:
        connection.run()
        totals = connection.connector().tie_out()
        (account,) = connection.connector().accounts()
        both = {
            currency: total
            for currency in {*two.company.receivable(), *second.receivable()}
            if (total := two.company.receivable().get(currency, 0) + second.receivable().get(currency, 0))
        }
        assert connection.receivable() == totals.receivable == both
        assert (account.home_currency, totals.home, totals.home_currency) == (None, None, None)
        assert totals.home_customers is None


@pytest.mark.parametrize(("subsidiary", "home"), [("1", "USD"), ("2", "EUR")])
def test_a_connection_may_be_to_one_subsidiary(two, subsidiary, home):
    wanted = two.company if subsidiary == "1" else two.others["2"]
    with connected(two, subsidiaries=[subsidiary]) as connection:
        for _ in range(4):
            connection.run()
            totals = connection.connector().tie_out()
            assert connection.receivable() == totals.receivable == wanted.receivable()
            assert (totals.home_currency, totals.home) == (home, wanted.receivable_home())
            rates = {each.currency: each.exchange_rate for each in connection.books.invoices.values()}
            assert rates[home] is None
            two.advance()
        apart = CUSTOMERS_APART if subsidiary == "2" else 0
        assert totals.customers == {str(key + apart): each for key, each in wanted.receivable_by_customer().items()}


def test_a_subsidiary_that_there_is_not(two):
    with two, pytest.raises(ConfigError, match="no subsidiary 9 ") as caught:
        Connection(two, subsidiaries=["1", "9"]).open()
    assert caught.value.field == "subsidiaries"
    assert "there are: 1 Parent Company, 2 Subsidiary 2" in str(caught.value)


def test_a_time_zone_that_there_is_not():
    with connected(NetSuiteBox(company())) as connection, pytest.raises(ConfigError, match="Mars") as caught:
        connection.config["time_zone"] = "Mars/Olympus"
        connection.connector().check()
    assert caught.value.field == "time_zone"


@pytest.mark.parametrize("record", PROBES)
def test_what_the_role_may_not_see_is_named_with_the_permission_it_takes(record):
    with connected(NetSuiteBox(company(), features=Features(hidden=frozenset({record})))) as connection:
        with pytest.raises(ConfigError, match=f"no record '{record}'") as caught:
            connection.connector().check()
        assert "permission" in str(caught.value)


def test_all_that_is_missing_is_named_at_once():
    hidden = frozenset({"customer", "deletedrecord"})
    with connected(NetSuiteBox(company(), features=Features(hidden=hidden))) as connection:
        with pytest.raises(ConfigError) as caught:
            connection.connector().check()
        assert "Lists > Customers" in str(caught.value)
        assert "Lists > Deleted Records" in str(caught.value)


def test_a_role_that_may_not_use_web_services_is_told_what_it_takes():
    box = NetSuiteBox(company())
    with connected(box) as connection:
        box.faults.add(Fault("status:403", every=1))
        with pytest.raises(ConfigError, match="REST Web Services, SuiteAnalytics Workbook"):
            connection.connector().check()


def test_too_many_requests_under_way_are_for_later():
    box = NetSuiteBox(company())
    box.limit(concurrent=5)
    with connected(box) as connection, box.occupied(5), pytest.raises(TransientError):
        connection.run()
