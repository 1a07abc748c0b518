"""Documents of each type as records: what is owed, what settles it, what is void, what was paid back."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from hub.sdk.records import Allocation, AllocationsComplete, CreditMemo, Customer, Gone, Invoice, Payment
from tests.unit.connectors_netsuite.rows import answer, books, document, items, link, mapped, only, problem


def test_an_invoice():
    (invoice,) = mapped(
        answer(
            document(
                101,
                total="4000.00",
                currency="2",
                exchangerate="1.08",
                duedate="2026-04-01",
                foreignamountunpaid="4000",
                termsname="Net 30",
            )
        )
    )
    assert invoice == Invoice(
        external_id="101",
        customer_id="7",
        number="CustInvc101",
        issued_on=date(2026, 3, 2),
        due_on=date(2026, 4, 1),
        currency="EUR",
        total=Decimal("4000.00"),
        balance=Decimal(4000),
        terms="Net 30",
        exchange_rate=Decimal("1.08"),
        updated_at=datetime(2026, 3, 2, 18, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("columns", "status", "total"),
    [
        ({"status": "A"}, "open", "100.00"),
        ({"status": "CustInvc:A"}, "open", "100.00"),
        ({"status": "Z"}, "open", "100.00"),  # a status nobody has heard of
        ({"voided": "T", "posting": "F", "status": "V", "foreigntotal": "0.00"}, "void", "0.00"),
        ({"status": "V"}, "void", "100.00"),
        ({"posting": "F", "status": "D"}, "draft", "100.00"),  # waits for approval
    ],
)
def test_the_status_of_an_invoice(columns, status, total):
    (invoice,) = mapped(answer(document(101, **columns)))
    assert (invoice.status, invoice.total) == (status, Decimal(total))


def test_an_invoice_without_number_and_due_date_has_its_id_and_its_own_date():
    (invoice,) = mapped(answer(document(101, tranid=None, duedate=None)))
    assert (invoice.number, invoice.due_on) == ("101", date(2026, 3, 2))


def test_two_invoices_may_have_the_same_number():
    found = books(answer(document(101, tranid="A-1"), document(102, tranid="A-1")))
    assert sorted(found.invoices) == ["101", "102"]


@pytest.mark.parametrize(
    ("currency", "code", "total"), [("3", "JPY", "5000"), ("4", "KWD", "12.345"), ("EUR", "EUR", "0.01")]
)
def test_amounts_keep_the_digits_of_their_currency(currency, code, total):
    (invoice,) = mapped(answer(document(101, currency=currency, total=total)))
    assert (invoice.currency, str(invoice.total)) == (code, total)


def test_a_statement_charge_is_owed_like_an_invoice():
    assert only(mapped(answer(document(101, "CustChrg"), document(102, "FinChrg"))), Invoice)


def test_a_payment_states_where_it_went_and_that_this_is_all():
    records = mapped(
        answer(document(101), document(102), document(201, "CustPymt", "250.00", trandate="2026-03-20")),
        answer(
            link(101, "CustInvc", 201, "CustPymt", "100.00"),
            link(102, "CustInvc", 201, "CustPymt", "60.50"),
        ),
    )
    assert [(each.invoice_id, each.kind, each.amount, each.applied_on) for each in only(records, Allocation)] == [
        ("101", "payment", Decimal("100.00"), date(2026, 3, 20)),
        ("102", "payment", Decimal("60.50"), date(2026, 3, 20)),
    ]
    assert only(records, AllocationsComplete) == [
        AllocationsComplete(entity="payment", external_id="201", gone_on=date(2026, 3, 2))
    ]


def test_an_overpayment_stays_unapplied():
    found = books(
        answer(document(101), document(201, "CustPymt", "130.00")),
        answer(link(101, "CustInvc", 201, "CustPymt", "100.00")),
    )
    assert found.unapplied(found.payments["201"]) == 30
    assert found.receivable() == {"USD": -30}


def test_a_payment_before_its_invoice_is_applied_no_earlier_than_that():
    (allocation,) = only(
        mapped(
            answer(document(201, "CustPymt", trandate="2026-01-05")),
            answer(link(101, "CustInvc", 201, "CustPymt", "100.00", previousdate="2026-03-02", nextdate="2026-01-05")),
        ),
        Allocation,
    )
    assert allocation.applied_on == date(2026, 3, 2)


def test_several_lines_that_link_the_same_documents_are_one_allocation():
    (allocation,) = only(
        mapped(
            answer(document(201, "CustPymt")),
            answer(
                link(101, "CustInvc", 201, "CustPymt", "40.00", previousline="0"),
                link(101, "CustInvc", 201, "CustPymt", "60.00", previousline="3"),
            ),
        ),
        Allocation,
    )
    assert (allocation.external_id, allocation.amount) == ("201-101", Decimal("100.00"))


def test_a_link_without_amount_has_what_the_others_leave_of_what_was_used():
    records = mapped(
        answer(document(201, "CustPymt", foreignpaymentamountused="90.00")),
        answer(link(101, "CustInvc", 201, "CustPymt", "30.00"), link(102, "CustInvc", 201, "CustPymt", None)),
    )
    assert [each.amount for each in only(records, Allocation)] == [Decimal("30.00"), Decimal("60.00")]


def test_a_credit_memo_is_negative_there_and_positive_here():
    records = mapped(
        answer(document(101), document(301, "CustCred", "-80.00", foreignpaymentamountunused="30.00")),
        answer(link(101, "CustInvc", 301, "CustCred", "50.00")),
    )
    (memo,), (allocation,) = only(records, CreditMemo), only(records, Allocation)
    assert memo.total == Decimal("80.00")
    assert (allocation.kind, allocation.source_id, allocation.amount) == ("credit_memo", "301", Decimal("50.00"))


def test_one_credit_memo_over_several_invoices():
    found = books(
        answer(document(101), document(102), document(301, "CustCred", "-150.00")),
        answer(link(101, "CustInvc", 301, "CustCred", "100.00"), link(102, "CustInvc", 301, "CustCred", "50.00")),
    )
    assert [found.balance(each) for each in found.invoices.values()] == [0, 50]
    assert found.unapplied(found.credit_memos["301"]) == 0


def test_a_link_that_is_no_application_settles_nothing():
    records = mapped(
        answer(document(301, "CustCred", "-80.00")),
        answer(link(101, "CustInvc", 301, "CustCred", "80.00", linktype="SaleRet")),
    )
    assert not only(records, Allocation)


def test_a_deposit_is_a_payment_that_its_applications_apply():
    found = books(
        answer(
            document(101),
            document(102),
            document(401, "CustDep", "300.00"),
            document(501, "DepAppl", "100.00", trandate="2026-04-01"),
            document(502, "DepAppl", "60.00", trandate="2026-04-09"),
        ),
        answer(
            link(401, "CustDep", 501, "DepAppl", "100.00", linktype="DepAppl"),
            link(101, "CustInvc", 501, "DepAppl", "100.00"),
            link(401, "CustDep", 502, "DepAppl", "60.00", linktype="DepAppl"),
            link(102, "CustInvc", 502, "DepAppl", "60.00"),
        ),
    )
    assert [*found.payments] == ["401"]
    assert found.unapplied(found.payments["401"]) == 140
    assert {each.kind for each in found.allocations.values()} == {"prepayment"}
    assert found.balance(found.invoices["102"]) == 40


def test_a_deposit_application_whose_deposit_is_not_known_is_a_payment_of_its_own():
    found = books(
        answer(document(101), document(501, "DepAppl", "60.00")), answer(link(101, "CustInvc", 501, "DepAppl", "60.00"))
    )
    assert found.receivable() == {"USD": 40}


@pytest.mark.parametrize(("kind", "total"), [("CustCred", "-80.00"), ("CustPymt", "80.00"), ("CustDep", "80.00")])
def test_a_refund_uses_up_what_it_pays_back(kind, total):
    records = mapped(
        answer(document(301, kind, total), document(601, "CustRfnd", "-80.00", trandate="2026-05-01")),
        answer(link(301, kind, 601, "CustRfnd", "80.00", nextdate="2026-05-01")),
    )
    (refund,) = only(records, Allocation)
    assert (refund.kind, refund.invoice_id, refund.source_id, refund.amount) == ("refund", None, "301", 80)
    assert refund.source_kind == ("credit_memo" if kind == "CustCred" else "payment")
    assert refund.applied_on == date(2026, 5, 1)
    assert not only(records, Invoice)


def test_a_refund_that_is_linked_the_other_way_round_is_the_same():
    (refund,) = only(
        mapped(answer(document(301, "CustCred", "-80.00")), answer(link(601, "CustRfnd", 301, "CustCred", "80.00"))),
        Allocation,
    )
    assert (refund.kind, refund.source_id) == ("refund", "301")


def test_a_void_refund_paid_nothing_back():
    records = mapped(
        answer(document(301, "CustCred", "-80.00"), document(601, "CustRfnd", "-80.00", voided="T")),
        answer(link(301, "CustCred", 601, "CustRfnd", "80.00")),
    )
    assert not only(records, Allocation)


def test_a_refund_of_nothing_raises_the_receivables():
    assert books(answer(document(601, "CustRfnd", "-80.00"))).receivable() == {"USD": 80}


@pytest.mark.parametrize("columns", [{"voided": "T"}, {"posting": "F", "status": "A"}])
def test_a_payment_that_is_void_or_waits_for_approval_counts_nowhere(columns):
    records = mapped(
        answer(document(201, "CustPymt", **columns)), answer(link(101, "CustInvc", 201, "CustPymt", "100.00"))
    )
    (payment,) = only(records, Payment)
    assert payment.status == "void"
    assert not only(records, Allocation)
    assert only(records, AllocationsComplete)


def test_customers_are_called_what_they_are_called_in_any_script():
    names = ["Harbor Lights Café", "株式会社さくら製作所", "شركة النور للتجارة", "O'Brien & Sons 🚚"]
    customers = mapped(
        answer(*({"id": str(n), "entityid": f"C{n}", "companyname": name} for n, name in enumerate(names, start=1)))
    )
    assert [each.name for each in customers] == names


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"isperson": "T", "firstname": "Ada", "lastname": "Byron"}, "Ada Byron"),
        ({"altname": "12 Acme"}, "12 Acme"),
        ({}, "C-1"),
    ],
)
def test_customers_without_a_company_name(columns, name):
    assert mapped(answer({"id": "1", "entityid": "C-1", **columns})) == [Customer(external_id="1", name=name)]


def test_what_was_deleted():
    def deleted(kind, key):
        return {"recordtypeid": kind, "scriptid": kind, "recordid": key, "deleteddate": "11/10/2026"}

    kinds = {
        "invoice": "invoice",
        "customerpayment": "payment",
        "customerdeposit": "payment",
        "creditmemo": "credit_memo",
        "customer": "customer",
    }
    found = mapped(answer(*(deleted(kind, str(number)) for number, kind in enumerate(kinds)), deleted("task", "9")))
    assert [(each.entity, each.external_id) for each in found] == [
        (entity, str(number)) for number, entity in enumerate(kinds.values())
    ]
    assert {each.gone_on for each in found} == {date(2026, 11, 10)}
    journal = mapped(answer(deleted("JournalEntry", "900")))
    assert {("payment", "900"), ("payment", "900-1"), ("invoice", "900-1")} <= {
        (each.entity, each.external_id) for each in only(journal, Gone)
    }


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        (document(101, currency="99"), "currency", "'99' where a currency whose symbol is known"),
        (document(101, total="1,250.00"), "foreigntotal", "'1,250.00' where an amount"),
        (document(101, total="NaN"), "foreigntotal", "an amount such as 1250.00"),
        (document(101, total=None), "foreigntotal", "nothing where an amount"),
        (document(101, trandate="soon"), "trandate", "'soon' where a date"),
        (document(101, trandate=None) | {"trandate": ""}, "trandate", "nothing where a date"),
        (document(101, entity=None), "entity", "nothing where a customer"),
        (document(101, "VendBill"), "type", "'VendBill' where a transaction on receivables"),
    ],
)
def test_what_cannot_be_used_says_where_and_why(row, field, words):
    error = problem(answer(row))
    assert error.field == field
    assert words in str(error)
    assert "101" in str(error)


def test_one_bad_link_costs_its_document_alone():
    found = items(
        answer(document(201, "CustPymt"), document(202, "CustPymt")),
        answer(link(101, "CustInvc", 201, "CustPymt", "many"), link(102, "CustInvc", 202, "CustPymt", "5.00")),
    )
    good = dict(found[1][1])
    assert good["id"] == "202"
    assert [each["foreignamount"] for each in good["applications"]] == ["5.00"]
