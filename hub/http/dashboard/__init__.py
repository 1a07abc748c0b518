"""The dashboard: files that `web/build.py` put beside this module, sent as they are, to anybody.

A page is a folder's `index.html`; what it shows it asks the API for. Pages are asked for again at each visit, and
answered 304 when they are the same; what lies in `_next/static` has a name made of its content and is kept for a year.
A page's policy allows its own inline scripts by their hashes, and no others.

Files come before routes are counted and before anybody is asked who they are: they tell of no tenant. What is not there
is counted like any other request. No address of the API is ever answered with a page.
"""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from flask import Flask, Response, g, request
from werkzeug.exceptions import NotFound

from hub.http import problems
from hub.http.auth import public
from hub.http.dashboard.site import File, Site

BUILT = Path(__file__).parent / "built"
"""What `web/build.py` writes and the wheel brings: `site/`, `csp.json` and `fingerprint`."""

_API = ("/api/", "/healthz", "/readyz", "/metrics")
_HTML = "text/html"
_UNBUILT = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>PayPredict</title>
<h1>The dashboard is not built</h1>
<p>The API answers; its pages are missing. In a checkout, <code>make run</code> builds them, and so does
<code>.venv/bin/python web/build.py</code>; an installed package brings them with it.</p>
<p><a href="/api/docs">The API's documentation</a></p>
</html>
"""


def install(app: Flask) -> None:
    """Serve what is in BUILT; before the limits are installed, so that files do not count as requests."""
    site = Site(BUILT)
    app.before_request(lambda: _file(site))
    app.register_error_handler(NotFound, lambda error: _missing(site, error))
    app.add_url_rule("/account", "account_address", public(lambda: _redirect("/settings/profile/", 302)))
    for letter, kind in (("i", "invoice"), ("c", "customer"), ("d", "dispute")):
        app.add_url_rule(f"/{letter}/<uuid:record_id>", f"{kind}_address", _address_of(f"{kind}s"))


def _file(site: Site) -> Response | None:
    # A route of the hub's comes first, also one that does not take this method.
    if not isinstance(request.routing_exception, NotFound) or request.method not in ("GET", "HEAD"):
        return None
    if (file := site.find(request.path)) is not None:
        g.operation = "dashboard"
        return _send(file)
    if site.find(f"{request.path}/") is not None:
        g.operation = "dashboard"
        query = request.query_string.decode("latin-1")
        return _redirect(f"{request.path}/{f'?{query}' if query else ''}", 308)
    return None


def _missing(site: Site, error: NotFound) -> Response:
    """The page that says so, for who asked for a page; a problem for all others."""
    asks_for_page = request.accept_mimetypes.best_match([problems.PROBLEM, _HTML]) == _HTML
    if request.method not in ("GET", "HEAD") or f"{request.path}/".startswith(_API) or not asks_for_page:
        return problems.from_http(error)
    if not site.is_built:
        return Response(_UNBUILT, 503, content_type=f"{_HTML}; charset=utf-8")
    page = site.find("/404.html")
    return _send(page, 404) if page else problems.from_http(error)


def _send(file: File, status: int = 200) -> Response:
    is_packed = file.is_packed and request.accept_encodings.quality("gzip") > 0
    response = Response(file.read(packed=is_packed), status, content_type=file.content_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if file.is_lasting else "no-cache"
    if file.is_packed:
        response.headers["Vary"] = "Accept-Encoding"
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    if file.policy:
        response.headers["Content-Security-Policy"] = file.policy
    if status == 200:
        response.set_etag(f"{file.digest}-gz" if is_packed else file.digest)
        response.make_conditional(request)
    return response


def _address_of(records: str) -> Callable[[UUID], Response]:
    """A short address, for mails and messages, leads to the record's page."""

    @public
    def lead_on(record_id: UUID) -> Response:
        return _redirect(f"/{records}/view/?id={record_id}", 302)

    return lead_on


def _redirect(address: str, status: int) -> Response:
    # Without werkzeug's page beside the header, which nobody reads.
    return Response(status=status, headers={"Location": address}, content_type="text/plain; charset=utf-8")
