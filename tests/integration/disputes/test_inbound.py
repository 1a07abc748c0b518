"""Mail that comes in opens a dispute or comments on one, once; what is none comes to nothing, and says what it was."""

import base64
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from threading import Barrier
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import text

from hub import registry
from hub.disputes import inbound
from hub.disputes.inbound_jobs import receive
from hub.http.bodies import MAX_MAIL_BYTES
from hub.jobs.context import JobContext

PLUGINS = registry.load({registry.THIRD_PARTY_SWITCH: "off"})


@pytest.fixture(scope="module")
def address(admin) -> str:
    """The path of an address for mails as they are, whose server `mx.acme.example` vouches for senders."""
    body = {"name": "Disputes", "channel": "mime", "config": {"authserv_id": "mx.acme.example"}}
    response = admin.post("/api/inbound-addresses", json=body)
    assert response.status_code == 201, response.text
    return re.sub(r"^https?://[^/]+", "", response.json["url"])


@pytest.fixture
def context(storage, settings, tenant) -> JobContext:
    return JobContext(storage=storage, settings=settings, registry=PLUGINS, tenant=tenant, work_id=uuid4())


@pytest.fixture
def mail(app, context, address):
    """Posts a mail as its server does, and reads it as a worker does; returns the outcome."""

    def mail(words="We got 36 of 40 cartons.", sender="ap@c1.example", subject="Shortage", **headers) -> str:
        message = EmailMessage()
        given = {"From": f"Jo Doe <{sender}>", "To": "ar@acme.example", "Subject": subject}
        given |= {"Message-ID": f"<{secrets.token_hex(8)}@c1.example>"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in given.items():
            if value is not None:
                message[name] = value
        message.set_content(words)
        return post(message.as_bytes())

    def post(body: bytes, content_type="message/rfc822") -> str:
        response = app.test_client().post(address, data=body, headers={"Content-Type": content_type})
        assert response.status_code == 200, response.json
        return receive(context, response.json["id"])["outcome"]

    mail.post = post
    return mail


@pytest.fixture
def newest(member):
    """The dispute that was opened last, as the API shows it."""

    def newest():
        item = member.get("/api/disputes?sort=-opened_at&limit=1").json["items"][0]
        return member.get(f"/api/disputes/{item['id']}").json

    return newest


def comments(member, dispute) -> list[str]:
    events = member.get(f"/api/disputes/{dispute['id']}/history").json["items"]
    return [event["text"] for event in events if event["kind"] == "commented"]


def count(storage, tenant) -> int:
    with storage.tenant(tenant) as session:
        return session.scalar(text("select count(*) from disputes"))


def test_a_mail_that_names_an_invoice_opens_its_dispute_and_holds_it(mail, newest, new_invoice):
    invoice = new_invoice(number="INV-7001")
    assert mail("Hello,\n\nInvoice INV-7001: we got 36 of 40 cartons.\n\nKind regards,\nJo") == "opened"
    dispute = newest()
    assert dispute["source"] == "email"
    assert dispute["text"] == "Shortage\nInvoice INV-7001: we got 36 of 40 cartons."
    assert (dispute["invoice"]["id"], dispute["customer"]["name"]) == (str(invoice), "Customer c1")
    assert dispute["hold"]["reason"] == f"Disputed: D-{dispute['number']}"
    assert dispute["sender"] == "ap@c1.example"


def test_the_same_mail_again_is_the_same_mail(mail, storage, tenant):
    message_id = f"<{secrets.token_hex(8)}@c1.example>"
    assert mail(Message_ID=message_id) == "opened"
    before = count(storage, tenant)
    assert mail(Message_ID=message_id) == "repeated"
    assert count(storage, tenant) == before


def test_a_mail_without_an_id_is_known_by_what_it_says(mail):
    words = f"No id, but words: {secrets.token_hex(4)}"
    assert mail(words, Message_ID=None) == "opened"
    assert mail(words, Message_ID=None) == "repeated"
    assert mail(words + "!", Message_ID=None) == "opened"


def test_a_mail_is_read_once_also_where_its_work_runs_twice(app, context, address, storage, tenant):
    body = b"From: ap@c1.example\nMessage-ID: <twice@x>\nSubject: Damaged\n\nThe goods arrived damaged.\n"
    mail_id = app.test_client().post(address, data=body, headers={"Content-Type": "message/rfc822"}).json["id"]
    assert receive(context, mail_id)["outcome"] == "opened"
    before = count(storage, tenant)
    receive(context, mail_id)
    assert count(storage, tenant) == before


def test_quoted_history_is_context_and_leads_to_the_invoice_where_nothing_new_does(mail, newest, new_invoice):
    invoice = new_invoice(number="INV-7002")
    words = (
        "We never received these goods.\n\nOn Mon, 2 Mar 2026 at 09:14, Acme AR <ar@acme.example> wrote:\n"
        "> Invoice INV-7002 is overdue.\n> Please pay.\n"
    )
    assert mail(words, subject="Re: Reminder", In_Reply_To="<unknown@acme.example>") == "opened"
    dispute = newest()
    assert dispute["text"] == "We never received these goods."
    assert "INV-7002 is overdue" in dispute["context"]
    assert dispute["invoice"]["id"] == str(invoice)


def test_of_several_invoices_a_person_chooses(mail, newest, new_invoice):
    new_invoice(number="INV-7003"), new_invoice(number="INV-7004")
    assert mail("INV-7003 and INV-7004 are both priced too high.") == "opened"
    dispute = newest()
    assert dispute["invoice"] is None
    assert dispute["customer"]["name"] == "Customer c1"
    assert "Invoices named: INV-7003, INV-7004" in dispute["context"]


def test_an_invoice_of_somebody_else_is_not_taken_on_trust(mail, newest, new_invoice):
    new_invoice(customer="c2", number="INV-7005")
    assert mail("INV-7005 is priced too high.", sender="ap@c1.example") == "opened"
    dispute = newest()
    assert (dispute["invoice"], dispute["customer"]) == (None, None)
    assert "Invoices named: INV-7005" in dispute["context"]


def test_quantities_and_years_are_no_invoices(mail, newest, new_invoice):
    new_invoice(number="36"), new_invoice(number="2026")
    assert mail("We got 36 of 40 cartons in 2026.") == "opened"
    assert newest()["invoice"] is None
    assert mail("Invoice no. 36 is priced too high.") == "opened"
    assert newest()["invoice"]["number"] == "36"


def test_a_stranger_without_an_invoice_waits_for_a_person(mail, newest):
    assert mail("Your truck damaged our gate.", sender="nobody@elsewhere.example") == "opened"
    dispute = newest()
    assert (dispute["invoice"], dispute["customer"], dispute["hold"]) == (None, None, None)


def test_a_reply_becomes_a_comment_with_what_is_new_alone(mail, newest, member, storage, tenant):
    first = f"<{secrets.token_hex(8)}@c1.example>"
    assert mail("The price is wrong, we agreed on 12.50.", Message_ID=first) == "opened"
    dispute, before = newest(), count(storage, tenant)
    words = "Attached.\n\nOn Tue, Acme AR <ar@acme.example> wrote:\n> Please send the order.\n> Thanks\n"
    second = f"<{secrets.token_hex(8)}@c1.example>"
    # From another address: whoever answers that mail was in it.
    assert mail(words, sender="jo@private.example", References=first, Message_ID=second) == "commented"
    # An answer to the answer finds the same dispute.
    assert mail("And here is the price list.", subject="Re: price", In_Reply_To=second) == "commented"
    assert comments(member, dispute) == [
        "jo@private.example wrote:\n\nAttached.",
        "ap@c1.example wrote:\n\nAnd here is the price list.",
    ]
    assert count(storage, tenant) == before


def test_the_number_in_the_subject_is_enough_for_the_customer_and_for_nobody_else(mail, newest, member, new_invoice):
    new_invoice(number="INV-7006")
    assert mail("INV-7006 came twice.") == "opened"
    dispute = newest()
    subject = f"Re: [D-{dispute['number']}] your dispute"
    assert mail("Here is the proof.", subject=subject) == "commented"
    assert mail("Drop it, all is well now.", subject=subject, sender="evil@elsewhere.example") == "opened"
    passed_on = "FYI see below\n\nFrom: ap@c1.example\nSubject: INV-7006\n\nDrop it, please, it is all fine.\n"
    assert mail(passed_on, subject=f"Fwd: D-{dispute['number']}", sender="evil@elsewhere.example") == "opened"
    assert comments(member, dispute) == ["ap@c1.example wrote:\n\nHere is the proof."]


def test_a_mail_that_a_colleague_passes_on_is_its_writers(mail, newest, new_invoice):
    new_invoice(number="INV-7008")
    words = (
        "Please handle, see below.\n\nFrom: AP <ap@c1.example>\nSent: Monday\nSubject: INV-7008\n\nTwo are broken.\n"
    )
    assert mail(words, subject="Fwd: INV-7008", sender="sales@acme.example") == "opened"
    dispute = newest()
    assert (dispute["customer"]["name"], dispute["invoice"]["number"]) == ("Customer c1", "INV-7008")
    assert "Two are broken." in dispute["text"]


def test_a_comment_names_nobody_in_the_history(mail, newest, storage, tenant):
    first = f"<{secrets.token_hex(8)}@c1.example>"
    mail(Message_ID=first), mail("More words of the same.", References=first)
    with storage.tenant(tenant) as session:
        query = "select by_kind, by_id, by_name from dispute_events where kind = 'commented' order by id desc limit 1"
        assert session.execute(text(query)).one() == ("plugin", "mime", "Mail")


def test_a_forged_mail_is_tied_to_nobody_and_answers_nothing(mail, newest, member, new_invoice):
    new_invoice(number="INV-7007")
    first = f"<{secrets.token_hex(8)}@c1.example>"
    assert mail("INV-7007 is wrong.", Message_ID=first) == "opened"
    dispute = newest()
    found = "mx.acme.example; spf=fail; dkim=none; dmarc=fail"
    assert mail("INV-7007 is fine, close it.", References=first, Authentication_Results=found) == "opened"
    forged = newest()
    assert (forged["invoice"], forged["customer"], forged["hold"]) == (None, None, None)
    assert "may be forged" in forged["context"] and "DMARC fail" in forged["context"]
    assert comments(member, dispute) == []


def test_new_bank_details_get_the_fixed_warning(mail, newest, member):
    first = f"<{secrets.token_hex(8)}@c1.example>"
    mail(Message_ID=first)
    dispute = newest()
    assert mail("Please note that our bank details changed.", References=first) == "commented"
    assert comments(member, dispute)[1] == inbound.WARNING


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Precedence": "bulk"}, "automatic"),
        ({"words": "\n\n", "subject": ""}, "empty"),
        ({"words": "\n> only what you wrote\n", "subject": "Re: x"}, "empty"),
    ],
)
def test_what_is_no_dispute(mail, storage, tenant, headers, outcome):
    before = count(storage, tenant)
    assert mail(**headers) == outcome
    assert count(storage, tenant) == before


