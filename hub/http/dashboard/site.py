"""The files of a built dashboard, by the address that each is found at."""

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    # Also what the dashboard's router reads when it goes from page to page.
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}
_LASTING = "/_next/static/"
_POLICY = (
    "default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class File:
    """One file. `is_packed`: it lies there as gzip. `is_lasting`: its name changes with its content."""

    path: Path
    content_type: str
    digest: str
    is_packed: bool
    is_lasting: bool
    policy: str = ""

    def read(self, *, packed: bool) -> bytes:
        """Its bytes, as they are or as gzip."""
        content = self.path.read_bytes()
        return gzip.decompress(content) if self.is_packed and not packed else content


class Site:
    """What is in a folder that `web/build.py` wrote, found anew when it has been built again.

    Addresses are looked up among those of the files that are there; none is ever made into a path.
    """

    def __init__(self, built: Path) -> None:
        self._built = built
        self._files: dict[str, File] = {}
        self._built_at: int | None = None
        self._lock = threading.Lock()

    @property
    def is_built(self) -> bool:
        """Whether there are any pages."""
        return self.find("/") is not None

    def find(self, address: str) -> File | None:
        """The file at an address: its own, or that of the folder whose `index.html` it is, with a closing slash."""
        try:
            built_at = (self._built / "csp.json").stat().st_mtime_ns
        except OSError:
            return None
        if built_at != self._built_at:
            with self._lock:
                self._files, self._built_at = dict(_files(self._built)), built_at
        return self._files.get(f"{address}index.html" if address.endswith("/") else address)


def policy(hashes: list[str]) -> str:
    """What a page may load, beside its own inline scripts of these hashes."""
    return _POLICY.format(hashes="".join(f" '{each}'" for each in hashes))


def _files(built: Path) -> Iterator[tuple[str, File]]:
    pages: dict[str, list[str]] = json.loads((built / "csp.json").read_text(encoding="utf-8"))
    site = built / "site"
    for path in sorted(site.rglob("*")):
        is_packed = path.suffix == ".gz"
        name = path.relative_to(site).as_posix().removesuffix(".gz")
        content_type = _TYPES.get(Path(name).suffix)
        if content_type is None or path.is_symlink() or not path.is_file():
            continue
        digest = blake2b(path.read_bytes(), digest_size=12).hexdigest()
        is_lasting = f"/{name}".startswith(_LASTING)
        is_page = name.endswith(".html")
        yield (
            f"/{name}",
            File(path, content_type, digest, is_packed, is_lasting, policy(pages.get(name, [])) if is_page else ""),
        )
