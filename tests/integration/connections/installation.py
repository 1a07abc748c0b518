"""A hub of one tenant with the provider of books.py beside it: its API, browsers and workers, and what it keeps."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from hub import pipelines
from hub.app import create_app
from hub.connections import service
from hub.http.auth import CSRF_HEADER, Remembered, csrf_token
from hub.identity import keys, sessions, users
from hub.jobs.execution import Runner
from hub.jobs.policy import Policy
from hub.settings import Settings
from hub.storage.session import Storage
from hub.tenants import service as tenants
from tests.integration.connections.books import PASSWORD, BooksBox, BooksRegistry, apps_file, come_back, consent
from tests.integration.identity.callers import some_address

TABLES = ("connections", "connection_tokens", "webhook_deliveries", "notices", "secrets", "idempotency_keys")
HUB_TABLES = ("connect_states", "connected_accounts", "parked_webhooks", "work")


@dataclass
class Installation:
    """Made empty for each test; `use_app` says whether the operator has an app at the provider."""

    storage: Storage
    settings: Settings
    tenant: str
    box: BooksBox
    registry: BooksRegistry = field(default_factory=BooksRegistry)

    def __post_init__(self) -> None:
        with self.storage.hub() as session:
            for table in HUB_TABLES:
                session.execute(text(f"delete from {table}"))
        with self.storage.tenant(self.tenant) as session:
            for table in TABLES:
                session.execute(text(f"delete from {table}"))
        self.use_app(True)
        self.app: Flask = create_app(self.settings, self.storage, self.registry)
        with self.storage.hub() as session:
            self.key = keys.create(session, self.tenant, "test")
        self.browser = self.another_browser()

    # Callers

    @property
    def redirect_uri(self) -> str:
        return f"http://{self.settings.host}:{self.settings.port}/api/oauth/callback"

    def another_browser(self) -> FlaskClient:
        """One that shows the tenant's key with what it asks, and keeps its own cookies."""
        browser = self.app.test_client()
        browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.key}"
        return browser

    def person(self, role: str) -> FlaskClient:
        """The browser of somebody who is signed in."""
        with self.storage.hub() as session:
            user = users.ensure(session, some_address())
            users.join(session, user.id, self.tenant, role)
            cookie = sessions.create(session, user.id, "password", datetime.now(UTC), settings=self.settings)
        browser = self.app.test_client()
        browser.set_cookie("paypredict", cookie)
        browser.environ_base["HTTP_" + CSRF_HEADER.upper().replace("-", "_")] = csrf_token(cookie)
        return browser

    def of_another_tenant(self) -> "Installation":
        """The same hub, for another tenant."""
        other = object.__new__(Installation)
        other.__dict__ |= self.__dict__ | {"tenant": tenants.create(self.storage, "Strangers").key}
        with self.storage.hub() as session:
            other.key = keys.create(session, other.tenant, "test")
        other.browser = other.another_browser()
        return other

    def forget_callers(self) -> None:
        """As if the seconds were over for which a process trusts what it has seen."""
        remembered = self.app.extensions["paypredict"].identify_session
        assert isinstance(remembered, Remembered)
        remembered._known.clear()

    def open(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        sent = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return self.app.test_client(use_cookies=False).open(path, method=method, headers=sent, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.open("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.open("POST", path, **options)

    def patch(self, connection_id: str, changes: dict[str, Any]) -> TestResponse:
        path = f"/api/connections/{connection_id}"
        return self.open("PATCH", path, json=changes, headers={"If-Match": self.get(path).headers["ETag"]})

    # Whole ways

    def connect(self, expect: str = "ready") -> str:
        """Connect by consent; the connection's id."""
        begun = self.browser.post("/api/connections", json={"connector": "books", "auth_method": "oauth"})
        assert begun.status_code == 201, begun.json
        made: str = begun.json["connection"]["id"]
        assert come_back(self.browser, consent(begun.json["authorize_url"]))["outcome"] == "checking"
        self.work_off()
        shown = self.get(f"/api/connections/{made}").json
        assert shown["status"] == expect, shown
        return made

    def connect_by_form(self, **config: Any) -> str:
        """Connect by user and password; the connection's id."""
        entered = {"username": "ada", "password": PASSWORD, **config}
        body = {"connector": "books", "auth_method": "password", "config": entered}
        made: str = self.post("/api/connections", json=body).json["connection"]["id"]
        self.work_off()
        assert self.row(made).status == "ready"
        return made

    def reconnect(self, connection_id: str) -> str:
        """Consent anew; the status after the trial."""
        begun = self.browser.post(f"/api/connections/{connection_id}/reconnect", json={})
        assert begun.status_code == 200, begun.json
        assert come_back(self.browser, consent(begun.json["authorize_url"]))["outcome"] == "checking"
        self.work_off()
        return str(self.get(f"/api/connections/{connection_id}").json["status"])

    def choose(self, connection_id: str, account_id: str) -> None:
        assert (
            self.post(f"/api/connections/{connection_id}/account", json={"account_id": account_id}).status_code == 202
        )
        self.work_off()
        assert self.row(connection_id).status == "ready"

    def needs_reconnect(self, connection_id: str, reason: str) -> None:
        with self.storage.tenant(self.tenant) as session:
            service.needs_reconnect(session, UUID(connection_id), reason)

    # What it does and keeps

    def use_app(self, has_app: bool) -> None:
        path = self.settings.data_dir / f"apps of {self.tenant}.toml"
        path.write_text(apps_file(self.box, has_app=has_app))
        self.settings = replace(self.settings, connector_apps_file=str(path))

    def work_off(self) -> None:
        """Do the work of connecting that is due, of all tenants, and no other."""
        handlers = {name: where for name, where in pipelines.HANDLERS.items() if name.startswith("connections.")}
        runner = Runner(
            storage=self.storage,
            settings=self.settings,
            registry=self.registry,
            handlers=handlers,
            reactions=pipelines.reactions,
            worker="test",
            policy=Policy(backoff_seconds=1000),
        )
        try:
            while due := self._due():
                for work_id in due:
                    runner.run(work_id)
        finally:
            runner.close()

    def _due(self) -> list[UUID]:
        query = "select id from work where state = 'queued' and run_at <= now() and kind like 'connections.%'"
        with self.storage.hub() as session:
            return list(session.scalars(text(f"{query} order by created_at")))

    def published(self) -> list[tuple[str, dict[str, Any]]]:
        """What was asked for of other rooms: kind and payload."""
        query = "select kind, payload from work where tenant_key = :key and kind not like 'connections.%' order by kind"
        with self.storage.hub() as session:
            return [(row[0], row[1]) for row in session.execute(text(query), {"key": self.tenant})]

    def connections(self) -> list[service.Connection]:
        with self.storage.tenant(self.tenant) as session:
            return service.list_connections(session)

    def row(self, connection_id: str) -> service.Connection:
        with self.storage.tenant(self.tenant) as session:
            return service.get(session, UUID(connection_id))

    def secret(self, connection_id: str, name: str) -> str:
        with self.storage.tenant(self.tenant) as session:
            return self.app.extensions["paypredict"].vault.get(session, connection_id, name)

    def secret_owners(self) -> set[str]:
        with self.storage.tenant(self.tenant) as session:
            return set(session.scalars(text("select distinct owner from secrets")))

    def audited(self, object_id: str) -> list[str]:
        """What the tenant's audit has of an object, oldest first."""
        query = "select action from audit.events where chain = :key and object_id = :id order by number"
        with self.storage.hub() as session:
            return list(session.scalars(text(query), {"key": self.tenant, "id": object_id}))

    def query(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        with self.storage.tenant(self.tenant) as session:
            return [tuple(row) for row in session.execute(text(sql), values)]
