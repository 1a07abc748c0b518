"""The text as it is compared: composed, blanks and hyphens plain, with what hides in it refused. Places are kept."""

import unicodedata
from dataclasses import dataclass

_PLAIN = {
    **dict.fromkeys((chr(code) for code in (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)), " "),
    **dict.fromkeys("\u2010\u2011\ufe63\uff0d", "-"),
    **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4\u2032", "'"),
    **dict.fromkeys("\u2028\u2029\u0085\v\f", "\n"),
}  # fmt: skip
_HARMLESS = frozenset("ªº™…²³ʼ½¼¾") | {"\ufe0f", "\u00a8", "\u00b8"}


@dataclass(frozen=True, slots=True)
class Folded:
    """`clean` is what is read, `folded` the same in small letters without accents, letter for letter.

    `at` says where each letter stands in the text as it was given; `hidden` are the places of what must not be there.
    """

    clean: str
    folded: str
    at: tuple[int, ...]
    hidden: tuple[tuple[int, int, str], ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of `clean` stands in the text as it was given."""
        return self.at[start], self.at[end - 1] + 1 if end > start else self.at[start]


def fold(text: str) -> Folded:
    """`text` ready to be read."""
    clean: list[str] = []
    at: list[int] = []
    hidden: list[tuple[int, int, str]] = []
    for place, char in enumerate(text):
        if char.isascii():
            if char == "\r":
                char = "" if text[place + 1 : place + 2] == "\n" else "\n"
            elif (char < " " and char not in "\n\t\v\f") or char == "\x7f":
                hidden.append((place, place + 1, "a control character"))
                continue
            for each in _PLAIN.get(char, char):
                clean.append(each)
                at.append(place)
            continue
        char = _PLAIN.get(char, char)
        category = unicodedata.category(char)
        if category in ("Mn", "Me", "Mc"):
            composed = unicodedata.normalize("NFC", clean[-1] + char) if clean else ""
            if len(composed) == 1:
                clean[-1] = composed
            elif char not in _HARMLESS:
                hidden.append((place, place + 1, "a mark over no letter"))
            continue
        if category in ("Cf", "Cc", "Cs", "Co", "Cn") and char not in _PLAIN.values():
            if not (char == "\ufeff" and place == 0):
                hidden.append((place, place + 1, "an invisible character"))
            continue
        if char not in _HARMLESS and category[0] in "LN" and unicodedata.normalize("NFKC", char) != char:
            hidden.append((place, place + 1, "a character that looks like another"))
        clean.append(char)
        at.append(place)
    at.append(len(text))
    joined = "".join(clean)
    return Folded(joined, folded(joined), tuple(at), tuple(hidden))


def folded(text: str) -> str:
    """`text` in small letters without accents; as long as it was."""
    return "".join(_folded(char) for char in text)


def _folded(char: str) -> str:
    lowered = char.lower()[0]
    if lowered.isascii():
        return lowered
    return unicodedata.normalize("NFD", lowered)[0]


def foreign(clean: str) -> list[tuple[int, int]]:
    """Runs of letters of no Latin script."""
    runs: list[tuple[int, int]] = []
    for place, char in enumerate(clean):
        if (
            char.isascii()
            or not char.isalpha()
            or unicodedata.name(char, "").startswith(("LATIN", "FEMININE", "MASCULINE"))
        ):
            continue
        if runs and runs[-1][1] == place:
            runs[-1] = runs[-1][0], place + 1
        else:
            runs.append((place, place + 1))
    return runs
