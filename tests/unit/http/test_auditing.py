"""How many refusals are noted, so that a flood of them fills no disk."""

from hub.http.auditing import REFUSALS_PER_CALLER, REFUSALS_PER_CHAIN, Refusals


def noted(refusals, calls):
    return [left_out for call in calls if (left_out := refusals.admit(*call)) is not None]


def test_a_caller_is_noted_some_times_a_minute():
    refusals = Refusals()
    assert noted(refusals, [("acme", "key:1", 1.0)] * 50) == [0] * REFUSALS_PER_CALLER


def test_the_next_one_noted_says_how_many_were_left_out_and_only_once():
    refusals = Refusals()
    noted(refusals, [("acme", "key:1", 1.0)] * (REFUSALS_PER_CALLER + 7))
    assert noted(refusals, [("acme", "key:1", 61.0)] * 2) == [7, 0]


def test_many_callers_do_not_fill_one_chain():
    refusals = Refusals()
    calls = [("acme", f"anonymous:{number}", 1.0) for number in range(1000)]
    assert len(noted(refusals, calls)) == REFUSALS_PER_CHAIN


def test_a_flood_in_one_chain_takes_nothing_from_another_and_is_not_told_there():
    refusals = Refusals()
    noted(refusals, [("acme", "key:1", 1.0)] * 50)
    assert noted(refusals, [("best", "key:2", 1.0), ("best", "key:2", 61.0)]) == [0, 0]
