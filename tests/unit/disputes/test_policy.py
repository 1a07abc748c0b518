"""The policy: the first rule that fits, what it gives, who approves it, and which documents are refused."""

import copy
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.disputes.policy import WARNING, Case, CustomerStanding, Fact, default_policy, read_policy, suggest
from hub.errors import InvalidError

BASE = {
    "code": "pricing",
    "is_sure": True,
    "p_code": Decimal("0.9"),
    "amount": Decimal("120.00"),
    "balance": Decimal("1000.00"),
    "total": Decimal("1000.00"),
    "currency": "USD",
    "home_rate": Decimal(1),
    "age_days": 30,
}


def case(**changed) -> Case:
    return Case(**BASE | changed)


def facts(*kinds):
    return tuple(Fact(kind=kind, sentence=f"{kind} is so.") for kind in kinds)


def policy_with(*rules, **more):
    """The default policy with these rules alone."""
    document = copy.deepcopy(dict(default_policy().document)) | more
    document["rules"] = list(rules)
    return read_policy(document, 7)


def rule(**changed):
    return {"name": "a_rule", "when": {}, "action": "credit", "sentence": "Credit it."} | changed


HAVE_PRICE = {"purchase_order": "have", "price_list": "have"}
SIGNED = {"proof_of_delivery": "have", "packing_list": "have"}


@pytest.mark.parametrize(
    ("changed", "rule_name", "action", "amount", "approve"),
    [
        ({"evidence": HAVE_PRICE}, "price_proven", "credit", "120.00", "member"),
        ({}, "price_unproven", "send_document", None, "member"),
        ({"evidence": HAVE_PRICE, "amount": Decimal("800")}, "price_proven", "credit", "500.00", "member"),
        ({"is_sure": False}, "class_not_sure", "hold", None, "member"),
        ({"code": None, "is_sure": False}, "class_not_sure", "hold", None, "member"),
        ({"code": "unauthorised", "is_sure": False}, "unauthorised", "freeze", None, "admin"),
        ({"code": "pricing", "codes": ("unauthorised",)}, "unauthorised", "freeze", None, "admin"),
        ({"code": "other"}, "legal_or_insolvency", "escalate", None, "admin"),
        ({"facts": facts("settled")}, "settled_meanwhile", "answer", None, "member"),
        (
            {"code": "duplicate_invoice", "facts": facts("likely_duplicate")},
            *("duplicate_found", "void_duplicate", "1000.00", "member"),
        ),
        ({"code": "duplicate_invoice"}, "duplicate_not_found", "refuse", None, "member"),
        (
            {"code": "already_paid", "facts": facts("unapplied_payment")},
            "money_waits_unapplied",
            "answer",
            None,
            "member",
        ),
        ({"code": "already_paid", "age_days": 10}, "paid_says_who", "hold", None, "member"),
        ({"code": "already_paid", "age_days": 11}, "proof_of_payment", "ask", None, "member"),
        (
            {"code": "credit_pending", "evidence": {"credit_promise": "have"}},
            "credit_promised",
            "credit",
            "120.00",
            "member",
        ),
        (
            {"code": "terms_discount", "facts": facts("in_discount_window")},
            "discount_in_time",
            "discount",
            "100.00",
            "member",
        ),
        ({"code": "terms_discount", "amount": Decimal("25")}, "discount_small", "write_off", "25", "member"),
        ({"code": "terms_discount", "amount": Decimal("25.01")}, "discount_too_late", "refuse", None, "member"),
        ({"code": "freight_charge", "amount": Decimal("50")}, "freight_small", "credit", "50", "member"),
        (
            {"code": "freight_charge", "amount": Decimal("50"), "customer": CustomerStanding(risk="high")},
            *("freight_by_terms", "send_document", None, "member"),
        ),
        ({"code": "quantity_shortage", "evidence": SIGNED}, "shortage_on_record", "credit", "120.00", "member"),
        ({"code": "not_received", "age_days": 20}, "delivery_proven", "send_document", None, "member"),
        ({"code": "not_received", "age_days": 21}, "lost_on_the_way", "carrier_claim", None, "member"),
        (
            {"code": "late_delivery", "evidence": {"penalty_clause": "have", "arrival_record": "have"}},
            *("late_with_clause", "credit", "50.00", "admin"),
        ),
        ({"code": "late_delivery"}, "late_without_clause", "refuse", None, "member"),
        ({"code": "quality_damage"}, "damage", "open_rma", None, "member"),
        ({"code": "tax_error"}, "tax", "correct_and_reissue", "1000.00", "member"),
        ({"code": "billing_details", "balance": Decimal("2500")}, "papers", "correct_and_reissue", "2500", "admin"),
        (
            {"code": "payment_delay_request", "customer": CustomerStanding(risk="high")},
            *("time_asked_by_a_risk", "call", None, "admin"),
        ),
        ({"code": "payment_delay_request"}, "time_asked", "payment_plan", None, "member"),
        ({"code": "no_dispute"}, "question", "answer", None, "member"),
    ],
)
def test_the_default_policy_suggests(changed, rule_name, action, amount, approve):
    found = suggest(default_policy(), case(**changed))
    assert (found["rule"], found["action"], found["amount"], found["approve"]) == (rule_name, action, amount, approve)
    assert found["policy_number"] == 0
    assert found["currency"] == (None if amount is None else "USD")


