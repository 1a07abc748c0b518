"""Mail through an SMTP server: encrypted, let in, over one connection for as many messages as are sent at a time."""

import contextlib
import re
import smtplib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from hub.sdk.channel import Delivery, Message
from hub.sdk.errors import AuthError, ConfigError, PluginError, RecordError, TransientError, UncertainError
from hub.sdk.mail_writing import compose, envelope
from hub.sdk.network import Network
from plugins.channels.smtp.client import Client

TIMEOUT = 20.0
ANSWER_TIMEOUT = 120.0
"""Seconds for the answer to a whole mail: servers look into it before they take it."""
RETRY_SECONDS = 300
"""Servers that put a sender off, to see whether it comes back, want some minutes."""

_GONE = (smtplib.SMTPServerDisconnected, OSError)
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class SmtpChannel:
    """One server, as one tenant's channel. Keeps its connection from one message to the next, until it is closed."""

    slug = "smtp"

    def __init__(self, config: Mapping[str, Any], network: Network) -> None:
        self._host, self._port = str(config["host"]), int(config.get("port", 587))
        self._security = config.get("security", "starttls")
        self._username, self._password = config.get("username", ""), config.get("password", "")
        self._bounces = config.get("bounce_address", "")
        self._network = network
        self._client: Client | None = None
        if bool(self._username) != bool(self._password):
            lacking = "password" if self._username else "username"
            raise ConfigError("A user name and a password go together.", field=lacking)
        if self._password and self._security == "none":
            raise ConfigError("A password is not sent without encryption.", field="security")

    def send(self, message: Message) -> Delivery:
        """Hand the mail to the server. Its name is its Message-ID, which reports on it quote."""
        if message.is_test:
            raise ConfigError("A mail server cannot try a mail without delivering it.")
        mail = compose(message, datetime.now(UTC)).as_bytes()
        recipients = envelope([message.to, *message.cc])
        sender = envelope([self._bounces or message.sender])[0]
        client = self._begin(sender, len(mail))
        try:
            self._address(client, recipients)
            self._hand_over(client, mail)
        except PluginError:
            # What the server thinks that it has heard so far is over, whatever it was.
            self.close()
            raise
        return Delivery(provider_id=message.message_id, accepted_at=datetime.now(UTC))

    def check(self) -> str:
        """Connect, encrypt, and be let in."""
        self.close()
        client = self._connected()
        how = f"with {client.version}" if client.version else "without encryption"
        try:
            code, said = client.noop()
        except _GONE as error:
            raise self._unanswered(error) from error
        finally:
            self.close()
        if code != 250:
            self._refuse(code, said)
        who = f" and let the hub in as {self._username}" if self._username else ""
        return f"{self._host}:{self._port} answered {how}{who}."

    def close(self) -> None:
        """Say goodbye to the server, if there is one."""
        if self._client is not None:
            client, self._client = self._client, None
            with contextlib.suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def _begin(self, sender: str, size: int) -> Client:
        """A connection that has taken the sender; a new one where the held one went away while nothing was sent."""
        is_held = self._client is not None
        client = self._connected()
        options = [f"SIZE={size}"] if client.has_extn("size") else []
        try:
            code, said = client.mail(sender, options)
            if code == 421:
                raise smtplib.SMTPServerDisconnected(said.decode("utf-8", "replace"))
        except _GONE as error:
            self.close()
            if is_held:
                return self._begin(sender, size)
            raise self._unanswered(error) from error
        if code != 250:
            self.close()
            self._refuse(code, said)
        return client

    def _address(self, client: Client, recipients: list[str]) -> None:
        """Name who it is for. Where one is refused nobody gets it."""
        wants_reports = client.has_extn("dsn")
        for place, each in enumerate(recipients):
            try:
                code, said = client.rcpt(each, ["NOTIFY=FAILURE,DELAY"] if wants_reports else [])
            except _GONE as error:
                raise self._unanswered(error) from error
            if code not in (250, 251):
                self._refuse(code, said, "cc" if place else "to", each)

    def _hand_over(self, client: Client, mail: bytes) -> None:
        """Send the mail itself. From its first byte on, silence does not mean that it was not taken."""
        try:
            code, said = client.docmd("DATA")
        except _GONE as error:
            raise self._unanswered(error) from error
        if code != 354:
            self._refuse(code, said)
        try:
            client.sock.settimeout(ANSWER_TIMEOUT)
            client.send(re.sub(rb"(?m)^\.", b"..", mail) + b".\r\n")
            code, said = client.getreply()
            client.sock.settimeout(TIMEOUT)
        except _GONE as error:
            raise UncertainError(f"{self._host} was sent the mail and did not answer: {_words(error)}") from error
        if code != 250:
            self._refuse(code, said)

    def _connected(self) -> Client:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> Client:
        context = ssl.create_default_context()
        try:
            client = Client(
                self._network, self._host, self._port, TIMEOUT, context if self._security == "tls" else None
            )
        except smtplib.SMTPConnectError as error:
            self._refuse(error.smtp_code, error.smtp_error)
        except ssl.SSLError as error:
            raise self._unsafe(error) from error
        except _GONE as error:
            raise self._unanswered(error) from error
        try:
            self._open(client, context)
        except BaseException:
            client.close()
            raise
        return client

    def _open(self, client: Client, context: ssl.SSLContext) -> None:
        try:
            client.ehlo_or_helo_if_needed()
            if self._security == "starttls":
                if not client.has_extn("starttls"):
                    message = f"{self._host}:{self._port} offers no STARTTLS, and mail is not sent in the clear."
                    raise ConfigError(message, field="security")
                code, said = client.starttls(context=context)
                if code != 220:
                    self._refuse(code, said)
                client.ehlo()
            if self._username:
                client.login(self._username, self._password)
        except smtplib.SMTPAuthenticationError as error:
            if 400 <= error.smtp_code < 500:
                self._refuse(error.smtp_code, error.smtp_error)
            raise AuthError(f"{self._host} refuses the user name or the password.") from None
        except smtplib.SMTPNotSupportedError as error:
            raise ConfigError(f"{self._host} lets nobody in by a password here.", field="username") from error
        except smtplib.SMTPHeloError as error:
            self._refuse(error.smtp_code, error.smtp_error)
        except ssl.SSLError as error:
            raise self._unsafe(error) from error
        except _GONE as error:
            raise self._unanswered(error) from error
        except smtplib.SMTPException as error:
            raise AuthError(f"{self._host} lets nobody in in a way that the hub knows: {_words(error)}") from error

    def _unsafe(self, error: ssl.SSLError) -> PluginError:
        if isinstance(error, ssl.SSLCertVerificationError):
            message = f"The certificate of {self._host} does not prove who it is: {error.verify_message}."
            return ConfigError(message, field="host")
        return ConfigError(
            f"{self._host}:{self._port} cannot be spoken to encrypted: {error.reason}.", field="security"
        )

    def _unanswered(self, error: Exception) -> TransientError:
        return TransientError(f"{self._host}:{self._port} does not answer: {_words(error)}", 60)

    def _refuse(self, code: int, said: bytes | str, field: str | None = None, address: str | None = None) -> NoReturn:
        """Raise what an answer other than yes means. Nothing was taken."""
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        sentence = f"{self._host} answered {code}: {' '.join(text.split())[:300]}"
        if 400 <= code < 500 or code < 200:
            raise TransientError(sentence, RETRY_SECONDS)
        if code in (530, 538):
            raise ConfigError(sentence, field="username" if code == 530 else "security")
        if code == 535:
            raise AuthError(sentence)
        enhanced = _ENHANCED.search(text)
        # 5.1.x is about the address; without such a code 550 and 553 to RCPT are all that is known of one.
        is_address = enhanced[2] == "1" if enhanced else code in (550, 553)
        named = field if field and is_address else None
        raise RecordError(sentence, field=named, value=address if named else None)


def _words(error: BaseException) -> str:
    # The number of an error says nothing to whoever reads it.
    told = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return " ".join(told.split())[:200] or type(error).__name__
