"""Mails that arrive at a real server, and what every answer of one comes to."""

import socket
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest

from hub.channels.network import HubNetwork
from hub.registry import load
from hub.sdk.channel import Attachment, Message
from hub.sdk.errors import AuthError, ConfigError, RecordError, TransientError, UncertainError
from tests.smtp_server import SmtpServer, certificate

MESSAGE = Message(
    idempotency_key="k1",
    to="ada@debtor.example",
    to_name="Ada Lovelace",
    sender="ar@seller.example",
    sender_name="Seller GmbH",
    subject="Rechnung RE-1 ist überfällig",
    text="Hallo Ada,\n.\n..zwei Punkte\nbitte zahlen Sie.\n",
    html="<p>Hallo Ada, bitte zahlen Sie.</p>",
    message_id="<r1.mac@seller.example>",
    list_unsubscribe="https://ar.seller.example/u/1",
    attachments=(Attachment(name="statement.pdf", media_type="application/pdf", content=b"%PDF"),),
)


@pytest.fixture(scope="module")
def registry():
    return load()


@pytest.fixture
def own(settings):
    """Settings under which this machine may be reached."""
    return replace(settings, private_hosts="127.0.0.1,localhost")


@pytest.fixture
def make(registry, own):
    """Makes a channel to a server; closed in the end."""
    made = []

    def make(server, settings=own, **config):
        config = {"host": "localhost", "port": server.port, "security": "none"} | config
        channel = registry.make("smtp", config, HubNetwork(settings, registry.get("smtp"), config))
        made.append(channel)
        return channel

    yield make
    for channel in made:
        channel.close()


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """The file of a certificate for localhost that this process trusts."""
    path = certificate("localhost", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


def test_a_mail_arrives_as_it_was_meant(make):
    with SmtpServer() as server:
        delivery = make(server, bounce_address="bounces@seller.example").send(MESSAGE)
        (arrived,) = server.arrived
    assert delivery.provider_id == "<r1.mac@seller.example>"
    assert arrived.sender == "bounces@seller.example"
    assert arrived.recipients == ("ada@debtor.example",)
    assert arrived.mail["Subject"] == "Rechnung RE-1 ist überfällig"
    text = arrived.mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert text == MESSAGE.text
    assert arrived.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    (attached,) = arrived.mail.iter_attachments()
    assert attached.get_content() == b"%PDF"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_it_is_encrypted_and_let_in(make, trusted, security):
    with SmtpServer("ar", "s3cret", trusted, tls_from_the_start=security == "tls") as server:
        channel = make(server, security=security, username="ar", password="s3cret")
        assert channel.check() == f"localhost:{server.port} answered with TLSv1.3 and let the hub in as ar."
        channel.send(MESSAGE)
        (arrived,) = server.arrived
    assert (arrived.encrypted, arrived.user) == (True, "ar")


def test_one_connection_serves_many_and_a_new_one_follows_where_it_went_away(make):
    with SmtpServer() as server:
        channel = make(server)
        for number in range(3):
            channel.send(replace(MESSAGE, message_id=f"<r{number}@seller.example>"))
        assert server.connections == 1
        server.hang_up()
        channel.send(replace(MESSAGE, message_id="<r9@seller.example>"))
        assert server.connections == 2
    assert [each.mail["Message-ID"] for each in server.arrived][-1] == "<r9@seller.example>"
    assert len(server.arrived) == 4


def test_a_server_without_starttls_gets_no_mail(make):
    with SmtpServer() as server, pytest.raises(ConfigError, match="offers no STARTTLS") as raised:
        make(server, security="starttls").send(MESSAGE)
    assert raised.value.field == "security"
    assert server.arrived == []


def test_a_certificate_that_proves_nothing_is_refused(make, tmp_path):
    with SmtpServer(certificate=certificate("localhost", tmp_path)) as server, pytest.raises(ConfigError) as raised:
        make(server, security="starttls").check()
    assert "does not prove who it is" in str(raised.value)


def test_a_certificate_of_another_name_is_refused(make, trusted, tmp_path):
    other = certificate("other.example", tmp_path)
    with SmtpServer(certificate=other, tls_from_the_start=True) as server, pytest.raises(ConfigError):
        make(server, security="tls").check()


def test_a_wrong_password_is_the_admins_to_mend(make, trusted):
    with SmtpServer("ar", "s3cret", trusted) as server, pytest.raises(AuthError) as raised:
        make(server, security="starttls", username="ar", password="wrong").send(MESSAGE)
    assert "refuses the user name or the password" in str(raised.value)
    assert "wrong" not in str(raised.value).replace("refuses the user", "")


def test_who_gives_no_name_where_one_is_needed_is_told(make, trusted):
    with SmtpServer("ar", "s3cret", trusted) as server, pytest.raises(ConfigError) as raised:
        make(server, security="starttls").send(MESSAGE)
    assert raised.value.field == "username"


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"username": "ar"}, "password"),
        ({"password": "x"}, "username"),
        ({"username": "ar", "password": "x", "security": "none"}, "security"),
    ],
)
def test_what_cannot_be_together_is_refused_before_anything_is_sent(make, config, field):
    with SmtpServer() as server, pytest.raises(ConfigError) as raised:
        make(server, **config)
    assert raised.value.field == field


