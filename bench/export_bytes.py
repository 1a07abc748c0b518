"""What a built dashboard weighs, in the bytes that browsers load: read off its files, without a browser."""

import gzip
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = re.compile(r"<script[^>]*>")
_SOURCE = re.compile(r'src="/([^"]+\.js)"')
_STYLE = re.compile(r'<link rel="stylesheet" href="/([^"?]+\.css)')
_PRELOADED = ".p."
"""In the name of a font that pages ask for before they know that they need it."""
_CHARTS = b"recharts"
"""What the charting library's chunk has in it, and no other has so often."""


@dataclass(frozen=True)
class Weight:
    """Bytes as they are sent, unless it says otherwise. `lazy` are the chunks that no page begins with, by name."""

    first_load: Mapping[str, int]
    lazy: Mapping[str, int]
    charts: int
    styles: int
    fonts: Mapping[str, int]
    unpacked: int
    in_wheel: int


def weigh(built: Path) -> Weight:
    """The weight of what `web/build.py` wrote to `built`."""
    files = dict(_files(built / "site"))
    pages = {name: content.decode() for name, (content, _) in files.items() if name.endswith(".html")}
    begins = {name: set(_scripts(page)) for name, page in pages.items()}
    begun_with = set().union(*begins.values())
    # For browsers without modules, which nobody has.
    ancient = {source for page in pages.values() for source in _scripts(page, is_ancient=True)}
    chunks = {name for name in files if name.endswith(".js") and "Manifest" not in name} - begun_with - ancient
    charts = max(chunks, key=lambda name: files[name][0].count(_CHARTS), default=None)
    styles = {name for page in pages.values() for name in _STYLE.findall(page)}
    return Weight(
        first_load={name: sum(files[each][1] for each in sources) for name, sources in begins.items()},
        lazy={name: files[name][1] for name in chunks if name != charts},
        charts=files[charts][1] if charts else 0,
        styles=sum(files[name][1] for name in styles),
        fonts={name: size for name, (_, size) in files.items() if name.endswith(".woff2") and _PRELOADED in name},
        unpacked=sum(len(content) for content, _ in files.values()),
        in_wheel=sum(len(zlib.compress(path.read_bytes(), 9)) for path in built.rglob("*") if path.is_file()),
    )


def _files(site: Path) -> Iterator[tuple[str, tuple[bytes, int]]]:
    """By name each file's content, and how many bytes of it are sent."""
    for path in site.rglob("*"):
        if path.is_file():
            sent = path.read_bytes()
            name = path.relative_to(site).as_posix()
            content = gzip.decompress(sent) if name.endswith(".gz") else sent
            yield name.removesuffix(".gz"), (content, len(sent))


def _scripts(page: str, *, is_ancient: bool = False) -> Iterator[str]:
    for tag in _SCRIPT.findall(page):
        if ("nomodule" in tag.lower()) is is_ancient:
            yield from _SOURCE.findall(tag)
