"""The figures against cases worked out by hand; the golden quarter is the one docs/metrics.md explains."""

from decimal import Decimal as D

import pytest

from hub.insights.figures import (
    COUNTBACK_MONTHS,
    Countback,
    MonthSales,
    collection_effectiveness,
    countback,
    days_of_sales,
    divide,
    figure,
)

APRIL, MAY, JUNE = MonthSales(D(300_000), 30), MonthSales(D(420_000), 31), MonthSales(D(360_000), 30)
RECEIVABLE, NOT_DUE, OPENING = D(510_000), D(396_000), D(480_000)
SALES = APRIL.sales + MAY.sales + JUNE.sales


def test_golden_quarter():
    dso = days_of_sales(RECEIVABLE, SALES, 91)
    best = days_of_sales(NOT_DUE, SALES, 91)
    assert round(dso, 2) == D("42.97")
    assert round(best, 2) == D("33.37")
    assert round(dso - best, 2) == D("9.61")
    assert round(days_of_sales(RECEIVABLE, JUNE.sales, 30), 2) == D("42.50")
    assert round(collection_effectiveness(OPENING, SALES, RECEIVABLE, NOT_DUE), 2) == D("90.21")
    turnover = divide(SALES, (OPENING + RECEIVABLE) / 2)
    assert round(turnover, 3) == D("2.182")
    assert round(turnover * 365 / 91, 2) == D("8.75")


@pytest.mark.parametrize(
    ("receivable", "months", "expected"),
    [
        (RECEIVABLE, [JUNE, MAY, APRIL], "41.07"),  # June whole, then 150,000 / 420,000 of May's 31 days
        (D(212_000), [MonthSales(D(100_000), 30), MonthSales(D(80_000), 30), MonthSales(D(70_000), 30)], "73.71"),
        (D(360_000), [JUNE, MAY], "30.00"),  # used up exactly: no day of May
        (D(150), [MonthSales(D(0), 31), MonthSales(D(300), 30)], "46.00"),  # no sales: its days, nothing off
        (D(100), [MonthSales(D(-50), 31), MonthSales(D(300), 30)], "46.00"),  # net credits: its days, and they add
        (D(50), [MonthSales(D(100), 10)], "5.00"),  # ten days into the running month
        (D(0), [JUNE], "0.00"),
    ],
)
def test_countback(receivable, months, expected):
    found = countback(receivable, months)
    assert (round(found.days, 2), found.capped) == (D(expected), False)


def test_countback_gives_up_after_two_years_and_says_so():
    months = [MonthSales(D(1), 30)] * (COUNTBACK_MONTHS + 6)
    assert countback(D(1000), months) == Countback(D(30 * COUNTBACK_MONTHS), capped=True)


def test_countback_without_enough_history_is_capped():
    assert countback(D(1000), [MonthSales(D(400), 30)]) == Countback(D(30), capped=True)


def test_countback_of_customers_in_credit_is_undefined():
    assert countback(D(-1), [JUNE]).days is None


@pytest.mark.parametrize("sales", [D(0), D(-10)])
def test_undefined_without_positive_sales(sales):
    assert days_of_sales(D(100), sales, 30) is None


def test_collection_effectiveness_is_undefined_when_nothing_was_collectable():
    assert collection_effectiveness(D(0), D(100), D(100), D(100)) is None


def test_written_off_is_not_collected():
    # 100 of 200 left the books, 40 of it given up: 60 of the 200 were collected.
    assert collection_effectiveness(D(200), D(0), D(100), D(0), written_off=D(40)) == 30


def test_a_figure_is_rounded_for_its_unit_and_explains_a_missing_value():
    shown = figure("dso", "simple", "EUR", D("42.9722"), "days", {}, undefined="no sales")
    missing = figure("dso", "simple", "EUR", None, "days", {}, undefined="no sales")
    assert (shown.value, shown.note) == (D("42.97"), None)
    assert (missing.value, missing.note) == (None, "no sales")
