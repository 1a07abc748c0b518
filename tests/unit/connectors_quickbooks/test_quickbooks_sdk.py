"""The official SDK's traps, each shown as it is and as the connector keeps clear of it."""

import warnings
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from quickbooks import QuickBooks
from quickbooks.cdc import change_data_capture
from quickbooks.exceptions import (
    AuthorizationException,
    ObjectNotFoundException,
    QuickbooksException,
    SevereException,
    ValidationException,
)
from quickbooks.objects import Customer, Invoice

import plugins.connectors.quickbooks
from hub.sdk.errors import AuthError, ConfigError, RefusedError, TransientError
from hub.sdk.testing.box import exact_json
from plugins.connectors.quickbooks.client import MINOR_VERSION, Client, TooOldError, quoted
from plugins.connectors.quickbooks.mapping import records
from plugins.connectors.quickbooks.plugin import QuickBooksConnector
from tests.normal_form import examples
from tests.unit.connectors_quickbooks.entities import Recorded, captured, invoice, listed

REFUSALS = {"401": 401, "429": 429, "400_not_found": 400, "400_stale": 400, "400_query_parser": 400}


def sdk(status, body):
    """The SDK as it comes, answered once."""
    quickbooks = QuickBooks(company_id="9130", minorversion=75, use_decimal=True)
    asked = []

    def request(method, url, **how):
        asked.append((method, url, how))
        return SimpleNamespace(status_code=status, text=body if isinstance(body, str) else exact_json(body).decode())

    quickbooks.session = SimpleNamespace(request=request, access_token="secret")
    quickbooks.asked = asked
    return quickbooks


def refusal(name):
    """A recorded refusal."""
    found = examples("quickbooks", "errors")
    by_name = dict(zip(sorted(["400_cdc_too_old", *REFUSALS, "token_invalid_grant", "token_ok"]), found, strict=True))
    return by_name[name]


def test_the_sdk_guesses_a_minor_version_and_the_connector_names_it():
    with pytest.warns(DeprecationWarning, match="No minor version specified"):
        QuickBooks(company_id="9130")
    api = Recorded(listed())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Client(api).query("Invoice")
    assert api.asked[0][2]["minorversion"] == MINOR_VERSION == QuickBooks.MINIMUM_MINOR_VERSION


def test_the_sdk_words_its_order_as_nobody_documents_and_reads_one_page_of_a_hundred():
    quickbooks = sdk(200, listed())
    Invoice.all(order_by="Id", qb=quickbooks)
    assert quickbooks.asked[0][2]["data"] == "SELECT * FROM Invoice ORDER BY Id MAXRESULTS 100"
    api = Recorded(listed())
    Client(api).query("Invoice", "Balance > '0'", "Id", start=1001)
    assert api.texts == ["SELECT * FROM Invoice WHERE Balance > '0' ORDERBY Id STARTPOSITION 1001 MAXRESULTS 1000"]


def test_a_query_is_a_post_of_text_that_may_be_asked_again_and_brings_no_token():
    api = Recorded(listed(Invoice=[invoice()]))
    assert Client(api).query("Invoice") == [{**invoice(), "TotalAmt": 100, "Balance": 100}]
    ((method, url, _, headers, _, is_safe),) = api.asked
    assert (method, url, is_safe) == ("POST", "https://quickbooks.example/v3/company/9130/query", True)
    assert headers["Content-Type"] == "application/text"
    assert "authorization" not in {name.casefold() for name in headers}


@pytest.mark.parametrize(
    ("text", "value"), [("O'Hara", r"'O\'Hara'"), ("Back\\Slash", r"'Back\\Slash'"), ("", "''"), ("株式", "'株式'")]
)
def test_values_in_queries_are_escaped(text, value):
    assert quoted(text) == value


def test_customers_that_are_inactive_are_asked_for_too():
    api = Recorded(listed())
    list(QuickBooksConnector({}, api).read("customers", None))
    assert all("WHERE Active IN (true, false)" in text for text in api.texts)


def test_the_sdk_sends_a_naive_time_and_the_connector_one_with_its_offset():
    quickbooks = sdk(200, captured())
    change_data_capture([Invoice], datetime(2026, 9, 1, 9), quickbooks)
    assert quickbooks.asked[0][2]["params"]["changedSince"] == "2026-09-01T09:00:00"
    api = Recorded(captured())
    list(QuickBooksConnector({}, api).read("invoices", '{"since": "2026-09-01T09:00:00-07:00"}'))
    assert api.asked[0][2]["changedSince"] == "2026-09-01T15:55:00+00:00"
    assert api.asked[0][2]["entities"] == "Customer,Invoice,Payment,CreditMemo,JournalEntry"


def test_what_has_no_change_has_no_name_in_the_answer():
    answer = captured(Invoice=[invoice()])
    found = change_data_capture([Invoice, Customer], "2026-09-01T00:00:00Z", sdk(200, answer))
    assert not hasattr(found, "Customer")
    changed = Client(Recorded(captured(Invoice=[invoice()]))).changed(["Invoice", "Customer"], "2026-09-01T00:00:00Z")
    assert {name: len(items) for name, items in changed.items()} == {"Invoice": 1, "Customer": 0}


