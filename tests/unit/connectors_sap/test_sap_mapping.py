"""What lines that hang together state: the cases that SAP's books know."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.ledger.folding import Books, summary
from hub.sdk.errors import ConfigError, RecordError
from hub.sdk.records import Allocation, CreditMemo, Customer, Invoice, Payment, Record
from plugins.connectors.sap.plugin import SapConnector
from tests.unit.connectors_sap.answers import NOBODY, answer, cleared, line

INVOICE, OTHER = "1710/2026/1800000001/001", "1710/2026/1800000002/001"
RECEIPT = "1710/2026/1400000001/001"


def mapped(*lines: dict[str, Any], **config: Any) -> list[Record]:
    connector = SapConnector(config, NOBODY)
    return [record for stream, item in connector.unpack([answer(*lines)]) for record in connector.map(stream, item)]


def books(*lines: dict[str, Any], **config: Any) -> Books:
    found = Books()
    found.add(mapped(*lines, **config))
    return found


def only(kind: type, records: list[Record]) -> Any:
    (found,) = (record for record in records if isinstance(record, kind))
    return found


def allocated(found: Books) -> dict[str, tuple[str, str, str]]:
    """{id: (kind, amount, day)} of all allocations."""
    return {key: (each.kind, str(each.amount), each.applied_on.isoformat()) for key, each in found.allocations.items()}


def test_lines_cleared_together_settle_each_other_on_the_day_of_clearing():
    lines = cleared(
        "1400000001", "2026-09-20", line("1800000001", "100.00"), line("1400000001", "-100.00", "2026-09-05")
    )
    found = books(*lines)
    assert allocated(found) == {f"{RECEIPT}>{INVOICE}": ("payment", "100.00", "2026-09-20")}
    assert found.payments[RECEIPT].paid_on == date(2026, 9, 5)
    assert found.receivable() == {"USD": 0}


def test_no_invoice_is_paid_before_the_money_was_posted():
    (invoice,) = cleared("1400000001", "2026-08-31", line("1800000001", "100.00"))
    (payment,) = cleared("1400000001", "2026-09-05", line("1400000001", "-100.00", "2026-09-05"))
    assert allocated(books(invoice, payment)) == {f"{RECEIPT}>{INVOICE}": ("payment", "100.00", "2026-09-05")}


def test_a_partial_payment_is_an_open_line_that_names_its_invoice():
    part = line("1400000001", "-30.00", "2026-08-10", InvoiceReference="1800000001", InvoiceReferenceFiscalYear="2026")
    found = books(line("1800000001", "100.00"), part)
    assert allocated(found) == {f"{RECEIPT}>{INVOICE}": ("payment", "30.00", "2026-08-10")}
    assert found.receivable() == {"USD": 70}


def test_a_partial_payment_keeps_its_allocation_when_it_is_cleared_with_the_rest():
    part = line("1400000001", "-30.00", "2026-08-10", InvoiceReference="1800000001")
    rest = line("1400000002", "-70.00", "2026-09-10")
    found = books(line("1800000001", "100.00"), part)
    found.add(mapped(*cleared("1400000002", "2026-09-10", line("1800000001", "100.00"), part, rest)))
    assert allocated(found) == {
        f"{RECEIPT}>{INVOICE}": ("payment", "30.00", "2026-08-10"),
        f"1710/2026/1400000002/001>{INVOICE}": ("payment", "70.00", "2026-09-10"),
    }


def test_a_clearing_that_was_reset_leaves_nothing_behind():
    invoice, payment = line("1800000001", "100.00"), line("1400000001", "-100.00", "2026-09-05")
    found = books(*cleared("1400000001", "2026-09-05", invoice, payment))
    found.add(mapped(invoice, payment))
    assert not found.allocations
    assert found.unapplied(found.payments[RECEIPT]) == 100


def test_what_is_named_is_paid_first_and_then_the_oldest():
    found = books(
        *cleared(
            "1400000001",
            "2026-09-20",
            line("1800000001", "100.00", "2026-08-01"),
            line("1800000002", "100.00", "2026-08-02"),
            line("1600000001", "-50.00", "2026-08-20", AccountingDocumentType="DG", InvoiceReference="1800000002"),
            line("1400000001", "-150.00", "2026-09-05"),
        )
    )
    assert allocated(found) == {
        f"1710/2026/1600000001/001>{OTHER}": ("credit_memo", "50.00", "2026-08-20"),
        f"{RECEIPT}>{INVOICE}": ("payment", "100.00", "2026-09-20"),
        f"{RECEIPT}>{OTHER}": ("payment", "50.00", "2026-09-20"),
    }


def test_more_than_is_open_stays_unapplied():
    names = {"InvoiceReference": "1800000001"}
    found = books(
        line("1800000001", "100.00"), line("1400000001", "-80.00", **names), line("1400000002", "-80.00", **names)
    )
    assert [str(found.unapplied(each)) for each in found.payments.values()] == ["0.00", "60.00"]
    assert found.receivable() == {"USD": -60}


@pytest.mark.parametrize("other", [{"Customer": "0000000002"}, {"TransactionCurrency": "EUR"}])
def test_an_open_credit_stays_on_its_own_account(other):
    found = books(line("1800000001", "100.00"), line("1400000001", "-30.00", InvoiceReference="1800000001", **other))
    assert not found.allocations
    assert found.unapplied(found.payments[RECEIPT]) == 30


def test_a_residual_item_is_an_invoice_of_its_own():
    residual = line(
        *("1400000001", "30.00", "2026-09-05"),
        AccountingDocumentItem="002",
        AccountingDocumentType="DZ",
        InvoiceReference="1800000001",
    )
    paid = cleared(
        "1400000001", "2026-09-05", line("1800000001", "100.00"), line("1400000001", "-100.00", "2026-09-05")
    )
    found = books(*paid, residual)
    assert found.status(found.invoices[INVOICE]) == "paid"
    assert found.balance(found.invoices["1710/2026/1400000001/002"]) == 30
    assert found.receivable() == {"USD": 30}


def test_a_credit_that_is_carried_over_is_not_counted_twice():
    carried = [
        line("1400000002", "60.00", "2026-09-08", AccountingDocumentType="DA"),
        line("1400000002", "-60.00", "2026-09-08", AccountingDocumentItem="002", AccountingDocumentType="DA"),
    ]
    lines = cleared(
        *("1400000002", "2026-09-08"),
        line("1800000001", "40.00"),
        line("1400000001", "-100.00", "2026-09-05"),
        carried[0],
    )
    found = books(*lines, carried[1])
    assert found.receivable() == {"USD": -60}
    assert found.unapplied(found.payments[RECEIPT]) == 0


def test_money_that_was_paid_back_settles_no_invoice():
    lines = cleared(
        *("1500000001", "2026-09-08"),
        line("1600000001", "-50.00", "2026-09-01", AccountingDocumentType="DG"),
        line("1500000001", "50.00", "2026-09-08", AccountingDocumentType="ZP"),
    )
    found = mapped(*lines)
    refund = only(Allocation, found)
    assert (refund.kind, refund.source_kind, refund.invoice_id) == ("refund", "credit_memo", None)
    assert not any(isinstance(record, Invoice) for record in found)


def test_a_reversed_document_is_void_and_its_reversal_is_none():
    lines = cleared(
        "0100000099",
        "2026-09-08",
        line("1800000001", "100.00", IsReversed=True, ReverseDocument="0100000099"),
        line("0100000099", "-100.00", IsReversal=True, ReverseDocument="1800000001", AccountingDocumentType="RV"),
    )
    found = books(*lines)
    assert found.invoices[INVOICE].status == "void"
    assert not found.allocations and not found.credits()


def test_a_reversed_payment_pays_nothing():
    lines = cleared(
        "0100000099",
        "2026-09-08",
        line("1400000001", "-100.00", IsReversed=True, ReverseDocument="0100000099"),
        line("0100000099", "100.00", IsReversal=True, ReverseDocument="1400000001", AccountingDocumentType="DZ"),
    )
    found = books(line("1800000001", "100.00"), *lines)
    assert found.payments[RECEIPT].status == "void"
    assert found.receivable() == {"USD": 100}


def test_down_payments_and_accounts_of_others_are_kept_apart():
    found = mapped(
        line("1400000001", "-500.00", SpecialGLCode="A"), line("1900000001", "70.00", FinancialAccountType="K")
    )
    assert found == []


@pytest.mark.parametrize(
    ("types", "kind", "allocation"),
    [
        ("DZ", Payment, "payment"),
        ("DG", CreditMemo, "credit_memo"),
        ("RV", CreditMemo, "credit_memo"),
        ("AB", Payment, "journal"),
        ("DA", Payment, "journal"),
    ],
)
def test_the_document_type_says_what_a_credit_is(types, kind, allocation):
    found = mapped(
        line("1800000001", "100.00"),
        line("1400000001", "-30.00", AccountingDocumentType=types, InvoiceReference="1800000001"),
    )
    only(kind, found)
    assert only(Allocation, found).kind == allocation


def test_a_company_may_have_types_and_reasons_of_its_own():
    lines = [
        line("1800000001", "100.00"),
        line("1400000001", "-30.00", AccountingDocumentType="Z1", InvoiceReference="1800000001"),
        line(
            *("1400000002", "-2.00"),
            AccountingDocumentType="AB",
            InvoiceReference="1800000001",
            PaymentDifferenceReason="SKT",
        ),
    ]
    found = books(*lines, payment_types=["Z1"], difference_reasons={"SKT": "discount"})
    assert {each.kind for each in found.allocations.values()} == {"payment", "discount"}


def test_what_no_customers_line_settled_is_closed_all_the_same():
    (invoice,) = cleared("0100000007", "2026-09-08", line("1800000001", "100.00"))
    (credit,) = cleared("0100000008", "2026-09-08", line("1400000001", "-30.00"))
    found = books(invoice, credit)
    assert sorted(each.kind for each in found.allocations.values()) == ["opening", "refund"]
    assert found.receivable() == {"USD": 0}


EUROS = {"TransactionCurrency": "EUR"}


def test_a_payment_at_another_rate_leaves_the_home_currency_with_what_sap_has():
    invoice = line("1800000001", "4000.00", AmountInCompanyCodeCurrency="4320.00", **EUROS)
    payment = line(
        *("1400000001", "-2000.00"), AmountInCompanyCodeCurrency="-2360.00", InvoiceReference="1800000001", **EUROS
    )
    found = books(invoice, payment)
    assert found.receivable() == {"EUR": 2000}
    assert found.home_receivable() == 1960  # and not 2000 x 1.08
    assert summary(found)["home_currency"] is None


def test_rates_without_end_come_back_to_the_cent():
    invoice = line("1800000001", "333.33", AmountInCompanyCodeCurrency="100.01", **EUROS)
    payments = [
        line(
            *(f"140000000{number}", "-111.11"),
            AmountInCompanyCodeCurrency="-33.37",
            InvoiceReference="1800000001",
            **EUROS,
        )
        for number in (1, 2)
    ]
    assert summary(books(invoice, *payments))["open_balance_home"] == "33.27"


def test_a_payment_in_another_currency_settles_what_it_cleared():
    lines = cleared(
        *("1400000001", "2026-09-05"),
        line("1800000001", "100.00", "2026-08-01", AmountInCompanyCodeCurrency="108.00", **EUROS),
        line("1800000002", "50.00", "2026-08-02", AmountInCompanyCodeCurrency="54.00", **EUROS),
        line("1400000001", "-160.00", "2026-09-05"),
    )
    found = books(*lines)
    assert [str(each.amount) for each in found.allocations.values()] == ["100.00", "50.00"]
    assert found.receivable() == {"EUR": 0, "USD": 0}
    assert found.home_receivable() == 0


def test_yen_have_no_decimals():
    found = mapped(
        line("1800000001", "5000", AmountInCompanyCodeCurrency="33.5", TransactionCurrency="JPY"),
        line(
            *("1400000001", "-1000"),
            AmountInCompanyCodeCurrency="-7",
            TransactionCurrency="JPY",
            InvoiceReference="1800000001",
        ),
    )
    invoice = only(Invoice, found)
    assert (invoice.total, invoice.total * invoice.exchange_rate) == (Decimal(5000), Decimal("33.5"))
    assert only(Allocation, found).home_amount == 7


def test_instalments_of_one_document_are_invoices_of_their_own():
    found = books(
        line("1800000001", "60.00", NetDueDate="2026-09-01"),
        line("1800000001", "40.00", AccountingDocumentItem="002", NetDueDate="2026-10-01"),
        line("1400000001", "-40.00", InvoiceReference="1800000001", InvoiceItemReference="002"),
    )
    assert [str(found.balance(each)) for each in found.invoices.values()] == ["60.00", "0.00"]


def test_a_dunning_block_marks_a_dispute():
    assert only(Invoice, mapped(line("1800000001", "1.00", DunningBlockingReason="A"))).disputed is True
    assert only(Invoice, mapped(line("1800000001", "1.00"))).disputed is False


def test_a_missing_due_date_follows_from_the_terms():
    found = only(
        Invoice,
        mapped(
            line(
                *("1800000001", "1.00", "2026-08-01"),
                NetDueDate=None,
                DueCalculationBaseDate="2026-08-05",
                NetPaymentDays="30",
            )
        ),
    )
    assert found.due_on == date(2026, 9, 4)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"AmountInTransactionCurrency": "NaN"}, "AmountInTransactionCurrency"),
        ({"AmountInTransactionCurrency": None}, "AmountInTransactionCurrency"),
        ({"AmountInCompanyCodeCurrency": "1,250.00"}, "AmountInCompanyCodeCurrency"),
        ({"PostingDate": "/Date(999999999999999)/"}, "PostingDate"),
        ({"PostingDate": None}, "PostingDate"),
        ({"NetDueDate": "/Date(soon)/"}, "NetDueDate"),
        ({"TransactionCurrency": ""}, "TransactionCurrency"),
        ({"Customer": ""}, "Customer"),
        ({"AccountingDocumentItem": None}, "AccountingDocument"),
    ],
)
def test_a_line_that_cannot_be_used_says_why(changed, field):
    with pytest.raises(RecordError) as caught:
        mapped(line("1800000001", "1.00") | changed)
    assert caught.value.field == field and caught.value.expected


def test_unknown_properties_and_types_do_not_disturb():
    found = mapped(line("1800000001", "1.00", AccountingDocumentType="Q7", Brand_New={"deep": [None]}))
    assert only(Invoice, found).total == 1


def test_business_partners_say_more_of_a_customer_than_lines():
    partner = {
        "BusinessPartner": "1000001",
        "Customer": "0000000001",
        "BusinessPartnerFullName": "Harbor Lights Café Ltd",
        "to_BusinessPartnerAddress": {
            "results": [{"Country": "US", "to_EmailAddress": {"results": [{"EmailAddress": "ap@harbor.example"}]}}]
        },
    }
    connector = SapConnector({}, NOBODY)
    items = list(connector.unpack([answer(line("1800000001", "1.00")), answer(partner)]))
    customers = {record for item in items for record in connector.map(*item) if isinstance(record, Customer)}
    expected = Customer(external_id="1", name="Harbor Lights Café Ltd", email="ap@harbor.example", country="US")
    assert customers == {expected}


def test_a_single_line_is_an_answer_too():
    connector = SapConnector({}, NOBODY)
    assert len(list(connector.unpack([{"d": line("1800000001", "1.00")}]))) == 1


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"error": {"code": "X", "message": {"lang": "en", "value": "Property Foo not found"}}}, "Property Foo"),
        ({"value": []}, "no OData answer"),
        ([], "no OData answer"),
        ({"d": {"results": ["text"]}}, "no line item"),
        ({"d": {"results": [{"Material": "X"}]}}, "no line item"),
    ],
)
def test_an_answer_that_is_none_is_named(payload, words):
    with pytest.raises(ConfigError, match=words):
        list(SapConnector({}, NOBODY).unpack([payload]))
