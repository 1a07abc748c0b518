"""JSON within bounds: what is refused before it is parsed, and what only looks like too much."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InvalidError, TooLargeError
from hub.http.bodies import MAX_BODY_BYTES, MAX_DEPTH, MAX_VALUES, parse


def nested(levels, opened="[", closed="]"):
    return (opened * levels + closed * levels).encode()


def test_nesting_up_to_the_limit_is_read():
    assert parse(nested(MAX_DEPTH)) == json.loads(nested(MAX_DEPTH))
    assert parse(b'{"a":' * MAX_DEPTH + b"1" + b"}" * MAX_DEPTH)


@pytest.mark.parametrize(
    "body",
    [
        nested(MAX_DEPTH + 1),
        nested(9_000),
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b'{"a":[' * MAX_DEPTH,
    ],
    ids=["lists", "thousands", "objects", "never closed"],
)
def test_deeper_nesting_is_refused_by_name(body):
    with pytest.raises(InvalidError, match=f"deeper than {MAX_DEPTH} levels"):
        parse(body)


def test_too_many_values_are_refused_by_name():
    assert len(parse(b"[" + b"1," * (MAX_VALUES - 2) + b"1]")) == MAX_VALUES - 1
    with pytest.raises(TooLargeError, match=f"the most is {MAX_VALUES:,}"):
        parse(b"[" + b"1," * MAX_VALUES + b"1]")
    with pytest.raises(TooLargeError):
        parse(b"[" * MAX_BODY_BYTES)


def test_what_stands_in_texts_is_not_counted():
    for text in ("[" * 100, "{,}" * MAX_VALUES, '\\"[' * 100, '"' * 50 + "[" * 50):
        body = json.dumps({"a": text}).encode()
        assert parse(body) == {"a": text}


@given(st.lists(st.integers() | st.text() | st.dictionaries(st.text(), st.lists(st.none()), max_size=3), max_size=9))
def test_what_is_within_bounds_is_read_as_ever(value):
    assert parse(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff\xfe", b"[NaN]", b"[Infinity]", b"[-Infinity]", b"[" + b"1" * 5000 + b"]", b'{"a": "x', b"[1,]"],
)
def test_what_is_no_json_is_said_to_be_none(body):
    with pytest.raises(json.JSONDecodeError) as caught:
        parse(body)
    assert caught.value.doc


@pytest.mark.parametrize("body", [b'"' + b'\\"' * 400_000, b'["' * 400_000, b"\\" * 800_000, b'"' * 800_001])
def test_hostile_bodies_are_gone_through_once(body):
    # Each is refused; one whose every start were tried anew would take hours.
    with pytest.raises((json.JSONDecodeError, InvalidError, TooLargeError)):
        parse(body)
