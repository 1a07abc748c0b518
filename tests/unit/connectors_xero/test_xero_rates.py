"""Which way round a currency rate is meant follows from what the documents show."""

from decimal import Decimal
from typing import Any

import pytest

from hub.sdk.errors import ConfigError
from plugins.connectors.xero.plugin import XeroConnector
from plugins.connectors.xero.rates import DOCUMENTED, NOTE, Evidence, exchange_rate, note


def reading(home: str | None, *documents: tuple[str, str], documented: float = 0.0) -> str:
    evidence = Evidence(home)
    for currency, rate in documents:
        evidence.see({"CurrencyCode": currency, "CurrencyRate": Decimal(rate)})
    return evidence.reading(documented)


@pytest.mark.parametrize(
    ("home", "documents", "expected"),
    [
        ("USD", [("EUR", "1.08")], "home_per_unit"),
        ("USD", [("EUR", "0.921659")], "units_per_home"),
        ("USD", [("JPY", "149.25")], "units_per_home"),
        ("USD", [("JPY", "0.0067")], "home_per_unit"),
        ("NZD", [("USD", "0.75")], "units_per_home"),  # the specification's own example of a payment's rate
        ("CRC", [("USD", "0.0019")], "units_per_home"),
        ("GBP", [("EUR", "1.17"), ("USD", "1.27"), ("KWD", "0.39")], "units_per_home"),
        (None, [("JPY", "0.0067"), ("EUR", "1.1")], "home_per_unit"),
        ("USD", [("USD", "1"), ("XAU", "2000")], "units_per_home"),  # nothing to go by: as published
        ("USD", [], "units_per_home"),
    ],
)
def test_a_rate_is_read_as_a_possible_price(home, documents, expected):
    assert reading(home, *documents) == expected


def test_close_to_par_the_published_reading_has_the_benefit_of_the_doubt():
    assert reading("USD", ("EUR", "1.02"), documented=DOCUMENTED) == "units_per_home"
    assert reading("USD", ("EUR", "1.02"), ("JPY", "150"), documented=DOCUMENTED) == "units_per_home"
    assert reading("USD", ("EUR", "0.99"), ("JPY", "0.0067"), documented=DOCUMENTED) == "home_per_unit"


@pytest.mark.parametrize(
    ("banked", "expected"), [("105.00", "home_per_unit"), ("95.24", "units_per_home"), ("100", "units_per_home")]
)
def test_what_reached_the_bank_outweighs_what_is_likely(banked, expected):
    evidence = Evidence("USD")
    evidence.see(
        {
            "Amount": Decimal(100),
            "BankAmount": Decimal(banked),
            "CurrencyRate": Decimal("1.05"),
            "Invoice": {"CurrencyCode": "EUR"},
        }
    )
    assert evidence.reading(DOCUMENTED) == expected


@pytest.mark.parametrize(("rate", "expected"), [(None, None), (0, None), (1, None), (Decimal("1.0"), None), (-2, None)])
def test_a_rate_that_says_nothing_is_none(rate, expected):
    assert exchange_rate({"CurrencyRate": rate}) is expected


def test_only_foreign_items_carry_a_note():
    assert NOTE not in note({"CurrencyCode": "USD", "CurrencyRate": 1}, "home_per_unit")
    assert note({"CurrencyCode": "EUR", "CurrencyRate": 2}, "home_per_unit")[NOTE] == "home_per_unit"


@pytest.mark.parametrize(
    "garbage", [{"CurrencyRate": "x"}, {"CurrencyRate": True}, {"CurrencyCode": 5, "CurrencyRate": 2}]
)
def test_garbage_is_no_evidence(garbage):
    evidence = Evidence("USD")
    evidence.see(garbage)
    assert evidence.reading() == "units_per_home"


def invoices(*rates: tuple[str, str]) -> dict[str, Any]:
    return {
        "Invoices": [
            {"Type": "ACCREC", "InvoiceID": f"i{n}", "CurrencyCode": currency, "CurrencyRate": Decimal(rate)}
            for n, (currency, rate) in enumerate(rates)
        ]
    }


def noted(config: dict[str, Any], *payloads: Any) -> set[Any]:
    return {item.get(NOTE) for _, item in XeroConnector(config, api=None).unpack(payloads) if NOTE in item}


def test_recorded_answers_speak_for_themselves():
    assert noted({}, invoices(("USD", "1"), ("EUR", "1.08"))) == {"home_per_unit"}
    assert noted({}, invoices(("USD", "1"), ("EUR", "0.92"))) == {"units_per_home"}
    # The same numbers in an organisation whose home currency is the other one.
    assert noted({}, invoices(("EUR", "1"), ("USD", "1.08"))) == {"units_per_home"}
    assert noted({}, {"Organisations": [{"BaseCurrency": "EUR"}]}, invoices(("USD", "1.08"))) == {"units_per_home"}


def test_a_person_may_say_it():
    assert noted({"currency_rate": "units_per_home"}, invoices(("USD", "1"), ("EUR", "1.08"))) == {"units_per_home"}


@pytest.mark.parametrize("payload", [{"QueryResponse": {}}, 5, "text", {}, {"Invoices": {"InvoiceID": "i1"}}])
def test_an_answer_that_is_none_of_xeros_is_refused(payload):
    with pytest.raises(ConfigError):
        list(XeroConnector({}, api=None).unpack([payload]))


@pytest.mark.parametrize(
    "payload", [{"Reports": []}, {"Organisations": None}, [{"tenantId": "t"}], {"events": []}, {"Invoices": None}, []]
)
def test_an_answer_without_receivables_states_nothing(payload):
    assert list(XeroConnector({}, api=None).unpack([payload])) == []


def test_garbage_among_items_is_left_for_the_mapping_to_refuse():
    assert list(XeroConnector({}, api=None).unpack([{"Payments": ["x"]}])) == [("payments", "x")]
