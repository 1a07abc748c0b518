"""What is on hold is not expected before the hold ends; the undisputed part of it goes on."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hub.forecasting import engine
from hub.forecasting.book import WHOLE, make_book
from hub.forecasting.days import NEVER, to_date
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.holds import OVERRUN, Holds
from hub.forecasting.results import Forecasts
from plugins.models.naive.plugin import NaiveBackend
from tests.unit.forecasting.forecast_ledgers import made_up_ledger

FRAME = made_up_ledger()
AS_OF = 250


@cache
def model() -> engine.TrainedModel:
    return engine.train(FRAME, day(0), NaiveBackend, NaiveBackend)


def day(after: int):
    return to_date(int(FRAME.issued.min()) + AS_OF + after)


def held(row: int, *, placed: int = -3, released: int | None = None, until: int = 40, amount: float = np.nan):
    base = int(FRAME.issued.min()) + AS_OF
    end = NEVER if released is None else base + released
    return Holds.of_columns([row], [base + placed], [end], [base + until], [amount])


def forecast(holds: Holds) -> tuple[LedgerFrame, Forecasts]:
    frame = replace(FRAME, holds=holds)
    return frame, engine.forecast(model(), frame, day(0))


@pytest.fixture
def row() -> int:
    """An invoice that is expected within a few days."""
    _, found = forecast(Holds())
    return int(found.row[np.argmin(found.p90)])


def of(found: Forecasts, row: int) -> int:
    return int(np.flatnonzero(found.row == row)[0])


def test_no_payment_is_expected_before_a_hold_ends(row):
    _, free = forecast(Holds())
    _, found = forecast(held(row))
    end = int(FRAME.issued.min()) + AS_OF + 40
    at = of(found, row)
    assert free.p90[at] < end < found.p10[at] <= found.expected[at]
    assert found.p_paid_by(end)[at] == 0.0
    others = found.row != row
    assert np.array_equal(found.p50[others], free.p50[others])


@pytest.mark.parametrize("unknown", [{"placed": 1}, {"placed": -9, "released": 0}], ids=["not yet", "no longer"])
def test_a_hold_counts_only_while_it_is_known_to_stand(row, unknown):
    _, free = forecast(Holds())
    _, found = forecast(held(row, **unknown))
    assert np.array_equal(found.p50, free.p50)


def test_a_hold_that_outlives_its_expected_end_is_expected_to_go_on_a_little(row):
    _, found = forecast(held(row, until=-1))
    assert found.start[of(found, row)] == int(FRAME.issued.min()) + AS_OF + 1 + OVERRUN


def test_cash_counts_the_part_that_is_not_held(row):
    amount = float(FRAME.amount[row])
    end = int(FRAME.issued.min()) + AS_OF + 40
    chances = {}
    for share in (0.0, 0.25, 1.0):
        frame, found = forecast(held(row, amount=share * amount) if share else Holds())
        book = make_book(frame, found)
        chances[share] = book.paid_by[of(found, row), end - book.monday] / WHOLE
    assert chances[1.0] == 0.0 < chances[0.25]
    assert chances[0.25] == pytest.approx(0.75 * chances[0.0], abs=1e-4)


def test_the_hold_is_the_first_reason(row):
    frame, _ = forecast(held(row))
    (reasons,) = engine.explain(model(), frame, day(0), np.array([row]))
    assert reasons[0].feature == "dispute" and reasons[0].days > 30
    assert "It is disputed" in reasons[0].sentence
    (free,) = engine.explain(model(), FRAME, day(0), np.array([row]))
    assert "dispute" not in [each.feature for each in free]


def test_holds_follow_their_invoices_through_every_cut(row):
    frame = replace(FRAME, holds=held(row))
    keep = np.arange(len(frame)) >= row
    cut = frame.take(keep)
    assert cut.holds.row.tolist() == [0] and cut.invoice_id[0] == frame.invoice_id[row]
    assert len(frame.take(~keep).holds.row) == 0
