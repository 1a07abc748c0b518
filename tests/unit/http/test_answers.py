"""JSON as the API writes it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from hub.http.answers import dumps


@dataclass
class Figure:
    value: Decimal


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1250.0000"), b'"1250.0000"'),
        (Decimal("1E+3"), b'"1000"'),
        (Decimal("-0.10"), b'"-0.10"'),
        (date(2026, 3, 31), b'"2026-03-31"'),
        (datetime(2026, 3, 31, 9, 30, tzinfo=UTC), b'"2026-03-31T09:30:00+00:00"'),
        (UUID(int=1), b'"00000000-0000-0000-0000-000000000001"'),
        (Figure(Decimal("4.2")), b'{"value":"4.2"}'),
        ((1, 2), b"[1,2]"),
    ],
)
def test_values(value, text):
    assert dumps(value) == text


def test_what_has_no_json_form_is_an_error_and_not_a_guess():
    with pytest.raises(TypeError):
        dumps(object())
