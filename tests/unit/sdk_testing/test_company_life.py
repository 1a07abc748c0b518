"""The company lives on: in natural proportions, reproducibly, and its books always balance."""

import json
from datetime import date, time, timedelta
from itertools import pairwise

import pytest

from hub.sdk.testing.company import Company
from hub.sdk.testing.lives import ODD_EVENTS
from tests.unit.sdk_testing.books_check import check_books, dump, snapshot


def test_the_books_balance_every_day_and_the_log_tells_every_entry_that_changed():
    company = Company(started_on=date(2026, 1, 4), currencies=("USD", "EUR", "JPY", "KWD"), seed=3)
    for _ in range(60):
        before, logged = snapshot(company), len(company.changes)
        company.advance()
        after, told = snapshot(company), company.changes_since(logged)
        assert {key for key in after if before.get(key) != after[key]} == {(each.entity, each.id) for each in told}
        assert {(each.entity, each.id) for each in told if each.op == "created"} == after.keys() - before.keys()
        check_books(company)
    assert [each.seq for each in company.changes] == list(range(1, len(company.changes) + 1))


@pytest.mark.parametrize("seed", [1, 7, 8])
def test_thirty_days_leave_nothing_out(seed):
    company = Company(started_on=date(2026, 2, 27), seed=seed)
    company.advance(30)
    assert not [name for name in ODD_EVENTS if not company.life.done[name]]
    assert {each.currency for each in company.parties.values()} == {"USD", "EUR", "GBP", "JPY"}
    statuses = {(each.kind, each.status) for each in [*company.invoices.values(), *company.credit_memos.values()]}
    assert statuses >= {("invoice", "open"), ("invoice", "void"), ("invoice", "deleted"), ("credit_memo", "deleted")}
    assert {each.status for each in company.receipts.values()} == {"open", "void", "deleted"}
    assert {each.kind for each in company.receipts.values()} == {"payment", "journal"}
    assert "Bad debt" in {each.memo for each in company.credit_memos.values()}
    assert any(each.invoice is None for each in company.applications.values())
    assert any(
        each.source_kind == "payment"
        and each.invoice
        and company.receipts[each.source].rate != company.invoices[each.invoice].rate
        for each in company.applications.values()
    )


def test_proportions_are_natural():
    company = Company(started_on=date(2025, 1, 1))
    company.advance(365)
    alive = [each for each in company.invoices.values() if each.status == "open"]
    old = [each for each in alive if each.due_on < company.today - timedelta(days=45)]
    paid = [each for each in old if not company.open_of(each.id)]
    assert 0.9 < len(paid) / len(old) < 1
    assert {each.paid_on.weekday() for each in company.receipts.values()} <= {0, 1, 2, 3, 4}
    numbers = [each.number for each in alive]
    assert "" in numbers and len(set(numbers)) < len(numbers) - numbers.count("")
    assert len({each.name for each in company.parties.values()}) == len(company.parties)
    assert any(ord(letter) > 0x3000 for each in company.parties.values() for letter in each.name)
    assert all(
        each.on >= company.invoices[each.invoice].issued_on for each in company.applications.values() if each.invoice
    )


def test_stamps_grow_within_business_days_with_ties():
    company = Company(started_on=date(2026, 3, 1), time_zone="Pacific/Auckland")
    company.advance(45)  # the end of daylight saving lies within
    stamps = [each.at for each in company.changes]
    assert stamps == sorted(stamps)
    assert not any(each.microsecond for each in stamps)
    local = [each.astimezone(company.zone) for each in stamps]
    assert min(each.time() for each in local) >= time(8, 30)
    steps = [(a, b) for a, b in pairwise(company.changes) if a.op == b.op == "created"]
    assert any(a.at == b.at for a, b in steps)
    assert company.changes[-1].at.astimezone(company.zone).date() <= company.today


def test_the_same_seed_and_calls_make_the_same_books():
    def lived(seed):
        company = Company(started_on=date(2026, 1, 1), seed=seed)
        company.advance(20)
        company.issue(1, 10)
        company.wait(5)
        company.advance(20)
        return dump(company)

    assert lived(5) == lived(5) != lived(6)


def test_steps_by_hand_do_not_alter_the_course_of_life():
    alone, helped = (Company(started_on=date(2026, 1, 1)) for _ in range(2))
    alone.advance(3)
    helped.issue(60, 10)
    helped.advance(3)
    totals = [[each.total for each in company.invoices.values()][-1] for company in (alone, helped)]
    assert totals[0] == totals[1]


@pytest.mark.parametrize(
    "company",
    [
        Company(started_on=date(2026, 1, 1), seed=11, customers=9, home_currency="EUR", invoices_per_day=2),
        Company.grown(invoices=30, payments=9, days=40, seed=3),
    ],
)
def test_a_company_rebuilt_from_its_options_is_the_same(company):
    again = Company.of(json.loads(json.dumps(company.options)))
    assert again.options == company.options
    company.advance(9)
    again.advance(9)
    assert dump(company) == dump(again)


@pytest.mark.parametrize(("invoices", "payments"), [(0, 0), (1, 0), (3, 8), (400, 390), (3000, 1200)])
def test_grown_to_exact_counts(invoices, payments):
    company = Company.grown(invoices=invoices, payments=payments, seed=2)
    assert sum(each.status != "deleted" for each in company.invoices.values()) == invoices
    banked = [each for each in company.receipts.values() if each.kind == "payment" and each.status != "deleted"]
    assert len(banked) == payments
    check_books(company)
    if invoices == 3000:
        assert not [name for name in ODD_EVENTS if not company.life.done[name]]


@pytest.mark.slow
def test_grown_large():
    company = Company.grown(invoices=50_000, payments=20_000)
    assert sum(each.status != "deleted" for each in company.invoices.values()) == 50_000
    check_books(company)
