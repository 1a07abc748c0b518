"""What a simulation shows is what planning then does; and of the past what the books say of it."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import InvalidError
from hub.reminders.policy import suggested
from tests.integration.reminders.books import BERLIN, NOW, Books

TODAY = NOW.date()


@pytest.fixture(scope="module")
def books(storage, tenant) -> Books:
    return Books(storage, tenant)


@pytest.fixture(autouse=True)
def nothing_before(books):
    books.clear()


def shown(messages):
    return sorted(
        (
            message.at,
            message.customer.name,
            message.tone,
            message.leading.step.stage,
            tuple(line.item.number for line in message.lines),
            tuple(f"{amount:f} {currency}" for currency, amount in message.totals.items()),
        )
        for message in messages
    )


def walked(books, last):
    """What comes of planning hour by hour, everything being sent at its time."""
    at, end = NOW, datetime.combine(last + timedelta(days=1), time(), BERLIN)
    while at < end:
        books.plan(at)
        books.settle()
        at += timedelta(hours=1)
    rows = [row for row in books.planned() if row["scheduled_at"] < end]
    names = {row["customer_id"]: row["recipients"][0]["email"][3:-8] for row in rows}
    return sorted(
        (
            row["scheduled_at"],
            f"Customer {names[row['customer_id']]}",
            row["tone"],
            row["stage"],
            tuple(row["numbers"]),
            tuple(f"{each['amount']} {each['currency']}" for each in row["totals"]),
        )
        for row in rows
    )


INVOICES = st.lists(
    st.tuples(
        st.integers(-60, 25),  # days from today to the due date
        st.sampled_from(["c1", "c2", "c3", "c4"]),
        st.sampled_from(["none", "dispute", "part", "promise"]),
        st.one_of(st.none(), st.tuples(st.integers(0, 10), st.integers(0, 20), st.floats(0, 1))),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(INVOICES, st.sampled_from([None, {"share": 0.4, "days": 10}]))
def test_simulation_equals_what_planning_then_does(books, invoices, hold_back):
    books.clear()
    stored = books.policy(hold_back=hold_back)
    countries = {"c1": "DE", "c2": "US", "c3": "GB", "c4": ""}
    for number, (days, customer, held, forecast) in enumerate(invoices):
        due_on = TODAY + timedelta(days=days)
        invoice_id = books.owe(f"A-{number}", due_on, customer=customer, country=countries[customer])
        match held:
            case "dispute":
                books.hold(invoice_id, "dispute")
            case "part":
                books.hold(invoice_id, "dispute", amount=Decimal(40))
            case "promise":
                books.hold(invoice_id, "promise", until=TODAY + timedelta(days=5))
        if forecast is not None:
            p10 = TODAY + timedelta(days=forecast[0])
            p50 = p10 + timedelta(days=forecast[1])
            books.forecast(invoice_id, p10, p50, p50 + timedelta(days=forecast[1]), p_late30=forecast[2])
    # A forecast is believed for a week, so further ahead planning would have a newer one.
    last = TODAY + timedelta(days=6)
    simulated = books.simulate(TODAY, last)
    tried = [{"id": stored["id"], "name": stored["name"], "document": stored["document"]}]
    assert shown(books.simulate(TODAY, last, tried=tried).messages) == shown(simulated.messages)
    assert books.planned() == []
    assert walked(books, last) == shown(simulated.messages)
    told = {item.number for item, _, reasons in simulated.nothing if reasons}
    asked = {line.item.number for message in simulated.messages for line in message.lines}
    assert told | asked == {f"A-{number}" for number in range(len(invoices))} and not told & asked


def test_each_further_message_of_a_month_is_a_stage_on(books):
    books.policy()
    books.owe("A", date(2026, 3, 6))
    found = books.simulate(TODAY, TODAY + timedelta(days=40))
    assert [(each.day, each.leading.step.stage) for each in found.messages] == [
        (date(2026, 3, 10), 1),
        (date(2026, 3, 17), 2),
        (date(2026, 3, 26), 3),
        (date(2026, 4, 10), 4),
    ]
    assert (found.count_messages, found.totals) == (4, {"EUR": Decimal(400)})


def test_what_is_planned_already_is_shown_too(books):
    books.policy()
    books.owe("A", date(2026, 3, 6))
    books.plan()
    (planned,) = books.planned()
    (message,) = books.simulate(TODAY, TODAY).messages
    assert message.at == planned["scheduled_at"]


def test_a_period_to_come_begins_on_its_first_day(books):
    books.policy()
    books.owe("A", date(2026, 3, 6))
    found = books.simulate(date(2026, 3, 16), date(2026, 3, 20))
    assert [each.day for each in found.messages] == [date(2026, 3, 16)]


def test_a_past_period_knows_what_was_open_then(books):
    books.policy()
    books.owe("paid since", date(2026, 2, 5))
    books.pay("paid since", "100", date(2026, 2, 20))
    books.owe("paid in part", date(2026, 2, 5), customer="c2")
    books.pay("paid in part", "30", date(2026, 2, 7), customer="c2")
    books.owe("issued later", date(2026, 3, 1), customer="c3", issued_on=date(2026, 2, 28))
    books.owe("prepaid", date(2026, 2, 5), customer="c4")
    books.receive("100", date(2026, 2, 1), customer="c4")
    found = books.simulate(date(2026, 2, 9), date(2026, 2, 27))
    assert [
        (each.day, each.lines[0].item.number, each.totals["EUR"], each.leading.step.stage) for each in found.messages
    ] == [
        (date(2026, 2, 9), "paid since", Decimal(100), 1),
        (date(2026, 2, 10), "paid in part", Decimal(70), 1),
        (date(2026, 2, 16), "paid since", Decimal(100), 2),
        (date(2026, 2, 17), "paid in part", Decimal(70), 2),
        (date(2026, 2, 27), "paid in part", Decimal(70), 3),
    ]
    assert [(item.number, reasons[0].code) for item, _, reasons in found.nothing] == [("prepaid", "credit_pending")]


def test_past_and_coming_days_in_one(books):
    books.policy()
    books.owe("A", date(2026, 3, 2))
    found = books.simulate(date(2026, 3, 2), date(2026, 3, 12))
    assert [each.day for each in found.messages] == [date(2026, 3, 5), date(2026, 3, 10)]


def test_policies_that_are_not_stored_and_one_customer_alone(books):
    books.owe("A", date(2026, 3, 1))
    books.owe("B", date(2026, 3, 1), customer="c2")
    assert books.simulate(TODAY, TODAY).nothing[0][2][0].code == "no_policy"
    tried = [{"name": "Trial", "document": dict(suggested())}]
    both = books.simulate(TODAY, TODAY, tried=tried)
    assert both.count_messages == 2
    one = books.simulate(TODAY, TODAY, tried=tried, customer_id=both.messages[0].customer.id)
    assert [each.customer.id for each in one.messages] == [both.messages[0].customer.id]


@pytest.mark.parametrize(
    ("first", "last", "place"),
    [
        (date(2026, 3, 10), date(2026, 3, 9), "to"),
        (date(2026, 3, 10), date(2026, 6, 10), "to"),
    ],
)
def test_a_period_that_cannot_be_used(books, first, last, place):
    with pytest.raises(InvalidError) as caught:
        books.simulate(first, last)
    assert place in caught.value.fields


def test_too_large_a_past_is_refused_with_what_would_do(books, monkeypatch):
    from hub.reminders import simulation

    monkeypatch.setattr(simulation, "MOST_PAST", 3)
    books.owe("A", date(2026, 1, 1))
    with pytest.raises(InvalidError) as caught:
        books.simulate(date(2026, 3, 1), date(2026, 3, 5))
    assert caught.value.fields["from"].startswith("At most 3 past days")


def test_a_trial_that_cannot_be_used_names_the_place(books):
    tried = [{"name": "Trial", "document": {**suggested(), "steps": []}}]
    with pytest.raises(InvalidError) as caught:
        books.simulate(TODAY, TODAY, tried=tried)
    assert "policies.0.document.steps" in caught.value.fields
