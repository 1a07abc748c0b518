"""The dashboard's files as they are sent: which, with what headers, and what is no file of it."""

import gzip
import json
import re
from dataclasses import replace

import pytest

from hub.app import create_app
from hub.http.lifecycle import HEADERS
from hub.settings import Settings

PAGE = b"<!doctype html><html><script>start()</script><script src=/_next/static/chunks/a1.js></script></html>"
FILES = {
    "index.html": PAGE,
    "404.html": b"<!doctype html><h1>Nothing here</h1>",
    "invoices/index.html": PAGE + b"<h1>Invoices</h1>",
    "invoices/index.txt": b"1:payload",
    "_next/static/chunks/a1.js": b"console.log(1)" * 100,
    "_next/static/media/font.woff2": b"\0font",
    "icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "notes.map": b"{}",
}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Encoding": "gzip, br"}


def write(built, files=FILES):
    for name, content in files.items():
        path = built / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".woff2":
            path.write_bytes(content)
        else:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content))
    (built / "csp.json").write_text(json.dumps({"index.html": ["sha256-abc=", "sha256-def="], "404.html": []}))


@pytest.fixture
def settings(tmp_path):
    nowhere = {"redis_url": "redis://127.0.0.1:1/0", "database_url": "postgresql://nobody@127.0.0.1:1/none"}
    return Settings.load({}, data_dir=tmp_path / "data", **nowhere)


@pytest.fixture
def built(tmp_path, monkeypatch):
    folder = tmp_path / "built"
    monkeypatch.setattr("hub.http.dashboard.BUILT", folder)
    return folder


@pytest.fixture
def browser(settings, built):
    """A client of a hub whose dashboard is built."""
    write(built)
    return create_app(replace(settings, rate_limit_per_minute_address=0)).test_client()


def test_a_page_is_its_folders_index(browser):
    answer = browser.get("/", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.data, answer.content_type) == (200, PAGE, "text/html; charset=utf-8")
    assert browser.get("/invoices/").data == FILES["invoices/index.html"]
    assert browser.get("/invoices/index.txt").content_type.startswith("text/plain")


