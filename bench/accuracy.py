"""How good the forecasts are on real ledgers, beside due date, customer median and plain XGBoost regression.

    python -m bench.accuracy [LEDGER ...] [--threads N]

Days are cut from the middle of each ledger; what happened later is hidden and then scored. One customer in ten is
hidden altogether until that day, as a new one. Static: all open and later-issued invoices, forecast on the day.
Rolling: every later invoice, forecast on its own day of issue by the model of the day. The ledgers are not part of the
project: PAYPREDICT_LEDGERS names their folder.
"""

import argparse
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hub import registry
from hub.forecasting import engine
from hub.forecasting.backtest import customer_median
from hub.forecasting.days import NEVER, Days, to_day
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.results import Scores
from hub.forecasting.samples import fresh_sample
from hub.forecasting.scoring import score
from hub.sdk.forecaster import Cases

LEDGERS = Path(os.environ.get("PAYPREDICT_LEDGERS", "../shared/data"))
PROTOCOLS = ("static", "rolling")
MODELS = ("due date", "customer median", "XGBoost regression", "PayPredict")
COLD_ONE_IN = 10
BIG_SHARE = 0.03
"""A customer with more of the invoices than this is never the hidden one: it would decide the figure alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger's days to cut on; `look_ahead` days of later invoices are scored, `ripe` days before the ledger ends."""

    file: str
    ends: date
    cuts: tuple[date, ...]
    look_ahead: int
    ripe: int


BOOKS = (
    Ledger(
        file="ar_highradius.csv",
        ends=date(2019, 11, 30),
        cuts=(date(2019, 6, 30), date(2019, 7, 31), date(2019, 8, 31), date(2019, 9, 30)),
        look_ahead=75,
        ripe=30,
    ),
    Ledger(
        file="ar_ibm.csv",
        ends=date(2013, 6, 30),
        cuts=(date(2012, 10, 31), date(2012, 12, 31), date(2013, 2, 28), date(2013, 3, 31)),
        look_ahead=150,
        ripe=50,
    ),
)


@dataclass(frozen=True, slots=True)
class Guess:
    """What one model says of invoices, one row each."""

    expected: Days
    p_paid_by_due: NDArray[np.float64]
    p10: Days | None = None
    p90: Days | None = None


def run(ledgers: tuple[str, ...] = (), threads: int = 2) -> list[dict[str, Any]]:
    """One result per ledger and protocol: the forecast's error over the customer median's, and all figures."""
    results = []
    for book in BOOKS:
        if ledgers and book.file not in ledgers:
            continue
        figures = measure(book, threads)
        for protocol in PROTOCOLS:
            ratios = [
                ours.mae / theirs.mae
                for ours, theirs in zip(
                    figures[protocol, "PayPredict"], figures[protocol, "customer median"], strict=True
                )
            ]
            results.append(
                {
                    "name": f"accuracy {book.file} {protocol}",
                    "ratio": fmean(ratios),
                    "low": min(ratios),
                    "high": max(ratios),
                    "goal": 1.0,
                    "met": max(ratios) < 1.0,
                    "unit": "mean error over that of the customer median",
                    "figures": {model: _means(figures[protocol, model]) for model in MODELS},
                }
            )
    return results


def measure(book: Ledger, threads: int) -> dict[tuple[str, str], list[Scores]]:
    """Scores by protocol and model, one per cut."""
    plugins = registry.load()
    backend, fallback = plugins.load("xgboost_hazard"), plugins.load("naive")
    whole = read(LEDGERS / book.file)
    found: dict[tuple[str, str], list[Scores]] = {}
    for cut in book.cuts:
        frame = without_cold(whole, to_day(cut))
        wanted = scored_rows(frame, book, to_day(cut))
        model, rolling = engine.backtest_from(frame, cut, backend, fallback, threads=threads)
        static = engine.forecast(model, frame, cut, include_upcoming=True)
        regression = PlainRegression(History(frame.as_of(to_day(cut))), threads)
        known = History(frame.as_of(to_day(cut), include_upcoming=True))
        for protocol, forecasts in (("static", static), ("rolling", rolling)):
            pick = np.isin(forecasts.row, wanted)
            rows = forecasts.row[pick]
            history = known if protocol == "static" else History(frame)
            cases = build_cases(history, rows, forecasts.as_of[pick] + 1)
            guesses = {
                "due date": Guess(np.maximum(cases.due, cases.start), np.full(len(rows), 0.5)),
                "customer median": Guess(customer_median(cases), 1.0 - cases.column("late_share").astype(np.float64)),
                "XGBoost regression": regression.guess(cases),
                "PayPredict": Guess(
                    forecasts.expected[pick], forecasts.p_paid_by_due[pick], forecasts.p10[pick], forecasts.p90[pick]
                ),
            }
            for name, guess in guesses.items():
                found.setdefault((protocol, name), []).append(_score(frame, rows, cases, guess))
    return found


