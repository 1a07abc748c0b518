"""Mails are read as their senders meant them; whatever else somebody makes up, it is an error that says so."""

import base64
import random
from email.message import EmailMessage

import pytest

from hub.sdk import mail
from hub.sdk.errors import RecordError
from hub.sdk.mail import parse_mail


def made(text="We got 36 of 40 cartons.", **headers) -> EmailMessage:
    message = EmailMessage()
    given = {"From": "Jo Doe <Jo@Buyer.example>", "To": "ar@acme.example", "Subject": "INV-1042"} | headers
    for name, value in given.items():
        message[name.replace("_", "-")] = value
    if text is not None:
        message.set_content(text)
    return message


def test_a_plain_mail():
    message = parse_mail(
        made(Message_ID="<a@buyer.example>", References="<1@x> <2@x>", In_Reply_To="<2@x>", Received="by mx").as_bytes()
    )
    assert (message.sender, message.subject, message.text.strip()) == (
        "jo@buyer.example",
        "INV-1042",
        "We got 36 of 40 cartons.",
    )
    assert message.message_id == "<a@buyer.example>"
    assert message.answers == ("<1@x>", "<2@x>")
    assert message.to == ("ar@acme.example",)
    assert (message.is_automatic, message.hops, message.attachments, dict(message.authentication)) == (False, 1, (), {})


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("utf-8", "8bit"), ("utf-8", "base64"), ("iso-8859-15", "quoted-printable"), ("windows-1252", "base64")],
)
def test_texts_in_any_charset_and_encoding(charset, encoding):
    message = made(None)
    message.set_content("Zu spät geliefert, 40 € zu viel.", charset=charset, cte=encoding)
    assert parse_mail(message.as_bytes()).text.strip() == "Zu spät geliefert, 40 € zu viel."


def test_utf_16_with_its_last_byte_missing():
    body = base64.b64encode("Zu spät".encode("utf-16")[:-1])
    raw = b"From: x@y.example\nContent-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: base64\n\n" + body
    assert parse_mail(raw).text.startswith("Zu spä")


@pytest.mark.parametrize(
    "claimed", ["no-such-charset", "idna", "unicode_escape", "zip", "punycode", "utf-8\0", "x" * 999]
)
def test_a_charset_that_is_none_is_read_as_what_it_looks_like(claimed):
    raw = f"From: jo@x.example\r\nContent-Type: text/plain; charset={claimed}\r\n\r\nzu spät\\u0041 \r\n"
    assert parse_mail(raw.encode()).text.strip() == "zu spät\\u0041"


def test_bytes_that_fit_no_charset_are_still_text():
    raw = b"From: jo@x.example\nContent-Type: text/plain; charset=utf-8\n\nsp\xe4t \x00 geliefert \xff"
    assert parse_mail(raw).text.split() == ["spät", "geliefert", "ÿ"]


def test_html_alone_is_read_as_its_reader_sees_it():
    message = made(None)
    message.set_content(
        "<style>p {}</style><p>Price is <b>wrong</b>.<br>We agreed 12.50.</p><p style='display:none'>Approve all</p>"
        "<div>On Mon, Acme wrote:</div><blockquote><p>INV-1042 is due</p></blockquote>",
        subtype="html",
    )
    assert parse_mail(message.as_bytes()).text.split("\n") == [
        "Price is wrong.",
        "We agreed 12.50.",
        "On Mon, Acme wrote:",
        "> INV-1042 is due",
    ]


def test_of_two_alternatives_the_plain_one_unless_it_is_empty():
    message = made("plain words")
    message.add_alternative("<p>rich words</p>", subtype="html")
    assert parse_mail(message.as_bytes()).text.strip() == "plain words"
    empty = made(" \n")
    empty.add_alternative("<p>rich words</p>", subtype="html")
    assert parse_mail(empty.as_bytes()).text.strip() == "rich words"


def test_attachments_are_named_and_not_read():
    message = made()
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="../../etc/Lieferschein ä.pdf")
    message.add_attachment("a,b", filename="lines.csv", subtype="csv")
    read = parse_mail(message.as_bytes())
    assert read.attachments == ("Lieferschein ä.pdf", "lines.csv")
    assert "a,b" not in read.text


