"""PostgreSQL and Valkey for a machine that has neither: run from wheels, with all data under one folder.

A data folder has one owner at a time, told by a lock that the kernel releases when the owner is gone.
"""

import fcntl
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any

from hub.errors import ConflictError, UnavailableError
from hub.settings import Settings
from hub.storage.embedded_postgres import EmbeddedPostgres
from hub.storage.embedded_valkey import EmbeddedValkey
from hub.storage.servers_check import check_given

_PORT_ATTEMPTS = 3
# `running` holds the lock for a moment; an owner that was just killed may take one to be gone.
_LOCK_PATIENCE_S = 0.5


class Servers:
    """The embedded pair under a data folder. `with Servers.start(folder) as servers:` stops it at the end."""

    def __init__(self, data_dir: Path, lock: int, postgres: EmbeddedPostgres | None, valkey: EmbeddedValkey | None):
        self.data_dir = data_dir
        self.postgres = postgres
        self.valkey = valkey
        self._lock = lock

    @classmethod
    def start(cls, data_dir: Path, *, postgres: bool = True, valkey: bool = True) -> "Servers":
        """Start the servers, creating or recovering their data as needed; one may be left out.

        Raises ConflictError when another process owns the folder, UnavailableError when a server does not start.
        Called from the main thread: the servers end with the thread that started them.
        """
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("start the embedded servers from the main thread")
        data_dir = data_dir.expanduser().absolute()
        for folder in (data_dir, data_dir / "run", data_dir / "logs"):
            # The servers' own user has to pass through the first one when we are root; nobody may list it.
            folder.mkdir(mode=0o711 if folder == data_dir and os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        lock = _take_lock(data_dir)
        try:
            servers = cls._launch(data_dir, lock, postgres, valkey)
        except BaseException:
            os.close(lock)
            raise
        _write_private(_state_path(data_dir), servers.addresses | {"ports": servers._ports})
        return servers

    @classmethod
    def _launch(cls, data_dir: Path, lock: int, with_postgres: bool, with_valkey: bool) -> "Servers":
        keys = _load_secrets(data_dir / "secrets.json")
        logs = data_dir / "logs"
        postgres = valkey = None
        if with_postgres:
            postgres = EmbeddedPostgres(
                data_dir / "postgres",
                logs / "postgres.log",
                app_password=keys["database"],
                superuser_password=keys["superuser"],
            )
        if with_valkey:
            valkey = EmbeddedValkey(data_dir / "valkey", logs / "valkey.log", password=keys["redis"])
        servers = cls(data_dir, lock, postgres, valkey)
        wanted = _read_json(_state_path(data_dir)).get("ports", [0, 0])
        for attempt in range(_PORT_ATTEMPTS):
            try:
                for server, port in zip((postgres, valkey), wanted, strict=True):
                    if server:
                        server.launch(_free_port(port))
                for server in (valkey, postgres):
                    if server:
                        server.wait()
                return servers
            except BaseException as error:
                servers._stop_servers()
                # Somebody may have taken the port between our choice and the server's.
                if not (isinstance(error, UnavailableError) and attempt + 1 < _PORT_ATTEMPTS and _lost_port(error)):
                    raise
                wanted = [0, 0]
        raise AssertionError("unreachable")

    @property
    def database_url(self) -> str:
        """postgresql://... for the hub's role; empty if PostgreSQL was left out."""
        return self.postgres.url if self.postgres else ""

    @property
    def redis_url(self) -> str:
        """redis://... with the password; empty if Valkey was left out."""
        return self.valkey.url if self.valkey else ""

    @property
    def addresses(self) -> dict[str, str]:
        """Both addresses by the name of their setting."""
        return {"database_url": self.database_url, "redis_url": self.redis_url}

    @property
    def _ports(self) -> list[int]:
        return [server.port if server else 0 for server in (self.postgres, self.valkey)]

    def is_alive(self) -> bool:
        """Whether every server that was started still runs."""
        return all(server.is_alive() for server in (self.postgres, self.valkey) if server)

    def stop(self) -> None:
        """Stop the servers, Valkey first, and give the folder up. Harmless when done already."""
        if self._lock < 0:
            return
        self._stop_servers()
        # The ports are kept: whoever connects with a tool of their own finds the same ones next time.
        _write_private(_state_path(self.data_dir), {"ports": self._ports})
        os.close(self._lock)
        self._lock = -1

    def _stop_servers(self) -> None:
        for server in (self.valkey, self.postgres):
            if server:
                server.stop()

    def __enter__(self) -> "Servers":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the servers of a data folder are reached, passwords included."""

    database_url: str
    redis_url: str


def running(data_dir: Path) -> Addresses | None:
    """The servers that another process runs on this folder right now, for commands beside `paypredict up`."""
    data_dir = data_dir.expanduser().absolute()
    if not (data_dir / "lock").exists():
        return None
    lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        state = _read_json(_state_path(data_dir))
        if "database_url" not in state:
            raise _in_use(data_dir, lock) from None  # just starting, or just stopping
        return Addresses(state["database_url"], state["redis_url"])
    finally:
        os.close(lock)


@contextmanager
def serving(settings: Settings) -> Iterator[Settings]:
    """The settings with both addresses filled: as given, else of the servers running on data_dir, else of our own.

    Given addresses are checked first; servers started here are stopped at the end.
    """
    check_given(settings)
    if settings.database_url and settings.redis_url:
        yield settings
    elif found := running(settings.data_dir):
        yield filled(settings, found)
    else:
        with start_missing(settings) as servers:
            yield filled(settings, servers)


def start_missing(settings: Settings) -> Servers:
    """Start, under data_dir, those servers whose address is not given; with both given, only own the folder."""
    return Servers.start(settings.data_dir, postgres=not settings.database_url, valkey=not settings.redis_url)


def filled(settings: Settings, found: Servers | Addresses) -> Settings:
    """The settings with the addresses that are not given taken from `found`."""
    return replace(
        settings,
        database_url=settings.database_url or found.database_url,
        redis_url=settings.redis_url or found.redis_url,
    )


def _take_lock(data_dir: Path) -> int:
    # flock, not lockf: it also tells apart two owners within one process.
    lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            if time.monotonic() > deadline:
                error = _in_use(data_dir, lock)
                os.close(lock)
                raise error from None
            time.sleep(0.05)
    os.truncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _in_use(data_dir: Path, lock: int) -> ConflictError:
    owner = os.pread(lock, 20, 0).decode() or "unknown"
    remedy = "stop that one or name another folder (--data, or PAYPREDICT_DATA_DIR)"
    return ConflictError(f"{data_dir} is in use by process {owner}; {remedy}")


def _load_secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        _write_private(path, {name: secrets.token_urlsafe(24) for name in ("database", "superuser", "redis")})
    return _read_json(path)


def _write_private(path: Path, content: dict[str, Any]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(descriptor)
    unfinished.replace(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    return content


def _state_path(data_dir: Path) -> Path:
    return data_dir / "run" / "servers.json"


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            chosen: int = candidate.getsockname()[1]
            return chosen
    raise UnavailableError("no free port on 127.0.0.1")


def _lost_port(error: UnavailableError) -> bool:
    return "address already in use" in error.detail.lower()
