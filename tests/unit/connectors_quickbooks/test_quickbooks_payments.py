"""What a Payment is: money, credit applied, or both; and what becomes of it when it changes."""

from decimal import Decimal

import pytest

from hub.sdk.errors import RecordError
from hub.sdk.records import Allocation, AllocationsComplete, Gone, Payment
from plugins.connectors.quickbooks.journals import FORGET, MOST_LINES
from plugins.connectors.quickbooks.mapping import records
from tests.unit.connectors_quickbooks.entities import entry, listed, map_all, payment


def shares(found):
    """Allocations in few words: kind, invoice, source and amount."""
    return [
        (each.kind, each.invoice_id, each.source_id, str(each.amount)) for each in found if isinstance(each, Allocation)
    ]


def of(kind, found):
    return [each for each in found if isinstance(each, kind)]


def test_money_for_two_invoices_leaves_the_rest_unapplied():
    found = records("Payment", payment(total=500, lines=[("Invoice", "101", 300), ("Invoice", "102", Decimal("50.5"))]))
    assert of(Payment, found)[0].amount == 500
    assert shares(found) == [("payment", "101", "201", "300"), ("payment", "102", "201", "50.5")]
    assert [each.entity for each in of(AllocationsComplete, found)] == ["payment"]


def test_a_payment_over_nothing_applies_credit_and_is_none_itself():
    found = records("Payment", payment("3019", 0, [("Invoice", "104", 50), ("CreditMemo", "301", 50)]))
    assert shares(found) == [("credit_memo", "104", "301", "50")]
    assert of(Allocation, found)[0].applied_on.isoformat() == "2026-09-05"
    assert not of(Payment, found)
    assert not of(Gone, found)


@pytest.mark.parametrize(
    ("total", "lines", "expected"),
    [
        # one credit for two invoices, and two credits for one
        (0, "I1 60, I2 40, C8 100", "I1<C8 60, I2<C8 40"),
        (0, "C8 30, C9 70, I1 100", "I1<C8 30, I1<C9 70"),
        # equal amounts belong together; what is left goes in the order of the lines
        (0, "I1 60, I2 40, C8 40, C9 60", "I2<C8 40, I1<C9 60"),
        (0, "I1 60, I2 40, C8 50, C9 50", "I1<C8 50, I1<C9 10, I2<C9 40"),
        # money and credit in one
        (70, "I1 100, C8 30", "I1<C8 30, I1<$ 70"),
        (70, "I1 70, I2 30, C8 30", "I2<C8 30, I1<$ 70"),
        # one line may link both sides
        (0, "I1+C8 25", "I1<C8 25"),
    ],
)
def test_what_went_where_is_decided_the_same_way_each_time(total, lines, expected):
    kinds = {"I": "Invoice", "C": "CreditMemo"}
    parsed = []
    for text in lines.split(", "):
        names, amount = text.split()
        parsed.append(
            {
                "Amount": int(amount),
                "LinkedTxn": [{"TxnId": name, "TxnType": kinds[name[0]]} for name in names.split("+")],
            }
        )
    found = records("Payment", payment("P", total, Line=parsed))
    told = [
        f"{each.invoice_id}<{'$' if each.source_id == 'P' else each.source_id} {each.amount}"
        for each in found
        if isinstance(each, Allocation)
    ]
    assert sorted(told) == sorted(expected.split(", "))


def test_the_part_of_the_money_is_the_total_beside_credits():
    found = records("Payment", payment(total=70, lines=[("Invoice", "101", 100), ("CreditMemo", "301", 30)]))
    assert [each.amount for each in of(Payment, found)] == [70]
    assert shares(found) == [("payment", "101", "201", "70"), ("credit_memo", "101", "301", "30")]


def test_credit_beyond_what_it_settles_stays_with_the_payment_as_money():
    found = records(
        "Payment", payment(total=0, UnappliedAmt=40, lines=[("Invoice", "101", 60), ("CreditMemo", "301", 100)])
    )
    assert [each.amount for each in of(Payment, found)] == [40]
    assert sorted(shares(found)) == [("credit_memo", "101", "301", "60"), ("refund", None, "301", "40")]


@pytest.mark.parametrize("paid_out", ["Check", "Expense", "Purchase"])
def test_what_was_paid_back_is_a_refund_of_the_credit_or_of_the_money(paid_out):
    credit = records("Payment", payment(total=0, lines=[("CreditMemo", "301", 20), (paid_out, "900", 20)]))
    assert shares(credit) == [("refund", None, "301", "20")]
    assert of(Allocation, credit)[0].source_kind == "credit_memo"
    money = records("Payment", payment(total=50, lines=[("Invoice", "101", 30), (paid_out, "900", 20)]))
    assert shares(money) == [("payment", "101", "201", "30"), ("refund", None, "201", "20")]
    assert of(Allocation, money)[1].source_kind == "payment"


