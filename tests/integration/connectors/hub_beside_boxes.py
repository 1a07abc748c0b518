"""A whole hub beside a provider in a box: connected over HTTP as a person would, worked by real jobs, day after day."""

import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from redis import Redis
from sqlalchemy import text
from werkzeug.serving import make_server

from hub import pipelines, registry
from hub.app import create_app
from hub.identity import keys
from hub.jobs.execution import Runner
from hub.sdk.testing.box import Box
from hub.sdk.testing.company import Company
from hub.settings import Settings
from hub.storage.session import Storage
from hub.tenants import service as tenants
from plugins.connectors.netsuite.box import NetSuiteBox
from plugins.connectors.netsuite.box_signing import Certificate
from plugins.connectors.quickbooks.box import QuickBooksBox
from plugins.connectors.sap.box import ROOT, SapBox
from plugins.connectors.xero.box import XeroBox

CLIENT, SECRET, WEBHOOK_SECRET = "app-of-the-hub", "secret-of-the-app", "secret-of-the-webhooks"
KEY = ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Provider:
    """How one provider is put in a box, named to the hub, and connected."""

    make: Callable[[Company, str], Box]
    addresses: Callable[[str], dict[str, str]]
    body: dict[str, Any] = field(default_factory=dict)


PROVIDERS = {
    "quickbooks": Provider(
        make=lambda company, redirect: QuickBooksBox(
            company, client_id=CLIENT, client_secret=SECRET, redirect_uris=[redirect], auto_allow=True
        ),
        addresses=lambda url: {
            "api": url,
            "authorize_url": f"{url}/connect/oauth2",
            "token_url": f"{url}/oauth2/v1/tokens/bearer",
            "revoke_url": f"{url}/v2/oauth2/tokens/revoke",
        },
    ),
    "xero": Provider(
        make=lambda company, redirect: XeroBox(
            company, clients={CLIENT: SECRET}, redirect_uris=(redirect,), auto_allow=True
        ),
        addresses=lambda url: {
            "api": f"{url}/api.xro/2.0",
            "connections": url,
            "authorize_url": f"{url}/identity/connect/authorize",
            "token_url": f"{url}/connect/token",
            "revoke_url": f"{url}/connect/revocation",
        },
    ),
    "netsuite": Provider(
        make=lambda company, redirect: NetSuiteBox(
            company,
            certificates={
                "certificate-1": Certificate(
                    "integration", KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                )
            },
        ),
        addresses=lambda url: {"api": url, "token_url": f"{url}/services/rest/auth/oauth2/v1/token"},
        body={
            "auth_method": "oauth2_jwt",
            "config": {
                "account": "1234567",
                "client_id": "integration",
                "certificate_id": "certificate-1",
                "private_key": KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            },
        },
    ),
    "sap": Provider(
        make=lambda company, redirect: SapBox(company, client_id=CLIENT, client_secret=SECRET),
        addresses=lambda url: {
            "api": f"{url}{ROOT}/API_OPLACCTGDOCITEMCUBE_SRV",
            "token_url": f"{url}/sap/bc/sec/oauth2/token",
        },
        body={
            "auth_method": "oauth2_client_credentials",
            "config": {"host": "my123456-api.s4hana.cloud.sap", "client_id": CLIENT, "client_secret": SECRET},
        },
    ),
}


