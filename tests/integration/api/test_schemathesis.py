"""Every operation of the OpenAPI document, called with what the document allows and with what it does not.

No answer is a 5xx, none has a status, a content type, a header or a body that the document does not tell of.
"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks as openapi_checks
from sqlalchemy import text

from hub.app import create_app
from hub.http.access import ACCESS
from hub.http.auth import CSRF_HEADER, csrf_token
from hub.identity import sessions, users
from hub.settings import Settings
from tests.integration.api.conftest import record_id

load_all_checks()
schemathesis.serializer.alias("message/rfc822", "text/plain")
CHECKS = (
    schemathesis.checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
    openapi_checks.unsupported_method,
    openapi_checks.allow_header_conformance,
)
REFUSALS = (*CHECKS, openapi_checks.negative_data_rejection)
# What people may and keys may not, or what concerns people and their keys; but not what makes a whole schema each time.
PEOPLES = [
    name
    for name, rule in ACCESS.items()
    if (rule.scope is None or rule.scope.endswith(":admin")) and name != "createTenant"
]
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def unlimited(storage, settings):
    """The application without limits on how often it may be called."""
    settings = replace(
        settings,
        rate_limit_per_minute=0,
        rate_limit_per_minute_tenant=0,
        rate_limit_per_minute_address=0,
        sign_in_attempts_per_minute=1_000_000,
    )
    return create_app(settings, storage)


def documented(*, thoroughly=True):
    """The document without its "any other problem": each status has to be named."""
    settings = Settings.load({}, database_url="postgresql://nobody@127.0.0.1:1/none", redis_url="redis://127.0.0.1:1/0")
    document = create_app(settings).test_client().get("/api/openapi.json").json
    for item in document["paths"].values():
        for operation in item.values():
            if isinstance(operation, dict):
                operation["responses"].pop("default")
    found = schemathesis.openapi.from_dict(document, config=SchemathesisConfig())
    found.config.phases.coverage.enabled = thoroughly
    return found


def without_streams(found):
    """An application without the server that holds streams answers 501; tests/e2e/test_events.py has that server."""
    return found.exclude(operation_id="streamEvents")


document = documented()
schema = without_streams(document)
brief = documented(thoroughly=False)
KNOWN = {
    "invoice_id": record_id("invoice", "i1"),
    "customer_id": record_id("customer", "c1"),
    "dispute_id": "018f3a52-0000-8000-8000-0000000000d1",
}


@schema.hook
def map_path_parameters(context, path_parameters):
    """Half of the ids are of records that exist."""
    for name, value in (path_parameters or {}).items():
        if name in KNOWN and _is_even(value):
            path_parameters[name] = KNOWN[name]
    return path_parameters


def _is_even(value):
    try:
        return UUID(str(value)).int % 2 == 0
    except ValueError:
        return False


SENT_ON = "finishConsent"
"""A browser that comes back from a provider is sent on to a page that says how it ended, whatever it brings."""


def checks_of(case):
    """All of the checks; but a form's fields are text, so that of a number in one nothing can be said."""
    is_sent_on = case.operation.definition.raw["operationId"] == SENT_ON
    return CHECKS if is_sent_on or case.media_type == "multipart/form-data" else REFUSALS


@schema.parametrize()
@BOUNDED
def test_with_a_key_that_may_everything(case, unlimited, forecast, key):
    response = case.call(headers={"Authorization": f"Bearer {key}"}, app=unlimited)
    case.validate_response(response, checks=checks_of(case))


@schema.include(operation_id=PEOPLES).parametrize()
@BOUNDED
def test_as_a_person_who_is_admin_and_operator(case, unlimited, forecast, person):
    # A call may end its own session.
    is_fresh = case.operation.definition.raw["operationId"] in ("signOut", "endSession")
    response = case.call(headers=person(is_fresh), app=unlimited)
    case.validate_response(response, checks=checks_of(case))


@brief.parametrize()
@BOUNDED
def test_as_nobody(case, unlimited, forecast):
    response = case.call(app=unlimited)
    case.validate_response(response, checks=CHECKS)
    if case.operation.definition.raw["security"]:
        assert response.status_code in (401, 404, 405)


@pytest.fixture(scope="module", autouse=True)
def dispute(storage, tenant, forecast):
    """A dispute under the known id."""
    with storage.tenant(tenant) as session:
        session.execute(
            text("""
                insert into disputes (id, invoice_id, customer_id, source, text, due_on, opened_at, currency)
                values (:dispute_id, :invoice_id, :customer_id, 'api', 'Too dear.', '2026-04-10', now(), 'EUR')
            """),
            KNOWN,
        )


@pytest.fixture(scope="module")
def key(tenant, key_of):
    return key_of(tenant)


@pytest.fixture(scope="module")
def person(storage, tenant, settings):
    """Headers of a session, a fresh one if asked for, of somebody who may everything that people may."""
    with storage.hub() as session:
        user = users.ensure(session, "ada@acme.example", "Ada")
        users.join(session, user.id, tenant, "admin")
        users.set_operator(session, user.id, True)

    def begin():
        with storage.hub() as session:
            return sessions.create(session, user.id, "password", datetime.now(UTC), settings=settings)

    kept = begin()

    def person(is_fresh):
        cookie = begin() if is_fresh else kept
        return {"Cookie": f"paypredict={cookie}", CSRF_HEADER: csrf_token(cookie)}

    return person
