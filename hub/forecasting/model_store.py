"""Where the files of models lie: in the tenant's own tables, or in a folder or bucket that fsspec opens."""

import hashlib
from dataclasses import dataclass
from typing import Any

from hub.errors import UnavailableError
from hub.forecasting.artifact import CorruptModelError


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model's file: by its `name` in a store, or the bytes themselves, which belong into the database's row."""

    name: str | None
    data: bytes | None
    sha256: str | None
    size: int


@dataclass(frozen=True, slots=True)
class ModelStore:
    """The store that a setting names by its URL; with an empty one, files stay in the database.

    Files are named by tenant and digest, never written twice with other bytes, and read back only as they were. A store
    may be far away and slow: `put` and `get` belong outside of transactions.
    """

    url: str = ""

    @property
    def is_database(self) -> bool:
        """Whether files belong into the database's row."""
        return not self.url

    def put(self, tenant: str, data: bytes) -> ModelFile:
        """Keep a file, ahead of the row that will name it. Raises UnavailableError where it cannot be written."""
        name = None if self.is_database else self.write(tenant, data)
        return ModelFile(name, data if name is None else None, hashlib.sha256(data).hexdigest(), len(data))

    def get(self, file: ModelFile) -> bytes:
        """The bytes of a file, once they have proved to be what was stored; else CorruptModelError.

        Raises UnavailableError where the store does not answer.
        """
        return checked(file.data if file.name is None else self.read(file.name), file.sha256, file.size)

    def write(self, tenant: str, data: bytes) -> str:
        """Keep a file; returns its name. Raises UnavailableError where the store cannot be written."""
        name = f"{tenant}/{hashlib.sha256(data).hexdigest()}.model"
        files, root = self._open()
        try:
            files.makedirs(f"{root}/{tenant}", exist_ok=True)
            # Under another name first: who reads meanwhile sees the whole file or none.
            part = f"{root}/{name}.part"
            files.pipe_file(part, data)
            files.mv(part, f"{root}/{name}")
        except Exception as error:
            raise UnavailableError(f"The model store cannot be written: {_cause(error)}") from error
        return name

    def read(self, name: str) -> bytes:
        """The bytes of a file. Raises CorruptModelError where there is none, UnavailableError where nobody can say."""
        files, root = self._open()
        try:
            data: bytes = files.cat_file(f"{root}/{name}")
        except FileNotFoundError as error:
            raise CorruptModelError(f"The model's file {name} is missing from the model store.") from error
        except Exception as error:
            raise UnavailableError(f"The model store cannot be read: {_cause(error)}") from error
        return data

    def delete(self, name: str) -> None:
        """Let go of a file; one that is gone already is none the worse. Raises UnavailableError."""
        files, root = self._open()
        try:
            files.rm_file(f"{root}/{name}")
        except FileNotFoundError:
            return
        except Exception as error:
            raise UnavailableError(f"The model store cannot be written: {_cause(error)}") from error

    def _open(self) -> tuple[Any, str]:
        import fsspec  # late: most installations keep models in the database, and the API never reads one

        try:
            files, root = fsspec.core.url_to_fs(self.url)
        except (ImportError, ValueError, OSError) as error:
            raise UnavailableError(f"The model store {self.url.split('?')[0]!r} cannot be opened: {error}") from error
        return files, str(root).rstrip("/")


def checked(data: bytes | None, sha256: str | None, size: int) -> bytes:
    """The bytes of a stored model, unless they are not what was stored: then CorruptModelError, before any is read."""
    if data is None:
        raise CorruptModelError("The model's file is not kept any more; train it again from its record.")
    if len(data) != size or hashlib.sha256(data).hexdigest() != sha256:
        raise CorruptModelError("The stored model was damaged: its checksum does not fit. Train a new one.")
    return data


def _cause(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
