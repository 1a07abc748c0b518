"""Mails that a strict parser reads back as they were meant, whatever they are made of."""

import email
from datetime import UTC, datetime
from email.policy import SMTP

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.sdk.channel import Attachment, Message
from hub.sdk.errors import RecordError
from hub.sdk.mail_writing import compose, mailbox

NOW = datetime(2026, 3, 31, 9, 30, tzinfo=UTC)
STRICT = SMTP.clone(raise_on_defect=True)
ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=300)


def message(**changes):
    facts = {
        "idempotency_key": "k1",
        "to": "ada@debtor.example",
        "sender": "ar@seller.example",
        "subject": "Invoice INV-1 is 10 days overdue",
        "text": "Hello Ada,\n\nplease pay INV-1.\n",
    }
    return Message(**facts | changes)


def read(wanted):
    """The mail as a strict parser reads its bytes, which are what every server takes."""
    raw = compose(wanted, NOW).as_bytes()
    raw.decode("ascii")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    return email.message_from_bytes(raw, policy=STRICT)


def test_all_that_a_reminder_has_arrives_where_it_belongs():
    mail = read(
        message(
            to_name="Ada Lovelace",
            sender_name="Müller & Söhne GmbH",
            cc=("owner@seller.example", "second@debtor.example"),
            reply_to="accounts@seller.example",
            subject="Zahlungserinnerung: Rechnung RE-4711 über 1.234,56 € ist seit 10 Tagen fällig",
            html='<html lang="de"><body><p>Bitte überweisen Sie.</p></body></html>',
            text="Bitte überweisen Sie 1.234,56 €.",
            message_id="<r1.0123456789abcdef@seller.example>",
            in_reply_to="<r0.0123456789abcdef@seller.example>",
            references=("<r0.0123456789abcdef@seller.example>",),
            list_unsubscribe="https://ar.seller.example/api/debtor/token/unsubscribe",
            language="de",
            attachments=(Attachment(name="Kontoauszug Müller.pdf", media_type="application/pdf", content=b"%PDF-1"),),
        )
    )
    assert mail["From"].addresses[0].display_name == "Müller & Söhne GmbH"
    assert mail["To"].addresses[0].addr_spec == "ada@debtor.example"
    assert [each.addr_spec for each in mail["Cc"].addresses] == ["owner@seller.example", "second@debtor.example"]
    assert mail["Reply-To"] == "accounts@seller.example"
    assert mail["Subject"].startswith("Zahlungserinnerung: Rechnung RE-4711 über 1.234,56 €")
    assert mail["Message-ID"] == "<r1.0123456789abcdef@seller.example>"
    assert mail["In-Reply-To"] == mail["References"] == "<r0.0123456789abcdef@seller.example>"
    assert mail["List-Unsubscribe"] == "<https://ar.seller.example/api/debtor/token/unsubscribe>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"
    assert mail["Date"].datetime == NOW
    alternative, attached = mail.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]
    assert mail.get_body(("plain",)).get_content() == "Bitte überweisen Sie 1.234,56 €.\r\n"
    assert "Bitte überweisen Sie." in mail.get_body(("html",)).get_content()
    assert (attached.get_filename(), attached.get_content_type()) == ("Kontoauszug Müller.pdf", "application/pdf")
    assert attached.get_content() == b"%PDF-1"


def test_without_html_it_is_one_part():
    assert read(message()).get_content_type() == "text/plain"


def test_long_ids_and_addresses_are_folded_between_and_never_encoded():
    references = tuple(f"<{'r' * 90}{number}@seller.example>" for number in range(30))
    link = f"https://ar.seller.example/api/debtor/{'t' * 300}/unsubscribe"
    mail = read(message(references=references, list_unsubscribe=link))
    # The first, which the thread is named by, and the newest.
    assert mail["References"].split() == [references[0], *references[-19:]]
    assert mail["List-Unsubscribe"] == f"<{link}>"
    assert b"=?" not in compose(message(references=references, list_unsubscribe=link), NOW).as_bytes()


