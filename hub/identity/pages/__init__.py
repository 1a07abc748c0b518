"""The pages where people sign in and look after their account: /sign-in and /account, all from this process.

Static files: whatever they show they ask the API for, and enter it as text. They bring no inline script or style.
"""

from pathlib import Path

from flask import Flask, Response, send_from_directory

from hub.http.auth import public

_FILES = Path(__file__).parent
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def install(app: Flask) -> None:
    """Serve the pages at their addresses."""
    app.add_url_rule("/sign-in", "sign_in_page", sign_in_page)
    app.add_url_rule("/account", "account_page", account_page)
    files = "'account.js', 'hub.js', 'icon.svg', 'page.css', 'sign-in.js'"
    app.add_url_rule(f"/pages/<any({files}):name>", "page_file", page_file)


@public
def sign_in_page() -> Response:
    """Where people come in."""
    return _page("sign-in.html")


@public
def account_page() -> Response:
    """Who one is here, where one is signed in, and one's password."""
    return _page("account.html")


@public
def page_file(name: str) -> Response:
    """What the pages are made of."""
    return send_from_directory(_FILES, name, max_age=300)


def _page(name: str) -> Response:
    response = send_from_directory(_FILES, name)
    response.headers["Content-Security-Policy"] = _POLICY
    # Nothing of anybody's is in the file, but it is to be the one that goes with its scripts.
    response.headers["Cache-Control"] = "no-cache"
    return response
