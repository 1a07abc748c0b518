"""Whom to contact and how: the table of cases is the specification."""

from dataclasses import replace

import pytest

from hub.forecasting.risk_contact import (
    BROKEN_COUNTS,
    CONTACT_SAVES,
    NEXT_STEPS,
    SEGMENTS,
    Standing,
    next_step,
    segment,
    value,
)

LATE_PAYER = Standing(
    p_late30=0.2,
    p_late60=0.1,
    p_late90=0.05,
    level="low",
    payments=20,
    open=1000.0,
    free=1000.0,
    overdue=600.0,
    overdue_invoices=1,
    oldest=5,
    late_by=9,
    delayed=300.0,
    disputed=0.0,
    covered=0.0,
)


@pytest.mark.parametrize(
    ("changes", "kind", "step"),
    [
        ({}, "late_payer", "email"),
        ({"oldest": 8}, "late_payer", "call"),
        ({"level": "medium"}, "late_payer", "call"),
        ({"overdue_invoices": 5}, "late_payer", "statement"),
        ({"oldest": 31}, "late_payer", "ask_for_promise"),
        ({"level": "high"}, "late_payer", "ask_for_promise"),
        ({"overdue": 0.0, "oldest": 0}, "late_payer", "email"),  # not yet due, but expected late
        ({"overdue": 0.0, "oldest": 0, "late_by": 3}, "on_time", "do_nothing"),
        ({"overdue": 0.0, "oldest": 0, "late_by": 3, "level": "medium"}, "on_time", "do_nothing"),
        ({"overdue": 0.0, "oldest": 0, "late_by": 0, "level": "high"}, "late_payer", "email"),
        ({"payments": 2}, "new", "email"),
        ({"p_late60": 0.3}, "slow_payer", "email"),
        ({"oldest": 61}, "slow_payer", "ask_for_promise"),
        ({"p_late90": 0.5}, "non_payer", "escalate"),
        ({"oldest": 121}, "non_payer", "escalate"),
        ({"free": 0.0, "overdue": 0.0, "oldest": 0, "delayed": 0.0, "disputed": 1000.0}, "late_payer", "check_dispute"),
        ({"free": 0.0, "overdue": 0.0, "oldest": 0, "delayed": 0.0, "covered": 1000.0}, "late_payer", "do_nothing"),
        ({"free": 0.0, "overdue": 0.0, "oldest": 0, "delayed": 0.0, "promised": 1000.0}, "late_payer", "do_nothing"),
        ({"broken": 1}, "late_payer", "call"),
        ({"broken": 2, "oldest": 31, "level": "high"}, "late_payer", "call"),
        ({"broken": 1, "overdue": 0.0, "oldest": 0, "late_by": 0}, "late_payer", "call"),  # their word is not kept
        ({"broken": 1, "p_late90": 0.5}, "non_payer", "escalate"),
    ],
)
def test_segment_and_next_step(changes, kind, step):
    standing = replace(LATE_PAYER, **changes)
    assert segment(standing) == kind
    found, why = next_step(standing)
    assert found == step and why.endswith((".", "?")) and len(why) > 20


def test_value_is_delayed_cash_times_what_contact_saves():
    assert value(LATE_PAYER) == 300.0 * 0.40
    assert value(replace(LATE_PAYER, p_late90=0.9)) == 300.0 * 0.05
    assert value(replace(LATE_PAYER, overdue=0.0, oldest=0, late_by=0)) == 0.0


def test_a_broken_promise_is_urgent():
    assert value(replace(LATE_PAYER, broken=1)) == BROKEN_COUNTS * value(LATE_PAYER) > value(LATE_PAYER)
    assert "2 promises were not kept" in next_step(replace(LATE_PAYER, broken=2))[1]


def test_the_assumptions_rank_as_they_are_told():
    assert set(CONTACT_SAVES) == set(SEGMENTS)
    assert CONTACT_SAVES["on_time"] == 0.0
    assert max(CONTACT_SAVES, key=CONTACT_SAVES.__getitem__) == "late_payer"
    assert CONTACT_SAVES["non_payer"] < CONTACT_SAVES["slow_payer"] < CONTACT_SAVES["late_payer"]
    assert {"call", "email", "do_nothing"} <= set(NEXT_STEPS)


def test_one_day_is_a_day():
    assert next_step(replace(LATE_PAYER, oldest=1))[1] == "Overdue for 1 day only: a friendly reminder will do."
    not_due = replace(LATE_PAYER, overdue=0.0, oldest=0, late_by=1, level="high")
    assert next_step(not_due)[1] == "Nothing is overdue yet, but payment is expected 1 day late: ask if all is well."
