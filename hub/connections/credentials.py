"""What opens a provider's door: how each request of a connection is authorised, by its way to be let in.

Secrets come from the vault or from the operator's apps file, are held by the objects here, and go into a request's
headers and nowhere else.
"""

import time
from base64 import b64encode
from typing import TYPE_CHECKING, Protocol

from hub.connections import tokens
from hub.connections.clients import Client, Context, client_of, way
from hub.sdk.errors import ConfigError

if TYPE_CHECKING:
    from hub.connections.service import Connection


__all__ = ["Bearer", "Client", "Context", "Credential", "Fixed", "Signed", "client_of", "credential", "way"]


class Credential(Protocol):
    """Authorises requests of one connection."""

    def headers(self, method: str, url: str, content: bytes | None, content_type: str) -> dict[str, str]:
        """What to send with this request. Raises AuthError, ConfigError or TransientError where there is nothing."""

    def renew(self) -> bool:
        """After it was refused: get what is newer. False where there is no such thing."""


class Bearer:
    """A token, renewed before it runs out and when it is refused."""

    def __init__(self, opener: tokens.Opener) -> None:
        self._opener = opener
        self._token: tokens.Token | None = None
        self._read_at = 0.0

    def headers(self, method: str, url: str, content: bytes | None, content_type: str) -> dict[str, str]:
        """The token that is good now."""
        held = self._token
        # Durations only: what this machine thinks that the time is does not matter.
        if held is None or (held.renew_in is not None and time.monotonic() - self._read_at > held.renew_in):
            held = self._get(0)
        return {"Authorization": f"Bearer {held.value}"}

    def renew(self) -> bool:
        """Get a token of a later generation: another's, who was refused before, or a new one."""
        self._get(self._token.generation if self._token else 0)
        return True

    def _get(self, than_generation: int) -> tokens.Token:
        self._token = tokens.fresh(self._opener, than_generation=than_generation)
        self._read_at = time.monotonic()
        return self._token


class Fixed:
    """The same header with each request: a name and password, or a key."""

    def __init__(self, name: str, value: str) -> None:
        self._headers = {name: value}

    def headers(self, method: str, url: str, content: bytes | None, content_type: str) -> dict[str, str]:
        """The header."""
        return self._headers

    def renew(self) -> bool:
        """There is nothing newer."""
        return False


class Signed:
    """Each request signed by OAuth 1.0a, HMAC-SHA256."""

    def __init__(self, client: Client) -> None:
        self._client = client
        names = ("consumer_key", "consumer_secret", "token_id", "token_secret", "realm")
        self._values = {name: client.value(name) for name in names}

    def headers(self, method: str, url: str, content: bytes | None, content_type: str) -> dict[str, str]:
        """The signature. A body is part of it only where it is a form."""
        from oauthlib import oauth1  # late: few connectors need it

        values = self._values
        signer = oauth1.Client(
            values["consumer_key"],
            client_secret=values["consumer_secret"],
            resource_owner_key=values["token_id"],
            resource_owner_secret=values["token_secret"],
            signature_method=oauth1.SIGNATURE_HMAC_SHA256,
            realm=values["realm"],
            timestamp=str(int(self._client.now())),
        )
        is_form = content is not None and content_type.startswith("application/x-www-form-urlencoded")
        try:
            _, headers, _ = signer.sign(
                url,
                method,
                content.decode() if is_form and content else None,
                {"Content-Type": content_type} if is_form else {},
            )
        except ValueError as error:
            raise ConfigError("the request cannot be signed: its address or form is not percent-encoded") from error
        return {"Authorization": headers["Authorization"]}

    def renew(self) -> bool:
        """There is nothing newer; a signature that is refused is refused."""
        return False


def credential(context: Context, connection: "Connection", client: Client) -> Credential:
    """What authorises a connection's requests. Raises ConfigError where something needed was not entered."""
    kind = client.auth.kind
    if kind == "oauth1":
        return Signed(client)
    if kind == "basic":
        pair = f"{client.value('username')}:{client.value('password')}"
        return Fixed("Authorization", f"Basic {b64encode(pair.encode()).decode()}")
    if kind == "api_key":
        key = client.value("api_key")
        if not (key.isascii() and key.isprintable()):
            raise ConfigError(f"{client.name}: api_key has characters that no key has; enter it anew", field="api_key")
        return Fixed(client.auth.header, key)
    return Bearer(tokens.opener(context, connection, client))
