"""Inbound Parse's forms, with the fields that SendGrid documents: parsed, raw, and what is neither."""

import base64
import json
import random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hub.sdk.errors import AuthError, ConfigError, RecordError
from plugins.channels.sendgrid.form import MOST_PARTS
from plugins.channels.sendgrid.plugin import SendGridChannel
from plugins.channels.sendgrid.signature import SIGNATURE, TIMESTAMP

BOUNDARY = "xYzZY"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"
HEADERS = (
    "Received: by mx0047p1mdw1.sendgrid.net\nMessage-ID: <CA+1@mail.buyer.example>\nIn-Reply-To: <r1@acme.example>\n"
    "From: Jo Doe <jo@buyer.example>\nTo: ar@parse.acme.example\nSubject: =?UTF-8?Q?Lieferung_zu_sp=C3=A4t?=\n"
    "Content-Type: multipart/alternative; boundary=000\n"
)
FIELDS = {
    "headers": HEADERS,
    "dkim": "{@buyer.example : pass}",
    "to": "AR <ar@parse.acme.example>",
    "from": "Jo Doe <jo@buyer.example>",
    "subject": "Lieferung zu spät",
    "text": "Die Ware kam 9 Tage zu spät.",
    "html": "<p>Die Ware kam 9 Tage zu spät.</p>",
    "sender_ip": "192.0.2.1",
    "envelope": json.dumps({"to": ["ar@parse.acme.example"], "from": "jo@buyer.example"}),
    "attachments": "0",
    "spam_report": "Spam detection software...",
    "spam_score": "1.25",
    "charsets": json.dumps({"to": "UTF-8", "html": "UTF-8", "subject": "UTF-8", "from": "UTF-8", "text": "iso-8859-1"}),
    "SPF": "pass",
}


def form(fields: dict, files: dict | None = None) -> bytes:
    """A multipart form; values are text (text by its charset of the form above) or bytes."""
    parts = []
    for name, value in fields.items():
        data = value if isinstance(value, bytes) else value.encode("iso-8859-1" if name == "text" else "utf-8")
        parts.append(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + data + b"\r\n")
    for name, (filename, data) in (files or {}).items():
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(f"{head}Content-Type: application/pdf\r\n\r\n".encode() + data + b"\r\n")
    return b"".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def read(fields: dict, files: dict | None = None, content_type: str = TYPE):
    return SendGridChannel({}).parse_message({"content-type": content_type}, form(fields, files))


def test_the_parsed_form_each_field_in_its_own_character_set():
    message = read(FIELDS)
    assert (message.sender, message.subject) == ("jo@buyer.example", "Lieferung zu spät")
    assert message.text == "Die Ware kam 9 Tage zu spät."
    assert message.message_id == "<CA+1@mail.buyer.example>"
    assert message.answers == ("<r1@acme.example>",)
    assert message.to == ("ar@parse.acme.example",)
    assert dict(message.authentication) == {"dkim": "pass", "spf": "pass"}
    assert (message.spam_score, message.is_automatic, message.attachments) == (1.25, False, ())


def test_the_raw_form_is_the_mail_itself_with_what_sendgrid_found():
    raw = HEADERS.replace("multipart/alternative; boundary=000", "text/plain; charset=utf-8") + "\nZu spät.\n"
    kept = {name: FIELDS[name] for name in ("dkim", "to", "from", "subject", "sender_ip", "envelope", "SPF")}
    message = read({**kept, "email": raw, "charsets": json.dumps({"to": "UTF-8"}), "spam_score": "7.1"})
    assert (message.text.strip(), message.subject, message.spam_score) == ("Zu spät.", "Lieferung zu spät", 7.1)
    assert message.message_id == "<CA+1@mail.buyer.example>"
    assert dict(message.authentication) == {"dkim": "pass", "spf": "pass"}


def test_a_raw_mail_may_come_as_a_file():
    message = read({"SPF": "fail"}, {"email": ("mail.eml", b"From: jo@x.example\n\nwords\n")})
    assert (message.sender, message.text.strip(), dict(message.authentication)) == (
        "jo@x.example",
        "words",
        {"spf": "fail"},
    )


def test_html_where_there_is_no_text():
    fields = {name: value for name, value in FIELDS.items() if name != "text"}
    assert read(fields).text == "Die Ware kam 9 Tage zu spät."


def test_attachments_are_named_as_the_sender_did_without_pictures_of_the_text():
    info = {
        "attachment1": {"filename": "Lieferschein.pdf", "name": "x.pdf", "type": "application/pdf"},
        "attachment2": {"filename": "logo.png", "type": "image/png", "content-id": "ii_1"},
    }
    files = {"attachment1": ("a.pdf", b"%PDF"), "attachment2": ("l.png", b"x"), "attachment3": ("../b.pdf", b"%PDF")}
    assert read({**FIELDS, "attachments": "3", "attachment-info": json.dumps(info)}, files).attachments == (
        "Lieferschein.pdf",
        "b.pdf",
    )


