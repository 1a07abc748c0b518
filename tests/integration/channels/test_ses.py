"""Mails by SES, against moto's server; and notifications of SNS, signed as Amazon signs them."""

import base64
import email
import json
import logging
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from moto.core import DEFAULT_ACCOUNT_ID
from moto.server import ThreadedMotoServer
from moto.ses.models import ses_backends

from hub.channels.network import HubNetwork
from hub.registry import load
from hub.sdk.channel import Attachment, Message
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from hub.sdk.http import Answer
from tests.sendgrid_server import SendGridServer
from tests.smtp_server import STRICT

REGION = "eu-central-1"
ARN = f"arn:aws:sns:{REGION}:123456789012:paypredict"
CERTIFICATE_URL = f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
CONFIG = {"region": REGION, "access_key_id": "AKIAOFTHETESTS000000", "secret_access_key": "of-the-tests"}
MESSAGE = Message(
    idempotency_key="k1",
    to="ada@debtor.example",
    to_name="Ada Lovelace",
    cc=("owner@seller.example",),
    sender="ar@seller.example",
    sender_name="Seller GmbH",
    subject="Rechnung RE-1 ist überfällig",
    text="Hallo Ada, bitte zahlen Sie.",
    html="<p>Hallo Ada, bitte zahlen Sie.</p>",
    message_id="<r1.mac@seller.example>",
    attachments=(Attachment(name="a.pdf", media_type="application/pdf", content=b"%PDF"),),
    tags={"reminder": "r1", "paypredict": "mark", "odd": "a b"},
)


@pytest.fixture(scope="module")
def registry():
    return load()


@pytest.fixture(scope="module")
def moto():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def backend():
    """What moto's SES holds, emptied, with one sender that is verified."""
    backend = ses_backends[DEFAULT_ACCOUNT_ID][REGION]
    backend.reset()
    backend.verify_email_identity("ar@seller.example")
    return backend


@pytest.fixture
def make(registry, settings, tmp_path):
    def make(url, **config):
        apps = tmp_path / "connectors.toml"
        apps.write_text(f'[ses.addresses]\napi = "{url}"\n')
        own = replace(settings, connector_apps_file=str(apps))
        config = CONFIG | config
        return registry.make("ses", config, HubNetwork(own, registry.get("ses"), config))

    return make


def test_a_mail_arrives_as_it_was_meant(make, moto, backend):
    delivery = make(moto).send(MESSAGE)
    (sent,) = backend.sent_messages
    assert delivery.provider_id == sent.id
    # SES puts its own in place of the hub's.
    assert delivery.message_id == f"<{sent.id}@{REGION}.amazonses.com>"
    assert sent.source == "ar@seller.example"
    # moto adds those of the mail's headers.
    assert sent.destinations[:2] == ["ada@debtor.example", "owner@seller.example"]
    mail = email.message_from_string(sent.raw_data, policy=STRICT)
    assert mail["Subject"] == "Rechnung RE-1 ist überfällig"
    assert mail["Message-ID"] == "<r1.mac@seller.example>"
    assert "bitte zahlen" in mail.get_body(("plain",)).get_content()
    assert [each.get_filename() for each in mail.iter_attachments()] == ["a.pdf"]


def test_a_check_says_how_many_may_be_sent(make, moto, backend):
    assert make(moto).check() == f"SES answered in {REGION}: 200 of 200 messages a day may be sent, 1 a second."


def test_a_sender_that_is_not_verified_says_so(make, moto, backend):
    with pytest.raises((ConfigError, RecordError)) as raised:
        make(moto).send(replace(MESSAGE, sender="other@seller.example"))
    assert "SES answered MessageRejected" in str(raised.value)
    assert backend.sent_messages == []


def test_nothing_is_tried_out(make, moto, backend):
    with pytest.raises(ConfigError):
        make(moto).send(replace(MESSAGE, is_test=True))
    assert backend.sent_messages == []


def test_nothing_of_a_mail_or_a_key_is_in_the_debug_log(make, moto, backend, caplog):
    caplog.set_level(logging.DEBUG)
    make(moto).send(MESSAGE)
    assert "bitte zahlen" not in caplog.text
    assert CONFIG["secret_access_key"] not in caplog.text


