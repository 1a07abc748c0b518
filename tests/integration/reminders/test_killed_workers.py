"""Workers die by SIGKILL while reminders are sent, and invoices are paid, disputed and promised: fewer of each.

`paypredict bench reminders` does it with 10,000 reminders and 50 kills; docs/reminders.md has its counts.
"""

import pytest

from bench import reminders


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Two workers; it is asked what arrived as soon as no answer can come any more, which is waited for 20 seconds."""
    monkeypatch.setattr(reminders, "WORKERS", 2)
    monkeypatch.setattr(reminders, "RECONCILE_AFTER", 24)


def test_every_debtor_gets_the_messages_of_the_plan_and_none_twice(storage):
    outcome = reminders.against_a_provider(storage, count=40, kills=3, seed=7)
    assert outcome.planned == 40 and outcome.kills == 3
    assert (outcome.twice, outcome.after_the_event, outcome.missing, outcome.unplanned) == (0, 0, 0, 0), outcome
    assert outcome.statuses["sent"] == outcome.arrived
    assert set(outcome.statuses) <= {"sent", "skipped"}, "it was found out what became of each"


def test_what_a_mail_server_cannot_say_is_left_to_a_person(storage):
    outcome = reminders.against_a_mail_server(storage, count=20, kills=2, seed=8)
    assert (outcome.twice, outcome.after_the_event, outcome.missing, outcome.unplanned) == (0, 0, 0, 0), outcome
    assert outcome.arrived == outcome.statuses["sent"] + outcome.uncertain_arrived
