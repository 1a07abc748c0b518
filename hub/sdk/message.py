"""What the newest author of a text wrote: without quoted history, headers, greetings, signatures and notices.

Reads mails and threads in English, German, French, Spanish and Dutch, and leaves a short remark as it is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_CHARACTERS = 20_000
"""What lies beyond in a text is not read."""

_HISTORY = re.compile(
    r"^\s*[-_=*]{2,}\s*(?:original|forwarded|begin forwarded|urspr|weitergeleitet|oorspronkelijk"
    r"|doorgestuurd|message d|message transf|mensaje"
    r"|nachricht).*$"
    r"|^\s*(?:begin forwarded message|anfang der weitergeleiteten|début du message).*$"
    r"|^[>\s]*(?:on|am|le|el|op)\b.{4,120}?\b(?:wrote|schrieb|a écrit|écrit|escribió|schreef)\b[^.]{0,80}:?\s*$",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"^\s*\*?(from|sent|date|to|cc|bcc|subject|reply-to|importance|attachments?"
    r"|von|gesendet|datum|an|betreff|anlagen?"
    r"|de|envoyé|envoye|à|objet|pièces? jointes?"
    r"|enviado(?: el)?|fecha|para|asunto|adjuntos?"
    r"|van|verzonden|aan|onderwerp|bijlagen?)\s?\*?\s?:\*?\s*(.*)$",
    re.IGNORECASE,
)
_SUBJECT = {"subject", "betreff", "objet", "asunto", "onderwerp"}
_SENDER = {"from", "von", "de", "van"}
_REPLY_MARK = re.compile(r"^(?:\s*(?:re|fw|fwd|aw|wg|antw|rv|tr|doorst)\s?:\s*)+", re.IGNORECASE)
_GREETING = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|greetings|hallo|guten (?:tag|morgen)|moin"
    r"|sehr geehrte[rsn]?|liebe[rs]?|bonjour|bonsoir|chère?s?|madame|monsieur|messieurs|hola|buenos días|buenas tardes"
    r"|buenas|estimad[oa]s?|muy señores"
    r"|geachte|beste|goede(?:morgen|middag|navond))\b[^,.!:;\n]{0,45}[,!:]"
    r"|(?:hi|hello|hallo|bonjour|hola|hey)(?: \w+)?\s*$)\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\s*(?:(?:with |my |our )?(?:kind|kindest|best|warm|warmest)(?: regards| wishes)?|regards|rgds|brgds|br|kr"
    r"|best wishes|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|respectfully(?: yours)?|cheers"
    r"|(?:many )?thanks(?: and (?:kind |best )?regards| in advance| again| a lot)?|thank you(?: very much| in advance)?"
    r"|(?:mit )?(?:freundliche[nr]?|viele[n]?|beste[n]?|herzliche[n]?|liebe) gr(?:ü|ue)(?:ß|ss)en?|mfg|vg|lg"
    r"|hochachtungsvoll|gr(?:ü|ue)(?:ß|ss)e"
    r"|(?:bien )?cordialement|(?:sincères |meilleures )?salutations(?: distinguées)?|bien à vous"
    r"|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|gracias(?: y saludos)?|un cordial saludo"
    r"|(?:met )?(?:vriendelijke|hartelijke) groet(?:en)?|hoogachtend|mvg|groet(?:en|jes)?)\b"
    r"[\s,.!]*(?:i\.\s?a\.|ppa?\.)?\s*(?:[-–\w.' ]{0,40})$",
    re.IGNORECASE,
)
_INLINE_CLOSING = re.compile(
    r"[.!?,;]\s+(?:(?:kind|best|warm) regards|regards|rgds|mfg|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|cordialement"
    r"|saludos(?: cordiales)?|atentamente|yours (?:sincerely|faithfully))\b[^.!?]{0,80}\.?\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^\s*(?:--|__|—|-{3,}|_{3,}|={3,}|\*{3,})\s*$")
_NOTICE = re.compile(
    r"^\s*[\[(*]?\s*(?:sent from my|get outlook for|von meinem .{0,20}gesendet|envoyé de mon|enviado desde mi"
    r"|verzonden vanaf mijn"
    r"|(?:this|the information in this) (?:e-?mail|message|communication)\b.{0,80}(?:confidential|intended|privileged)"
    r"|confidentiality|disclaimer|diese e-?mail (?:enthält|ist)|ce (?:message|courriel) (?:est|et|peut)"
    r"|este (?:correo|mensaje) (?:es|y|contiene)|please consider the environment|bitte denken sie an die umwelt)",
    re.IGNORECASE,
)
_BANNER = re.compile(
    r"^\s*[\[(*<]*\s*(?:external(?: e?-?mail| sender| message)?\s*[\])*>:]|caution:|(?:warning|achtung)\W+(?:external"
    r"|this (?:e-?mail|message)|diese e-?mail|externe)"
    r"|this (?:e-?mail|message) (?:originated|came|was sent) from outside)",
    re.IGNORECASE,
)
_POINTS_BELOW = re.compile(
    r"\b(?:see|read|per|as|mail|message|note|email|customer|said|wrote)\b.{0,40}\b(?:below|underneath)\b"
    r"|\bforward(?:ed|ing)?\b|\bfwd?\b|\bfyi\b|\bf\.?y\.?a\b|\bpass(?:ing)? (?:this|it) (?:on|along)"
    r"|\b(?:siehe|s\.) ?(?:unten|u\.)|\bweiter(?:leitung|geleitet)|\bz\. ?k\.|\bzur kenntnis"
    r"|\bci-dessous\b|\btransf(?:ert|ère|éré)|\bpour info|\b(?:más )?abajo\b|\breenv[ií]o",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
FEWEST_WORDS = 4
"""A newest part with fewer words only passes on the one below it."""
PASSING_ON_WORDS = 30
"""A longer part speaks for itself, whatever it says of the one below."""


@dataclass(frozen=True, slots=True)
class Message:
    """The part of a text to read. `text` is made of `ranges` (start, end) of the whole, joined by line breaks."""

    text: str
    ranges: tuple[tuple[int, int], ...]

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of `text` lies in the whole; a part that crosses ranges ends with the first."""
        at = 0
        for first, last in self.ranges:
            length = last - first
            if start < at + length:
                begin = first + max(0, start - at)
                return begin, min(last, first + end - at)
            at += length + 1
        edge = self.ranges[-1][1] if self.ranges else 0
        return edge, edge


