"""How good the forecasts are on real ledgers, beside what people use instead: all rows from one run.

    python -m bench.accuracy [LEDGER ...] [--quick] [--only NAME ...] [--threads N]

Days are cut from the middle of each ledger (bench/real_ledgers.py); what happened later is hidden and then scored. One
customer in ten is hidden altogether until that day, as a new one. Static: all open and later-issued invoices, forecast
on the day. Rolling: every later invoice, forecast on its own day of issue by the model of the day. Rivals whose library
is not installed are left out, with a word; `pip install paypredict[bench]` brings them all.
"""

import argparse
import importlib.util
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench import accuracy_table, product
from bench.measures import Figures, Guess, Truth, figures, slices
from bench.real_ledgers import LEDGERS, Ledger, books, read, scored_rows, without_cold
from bench.rivals import RIVALS, Lesson, Rival
from hub.forecasting.days import to_day
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.results import Forecasts
from hub.sdk.forecaster import Cases

PROTOCOLS = ("static", "rolling")
OURS, REFERENCE = "PayPredict", "customer median"
QUICK_CUTS, QUICK_LEAVES_OUT = 2, ("FLAML AutoML",)
FEWEST_JUDGED = 30
"""A slice of fewer invoices than this, over all cuts, is shown but not held to anything."""
CHANCE = 2.0
"""Standard errors by which a slice may be worse before it counts as worse."""


@dataclass(slots=True)
class Measured:
    """What one model reached under one protocol: figures per cut; per slice, over all cuts, invoices, errors, and how
    many of the invoices were paid within their 80 % interval.

    The errors of a slice are sums of days per customer, for the invoices of one customer are not independent.
    """

    figures: list[Figures] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    errors: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def slice_error(self, name: str) -> float:
        """The mean absolute error of a slice, in days, over the invoices of all cuts."""
        return float(self.errors[name].sum()) / max(self.sizes[name], 1)

    def slice_coverage(self, name: str) -> float:
        """The share of a slice's invoices that were paid within their 80 % interval, over all cuts."""
        return self.held[name] / max(self.sizes[name], 1)

    def against(self, other: "Measured", name: str) -> tuple[float, float]:
        """A slice's error over that of another model, and the standard error of that ratio."""
        theirs = float(other.errors[name].sum())
        more = self.errors[name] - other.errors[name]
        return 1.0 + float(more.sum()) / theirs, float(np.sqrt((more**2).sum())) / theirs


Table = dict[str, Measured]


@dataclass(frozen=True, slots=True)
class Asked:
    """The invoices that all models are asked for at one cut, under one protocol."""

    rows: NDArray[np.int64]
    customers: int
    cases: Cases
    truth: Truth
    slices: dict[str, NDArray[np.bool_]]


