"""Credit notes at Xero: made once whatever goes wrong, applied, and refused in words that help."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import jsonschema
import pytest
import yaml

from hub.sdk.connector import WriteRequest
from hub.sdk.errors import AuthError, RefusedError, TransientError
from hub.sdk.testing.company import Company
from hub.sdk.testing.faults import Fault
from plugins.connectors.xero.box import XeroBox
from plugins.connectors.xero.box_books import guid
from tests.integration.connectors.xero_runs import connected
from tests.normal_form import CONTRACTS

READ = [f"accounting.{each}.read" for each in ("contacts", "invoices", "payments", "settings", "reports.trialbalance")]
WRITE = [*READ, "accounting.invoices"]

KEY = "pp-0192f0c1d2e37a4b8c9dabcdef012345"


@pytest.fixture
def connection():
    company = Company(started_on=date(2026, 9, 1), customers=3, invoices_per_day=0, currencies=("USD",))
    with connected(XeroBox(company)) as connection:
        yield connection


def writer(connection, *scopes):
    """A connector whose consent reaches to writing, or to `scopes`."""
    connector = connection.connector()
    connection.api.headers["Authorization"] = f"Bearer {connection.box.bearer(*(scopes or WRITE))}"
    return connector


@pytest.fixture
def invoice(connection):
    return connection.box.company.issue(1, "100.10")


def asking(invoice, **changed) -> WriteRequest:
    return replace(
        WriteRequest(
            key=KEY,
            invoice_id=guid(0x1111, invoice.id),
            customer_id=guid(0xC0C0, invoice.party),
            amount=Decimal("30.05"),
            currency=invoice.currency,
            on=invoice.issued_on,
            reason="Dispute D-7: the price agreed was 70.05",
        ),
        **changed,
    )


def test_a_credit_memo_is_made_and_applied_and_the_books_tie_out(connection, invoice):
    result = writer(connection).write(asking(invoice))
    company = connection.box.company
    (memo,) = company.credit_memos.values()
    assert (result.external_id, result.number, result.applied) == (guid(0x3333, memo.id), memo.number, Decimal("30.05"))
    assert (memo.total, memo.party, memo.issued_on) == (Decimal("30.05"), 1, invoice.issued_on)
    assert memo.memo == KEY
    assert company.open_of(invoice.id) == Decimal("70.05")
    assert company.unapplied_of("credit_memo", memo.id) == 0
    connection.run()
    assert connection.receivable() == company.receivable() == {"USD": Decimal("70.05")}
    assert result.external_id in connection.books.credit_memos


def test_what_is_sent_holds_to_the_published_schema(connection, invoice):
    path = CONTRACTS / "xero" / "xero_accounting_ar.yaml"
    if not path.exists():
        pytest.skip(f"the specification is not at {path}")
    writer(connection).write(asking(invoice))
    specification = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    calls = [call for call in connection.box.calls if call.method == "PUT"]
    assert [call.headers["idempotency-key"] for call in calls] == [f"{KEY}-note", f"{KEY}-link"]
    for call, name in zip(calls, ("CreditNotes", "Allocations"), strict=True):
        for schema in specification["components"]["schemas"].values():
            if "properties" in schema:
                schema["additionalProperties"] = False
        whole = {"components": specification["components"], "$ref": f"#/components/schemas/{name}"}
        jsonschema.Draft4Validator(whole).validate(json.loads(call.body))


def test_asked_again_nothing_is_made_anew(connection, invoice):
    first = writer(connection).write(asking(invoice))
    assert writer(connection).write(asking(invoice)) == first
    # Nor once Xero has forgotten the key, minutes later.
    connection.box.wait(600)
    assert writer(connection).write(asking(invoice)) == first
    assert len(connection.box.company.credit_memos) == len(connection.box.company.applications) == 1


@pytest.mark.parametrize("forgets", [False, True])
@pytest.mark.parametrize("path", ["/CreditNotes", "/Allocations"])
@pytest.mark.parametrize("kind", ["lost_answer", "reset", "truncated", "html", "empty", "malformed"])
def test_an_answer_that_is_lost_costs_no_second_memo(connection, invoice, kind, path, forgets):
    nth = 2 if path == "/Allocations" else 1
    connection.box.faults.add(Fault(kind, match="PUT /api.xro/2.0/CreditNotes", nth=nth))
    with pytest.raises(TransientError):
        writer(connection).write(asking(invoice))
    if forgets:
        connection.box.wait(600)
    result = writer(connection).write(asking(invoice))
    company = connection.box.company
    assert len(company.credit_memos) == len(company.applications) == 1
    assert (result.applied, company.open_of(invoice.id)) == (Decimal("30.05"), Decimal("70.05"))


def test_another_request_makes_another_memo(connection, invoice):
    writer(connection).write(asking(invoice))
    writer(connection).write(asking(invoice, key=KEY.replace("0192", "0193")))
    assert len(connection.box.company.credit_memos) == 2
    assert connection.box.company.open_of(invoice.id) == Decimal("40.00")


def test_a_refused_memo_says_why_and_leaves_nothing(connection, invoice):
    connection.box.refusals.append("The document date cannot be before the lock date")
    with pytest.raises(RefusedError, match=r"Xero refuses the credit note: The document date"):
        writer(connection).write(asking(invoice))
    assert not connection.box.company.credit_memos


def test_a_memo_that_cannot_be_applied_is_made_and_says_so(connection, invoice):
    connection.box.faults.add(Fault("status:400", match="/Allocations"))
    result = writer(connection).write(asking(invoice))
    assert result.applied == 0
    # The next attempt finishes it.
    assert writer(connection).write(asking(invoice)).applied == Decimal("30.05")
    assert len(connection.box.company.credit_memos) == 1


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amount": Decimal("100.11")}, "100.10 USD are open at Xero"),
        ({"currency": "EUR"}, "is in USD at Xero, not in EUR"),
        ({"invoice_id": guid(0x1111, 99999)}, "no such invoice"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(connection, invoice, changed, words):
    with pytest.raises(RefusedError, match=words):
        writer(connection).write(asking(invoice, **changed))
    assert not connection.box.company.credit_memos
    assert not [call for call in connection.box.calls if call.method == "PUT"]


def test_a_consent_that_does_not_reach_to_writing_says_what_to_do(connection, invoice):
    with pytest.raises(AuthError, match="does not let this connection write credit notes: reconnect it"):
        writer(connection, *READ).write(asking(invoice))
    assert not connection.box.company.credit_memos


def test_the_same_key_with_another_body_is_refused_by_xero_while_it_knows_it(connection, invoice):
    writer(connection).write(asking(invoice))
    (memo,) = connection.box.company.credit_memos.values()
    memo.memo = "somebody renamed it"
    with pytest.raises(RefusedError, match="used with another request"):
        writer(connection).write(asking(invoice, reason="another reason"))
    assert len(connection.box.company.credit_memos) == 1


def test_a_revoked_grant_is_an_auth_error(connection, invoice):
    connector = writer(connection)
    connection.box.signing.revoke_all()
    with pytest.raises(AuthError):
        connector.write(asking(invoice))


def test_an_invoice_that_was_paid_after_the_memo_keeps_the_memo_unapplied(connection, invoice):
    connection.box.faults.add(Fault("lost_answer", match="PUT /api.xro/2.0/CreditNotes"))
    with pytest.raises(TransientError):
        writer(connection).write(asking(invoice))
    connection.box.company.pay(1, "100.10", [(invoice.id, "100.10")])
    result = writer(connection).write(asking(invoice))
    assert (result.applied, len(connection.box.company.credit_memos)) == (0, 1)


def test_a_memo_that_a_person_voided_is_not_made_anew(connection, invoice):
    result = writer(connection).write(asking(invoice))
    (memo,) = connection.box.company.credit_memos.values()
    connection.box.company.void_credit_memo(memo.id)
    with pytest.raises(RefusedError, match="made and then voided"):
        writer(connection).write(asking(invoice))
    assert len(connection.box.company.credit_memos) == 1
    assert result.external_id
