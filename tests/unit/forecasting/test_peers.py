"""What a customer with little history leans on: its branches, its like, and no single large customer."""

from dataclasses import replace

import numpy as np

from hub.forecasting.curves import paid_by
from hub.forecasting.days import NEVER
from hub.forecasting.features import build_cases
from hub.forecasting.frame import LedgerFrame
from hub.forecasting.history import History
from hub.forecasting.record import digest
from hub.forecasting.samples import MOST_HIDDEN, fresh_sample, training_sample
from hub.sdk.forecaster import DELAYS, Cases
from hub.sdk.habit import delay_shares, habit_curves, habit_paid_by
from tests.unit.forecasting.forecast_ledgers import FIRST_DAY, made_up_ledger

TODAY = FIRST_DAY + 400


def ledger(invoices: list[tuple[str, int]], *, terms: tuple[str, ...] = ()) -> LedgerFrame:
    """Invoices of customers by name, each due on day 30 and paid so many days later; NEVER is open."""
    names = list(dict.fromkeys(name for name, _ in invoices))
    delay = np.array([days for _, days in invoices])
    settled = np.flatnonzero(delay < NEVER)
    return LedgerFrame.from_columns(
        day=NEVER,
        invoice_id=[f"I{at}" for at in range(len(invoices))],
        number=[str(at) for at in range(len(invoices))],
        customer=[names.index(name) for name, _ in invoices],
        customer_id=[f"C{at}" for at in range(len(names))],
        customer_name=names,
        currency=["EUR"] * len(invoices),
        issued=[FIRST_DAY] * len(invoices),
        due=[FIRST_DAY + 30] * len(invoices),
        amount=[100.0] * len(invoices),
        status=["open"] * len(invoices),
        terms=terms or [""] * len(invoices),
        disputed=[False] * len(invoices),
        settled_row=settled,
        settled_kind=["payment"] * len(settled),
        settled_amount=[100.0] * len(settled),
        applied=FIRST_DAY + 30 + delay[settled],
        reversed_=[NEVER] * len(settled),
    )


def last_case(frame: LedgerFrame, *, hidden: bool = False) -> Cases:
    """The last invoice of the ledger as known today."""
    rows, seen = np.array([len(frame) - 1]), np.array([TODAY], dtype=np.int32)
    return build_cases(History(frame), rows, seen, np.array([hidden]) if hidden else None)


def test_a_new_branch_leans_on_the_branches_of_its_firm():
    others = [(f"Firm{at} Ltd", 0) for at in range(40) for _ in range(5)]
    branches = [(f"Alder {town}", 20) for town in ("North", "South") for _ in range(15)]
    branch = last_case(ledger([*others, *branches, ("Alder West", NEVER)]))
    stranger = last_case(ledger([*others, *branches, ("Birch West", NEVER)]))
    assert branch.column("delay_median")[0] == 20
    assert stranger.column("delay_median")[0] == 0
    assert branch.column("familiarity")[0] == stranger.column("familiarity")[0] == 0


def test_a_branch_that_comes_later_changes_nothing():
    paid = [(f"Firm{at} Ltd", at % 9) for at in range(40)] + [("Alder North", at) for at in range(8)]
    alone = ledger([*paid, ("Alder North", NEVER)])
    joined = ledger([*paid, ("Alder North", NEVER), ("Alder South", NEVER)])
    rows, seen = np.arange(len(alone)), np.full(len(alone), TODAY, dtype=np.int32)
    before, after = (build_cases(History(frame), rows, seen) for frame in (alone, joined))
    np.testing.assert_array_equal(before.values, after.values)
    np.testing.assert_array_equal(before.profiles["segment"], after.profiles["segment"])


def test_a_word_of_two_letters_makes_no_firm():
    others = [(f"Firm{at} Ltd", 0) for at in range(40) for _ in range(5)]
    branches = [(f"US {town}", 20) for town in ("North", "South") for _ in range(15)]
    assert last_case(ledger([*others, *branches, ("US West", NEVER)])).column("delay_median")[0] == 0


