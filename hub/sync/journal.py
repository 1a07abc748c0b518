"""What happened in a run, a line each, for the people of the tenant. It says how much and never who."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from hub.redaction import printable, redact_prose

Level = Literal["info", "warning", "error", "request"]

KEPT = 200
"""So many lines of a run are kept: how it began, and the newest."""
_BEGINNING = 50
_LONGEST = 500


class Journal:
    """The lines of a run, {at, level, text}; `lines` are those of its earlier attempts."""

    def __init__(self, lines: Iterable[Mapping[str, Any]] = ()) -> None:
        self.lines: list[dict[str, Any]] = [dict(line) for line in lines]

    def add(self, at: datetime, text: str, level: Level = "info") -> None:
        """Add a line. Beyond KEPT the oldest goes but for how the run began, and a line says how many went."""
        self.lines.append({"at": at.isoformat(), "level": level, "text": printable(redact_prose(text))[:_LONGEST]})
        if len(self.lines) > KEPT:
            left_out = self.lines[_BEGINNING].get("left_out", 1) + 1
            mark = {"at": self.lines[_BEGINNING + 1]["at"], "level": "info", "left_out": left_out}
            self.lines[_BEGINNING : _BEGINNING + 2] = [mark | {"text": f"{left_out} lines are left out here."}]

    def warnings(self) -> list[str]:
        """What a person should know of, in the order it was seen, each once."""
        return warnings_in(self.lines)


def warnings_in(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """The warnings among the lines of a run."""
    return list(dict.fromkeys(line["text"] for line in lines if line["level"] == "warning"))