def test_only_the_channels_own_credentials_are_used(make, moto, backend, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAOFTHEMACHINE0000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of-the-machine")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    make(moto).send(MESSAGE)
    assert len(backend.sent_messages) == 1


@contextmanager
def answering(*planned):
    """A server that gives these answers in turn."""
    with SendGridServer() as server:
        server.fail = list(planned)
        yield server.url, server


def error(status, code, message="so it is"):
    body = json.dumps({"message": message}).encode()
    return status, {"Content-Type": "application/json", "x-amzn-ErrorType": code}, body


@pytest.mark.parametrize(
    ("planned", "expected", "field"),
    [
        (error(403, "UnrecognizedClientException"), AuthError, None),
        (error(403, "SignatureDoesNotMatch"), AuthError, None),
        (error(403, "AccessDeniedException"), AuthError, None),
        (error(429, "TooManyRequestsException"), TransientError, None),
        (error(400, "ThrottlingException"), TransientError, None),
        (error(400, "SendingPausedException"), ConfigError, None),
        (error(400, "AccountSuspendedException"), ConfigError, None),
        (error(400, "MessageRejected", "Email address is not verified."), ConfigError, "sender"),
        (error(400, "MailFromDomainNotVerifiedException"), ConfigError, "sender"),
        (error(404, "NotFoundException", "Configuration set <x> does not exist."), ConfigError, "configuration_set"),
        (error(400, "BadRequestException", "Illegal address"), RecordError, None),
        (error(500, "InternalFailure"), UncertainError, None),
        ((503, {}, b""), UncertainError, None),
        ((200, {}, b"<no json"), UncertainError, None),
        (None, UncertainError, None),
    ],
)
def test_what_each_answer_comes_to(make, planned, expected, field):
    with answering(planned) as (url, server), pytest.raises(expected) as raised:
        make(url).send(MESSAGE)
    assert getattr(raised.value, "field", None) == field
    # Who asks again is for the hub to say.
    assert len(server.asked) == 1


def test_who_does_not_answer_took_nothing(make):
    with pytest.raises(TransientError):
        make("http://127.0.0.1:1").send(MESSAGE)


@pytest.mark.parametrize("planned", [(503, {}, b""), None])
def test_a_check_may_be_repeated(make, planned):
    with answering(planned) as (url, _), pytest.raises(TransientError):
        make(url).check()


def test_the_oldest_region_names_messages_in_its_own_way(make):
    answer = 200, {"Content-Type": "application/json"}, b'{"MessageId": "0100"}'
    with answering(answer) as (url, _):
        assert make(url, region="us-east-1").send(MESSAGE).message_id == "<0100@email.amazonses.com>"


class Amazon:
    """SNS: a certificate at its address, a key that signs, and the calls that were made there."""

    def __init__(self, name="sns.amazonaws.com", days=30):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        ends = datetime.now(UTC) + timedelta(days=days)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(ends - timedelta(days=400))
            .not_valid_after(ends)
            .sign(self.key, hashes.SHA256())
        )
        self.pem = made.public_bytes(Encoding.PEM)
        self.addresses = {"api": f"https://email.{REGION}.amazonaws.com"}
        self.asked = []
        self.answer = None

    def request(self, method, url, *, headers=None, body=None, timeout=20.0):
        self.asked.append((method, url))
        return self.answer or Answer(status=200, headers={}, body=self.pem)

    def connect(self, host, port, timeout):
        raise AssertionError("nothing is connected to")

    def post(self, message, version="2", **more):
        """A notification, signed; what `more` says is signed too."""
        said = {
            "Type": "Notification",
            "MessageId": "9f1c1f0e-5b1e-4c0e-9d3a-0a8f6d1c2b3a",
            "TopicArn": ARN,
            "Subject": "Amazon SES Email Event Notification",
            "Message": message if isinstance(message, str) else json.dumps(message),
            "Timestamp": "2026-03-31T09:30:00.000Z",
            "SignatureVersion": version,
            "SigningCertURL": CERTIFICATE_URL,
        } | more
        names = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        if said["Type"] != "Notification":
            names.remove("Subject")
        signed = "".join(f"{name}\n{said[name]}\n" for name in names if said.get(name) is not None)
        algorithm = hashes.SHA256() if version == "2" else hashes.SHA1()
        said["Signature"] = base64.b64encode(self.key.sign(signed.encode(), padding.PKCS1v15(), algorithm)).decode()
        return json.dumps(said).encode()


