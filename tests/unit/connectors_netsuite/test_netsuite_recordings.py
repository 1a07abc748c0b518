"""Answers that were recorded: told apart by their columns, whatever the user's date format."""

from datetime import date

import pytest

from hub.sdk.errors import ConfigError, RecordError
from plugins.connectors.netsuite.cells import parse_day
from tests.unit.connectors_netsuite.rows import answer, books, connector, document, items, link, mapped


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-03-04", "mdy", date(2026, 3, 4)),
        ("2026/3/4", "dmy", date(2026, 3, 4)),
        ("3/4/2026", "mdy", date(2026, 3, 4)),
        ("3/4/2026", "dmy", date(2026, 4, 3)),
        ("8/31/2026 3:45 pm", "mdy", date(2026, 8, 31)),
        ("31.8.2026", "mdy", date(2026, 8, 31)),
        ("4-3-2026", "mdy", date(2026, 3, 4)),
        ("31-Aug-2026", "mdy", date(2026, 8, 31)),
        ("31 August, 2026", "mdy", date(2026, 8, 31)),
        ("2026-03-04T10:00:00", "mdy", date(2026, 3, 4)),
    ],
)
def test_dates_in_every_format_that_a_user_can_choose(text, order, expected):
    assert parse_day(text, order) == expected


@pytest.mark.parametrize("text", ["", "2026", "13/13/2026", "31-Foo-2026", "2/30/2026", "1.1.26"])
def test_what_is_no_date(text):
    with pytest.raises(ValueError):
        parse_day(text)


def test_one_date_proves_the_order_of_all():
    rows = [document(101, trandate="3/4/2026"), document(102, trandate="28/4/2026")]
    assert [each.issued_on for each in mapped(answer(*rows))] == [date(2026, 4, 3), date(2026, 4, 28)]
    assert [each.issued_on for each in mapped(answer(document(101, trandate="3/4/2026")))] == [date(2026, 3, 4)]


def test_a_date_of_another_answer_proves_it_too():
    found = books(
        answer(document(201, "CustPymt", trandate="3/4/2026")),
        answer(link(101, "CustInvc", 201, "CustPymt", "5.00", previousdate="3/4/2026")),
        answer({"recordtypeid": "invoice", "recordid": "9", "deleteddate": "30/4/2026"}),
    )
    assert [each.applied_on for each in found.allocations.values()] == [date(2026, 4, 3)]


def test_the_order_can_be_said_where_nothing_proves_it():
    rows = answer(document(101, trandate="3/4/2026"))
    (invoice,) = mapped(rows, date_order="dmy")
    assert invoice.issued_on == date(2026, 4, 3)


def test_a_repeated_page_changes_nothing():
    pages = [answer(document(101), document(201, "CustPymt")), answer(link(101, "CustInvc", 201, "CustPymt", "60.00"))]
    once, twice = books(*pages), books(*pages, *pages)
    assert once.receivable() == twice.receivable() == {"USD": 0}
    assert twice.allocations["201-101"].amount == 60


def test_two_equal_links_in_one_answer_are_two():
    twice = answer(*[link(101, "CustInvc", 201, "CustPymt", "30.00")] * 2)
    found = books(answer(document(101), document(201, "CustPymt")), twice, twice)
    assert found.allocations["201-101"].amount == 60


def test_rows_in_plain_lists_and_with_mixed_case_are_read_too():
    found = mapped([{**document(101), "foreigntotal": None, "foreignTotal": "5.00"}])
    assert [str(each.total) for each in found] == ["5.00"]


def test_the_types_of_linked_documents_are_known_by_the_documents():
    bare = {"previousdoc": "101", "nextdoc": "201", "foreignamount": "100.00"}
    found = books(answer(document(101), document(201, "CustPymt")), answer(bare))
    assert found.receivable() == {"USD": 0}


def test_a_currency_that_is_told_by_the_row_needs_no_list_of_currencies():
    (invoice,) = mapped(answer(document(101, currency="77", currencysymbol="CHF")))
    assert invoice.currency == "CHF"


def test_an_account_with_one_currency_has_none_in_its_rows():
    (invoice,) = mapped(answer(document(101, currency=None)), home_currency="CAD")
    assert (invoice.currency, invoice.exchange_rate) == ("CAD", None)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"items": [{"id": "1", "colour": "red"}]}, "colour, id"),
        ({"o:errorDetails": []}, '"items"'),
        ({"items": "none"}, '"items"'),
        ([1, 2], '"items"'),
        ("text", '"items"'),
        ({"items": [{}]}, "(none)"),
    ],
)
def test_an_answer_that_is_not_known(payload, words):
    with pytest.raises(ConfigError, match="answer") as caught:
        items(payload)
    assert words in str(caught.value)


def test_a_row_without_what_its_query_asked_for_is_a_bad_row_and_no_bad_answer():
    found = items(
        answer({"id": "1", "entityid": "C-1"}, {"id": "2"}, {"email": "a@b.example"}),
        answer(document(101), {"id": "102", "foreigntotal": "5.00"}, {"trandate": "2026-03-02"}),
        answer(link(101, "CustInvc", 201, "CustPymt", "5.00"), {"nextdoc": "201"}),
    )
    made, bad = [], []
    for stream, item in found:
        try:
            made += connector().map(stream, item)
        except RecordError as error:
            bad.append(error.field)
    assert [each.external_id for each in made] == ["1", "2", "101"]
    assert sorted(bad) == ["id", "type", "type"]


def test_an_empty_answer_has_nothing():
    assert items(answer()) == []
