"""Links to a debtor's own page: whoever holds one sees what one customer owes, and nothing else, until it expires.

A link's token is sealed, so that neither the address that it was sent to nor the customer can be read in it, or
changed. The key is the tenant's own and lies in its vault: with the key gone, no link leads anywhere.
"""

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.errors import HubError, NotFoundError
from hub.reminders.languages import LANGUAGES
from hub.storage.vault import Vault

KEPT_DAYS = 60
"""For how long a link leads to the page, counted from the day it is sent."""

_OWNER, _NAME = "reminders", "debtor_links"
_LOCK = text("select pg_advisory_xact_lock(hashtextextended('paypredict.debtor_links.' || current_user, 0))")
_VERSION = b"\x01"
_NONCE_BYTES = 12
_NOBODY = bytes(16)
_LONGEST = 1_000


class LinkError(NotFoundError):
    """A link that leads nowhere: cut off, changed, or of a tenant or a person that is gone."""

    code, title = "link_invalid", "Link not valid"


class LinkExpiredError(HubError):
    """A link that was good once."""

    code, status, title = "link_expired", 410, "Link expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What a link stands for: which customer, by which reminder and to which address, until when and in what language.

    `reminder_id` is None where a person gave it out. `language` is one that reminders are written in.
    """

    tenant: str
    customer_id: UUID
    reminder_id: UUID | None
    address: str
    expires_at: datetime
    language: str

    def check(self, now: datetime) -> None:
        """Raise LinkExpiredError once it has expired."""
        if now >= self.expires_at:
            raise LinkExpiredError("This link has expired. Ask for a new one, or answer the mail that it was in.")


def key_of(session: Session, vault: Vault) -> bytes:
    """The key of the tenant's links, made at the first."""
    if _NAME not in vault.names(session, _OWNER):
        # Of two who find none, one makes it.
        session.execute(_LOCK)
        if _NAME not in vault.names(session, _OWNER):
            vault.put(session, _OWNER, _NAME, secrets.token_hex(32))
    return bytes.fromhex(vault.get(session, _OWNER, _NAME, noted=False))


def link(
    key: bytes,
    tenant: str,
    customer_id: UUID,
    reminder_id: UUID | None,
    address: str,
    expires_at: datetime,
    language: str = "en",
) -> str:
    """The token of a link to a customer's page, for the URLs below.

    `expires_at` is UTC, counted in whole seconds; `language` is BCP 47, and English where the page does not
    speak it.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    spoken = language.lower()[:2]
    content = b"".join(
        (
            customer_id.bytes,
            _NOBODY if reminder_id is None else reminder_id.bytes,
            int(expires_at.timestamp()).to_bytes(6, "big"),
            bytes([LANGUAGES.index(spoken) if spoken in LANGUAGES else 0]),
            address.encode(),
        )
    )
    name = tenant.encode("ascii")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    head = _VERSION + bytes([len(name)]) + name
    return base64.urlsafe_b64encode(head + nonce + AESGCM(key).encrypt(nonce, content, head)).rstrip(b"=").decode()


def tenant_of(token: str) -> str:
    """Which tenant's link it claims to be; `read` says whether it is. Raises LinkError."""
    return _split(token)[1].decode("ascii")


def read(key: bytes, token: str) -> Link:
    """What a token stands for, expired or not. Raises LinkError where it was not made with this key."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    head, name, sealed = _split(token)
    try:
        content = AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], head)
    except InvalidTag:
        raise nowhere() from None
    reminder = content[16:32]
    return Link(
        tenant=name.decode("ascii"),
        customer_id=UUID(bytes=content[:16]),
        reminder_id=None if reminder == _NOBODY else UUID(bytes=reminder),
        expires_at=datetime.fromtimestamp(int.from_bytes(content[32:38], "big"), UTC),
        language=LANGUAGES[content[38]],
        address=content[39:].decode(),
    )


def page_url(base: str, token: str) -> str:
    """The page itself. The token is in the fragment, which browsers send to no server."""
    return f"{base}/statement/#{token}"


def unsubscribe_url(base: str, token: str) -> str:
    """Where one click ends the mails to the address (RFC 8058): POST does it, GET only asks whether to."""
    return f"{base}/api/debtor/{token}/unsubscribe"


def _split(token: str) -> tuple[bytes, bytes, bytes]:
    """What is bound to the token, the tenant in it, and what is sealed."""
    try:
        if len(token) > _LONGEST:
            raise ValueError("longer than any link")
        plain = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        end = 2 + plain[1]
        if plain[:1] != _VERSION or len(plain) < end + _NONCE_BYTES + 16 or not plain[2:end].isascii():
            raise ValueError("no link of ours")
    except (ValueError, IndexError, binascii.Error):
        raise nowhere() from None
    return plain[:end], plain[2:end], plain[end:]


def nowhere() -> LinkError:
    """What is said of a link that nothing can be made of."""
    return LinkError("This link leads nowhere: it may have been cut off. Open it from the mail again, or answer that.")
