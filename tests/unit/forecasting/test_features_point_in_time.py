"""The kernel against a slow oracle that loops over what was known, and against a changed future."""

from dataclasses import replace

import numpy as np
import pytest

from hub.forecasting.days import to_date
from hub.forecasting.features import NAMES, SHRINK, build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History, delay_bin
from hub.forecasting.peers import FULL_PAYMENTS, LEVEL_WEIGHTS, SCALE
from hub.forecasting.prior import prior, terms_bucket
from hub.forecasting.settlement import Settlements
from hub.sdk.forecaster import DELAYS
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger


@pytest.fixture(scope="module")
def frame() -> LedgerFrame:
    made_up = made_up_ledger()
    names = [f"{('Alder', 'Birch', 'Cedar', f'Lone{at}')[at % 4]} {at}" for at in range(len(made_up.customer_id))]
    terms = np.where(np.arange(len(made_up)) % 3 == 0, "Net", "Net, by transfer").astype(object)
    return replace(made_up, customer_name=np.array(names, dtype=object), terms=terms)


def test_equal_to_a_slow_oracle(frame: LedgerFrame):
    rng = np.random.default_rng(1)
    rows = rng.integers(0, len(frame), 2000)
    seen = (frame.issued[rows] + rng.integers(-60, 40, len(rows))).astype(np.int32)
    cases = build_cases(History(frame), rows, seen)
    for case, (row, day) in enumerate(zip(rows, seen, strict=True)):
        for name, expected in slow_features(frame, row, day).items():
            found = cases.profiles["delay"][case] if name == "delay" else cases.column(name)[case]
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4, err_msg=f"{name} of case {case}")


def slow_features(frame: LedgerFrame, row: int, day: int) -> dict[str, object]:
    """What one invoice's features should be, from the definition."""
    mine = frame.customer == frame.customer[row]
    paid = frame.paid
    known = paid < day
    own = np.flatnonzero(mine & known)
    delay = np.clip(paid[own] - frame.due[own], -60, 120).astype(float)
    like = known & (frame.currency == frame.currency[row])
    like &= frame.country[frame.customer] == frame.country[frame.customer[row]]
    like &= terms_bucket(frame.due - frame.issued) == terms_bucket(frame.due - frame.issued)[row]
    segment_mean, segment_late = slow_shrinkage(frame, row, known, like)
    mean = (delay.sum() + SHRINK * segment_mean) / (len(own) + SHRINK)
    late_share = ((delay > 0).sum() + SHRINK * segment_late) / (len(own) + SHRINK)
    runs = sorted(set(paid[own].tolist()))
    opened = (mine & (frame.issued < day) & (frame.closed >= day)).sum()
    overdue = (mine & (frame.issued < day) & (frame.closed >= day) & (frame.due < day)).sum()
    long_overdue = (mine & (frame.issued < day) & (frame.closed >= day) & (frame.due + 14 < day)).sum()
    recent = runs[-7:]
    parts = frame.settlements
    usual = np.log1p(frame.amount[own]).mean() if len(own) else np.nan
    spread = max(np.log1p(frame.amount[own]).std(), 0.1) if len(own) > 2 else np.nan
    latest = own[np.lexsort((own, paid[own]))][-5:]
    sent = frame.electronic[own][~np.isnan(frame.electronic[own])]
    return {
        "terms_days": frame.due[row] - frame.issued[row],
        "familiarity": len(own) / (len(own) + 10),
        "delay_mean": mean,
        "late_share": late_share,
        "payment_gap": min(day - runs[-1], 90) if runs else np.nan,
        "payment_gap_mean": min((recent[-1] - recent[0]) / (len(recent) - 1), 90) if len(recent) > 1 else np.nan,
        "invoices_per_run": np.log1p(len(own) / len(runs)) if runs else np.nan,
        "amount_vs_usual": np.log1p(frame.amount[row]) - usual,
        "amount_in_spreads": (np.log1p(frame.amount[row]) - usual) / spread,
        "due_monthday": to_date(frame.due[row]).day - 1,
        "paid_front": np.clip(frame.due[latest].mean() - frame.due[row], -60, 60) if len(own) else np.nan,
        "paid_past": np.clip(frame.due[own].max() - frame.due[row], -60, 60) if len(own) else np.nan,
        "paid_part": np.clip(parts.amount[(parts.row == row) & (parts.day < day)].sum() / frame.amount[row], 0, 1),
        "electronic": frame.electronic[row],
        "electronic_vs_usual": frame.electronic[row] - (sent.sum() + 0.4) / (len(sent) + 1),
        "open_overdue_share": (overdue + 0.5 * late_share) / (opened + 0.5),
        "open_overdue_long_share": long_overdue / (opened + 1),
        "open_vs_paid": np.log1p(opened) - np.log1p(len(own)),
        "horizon": max(frame.issued[row] - day, 0),
        "delay": np.bincount(delay_bin((paid - frame.due)[own]), minlength=len(DELAYS)),
    }