def run(
    ledgers: tuple[str, ...] = (), threads: int = 1, quick: bool = False, only: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    """Two results per ledger and protocol: the error over that of the reference, for all and for the worst slice."""
    results = []
    for book in books(ledgers):
        tables = measure(book, threads, quick, only)
        for protocol in PROTOCOLS:
            results += judge(f"accuracy {book.file} {protocol}", tables[protocol])
    return results


def measure(book: Ledger, threads: int = 1, quick: bool = False, only: tuple[str, ...] = ()) -> dict[str, Table]:
    """What each model reached, per protocol."""
    whole = read(LEDGERS / book.file)
    rivals = [each for each in RIVALS if wanted(each.name, quick, only) and is_at_hand(each)]
    tables: dict[str, Table] = {protocol: defaultdict(Measured) for protocol in PROTOCOLS}
    for cut in book.cuts[-QUICK_CUTS:] if quick else book.cuts:
        frame = without_cold(whole, to_day(cut))
        asked = questions(frame, book, cut)
        lesson = Lesson.of(History(frame.as_of(to_day(cut))), threads)
        for rival in rivals:
            try:
                with said(f"{book.file} {cut}: {rival.name}"):
                    taught = rival()
                    taught.fit(lesson)
                    guesses = {protocol: taught.guess(question.cases) for protocol, question in asked.items()}
            except Exception as error:  # noqa: BLE001 - another's library; the other rows are worth their minutes
                print(f"{book.file} {cut}: {rival.name} is left out: {error!r}", file=sys.stderr)
                continue
            for protocol, guess in guesses.items():
                note(tables[protocol][rival.name], asked[protocol], guess)
        for name, answers in own_forecasts(frame, book, cut, threads, quick, only):
            for protocol, question in asked.items():
                note(tables[protocol][name], question, read_off(answers[protocol], question.rows))
    return {protocol: _on_all_cuts(table) for protocol, table in tables.items()}


def _on_all_cuts(table: Table) -> Table:
    """Only the rows that have a figure for every cut: the others' means would be of other invoices."""
    cuts = len(table[REFERENCE].figures)
    return {name: measured for name, measured in table.items() if len(measured.figures) == cuts}


def wanted(name: str, quick: bool, only: tuple[str, ...]) -> bool:
    """Whether a row was asked for."""
    return name in only or name == REFERENCE if only else not (quick and name in QUICK_LEAVES_OUT)


def is_at_hand(rival: type[Rival]) -> bool:
    """Whether what a rival needs is installed; says so where it is not."""
    if rival.needs is None or importlib.util.find_spec(rival.needs):
        return True
    print(f"{rival.name} is left out: {rival.needs} is not installed (pip install paypredict[bench])", file=sys.stderr)
    return False


def questions(frame: LedgerFrame, book: Ledger, cut: date) -> dict[str, Asked]:
    """The invoices of a cut per protocol, each as it was known before the day it is forecast from."""
    day = to_day(cut)
    rows = scored_rows(frame, book, day)
    later = rows[frame.issued[rows] > day]
    seen = {"static": np.full(len(rows), day + 1, dtype=np.int32), "rolling": frame.issued[later]}
    known = {"static": History(frame.as_of(day, include_upcoming=True)), "rolling": History(frame)}
    first_issue = np.full(len(frame.customer_id), np.iinfo(np.int32).max)
    np.minimum.at(first_issue, frame.customer, frame.issued)
    found = {}
    for protocol, mine in (("static", rows), ("rolling", later)):
        cases, as_of, amount = (
            build_cases(known[protocol], mine, seen[protocol]),
            seen[protocol] - 1,
            frame.amount[mine],
        )
        found[protocol] = Asked(
            mine,
            len(frame.customer_id),
            cases,
            Truth(paid=frame.paid[mine], due=cases.due, as_of=as_of, amount=amount),
            slices(cases, day, amount, first_issue[frame.customer[mine]] > day, as_of),
        )
    return found


def own_forecasts(
    frame: LedgerFrame, book: Ledger, cut: date, threads: int, quick: bool, only: tuple[str, ...]
) -> Iterator[tuple[str, dict[str, Forecasts]]]:
    """The product's default path, and each backend by itself, whether or not it would be promoted."""
    with said(f"{book.file} {cut}: {OURS}"):
        best = product.train(frame, cut, threads)
        answers = product.forecasts(best, frame, cut)
    print(f"{book.file} {cut}: {best.note}", file=sys.stderr)
    yield OURS, answers
    for slug in product.slugs():
        if not wanted(slug, quick, only):
            continue
        if slug == best.backend:  # fitted alone it would be the same model
            yield slug, answers
            continue
        try:
            with said(f"{book.file} {cut}: {slug}"):
                model = product.train_only(slug, frame, cut, threads)
                found = product.forecasts(model, frame, cut)
        except ValueError as error:  # the rows beside it are worth the minutes that they took
            print(f"{book.file} {cut}: {slug} is left out: {error}", file=sys.stderr)
            continue
        yield slug, found


def read_off(forecasts: Forecasts, rows: NDArray[np.int64]) -> Guess:
    """What the product's forecasts say of these rows. Raises ValueError where one of them was not forecast."""
    order = np.argsort(forecasts.row, kind="stable")
    at = order[np.minimum(np.searchsorted(forecasts.row, rows, sorter=order), len(order) - 1)]
    if (forecasts.row[at] != rows).any():
        raise ValueError(f"{int((forecasts.row[at] != rows).sum())} invoices were not forecast")
    return Guess(
        expected=forecasts.expected[at],
        p_paid_by_due=forecasts.p_paid_by_due[at],
        p_late30=forecasts.p_late30[at],
        p10=forecasts.p10[at],
        p50=forecasts.p50[at],
        p90=forecasts.p90[at],
    )


def note(measured: Measured, asked: Asked, guess: Guess) -> None:
    """Add one cut's figures to what a model reached."""
    measured.figures.append(figures(asked.truth, guess))
    error = np.abs(asked.truth.paid - guess.expected).astype(np.float64)
    held = (asked.truth.paid >= guess.p10) & (asked.truth.paid <= guess.p90)
    for name, mine in asked.slices.items():
        measured.sizes[name] += int(mine.sum())
        measured.held[name] += int(held[mine].sum())
        found = np.bincount(asked.cases.customer[mine], weights=error[mine], minlength=asked.customers)
        measured.errors[name] = measured.errors.get(name, 0.0) + found


def judge(name: str, table: Table) -> list[dict[str, Any]]:
    """The rows that `paypredict bench` prints, with all tables in the first."""
    ours, reference = table[OURS], table[REFERENCE]
    ratios = [mine["mae"] / theirs["mae"] for mine, theirs in zip(ours.figures, reference.figures, strict=True)]
    by_slice = {each: ours.against(reference, each) for each, n in ours.sizes.items() if n >= FEWEST_JUDGED}
    worst = max(by_slice, key=lambda each: by_slice[each][0])
    unit = "mean absolute error over that of the customer median"
    return [
        {
            "name": name,
            "ratio": float(np.mean(ratios)),
            "low": min(ratios),
            "high": max(ratios),
            "goal": 1.0,
            "met": max(ratios) < 1.0,
            "unit": unit,
            "figures": {model: measured.figures for model, measured in table.items()},
            "slices": {
                model: {each: (n, measured.slice_error(each)) for each, n in measured.sizes.items()}
                for model, measured in table.items()
            },
            "markdown": accuracy_table.whole(table, OURS, REFERENCE, by_slice),
        },
        {
            "name": f"{name}, worst slice: {worst}",
            "ratio": by_slice[worst][0],
            "low": min(ratio for ratio, _ in by_slice.values()),
            "high": by_slice[worst][0],
            "goal": f"1.0, or within {CHANCE:.0f} standard errors of it",
            "met": all(ratio <= 1.0 + CHANCE * chance for ratio, chance in by_slice.values()),
            "worse": {each: found for each, found in by_slice.items() if found[0] > 1.0},
            "unit": unit,
        },
    ]


class said:
    """Says on the error stream what is being done, and how long it took."""

    def __init__(self, words: str, clock: Callable[[], float] = time.perf_counter) -> None:
        self.words, self.clock = words, clock

    def __enter__(self) -> None:
        self.began = self.clock()

    def __exit__(self, *_error: object) -> None:
        print(f"{self.words}, {self.clock() - self.began:.1f} s", file=sys.stderr, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledgers", nargs="*", help="file names; all by default")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="the last two cuts, without AutoML")
    parser.add_argument("--only", action="append", default=[], help="only this row beside the default path; repeatable")
    given = parser.parse_args()
    results = run(tuple(given.ledgers), given.threads, given.quick, tuple(given.only))
    print(accuracy_table.document(results))


if __name__ == "__main__":
    main()
