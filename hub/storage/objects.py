"""Files that are handed in, kept under the data folder until a job has read them. Their names are the hub's own."""

import re
import shutil
from pathlib import Path
from typing import IO
from uuid import uuid4

from hub.errors import TooLargeError
from hub.settings import Settings
from hub.storage.session import TENANT_KEY

_CHUNK = 1 << 20
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


class Objects:
    """The store of one hub: a folder for each tenant."""

    def __init__(self, settings: Settings) -> None:
        self._root = settings.data_dir / "objects"
        self._limit = settings.max_upload_bytes

    def put(self, tenant: str, stream: IO[bytes], suffix: str = "") -> Path:
        """Store what `stream` holds, readable by the hub alone; returns where. Raises TooLargeError, storing nothing.

        `suffix` says what kind of file it is; one that is not plainly an extension is left out.
        """
        path = self.place(tenant, f"{uuid4().hex}{suffix.lower() if _SUFFIX.fullmatch(suffix.lower()) else ''}")
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                size = 0
                while chunk := stream.read(_CHUNK):
                    size += len(chunk)
                    if size > self._limit:
                        raise TooLargeError(f"The file is larger than the {self._limit} bytes that are taken.")
                    file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def files(self, tenant: str) -> list[Path]:
        """All of a tenant's files, in the order of their names."""
        folder = self._folder(tenant)
        return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []

    def place(self, tenant: str, name: str) -> Path:
        """Where a file of the hub's own making belongs; the tenant's folder is there."""
        folder = self._folder(tenant)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder / name

    def discard(self, path: Path) -> None:
        """Delete a stored file; a path outside the store is left alone."""
        if path.resolve().is_relative_to(self._root.resolve()):
            path.unlink(missing_ok=True)

    def drop(self, tenant: str) -> None:
        """Delete all of a tenant's files."""
        if TENANT_KEY.fullmatch(tenant):
            shutil.rmtree(self._root / tenant, ignore_errors=True)

    def _folder(self, tenant: str) -> Path:
        if not TENANT_KEY.fullmatch(tenant):
            raise ValueError(f"not a tenant key: {tenant!r}")
        return self._root / tenant