def test_the_sdk_reads_the_first_part_of_an_answer_and_the_connector_all():
    answer = captured(Invoice=[invoice("101")])
    answer["CDCResponse"].append({"QueryResponse": [{"Invoice": [invoice("102")]}]})
    found = change_data_capture([Invoice], "2026-09-01T00:00:00Z", sdk(200, exact_json(answer).decode()))
    assert [each.Id for each in found.Invoice] == ["101"]
    changed = Client(Recorded(answer)).changed(["Invoice"], "2026-09-01T00:00:00Z")
    assert [each["Id"] for each in changed["Invoice"]] == ["101", "102"]


def test_whole_amounts_come_as_integers_and_all_become_decimals():
    (read,) = Invoice.query("SELECT * FROM Invoice", qb=sdk(200, listed(Invoice=[invoice(total=100)])))
    assert type(read.TotalAmt) is int
    (item,) = Client(Recorded(listed(Invoice=[invoice(total=Decimal("362.07"))]))).query("Invoice")
    assert item["TotalAmt"] == Decimal("362.07")
    (record,) = records("Invoice", invoice(total=100))
    assert type(record.total) is Decimal


@pytest.mark.parametrize(
    ("name", "kind", "code"),
    [
        ("401", AuthorizationException, 401),
        ("429", ValidationException, 3001),
        ("400_not_found", ObjectNotFoundException, 610),
        ("400_stale", QuickbooksException, 5010),
        ("400_query_parser", ValidationException, 4000),
    ],
)
def test_how_the_sdk_takes_refusals(name, kind, code):
    with pytest.raises(kind) as caught:
        sdk(REFUSALS[name], refusal(name)).query("SELECT * FROM Invoice")
    assert type(caught.value) is kind
    assert caught.value.error_code == code
    assert not hasattr(caught.value, "headers")


@pytest.mark.parametrize("status", [429, 503])
def test_the_sdk_takes_what_is_no_json_for_severe(status):
    with pytest.raises(QuickbooksException) as caught:
        sdk(status, "<html>busy</html>").query("SELECT * FROM Invoice")
    assert caught.value.error_code == 10000
    assert not isinstance(caught.value, SevereException)


@pytest.mark.parametrize(
    "error", [AuthError("401"), TransientError("429", retry_after=17), RefusedError("400", 400, b"{}")]
)
def test_what_the_hub_says_of_an_answer_passes_the_sdk_untouched(error):
    with pytest.raises(type(error)) as caught:
        Client(Recorded(error)).query("Invoice")
    assert caught.value is error


@pytest.mark.parametrize("status", [400, 403])
def test_throttling_under_another_status_is_worth_another_try(status):
    body = exact_json(refusal("429"))
    with pytest.raises(TransientError) as caught:
        Client(Recorded(RefusedError("refused", status, body))).query("Invoice")
    assert caught.value.retry_after == 60


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (lambda: exact_json(refusal("429")), TransientError),
        (lambda: exact_json(refusal("400_stale")), RefusedError),
        (lambda: exact_json(refusal("400_not_found")), RefusedError),
        (lambda: exact_json({"Fault": {"Error": [{"Message": "no", "code": "100"}]}}), AuthError),
        (lambda: b"<html>", TransientError),
        (lambda: b'{"QueryResponse": {"Inv', TransientError),
        (lambda: b"", TransientError),
        (lambda: b"[]", TransientError),
    ],
)
def test_a_fault_in_an_answer_of_success_is_seen(body, kind):
    with pytest.raises(kind):
        Client(Recorded(body())).query("Invoice")


def test_what_quickbooks_does_not_remember_is_said_so():
    refused = RefusedError("400", 400, exact_json(refusal("400_cdc_too_old")))
    with pytest.raises(TooOldError):
        Client(Recorded(refused)).changed(["Invoice"], "2026-01-01T00:00:00Z")
    other = RefusedError("400", 400, exact_json(refusal("400_query_parser")))
    with pytest.raises(RefusedError):
        Client(Recorded(other)).changed(["Invoice"], "2026-01-01T00:00:00Z")


def test_a_connection_without_a_company_is_told_what_to_do():
    with pytest.raises(ConfigError, match="realmId"):
        Client(Recorded(realmId="")).query("Invoice")


def test_a_company_that_stays_shut_needs_somebody_who_may_open_it():
    with pytest.raises(AuthError, match="connect again"):
        Client(Recorded(RefusedError("403", 403, b'{"Fault": {"Error": [{"code": "3100"}]}}'))).query("Invoice")


def test_what_is_no_object_is_no_record():
    assert Client(Recorded(listed(Invoice=[None, 7, invoice()]))).query("Invoice") == [invoice()]
    changed = Client(Recorded(captured(Invoice=[None, invoice()]))).changed(["Invoice"], "2026-09-01T00:00:00Z")
    assert changed == {"Invoice": [invoice()]}


def test_nothing_of_intuits_sign_in_is_left_to_its_own_client():
    """It fetches its discovery document each time it is made, and makes its state with `random`."""
    folder = Path(plugins.connectors.quickbooks.__file__).parent
    assert [path.name for path in folder.glob("*.py") if "intuitlib" in path.read_text(encoding="utf-8")] == []


def test_empty_answers_and_counts():
    assert Client(Recorded(listed())).query("Invoice") == []
    assert Client(Recorded({"QueryResponse": {"totalCount": 5}})).count("Invoice") == 5
    assert Client(Recorded({"QueryResponse": None})).query("Invoice") == []


def test_the_sdk_drops_what_it_does_not_know_and_the_raw_item_keeps_it():
    (item,) = Client(Recorded(listed(Invoice=[invoice(NewField={"deep": [1]})]))).query("Invoice")
    assert item["NewField"] == {"deep": [1]}
