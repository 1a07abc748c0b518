"""SQL in everything that a caller may send: it never becomes part of a statement, and nothing else happens either.

What would happen if it did, tests/integration/storage/test_session_isolation.py has: PostgreSQL refuses.
"""

import base64
import json
import re
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy import text

from hub.app import create_app
from tests.integration.api.matrix import MEANT, NOWHERE, operations_of
from tests.integration.identity.callers import machine, person

pytestmark = pytest.mark.usefixtures("forecast")

MARK = "zq7x"
ATTACKS = (
    f"{MARK}' or '1'='1'); drop table invoices; --",
    f"{MARK}' || pg_sleep(30) || '",
    f"{MARK}\\' union select key_hash::text from hub.api_keys --",
    f'{MARK}", (select 1/0)) desc; set role postgres; -- %(after_0)s %s {{}} :now $1',
)
HEADERS = ("Idempotency-Key", "If-Match", "If-None-Match", "X-Tenant", "X-Request-ID", "User-Agent", "X-Forwarded-For")


@pytest.fixture(scope="module")
def app(settings, storage):
    """The application without limits on how often it may be called."""
    limits = dict.fromkeys(
        ("rate_limit_per_minute", "rate_limit_per_minute_tenant", "rate_limit_per_minute_address"), 0
    )
    return create_app(replace(settings, **limits, sign_in_attempts_per_minute=1_000_000), storage)


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/api/openapi.json").json


@pytest.fixture(scope="module")
def program(app, storage, tenant):
    return machine(app, storage, tenant)


@pytest.fixture
def callers(app, storage, settings, tenant, program):
    """A key and a person who may everything; a person anew for each test, for one of the operations is to sign out."""
    return program, person(app, storage, settings, (tenant, "admin"), is_operator=True)


@pytest.fixture
def statements(monkeypatch):
    """The text of every statement that is sent, without its parameters."""
    sent = []

    def recording(method):
        def record(cursor, query, *arguments, **options):
            sent.append(query.as_string(cursor) if isinstance(query, psycopg.sql.Composable) else str(query))
            return method(cursor, query, *arguments, **options)

        return record

    for kind in (psycopg.Cursor, psycopg.ServerCursor):
        for name in ("execute", "executemany", "stream", "copy"):
            if name in vars(kind):
                monkeypatch.setattr(kind, name, recording(vars(kind)[name]))
    monkeypatch.setattr(psycopg.Cursor, "copy", recording(psycopg.Cursor.copy))
    return sent


def touched(statements):
    """The statements with something of an attack in them.

    A tenant's key, made of its name, is an identifier and stands in the statements that make its schema; whatever is
    no letter or digit in the name is an underscore there.
    """
    return [each for each in statements if MARK in re.sub(rf"tenant_{MARK}[a-z0-9_]*", "", each)]


def parameters_of(document, operation):
    """Name and place of all parameters of an operation, and what the fields of its body are called."""
    item = document["paths"][operation.path]
    described = item[operation.method.lower()]
    for parameter in [*item.get("parameters", []), *described.get("parameters", [])]:
        parameter = resolved(document, parameter)
        if parameter["in"] != "header":
            yield parameter["in"], parameter["name"], parameter.get("schema", {})
    for content in described.get("requestBody", {}).get("content", {}).values():
        for name, schema in resolved(document, content["schema"]).get("properties", {}).items():
            yield "body", name, schema
    for name in HEADERS:
        yield "header", name, {}


def resolved(document, value):
    while "$ref" in value:
        at = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        value = at
    return value


def forged_cursors(document, operation, attack):
    """Cursors as the hub makes them, with the attack where the keys of the last row stand."""
    sorts = [
        schema.get("default", "number") for _, name, schema in parameters_of(document, operation) if name == "sort"
    ] or ["-number", "number", "name", "email", "key"]
    for sort in sorts:
        for keys in range(1, 4):
            yield base64.urlsafe_b64encode(json.dumps([sort, *[attack] * keys]).encode()).rstrip(b"=").decode()


def requests(document, operation, attack):
    """Requests that are as they should be but for one thing each."""
    meant = MEANT.get(operation.name, {})
    for place, name, schema in parameters_of(document, operation):
        values = [attack]
        if name == "cursor":
            values += forged_cursors(document, operation, attack)
        if schema.get("type") == "array" and place == "body":
            values = [[attack]]
        for value in values:
            request = {"query": {}, "path": {}, "header": {"If-Match": '"1"'}, "body": dict(meant)}
            request[place][name] = value
            yield request
    if operation.takes_body:
        yield {"query": {}, "path": {}, "header": {}, "body": meant | {attack: attack}}
    yield {"query": {attack: attack}, "path": {}, "header": {}, "body": meant}


def send(caller, operation, request):
    path = operation.path
    for name in operation.parameters:
        path = path.replace(f"{{{name}}}", str(request["path"].get(name, NOWHERE)))
    options = {}
    if operation.is_upload:
        body = {
            name: json.dumps(value) if isinstance(value, list) else value for name, value in request["body"].items()
        }
        options = {"data": body, "content_type": "multipart/form-data"}
    elif operation.takes_body:
        options = {"json": request["body"]}
    response = caller.open(operation.method, path, request["header"], query_string=request["query"], **options)
    response.get_data()
    response.close()
    return response


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_is_sent_is_never_part_of_a_statement(attack, app, document, callers, statements):
    tried = 0
    for operation in operations_of(app):
        for request in requests(document, operation, attack):
            for caller in callers:
                tried += 1
                status = send(caller, operation, request).status_code
                # Without the server that holds streams there are none.
                assert status < 500 or (operation.name, status) == ("streamEvents", 501), (
                    operation.name,
                    request,
                    status,
                )
    assert statements and not touched(statements)
    assert tried > 500


def test_what_is_sent_as_credentials_is_never_part_of_a_statement(app, statements):
    for attack in ATTACKS:
        for headers in (
            {"Authorization": f"Bearer {attack}"},
            {"Authorization": f"Bearer pp_{attack}"},
            {"Cookie": f"paypredict={attack.replace(';', '')}"},
        ):
            response = app.test_client().get("/api/invoices", headers=headers)
            assert response.status_code == 401, headers
    assert not touched(statements)


def test_it_would_be_seen_if_it_were(storage, tenant, statements):
    """That the tests above can fail."""
    with storage.tenant(tenant) as session:
        session.execute(text(f"select '{MARK}'"))
    assert touched(statements)


@pytest.mark.parametrize("name", ["' or '1'='1", "%", "_", "\\", "') or true --"])
def test_a_filter_is_only_text_to_look_for(name, callers):
    for caller in callers:
        response = caller.get("/api/customers", query_string={"name": name})
        assert response.status_code == 200
        assert all(name in item["name"] for item in response.json["items"])


def test_everything_is_still_there(program):
    assert program.get("/api/invoices?include=totals").json["totals"]["count"] >= 60
