"""`bench cash`: does the weekly cash forecast's range hold what it says, and is its middle nearer than simple ones?

    python -m bench.cash [LEDGER ...] [--models FOLDER] [--quick]

A rolling backtest on the real ledgers (see bench/real_ledgers.py): a model is trained on each cut and forecasts on that
day and on the next three Sundays; each forecast's weeks, up to 13, are compared with what came in those weeks for the
same invoices. "open book" are the invoices open on the day, as /api/cashflow shows them; "with upcoming" adds those
issued later, as `paypredict forecast --include-upcoming` does. `--models` keeps the trained models in a folder and
takes them from there the next time: for work on the cash forecast itself.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import product
from bench.real_ledgers import LEDGERS, Ledger, books, read
from hub.forecasting import engine
from hub.forecasting.days import monday_of, to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.results import Forecasts
from hub.forecasting.settlement import Means

WEEKS = 13
FORECAST_DAYS = 4
"""Days on which one model forecasts: that of its training, and the Sundays after it."""
POPULATIONS = ("open book", "with upcoming")
SPANS = ((0, 4), (4, 8), (8, WEEKS))
HELD, TOLERANCE = 0.80, 0.05

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One calendar week in one currency, as it was forecast and as it came; `ahead` counts weeks from 0."""

    cut: date
    currency: str
    ahead: int
    actual: float
    expected: float
    p10: float
    p50: float
    p90: float
    naive: float
    on_due: float

    @property
    def is_held(self) -> bool:
        return self.p10 <= self.actual <= self.p90


def run(
    ledgers: tuple[str, ...] = (), threads: int = 1, models: Path | None = None, quick: bool = False
) -> list[dict[str, Any]]:
    """Per ledger and population: the share of weeks held, and the error over that of the two simple forecasts."""
    results = []
    for book in books(ledgers):
        weeks = measure(book, threads, models, quick)
        for population in POPULATIONS:
            results += judge(f"cash {book.file} {population}", weeks[population])
    return results


def measure(book: Ledger, threads: int = 1, models: Path | None = None, quick: bool = False) -> dict[str, list[Week]]:
    """All weeks of all forecasts, per population."""
    frame = read(LEDGERS / book.file)
    found: dict[str, list[Week]] = {population: [] for population in POPULATIONS}
    for cut in book.cuts[-2:] if quick else book.cuts:
        stem = f"{Path(book.file).stem}-{cut}"
        model = product.kept(models, stem, lambda cut=cut: product.train(frame, cut, threads))
        naive = product.kept(models, f"{stem}-naive", lambda cut=cut: product.train_only("naive", frame, cut, threads))
        for day in forecast_days(cut):
            for population in POPULATIONS:
                upcoming = population == "with upcoming"
                forecasts, simple = (
                    engine.forecast(each, frame, day, include_upcoming=upcoming) for each in (model, naive)
                )
                found[population] += compare(frame, book, cut, forecasts, simple)
    return found


def forecast_days(cut: date) -> list[date]:
    """The cut, and the ends of the weeks after it."""
    sunday = cut + timedelta(days=6 - cut.weekday())
    later = [sunday + timedelta(weeks=k) for k in range(FORECAST_DAYS)]
    return [cut, *(day for day in later if day > cut)][:FORECAST_DAYS]