def test_a_page_is_asked_for_again_and_answered_304(browser):
    first = browser.get("/")
    assert first.headers["Cache-Control"] == "no-cache"
    again = browser.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_what_is_named_by_its_content_is_kept_for_a_year(browser):
    for path in ("/_next/static/chunks/a1.js", "/_next/static/media/font.woff2"):
        assert browser.get(path).headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_text_is_sent_packed_to_who_takes_it(browser):
    packed = browser.get("/_next/static/chunks/a1.js", headers={"Accept-Encoding": "br, gzip"})
    plain = browser.get("/_next/static/chunks/a1.js", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data == FILES["_next/static/chunks/a1.js"]
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.headers["ETag"] != plain.headers["ETag"]
    font = browser.get("/_next/static/media/font.woff2", headers={"Accept-Encoding": "gzip"})
    assert font.data == b"\0font" and "Content-Encoding" not in font.headers


def test_a_page_runs_its_own_scripts_alone(browser):
    policy = browser.get("/").headers["Content-Security-Policy"]
    scripts = re.search(r"script-src ([^;]+)", policy)[1].split()
    assert scripts == ["'self'", "'sha256-abc='", "'sha256-def='"]
    assert "frame-ancestors 'none'" in policy and "object-src 'none'" in policy and "default-src 'self'" in policy
    assert "script-src 'self';" in browser.get("/invoices/").headers["Content-Security-Policy"]


def test_files_carry_the_headers_of_all_answers(browser):
    for path in ("/", "/icon.svg", "/_next/static/chunks/a1.js", "/nothing/", "/invoices"):
        answer = browser.get(path, headers=BROWSER)
        for name in HEADERS.keys() - {"Content-Security-Policy", "Cache-Control"}:
            assert answer.headers[name] == HEADERS[name], (path, name)
        assert answer.headers["Content-Security-Policy"] and answer.headers["X-Request-ID"]


def test_a_page_without_its_slash_leads_to_it_with_its_query(browser):
    answer = browser.get("/invoices?status=open&q=a%20b")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/invoices/?status=open&q=a%20b")


def test_what_is_not_there_is_a_page_to_browsers_and_a_problem_to_programs(browser):
    page = browser.get("/nothing/here", headers=BROWSER)
    assert (page.status_code, gzip.decompress(page.data)) == (404, FILES["404.html"])
    assert "ETag" not in page.headers
    for path, headers in (("/nothing", {}), ("/nothing", {"Accept": "application/json"})):
        assert browser.get(path, headers=headers).json["code"] == "not_found"
    assert browser.post("/nothing", headers=BROWSER).json["code"] == "not_found"


@pytest.mark.parametrize("path", ["/api/nothing", "/api/", "/api", "/api/invoices/x/y/z", "/healthz/x"])
def test_no_address_of_the_api_is_answered_with_a_page(browser, path):
    answer = browser.get(path, headers=BROWSER)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_a_route_of_the_hub_comes_before_a_file(browser, built):
    write(built, {"healthz": b"no", "api/docs/index.html": b"no", "api/session/link/index.html": b"no"})
    assert browser.get("/healthz").json["status"]
    assert browser.get("/api/docs").data != b"no"
    # The address is there, for another method.
    assert browser.get("/api/session/link", headers=BROWSER).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        *("/../csp.json", "/csp.json", "/%2e%2e/csp.json", "/..%2fcsp.json", "/site/index.html", "/fingerprint"),
        *("/_next/static/../../../csp.json", "//etc/passwd", "/%2fetc%2fpasswd", "/index.html%00", "/notes.map"),
        *("/index.html.gz", "/..\\csp.json", "/_next/static/", "/_next"),
    ],
)
def test_nothing_but_the_sites_files_is_found(browser, path):
    assert browser.get(path, headers=BROWSER).status_code == 404


def test_a_link_leads_out_of_the_site_to_nothing(browser, built, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    (built / "site" / "secret.txt").symlink_to(tmp_path / "secret.txt")
    (built / "site" / "other.txt.gz").symlink_to(tmp_path / "secret.txt")
    assert browser.get("/secret.txt").status_code == browser.get("/other.txt").status_code == 404


def test_what_is_built_again_is_sent_without_a_new_start(browser, built):
    before = browser.get("/").headers["ETag"]
    write(built, {"index.html": b"<h1>New</h1>"})
    (built / "csp.json").write_text('{"index.html": ["sha256-new="]}')
    after = browser.get("/")
    assert after.data == b"<h1>New</h1>" and after.headers["ETag"] != before
    assert "'sha256-new='" in after.headers["Content-Security-Policy"]


def test_short_addresses_lead_to_records_and_nowhere_else(browser):
    record = "018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10"
    assert browser.get(f"/i/{record}").headers["Location"] == f"/invoices/view/?id={record}"
    assert browser.get(f"/c/{record}").headers["Location"] == f"/customers/view/?id={record}"
    assert browser.get(f"/d/{record}").headers["Location"] == f"/disputes/view/?id={record}"
    assert browser.get("/i/evil.example", headers=BROWSER).status_code == 404


def test_without_a_build_a_page_says_how_to_make_one(settings, built):
    answer = create_app(settings).test_client().get("/", headers=BROWSER)
    assert answer.status_code == 503 and b"make run" in answer.data
    assert "default-src" in answer.headers["Content-Security-Policy"]


def test_files_do_not_count_as_requests_and_what_is_missing_does(settings, built):
    write(built)
    browser = create_app(replace(settings, rate_limit_per_minute_address=2)).test_client()
    assert {browser.get("/_next/static/chunks/a1.js").status_code for _ in range(5)} == {200}
    assert [browser.get("/nothing", headers=BROWSER).status_code for _ in range(3)] == [404, 404, 429]
    assert browser.get("/").status_code == 200
