"""Reports of mail servers as they come: what bounced, waits or was complained of, and what only looks like one."""

from datetime import UTC, datetime

import pytest

from hub.sdk.mail import parse_mail

ORIGINAL = "<7c1d.0123456789abcdef0123@seller.example>"


def report(
    *recipients, original=f"Message-ID: {ORIGINAL}\nSubject: INV-1\n", kind="message/rfc822", body="\nPlease pay."
):
    blocks = "\n\n".join(recipients)
    return (
        "From: MAILER-DAEMON@mx.debtor.example\nTo: ar@seller.example\nSubject: Undelivered Mail Returned to Sender\n"
        "Date: Tue, 31 Mar 2026 11:30:00 +0200\nMessage-ID: <b1@mx.debtor.example>\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is the mail system.\n\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.debtor.example\n\n{blocks}\n\n"
        f"--b\nContent-Type: {kind}\n\n{original}{body}\n--b--\n"
    ).encode()


def status(address="ada@debtor.example", action="failed", code="5.1.1", said="smtp; 550 5.1.1 no such user", more=""):
    fields = {"Final-Recipient": f"rfc822; {address}", "Action": action, "Status": code, "Diagnostic-Code": said}
    return "\n".join([*(f"{name}: {value}" for name, value in fields.items()), more]).rstrip()


def read(raw):
    return parse_mail(raw).receipts


def test_a_bounce_names_the_mail_the_address_and_why():
    (found,) = read(report(status(more="Last-Attempt-Date: Tue, 31 Mar 2026 11:29:00 +0200")))
    assert (found.kind, found.is_permanent, found.address) == ("bounced", True, "ada@debtor.example")
    assert found.message_id == ORIGINAL
    assert found.detail == "5.1.1 550 5.1.1 no such user"
    assert found.at == datetime(2026, 3, 31, 9, 29, tzinfo=UTC)


def test_headers_alone_are_enough():
    original = f"Received: by mx\nMessage-Id: {ORIGINAL}\nSubject: INV-1\n"
    (found,) = read(report(status(), kind="text/rfc822-headers", original=original, body=""))
    assert found.message_id == ORIGINAL


@pytest.mark.parametrize(
    ("action", "code", "kind", "for_good"),
    [
        ("failed", "5.1.1", "bounced", True),
        ("failed", "5.4.1", "bounced", True),
        ("failed", "5.0.0", "bounced", True),
        ("failed", "5.2.2", "bounced", False),
        ("failed", "5.3.4", "bounced", False),
        ("failed", "5.7.1", "bounced", False),
        ("failed", "4.4.7", "bounced", False),
        ("Delayed", "4.4.1", "deferred", False),
        ("delivered", "2.0.0", "delivered", False),
        ("relayed", "2.0.0", "delivered", False),
    ],
)
def test_what_each_status_means(action, code, kind, for_good):
    (found,) = read(report(status(action=action, code=code, said="smtp; said so")))
    assert (found.kind, found.is_permanent) == (kind, for_good)


def test_a_status_may_stand_in_what_the_server_said():
    (found,) = read(report(status(code="", said="smtp; 550 5.1.1 no such user")))
    assert found.is_permanent


def test_each_recipient_has_its_own():
    found = read(report(status(), status("bob@debtor.example", code="4.2.2")))
    assert [(each.address, each.is_permanent) for each in found] == [
        ("ada@debtor.example", True),
        ("bob@debtor.example", False),
    ]
    assert len({each.event_id for each in found}) == 2


def test_the_same_report_is_the_same_event_and_a_later_one_another():
    first, again = read(report(status())), read(report(status()))
    assert first[0].event_id == again[0].event_id
    assert read(report(status(action="delayed", code="4.4.1")))[0].event_id != first[0].event_id


def test_the_address_that_was_written_to_counts_before_the_one_it_was_passed_on_to():
    (found,) = read(report(status("internal@debtor.example", more="Original-Recipient: rfc822;ada@debtor.example")))
    assert found.address == "ada@debtor.example"


def test_a_complaint_names_whom_the_mail_was_for():
    raw = (
        "From: feedback@mailbox.example\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nAn abuse report.\n\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x\nVersion: 1\n"
        "Original-Rcpt-To: <ada@debtor.example>\n\n"
        f"--b\nContent-Type: message/rfc822\n\nMessage-ID: {ORIGINAL}\n\nPlease pay.\n--b--\n"
    ).encode()
    (found,) = read(raw)
    assert (found.kind, found.address, found.message_id) == ("complained", "ada@debtor.example", ORIGINAL)
    assert read(raw.replace(b"Feedback-Type: abuse", b"Feedback-Type: not-spam")) == ()


@pytest.mark.parametrize(
    "raw",
    [
        b"From: a@b.example\nSubject: Re: INV-1\n\nFinal-Recipient: rfc822; ada@debtor.example\nAction: failed\n",
        report("nothing that is known"),
        report(status(address="nobody")),
        report(status(action="exploded")),
        b"From: a@b.example\nContent-Type: multipart/report; boundary=b\n\nno parts at all",
        b'From: a@b.example\nContent-Type: multipart/report; boundary="b"\n\n--b\n'
        b"Content-Type: message/delivery-status\n\n\n--b--\n",
    ],
)
def test_what_is_no_report_has_no_receipts(raw):
    assert read(raw) == ()


def test_without_the_mail_it_is_about_it_names_none():
    (found,) = read(report(status(), original="Subject: INV-1\n"))
    assert found.message_id == ""


def test_there_is_an_end_to_how_many_it_speaks_of():
    assert len(read(report(*(status(f"p{number}@debtor.example") for number in range(500))))) == 100
