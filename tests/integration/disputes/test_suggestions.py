"""Suggestions over a real ledger: what it shows of a dispute, what the policy makes of it, and that nothing follows."""

import copy
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from hub.disputes import automatic, capture, facts, moves, policies, service, settling, suggestion
from hub.disputes.policy import default_policy
from hub.errors import ConflictError, ForbiddenError
from hub.ledger import adjustments, holds
from hub.ledger import service as ledger
from hub.ledger.ids import ledger_id
from hub.sdk.records import Allocation, CreditMemo, Payment
from hub.storage.audit import acting
from tests.integration.disputes.conftest import CONNECTION, NOW, OTHER, SOMEBODY

TODAY = date(2026, 3, 31)


@pytest.fixture
def session(storage, tenant):
    """A transaction of the tenant's, of which nothing stays."""
    with storage.tenant(tenant) as session, acting(SOMEBODY):
        yield session
        session.rollback()


@pytest.fixture
def customer():
    """A customer of its own for each test."""
    customer.count = getattr(customer, "count", 0) + 1
    return f"s{datetime.now(UTC).timestamp()}"


@pytest.fixture
def dispute(session, new_invoice, customer):
    """Opens a dispute of a new invoice of that customer, or of the one named, its reason said by a person."""

    def dispute(code="pricing", *, invoice=None, opened_at=NOW, **facts):
        invoice = invoice or new_invoice("100", customer=customer)
        opening = capture.Opening(text=facts.pop("text", "No."), source="email", invoice_id=invoice, code=code, **facts)
        return service.get(session, capture.open_dispute(session, opening, opened_at, today=opened_at.date()).id)

    return dispute


def store(session, *records):
    ledger.store(session, CONNECTION, [(None, list(records))], None, NOW)


def suggested(session, dispute, **options):
    return suggestion.suggest(session, dispute["id"], NOW, today=TODAY, **options)


def kinds(made):
    return [each["kind"] for each in made["facts"]]


def test_it_is_kept_with_its_event_and_commits_nothing(session, dispute):
    found = dispute(amount=Decimal("30"))
    for kind in ("purchase_order", "price_list"):
        service.set_evidence(session, found["id"], NOW, kind=kind, status="have")
    before = snapshot(session)
    made = suggested(session, found)
    assert (made["rule"], made["amount"], made["approve"]) == ("price_proven", "30.0000", "member")
    assert snapshot(session) == before
    held = service.get(session, found["id"])
    assert (held["suggestion"], held["status"], held["version"]) == (made, "open", 3)
    (event,) = session.execute(
        text("select after from dispute_events where dispute_id = :id and kind = 'suggested'"), {"id": found["id"]}
    ).scalars()
    assert (event["action"], event["amount"], event["policy_number"]) == ("credit", "30.0000", 0)


def snapshot(session):
    """Everything that a suggestion must not touch."""
    tables = ("invoices", "allocations", "credit_memos", "payments", "adjustments", "holds", "dispute_policies")
    return [session.execute(text(f"select count(*), max(t::text) from {table} t")).one() for table in tables]


def test_made_anew_it_is_no_second_event(session, dispute):
    found = dispute()
    for _ in range(3):
        suggested(session, found)
    count = text("select count(*) from dispute_events where dispute_id = :id and kind = 'suggested'")
    assert session.scalar(count, {"id": found["id"]}) == 1


def test_what_is_decided_or_not_read_yet_gets_none(session, dispute):
    unread = dispute(code=None)
    assert suggested(session, unread) is None
    decided = dispute()
    moves.reject(session, decided["id"], NOW, note="No.")
    assert suggested(session, decided) is None


