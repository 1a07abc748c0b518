"""What a policy says of an invoice, by cases: the table is the specification."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from hub.errors import InvalidError
from hub.reminders.policy import CODES, Source, fits, p_paid_within, read_policy, reasons_against, suggested
from tests.unit.reminders.sequences import NOW, SETTINGS, customer, item, policy

INFINITY = Decimal("Infinity")
FRESH = Source(read_at=NOW - timedelta(hours=1), ties_out=True, name="Books")


def codes(invoice=None, who=None, settings=SETTINGS, source=None, **more):
    return [each.code for each in reasons_against(invoice or item(), who or customer(), settings, NOW, source, **more)]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, []),
        ({"open": Decimal(0)}, ["paid"]),
        ({"status": "void"}, ["not_owed"]),
        ({"status": "written_off", "open": Decimal(0)}, ["not_owed"]),
        ({"disputed": INFINITY}, ["disputed"]),
        ({"disputed": Decimal(40)}, []),  # the other 60 may be asked for
        ({"disputed": Decimal(100)}, ["disputed"]),
        ({"in_flight": INFINITY}, ["payment_in_flight"]),
        ({"in_flight": Decimal(60), "disputed": Decimal(40)}, ["payment_in_flight"]),
        ({"credited": Decimal(100)}, ["credit_pending"]),
        ({"credited": Decimal(30)}, []),
        ({"promised_until": date(2026, 3, 10)}, ["promised"]),  # the last day on which a payment keeps it
        ({"promised_until": date(2026, 3, 9)}, []),
        ({"stopped": "legal"}, ["legal"]),
        ({"stopped": "manual"}, ["on_hold"]),
        ({"unapplied": Decimal(100)}, ["credit_pending"]),
        ({"unapplied": Decimal("99.99")}, []),
    ],
)
def test_exceptions_of_an_invoice(facts, expected):
    assert codes(item()._replace(**facts)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"is_excluded": True}, ["excluded"]),
        ({"tags": frozenset({"Key Account"})}, ["key_account"]),
        ({"recipients": ()}, ["no_contact"]),
        ({"suppressed": {"ap@customer.example": "bounced"}}, ["suppressed"]),
        ({"suppressed": {"somebody@else.example": "bounced"}}, []),
    ],
)
def test_exceptions_of_a_customer(facts, expected):
    assert codes(who=customer(**facts)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (FRESH, []),
        (Source(read_at=NOW - timedelta(hours=25), ties_out=True), ["stale"]),
        (Source(read_at=None), ["stale"]),
        (Source(read_at=NOW - timedelta(days=6), is_file=True), []),
        (Source(read_at=NOW - timedelta(days=8), is_file=True), ["stale"]),
        (Source(read_at=NOW, ties_out=False), ["does_not_tie_out"]),
    ],
)
def test_exceptions_of_a_connection(source, expected):
    assert codes(source=source) == expected


def test_a_part_payment_since_the_plan_counts():
    assert codes(item(cycle=1), planned_cycle=0) == ["partly_paid"]
    assert codes(item(cycle=1), planned_cycle=1) == []


def test_limits_of_the_settings():
    assert codes(settings={**SETTINGS, "minimum_amount": {"EUR": "100.01"}}) == ["below_minimum"]
    assert codes(settings={**SETTINGS, "minimum_amount": {"USD": "1000"}}) == []
    assert codes(item(open="0.05"), settings={**SETTINGS, "tolerance": {"EUR": "0.05"}}) == ["paid"]
    new = item(issued_on=date(2026, 3, 8))
    assert codes(new, settings={**SETTINGS, "minimum_age_days": 3}) == ["too_new"]
    assert codes(new, settings={**SETTINGS, "minimum_age_days": 2}) == []


@pytest.mark.parametrize(
    ("answered_at", "days", "expected"),
    [
        (None, 5, []),
        (datetime(2026, 3, 9, 15, tzinfo=UTC), 5, ["answered"]),
        # Tuesday the 3rd: five business days later is the 10th, which begins at 23:00 UTC of the day before.
        (datetime(2026, 3, 3, 9, tzinfo=UTC), 5, []),
        (datetime(2026, 3, 4, 9, tzinfo=UTC), 5, ["answered"]),
        (datetime(2026, 3, 10, 8, tzinfo=UTC), 0, []),
    ],
)
def test_an_answer_rests_for_business_days_of_the_customer(answered_at, days, expected):
    who = customer(answered_at=answered_at)
    found = reasons_against(item(), who, {**SETTINGS, "rest_after_answer_days": days}, NOW)
    assert [each.code for each in found] == expected


def test_every_reason_has_a_known_code_and_says_what_it_is():
    worst = item(status="void", issued_on=date(2026, 3, 10), stopped="legal", unapplied=Decimal(500), disputed=INFINITY)
    worst = worst._replace(promised_until=date(2026, 4, 1), in_flight=Decimal(1))
    who = customer(is_excluded=True, tags=frozenset({"key account"}), recipients=(), answered_at=NOW)
    settings = {**SETTINGS, "minimum_age_days": 3, "minimum_amount": {"EUR": "1000"}}
    found = reasons_against(worst, who, settings, NOW, Source(read_at=None, ties_out=False))
    assert len(found) == 14
    assert {each.code for each in found} <= set(CODES)
    assert all(each.sentence.endswith(".") for each in found)


@pytest.mark.parametrize(
    ("due_on", "reached", "expected"),
    [
        (date(2026, 3, 14), -1, None),  # not new, not large, no risk: nothing before the due date
        (date(2026, 3, 8), -1, None),  # two days late
        (date(2026, 3, 7), -1, 1),
        (date(2026, 3, 7), 1, None),  # each stage once
        (date(2026, 2, 28), 1, 2),
        (date(2026, 2, 28), -1, 2),  # what was missed is not made up for
        (date(2026, 2, 18), 1, 2),
        (date(2026, 2, 18), 2, 3),
        (date(2026, 1, 1), -1, 2),  # nobody hears a firm word first
        (date(2026, 1, 1), 2, 3),
        (date(2026, 1, 1), 3, 4),
        (date(2026, 1, 1), 4, 5),
        (date(2026, 1, 1), 5, None),
    ],
)
def test_the_step_that_is_due(due_on, reached, expected):
    step = policy().due_step(item(due_on=due_on), customer(), NOW.date(), reached)
    assert (step and step.stage) == expected


@pytest.mark.parametrize(
    ("due_on", "who", "expected"),
    [
        (date(2026, 3, 15), customer(paid_invoices=0), 0),
        (date(2026, 3, 15), customer(risk="high"), 0),
        (date(2026, 3, 16), customer(risk="high"), None),  # six days before it
        (date(2026, 3, 10), customer(risk="high"), None),  # on the day there is nothing to say
        (date(2026, 3, 11), customer(risk="high"), 0),
    ],
)
def test_before_the_due_date_only_some_hear_of_it(due_on, who, expected):
    step = policy().due_step(item(due_on=due_on), who, NOW.date(), -1)
    assert (step and step.stage) == expected


def test_a_part_payment_begins_the_steps_anew():
    paid = item(due_on=date(2026, 1, 1), cycle=1, paid_on=date(2026, 3, 6))
    assert policy().due_step(paid, customer(), date(2026, 3, 8), -1) is None
    assert policy().due_step(paid, customer(), date(2026, 3, 9), -1).stage == 1
    early = item(due_on=date(2026, 3, 7), cycle=1, paid_on=date(2026, 2, 1))
    assert policy().due_step(early, customer(), NOW.date(), -1).stage == 1


def test_where_payment_is_likely_late_steps_come_earlier_and_firmer():
    late = item(due_on=date(2026, 3, 9), p_late30=0.7)
    steps = policy().steps
    assert policy().due_step(late, customer(), NOW.date(), -1).stage == 1
    assert policy().day_of(steps[1], late) == date(2026, 3, 10)
    assert policy().tone_of(steps[1], late) == "neutral"
    assert policy().tone_of(steps[3], late) == "firm"  # firm enough
    assert policy(late=None).due_step(late, customer(), NOW.date(), -1) is None


@pytest.mark.parametrize(
    ("quantiles", "expected"),
    [
        ((date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 15)), True),  # nine in ten within five days
        ((date(2026, 3, 10), date(2026, 3, 12), date(2026, 3, 16)), False),
        ((None, None, None), False),  # not known
    ],
)
def test_what_is_nearly_certain_is_left_alone(quantiles, expected):
    invoice = item(**dict(zip(("p10_on", "p50_on", "p90_on"), quantiles, strict=True)))
    assert policy().is_sure(invoice, NOW.date()) is expected
    assert policy(sure=None).is_sure(invoice, NOW.date()) is False


def test_the_chance_is_that_of_what_is_still_open():
    invoice = item(p10_on=date(2026, 3, 1), p50_on=date(2026, 3, 11), p90_on=date(2026, 3, 21))
    chances = [p_paid_within(invoice, date(2026, 3, 1) + timedelta(days=days), 5) for days in range(60)]
    assert all(0.0 < each < 1.0 for each in chances)
    # Long after the forecast's last day nothing says that it is about to be paid.
    assert max(chances[25:]) == pytest.approx(1 - 0.2**0.6, abs=0.01)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"open": {"at_least": "100"}}, True),
        ({"open": {"at_least": "100.01"}}, False),
        ({"open": {"at_most": "99"}}, False),
        ({"currencies": ["USD"]}, False),
        ({"countries": ["DE", "FR"]}, True),
        ({"risk": ["high"]}, False),
        ({"tags": ["vip"]}, False),
        ({"no_tags": ["vip"]}, True),
        ({"segments": ["new"]}, True),
        ({"is_new": True}, False),
        ({"days": {"at_least": 9, "at_most": 9}}, True),
        ({"days": {"at_least": 10}}, False),
        ({"p_late30": {"at_least": 0}}, False),  # not known
        ({"currencies": ["EUR"], "is_new": False}, True),
        ({"currencies": ["EUR"], "is_new": True}, False),
    ],
)
def test_conditions(conditions, expected):
    assert fits(conditions, item(), customer(), NOW.date()) is expected


def test_amounts_are_compared_at_home():
    dear = item(currency="USD", home_rate=Decimal("0.9"), disputed=Decimal(50))
    assert fits({"open": {"at_least": "45"}}, dear, customer(), NOW.date())
    assert not fits({"open": {"at_least": "45.01"}}, dear, customer(), NOW.date())
    assert not fits({"open": {"at_least": "0"}}, dear._replace(home_rate=None), customer(), NOW.date())


def step(**changes):
    return {"stage": 1, "day": 3, "tone": "friendly", "writer": "template_writer", "approve": "automatic", **changes}


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"steps": []}, "steps"),
        ({"steps": [step(), step(day=9)]}, "steps.1.stage"),
        ({"steps": [step(), step(stage=2)]}, "steps.1.day"),
        ({"steps": [step(tone="neutral"), step(stage=2, day=9)]}, "steps.1.tone"),
        ({"steps": [step(day=-3)]}, "steps.0.tone"),
        ({"steps": [step(day=0)]}, "steps.0.day"),
        ({"steps": [step(tone="formal")]}, "steps.0.approve"),
        ({"steps": [step(tone="final", approve="admin")]}, "steps.0.writer"),
        ({"steps": [step(writer="person")]}, "steps.0.approve"),
        ({"steps": [step(writer="Not A Plugin")]}, "steps.0.writer"),
        ({"steps": [step(cc=["not an address"])]}, "steps.0.cc.0"),
        ({"takes": {"open": {"at_least": "10", "at_most": "5"}}}, "takes.open"),
        ({"takes": {"days": {"at_least": 10, "at_most": 9}}}, "takes.days"),
        ({"takes": {"unheard_of": 1}}, "takes"),
        ({"steps": [step(when=[{"risk": ["extreme"]}])]}, "steps.0.when.0.risk.0"),
        ({"sure": {"within_days": 5, "p_paid": float("nan")}}, "document"),
        ({"hold_back": {"share": 0.9, "days": 30}}, "hold_back.share"),
    ],
)
def test_a_policy_that_cannot_be_used_says_where(changes, place):
    with pytest.raises(InvalidError) as caught:
        read_policy({**suggested(), **changes}, policy_id=uuid4())
    assert place in caught.value.fields


def test_the_suggested_sequence_is_the_ladder():
    found = read_policy(suggested(), policy_id=UUID(int=1))
    assert [(each.stage, each.day, each.tone) for each in found.steps] == [
        (0, -5, "service"),
        (1, 3, "friendly"),
        (2, 10, "neutral"),
        (3, 20, "firm"),
        (4, 35, "formal"),
        (5, 50, "final"),
    ]
    assert all(each.approve != "automatic" for each in found.steps[3:])


def test_a_promise_is_judged_by_the_debtors_day():
    held = item(promised_until=date(2026, 3, 10))
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # already the 11th in Berlin, still the 10th in New York
    assert not reasons_against(held, customer(), SETTINGS, late)
    assert [each.code for each in reasons_against(held, customer("other", "US"), SETTINGS, late)] == ["promised"]
