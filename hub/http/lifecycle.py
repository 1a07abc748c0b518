"""What happens around every request: its id, its log line, its metrics, and the headers every answer carries."""

import logging
import re
import time
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from hub.errors import HubError
from hub.http.auth import operation_id
from hub.http.context import EXTENSION, Hub, current_hub
from hub.settings import Settings
from hub.telemetry import logs

log = logging.getLogger("hub.request")

REQUEST_ID = "X-Request-ID"
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
# Whoever knows the rest of such an address may send mail there, or sees what a debtor owes.
_SECRET_PATH = re.compile(r"(/api/(?:inbound|debtor|channels/receipts)/).*", re.DOTALL)
_YEAR = 31_536_000
_FEATURES = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _FEATURES),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What is no page has nothing to load; pages have PAGE_POLICY, or one of their own that is stricter still.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    # Instead of the server's own, which says what serves us.
    "Server": "paypredict",
}
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
PROBES = frozenset({"getHealth", "getReadiness", "getMetrics"})
"""What watches the hub asks it by any name, and as often as it likes."""


class UnknownHostError(HubError):
    """A request for another name than the hub's: somebody's page, with its name pointed at our address."""

    code, status, title = "unknown_host", 421, "Not this hub's name"


def install(app: Flask) -> None:
    """Wrap all requests of `app`; first, so that it sees what every other step answered."""
    hub: Hub = app.extensions[EXTENSION]
    settings = hub.settings
    if (proxies := settings.trusted_proxies) > 0:
        # The host is not taken from proxies: addresses of ours are made of `public_url`.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]
    always = headers(settings)
    app.before_request(_begin)
    if host := (urlsplit(settings.public_url).hostname or ""):
        app.before_request(lambda: _check_host(host))
    app.after_request(lambda response: _end(response, always))
    # The thread that served this request serves others, and other code, afterwards.
    app.teardown_request(lambda _: logs.bind())


def headers(settings: Settings) -> dict[str, str]:
    """What every answer carries unless it says something else itself."""
    if settings.public_url.startswith("https://"):
        # Only of this name: what else lives under the domain is not ours to decide about.
        return {**HEADERS, "Strict-Transport-Security": f"max-age={_YEAR}"}
    return HEADERS


def _begin() -> None:
    g.started = time.perf_counter()
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
    logs.bind(request_id=g.request_id)


def _check_host(host: str) -> None:
    """Refuse other names, so that no page can reach the hub under a name of its own; addresses are no names."""
    asked = urlsplit(f"//{request.environ.get('HTTP_HOST', '')}").hostname or ""
    if asked in (host, "localhost", "") or _is_address(asked):
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if operation_id(view, request.method) not in PROBES:
        raise UnknownHostError(f"This hub answers at {current_hub().settings.public_url} only.")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _end(response: Response, always: dict[str, str]) -> Response:
    headers = response.headers
    headers[REQUEST_ID] = g.request_id
    if response.mimetype == "text/html":
        headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    for name, value in always.items():
        if name not in headers:
            headers[name] = value
    if "identity" in g and g.identity.kind == "person":
        # A browser may be anybody's: what a person was shown does not stay in it. Programs keep what they ask for.
        headers["Cache-Control"] = "no-store"
    seconds = time.perf_counter() - g.started
    operation = g.get("operation") or request.endpoint or "unmatched"
    current_hub().metrics.observe(operation, request.method, response.status_code, seconds)
    if log.isEnabledFor(logging.INFO):
        # The path without its query: filters may hold what a customer is called.
        fields = {
            "method": request.method,
            "path": _SECRET_PATH.sub(r"\1...", request.path),
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        }
        log.info("request", extra={"fields": fields})
    return response
