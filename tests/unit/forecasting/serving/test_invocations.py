"""The wire of model servers: what is packed comes back float for float, and what is damaged is noticed."""

import hashlib
import json

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from hub.sdk import invocations
from hub.sdk.forecaster import Cases, Contributions, Curves
from tests.unit.forecasting.serving.questions import as_json, some_cases

CURVES = Curves(
    ends=np.array([[1, 2, 2], [5, 6, 9]], dtype=np.int32), paid_by=np.array([[0, 0.1, 1], [0.3, 0.3, 0.9]], np.float32)
)


def assert_same(found: Cases, wanted: Cases) -> None:
    assert found.names == wanted.names and found.profiles.keys() == wanted.profiles.keys()
    for name in ("values", "customer", "seen", "start", "issued", "due"):
        one, other = getattr(found, name), getattr(wanted, name)
        assert one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), name
    for name, each in wanted.profiles.items():
        assert np.array_equal(found.profiles[name], each, equal_nan=True), name


def sealed(head: object, body: bytes = b"") -> bytes:
    """Arrays with any head, their checksum right."""
    text = json.dumps(head).encode()
    content = len(text).to_bytes(4, "big") + text + body
    return b"paypredict arrays 1\n" + hashlib.sha256(content).digest() + content


@pytest.mark.parametrize("rows", [0, 1, 257])
def test_cases_come_back_as_they_were(rows):
    assert_same(invocations.unpack_cases(invocations.pack_cases(some_cases(rows))), some_cases(rows))


def test_json_holds_every_float_too():
    document = json.loads(json.dumps(as_json(some_cases())))
    assert_same(invocations.cases_from_json(document), some_cases())


def test_answers_come_back_as_they_were():
    found = invocations.unpack_curves(invocations.pack_curves(CURVES), 2)
    assert np.array_equal(found.ends, CURVES.ends) and np.array_equal(found.paid_by, CURVES.paid_by)
    told = Contributions(names=("a", "b"), values=np.array([[1.5, np.nan]], np.float32))
    again = invocations.unpack_contributions(invocations.pack_contributions(told), 1)
    assert again.names == told.names and np.array_equal(again.values, told.values, equal_nan=True)


@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(at, flip):
    data = bytearray(invocations.pack_cases(some_cases()))
    data[at % len(data)] ^= flip
    with pytest.raises(ValueError):
        invocations.unpack_cases(bytes(data))


@given(st.binary(max_size=200))
def test_what_is_no_array_is_refused(data):
    with pytest.raises(ValueError):
        invocations.unpack_cases(data)


@pytest.mark.parametrize(
    "data",
    [
        sealed([]),
        sealed({}),
        sealed({"arrays": [["values", "|O", [1, 1]]]}, b"0123"),
        sealed({"arrays": [["values", "<f4", [-1, -1]]]}, b"0123"),
        sealed({"arrays": [["values", "<f4", []]]}, b""),
        sealed({"arrays": [["values", "<f4", [10**9, 10**9]]]}, b"0123"),
        sealed({"arrays": [["values", "<f4", ["x"]]]}),
        sealed({"names": [], "arrays": []}, b"more"),
        sealed({"names": ["a"], "arrays": [["values", "<f4", [1, 2]]]}, b"01234567"),
        sealed({"names": ["a", "a"], "arrays": [["values", "<f4", [1, 2]]]}, b"01234567"),
        sealed({"names": "ab", "arrays": [["values", "<f4", [1, 2]]]}, b"01234567"),
        sealed({"names": ["a"], "arrays": [["values", "<f4", [1, 1]]]}, b"0123"),
    ],
)
def test_a_right_checksum_alone_is_not_enough(data):
    with pytest.raises(ValueError):
        invocations.unpack_cases(data)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("names", None),
        ("names", ["a", 1]),
        ("values", [[1], [2, 3], []]),
        ("values", [[10**400, 1]] * 3),
        ("values", "no"),
        ("customer", [1, 2]),
        ("customer", [1, 2, 2.5]),
        ("due", [True, False, True]),
        ("due", [1, 2, 10**12]),
        ("profiles", []),
        ("profiles", {"weekday": [[1.0]]}),
    ],
)
def test_json_that_is_no_cases_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=r"names|values|customer|due|profile"):
        invocations.cases_from_json(as_json(some_cases()) | {name: value})


def test_a_document_that_is_no_object_is_refused():
    with pytest.raises(ValueError, match="object"):
        invocations.cases_from_json([1])


@pytest.mark.parametrize(
    ("ends", "paid_by", "cases"),
    [
        ([[1, 2]], [[0.1, 0.2]], 2),
        ([[2, 1]], [[0.1, 0.2]], 1),
        ([[1, 2]], [[0.2, 0.1]], 1),
        ([[1, 2]], [[0.2, 1.1]], 1),
        ([[1, 2]], [[0.2, np.nan]], 1),
        ([[1, 2]], [[0.2]], 1),
        ([[]], [[]], 1),
    ],
)
def test_curves_that_are_none_are_refused(ends, paid_by, cases):
    data = invocations.pack_curves(Curves(ends=np.array(ends, np.int32), paid_by=np.array(paid_by, np.float32)))
    with pytest.raises(ValueError):
        invocations.unpack_curves(data, cases)


def test_contributions_of_other_rows_are_refused():
    data = invocations.pack_contributions(Contributions(names=("a",), values=np.zeros((2, 1), np.float32)))
    with pytest.raises(ValueError, match="3 cases"):
        invocations.unpack_contributions(data, 3)


def test_attributes_are_read_as_they_were_written():
    named = {"tenant": "acme", "model": "m1", "want": "curves", "empty": ""}
    assert invocations.read_attributes(invocations.attributes(named)) == {k: v for k, v in named.items() if v}
    assert invocations.read_attributes("nonsense; a=1;b=1=2;") == {"a": "1", "b": "1=2"}