@pytest.mark.parametrize(
    ("dkim", "spf", "expected"),
    [
        ("{@a.example : fail, @b.example : pass}", "softfail", {"dkim": "pass", "spf": "softfail"}),
        ("{@a.example : fail}", "fail", {"dkim": "fail", "spf": "fail"}),
        ("none", "none", {"spf": "none"}),
        ("", "<script>", {}),
    ],
)
def test_what_sendgrid_found_of_the_sender(dkim, spf, expected):
    assert dict(read({**FIELDS, "dkim": dkim, "SPF": spf}).authentication) == expected


def test_a_mail_without_a_return_path_is_automatic():
    assert read({**FIELDS, "envelope": json.dumps({"to": ["a@b.c"], "from": ""})}).is_automatic
    assert read({**FIELDS, "headers": HEADERS + "Auto-Submitted: auto-replied\n"}).is_automatic


@pytest.mark.parametrize("name", ["charsets", "envelope", "attachment-info", "spam_score"])
@pytest.mark.parametrize("value", ["", "[]", "null", '"x"', "{", "[" * 60_000, "nan", '{"text": {"a": 1}}'])
def test_fields_that_are_not_what_they_should_be_cost_themselves(name, value):
    message = read({**FIELDS, name: value})
    assert message.sender == "jo@buyer.example"
    assert message.spam_score in (None, 1.25)


def test_without_headers_the_fields_are_enough():
    message = read({"from": "jo@x.example", "subject": "Hello\r\nBcc: x", "text": "words"})
    assert (message.sender, message.subject, message.text) == ("jo@x.example", "Hello Bcc: x", "words")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        'multipart/form-data; boundary="ä"',
        "",
    ],
)
def test_what_is_no_form_says_so(content_type):
    with pytest.raises(RecordError, match="no form"):
        read(FIELDS, content_type=content_type)


def test_a_form_of_something_else_says_so():
    with pytest.raises(RecordError, match="none of Inbound Parse"):
        read({"hello": "world"})


@pytest.fixture(scope="module")
def key():
    return ec.generate_private_key(ec.SECP256R1())


def shown(key) -> str:
    """The public half as SendGrid shows it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def signed(key, body: bytes, at: str = "1770000000") -> dict[str, str]:
    signature = base64.b64encode(key.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    return {"content-type": TYPE, SIGNATURE: signature, TIMESTAMP: at}


def test_with_a_key_what_sendgrid_signed_is_taken_in(key):
    body = form(FIELDS)
    assert SendGridChannel({"public_key": shown(key)}).parse_message(signed(key, body), body).subject


@pytest.mark.parametrize("change", ["body", "time", "no signature", "no base64", "another key"])
def test_with_a_key_nothing_else_is(key, change):
    body = form(FIELDS)
    headers = signed(ec.generate_private_key(ec.SECP256R1()) if change == "another key" else key, body)
    match change:
        case "body":
            body = body.replace(b"9 Tage", b"1 Tag")
        case "time":
            headers[TIMESTAMP] = "1770000001"
        case "no signature":
            del headers[SIGNATURE]
        case "no base64":
            headers[SIGNATURE] = "ä"
    with pytest.raises(AuthError, match="missing or wrong"):
        SendGridChannel({"public_key": shown(key)}).parse_message(headers, body)


@pytest.mark.parametrize("wrong", ["AAAA" * 30, "!", ""])
def test_a_key_that_is_none_says_so(wrong):
    if not wrong:
        rsa_key = rsa.generate_private_key(65537, 2048)
        wrong = shown(rsa_key)
    with pytest.raises(ConfigError, match="no public key"):
        SendGridChannel({"public_key": wrong})


def test_a_form_with_very_many_parts_is_refused():
    with pytest.raises(RecordError, match="cannot be read"):
        read({f"f{n}": "x" for n in range(MOST_PARTS + 5)})


def test_a_form_that_is_broken_off_says_so():
    whole = form(FIELDS)
    with pytest.raises(RecordError):
        SendGridChannel({}).parse_message({"content-type": TYPE}, whole[: len(whole) // 2])


def test_broken_forms_are_read_or_refused():
    """Good forms with bytes changed and cut at random, by a fixed seed."""
    rng = random.Random(11)
    whole = form(FIELDS, {"attachment1": ("a.pdf", b"%PDF" * 20)})
    for _ in range(800):
        raw = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            at = rng.randrange(len(raw))
            if rng.random() < 0.5:
                raw[at] = rng.randrange(256)
            else:
                del raw[at : at + rng.randint(1, 60)]
        try:
            message = SendGridChannel({}).parse_message({"content-type": TYPE}, bytes(raw))
        except RecordError:
            continue
        assert "\0" not in message.text + message.subject + message.sender