def test_a_likely_duplicate_is_named_and_voided_rather_than_refused(session, dispute, new_invoice, customer):
    found = dispute("duplicate_invoice", invoice=new_invoice("77.70", customer=customer, number="DUP-A"))
    assert suggested(session, found)["rule"] == "duplicate_not_found"
    new_invoice("77.70", customer=customer, number="DUP-B")
    other = ledger_id(CONNECTION, "invoice", "DUP-B")
    made = suggested(session, found)
    assert (made["rule"], made["action"], made["amount"]) == ("duplicate_found", "void_duplicate", "77.7000")
    fact = made["facts"][0]
    assert "DUP-B of 2026-03-01 is over 77.70 EUR too" in fact["sentence"] and str(other) in fact["link"]


def test_money_that_waits_is_told_of_one_who_says_that_they_paid(session, dispute, customer):
    found = dispute("already_paid")
    assert suggested(session, found)["rule"] == "proof_of_payment"
    store(
        session,
        Payment(
            external_id="P-1", customer_id=customer, paid_on=date(2026, 3, 20), currency="EUR", amount=Decimal("100")
        ),
    )
    made = suggested(session, found)
    assert made["rule"] == "money_waits_unapplied"
    assert made["facts"][0]["sentence"] == (
        "100.00 EUR of the customer's payments wait unapplied, the newest of 2026-03-20."
    )


def test_a_credit_memo_that_waits_is_told_of_one_who_waits_for_it(session, dispute, customer):
    found = dispute("credit_pending")
    memo = CreditMemo(
        external_id="M-1",
        customer_id=customer,
        number="M-1",
        issued_on=date(2026, 3, 2),
        currency="EUR",
        total=Decimal("12.5"),
    )
    store(session, memo)
    made = suggested(session, found)
    assert (made["rule"], kinds(made)) == ("credit_waits_unapplied", ["unapplied_credit"])
    assert made["facts"][0]["sentence"].startswith("12.50 EUR")


def test_what_was_paid_and_credited_is_told(session, dispute, new_invoice, customer):
    invoice = new_invoice("100", customer=customer, number="SETTLED-1")
    found = dispute("pricing", invoice=invoice)
    store(
        session,
        Payment(external_id="P-2", customer_id=customer, paid_on=TODAY, currency="EUR", amount=Decimal("60")),
        Allocation(
            external_id="A-1",
            invoice_id="SETTLED-1",
            kind="payment",
            amount=Decimal("60"),
            applied_on=TODAY,
            source_id="P-2",
        ),
        Allocation(
            external_id="A-2", invoice_id="SETTLED-1", kind="credit_memo", amount=Decimal("40"), applied_on=TODAY
        ),
    )
    made = suggested(session, found)
    assert made["rule"] == "settled_meanwhile"
    assert kinds(made) == ["settled", "credited_before", "paid_since"]


def test_the_discount_window_is_read_from_the_terms(session, dispute, new_invoice, customer):
    late = dispute("terms_discount", invoice=new_invoice("100", customer=customer, number="D-1", terms="2/10 net 30"))
    made = suggested(session, late)
    assert (made["rule"], kinds(made)) == ("discount_too_late", ["past_discount_window"])
    assert made["facts"][0]["sentence"] == "The terms allow 2 % until 2026-03-11; it is not paid yet."
    invoice = new_invoice("200", customer=customer, number="D-2", terms="2% 10, net 30")
    in_time = dispute("terms_discount", invoice=invoice)
    store(
        session,
        Payment(
            external_id="P-3", customer_id=customer, paid_on=date(2026, 3, 9), currency="EUR", amount=Decimal("196")
        ),
        Allocation(
            external_id="A-3",
            invoice_id="D-2",
            kind="payment",
            amount=Decimal("196"),
            applied_on=date(2026, 3, 9),
            source_id="P-3",
        ),
    )
    made = suggested(session, in_time)
    assert (made["rule"], made["action"]) == ("discount_in_time", "discount")
    assert Decimal(made["amount"]) == 4
    assert kinds(made)[:2] == ["in_discount_window", "discount_taken"]


