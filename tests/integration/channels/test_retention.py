"""What providers told goes in time; who is not written to stays."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from hub.channels import message_ids, receipts, retention, suppressions
from hub.sdk.channel import Receipt

NOW = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=500)
BEFORE = NOW - timedelta(days=400)


def test_receipts_and_what_ended_go_and_what_holds_stays(storage, tenant):
    with storage.tenant(tenant) as session:
        for number, at in enumerate((LONG_AGO, LONG_AGO, NOW)):
            message_id = message_ids.make(session, f"r{number}", "ar@seller.example")
            told = Receipt(event_id=f"e{number}", provider_id="", kind="delivered", at=at, message_id=message_id)
            receipts.take(session, None, [told], at)
        suppressions.add(session, "holds@debtor.example", "unsubscribed", now=LONG_AGO, by="the person")
        suppressions.add(
            session, "over@debtor.example", "absent", now=LONG_AGO, by="receipts", until=LONG_AGO + timedelta(days=3)
        )
        let_go = suppressions.add(session, "back@debtor.example", "manual", now=LONG_AGO, by="jo@acme.example")
        suppressions.release(session, let_go.id, now=LONG_AGO, by="jo@acme.example")
        assert retention.forget_receipts(session, BEFORE, 1) == 1
        assert retention.forget_receipts(session, BEFORE, 100) == 3
        assert retention.forget_receipts(session, BEFORE, 100) == 0
        assert [each.at for each in receipts.waiting(session, 10)] == [NOW]
        left = suppressions.list_suppressions(session, now=NOW, limit=10)
        assert [each.address for each in left] == ["holds@debtor.example"]
        session.rollback()


def test_calls_that_nobody_could_read_go_too(storage, tenant):
    channel_id = uuid4()
    with storage.tenant(tenant) as session:
        for at in (LONG_AGO, NOW):
            receipts.keep(session, channel_id, {}, b"[]", at)
        receipts.put_down(session, receipts.unread(session, channel_id, 1)[0].id, "no signature")
        assert retention.forget_callbacks(session, BEFORE, 100) == 1
        assert len(receipts.unread(session, channel_id, 10)) == 1
        session.rollback()
