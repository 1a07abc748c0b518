"""People and machines who call the API in tests, each with real credentials."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.test import TestResponse

from hub.http.auth import CSRF_HEADER, csrf_token
from hub.identity import keys, sessions, users
from hub.settings import Settings
from hub.storage.session import Storage

COOKIE = "paypredict"


@dataclass
class Caller:
    """Sends requests with one set of credentials; `user_id` is the person's."""

    app: Flask
    headers: dict[str, str] = field(default_factory=dict)
    user_id: UUID | None = None

    def open(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        # A client of its own each time: what an answer sets as a cookie is not for the next caller.
        client = self.app.test_client(use_cookies=False)
        return client.open(path, method=method, headers={**self.headers, **(headers or {})}, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.open("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.open("POST", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.open("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.open("DELETE", path, **options)


def some_address() -> str:
    """An email address that nobody has yet."""
    return f"p-{secrets.token_hex(6)}@people.example"


def person(
    app: Flask,
    storage: Storage,
    settings: Settings,
    *memberships: tuple[str, str],
    is_operator: bool = False,
    tenant_key: str | None = None,
) -> Caller:
    """Somebody who is signed in; `memberships` are tenant and role."""
    with storage.hub() as session:
        user = users.ensure(session, some_address())
        for tenant, role in memberships:
            users.join(session, user.id, tenant, role)
        if is_operator:
            users.set_operator(session, user.id, True)
        cookie = sessions.create(
            session, user.id, "password", datetime.now(UTC), settings=settings, tenant_key=tenant_key
        )
    return with_cookie(app, cookie, user.id)


def with_cookie(app: Flask, cookie: str, user_id: UUID | None = None) -> Caller:
    """A browser that has this session cookie and knows its CSRF token."""
    return Caller(app, {"Cookie": f"{COOKIE}={cookie}", CSRF_HEADER: csrf_token(cookie)}, user_id)


def machine(app: Flask, storage: Storage, tenant: str, scopes: Collection[str] = ("*",), **options: Any) -> Caller:
    """A program with an API key."""
    with storage.hub() as session:
        return with_bearer(app, keys.create(session, tenant, "test", scopes, **options))


def with_bearer(app: Flask, presented: str) -> Caller:
    """A program that shows a key or a token."""
    return Caller(app, {"Authorization": f"Bearer {presented}"})
