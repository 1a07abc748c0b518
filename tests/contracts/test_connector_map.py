"""What `paypredict connector map` says of answers that are odd as files: versions, repeats, errors, other documents."""

import json

import pytest
from click.testing import CliRunner

from hub.cli import group
from hub.sdk.errors import ConfigError
from tests.contracts.test_odd_ledgers import VIEWS, check, invoice, ledger, payment
from tests.contracts.views import quickbooks, xero
from tests.contracts.views.telling import run
from tests.normal_form import CONTRACTS

NAMES = ("Customer", "Invoice", "Payment", "CreditMemo")
NAMES += ("Contacts", "Invoices", "Payments", "CreditNotes", "Overpayments")
REPORT = {"Header": {"ReportName": "AgedReceivables", "Currency": "USD"}, "Columns": {}, "Rows": {}}
BESIDE = {
    "quickbooks": {"report.json": REPORT, "webhook.json": [{"specversion": "1.0", "type": "qbo.invoice.updated.v1"}]},
    "xero": {"report.json": {"Reports": []}, "webhook.json": {"events": [], "entropy": "S0m3r4Nd0mt3xt"}},
    "netsuite": {"empty.json": {"items": [], "count": 0, "hasMore": False}},
    "sap": {"empty.json": {"d": {"results": []}}},
}
ERRORS = {
    "quickbooks": {"Fault": {"Error": [{"Message": "Object Not Found", "code": "610"}]}, "time": "2026-11-15"},
    "xero": {"Type": "ValidationException", "Message": "A validation exception occurred"},
    "netsuite": {"type": "about:blank", "title": "Bad Request", "status": 400, "o:errorDetails": []},
    "sap": {"error": {"code": "1", "message": {"lang": "en", "value": "Property Foo not found"}}},
}


@pytest.mark.parametrize("slug", VIEWS)
def test_files_without_records_are_told_and_change_nothing(tmp_path, slug):
    found = ledger(invoice(1001, "10"))
    answers = VIEWS[slug].answers(found) | BESIDE[slug] | {"error.json": ERRORS[slug]}
    check(tmp_path, slug, found, answers)
    beside = run(tmp_path, slug, answers).beside
    assert all(f"{name}: has no records of its own" in beside for name in BESIDE[slug])
    assert "error.json: passed over: " in beside


@pytest.mark.parametrize("slug", VIEWS)
def test_an_error_alone_is_one(tmp_path, slug):
    with pytest.raises(ConfigError, match=f"none of the files is an answer of {slug}"):
        run(tmp_path, slug, {"error.json": ERRORS[slug]})


@pytest.mark.parametrize("content", [b"", b'{"Invoices": [', b"<html>", b'{"Total": NaN}', b"\xff\xfe\x00"])
def test_a_file_that_is_no_json_is_named(tmp_path, content):
    (tmp_path / "cut.json").write_bytes(content)
    told = CliRunner().invoke(group, ["connector", "map", "xero", str(tmp_path / "cut.json")])
    assert isinstance(told.exception, ConfigError)
    assert "cut.json is no JSON" in str(told.exception)


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path):
    path = tmp_path / "invoices.json"
    path.write_text(json.dumps(xero.answers(ledger(invoice(1001, "10")))["invoices.json"]), encoding="utf-8-sig")
    told = CliRunner().invoke(group, ["connector", "map", "xero", str(path)])
    assert json.loads(told.stdout)["ledger"]["open_balance_home"] == "10.00"


@pytest.mark.parametrize("slug", VIEWS)
@pytest.mark.parametrize("seed", range(4))
def test_the_newest_version_counts_in_whatever_file_it_is(tmp_path, slug, seed):
    old = ledger(invoice(1001, "10", number="OLD"), invoice(1002, "7"))
    new = ledger(invoice(1001, "12"), invoice(1002, "7"), payment(2001, "5", (1001, "5")))
    answers = {f"old_{name}": answer for name, answer in VIEWS[slug].answers(old).items()}
    newer = {
        "quickbooks": ("LastUpdatedTime", "2026-10-01T09:00:00-08:00"),
        "xero": ("UpdatedDateUTC", "/Date(1791000000000+0000)/"),
        "netsuite": ("lastmodifieddate", "10/13/2026"),
        "sap": ("LastChangeDate", "/Date(1791000000000)/"),
    }[slug]
    check(tmp_path, slug, new, answers | _with(VIEWS[slug].answers(new), *newer), seed)


def _with(answer, name, value):
    """The answer with another value wherever there is one of that name."""
    if isinstance(answer, dict):
        return {key: value if key == name else _with(each, name, value) for key, each in answer.items()}
    return [_with(each, name, value) for each in answer] if isinstance(answer, list) else answer


@pytest.mark.parametrize("seed", range(4))
def test_change_data_capture_and_queries_tell_of_the_same_payment(tmp_path, seed):
    found = ledger(invoice(1001, "10"), payment(2001, "5", (1001, "5")))
    before = ledger(invoice(1001, "10"), payment(2001, "10", (1001, "10")))
    late = _with(quickbooks.payment(found, found.payments[0]), "SyncToken", "3")
    answers = quickbooks.answers(before) | {"cdc.json": quickbooks.cdc({"entity": "Payment", **late})}
    answers["query_invoice.json"] = quickbooks.answers(found)["query_invoice.json"]
    check(tmp_path, "quickbooks", found, answers, seed)


@pytest.mark.parametrize(
    ("slug", "file", "field"),
    [
        ("quickbooks", "query_invoice.json", "TotalAmt"),
        ("xero", "invoices.json", "Total"),
        ("netsuite", "suiteql_transactions_page1.json", "foreigntotal"),
        ("sap", "items_page1.json", "AmountInTransactionCurrency"),
    ],
)
def test_one_bad_item_costs_itself_and_is_shown(tmp_path, slug, file, field):
    answers = VIEWS[slug].answers(ledger(invoice(1001, "10"), invoice(1002, "11")))
    _items(answers[file])[0][field] = "a lot"
    told = run(tmp_path, slug, answers)
    (reject,) = told.document["rejects"]
    assert (told.code, reject["field"], reject["value"]) == (1, field, "a lot")
    assert [each["total"] for each in told.document["ledger"]["invoices"]] == ["11.00"]
    assert "cannot be used, see rejects: 1" in told.beside


@pytest.mark.parametrize("slug", VIEWS)
def test_what_the_ledger_cannot_keep_is_refused_here_too(tmp_path, slug):
    told = run(tmp_path, slug, VIEWS[slug].answers(ledger(invoice(1001, "10"), invoice(1002, "0.12345"))))
    assert [each["field"] for each in told.document["rejects"]] == ["total"]


def _items(answer):
    """The items of an answer, wherever they stand; none of CDC."""
    for key in ("d", "results", "items", "QueryResponse", *NAMES):
        answer = answer.get(key, answer) if isinstance(answer, dict) else answer
    return answer if isinstance(answer, list) else []


@pytest.mark.skipif(not CONTRACTS.is_dir(), reason=f"the example answers are not at {CONTRACTS}")
@pytest.mark.parametrize("slug", VIEWS)
def test_the_examples_have_the_shapes_that_the_views_imitate(slug):
    folder = CONTRACTS / slug / ("ledger_examples" if slug == "xero" else "examples")
    made = VIEWS[slug].answers(ledger(invoice(1001, "10"), payment(2001, "12", (1001, "5"))))
    known = {key for path in folder.glob("*.json") for each in _items(json.loads(path.read_text())) for key in each}
    for name, answer in made.items():
        assert {key for each in _items(answer) for key in each} <= known, name
