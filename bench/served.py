"""The API in processes of its own, as `paypredict up` runs it, for benchmarks that ask it over HTTP."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psutil

from hub.cli.up import SERVER
from hub.settings import Settings

_NEVER_REACHED = str(10**8)


@contextmanager
def serving(
    settings: Settings, application: str, environ: Mapping[str, str] | None = None
) -> Iterator[tuple[int, int]]:
    """`application` ("module:name") on the servers of `settings`, its logs written to a file; process id and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PAYPREDICT_DATA_DIR": str(settings.data_dir),
        # Counted as ever.
        "PAYPREDICT_RATE_LIMIT_PER_MINUTE": _NEVER_REACHED,
        "PAYPREDICT_RATE_LIMIT_PER_MINUTE_TENANT": _NEVER_REACHED,
        "PAYPREDICT_RATE_LIMIT_PER_MINUTE_ADDRESS": _NEVER_REACHED,
        **(environ or {}),
    }
    command = [
        *(sys.executable, "-m", "granian", *SERVER, "--host", "127.0.0.1"),
        *("--port", str(port), "--workers", str(settings.api_workers), application),
    ]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, env=environment, stdout=log, stderr=log) as process,
    ):
        try:
            _wait_until_open(process, port)
            yield process.pid, port
        finally:
            _end(process)


def _wait_until_open(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise RuntimeError("the API server ended before it answered")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the API server does not answer")


def _end(process: subprocess.Popen[bytes]) -> None:
    workers = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
    for worker in workers:
        if worker.is_running():
            worker.kill()
