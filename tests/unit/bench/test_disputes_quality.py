"""The figures by which dispute classifiers are judged, on cases small enough to count by hand."""

import numpy as np
import pytest

from bench.disputes_quality import calibration_error, confusion, figures, macro_f1, report
from hub.sdk.classifier import REASONS, DisputeLabel, Reading


def read(code: str, p: float, *further: str, sure: bool = True) -> Reading:
    rest = [each for each in REASONS if each != code]
    labels = (DisputeLabel(code=code, p_reason=p), *(DisputeLabel(code=each, p_reason=(1 - p) / 16) for each in rest))
    return Reading(labels=labels, reasons=(code, *further) if sure else (), is_sure=sure, language="en")


ROWS = [
    {"text": "a", "label": "pricing", "also": "tax_error", "part": "short"},
    {"text": "b", "label": "pricing", "also": "", "part": "short"},
    {"text": "c", "label": "tax_error", "also": "", "part": "long"},
    {"text": "d", "label": "tax_error", "also": "", "part": "long"},
]
READINGS = [
    read("pricing", 0.9, "tax_error"),
    read("tax_error", 0.6, sure=False),
    read("tax_error", 0.8),
    read("tax_error", 0.95, "other"),
]


def test_figures_are_what_was_counted():
    found = figures(ROWS, READINGS)
    assert found["accuracy"] == 0.75
    assert found["macro_f1"] == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert found["sure"] == 0.75 and found["sure_right"] == 1.0
    assert found["surest_half_right"] == 1.0
    assert found["further_found"] == 1.0 and found["further_right"] == 0.5


def test_macro_f1_counts_each_code_alike():
    assert macro_f1(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0])) == pytest.approx((6 / 7 + 0) / 2)


def test_calibration_error_is_the_distance_between_said_and_true():
    assert calibration_error(np.array([0.85, 0.85]), np.array([True, False])) == pytest.approx(0.35)
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == 0.0


def test_the_matrix_has_the_truth_in_its_rows():
    matrix = confusion(ROWS, READINGS)
    pricing, tax = REASONS.index("pricing"), REASONS.index("tax_error")
    assert matrix[pricing, tax] == 1 and matrix[tax, pricing] == 0 and matrix[tax, tax] == 2


def test_the_report_has_each_part():
    lines = report(ROWS, READINGS).splitlines()
    assert [line.split(" | ")[0] for line in lines[2:5]] == ["| all", "| long", "| short"]
