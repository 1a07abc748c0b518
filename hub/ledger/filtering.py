"""From what a caller asks a list for to the conditions of its statement."""

from collections.abc import Mapping
from typing import Any


def matches(
    filters: Mapping[str, str], flags: Mapping[tuple[str, bool], str], arguments: Mapping[str, Any]
) -> tuple[str, ...]:
    """The conditions that `arguments` ask for: those of `filters` by name, those of `flags` by name and value."""
    chosen = [condition for name, condition in filters.items() if name in arguments]
    chosen += [condition for (name, value), condition in flags.items() if arguments.get(name) is value]
    return tuple(chosen)


def pattern(part: str) -> str:
    """What LIKE finds wherever `part` stands, each character of it taken as itself."""
    literal = part.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{literal}%"
