"""What mail servers report to a mailbox of the tenant's: marked at the reminder, and nobody's who only says so."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub.channels import message_ids, receipts, suppressions
from hub.disputes.inbound_jobs import receive
from tests.unit.mail.test_reports import report, status


@pytest.fixture(scope="module")
def mailbox(admin):
    made = admin.post("/api/inbound-addresses", json={"name": "Bounces", "channel": "mime"})
    return re.sub(r"^https?://[^/]+", "", made.json["url"])


@pytest.fixture
def take_in(app, context, mailbox):
    def take_in(raw):
        response = app.test_client().post(mailbox, data=raw, content_type="message/rfc822")
        assert response.status_code == 200, response.json
        return receive(context, response.json["id"])["outcome"]

    return take_in


def own(raw, message_id):
    """A report, about this mail and with a Message-ID of its own."""
    raw = raw.replace(b"<7c1d.0123456789abcdef0123@seller.example>", message_id.encode())
    return raw.replace(b"<b1@mx.debtor.example>", f"<{uuid4()}@mx.debtor.example>".encode())


def test_a_bounce_marks_its_reminder_and_is_left_to_whoever_sent_that(take_in, storage, tenant, context):
    reminder_id = uuid4()
    with storage.tenant(tenant) as session:
        message_id = message_ids.make(session, str(reminder_id), "ar@seller.example")
    assert take_in(own(report(status()), message_id)) == "report"
    with storage.tenant(tenant) as session:
        (kept,) = receipts.waiting(session, 10)
        assert (kept.channel_id, kept.kind, kept.message_id) == (None, "bounced", message_id)
        assert message_ids.about(session, kept.message_id) == str(reminder_id)
        assert suppressions.of(session, ["ada@debtor.example"], datetime.now(UTC)) == {}
        receipts.suppress(session, kept, datetime.now(UTC))
        assert suppressions.of(session, ["ada@debtor.example"], datetime.now(UTC))
    with storage.hub() as session:
        query = "select count(*) from hub.work where tenant_key = :tenant and kind = 'reminders.receipts'"
        assert session.scalar(text(query), {"tenant": tenant}) == 1
    # Another copy of it says nothing new.
    assert take_in(own(report(status()), message_id)) == "automatic"


def test_who_does_not_know_the_mail_suppresses_nobody(take_in, storage, tenant):
    assert take_in(own(report(status()), "<guessed.0123456789abcdef0123@seller.example>")) == "automatic"
    assert take_in(own(report(status(), original="Subject: x\n"), "")) == "automatic"
    with storage.tenant(tenant) as session:
        assert receipts.waiting(session, 10) == []
        assert suppressions.of(session, ["ada@debtor.example"], datetime.now(UTC)) == {}
