"""Who may sign in, as what, and by which credentials. All in the hub's own schema, which no tenant's role can read.

Tokens (sessions, links, states) have 256 random bits and are kept as their SHA-256 only: a stolen copy of these tables
lets nobody in.
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from hub.storage.bases import hub_metadata


def _user() -> Column[Any]:
    return Column("user_id", UUID(as_uuid=True), ForeignKey("hub.users.id", ondelete="CASCADE"), nullable=False)


def _tenant(*, nullable: bool = False, index: bool = False) -> Column[Any]:
    owner = ForeignKey("hub.tenants.key", ondelete="CASCADE")
    return Column("tenant_key", Text, owner, nullable=nullable, index=index)


def _created_at() -> Column[Any]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


users = Table(
    "users",
    hub_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    # Lower case, as it is compared.
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, server_default=text("''")),
    # argon2id with its parameters; null for those who come through a provider or have only had a link.
    Column("password_hash", Text),
    # The provider's issuer and subject, once the person has come through it.
    Column("issuer", Text),
    Column("subject", Text),
    Column("is_operator", Boolean, nullable=False, server_default=text("false")),
    # Whether it was the provider that said so: then it may also take it back.
    Column("is_operator_claimed", Boolean, nullable=False, server_default=text("false")),
    Column("disabled_at", DateTime(timezone=True)),
    Column("signed_in_at", DateTime(timezone=True)),
    _created_at(),
    UniqueConstraint("issuer", "subject"),
    CheckConstraint("email = lower(email)", name="email"),
)

memberships = Table(
    "memberships",
    hub_metadata,
    _user(),
    _tenant(),
    Column("role", Text, nullable=False),
    _created_at(),
    PrimaryKeyConstraint("user_id", "tenant_key"),
    CheckConstraint("role in ('admin', 'member', 'viewer')", name="role"),
    Index("ix_memberships_tenant_key", "tenant_key"),
)

sign_in_failures = Table(
    "sign_in_failures",
    hub_metadata,
    # Of the address that was tried, whether anybody has it or not: the lock must not tell which.
    Column("email_hash", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("failed_at", DateTime(timezone=True), nullable=False, index=True),
    Column("locked_until", DateTime(timezone=True)),
)

organizations = Table(
    "organizations",
    hub_metadata,
    # The value of the provider's tenant claim, such as an Auth0 organisation's id, and the tenant it stands for.
    Column("claim", Text, primary_key=True),
    _tenant(),
    _created_at(),
)

sessions = Table(
    "sessions",
    hub_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    _user(),
    # The tenant being worked in; null for an operator who is a member of none.
    _tenant(nullable=True),
    # What the provider's claims said at sign-in: the role in that tenant where the hub has no membership of its own.
    Column("claimed_tenant_key", Text, ForeignKey("hub.tenants.key", ondelete="CASCADE")),
    Column("claimed_role", Text),
    Column("method", Text, nullable=False),
    Column("address", Text),
    Column("user_agent", Text),
    _created_at(),
    Column("last_seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    CheckConstraint("method in ('password', 'link', 'oidc')", name="method"),
    CheckConstraint("claimed_role in ('admin', 'member', 'viewer')", name="claimed_role"),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

sign_in_links = Table(
    "sign_in_links",
    hub_metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    _user(),
    _created_at(),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)

sign_in_states = Table(
    "sign_in_states",
    hub_metadata,
    # Of the state parameter; the browser holds the same value in a cookie, so that no other browser can finish it.
    Column("state_hash", LargeBinary, primary_key=True),
    Column("nonce", Text, nullable=False),
    Column("code_verifier", Text, nullable=False),
    Column("return_to", Text, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
)

api_keys = Table(
    "api_keys",
    hub_metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    _tenant(index=True),
    Column("name", Text, nullable=False),
    # The part that may be shown: enough to find the key, useless without its secret.
    Column("prefix", Text, nullable=False, unique=True),
    Column("key_hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    # Who made it, as the audit names them; null for the first key and for keys made on the command line.
    Column("created_by", Text),
    # The key that takes its place; this one goes on until expires_at.
    Column("replaced_by", UUID(as_uuid=True)),
    _created_at(),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    Column("last_used_at", DateTime(timezone=True)),
)
