"""Which groups of cues a text holds: words and phrases that speak of something, listed in cues.toml."""

import re
import tomllib
import unicodedata
from functools import lru_cache
from pathlib import Path

GAP = 3
"""How many words "..." stands for at most."""
MOST_REMEMBERED = 50_000
"""Words whose cues are kept at hand; the list begins anew where a process has seen more."""

TOKEN = re.compile(r"[^\W_]+(?:['’.&/-][^\W_]+)*|[%#°]")
_DIGITS = re.compile(r"\d+(?:[.,:/-]?\d+)*")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "’": "'", "œ": "oe"})


def plain(text: str) -> str:
    """Lower case without accents, German umlauts as two letters, numbers as 0."""
    lowered = text.lower().translate(_UMLAUTS)
    if not lowered.isascii():
        lowered = "".join(
            letter for letter in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(letter)
        )
    return _DIGITS.sub("0", lowered)


class Cues:
    """The groups by name, and which of them a list of plain words holds."""

    def __init__(self, groups: dict[str, str]) -> None:
        self.names = tuple(groups)
        self._whole: dict[str, int] = {}
        self._begin: dict[str, int] = {}
        self._end: dict[str, int] = {}
        self._phrases: dict[tuple[int, ...], set[int]] = {}
        self._apart: dict[tuple[int, int], set[int]] = {}
        self._known: dict[str, tuple[int, ...]] = {}
        self._count = 0
        for number, listed in enumerate(groups.values()):
            for phrase in listed.split("|"):
                self._add(phrase.split(), number)
        self._longest = max((len(phrase) for phrase in self._phrases), default=1)

    def _add(self, words: list[str], group: int) -> None:
        if "..." in words:
            at = words.index("...")
            # Only the words next to the gap count: what lies further off is said by other phrases.
            pair = (self._pattern(words[at - 1]), self._pattern(words[at + 1]))
            self._apart.setdefault(pair, set()).add(group)
        else:
            tokens = [token for word in words for token in (TOKEN.findall(word) if "*" not in word else [word])]
            self._phrases.setdefault(tuple(self._pattern(token) for token in tokens), set()).add(group)

    def _pattern(self, word: str) -> int:
        table = self._begin if word.endswith("*") else self._end if word.startswith("*") else self._whole
        self._count += 1
        return table.setdefault(word.strip("*"), self._count)

    def found(self, words: list[str]) -> list[tuple[int, int]]:
        """Pairs of group and the position of the word that ends the cue, each pair once."""
        hits: set[tuple[int, int]] = set()
        kinds = [self._of(word) for word in words]
        for start, first in enumerate(kinds):
            if not first:
                continue
            open_: list[tuple[int, ...]] = [()]
            for at in range(start, min(start + self._longest, len(kinds))):
                open_ = [(*before, kind) for before in open_ for kind in kinds[at]]
                if not open_:
                    break
                for phrase in open_:
                    hits.update((group, at) for group in self._phrases.get(phrase, ()))
            for at in range(start + 1, min(start + 2 + GAP, len(kinds))):
                for one in first:
                    for other in kinds[at]:
                        hits.update((group, at) for group in self._apart.get((one, other), ()))
        return sorted(hits)

    def _of(self, word: str) -> tuple[int, ...]:
        found = self._known.get(word)
        if found is None:
            kinds = [self._whole[word]] if word in self._whole else []
            for length in range(2, len(word) + 1):
                if (kind := self._begin.get(word[:length])) is not None:
                    kinds.append(kind)
                if (kind := self._end.get(word[-length:])) is not None:
                    kinds.append(kind)
            found = tuple(kinds)
            if len(self._known) >= MOST_REMEMBERED:
                self._known = {}
            self._known[word] = found
        return found


@lru_cache(maxsize=1)
def shipped() -> Cues:
    """The cues of cues.toml."""
    path = Path(__file__).with_name("cues.toml")
    return Cues({name: " ".join(listed.split()) for name, listed in tomllib.loads(path.read_text("utf-8")).items()})
