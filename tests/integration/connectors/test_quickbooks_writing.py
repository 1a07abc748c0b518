"""Credit memos at QuickBooks: made once whatever goes wrong, applied, and refused in words that help."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from hub.sdk.connector import WriteRequest
from hub.sdk.errors import AuthError, RefusedError, TransientError
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from plugins.connectors.quickbooks.box import QuickBooksBox
from tests.integration.connectors.quickbooks_runs import connected, ties_out
from tests.integration.connectors.quickbooks_xsd import Schemas
from tests.normal_form import CONTRACTS

KEY = "pp-0192f0c1d2e37a4b8c9dabcdef012345"


@pytest.fixture
def connection():
    company = Company(started_on=date(2026, 9, 1), customers=3, invoices_per_day=0, currencies=("USD",))
    with connected(QuickBooksBox(company)) as connection:
        yield connection


@pytest.fixture
def invoice(connection):
    return connection.box.company.issue(1, "100.10")


def asking(invoice, **changed) -> WriteRequest:
    return replace(
        WriteRequest(
            key=KEY,
            invoice_id=str(invoice.id),
            customer_id=str(invoice.party),
            amount=Decimal("30.05"),
            currency=invoice.currency,
            on=invoice.issued_on,
            reason="Dispute D-7: the price agreed was 70.05",
        ),
        **changed,
    )


def test_a_credit_memo_is_made_and_applied_and_the_books_tie_out(connection, invoice):
    result = connection.connector().write(asking(invoice))
    company = connection.box.company
    (memo,) = company.credit_memos.values()
    assert (result.external_id, result.number, result.applied) == (str(memo.id), memo.number, Decimal("30.05"))
    assert (memo.total, memo.party, memo.issued_on) == (Decimal("30.05"), 1, invoice.issued_on)
    assert memo.memo == f"Dispute D-7: the price agreed was 70.05 [{KEY}]"
    assert company.open_of(invoice.id) == Decimal("70.05")
    assert company.unapplied_of("credit_memo", memo.id) == 0
    connection.run()
    ties_out(connection)
    assert result.external_id in connection.books.credit_memos


def test_what_is_sent_has_the_published_fields_and_types(connection, invoice):
    folder = CONTRACTS / "quickbooks" / "xsd"
    if not folder.exists():
        pytest.skip(f"the schemas are not at {folder}")
    connection.connector().write(asking(invoice))
    calls = {call.path.rpartition("/")[2]: call for call in connection.box.calls if "requestid" in call.query}
    assert [call.query["requestid"] for call in calls.values()] == [f"{KEY}-memo", f"{KEY}-link"]
    for name, entity in (("creditmemo", "CreditMemo"), ("payment", "Payment")):
        sent = json.loads(calls[name].body, parse_float=Decimal)
        assert list(Schemas(folder).problems(entity, sent)) == []
        assert calls[name].query["minorversion"] == "75"


def test_asked_again_nothing_is_made_anew(connection, invoice):
    first = connection.connector().write(asking(invoice))
    assert connection.connector().write(asking(invoice)) == first
    # Nor once QuickBooks has forgotten the ids of requests.
    connection.box._answered.clear()
    assert connection.connector().write(asking(invoice)) == first
    assert len(connection.box.company.credit_memos) == len(connection.box.company.applications) == 1


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize("path", ["/creditmemo", "/payment"])
@pytest.mark.parametrize("kind", ["lost_answer", "reset", "truncated", "html", "empty", "malformed"])
def test_an_answer_that_is_lost_costs_no_second_memo(connection, invoice, kind, path, forgets):
    connection.box.faults.add(Fault(kind, match=f"POST /v3/company/{connection.api.account['realmId']}{path}"))
    with pytest.raises(TransientError):
        connection.connector().write(asking(invoice))
    if forgets:
        connection.box._answered.clear()
    result = connection.connector().write(asking(invoice))
    company = connection.box.company
    assert len(company.credit_memos) == len(company.applications) == 1
    assert (result.applied, company.open_of(invoice.id)) == (Decimal("30.05"), Decimal("70.05"))


def test_another_request_makes_another_memo(connection, invoice):
    connection.connector().write(asking(invoice))
    connection.connector().write(asking(invoice, key=KEY.replace("0192", "0193")))
    assert len(connection.box.company.credit_memos) == 2
    assert connection.box.company.open_of(invoice.id) == Decimal("40.00")


def test_a_refused_memo_says_why_and_leaves_nothing(connection, invoice):
    connection.box.refusals.append("6210")
    with pytest.raises(RefusedError, match=r"QuickBooks refuses the credit memo: .*closed books"):
        connection.connector().write(asking(invoice))
    assert not connection.box.company.credit_memos


def test_a_memo_that_cannot_be_applied_is_made_and_says_so(connection, invoice):
    connection.box.faults.add(Fault("status:400", match="/payment"))
    result = connection.connector().write(asking(invoice))
    assert result.applied == 0
    # The next attempt finishes it.
    assert connection.connector().write(asking(invoice)).applied == Decimal("30.05")
    assert len(connection.box.company.credit_memos) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": Decimal("100.11")}, "100.1 USD are open at QuickBooks"),
        ({"currency": "EUR"}, "is in USD at QuickBooks, not in EUR"),
        ({"invoice_id": "99999"}, "no such invoice"),
        ({"invoice_id": "journal-7-1"}, "journal entry"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(connection, invoice, changed, words):
    with pytest.raises(RefusedError, match=words):
        connection.connector().write(asking(invoice, **changed))
    assert not connection.box.company.credit_memos
    assert not [call for call in connection.box.calls if call.method == "POST" and not call.path.endswith("/query")]


def test_a_revoked_grant_is_an_auth_error(connection, invoice):
    connector = connection.connector()
    connection.box.oauth.revoke_all()
    with pytest.raises(AuthError):
        connector.write(asking(invoice))


def test_an_invoice_that_was_paid_after_the_memo_keeps_the_memo_unapplied(connection, invoice):
    connection.box.faults.add(Fault("lost_answer", match="/creditmemo"))
    with pytest.raises(TransientError):
        connection.connector().write(asking(invoice))
    connection.box.company.pay(1, "100.10", [(invoice.id, "100.10")])
    result = connection.connector().write(asking(invoice))
    assert (result.applied, len(connection.box.company.credit_memos)) == (0, 1)


def test_a_memo_that_a_person_voided_is_not_made_anew(connection, invoice):
    result = connection.connector().write(asking(invoice))
    (memo,) = connection.box.company.credit_memos.values()
    connection.box.company.void_credit_memo(memo.id)
    with pytest.raises(RefusedError, match="made and then voided"):
        connection.connector().write(asking(invoice))
    assert len(connection.box.company.credit_memos) == 1
    assert result.external_id
