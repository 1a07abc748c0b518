"""The box understands the part of OData's query options that it says it does, and refuses the rest as SAP does."""

from datetime import date
from decimal import Decimal

import pytest

from plugins.connectors.sap.box_query import QueryError, compiled, on_the_wire, ordered, selected, whole

TYPES = {"Name": str, "Amount": Decimal, "On": date, "Is": bool}
ROWS = [
    {"Name": "Anna", "Amount": Decimal("1.50"), "On": date(2026, 8, 1), "Is": True},
    {"Name": "O'Neil", "Amount": Decimal("-2.00"), "On": None, "Is": False},
    {"Name": "Zoë", "Amount": Decimal("10.00"), "On": date(2026, 9, 1), "Is": False},
]


def found(where: str) -> list[int]:
    tests = compiled(where, TYPES, "T")
    return [index for index, row in enumerate(ROWS) if all(test(row) for _, test in tests)]


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("Name eq 'Anna'", [0]),
        ("Name eq 'O''Neil'", [1]),
        ("Name ne 'Anna' and Is eq false", [1, 2]),
        ("Amount gt 1.5", [2]),
        ("Amount ge 1.5m and Amount lt 10", [0]),
        ("Amount le -2", [1]),
        ("On ge datetime'2026-08-01T00:00:00'", [0, 2]),
        ("On eq null", [1]),
        ("On ne null", [0, 2]),
        ("Is eq true or Name eq 'Zoë'", [0, 2]),
        ("Is eq false and (Name eq 'Anna' or Name eq 'Zoë')", [2]),
        ("not (Is eq true)", [1, 2]),
        ("substringof('ei',Name)", [1]),
        ("startswith(Name,'A') eq true", [0]),
        ("endswith(Name,'ë')", [2]),
        ("Name eq 'Anna' or Name eq 'Zoë' and Is eq false", [0, 2]),
    ],
)
def test_filters(where, rows):
    assert found(where) == rows


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("Foo eq 1", "Property Foo not found in type 'T'"),
        ("Name eq 1", "property Name"),
        ("On eq '2026-08-01'", "property On"),
        ("Name like 'A%'", "Invalid operator"),
        ("Name eq 'Anna", "Invalid token"),
        ("Name eq 'Anna')", "Invalid expression"),
        ("(Name eq 'Anna'", r"'\)' expected"),
        ("Name eq datetime'soon'", "Invalid datetime"),
        ("'Anna' eq Name", "a property was expected"),
        ("Name eq Other", "a value was expected"),
    ],
)
def test_filters_that_are_refused(where, words):
    with pytest.raises(QueryError, match=words):
        found(where)


def test_orders():
    assert [row["Name"] for row in ordered(ROWS, "Is desc,Amount desc", TYPES, "T")] == ["Anna", "Zoë", "O'Neil"]
    assert [row["On"] for row in ordered(ROWS, "On", TYPES, "T")] == [None, date(2026, 8, 1), date(2026, 9, 1)]
    assert [row["On"] for row in ordered(ROWS, "On desc", TYPES, "T")][-1] is None
    for order in ("Foo", "Name downwards"):
        with pytest.raises(QueryError):
            ordered(ROWS, order, TYPES, "T")


def test_what_else_is_asked():
    assert selected("Name, On", TYPES, "T") == ["Name", "On"]
    assert whole("20", "$top") == 20 and whole(None, "$top") is None
    with pytest.raises(QueryError, match=r"\$top"):
        whole("-1", "$top")


def test_values_on_the_wire():
    assert on_the_wire(Decimal("1250.00")) == "1250.00"
    assert on_the_wire(Decimal("5000")) == "5000"
    assert on_the_wire(date(2026, 8, 1)) == "/Date(1785542400000)/"
    assert on_the_wire(None) is None and on_the_wire(True) is True
