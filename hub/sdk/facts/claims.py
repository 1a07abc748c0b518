"""What must not be said at all, unless the facts allow it: found by each language's phrases."""

import re

from hub.sdk.facts.lexicon import Claim
from hub.sdk.facts.mentions import Reading
from hub.sdk.facts.sentences import bounds, names_a_part_paid, sentence_at, speaks_of_what_is_allowed

_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\{%.*?%\}|\$\{.*?\}|\{[^{}\n]{0,40}\}|<<[^<>\n]{0,60}>>|\[[^\]\n]{1,60}\]|<[A-Za-z_][\w \-]{0,40}>"
    r"|%\(?[a-z_]{3,}\)?[s%]|%[A-Z_]{3,}%|_{3,}(?=\w)|\bXX+\b|\bx{3,}\b|\bTBD\b|\bTODO\b|\bN/A\b|\bundefined\b|\bNaN\b"
    r"|\bNone\b(?! of\b)|\bnull\b|\blorem ipsum\b|#[A-Z_]{3,}#|@@\w+@@|\?\?\?+|\.{5,}"
)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>|<!--.*?-->|&(?:[a-zA-Z]{2,8}|#\d{2,6});")
_MARKDOWN = re.compile(
    r"\*\*[^*\n]+\*\*|(?<![\w*])\*[^\s*][^*\n]*[^\s*]\*(?![\w*])|(?<!\w)__[^_\n]+__(?!\w)"
    r"|(?<!\w)_[^\s_][^_\n]*[^\s_]_(?!\w)|~~[^~\n]+~~|```|`[^`\n]+`|^#{1,6}\s+\S[^\n]*|!?\[[^\]\n]*\]\([^)\n]*\)"
    r"|\[[^\]\n]*\]\[[^\]\n]*\]|^>{1,3}\s[^\n]*|\\[nt](?=\W|[A-Z])|\\u[0-9a-f]{4}",
    re.MULTILINE,
)
_WITH = re.compile(r"\s(?:der |dem |den )?(?=\w)")
_SECTION = re.compile(r"§+\s?\d+\w?|§")


def find_residue(reading: Reading) -> None:
    """Refuses markup and places left to be filled."""
    clean = reading.text.clean
    for pattern, code, reason in (
        (_MARKDOWN, "markup", "the text is plain: nothing makes this bold, a heading or a link"),
        (_PLACEHOLDER, "placeholder", "this place was left to be filled"),
        (_TAG, "markup", "the text is plain: tags are shown as they are"),
        (_SECTION, "legal", "the facts name no law"),
    ):
        for match in pattern.finditer(clean):
            if reading.free(*match.span()):
                reading.refuse(*match.span(), code, reason)


def find_claims(reading: Reading, claims: tuple[Claim, ...], *, replying: bool) -> None:
    """Refuses what these phrases say, where the facts do not allow that very thing."""
    folded, allowed = reading.text.folded, reading.facts.allowed
    free = {
        code
        for code, figure in (
            ("fee", allowed.late_fee),
            ("interest", allowed.interest_rate),
            ("discount", allowed.discount),
        )
        if figure is not None
    }
    partly = any(invoice.total != invoice.open for invoice in reading.facts.invoices)
    settled = all(invoice.open == 0 for invoice in reading.facts.invoices)
    for claim in claims:
        if (claim.in_replies and replying) or (claim.code == "status" and settled):
            continue
        if (claim.code in free and not claim.always) or (
            claim.code == "status" and claim.reason.startswith("no part") and partly
        ):
            continue
        excused = [match.span() for match in claim.unless.finditer(folded)] if claim.unless else []
        for match in claim.says.finditer(folded):
            start, end = match.span()
            if any((first <= start and end <= last) or (first < end and start < last) for first, last in excused):
                continue
            if claim.code == "status" and (_is_conditional(reading, start) or _is_asked(folded, start, end)):
                continue
            if claim.code == "bank" and (name := _WITH.match(folded, end)) and reading.masked[name.end()]:
                continue  # the account that the customer has with the sender
            if claim.code == "history" and _names_an_invoice(reading, end):
                continue
            if claim.code in ("status", "history") and names_a_part_paid(reading, start, end):
                continue
            if (
                claim.code in ("promise", "threat", "fee")
                and _is_of_charging(folded[start:end], claim.code)
                and speaks_of_what_is_allowed(reading, sentence_at(folded, start, end))
            ):
                continue
            if all(reading.masked[start:end]) or (any(reading.masked[start:end]) and _within_name(reading, start, end)):
                continue
            reading.refuse(start, end, claim.code, claim.reason)


def _is_of_charging(said: str, code: str) -> bool:
    """Whether words say that something is charged, and not what: "interest may be charged"."""
    if code == "promise":
        return (
            re.search(r"accord|octro|propos|gewahr|biet|einraum|grant|offer|allow|extend|conced|ofre|aplica", said)
            is not None
        )
    return re.match(r"charg|berechn|exig|cobr|factur", said) is not None


def _names_an_invoice(reading: Reading, end: int) -> bool:
    """Whether "no." is said of an invoice, as in "reminder no. INV-1": it counts no reminders then."""
    before = reading.text.folded[:end].rsplit(" ", 1)[-1]
    if before not in ("n", "no", "nr", "nº", "numero", "numeros", "number"):
        return False
    return any(0 <= each.start - end <= 4 for each in reading.of_kind("invoice"))


def _is_conditional(reading: Reading, start: int) -> bool:
    """Whether the sentence says if, as in "if you have already paid"."""
    sentence = re.split(r"[.!?]\s|\n\s*\n", reading.text.folded[:start])[-1]
    return reading.words.cues["conditional"].search(sentence) is not None


def _is_asked(text: str, start: int, end: int) -> bool:
    return text[bounds(text, start, end)[1] :][:1] == "?"


def _within_name(reading: Reading, start: int, end: int) -> bool:
    """Whether a phrase is made of a name: its first or last word is one."""
    return bool(reading.masked[start]) or bool(reading.masked[end - 1])
