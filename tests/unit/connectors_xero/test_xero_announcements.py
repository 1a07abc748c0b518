"""What webhooks of Xero make the hub look at again."""

import json
from typing import Any

import pytest

from hub.sdk.connector import Change
from hub.sdk.errors import ConfigError
from plugins.connectors.xero.plugin import XeroConnector
from tests.normal_form import CONTRACTS

TENANT = "c2cc9b6e-9458-4c7d-93cc-f02b81b0594f"


def changes(payload: Any) -> list[Change]:
    return XeroConnector.changes({}, json.dumps(payload).encode())


def event(category: str, id: str = "r1", **fields: Any) -> dict[str, Any]:
    return {
        "resourceId": id,
        "eventDateUtc": "2026-11-15T01:15:39.902",
        "eventType": "UPDATE",
        "eventCategory": category,
        "tenantId": TENANT,
        "tenantType": "ORGANISATION",
        **fields,
    }


def delivery(*events: dict[str, Any]) -> dict[str, Any]:
    return {"events": [*events], "firstEventSequence": 1, "lastEventSequence": len(events), "entropy": "E"}


def test_an_invoice_is_read_again_and_the_payments_that_changed_with_it():
    path = CONTRACTS / "xero" / "ledger_examples" / "webhook_invoice_update.json"
    if not path.exists():
        pytest.skip("the example deliveries do not lie beside the project")
    invoice, payments = XeroConnector.changes({}, path.read_bytes())

    assert (invoice.stream, invoice.external_id) == ("invoices", "00000102-1111-4000-8000-000000000102")
    assert (payments.stream, payments.external_id) == ("payments", None)
    assert invoice.account == payments.account == TENANT


def test_the_handshake_announces_nothing():
    assert changes({"events": [], "firstEventSequence": 0, "lastEventSequence": 0, "entropy": "X"}) == []


def test_a_delivery_of_many_invoices_asks_for_the_payments_once():
    found = changes(delivery(*(event("INVOICE", f"i{n}") for n in range(1000))))
    assert [each.stream for each in found].count("payments") == 1
    assert len({each.event_id for each in found}) == 1001


def test_contacts_and_credit_notes_are_read_again():
    found = changes(delivery(event("CONTACT", "c1"), event("CREDITNOTE", "n1", data={"Type": "ACCRECCREDIT"})))
    assert [(each.stream, each.external_id) for each in found] == [("contacts", "c1"), ("credit_notes", "n1")]


def test_what_is_no_receivable_is_passed_over():
    assert changes(delivery(event("SUBSCRIPTION", tenantType="APPLICATION"), event("BRANDNEW"))) == []


def test_the_same_delivery_has_the_same_ids_and_another_has_others():
    first, again = changes(delivery(event("INVOICE"))), changes(delivery(event("INVOICE")))
    later = changes(delivery(event("INVOICE", eventDateUtc="2026-11-15T01:15:40.000")) | {"entropy": "F"})

    assert first == again
    assert not {each.event_id for each in first} & {each.event_id for each in later}


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"events": [{}]}', b'{"events": 5}', b"\xff", b'{"events": [3]}']
)
def test_a_body_that_is_no_delivery_is_refused(body):
    with pytest.raises(ConfigError, match="no delivery of Xero"):
        XeroConnector.changes({}, body)