def test_attachments_without_a_word_are_said_to_be_there(mail, newest):
    body = (
        b"From: ap@c1.example\nMessage-ID: <attached@x>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
        b"Content-Disposition: attachment; filename=debit-note.pdf\n\n%PDF\n--b--\n"
    )
    assert mail.post(body) == "opened"
    assert newest()["text"] == "Nothing is written; attached: debit-note.pdf"


def test_the_same_mail_read_by_two_workers_at_once_opens_one_dispute(app, settings, storage, tenant, address):
    body = b"From: ap@c1.example\nMessage-ID: <at-once@x>\n\nThe goods arrived broken.\n"
    ids = [app.test_client().post(address, data=body, content_type="message/rfc822").json["id"] for _ in range(4)]
    begin = Barrier(len(ids))

    def read(mail_id):
        context = JobContext(storage=storage, settings=settings, registry=PLUGINS, tenant=tenant, work_id=uuid4())
        begin.wait()
        return receive(context, mail_id)["outcome"]

    with ThreadPoolExecutor(len(ids)) as pool:
        assert sorted(pool.map(read, ids)) == ["opened", "repeated", "repeated", "repeated"]


def test_mails_are_forgotten_and_what_they_said_stays(mail, newest, storage, tenant):
    message_id = f"<{secrets.token_hex(8)}@c1.example>"
    assert mail(Message_ID=message_id) == "opened"
    dispute = newest()
    with storage.tenant(tenant) as session:
        assert inbound.forget(session, datetime.now(UTC) + timedelta(minutes=1), 2) == 2
        assert inbound.forget(session, datetime.now(UTC) + timedelta(minutes=1), 100_000) > 0
        assert session.scalar(text("select count(*) from inbound_mails")) == 0
    # The dispute itself still knows its mail, and those that answer it.
    assert mail(Message_ID=message_id) == "repeated"
    assert mail("One thing more to say.", References=message_id) == "commented"
    assert newest()["id"] == dispute["id"]


