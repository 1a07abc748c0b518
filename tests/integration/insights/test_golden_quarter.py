"""The golden quarter of docs/metrics.md, from ledger rows that amount to it."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from hub.insights import service

AS_OF = date(2026, 6, 30)


@pytest.fixture
def golden(books):
    """480,000 open on 1 April; sales of 300,000, 420,000 and 360,000; 510,000 open on 30 June, 396,000 not yet due."""
    before = books.invoice(480_000, date(2026, 3, 10), date(2026, 4, 9))
    april = books.invoice(300_000, date(2026, 4, 15), date(2026, 5, 15))
    may = books.invoice(384_000, date(2026, 5, 10), date(2026, 6, 9))
    books.invoice(36_000, date(2026, 5, 25), date(2026, 7, 9))
    books.invoice(360_000, date(2026, 6, 15), date(2026, 7, 15))
    books.invoice(99_000, date(2026, 6, 16), date(2026, 7, 15), status="draft")
    books.pay(before, 480_000, date(2026, 4, 20))
    books.pay(april, 300_000, date(2026, 5, 15))
    books.pay(may, 270_000, date(2026, 6, 12))
    books.save()
    return books


@pytest.fixture
def figures(golden, tenant_session):
    """Value by name and method."""
    (dollars,) = service.summary(tenant_session, AS_OF).currencies
    return {(each.name, each.method): each for each in dollars.figures}


@pytest.mark.parametrize(
    ("name", "method", "expected"),
    [
        ("dso", "simple", "42.97"),
        ("dso", "countback", "41.07"),
        ("best_possible_dso", "simple", "33.37"),
        ("average_days_delinquent", "simple", "9.61"),
        ("collection_effectiveness_index", "gross", "90.21"),
        ("collection_effectiveness_index", "net_of_write_offs", "90.21"),
        ("receivables_turnover", "ends", "2.182"),
    ],
)
def test_figure(figures, name, method, expected):
    assert figures[name, method].value == D(expected)


def test_inputs_can_be_checked_by_hand(figures):
    assert figures["dso", "simple"].inputs == {
        "receivable": 510_000,
        "sales": 1_080_000,
        "days": 91,
        "from_on": date(2026, 4, 1),
        "to_on": AS_OF,
    }
    assert figures["best_possible_dso", "simple"].inputs["not_due"] == 396_000
    assert figures["collection_effectiveness_index", "gross"].inputs["opening_receivable"] == 480_000
    assert figures["receivables_turnover", "ends"].inputs["per_year"] == D("8.75")


def test_dso_of_june_alone(golden, tenant_session):
    (june,) = service.dso(tenant_session, AS_OF, "simple", days=30)
    assert june.value == D("42.50")


def test_rolling_dso_counts_days_not_months(golden, tenant_session):
    # Ninety days to 30 June begin on 2 April: the same sales, one day fewer.
    (rolling,) = service.dso(tenant_session, AS_OF, "rolling")
    assert rolling.value == D("42.50")
    assert rolling.inputs["from_on"] == AS_OF - timedelta(days=89)


def test_dso_by_itself_is_the_summary_s(golden, tenant_session, figures):
    for method in ("simple", "rolling", "countback"):
        assert service.dso(tenant_session, AS_OF, method) == [figures["dso", method]]


def test_turnover_by_daily_average(figures):
    # 480,000 to 14 April, 780,000 to the 19th, 300,000 to 9 May, 684,000 to the 14th, 384,000 to the 24th,
    # 420,000 to 11 June, 150,000 to the 14th, 510,000 to the 30th.
    spans = [(14, 480), (5, 780), (20, 300), (5, 684), (10, 384), (18, 420), (3, 150), (16, 510)]
    assert sum(days for days, _ in spans) == 91
    daily = figures["receivables_turnover", "daily"]
    assert daily.inputs["average_receivable"] == round(D(sum(days * amount for days, amount in spans)) * 1000 / 91, 4)
    assert daily.value == round(1_080_000 / daily.inputs["average_receivable"], 3)


def test_trend_month_by_month(golden, tenant_session):
    april, may, june = service.trend(tenant_session, AS_OF, months=3)["USD"]
    assert [month.sales for month in (april, may, june)] == [300_000, 420_000, 360_000]
    assert [month.paid for month in (april, may, june)] == [480_000, 300_000, 270_000]
    assert [month.receivable for month in (april, may, june)] == [300_000, 420_000, 510_000]
    assert june.rolling_dso == D("42.50")


def test_the_running_month_counts_its_elapsed_days(golden, tenant_session):
    (countback,) = service.dso(tenant_session, date(2026, 6, 20), "countback")
    # 510,000 on 20 June: 360,000 in 20 days of June, then 150,000 of May's 420,000 in 31 days.
    assert countback.value == round(20 + D(150) / 420 * 31, 2)


def test_countback_with_a_short_month_at_the_end(books, tenant_session):
    for month, sales in ((4, 70_000), (5, 80_000), (6, 100_000)):
        books.invoice(sales, date(2026, month, 10), date(2026, month + 2, 1))
    books.pay(books.invoice(38_000, date(2024, 1, 1), date(2024, 2, 1)), 76_000, date(2024, 3, 1))
    books.save()
    (countback,) = service.dso(tenant_session, AS_OF, "countback")
    assert countback.inputs["receivable"] == 212_000
    assert countback.value == round(30 + 31 + D(32) / 70 * 30, 2)


def test_capped_countback_says_so(books, tenant_session):
    books.invoice(1000, date(2020, 1, 1), date(2020, 2, 1))
    books.save()
    (countback,) = service.dso(tenant_session, AS_OF, "countback")
    assert countback.value == (AS_OF - date(2024, 6, 30)).days
    assert countback.note.startswith("capped")


def test_undefined_without_sales(books, tenant_session):
    books.invoice(1000, date(2020, 1, 1), date(2020, 2, 1))
    books.save()
    for method in ("simple", "rolling"):
        (figure,) = service.dso(tenant_session, AS_OF, method)
        assert (figure.value, figure.note) == (None, "undefined: no net credit sales in the period")


def test_write_offs_are_shown_apart_in_collection_effectiveness(books, tenant_session):
    given_up = books.invoice(400, date(2026, 1, 10), date(2026, 2, 10))
    paid = books.invoice(600, date(2026, 1, 10), date(2026, 2, 10))
    books.pay(paid, 600, date(2026, 5, 1))
    books.apply(None, given_up, 300, date(2026, 5, 2), kind="write_off")
    books.save()
    (dollars,) = service.summary(tenant_session, AS_OF).currencies
    found = {each.method: each.value for each in dollars.figures if each.name == "collection_effectiveness_index"}
    assert found == {"gross": 90, "net_of_write_offs": 60}


def test_days_to_pay_weighted_by_what_was_paid(books, tenant_session):
    issued_on = date(2026, 4, 1)
    for amount, days in ((1000, 25), (4000, 41), (500, 75)):
        invoice = books.invoice(amount, issued_on, issued_on + timedelta(days=30))
        books.pay(invoice, amount, issued_on + timedelta(days=days))
    bounced = books.invoice(9000, issued_on, issued_on)
    books.pay(bounced, 9000, date(2026, 5, 1), reversed_on=date(2026, 5, 4))
    books.apply(None, bounced, 100, date(2026, 5, 9), kind="discount")
    books.save()
    (dollars,) = service.summary(tenant_session, AS_OF).currencies
    found = {(each.name, each.method): each.value for each in dollars.figures if "paid" in each.inputs}
    assert found == {
        ("days_to_pay", "weighted"): D("41.18"),
        ("days_to_pay", "unweighted"): D("47.00"),
        ("days_late_paid", "late_only"): D("12.09"),
        ("days_late_paid", "signed"): D("11.18"),
    }
