"""What an authorisation server has given out: grants, codes and tokens, by the text the client holds."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshPolicy:
    """What becomes of refresh tokens when they are used.

    `rotates`: "always" a new one; "sometimes": a new one once the old one is `renew_after_seconds` old, which is dead
    then (Intuit); "never". An old one goes on working for `reuse_window_seconds`; used after that it is refused, and
    with `revokes_family` the whole grant dies with it. `idle_days` unused or `hard_days` after the consent it is dead.
    """

    rotates: Literal["always", "sometimes", "never"] = "always"
    renew_after_seconds: int = 86_400
    reuse_window_seconds: int = 0
    idle_days: int | None = None
    hard_days: int | None = None
    revokes_family: bool = False

    def keeps(self, token: "Refresh", now: datetime) -> bool:
        """Whether a refresh brings the same token again."""
        renews_at = token.made_at + timedelta(seconds=self.renew_after_seconds)
        return self.rotates == "never" or (self.rotates == "sometimes" and now < renews_at)

    def refusal(self, token: "Refresh", grant: "Grant", now: datetime) -> str | None:
        """Why a token that was not replaced works no longer."""
        if grant.revoked_at:
            return "the grant was revoked"
        if self.idle_days is not None and token.used_at + timedelta(days=self.idle_days) <= now:
            return "the refresh token has expired"
        if self.hard_days is not None and grant.granted_at + timedelta(days=self.hard_days) <= now:
            return "the consent has expired"
        return None

    def is_spent(self, token: "Refresh", now: datetime) -> bool:
        """Whether it was replaced, and the time in which it works beside the new one is over."""
        window = timedelta(seconds=self.reuse_window_seconds)
        return token.replaced_at is not None and token.replaced_at + window <= now


class OAuthError(Exception):
    """An error of RFC 6749: its code, a sentence, and the status of the answer."""

    def __init__(self, code: str, description: str = "", status: int = 400) -> None:
        super().__init__(description or code)
        self.code, self.description, self.status = code, description, status

    @property
    def fields(self) -> dict[str, str]:
        """As it is told to the client."""
        return {"error": self.code} | ({"error_description": self.description} if self.description else {})


@dataclass(slots=True)
class Grant:
    """What a person (or, for client credentials, an administrator) has allowed a client.

    `details` is free for the provider: what was chosen on the consent page, the companies it opens.
    """

    id: int
    client_id: str
    scopes: list[str]
    granted_at: datetime
    details: dict[str, Any] = field(default_factory=dict)
    revoked_at: datetime | None = None


@dataclass(slots=True)
class Code:
    """Stands for a grant until the client exchanges it."""

    grant: int
    redirect_uri: str
    challenge: str | None
    made_at: datetime
    is_used: bool = False


@dataclass(slots=True)
class Access:
    """Opens the provider's interface until it expires."""

    grant: int
    expires_at: datetime


@dataclass(slots=True)
class Refresh:
    """Brings new access. `replaced_at`: when a newer one was given out for it."""

    grant: int
    made_at: datetime
    used_at: datetime
    replaced_at: datetime | None = None


class Grants:
    """All that was given out, kept as JSON data by a box's journal."""

    def __init__(self) -> None:
        self.grants: list[Grant] = []
        self.codes: dict[str, Code] = {}
        self.access: dict[str, Access] = {}
        self.refresh: dict[str, Refresh] = {}

    def of(self, token: Code | Access | Refresh) -> Grant:
        """What a code or token was given out for."""
        return self.grants[token.grant - 1]

    def dump(self, now: datetime) -> dict[str, Any]:
        """As JSON data, without access tokens that expired long ago."""
        long_ago = now - timedelta(days=1)
        return {
            "grants": [_texts(each) for each in self.grants],
            "codes": {key: _texts(each) for key, each in self.codes.items()},
            "access": {key: _texts(each) for key, each in self.access.items() if each.expires_at > long_ago},
            "refresh": {key: _texts(each) for key, each in self.refresh.items()},
        }

    def load(self, data: Mapping[str, Any]) -> None:
        """What `dump` returned."""
        self.grants = [Grant(**_instants(each)) for each in data["grants"]]
        self.codes = {key: Code(**_instants(each)) for key, each in data["codes"].items()}
        self.access = {key: Access(**_instants(each)) for key, each in data["access"].items()}
        self.refresh = {key: Refresh(**_instants(each)) for key, each in data["refresh"].items()}


def _texts(entry: Any) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in asdict(entry).items()}


def _instants(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key.endswith("_at") and isinstance(value, str) else value
        for key, value in data.items()
    }