def compare(frame: LedgerFrame, book: Ledger, cut: date, forecasts: Forecasts, simple: Forecasts) -> Iterator[Week]:
    """The weeks of one forecast that the ledger shows to their end, but for those for which no cash was expected."""
    flow = engine.cash_flow(frame, forecasts, weeks=WEEKS)
    by_naive = engine.cash_flow(frame, simple, weeks=WEEKS).expected
    monday = to_day(flow.weeks[0])
    actual, on_due = cash_in(frame, forecasts, monday), cash_on_due(frame, forecasts, monday)
    observed = min(WEEKS, (to_day(book.ends) + 1 - monday) // 7)
    for currency, expected in flow.expected.items():
        code = frame.currencies.index(currency)
        for ahead in range(observed):
            if flow.p90[currency][ahead] > 0:
                yield Week(
                    cut=cut,
                    currency=currency,
                    ahead=ahead,
                    actual=actual[code, ahead],
                    expected=expected[ahead],
                    p10=flow.p10[currency][ahead],
                    p50=flow.p50[currency][ahead],
                    p90=flow.p90[currency][ahead],
                    naive=by_naive[currency][ahead],
                    on_due=on_due[code, ahead],
                )


def cash_in(frame: LedgerFrame, forecasts: Forecasts, monday: int) -> Floats:
    """What was paid on the invoices forecast, per currency and week from `monday` on."""
    parts = frame.settlements
    mine = np.zeros(len(frame), dtype=bool)
    mine[forecasts.row] = True
    counted = mine[parts.row] & (parts.means == Means.CASH) & (parts.day > forecasts.as_of.max())
    return _per_week(frame, parts.row[counted], parts.day[counted], parts.amount[counted], monday)


def cash_on_due(frame: LedgerFrame, forecasts: Forecasts, monday: int) -> Floats:
    """The cash if everything came on its due date, and what is overdue at once."""
    known = frame.as_of(int(forecasts.as_of.max()), include_upcoming=True)
    day = np.maximum(frame.due[forecasts.row], forecasts.start)
    return _per_week(frame, forecasts.row, day, known.open_amount[forecasts.row], monday)


def _per_week(frame: LedgerFrame, row: Any, day: Any, amount: Floats, monday: int) -> Floats:
    week = (monday_of(day) - monday) // 7
    inside = (week >= 0) & (week < WEEKS)
    cell = frame.currency[row[inside]] * WEEKS + week[inside]
    size = len(frame.currencies) * WEEKS
    return np.bincount(cell, weights=amount[inside], minlength=size).reshape(-1, WEEKS)


def judge(name: str, weeks: list[Week]) -> list[dict[str, Any]]:
    """The rows that `paypredict bench` prints, one limit each."""
    cuts = sorted({week.cut for week in weeks})
    per_cut = [[week for week in weeks if week.cut == cut] for cut in cuts]
    held = coverage(weeks)
    spans = {
        f"weeks {first + 1} to {end}": coverage(ahead)
        for first, end in SPANS
        if (ahead := [week for week in weeks if first <= week.ahead < end])
    }
    low, high = round(HELD - TOLERANCE, 2), round(HELD + TOLERANCE, 2)
    rows = [
        {
            "name": f"{name}: weeks held",
            "ratio": held,
            "low": min(map(coverage, per_cut)),
            "high": max(map(coverage, per_cut)),
            "goal": f"{low} to {high}",
            "met": low <= held <= high,
            "unit": "share of weeks within P10 to P90",
            "weeks": len(weeks),
            "coverage_by_weeks_ahead": spans,
            "below_p10": float(np.mean([week.actual < week.p10 for week in weeks])),
            "above_p90": float(np.mean([week.actual > week.p90 for week in weeks])),
            "width": relative(weeks, lambda week: week.p90 - week.p10),
            "error": {
                "PayPredict": error_of(weeks, "expected"),
                "its median": error_of(weeks, "p50"),
                "naive": error_of(weeks, "naive"),
                "due date": error_of(weeks, "on_due"),
            },
        }
    ]
    for rival, words in (("naive", "naive"), ("on_due", "all on its due date")):
        samples = [error_of(each, "expected") / error_of(each, rival) for each in per_cut]
        overall = error_of(weeks, "expected") / error_of(weeks, rival)
        rows.append(
            {
                "name": f"{name}: error against {words}",
                "ratio": overall,
                "low": min(samples),
                "high": max(samples),
                "goal": 1.0,
                "met": overall < 1.0,
                "unit": "total absolute error over that of the simple forecast",
            }
        )
    return rows


def coverage(weeks: list[Week]) -> float:
    """The share of weeks within their range."""
    return float(np.mean([week.is_held for week in weeks]))


def error_of(weeks: list[Week], forecast: str) -> float:
    """The sum of |actual - forecast| over the sum of actual; per currency, then their mean."""
    return relative(weeks, lambda week: abs(week.actual - getattr(week, forecast)))


def relative(weeks: list[Week], amount_of: Any) -> float:
    """A sum of amounts over the sum of actual cash; per currency, then their mean: currencies are never added."""
    shares = []
    for currency in sorted({week.currency for week in weeks}):
        mine = [week for week in weeks if week.currency == currency]
        shares.append(sum(map(amount_of, mine)) / sum(week.actual for week in mine))
    return float(np.mean(shares))


def table(results: list[dict[str, Any]]) -> str:
    """The results as Markdown, as they stand in docs/accuracy.md."""
    heads = (
        "weeks",
        "held",
        "over cuts",
        "below",
        "above",
        "1–4",
        "5–8",
        "9–13",
        "width",
        "error",
        "median",
        "naive",
        "due date",
    )
    lines = [f"| ledger | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for result in results:
        if "weeks" not in result:
            continue
        spans = [f"{share:.2f}" for share in result["coverage_by_weeks_ahead"].values()]
        cells = [
            f"{result['weeks']}",
            f"{result['ratio']:.3f}",
            f"{result['low']:.2f}–{result['high']:.2f}",
            f"{result['below_p10']:.2f}",
            f"{result['above_p90']:.2f}",
            *spans,
            *["–"] * (len(SPANS) - len(spans)),
            f"{result['width']:.2f}",
            *(f"{error:.3f}" for error in result["error"].values()),
        ]
        name = result["name"].removeprefix("cash ").removesuffix(": weeks held")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledgers", nargs="*", help="file names; all by default")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--models", type=Path, help="keep trained models here, and take them from here")
    parser.add_argument("--quick", action="store_true", help="only the last two cuts")
    given = parser.parse_args()
    results = run(tuple(given.ledgers), given.threads, given.models, given.quick)
    print(table(results), "\n")
    for result in results:
        print(
            f"{'met   ' if result['met'] else 'MISSED'} {result['name']}: {result['ratio']:.3f}, goal {result['goal']}"
        )


if __name__ == "__main__":
    main()
