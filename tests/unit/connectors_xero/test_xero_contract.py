"""What the box answers holds to Xero's published specification, and Xero's own SDK reads it unchanged."""

import json
from copy import deepcopy
from datetime import date
from decimal import Decimal
from typing import Any

import jsonschema
import pytest
import yaml

from hub.sdk.testing.company import Company
from plugins.connectors.xero.box import TENANT, XeroBox
from plugins.connectors.xero.box_books import contact_id
from tests.normal_form import CONTRACTS

# In Xero's answers, and in the examples of its specification, but not in the schemas: the envelope and dates as text.
_BESIDE = {
    "Id",
    "Status",
    "ProviderName",
    "DateTimeUTC",
    "DateString",
    "DueDateString",
    "ID",
    "InvoiceNumber",
    "pagination",
}
_PATHS = {
    "/Contacts": "Contacts?page=1&pageSize=1000&includeArchived=true",
    "/Invoices": "Invoices?page=1&pageSize=1000",
    "/CreditNotes": "CreditNotes?page=1&pageSize=1000",
    "/Payments": "Payments?page=1&pageSize=1000",
    "/Overpayments": "Overpayments?page=1&pageSize=1000",
    "/Prepayments": "Prepayments?page=1&pageSize=1000",
    "/Organisation": "Organisation",
    "/Accounts": "Accounts",
    "/Currencies": "Currencies",
    "/Reports/TrialBalance": "Reports/TrialBalance",
    "/Reports/AgedReceivablesByContact": f"Reports/AgedReceivablesByContact?contactId={contact_id(1)}",
}


@pytest.fixture(scope="module")
def box() -> XeroBox:
    company = Company(started_on=date(2026, 1, 5), currencies=("USD", "EUR", "JPY", "KWD"))
    company.advance(60)
    box = XeroBox(company, others={"0f1e2d3c-0000-4000-8000-00000000000a": Company(started_on=date(2026, 1, 5))})
    box.revalued = True
    return box


@pytest.fixture(scope="module")
def client(box):
    client, token = box.app.test_client(), box.bearer()
    return lambda path: client.get(path, headers={"Authorization": f"Bearer {token}", "xero-tenant-id": TENANT})


@pytest.mark.parametrize("path", _PATHS)
def test_every_answer_holds_to_the_published_schema(client, path):
    specification = _strict(_specification("xero_accounting_ar.yaml"))
    answer = client(f"/api.xro/2.0/{_PATHS[path]}")

    schema = specification["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer.status_code == 200
    _validator(specification, schema).validate(answer.json)
    assert max(len(value) for value in answer.json.values() if isinstance(value, list)) >= 1


@pytest.mark.parametrize("query", ["", "?summaryOnly=true&page=1", "?IDs=00000101-1111-4000-8000-000000000101"])
def test_other_views_of_a_list_hold_to_it_too(client, query):
    specification = _strict(_specification("xero_accounting_ar.yaml"))
    answer = client(f"/api.xro/2.0/Invoices{query}")

    schema = specification["components"]["schemas"]["Invoices"]
    _validator(specification, schema).validate(answer.json)


def test_connections_hold_to_the_identity_specification(client):
    specification = _strict(_specification("xero-identity.yaml"))
    answer = client("/connections").json

    schema = specification["paths"]["/Connections"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    _validator(specification, schema).validate(answer)
    assert {each["tenantType"] for each in answer} == {"ORGANISATION", "PRACTICE"}


def test_webhooks_hold_to_the_webhook_specification(box):
    specification = _specification("xero-webhooks.yaml")
    schema = specification["components"]["schemas"]["WebhookEvent"]
    bodies = box.announcer.encode(box.company.changes)

    validator = _validator(specification, schema, jsonschema.Draft202012Validator)
    for body in bodies:
        validator.validate(body)
    assert {event["eventCategory"] for body in bodies for event in body["events"]} == {
        "CONTACT",
        "INVOICE",
        "CREDITNOTE",
    }


def test_the_given_examples_hold_to_the_same_schemas():
    specification = _strict(_specification("xero_accounting_ar.yaml"))
    for name in ("contacts", "invoices", "credit_notes", "overpayments", "payments"):
        path = CONTRACTS / "xero" / "ledger_examples" / f"{name}.json"
        key = "".join(part.capitalize() for part in name.split("_"))
        schema = specification["components"]["schemas"][key]
        _validator(specification, schema).validate(json.loads(path.read_text(encoding="utf-8")))


def test_the_official_sdk_reads_every_list(client, box):
    from xero_python.accounting import AccountingApi
    from xero_python.api_client.deserializer import deserialize

    finder = AccountingApi().get_model_finder()
    for path, query in _PATHS.items():
        body = client(f"/api.xro/2.0/{query}").get_data(as_text=True)
        model = {"/Organisation": "Organisations"}.get(path, path.removeprefix("/"))
        model = "ReportWithRows" if path.startswith("/Reports") else model
        found = deserialize(model, json.loads(body, parse_float=Decimal), finder)
        if path == "/Invoices":
            open_ = sum((each.amount_due for each in found.invoices if _is_open_receivable(each)), Decimal(0))
            assert open_ == sum((box.company.open_of(each) for each in box.company.invoices), Decimal(0))


def _is_open_receivable(invoice: Any) -> bool:
    return invoice.type == "ACCREC" and invoice.status == "AUTHORISED"


def _specification(name: str) -> dict[str, Any]:
    path = CONTRACTS / "xero" / name
    if not path.exists():
        pytest.skip(f"the specification is not at {path}")
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def _validator(specification: dict[str, Any], schema: Any, kind: Any = jsonschema.Draft4Validator) -> Any:
    whole = {"components": specification["components"], "allOf": [schema]}
    return kind(whole, format_checker=jsonschema.FormatChecker(["uuid"]))


def _strict(specification: dict[str, Any]) -> dict[str, Any]:
    """The specification with no other fields than those it names, so that the box invents none."""
    specification = deepcopy(specification)
    for schema in specification["components"]["schemas"].values():
        if "properties" in schema:
            schema["properties"] |= {name: {} for name in _BESIDE if name not in schema["properties"]}
            schema["additionalProperties"] = False
    return specification


@pytest.mark.parametrize(
    "change", [{"Invented": 1}, {"Status": "BRANDNEW"}, {"AmountDue": "much"}, {"InvoiceID": "101"}]
)
def test_the_schemas_do_refuse(client, change):
    specification = _strict(_specification("xero_accounting_ar.yaml"))
    answer = client("/api.xro/2.0/Invoices?page=1&pageSize=1").json
    answer["Invoices"][0] |= change

    with pytest.raises(jsonschema.ValidationError):
        _validator(specification, specification["components"]["schemas"]["Invoices"]).validate(answer)
