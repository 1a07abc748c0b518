"""What NetSuite's answers and refusals are taken for."""

import json
from types import SimpleNamespace

import pytest

from hub.sdk.errors import ConfigError, RefusedError, TransientError
from hub.sdk.http import Answer
from plugins.connectors.netsuite import queries
from plugins.connectors.netsuite.queries import Books
from plugins.connectors.netsuite.suiteql import PATH, SuiteQL, UnseenError


def asked(*answers):
    """A SuiteQL that gets these answers, and the requests that it makes."""
    waiting, requests = [*answers], []

    def request(method, url, **options):
        requests.append((method, url, options))
        found = waiting.pop(0)
        if isinstance(found, Exception):
            raise found
        return Answer(status=200, headers={}, body=json.dumps(found).encode())

    return SuiteQL(SimpleNamespace(request=request)), requests


def refused(detail, status=400, code="INVALID_PARAMETER"):
    body = {"o:errorDetails": [{"detail": detail, "o:errorQueryParam": "q", "o:errorCode": code}]}
    return RefusedError("refused", status, json.dumps(body).encode())


def test_a_question_is_safe_to_repeat_transient_and_one_line():
    suiteql, requests = asked({"items": [{"links": [], "ID": "1"}], "count": 1, "hasMore": False})
    assert suiteql.rows("SELECT id\n  FROM customer") == [{"id": "1"}]
    ((method, url, options),) = requests
    assert (method, url, options["is_safe"]) == ("POST", PATH, True)
    assert options["headers"]["Prefer"] == "transient"
    assert options["query"] == {"limit": 1000, "offset": 0}
    assert json.loads(options["content"]) == {"q": "SELECT id FROM customer"}


@pytest.mark.parametrize(
    ("detail", "name"),
    [
        ("Search error occurred: Record 'deletedrecord' was not found.", "deletedrecord"),
        ("Invalid search type: subsidiary.", "subsidiary"),
        ("Search error occurred: Unknown identifier 'subsidiary'. Available identifiers are: {t=t}.", "subsidiary"),
        ("Search error occurred: Field 'currency' for record 'transaction' was not found. Reason: REMOVED", "currency"),
    ],
)
def test_what_the_role_may_not_see_or_the_account_does_not_have(detail, name):
    suiteql, _ = asked(refused(f"Invalid search query. Detailed unprocessed description follows. {detail}"))
    with pytest.raises(UnseenError) as caught:
        suiteql.rows("SELECT 1")
    assert caught.value.name == name


def test_a_role_without_web_services_is_a_matter_of_its_settings():
    suiteql, _ = asked(refused("Permission Violation", 403, "INSUFFICIENT_PERMISSION"))
    with pytest.raises(ConfigError, match="REST Web Services"):
        suiteql.rows("SELECT 1")


def test_other_refusals_say_what_netsuite_said():
    suiteql, _ = asked(refused("Search error occurred: Invalid or unsupported search."))
    with pytest.raises(RefusedError, match="Invalid or unsupported search") as caught:
        suiteql.rows("SELECT 1")
    assert caught.value.status == 400
    suiteql, _ = asked(RefusedError("refused with 404", 404, b"<html>"))
    with pytest.raises(RefusedError, match="refused with 404"):
        suiteql.rows("SELECT 1")


def test_an_error_inside_a_good_answer_is_an_error():
    suiteql, _ = asked({"o:errorDetails": [{"detail": "Record 'customer' was not found."}]})
    with pytest.raises(UnseenError, match="Lists > Customers"):
        suiteql.rows("SELECT 1")


@pytest.mark.parametrize(
    "answer", [[], {}, {"items": None}, {"items": [1]}, {"items": [], "count": 3}, {"items": [], "count": "3"}, None]
)
def test_an_answer_without_its_rows_is_for_later(answer):
    suiteql, _ = asked(answer)
    with pytest.raises(TransientError):
        suiteql.rows("SELECT 1")


def page(*ids, more):
    return {"items": [{"id": str(each)} for each in ids], "count": len(ids), "hasMore": more}


def pages(*answers):
    suiteql, _ = asked(*answers)
    return [rows for rows, _ in suiteql.pages(lambda after: f"SELECT {after}", lambda row: int(row["id"]))]


def test_pages_end_where_netsuite_says_so():
    assert [len(rows) for rows in pages(page(1, 2, more=True), page(3, more=False))] == [2, 1]
    assert [len(rows) for rows in pages(page(2, 1, more=True), page(more=False))] == [2, 0]


@pytest.mark.parametrize(
    "answers",
    [
        [page(1, 2, more=True), page(2, more=True), page(2, more=True)],  # for ever
        [page(more=True)],
        [page(1, 2, more=True), page(1, more=False)],  # from before
    ],
)
def test_pages_that_make_no_sense_are_for_later(answers):
    with pytest.raises(TransientError):
        pages(*answers)


def test_a_query_asks_only_for_what_the_account_has():
    plain = queries.transactions(Books(has_currencies=False), "1 = 1", "t.id")
    assert "currency" not in plain
    assert "subsidiary" not in plain
    full = queries.transactions(Books(is_one_world=True, subsidiaries=(3, 4)), "1 = 1", "t.id")
    assert "m.subsidiary IN (3, 4)" in full
    assert "basecurrency" in full
