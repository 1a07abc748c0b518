"""Asking SAP: what is asked, how pages go on, and what its errors become."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from hub.sdk.errors import ConfigError, RefusedError, TransientError
from hub.sdk.http import Answer
from plugins.connectors.sap.odata import Service, after, any_of, both, equal, literal, message_of
from plugins.connectors.sap.plugin import SapConnector
from tests.unit.connectors_sap.answers import answer, line, when


class Scripted:
    """An Api that answers in turn what a test laid down, and notes what was asked."""

    addresses: Mapping[str, str] = {"api": "https://sap.example/sap/opu/odata/sap/API_OPLACCTGDOCITEMCUBE_SRV"}
    account: Mapping[str, str] = {}

    def __init__(self, *answers: Any) -> None:
        self.answers, self.asked = list(answers), list[Mapping[str, Any]]()
        self.urls: list[str] = []

    def get(self, url: str, query: Any = None, headers: Any = None) -> Answer:
        self.urls.append(url)
        self.asked.append(dict(query or {}))
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, Callable):
            found = found(query)
        return Answer(status=200, headers={"date": "Sun, 15 Nov 2026 23:30:00 GMT"}, body=json.dumps(found).encode())


def service(*answers: Any) -> tuple[Service, Scripted]:
    api = Scripted(*answers)
    return Service(api, "https://sap.example/S", None, "S"), api


def page(*rows: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"d": {"results": list(rows)} | ({"__next": "https://elsewhere.example/?$skiptoken=2"} if more else {})}


def test_the_next_page_is_what_comes_after_the_last_row_and_not_a_count_of_rows():
    sap, api = service(page({"A": "1", "B": "x"}, more=True), page({"A": "2", "B": "y'"}, more=True), page())
    rows = list(sap.walk("E", where="C eq 'c'", select=["A", "B"], order=["A", "B"], top=50))
    assert [row["A"] for row in rows] == ["1", "2"]
    assert [asked.get("$filter") for asked in api.asked] == [
        "C eq 'c'",
        "C eq 'c' and ((A gt '1') or (A eq '1' and B gt 'x'))",
        "C eq 'c' and ((A gt '2') or (A eq '2' and B gt 'y'''))",
    ]
    assert set(api.urls) == {"https://sap.example/S/E"}
    assert api.asked[0]["$format"] == "json" and api.asked[0]["$orderby"] == "A,B" and api.asked[0]["$top"] == 50


@pytest.mark.parametrize("rows", [[{"A": "1"}, {"A": "2"}], [{"A": "1"}]])
def test_a_full_page_may_have_a_next_one(rows):
    sap, api = service(page(*rows), page())
    assert len(list(sap.walk("E", where="", select=["A"], order=["A"], top=2))) == len(rows)
    assert len(api.asked) == len(rows)


def test_an_answer_that_repeats_itself_ends():
    sap, _ = service(page({"A": "1"}, more=True))
    with pytest.raises(TransientError, match="again and again"):
        list(sap.walk("E", where="", select=["A"], order=["A"], top=2))


def test_an_empty_page_that_names_more_is_no_end():
    sap, _ = service(page(more=True))
    with pytest.raises(TransientError, match="more rows"):
        list(sap.walk("E", where="", select=["A"], order=["A"], top=2))


def refused(status: int, message: str, code: str = "X") -> RefusedError:
    body = {"error": {"code": code, "message": {"lang": "en", "value": message}}}
    return RefusedError(f"HTTP {status}", status, json.dumps(body).encode())


def test_a_property_that_this_release_does_not_know_is_left_out():
    sap, api = service(refused(400, "Property B not found in type 'T'"), page({"A": "1"}))
    assert sap.ask("E", where="", select=["A", "B"], top=1).rows == [{"A": "1"}]
    assert [asked["$select"] for asked in api.asked] == ["A,B", "A"]
    assert not sap.knows("B")


def test_a_filter_that_is_refused_is_not_asked_again():
    sap, api = service(refused(400, "Property B not found in type 'T'"))
    with pytest.raises(RefusedError, match="Property B not found"):
        sap.ask("E", where="B eq '1'", select=["A", "B"], top=1)
    assert len(api.asked) == 1


@pytest.mark.parametrize(
    ("status", "words"), [(403, "does not let this user read S: No authorisation"), (404, "no service S")]
)
def test_what_somebody_has_to_set_up_is_said(status, words):
    sap, _ = service(refused(status, "No authorisation"))
    with pytest.raises(ConfigError, match=words):
        sap.ask("E", where="", select=["A"], top=1)


@pytest.mark.parametrize("body", [{"error": {"message": {"value": "Oops"}}}, {"value": []}, ["?"]])
def test_200_with_an_error_inside_is_worth_another_try(body):
    sap, _ = service(body)
    with pytest.raises(TransientError):
        sap.ask("E", where="", select=["A"], top=1)


def test_links_that_were_not_followed_are_left_out():
    sap, _ = service(page({"A": "1", "__metadata": {}, "to_B": {"__deferred": {"uri": "u"}}}))
    assert sap.ask("E", where="", select=["A"], top=1).rows == [{"A": "1"}]


def test_the_servers_day_is_that_of_its_clock():
    sap, _ = service(page())
    sap.ask("E", where="", select=["A"], top=1)
    assert sap.answered_on == date(2026, 11, 15)


def test_the_client_goes_with_each_call():
    api = Scripted(answer(line("1800000001", "1.00")))
    SapConnector({"sap_client": "100", "company_codes": ["1710"]}, api).check()
    assert api.asked[0]["sap-client"] == "100"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("O'Neil", "'O''Neil'"),
        (None, "null"),
        (True, "true"),
        (date(2026, 8, 1), "datetime'2026-08-01T00:00:00'"),
        (when("2026-08-01"), "datetime'2026-08-01T00:00:00'"),
    ],
)
def test_values_in_filters(value, text):
    assert literal(value) == text


def test_conditions():
    assert both("", "a", "") == "a" and both("a", "b") == "a and b"
    assert any_of(["a"]) == "a" and any_of(["a", "b"]) == "(a or b)"
    assert equal(("A",), ("1",)) == "A eq '1'"
    assert after([("A", True), ("B", False)], ["'2'", "'x'"]) == "((A lt '2') or (A eq '2' and B gt 'x'))"
    assert after([("A", True), ("B", False)], ["null", "'x'"]) == "(A eq null and B gt 'x')"


def test_an_error_page_has_no_message():
    assert message_of(b"<html>") == "" and message_of(b'{"error": {"code": "C"}}') == "C"


def two_companies(query: Mapping[str, Any]) -> Any:
    """Answers one line of the company code that is asked for, or of the next one."""
    asked = re.findall(r"CompanyCode (eq|gt) '(\d+)'", query["$filter"])
    how, code = asked[-1] if asked else ("gt", "")
    code = next((each for each in ("1010", "1710") if (each > code if how == "gt" else each == code)), "")
    currency = "EUR" if code == "1010" else "USD"
    found = line("1800000001", "1.00", CompanyCode=code, CompanyCodeName=f"Company {code}")
    return answer(found | {"CompanyCodeCurrency": currency}) if code else answer()


def test_without_company_codes_there_is_a_choice_of_all():
    accounts = SapConnector({"host": "sap.example"}, Scripted(two_companies)).accounts()
    assert [(each.id, each.name, each.home_currency, each.values) for each in accounts] == [
        ("sap.example/1010", "1010 Company 1010", "EUR", {"company_codes": "1010"}),
        ("sap.example/1710", "1710 Company 1710", "USD", {"company_codes": "1710"}),
    ]


def test_company_codes_of_several_currencies_are_not_one_company():
    connector = SapConnector({"host": "h", "company_codes": ["1010", "1710"]}, Scripted(two_companies))
    (account,) = connector.accounts()
    assert (account.id, account.home_currency) == ("h/1010,1710", None)
    with pytest.raises(ConfigError, match="EUR, USD") as caught:
        connector.check()
    assert caught.value.field == "company_codes"


def test_a_company_code_without_lines_is_named():
    with pytest.raises(ConfigError, match="company code 9999") as caught:
        SapConnector({"company_codes": ["9999"]}, Scripted(answer())).check()
    assert caught.value.field == "company_codes"
    with pytest.raises(ConfigError, match="any company code"):
        SapConnector({}, Scripted(answer())).accounts()


def test_the_open_lines_are_added_up_as_they_stand():
    lines = [
        line("1800000001", "100.00"),
        line("1400000001", "-30.00", InvoiceReference="1800000001"),
        line("1800000002", "50.00", TransactionCurrency="EUR", AmountInCompanyCodeCurrency="54.00"),
        line("1800000003", "7.00", Customer="0000000002", IsReversed=True),
        line("0100000003", "-7.00", Customer="0000000002", IsReversal=True),
    ]
    totals = SapConnector({}, Scripted(answer(*lines))).tie_out()
    assert totals.receivable == {"USD": 70, "EUR": 50}
    assert totals.customers == {"1": {"USD": 70, "EUR": 50}, "2": {"USD": 0}}
    assert (totals.home_currency, totals.home, totals.as_of) == ("USD", Decimal(124), date(2026, 11, 15))
    assert totals.home_customers == {"1": 124, "2": 0}


def test_a_cursor_of_somebody_else_is_not_guessed_at():
    for cursor in ("soon", "{}[]", '{"since": "tomorrow"}', '{"until": 1}'):
        with pytest.raises(ConfigError, match="read all anew"):
            list(SapConnector({}, Scripted(answer())).read("line_items", cursor))


def test_there_are_no_webhooks():
    with pytest.raises(ConfigError, match="no webhooks"):
        SapConnector.changes({}, b"{}")