def test_every_class_has_a_rule_of_its_own_in_the_default_policy():
    codes = default_policy().document["evidence"].keys() | {"no_dispute", "other"}
    assert len(codes) == 17
    for code in codes:
        assert suggest(default_policy(), case(code=code))["rule"] != "no_rule_fits", code


def test_a_limit_cuts_the_amount_and_the_sentence_says_so():
    policy = policy_with(rule(action="discount", at_most={"percent": 10, "amount": 500}))
    assert suggest(policy, case(amount=Decimal("90")))["amount"] == "90"
    cut = suggest(policy, case(amount=Decimal("120")))
    assert (cut["amount"], "a part" in cut["sentence"]) == ("100.00", True)
    much = case(amount=Decimal("9000"), balance=Decimal("9000"), total=Decimal("9000"))
    assert suggest(policy, much)["amount"] == "500.00"


def test_a_limit_in_the_home_currency_is_reckoned_at_the_books_rate():
    policy = policy_with(rule(at_most={"amount": 500}))
    euros = case(amount=Decimal("1000"), currency="EUR", home_rate=Decimal("1.25"))
    assert suggest(policy, euros)["amount"] == "400.00"
    # Without a rate nobody knows what 500 are: nothing is within the limit.
    assert suggest(policy, case(amount=Decimal("10"), currency="EUR", home_rate=None))["amount"] == "0"


def test_a_limit_by_currency_has_none_for_others():
    policy = policy_with(rule(at_most={"amount": {"EUR": 500}}))
    assert suggest(policy, case(amount=Decimal("600"), currency="EUR", home_rate=None))["amount"] == "500"
    assert suggest(policy, case(amount=Decimal("600"), currency="USD"))["amount"] == "0"


@pytest.mark.parametrize(
    ("changed", "approve"),
    [
        ({}, "automatic"),
        ({"is_sure": False}, "member"),
        ({"facts": facts("bank_details_changed")}, "member"),
        ({"evidence": {}}, "member"),
        ({"evidence": {"photos": "not_needed"}}, "automatic"),
        ({"amount": Decimal("200.01")}, "member"),
    ],
)
def test_automatic_needs_a_sure_class_all_evidence_and_an_amount_within_the_limit(changed, approve):
    policy = policy_with(rule(approve="automatic", at_most={"amount": 200}, needs=["photos"]))
    given = {"evidence": {"photos": "have"}, "amount": Decimal("200")} | changed
    assert suggest(policy, case(**given))["approve"] == approve