def test_a_deposit_to_receivables_is_money_of_the_payment_that_links_it():
    found = records("Payment", payment(total=0, lines=[("Invoice", "101", 80), ("Deposit", "700", 80)]))
    assert [each.amount for each in of(Payment, found)] == [80]
    assert shares(found) == [("payment", "101", "201", "80")]


def test_unapplied_money_of_another_payment_can_be_a_source():
    found = records("Payment", payment(total=0, lines=[("Invoice", "101", 80), ("Payment", "188", 80)]))
    assert shares(found) == [("payment", "101", "188", "80")]
    assert not of(Payment, found)


@pytest.mark.parametrize("note", ["Voided", "VOIDED", "voided", "Void", "Voided - was CHK 5", "CHK 5\nVoided"])
def test_a_void_payment_counts_nowhere(note):
    found = records("Payment", payment(total=0, PrivateNote=note))
    assert [(each.status, each.amount) for each in of(Payment, found)] == [("void", 0)]
    assert [each.entity for each in of(AllocationsComplete, found)] == ["payment"]


def test_a_payment_that_was_deleted_takes_its_allocations_along():
    item = {
        "Id": "201",
        "status": "Deleted",
        "domain": "QBO",
        "MetaData": {"LastUpdatedTime": "2026-09-08T23:59:00-07:00"},
    }
    found = records("Payment", item)
    assert [(each.entity, each.external_id, each.gone_on.isoformat()) for each in of(Gone, found)] == [
        ("payment", "201", "2026-09-08")
    ]
    assert [each.entity for each in of(AllocationsComplete, found)] == ["payment"]


def test_credits_that_an_edited_payment_does_not_apply_any_more_are_let_go_of():
    lines = [("Invoice", "104", 50), ("CreditMemo", "301", 50)]
    found = records("Payment", payment("3019", 0, lines, SyncToken="2") | {FORGET: True})
    gone = {(each.entity, each.external_id) for each in of(Gone, found)}
    assert ("payment", "3019") in gone  # it may have been money before
    assert ("allocation", "3019:1") not in gone
    assert {("allocation", f"3019:{number}") for number in range(2, MOST_LINES + 1)} < gone


def test_the_journal_entry_that_settles_an_invoice_is_its_source():
    lines = [("Debit", 80, "Bank"), ("Credit", 80, "Accounts Receivable (A/R)")]
    paying = payment("901", 0, [("Invoice", "101", 80), ("JournalEntry", "501", 80, "1")])
    found = map_all(listed(JournalEntry=[entry(lines=lines)]), listed(Payment=[paying]))
    assert [(each.external_id, each.amount) for each in of(Payment, found)] == [("journal-501-1", 80)]
    assert shares(found) == [("journal", "101", "journal-501-1", "80")]


def test_a_journal_entry_that_raises_the_receivable_is_settled_like_an_invoice():
    lines = [("Debit", 80, "Accounts Receivable (A/R)"), ("Credit", 80, "Sales")]
    paying = payment("901", 80, [("JournalEntry", "501", 80, "0")])
    found = map_all(listed(JournalEntry=[entry(lines=lines)]), listed(Payment=[paying]))
    assert shares(found) == [("payment", "journal-501-1", "901", "80")]


@pytest.mark.parametrize(
    ("total", "lines", "expected"),
    [
        (0, [("Invoice", "101", 80), ("JournalEntry", "501", 80)], ("journal", "101", "journal-501-1", "80")),
        (80, [("JournalEntry", "501", 80)], ("payment", "journal-501-1", "201", "80")),
    ],
)
def test_the_side_of_an_entry_that_is_not_at_hand_follows_from_the_sum(total, lines, expected):
    assert shares(records("Payment", payment(total=total, UnappliedAmt=0, lines=lines))) == [expected]


def test_a_linked_kind_that_nobody_knows_costs_this_payment_and_says_which():
    with pytest.raises(RecordError) as caught:
        records("Payment", payment(total=80, lines=[("Sorcery", "1", 80)]))
    assert (caught.value.field, caught.value.value) == ("TxnType", "Sorcery")
    assert "Invoice, CreditMemo" in caught.value.expected


def test_lines_that_ask_for_more_than_there_is_are_refused():
    with pytest.raises(RecordError, match="TotalAmt is 50 where at least 80, what its lines settle"):
        records("Payment", payment(total=50, lines=[("Invoice", "101", 80)]))


def test_where_a_payment_was_banked_is_nothing_to_the_receivable():
    item = payment(total=80, lines=[("Invoice", "101", 80)], LinkedTxn=[{"TxnId": "7", "TxnType": "Deposit"}])
    assert shares(records("Payment", item)) == [("payment", "101", "201", "80")]


def test_nulls_and_lines_without_links_are_passed_over():
    item = payment(total=10, Line=[None, {"Amount": 5}, {"Amount": None, "LinkedTxn": None}], PrivateNote=None)
    found = records("Payment", item)
    assert of(Payment, found)[0].amount == 10
    assert shares(found) == []
