"""The connector's settings, checked once when they come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from hub.sdk.errors import ConfigError
from plugins.connectors.csv.fields import FIELDS
from plugins.connectors.csv.money import CURRENCIES

Corrections = Mapping[int, Mapping[str, str]]
"""What cells hold instead of what the file says: by the line their row begins on, then by header."""
MOST_CORRECTIONS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the person who imports the file has said about it; None where it is to be found out."""

    mapping: Mapping[str, str | None] = field(default_factory=dict)
    date_order: str | None = None
    decimal: str | None = None
    currency: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    skip_bad: bool = False
    as_of: date | None = None
    corrections: Corrections = field(default_factory=dict)


def parse_options(config: Mapping[str, Any]) -> Options:
    """Settings from a connection's config. Raises ConfigError naming the setting and what it may be."""
    given = {name: value for name, value in config.items() if name != "path" and value is not None}
    if unknown := sorted(given.keys() - Options.__dataclass_fields__.keys()):
        raise ConfigError(f"there is no setting {unknown[0]!r} for a file", field=unknown[0])
    _one_of(given, "date_order", ("dmy", "mdy", "ymd"))
    _one_of(given, "decimal", (".", ","))
    _one_of(given, "delimiter", (",", ";", "\t", "|"))
    _one_of(given, "currency", CURRENCIES)
    if "encoding" in given:
        _check_encoding(given["encoding"])
    if unknown := sorted(given.get("mapping", {}).keys() - FIELDS):
        raise ConfigError(
            f"mapping names {unknown[0]!r}, which is none of {', '.join(sorted(FIELDS))}", field="mapping"
        )
    if isinstance(given.get("as_of"), str):
        given["as_of"] = _day(given["as_of"])
    given["corrections"] = _corrections(given.get("corrections", ()))
    return Options(**given)


def required_path(config: Mapping[str, Any]) -> Path:
    """The file to read. Raises ConfigError when none is named."""
    if not config.get("path"):
        raise ConfigError("name the file to read", field="path")
    return Path(config["path"])


def _one_of(given: Mapping[str, Any], name: str, allowed: Any) -> None:
    if name in given and given[name] not in allowed:
        shown = "an ISO 4217 code such as USD" if name == "currency" else ", ".join(map(repr, allowed))
        raise ConfigError(f"{name} {given[name]!r} must be {shown}", field=name)


def _check_encoding(name: str) -> None:
    try:
        "".encode(name)
    except LookupError as error:
        raise ConfigError(f"encoding {name!r} is not known; use utf-8, utf-16 or cp1252", field="encoding") from error


def _corrections(given: Sequence[Mapping[str, Any]]) -> Corrections:
    if len(given) > MOST_CORRECTIONS:
        raise ConfigError(f"more than {MOST_CORRECTIONS:,} cells are corrected; mend the file", field="corrections")
    found: dict[int, dict[str, str]] = {}
    for each in given:
        found.setdefault(each["line"], {})[each["column"]] = each["value"]
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(f"as_of {text!r} must be a date as in 2026-03-31", field="as_of") from error