def test_people_to_talk_to_are_known_by_their_addresses_too(mail, newest, storage, tenant, new_invoice):
    new_invoice(customer="c3")
    contacts = '{"contacts": [{"name": "Li", "email": "Li@Other.example"}]}'
    with storage.tenant(tenant) as session:
        session.execute(
            text("update customers set profile = cast(:contacts as jsonb) where name = 'Customer c3'"),
            {"contacts": contacts},
        )
    assert mail("The goods arrived damaged.", sender="li@other.example") == "opened"
    assert newest()["customer"]["name"] == "Customer c3"
    # Part of an address is not the address.
    assert mail("The goods arrived damaged.", sender="i@other.example") == "opened"
    assert newest()["customer"] is None


def test_a_mail_that_goes_in_circles_is_stopped(mail):
    hops = "".join(f"Received: by mx{n}.example\n" for n in range(60))
    assert mail.post(f"{hops}From: ap@c1.example\nMessage-ID: <loop@x>\n\nWords again.".encode()) == "loop"


def test_card_numbers_are_stored_nowhere(mail, newest, storage, tenant, member):
    first = f"<{secrets.token_hex(8)}@c1.example>"
    words = "We paid by card 4111 1111 1111 1111.\n\nOn Mon, Acme <a@b.example> wrote:\n> card 5555555555554444?\n"
    assert mail(words, subject="Paid with 378282246310005", Message_ID=first) == "opened"
    assert mail("It was 4111-1111-1111-1111, see?", References=first) == "commented"
    dispute = newest()
    assert "XXXX XXXX XXXX 1111" in dispute["text"]
    with storage.tenant(tenant) as session:
        tables = ("disputes", "dispute_comments", "dispute_events", "inbound_mails")
        stored = "".join(str(session.execute(text(f"select * from {table}")).all()) for table in tables)
    digits = re.sub(r"[ -]", "", stored)
    assert not any(number in digits for number in ("4111111111111111", "5555555555554444", "378282246310005"))