def test_above_the_members_limit_an_admin_approves():
    policy = default_policy()
    assert policy.approver("credit", Decimal("1000"), "USD", Decimal(1)) == "member"
    assert policy.approver("credit", Decimal("1000.01"), "USD", Decimal(1)) == "admin"
    assert policy.approver("credit", Decimal("1"), "EUR", None) == "admin"
    assert policy.approver("send_document", None, "USD", Decimal(1)) == "member"
    assert policy.may_accept_own("credit", Decimal("250"), "USD", Decimal(1))
    assert not policy.may_accept_own("credit", Decimal("250.01"), "USD", Decimal(1))
    assert policy.may_accept_own("refuse", None, "USD", Decimal(1))


def test_new_bank_details_come_before_everything_and_warn():
    found = suggest(default_policy(), case(facts=facts("bank_details_changed"), code="unauthorised"))
    assert (found["rule"], found["action"], found["approve"], found["warning"]) == (
        *("new_bank_details", "call", "admin"),
        WARNING,
    )


@pytest.mark.parametrize(
    ("when", "fits"),
    [
        ({"value_12m": {"at_least": 10_000}}, True),
        ({"value_12m": {"at_least": 10_001}}, False),
        ({"disputes_12m": {"at_most": 3}}, True),
        ({"disputes_12m": {"at_most": 2}}, False),
        ({"won_share": {"at_least": 0.5}}, False),  # none of its disputes has ended: nobody knows
        ({"p_code": {"at_least": 0.9}}, True),
        ({"p_code": {"at_least": 0.91}}, False),
        ({"percent": {"at_most": 12}}, True),
        ({"percent": {"at_most": 11.9}}, False),
        ({"amount": {"at_least": 120, "at_most": 120}}, True),
        ({"amount": {"at_least": {"EUR": 1}}}, False),
        ({"no_facts": ["paid_since"]}, False),
        ({"facts": ["paid_since"], "age_days": {"at_least": 30}}, True),
        ({"facts": ["paid_since", "settled"]}, False),
        ({"no_evidence": ["photos"]}, True),
        ({"evidence": ["photos"]}, False),
        ({"risk": ["unknown"]}, True),
    ],
)
def test_conditions(when, fits):
    standing = CustomerStanding(value_12m=Decimal("10000"), disputes_12m=3)
    found = suggest(policy_with(rule(when=when)), case(customer=standing, facts=facts("paid_since")))
    assert found["rule"] == ("a_rule" if fits else "no_rule_fits")
    if not fits:
        assert (found["action"], found["evidence_needed"]) == ("escalate", ["purchase_order", "price_list"])


