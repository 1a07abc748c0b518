"""HTML of a mail as plain text: the words that its reader sees, with quoted mails marked as in plain text."""

import re
from html.parser import HTMLParser

LONGEST = 300_000
"""Characters of HTML that are read."""
DEEPEST = 200
"""Elements within each other; what is deeper is read as if it stood there."""

_BLOCK_NAMES = (
    "address article aside blockquote body center dd div dl dt fieldset footer form h1 h2 h3 h4 h5 h6 header hr li main"
    " nav ol p pre section table tr ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN = frozenset(("head", "noscript", "object", "script", "style", "template", "title"))
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|mso-hide\s*:\s*all", re.I)
# Each "<" that opens nothing is looked at again and again by the standard library's parser: made harmless before.
_STRAY = re.compile(r"<(?![A-Za-z/!?])|<[!?](?!--)[^>]{0,2000}>?|<!--(?:(?!-->).){0,100000}(?:-->)?", re.DOTALL)
_UNCLOSED = re.compile(r"<[^>]*\Z")
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")


def to_text(html: str) -> str:
    """The text of an HTML document or a part of one; markup that is broken costs no more than itself."""
    html = _STRAY.sub(lambda found: "&lt;" if found[0] == "<" else " ", html[:LONGEST])
    reader = _Reader()
    reader.feed(_UNCLOSED.sub("", html))
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[tuple[str, bool]] = []
        self._unseen = 0
        self._quotes = 0
        self._lines: list[tuple[int, str]] = [(0, "")]
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line()
        elif tag in _BLOCKS:
            self._end_block()
        elif tag == "td" and self._words:
            self._words.append(" ")
        if tag in _VOID or len(self._open) >= DEEPEST:
            return
        given = dict(attrs)
        is_unseen = tag in _UNSEEN or "hidden" in given or bool(_HIDING.search((given.get("style") or "")[:1000]))
        self._open.append((tag, is_unseen))
        self._unseen += is_unseen
        self._quotes += tag == "blockquote"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_block()
        if all(name != tag for name, _ in self._open):
            return
        while True:
            name, is_unseen = self._open.pop()
            self._unseen -= is_unseen
            self._quotes -= name == "blockquote"
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._words.append(data.replace("\n", " "))

    def text(self) -> str:
        """What was read: lines, of quotes with a mark, at most one of them empty in a row."""
        self._end_line()
        shown: list[str] = []
        for quotes, line in self._lines:
            marked = "> " * min(quotes, 5) + line if quotes else line
            if line or (shown and shown[-1].strip("> ")):
                shown.append(marked.rstrip())
        return "\n".join(shown).strip()

    def _end_line(self) -> None:
        self._lines.append((self._quotes, _BLANKS.sub(" ", "".join(self._words)).strip()))
        self._words = []

    def _end_block(self) -> None:
        if "".join(self._words).strip():
            self._end_line()
        self._words = []