@pytest.mark.parametrize(
    ("answer", "error", "field"),
    [
        ("450 4.2.1 come back later", TransientError, None),
        ("452 4.5.3 too many recipients", TransientError, None),
        ("550 5.1.1 no such user", RecordError, "to"),
        ("550 no such user", RecordError, "to"),
        ("553 5.1.3 bad address", RecordError, "to"),
        ("550 5.7.1 your network is blocked", RecordError, None),
        ("554 5.7.1 policy", RecordError, None),
        ("552 5.2.2 mailbox full", RecordError, None),
    ],
)
def test_what_a_server_says_of_an_address(make, answer, error, field):
    with SmtpServer(refuse=lambda address: answer) as server:
        channel = make(server)
        with pytest.raises(error) as raised:
            channel.send(MESSAGE)
        assert answer[4:] in str(raised.value)
        assert getattr(raised.value, "field", None) == field
        # The next one goes.
        server.refuse = lambda address: ""
        channel.send(MESSAGE)
    assert len(server.arrived) == 1


def test_where_one_of_several_is_refused_nobody_gets_it(make):
    with SmtpServer(refuse=lambda address: "550 5.1.1 no" if address == "b@debtor.example" else "") as server:
        with pytest.raises(RecordError) as raised:
            make(server).send(replace(MESSAGE, cc=("b@debtor.example",)))
        assert (raised.value.field, raised.value.value) == ("cc", "b@debtor.example")
    assert server.arrived == []


def test_each_address_is_told_once(make):
    with SmtpServer() as server:
        make(server).send(replace(MESSAGE, cc=("ada@debtor.example", "b@debtor.example")))
    assert server.arrived[0].recipients == ("ada@debtor.example", "b@debtor.example")


@pytest.mark.parametrize(
    ("answer", "error"),
    [("451 4.3.0 try again", TransientError), ("554 5.6.0 looks like spam", RecordError), (None, UncertainError)],
)
def test_what_a_server_says_of_the_mail(make, answer, error):
    with SmtpServer(answer=lambda mail: answer) as server, pytest.raises(error):
        make(server).send(MESSAGE)


def test_a_mail_that_no_server_takes_is_never_sent(make):
    with SmtpServer() as server, pytest.raises(RecordError):
        make(server).send(replace(MESSAGE, to="nobody"))
    assert server.connections == 0


def test_nothing_is_tried_out(make):
    with SmtpServer() as server, pytest.raises(ConfigError):
        make(server).send(replace(MESSAGE, is_test=True))
    assert server.arrived == []


def test_who_does_not_answer_is_asked_again_later(make):
    with SmtpServer() as server:
        channel = make(server)
    with pytest.raises(TransientError, match=r"does not answer: [A-Z]"):  # in words, without the error's number
        channel.send(MESSAGE)


def test_a_private_server_is_reached_only_where_the_operator_says_so(make, settings):
    with SmtpServer() as server, pytest.raises(ConfigError, match="not a public one"):
        make(server, settings=settings).send(MESSAGE)
    assert server.connections == 0


@contextmanager
def rude(*said):
    """A server that answers each line with the next of `said`, and hangs up when there is no more."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        line, _ = listening.accept()
        with line, line.makefile("rb") as read:
            for each in said:
                line.sendall(each)
                if not read.readline():
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listening.getsockname()[1]
    listening.close()
    thread.join(10)


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ((), TransientError),
        ((b"554 no service\r\n",), RecordError),
        ((b"421 too busy\r\n",), TransientError),
        ((b"HTTP/1.1 400 Bad Request\r\n",), TransientError),
        ((b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n"), TransientError),  # gone after RCPT was asked
        ((b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n"), TransientError),  # gone before the mail
        ((b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"), UncertainError),
        ((b"220 hi\r\n" + b"x" * 10_000 + b"\r\n",), TransientError),
    ],
)
def test_a_server_that_misbehaves(make, own, registry, said, error):
    with rude(*said) as port:
        config = {"host": "127.0.0.1", "port": port, "security": "none"}
        channel = registry.make("smtp", config, HubNetwork(own, registry.get("smtp"), config))
        with pytest.raises(error):
            channel.send(MESSAGE)
        channel.close()
