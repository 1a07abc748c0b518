"""A connection of a tenant to the provider of these tests, and what it takes to use it."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hub.connections import clients, service, tokens
from hub.connections.kept import ACCESS, REFRESH
from hub.sdk.manifest import Auth, Limits, Manifest
from hub.settings import Settings
from hub.storage.session import Storage
from hub.storage.vault import Vault
from tests.integration.connections.provider import CLIENT, SECRET, Provider

AUTH = Auth(
    method="oauth",
    kind="oauth2_code",
    title="Acme",
    token_url="https://token.acme.example/token",
    revoke_url="https://token.acme.example/revoke",
    scopes={"books": "to read the books"},
    rotates="always",
    reuse_window_seconds=0,
    idle_days=60,
    hard_days=1825,
)
MANIFEST = Manifest(
    slug="acme",
    name="Acme",
    version="1",
    kind="connector",
    api=1,
    entry="x:y",
    hosts=("api.acme.example", "*.acme.example"),
    addresses={"api": "https://api.acme.example/v1"},
    auth=(AUTH,),
)


class OnePlugin:
    """A registry with this plugin alone."""

    def __init__(self, manifest: Manifest) -> None:
        self.manifest = manifest

    def get(self, slug: str) -> Manifest:
        assert slug == self.manifest.slug
        return self.manifest


@dataclass
class Connected:
    """What a job's context has, for one connection that was just consented to."""

    storage: Storage
    settings: Settings
    tenant: str
    provider: Provider
    auth: Auth = AUTH
    limits: Limits = field(default_factory=Limits)
    config: dict[str, Any] = field(default_factory=dict)
    account_id: str = ""
    id: UUID | None = None
    name: str = "books"

    def __post_init__(self) -> None:
        self.vault = Vault(self.settings, self.storage)

    @cached_property
    def registry(self) -> OnePlugin:
        """The plugin."""
        return OnePlugin(replace(MANIFEST, auth=(self.auth,), limits=self.limits))

    def make(self) -> "Connected":
        """Add the connection; where a person consents, with a grant."""
        with self.storage.tenant(self.tenant) as session:
            self.id = service.create(session, "acme", self.name, self.config)
            if self.auth.kind == "oauth2_code":
                self.store(session, self.provider.issue())
        return self

    def store(self, session: Any, pair: dict[str, Any]) -> None:
        """Keep what the provider gave."""
        grant = tokens.Grant(
            access_token=pair["access_token"], refresh_token=pair["refresh_token"], expires_in=pair["expires_in"]
        )
        tokens.store(session, self.vault, self.id, grant, self.auth, is_new=True)

    @property
    def connection(self) -> service.Connection:
        """The connection as it stands."""
        with self.storage.tenant(self.tenant) as session:
            found = service.get(session, self.id)
        return replace(found, account_id=self.account_id or str(self.id), account={"values": {"realmId": "17"}})

    def secrets(self) -> dict[str, str]:
        """What is in the vault."""
        with self.storage.tenant(self.tenant) as session:
            names = [name for name in self.vault.names(session, self.id) if name in (ACCESS, REFRESH)]
            return {name: self.vault.get(session, self.id, name) for name in names}

    def opener(self, *, deadline: float = 20.0, ask: Any = None, **timing: float) -> tokens.Opener:
        """The way to new tokens, with durations of the test's own."""
        client = replace(clients.client_of(self, self.connection), deadline_seconds=deadline)
        opener = tokens.opener(self, self.connection, client)
        return replace(opener, timing=tokens.Timing(**({"poll": 0.02} | timing)), ask=ask or opener.ask)

    def row(self) -> Any:
        """The row of its tokens."""
        with self.storage.tenant(self.tenant) as session:
            query = text("select *, lease_until > now() as is_leased from connection_tokens where connection_id = :id")
            return session.execute(query, {"id": self.id}).one_or_none()

    def set(self, assignments: str) -> None:
        """Change the row of its tokens behind everybody's back."""
        with self.storage.tenant(self.tenant) as session:
            session.execute(
                text(f"update connection_tokens set {assignments} where connection_id = :id"), {"id": self.id}
            )


def apps_file(provider: Provider, client_id: str = CLIENT, client_secret: str = SECRET) -> str:
    """An operator's file that says where the provider is."""
    return f"""
[acme]
client_id = "{client_id}"
client_secret = "{client_secret}"

[acme.addresses]
api = "{provider.address}/v1"
token_url = "{provider.address}/token"
revoke_url = "{provider.address}/revoke"
"""
