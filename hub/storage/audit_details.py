"""What the audit keeps of values: bounded, without secrets, and without what would have to be erased with a person.

Contact details become fingerprints: the same address has the same one throughout a tenant's audit, so that changes can
be followed, and the address itself is not there.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from hub.telemetry import logs

LINE_BYTES = 256
VALUE_BYTES = 2_000
DETAILS_BYTES = 7_000
"""Of `before` and of `after`, so that a whole event has 16 kB at most."""
_DEPTH = 6
_ITEMS = 100

STRUCK_OUT = "***"
_SECRET = re.compile(
    r"pass(word|wd|phrase)|secret|token|authorization|cookie|sealed|credential|private|csrf|verifier|nonce|link$"
    r"|^(api_?)?key$|(api|master|data|wrapped|access|encryption|signing)_?key$|_hash$|^wrapped$",
    re.IGNORECASE,
)
_IS_NO_SECRET = re.compile(r"^(has|is|needs|with)_|_(at|on|id|ids|count|prefix|names|lifetime|hours|days)$")
_CONTACT = re.compile(
    r"e_?mail|phone|mobile|^fax$|^notes?$|^contact(s|_name)?$|^(first|last|full|given|family)_name$", re.IGNORECASE
)
# Each run of letters is tried once, so that no text makes this slow.
_ADDRESS = re.compile(r"(?<![\w.+%'-])[\w.+%'-]++@[\w-]++(?:\.[\w-]++)+")


# What hub.redaction never strikes out: too short for a secret. Ids are UUIDs for the most part.
_SHORT = re.compile(r"[A-Za-z]{0,15}|[A-Za-z0-9_.:-]{0,7}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def details(values: Mapping[str, Any] | None, chain: str) -> dict[str, Any] | None:
    """`values` as the audit may keep them; only their names where they are too many to be kept."""
    if values is None:
        return None
    kept = {_cut(str(name), LINE_BYTES): _kept(str(name), value, chain, _DEPTH) for name, value in values.items()}
    size = len(orjson.dumps(kept))
    if size <= DETAILS_BYTES:
        return kept
    return {"cut": True, "bytes": size, "fields": [name[:60] for name in list(kept)[:_ITEMS]]}


def line(value: str) -> str:
    """A name or an id: one bounded line without secrets."""
    if _SHORT.fullmatch(value) or _ID.fullmatch(value):
        return value
    return _cut(logs.redact(" ".join(_clean(value[:VALUE_BYTES]).split())), LINE_BYTES)


def fingerprint(value: str, chain: str) -> str:
    """What stands for a contact detail in a chain: the same for the same value, whatever its case."""
    return "fp:" + sha256(f"{chain}\0{value.strip().casefold()}".encode("utf-8", "replace")).hexdigest()[:12]


def _kept(name: str, value: Any, chain: str, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    kind = _kind(name)
    if kind == "secret":
        return STRUCK_OUT
    if kind == "contact":
        return _as_contact(value, chain, depth)
    if isinstance(value, Mapping):
        return _mapping(value, chain, depth, _kept)
    if is_list(value):
        return _list(value, depth, lambda each: _kept(name, each, chain, depth - 1))
    return _scalar(value, chain)


@lru_cache(maxsize=1024)
def _kind(name: str) -> str:
    if _SECRET.search(name) and not _IS_NO_SECRET.search(name):
        return "secret"
    return "contact" if _CONTACT.search(name) else "plain"


def _as_contact(value: Any, chain: str, depth: int) -> Any:
    """A contact, or a list or an object of contact details: fingerprints wherever there is text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return _mapping(value, chain, depth, lambda _, each, chain, depth: _as_contact(each, chain, depth))
    if is_list(value):
        return _list(value, depth, lambda each: _as_contact(each, chain, depth - 1))
    return fingerprint(str(value), chain) if str(value) else ""


def is_list(value: Any) -> bool:
    """Whether a value is several ones."""
    return isinstance(value, (Sequence, set, frozenset)) and not isinstance(value, (str, bytes, bytearray))


def _mapping(value: Mapping[Any, Any], chain: str, depth: int, keep: Any) -> Any:
    if depth == 0:
        return "..."
    items = list(value.items())[:_ITEMS]
    return {_cut(str(name), LINE_BYTES): keep(str(name), each, chain, depth - 1) for name, each in items}


def _list(values: Any, depth: int, keep: Any) -> Any:
    if depth == 0:
        return "..."
    ordered = sorted(values, key=str) if isinstance(values, (set, frozenset)) else list(values)
    return [keep(each) for each in ordered[:_ITEMS]] + (["..."] if len(ordered) > _ITEMS else [])


def _scalar(value: Any, chain: str) -> Any:
    if isinstance(value, float):
        return value if abs(value) < 1e300 else str(value)  # JSON has no infinity
    if isinstance(value, int) and not isinstance(value, Enum):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, (bytes, bytearray)):
        return f"{len(value)} bytes"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, (str, UUID)):
        return type(value).__name__
    if isinstance(value, str) and _SHORT.fullmatch(value):
        return value
    # Cut first, so that it costs no more than it is worth; wide enough to hold a secret that begins inside.
    text = _clean(str(value)[: 3 * VALUE_BYTES])
    if "@" in text:
        text = _ADDRESS.sub(lambda found: fingerprint(found[0], chain), text)
    return _cut(logs.redact(text), VALUE_BYTES)


def _clean(value: str) -> str:
    # PostgreSQL's text holds neither NUL nor half a character.
    return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _cut(value: str, size: int) -> str:
    raw = _clean(value).encode()
    return raw.decode() if len(raw) <= size else raw[: size - 3].decode("utf-8", "ignore") + "..."
