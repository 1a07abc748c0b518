"""What one row, or several rows of one invoice, say was paid, credited, given up or only settled."""

from datetime import date
from decimal import Decimal

import pytest

from hub.sdk.records import Allocation, CreditMemo, Customer, Invoice, Payment

HEAD = "invoice_id,customer_id,issue_date,due_date,amount,status,balance,paid_date,paid_amount"


def rows(*lines, head=HEAD):
    return "\n".join([head, *lines]) + "\n"


def allocations(reading):
    return [(each.invoice_id, each.kind, each.amount, each.applied_on.isoformat()) for each in reading.of(Allocation)]


def test_a_paid_row_is_an_invoice_its_payment_and_their_allocation(read):
    reading = read(rows("I1,C1,2026-01-02,2026-02-01,100.50,paid,,2026-02-03,"))
    (customer,), (invoice,), (payment,), (allocation,) = map(reading.of, (Customer, Invoice, Payment, Allocation))
    assert customer == Customer(external_id="C1", name="C1")
    assert invoice == Invoice(
        external_id="I1",
        customer_id="C1",
        number="I1",
        issued_on=date(2026, 1, 2),
        due_on=date(2026, 2, 1),
        currency="USD",
        total=Decimal("100.50"),
    )
    assert payment == Payment(
        external_id="I1#payment",
        customer_id="C1",
        paid_on=date(2026, 2, 3),
        currency="USD",
        amount=Decimal("100.50"),
    )
    assert allocation == Allocation(
        external_id="I1#payment",
        invoice_id="I1",
        kind="payment",
        amount=Decimal("100.50"),
        applied_on=date(2026, 2, 3),
        source_id="I1#payment",
    )


@pytest.mark.parametrize(
    ("line", "settled", "open_amount"),
    [
        ("I1,C1,2026-01-02,2026-02-01,100.50,open,,,", [], "100.50"),
        ("I1,C1,2026-01-02,2026-02-01,100.50,,40.50,2026-02-03,", [("payment", "60.00", "2026-02-03")], "40.50"),
        ("I1,C1,2026-01-02,2026-02-01,100.50,,,2026-02-03,60", [("payment", "60", "2026-02-03")], "40.50"),
        ("I1,C1,2026-01-02,2026-02-01,100.50,partial,40.50,,60", [("opening", "60", "2026-02-01")], "40.50"),
        # Settled beyond the payment by something the file does not name.
        (
            "I1,C1,2026-01-02,2026-02-01,100.50,paid,0,2026-02-03,90",
            [("payment", "90", "2026-02-03"), ("opening", "10.50", "2026-02-01")],
            "0",
        ),
        # Neither when it was paid nor what settled the rest.
        ("I1,C1,2026-01-02,2026-02-01,100.50,paid,0,,90", [("opening", "100.50", "2026-02-01")], "0"),
        # An overpayment settles no more than the invoice.
        ("I1,C1,2026-01-02,2026-02-01,100.50,paid,,2026-02-03,110", [("payment", "100.50", "2026-02-03")], "0"),
        ("I1,C1,2026-01-02,2026-02-01,100.50,void,,2026-02-03,100.50", [], "0"),
        ("I1,C1,2026-01-02,2026-02-01,100.50,draft,,,", [], "0"),
        ("I1,C1,2026-01-02,2026-02-01,100.50,written off,,2026-07-01,", [("write_off", "100.50", "2026-07-01")], "0"),
        (
            "I1,C1,2026-01-02,2026-02-01,100.50,written off,,2026-03-01,30",
            [("payment", "30", "2026-03-01"), ("write_off", "70.50", "2026-03-01")],
            "0",
        ),
        # An instalment not yet due when the file was made cannot have been settled in its future.
        ("I1,C1,2026-01-02,2099-02-01,100.50,paid,,,", [("opening", "100.50", "2026-01-02")], "0"),
    ],
)
def test_what_a_row_settles(read, line, settled, open_amount):
    reading = read(rows(line, "I0,C9,2026-02-02,,0.25,open,,,"))
    assert not reading.errors
    found = [(kind, amount, day) for _, kind, amount, day in allocations(reading)]
    if "2099" in line:
        assert [(kind, amount) for kind, amount, _ in found] == [("opening", Decimal("100.50"))]
        assert found[0][2] <= "2026-02-02"
    else:
        assert found == [(kind, Decimal(amount), day) for kind, amount, day in settled]
    assert reading.total.receivable["USD"] == Decimal(open_amount) + Decimal("0.25")


def test_several_rows_of_one_invoice_are_its_payments(read):
    reading = read(
        rows(
            "I1,C1,2026-01-02,2026-02-01,100.50,partial,20.50,2026-02-03,50",
            "I1,C1,2026-01-02,2026-02-01,100.50,partial,20.50,2026-02-10,30",
        )
    )
    assert len([each for each in reading.records if isinstance(each, Invoice)]) == 2
    assert len(reading.of(Invoice)) == 1
    assert {(each.external_id, each.amount) for each in reading.of(Payment)} == {
        ("I1#payment", Decimal(50)),
        ("I1#payment:2026-02-10:30", Decimal(30)),
    }
    assert reading.total.receivable == {"USD": Decimal("20.50")}


def test_rows_that_name_one_payment_share_it(read):
    head = HEAD + ",payment_id"
    reading = read(
        rows(
            "I1,C1,2026-01-02,2026-02-01,100.00,paid,,2026-02-03,,P-7",
            "I2,C1,2026-01-05,2026-02-04,50.25,paid,,2026-02-03,,P-7",
            "I3,C2,2026-01-05,2026-02-04,9.75,paid,,2026-02-03,,P-8",
            "I4,C2,2026-01-05,2026-02-04,1.00,open,,,,",
            head=head,
        )
    )
    assert {(each.external_id, each.amount) for each in reading.of(Payment)} == {
        ("P-7", Decimal("150.25")),
        ("P-8", Decimal("9.75")),
    }
    assert {each.external_id: each.source_id for each in reading.of(Allocation)} == {
        "P-7>I1": "P-7",
        "P-7>I2": "P-7",
        "P-8>I3": "P-8",
    }
    assert reading.total.receivable == {"USD": Decimal("1.00")}


