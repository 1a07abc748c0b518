"""The uplift of what was really assigned: matured, and nothing of it void or credited."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from hub.reminders import uplift
from tests.integration.reminders.books import NOW, Books


@pytest.fixture
def books(storage, tenant) -> Books:
    books = Books(storage, tenant)
    books.clear()
    return books


def assign(books, invoice_id, arm, at):
    with books.storage.tenant(books.tenant) as session:
        session.execute(
            text("""
                insert into reminder_assignments (policy_id, invoice_id, arm, share, at)
                values (gen_random_uuid(), :invoice, :arm, 0.1, :at)
            """),
            {"invoice": invoice_id, "arm": arm, "at": at},
        )


def test_only_what_has_had_its_days_counts(books):
    old, new = NOW - timedelta(days=40), NOW - timedelta(days=10)
    for number in range(35):
        for arm, days in (("reminded", 5), ("held_back", 12)):
            name = f"{arm}-{number}"
            assign(books, books.owe(name, date(2026, 1, 20), customer=name), arm, old)
            books.pay(name, "100", old.date() + timedelta(days=days + number % 3), customer=name)
    assign(books, books.owe("fresh", date(2026, 2, 20), customer="f"), "reminded", new)
    assign(books, books.owe("void", date(2026, 1, 20), customer="v", status="void"), "reminded", old)
    with books.storage.tenant(books.tenant) as session:
        found = uplift.measure(uplift.read_outcomes(session, NOW))
        effect = uplift.known_effect(session, NOW)
    assert (found.reminded.invoices, found.held_back.invoices) == (35, 35)
    assert (found.days_gained, found.is_clear) == (7.0, True)
    assert found.reminded.paid_within[7] == 1.0 and found.held_back.paid_within[7] == 0.0
    assert effect.days_sooner == 7.0


def test_a_measured_effect_makes_the_expected_gain(books):
    test_only_what_has_had_its_days_counts(books)
    books.policy()
    books.owe("due", date(2026, 3, 5), customer="due", total="300")
    books.plan()
    (planned,) = [each for each in books.planned() if "due" in each["numbers"]]
    (gain,) = planned["expected_gain"]
    assert (gain["basis"], gain["amount"], gain["days"]) == ("measured", "70.00", 7.0)


def test_before_anything_was_assigned_nothing_is_known(books):
    with books.storage.tenant(books.tenant) as session:
        assert uplift.known_effect(session, datetime(2026, 3, 10, tzinfo=UTC)).days_sooner is None
