"""Tenants that have only just connected: a handful of payments, drawn from real ledgers, and honest forecasts."""

import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from hub import registry
from hub.forecasting import engine
from hub.forecasting.days import NEVER, to_day
from hub.forecasting.frame import LedgerFrame
from plugins.models.naive.plugin import NaiveBackend
from plugins.models.xgboost_hazard.plugin import XGBoostHazardBackend

LEDGERS = Path(os.environ.get("PAYPREDICT_LEDGERS", "../shared/data"))
BOOKS = {
    "ar_highradius.csv": (date(2019, 7, 31), date(2019, 8, 31), date(2019, 9, 30)),
    "ar_ibm.csv": (date(2012, 10, 31), date(2012, 12, 31), date(2013, 2, 28)),
}
DRAWS = 40


@pytest.fixture(scope="module", params=BOOKS)
def book(request: pytest.FixtureRequest) -> tuple[LedgerFrame, tuple[date, ...]]:
    path = LEDGERS / request.param
    if not path.exists():
        pytest.skip(f"{path} is not here: PAYPREDICT_LEDGERS names the folder of the real ledgers")
    connector = registry.load().make("csv", {"path": str(path)})
    pages = (page for stream in connector.streams for page in connector.read(stream.name, None))
    records = (record for page in pages for item in page.items for record in connector.map("ledger", item))
    return LedgerFrame.from_records(records), BOOKS[request.param]


def newly_connected(frame: LedgerFrame, day: int, payments: int, seed: int) -> LedgerFrame:
    """Some customers of a ledger, with only so many of their latest payments by `day`."""
    paid = frame.paid <= day
    drawn = np.random.default_rng(seed).permutation(len(frame.customer_id))
    count = np.bincount(frame.customer[paid], minlength=len(drawn))
    chosen = np.zeros(len(drawn), dtype=bool)
    chosen[drawn[: max(int(np.searchsorted(np.cumsum(count[drawn]), 2 * payments)) + 1, 3)]] = True
    mine = np.flatnonzero(chosen[frame.customer] & paid)
    forgotten = np.zeros(len(frame), dtype=bool)
    latest = mine[np.argsort(frame.closed[mine], kind="stable")]
    forgotten[latest[: len(latest) - payments]] = True
    return frame.take(chosen[frame.customer] & ~forgotten)


@pytest.mark.ledgers
@pytest.mark.parametrize("payments", [1, 5, 30, 100, 200])
def test_few_payments_give_sensible_and_honest_forecasts(book: tuple[LedgerFrame, tuple[date, ...]], payments: int):
    whole, cuts = book
    error, on_due, held = [], [], []
    for draw in range(DRAWS):
        day = to_day(cuts[draw % len(cuts)])
        frame = newly_connected(whole, day, payments, draw)
        model = engine.train(frame, cuts[draw % len(cuts)], XGBoostHazardBackend, NaiveBackend)
        found = engine.forecast(model, frame, cuts[draw % len(cuts)], include_upcoming=True)
        paid = frame.paid[found.row]
        known = (paid < NEVER) & (frame.issued[found.row] <= day + 60)
        if not known.any():
            continue  # customers who never came back
        first = np.maximum(frame.issued[found.row], day + 1)
        error.append(np.abs(found.expected - paid)[known].mean())
        on_due.append(np.abs(np.maximum(frame.due[found.row], first) - paid)[known].mean())
        held.append(((found.p10 <= paid) & (paid <= found.p90))[known].mean())
    assert np.mean(error) <= np.mean(on_due)
    assert np.mean(held) >= 0.7


@pytest.mark.ledgers
def test_no_payment_at_all_is_no_forecast(book: tuple[LedgerFrame, tuple[date, ...]]):
    whole, cuts = book
    frame = newly_connected(whole, to_day(cuts[0]), 0, 1)
    with pytest.raises(engine.TooLittleHistoryError):
        engine.train(frame, cuts[0], XGBoostHazardBackend, NaiveBackend)