def test_the_wording_of_the_terms_tells_customers_apart():
    slow, quick = [(f"Slow{at} Ltd", 20) for at in range(60)], [(f"Quick{at} Ltd", 0) for at in range(60)]
    terms = ("two installments",) * 60 + ("net",) * 60
    invoices = [*slow, *quick, ("Newcomer", NEVER)]
    as_slow = last_case(ledger(invoices, terms=(*terms, " Two Installments")))
    as_quick = last_case(ledger(invoices, terms=(*terms, "net")))
    assert as_slow.column("delay_mean")[0] > as_quick.column("delay_mean")[0] + 3


def test_one_large_customer_does_not_rule_what_new_ones_are_told():
    large, small = [("Huge Corporation", 40)] * 2000, [(f"Small{at} Ltd", 0) for at in range(60) for _ in range(10)]
    case = last_case(ledger([*large, *small, ("Newcomer", NEVER)]))
    assert case.column("delay_median")[0] == 0
    assert case.column("late_share")[0] < 0.3


def test_a_hidden_customer_is_no_peer_of_itself():
    invoices = [(f"Alder {at % 6}", at % 9) for at in range(200)]
    mine = [("Alder itself", 60)] * 30
    hidden = last_case(ledger([*invoices, *mine, ("Alder itself", NEVER)]), hidden=True)
    never_paid = last_case(ledger([*invoices, ("Alder itself", NEVER)]))
    for name in ("delay_mean", "delay_median", "delay_p90", "delay_spread", "late_share", "familiarity"):
        np.testing.assert_array_equal(hidden.column(name), never_paid.column(name), err_msg=name)
    np.testing.assert_array_equal(hidden.profiles["segment"], never_paid.profiles["segment"])


def test_some_of_what_is_learnt_from_is_shown_again_as_of_new_customers():
    history = History(made_up_ledger().as_of(FIRST_DAY + 290))
    sample, fresh = training_sample(history), fresh_sample(history)
    payments = sample.cases.profiles["delay"].sum(axis=1)
    seen_from: dict[tuple[int, int], list[float]] = {}
    for row, day, known in zip(sample.rows, sample.cases.seen, payments, strict=True):
        seen_from.setdefault((int(row), int(day)), []).append(float(known))
    again = [known for known in seen_from.values() if len(known) > 1 and known[0] > 0]
    assert 0.8 * MOST_HIDDEN < len(again) / len(seen_from) < 1.1 * MOST_HIDDEN
    assert all(known[-1] == 0 for known in again)
    assert set(sample.rows) == set(fresh.rows)


def test_the_record_of_what_was_learnt_from_covers_the_names():
    frame = made_up_ledger()
    renamed = frame.customer_name.copy()
    renamed[3] = "Alder 3"
    assert digest(frame) != digest(replace(frame, customer_name=renamed))


def test_a_habit_reads_the_same_day_by_day_as_off_its_curve():
    history = History(made_up_ledger())
    rng = np.random.default_rng(3)
    rows = rng.integers(0, len(history.frame), 300)
    seen = (history.frame.issued[rows] + rng.integers(-60, 150, len(rows))).astype(np.int32)
    cases = build_cases(history, rows, seen)
    sample = training_sample(history)
    ledger_shares = delay_shares(sample.cases, sample.observed)
    assert len(ledger_shares) == len(DELAYS)
    days = (cases.due[:, None] + np.sort(rng.integers(-80, 500, (len(rows), 40)), axis=1)).astype(np.int32)
    curves = habit_curves(cases, ledger_shares)
    off_the_curve = np.stack([paid_by(curves, cases.start, days[:, at]) for at in range(days.shape[1])], axis=1)
    read = habit_paid_by(cases, ledger_shares, days)
    np.testing.assert_allclose(read, off_the_curve, atol=1e-6)
    assert (read[days < cases.start[:, None]] == 0).all()
    assert (np.diff(read, axis=1) >= -1e-9).all()
