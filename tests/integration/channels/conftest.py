"""A hub that may reach servers of this machine, people of each role, and channels to real servers."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import text

from hub import registry as plugins
from hub.app import create_app
from hub.jobs.context import JobContext
from hub.pipelines import reactions
from hub.storage.vault import Vault
from tests.integration.identity.callers import person
from tests.sendgrid_server import SendGridServer
from tests.smtp_server import SmtpServer


@pytest.fixture(scope="module")
def registry():
    return plugins.load({plugins.THIRD_PARTY_SWITCH: "off"})


@pytest.fixture(scope="module")
def sendgrid() -> Iterator[SendGridServer]:
    with SendGridServer() as server:
        yield server


@pytest.fixture(scope="module")
def own(settings, sendgrid, tmp_path_factory):
    """Settings by which this machine may be reached, and SendGrid is the tests' own."""
    apps = tmp_path_factory.mktemp("apps") / "connectors.toml"
    apps.write_text(f'[sendgrid.addresses]\napi = "{sendgrid.url}"\n')
    return replace(settings, private_hosts="127.0.0.1,localhost", connector_apps_file=str(apps))


@pytest.fixture(scope="module")
def app(own, storage, registry):
    return create_app(own, storage, registry)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture(scope="module")
def admin(app, storage, own, tenant):
    return person(app, storage, own, (tenant, "admin"))


@pytest.fixture(scope="module")
def member(app, storage, own, tenant):
    return person(app, storage, own, (tenant, "member"))


@pytest.fixture
def context(storage, own, tenant, registry) -> JobContext:
    return JobContext(
        storage=storage, settings=own, registry=registry, tenant=tenant, work_id=uuid4(), reactions=reactions
    )


@pytest.fixture
def vault(own, storage) -> Vault:
    return Vault(own, storage)


@pytest.fixture(autouse=True)
def no_channels(storage, tenant):
    """Each test begins without channels, receipts and suppressions."""
    with storage.tenant(tenant) as session:
        for table in ("channels", "channel_callbacks", "channel_receipts", "suppressions", "notices"):
            session.execute(text(f"delete from {table}"))
