"""Amounts and currency marks as exports write them."""

from decimal import Decimal

import pytest

from plugins.connectors.csv.money import currency_in, parse_amount


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1234.5", ".", "1234.5"),
        ("-12.00", ".", "-12.00"),
        ("1,234,567.89", ".", "1234567.89"),
        ("12,34,567.89", ".", "1234567.89"),  # Indian grouping
        ("1.234,56", ",", "1234.56"),
        ("1 234,56", ",", "1234.56"),
        ("1\u00a0234,56 €", ",", "1234.56"),
        ("1'234.50", ".", "1234.50"),
        ("(1,250.00)", ".", "-1250.00"),
        ("$(45.10)", ".", "-45.10"),
        ("45.10-", ".", "-45.10"),
        ("−7", ".", "-7"),
        ("7 CR", ".", "-7"),
        ("7.00DR", ".", "7.00"),
        ("US$ 1,000", ".", "1000"),
        ("CAD 12.30", ".", "12.30"),
        ("-$200.00", ".", "-200.00"),
        (".5", ".", "0.5"),
        ("-", ".", "0"),
        ("19.990000000000002", ".", "19.9900"),  # kept as a binary fraction somewhere
        ("0.0001", ".", "0.0001"),
    ],
)
def test_reads_an_amount(text, decimal, expected):
    assert parse_amount(text, decimal) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "decimal"),
    [
        ("1,23", "."),  # a decimal comma where the file has points
        ("1.23", ","),
        ("12abc", "."),
        ("n/a", "."),
        ("1e5", "."),
        ("NaN", "."),
        ("Infinity", "."),
        ("1_000", "."),
        ("1.23456", "."),  # a real fifth decimal would be lost
        ("--5", "."),
        ("1000000000000000", "."),  # a hundred times more than numeric(19,4) holds is a mistake, not money
        ("=1+1", "."),
    ],
)
def test_refuses_what_is_no_amount(text, decimal):
    with pytest.raises(ValueError, match=r".*"):
        parse_amount(text, decimal)


@pytest.mark.parametrize(
    ("text", "dollar", "expected"),
    [
        ("$5", "USD", "USD"),
        ("$5", "CAD", "CAD"),
        ("5 €", "USD", "EUR"),
        ("C$5", "USD", "CAD"),
        ("GBP 5", "USD", "GBP"),
        ("5", "USD", None),
        ("ABC 5", "USD", None),
    ],
)
def test_finds_the_currency_on_an_amount(text, dollar, expected):
    assert currency_in(text, dollar) == expected
