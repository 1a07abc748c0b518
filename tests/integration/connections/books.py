"""A small provider on loopback with real OAuth, the plugin that reads it, and a browser that goes there and back."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from flask import request
from werkzeug.test import TestResponse

from hub.errors import NotFoundError
from hub.sdk.connector import Account, Change, Page, Stream
from hub.sdk.errors import ConfigError
from hub.sdk.manifest import Auth, Manifest, Webhook
from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company
from hub.sdk.testing.oauth import OAuthServer, RefreshPolicy

CLIENT, CLIENT_SECRET = "hub-client", "hub-client-secret-0815"
OWN_CLIENT, OWN_SECRET = "tenants-client", "tenants-own-secret-0815"
WEBHOOK_SECRET = "operators-webhook-key-0815"
PASSWORD = "correct horse 0815"


class BooksBox(Box):
    """Companies, by id, of whoever signs in; the consent names those that it opens as `company`, all unless it does."""

    slug = "books"

    def __init__(self, redirect_uri: str, companies: Mapping[str, str]) -> None:
        super().__init__(Company(started_on=date(2026, 1, 1), customers=1, invoices_per_day=0))
        self.companies = dict(companies)
        self.opened: list[str] | None = None
        self.oauth = OAuthServer(
            self,
            authorize_path="/authorize",
            token_path="/token",
            revoke_path="/revoke",
            clients={CLIENT: CLIENT_SECRET, OWN_CLIENT: OWN_SECRET},
            redirect_uris=[redirect_uri],
            pkce="required",
            refresh=RefreshPolicy(rotates="always"),
            on_redirect=lambda grant: {"realm": "r1"},
            auto_allow=True,
        )
        self.app.add_url_rule("/companies", view_func=self._companies)
        self.app.add_url_rule("/companies/<company>", view_func=self._company)

    def _opened(self) -> list[str] | None:
        basic = request.authorization
        if basic is not None and basic.type == "basic":
            return list(self.opened or self.companies) if basic.password == PASSWORD else None
        grant = self.oauth.token_of(request)
        if grant is None:
            return None
        # What was opened when it was granted stays so.
        return grant.details.setdefault("opened", list(self.opened or self.companies))

    def _companies(self):
        opened = self._opened()
        if opened is None:
            return self.unauthorized("revoked")
        return self.answer([{"id": each, "name": self.companies[each]} for each in opened])

    def _company(self, company):
        opened = self._opened()
        if opened is None or company not in opened:
            return self.unauthorized("revoked")
        return self.answer({"id": company})


class BooksConnector:
    """Reads nothing; what matters here is how it is let in and what it is told of."""

    streams = (Stream(name="invoices", entity="invoice"), Stream(name="payments", entity="payment"))

    def __init__(self, config: Mapping[str, Any], api: Any) -> None:
        self.config, self.api = config, api

    def accounts(self) -> list[Account]:
        realm = self.api.account.get("realm")
        values = {"realm_seen": realm} if realm else {}
        return [Account(**each, values=values) for each in self.api.get("/companies").json()]

    def check(self) -> None:
        self.api.get(f"/companies/{self.api.account['id']}")
        if self.config.get("broken"):
            raise ConfigError("the books are locked; unlock them", field="broken")

    def read(self, stream: str, cursor: str | None) -> Iterator[Page]:
        return iter(())

    def map(self, stream: str, item: Mapping[str, Any]) -> Iterable[Any]:
        return ()

    def tie_out(self) -> None:
        return None

    @staticmethod
    def changes(headers: Mapping[str, str], body: bytes) -> list[Change]:
        return [Change(**each) for each in json.loads(body)["changes"]]


AUTHS = (
    Auth(
        method="oauth",
        kind="oauth2_code",
        title="Sign in to Books",
        authorize_url="https://books.example/authorize",
        token_url="https://books.example/token",
        revoke_url="https://books.example/revoke",
        scopes={"invoices.read": "To read invoices", "offline": "To stay connected"},
        pkce=True,
        callback=("realm",),
        rotates="always",
        idle_days=60,
        hard_days=100,
    ),
    Auth(
        method="password",
        kind="basic",
        title="User and password",
        config={
            "type": "object",
            "required": ["username", "password"],
            "properties": {
                "username": {"type": "string", "title": "User"},
                "password": {"type": "string", "title": "Password", "minLength": 4, "x-secret": True},
            },
        },
    ),
)
MANIFEST = Manifest(
    slug="books",
    name="Books Online",
    version="1.0.0",
    kind="connector",
    api=1,
    entry="tests:none",
    summary="Reads books.",
    hosts=("books.example",),
    capabilities=frozenset({"webhooks"}),
    config={
        "type": "object",
        "properties": {
            "region": {"type": "string", "enum": ["eu", "us"], "title": "Region", "default": "eu"},
            "broken": {"type": "boolean", "title": "Broken"},
        },
    },
    auth=AUTHS,
    addresses={"api": "https://books.example"},
    webhook=Webhook(header="X-Books-Signature"),
)
FILE = Manifest(slug="sheet", name="A sheet", version="1", kind="connector", api=1, entry="tests:none")
MODEL = Manifest(slug="oracle", name="An oracle", version="1", kind="forecast", api=1, entry="tests:none")


@dataclass
class BooksRegistry:
    """The plugins of these tests."""

    found: dict[str, Manifest] = field(default_factory=lambda: {each.slug: each for each in (MANIFEST, FILE, MODEL)})

    def manifests(self, kind=None):
        return [each for _, each in sorted(self.found.items()) if kind in (None, each.kind)]

    def get(self, slug):
        if slug not in self.found:
            raise NotFoundError(f"there is no plugin {slug!r}")
        return self.found[slug]

    def load(self, slug):
        self.get(slug)
        return BooksConnector

    def make(self, slug, *args):
        return self.load(slug)(*args)


def apps_file(box: BooksBox, *, has_app: bool = True) -> str:
    """The operator's file: where the provider is, and the hub's app there."""
    app = f'client_id = "{CLIENT}"\nclient_secret = "{CLIENT_SECRET}"\nwebhook_secret = "{WEBHOOK_SECRET}"\n'
    places = {"api": "", "authorize_url": "/authorize", "token_url": "/token", "revoke_url": "/revoke"}
    lines = [f'{name} = "{box.url}{path}"' for name, path in places.items()]
    return "[books]\n" + (app if has_app else "") + "[books.addresses]\n" + "\n".join(lines) + "\n"


def consent(authorize_url: str, *, deny: bool = False) -> str:
    """Go to the provider, and say yes or no there; the address that the browser is sent back to."""
    answer = httpx.get(authorize_url + ("&deny=1" if deny else ""))
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(browser: Any, address: str, **options: Any) -> dict[str, str]:
    """Follow the provider's redirect to the hub; what the hub's own redirect tells of how it ended."""
    parts = urlsplit(address)
    answer: TestResponse = browser.get(f"{parts.path}?{parts.query}", **options)
    assert answer.status_code == 302, answer.get_data()
    went = urlsplit(answer.headers["Location"])
    return {name: values[0] for name, values in parse_qs(went.query).items()} | {"path": went.path}