def test_a_cheque_number_used_by_two_customers_is_two_payments(read):
    reading = read(
        rows(
            "I1,C1,2026-01-02,2026-02-01,100.00,paid,,2026-02-03,,101",
            "I2,C2,2026-01-05,2026-02-04,50.25,paid,,2026-02-04,,101",
            head=HEAD + ",payment_id",
        )
    )
    assert {(each.external_id, each.amount) for each in reading.of(Payment)} == {
        ("101/C1/2026-02-03/USD", Decimal("100.00")),
        ("101/C2/2026-02-04/USD", Decimal("50.25")),
    }


def test_credits_and_payments_of_their_own_say_what_they_settle(read):
    head = "type,invoice_id,customer_id,issue_date,due_date,amount,applies_to"
    reading = read(
        rows(
            "invoice,I1,C1,2026-01-02,2026-02-01,100.00,",
            "credit memo,CN1,C1,2026-01-09,,-30.00,I1",
            "payment,P1,C1,2026-02-03,,70.00,I1",
            "credit note,CN2,C1,2026-02-09,,5.00,",
            head=head,
        )
    )
    assert allocations(reading) == [
        ("I1", "credit_memo", Decimal("30.00"), "2026-01-09"),
        ("I1", "payment", Decimal("70.00"), "2026-02-03"),
    ]
    assert [(each.external_id, each.total) for each in reading.of(CreditMemo)] == [
        ("CN1", Decimal("30.00")),
        ("CN2", Decimal("5.00")),
    ]
    assert reading.total.receivable == {"USD": Decimal("-5.00")}


def test_a_negative_amount_is_a_credit_memo(read):
    reading = read(rows("I1,C1,2026-01-02,2026-02-01,(100.50),,,,"))
    (memo,) = reading.of(CreditMemo)
    assert memo.total == Decimal("100.50")
    assert not reading.of(Invoice)


def test_a_discount_is_not_money_received(read):
    head = HEAD + ",discount_amount"
    reading = read(rows("I1,C1,2026-01-02,2026-02-01,100.00,paid,0,2026-01-10,98,2", head=head))
    assert [(kind, amount) for _, kind, amount, _ in allocations(reading)] == [("payment", 98), ("discount", 2)]


@pytest.mark.parametrize(("flag", "expected"), [("yes", True), ("No", False), ("", None)])
def test_disputed(read, flag, expected):
    reading = read(rows(f"I1,C1,2026-01-02,2026-02-01,1.50,open,,,,{flag}", head=HEAD + ",disputed"))
    assert reading.of(Invoice)[0].disputed is expected


def test_a_disputed_status_is_an_open_invoice(read):
    (invoice,) = read(rows("I1,C1,2026-01-02,2026-02-01,1.50,Disputed,,,")).of(Invoice)
    assert (invoice.status, invoice.disputed) == ("open", True)


def test_customers_are_what_the_whole_file_says_of_them(read):
    head = "invoice_id,customer_id,customer_name,email,country,industry,credit_score,credit_limit,issue_date,amount"
    reading = read(
        rows(
            "I1,C1,,,,,,,2026-01-02,1.50",
            'I2,C1,First  Name,a@b.example,DE,Food,700,"10,000",2026-01-02,1.50',
            "I3,C1,Other Name,,,,,,2026-01-02,1.50",
            head=head,
        )
    )
    customers = [each for each in reading.records if isinstance(each, Customer)]
    assert customers == 3 * [
        Customer(
            external_id="C1",
            name="First Name",
            email="a@b.example",
            country="DE",
            industry="Food",
            credit_score=700,
            credit_limit=Decimal(10000),
        )
    ]


def test_the_due_date_follows_from_terms_else_from_the_issue(read):
    head = "invoice_id,customer_id,issue_date,due_date,terms,amount"
    reading = read(
        rows("I1,C1,2026-01-31,,Net 30,1.50", "I2,C1,2026-01-31,,NAA8,1.50", "I3,C1,2026-01-31,2026-02-15,Net 30,1.50",
             head=head)
    )  # fmt: skip
    assert [each.due_on.isoformat() for each in reading.of(Invoice)] == ["2026-03-02", "2026-01-31", "2026-02-15"]


def test_currency_by_column_then_mark_then_header_then_setting(read):
    head = "invoice_id,customer_id,issue_date,amount"
    marked = read(rows('I1,C1,2026-01-02,"€1,200.00"', "I2,C1,2026-01-02,$5.00", "I3,C1,2026-01-02,7.00", head=head))
    assert [each.currency for each in marked.of(Invoice)] == ["EUR", "USD", "EUR"]
    canadian = read(rows("I1,C1,2026-01-02,$5.00", head=head), currency="CAD")
    assert [each.currency for each in canadian.of(Invoice)] == ["CAD"]
    headed = read(rows("I1,C1,2026-01-02,5.00", head="invoice_id,customer_id,issue_date,Amount (GBP)"))
    assert [each.currency for each in headed.of(Invoice)] == ["GBP"]
    column = read(rows("I1,C1,2026-01-02,5.00,SEK", "I2,C1,2026-01-02,5.00,", head=head + ",currency"), currency="NOK")
    assert [each.currency for each in column.of(Invoice)] == ["SEK", "NOK"]
