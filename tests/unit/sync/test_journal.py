"""The log of a run: bounded, without secrets, its warnings in order."""

from datetime import UTC, datetime

from hub.sync.journal import KEPT, Journal

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_the_beginning_and_the_newest_lines_are_kept():
    journal = Journal()
    for number in range(1000):
        journal.add(AT, f"line {number}")
    texts = [line["text"] for line in journal.lines]
    assert len(texts) == KEPT
    assert (texts[0], texts[49], texts[-1]) == ("line 0", "line 49", "line 999")
    assert texts[50] == "801 lines are left out here."
    # As it goes on after a restart.
    again = Journal(journal.lines)
    again.add(AT, "line 1000")
    assert again.lines[50]["text"] == "802 lines are left out here."


def test_secrets_are_struck_and_long_lines_cut():
    journal = Journal()
    journal.add(AT, "refused: Bearer abcdefghijklmnop")
    journal.add(AT, "x" * 10_000)
    assert journal.lines[0] == {"at": AT.isoformat(), "level": "info", "text": "refused: Bearer ***"}
    assert len(journal.lines[1]["text"]) == 500


def test_warnings_are_told_once():
    journal = Journal()
    for text, level in (("a", "info"), ("b", "warning"), ("c", "error"), ("b", "warning"), ("d", "warning")):
        journal.add(AT, text, level)
    assert journal.warnings() == ["b", "d"]
