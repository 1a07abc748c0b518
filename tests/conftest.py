"""Servers, sessions and tenants for the tests: the embedded pair, or what DATABASE_URL and REDIS_URL name.

There the tests make a database of their own, for which the role needs CREATEDB; the Redis database is emptied.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import hypothesis
import psycopg
import pytest
import redis as redis_client
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from hub.settings import Settings
from hub.storage.embedded import Servers
from hub.storage.migrations import upgrade_hub
from hub.storage.session import Storage
from hub.tenants import service as tenants

# On a build server the same examples every time; people's machines go on looking for new ones.
hypothesis.settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@dataclass(frozen=True)
class Addresses:
    """Where the tests' servers are."""

    database_url: str
    redis_url: str


@pytest.fixture(scope="session")
def servers(tmp_path_factory) -> Iterator[Addresses | Servers]:
    """The pair that all tests share; has `database_url` and `redis_url`."""
    if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
        with _scratch_database(os.environ["DATABASE_URL"]) as url:
            yield Addresses(url, os.environ["REDIS_URL"])
    else:
        with Servers.start(tmp_path_factory.mktemp("servers")) as embedded:
            _forget_power_cuts(embedded)
            yield embedded


@pytest.fixture(scope="session")
def settings(servers, tmp_path_factory) -> Settings:
    """Settings of a hub on the tests' servers."""
    return Settings.load(
        {},
        data_dir=tmp_path_factory.mktemp("data"),
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        # Tests are one address that asks without a pause; those of the limits set their own.
        rate_limit_per_minute=0,
        rate_limit_per_minute_tenant=0,
        rate_limit_per_minute_address=0,
        sign_in_attempts_per_minute=0,
        debtor_requests_per_minute=0,
    )


@pytest.fixture(scope="session")
def storage(settings) -> Iterator[Storage]:
    """The hub's storage, its own schema at the newest revision."""
    storage = Storage(settings)
    upgrade_hub(storage)
    yield storage
    storage.close()


@pytest.fixture(scope="module")
def tenant(storage, request) -> str:
    """The key of a tenant of the test module's own."""
    name = f"{request.module.__name__.rsplit('.', 1)[-1]} {secrets.token_hex(3)}"
    return tenants.create(storage, name).key


@pytest.fixture
def tenant_session(storage, tenant) -> Iterator[Session]:
    """A session of the module's tenant; what a test does in it is rolled back."""
    with storage.tenant(tenant) as session:
        yield session
        session.rollback()


@pytest.fixture
def redis(settings) -> Iterator[redis_client.Redis]:
    """A client of the tests' Valkey, emptied."""
    with redis_client.Redis.from_url(settings.redis_url) as client:
        client.flushdb()
        yield client


def _forget_power_cuts(embedded: Servers) -> None:
    """Nothing of the tests is worth waiting for the disk; those of recovery start servers of their own."""
    if embedded.postgres is not None:
        with psycopg.connect(embedded.postgres.superuser_url, autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("alter system set full_page_writes = off")
            connection.execute("select pg_reload_conf()")


@contextmanager
def _scratch_database(url: str) -> Iterator[str]:
    name = f"paypredict_test_{secrets.token_hex(4)}"
    address = make_url(url).set(drivername="postgresql")
    scratch_url = address.set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute(SQL("create database {}").format(Identifier(name)))
        try:
            yield scratch_url
        finally:
            # Roles belong to the cluster and would outlive the database.
            with psycopg.connect(scratch_url) as scratch:
                roles = [row[0] for row in scratch.execute("select schema_name from hub.tenants")]
            connection.execute(SQL("drop database {} with (force)").format(Identifier(name)))
            for role in roles:
                connection.execute(SQL("drop role {}").format(Identifier(role)))
