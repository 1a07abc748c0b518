"""A reminder is composed, approved, sent once and arrives; what changes meanwhile keeps it back."""

import pytest

pytestmark = pytest.mark.usefixtures("company")


def test_what_is_composed_and_sent_arrives(compose, work, get, server, channel, new_invoice):
    invoice = new_invoice(number="INV-1001")
    made = compose(invoice, then="send")
    assert made["status"] == "approved"
    work()
    sent = get(made["id"])
    assert (sent["status"], sent["delivery"]) == ("sent", "accepted"), sent
    (arrived,) = server.arrived
    assert arrived.recipients == ("ap@c1.example",)
    assert "INV-1001" in arrived.mail.get_body(("plain",)).get_content()
    assert arrived.mail["Message-ID"] == sent["message_id"]
    assert arrived.mail["List-Unsubscribe"].startswith("<https://ar.seller.example/api/debtor/")
    work()
    assert len(server.arrived) == 1
