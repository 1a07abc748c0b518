"""Bytes that claim to be text of some charset, by whoever sent them: decoded whatever they are."""

import codecs
import re
import unicodedata

_TEXT = re.compile(
    r"(?:ascii|utf-(?:7|8|8-sig|16|16-[bl]e|32|32-[bl]e)|iso8859-\d+|cp\d+|koi8-[rut]|mac-\w+|gb\w+|hz|big5\w*|euc_\w+"
    r"|shift_jis\w*|iso2022_\w+|johab|tis-620|ptcp154|kz1048|hp-roman8)"
)
_LINE_ENDS = re.compile(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")


def decode(data: bytes, charset: str | None = None) -> str:
    """`data` in its charset; where that is none, or does not fit, as UTF-8 or else Windows' Western European."""
    known = _known(charset)
    if known and known.startswith(("utf-16", "utf-32")):
        # Nothing else looks like these, even where some of it is missing.
        return data.decode(known, "replace")
    for name in (known, "utf-8"):
        if name is not None:
            try:
                return data.decode(name)
            except ValueError:
                continue
    return data.decode("cp1252", "replace")


def one_line(text: str, most: int) -> str:
    """`text` without line breaks and control characters, its blanks single, cut after `most` characters."""
    return " ".join(_printable(text[: 4 * most]).split())[:most].strip()


def lines(text: str, most: int) -> str:
    """`text` with plain line ends, without other control characters, cut after `most` characters."""
    return _printable(_LINE_ENDS.sub("\n", text[: 2 * most]))[:most]


def _known(charset: str | None) -> str | None:
    """Python's name of a charset that holds text; others, such as unicode_escape or idna, are for programs."""
    try:
        name = codecs.lookup((charset or "").strip()).name
    except (LookupError, ValueError):
        return None
    return name if _TEXT.fullmatch(name) else None


def _printable(text: str) -> str:
    # Format characters (Cf) turn text round or hide parts of it; lone surrogates (Cs) can be stored nowhere.
    return "".join(
        char if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cf", "Cs") else "" for char in text
    )
