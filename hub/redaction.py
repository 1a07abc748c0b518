"""Strikes secrets out of whatever is about to be written down: those known to be one, and what looks like one.

The last line of defence, not the first: nothing is logged or stored in the hope that it is caught here. Every log line,
stored reason and crash report goes through it all the same, since nobody knows what a library or a plugin puts into the
message of an exception.
"""

import json
import re
import threading
from functools import cache
from urllib.parse import quote, quote_plus

STRUCK = "***"
_SHORTEST = 8
_SHORTEST_WORD = 16
_KEPT_LASTING = 64
_KEPT_PASSING = 256

# None of these takes in a quote or a lone backslash, so that a line of JSON remains one; none can take long.
_SHAPES = (
    r"(?P<key>\bpp_[a-z]+_[A-Za-z0-9]{4})[A-Za-z0-9_-]+"
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}"
    r"|(?P<user>://[^:/@\s\"'\\]*:)[^@/\s\"'\\]+(?=@)"
    r"|(?P<cookie>\b(?:__Host-)?paypredict[a-z_-]{0,20}=|(?i:\bcookie\s*:\s*))[^\s\"'\\,;][^\"'\\\r\n]*"
    r"|(?P<query>[?&#](?:code|link|state|nonce|sig|signature)=)[^&\s\"'\\#]+"
    # A JSON web token, signed or sealed.
    r"|(?<![A-Za-z0-9_.-])eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_.-]+"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(?:\\[nr]|[A-Za-z0-9+/=\s:,]|-(?!----))*"
    r"(?:-----END [A-Z ]{0,30}KEY-----)?"
    # Keys of AWS, GitHub, Slack, Stripe.
    r"|\b(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[oprsu]_[A-Za-z0-9]{20,}|xox[a-z]-[A-Za-z0-9-]{10,}"
    r"|[a-z]{2}_(?:live|test)_[A-Za-z0-9]{16,})\b"
)
# A name in quotes has its value in quotes; what else may follow it in JSON (a number, null, a list) is left alone.
_NAMES = (
    r"(?i:password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|vault_key|previous_keys|authorization"
    r"|code_verifier)"
)
_NAMED = (
    # A pair, as Python shows headers.
    rf"(?P<pair>\(\\?[\"'][A-Za-z_-]{{0,40}}{_NAMES}\\?[\"'], b?\\?[\"'])[^\"'\\]+"
    rf"|(?P<name>{_NAMES}(?:\\?[\"']\s*[=:]\s*b?\\?[\"']|\s*[=:](?:\s|\\[nrt])*(?:\\?[\"'])?))"
    r"(?!Bearer\b|Basic\b)[^\s\"'\\,;:}\])&][^\s\"'\\,;}&]*"
)
# What has none of these, in lower case, has nothing that the patterns find. Most lines have none, and looking for these
# takes a fiftieth of the time.
_HINTS = (
    *(
        "pp_",
        "bearer",
        "basic",
        "://",
        "paypredict",
        "cookie",
        "code=",
        "link=",
        "state=",
        "nonce=",
        "sig=",
        "signature=",
    ),
    *("eyj", "-----begin", "akia", "asia", "gho_", "ghp_", "ghr_", "ghs_", "ghu_", "xox", "_live_", "_test_"),
    *("passw", "pwd", "secret", "token", "key", "authorization", "code_verifier"),
)

# Each with its spellings.
_lasting: dict[str, set[str]] = {}
_passing: dict[str, set[str]] = {}
_spellings: tuple[str, ...] = ()
_lock = threading.Lock()


def hide(value: str, *, lasting: bool = False) -> None:
    """Have `value` struck out of everything that this process redacts from now on, however it is spelt.

    `lasting` ones are the installation's own and are kept; of the others (secrets in use) the newest 256 are. Left
    alone are values under 8 characters and plain words under 16: as passwords they are worth little, and striking out
    every "postgres" would ruin the logs.
    """
    global _spellings
    if len(value) < (_SHORTEST_WORD if value.isalpha() else _SHORTEST):
        return
    held, most = (_lasting, _KEPT_LASTING) if lasting else (_passing, _KEPT_PASSING)
    with _lock:
        if value in held:
            held[value] = held.pop(value)  # the newest again
            return
        held[value] = _spell(value)
        if len(held) > most:
            del held[next(iter(held))]
        found = set[str]().union(*_lasting.values(), *_passing.values())
        # The longest first, for one may hold another.
        _spellings = tuple(sorted(found, key=len, reverse=True))


def redact(text: str) -> str:
    """`text` without secrets; an API key's first characters stay, to tell keys apart."""
    return _strike_shapes(f"{_SHAPES}|{_NAMED}", _without_known(text))


def redact_prose(text: str) -> str:
    """As `redact`, for sentences shown to whoever caused them: "password: is too short" stays as it is."""
    return _strike_shapes(_SHAPES, _without_known(text))


def sentence(text: str, longest: int = 1000) -> str:
    """What anybody said, as it may be stored and shown: without secrets, without characters that nobody sees or that
    no database takes, and not longer than that.
    """
    # What is cut here is far beyond what is kept, so that no half of a secret is left over.
    return printable(redact(text[: 20 * longest]))[:longest]


def printable(text: str) -> str:
    """`text` with a blank for each character that nobody sees or that no database takes."""
    return text if text.isprintable() else "".join(each if each.isprintable() else " " for each in text)


def _strike_shapes(shapes: str, text: str) -> str:
    lower = text.lower()
    return _pattern(shapes).sub(_strike, text) if any(hint in lower for hint in _HINTS) else text


@cache
def _pattern(shapes: str) -> re.Pattern[str]:
    # When it is first needed: it would be a good part of a process's start.
    return re.compile(shapes)


def _without_known(text: str) -> str:
    for spelling in _spellings:
        if spelling in text:
            text = text.replace(spelling, STRUCK)
    return text


def _spell(value: str) -> set[str]:
    """The value as it is, in an address, in JSON, and in what Python shows of a string."""
    shown = json.dumps(value), json.dumps(value, ensure_ascii=False), repr(value)
    return {value, quote(value, safe=""), quote(value), quote_plus(value), *(text[1:-1] for text in shown)}


def _strike(match: re.Match[str]) -> str:
    kept = match.lastgroup and match[match.lastgroup]
    return f"{kept or ''}{STRUCK}"
