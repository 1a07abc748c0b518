"""The storage for a command: beside a running `paypredict up`, or with servers that run while the command does."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from hub.settings import Settings
from hub.storage.embedded import serving
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage


@contextmanager
def opened(data_dir: Path | None) -> Iterator[Storage]:
    """The storage under a data folder, its own schema at the newest revision."""
    with serving(Settings.load(data_dir=data_dir)) as settings, closing(Storage(settings)) as storage:
        upgrade_hub(storage)
        yield storage