def read(path: Path) -> LedgerFrame:
    """A ledger through the csv connector."""

    def records() -> Iterator[Any]:
        connector = registry.load().make("csv", {"path": str(path)})
        for stream in connector.streams:
            for page in connector.read(stream.name, None):
                for item in page.items:
                    yield from connector.map(stream.name, item)

    return LedgerFrame.from_records(records())


def without_cold(frame: LedgerFrame, day: int) -> LedgerFrame:
    """The ledger without what one customer in ten did until `day`; the same ones for the same day, in any run."""
    is_big = np.bincount(frame.customer, minlength=len(frame.customer_id)) > BIG_SHARE * len(frame)
    drawn = np.array([zlib.crc32(f"{customer} {day}".encode()) % COLD_ONE_IN == 0 for customer in frame.customer_id])
    return frame.take(~((drawn & ~is_big)[frame.customer] & (frame.issued <= day)))


def scored_rows(frame: LedgerFrame, book: Ledger, day: int) -> NDArray[np.int64]:
    """Invoices open on `day` or issued later whose payment the ledger shows, but for the unripe end of it."""
    ends = to_day(book.ends)
    latest_issue = min(day + book.look_ahead, ends - book.ripe)
    return np.flatnonzero((frame.paid > day) & (frame.paid < NEVER) & (frame.issued <= latest_issue))


class PlainRegression:
    """What is usually done: XGBoost regression of the delay on the same features, learnt from paid invoices."""

    def __init__(self, history: History, threads: int) -> None:
        import xgboost as xgb

        sample = fresh_sample(history)
        paid = sample.observed.paid
        delay = (sample.observed.last - sample.cases.due)[paid].astype(np.float32)
        self._booster = xgb.train(
            {"objective": "reg:squarederror", "max_depth": 6, "eta": 0.1, "subsample": 0.8, "nthread": threads},
            xgb.QuantileDMatrix(sample.cases.values[paid], delay, nthread=threads),
            200,
        )
        self._residuals = np.sort(delay - self._booster.inplace_predict(sample.cases.values[paid]))

    def guess(self, cases: Cases) -> Guess:
        """The predicted day, and probabilities from the residuals of the training."""
        delay = self._booster.inplace_predict(cases.values)
        p_by_due = np.searchsorted(self._residuals, -delay, side="right") / len(self._residuals)
        low, high = np.quantile(self._residuals, (0.1, 0.9))
        days = [np.maximum(cases.due + np.rint(delay + shift), cases.start).astype(int) for shift in (0, low, high)]
        return Guess(days[0], p_by_due, days[1], days[2])


def _score(frame: LedgerFrame, rows: NDArray[np.int64], cases: Cases, guess: Guess) -> Scores:
    return score(
        paid=frame.paid[rows],
        due=cases.due,
        amount=frame.amount[rows],
        as_of=cases.seen - 1,
        expected=guess.expected,
        p_paid_by_due=guess.p_paid_by_due,
        p10=guess.p10,
        p90=guess.p90,
    )


def _means(scores: list[Scores]) -> dict[str, float | None]:
    figures: dict[str, float | None] = {"n": sum(each.n for each in scores)}
    for name in ("mae", "within3", "auc", "brier", "ece", "weekly_cash_error", "coverage", "width"):
        values = [getattr(each, name) for each in scores]
        figures[name] = None if None in values else fmean(values)
    return figures


def table(results: list[dict[str, Any]]) -> str:
    """The results as Markdown, as they stand in docs/accuracy.md."""
    lines = []
    for result in results:
        lines += [f"**{result['name'].removeprefix('accuracy ')}**", ""]
        lines += ["| model | n | MAE, days | within 3 d | AUC | Brier | ECE | weekly cash error | coverage | width |"]
        lines += ["|---|---|---|---|---|---|---|---|---|---|"]
        for model, figures in result["figures"].items():
            lines.append(f"| {model} | {figures['n']:,} | {_cells(figures)} |")
        lines.append("")
    return "\n".join(lines)


def _cells(figures: Mapping[str, float | None]) -> str:
    places = {"mae": 2, "within3": 3, "auc": 3, "brier": 3, "ece": 3, "weekly_cash_error": 3, "coverage": 3, "width": 1}
    return " | ".join(
        "–" if figures[name] is None else f"{figures[name]:.{digits}f}" for name, digits in places.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledgers", nargs="*", help="file names; all by default")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    print(table(run(tuple(given.ledgers), given.threads)))


if __name__ == "__main__":
    main()
