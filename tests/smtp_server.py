"""A mail server on loopback for tests: what it takes, it keeps, as a strict parser reads it."""

import email
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP as MAIL_POLICY
from pathlib import Path
from types import TracebackType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

STRICT = MAIL_POLICY.clone(raise_on_defect=True)


class _Controller(Controller):
    def factory(self) -> SMTP:
        """A server that knows of the encryption that it did not begin itself."""
        server: SMTP = super().factory()
        server._auth_require_tls = self.ssl_context is None
        return server


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """One mail, with what the server was told of it."""

    sender: str
    recipients: tuple[str, ...]
    mail: EmailMessage
    encrypted: bool
    user: str | None


@dataclass
class SmtpServer:
    """Use as a context manager. `user` and `password`: nobody else may send; with a `certificate`, STARTTLS.

    `refuse` answers RCPT for an address ("" takes it), `answer` DATA for a mail; None closes the line instead.
    """

    user: str = ""
    password: str = ""
    certificate: Path | None = None
    tls_from_the_start: bool = False
    refuse: Callable[[str], str] = lambda address: ""
    answer: Callable[[EmailMessage], str | None] = lambda mail: "250 2.0.0 OK"
    arrived: list[Arrived] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    host: str = "127.0.0.1"
    lines: list[Any] = field(default_factory=list)

    def __enter__(self) -> "SmtpServer":
        context = None
        if self.certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(self.certificate)
        self._controller = _Controller(
            self,
            hostname=self.host,
            port=_free_port(),
            ssl_context=context if self.tls_from_the_start else None,
            tls_context=None if self.tls_from_the_start else context,
            require_starttls=bool(context) and not self.tls_from_the_start,
            authenticator=self._knows,
            auth_required=bool(self.user),
        )
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._controller.stop()

    def hang_up(self) -> None:
        """Close the lines that are open, as a server does with those that are idle."""
        lines, self.lines = self.lines, []
        for each in lines:
            self._controller.loop.call_soon_threadsafe(each.close)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count who comes, once."""
        session.host_name = hostname
        if server.transport not in self.lines:
            if not getattr(session, "counted", False):
                self.connections += 1
                session.counted = True  # type: ignore[attr-defined]
            self.lines.append(server.transport)
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse an address."""
        if refusal := self.refuse(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take or refuse a mail."""
        mail = email.message_from_bytes(envelope.content or b"", policy=STRICT)
        assert isinstance(mail, EmailMessage)
        answer = self.answer(mail)
        if answer is None or answer.startswith("250"):
            auth = session.auth_data
            self.arrived.append(
                Arrived(
                    sender=envelope.mail_from or "",
                    recipients=tuple(envelope.rcpt_tos),
                    mail=mail,
                    encrypted=session.ssl is not None or self.tls_from_the_start,
                    user=auth.login.decode() if isinstance(auth, LoginPassword) else None,
                )
            )
        if answer is None:
            assert server.transport is not None
            server.transport.abort()
            return ""
        return answer

    def _knows(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        wanted = (self.user.encode(), self.password.encode())
        is_known = isinstance(data, LoginPassword) and (data.login, data.password) == wanted
        return AuthResult(success=is_known, handled=is_known, auth_data=data)


def certificate(name: str, folder: Path) -> Path:
    """A certificate of its own authority, with its key, in one file."""
    import ipaddress

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name.replace(".", "").isdecimal():
        names = [x509.IPAddress(ipaddress.ip_address(name))]
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
