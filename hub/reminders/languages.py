"""The language that a debtor is written to in: an official one of their country that reminders are written in."""

from functools import cache

LANGUAGES = ("en", "de", "es", "fr")
"""The languages of reminders."""


@cache
def language_of(country: str | None, default: str) -> str:
    """The language of a country by its two letters; where it has none of ours, or is not known, the default."""
    from babel.core import get_global

    spoken = get_global("territory_languages").get((country or "").strip().upper(), {})
    official = {
        code: each["population_percent"]
        for code, each in spoken.items()
        if code in LANGUAGES and each["official_status"] in ("official", "de_facto_official")
    }
    return max(official, key=lambda code: official[code], default=default)