@pytest.mark.parametrize("field", ["subject", "to_name", "sender_name"])
@pytest.mark.parametrize(
    "end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\r\n\r\n", "\0"]
)
def test_no_header_can_be_put_in(field, end):
    mail = read(message(**{field: f"Acme{end}Bcc: thief@elsewhere.example{end}{end}<b>body</b>"}))
    assert mail["Bcc"] is None
    assert "please pay INV-1" in mail.get_content()
    assert "thief" not in mail["To"].addresses[0].addr_spec


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "ada@",
        "@debtor.example",
        "ada@debtor.example\r\nBcc: x@y.example",
        "ada@debtor.example, b@c.example",
        "ada lovelace@debtor.example",
        "<ada@debtor.example>",
        "ada..b@debtor.example",
        "ada@-debtor.example",
        "ada@debtor..example",
        "ädä@debtor.example",
        f"{'a' * 65}@debtor.example",
        "ada@[127.0.0.1]",
        "ada@debtor.example>",
        "ada@deb\u200btor.example",
    ],
)
@pytest.mark.parametrize("field", ["to", "sender", "cc", "reply_to"])
def test_what_is_no_address_is_refused_by_name(field, address):
    if field == "reply_to" and not address:
        return  # left out
    with pytest.raises(RecordError) as raised:
        compose(message(**{field: (address,) if field == "cc" else address}), NOW)
    assert raised.value.field == field


def test_a_domain_may_have_any_letters():
    assert mailbox("ada@Müller.example").addr_spec == "ada@xn--mller-kva.example"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_id", "r1@seller.example"),
        ("message_id", "<r1@seller.example>\r\nBcc: x@y.example"),
        ("in_reply_to", "<a b@seller.example>"),
        ("references", ("<fine@seller.example>", "<>")),
        ("list_unsubscribe", "mailto:x@y.example"),
        ("list_unsubscribe", "https://a.example/>\r\nBcc: x@y.example"),
        ("list_unsubscribe", f"https://a.example/{'a' * 1000}"),
    ],
)
def test_ids_and_links_that_no_header_can_have_are_refused(field, value):
    with pytest.raises(RecordError) as raised:
        compose(message(**{field: value}), NOW)
    assert raised.value.field == field


@pytest.mark.parametrize("media_type", ["multipart/mixed", "message/rfc822", "pdf", "a/b\r\nBcc: x@y.example", ""])
def test_a_file_is_a_file(media_type):
    with pytest.raises(RecordError, match="no media type"):
        compose(message(attachments=(Attachment(name="a", media_type=media_type, content=b""),)), NOW)


def test_a_files_name_is_no_path_and_no_header():
    name = "../../etc/x\r\nContent-Type: text/html"
    mail = read(message(attachments=(Attachment(name=name, media_type="text/csv", content=b"a;b"),)))
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == "..-..-etc-x Content-Type: text-html"
    assert attached.get_content_type() == "text/csv"


@settings(max_examples=150)
@given(subject=ANY_TEXT, name=ANY_TEXT, text=ANY_TEXT, html=ANY_TEXT, file=ANY_TEXT)
def test_whatever_it_is_made_of_it_is_one_mail_with_these_parts(subject, name, text, html, file):
    wanted = message(
        subject=subject,
        to_name=name,
        text=text,
        html=html,
        attachments=(Attachment(name=file, media_type="application/pdf", content=b"x"),),
    )
    mail = read(wanted)
    expected = {
        "From", "To", "Subject", "Date", "Auto-Submitted", "MIME-Version", "Content-Type"
    }  # fmt: skip
    assert set(mail.keys()) <= expected | {"Content-Language"}
    assert mail["To"].addresses[0].addr_spec == "ada@debtor.example"
    alternative, attached = mail.iter_parts()
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]
    assert attached.get_content() == b"x"