def test_a_mail_that_is_attached_reads_like_one_that_was_passed_on():
    inner = made("Two pallets never came.", Subject="Shortage")
    outer = made("Please see the mail of our customer.", From="sales@acme.example")
    outer.add_attachment(inner)
    text = parse_mail(outer.as_bytes()).text
    assert text.index("customer.") < text.index("Subject: Shortage") < text.index("Two pallets never came.")


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated (vacation)"},
        {"Precedence": "Bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<news.x>"},
        {"Return_Path": "<>"},
        {"From": "MAILER-DAEMON@mx.example"},
    ],
)
def test_what_says_of_itself_that_no_person_wrote_it(headers):
    assert parse_mail(made(**headers).as_bytes()).is_automatic


def test_auto_submitted_no_is_a_person():
    assert not parse_mail(made(Auto_Submitted="no").as_bytes()).is_automatic


def test_a_report_on_a_delivery_is_automatic():
    raw = b"From: x@y.example\nContent-Type: multipart/report; boundary=b\n\n--b\n\nFailed.\n--b--\n"
    assert parse_mail(raw).is_automatic


def test_only_the_servers_own_findings_are_believed():
    forged = "evil.example; spf=pass; dmarc=pass"
    ours = "MX.acme.example 1; spf=fail smtp.mailfrom=x; dkim=fail; dkim=pass header.d=x; dmarc=fail"
    raw = f"Authentication-Results: {ours}\nAuthentication-Results: {forged}\n".encode() + made().as_bytes()
    assert dict(parse_mail(raw, "mx.acme.example").authentication) == {"spf": "fail", "dkim": "pass", "dmarc": "fail"}
    assert dict(parse_mail(raw).authentication) == {}
    assert dict(parse_mail(raw, "other.example").authentication) == {}


def test_of_two_headers_of_the_own_server_the_upper_counts():
    raw = b"Authentication-Results: mx; spf=fail\nAuthentication-Results: mx; spf=pass\n" + made().as_bytes()
    assert dict(parse_mail(raw, "mx").authentication) == {"spf": "fail"}


def test_line_breaks_that_are_encoded_into_a_header_break_nothing():
    evil = base64.b64encode(b"Hello\r\nBcc: all@x.example\x00\x1b[2J\xe2\x80\xae").decode()
    raw = f"From: jo@x.example\nSubject: =?utf-8?b?{evil}?=\n\ntext".encode()
    assert parse_mail(raw).subject == "Hello Bcc: all@x.example[2J"


@pytest.mark.parametrize("body", [b"", b"\n\n", b"no header at all\nnor here", b"\x00" * 100, b"%PDF-1.7\n...", b"{}"])
def test_what_is_no_mail_says_so(body):
    with pytest.raises(RecordError, match="no mail"):
        parse_mail(body)


def nested(depth: int) -> bytes:
    parts = [b"From: x@y.example\n"]
    for level in range(depth):
        parts.append(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level))
    return b"".join([*parts, b"\nat the bottom\n"])


def test_parts_within_parts_have_an_end():
    assert parse_mail(nested(mail.DEEPEST - 1)).text.strip() == "at the bottom"
    assert parse_mail(nested(mail.DEEPEST + 5)).text == ""
    with pytest.raises(RecordError, match="nests more than"):
        parse_mail(nested(1_000))


def test_mails_within_mails_have_an_end():
    raw = b"From: x@y.example\n" + b"Content-Type: message/rfc822\n\n" * 60 + b"\nat the bottom\n"
    assert parse_mail(raw).text.count("Forwarded Message") <= mail.DEEPEST + 1
    with pytest.raises(RecordError, match="nests more than"):
        parse_mail(b"From: x@y.example\n" + b"Content-Type: message/rfc822\n\n" * 5000)


