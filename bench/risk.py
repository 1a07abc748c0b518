"""How well customers' risk is known on real ledgers, beside counting customers alike and the worst invoice's forecast.

    python -m bench.risk [LEDGER ...]

Days are cut from the middle of each ledger; what happened later is hidden, and scored where it is known by the end.
The question is that of hub/sdk/risk.py: does a material part of what falls due in 30 days go 30, 60, 90 days late?
"Not late yet" are the customers with less than a tenth of their debt over 30 days overdue then: of them it is news.
"""

import argparse
from collections.abc import Mapping
from datetime import date, timedelta
from statistics import fmean, stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.real_ledgers import LEDGERS, Ledger, books, read
from hub import registry
from hub.forecasting import engine
from hub.forecasting.days import to_day
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.risk_fates import find_fates
from hub.forecasting.risk_model import RiskScores, learnable, score_risk, train_risk
from hub.forecasting.risk_snapshots import take_snapshots
from hub.sdk.risk import LATE_DAYS, MATERIAL, Probabilities, Snapshots

APART = timedelta(days=15)
LATE30 = (date(2019, 5, 15), date(2019, 9, 30))
"""From the first day with enough past to the last with an answer to 30 days (60 days before the ledger ends)."""
DAYS: Mapping[str, tuple[date, date]] = {
    "ar_highradius.csv": LATE30,
    "ar_ibm.csv": (date(2012, 10, 31), date(2013, 4, 30)),
}
MODELS = ("counting customers alike", "worst invoice", "xgboost_risk", "random_forest_risk", "PayPredict")
GROUPS = ("all", "not late yet")


def run(ledgers: tuple[str, ...] = (), threads: int = 1) -> list[dict[str, Any]]:
    """One result per ledger: the Brier score of the product's choice over that of counting, and all figures."""
    results = []
    for book in books(ledgers):
        scores = measure(book, threads)
        ours, theirs = (scores[model, "all", 0] for model in ("PayPredict", MODELS[0]))
        ratios = [a.brier / b.brier for a, b in zip(ours, theirs, strict=True) if a.brier and b.brier]
        results.append(
            {
                "name": f"risk {book.file}",
                "ratio": fmean(ratios),
                "low": min(ratios),
                "high": max(ratios),
                "goal": 1.0,
                "met": fmean(ratios) <= 1.0,
                "unit": "Brier score over that of counting customers alike",
                "figures": {_name(*key): _means(each) for key, each in scores.items()},
            }
        )
    return results


def measure(book: Ledger, threads: int = 1) -> dict[tuple[str, str, int], list[RiskScores]]:
    """Scores by model, group and term (its position in LATE_DAYS), one per day."""
    plugins = registry.load()
    learnt = {slug: plugins.load(slug) for slug in ("xgboost_risk", "random_forest_risk")}
    counting = plugins.load("naive_risk")
    whole = read(LEDGERS / book.file).as_of(to_day(book.ends))
    found: dict[tuple[str, str, int], list[RiskScores]] = {}
    first, last = DAYS[book.file]
    while first <= last:
        day = to_day(first)
        asked = take_snapshots(whole, day)
        fates = find_fates(whole, day, asked.customer)
        known = whole.as_of(day)
        events = int((learnable(known)[1].late[:, 0] == 1).sum())
        said: dict[str, Probabilities] = {
            MODELS[0]: train_risk(known, first, (), counting).predict(asked),
            MODELS[1]: _worst_invoice(whole, first, asked, threads),
            "PayPredict": train_risk(known, first, tuple(learnt.values()), counting).predict(asked),
        }
        for slug, backend in learnt.items():
            if events >= backend.min_events:
                said[slug] = _always(known, first, backend, counting).predict(asked)
        groups = {
            "all": np.ones(len(asked), dtype=bool),
            "not late yet": asked.column("late30_amount_share") < MATERIAL,
        }
        for model, p in said.items():
            for group, mine in groups.items():
                for term in range(p.shape[1]):
                    answered = mine & (fates.late[:, term] >= 0)
                    scores = score_risk(p[answered, term], fates.late[answered, term])
                    found.setdefault((model, group, term), []).append(scores)
        first += APART
    return found


def _always(known: LedgerFrame, day: date, backend: Any, counting: Any) -> Any:
    """A model of this backend, whether or not it beats counting."""
    return train_risk(known, day, (backend,), counting, insist=True)


def _worst_invoice(whole: LedgerFrame, day: date, asked: Snapshots, threads: int) -> Probabilities:
    """The highest probability of going 30 days late among the customer's open invoices, by the hazard model."""
    plugins = registry.load()
    backend, fallback = plugins.load("xgboost_hazard"), plugins.load("naive")
    model = engine.train(whole.as_of(to_day(day)), day, backend, fallback, threads=threads)
    forecasts = engine.forecast(model, whole, day)
    worst = np.zeros(len(whole.customer_id))
    np.maximum.at(worst, whole.customer[forecasts.row], forecasts.p_late30)
    p: NDArray[np.float64] = worst[asked.customer]
    return p[:, None]


def _means(scores: list[RiskScores]) -> dict[str, float | None]:
    """Means over the days, and the spread of the AUC; days without an event say nothing of it."""
    figures: dict[str, float | None] = {
        "days": len(scores),
        "n": sum(each.n for each in scores),
        "events": sum(each.events for each in scores),
    }
    for name in ("auc", "brier", "ece"):
        values = [value for each in scores if (value := getattr(each, name)) is not None]
        figures[name] = fmean(values) if values else None
        figures[f"{name}_spread"] = stdev(values) if len(values) > 1 else None
    return figures


def _name(model: str, group: str, term: int) -> str:
    return f"{model}, {group}, {LATE_DAYS[term]} days"


def table(results: list[dict[str, Any]]) -> str:
    """The results as Markdown, as they stand in docs/risk.md."""
    lines: list[str] = []
    for result in results:
        lines += [f"**{result['name'].removeprefix('risk ')}**", ""]
        lines += [
            "| late by | customers | model | days | n | late | AUC | Brier | ECE |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for term, days in enumerate(LATE_DAYS):
            for group in GROUPS:
                for model in MODELS:
                    if (figures := result["figures"].get(_name(model, group, term))) and figures["n"]:
                        lines.append(f"| {days} d | {group} | {model} | {_cells(figures)} |")
        lines.append("")
    return "\n".join(lines)


def _cells(figures: Mapping[str, Any]) -> str:
    def shown(name: str, digits: int) -> str:
        value, spread = figures[name], figures[f"{name}_spread"]
        if value is None:
            return "–"
        return f"{value:.{digits}f}" + ("" if spread is None else f" ± {spread:.{digits}f}")

    counts = " | ".join(f"{figures[name]:,}" for name in ("days", "n", "events"))
    return f"{counts} | {shown('auc', 3)} | {shown('brier', 4)} | {shown('ece', 3)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ledgers", nargs="*", help="file names; all by default")
    print(table(run(tuple(parser.parse_args().ledgers))))


if __name__ == "__main__":
    main()
