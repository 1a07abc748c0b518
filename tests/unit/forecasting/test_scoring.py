import numpy as np
import pytest

from hub.forecasting.scoring import auc, calibration, score, weekly_cash_error


def days(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int32)


def test_auc_counts_ties_half():
    assert auc(np.array([True, False]), np.array([0.9, 0.1])) == 1.0
    assert auc(np.array([True, False]), np.array([0.5, 0.5])) == 0.5
    assert auc(np.array([True, False, True]), np.array([0.2, 0.5, 0.9])) == 0.5
    assert auc(np.array([True, True]), np.array([0.2, 0.5])) is None


def test_calibration_bins():
    bins = calibration(np.array([True, False, True]), np.array([0.11, 0.19, 1.0]))
    assert [(b.n, b.p_mean, b.share_paid) for b in bins] == [(2, pytest.approx(0.15), 0.5), (1, 1.0, 1.0)]


def test_weekly_cash_error_counts_weeks_not_days():
    monday = 4  # 1970-01-05
    amount = np.array([100.0, 100.0])
    assert weekly_cash_error(days(monday, monday + 1), days(monday + 5, monday + 6), amount) == 0.0
    assert weekly_cash_error(days(monday, monday + 1), days(monday + 7, monday), amount) == 1.0


def test_scores_worked_out_by_hand():
    found = score(
        paid=days(10, 14, 30),
        due=days(10, 12, 5),
        amount=np.array([1.0, 1.0, 1.0]),
        as_of=days(6, 6, 6),
        expected=days(11, 14, 20),
        p_paid_by_due=np.array([0.8, 0.4, 0.0]),
        p10=days(9, 15, 20),
        p90=days(12, 18, 30),
    )
    assert found.mae == pytest.approx(11 / 3)
    assert found.within3 == pytest.approx(2 / 3)
    assert found.auc == 1.0
    assert found.brier == pytest.approx((0.04 + 0.16) / 2)  # the third was past due when it was forecast
    assert found.coverage == pytest.approx(2 / 3)
    assert found.width == pytest.approx(16 / 3)


def test_nothing_to_score():
    nothing = days()
    found = score(paid=nothing, due=nothing, amount=np.zeros(0), as_of=nothing, expected=nothing)
    assert found.n == 0
    assert found.brier is None