def test_spam_that_leads_nowhere_is_left_out(app, admin, context, storage, tenant, newest):
    body = {"name": "Parse", "channel": "sendgrid"}
    path = re.sub(r"^https?://[^/]+", "", admin.post("/api/inbound-addresses", json=body).json["url"])

    def send(sender, score):
        fields = {"from": sender, "subject": "Offer", "text": "Cheap watches for you all.", "spam_score": score}
        return app.test_client().post(path, data=fields, content_type="multipart/form-data").json["id"]

    before = count(storage, tenant)
    assert receive(context, send("x@spam.example", "9.5"))["outcome"] == "spam"
    assert count(storage, tenant) == before
    assert receive(context, send("ap@c1.example", "9.6"))["outcome"] == "opened"
    assert newest()["customer"]["name"] == "Customer c1"
    assert receive(context, send("y@ham.example", "4.9"))["outcome"] == "opened"


def test_where_mail_has_to_be_signed_what_is_not_is_put_down(app, admin, context, storage, tenant):
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body = {"name": "Signed", "channel": "sendgrid", "config": {"public_key": base64.b64encode(der).decode()}}
    path = re.sub(r"^https?://[^/]+", "", admin.post("/api/inbound-addresses", json=body).json["url"])
    form = b'--b\r\nContent-Disposition: form-data; name="from"\r\n\r\nap@c1.example\r\n'
    form += b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nThe price is wrong.\r\n--b--\r\n'
    signature = base64.b64encode(key.sign(b"1770000000" + form, ec.ECDSA(SHA256()))).decode()
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    given = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": "1770000000",
    }
    unsigned = app.test_client().post(path, data=form, headers=headers).json["id"]
    assert receive(context, unsigned)["outcome"] == "unreadable"
    mail_id = app.test_client().post(path, data=form, headers=headers | given).json["id"]
    assert receive(context, mail_id)["outcome"] == "opened"
    with storage.tenant(tenant) as session:
        query = "select headers, reason from inbound_mails where id = :id"
        assert session.execute(text(query), {"id": unsigned}).one() == ({}, "The signature is missing or wrong.")