def slow_shrinkage(frame: LedgerFrame, row: int, known: np.ndarray, like: np.ndarray) -> tuple[float, float]:
    """Mean delay and late share of a case's peers, each level leaning on the wider one, and that on the prior."""
    _, _, prior_means = prior()
    mean, _, late = prior_means[terms_bucket(frame.due - frame.issued)[row]]
    word = np.array([str(name).split()[0] for name in frame.customer_name])[frame.customer]
    others = (word == word[row]) & (frame.customer != frame.customer[row]) & known
    same_name = (word == word[row]) if others.any() else np.zeros(len(frame), dtype=bool)
    levels = (known, like, like & (frame.terms == frame.terms[row]), known & same_name)
    place = np.empty(len(frame))
    for one in np.unique(frame.customer):
        paid = np.flatnonzero((frame.customer == one) & known)
        place[paid[np.argsort(frame.paid[paid], kind="stable")]] = np.arange(1, len(paid) + 1)
    for rows, weight in zip(levels, LEVEL_WEIGHTS, strict=True):
        delay = np.clip((frame.paid - frame.due)[rows], -60, 120).astype(float)
        counts = np.rint(SCALE * np.minimum(1.0, FULL_PAYMENTS / place[rows])) / SCALE
        mean = ((counts * delay).sum() + weight * mean) / (counts.sum() + weight)
        late = ((counts * (delay > 0)).sum() + weight * late) / (counts.sum() + weight)
    return mean, late


def test_nothing_after_the_day_can_enter(frame: LedgerFrame):
    day = FIRST_DAY + 200
    rng = np.random.default_rng(2)
    parts = frame.settlements
    after = parts.day >= day
    changed_day = np.where(after, day + rng.integers(0, 500, len(parts)), parts.day).astype(np.int32)
    other_future = replace(frame, settlements=Settlements(parts.row, changed_day, parts.amount, parts.means))
    without_future = replace(frame, settlements=parts.take(~after))
    rows = np.flatnonzero(frame.issued < day + 60)
    seen = np.full(len(rows), day, dtype=np.int32)
    as_known = build_cases(History(frame), rows, seen)
    for other in (other_future, without_future, frame.as_of(day - 1, include_upcoming=True)):
        cases = build_cases(History(other), rows, seen)
        np.testing.assert_array_equal(cases.values, as_known.values)
        for name, profile in as_known.profiles.items():
            np.testing.assert_array_equal(cases.profiles[name], profile)


def test_hidden_customers_look_new(frame: LedgerFrame):
    rows = np.array([len(frame) - 1, len(frame) - 1])
    seen = np.repeat(np.int32(FIRST_DAY + 250), 2)
    cases = build_cases(History(frame), rows, seen, np.array([False, True]))
    assert cases.column("familiarity")[0] > 0.5
    assert cases.column("familiarity")[1] == 0
    assert np.isnan(cases.column("payment_gap")[1])
    assert cases.profiles["delay"][1].sum() == 0
    assert cases.customer[0] == cases.customer[1]


def test_a_ledger_without_payments_has_features():
    frame = made_up_ledger(days=40).as_of(FIRST_DAY + 5)
    cases = build_cases(History(frame), np.arange(len(frame)), np.full(len(frame), FIRST_DAY + 6, dtype=np.int32))
    assert cases.values.shape == (len(frame), len(NAMES))
    assert not np.isnan(cases.column("delay_median")).any()