@dataclass
class HubBesideBox:
    """One tenant's hub, served, and the box of its provider; `connection` once it is connected."""

    storage: Storage
    settings: Settings
    slug: str
    box: Box
    tenant: str = ""
    connection: str = ""
    kinds: tuple[str, ...] = ("connections.", "sync.")

    def __post_init__(self) -> None:
        self.tenant = tenants.create(self.storage, f"{self.slug} {secrets.token_hex(3)}").key
        with self.storage.hub() as session:
            key = keys.create(session, self.tenant, "test")
        hub = f"http://{self.settings.host}:{self.settings.port}"
        self.browser = httpx.Client(
            base_url=hub, headers={"Authorization": f"Bearer {key}"}, trust_env=False, timeout=60
        )

    @property
    def company(self) -> Company:
        return self.box.company

    def call(self, method: str, path: str, **options: Any) -> Any:
        response = self.browser.request(method, path, **options)
        assert response.is_success, f"{path}: {response.status_code} {response.text}"
        return response.json()

    def connect(self) -> None:
        """By consent in a browser, or by what is entered in the form; the first run follows from it."""
        body = {"connector": self.slug, "name": "Books", "config": {}, **PROVIDERS[self.slug].body}
        begun = self.call("POST", "/api/connections", json=body)
        self.connection = begun["connection"]["id"]
        if begun["authorize_url"]:
            came_back = self.browser.get(begun["authorize_url"], headers={"Authorization": ""}, follow_redirects=True)
            assert came_back.url.params["outcome"] == "checking", came_back.url
        self.work_off()
        shown = self.call("GET", f"/api/connections/{self.connection}")
        assert shown["status"] == "ready", shown

    def sync(self, kind: str = "") -> dict[str, Any]:
        """Have the connection read, until it has; the run."""
        self.call("POST", f"/api/connections/{self.connection}/sync", json={"kind": kind} if kind else {})
        self.work_off()
        return self.newest_run()

    def newest_run(self) -> dict[str, Any]:
        return self.call("GET", f"/api/runs/{self.runs()[0]['id']}")

    def runs(self) -> list[dict[str, Any]]:
        """The connection's runs, newest first."""
        listed: list[dict[str, Any]] = self.call("GET", f"/api/connections/{self.connection}/runs")["items"]
        return listed

    def work_off(self) -> None:
        """Do this tenant's work of these `kinds`, and what of it has to be tried again, as if hours passed."""
        handlers = {kind: handler for kind, handler in pipelines.HANDLERS.items() if kind.startswith(self.kinds)}
        runner = Runner(
            storage=self.storage,
            settings=self.settings,
            registry=registry.load(),
            handlers=handlers,
            reactions=pipelines.reactions,
            worker="test",
        )
        try:
            while due := self._due():
                for work_id in due:
                    runner.run(work_id)
        finally:
            runner.close()

    def _due(self) -> list[UUID]:
        with self.storage.hub() as session, Redis.from_url(self.settings.redis_url) as valkey:
            wanted = "tenant_key = :tenant and state = 'queued' and kind ^@ any(:kinds)"
            waiting = f"select count(*) from hub.work where {wanted} and run_at > now()"
            values = {"tenant": self.tenant, "kinds": list(self.kinds)}
            if session.execute(text(waiting), values).scalar_one():
                # What the provider had asked to be left alone for is over, too.
                for name in valkey.scan_iter("paypredict:budget:*"):
                    valkey.delete(name)
                session.execute(text(f"update hub.work set run_at = now() where {wanted}"), values)
            return list(session.scalars(text(f"select id from hub.work where {wanted} order by created_at"), values))

    def ties_out(self) -> dict[str, Any]:
        """That the ledger and the provider agree with the company's own books to the cent; the newest tie-out."""
        with self.storage.tenant(self.tenant) as session:
            query = """
                select currency, sum(amount) from (
                    select currency, balance as amount from invoices where deleted_on is null
                    union all
                    select currency, -unapplied from payments where deleted_on is null and status = 'open'
                    union all
                    select currency, -unapplied from credit_memos where deleted_on is null and status = 'open'
                ) held group by currency having sum(amount) <> 0 order by currency
            """
            held = {currency: amount for currency, amount in session.execute(text(query))}
        assert held == self.company.receivable()
        tie_out = self.call("GET", f"/api/connections/{self.connection}/tie-out")
        assert date.fromisoformat(tie_out["as_of"]) == self.company.today
        return tie_out

    def counts(self) -> dict[str, int]:
        with self.storage.tenant(self.tenant) as session:
            return {
                table: session.execute(text(f"select count(*) from {table} where deleted_on is null")).scalar_one()
                for table in ("customers", "invoices", "payments", "credit_memos", "allocations")
            }


@contextmanager
def hub_beside(
    storage: Storage, settings: Settings, slug: str, company: Company, *, limits: dict[str, int] | None = None
) -> Iterator[HubBesideBox]:
    """The hub, served, and the box, served; `limits` are what the operator says that the provider allows."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    provider = PROVIDERS[slug]
    box = provider.make(company, f"http://127.0.0.1:{port}/api/oauth/callback")
    with box:
        apps = settings.data_dir / f"apps-{secrets.token_hex(4)}.toml"
        apps.write_text(_apps(slug, provider.addresses(box.url), limits or {}))
        settings = replace(settings, host="127.0.0.1", port=port, connector_apps_file=str(apps))
        app = create_app(settings, storage)
        server = make_server("127.0.0.1", port, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        hub = HubBesideBox(storage, settings, slug, box)
        try:
            yield hub
        finally:
            hub.browser.close()
            # Tens of thousands of invoices would make each later test of the whole database slow.
            tenants.drop(storage, hub.tenant)
            server.shutdown()
            thread.join()
            server.server_close()
    assert not box.errors, box.errors


def _apps(slug: str, addresses: dict[str, str], limits: dict[str, int]) -> str:
    lines = [f"[{slug}]", f'client_id = "{CLIENT}"', f'client_secret = "{SECRET}"']
    lines += [f'webhook_secret = "{WEBHOOK_SECRET}"', f"[{slug}.addresses]"]
    lines += [f'{name} = "{value}"' for name, value in addresses.items()]
    lines += [f"[{slug}.limits]", *(f"{name} = {value}" for name, value in limits.items())]
    return "\n".join(lines)


def amounts(comparison: dict[str, Any]) -> dict[str, Decimal]:
    """The ledger's receivable per currency in a tie-out, without zeros."""
    return {name: Decimal(each["ledger"]) for name, each in comparison.items() if Decimal(each["ledger"])}
