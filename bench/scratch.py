"""A hub to measure on: servers and schema of the benchmark's own, gone when it ends."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text

from hub.settings import Settings
from hub.storage.embedded import Servers
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage, schema_name


@contextmanager
def scratch_storage() -> Iterator[Storage]:
    """Storage on embedded servers in a temporary folder, the hub's schema at the newest revision.

    With DATABASE_URL and REDIS_URL set, those servers are used; what is made there is the benchmark's to drop.
    """
    with tempfile.TemporaryDirectory(prefix="paypredict-bench-") as folder:
        data_dir = Path(folder) / "data"
        if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
            with _storage(Settings.load(data_dir=data_dir)) as storage:
                yield storage
        else:
            with (
                Servers.start(data_dir) as servers,
                _storage(
                    Settings.load(data_dir=data_dir, database_url=servers.database_url, redis_url=servers.redis_url)
                ) as storage,
            ):
                yield storage


def vacuum(storage: Storage, key: str) -> None:
    """Bring a freshly filled tenant to the state it would settle in: visibility maps set, statistics known."""
    with storage.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        tables = connection.execute(
            text("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname = :schema"),
            {"schema": schema_name(key)},
        ).scalars()
        connection.execute(text(f"vacuum (analyze) {', '.join(tables)}"))


@contextmanager
def _storage(settings: Settings) -> Iterator[Storage]:
    storage = Storage(settings)
    try:
        upgrade_hub(storage)
        yield storage
    finally:
        storage.close()