def test_what_is_no_mail_is_noted_and_put_down(mail, admin, storage, tenant):
    assert mail.post(b"%PDF-1.7 not a mail") == "unreadable"
    with storage.tenant(tenant) as session:
        row = session.execute(
            text("select sealed, reason from inbound_mails where outcome = 'unreadable' order by received_at desc")
        ).first()
    assert row.sealed is None and "no mail" in row.reason


def test_a_channel_that_breaks_costs_the_mail_and_nothing_else(app, context, address, monkeypatch):
    from plugins.channels.mime.plugin import MimeChannel

    def breaks(self, headers, body):
        raise ZeroDivisionError

    monkeypatch.setattr(MimeChannel, "parse_message", breaks)
    mail_id = app.test_client().post(address, data=b"From: x@y.z\n\nx", content_type="message/rfc822").json["id"]
    assert receive(context, mail_id) == {"outcome": "unreadable"}


def test_a_mail_waits_sealed_and_leaves_nothing(app, context, address, storage, tenant):
    body = b"From: ap@c1.example\nMessage-ID: <sealed@x>\nSubject: Secret\n\nA very telling sentence of ours.\n"
    mail_id = app.test_client().post(address, data=body, content_type="message/rfc822").json["id"]

    def sealed():
        with storage.tenant(tenant) as session:
            return session.scalar(text("select sealed from inbound_mails where id = :id"), {"id": mail_id})

    waiting = bytes(sealed())
    assert b"telling" not in waiting and len(waiting) > len(body)
    receive(context, mail_id)
    assert sealed() is None


def test_the_address_is_shown_once_and_only_its_hash_is_kept(admin, address, storage):
    token = address.rpartition("/")[2]
    shown = admin.get("/api/inbound-addresses")
    assert shown.status_code == 200 and token not in shown.text
    assert {each["slug"] for each in shown.json["channels"]} == {"mime", "sendgrid"}
    with storage.hub() as session:
        kept = str(session.execute(text("select * from hub.inbound_addresses")).all())
    assert token not in kept


def test_an_address_tells_what_came_by_it(admin, mail):
    made = admin.get("/api/inbound-addresses").json["items"][0]["outcomes"].get("automatic", 0)
    mail(Precedence="junk")
    first = admin.get("/api/inbound-addresses").json["items"][0]
    assert first["outcomes"]["automatic"] == made + 1
    assert first["received_at"] is not None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "channel": "smtp"}, "channel"),
        ({"name": "x", "channel": "csv"}, "channel"),
        ({"name": " ", "channel": "mime"}, "name"),
        ({"name": "x", "channel": "mime", "config": {"authserv_id": "no host!"}}, "config.authserv_id"),
        ({"name": "x", "channel": "sendgrid", "config": {"public_key": "x"}}, "config.public_key"),
        ({"name": "x", "channel": "sendgrid", "config": {"public_key": "AAAA" * 30}}, "config.public_key"),
        ({"name": "x", "channel": "mime", "config": {"key": "x"}}, "config.key"),
    ],
)
def test_an_address_that_cannot_be_made(admin, body, field):
    response = admin.post("/api/inbound-addresses", json=body)
    assert response.status_code == 422
    assert [each["field"] for each in response.json["fields"]] == [field]


def test_only_admins_have_to_do_with_addresses(member, viewer, program):
    for caller in (member, viewer, program):
        assert caller.get("/api/inbound-addresses").status_code == 403
        assert caller.post("/api/inbound-addresses", json={"name": "x", "channel": "mime"}).status_code == 403
        assert caller.delete(f"/api/inbound-addresses/{uuid4()}").status_code == 403