def test_the_amount_is_never_more_than_what_is_open():
    assert suggest(policy_with(rule()), case(amount=Decimal("1200"), balance=Decimal("300")))["amount"] == "300"
    whole = suggest(policy_with(rule()), case(amount=None, balance=Decimal("300")))
    assert whole["amount"] == "300"
    finer = case(amount=Decimal("10.0099"))
    assert suggest(policy_with(rule()), finer)["amount"] == "10.00"
    assert suggest(policy_with(rule()), case(amount=Decimal("10.5"), currency="JPY"))["amount"] == "10"
    share = policy_with(rule(amount={"percent": 3}))
    assert suggest(share, case(total=Decimal("333.33"), balance=Decimal("333.33")))["amount"] == "9.99"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda it: it["rules"][0].pop("sentence"), "rules.0"),
        (lambda it: it["rules"][0].update(action="pay"), "rules.0.action"),
        (lambda it: it["rules"][0]["when"].update(code=["late"]), "rules.0.when.code.0"),
        (lambda it: it["rules"].append(it["rules"][0]), f"rules.{len(default_policy().document['rules'])}.name"),
        (lambda it: it["rules"][0].update(approve="automatic", action="credit"), "rules.0.at_most"),
        (
            lambda it: it["rules"][0].update(approve="automatic", action="credit", at_most={"percent": 5}),
            "rules.0.at_most",
        ),
        (lambda it: it["rules"][0].update(approve="automatic", action="void_duplicate"), "rules.0.approve"),
        (lambda it: it["rules"][0].update(approve="automatic"), "rules.0.approve"),
        (lambda it: it["rules"][0].update(at_most={"percent": 5}), "rules.0.action"),
        (lambda it: it["rules"][0]["when"].update(age_days={"at_least": 5, "at_most": 4}), "rules.0.when.age_days"),
        (lambda it: it["rules"][0].update(action="credit", at_most={"amount": float("nan")}), "document"),
        (lambda it: it["rules"][0].update(action="credit", at_most={"amount": -1}), "rules.0.at_most.amount"),
        (lambda it: it["approval"].update(member=True), "approval.member"),
        (lambda it: it.update(extra=1), "document"),
        (lambda it: it.update(rules=[]), "rules"),
        (lambda it: it["evidence"].update(pricing=["a_hunch"]), "evidence.pricing.0"),
    ],
)
def test_a_document_that_cannot_be_used_names_the_place(change, place):
    document = copy.deepcopy(dict(default_policy().document))
    change(document)
    with pytest.raises(InvalidError) as refused:
        read_policy(document)
    assert place in refused.value.fields, refused.value.fields


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nversion: 1", "Line 2: 'version' is there twice"),
        ("a: &x [1]\nb: *x", "Line 2: anchors cannot be used"),
        ("a: [1, 2", "Line 1"),
        ("[" * 50 + "]" * 50, "deep"),
        ("? [1]\n: 2", "a key must be text"),
        ("a: !!python/object/apply:os.system ['true']", "could not determine a constructor"),
        ("a" * 100_001, "more than 100000 characters"),
    ],
)
def test_yaml_that_cannot_be_used_says_where(text, said):
    with pytest.raises(InvalidError) as refused:
        read_policy(text)
    assert said in refused.value.fields["yaml"]


@pytest.mark.parametrize("document", [None, [], "text: [", 5, {}, {"version": 2}])
def test_anything_else_is_refused(document):
    with pytest.raises(InvalidError):
        read_policy(document)


def test_words_that_yaml_takes_for_something_else_are_refused_not_guessed():
    text = "version: 1\nclock: {acknowledge: 1, answer: 3, resolve: yes}\n"
    with pytest.raises(InvalidError) as refused:
        read_policy(text)
    assert "clock.resolve" in refused.value.fields


MONEY = st.decimals(min_value=0, max_value=10**9, places=2)


@given(
    amount=st.none() | MONEY,
    balance=MONEY,
    total=MONEY,
    percent=st.integers(1, 100),
    limit=st.integers(0, 10**6),
    rate=st.none() | st.decimals(min_value="0.0001", max_value=1000, places=4),
    currency=st.sampled_from(["USD", "JPY", "KWD"]),
    is_sure=st.booleans(),
    has_evidence=st.booleans(),
)
def test_whatever_comes_a_rule_never_gives_more_than_its_limits(
    amount, balance, total, percent, limit, rate, currency, is_sure, has_evidence
):
    found = suggest(
        policy_with(rule(approve="automatic", at_most={"percent": percent, "amount": limit}, needs=["photos"])),
        case(
            amount=amount,
            balance=balance,
            total=total,
            currency=currency,
            home_rate=rate,
            is_sure=is_sure,
            evidence={"photos": "have"} if has_evidence else {},
        ),
    )
    given_ = Decimal(found["amount"])
    assert 0 <= given_ <= balance
    assert given_ * 100 <= total * percent
    assert given_ == 0 if rate is None else given_ * rate <= limit
    if found["approve"] == "automatic":
        assert is_sure and has_evidence and given_ == min(balance, balance if amount is None else amount)
