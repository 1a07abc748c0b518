"""`paypredict reminders check-text`: a text and its facts in, what is refused out."""

import io
import json

import pytest

from bench import fact_check
from hub.cli import main

TEXT = "Dear John Miller,\n\nINV-1001 is open. Please pay EUR 1,000.00 by Friday.\n"
FACTS = {
    "today": "2026-03-24",
    "sender": {"company": "Northwind Supplies Ltd", "name": "Anna Weber", "phone": None},
    "customer": {"name": "Acme Robotics GmbH", "contact": "John Miller"},
    "invoices": [
        {
            "number": "INV-1001",
            "issued_on": "2026-02-01",
            "due_on": "2026-03-03",
            "total": 1234.56,
            "open": 1234.56,
            "currency": "EUR",
            "days_overdue": 21,
        }
    ],
    "total_open": {"amount": 1234.56, "currency": "EUR"},
    "links": [],
    "bank": None,
    "allowed": {"late_fee": None, "interest_rate": None, "discount": None},
}


@pytest.fixture
def check_text(tmp_path, capsys):
    """Checks a text; returns exit code, output and errors."""

    def check_text(text: bytes | None, *more: str, facts: bytes = json.dumps(FACTS).encode()):
        sheet, file = tmp_path / "facts.json", tmp_path / "text.txt"
        sheet.write_bytes(facts)
        if text is not None:
            file.write_bytes(text)
        with pytest.raises(SystemExit) as ended:
            main(["reminders", "check-text", "--facts", str(sheet), str(file) if text is not None else "-", *more])
        shown = capsys.readouterr()
        return ended.value.code, shown.out, shown.err

    return check_text


def test_each_refused_part_is_shown_with_its_line_and_reason(check_text):
    code, shown, _ = check_text(TEXT.encode())
    assert code == 1
    amount, deadline = shown.splitlines()
    assert amount.endswith(":3:30: amount: “EUR 1,000.00”: no invoice and no total has this amount")
    assert ":3:46: deadline: “Friday”" in deadline


def test_a_true_text_passes(check_text):
    code, shown, _ = check_text(b"\xef\xbb\xbf" + TEXT.replace("1,000.00 by Friday", "1,234.56").encode())
    assert (code, shown) == (0, "Nothing refused (read as en).\n")


def test_a_program_gets_a_document(check_text):
    code, shown, _ = check_text(TEXT.encode(), "--json")
    document = json.loads(shown)
    assert code == 1 and document["passes"] is False and document["language"] == "en"
    first = document["refusals"][0]
    assert TEXT[first["start"] : first["end"]] == first["span"] and (first["line"], first["column"]) == (3, 30)


def test_standard_input_is_read(check_text, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert check_text(None)[0] == 1


def test_the_language_may_be_told(check_text):
    assert check_text(b"Rechnung INV-1001", "--language", "de")[1] == "Nothing refused (read as de).\n"


@pytest.mark.parametrize(
    ("facts", "text", "complaint"),
    [
        (b"{", b"x", "facts.json"),
        (b"[]", b"x", "facts must be an object"),
        (b'{"today": NaN}', b"x", "NaN is no number"),
        (json.dumps({**FACTS, "today": "soon"}).encode(), b"x", "today must be a date"),
        (b"\xff", b"x", "not UTF-8 at byte 0"),
        (None, b"\xff", "not UTF-8 at byte 0"),
        (None, b" \n", "empty"),
        (None, b"x" * 1_000_001, "larger than"),
    ],
)
def test_what_cannot_be_read_is_named(check_text, facts, text, complaint):
    code, _, errors = check_text(text, facts=facts if facts is not None else json.dumps(FACTS).encode())
    assert code == 2 and complaint in errors


def test_a_text_that_is_not_there_is_named(tmp_path, capsys):
    (tmp_path / "facts.json").write_text(json.dumps(FACTS))
    with pytest.raises(SystemExit) as ended:
        main(["reminders", "check-text", "--facts", str(tmp_path / "facts.json"), str(tmp_path / "nothing.txt")])
    assert ended.value.code == 2 and "No such file" in capsys.readouterr().err


def test_a_terminal_shows_and_does_not_obey(check_text):
    code, shown, _ = check_text(b"Please pay \x1b[2J INV-1001.")
    assert code == 1 and "\x1b" not in shown


def test_the_tables_count_what_they_show(tmp_path, capsys, monkeypatch):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{fact_check.BEGIN}\nold\n{fact_check.END}\nafter\n")
    monkeypatch.setattr("sys.argv", ["fact_check", "--write", str(page)])
    with pytest.raises(SystemExit) as ended:
        fact_check.main()
    text = page.read_text()
    assert ended.value.code == 0 and " 0 missed" in capsys.readouterr().out
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "\nold\n" not in text
    assert text.count("\n| en |") >= 100
