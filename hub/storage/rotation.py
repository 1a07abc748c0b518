"""The vault's keys replaced while it is in use: new data keys, what former ones sealed sealed anew, new wrappings.

Nobody waits for a rotation: readers open with whichever key sealed what they read, writers seal with the newest, and
what is sealed anew is taken row by row where nobody else holds the row.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select, text, tuple_, update
from sqlalchemy.orm import Session

from hub.errors import UnavailableError
from hub.storage import audit, data_keys
from hub.storage.data_keys import DataKeys
from hub.storage.master_keys import VaultError
from hub.storage.models import data_keys as keys_table
from hub.storage.models import secrets as secrets_table
from hub.storage.session import Storage, count_schema, driver, schema_name
from hub.storage.vault import ALONE, Vault, seal, unseal

log = logging.getLogger(__name__)

RESEAL = "vault.reseal"
"""The kind of work that `reseal` does."""
_BATCH = 50
_ROUNDS = 50
_PAUSE_SECONDS = 0.2


class Context(Protocol):
    """What sealing anew needs of the job it runs in; see hub.jobs.context.JobContext."""

    storage: Storage
    tenant: str
    vault: Vault

    def transaction(self) -> AbstractContextManager[Session]:
        """A transaction as the tenant that cannot commit once another worker holds the work."""

    def progress(self, share: float, sentence: str) -> None:
        """Show how far the work is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyStatus:
    """A data key as it may be shown: `secrets` counts what it seals, None where the tenant cannot be looked into."""

    tenant: str
    id: UUID
    master_id: str
    created_at: datetime
    retired_at: datetime | None
    secrets: int | None


def tenants_with_keys(session: Session) -> list[str]:
    """Keys of the tenants that have ever sealed something. A hub session."""
    return list(session.scalars(select(keys_table.c.tenant_key).distinct().order_by(keys_table.c.tenant_key)))


def rotate(session: Session, keys: DataKeys, tenant: str, now: datetime) -> bool:
    """Give the tenant a new current data key; False where it has none yet. A hub session; submit RESEAL beside it."""
    connection = driver(session)
    data_keys.lock(connection, tenant)
    is_current = (keys_table.c.tenant_key == tenant) & keys_table.c.retired_at.is_(None)
    retired = session.scalar(update(keys_table).where(is_current).values(retired_at=now).returning(keys_table.c.id))
    if retired is None:
        return False
    made = keys.insert(connection, tenant)
    audit.record(
        session, "vault.rotated", "data_key", made, tenant=tenant, before={"key": retired}, after={"key": made}
    )
    return True


def reseal(context: Context) -> dict[str, Any]:
    """Seal anew, by the current key, what former keys of the tenant sealed; then delete those that seal nothing.

    In small transactions, and safe to repeat or to break off at any point. What cannot be opened stays as it is, with
    its key, and is counted. Raises UnavailableError where others hold some of it for too long: try again later.
    """
    vault = context.vault
    count, unreadable = 0, set[tuple[str, str]]()
    for _ in range(_ROUNDS):
        for resealed, broken in _round(context, vault):
            count += resealed
            unreadable |= broken
            context.progress(0.5, f"{count} secrets are sealed anew.")
        deleted = _delete_retired(context, vault.keys, unreadable)
        if deleted is not None:
            return {"resealed": count, "unreadable": len(unreadable), "keys_deleted": deleted}
        context.progress(0.9, "Waiting for what others hold just now.")
        time.sleep(_PAUSE_SECONDS)
    raise UnavailableError(f"Others hold secrets of {context.tenant}; the rest is sealed anew later.")


def rewrap(storage: Storage, keys: DataKeys, show: Callable[[str], None] = lambda _: None) -> tuple[int, int]:
    """Wrap by the current master key all data keys that another one wraps; how many were, and how many could not be.

    Each in a transaction of its own; `show` is told why one could not be. Raises VaultError where there is no master.
    """
    master_id = keys.master.id
    with storage.hub() as session:
        others = list(session.scalars(select(keys_table.c.id).where(keys_table.c.master_id != master_id)))
    done = 0
    for key_id in others:
        try:
            with storage.hub() as session:
                done += _rewrap(session, keys, key_id, master_id)
        except VaultError as error:
            show(f"{key_id}: {error}")
    return done, len(others) - done


