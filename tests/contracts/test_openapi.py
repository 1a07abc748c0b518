"""The OpenAPI document: valid, complete, stable, and the page that shows it needs nobody else."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import hub.errors
from hub.app import create_app
from hub.errors import HubError
from hub.http import openapi
from hub.http.access import ACCESS
from hub.settings import Settings

OPERATIONS = {
    "acceptDispute",
    "addContactNote",
    "addDisputeComment",
    "addMember",
    "approveReminder",
    "askForCopy",
    "backtestModel",
    "bulkReminders",
    "cancelAdjustment",
    "cancelPromise",
    "cancelReminder",
    "changePassword",
    "checkChannel",
    "chooseAccount",
    "claimDebtorPayment",
    "compareScenarios",
    "createChannel",
    "createConnection",
    "createDispute",
    "createDisputes",
    "createInboundAddress",
    "createInvoice",
    "createKey",
    "createPromise",
    "createReceiptsAddress",
    "createReminder",
    "createReminderPolicy",
    "createSignInLink",
    "createSuppression",
    "createTenant",
    "createView",
    "createWebhookEndpoint",
    "deleteChannel",
    "deleteInboundAddress",
    "deleteReminderPolicy",
    "deleteView",
    "deleteWebhookEndpoint",
    "disconnectConnection",
    "downloadExport",
    "draftDisputeReply",
    "enableWebhookEndpoint",
    "endSession",
    "eraseContact",
    "exportAudit",
    "exportContact",
    "exportCustomers",
    "exportDisputes",
    "exportInvoices",
    "exportSelectedCustomers",
    "exportSelectedInvoices",
    "finishConsent",
    "finishCopyRequest",
    "finishOidcSignIn",
    "getAccuracy",
    "getAging",
    "getCashFlow",
    "getChannel",
    "getConnection",
    "getConnector",
    "getCustomer",
    "getCustomerRisk",
    "getCustomerTimeline",
    "getDebtorPage",
    "getDispute",
    "getDisputeHistory",
    "getDisputeInsights",
    "getDisputePolicy",
    "getDso",
    "getHealth",
    "getInsights",
    "getInvoice",
    "getJob",
    "getMetrics",
    "getModel",
    "getOverview",
    "getPrediction",
    "getPredictionCurve",
    "getPredictionHistory",
    "getPredictionReasons",
    "getPreferences",
    "getPromise",
    "getReadiness",
    "getReminder",
    "getReminderInsights",
    "getReminderPolicy",
    "getReminderSettings",
    "getRetention",
    "getRun",
    "getSession",
    "getSignInMethods",
    "getTenant",
    "getTieOut",
    "getWebhookEndpoint",
    "getWorklist",
    "importInvoices",
    "investigateDispute",
    "inviteAdmin",
    "listAdjustments",
    "listAudit",
    "listChannels",
    "listConnectionRuns",
    "listConnections",
    "listConnectors",
    "listContacts",
    "listCopyRequests",
    "listCustomers",
    "listDisputeClassifiers",
    "listDisputeOwners",
    "listDisputePolicies",
    "listDisputes",
    "listInboundAddresses",
    "listInstallationAudit",
    "listInvoices",
    "listJobs",
    "listKeys",
    "listMembers",
    "listModels",
    "listNotices",
    "listPredictions",
    "listPromises",
    "listRejects",
    "listReminderEvents",
    "listReminderPolicies",
    "listReminderPolicyVersions",
    "listReminderTemplates",
    "listReminderWriters",
    "listReminders",
    "listRuns",
    "listSessions",
    "listSuppressions",
    "listTenants",
    "listViews",
    "listWebhookDeliveries",
    "listWebhookEndpoints",
    "makeDebtorPromise",
    "pauseConnection",
    "planReminders",
    "previewContactErasure",
    "previewImport",
    "previewReminder",
    "previewReminderTemplate",
    "promoteModel",
    "proposeResolution",
    "raiseDebtorDispute",
    "readImportHead",
    "receiveMail",
    "receiveReceipts",
    "receiveWebhook",
    "reconnectConnection",
    "redeemSignInLink",
    "rejectDispute",
    "rejectReminder",
    "releaseModel",
    "releaseSuppression",
    "removeMember",
    "removeReminderWriter",
    "reopenDispute",
    "replayWebhookDelivery",
    "replayWebhookMessages",
    "requestForecast",
    "requestSync",
    "requestTenantExport",
    "resetReminderTemplate",
    "resolveDispute",
    "resumeConnection",
    "retryReminder",
    "revokeKey",
    "rewriteReminder",
    "rollBackModel",
    "rollbackDisputeClassifier",
    "rollbackDisputePolicy",
    "rotateKey",
    "rotateWebhookSecret",
    "scheduleReminder",
    "searchRecords",
    "seeNotice",
    "sendTestReminder",
    "setDisputeCode",
    "setDisputeEvidence",
    "settleReminder",
    "showUnsubscribe",
    "signIn",
    "signOut",
    "simulateReminders",
    "skipReminder",
    "startOidcSignIn",
    "streamEvents",
    "switchTenant",
    "testChannel",
    "testReminderWriter",
    "testWebhookEndpoint",
    "trainDisputeClassifier",
    "tryDisputePolicy",
    "unsubscribe",
    "updateChannel",
    "updateConnection",
    "updateCustomer",
    "updateDispute",
    "updateDisputePolicy",
    "updateMember",
    "updatePreferences",
    "updateProfile",
    "updateReminder",
    "updateReminderPolicy",
    "updateReminderSettings",
    "updateReminderTemplate",
    "updateReminderWriter",
    "updateRetention",
    "updateTenant",
    "updateView",
    "updateWebhookEndpoint",
    "updateWorklistEntry",
    "verifyAudit",
    "writeBackAdjustment",
}
# Writes outside a tenant's session, where there is no place for kept answers; most answer a secret, which is not kept.
HUB_WRITES = {
    "/api/channels/{channel_id}/receipts-address",
    "/api/inbound-addresses",
    "/api/keys",
    "/api/keys/{key_id}/rotation",
    "/api/members",
    "/api/members/{user_id}/sign-in-link",
    "/api/operator/tenants",
    "/api/operator/tenants/{key}/admins",
    "/api/session",
    "/api/session/link",
    "/api/webhook-endpoints",
    "/api/webhook-endpoints/{endpoint_id}/secret",
}
# Writes that are the same however often they are sent, by a sender who names no key.
SENT_AGAIN_BY_NATURE = {
    "/api/channels/receipts/{token}",
    "/api/channels/{channel_id}/check",
    "/api/channels/{channel_id}/test",
    "/api/inbound/{channel}/{token}",
    "/api/debtor/{token}/unsubscribe",
    "/api/reminders/{reminder_id}/test",
    "/api/webhooks/{connector}/{connection}",
    "/api/webhook-endpoints/{endpoint_id}/test",
}
# Errors that a provider wants without a word.
EMPTY_ERRORS = {("/api/webhooks/{connector}/{connection}", "401")}
# Reads whose question is too personal for an address that gets logged, or is a file.
READS_BY_POST = {
    "/api/reminder-writers/{plugin}/test",
    "/api/disputes/{dispute_id}/reply-draft",
    "/api/privacy/contacts/export",
    "/api/cashflow/scenarios",
    "/api/invoices/import/head",
    "/api/invoices/export",
    "/api/customers/export",
    "/api/dispute-policy/try",
    "/api/reminder-policies/simulate",
    "/api/reminders/preview",
}
# Replace one field by a value that does not depend on what it was before: there is no change of others to lose.
SINGLE_FIELD_UPDATES = {
    # Replaced whole by the one person whose it is.
    "/api/preferences",
    "/api/views/{view_id}",
    "/api/members/{user_id}",
    "/api/session/tenant",
    "/api/session/password",
    "/api/session/profile",
    "/api/worklist/{customer_id}",
}
METHODS = ("get", "post", "put", "patch", "delete")
DOCS = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """The application without servers: making it connects to nothing."""
    settings = Settings.load({}, data_dir=tmp_path_factory.mktemp("data"), redis_url="redis://127.0.0.1:1/0")
    return create_app(replace(settings, database_url="postgresql://nobody@127.0.0.1:1/none"))


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/api/openapi.json").json


@pytest.fixture(scope="module")
def operations(document):
    return [
        (method, path, item[method], item.get("parameters", []))
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]


def resolve(document, value):
    while "$ref" in value:
        at = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        value = at
    return value


def test_it_is_valid(document):
    assert document["openapi"] == "3.1.0"
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_operation_ids_are_unique_and_those_that_clients_were_made_from(operations):
    ids = [operation["operationId"] for _, _, operation, _ in operations]
    assert len(ids) == len(set(ids))
    # An id that is gone breaks every generated client; a new one belongs here.
    assert set(ids) == OPERATIONS


def test_every_route_is_in_it(app, operations):
    documented = {(method.upper(), path) for method, path, _, _ in operations}
    pages = {
        "openapi_document",
        "docs_page",
        "docs_file",
        "customer_address",
        "dispute_address",
        "invoice_address",
        "account_address",
    }
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in pages
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == documented


def test_every_operation_says_what_it_does_and_answers(operations):
    for method, path, operation, _ in operations:
        assert operation["summary"], (method, path)
        assert [status for status in operation["responses"] if status[0] in "23"], (method, path)
        assert "default" in operation["responses"], (method, path)


def test_every_operation_needs_somebody_but_the_public_ones(operations):
    assert {operation["operationId"] for _, _, operation, _ in operations if not operation["security"]} == {
        name for name, rule in ACCESS.items() if rule.is_public
    } & OPERATIONS


def test_errors_are_problems(document, operations):
    for _, path, operation, _ in operations:
        for status, response in operation["responses"].items():
            content = resolve(document, response).get("content", {})
            if (path, status) in EMPTY_ERRORS:
                assert content == {}
            elif status == "default" or status.startswith("4"):
                assert list(content) == ["application/problem+json"], (path, status)
    problem = document["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "code", "detail"} == set(problem["required"])
    assert "fields" in problem["properties"]


def test_writes_take_an_idempotency_key_and_updates_if_match(document, operations):
    for method, path, operation, _ in operations:
        names = {resolve(document, each)["name"] for each in operation.get("parameters", [])}
        if method == "post" and "preview" not in path and path not in HUB_WRITES | READS_BY_POST | SENT_AGAIN_BY_NATURE:
            assert "Idempotency-Key" in names, path
        if method in ("put", "patch") and path not in SINGLE_FIELD_UPDATES:
            assert "If-Match" in names, path


def test_money_is_a_string_and_never_a_number(document):
    amounts = {"total", "balance", "amount", "open_balance", "unapplied", "overdue", "expected", "p10", "p90", "open"}
    seen = set()
    for name, schema in document["components"]["schemas"].items():
        for field, value in schema.get("properties", {}).items():
            if field in amounts and not (name == "PredictionTotals" and field == "total"):
                seen.add(field)
                types = [value["type"]] if isinstance(value["type"], str) else value["type"]
                assert "string" in types and "number" not in types, (name, field)
    assert seen == amounts


def test_probabilities_say_so(document):
    properties = document["components"]["schemas"]["Prediction"]["properties"]
    chances = [value for name, value in properties.items() if name.startswith("p_")]
    assert chances and all((each["minimum"], each["maximum"]) == (0, 1) for each in chances)


def codes(error=HubError):
    """The codes that requests are answered with; jobs have further ones."""
    if error.__module__.startswith(("hub.errors", "hub.http")):
        yield error.code
    for inner in error.__subclasses__():
        yield from codes(inner)


def test_every_code_is_explained_in_the_docs_and_on_the_page():
    assert hub.errors.NotFoundError.code in set(codes())
    page = (Path(openapi.__file__).parent / "docs" / "app.js").read_text(encoding="utf-8")
    docs = DOCS.read_text(encoding="utf-8")
    for code in set(codes()):
        assert f"  {code}: " in page, code
        assert f"`{code}`" in docs, code


def test_the_page_brings_all_it_needs(app):
    client = app.test_client()
    page = client.get("/api/docs")
    assert page.status_code == 200 and "default-src 'self'" in page.headers["Content-Security-Policy"]
    wanted = re.findall(r'(?:src|href)="([^"]+)"', page.get_data(as_text=True))
    assert {"/api/docs/app.js", "/api/docs/style.css"} <= set(wanted)
    assert all(client.get(each).status_code == 200 for each in wanted)
    for name in ("app.js", "style.css"):
        assert "http" + "://" not in client.get(f"/api/docs/{name}").get_data(as_text=True)
        assert "https" + "://" not in client.get(f"/api/docs/{name}").get_data(as_text=True)
