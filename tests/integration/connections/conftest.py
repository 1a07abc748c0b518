"""A provider on loopback, and connections to it."""

from dataclasses import replace

import pytest

from tests.integration.connections.books import BooksBox
from tests.integration.connections.connected import Connected, apps_file
from tests.integration.connections.installation import Installation
from tests.integration.connections.provider import Provider


@pytest.fixture
def acme():
    """The provider."""
    with Provider().serve() as provider:
        yield provider


@pytest.fixture
def connect_acme(storage, settings, tenant, acme, tmp_path):
    """Makes a connection of the module's tenant to the provider."""
    count = 0

    def make(**options) -> Connected:
        nonlocal count
        count += 1
        path = tmp_path / "apps.toml"
        path.write_text(apps_file(acme))
        where = replace(settings, connector_apps_file=str(path))
        return Connected(storage, where, tenant, acme, name=f"{tmp_path.name} {count}", **options).make()

    return make


@pytest.fixture
def books(settings):
    """A provider with one company."""
    redirect_uri = f"http://{settings.host}:{settings.port}/api/oauth/callback"
    with BooksBox(redirect_uri, {"a": "Acme"}) as box:
        yield box


@pytest.fixture
def hub(storage, settings, tenant, books):
    """The module's tenant with that provider beside it, empty."""
    return Installation(storage, settings, tenant, books)
