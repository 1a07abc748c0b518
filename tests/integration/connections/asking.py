"""A worker of its own process that asks for a connection's token: from many threads, or to die in the middle of it."""

import json
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

from hub.connections import renewal, tokens
from hub.settings import Settings
from hub.storage.session import Storage
from tests.integration.connections.connected import Connected


def main(task: str) -> None:
    """Do what `task` says, a JSON object; see tests/integration/connections/test_tokens.py."""
    given = json.loads(task)
    settings = Settings.load(
        {},
        data_dir=given["data_dir"],
        database_url=given["database_url"],
        redis_url=given["redis_url"],
        connector_apps_file=given["apps"],
    )
    storage = Storage(settings)
    connected = Connected(storage, settings, given["tenant"], SimpleNamespace(), id=UUID(given["connection"]))
    opener = connected.opener(**given["timing"])
    if given["dies"]:
        ask = opener.ask

        def ask_and_die(token: str | None) -> tokens.Grant:
            ask(token)
            os.kill(os.getpid(), signal.SIGKILL)
            raise AssertionError

        opener = connected.opener(ask=ask_and_die, **given["timing"])
    Path(given["ready"]).touch()
    sys.stdin.readline()
    with ThreadPoolExecutor(given["threads"]) as pool:
        got = list(pool.map(lambda _: renewal.fresh(opener).value, range(given["threads"])))
    print(json.dumps(got), flush=True)  # noqa: T201 - to the test


if __name__ == "__main__":
    main(sys.argv[1])
