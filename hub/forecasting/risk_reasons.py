"""Why a customer's risk is as it is: the model's contributions, gathered by subject and put into sentences."""

from collections.abc import Callable, Mapping

import numpy as np

from hub.forecasting.results import Reason
from hub.sdk.risk import RiskBackend, Snapshots

CHUNK = 500

SUBJECTS: Mapping[str, str] = {
    "delay_median": "usual_delay",
    "delay_p90": "usual_delay",
    "delay_mean": "usual_delay",
    "delay_spread": "delay_spread",
    "delay_last3": "recent_delay",
    "delay_last10": "recent_delay",
    "delay_trend": "recent_delay",
    "late_share": "late_share",
    "late_share_recent": "late_share",
    "payment_gap": "payment_rhythm",
    "payment_gap_mean": "payment_rhythm",
    "invoices_per_run": "payment_rhythm",
    "open_overdue_share": "overdue",
    "open_overdue_long_share": "overdue",
    "overdue_amount_share": "overdue",
    "overdue_weighted_days": "oldest",
    "late30_amount_share": "oldest",
    "oldest_overdue": "oldest",
    "due_soon_share": "open_book",
    "open_count_log": "open_book",
    "largest_share": "open_book",
    "open_vs_usual": "open_vs_usual",
    "partial_share": "partial",
    "billing_gap": "billing",
    "own_late30_share": "late_before",
    "own_late60_share": "late_before",
    "worst_delay_180": "worst",
    "familiarity": "familiarity",
    "terms_days": "terms",
    "credit_score": "credit_score",
    "credit_limit_use": "credit_limit",
    "industry_late_share": "industry",
}
"""What each feature is about; features about the same thing are told once."""


def explain_risk(fitted: RiskBackend, snapshots: Snapshots, most: int = 4) -> list[list[Reason]]:
    """Up to `most` reasons for each snapshot, the weightiest first; positive contributions make it likelier."""
    found: list[list[Reason]] = []
    for begin in range(0, len(snapshots), CHUNK):
        chosen = np.zeros(len(snapshots), dtype=bool)
        chosen[begin : begin + CHUNK] = True
        found += _explain(fitted, snapshots.take(chosen), most)
    return found


def _explain(fitted: RiskBackend, snapshots: Snapshots, most: int) -> list[list[Reason]]:
    added = fitted.explain(snapshots)
    subjects = sorted({SUBJECTS[name] for name in added.names if name in SUBJECTS})
    weight = np.zeros((len(snapshots), len(subjects)))
    for name, values in zip(added.names, added.values.T, strict=True):
        if name in SUBJECTS:
            weight[:, subjects.index(SUBJECTS[name])] += values
    order = np.argsort(-np.abs(weight), axis=1, kind="stable")[:, :most]
    return [
        [
            Reason(
                feature=subjects[at],
                contribution=float(weight[row, at]),
                sentence=SENTENCES[subjects[at]](lambda name, row=row: float(snapshots.column(name)[row])),  # type: ignore[misc]
            )
            for at in order[row]
            if weight[row, at] != 0
        ]
        for row in range(len(snapshots))
    ]


Value = Callable[[str], float]


def _against_due(days: float) -> str:
    whole = round(days)
    if whole == 0:
        return "on the due date"
    return f"{abs(whole)} day{'s' if abs(whole) > 1 else ''} {'after' if whole > 0 else 'before'} due"


def _usual_delay(value: Value) -> str:
    if value("familiarity") == 0:
        return f"No payment of this customer is known; others usually pay {_against_due(value('delay_median'))}"
    usual, late = _against_due(value("delay_median")), _against_due(value("delay_p90"))
    return f"It usually pays {usual}, and one time in ten later than {late}"


def _recent_delay(value: Value) -> str:
    trend = value("delay_trend")
    word = ", slower than before" if trend > 2 else ", faster than before" if trend < -2 else ""
    return f"Its latest payments came {_against_due(value('delay_last3'))} on average{word}"


def _overdue(value: Value) -> str:
    share = value("overdue_amount_share")
    return "Nothing it owes is overdue" if share <= 0 else f"{share:.0%} of what it owes is overdue"


def _oldest(value: Value) -> str:
    days = value("oldest_overdue")
    if days <= 0:
        return "No invoice is overdue"
    return f"Its oldest open invoice is {days:.0f} day{'s' if days > 1 else ''} overdue"


def _open_book(value: Value) -> str:
    count = round(np.expm1(value("open_count_log")))
    if count == 0:
        return "It has no open invoice"
    return f"{count} invoice{'s are' if count > 1 else ' is'} open, the largest {value('largest_share'):.0%} of the sum"


def _open_vs_usual(value: Value) -> str:
    return f"It owes {np.exp(value('open_vs_usual')):.1f} times what it is usually billed in a month"


def _payment_rhythm(value: Value) -> str:
    gap, mean = value("payment_gap"), value("payment_gap_mean")
    if np.isnan(gap):
        return "It has not paid yet"
    if np.isnan(mean):
        return f"Its only payment day was {gap:.0f} days ago"
    return f"It pays about every {max(mean, 1):.0f} days; the last payment was {gap:.0f} days ago"


def _familiarity(value: Value) -> str:
    share = min(value("familiarity"), 0.9999)  # payments / (payments + 10)
    return (
        "No payment of it is known" if share <= 0 else f"About {round(10 * share / (1 - share)):,} payments are known"
    )


def _or_unknown(name: str, sentence: Callable[[float], str], unknown: str) -> Callable[[Value], str]:
    def tell(value: Value) -> str:
        found = value(name)
        return unknown if np.isnan(found) else sentence(found)

    return tell


SENTENCES: Mapping[str, Callable[[Value], str]] = {
    "usual_delay": _usual_delay,
    "recent_delay": _recent_delay,
    "delay_spread": lambda value: f"Its payments vary by about {value('delay_spread'):.0f} days",
    "late_share": lambda value: f"{value('late_share_recent'):.0%} of its latest payments were late",
    "payment_rhythm": _payment_rhythm,
    "overdue": _overdue,
    "oldest": _oldest,
    "open_book": _open_book,
    "open_vs_usual": _open_vs_usual,
    "partial": lambda value: (
        "No open invoice is paid in part"
        if value("partial_share") <= 0
        else f"{value('partial_share'):.0%} of its open invoices are paid in part"
    ),
    "billing": lambda value: f"It was last billed {value('billing_gap'):.0f} days ago",
    "late_before": lambda value: f"About {value('own_late30_share'):.0%} of its invoices so far went over 30 days late",
    "worst": lambda value: (
        "Nothing was late in the last half year"
        if value("worst_delay_180") <= 0
        else f"Its worst delay in the last half year was {value('worst_delay_180'):.0f} days"
    ),
    "familiarity": _familiarity,
    "terms": _or_unknown(
        "terms_days", lambda days: f"It has {days:.0f} days to pay on average", "Its terms are unknown"
    ),
    "credit_score": _or_unknown(
        "credit_score", lambda score: f"Its credit score is {score:.0f}", "No credit score of it is known"
    ),
    "credit_limit": _or_unknown(
        "credit_limit_use", lambda share: f"It uses {share:.0%} of its credit limit", "It has no known credit limit"
    ),
    "industry": _or_unknown(
        "industry_late_share",
        lambda share: f"{share:.0%} of its industry's invoices went over 30 days late",
        "Its industry is unknown",
    ),
}
