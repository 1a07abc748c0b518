"""The storage that a command works on: of a running hub, or of servers that run while the command does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.settings import Settings
from hub.storage.embedded import serving
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage


@contextmanager
def opened(data_dir: Path | None) -> Iterator[Storage]:
    """The storage in this data folder, or in the one that the settings name; its own schema at the newest version."""
    with serving(Settings.load(data_dir=data_dir)) as settings:
        storage = Storage(settings)
        try:
            upgrade_hub(storage)
            yield storage
        finally:
            storage.close()
