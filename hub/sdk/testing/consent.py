"""The pages on which a person allows or denies, the way back to the client, and a person that clicks."""

import html
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
from werkzeug.wrappers import Response


def consent(url: str, decision: Literal["allow", "deny"] = "allow", **choices: str | list[str]) -> str:
    """Do what a person does at an authorise address: open the page, choose, click. Returns where that leads."""
    page = httpx.get(url, trust_env=False)
    if page.status_code == 302:
        return page.headers["Location"]
    answer = httpx.post(page.raise_for_status().url, data={"decision": decision, **choices}, trust_env=False)
    if answer.status_code != 302:
        raise ValueError(f"the consent page answered {answer.status_code}: {answer.text[:200]}")
    return answer.headers["Location"]


def consent_page(provider: str, company: str, client: str, scopes: Iterable[str]) -> Response:
    """Asks whether the client may use the company's books."""
    wanted = "".join(f"<li>{html.escape(scope)}</li>" for scope in scopes)
    return page(
        "Allow access?",
        f"<p><b>{html.escape(client)}</b> asks {html.escape(provider)} for this of {html.escape(company)}:</p>"
        f"<ul>{wanted}</ul>"
        '<form method="post"><button name="decision" value="allow">Allow</button> '
        '<button name="decision" value="deny">Deny</button></form>',
    )


def page(title: str, body: str, status: int = 200) -> Response:
    """A small HTML page; the body is HTML already."""
    return Response(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title><h1>{title}</h1>{body}</html>",
        status,
        content_type="text/html; charset=utf-8",
    )


def back(redirect_uri: str, state: str | None, more: Mapping[str, str]) -> Response:
    """Send the person back to the client, with its state as it was."""
    parts = urlsplit(redirect_uri)
    query = [*parse_qsl(parts.query), *more.items()] + ([("state", state)] if state is not None else [])
    return Response(status=302, headers={"Location": urlunsplit(parts._replace(query=urlencode(query)))})