@pytest.fixture(scope="module")
def signing():
    return Amazon()


@pytest.fixture
def amazon(signing):
    signing.asked, signing.answer = [], None
    return signing


@pytest.fixture
def channel(registry, amazon):
    return registry.make("ses", CONFIG | {"topic_arn": ARN}, amazon)


MAIL = {
    "timestamp": "2026-03-31T09:29:00.000Z",
    "messageId": "010701",
    "destination": ["Ada <ada@debtor.example>", "owner@seller.example"],
    "commonHeaders": {"messageId": "<r1.mac@seller.example>"},
    "tags": {"reminder": ["r1"], "paypredict": ["mark"], "ses:operation": ["SendEmail"]},
}
AT = "2026-03-31T09:30:00.000Z"


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_signed_event_is_a_receipt(channel, amazon, version):
    event = {
        "eventType": "Delivery",
        "mail": MAIL,
        "delivery": {"timestamp": AT, "recipients": ["ada@debtor.example"], "smtpResponse": "250 ok"},
    }
    (found,) = channel.parse_receipts({}, amazon.post(event, version))
    assert (found.kind, found.provider_id, found.address) == ("delivered", "010701", "ada@debtor.example")
    assert (found.detail, found.at) == ("250 ok", datetime(2026, 3, 31, 9, 30, tzinfo=UTC))
    assert found.tags == {"reminder": "r1", "paypredict": "mark"}
    assert found.message_id == "<r1.mac@seller.example>"
    assert amazon.asked == [("GET", CERTIFICATE_URL)]
    channel.parse_receipts({}, amazon.post(event, version))
    assert len(amazon.asked) == 1


def bounce(kind, status, sub="General"):
    who = {"emailAddress": "ada@debtor.example", "action": "failed", "status": status, "diagnosticCode": "smtp; 550"}
    about = {"bounceType": kind, "bounceSubType": sub, "bouncedRecipients": [who], "timestamp": AT, "feedbackId": "f"}
    return {"eventType": "Bounce", "mail": MAIL, "bounce": about}


@pytest.mark.parametrize(
    ("event", "kinds"),
    [
        ({"eventType": "Send", "mail": MAIL, "send": {}}, [("accepted", False)] * 2),
        (bounce("Permanent", "5.1.1"), [("bounced", True)]),
        (bounce("Permanent", "5.7.1"), [("bounced", False)]),
        (bounce("Transient", "4.4.7"), [("bounced", False)]),
        (bounce("Undetermined", "5.0.0"), [("bounced", False)]),
        ({**bounce("Permanent", "5.1.1"), "eventType": None, "notificationType": "Bounce"}, [("bounced", True)]),
        (
            {
                "eventType": "Complaint",
                "mail": MAIL,
                "complaint": {"complainedRecipients": [{"emailAddress": "ada@debtor.example"}], "timestamp": AT},
            },
            [("complained", False)],
        ),
        (
            {
                "eventType": "DeliveryDelay",
                "mail": MAIL,
                "deliveryDelay": {
                    "timestamp": AT,
                    "delayType": "MailboxFull",
                    "delayedRecipients": [{"emailAddress": "ada@debtor.example"}],
                },
            },
            [("deferred", False)],
        ),
        ({"eventType": "Reject", "mail": MAIL, "reject": {"reason": "Bad content"}}, [("bounced", False)] * 2),
        (
            {
                "eventType": "Subscription",
                "mail": MAIL | {"destination": ["ada@debtor.example"]},
                "subscription": {"timestamp": AT, "newTopicPreferences": {"unsubscribeAll": True}},
            },
            [("unsubscribed", False)],
        ),
        ({"eventType": "Open", "mail": MAIL, "open": {"timestamp": AT}}, [("opened", False)] * 2),
        ({"eventType": "Click", "mail": MAIL, "click": {}}, []),
        ({"eventType": "Rendering Failure", "mail": MAIL, "failure": {}}, []),
    ],
)
def test_what_each_event_means(channel, amazon, event, kinds):
    found = channel.parse_receipts({}, amazon.post(event))
    assert [(each.kind, each.is_permanent) for each in found] == kinds
    assert {each.address for each in found} <= {"ada@debtor.example", "owner@seller.example"}
    assert len({each.event_id for each in found}) == len(found)


