"""Data keys: one of each tenant seals its secrets, former ones open what they sealed. In the database only wrapped.

They are read on connections of their own, as the hub: a tenant's role may not see them, and the pool may have no
connection left for somebody who is holding one already.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg

from hub.settings import Settings
from hub.storage import master_keys
from hub.storage.master_keys import MasterKey, VaultError
from hub.storage.session import Storage

log = logging.getLogger(__name__)

_REMEMBERED = 1000
_REMEMBERED_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key of a tenant, opened. Never shown."""

    id: UUID
    tenant: str
    secret: bytes = field(repr=False)


class DataKeys:
    """The way to all data keys. Opened ones are remembered for some minutes, at most a thousand. Safe among threads."""

    def __init__(self, settings: Settings, storage: Storage, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._storage, self._clock = settings, storage, clock
        self._opened: OrderedDict[UUID, tuple[float, DataKey]] = OrderedDict()
        self._lock = threading.Lock()
        self._masters: tuple[MasterKey, ...] = ()

    def current(self, tenant: str) -> DataKey:
        """The key that seals now, made where the tenant has none. Asks the database each time."""
        with self._connection() as connection:
            row = _read_current(connection, tenant)
            if row is None:
                lock(connection, tenant)
                row = _read_current(connection, tenant) or self._make(connection, tenant)
        return self._open(tenant, *row)

    def get(self, tenant: str, key_id: UUID) -> DataKey | None:
        """One key of the tenant, current or former; None where it is gone."""
        if found := self._remembered(tenant, key_id):
            return found
        with self._connection() as connection:
            row = connection.execute(
                "select id, wrapped, master_id from hub.data_keys where tenant_key = %s and id = %s", [tenant, key_id]
            ).fetchone()
        return self._open(tenant, *row) if row else None

    def insert(self, connection: psycopg.Connection[Any], tenant: str) -> UUID:
        """Make the tenant's current key, which must be none yet, in the caller's transaction."""
        key_id: UUID = self._make(connection, tenant)[0]
        return key_id

    def rewrapped(self, tenant: str, key_id: UUID, wrapped: bytes, master_id: str) -> bytes:
        """A wrapped key, wrapped anew by the current master key. Raises VaultError."""
        context = _context(tenant, key_id)
        return self.master.wrap(self._master(master_id).unwrap(wrapped, context), context)

    @property
    def master(self) -> MasterKey:
        """The current master key. Raises VaultError where the settings name none that can be used."""
        return self._all_masters()[0]

    def forget(self, *key_ids: UUID) -> None:
        """Remember these no longer."""
        with self._lock:
            for key_id in key_ids:
                self._opened.pop(key_id, None)

    def _make(self, connection: psycopg.Connection[Any], tenant: str) -> tuple[UUID, bytes, str]:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        key_id, master = uuid4(), self.master
        wrapped = master.wrap(AESGCM.generate_key(bit_length=256), _context(tenant, key_id))
        connection.execute(
            "insert into hub.data_keys (id, tenant_key, wrapped, master_id) values (%s, %s, %s, %s)",
            [key_id, tenant, wrapped, master.id],
        )
        return key_id, wrapped, master.id

    def _open(self, tenant: str, key_id: UUID, wrapped: bytes, master_id: str) -> DataKey:
        if found := self._remembered(tenant, key_id):
            return found
        opened = DataKey(key_id, tenant, self._master(master_id).unwrap(bytes(wrapped), _context(tenant, key_id)))
        with self._lock:
            self._opened[key_id] = self._clock() + _REMEMBERED_SECONDS, opened
            while len(self._opened) > _REMEMBERED:
                self._opened.popitem(last=False)
        return opened

    def _remembered(self, tenant: str, key_id: UUID) -> DataKey | None:
        with self._lock:
            until, key = self._opened.get(key_id, (0.0, None))
            if key is None or key.tenant != tenant:
                return None
            if until <= self._clock():
                del self._opened[key_id]
                return None
            return key

    def _master(self, master_id: str) -> MasterKey:
        for master in self._all_masters():
            if master.id == master_id:
                return master
        raise VaultError(
            f"A data key is wrapped by the master key {master_id}, which this process does not have."
            " Name it in vault_previous_keys, or put its file back."
        )

    def _all_masters(self) -> tuple[MasterKey, ...]:
        if not self._masters:
            self._masters = master_keys.load(self._settings, may_make=self._are_there_none)
        return self._masters

    def _are_there_none(self) -> bool:
        with self._connection() as connection:
            return not connection.execute("select 1 from hub.data_keys limit 1").fetchone()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        url = self._storage.engine.url.set(drivername="postgresql")
        with psycopg.connect(
            url.render_as_string(hide_password=False), connect_timeout=10, application_name="paypredict-vault"
        ) as connection:
            yield connection


def lock(connection: psycopg.Connection[Any], tenant: str) -> None:
    """Keep others from making or retiring keys of the tenant until this transaction ends."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"paypredict.data_keys.{tenant}"])


def _read_current(connection: psycopg.Connection[Any], tenant: str) -> tuple[UUID, bytes, str] | None:
    query = "select id, wrapped, master_id from hub.data_keys where tenant_key = %s and retired_at is null"
    return connection.execute(query, [tenant]).fetchone()


def _context(tenant: str, key_id: UUID) -> dict[str, str]:
    return {"tenant": tenant, "data_key": str(key_id)}
