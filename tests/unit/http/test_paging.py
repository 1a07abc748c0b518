"""Cursors: opaque, exact, and refused when they are not ours."""

import base64
from datetime import date
from decimal import Decimal
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InvalidError
from hub.http.paging import Key, Sort, page_body, sorts

SORTS = sorts(
    ("due_on", [Key("due_on", "i.due_on", "date"), Key("id", "i.id", "uuid")]),
    ("balance", [Key("balance", "i.balance", "numeric"), Key("id", "i.id", "uuid")]),
)
ID = UUID("018f3a52-6c1e-8d5b-9a4e-3d1c2b7f9e10")


def encode(value):
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()


@given(st.dates(), st.uuids())
def test_a_cursor_leads_back_to_its_row(day, row_id):
    sort = SORTS["due_on"]
    assert sort.position(sort.cursor({"due_on": day, "id": row_id})) == {"after_0": day, "after_1": row_id}


def test_money_in_a_cursor_stays_exact():
    sort = SORTS["-balance"]
    position = sort.position(sort.cursor({"balance": "123456789012345.6789", "id": ID}))
    assert position["after_0"] == Decimal("123456789012345.6789")


def test_the_condition_is_a_row_comparison_in_the_direction_of_the_sort():
    assert SORTS["due_on"].after == "(i.due_on, i.id) > (%(after_0)s::date, %(after_1)s::uuid)"
    assert SORTS["-due_on"].after == "(i.due_on, i.id) < (%(after_0)s::date, %(after_1)s::uuid)"
    assert SORTS["-due_on"].order_by == "i.due_on desc, i.id desc"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "é",
        encode({"a": 1}),
        encode(["due_on", "2026-03-01"]),
        encode(["due_on", "2026-13-01", str(ID)]),
        encode(["due_on", "2026-03-01", "no id"]),
        encode(["due_on", None, str(ID)]),
        encode(["-due_on", "2026-03-01", str(ID)]),
        encode(["due_on", "2026-03-01", str(ID)]) + "!",
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor):
    with pytest.raises(InvalidError) as error:
        SORTS["due_on"].position(cursor)
    assert "next_cursor" in error.value.fields["cursor"]


@pytest.mark.parametrize("value", ["a\0b", 7, None, ["a"]])
def test_text_in_a_cursor_is_text_that_a_database_can_hold(value):
    by_name = Sort("name", (Key("name", "name", "text"),))
    with pytest.raises(InvalidError):
        by_name.position(encode(["name", value]))
    assert by_name.position(encode(["name", "Müller"])) == {"after_0": "Müller"}


def test_a_page_says_whether_there_is_another():
    rows = [orjson.dumps({"due_on": date(2026, 3, day), "id": ID}).decode() for day in (1, 2, 3)]
    full = orjson.loads(page_body(rows, 2, SORTS["due_on"]))
    assert [item["due_on"] for item in full["items"]] == ["2026-03-01", "2026-03-02"]
    assert SORTS["due_on"].position(full["next_cursor"])["after_0"] == date(2026, 3, 2)
    last = orjson.loads(page_body(rows, 3, SORTS["due_on"], b',"totals":{"count":3}'))
    assert last["next_cursor"] is None and len(last["items"]) == 3 and last["totals"] == {"count": 3}


def test_an_empty_page():
    assert orjson.loads(page_body([], 50, SORTS["due_on"])) == {"items": [], "next_cursor": None}
