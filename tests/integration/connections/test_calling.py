"""Calls of a connector, made by the hub against a real server on loopback."""

from dataclasses import replace

import pytest

from hub.connections.calling import Pace, open_api
from tests.integration.connections.connected import Connected, apps_file
from tests.integration.connections.provider import Provider


@pytest.fixture
def provider():
    with Provider().serve() as provider:
        yield provider


@pytest.fixture
def connect(storage, settings, tenant, provider, tmp_path):
    made = []

    def make(**options):
        path = tmp_path / "apps.toml"
        path.write_text(apps_file(provider))
        settings_ = replace(settings, connector_apps_file=str(path))
        name = f"books {len(made)} of {tmp_path.name}"
        connected = Connected(storage, settings_, tenant, provider, name=name, **options).make()
        api = open_api(connected, connected.connection)
        api.pace = Pace(timeout=2, base_seconds=0.01)
        made.append(api)
        return connected, api

    yield make
    for api in made:
        api.close()


def test_a_call_with_a_token(connect, provider):
    connected, api = connect()
    answer = api.get("/invoices", {"page": 2, "where": "a = 'b & c'"})
    assert answer.json() == {"path": "/v1/invoices", "query": {"page": "2", "where": "a = 'b & c'"}}
    assert provider.calls[0].token == connected.secrets()["access_token"]
    assert api.stats.calls == 1 and api.stats.bytes > 20
    assert len(api.log) == 1 and api.log[0].startswith("GET /v1/invoices 200 ")
    assert api.account == {"realmId": "17", "id": connected.connection.account_id}