def newest(text: str, *, alone: bool = False) -> Message:
    """The newest author's words; with those below where they only pass on, and the whole where nothing is left.

    `alone`: without those below, however little was added to them.
    """
    text = text[:MOST_CHARACTERS]
    parts = [part for part in (_words_of(text, lines) for lines in _messages(text)) if part]
    chosen: list[tuple[int, int]] = []
    for part in parts:
        chosen += part
        said = " ".join(text[start:end] for start, end in chosen)
        words = len(_WORD.findall(said))
        is_passed_on = words <= PASSING_ON_WORDS and _POINTS_BELOW.search(said)
        if alone or (words >= FEWEST_WORDS and not is_passed_on):
            break
    if not chosen and text.strip():
        chosen = [(start, end) for start, end in _lines(text) if text[start:end].strip(" \t\r>")]
    return Message("\n".join(text[start:end] for start, end in chosen), tuple(chosen))


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.splitlines(keepends=True):
        yield at, at + len(line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"))
        at += len(line)


def _messages(text: str) -> Iterator[list[tuple[int, int]]]:
    """The lines of each message in a thread, newest first; a header's subject stands for the header."""
    lines = list(_lines(text))
    message: list[tuple[int, int]] = []
    number, seen_body = 0, False
    while number < len(lines):
        start, end = lines[number]
        line = text[start:end]
        quoted = line.lstrip().startswith(">")
        joined = text[start : lines[number + 1][1]] if number + 1 < len(lines) else line
        wrapped = not _HISTORY.match(line) and _HISTORY.match(joined.replace("\n", " ").replace("\r", " "))
        if wrapped and re.match(r"[>\s]*(?:on|am|le|el|op)\b", line, re.IGNORECASE):
            number += 1
        if wrapped or _HISTORY.match(line):
            yield message
            message, seen_body = [], False
        elif header := _header_lines(text, lines, number):
            if seen_body:
                yield message
                message, seen_body = [], False
            for each in range(number, number + header):
                found = _HEADER.match(text[lines[each][0] : lines[each][1]])
                if found and found[1].lower() in _SUBJECT:
                    begin = lines[each][0] + found.start(2)
                    mark = _REPLY_MARK.match(text[begin : lines[each][1]])
                    message.append((begin + (mark.end() if mark else 0), lines[each][1]))
            number += header - 1
        elif quoted:
            # Quoted lines are history, whether they stand below, above or between what is new.
            pass
        elif line.strip():
            message.append((start, end))
            seen_body = True
        number += 1
    yield message
    yield [
        (start + len(text[start:end]) - len(text[start:end].lstrip("> \t")), end)
        for start, end in lines
        if text[start:end].lstrip().startswith(">")
    ]


def _header_lines(text: str, lines: list[tuple[int, int]], number: int) -> int:
    """How many lines of a mail's header begin here: at least two, a sender or subject among them; else 0."""
    names = []
    for start, end in lines[number : number + 12]:
        found = _HEADER.match(text[start:end])
        if not found:
            break
        names.append(found[1].lower())
    telling = _SUBJECT.intersection(names) or _SENDER.intersection(names)
    if len(names) >= 2 and telling:
        return len(names)
    return 1 if len(names) == 1 and names[0] in _SUBJECT and number == 0 and len(lines) > 1 else 0


def _words_of(text: str, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The lines of one message without greeting, closing, signature and notices; a postscript stays."""
    kept: list[tuple[int, int]] = []
    ended = False
    greeted = False
    for start, end in lines:
        line = text[start:end]
        if re.match(r"\s*p\.?\s?s\.?\b", line, re.IGNORECASE):
            ended = False
        if _BANNER.match(line) or ended:
            continue
        if _NOTICE.match(line) or (kept and (_SIGNATURE.match(line) or _CLOSING.match(line))):
            ended = True
            continue
        if not greeted and len(kept) <= 1 and (greeting := _GREETING.match(line)):
            start, greeted = start + greeting.end(), True
        if closing := _INLINE_CLOSING.search(text[start:end]):
            end = start + closing.start() + 1
            ended = True
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            kept.append((start, end))
    return kept
