"""What a model server has at hand: models found in a folder or in tenants' registries, the latest used kept loaded."""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from hub.errors import InvalidError, NotFoundError, UnavailableError
from hub.forecasting import engine
from hub.registry import Registry
from hub.sdk.forecaster import ForecastBackend

SUFFIX = ".model"
REMOTE = "remote"
"""The backend that asks a model server; a server never asks another."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a model lies. Two with the same `key` are the same bytes, which `read` returns."""

    key: tuple[Any, ...]
    name: str
    read: Callable[[], bytes]


class ModelSource(Protocol):
    """Where a model server finds its models."""

    def find(self, tenant: str, model: str) -> Found:
        """The model of that id; without one, the only one or the tenant's champion. Raises NotFoundError."""

    def check(self) -> None:
        """Raises HubError where no model can be served now."""


class ModelFolder:
    """Exported model files, `<id>.model`, as they are mounted into a container. The tenant is not asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, tenant: str, model: str) -> Found:
        """The file of that id; without an id, the only file there is."""
        files = self._files()
        if model:
            files = {model: files[model]} if model in files else {}
        if not files:
            raise NotFoundError(f"There is no model {model!r} in the server's folder." if model else _NONE_THERE)
        if len(files) > 1:
            raise InvalidError(f"There are {len(files)} models here; name one as `model`.")
        name, path = next(iter(files.items()))
        known = path.stat()
        return Found((name, known.st_mtime_ns, known.st_size), name, path.read_bytes)

    def check(self) -> None:
        """Whether there is a file at all; each is verified when it is first asked for."""
        if not self._files():
            raise UnavailableError(_NONE_THERE)

    def _files(self) -> dict[str, Path]:
        return {path.name.removesuffix(SUFFIX): path for path in sorted(self.folder.glob(f"*{SUFFIX}"))}


_NONE_THERE = f"There is no model file (*{SUFFIX}) in the server's folder."


@dataclass(slots=True)
class ServedModel:
    """A loaded model. One question at a time: what its library promises of threads differs."""

    name: str
    sha256: str
    size: int
    fitted: ForecastBackend
    lock: threading.Lock = field(default_factory=threading.Lock)


class ModelShelf:
    """Loaded models, no more than `most_bytes` of their files: who was asked longest ago goes first."""

    def __init__(self, source: ModelSource, plugins: Registry, most_bytes: int) -> None:
        self.source = source
        self.most_bytes = most_bytes
        self._backends = Backends(plugins)
        self._held: OrderedDict[tuple[Any, ...], ServedModel] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, tenant: str, model: str) -> ServedModel:
        """A model, verified. Raises NotFoundError, CorruptModelError, and UnavailableError where it is too large."""
        found = self.source.find(tenant, model)
        with self._lock:  # one is read at a time, and none twice
            served = self._held.get(found.key)
            if served is None:
                served = self._held[found.key] = self._load(found)
            self._held.move_to_end(found.key)
            while sum(each.size for each in self._held.values()) > self.most_bytes:
                self._held.popitem(last=False)
        return served

    def __len__(self) -> int:
        return len(self._held)

    def _load(self, found: Found) -> ServedModel:
        data = found.read()
        if len(data) > self.most_bytes:
            raise UnavailableError(
                f"The model has {len(data):,} bytes and the server holds {self.most_bytes:,}; "
                "raise its setting model_cache_bytes."
            )
        fitted = engine.load(data, self._backends).fitted
        return ServedModel(found.name, hashlib.sha256(data).hexdigest(), len(data), fitted)


class Backends(Mapping[str, type[ForecastBackend]]):
    """The forecast backends by slug, each imported when it is first asked for; all but the remote one."""

    def __init__(self, plugins: Registry) -> None:
        self._plugins = plugins
        self._slugs = [each.slug for each in plugins.manifests("forecast") if each.slug != REMOTE]

    def __getitem__(self, slug: str) -> type[ForecastBackend]:
        if slug not in self._slugs:
            raise KeyError(slug)
        backend: type[ForecastBackend] = self._plugins.load(slug)
        return backend

    def __iter__(self) -> Iterator[str]:
        return iter(self._slugs)

    def __len__(self) -> int:
        return len(self._slugs)


def model_id(text: str) -> UUID:
    """A model's id as it was sent. Raises NotFoundError where it is none: then there is no such model."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFoundError(f"There is no model {text[:60]!r}.") from None
