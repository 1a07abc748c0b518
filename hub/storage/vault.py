"""The vault: secrets of a tenant's connections and channels, sealed where they lie.

Each is sealed with AES-256-GCM by the tenant's data key (hub.storage.data_keys), which the master key wraps
(hub.storage.master_keys). Tenant, owner, name and key are bound to it as associated data: moved to any other row it
does not open. hub.storage.rotation seals anew by newer keys.
"""

import secrets
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from hub import redaction
from hub.errors import InvalidError, NotFoundError
from hub.settings import Settings
from hub.storage import audit
from hub.storage.data_keys import DataKey, DataKeys
from hub.storage.master_keys import NONCE_BYTES, VaultError, encode
from hub.storage.models import secrets as secrets_table
from hub.storage.session import Storage

__all__ = ["Vault", "VaultError"]

_VERSION = b"\x01"
_LONGEST_NAME = 200
_LONGEST_VALUE = 65_536
# Held, shared, by transactions that seal: a key is deleted only where none of them may still be using it.
SEALING = "pg_advisory_xact_lock_shared(hashtextextended('paypredict.vault.' || :tenant, 0))"
ALONE = "pg_try_advisory_xact_lock(hashtextextended('paypredict.vault.' || :tenant, 0))"
_BEGIN_SEALING = text(f"select {SEALING}")


class Vault:
    """The way to all secrets. Make one per process; connects to nothing before the first. Sessions are a tenant's."""

    def __init__(self, settings: Settings, storage: Storage, keys: DataKeys | None = None) -> None:
        self.keys = keys or DataKeys(settings, storage)

    def put(self, session: Session, owner: str | UUID, name: str, value: str) -> None:
        """Keep a secret under its owner and name, in place of what was there.

        Raises InvalidError for names and values of lengths that are not taken, VaultError where it cannot be sealed.
        """
        owner = _checked(owner, name)
        if not 1 <= len(value.encode()) <= _LONGEST_VALUE:
            raise InvalidError(f"A secret has 1 to {_LONGEST_VALUE} bytes.", fields={name: "has another length"})
        redaction.hide(value)
        key = self.sealing_key(session)
        sealed = {"key_id": key.id, "sealed": seal(key, owner, name, value), "sealed_at": func.now()}
        statement = insert(secrets_table).values(owner=owner, name=name, **sealed)
        session.execute(statement.on_conflict_do_update(index_elements=["owner", "name"], set_=sealed))
        audit.record(session, "secret.sealed", "secret", f"{owner}/{name}")

    def get(self, session: Session, owner: str | UUID, name: str, *, noted: bool = True) -> str:
        """A secret, opened; from now on this process strikes it out of its logs.

        The audit notes who had it opened unless `noted` is false, for what is opened at every request. Raises
        NotFoundError, and VaultError where it cannot be opened: a key is missing, or it was sealed for another place.
        """
        owner = _checked(owner, name)
        row = self._read(session, owner, name)
        while (key := self.keys.get(_tenant(session), row.key_id)) is None:
            # Its key is gone: either it has been sealed anew since it was read, or it cannot be opened any more.
            before, row = row, self._read(session, owner, name)
            if row.key_id == before.key_id:
                raise VaultError(f"The key that sealed {name} of {owner} is gone; enter the secret anew.")
        value = unseal(key, owner, name, bytes(row.sealed))
        redaction.hide(value)
        if noted:
            audit.record(session, "secret.opened", "secret", f"{owner}/{name}")
        return value

    def names(self, session: Session, owner: str | UUID) -> list[str]:
        """What the secrets of an owner are called."""
        query = select(secrets_table.c.name).where(secrets_table.c.owner == str(owner))
        return list(session.scalars(query.order_by(secrets_table.c.name)))

    def forget(self, session: Session, owner: str | UUID, name: str | None = None) -> int:
        """Delete one secret of an owner, or all; how many there were. Harmless where there is none."""
        statement = delete(secrets_table).where(secrets_table.c.owner == str(owner))
        if name is not None:
            statement = statement.where(secrets_table.c.name == name)
        gone = list(session.scalars(statement.returning(secrets_table.c.name)))
        for each in gone:
            audit.record(session, "secret.forgotten", "secret", f"{owner}/{each}")
        return len(gone)

    def sealing_key(self, session: Session) -> DataKey:
        """The key to seal with in this transaction; until it ends, the key stays."""
        tenant = _tenant(session)
        # In this order: asked for before the lock is held, the key might be retired and deleted in between.
        session.execute(_BEGIN_SEALING, {"tenant": tenant})
        return self.keys.current(tenant)

    def _read(self, session: Session, owner: str, name: str) -> Any:
        query = select(secrets_table.c.key_id, secrets_table.c.sealed)
        row = session.execute(query.where(secrets_table.c.owner == owner, secrets_table.c.name == name)).one_or_none()
        if row is None:
            raise NotFoundError(f"{owner} has no secret {name}")
        return row


def seal(key: DataKey, owner: str, name: str, value: str) -> bytes:
    """Version, key, nonce and ciphertext: all that it takes to open it, but the key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(NONCE_BYTES)
    return _VERSION + key.id.bytes + nonce + AESGCM(key.secret).encrypt(nonce, value.encode(), _bound(key, owner, name))


def unseal(key: DataKey, owner: str, name: str, sealed: bytes) -> str:
    """What `seal` was given. Raises VaultError where anything is another: the key, the tenant, owner, name, a bit."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    version, key_id, nonce, ciphertext = sealed[:1], sealed[1:17], sealed[17:29], sealed[29:]
    try:
        if (version, key_id) != (_VERSION, key.id.bytes):
            raise InvalidTag
        return str(AESGCM(key.secret).decrypt(nonce, ciphertext, _bound(key, owner, name)), "utf-8")
    except (InvalidTag, ValueError) as error:
        raise VaultError(f"What is stored as {name} of {owner} was not sealed there; enter the secret anew.") from error


def shred(session: Session, tenant: str) -> None:
    """Delete all keys of a tenant, and with them its secrets for good, in backups too. A hub session."""
    session.execute(text("delete from hub.data_keys where tenant_key = :tenant"), {"tenant": tenant})


def _bound(key: DataKey, owner: str, name: str) -> bytes:
    return encode(b"paypredict secret", _VERSION, key.tenant.encode(), owner.encode(), name.encode(), key.id.bytes)


def _tenant(session: Session) -> str:
    try:
        tenant: str = session.info["tenant"]
    except KeyError:
        raise ValueError("secrets are a tenant's: use a tenant's session") from None
    return tenant


def _checked(owner: str | UUID, name: str) -> str:
    for what, said in (("owner", str(owner)), ("name", name)):
        if not 1 <= len(said) <= _LONGEST_NAME or not said.isprintable():
            message = f"must be 1 to {_LONGEST_NAME} printable characters"
            raise InvalidError(f"The {what} of a secret {message}.", fields={what: message})
    return str(owner)
