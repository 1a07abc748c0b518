"""Why a forecast is as it is: a backend's contributions, gathered by what they are about and put into sentences."""

from collections.abc import Callable, Mapping

import numpy as np

from hub.forecasting import reason_days
from hub.forecasting.curves import day_of
from hub.forecasting.days import Days, to_date, weekday
from hub.forecasting.history import History
from hub.forecasting.holds import not_on_hold
from hub.forecasting.known_cases import known_cases
from hub.forecasting.promises import PROFILE, mixed, sentence, without_promises
from hub.forecasting.results import Explanation, PaymentReason, Reason
from hub.forecasting.timeline import Rows
from hub.sdk.forecaster import Cases, ForecastBackend

SUBJECTS: Mapping[str, str] = {
    "delay_last3": "recent_delay",
    "delay_last10": "recent_delay",
    "delay_vs_last10": "recent_delay",
    "delay_trend": "recent_delay",
    "late_share": "late_share",
    "late_share_recent": "late_share",
    "delay_p10": "usual_delay",
    "delay_median": "usual_delay",
    "delay_mean": "usual_delay",
    "delay_p90": "usual_delay",
    "delay_vs_median": "usual_delay",
    "own_hazard": "usual_delay",
    "own_hazard_around": "usual_delay",
    "own_paid_before": "usual_delay",
    "own_hazard_known": "familiarity",
    "familiarity": "familiarity",
    "delay_spread": "delay_spread",
    "weekday": "payment_days",
    "due_weekday": "payment_days",
    "weekday_share": "payment_days",
    "monthday": "payment_days",
    "monthday_share": "payment_days",
    "to_month_end": "payment_days",
    "payment_gap": "payment_rhythm",
    "payment_gap_mean": "payment_rhythm",
    "invoices_per_run": "payment_rhythm",
    "since_run": "payment_rhythm",
    "since_run_in_week": "payment_rhythm",
    "run_phase": "payment_rhythm",
    "shut_before": "payment_days",
    "open_overdue_share": "overdue",
    "open_overdue_long_share": "overdue",
    "open_vs_paid": "overdue",
    "amount_log": "amount",
    "amount_vs_usual": "amount",
    "amount_in_spreads": "amount",
    "due_monthday": "payment_days",
    "usual_weekday": "payment_days",
    "usual_after_due": "usual_delay",
    "mean_after_usual": "usual_delay",
    "last10_after_usual": "recent_delay",
    "start_after_due": "age",
    "paid_front": "passed_over",
    "paid_past": "passed_over",
    "electronic": "delivery",
    "electronic_vs_usual": "delivery",
    "paid_part": "part_payment",
    "terms_days": "terms",
    "age": "age",
}
"""What each feature is about; features about the same thing are told once. What is not here is not told."""

