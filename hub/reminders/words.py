"""What stands around a message's text, in the languages in which messages are written."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from hub.sdk.wording import spoken


def words(language: str) -> Mapping[str, str]:
    """The words by key, for a BCP 47 language; {names} in them are to be filled in."""
    return _read()[spoken(language)]


@cache
def _read() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
