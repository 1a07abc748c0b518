"""A worker whose handlers, plugin and own machinery put every secret that they can reach into what they say."""

import sys
from dataclasses import asdict
from pathlib import Path

from hub import pipelines, worker
from hub.errors import InvalidError
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.sdk.connector import Stream
from hub.sdk.errors import AuthError
from hub.sdk.manifest import Manifest
from hub.settings import Settings
from hub.telemetry import logs

POLICY = Policy(lease_seconds=5, backoff_seconds=0, sweep_seconds=0.2)
_known: list[str] = []


def tell(context):
    """Open a secret, and tell it as progress, as the result, and to whoever reads the log."""
    value = _secret(context)
    context.progress(0.5, f"Trying {value}")
    context.show()
    return {"token": value, "said": f"it is {value}", "deep": [{"er": value}]}


def fail(context):
    """Open a secret, and fail with it and with the settings, as they are, in the message."""
    value = _secret(context)
    try:
        raise RuntimeError(f"not with {value}")
    except RuntimeError as error:
        raise InvalidError(f"{value} does not open {asdict(context.settings)}") from error


class LeakyConnector:
    """Reads nothing, and says why."""

    streams = (Stream(name="invoices", entity="invoice"),)

    def read(self, stream, cursor):
        raise AuthError(f"refused client_secret={_known[0]} at https://hub:{_known[0]}@books.example/?code={_known[0]}")

    def map(self, stream, item):
        return []

    def tie_out(self):
        return None


class LeakyRegistry:
    """Makes that connector, whatever is asked for."""

    def make(self, slug, config):
        return LeakyConnector()

    def manifests(self, kind=None):
        return []

    def get(self, slug):
        return Manifest(slug=slug, name=slug, version="1", kind="connector", api=1, entry="none:None")


def _secret(context):
    with context.transaction() as session:
        value = context.vault.get(session, "connection 1", "client_secret")
    _known[:] = [value]
    return value


def _break_outside(folder, run):
    def broken(runner, work_id):
        if (folder / "break").exists():
            raise RuntimeError(f"the worker itself is broken: {asdict(runner.settings)} {_known}")
        return run(runner, work_id)

    return broken


if __name__ == "__main__":
    Runner.run = _break_outside(Path(sys.argv[1]), Runner.run)
    pipelines.HANDLERS.update({name: f"leaky_worker:{name}" for name in ("tell", "fail")})
    # The handlers are found by the module's name, and share what this one knows.
    sys.modules["leaky_worker"] = sys.modules["__main__"]
    worker.registry.load = LeakyRegistry
    settings = Settings.load()
    logs.catch_crashes()
    logs.configure(settings)
    worker.work(settings, POLICY)
