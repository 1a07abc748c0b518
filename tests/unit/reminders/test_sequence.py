"""Whom to write to next: gathering, caps, lots and gains; and what holds of any ledger."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import uuid5

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.reminders.expected_gain import Effect
from hub.reminders.policy import Reason
from hub.reminders.sequence import Contact, History, Lot, draw, free_from, next_message, reasons_for_nothing
from tests.unit.reminders.sequences import CONNECTION, NOW, SETTINGS, SPACE, customer, item, policy, world

DAY = timedelta(days=1)


def first(items, *, who=None, history=None, of=None, now=NOW, days=1):
    return next_message(of or world(), history or History(), who or customer(), items, now, now + days * DAY)


def test_what_is_due_of_a_debtor_goes_into_one_message():
    friendly = item("INV-1", due_on=date(2026, 3, 5), open="10.50")
    firm = item("INV-2", due_on=date(2026, 2, 10), open="20", currency="USD")
    fresh = item("INV-3", due_on=date(2026, 3, 9))
    found = first([friendly, firm, fresh], history=History(reached={(firm.invoice_id, 0): 2}))
    assert [line.item.number for line in found.lines] == ["INV-2", "INV-1"]
    assert (found.tone, found.approve, found.attachments) == ("firm", "member", ["statement"])
    assert found.totals == {"EUR": Decimal("10.50"), "USD": Decimal(20)}


def test_only_what_is_not_disputed_is_asked_for():
    found = first([item(disputed=Decimal(40))])
    assert found.totals == {"EUR": Decimal(60)}


def test_the_first_policy_that_takes_an_invoice_has_it():
    large = policy(takes={"open": {"at_least": "1000"}}, steps=policy().document["steps"][3:4])
    both = world(large, policy())
    assert first([item(open="50")], of=both).leading.step.stage == 1
    found = first([item(open="5000", due_on=date(2026, 2, 1))], of=both)
    assert (found.leading.policy, found.leading.step.stage) == (large, 3)
    assert reasons_for_nothing(world(large), History(), customer(), item(), NOW)[0].code == "no_policy"


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [
        ([], "2026-03-10T09:00"),
        # Tuesday the 3rd: five business days later is the 10th.
        ([Contact(datetime(2026, 3, 3, 9, tzinfo=UTC), True)], "2026-03-10T09:00"),
        ([Contact(datetime(2026, 3, 4, 9, tzinfo=UTC), True)], "2026-03-10T23:00"),
        # What people send counts by the week alone.
        ([Contact(datetime(2026, 3, 9, 9, tzinfo=UTC), False)], "2026-03-10T09:00"),
        (
            [
                Contact(datetime(2026, 3, 9, 9, tzinfo=UTC), False),
                Contact(datetime(2026, 3, 5, 9, tzinfo=UTC), False),
            ],
            "2026-03-12T09:00",
        ),
        # One that waits for approval goes out now at the earliest.
        ([Contact(datetime(2026, 1, 5, 9, tzinfo=UTC), True, True)], "2026-03-16T23:00"),
    ],
)
def test_the_caps(contacts, expected):
    found = free_from(SETTINGS, customer(), contacts, NOW)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_after_an_answer_the_next_waits_until_somebody_had_time_to_look_at_it():
    who = customer(answered_at=datetime(2026, 3, 9, 15, tzinfo=UTC))
    assert first([item()], who=who) is None
    # Monday the 9th: five business days later is the 16th.
    assert first([item()], who=who, days=10).day == date(2026, 3, 16)
    assert [each.code for each in reasons_for_nothing(world(), History(), who, item(), NOW)] == ["answered"]


def test_a_connection_that_is_stale_keeps_its_invoices_back_until_it_is_read():
    stale = world(blocked={CONNECTION: [Reason("stale", "Stale.")]}, blocked_until=NOW + DAY)
    assert first([item()], of=stale) is None
    assert first([item()], of=stale, days=3).at > NOW + DAY
    elsewhere = item(connection_id=uuid5(SPACE, "another"))
    assert first([elsewhere], of=stale) is not None


def test_the_lot_holds_back_for_its_days_and_then_lets_go():
    held = policy(hold_back={"share": 0.5, "days": 30})
    customers = [customer(f"c{number}") for number in range(200)]
    invoices = {who.id: item(who.name, customer_id=who.id) for who in customers}
    lots = {who.id: draw(held, invoices[who.id], NOW).arm for who in customers}
    assert 70 < sum(arm == "held_back" for arm in lots.values()) < 130
    left = next(who for who in customers if lots[who.id] == "held_back")
    asked = next(who for who in customers if lots[who.id] == "reminded")
    history = History()
    assert first([invoices[left.id]], who=left, history=history, of=world(held)) is None
    assert first([invoices[asked.id]], who=asked, history=history, of=world(held)) is not None
    assert {lot.arm for lot in history.lots.values()} == {"held_back", "reminded"}
    codes = [each.code for each in reasons_for_nothing(world(held), history, left, invoices[left.id], NOW)]
    assert codes == ["held_back"]
    late = history.lots[held.id, invoices[left.id].invoice_id].at + timedelta(days=30)
    assert first([invoices[left.id]], who=left, history=history, of=world(held), now=late, days=5) is not None


def test_a_lot_once_drawn_stays_whatever_the_share_becomes():
    held = policy(hold_back={"share": 0.5, "days": 30})
    history = History(lots={(held.id, item().invoice_id): Lot("held_back", NOW, 0.1)})
    assert first([item()], history=history, of=world(held)) is None
    assert first([item()], history=history, of=world(policy())) is not None  # nothing is held back any more


def test_all_invoices_of_a_customer_and_month_have_the_same_lot():
    held = policy(hold_back={"share": 0.3, "days": 30})
    arms = {draw(held, item(f"INV-{day}", due_on=date(2026, 3, day)), NOW).arm for day in range(1, 29)}
    assert len(arms) == 1


def test_a_gain_is_assumed_until_it_is_measured():
    slow = item(expected_on=date(2026, 4, 9))  # 30 days from now
    (gain,) = first([slow], who=customer(segment="late_payer")).gains
    assert (gain.amount, gain.days, gain.basis) == (Decimal("40.00"), 12.0, "assumed")
    assert "an assumption" in gain.sentence and "40.00 EUR" in gain.sentence
    (gain,) = first([slow], of=world(effect=Effect(days_sooner=3.0))).gains
    assert (gain.amount, gain.basis) == (Decimal("10.00"), "measured")


def test_nothing_is_gained_of_what_nobody_has_forecast_and_nothing_by_whom_pays_by_himself():
    assert first([item()]).gains == ()
    assert first([item(expected_on=date(2026, 4, 9))], who=customer(segment="on_time")).gains == ()


def test_what_is_said_more_firmly_is_approved_by_who_approves_a_firm_step():
    late = item(due_on=date(2026, 2, 27), p_late30=0.9)
    found = first([late])
    assert (found.leading.step.stage, found.tone, found.approve) == (2, "firm", "member")
    assert first([item(due_on=date(2026, 2, 27))]).approve == "automatic"


def test_a_message_has_a_hundred_invoices_at_most():
    many = [item(f"INV-{number}") for number in range(130)]
    history = History()
    found = first(many, history=history)
    assert len(found.lines) == 100
    history.note(found)
    rest = first(many, history=history, now=found.at, days=14)
    assert {line.item for line in rest.lines} >= set(many) - {line.item for line in found.lines}


def test_why_nothing_is_said_in_full():
    promised = item(promised_until=date(2026, 3, 20), due_on=date(2026, 3, 9))
    found = reasons_for_nothing(world(), History(), customer(), promised, NOW)
    assert [each.code for each in found] == ["promised", "not_due"]
    assert "2026-03-12" in found[1].sentence
    under_way = History()
    under_way.contacts[customer().id] = [Contact(NOW, True, True)]
    assert reasons_for_nothing(world(), under_way, customer(), item(), NOW)[0].code == "under_way"
    done = History(reached={(item().invoice_id, 0): 5})
    assert reasons_for_nothing(world(), done, customer(), item(), NOW)[0].code == "no_step"
    sure = item(p10_on=date(2026, 3, 10), p50_on=date(2026, 3, 11), p90_on=date(2026, 3, 12))
    assert reasons_for_nothing(world(), History(), customer(), sure, NOW)[0].code == "likely_to_pay"


AMOUNTS = st.one_of(st.none(), st.decimals("0.01", "200", places=2), st.just(Decimal("Infinity")))
INVOICES = st.builds(
    lambda number, due, open, disputed, in_flight, promised, p_late, cycle: item(
        f"INV-{number}",
        due_on=NOW.date() + timedelta(days=due),
        open=str(open),
        disputed=disputed,
        in_flight=in_flight,
        promised_until=None if promised is None else NOW.date() + timedelta(days=promised),
        p_late30=p_late,
        cycle=cycle,
    ),
    st.integers(0, 10_000),
    st.integers(-90, 60),
    st.decimals("0.01", "200", places=2),
    AMOUNTS,
    AMOUNTS,
    st.one_of(st.none(), st.integers(-10, 40)),
    st.one_of(st.none(), st.floats(0, 1)),
    st.integers(0, 2),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(INVOICES, min_size=1, max_size=12, unique_by=lambda each: each.number),
    st.sampled_from(["DE", "US", "GB", "AE", ""]),
    st.integers(1, 10),
    st.integers(1, 3),
    st.lists(st.tuples(st.integers(0, 240), st.booleans()), max_size=4),
)
def test_whatever_is_open_caps_calendar_and_exceptions_hold(items, country, per_days, per_week, before):
    who = customer("debtor", country)
    rules = {**SETTINGS, "caps": {"per_days": per_days, "max_per_week": per_week}}
    history = History()
    history.contacts[who.id] = [Contact(NOW - timedelta(hours=hours), automated) for hours, automated in before]
    then, end, ours = NOW, NOW + timedelta(days=60), world(settings=rules)
    sent, stages = [], {}
    while message := next_message(ours, history, who, items, then, end):
        history.note(message)
        sent.append(message)
        then = message.at
    automated = sorted(
        [contact.at for contact in history.contacts[who.id] if contact.is_automated and contact.at >= NOW - 60 * DAY]
    )
    for earlier, later in pairwise(automated):
        if later > NOW:
            first_day = who.calendar.after_business_days(who.calendar.day_of(earlier), per_days)
            assert who.calendar.day_of(later) >= first_day
    for message in sent:
        week = [each.at for each in history.contacts[who.id] if message.at - 7 * DAY < each.at <= message.at]
        assert len(week) <= per_week
        assert who.calendar.is_open(message.at)
        for line in message.lines:
            invoice, key = line.item, line.item.invoice_id
            assert 0 < invoice.asked <= invoice.open
            assert invoice.disputed is None or invoice.asked <= invoice.open - invoice.disputed
            assert invoice.promised_until is None or invoice.promised_until < message.day
            assert line.step.stage > stages.get(key, -1)
            if line.step.tone not in ("service", "friendly", "neutral"):
                assert stages.get(key, -1) >= 2  # a firm word follows a softer one
            assert (message.day < invoice.due_on) is (line.step.day < 0)
            stages[key] = line.step.stage
