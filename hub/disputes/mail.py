"""What a mail says, taken apart: what is new in it, what it answers to, and which documents it names. Pure.

A mail is its sender's word: it is read for what it is about, and nothing in it is done.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from hub.disputes.capture import LONGEST_TEXT
from hub.disputes.card_numbers import strike_out
from hub.sdk.channel import InboundMessage
from hub.sdk.message import newest

OUTCOMES = ("opened", "commented", "report", "automatic", "spam", "loop", "repeated", "empty", "unreadable")
"""opened and commented: a dispute was; report: it says what became of a mail of ours; automatic: no person wrote it;
repeated: its Message-ID came before."""

SPAM_SCORE = 5.0
"""SpamAssassin's own limit, from which on mail is spam."""
MOST_HOPS = 50
"""Servers that a mail has come by; after more it goes round in circles."""
MOST_NUMBERS = 500
SHORT_NUMBER = 5
"""Digits that may as well be a quantity, a year or a town: a number only where a word before them says so."""

_REPLY = re.compile(r"\s*(?:re|aw|sv|rif|ref|antw|antwort|r[eé]p)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_PASSED_ON = re.compile(r"\s*(?:rv|fw|fwd|wg|tr|doorst)\s*:", re.IGNORECASE)
_DISPUTE = re.compile(r"(?<![\w-])D-(\d{1,12})(?![\w-])", re.IGNORECASE)
_WRITTEN = re.compile(r"[^\s,;:!?\"'()\[\]<>{}|=*]+")
_CUES = frozenset(
    (
        *("invoice", "invoices", "inv", "number", "no", "nr", "num", "bill", "document", "doc", "n°", "nº", "n", "#"),
        *("rechnung", "rechnungen", "rechnungsnummer", "rechnungsnr", "rg", "beleg", "nummer"),
        *("facture", "factures", "fact", "fac", "numéro", "factura", "facturas", "número", "núm"),
        *("factuur", "facturen", "factuurnummer", "factuurnr"),
    )
)
_BETWEEN = frozenset(("and", "und", "et", "y", "en", "or", "oder", "ou", "o", "of", "&", "+"))
_PASSED_ON_BY = re.compile(
    r"^[> \t]{0,20}\*?(?:from|von|de|van)\s?\*?\s?:\*?[^\n]{0,200}?([\w.+-]{1,64}@[\w.-]{1,190}\w)",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a mail says. `text` is what is new in it, `context` all else, both without card numbers.

    `numbers` are what may be document numbers in the subject and in what is new, `further_numbers` those in the rest;
    `dispute_number` is the D-... of the subject. `passed_on_from` is whose mail it passes on, if it says so.
    """

    text: str
    context: str
    numbers: tuple[str, ...]
    further_numbers: tuple[str, ...]
    dispute_number: int | None
    passed_on_from: str | None


def read(message: InboundMessage) -> Said:
    """Take a message apart. `text` is empty where nobody has written anything."""
    is_passed_on = bool(_PASSED_ON.match(message.subject))
    is_reply = not is_passed_on and bool(message.answers or _REPLY.match(message.subject))
    # The subject of a reply is of whom it answers; that of a mail that is passed on stands in it.
    head = "" if is_reply or is_passed_on or not message.subject else f"Subject: {message.subject}\n\n"
    whole = head + message.text
    new = newest(whole, alone=is_reply)
    text = new.text.strip() if message.text.strip() else ("" if is_reply else message.subject)
    if is_reply and _is_all_quoted(whole, new.ranges):
        text = ""
    if not text and message.attachments:
        text = f"Nothing is written; attached: {', '.join(message.attachments)}"
    rest = _rest(whole, new.ranges, len(head)) if message.text.strip() else ""
    named = _DISPUTE.search(message.subject)
    passed_on = None if is_reply else _PASSED_ON_BY.search(message.text)
    return Said(
        text=strike_out(text[:LONGEST_TEXT]),
        context=strike_out("\n".join(filter(None, (_envelope(message), rest)))[:LONGEST_TEXT]),
        numbers=numbers_in(f"{message.subject}\n{text}"),
        further_numbers=numbers_in(rest),
        dispute_number=int(named[1]) if named else None,
        passed_on_from=passed_on[1].lower() if passed_on else None,
    )


def numbers_in(text: str) -> tuple[str, ...]:
    """What may be numbers of invoices in a text, as they stand there and in capitals, at most MOST_NUMBERS."""
    found: dict[str, None] = {}
    before, has_cue = "", False
    for written in _WRITTEN.findall(text[:LONGEST_TEXT]):
        word = written.strip(".#-–_/\\")
        if not any(char.isdigit() for char in word):
            has_cue = word.lower() in _CUES or written == "#" or (has_cue and word.lower() in _BETWEEN)
        elif len(word) <= 100:
            is_short = word.isdigit() and len(word) <= SHORT_NUMBER
            has_cue = has_cue or written.startswith("#")
            if not is_short or has_cue:
                found |= {word: None, word.upper(): None}
            if before and len(before) <= 20:
                found |= {f"{before} {word}": None, f"{before} {word}".upper(): None}
        before = word
        if len(found) >= MOST_NUMBERS:
            break
    return tuple(found)[:MOST_NUMBERS]


def identity_of(message: InboundMessage) -> str:
    """What the same mail has again when it comes again: its Message-ID, else a digest."""
    if message.message_id:
        return message.message_id
    parts = "\0".join((message.sender, message.subject, message.text))
    return f"<{sha256(parts.encode('utf-8', 'replace')).hexdigest()}@without-message-id>"


def is_forged(message: InboundMessage) -> bool:
    """Whether the receiving server found that the sender is not who it says."""
    # SPF alone fails for all that is passed on.
    results = message.authentication
    if results.get("dmarc"):
        return results["dmarc"] == "fail"
    return results.get("spf") in ("fail", "softfail") and results.get("dkim") == "fail"


def _envelope(message: InboundMessage) -> str:
    """The mail's head, for the person who reads the dispute."""
    lines = [f"From: {message.sender}", f"Subject: {message.subject}"]
    if message.attachments:
        lines.append(f"Attached, not kept: {', '.join(message.attachments)}")
    if message.authentication:
        checks = ", ".join(f"{method.upper()} {result}" for method, result in sorted(message.authentication.items()))
        lines.append(f"Sender checks: {checks}")
    return "\n".join(lines) + "\n"


def _is_all_quoted(whole: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    """Whether all of these lines are marked as somebody else's: who has added nothing says nothing."""
    return all(">" in whole[whole.rfind("\n", 0, start) + 1 : start + 1] for start, _ in ranges)


def _rest(whole: str, ranges: tuple[tuple[int, int], ...], start: int) -> str:
    """All but the ranges, from `start` on."""
    parts, at = [], start
    for first, last in sorted(ranges):
        if first > at:
            parts.append(whole[at:first])
        at = max(at, last)
    parts.append(whole[at:])
    return "\n".join(line.rstrip() for line in "".join(parts).splitlines() if line.strip())
