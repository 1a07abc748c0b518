"""What a file notes of disputes: the words, and how much of the invoice they are about."""

from decimal import Decimal

import pytest

from hub.sdk.records import Invoice

HEAD = "invoice_id,customer_id,issue_date,due_date,amount,disputed,Dispute reason,Disputed amount"


def invoice(read, *cells):
    (found,) = read(f"{HEAD}\nI1,C1,2026-01-02,2026-02-01,100.50,{','.join(cells)}\n").of(Invoice)
    return found.disputed, found.dispute_text, found.disputed_amount


@pytest.mark.parametrize(
    ("cells", "stated"),
    [
        (("yes", "", ""), (True, None, None)),
        (("", "Two pallets short", "40.25"), (True, "Two pallets short", Decimal("40.25"))),
        (("", "", "12"), (True, None, Decimal(12))),
        (("no", "Settled by phone", ""), (False, "Settled by phone", None)),
        (("", "", ""), (None, None, None)),
    ],
)
def test_words_and_amounts_make_it_disputed_unless_it_says_no(read, cells, stated):
    assert invoice(read, *cells) == stated


@pytest.mark.parametrize("amount", ["100.51", "-1"])
def test_no_more_is_disputed_than_was_charged(read, amount):
    reading = read(f"{HEAD}\nI1,C1,2026-01-02,2026-02-01,100.50,,Short,{amount}\n")
    assert not reading.of(Invoice)
    assert reading.errors[0].field == "Disputed amount"
