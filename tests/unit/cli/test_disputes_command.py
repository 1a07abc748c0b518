"""`paypredict disputes classify`: a CSV in, the same rows with what they say out."""

import csv

import pytest

from hub.cli import main


@pytest.fixture
def classify(tmp_path, capsys):
    """Reads a file of this content; returns exit code, rows of the answer (None where there is none) and errors."""

    def classify(content: bytes, *more: str):
        source, out = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_bytes(content)
        out.unlink(missing_ok=True)
        with pytest.raises(SystemExit) as ended:
            main(["disputes", "classify", str(source), "--out", str(out), *more])
        rows = list(csv.DictReader(out.open(encoding="utf-8", newline=""))) if out.exists() else None
        return ended.value.code, rows, capsys.readouterr().err

    return classify


def test_rows_keep_their_columns_and_get_an_answer(classify):
    content = 'id,text\n7,"We paid this invoice by wire on 3 March,\nsee the bank reference."\n8,Мы не\n'
    code, rows, _ = classify(content.encode())
    assert code == 0
    assert [row["id"] for row in rows] == ["7", "8"]
    assert list(rows[0]) == ["id", "text", "label", "probability", "second_label", "unsure"]
    assert rows[0]["label"] == "already_paid" != rows[0]["second_label"]
    assert 0 < float(rows[0]["probability"]) <= 1 and "\n" in rows[0]["text"]
    assert rows[1]["unsure"] == "true"


def test_a_byte_order_mark_and_another_column_are_read(classify):
    code, rows, _ = classify(b"\xef\xbb\xbfremark\nnothing of this was delivered\n", "--column", "remark")
    assert code == 0 and rows[0]["label"] == "not_received"


def test_an_answer_of_an_earlier_run_is_replaced(classify):
    _, rows, _ = classify(b"text,label\nwe were billed twice for the same order,pricing\n")
    assert rows[0]["label"] == "duplicate_invoice"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"words\nx\n", "has no column 'text'"),
        (b"", "no header"),
        (b"text\n\xff\xfe\n", "UTF-8"),
        (b"text,more\nonly one\n", "record 2 has 1 fields"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_written(classify, content, complaint):
    code, rows, errors = classify(content)
    assert code == 2 and rows is None and complaint in errors


def test_no_texts_give_an_empty_answer(classify):
    assert classify(b"text\n")[:2] == (0, [])


def test_a_plugin_that_is_no_classifier_is_refused(classify):
    code, _, errors = classify(b"text\nx\n", "--classifier", "naive")
    assert code == 2 and "minilm_disputes" in errors