def status(storage: Storage) -> list[KeyStatus]:
    """All data keys by tenant and age, with how much each seals."""
    with storage.hub() as session:
        columns = [keys_table.c[name] for name in ("tenant_key", "id", "master_id", "created_at", "retired_at")]
        rows = session.execute(select(*columns).order_by(keys_table.c.tenant_key, keys_table.c.created_at)).all()
        counts = {tenant: _counts(session, tenant) for tenant in sorted({row.tenant_key for row in rows})}
    return [
        KeyStatus(
            tenant=row.tenant_key,
            id=row.id,
            master_id=row.master_id,
            created_at=row.created_at,
            retired_at=row.retired_at,
            secrets=None if (found := counts[row.tenant_key]) is None else found.get(row.id, 0),
        )
        for row in rows
    ]


def _round(context: Context, vault: Vault) -> Iterator[tuple[int, set[tuple[str, str]]]]:
    """Once over all that former keys sealed, batch by batch: how many are sealed anew, and which do not open."""
    after: tuple[str, str] | None = None
    while True:
        with context.transaction() as session:
            current = vault.sealing_key(session)
            query = select(secrets_table).where(secrets_table.c.key_id != current.id)
            place = tuple_(secrets_table.c.owner, secrets_table.c.name)
            if after is not None:
                query = query.where(place > after)
            # A row that somebody is just writing is left to the next round: neither waits for the other.
            query = query.order_by(*place).limit(_BATCH).with_for_update(skip_locked=True)
            rows = session.execute(query).all()
            count, broken = 0, set()
            for row in rows:
                try:
                    key = vault.keys.get(context.tenant, row.key_id)
                    if key is None:
                        raise VaultError(f"The key that sealed {row.name} of {row.owner} is gone.")
                    sealed = seal(current, row.owner, row.name, unseal(key, row.owner, row.name, bytes(row.sealed)))
                except VaultError as error:
                    log.warning("a secret cannot be sealed anew: %s", error)
                    broken.add((row.owner, row.name))
                    continue
                here = (secrets_table.c.owner == row.owner, secrets_table.c.name == row.name)
                # Only what was read: the row is locked, and this holds even if one day it is not.
                was = secrets_table.c.sealed == row.sealed
                session.execute(update(secrets_table).where(*here, was).values(key_id=current.id, sealed=sealed))
                count += 1
        yield count, broken
        if len(rows) < _BATCH:
            return
        after = rows[-1].owner, rows[-1].name


def _delete_retired(context: Context, keys: DataKeys, unreadable: set[tuple[str, str]]) -> int | None:
    """Delete former keys that seal nothing; how many. None where some may still be in use, so that it is too early."""
    schema = schema_name(context.tenant)
    with context.storage.hub() as session:
        count_schema(session, schema)
        # Nobody is sealing just now, and nobody begins to before this transaction ends.
        if not session.scalar(text(f"select {ALONE}"), {"tenant": context.tenant}):
            return None
        held = session.execute(text(f"select owner, name, key_id from {schema}.secrets")).all()
        retired = set(
            session.scalars(
                select(keys_table.c.id).where(
                    keys_table.c.tenant_key == context.tenant, keys_table.c.retired_at.is_not(None)
                )
            )
        )
        if any(row.key_id in retired and (row.owner, row.name) not in unreadable for row in held):
            return None
        gone = retired - {row.key_id for row in held}
        session.execute(keys_table.delete().where(keys_table.c.id.in_(gone)))
        audit.record(
            session,
            "vault.resealed",
            "tenant",
            context.tenant,
            tenant=context.tenant,
            after={"keys_deleted": len(gone)},
        )
    keys.forget(*gone)
    return len(gone)


def _rewrap(session: Session, keys: DataKeys, key_id: UUID, master_id: str) -> bool:
    row = session.execute(
        select(keys_table).where(keys_table.c.id == key_id, keys_table.c.master_id != master_id).with_for_update()
    ).one_or_none()
    if row is None:
        return True  # somebody else did it, or deleted it
    wrapped = keys.rewrapped(row.tenant_key, key_id, bytes(row.wrapped), row.master_id)
    session.execute(update(keys_table).where(keys_table.c.id == key_id).values(wrapped=wrapped, master_id=master_id))
    audit.record(
        session,
        "vault.rewrapped",
        "data_key",
        key_id,
        tenant=row.tenant_key,
        before={"master": row.master_id},
        after={"master": master_id},
    )
    return True


def _counts(session: Session, tenant: str) -> dict[UUID, int] | None:
    schema = schema_name(tenant)
    # A tenant that has not been migrated has no such table; one that was dropped has no schema.
    if session.scalar(text("select to_regclass(:name)"), {"name": f"{schema}.secrets"}) is None:
        return None
    count_schema(session, schema)
    rows = session.execute(text(f"select key_id, count(*) from {schema}.secrets group by key_id"))
    return {row[0]: row[1] for row in rows}