FEW_PAYMENTS = 5
"""Of a customer with no more payments than this, it is said what else the forecast leans on."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def explain(fitted: ForecastBackend, history: History, rows: Rows, seen: Days, most: int) -> list[list[Reason]]:
    """Up to `most` reasons for each of the invoices `rows`, the weightiest first."""
    return [[*each.reasons] for each in explain_cases(fitted, known_cases(history, rows, seen), most)]


def explain_cases(fitted: ForecastBackend, cases: Cases, most: int) -> list[Explanation]:
    """Why each case's day of payment is what it is, in up to `most` reasons, the weightiest first.

    That it is on hold comes before all else, and what is promised before the rest.
    """
    promise, cases = cases, without_promises(cases)
    free = not_on_hold(cases)
    explained = _explain_free(fitted, free, most)
    held = cases.start > free.start
    if PROFILE in promise.profiles:
        _tell_promises(fitted, promise, explained, most)
    if held.any():
        mine, same = cases.take(held), free.take(held)
        later = day_of(fitted.predict(mine), mine.start, 0.5) - day_of(fitted.predict(same), same.start, 0.5)
        for row, days in zip(np.flatnonzero(held), later, strict=True):
            words = f"It is disputed, and not expected to be settled before {_on(int(cases.start[row]))}"
            explained[row] = _with_first(explained[row], "dispute", words, float(days), most)
    return explained


def _tell_promises(fitted: ForecastBackend, cases: Cases, explained: list[Explanation], most: int) -> None:
    profile = cases.profiles[PROFILE]
    stands = profile[:, 0] > 0
    if not stands.any():
        return
    mine = cases.take(stands)
    curves = fitted.predict(without_promises(mine))
    nothing = np.zeros(len(mine))
    days = reason_days.expected_day(mine, mixed(curves, mine), nothing) - reason_days.expected_day(
        mine, curves, nothing
    )
    for row, moved in zip(np.flatnonzero(stands), days, strict=True):
        words = sentence(profile[row], _on(int(profile[row, 2])))
        explained[row] = _with_first(explained[row], "promise", words, float(moved), most)


def _on(day: int) -> str:
    return f"{to_date(day):%d %B %Y}".removeprefix("0")


def _with_first(found: Explanation, feature: str, words: str, days: float, most: int) -> Explanation:
    size = max([0.0, *(abs(each.contribution) for each in found.reasons)])
    reason = PaymentReason(feature=feature, contribution=size if days >= 0 else -size, sentence=words, days=days)
    told = found.reasons[: most - 1]
    left_out = sum(each.days for each in found.reasons[most - 1 :])
    return Explanation(days=found.days + days, other_days=found.other_days + left_out, reasons=(reason, *told))


def _explain_free(fitted: ForecastBackend, cases: Cases, most: int) -> list[Explanation]:
    found = fitted.explain(cases)
    in_days = reason_days.in_days(found, cases, fitted.predict(cases))
    subjects = sorted({SUBJECTS[name] for name in found.names if name in SUBJECTS} | {"age", "familiarity"})
    weight, days = np.zeros((len(cases), len(subjects))), np.zeros((len(cases), len(subjects)))
    for name, values, worth in zip(found.names, found.values.T, in_days.T, strict=True):
        if name in SUBJECTS:
            weight[:, subjects.index(SUBJECTS[name])] += values
            days[:, subjects.index(SUBJECTS[name])] += worth
    importance = np.abs(weight)
    # That it is overdue already is what a person has to know first, whatever else counts for more; that it is not
    # comes last.
    age, familiarity = subjects.index("age"), subjects.index("familiarity")
    little_known = cases.profiles["delay"].sum(axis=1) <= FEW_PAYMENTS
    importance[little_known, familiarity] = np.finfo(float).max
    importance[:, age] = np.where(cases.seen - 1 > cases.due, np.inf, importance[:, age] - 1e-9)
    order = np.argsort(-importance, axis=1)[:, :most]
    explained = []
    for row in range(len(cases)):
        told = [at for place, at in enumerate(order[row]) if place == 0 or importance[row, at] > 0]
        whole = float(in_days[row].sum())
        reasons = tuple(
            PaymentReason(
                feature=subjects[at],
                contribution=float(weight[row, at]),
                sentence=SENTENCES[subjects[at]](cases, row, weight[row, at] > 0),
                days=float(days[row, at]),
            )
            for at in told
        )
        explained.append(Explanation(days=whole, other_days=whole - float(days[row, told].sum()), reasons=reasons))
    return explained


def _against_due(days: float) -> str:
    whole = round(float(days))
    if whole == 0:
        return "on the due date"
    return f"{abs(whole)} day{'s' if abs(whole) > 1 else ''} {'after' if whole > 0 else 'before'} due"


def _usual_delay(cases: Cases, row: int, _later: bool) -> str:
    delay = _against_due(cases.column("delay_median")[row])
    if cases.profiles["delay"][row].sum() == 0:
        return f"No payment of this customer is known; others usually pay {delay}"
    return f"This customer usually pays {delay}"


def _recent_delay(cases: Cases, row: int, _later: bool) -> str:
    return f"Its latest payments came {_against_due(cases.column('delay_last3')[row])} on average"


def _late_share(cases: Cases, row: int, _later: bool) -> str:
    return f"{cases.column('late_share_recent')[row]:.0%} of its latest payments were late"


def _delay_spread(cases: Cases, row: int, _later: bool) -> str:
    return f"Its payments vary by about {cases.column('delay_spread')[row]:.0f} days"


def _payment_days(cases: Cases, row: int, later: bool) -> str:
    weekdays = cases.profiles["weekday"][row]
    if weekdays.sum() < 5:
        return "The due date falls on a day on which " + ("few" if later else "many") + " payments come in"
    usual, due = _WEEKDAYS[int(weekdays.argmax())], _WEEKDAYS[int(weekday(cases.due)[row])]
    return f"It pays mostly on {usual}s, and this is due on a {due}"


def _payment_rhythm(cases: Cases, row: int, _later: bool) -> str:
    gap, mean = cases.column("payment_gap")[row], cases.column("payment_gap_mean")[row]
    if np.isnan(mean):
        return "No rhythm of payments is known of this customer yet"
    return f"It pays about every {max(mean, 1):.0f} days; the last payment was {gap:.0f} days ago"


def _overdue(cases: Cases, row: int, later: bool) -> str:
    share = cases.column("open_overdue_share")[row]
    if share < 0.05:
        return "None of its open invoices is overdue"
    return f"About {min(share, 1.0):.0%} of its open invoices are overdue"


def _familiarity(cases: Cases, row: int, _later: bool) -> str:
    payments = int(cases.profiles["delay"][row].sum())
    if payments == 0:
        return "This customer has paid nothing so far: the forecast leans on customers like it"
    if payments <= FEW_PAYMENTS:
        counted = "only one invoice" if payments == 1 else f"only {payments} invoices"
        return f"This customer has paid {counted} so far: the forecast leans on customers like it"
    return f"{payments:,} payments of this customer are known"


def _passed_over(cases: Cases, row: int, _later: bool) -> str:
    days = cases.column("paid_past")[row]
    if days >= 1:
        return f"This customer has already paid invoices due up to {days:.0f} days later"
    return "This customer pays its invoices in the order in which they are due"


def _part_payment(cases: Cases, row: int, _later: bool) -> str:
    part = cases.column("paid_part")[row]
    return f"{part:.0%} of it has been paid already" if part > 0 else "Nothing of it has been paid so far"


def _delivery(cases: Cases, row: int, _later: bool) -> str:
    sent = cases.column("electronic")[row]
    if np.isnan(sent):
        return "It is not known whether it was sent on paper"
    return "It was sent without paper" if sent else "It was sent on paper"


def _amount(cases: Cases, row: int, _later: bool) -> str:
    ratio = np.exp(cases.column("amount_vs_usual")[row])
    if np.isnan(ratio):
        return "The amount, as no usual one is known of this customer"
    if 0.8 <= ratio <= 1.25:
        return "The amount is usual for this customer"
    return (
        f"The amount is {ratio:.1f} times what this customer usually pays"
        if ratio > 1
        else (f"The amount is only {ratio:.0%} of what this customer usually pays")
    )


def _age(cases: Cases, row: int, _later: bool) -> str:
    late = int(cases.seen[row] - 1 - cases.due[row])
    if late > 0:
        return f"It is {late} day{'s' if late > 1 else ''} overdue already"
    return f"It was issued {int(cases.seen[row] - 1 - cases.issued[row])} days ago"


def _terms(cases: Cases, row: int, _later: bool) -> str:
    return f"It has {cases.column('terms_days')[row]:.0f} days to pay"


SENTENCES: Mapping[str, Callable[[Cases, int, bool], str]] = {
    "usual_delay": _usual_delay,
    "recent_delay": _recent_delay,
    "late_share": _late_share,
    "delay_spread": _delay_spread,
    "payment_days": _payment_days,
    "payment_rhythm": _payment_rhythm,
    "overdue": _overdue,
    "familiarity": _familiarity,
    "passed_over": _passed_over,
    "delivery": _delivery,
    "part_payment": _part_payment,
    "amount": _amount,
    "terms": _terms,
    "age": _age,
}
