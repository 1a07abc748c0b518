"""What counts as a mention of a person, and what is left alone."""

import json
import re

import pytest

from hub.storage.mentions import Person

JO = Person("erased-1", "jo.doe@acme.example", ("Jo Ann O'Doe", "Zoë Ümläut", "Al"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jo.doe@acme.example", "erased-1"),
        ("JO.Doe@ACME.example", "erased-1"),
        ("<mailto:jo.doe@acme.example>, or call", "<mailto:erased-1>, or call"),
        ("Write to jo.doe@acme.example.", "Write to erased-1."),
        ("?to=jo.doe%40acme.example&x=1", "?to=erased-1&x=1"),
        ("jo.doe@acme.example.csv", "erased-1.csv"),
        ("'first\\njo.doe@acme.example'", "'first\\nerased-1'"),  # a line break, spelt out by Python or JSON
        ("Jo Ann O'Doe and jo  ann\to'doe", "erased-1 and erased-1"),
        ("for ZOË ÜMLÄUT", "for erased-1"),
        # Other people's
        ("mary-jo.doe@acme.example", "mary-jo.doe@acme.example"),
        ("jo.doe@acme.example.org", "jo.doe@acme.example.org"),
        ("jo.doe@acme.examples", "jo.doe@acme.examples"),
        ("jo_doe@acme.example", "jo_doe@acme.example"),
        ("Jo Ann O'Doering", "Jo Ann O'Doering"),
        ("Al", "Al"),  # too short to be looked for in text: it would be found in everybody's
    ],
)
def test_a_mention_is_taken_out_and_nothing_else(text, expected):
    assert JO.taken_out(text) == expected
    assert JO.is_in(text) == (text != expected)


def test_json_keeps_its_numbers_to_the_digit():
    document = (
        '{"total": 1234567890123.4500, "jo.doe@acme.example": ["Jo Ann O\'Doe", null, 1e400], "a\\"b": "\\u00fc"}'
    )
    cleaned = JO.taken_out_of_json(document)
    assert cleaned == '{"total": 1234567890123.4500, "erased-1": ["erased-1", null, 1e400], "a\\"b": "\\u00fc"}'


def test_a_name_with_quotes_is_found_in_json():
    person = Person("erased-2", names=('Bob "Bobby" \\ Tables',))
    cleaned = person.taken_out_of_json(json.dumps({"name": 'Bob "Bobby" \\ Tables', "other": "Bob"}))
    assert json.loads(cleaned) == {"name": "erased-2", "other": "Bob"}
    assert re.search(person.sql_pattern, json.dumps('Bob "Bobby" \\ Tables'), re.IGNORECASE)


def test_nobody_is_found_where_nothing_is_looked_for():
    nobody = Person("erased-3", names=("", "Al"))
    assert nobody.sql_pattern is None
    assert nobody.taken_out("Al") == "Al"
    assert not nobody.is_in("")