def test_a_subscription_is_confirmed_where_sns_says_so(channel, amazon):
    url = f"https://sns.{REGION}.amazonaws.com/?Action=ConfirmSubscription&TopicArn={ARN}&Token=2336412f"
    body = amazon.post(
        "You have chosen", Type="SubscriptionConfirmation", SubscribeURL=url, Token="2336412f", Subject=None
    )
    assert channel.parse_receipts({}, body) == []
    assert amazon.asked[-1] == ("GET", url)
    elsewhere = amazon.post(
        "You have chosen",
        Type="SubscriptionConfirmation",
        SubscribeURL="https://169.254.169.254/latest/meta-data",
        Token="2336412f",
        Subject=None,
    )
    with pytest.raises(AuthError, match="none of the addresses"):
        channel.parse_receipts({}, elsewhere)
    assert len(amazon.asked) == 2
    ended = amazon.post("You have chosen", Type="UnsubscribeConfirmation", SubscribeURL=url, Token="x", Subject=None)
    assert channel.parse_receipts({}, ended) == []
    assert len(amazon.asked) == 2


EVENT = bounce("Permanent", "5.1.1")


def test_what_sns_did_not_sign_counts_for_nothing(channel, amazon):
    body = amazon.post(EVENT)
    for changed in (
        body.replace(b"5.1.1", b"5.1.2"),
        body.replace(b'"Signature": "', b'"Signature": "AA'),
        json.dumps(json.loads(body) | {"Signature": None}).encode(),
        json.dumps(json.loads(body) | {"SignatureVersion": "1"}).encode(),
        Amazon().post(EVENT),
    ):
        with pytest.raises(AuthError):
            channel.parse_receipts({}, changed)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-central-1.amazonaws.com.evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://bucket.s3.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-central-1.amazonaws.com@evil.example/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-central-1.amazonaws.com/../x/SimpleNotificationService-0123456789abcdef.pem",
        "https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem?x=https://evil.example",
    ],
)
def test_a_certificate_is_fetched_from_sns_alone(channel, amazon, url):
    with pytest.raises(AuthError, match="none of the addresses"):
        channel.parse_receipts({}, amazon.post(EVENT, SigningCertURL=url))
    assert amazon.asked == []


@pytest.mark.parametrize("other", [{"name": "evil.example"}, {"days": -1}, {"name": "sns.amazonaws.com.evil.example"}])
def test_a_certificate_has_to_be_of_sns_and_good_today(registry, other):
    amazon = Amazon(**other)
    with pytest.raises(AuthError, match="not of SNS"):
        registry.make("ses", CONFIG, amazon).parse_receipts({}, amazon.post(EVENT))


def test_a_certificate_that_cannot_be_fetched_yet_is_fetched_later(channel, amazon):
    amazon.answer = Answer(status=503, headers={}, body=b"")
    with pytest.raises(TransientError):
        channel.parse_receipts({}, amazon.post(EVENT))
    amazon.answer = Answer(status=404, headers={}, body=b"")
    with pytest.raises(AuthError):
        channel.parse_receipts({}, amazon.post(EVENT))
    amazon.answer = Answer(status=200, headers={}, body=b"no certificate")
    with pytest.raises(AuthError):
        channel.parse_receipts({}, amazon.post(EVENT))
    amazon.answer = None
    assert len(channel.parse_receipts({}, amazon.post(EVENT))) == 1


def test_another_topic_is_not_ours_and_without_one_any_is(channel, registry, amazon):
    other = amazon.post(EVENT, TopicArn=ARN.replace("paypredict", "other"))
    with pytest.raises(AuthError, match="another topic"):
        channel.parse_receipts({}, other)
    assert len(registry.make("ses", CONFIG, amazon).parse_receipts({}, other)) == 1


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"no json", b'{"Type": "Other"}', b'{"Type": ["Notification"]}', b"[" * 50_000]
)
def test_what_sns_never_posts_is_refused(channel, body):
    with pytest.raises(RecordError):
        channel.parse_receipts({}, body)


@pytest.mark.parametrize(
    "message", ["no json", {"x": 1}, {"eventType": "Bounce"}, {"eventType": "Bounce", "mail": 1}, "[]"]
)
def test_what_is_no_event_of_ses_is_refused(channel, amazon, message):
    with pytest.raises(RecordError):
        channel.parse_receipts({}, amazon.post(message))