@pytest.mark.parametrize(
    ("terms", "window"),
    [
        ("2/10 net 30", (Decimal(2), 10)),
        ("2% 10, net 30", (Decimal(2), 10)),
        ("1.5/15, n/45", (Decimal("1.5"), 15)),
        ("3 % Skonto in 14 Tagen", (Decimal(3), 14)),
        ("Net 30", None),
        ("30 days", None),
        ("60/30", None),
        ("", None),
        (None, None),
    ],
)
def test_terms(terms, window):
    assert facts.discount_window(terms) == window


@pytest.mark.parametrize(
    ("words", "speaks"),
    [
        ("Please note that our bank details have changed, see attached.", True),
        ("Kindly pay to our new bank account at once.", True),
        ("Unsere Bankverbindung hat sich geändert.", True),
        ("Bitte auf unser neues Konto überweisen.", True),
        ("Nos coordonnées bancaires ont changé.", True),
        ("Les informamos de nuestra nueva cuenta bancaria.", True),
        ("We paid it by bank transfer on Friday.", False),
        ("The price has changed, ask your bank holiday staff.", False),
        ("Our address has changed.", False),
    ],
)
def test_new_bank_details_are_heard_in_four_languages(words, speaks):
    assert facts.speaks_of_new_bank_details(words) is speaks


def test_a_text_that_speaks_of_new_bank_details_gets_the_warning_and_a_call(session, dispute):
    made = suggested(session, dispute("already_paid", text="We paid. By the way, our bank details have changed."))
    assert (made["action"], made["approve"], kinds(made)[0]) == ("call", "admin", "bank_details_changed")
    assert "Call back on a number known before" in made["warning"]


def test_earlier_disputes_of_the_customer_are_counted(session, dispute):
    for outcome in ("valid_credited", "partly_valid", "valid_credited"):
        earlier = dispute(opened_at=NOW - timedelta(days=40), amount=Decimal("1"))
        moves.accept(session, earlier["id"], NOW, is_admin=True)
        moves.resolve(session, earlier["id"], NOW, outcome=outcome)
    refused = dispute(opened_at=NOW - timedelta(days=30), amount=Decimal("1"))
    moves.reject(session, refused["id"], NOW, note="No.")
    moves.resolve(session, refused["id"], NOW, outcome="invalid_upheld")
    found = dispute(amount=Decimal("1"))
    made = suggested(session, found)
    assert made["look_alikes"] == {
        "count": 4,
        "outcomes": {"invalid_upheld": 1, "partly_valid": 1, "valid_credited": 2},
    }
    standing = facts.standing(session, found, NOW)
    assert (standing.disputes_12m, standing.won_share, standing.risk) == (4, Decimal("0.25"), "unknown")
    assert standing.value_12m == Decimal("500")
    assert kinds(made)[-1] == "same_reason_before"


def test_a_dispute_without_an_invoice_is_suggested_for_too(session):
    opening = capture.Opening(text="What is this?", source="email", code="billing_details")
    found = service.get(session, capture.open_dispute(session, opening, NOW, today=TODAY).id)
    made = suggested(session, found)
    assert (made["rule"], Decimal(made["amount"])) == ("papers", 0)


# Settling


def propose(session, found, action="credit", amount="40"):
    with acting(SOMEBODY):
        moves.propose(session, found["id"], NOW, action=action, amount=None if amount is None else Decimal(amount))


def test_accepting_notes_an_adjustment_beside_the_balance(session, dispute):
    found = dispute()
    propose(session, found)
    moves.accept(session, found["id"], NOW)
    (made,) = adjustments.list_adjustments(session, dispute_id=found["id"])
    assert (made.kind, made.amount, made.currency, made.status) == ("credit", Decimal("40"), "EUR", "pending")
    assert made.reason == f"Dispute D-{found['number']}: pricing"
    assert ledger.get_invoice(session, found["invoice_id"])["balance"] == Decimal("100")
    assert [each.source_id for each in holds.active(session, [found["invoice_id"]])] == [found["id"]]


