"""Connections of the jobs' own, beside the pool: nothing that a handler does on its connections reaches them."""

import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg

from hub.storage.session import Storage

P = ParamSpec("P")
T = TypeVar("T")


def connect(storage: Storage, name: str) -> psycopg.Connection[Any]:
    """A connection as the hub, each statement its own transaction, that notices soon if it is cut off."""
    return psycopg.connect(
        storage.engine.url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        application_name=name,
        connect_timeout=10,
        keepalives_idle=10,
        keepalives_interval=5,
        keepalives_count=3,
    )


class LeaseConnection:
    """One connection for all lease statements of a worker, in one round trip each. Safe to share between threads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None

    def call(
        self, statement: Callable[Concatenate[psycopg.Connection[Any], P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What a function of `hub.jobs.leases` answers, on a new connection if the server restarted in the meantime.

        Said twice, such a statement finds its row changed already and does nothing.
        """
        with self._lock:
            if self._connection is not None:
                try:
                    return statement(self._connection, *args, **kwargs)
                except psycopg.OperationalError:
                    if not self._connection.broken:
                        raise
            self._connection = connect(self._storage, "paypredict-leases")
            return statement(self._connection, *args, **kwargs)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
