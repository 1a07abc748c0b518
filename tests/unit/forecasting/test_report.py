"""The report stands alone, shows what it is given, and escapes what comes from outside."""

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from hub.forecasting import report
from hub.forecasting.aging import Aging
from hub.forecasting.results import Backtest, CalibrationBin, CashFlow, ErrorGroup, Reason, Scores

SCORES = Scores(
    n=120, mae=3.21, within3=0.7, auc=0.83, brier=0.15, ece=0.02, coverage=0.8, width=7.0, weekly_cash_error=0.08
)


@pytest.fixture
def full() -> report.Report:
    weeks = tuple(date(2026, 3, 2) + timedelta(weeks=week) for week in range(13))
    cash = CashFlow(
        weeks=weeks,
        expected={"EUR": np.full(13, 5000.0)},
        p10={"EUR": np.full(13, 3000.0)},
        p90={"EUR": np.full(13, 8000.0)},
    )
    backtest = Backtest(
        backend="xgboost_hazard",
        trained_until=date(2025, 12, 31),
        scored_until=date(2026, 2, 28),
        model=SCORES,
        due_date=replace(SCORES, mae=9.0, auc=None),
        customer_median=replace(SCORES, mae=4.5),
        calibration=(
            CalibrationBin(n=60, p_mean=0.3, share_paid=0.28),
            CalibrationBin(n=60, p_mean=0.8, share_paid=0.85),
        ),
        errors=(ErrorGroup(label="new customers", n=12, mae=5.0, mae_customer_median=6.0),),
        promoted=True,
        why="It beats the customer median.",
    )
    risky = report.RiskyInvoice(
        number="<b>INV-1</b>",
        customer="Acme & <script>alert(1)</script>",
        due_on=date(2026, 3, 20),
        amount=1234.5,
        currency="EUR",
        p_late30=0.42,
        expected_on=date(2026, 4, 9),
        p10_on=date(2026, 4, 1),
        p90_on=date(2026, 5, 1),
        risk_level="high",
        reasons=[Reason(feature="median", contribution=1.0, sentence="This customer usually pays 20 days late.")],
    )
    return report.Report(
        title="ledger.csv",
        as_of=date(2026, 3, 1),
        note="A note.",
        model="xgboost_hazard",
        open_invoices=17,
        aging=(Aging(currency="EUR", amounts=(100.0, 50.0, 0.0, 0.0, 7.0)),),
        cash_flow=cash,
        backtest=backtest,
        riskiest=[risky],
    )


def test_loads_nothing_from_anywhere(full):
    html = report.render(full)
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", html)
    assert "<script" not in html and "@import" not in html


def test_shows_each_part(full):
    html = report.render(full)
    assert html.count("<svg") == 4
    for words in ("Acme &amp; &lt;script&gt;", "42 %", "This customer usually pays 20 days late.", "0.830", "9.00"):
        assert words in html


def test_without_a_model_there_is_the_aging_and_the_reason_why(full):
    bare = replace(full, model=None, cash_flow=None, backtest=None, riskiest=[], note="No payments to learn from.")
    html = report.render(bare)
    assert html.count("<svg") == 1
    assert "No payments to learn from." in html and "Backtest" not in html


@pytest.mark.parametrize(
    ("value", "currency", "text"),
    [(0.5, "EUR", "0.50 EUR"), (999.994, "", "999.99"), (1234567.8, "USD", "1,234,568 USD"), (-5.0, "", "-5.00")],
)
def test_money(value, currency, text):
    assert report.money(value, currency) == text