@pytest.mark.parametrize(
    ("action", "kind"),
    [("discount", "discount"), ("write_off", "write_off"), ("correct_and_reissue", "reissue"), ("refuse", None)],
)
def test_each_action_is_its_own_kind_in_the_books(session, dispute, action, kind):
    found = dispute()
    propose(session, found, action, None)
    moves.accept(session, found["id"], NOW)
    made = adjustments.list_adjustments(session, dispute_id=found["id"])
    assert [(each.kind, each.amount) for each in made] == ([] if kind is None else [(kind, Decimal("100"))])


def test_without_a_proposal_the_suggestion_is_accepted(session, dispute):
    found = dispute("freight_charge", amount=Decimal("12"))
    suggested(session, found)
    moves.accept(session, found["id"], NOW)
    (made,) = adjustments.list_adjustments(session, dispute_id=found["id"])
    assert (made.kind, made.amount) == ("credit", Decimal("12"))


def test_more_than_is_open_cannot_be_taken_off_twice(session, dispute, new_invoice, customer):
    invoice = new_invoice("100", customer=customer)
    first, second = (dispute(invoice=invoice) for _ in range(2))
    for each in (first, second):
        propose(session, each, amount="60")
    moves.accept(session, first["id"], NOW)
    with pytest.raises(ConflictError, match=r"60 of them are to be taken off already|60.* too much"):
        moves.accept(session, second["id"], NOW)


def test_the_policy_says_who_accepts(session, dispute, new_invoice, customer):
    found = dispute(invoice=new_invoice("5000", customer=customer))
    session.execute(text("delete from dispute_policies"))
    document = copy.deepcopy(dict(default_policy().document))
    document["approval"] = {"member": {"EUR": 1000}, "own_proposal": {"EUR": 250}}
    policies.store(session, document, None, NOW, expected_number=0)

    def may(who, amount, is_admin=False):
        propose(session, found, amount=amount)
        try:
            settling.check(session, service.get(session, found["id"]), who, is_admin=is_admin)
        except ForbiddenError as error:
            return str(error)
        return True

    assert may(SOMEBODY, "250") is True
    assert "second person" in may(SOMEBODY, "250.01")
    assert may(OTHER, "1000") is True
    assert "asks for an admin" in may(OTHER, "1000.01")
    assert may(OTHER, "4000", is_admin=True) is True
    # Whoever proposes it is not the second person, admin or not.
    assert "second person" in may(SOMEBODY, "4000", is_admin=True)


def test_reopened_it_takes_back_what_was_only_noted(session, dispute):
    found = dispute()
    propose(session, found)
    moves.accept(session, found["id"], NOW)
    moves.resolve(session, found["id"], NOW, outcome="partly_valid")
    moves.reopen(session, found["id"], NOW, note="There is more to it.")
    (made,) = adjustments.list_adjustments(session, dispute_id=found["id"])
    assert made.status == "cancelled"


def noted(session, invoice, amount="30", status=None):
    made = adjustments.record(
        session,
        invoice_id=invoice,
        dispute_id=None,
        kind="credit",
        amount=Decimal(amount),
        currency="EUR",
        reason="Tried",
        now=NOW - timedelta(hours=1),
    )
    return made if status is None else adjustments.change(session, made, NOW, status=status)


def credited(session, customer, number, memo, amount="30"):
    """A credit memo comes that settles an invoice in part."""
    store(
        session,
        CreditMemo(
            external_id=memo, customer_id=customer, number=memo, issued_on=TODAY, currency="EUR", total=Decimal(amount)
        ),
        Allocation(
            external_id=f"A-{memo}",
            invoice_id=number,
            kind="credit_memo",
            amount=Decimal(amount),
            applied_on=TODAY,
            source_id=memo,
        ),
    )