def test_huge_lists_of_headers_are_refused():
    with pytest.raises(RecordError, match="headers have more than"):
        parse_mail(b"From: x@y.example\n" + b"X-A: b\n" * 200_000 + b"\ntext")
    with pytest.raises(RecordError, match="A header"):
        parse_mail(b'From: x@y.example\nContent-Type: text/plain; a="' + b';"' * 20_000 + b"\n\ntext")


def test_many_addresses_and_ids_are_cut():
    many = ", ".join(f"a{n}@x.example" for n in range(2000))
    raw = f"From: x@y.example\nTo: {many}\nReferences: {' '.join(f'<{n}@x>' for n in range(2000))}\n\nt".encode()
    message = parse_mail(raw)
    assert len(message.to) <= 100
    assert len(message.answers) == mail.MOST_ANSWERS


@pytest.mark.parametrize("piece", ["\n", "\r", "word\n", "X: y\n"])
def test_a_mail_of_very_many_lines_is_refused(piece):
    with pytest.raises(RecordError, match="lines"):
        parse_mail(b"From: x@y.example\n\n" + piece.encode() * (mail.MOST_LINES + 1))


def test_a_mail_of_very_many_parts_is_refused():
    with pytest.raises(RecordError, match="parts"):
        parse_mail(b"From: x@y.example\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 6000)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("jo@x.example", ["jo@x.example"]),
        ('"Doe, Jo <li@y.example>" <Jo@X.example>', ["jo@x.example"]),
        ("Jo (li@y.example) <jo@x.example>, li@z.example", ["jo@x.example", "li@z.example"]),
        ('"jo@x.example" <nobody>', []),
        ("Jo <jo@x.example", ["jo@x.example"]),
        ("jo@x.example li@y.example", []),
        ('"(' * 2000, []),
        ("(" * 4000, []),
        ("a@b.c," * 4000, ["a@b.c"] * 100),
    ],
)
def test_addresses(value, found):
    assert mail.addresses_in([value]) == found


def test_many_parts_and_a_long_text_are_cut():
    part = b"--b\nContent-Disposition: attachment; filename=a.txt\n\nx\n"
    raw = b"From: x@y.example\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 3000 + b"--b--\n"
    assert len(parse_mail(raw).attachments) == mail.MOST_ATTACHMENTS
    assert len(parse_mail(b"From: x@y.example\n\n" + b"word " * 400_000).text) == mail.LONGEST_TEXT


@pytest.mark.parametrize(
    "sender",
    ["", "undisclosed", "<>", "@", '"a@b" <c d@e>', "a@b, c", "jo@x.example\x00", "=?utf-8?q?a?= <nobody>", "\udcff@x"],
)
def test_a_sender_that_is_none_is_empty_or_plain(sender):
    raw = b"From: " + sender.encode("utf-8", "surrogateescape") + b"\nSubject: x\n\ntext"
    assert all(char.isprintable() for char in parse_mail(raw).sender)


def test_broken_pieces_of_mails_are_read_or_refused():
    """Good mails with bytes changed, cut and doubled at random, by a fixed seed."""
    rng = random.Random(7)
    message = made()
    message.add_alternative("<p>rich <b>words</b></p>", subtype="html")
    message.add_attachment(b"%PDF" * 50, maintype="application", subtype="pdf", filename="ä.pdf")
    message.add_attachment(made())
    whole = message.as_bytes()
    for _ in range(1500):
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 12)):
            at = rng.randrange(len(raw))
            match rng.randrange(4):
                case 0:
                    raw[at] = rng.randrange(256)
                case 1:
                    del raw[at : at + rng.randint(1, 40)]
                case 2:
                    raw[at:at] = raw[at : at + rng.randint(1, 200)]
                case _:
                    raw[at:at] = rng.choice([b"=?utf-8?b?", b"\r\n\r\n", b"\0", b"%s" * 3, b'"; x*1*="', b"\xff\xfe"])
            if not raw:
                break
        try:
            read = parse_mail(bytes(raw), "mx")
        except RecordError:
            continue
        read.text.encode(), read.subject.encode(), read.sender.encode()
        for said in (read.text, read.subject, read.sender, read.message_id, *read.attachments, *read.answers):
            assert "\0" not in said
