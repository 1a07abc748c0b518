"""Planning on a real ledger: what becomes a row, once, and what does not."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from hub.channels import suppressions
from hub.reminders import settings
from hub.sdk.records import CreditMemo
from tests.integration.reminders.books import CONNECTION, NOW, Books


@pytest.fixture
def books(storage, tenant) -> Books:
    books = Books(storage, tenant)
    books.clear()
    return books


def numbers(books):
    return sorted(number for each in books.planned() for number in each["numbers"])


def test_without_an_active_policy_nothing_is_planned(books):
    books.policy(is_active=False)
    books.owe("A", date(2026, 3, 1))
    assert books.plan().messages == 0 and books.planned() == []


def test_one_message_for_each_debtor_with_all_that_is_due(books):
    books.policy()
    books.owe("A", date(2026, 3, 5), total="10.50")
    books.owe("B", date(2026, 2, 25), total="20")
    books.owe("C", date(2026, 3, 9))
    books.owe("D", date(2026, 3, 6), customer="c2", country="FR")
    counts = books.plan()
    assert (counts.messages, counts.invoices) == (2, 3)
    french, german = sorted(books.planned(), key=lambda each: each["language"], reverse=True)
    assert (german["numbers"], french["numbers"]) == (["B", "A"], ["D"])
    assert (german["tone"], german["stage"], german["status"], german["approve"]) == (
        "neutral",
        2,
        "planned",
        "automatic",
    )
    assert (german["language"], french["language"]) == ("de", "fr")
    assert german["totals"] == [{"currency": "EUR", "amount": "30.5000"}]
    assert german["recipients"] == [{"name": "", "email": "ap@c1.example", "role": ""}]
    assert german["attachments"] == ["statement"]
    assert NOW <= german["scheduled_at"] < NOW + timedelta(hours=24)
    assert german["created_by"]["kind"] == "policy" and german["writer"] == "template_writer"


def test_planning_again_plans_nothing_twice(books):
    books.policy()
    books.owe("A", date(2026, 3, 5))
    assert books.plan().messages == 1
    assert books.plan().messages == 0
    assert books.plan(NOW + timedelta(days=1)).messages == 0
    assert len(books.planned()) == 1


def test_two_that_plan_at_once_plan_once(books):
    books.policy()
    for number in range(20):
        books.owe(f"A-{number}", date(2026, 3, 5), customer=f"c{number}")
    barrier, found = Barrier(3), []

    def plan():
        barrier.wait()
        found.append(books.plan().messages)

    threads = [Thread(target=plan) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [0, 0, 20]


def test_every_exception_that_the_ledger_knows(books):
    books.policy()
    due = date(2026, 3, 5)
    for number, customer in (("promised", "p1"), ("disputed", "p2"), ("flying", "p3"), ("legal", "p4"), ("paid", "p5")):
        invoice_id = books.owe(number, due, customer=customer)
        match number:
            case "promised":
                books.hold(invoice_id, "promise", until=date(2026, 3, 20))
            case "disputed":
                books.hold(invoice_id, "dispute")
            case "flying":
                books.hold(invoice_id, "payment_in_flight")
            case "legal":
                books.hold(invoice_id, "legal")
            case "paid":
                books.pay(number, "100", date(2026, 3, 9), customer=customer)
    books.owe("on account", due, customer="p6")
    books.receive("150", date(2026, 3, 9), customer="p6")
    books.owe("credited", due, customer="p7")
    credit = CreditMemo(
        external_id="m", customer_id="p7", number="CM", issued_on=date(2026, 3, 8), currency="EUR", total=Decimal(100)
    )
    books.store(credit)
    books.owe("void", due, customer="p8", status="void")
    books.owe("excluded", due, customer="p9")
    books.profile("p9", exclude_from_reminders=True)
    books.owe("key", due, customer="p10")
    books.profile("p10", tags=["Key account"])
    books.owe("without an address", due, customer="p11", email=None)
    books.owe("new", due, customer="p12", issued_on=date(2026, 3, 9))
    books.owe("good", due, customer="p13")
    assert books.plan().messages == 1
    assert numbers(books) == ["good"]
    why = {
        item.number: [reason.code for reason in reasons]
        for item, _, reasons in books.simulate(NOW.date(), NOW.date()).nothing
    }
    assert {number: codes[0] for number, codes in why.items()} == {
        "promised": "promised",
        "disputed": "disputed",
        "flying": "payment_in_flight",
        "legal": "legal",
        "on account": "credit_pending",
        "credited": "credit_pending",
        "excluded": "excluded",
        "key": "key_account",
        "without an address": "no_contact",
        "new": "too_new",
    }


def test_a_disputed_part_is_not_asked_for(books):
    books.policy()
    books.hold(books.owe("A", date(2026, 3, 5)), "dispute", amount=Decimal("30.25"))
    books.plan()
    assert books.planned()[0]["totals"] == [{"currency": "EUR", "amount": "69.7500"}]


def test_the_sources_own_smaller_balance_counts(books):
    books.policy()
    books.owe("A", date(2026, 3, 5), balance=Decimal("40"))
    books.plan()
    assert books.planned()[0]["totals"] == [{"currency": "EUR", "amount": "40.0000"}]


def test_a_payment_of_a_part_begins_the_sequence_anew(books):
    books.policy()
    books.owe("A", date(2026, 2, 20))
    books.plan()
    books.settle()
    books.pay("A", "60", date(2026, 3, 16))
    assert books.plan(datetime(2026, 3, 17, 9, tzinfo=UTC)).messages == 0
    assert books.plan(datetime(2026, 3, 19, 9, tzinfo=UTC)).messages == 1
    first, second = books.planned()
    assert (first["stage"], second["stage"]) == (2, 1)
    assert second["totals"] == [{"currency": "EUR", "amount": "40.0000"}]


def test_a_broken_promise_resumes_the_sequence_where_it_was(books):
    books.policy()
    invoice_id = books.owe("A", date(2026, 2, 25))
    books.plan()
    books.settle()
    books.hold(invoice_id, "promise", until=date(2026, 3, 24))
    assert books.plan(datetime(2026, 3, 23, 9, tzinfo=UTC)).messages == 0
    assert books.plan(datetime(2026, 3, 24, 9, tzinfo=UTC)).messages == 1
    assert [each["stage"] for each in books.planned()] == [2, 3]
    assert books.planned()[1]["scheduled_at"].date() == date(2026, 3, 25)


def test_a_stage_that_bounced_is_sent_again_to_somebody_else(books):
    books.policy()
    books.owe("A", date(2026, 3, 6))
    books.plan()
    books.settle(delivery="bounced")
    with books.storage.tenant(books.tenant) as session:
        suppressions.add(session, "ap@c1.example", "bounced", now=NOW, by="receipts")
    later = NOW + timedelta(days=1)
    assert books.plan(later).messages == 0
    books.profile("c1", contacts=[{"name": "Li", "email": "li@c1.example", "role": "Accounts payable"}])
    assert books.plan(later).messages == 1
    first, second = books.planned()
    assert (first["stage"], second["stage"]) == (1, 1)
    assert second["recipients"][0]["email"] == "li@c1.example"


ANSWERED = datetime(2026, 3, 20, 9, tzinfo=UTC)
LOOKED = datetime(2026, 3, 20, 10, tzinfo=UTC)


def look_by_note(session, customer_id):
    session.execute(
        text("""
            insert into contact_notes (customer_id, kind, at, text, by_kind, by_id, by_name, created_at)
            values (:customer, 'email', :at, 'Answered.', 'person', 'jo', 'Jo', :at)
        """),
        {"customer": customer_id, "at": LOOKED},
    )


def look_at_a_dispute(session, customer_id, by_kind="person"):
    opened = """
        insert into disputes (customer_id, source, text, due_on, opened_at)
        values (:customer, 'email', 'Thank you.', '2026-04-01', :at) returning id
    """
    told = """
        insert into dispute_events (dispute_id, at, kind, by_kind, by_id, by_name)
        values (:dispute, :at, 'commented', :by_kind, 'jo', 'Jo')
    """
    dispute_id = session.scalar(text(opened), {"customer": customer_id, "at": ANSWERED})
    session.execute(text(told), {"dispute": dispute_id, "at": LOOKED, "by_kind": by_kind})


def look_by_a_plugin(session, customer_id):
    look_at_a_dispute(session, customer_id, by_kind="plugin")


def look_by_writing(session, customer_id):
    session.execute(
        text("""
            insert into reminders (customer_id, kind, tone, language, recipients, cc, attachments, status, approve,
                sent_at, subject, text, created_by, created_at, updated_at)
            values (:customer, 'manual', 'neutral', 'en', '[]', '[]', '[]', 'sent', 'member', :at, 's', 't', '{}', :at,
                :at)
        """),
        {"customer": customer_id, "at": LOOKED},
    )


@pytest.mark.parametrize(
    ("look", "is_looked_at"),
    [
        (None, False),
        (look_by_a_plugin, False),
        (look_by_note, True),
        (look_at_a_dispute, True),
        (look_by_writing, True),
    ],
)
def test_nobody_is_reminded_while_their_answer_was_not_looked_at(books, look, is_looked_at):
    books.policy()
    books.owe("A", date(2026, 2, 25))
    books.plan()
    books.settle()
    (sent,) = books.planned()
    with books.storage.tenant(books.tenant) as session:
        session.execute(text("update reminders set replied_at = :at"), {"at": ANSWERED})
        if look:
            look(session, sent["customer_id"])
    at = datetime(2026, 3, 24, 9, tzinfo=UTC)
    found = books.simulate(at.date(), at.date() + timedelta(days=2), at)
    assert [[each.code for each in reasons] for _, _, reasons in found.nothing] == (
        [] if is_looked_at else [["answered"]]
    )
    assert books.plan(at).messages == (1 if is_looked_at else 0)
    if not is_looked_at:
        # The 20th was a Friday: five business days later is the 27th.
        later = books.simulate(at.date(), date(2026, 3, 31), at)
        assert [message.day for message in later.messages] == [date(2026, 3, 27)]


@pytest.mark.parametrize(
    ("status", "reason", "again"),
    [
        ("rejected", '{"code": "person", "sentence": "Not him."}', False),
        ("skipped", None, False),
        ("skipped", '{"code": "disputed", "sentence": "It is disputed."}', True),
        ("cancelled", None, False),
    ],
)
def test_what_a_person_left_out_stays_out_and_what_fell_away_comes_again(books, status, reason, again):
    books.policy()
    books.owe("A", date(2026, 3, 6))
    books.plan()
    books.settle(status=status, delivery=None, reason=reason)
    assert books.plan(NOW + timedelta(days=1)).messages == int(again)


def test_a_step_that_a_person_writes_is_a_draft(books):
    books.policy(
        steps=[{"stage": 5, "day": 50, "tone": "final", "writer": "person", "approve": "admin", "attachments": []}]
    )
    books.owe("A", date(2026, 1, 5))
    books.plan()
    (draft,) = books.planned()
    assert (draft["status"], draft["approve"], draft["reason"]["code"]) == ("draft", "admin", "person")


def test_where_payment_is_nearly_certain_nobody_is_written_to_and_where_it_is_not_earlier(books):
    books.policy()
    sure = books.owe("sure", date(2026, 3, 5), customer="c1")
    books.forecast(sure, date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 13))
    late = books.owe("late", date(2026, 3, 9), customer="c2")
    books.forecast(late, date(2026, 4, 1), date(2026, 4, 20), date(2026, 6, 1), p_late30=0.8)
    books.owe("neither", date(2026, 3, 9), customer="c3")
    books.plan()
    assert numbers(books) == ["late"]
    (planned,) = books.planned()
    assert planned["tone"] == "neutral"
    (gain,) = planned["expected_gain"]
    # A new customer: a quarter of the 41 or 40 days that are left is assumed to be saved.
    assert gain["basis"] == "assumed" and Decimal(gain["amount"]) > 30


def test_an_old_forecast_says_nothing(books):
    books.policy()
    sure = books.owe("sure", date(2026, 3, 25))
    books.forecast(sure, date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 13))
    assert books.plan(datetime(2026, 3, 30, 9, tzinfo=UTC)).messages == 1


def test_a_connection_that_is_not_read_any_more_keeps_its_invoices_back(books):
    books.policy()
    books.owe("A", date(2026, 3, 5))
    with books.storage.tenant(books.tenant) as session:
        session.execute(
            text("insert into connections (id, plugin, name, auth_method) values (:id, 'xero', 'Books', 'oauth')"),
            {"id": CONNECTION},
        )
    assert books.plan().messages == 0
    run = text("""
        insert into sync_runs (connection_id, status, started_at, finished_at, tie_out)
        values (:id, 'ok', :at, :at, cast(:tie_out as jsonb))
    """)
    differing = '{"EUR": {"provider": "1", "ledger": "2", "difference": "1"}}'
    with books.storage.tenant(books.tenant) as session:
        session.execute(run, {"id": CONNECTION, "at": NOW - timedelta(hours=2), "tie_out": differing})
    assert books.plan().messages == 0
    with books.storage.tenant(books.tenant) as session:
        session.execute(run, {"id": CONNECTION, "at": NOW - timedelta(hours=1), "tie_out": "{}"})
    assert books.plan().messages == 1


def test_a_share_is_held_back_by_lot_and_written_down(books):
    books.policy(hold_back={"share": 0.5, "days": 30})
    for number in range(60):
        books.owe(f"A-{number}", date(2026, 3, 5), customer=f"c{number}")
    counts = books.plan()
    assert counts.messages + counts.held_back == 60
    assert 12 < counts.held_back < 48
    assert books.plan().held_back == 0
    with books.storage.tenant(books.tenant) as session:
        arms = dict(session.execute(text("select arm, count(*) from reminder_assignments group by 1")).all())
    assert arms == {"reminded": counts.messages, "held_back": counts.held_back}
    # The others wait for their first one to be sent.
    assert books.plan(NOW + timedelta(days=35)).messages == counts.held_back


def test_a_lot_of_a_step_that_is_hours_ahead_is_drawn_once(books):
    books.policy(hold_back={"share": 0.5, "days": 30})
    for number in range(20):
        books.owe(f"A-{number}", date(2026, 3, 5), customer=f"c{number}")
    evening = datetime(2026, 3, 9, 21, tzinfo=UTC)
    assert books.plan(evening).held_back > 0
    assert books.plan(evening + timedelta(hours=1)).held_back == 0


def test_the_caps_of_the_settings_hold(books):
    books.policy()
    books.owe("A", date(2026, 3, 5))
    with books.storage.tenant(books.tenant) as session:
        settings.store(
            session, {**settings.defaults(), "caps": {"per_days": 2, "max_per_week": 2}}, NOW, expected_version=0
        )
    books.plan()
    books.settle()
    books.owe("B", date(2026, 3, 6))
    assert books.plan(NOW + timedelta(hours=20)).messages == 0
    assert books.plan(NOW + timedelta(hours=26)).messages == 1
    assert books.planned()[1]["scheduled_at"].date() == date(2026, 3, 12)