def test_one_memo_confirms_one_adjustment_and_rather_the_one_that_was_asked_for(session, new_invoice, customer):
    invoice = new_invoice("100", customer=customer, number=f"C-{customer}")
    pending, sending = noted(session, invoice), noted(session, invoice, status="sending")
    credited(session, customer, f"C-{customer}", f"M1-{customer}")
    assert [each.id for each in adjustments.confirm(session, NOW)] == [sending.id]
    assert adjustments.confirm(session, NOW) == []
    credited(session, customer, f"C-{customer}", f"M2-{customer}")
    (second,) = adjustments.confirm(session, NOW)
    assert (second.id, second.number, second.status) == (pending.id, f"M2-{customer}", "confirmed")


def test_another_amount_or_a_credit_that_was_known_before_confirms_nothing(session, new_invoice, customer):
    invoice = new_invoice("100", customer=customer, number=f"E-{customer}")
    credited(session, customer, f"E-{customer}", f"M3-{customer}", amount="20")
    later = {"created_at": NOW + timedelta(hours=1)}
    made = adjustments.change(session, noted(session, invoice, amount="20"), NOW, **later)
    noted(session, invoice, amount="21")
    assert adjustments.confirm(session, NOW) == []
    # The same allocation, written anew because something else of it changed.
    moved = Allocation(
        external_id=f"A-M3-{customer}",
        invoice_id=f"E-{customer}",
        kind="credit_memo",
        amount=Decimal("20"),
        applied_on=TODAY - timedelta(days=1),
        source_id=f"M3-{customer}",
    )
    ledger.store(session, CONNECTION, [(None, [moved])], None, NOW + timedelta(hours=2))
    assert adjustments.confirm(session, NOW) == []
    assert adjustments.get(session, made.id).status == "pending"


# What the policy does by itself


@pytest.fixture
def automatic_policy(session):
    """A tenant whose admin has freight up to 50 EUR waived without asking."""
    document = copy.deepcopy(dict(default_policy().document))
    rule = next(each for each in document["rules"] if each["name"] == "freight_small")
    rule |= {"approve": "automatic", "at_most": {"amount": {"EUR": 50}}}
    rule["when"]["amount"] = {"at_most": {"EUR": 80}}
    session.execute(text("delete from dispute_policies"))
    return policies.store(session, document, None, NOW, expected_number=0)


class NoRegistry:
    """No connector is installed: nothing can be written back."""

    def get(self, slug):
        raise AssertionError("nothing is asked of a provider")


def test_what_an_admin_set_to_automatic_is_accepted_by_the_policy(session, dispute, automatic_policy):
    found = dispute("freight_charge", amount=Decimal("50"))
    assert suggested(session, found)["approve"] == "automatic"
    assert automatic.accept(session, found["id"], NOW, NoRegistry())
    (made,) = adjustments.list_adjustments(session, dispute_id=found["id"])
    assert (made.status, made.amount, made.created_by) == ("pending", Decimal("50"), "policy")
    event = session.execute(
        text("select by_kind, by_name from dispute_events where dispute_id = :id and kind = 'moved'"),
        {"id": found["id"]},
    ).one()
    assert tuple(event) == ("policy", "policy")


def test_nothing_else_is_accepted_by_the_policy(session, dispute, automatic_policy):
    above = dispute("freight_charge", amount=Decimal("50.01"))
    assert suggested(session, above)["approve"] != "automatic"
    touched = dispute("freight_charge", amount=Decimal("10"))
    suggested(session, touched)
    moves.investigate(session, touched["id"], NOW)
    other = dispute("tax_error")
    suggested(session, other)
    for each in (above, touched, other):
        assert not automatic.accept(session, each["id"], NOW, NoRegistry())
        assert adjustments.list_adjustments(session, dispute_id=each["id"]) == []


def test_by_the_default_policy_nothing_is_automatic():
    assert all(rule.get("approve") != "automatic" for rule in default_policy().document["rules"])
