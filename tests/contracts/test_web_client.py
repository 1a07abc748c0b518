"""The dashboard's client is made of the API as it is. Its types are compared by `make check`, where Node is at hand."""

import importlib.util
import json
import re
from pathlib import Path

import pytest

from hub.http.access import ACCESS, Role

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture(scope="module")
def client():
    spec = importlib.util.spec_from_file_location("web_client", WEB / "client.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def document(client):
    return client.openapi()


def test_the_document_is_that_of_the_hub(client, document):
    kept = json.loads((WEB / client.DOCUMENT).read_text(encoding="utf-8"))
    assert kept == document, "run `make client`"


def test_the_access_table_is_that_of_the_hub(client, document):
    assert (WEB / client.ACCESS).read_text(encoding="utf-8") == client.access_table(document), "run `make client`"


def test_the_types_know_every_operation(client, document):
    types = (WEB / client.TYPES).read_text(encoding="utf-8")
    operations = types.partition("export interface operations {")[2]
    assert set(re.findall(r"^    (\w+): \{$", operations, re.MULTILINE)) == {
        operation["operationId"]
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in client.METHODS
    }


def test_it_names_no_server_and_no_place_of_this_machine(client, document):
    assert "servers" not in document
    text = (WEB / client.DOCUMENT).read_text(encoding="utf-8")
    assert "127.0.0.1" not in text and "/tmp/" not in text and str(WEB.parent) not in text


def test_the_table_tells_roles_and_what_anybody_may_do(client, document):
    table = client.access_table(document)
    kinds = dict(re.findall(r"^const (\w+): Access = (.*)$", table, re.MULTILINE))
    told = {name: kinds[kind] for name, kind in re.findall(r"^  (\w+): (\w+),$", table, re.MULTILINE)}
    assert told["signIn"] == "{ roles: [], isPublic: true, isOwn: false }"
    assert told["updateTenant"] == "{ roles: ['admin'], isPublic: false, isOwn: false }"
    own = told["changePassword"]
    assert own.endswith("isOwn: true }") and all(f"'{role}'" in own for role in Role)
    assert told.keys() == set(ACCESS)