def test_a_deleted_address_takes_nothing_more_and_what_came_is_read(app, admin, context):
    made = admin.post("/api/inbound-addresses", json={"name": "Gone", "channel": "mime"}).json
    path = re.sub(r"^https?://[^/]+", "", made["url"])
    body = b"From: ap@c1.example\nMessage-ID: <gone@x>\n\nThe goods arrived broken.\n"
    mail_id = app.test_client().post(path, data=body, content_type="message/rfc822").json["id"]
    assert admin.delete(f"/api/inbound-addresses/{made['id']}").status_code == 204
    assert admin.delete(f"/api/inbound-addresses/{made['id']}").status_code == 404
    assert app.test_client().post(path, data=body, content_type="message/rfc822").status_code == 404
    assert receive(context, mail_id)["outcome"] == "opened"


@pytest.mark.parametrize("path", ["/api/inbound/mime/{}", "/api/inbound/sendgrid/" + "0" * 64, "/api/inbound/x/y"])
def test_a_wrong_address_is_no_address(app, path):
    response = app.test_client().post(path.format("0" * 64), data=b"From: a@b.c\n\nx", content_type="message/rfc822")
    assert response.status_code == 404


def test_a_token_is_its_own_channels_alone(app, address):
    path = address.replace("/mime/", "/sendgrid/")
    assert app.test_client().post(path, data={"from": "a@b.c"}, content_type="multipart/form-data").status_code == 404


def test_a_mail_that_is_too_large_is_refused_before_it_is_read(app, address):
    class Unread:
        def read(self, size=-1):
            raise AssertionError("the body was read")

        readline = readlines = __iter__ = read

    length = str(MAX_MAIL_BYTES + 1)
    environ = {"wsgi.input": Unread(), "CONTENT_LENGTH": length, "CONTENT_TYPE": "message/rfc822"}
    response = app.test_client().post(address, environ_overrides=environ)
    assert response.status_code == 413 and response.json["code"] == "too_large"


def test_one_that_does_not_say_its_length_is_cut_off(app, address):
    class Endless:
        taken = 0

        def read(self, size=-1):
            Endless.taken += 65_536
            return b"x" * 65_536

    environ = {"wsgi.input": Endless(), "wsgi.input_terminated": True, "CONTENT_TYPE": "message/rfc822"}
    response = app.test_client().post(address, environ_overrides=environ)
    assert response.status_code == 413
    assert Endless.taken < MAX_MAIL_BYTES + 2**21


def test_an_empty_body_and_a_packed_one_are_refused(app, address):
    assert app.test_client().post(address, content_type="message/rfc822").status_code == 422
    packed = {"Content-Encoding": "gzip", "Content-Type": "message/rfc822"}
    assert app.test_client().post(address, data=b"x", headers=packed).status_code == 415


def test_a_flood_is_asked_to_come_again(app, admin, storage, tenant):
    made = admin.post("/api/inbound-addresses", json={"name": "Flood", "channel": "mime"}).json
    path = re.sub(r"^https?://[^/]+", "", made["url"])
    row = {"id": made["id"], "at": datetime.now(UTC) - timedelta(minutes=5), "n": inbound.MOST_WAITING}
    with storage.tenant(tenant) as session:
        session.execute(
            text(
                "insert into inbound_mails (address_id, channel, bytes, received_at)"
                " select :id, 'mime', 10, :at from generate_series(1, :n)"
            ),
            row,
        )
    response = app.test_client().post(path, data=b"From: a@b.c\n\nx", content_type="message/rfc822")
    assert response.status_code == 429 and int(response.headers["Retry-After"]) > 0
    with storage.tenant(tenant) as session:
        session.execute(text("delete from inbound_mails where address_id = :id"), row)


def test_the_secret_part_of_an_address_is_in_no_log(app, address, caplog):
    with caplog.at_level("INFO", logger="hub.request"):
        app.test_client().post(address, data=b"From: a@b.c\n\nHello you.", content_type="message/rfc822")
    paths = [record.fields["path"] for record in caplog.records if hasattr(record, "fields")]
    assert "/api/inbound/..." in paths
    assert address.rpartition("/")[2] not in caplog.text + str(paths)
